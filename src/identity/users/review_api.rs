//! The yearly review of rights by API, for who does it on the page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::{DateTime, Utc};
use rules::violations::Violations;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, Object};

use super::model::UserState;
use super::review::{self, Reviewed};
use crate::actor::Role;
use crate::db::Connection;
use crate::error::Result;
use crate::identity::organisations::api::OrganisationName;
use crate::paging::{PAGE_SIZE, Paging, rows_of_page};
use crate::web::context::Context;
use crate::web::described::{OnceKey, OwnReadProblems, PageQuery, Paginering, WriteProblems, codes_schema};
use crate::web::fields::{Fields, HIGHEST_ID};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// Een gebruiker of koppeling, met wat die mag en wanneer daar het laatst naar is gekeken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Controleregel)]
#[serde(rename_all = "camelCase")]
pub struct ReviewedBody {
    /// Nummer van de gebruiker of koppeling.
    #[schema(minimum = 1, example = 12)]
    gebruiker: i64,
    /// Waarmee iemand inlogt, of een programma een token vraagt.
    #[schema(example = "toegang-harderwijk")]
    gebruikersnaam: String,
    /// Hoe iemand op de pagina heet.
    #[schema(example = "Toegang Harderwijk")]
    naam: String,
    /// Of het een programma is, en geen mens.
    koppeling: bool,
    organisatie: OrganisationName,
    #[schema(schema_with = roles_schema)]
    rollen: Vec<&'static str>,
    #[schema(schema_with = state_schema)]
    stand: &'static str,
    /// Ontbreekt als er nog niet is ingelogd (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    laatst_ingelogd_op: Option<DateTime<Utc>>,
    /// Wanneer de rechten het laatst zijn gecontroleerd (UTC); ontbreekt als dat nog niet is gebeurd.
    #[serde(skip_serializing_if = "Option::is_none")]
    gecontroleerd_op: Option<DateTime<Utc>>,
    /// Of dat langer dan een jaar geleden is. Een nieuwe gebruiker telt als gecontroleerd.
    te_laat: bool,
    /// Versie die u ziet: stuur die mee als u vastlegt dat u keek.
    #[schema(minimum = 1, example = 1)]
    versie: i32,
}

impl From<Reviewed> for ReviewedBody {
    fn from(Reviewed { user, overdue }: Reviewed) -> Self {
        Self {
            gebruiker: user.id,
            gebruikersnaam: user.name,
            naam: user.display_name,
            koppeling: user.is_service,
            organisatie: OrganisationName::new(user.organisation_id, user.organisation, user.kind),
            rollen: user.roles.into_iter().map(Role::code).collect(),
            stand: user.state.code(),
            laatst_ingelogd_op: user.last_sign_in_at,
            gecontroleerd_op: user.reviewed_at,
            te_laat: overdue,
            versie: user.version,
        }
    }
}

