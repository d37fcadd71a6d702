//! Assignments by API: of the desk, and of a provider its own.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use rules::codes::AgbCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Answer, Assignment, Overruling};
use super::pages::own::STANDINGS;
use super::{actions, answering};
use crate::api_document::parse_path;
use crate::crisis::reading::{Aanvraagcode, Agbcode, Lijstcode, list_code, request_code};
use crate::error::{Error, Result};
use crate::paging::{Paging, rows_of_page};
use crate::web::context::Context;
use crate::web::described::{ConfirmationInput, OnceKey, Paginering, ReadProblems, WriteProblems};
use crate::web::fields::{Fields, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// The assignment in a path.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct AssignmentPath {
    /// Nummer van de toewijzing.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17)]
    id: i64,
}

/// Een aanvraag die aan een aanbieder is aangeboden.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisistoewijzing)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentBody {
    /// Nummer van de toewijzing.
    #[schema(minimum = 1, example = 17)]
    id: i64,
    /// Code van de aanvraag.
    #[schema(example = "C4K-7XW-2R9")]
    aanvraag: String,
    /// `under12` is jonger dan 12 jaar, `from12` is 12 jaar of ouder.
    #[schema(pattern = "^(under12|from12)$", example = "from12")]
    leeftijdsgroep: &'static str,
    /// Leeftijd in jaren; ontbreekt als niemand die weet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 14)]
    leeftijd: Option<u8>,
    /// Ontbreekt als het kind buiten de regio woont.
    #[serde(skip_serializing_if = "Option::is_none")]
    gemeente: Option<String>,
    /// Hoe snel er hulp moet zijn; de termijnen staan bij het crisispunt.
    #[schema(pattern = "^(acuut|spoedeisend)$", example = "acuut")]
    urgentie: &'static str,
    /// Code uit de lijst `vraag` van de regio.
    #[schema(example = "ambulant")]
    vraag: String,
    /// Codes uit de lijst `veiligheid` van de regio.
    veiligheid: Vec<String>,
    /// AGB-code van de aanbieder.
    #[schema(example = "98990009")]
    aanbieder: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder_naam: String,
    /// Wanneer de aanvraag is aangeboden (UTC).
    aangeboden_op: DateTime<Utc>,
    /// Uiterste moment voor het antwoord. Het wordt één keer korter als de aanvraag intussen acuut is, en nooit langer.
    antwoord_voor: DateTime<Utc>,
    /// Het uiterste moment bij het aanbieden, als het is ingekort.
    #[serde(skip_serializing_if = "Option::is_none")]
    antwoord_eerst_voor: Option<DateTime<Utc>>,
    /// Waarom deze aanbieder.
    #[schema(pattern = "^(beurt|huidige-aanbieder|afgeweken)$", example = "beurt")]
    keuze: &'static str,
    /// Hoe de verdeling stond op het moment van aanbieden, wie aan de beurt was eerst.
    uitleg: Vec<String>,
    /// Hoe de toewijzing ervoor staat.
    #[schema(pattern = "^(aangeboden|aangenomen|geweigerd|verlopen|ingetrokken)$", example = "aangeboden")]
    status: &'static str,
    /// Code uit de lijst `weigering` van de regio.
    #[serde(skip_serializing_if = "Option::is_none")]
    weigering: Option<String>,
    /// Code uit de lijst `afwijking` van de regio.
    #[serde(skip_serializing_if = "Option::is_none")]
    afwijking: Option<String>,
    /// Wanneer de aanbieder antwoordde (UTC); ontbreekt zonder antwoord.
    #[serde(skip_serializing_if = "Option::is_none")]
    beantwoord_op: Option<DateTime<Utc>>,
}

