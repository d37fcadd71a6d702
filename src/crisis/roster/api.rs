//! The roster and the hand-over notes by API, for who works at the crisis point.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use rules::crisis::codes::Duty;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::model::{Handover, NewShift, Shift};
use crate::api_document::parse_path;
use crate::crisis::reading::{Tijd, required_time};
use crate::crisis::settings::actions::find_point;
use crate::db;
use crate::error::{Error, Result};
use crate::product_book::described::Datum;
use crate::web::context::Context;
use crate::web::described::{ConfirmationInput, OnceKey, ReadProblems, WriteProblems};
use crate::web::fields::{Fields, Length, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::notes::check_note;
use crate::web::reply;

/// The shift in a path.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct ShiftPath {
    /// Nummer van de dienst.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17)]
    id: i64,
}

/// Een dienst van het crisispunt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisdienst)]
pub struct ShiftBody {
    /// Nummer van de dienst.
    #[schema(minimum = 1, example = 17)]
    id: i64,
    /// Dag van de dienst.
    dag: NaiveDate,
    /// Taak van het crisispunt.
    #[schema(pattern = "^(loket|verdeelpunt|registratie)$", example = "loket")]
    taak: &'static str,
    /// Begin van de dienst, in Nederlandse tijd.
    #[schema(value_type = String, example = "09:00")]
    van: String,
    /// Einde van de dienst, in Nederlandse tijd.
    #[schema(value_type = String, example = "17:00")]
    tot: String,
    /// Hoe degene heet die de dienst heeft: een functie, geen persoon.
    #[schema(example = "Loket Flevoland")]
    wie: String,
}

impl From<Shift> for ShiftBody {
    fn from(shift: Shift) -> Self {
        let time = |time: NaiveTime| time.format("%H:%M").to_string();
        Self {
            id: shift.id,
            dag: shift.on,
            taak: shift.duty.code(),
            van: time(shift.from),
            tot: time(shift.until),
            wie: shift.holder,
        }
    }
}

/// Het rooster van de komende twee weken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisrooster)]
pub struct Roster {
    /// De diensten, de vroegste eerst.
    diensten: Vec<ShiftBody>,
}

/// Wie een taak heeft.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisdienstInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that post_shift reads")]
pub struct ShiftInput {
    /// Vandaag of later, hooguit een jaar vooruit.
    dag: Datum,
    /// Taak van het crisispunt.
    #[schema(pattern = "^(loket|verdeelpunt|registratie)$", example = "loket")]
    taak: String,
    van: Tijd,
    tot: Tijd,
    /// Gebruikersnaam van iemand met de rol van deze taak.
    #[schema(min_length = 1, max_length = 60, pattern = "^[a-z0-9-]+$", example = "loket-flevoland")]
    wie: String,
}

/// Overdracht aan de volgende dienst.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisoverdracht)]
pub struct HandoverBody {
    /// Wanneer de overdracht is geschreven (UTC).
    op: DateTime<Utc>,
    /// Taak van het crisispunt waarvoor zij is.
    #[schema(pattern = "^(loket|verdeelpunt|registratie)$", example = "loket")]
    taak: &'static str,
    /// Wat de volgende dienst moet weten.
    #[schema(example = "Twee aanvragen wachten nog op een plek.")]
    tekst: String,
    /// Hoe de schrijver op de pagina heet: een functie, geen persoon.
    #[schema(example = "Loket crisispunt")]
    door: String,
}

impl From<Handover> for HandoverBody {
    fn from(note: Handover) -> Self {
        Self { op: note.at, taak: note.duty.code(), tekst: note.note, door: note.by_name }
    }
}

/// De overdrachten van de laatste dagen, de nieuwste eerst.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisoverdrachten)]
pub struct Handovers {
    /// De overdrachten, die van elke taak.
    overdrachten: Vec<HandoverBody>,
}

/// Wat de volgende dienst moet weten.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisoverdrachtInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that post_handover reads")]
pub struct HandoverInput {
    /// Taak van het crisispunt waarvoor zij is.
    #[schema(pattern = "^(loket|verdeelpunt|registratie)$", example = "loket")]
    taak: String,
    /// Hooguit twee zinnen, en niets over een persoon.
    #[schema(
        min_length = 1,
        max_length = 280,
        pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",
        example = "Twee aanvragen wachten nog op een plek."
    )]
    tekst: String,
}

fn duties() -> Vec<(&'static str, Duty)> {
    Duty::ALL.iter().map(|duty| (duty.code(), *duty)).collect()
}