/// Een bladzijde van de controle.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Gebruikerscontrole)]
pub struct ReviewPage {
    /// De gebruikers en koppelingen van deze bladzijde.
    gebruikers: Vec<ReviewedBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

/// Een gebruiker of koppeling zoals u die zag.
#[derive(Debug, ToSchema)]
#[schema(as = GecontroleerdInvoer)]
#[expect(dead_code, reason = "describes the fields that read_seen reads")]
pub struct SeenInput {
    /// Nummer van de gebruiker of koppeling.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 12)]
    gebruiker: i64,
    /// De versie die u zag.
    #[schema(minimum = 1, maximum = 2_147_483_647, example = 1)]
    versie: i32,
}

/// Van wie u de rechten hebt gecontroleerd.
#[derive(Debug, ToSchema)]
#[schema(as = ControleInvoer)]
#[expect(dead_code, reason = "describes the fields that read_seen reads")]
pub struct ReviewInput {
    /// Wie u zag, hooguit een bladzijde.
    #[schema(min_items = 1, max_items = 20)]
    gezien: Vec<SeenInput>,
}

/// Wat er van een controle is vastgelegd.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ControleUitkomst)]
#[serde(rename_all = "camelCase")]
pub struct NotedBody {
    /// Van hoeveel gebruikers en koppelingen.
    #[schema(minimum = 1, example = 20)]
    gecontroleerd: usize,
    /// Moment dat erbij staat (UTC).
    gecontroleerd_op: DateTime<Utc>,
}

/// Those whose review is told of when somebody was changed meanwhile.
#[derive(Debug, Serialize)]
struct CurrentBody {
    gebruikers: Vec<ReviewedBody>,
}

fn roles_schema() -> Array {
    let role = codes_schema("Rol: wat iemand mag.", Role::ALL.map(Role::code));
    ArrayBuilder::new().description(Some("De rollen van nu.")).items(role).build()
}

fn state_schema() -> Object {
    codes_schema(
        "Of iemand kan inloggen; wie is uitgenodigd heeft nog geen wachtwoord.",
        UserState::CODES.map(|(code, _)| code),
    )
}

/// Reads who was seen, each with the version that was seen.
fn read_seen(input: &mut Fields) -> Vec<(i64, i32)> {
    let users = input.objects("gezien", PAGE_SIZE);
    if users.is_empty() {
        let mut missing = Violations::new();
        missing.add("gezien", "verplicht", "noem minstens één gebruiker");
        input.add_joint(missing);
    }
    let mut seen = Vec::new();
    for (place, mut user) in users {
        let id = user.int("gebruiker", 1, HIGHEST_ID);
        let version = user.small("versie", 1, i32::MAX.into());
        seen.extend(version.map(|version| (id, version)));
        input.absorb(&place, user);
    }
    seen
}

#[utoipa::path(
    get, path = "/gebruikerscontrole", operation_id = "lijstGebruikerscontrole", tag = "Gebruikers",
    summary = "Jaarlijkse controle van rechten: wie mag wat, en wanneer is daarnaar gekeken",
    description = "Alle gebruikers en koppelingen van uw regio, de langst niet gecontroleerde eerst.",
    params(PageQuery),
    responses(
        (status = 200, description = "Een bladzijde van de controle", body = ReviewPage, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_reviewed(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let (users, total) =
        ctx.db(move |conn, actor, now| review::list(conn, actor, now, rows_of_page(number))).await?;
    reply::json(&ReviewPage {
        gebruikers: users.into_iter().map(Into::into).collect(),
        paginering: Paging::new(number, total).into(),
    })
}

#[utoipa::path(
    post, path = "/gebruikerscontrole/uitkomsten", operation_id = "legControleVast", tag = "Gebruikers",
    summary = "Vastleggen van wie de rechten zijn gecontroleerd",
    description = "Klopt een rol niet meer, wijzig die dan eerst. Is een van hen gewijzigd sinds de versie die u zag, of niet van uw regio, dan volgt 409 met hoe zij er nu \
        voor staan in `huidig`, en is er niets vastgelegd.",
    params(OnceKey),
    request_body(content = ReviewInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Vastgelegd", body = NotedBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_review(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let seen = read_seen(&mut input);
    let seen = input.finish(seen)?;
    let ids: Vec<i64> = seen.iter().map(|(id, _)| *id).collect();
    let noted = ctx.db(move |conn, actor, now| review::note(conn, actor, now, &seen)).await;
    let (who, now) = (ctx.actor.clone(), ctx.now);
    let current = move |conn: &mut Connection| {
        let users = review::list_of(conn, &who, now, ids)?;
        Ok(CurrentBody { gebruikers: users.into_iter().map(Into::into).collect() })
    };
    let gecontroleerd = reply::show_current(&ctx, noted, current).await?;
    let body = NotedBody { gecontroleerd, gecontroleerd_op: ctx.now };
    reply::json_with_status(StatusCode::CREATED, &body)
}