impl From<Assignment> for AssignmentBody {
    fn from(assignment: Assignment) -> Self {
        let request = assignment.request;
        Self {
            id: assignment.id,
            aanvraag: request.code,
            leeftijdsgroep: request.age_group.code(),
            leeftijd: request.age,
            gemeente: request.municipality,
            urgentie: request.urgency.code(),
            vraag: request.asked,
            veiligheid: request.safety,
            aanbieder: assignment.provider.agb,
            aanbieder_naam: assignment.provider.name,
            aangeboden_op: assignment.offered_at,
            antwoord_voor: assignment.answer_by,
            antwoord_eerst_voor: assignment.first_answer_by,
            keuze: assignment.choice.code(),
            uitleg: assignment.explanation.lines().map(str::to_owned).collect(),
            status: assignment.status.code(),
            weigering: assignment.refusal,
            afwijking: assignment.overruled_reason,
            beantwoord_op: assignment.answered_at,
        }
    }
}

/// Een bladzijde van toewijzingen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisistoewijzingen)]
pub struct Assignments {
    /// De toewijzingen van deze bladzijde.
    toewijzingen: Vec<AssignmentBody>,
    paginering: Paginering,
}

/// Een aanvraag aanbieden aan wie aan de beurt is, of met een reden aan een ander.
#[derive(Debug, ToSchema)]
#[schema(as = CrisistoewijzingInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_offer reads")]
pub struct OfferInput {
    aanvraag: Aanvraagcode,
    /// Alleen om af te wijken van de beurt; dan hoort er een reden bij.
    aanbieder: Option<Agbcode>,
    /// Code uit de lijst `afwijking` van de regio, samen met aanbieder.
    reden: Option<Lijstcode>,
}

/// Antwoord van de aanbieder.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisantwoordInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_answer reads")]
pub struct AnswerInput {
    /// Of de aanbieder de aanvraag aanneemt of weigert.
    #[schema(pattern = "^(aannemen|weigeren)$", example = "aannemen")]
    antwoord: String,
    /// Code uit de lijst `weigering` van de regio; verplicht bij weigeren.
    reden: Option<Lijstcode>,
}

