//! Bridging care by API.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use chrono::NaiveDate;
use rules::codes::{AgbCode, ProductCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, StartDraft};
use crate::error::{Error, Result};
use crate::matching::proposals::api::VoorstelKan;
use crate::product_book::described::{Datum, Productcode};
use crate::waiting_list::bridging::model::BridgingCare;
use crate::waiting_list::clients::api::ClientPath;
use crate::web::context::Context;
use crate::web::described::{OnceKey, ReadProblems, WriteProblems};
use crate::web::fields::Length;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// Overbruggingszorg van een wachtende.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Overbrugging)]
pub struct BridgingBody {
    nummer: i64,
    agb: String,
    aanbieder: String,
    /// Code van het product.
    product: String,
    start: NaiveDate,
    /// Laatste dag; leeg zolang het loopt.
    einde: Option<NaiveDate>,
    /// Waarom het eindigde.
    reden: Option<String>,
    toelichting: Option<String>,
}

/// Wat een wachtende aan overbruggingszorg heeft en wie het nu kan geven.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overbruggingen {
    /// Waarom overbruggingszorg nu wordt voorgesteld; leeg als dat niet zo is.
    #[schema(example = "norm-voorbij")]
    aanleiding: Option<String>,
    /// Overbruggingszorg die loopt of liep.
    #[serde(rename = "overbruggingen")]
    zorg: Vec<BridgingBody>,
    /// Wie nu kan overbruggen, de beste eerst.
    voorgesteld: Vec<VoorstelKan>,
}

/// Overbruggingszorg die u start.
#[derive(Debug, ToSchema)]
#[schema(as = OverbruggingInvoer)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct BridgingInput {
    /// AGB-code van de aanbieder.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    agb: String,
    /// Product dat mag overbruggen.
    product: Productcode,
    /// Eerste dag.
    start: Datum,
    /// Niets over een persoon.
    #[schema(
        max_length = 280,
        pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",
        example = "Twee keer in de week."
    )]
    toelichting: Option<String>,
}

impl From<BridgingCare> for BridgingBody {
    fn from(care: BridgingCare) -> Self {
        let (einde, reden) = care.ended.unzip();
        Self {
            nummer: care.id,
            agb: care.agb,
            aanbieder: care.provider,
            product: care.product_code,
            start: care.starts_on,
            einde,
            reden,
            toelichting: care.note,
        }
    }
}

#[utoipa::path(
    get, path = "/wachtenden/{code}/overbruggingen", operation_id = "lijstOverbruggingen", tag = "Wachtlijst",
    summary = "Overbruggingszorg van een wachtende, en wie het nu kan geven",
    params(ClientPath),
    responses(
        (status = 200, description = "De overbruggingszorg, de nieuwste eerst", body = Overbruggingen, headers(("API-Version" = String))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_bridging(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let code = path.into_inner();
    let found = ctx.db(move |conn, actor, now| actions::propose(conn, actor, now, &snapshot, &code)).await?;
    reply::json(&Overbruggingen {
        aanleiding: found.cause.map(|cause| cause.code().to_owned()),
        zorg: found.cares.into_iter().map(Into::into).collect(),
        voorgesteld: found.offers.unwrap_or_default().into_iter().map(Into::into).collect(),
    })
}

#[utoipa::path(
    post, path = "/wachtenden/{code}/overbruggingen", operation_id = "startOverbrugging", tag = "Wachtlijst",
    summary = "Overbruggingszorg starten",
    description = "De wachtdatum en het recht op de gevraagde zorg blijven zoals ze waren.",
    params(ClientPath, OnceKey),
    request_body(content = BridgingInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Gestart", body = BridgingBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_bridging(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let agb = input.parsed("agb", "geen-agb", AgbCode::parse);
    let product = input.parsed("product", "geen-code", ProductCode::parse);
    let starts_on = input.optional_date("start");
    if starts_on.is_none() && input.raw("start").is_empty() {
        input.error("start", "verplicht", "vul dit in");
    }
    let note = input.optional_text("toelichting", Length(0, 280)).filter(|text| !text.is_empty());
    let (Some(agb), Some(product), Some(starts_on)) = input.finish((agb, product, starts_on))? else {
        return Err(Error::internal("a required field is missing"));
    };
    let draft = StartDraft { agb: agb.to_string(), product: product.to_string(), starts_on, note };
    let snapshot = ctx.state.supply.current()?;
    let code = path.into_inner();
    let care =
        ctx.db(move |conn, actor, now| actions::start(conn, actor, now, &snapshot, &code, draft)).await?;
    reply::json_with_status(StatusCode::CREATED, &BridgingBody::from(care))
}
