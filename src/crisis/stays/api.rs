//! Running help by API: of the desk, and of a provider its own.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use rules::crisis::codes::AgeGroup;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::model::{HelpLine, HelpStep};
use crate::api_document::parse_path;
use crate::crisis::reading::{Lijstcode, list_code};
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::product_book::described::Datum;
use crate::web::context::Context;
use crate::web::described::{IfMatch, OnceKey, PageQuery, Paginering, ReadProblems, WriteProblems};
use crate::web::fields::{Fields, parse_id};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// The help in a path.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct HelpPath {
    /// Nummer van de hulp.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17)]
    id: i64,
}

/// Hulp die bij een crisisaanvraag is gegeven.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisishulp)]
#[serde(rename_all = "camelCase")]
pub struct HelpBody {
    /// Nummer van de hulp.
    #[schema(minimum = 1, example = 17)]
    id: i64,
    /// Code van de aanvraag.
    #[schema(example = "C4K-7XW-2R9")]
    aanvraag: String,
    /// `under12` is jonger dan 12 jaar, `from12` is 12 jaar of ouder.
    #[schema(pattern = "^(under12|from12)$", example = "from12")]
    leeftijdsgroep: &'static str,
    /// Ontbreekt als het kind buiten de regio woont.
    #[serde(skip_serializing_if = "Option::is_none")]
    gemeente: Option<String>,
    /// Ambulante hulp, een crisisbed of een plek in een pleeggezin.
    #[schema(pattern = "^(ambulant|crisisbed|pleegzorg)$", example = "crisisbed")]
    soort: &'static str,
    /// Nummer van het verblijf waar deze ambulante hulp bij hoort.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 16)]
    begeleidt: Option<i64>,
    /// Naam van de aanbieder; ontbreekt als die niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: Option<String>,
    /// Naam van de crisisplaats; alleen bij verblijf.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Kamer 3")]
    plaats: Option<String>,
    /// Ontbreekt zolang de hulp niet is gestart.
    #[serde(skip_serializing_if = "Option::is_none")]
    gestart_op: Option<NaiveDate>,
    /// Uiterste dag voor de evaluatie van een verblijf.
    #[serde(skip_serializing_if = "Option::is_none")]
    evaluatie_uiterlijk: Option<NaiveDate>,
    /// Dag van de evaluatie; ontbreekt zolang die er niet is.
    #[serde(skip_serializing_if = "Option::is_none")]
    geevalueerd_op: Option<NaiveDate>,
    /// Uiterste dag voor het perspectiefplan van een verblijf.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_uiterlijk: Option<NaiveDate>,
    /// Dag waarop het perspectiefplan klaar was; ontbreekt zolang het er niet is.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_gemaakt_op: Option<NaiveDate>,
    /// Laatste dag na de verlenging; ontbreekt als het verblijf niet is verlengd.
    #[serde(skip_serializing_if = "Option::is_none")]
    verlengd_tot: Option<NaiveDate>,
    /// Laatste dag van een verlengd verblijf, of van ambulante hulp die niet bij een verblijf hoort.
    #[serde(skip_serializing_if = "Option::is_none")]
    einde_uiterlijk: Option<NaiveDate>,
    /// Laatste dag van de hulp; ontbreekt zolang zij loopt.
    #[serde(skip_serializing_if = "Option::is_none")]
    beeindigd_op: Option<NaiveDate>,
    /// Code uit de lijst met het vervolg van deze soort hulp.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "naar-huis-met-hulp")]
    vervolg: Option<String>,
}

impl From<HelpLine> for HelpBody {
    fn from(line: HelpLine) -> Self {
        let einde_uiterlijk = line.end_due_on();
        Self {
            id: line.id,
            aanvraag: line.code,
            leeftijdsgroep: AgeGroup::code(line.age_group),
            gemeente: line.municipality,
            soort: line.kind.code(),
            begeleidt: line.companion_of,
            aanbieder: line.provider,
            plaats: line.place,
            gestart_op: line.started_on,
            evaluatie_uiterlijk: line.evaluation_due_on,
            geevalueerd_op: line.evaluated_on,
            plan_uiterlijk: line.plan_due_on,
            plan_gemaakt_op: line.plan_made_on,
            verlengd_tot: line.extended_to,
            einde_uiterlijk,
            beeindigd_op: line.ended_on,
            vervolg: line.follow_up,
        }
    }
}

/// Een bladzijde van lopende hulp.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisishulplijst)]
pub struct HelpLines {
    /// De hulp van deze bladzijde.
    hulp: Vec<HelpBody>,
    paginering: Paginering,
}

