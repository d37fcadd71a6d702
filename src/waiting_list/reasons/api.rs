//! The reasons of the own region by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use rules::waiting::questions::Answer;
use rules::waiting::reason_lists::{ReasonDraft, ReasonList, RegionReason, WORDS_LENGTH};
use rules::waiting::responses::ReasonOwner;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema};
use utoipa::{IntoParams, ToSchema};

use super::actions;
use super::model::{ReasonsChange, VersionedReasons, owner_of};
use crate::api_document::parse_path;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::described::{self, ChangedVersion, ReadProblems, WriteProblems, codes_schema, stored_etag};
use crate::web::fields::{Fields, Length};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// More than a list has.
const MOST_REASONS: usize = 50;
/// More answers than there are.
const MOST_ANSWERS: usize = 20;

/// The list in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct ListPath {
    /// Code van de lijst.
    #[param(schema_with = list_schema)]
    lijst: String,
}

fn list_schema() -> Object {
    codes_schema("Code van de lijst.", ReasonList::ALL.iter().map(|list| list.code()))
}

/// Reden in uw regio.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reden)]
#[serde(rename_all = "camelCase")]
pub struct ReasonBody {
    /// Vaste code, die in elke regio hetzelfde betekent.
    #[schema(example = "geen-contact")]
    code: &'static str,
    /// Wat mensen in uw regio zien.
    #[schema(example = "Geen contact meer met het gezin")]
    woorden: String,
    /// Of mensen deze reden kunnen kiezen.
    aan: bool,
    /// Of er een toelichting bij moet.
    vraagt_toelichting: bool,
    /// Bij een afwijzing: waar de reden bij hoort.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(wachtende|aanbieder|capaciteit)$", example = "capaciteit")]
    hoort_bij: Option<&'static str>,
    /// Bij een vraag: codes van de antwoorden die erbij passen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["ja", "nee"]))]
    antwoorden: Option<Vec<&'static str>>,
}

/// Redenlijst van uw regio, in de volgorde waarin mensen de redenen zien.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Redenlijst)]
pub struct ListBody {
    #[schema(schema_with = list_schema)]
    lijst: &'static str,
    /// Waarvoor mensen een reden kiezen.
    #[schema(example = "Een aanmelding laten vervallen")]
    naam: &'static str,
    /// De redenen van de lijst, ook die uit staan.
    redenen: Vec<ReasonBody>,
}

/// Alle redenlijsten.
#[derive(Debug, Serialize, ToSchema)]
pub struct Redenlijsten {
    /// Eén lijst voor elke stap waarbij mensen een reden kiezen.
    lijsten: Vec<ListBody>,
}

/// Reden zoals u die wilt.
#[derive(Debug, ToSchema)]
#[schema(as = RedenInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_reasons reads")]
pub struct ReasonInput {
    /// Code van een reden van deze lijst; die verandert nooit.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$", example = "geen-contact")]
    code: String,
    /// Of mensen deze reden kunnen kiezen. Zonder dit veld: nee.
    aan: Option<bool>,
    /// Eigen woorden, zonder iets over een persoon; zonder dit veld die van het programma.
    #[schema(max_length = 80, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$", example = "Niet bereikbaar")]
    woorden: Option<String>,
    #[schema(schema_with = answers_schema)]
    antwoorden: Option<Vec<String>>,
}

/// Een hele redenlijst: elke reden één keer, in de volgorde die u wilt, en minstens één aan.
#[derive(Debug, ToSchema)]
#[schema(as = RedenlijstInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_reasons reads")]
pub struct ListInput {
    /// Alle redenen van de lijst, in de volgorde waarin mensen ze zien.
    #[schema(max_items = 50)]
    redenen: Vec<ReasonInput>,
}

/// Eén keer dat een lijst is gekozen.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedenlijstVersie {
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
    lijst: ListBody,
}

/// De lijst van nu en van eerder.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedenlijstVersies {
    /// De keuzes, de nieuwste eerst.
    versies: Vec<RedenlijstVersie>,
}

impl ReasonBody {
    fn new(list: ReasonList, reason: &RegionReason) -> Self {
        let fitting = || Answer::ALL.iter().filter(|answer| reason.fits(**answer));
        Self {
            code: reason.known.code,
            woorden: reason.words().to_owned(),
            aan: reason.is_on,
            vraagt_toelichting: reason.known.needs_note,
            hoort_bij: owner_of(list, reason.known.code).map(ReasonOwner::code),
            antwoorden: list.has_answers().then(|| fitting().map(|answer| answer.code()).collect()),
        }
    }
}

impl From<&VersionedReasons> for ListBody {
    fn from(set: &VersionedReasons) -> Self {
        let list = set.reasons.list();
        Self {
            lijst: list.code(),
            naam: list.name(),
            redenen: set.reasons.all().iter().map(|reason| ReasonBody::new(list, reason)).collect(),
        }
    }
}

