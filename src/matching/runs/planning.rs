//! On which day of the week a region has a run made by itself, by API.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::pages::WEEKDAYS;
use crate::error::Result;
use crate::web::context::Context;
use crate::web::described::{ChangedVersion, ReadProblems, WriteProblems, stored_etag};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// Dag van de week.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "describes the days that are read and written")]
enum Weekdag {
    Maandag,
    Dinsdag,
    Woensdag,
    Donderdag,
    Vrijdag,
    Zaterdag,
    Zondag,
}

/// Planning van het regionale voorstel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RondePlanning)]
pub struct ScheduleBody {
    /// De dag waarop elke week vanzelf een ronde wordt gemaakt; leeg: niet vanzelf.
    #[schema(value_type = Option<Weekdag>, example = "maandag")]
    weekdag: Option<&'static str>,
}

/// Planning die u opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = RondePlanningInvoer)]
#[expect(dead_code, reason = "describes the field that is read")]
pub struct ScheduleInput {
    /// De dag waarop elke week vanzelf een ronde wordt gemaakt. Zonder dit veld: niet vanzelf.
    weekdag: Option<Weekdag>,
}

fn body(weekday: Option<i32>) -> ScheduleBody {
    let found = WEEKDAYS.iter().find(|(_, number)| Some(*number) == weekday);
    ScheduleBody { weekdag: found.map(|(code, _)| *code) }
}

fn answer((version, weekday): (i32, Option<i32>)) -> Result<HttpResponse> {
    reply::json_with_version(StatusCode::OK, stored_etag(version), &body(weekday))
}

#[utoipa::path(
    get, path = "/regiovoorstellen/planning", operation_id = "haalRondePlanning", tag = "Regionaal voorstel",
    summary = "Op welke dag vanzelf een ronde wordt gemaakt",
    responses(
        (status = 200, description = "De planning", body = ScheduleBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_schedule(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    answer(ctx.db(|conn, actor, _| actions::find_schedule(conn, actor)).await?)
}

#[utoipa::path(
    put, path = "/regiovoorstellen/planning", operation_id = "bewaarRondePlanning", tag = "Regionaal voorstel",
    summary = "Een ronde vanzelf laten maken, of niet meer",
    description = "Is de planning gewijzigd sinds de versie in If-Match, dan volgt 409 met de stand van nu in `huidig`.",
    params(ChangedVersion),
    request_body(content = ScheduleInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = ScheduleBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_schedule(
    ctx: Context,
    req: HttpRequest,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let version = reply::changed_version(&req, &mut input) - stored_etag(0);
    let weekday = input.optional_choice("weekdag", &WEEKDAYS);
    let weekday = input.finish(weekday)?;
    let saved = ctx
        .db(move |conn, actor, now| actions::save_schedule(conn, actor, now, version, weekday))
        .await
        .map(|()| (version + 1, weekday));
    let actor = ctx.actor.clone();
    let current = move |conn: &mut crate::db::Connection| {
        actions::find_schedule(conn, &actor).map(|(_, weekday)| body(weekday))
    };
    answer(reply::show_current(&ctx, saved, current).await?)
}
