//! Users by API, for who manages them. What somebody signs in with never comes out.

use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use rules::contact::parse_email;
use rules::violations::Violations;
use serde::Serialize;
use utoipa::openapi::schema::{Array, ArrayBuilder, Object};
use utoipa::{IntoParams, ToSchema};

use super::actions;
use super::model::{Invitation, Step, User, UserColumn, UserDraft, UserFilter, UserState};
use super::pages::{parse_user_name, person_roles};
use crate::actor::Role;
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::identity::links::pages::sender;
use crate::identity::organisations::api::OrganisationName;
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::web::context::Context;
use crate::web::described::{
    ChangedVersion, Mailadres, Naam, NumberPath, OnceKey, OwnReadProblems, PageQuery, Paginering,
    WriteProblems, codes_schema,
};
use crate::web::fields::{Fields, HIGHEST_ID, Length, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// More than there are, so that a list that is too long is told as one.
const MOST_ROLES: usize = 20;

pub(super) const COLUMNS: [(&str, UserColumn); 3] = [
    ("naam", UserColumn::Name),
    ("organisatie", UserColumn::Organisation),
    ("laatst", UserColumn::LastSignIn),
];

/// What can be done with a user besides changing it.
const STEPS: [&str; 5] = ["blokkeren", "toelaten", "uitloggen", "uitnodigen", "tweede-factor"];

/// Which users to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what read_filter reads")]
struct UserQuery {
    /// Deel van de naam of de gebruikersnaam.
    #[param(required = false, max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$", example = "toegang")]
    naam: String,
    /// Alleen wie deze rol heeft.
    #[param(required = false, schema_with = role_schema)]
    rol: String,
    /// Alleen van de organisatie met dit nummer.
    #[param(required = false, minimum = 1, maximum = 9_007_199_254_740_991.0, example = 3)]
    organisatie: i64,
    /// Of iemand kan inloggen.
    #[param(required = false, schema_with = state_schema)]
    stand: String,
    /// Volgorde: naam, organisatie of laatst ingelogd, met -af erachter voor de andere kant op.
    #[param(required = false, pattern = "^(naam|organisatie|laatst)(-af)?$", example = "naam")]
    sorteer: String,
}

/// Gebruiker: iemand die kan inloggen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Gebruiker)]
#[serde(rename_all = "camelCase")]
pub struct UserBody {
    /// Nummer van de gebruiker.
    #[schema(minimum = 1, example = 12)]
    id: i64,
    /// Waarmee iemand inlogt.
    #[schema(example = "toegang-harderwijk")]
    gebruikersnaam: String,
    /// Hoe iemand op de pagina heet.
    #[schema(example = "Toegang Harderwijk")]
    naam: String,
    /// Ontbreekt als het niet is ingevuld.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "toegang@harderwijk.example")]
    email: Option<String>,
    organisatie: OrganisationName,
    #[schema(schema_with = roles_schema)]
    rollen: Vec<&'static str>,
    #[schema(schema_with = state_schema)]
    stand: &'static str,
    /// Wanneer de gebruiker is gemaakt (UTC).
    gemaakt_op: DateTime<Utc>,
    /// Ontbreekt als iemand nog niet inlogde.
    #[serde(skip_serializing_if = "Option::is_none")]
    laatst_ingelogd_op: Option<DateTime<Utc>>,
    /// Wanneer de rechten het laatst zijn gecontroleerd.
    #[serde(skip_serializing_if = "Option::is_none")]
    gecontroleerd_op: Option<DateTime<Utc>>,
    /// Versie: stuur die tussen aanhalingstekens mee in If-Match.
    #[schema(minimum = 1, example = 1)]
    versie: i32,
}

/// Een bladzijde met gebruikers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gebruikers {
    /// De gebruikers van deze bladzijde.
    gebruikers: Vec<UserBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

/// Wat u van een gebruiker wijzigt.
#[derive(Debug, ToSchema)]
#[schema(as = GebruikerInvoer)]
#[expect(dead_code, reason = "describes the fields that read_user reads")]
pub struct UserInput {
    naam: Naam,
    email: Mailadres,
    #[schema(schema_with = roles_schema)]
    rollen: Vec<String>,
}

/// Wie u uitnodigt.
#[derive(Debug, ToSchema)]
#[schema(as = UitnodigingInvoer)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct InvitationInput {
    /// Waarmee iemand inlogt.
    #[schema(pattern = "^[a-z][a-z0-9.-]{2,59}$", example = "huisarts-putten")]
    gebruikersnaam: String,
    naam: Naam,
    email: Mailadres,
    /// Nummer van een organisatie van uw regio.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 3)]
    organisatie: i64,
    #[schema(schema_with = roles_schema)]
    rollen: Vec<String>,
}

