//! Plaatsingsvragen by API: asking providers to respond to what a run proposes, and what the own provider is asked.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use rules::violations::Violations;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

use super::api::RunPath;
use super::asking;
use super::model::ShownRequest;
use super::pages::parse_run;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::described::{OnceKey, ReadProblems, WriteProblems};
use crate::web::fields::Length;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// So many proposals of a run are asked about at once at most.
const MOST_ASKED: usize = 500;

/// Voorstellen waarover u de aanbieders vraagt: allemaal, of geen.
#[derive(Debug, ToSchema)]
#[schema(as = PlaatsingsvragenInvoer)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct QuestionsInput {
    #[schema(schema_with = asked_schema)]
    wachtenden: Vec<String>,
}

fn asked_schema() -> RefOr<Schema> {
    let code = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .min_length(Some(1))
        .max_length(Some(20))
        .pattern(Some(r"^[^\x00-\x1f\x7f-\x9f|]*$"))
        .examples(["C4K-7XW-2R9"]);
    ArrayBuilder::new()
        .description(Some("Cliëntcodes zoals de ronde ze toont."))
        .items(code)
        .min_items(Some(1))
        .max_items(Some(MOST_ASKED))
        .into()
}

/// Hoe vaak een aanbieder is gevraagd.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gevraagd {
    /// Hoeveel vragen zijn gesteld, één over elke wachtende.
    #[schema(minimum = 1, example = 2)]
    gevraagd: usize,
}

/// Vraag van de regio of de toegang om op een wachtende te reageren.
#[derive(Debug, Serialize, ToSchema)]
pub struct Plaatsingsvraag {
    /// Wanneer u bent gevraagd (UTC).
    #[serde(rename = "gevraagdOp")]
    gevraagd_op: DateTime<Utc>,
    /// Tot wanneer u kunt reageren (UTC).
    #[serde(rename = "reagerenTot")]
    reageren_tot: DateTime<Utc>,
    /// Naam van het product van uw aanbod.
    #[schema(example = "Gezinsbehandeling thuis")]
    product: String,
    /// Naam van de locatie van uw aanbod.
    #[schema(example = "Locatie Haven")]
    locatie: String,
    /// Plaats waar de locatie is.
    #[schema(example = "Harderwijk")]
    plaats: String,
    /// De wachtende, om op te reageren.
    #[schema(example = "3f1c9a7700b2e4d1")]
    wachtende: String,
    /// In de woorden waarmee de wachtende getoond werd toen u gevraagd werd.
    #[schema(example = "Ambulante begeleiding, 12 t/m 15 jaar, Harderwijk, verwezen in maart 2026")]
    omschrijving: String,
    /// Nummer van uw reactie, als u al reageerde.
    #[schema(example = 17)]
    reactie: Option<i64>,
}

impl From<ShownRequest> for Plaatsingsvraag {
    fn from(request: ShownRequest) -> Self {
        Self {
            gevraagd_op: request.asked_at,
            reageren_tot: request.ends_at,
            product: request.product,
            locatie: request.location,
            plaats: request.place,
            wachtende: request.handle,
            omschrijving: request.client,
            reactie: request.response_id,
        }
    }
}

/// Wat de regio of de toegang u vraagt.
#[derive(Debug, Serialize, ToSchema)]
pub struct Plaatsingsvragen {
    /// De vragen die nu open zijn.
    plaatsingsvragen: Vec<Plaatsingsvraag>,
}

#[utoipa::path(
    post, path = "/regiovoorstellen/{nummer}/vragen", operation_id = "vraagAanbieders", tag = "Regionaal voorstel",
    summary = "Aanbieders vragen te reageren op voorstellen uit een ronde",
    description = "De aanbieder krijgt een mail en ziet de wachtende zoals op de open lijst. Kan één voorstel niet, dan wordt niemand gevraagd.",
    params(RunPath, OnceKey),
    request_body(content = QuestionsInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gevraagd", body = Gevraagd, headers(("API-Version" = String))),
        (status = 404, response = inline(crate::api_document::Problem)),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_questions(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let codes = input.texts("wachtenden", MOST_ASKED, Length(1, 20));
    let codes = input.finish(codes)?;
    let number = parse_run(&path)?;
    let (snapshot, state) = (ctx.state.supply.current()?, ctx.state.clone());
    let asked = ctx
        .db(move |conn, actor, now| {
            let of = (&*snapshot, state.config.public_url.as_str());
            asking::ask(conn, actor, now, of, number, &codes)
        })
        .await;
    reply::json(&Gevraagd { gevraagd: asked.map_err(of_codes)? })
}

/// What is wrong with a choice is wrong with the codes here.
fn of_codes(error: Error) -> Error {
    let Error::Collision(found) = error else { return error };
    let mut wrong = Violations::new();
    for violation in &found {
        wrong.add("wachtenden", violation.code, violation.message.clone());
    }
    Error::Collision(wrong)
}

#[utoipa::path(
    get, path = "/plaatsingsvragen", operation_id = "lijstPlaatsingsvragen", tag = "Regionaal voorstel",
    summary = "Wat de regio uw aanbieder vraagt",
    description = "Alleen vragen waarop nog kan worden gereageerd, de nieuwste eerst. Reageren gaat zoals bij elke wachtende.",
    responses(
        (status = 200, description = "De vragen", body = Plaatsingsvragen, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_questions(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let asked =
        ctx.db(move |conn, actor, now| asking::list_own_requests(conn, actor, now, &snapshot)).await?;
    reply::json(&Plaatsingsvragen { plaatsingsvragen: asked.into_iter().map(Into::into).collect() })
}