#[utoipa::path(
    get, path = "/crisistoewijzingen", operation_id = "lijstCrisistoewijzingen", tag = "Crisis",
    summary = "Toewijzingen van uw organisatie, of van het crisispunt",
    params(
        ("toon" = Option<String>, Query, description = "open: wacht op antwoord; beantwoord: de rest", pattern = "^(open|beantwoord)$", example = "open"),
        ("pagina" = Option<u32>, Query, description = "Bladzijde van twintig", minimum = 1, maximum = 100_000),
    ),
    responses(
        (status = 200, description = "De toewijzingen", body = Assignments, headers(("API-Version" = String))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_assignments(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let open = query.optional_choice("toon", &STANDINGS).unwrap_or(true);
    let number = page_number(&mut query);
    query.finish(())?;
    let (total, found) = ctx
        .db(move |conn, actor, now| actions::list_assignments(conn, actor, now, open, rows_of_page(number)))
        .await?;
    let paging = Paging::new(number, usize::try_from(total).map_err(Error::internal)?);
    let toewijzingen = found.into_iter().map(AssignmentBody::from).collect();
    reply::json(&Assignments { toewijzingen, paginering: paging.into() })
}

#[utoipa::path(
    get, path = "/crisistoewijzingen/{id}", operation_id = "haalCrisistoewijzing", tag = "Crisis",
    summary = "Eén toewijzing van uw organisatie, of van het crisispunt",
    params(AssignmentPath),
    responses(
        (status = 200, description = "De toewijzing", body = AssignmentBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie"))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_assignment(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let found = ctx.db(move |conn, actor, now| actions::view_assignment(conn, actor, now, id)).await?;
    answer_with(StatusCode::OK, found)
}

fn answer_with(status: StatusCode, assignment: Assignment) -> Result<HttpResponse> {
    reply::json_with_version(status, assignment.version, &AssignmentBody::from(assignment))
}

#[utoipa::path(
    post, path = "/crisistoewijzingen", operation_id = "biedCrisisaanvraagAan", tag = "Crisis",
    summary = "Een aanvraag aanbieden",
    description = "Zonder aanbieder gaat de aanvraag naar de huidige aanbieder van het kind, en anders naar wie aan de beurt is. Is zij al aangeboden of \
        afgesloten, of is iedereen gevraagd, dan volgt 409.",
    params(OnceKey),
    request_body(content = OfferInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Aangeboden", body = AssignmentBody, headers(
            ("API-Version" = String), ("ETag" = String, description = "Eerste versie"), ("Location" = String, description = "Adres van de toewijzing"),
        )),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_assignment(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let read = read_offer(&mut input);
    let (code, agb, reason) = input.finish(read)?;
    let overruling = match (agb, reason) {
        (Some(agb), Some(reason)) => Some(Overruling { agb: agb.to_string(), reason }),
        (None, None) => None,
        (Some(_), None) => return Err(Error::collision("reden", "verplicht", "kies een reden")),
        (None, Some(_)) => return Err(Error::collision("aanbieder", "verplicht", "kies een aanbieder")),
    };
    let state = ctx.state.clone();
    let offered = ctx
        .db(move |conn, actor, now| {
            let url = &state.config.public_url;
            actions::offer_request(conn, actor, now, url, &code, overruling.as_ref())
        })
        .await?;
    let address = format!("/v1/crisistoewijzingen/{}", offered.id);
    let mut response = answer_with(StatusCode::CREATED, offered)?;
    let address = header::HeaderValue::from_str(&address).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, address);
    Ok(response)
}

fn read_offer(input: &mut Fields) -> (String, Option<AgbCode>, Option<String>) {
    let code = request_code(input);
    let agb = input.optional_parsed("aanbieder", "ongeldige-code", AgbCode::parse);
    (code, agb, list_code(input, "reden"))
}

#[utoipa::path(
    post, path = "/crisistoewijzingen/{id}/antwoord", operation_id = "beantwoordCrisistoewijzing", tag = "Crisis",
    summary = "Een aangeboden aanvraag aannemen of weigeren",
    description = "Na het einde van de termijn, of als een ander u voor was, volgt 409. Weigeren geeft de aanvraag door aan de volgende.",
    params(AssignmentPath, OnceKey),
    request_body(content = AnswerInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Beantwoord", body = AssignmentBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_answer(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let accepts = input.choice("antwoord", &[("aannemen", true), ("weigeren", false)]);
    let reason = list_code(&mut input, "reden");
    let (accepts, reason) = input.finish((accepts, reason))?;
    let answer = match (accepts, reason) {
        (Some(true), None) => Answer::Accept,
        (Some(true), Some(_)) => {
            return Err(Error::collision("reden", "overbodig", "geef alleen een reden bij weigeren"));
        }
        (_, Some(reason)) => Answer::Refuse(reason),
        (_, None) => return Err(Error::collision("reden", "verplicht", "kies een reden")),
    };
    let state = ctx.state.clone();
    let answered = ctx
        .db(move |conn, actor, now| {
            answering::answer_assignment(conn, actor, now, &state.config.public_url, id, &answer)
        })
        .await?;
    answer_with(StatusCode::OK, answered)
}

#[utoipa::path(
    post, path = "/crisistoewijzingen/{id}/intrekking", operation_id = "trekCrisistoewijzingIn", tag = "Crisis",
    summary = "Een toewijzing intrekken, zolang de hulp niet is gestart",
    params(AssignmentPath, OnceKey),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Ingetrokken", body = AssignmentBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_withdrawal(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    input.finish(())?;
    let state = ctx.state.clone();
    let ended = ctx
        .db(move |conn, actor, now| {
            actions::withdraw_assignment(conn, actor, now, &state.config.public_url, id)
        })
        .await?;
    answer_with(StatusCode::OK, ended)
}
