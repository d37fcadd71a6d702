//! The policy of the own region by API.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use rules::matching::priority::Policy;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::model::{PolicyChange, RegionPolicy};
use super::pages::{find_effect, read_policy};
use crate::error::{Error, Result};
use crate::matching::runs::api::Maten;
use crate::web::context::Context;
use crate::web::described::{ChangedVersion, ReadProblems, WriteProblems, stored_etag};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// Toewijzingsbeleid: wie voorgaat in het regionale voorstel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Toewijzingsbeleid)]
pub struct PolicyBody {
    /// Wie wacht op een maatregel staat op de hoogste trap.
    maatregel: bool,
    /// Wie spoed heeft schuift een trap op.
    spoed: bool,
    /// Wie langer wacht dan de norm schuift een trap op.
    norm: bool,
    /// Weken wachten die als één stap tellen; 0: wachten telt verder niet mee.
    #[serde(rename = "wekenPerStap")]
    #[schema(minimum = 0, maximum = 520, example = 4)]
    weken_per_stap: u16,
    /// Blijven wachten telt als zoveel weken.
    #[serde(rename = "blijvenWachten")]
    #[schema(minimum = 1, maximum = 520, example = 52)]
    blijven_wachten: u16,
    /// Het beleid in gewone taal, in de volgorde waarin het werkt.
    woorden: Vec<String>,
}

/// Toewijzingsbeleid dat u opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = ToewijzingsbeleidInvoer)]
#[expect(dead_code, reason = "describes the fields that read_policy reads")]
pub struct PolicyInput {
    /// Wie wacht op een maatregel staat op de hoogste trap. Zonder dit veld: nee.
    maatregel: Option<bool>,
    /// Wie spoed heeft schuift een trap op. Zonder dit veld: nee.
    spoed: Option<bool>,
    /// Wie langer wacht dan de norm schuift een trap op. Zonder dit veld: nee.
    norm: Option<bool>,
    /// Weken wachten die als één stap tellen.
    #[schema(rename = "wekenPerStap", minimum = 0, maximum = 520, example = 4)]
    weken_per_stap: i32,
    /// Blijven wachten telt als zoveel weken.
    #[schema(rename = "blijvenWachten", minimum = 1, maximum = 520, example = 52)]
    blijven_wachten: i32,
}

impl From<RegionPolicy> for PolicyBody {
    fn from(stored: RegionPolicy) -> Self {
        Self {
            maatregel: stored.measure_first,
            spoed: stored.urgent_first,
            norm: stored.ageing,
            weken_per_stap: stored.weeks_per_step,
            blijven_wachten: stored.stay_weeks,
            woorden: stored.policy().in_words(),
        }
    }
}

fn answer(policy: RegionPolicy) -> Result<HttpResponse> {
    reply::json_with_version(StatusCode::OK, stored_etag(policy.version), &PolicyBody::from(policy))
}

