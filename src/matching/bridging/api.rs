//! Bridging care by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use rules::codes::{AgbCode, ProductCode};
use rules::waiting::life::EndBridgingReason;
use serde::Serialize;
use utoipa::openapi::schema::Object;
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, StartDraft, view_care};
use super::pages::{find, parse_id, read_change};
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::matching::proposals::api::VoorstelKan;
use crate::product_book::described::{Datum, Productcode};
use crate::waiting_list::bridging::actions as kept;
use crate::waiting_list::bridging::model::BridgingCare;
use crate::waiting_list::bridging::model::check_start;
use crate::waiting_list::clients::api::ClientPath;
use crate::web::context::Context;
use crate::web::described::{OnceKey, ReadProblems, WriteProblems, codes_schema};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::notes::{DIGITS, digits_schema, read_note};
use crate::web::reply;

/// Overbruggingszorg van een wachtende.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Overbrugging)]
pub struct BridgingBody {
    /// Nummer van deze overbruggingszorg.
    #[schema(example = 4)]
    nummer: i64,
    /// AGB-code van de aanbieder die haar geeft.
    #[schema(example = "98990009")]
    agb: String,
    /// Naam van de aanbieder die haar geeft.
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: String,
    /// Code van het product.
    #[schema(example = "45A11")]
    product: String,
    /// Eerste dag.
    start: NaiveDate,
    /// Laatste dag; leeg zolang het loopt.
    einde: Option<NaiveDate>,
    /// Of ze niet doorging: het einde is vóór de eerste dag vastgelegd, en er is geen hulp gegeven.
    #[serde(rename = "nietDoorgegaan")]
    niet_doorgegaan: bool,
    /// Waarom het eindigde.
    reden: Option<String>,
    /// Wat bij het einde is opgemerkt.
    #[serde(rename = "eindToelichting")]
    #[schema(example = "De hulp is gestart.")]
    eind_toelichting: Option<String>,
    /// Wat bij de start is opgemerkt; leeg als dat niets was.
    #[schema(example = "Twee keer in de week.")]
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
    /// Wat 9 cijfers in de toelichting zijn, als daarnaar gevraagd is.
    #[schema(rename = "cijfersZijn", schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

/// Bridging care of a client in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct BridgingPath {
    /// Cliëntcode, met of zonder streepjes.
    #[param(
        pattern = "^[2-9CDFGHJKMNPRTWXY]{3}-?[2-9CDFGHJKMNPRTWXY]{3}-?[2-9CDFGHJKMNPRTWXY]{3}$",
        example = "C4K-7XW-2R9"
    )]
    code: String,
    /// Nummer van de overbruggingszorg.
    #[param(minimum = 1, example = 12)]
    id: i64,
}

/// Overbruggingszorg die u wijzigt of beëindigt. Met `einde` en `reden` eindigt ze; zonder krijgt ze deze eerste dag en toelichting.
#[derive(Debug, ToSchema)]
#[schema(as = OverbruggingWijziging)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct BridgingChange {
    /// Eerste dag.
    start: Datum,
    /// Laatste dag.
    einde: Option<Datum>,
    #[schema(schema_with = reason_schema, required = false)]
    reden: Option<String>,
    /// Toelichting bij het einde: niets over een persoon, en verplicht bij anders.
    #[schema(rename = "eindToelichting", max_length = 280, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    eind_toelichting: Option<String>,
    #[schema(rename = "eindCijfers", schema_with = end_digits_schema, required = false)]
    eind_cijfers: Option<String>,
    /// Niets over een persoon.
    #[schema(max_length = 280, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    toelichting: Option<String>,
    /// Wat 9 cijfers in de toelichting zijn, als daarnaar gevraagd is.
    #[schema(rename = "cijfersZijn", schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

fn end_digits_schema() -> Object {
    let mut digits = digits_schema();
    digits.description = Some("Wat 9 cijfers in eindToelichting zijn, als daarnaar gevraagd is.".to_owned());
    digits
}

fn reason_schema() -> Object {
    codes_schema(
        "Waarom het eindigt; alleen samen met `einde`, en dan verplicht.",
        EndBridgingReason::ALL.iter().map(|reason| reason.code()),
    )
}

