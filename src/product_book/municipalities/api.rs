//! Municipalities by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use rules::codes::MunicipalityCode;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, MunicipalityDraft};
use super::model::{Municipality, MunicipalityFilter, PROVINCES};
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::Result;
use crate::paging::Paging;
use crate::product_book::common::{Entry, Expect, Period, Stored, read_point};
use crate::product_book::described::{Datum, Naam};
use crate::web::context::Context;
use crate::web::described::{IfMatch, PageQuery, Paginering, ReadProblems, WriteProblems};
use crate::web::fields::{Fields, Length};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// The municipality in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct MunicipalityPath {
    /// Gemeentecode van het CBS.
    #[param(pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0243")]
    gemeente: String,
}

/// Een provincie van Nederland.
#[derive(Debug, ToSchema)]
#[schema(example = "Gelderland")]
#[expect(dead_code, reason = "describes the values of PROVINCES")]
enum Provincie {
    Drenthe,
    Flevoland,
    #[schema(rename = "Fryslân")]
    Fryslan,
    Gelderland,
    Groningen,
    Limburg,
    #[schema(rename = "Noord-Brabant")]
    NoordBrabant,
    #[schema(rename = "Noord-Holland")]
    NoordHolland,
    Overijssel,
    Utrecht,
    Zeeland,
    #[schema(rename = "Zuid-Holland")]
    ZuidHolland,
}

/// Which municipalities to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what read_filter reads")]
struct MunicipalityQuery {
    /// Deel van de naam. Hoofdletters en accenten maken niet uit.
    #[param(
        required = false,
        max_length = 80,
        pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",
        example = "hard"
    )]
    naam: String,
    /// Alleen de gemeenten van deze provincie.
    #[param(required = false, inline, example = "Gelderland")]
    provincie: Provincie,
}

/// Gemeente, met de CBS-code.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Gemeente)]
#[serde(rename_all = "camelCase")]
pub struct MunicipalityBody {
    /// Gemeentecode van het CBS.
    #[schema(pattern = "^GM[0-9]{4}$", example = "GM0243")]
    code: String,
    /// Naam van de gemeente.
    #[schema(example = "Harderwijk")]
    naam: String,
    /// Provincie.
    #[schema(example = "Gelderland")]
    provincie: String,
    /// Graden noorderbreedte van het midden.
    #[schema(example = 52.3506)]
    lat: f64,
    /// Graden oosterlengte van het midden.
    #[schema(example = 5.6206)]
    lon: f64,
    /// Eerste dag; ontbreekt als die niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    geldig_vanaf: Option<NaiveDate>,
    /// Laatste dag; ontbreekt als er geen einde is.
    #[serde(skip_serializing_if = "Option::is_none")]
    geldig_tot: Option<NaiveDate>,
}

/// Een bladzijde met gemeenten.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gemeenten {
    /// De gemeenten van deze bladzijde.
    gemeenten: Vec<MunicipalityBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

/// Wat u van een gemeente opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = GemeenteInvoer, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the fields that read_municipality reads")]
pub struct MunicipalityInput {
    /// Naam van de gemeente.
    naam: Naam,
    /// Provincie.
    provincie: Provincie,
    /// Graden noorderbreedte van het midden.
    #[schema(minimum = 50.6, maximum = 53.8, example = 52.3506)]
    lat: f64,
    /// Graden oosterlengte van het midden.
    #[schema(minimum = 3.1, maximum = 7.4, example = 5.6206)]
    lon: f64,
    /// Eerste dag.
    geldig_vanaf: Option<Datum>,
    /// Laatste dag, bijvoorbeeld de dag voor een herindeling.
    geldig_tot: Option<Datum>,
}

impl From<Municipality> for MunicipalityBody {
    fn from(municipality: Municipality) -> Self {
        Self {
            code: municipality.code,
            naam: municipality.name,
            provincie: municipality.province,
            lat: municipality.lat,
            lon: municipality.lon,
            geldig_vanaf: municipality.valid_from,
            geldig_tot: municipality.valid_until,
        }
    }
}