impl From<ReasonsChange> for RedenlijstVersie {
    fn from(change: ReasonsChange) -> Self {
        Self {
            versie: change.set.version,
            sinds: change.at,
            door: change.by_name,
            organisatie: change.by_organisation,
            lijst: (&change.set).into(),
        }
    }
}

/// The list with this code.
pub(super) fn parse_list(code: &str) -> Result<ReasonList, &'static str> {
    ReasonList::parse(code).ok_or("kies een van de lijsten van /redenen")
}

#[utoipa::path(
    get, path = "/redenen", operation_id = "lijstRedenen", tag = "Wachtlijst",
    summary = "De redenen, vragen en antwoorden van uw regio",
    description = "Waaruit mensen kiezen bij elke stap, en wat aanbieder en toegang elkaar vragen en antwoorden. De codes zijn overal dezelfde; volgorde en woorden zijn van de regio. Wat uit staat wordt met 409 geweigerd, en een antwoord dat niet bij de vraag past ook.",
    responses(
        (status = 200, description = "Alle lijsten", body = Redenlijsten, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_reasons(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let wording = ctx.db(move |conn, _, _| actions::find_wording(conn, region_id)).await?;
    let lijsten = ReasonList::ALL.iter().map(|list| (&wording.now(*list)).into()).collect();
    reply::json(&Redenlijsten { lijsten })
}

#[utoipa::path(
    get, path = "/redenen/{lijst}", operation_id = "haalRedenen", tag = "Wachtlijst",
    summary = "Eén redenlijst van uw regio",
    params(ListPath),
    responses(
        (status = 200, description = "De lijst", body = ListBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_reasons(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let list = parse_path("lijst", &path, parse_list)?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    answer(&ctx.db(move |conn, _, _| actions::find_reasons(conn, region_id, list)).await?)
}

fn answer(set: &VersionedReasons) -> Result<HttpResponse> {
    reply::json_with_version(StatusCode::OK, stored_etag(set.version), &ListBody::from(set))
}

#[utoipa::path(
    get, path = "/redenen/{lijst}/versies", operation_id = "lijstRedenVersies", tag = "Wachtlijst",
    summary = "Elke keer dat uw regio een redenlijst koos",
    description = "De nieuwste eerst. Wat al was vastgelegd houdt de woorden van toen.",
    params(ListPath),
    responses(
        (status = 200, description = "De versies", body = RedenlijstVersies, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_versions(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let list = parse_path("lijst", &path, parse_list)?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let (_, changes) = ctx.db(move |conn, _, _| actions::list_changes(conn, region_id, list)).await?;
    reply::json(&RedenlijstVersies { versies: changes.into_iter().map(Into::into).collect() })
}

#[utoipa::path(
    put, path = "/redenen/{lijst}", operation_id = "bewaarRedenen", tag = "Wachtlijst",
    summary = "Een redenlijst van uw regio wijzigen",
    description = "Vervangt de hele lijst. Is ze gewijzigd sinds de versie in If-Match, dan volgt 409 met de stand van nu in `huidig`. Wat niet bij elkaar past geeft ook 409, met alle fouten tegelijk.",
    params(ListPath, ChangedVersion),
    request_body(content = ListInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = ListBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_reasons(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let list = parse_path("lijst", &path, parse_list)?;
    let version = reply::changed_version(&req, &mut input) - stored_etag(0);
    let drafts = read_reasons(&mut input, list);
    let drafts = input.finish(drafts)?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let saved = ctx
        .db(move |conn, actor, now| actions::save_reasons(conn, actor, now, (list, version), drafts))
        .await;
    let current = move |conn: &mut crate::db::Connection| {
        Ok(ListBody::from(&actions::find_reasons(conn, region_id, list)?))
    };
    answer(&reply::show_current(&ctx, saved, current).await?)
}

fn answers_schema() -> RefOr<Schema> {
    let answer = codes_schema("Code van een antwoord.", Answer::ALL.iter().map(|answer| answer.code()));
    let description =
        "Alleen bij een vraag: codes van de antwoorden die erbij passen. Zonder dit veld: alle.";
    described::list_schema(description, answer, MOST_ANSWERS)
}

fn read_reasons(fields: &mut Fields, list: ReasonList) -> Vec<ReasonDraft> {
    let mut drafts = Vec::new();
    for (place, mut reason) in fields.objects("redenen", MOST_REASONS) {
        let answers =
            reason.has("antwoorden").then(|| reason.texts("antwoorden", MOST_ANSWERS, Length(1, 40)));
        if answers.is_some() && !list.has_answers() {
            reason.error("antwoorden", "strijdig", "in deze lijst hoort bij een reden geen antwoord");
        }
        drafts.push(ReasonDraft {
            code: reason.text("code", Length(1, 40)),
            is_on: reason.flag("aan"),
            words: reason.optional_text("woorden", Length(0, WORDS_LENGTH)),
            answers,
        });
        fields.absorb(&place, reason);
    }
    drafts
}