/// Een stap met een gebruiker.
#[derive(Debug, ToSchema)]
#[schema(as = GebruikerStapInvoer)]
#[expect(dead_code, reason = "describes the fields that read_step reads")]
pub struct StepInput {
    #[schema(schema_with = step_schema)]
    stap: String,
    /// Waarom, bij de stap tweede-factor en bij geen andere.
    #[schema(
        min_length = 10,
        max_length = 500,
        pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",
        example = "Telefoon kwijt, gebeld op het bekende nummer"
    )]
    reden: Option<String>,
}

fn role_schema() -> Object {
    codes_schema("Rol: wat iemand mag.", person_roles().into_iter().map(Role::code))
}

fn roles_schema() -> Array {
    ArrayBuilder::new()
        .description(Some("Rollen die bij de soort organisatie passen."))
        .items(role_schema())
        .min_items(Some(1))
        .max_items(Some(MOST_ROLES))
        .build()
}

fn state_schema() -> Object {
    codes_schema(
        "Of iemand kan inloggen; wie is uitgenodigd heeft nog geen wachtwoord.",
        UserState::CODES.iter().map(|(code, _)| *code),
    )
}

fn step_schema() -> Object {
    codes_schema(
        "Wat u met de gebruiker doet; `tweede-factor` haalt die weg, zodat iemand die opnieuw instelt.",
        STEPS,
    )
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            gebruikersnaam: user.name,
            naam: user.display_name,
            email: Some(user.email).filter(|email| !email.is_empty()),
            organisatie: OrganisationName::new(user.organisation_id, user.organisation, user.kind),
            rollen: user.roles.into_iter().map(Role::code).collect(),
            stand: user.state.code(),
            gemaakt_op: user.created_at,
            laatst_ingelogd_op: user.last_sign_in_at,
            gecontroleerd_op: user.reviewed_at,
            versie: user.version,
        }
    }
}

/// Reads which users to list, for API and page.
pub(super) fn read_filter(query: &mut Fields) -> UserFilter {
    let roles: Vec<(&str, Role)> = person_roles().into_iter().map(|role| (role.code(), role)).collect();
    UserFilter {
        text: query.optional_text("naam", Length(1, 100)),
        role: query.optional_choice("rol", &roles),
        organisation_id: query.optional_int("organisatie", 1, HIGHEST_ID),
        state: query.optional_choice("stand", &UserState::CODES),
    }
}

/// Reads what is said of a user. A page has a box for every role, JSON a list of them.
pub(super) fn read_user(fields: &mut Fields, read_roles: impl FnOnce(&mut Fields) -> Vec<Role>) -> UserDraft {
    let display_name = fields.text("naam", Length(1, 100));
    let email = fields.parsed("email", "geen-emailadres", parse_email).unwrap_or_default().to_lowercase();
    UserDraft { display_name, email, roles: read_roles(fields) }
}

/// Reads the codes of roles, each once; in a sheet with `|` between.
pub fn read_roles(fields: &mut Fields) -> Vec<Role> {
    let mut roles = Vec::new();
    for code in fields.texts("rollen", MOST_ROLES, Length(1, 60)) {
        let Some(role) = person_roles().into_iter().find(|role| role.code() == code) else {
            let codes: Vec<&str> = person_roles().into_iter().map(Role::code).collect();
            fields.error("rollen", "onbekende-keuze", format!("kies uit: {}", codes.join(", ")));
            return Vec::new();
        };
        roles.push(role);
    }
    if roles.is_empty() {
        let mut missing = Violations::new();
        missing.add("rollen", "verplicht", "vul minstens één rol in");
        fields.add_joint(missing);
    }
    roles.sort_by_key(|role| role.code());
    roles.dedup();
    roles
}

/// Reads a step, from JSON or a form. Only a lost second factor asks why.
pub(super) fn read_step(fields: &mut Fields) -> Option<Step> {
    let code = fields.choice("stap", &STEPS.map(|code| (code, code)));
    if code.is_some_and(|code| code != "tweede-factor") && fields.has("reden") {
        drop(fields.optional_text("reden", Length(10, 500)));
        fields.error("reden", "strijdig", "alleen bij een verloren tweede factor hoort een reden");
    }
    Some(match code? {
        "blokkeren" => Step::Block,
        "toelaten" => Step::Readmit,
        "uitnodigen" => Step::InviteAgain,
        "tweede-factor" => {
            let is_missing = fields.raw("reden").trim().is_empty();
            let reason = fields.optional_text("reden", Length(10, 500));
            if is_missing {
                fields.error(
                    "reden",
                    "ontbreekt",
                    "vul dit in: bij een verloren tweede factor hoort een reden",
                );
            }
            Step::ResetSecondFactor(reason.unwrap_or_default())
        }
        _ => Step::EndSessions,
    })
}