/// Reads a municipality from JSON or a form.
pub(super) fn read_municipality(fields: &mut Fields) -> MunicipalityDraft {
    MunicipalityDraft {
        name: fields.text("naam", Length(1, 100)),
        province: fields.choice("provincie", &PROVINCES).unwrap_or_default().to_owned(),
        point: read_point(fields),
        period: Period::read(fields),
    }
}

/// Reads which municipalities to list, for API and page.
pub(super) fn read_filter(query: &mut Fields) -> MunicipalityFilter {
    MunicipalityFilter {
        name: query.optional_text("naam", Length(0, 80)),
        province: query.optional_choice("provincie", &PROVINCES).map(str::to_owned),
    }
}

#[utoipa::path(
    get, path = "/gemeenten", operation_id = "lijstGemeenten", tag = "Productenboek",
    summary = "Gemeenten van Nederland",
    description = "Op naam, ook gemeenten die er niet meer zijn of nog moeten komen: kijk naar geldigVanaf en geldigTot.",
    params(MunicipalityQuery, PageQuery),
    responses(
        (status = 200, description = "De gemeenten, op naam", body = Gemeenten, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn list_municipalities(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_filter(&mut query);
    let number = page_number(&mut query);
    query.finish(())?;
    let found = ctx.db(move |conn, _, _| actions::list_municipalities(conn, &filter)).await?;
    let paging = Paging::new(number, found.len());
    let gemeenten = paging.cut(&found).into_iter().map(|stored| stored.value.into()).collect();
    reply::json(&Gemeenten { gemeenten, paginering: paging.into() })
}

#[utoipa::path(
    get, path = "/gemeenten/{gemeente}", operation_id = "haalGemeente", tag = "Productenboek",
    summary = "Eén gemeente",
    params(MunicipalityPath),
    responses(
        (status = 200, description = "De gemeente", body = MunicipalityBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    )
)]
pub async fn get_municipality(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let code = parse_path("gemeente", &path, MunicipalityCode::parse)?;
    let found = ctx.db(move |conn, _, _| actions::find_municipality(conn, code.as_str())).await?;
    reply_municipality(StatusCode::OK, found)
}

#[utoipa::path(
    put, path = "/gemeenten/{gemeente}", operation_id = "bewaarGemeente", tag = "Productenboek",
    summary = "Gemeente maken of wijzigen",
    description = "Zonder If-Match maakt u een nieuwe gemeente. Met de ETag van de laatst gelezen versie in If-Match wijzigt u haar. \
        Bij een herindeling geeft u de oude gemeenten een laatste dag (geldigTot) en maakt u de nieuwe met een eerste dag (geldigVanaf). \
        Ligt geldigTot voor geldigVanaf, dan volgt 409.",
    params(MunicipalityPath, IfMatch),
    request_body(content = MunicipalityInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = MunicipalityBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        (status = 201, description = "Gemaakt", body = MunicipalityBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Eerste versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_municipality(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let code = parse_path("gemeente", &path, MunicipalityCode::parse)?;
    let expect = Expect::from_if_match(reply::if_match(&req));
    let entry = Entry::read(read_municipality(&mut input), input);
    let key = code.clone();
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::save_municipality(conn, actor, now, key.as_str(), expect, entry)
        })
        .await;
    let current = move |conn: &mut Connection| {
        actions::find_municipality(conn, code.as_str()).map(|found| MunicipalityBody::from(found.value))
    };
    let saved = reply::show_current(&ctx, saved, current).await?;
    reply_municipality(if saved.created { StatusCode::CREATED } else { StatusCode::OK }, saved.stored)
}

fn reply_municipality(status: StatusCode, stored: Stored<Municipality>) -> Result<HttpResponse> {
    reply::json_with_version(status, stored.version, &MunicipalityBody::from(stored.value))
}