/// Een stap in de hulp.
#[derive(Debug, ToSchema)]
#[schema(as = CrisishulpstapInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_step reads")]
pub struct HelpStepInput {
    /// Wat er gebeurde.
    #[schema(pattern = "^(start|evaluatie|plan|verlenging|einde)$", example = "einde")]
    stap: String,
    /// De dag; bij een verlenging de nieuwe laatste dag.
    op: Datum,
    /// Code uit de lijst `verlenging`; alleen bij een verlenging, en dan verplicht.
    reden: Option<Lijstcode>,
    /// Code uit de lijst `vervolg-ambulant` of `vervolg-verblijf`; alleen bij het einde, en dan verplicht.
    vervolg: Option<Lijstcode>,
}

#[utoipa::path(
    get, path = "/crisishulp", operation_id = "lijstCrisishulp", tag = "Crisis",
    summary = "Lopende crisishulp van het crisispunt, of van uw organisatie",
    description = "Wat aandacht vraagt staat bovenaan.",
    params(PageQuery),
    responses(
        (status = 200, description = "Een bladzijde van de lijst", body = HelpLines, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_help(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let lines = ctx.db(actions::list_running).await?;
    let paging = Paging::new(number, lines.len());
    let hulp = paging.cut(&lines).into_iter().map(HelpBody::from).collect();
    reply::json(&HelpLines { hulp, paginering: paging.into() })
}

#[utoipa::path(
    get, path = "/crisishulp/{id}", operation_id = "haalCrisishulp", tag = "Crisis",
    summary = "Eén keer crisishulp",
    params(HelpPath),
    responses(
        (status = 200, description = "De hulp", body = HelpBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie"))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_help(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let line = ctx.db(move |conn, actor, now| actions::view_line(conn, actor, now, id)).await?;
    reply::json_with_version(StatusCode::OK, line.version, &HelpBody::from(line))
}

#[utoipa::path(
    post, path = "/crisishulp/{id}/stappen", operation_id = "zetCrisishulpstap", tag = "Crisis",
    summary = "Een stap in de hulp: start, evaluatie, perspectiefplan, verlenging of einde",
    description = "Stuur in If-Match de ETag mee van de versie die u las; is de hulp intussen veranderd, dan volgt 409 met de stand van nu in `huidig`.",
    params(HelpPath, IfMatch, OnceKey),
    request_body(content = HelpStepInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De hulp na de stap", body = HelpBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_step(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_path("id", &path, parse_id)?;
    let version = reply::if_match(&req);
    let step = read_step(&mut input);
    let step = input.finish(step)?.ok_or_else(|| Error::internal("a required field is missing"))??;
    let state = ctx.state.clone();
    let taken = ctx
        .db(move |conn, actor, now| {
            let version = match version {
                Some(version) => version,
                None => actions::view_line(conn, actor, now, id)?.version,
            };
            actions::take_help_step(conn, actor, now, &state.config.public_url, (id, version), &step)
        })
        .await;
    let actor = ctx.actor.clone();
    let now = ctx.now;
    let line = reply::show_current(&ctx, taken, move |conn| {
        Ok(HelpBody::from(actions::view_line(conn, &actor, now, id)?))
    })
    .await?;
    reply::json_with_version(StatusCode::OK, line.version, &HelpBody::from(line))
}

/// What is filled in; what does not go with the step is told as a clash.
fn read_step(input: &mut Fields) -> Option<Result<HelpStep>> {
    let steps = [("start", 0_u8), ("evaluatie", 1), ("plan", 2), ("verlenging", 3), ("einde", 4)];
    let step = input.choice("stap", &steps);
    let on = input.optional_date("op");
    if on.is_none() && input.raw("op").trim().is_empty() {
        input.error("op", "verplicht", "vul een dag in");
    }
    let (reason, follow_up) = (list_code(input, "reden"), list_code(input, "vervolg"));
    let (step, on) = (step?, on?);
    let clash = |field: &'static str, code: &'static str, message: &'static str| {
        Err(Error::collision(field, code, message))
    };
    Some(match (step, reason, follow_up) {
        (0, None, None) => Ok(HelpStep::Start(on)),
        (1, None, None) => Ok(HelpStep::Evaluate(on)),
        (2, None, None) => Ok(HelpStep::MakePlan(on)),
        (3, Some(reason), None) => Ok(HelpStep::Extend(on, reason)),
        (4, None, Some(follow_up)) => Ok(HelpStep::End(on, follow_up)),
        (3, None, _) => clash("reden", "verplicht", "kies een reden"),
        (4, _, None) => clash("vervolg", "verplicht", "kies wat er volgt"),
        (_, Some(_), _) => clash("reden", "overbodig", "geef alleen een reden bij een verlenging"),
        (_, _, Some(_)) => clash("vervolg", "overbodig", "geef alleen een vervolg bij het einde"),
        _ => clash("stap", "onbekend", "kies een stap"),
    })
}