#[utoipa::path(
    get, path = "/gebruikers", operation_id = "lijstGebruikers", tag = "Gebruikers",
    summary = "De gebruikers van uw regio",
    params(
        UserQuery,
        PageQuery,
    ),
    responses(
        (status = 200, description = "Een bladzijde met gebruikers", body = Gebruikers, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_users(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let part = rows_of_page(number);
    let (users, total) =
        ctx.db(move |conn, actor, _| actions::list(conn, actor, &filter, order, part)).await?;
    let gebruikers = users.into_iter().map(UserBody::from).collect();
    reply::json(&Gebruikers { gebruikers, paginering: Paging::new(number, total).into() })
}

#[utoipa::path(
    get, path = "/gebruikers/{id}", operation_id = "haalGebruiker", tag = "Gebruikers",
    summary = "Eén gebruiker",
    params(NumberPath),
    responses(
        (status = 200, description = "De gebruiker", body = UserBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_user(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let user = ctx.db(move |conn, actor, _| actions::find_own(conn, actor, id)).await?;
    reply_user(StatusCode::OK, user)
}

#[utoipa::path(
    post, path = "/gebruikers", operation_id = "nodigGebruikerUit", tag = "Gebruikers",
    summary = "Iemand uitnodigen",
    description = "Diegene krijgt een mail met een link, en kiest daarmee een wachtwoord. Een gebruikersnaam of adres dat al in gebruik is, een \
        organisatie die er niet is en een rol die er niet bij past geven 409, allemaal tegelijk.",
    params(OnceKey),
    request_body(content = InvitationInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Uitgenodigd", body = UserBody, headers(
            ("API-Version" = String), ("ETag" = String, description = "Eerste versie"), ("Location" = String, description = "Adres van de gebruiker"),
        )),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_user(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let name = input.parsed("gebruikersnaam", "geen-naam", parse_user_name).unwrap_or_default();
    let organisation_id = input.int("organisatie", 1, i64::MAX);
    let draft = read_user(&mut input, read_roles);
    let new = input.finish(Invitation { name, organisation_id, draft })?;
    let sender = sender(&ctx);
    let user = ctx
        .db(move |conn, actor, now| {
            let id = actions::invite(conn, actor, now, &sender, &new)?;
            actions::find_own(conn, actor, id)
        })
        .await?;
    let address = format!("/v1/gebruikers/{}", user.id);
    let mut answer = reply_user(StatusCode::CREATED, user)?;
    answer.headers_mut().insert(header::LOCATION, address.parse().map_err(Error::internal)?);
    Ok(answer)
}

#[utoipa::path(
    put, path = "/gebruikers/{id}", operation_id = "wijzigGebruiker", tag = "Gebruikers",
    summary = "Naam, adres en rollen van een gebruiker wijzigen",
    description = "Met andere rollen eindigen meteen alle sessies en tokens van de gebruiker. De gebruikersnaam en de organisatie veranderen niet: nodig \
        iemand uit onder een andere naam. Is de gebruiker gewijzigd sinds de versie in If-Match, dan volgt 409 met de stand van nu in `huidig`. \
        Uw eigen rollen, en die van de laatste beheerder, geven ook 409.",
    params(NumberPath, ChangedVersion),
    request_body(content = UserInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = UserBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_user(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let version = reply::changed_version(&req, &mut input);
    let draft = read_user(&mut input, read_roles);
    let draft = input.finish(draft)?;
    let sender = sender(&ctx);
    let saved = ctx
        .db(move |conn, actor, now| {
            actions::save(conn, actor, now, &sender, (id, version), &draft)?;
            actions::find_own(conn, actor, id)
        })
        .await;
    let who = ctx.actor.clone();
    let current = move |conn: &mut Connection| actions::find_own(conn, &who, id).map(UserBody::from);
    reply_user(StatusCode::OK, reply::show_current(&ctx, saved, current).await?)
}

#[utoipa::path(
    post, path = "/gebruikers/{id}/stappen", operation_id = "zetGebruikerStap", tag = "Gebruikers",
    summary = "Een gebruiker blokkeren, toelaten, uitloggen of opnieuw uitnodigen, of de tweede factor wissen",
    description = "Wie geblokkeerd, toegelaten of uitgelogd wordt, of de tweede factor kwijt is, verliest meteen alle sessies en tokens. Een stap die nu niet \
        kan geeft 409, zoals uzelf of de laatste beheerder blokkeren.",
    params(NumberPath, OnceKey),
    request_body(content = StepInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De gebruiker zoals die nu is", body = UserBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_step(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let step = read_step(&mut input);
    let step = input.finish(step)?.ok_or_else(|| Error::internal("a required step is missing"))?;
    let sender = sender(&ctx);
    let user = ctx
        .db(move |conn, actor, now| {
            actions::take_step(conn, actor, now, &sender, id, &step)?;
            actions::find_own(conn, actor, id)
        })
        .await?;
    reply_user(StatusCode::OK, user)
}

fn reply_user(status: StatusCode, user: User) -> Result<HttpResponse> {
    reply::json_with_version(status, user.version, &UserBody::from(user))
}
