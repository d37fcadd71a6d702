//! Offers and their figures by API.

pub mod body;
pub mod input;

use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rules::codes::{AgbCode, ProductCode, RegionCode};

use self::body::{ConfirmationBody, OfferBody, Timeline, TimelineLine};
use self::input::{FiguresInput, OfferInput, finish_figures, read_figures, read_json_wait};
use super::actions::{self, Outcome};
use super::model::{Change, Offer};
use crate::actor::Actor;
use crate::api_document::parse_path;
use crate::clock::dutch_day;
use crate::error::{Error, Result};
use crate::identity::policy::Permission;
use crate::paging::{PAGE_SIZE, Paging};
use crate::product_book::common::find_provider_id;
use crate::product_book::described::ProviderPath;
use crate::web::context::Context;
use crate::web::described::{ConfirmationInput, OnceKey, ReadProblems, WriteProblems};
use crate::web::fields::parse_id;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

#[utoipa::path(
    get, path = "/aanbod/{id}", operation_id = "haalAanbod", tag = "Aanbod",
    summary = "Eén aanbod met zijn cijfers",
    description = "Met `op` krijgt u de cijfers zoals ze aan het eind van die dag waren. Was er die dag nog geen aanbod, of is de dag nog niet begonnen, dan is het antwoord 404.",
    params(
        ("id" = i64, Path, description = "Nummer van het aanbod", minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17),
        ("op" = Option<String>, Query, description = "Dag, jjjj-mm-dd", format = "date", pattern = r"^(199\d|20\d\d|2100)-\d\d-\d\d$", example = "2026-06-30"),
    ),
    responses(
        (status = 200, description = "Het aanbod", body = OfferBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    )
)]
pub async fn get_offer(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let day = query.optional_date("op");
    let day = query.finish(day)?;
    let id = parse_path("id", &path, parse_id)?;
    let today = ctx.today();
    let offer = ctx
        .db(move |conn, _, _| {
            let offer = actions::find_offer(conn, id)?;
            let Some(day) = day else { return Ok(offer) };
            let then = if day > today { None } else { actions::figures_on(conn, id, day)? };
            then.map(|entry| offer.as_it_was(entry)).ok_or(Error::NotFound("stand op die dag"))
        })
        .await?;
    reply_offer(StatusCode::OK, offer, day.unwrap_or(today))
}

#[utoipa::path(
    put, path = "/aanbod/{id}", operation_id = "bewaarCijfers", tag = "Aanbod",
    summary = "Cijfers van een aanbod opslaan en bevestigen",
    description = "U vervangt alle cijfers van het aanbod en bevestigt ze daarmee. Een veld dat ontbreekt of null is, is niet bekend. Een wachttijd zonder \
        `maxWeken` heeft een open einde. Is het aanbod gewijzigd sinds de versie in If-Match, dan volgt 409 met het aanbod van nu in `huidig`.",
    params(
        ("id" = i64, Path, description = "Nummer van het aanbod", minimum = 1, maximum = 9_007_199_254_740_991.0),
        ("If-Match" = String, Header, description = "ETag van de versie die u wijzigt", example = "\"3\""),
    ),
    request_body(content = FiguresInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Opgeslagen en bevestigd", body = OfferBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_offer(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let version = reply::changed_version(&req, &mut input);
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            let today = dutch_day(now);
            let offer = actions::find_offer(conn, id)?;
            actions::require_own_provider(actor, offer.provider.id)?;
            let ages = offer.product.ages;
            let draft = read_figures(&mut input, ages, read_json_wait);
            let draft = finish_figures(input, draft, ages, today)?;
            if offer.version != version {
                return Err(outdated(offer, today)?);
            }
            match actions::save_figures(conn, actor, now, vec![Change { offer_id: id, version, draft }])? {
                Outcome::Saved(_) => actions::find_offer(conn, id),
                Outcome::Outdated(mut now_stored) => {
                    Err(outdated(now_stored.pop().ok_or(Error::NotFound("aanbod"))?, today)?)
                }
                Outcome::Invalid(invalid) => Err(invalid
                    .into_iter()
                    .next()
                    .map_or(Error::NotFound("aanbod"), |(_, found)| found.into())),
            }
        })
        .await?;
    let today = ctx.today();
    reply_offer(StatusCode::OK, saved, today)
}