#[utoipa::path(
    get, path = "/toewijzingsbeleid", operation_id = "haalToewijzingsbeleid", tag = "Regionaal voorstel",
    summary = "Het toewijzingsbeleid van uw regio",
    responses(
        (status = 200, description = "Het beleid", body = PolicyBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_policy(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    answer(ctx.db(move |conn, _, _| actions::find_policy(conn, region_id)).await?)
}

/// Eén keer dat het beleid is gekozen.
#[derive(Debug, Serialize, ToSchema)]
pub struct BeleidVersie {
    /// Volgnummer van de keuze; de eerste is 1.
    #[schema(minimum = 1, example = 3)]
    versie: i32,
    /// Vanaf wanneer deze keuze gold (UTC).
    sinds: DateTime<Utc>,
    /// Naam van wie koos.
    #[schema(example = "Beheerder regio")]
    door: String,
    /// Organisatie van wie koos.
    #[schema(example = "Regio Noord-Veluwe")]
    organisatie: String,
    beleid: PolicyBody,
}

impl From<PolicyChange> for BeleidVersie {
    fn from(change: PolicyChange) -> Self {
        Self {
            versie: change.policy.version,
            sinds: change.at,
            door: change.by_name,
            organisatie: change.by_organisation,
            beleid: change.policy.into(),
        }
    }
}

/// Het beleid van nu en van eerder.
#[derive(Debug, Serialize, ToSchema)]
pub struct BeleidVersies {
    /// De keuzes, de nieuwste eerst.
    versies: Vec<BeleidVersie>,
}

#[utoipa::path(
    get, path = "/toewijzingsbeleid/versies", operation_id = "lijstToewijzingsbeleid", tag = "Regionaal voorstel",
    summary = "Elke keer dat uw regio het toewijzingsbeleid koos",
    description = "De laatste vijftig, de nieuwste eerst. Een ronde noemt de versie waarmee zij is gemaakt; versie 0 is het beleid van het programma.",
    responses(
        (status = 200, description = "De versies", body = BeleidVersies, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_policies(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let (_, changes) = ctx.db(move |conn, _, _| actions::list_changes(conn, region_id)).await?;
    reply::json(&BeleidVersies { versies: changes.into_iter().map(Into::into).collect() })
}

/// Wat een ander beleid nu zou veranderen, in aantallen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ToewijzingsbeleidGevolg)]
#[serde(rename_all = "camelCase")]
pub struct EffectBody {
    /// Kinderen die een plek krijgen en er nu geen hebben.
    #[schema(example = 3)]
    krijgen_plek: usize,
    /// Kinderen die een plek hebben en dan geen meer.
    #[schema(example = 3)]
    verliezen_plek: usize,
    /// Kinderen die een andere plek krijgen.
    #[schema(example = 2)]
    andere_plek: usize,
    /// Het regionale voorstel met het beleid van nu, en met dit beleid.
    nu: Maten,
    dan: Maten,
}

#[utoipa::path(
    get, path = "/toewijzingsbeleid/gevolg", operation_id = "haalToewijzingsbeleidGevolg", tag = "Regionaal voorstel",
    summary = "Wat een ander toewijzingsbeleid nu zou veranderen",
    description = "In aantallen, over wie nu wacht en de plekken die nu vrij zijn. Er wordt niets opgeslagen.",
    params(
        ("maatregel" = Option<bool>, Query, description = "Wie wacht op een maatregel staat op de hoogste trap"),
        ("spoed" = Option<bool>, Query, description = "Wie spoed heeft schuift een trap op"),
        ("norm" = Option<bool>, Query, description = "Wie langer wacht dan de norm schuift een trap op"),
        ("wekenPerStap" = i32, Query, description = "Weken wachten die als één stap tellen", minimum = 0, maximum = 520, example = 4),
        ("blijvenWachten" = i32, Query, description = "Blijven wachten telt als zoveel weken", minimum = 1, maximum = 520, example = 52),
    ),
    responses(
        (status = 200, description = "Het gevolg", body = EffectBody, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_effect(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let policy = read_policy(&mut query);
    let policy = query.finish(policy)?;
    let effect = find_effect(&ctx, policy).await?;
    reply::json(&EffectBody {
        krijgen_plek: effect.gains,
        verliezen_plek: effect.loses,
        andere_plek: effect.moves,
        nu: effect.now.into(),
        dan: effect.then.into(),
    })
}

#[utoipa::path(
    put, path = "/toewijzingsbeleid", operation_id = "bewaarToewijzingsbeleid", tag = "Regionaal voorstel",
    summary = "Het toewijzingsbeleid van uw regio wijzigen",
    description = "Het beleid van daarvoor blijft bewaard.",
    params(ChangedVersion),
    request_body(content = PolicyInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = PolicyBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_policy(
    ctx: Context,
    req: HttpRequest,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let version = reply::changed_version(&req, &mut input) - stored_etag(0);
    let policy: Policy = read_policy(&mut input);
    let policy = input.finish(policy)?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let saved = ctx.db(move |conn, actor, now| actions::save_policy(conn, actor, now, version, policy)).await;
    let current =
        move |conn: &mut crate::db::Connection| actions::find_policy(conn, region_id).map(PolicyBody::from);
    answer(reply::show_current(&ctx, saved, current).await?)
}
