//! The weights of the own region by API, and what others would do.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use rules::matching::{Weights, words};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::model::{Effect, MOST_HUNDREDTHS, MOST_KM, RegionWeights, WeightsChange};
use crate::error::{Error, Result};
use crate::matching::runs::api::Maten;
use crate::web::context::Context;
use crate::web::described::{ChangedVersion, ReadProblems, WriteProblems, stored_etag};
use crate::web::fields::Fields;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// Weging: hoeveel weken iets telt als aanbod met elkaar wordt vergeleken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Weging)]
#[serde(rename_all = "camelCase")]
pub struct WeightsBody {
    /// Elke 10 km.
    #[schema(minimum = 0, maximum = 52, example = 1)]
    per10km: f64,
    /// Wachttijd zonder einde.
    #[schema(minimum = 0, maximum = 52, example = 4)]
    open_einde: f64,
    /// Onbekende wachttijd, boven op de norm.
    #[schema(minimum = 0, maximum = 52, example = 4)]
    onbekend: f64,
    /// Verouderd cijfer.
    #[schema(minimum = 0, maximum = 52, example = 2)]
    verouderd: f64,
    /// Alternatief product.
    #[schema(minimum = 0, maximum = 52, example = 2)]
    alternatief: f64,
    /// Andere aanbieder dan het gezin wil.
    #[schema(minimum = 0, maximum = 52, example = 2)]
    geen_voorkeur: f64,
    /// Elke behoefte waarvoor de aanbieder niet bekendstaat.
    #[schema(minimum = 0, maximum = 52, example = 1)]
    behoefte: f64,
    /// Zoveel kilometer telt een onbekende afstand.
    #[schema(minimum = 0, maximum = 300, example = 30)]
    onbekende_afstand: u32,
    /// De weging in gewone taal.
    woorden: Vec<String>,
}

/// Weging die u opslaat, in weken; op honderdsten afgerond.
#[derive(Debug, ToSchema)]
#[schema(as = WegingInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_weights reads")]
pub struct WeightsInput {
    /// Elke 10 km.
    #[schema(minimum = 0, maximum = 52, example = 1)]
    per10km: f64,
    /// Wachttijd zonder einde.
    #[schema(minimum = 0, maximum = 52, example = 4)]
    open_einde: f64,
    /// Onbekende wachttijd, boven op de norm.
    #[schema(minimum = 0, maximum = 52, example = 4)]
    onbekend: f64,
    /// Verouderd cijfer.
    #[schema(minimum = 0, maximum = 52, example = 2)]
    verouderd: f64,
    /// Alternatief product.
    #[schema(minimum = 0, maximum = 52, example = 2)]
    alternatief: f64,
    /// Andere aanbieder dan het gezin wil.
    #[schema(minimum = 0, maximum = 52, example = 2)]
    geen_voorkeur: f64,
    /// Elke behoefte waarvoor de aanbieder niet bekendstaat.
    #[schema(minimum = 0, maximum = 52, example = 1)]
    behoefte: f64,
    /// Zoveel kilometer telt een onbekende afstand.
    #[schema(minimum = 0, maximum = 300, example = 30)]
    onbekende_afstand: u32,
}

/// Wat een andere weging nu zou veranderen, in aantallen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WegingGevolg)]
#[serde(rename_all = "camelCase")]
pub struct EffectBody {
    /// Wachtenden voor wie er nu aanbod is.
    #[schema(example = 160)]
    wachtenden: usize,
    /// Van hen: die een ander eerste voorstel krijgen.
    #[schema(example = 4)]
    andere_eerste: usize,
    /// Van hen: die een ander voorstel bij de eerste vijf krijgen.
    #[schema(example = 9)]
    andere_vijf: usize,
    /// Het regionale voorstel met de weging van nu, en met deze.
    nu: Maten,
    dan: Maten,
}

/// Eén keer dat de weging is gekozen.
#[derive(Debug, Serialize, ToSchema)]
pub struct WegingVersie {
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
    weging: WeightsBody,
}

/// De weging van nu en van eerder.
#[derive(Debug, Serialize, ToSchema)]
pub struct WegingVersies {
    /// De keuzes, de nieuwste eerst.
    versies: Vec<WegingVersie>,
}

fn weeks(hundredths: u32) -> f64 {
    f64::from(hundredths) / 100.0
}

impl From<RegionWeights> for WeightsBody {
    fn from(stored: RegionWeights) -> Self {
        Self {
            per10km: weeks(stored.per_10_km),
            open_einde: weeks(stored.open_end),
            onbekend: weeks(stored.unknown_wait),
            verouderd: weeks(stored.stale),
            alternatief: weeks(stored.substitute),
            geen_voorkeur: weeks(stored.not_preferred),
            behoefte: weeks(stored.per_unmet_need),
            onbekende_afstand: stored.unknown_distance / 1000,
            woorden: words::weighing(&stored.weights()),
        }
    }
}

impl From<WeightsChange> for WegingVersie {
    fn from(change: WeightsChange) -> Self {
        Self {
            versie: change.weights.version,
            sinds: change.at,
            door: change.by_name,
            organisatie: change.by_organisation,
            weging: change.weights.into(),
        }
    }
}