#[utoipa::path(
    get, path = "/aanbod/{id}/verloop", operation_id = "lijstVerloop", tag = "Aanbod",
    summary = "Alles wat een aanbod ooit was",
    description = "De nieuwste regel eerst, 20 op een pagina.",
    params(
        ("id" = i64, Path, description = "Nummer van het aanbod", minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17),
        ("pagina" = Option<i64>, Query, description = "Welke pagina; zonder keuze de eerste", minimum = 1, maximum = 100_000, example = 1),
    ),
    responses(
        (status = 200, description = "Het verloop", body = Timeline, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn get_timeline(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let page = page_number(&mut query);
    let page = query.finish(page)?;
    let id = parse_path("id", &path, parse_id)?;
    let part = timeline_part(page);
    let (offer, (total, lines)) = ctx
        .db(move |conn, _, _| Ok((actions::find_offer(conn, id)?, actions::timeline(conn, id, part)?)))
        .await?;
    let paging = Paging::new(page, total);
    let shows_signature = may_see_signatures(&ctx.actor, &offer);
    reply::json(&Timeline {
        paginering: paging.into(),
        wijzigingen: lines
            .iter()
            .map(|line| TimelineLine::new(line, shows_signature, offer.product.ages))
            .collect(),
    })
}

#[utoipa::path(
    post, path = "/aanbieders/{agb}/bevestigingen", operation_id = "bevestigAlles", tag = "Aanbod",
    summary = "Alle cijfers van een aanbieder bevestigen: niets gewijzigd",
    params(ProviderPath, OnceKey),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Bevestigd", body = ConfirmationBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_confirmation(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let agb = parse_path("agb", &path, AgbCode::parse)?;
    input.finish(())?;
    let confirmed = ctx
        .db_supply(move |conn, actor, now| {
            let provider_id = find_provider_id(conn, agb.as_str())?;
            actions::confirm_all(conn, actor, now, provider_id)
        })
        .await?;
    let body = ConfirmationBody { bevestigd: confirmed.count, bevestigd_op: confirmed.at };
    reply::json_with_status(StatusCode::CREATED, &body)
}

#[utoipa::path(
    post, path = "/aanbieders/{agb}/aanbod", operation_id = "voegAanbodToe", tag = "Aanbod",
    summary = "Aanbod toevoegen",
    description = "Voor een eigen locatie en een product waarvoor u (of uw hoofdaannemer) vandaag een contract heeft. Het nieuwe aanbod heeft nog geen cijfers: \
        de status is onbekend.",
    params(ProviderPath, OnceKey),
    request_body(content = OfferInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Toegevoegd", body = OfferBody, headers(("API-Version" = String), ("ETag" = String, description = "Eerste versie"), ("Location" = String, description = "Adres van het aanbod"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_offer(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let agb = parse_path("agb", &path, AgbCode::parse)?;
    let location = i32::try_from(input.int("locatie", 1, 9999)).map_err(Error::internal)?;
    let product = input.parsed("product", "geen-code", ProductCode::parse);
    let region = input.optional_parsed("regio", "geen-code", RegionCode::parse);
    let product = input.finish(product)?.ok_or_else(|| Error::internal("a required product is missing"))?;
    let offer = ctx
        .db_supply(move |conn, actor, now| {
            let provider_id = find_provider_id(conn, agb.as_str())?;
            let region = region.as_ref().map(RegionCode::as_str);
            actions::add_offer(conn, actor, now, provider_id, location, (region, product.as_str()))
        })
        .await?;
    let address = format!("/v1/aanbod/{}", offer.id);
    let today = ctx.today();
    let mut response = reply_offer(StatusCode::CREATED, offer, today)?;
    let address = header::HeaderValue::from_str(&address).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, address);
    Ok(response)
}

/// Which lines of the history are on a page: how many to skip, how many to show.
pub(super) fn timeline_part(page: usize) -> (usize, usize) {
    (Paging::new(page, 0).offset(), PAGE_SIZE)
}

/// Who changed something is for the provider itself and the administrator.
pub(super) fn may_see_signatures(actor: &Actor, offer: &Offer) -> bool {
    actor.provider_id() == Some(offer.provider.id) || Permission::ManageProductBook.allows(actor)
}

fn reply_offer(status: StatusCode, offer: Offer, day: chrono::NaiveDate) -> Result<HttpResponse> {
    reply::json_with_version(status, offer.version, &OfferBody::new(offer, day))
}

/// Somebody else was first: the offer as it is now goes along.
fn outdated(offer: Offer, today: chrono::NaiveDate) -> Result<Error> {
    let current = serde_json::to_value(OfferBody::new(offer, today)).map_err(Error::internal)?;
    Ok(Error::Outdated { current: Some(current) })
}