impl From<BridgingCare> for BridgingBody {
    fn from(care: BridgingCare) -> Self {
        let niet_doorgegaan = care.is_called_off();
        let (einde, why) = care.ended.map(|ending| (ending.on, (ending.reason, ending.note))).unzip();
        let (reden, eind_toelichting) = why.unzip();
        Self {
            nummer: care.id,
            agb: care.agb,
            aanbieder: care.provider,
            product: care.product_code,
            start: care.starts_on,
            einde,
            niet_doorgegaan,
            reden,
            eind_toelichting: eind_toelichting.flatten(),
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
    description = "De wachtdatum en het recht op de gevraagde zorg blijven zoals ze waren. Begint de zorg vandaag of later, dan wordt een vrije plek gereserveerd; is er geen, dan volgt 409. De aanbieder krijgt een mail zonder gegevens van het kind.",
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
    let note = read_note(&mut input, "toelichting", DIGITS, ctx.today());
    let joint = starts_on.map(|day| check_start(day, None, ctx.today())).unwrap_or_default();
    let given = input.finish_with((agb, product, starts_on), joint)?;
    let (Some(agb), Some(product), Some(starts_on)) = given else {
        return Err(Error::internal("a required field is missing"));
    };
    let draft = StartDraft { agb: agb.to_string(), product: product.to_string(), starts_on, note };
    let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
    let code = path.into_inner();
    let care = ctx
        .db_supply(move |conn, actor, now| {
            let of = (&*snapshot, state.config.public_url.as_str());
            actions::start(conn, actor, now, of, &code, draft)
        })
        .await?;
    reply::json_with_status(StatusCode::CREATED, &BridgingBody::from(care))
}

#[utoipa::path(
    get, path = "/wachtenden/{code}/overbruggingen/{id}", operation_id = "haalOverbrugging", tag = "Wachtlijst",
    summary = "Eén overbruggingszorg van een wachtende",
    params(BridgingPath),
    responses(
        (status = 200, description = "De overbruggingszorg", body = BridgingBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_bridging(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, id) = path.into_inner();
    let (_, care) = find(&ctx, code, &id).await?;
    reply::json_with_version(StatusCode::OK, care.version, &BridgingBody::from(care))
}

#[utoipa::path(
    put, path = "/wachtenden/{code}/overbruggingen/{id}", operation_id = "wijzigOverbrugging", tag = "Wachtlijst",
    summary = "Overbruggingszorg wijzigen of beëindigen",
    description = "Wat eindigde wijzigt niet meer. Wie vóór de eerste dag vastlegt dat ze op die dag eindigt, zegt dat ze niet doorgaat. Is ze gewijzigd sinds de versie in If-Match, dan volgt 409 met de stand van nu in `huidig`.",
    params(BridgingPath, ("If-Match" = String, Header, description = "ETag van de versie die u wijzigt", example = "\"1\"")),
    request_body(content = BridgingChange, content_type = "application/json"),
    responses(
        (status = 200, description = "De overbruggingszorg na de wijziging", body = BridgingBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_bridging(
    ctx: Context,
    req: HttpRequest,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let version = reply::changed_version(&req, &mut input);
    let (wish, joint) = read_change(&mut input, ctx.today());
    let wish = input
        .finish_with(wish, joint)?
        .ok_or_else(|| Error::internal("a change that is neither an end nor another day"))?;
    let (code, id) = path.into_inner();
    let id = parse_id(&id)?;
    let (key, actor, now) = (code.clone(), ctx.actor.clone(), ctx.now);
    let state = ctx.state.clone();
    let changed = ctx
        .db_supply(move |conn, actor, now| {
            kept::change(conn, actor, now, &state.config.public_url, &key, (id, version), wish)
        })
        .await;
    let current = move |conn: &mut Connection| {
        view_care(conn, &actor, now, (&code, id)).map(|(_, care)| BridgingBody::from(care))
    };
    let care = reply::show_current(&ctx, changed, current).await?;
    reply::json_with_version(StatusCode::OK, care.version, &BridgingBody::from(care))
}