impl From<Effect> for EffectBody {
    fn from(effect: Effect) -> Self {
        Self {
            wachtenden: effect.clients,
            andere_eerste: effect.other_first,
            andere_vijf: effect.other_five,
            nu: effect.now.into(),
            dan: effect.then.into(),
        }
    }
}

fn read_weights(fields: &mut Fields) -> Weights {
    let mut weight = |name: &str| hundredths(fields.decimal(name, 0.0, weeks(MOST_HUNDREDTHS)));
    let mut weights = Weights {
        per_10_km: weight("per10km"),
        open_end: weight("openEinde"),
        unknown_wait: weight("onbekend"),
        stale: weight("verouderd"),
        substitute: weight("alternatief"),
        not_preferred: weight("geenVoorkeur"),
        per_unmet_need: weight("behoefte"),
        unknown_distance: 0,
    };
    weights.unknown_distance = fields.small::<u32>("onbekendeAfstand", 0, MOST_KM).unwrap_or_default() * 1000;
    weights
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "read between zero and a year")]
fn hundredths(weeks: f64) -> u32 {
    (weeks * 100.0).round() as u32
}

fn answer(weights: RegionWeights) -> Result<HttpResponse> {
    reply::json_with_version(StatusCode::OK, stored_etag(weights.version), &WeightsBody::from(weights))
}

#[utoipa::path(
    get, path = "/weging", operation_id = "haalWeging", tag = "Regionaal voorstel",
    summary = "Hoe uw regio aanbod weegt",
    responses(
        (status = 200, description = "De weging", body = WeightsBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_weights(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    answer(ctx.db(move |conn, _, _| actions::find_weights(conn, region_id)).await?)
}

#[utoipa::path(
    get, path = "/weging/versies", operation_id = "lijstWeging", tag = "Regionaal voorstel",
    summary = "Elke keer dat uw regio de weging koos",
    description = "De laatste vijftig, de nieuwste eerst. Een voorstel noemt de versie waarmee het is gemaakt; versie 0 is de weging van het programma.",
    responses(
        (status = 200, description = "De versies", body = WegingVersies, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_weights(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let (_, changes) = ctx.db(|conn, actor, _| actions::list_changes(conn, actor)).await?;
    reply::json(&WegingVersies { versies: changes.into_iter().map(Into::into).collect() })
}

#[utoipa::path(
    get, path = "/weging/gevolg", operation_id = "haalWegingGevolg", tag = "Regionaal voorstel",
    summary = "Wat een andere weging nu zou veranderen",
    description = "In aantallen, over wie nu wacht en de plekken die nu vrij zijn. Er wordt niets opgeslagen.",
    params(
        ("per10km" = f64, Query, description = "Weken voor elke 10 km", minimum = 0, maximum = 52, example = 1),
        ("openEinde" = f64, Query, description = "Weken voor een wachttijd zonder einde", minimum = 0, maximum = 52, example = 4),
        ("onbekend" = f64, Query, description = "Weken voor een onbekende wachttijd, boven op de norm", minimum = 0, maximum = 52, example = 4),
        ("verouderd" = f64, Query, description = "Weken voor een verouderd cijfer", minimum = 0, maximum = 52, example = 2),
        ("alternatief" = f64, Query, description = "Weken voor een alternatief product", minimum = 0, maximum = 52, example = 2),
        ("geenVoorkeur" = f64, Query, description = "Weken voor een andere aanbieder dan het gezin wil", minimum = 0, maximum = 52, example = 2),
        ("behoefte" = f64, Query, description = "Weken voor elke behoefte waarvoor de aanbieder niet bekendstaat", minimum = 0, maximum = 52, example = 1),
        ("onbekendeAfstand" = u32, Query, description = "Kilometers voor een onbekende afstand", minimum = 0, maximum = 300, example = 30),
    ),
    responses(
        (status = 200, description = "Het gevolg", body = EffectBody, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_effect(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let weights = read_weights(&mut query);
    let weights = query.finish(weights)?;
    let snapshot = ctx.state.supply.current()?;
    let effect = ctx.db(move |conn, actor, _| actions::preview(conn, actor, &snapshot, &weights)).await?;
    reply::json(&EffectBody::from(effect))
}

#[utoipa::path(
    put, path = "/weging", operation_id = "bewaarWeging", tag = "Regionaal voorstel",
    summary = "De weging van uw regio wijzigen",
    description = "De weging van daarvoor blijft bewaard. Is ze gewijzigd sinds de versie in If-Match, dan volgt 409 met de stand van nu in `huidig`.",
    params(ChangedVersion),
    request_body(content = WeightsInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = WeightsBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_weights(
    ctx: Context,
    req: HttpRequest,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let version = reply::changed_version(&req, &mut input) - stored_etag(0);
    let weights = read_weights(&mut input);
    let weights = input.finish(weights)?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let saved =
        ctx.db(move |conn, actor, now| actions::save_weights(conn, actor, now, version, weights)).await;
    let current =
        move |conn: &mut crate::db::Connection| actions::find_weights(conn, region_id).map(WeightsBody::from);
    answer(reply::show_current(&ctx, saved, current).await?)
}