#[utoipa::path(
    get, path = "/crisisdiensten", operation_id = "lijstCrisisdiensten", tag = "Crisis",
    summary = "Het rooster van het crisispunt voor de komende twee weken",
    responses(
        (status = 200, description = "De diensten op dag en taak", body = Roster, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_shifts(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    roster(&ctx).await
}

async fn roster(ctx: &Context) -> Result<HttpResponse> {
    let first = ctx.today();
    let last = first + Days::new(actions::DAYS_SHOWN - 1);
    let found = ctx
        .db(move |conn, actor, _| {
            let point = find_point(conn, actor.region_id().ok_or(Error::SignInRequired)?)?;
            actions::list_shifts(conn, point.id, (first, last))
        })
        .await?;
    reply::json(&Roster { diensten: found.into_iter().map(ShiftBody::from).collect() })
}

fn read_shift(input: &mut Fields) -> Option<(NewShift, String)> {
    let on = input.optional_date("dag");
    if on.is_none() && input.raw("dag").is_empty() {
        input.error("dag", "verplicht", "vul een dag in");
    }
    let duty = input.choice("taak", &duties());
    let (from, until) = (required_time(input, "van"), required_time(input, "tot"));
    let who = input.parsed("wie", "geen-naam", |text: &str| {
        let fits = (1..=60).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits { Ok(text.to_owned()) } else { Err("vul een gebruikersnaam in") }
    });
    Some((NewShift { on: on?, duty: duty?, from: from?, until: until?, user_id: 0 }, who?))
}

#[utoipa::path(
    post, path = "/crisisdiensten", operation_id = "vulCrisisdienstIn", tag = "Crisis",
    summary = "Een dienst invullen",
    description = "Een taak is op één moment van één. Overlapt de dienst met een andere, dan volgt 409.",
    params(OnceKey),
    request_body(content = ShiftInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Ingevuld", body = ShiftBody, headers(("API-Version" = String), ("Location" = String, description = "Adres van de dienst"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_shift(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let new = read_shift(&mut input);
    let (new, who) = input.finish(new)?.ok_or_else(|| Error::internal("a required field is missing"))?;
    let added = ctx
        .db(move |conn, actor, now| {
            db::write(conn, |conn| actions::add_shift_of(conn, actor, now, (&new, &who)))
        })
        .await?;
    let address = format!("/v1/crisisdiensten/{}", added.id);
    let mut response = reply::json_with_status(StatusCode::CREATED, &ShiftBody::from(added))?;
    let address = header::HeaderValue::from_str(&address).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, address);
    Ok(response)
}

#[utoipa::path(
    post, path = "/crisisdiensten/{id}/verwijdering", operation_id = "haalCrisisdienstWeg", tag = "Crisis",
    summary = "Een dienst van het rooster halen",
    params(ShiftPath, OnceKey),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Weggehaald; het rooster zoals het nu is", body = Roster, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_removal(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    input.finish(())?;
    ctx.db(move |conn, actor, now| db::write(conn, |conn| actions::remove_shift(conn, actor, now, id)))
        .await?;
    roster(&ctx).await
}

#[utoipa::path(
    get, path = "/crisisoverdrachten", operation_id = "lijstCrisisoverdrachten", tag = "Crisis",
    summary = "Wat de laatste dagen is overgedragen",
    responses(
        (status = 200, description = "De nieuwste eerst", body = Handovers, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_handovers(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let found = ctx
        .db(move |conn, actor, now| {
            let point = find_point(conn, actor.region_id().ok_or(Error::SignInRequired)?)?;
            actions::list_handovers(conn, point.id, now)
        })
        .await?;
    reply::json(&Handovers { overdrachten: found.into_iter().map(HandoverBody::from).collect() })
}

#[utoipa::path(
    post, path = "/crisisoverdrachten", operation_id = "draagCrisisdienstOver", tag = "Crisis",
    summary = "Opschrijven wat de volgende moet weten",
    description = "Wat naar een persoon wijst geeft 409.",
    params(OnceKey),
    request_body(content = HandoverInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Opgeschreven", body = Handovers, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_handover(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let duty = input.choice("taak", &duties());
    let text = input.optional_text("tekst", Length(0, 280));
    check_note(&mut input, "tekst", text.as_deref(), None, ctx.today());
    if input.raw("tekst").is_empty() {
        input.error("tekst", "verplicht", "schrijf op wat de volgende moet weten");
    }
    let (Some(duty), text) = input.finish((duty, text))? else {
        return Err(Error::internal("a required duty is missing"));
    };
    let kept = ctx
        .db(move |conn, actor, now| {
            db::write(conn, |conn| {
                actions::hand_over(conn, actor, now, duty, text.as_deref())?;
                let point = find_point(conn, actor.region_id().ok_or(Error::SignInRequired)?)?;
                actions::list_handovers(conn, point.id, now)
            })
        })
        .await?;
    let body = Handovers { overdrachten: kept.into_iter().map(HandoverBody::from).collect() };
    reply::json_with_status(StatusCode::CREATED, &body)
}
