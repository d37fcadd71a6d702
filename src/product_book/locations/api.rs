//! Locations by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rules::codes::AgbCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, LocationDraft};
use super::model::{Location, NUMBERS};
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::Result;
use crate::product_book::common::{Entry, Expect, Stored};
use crate::product_book::described::ProviderPath;
use crate::web::context::Context;
use crate::web::described::{IfMatch, ReadProblems, WriteProblems};
use crate::web::fields::parse_number;
use crate::web::fields::{Fields, Length};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// De gemeente waarin een locatie of postcode ligt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LocatieGemeente)]
pub struct LocationMunicipality {
    /// CBS-code van de gemeente.
    #[schema(example = "GM0243", pattern = "^GM[0-9]{4}$")]
    code: String,
    /// Naam van de gemeente.
    #[schema(example = "Harderwijk")]
    naam: String,
}

impl LocationMunicipality {
    pub fn new(code: String, name: String) -> Self {
        Self { code, naam: name }
    }
}

/// Locatie: een plek waar een aanbieder hulp geeft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Locatie)]
pub struct LocationBody {
    /// AGB-code van de aanbieder.
    #[schema(example = "98990001", pattern = "^(?!0{8})[0-9]{8}$")]
    aanbieder: String,
    /// Nummer van de locatie, uniek binnen de aanbieder.
    #[schema(minimum = 1, maximum = 9999, example = 1)]
    nummer: i32,
    /// Naam van de locatie.
    #[schema(example = "Hoofdkantoor Harderwijk")]
    naam: String,
    /// De vier cijfers van de postcode.
    #[schema(minimum = 1000, maximum = 9999, example = 3842)]
    pc4: i32,
    /// Plaats die bij de postcode hoort.
    #[schema(example = "Harderwijk")]
    plaats: String,
    gemeente: LocationMunicipality,
    /// Breedtegraad van het midden van het postcodegebied (WGS 84).
    #[schema(example = 52.3417)]
    lat: f64,
    /// Lengtegraad van het midden van het postcodegebied (WGS 84).
    #[schema(example = 5.6361)]
    lon: f64,
}

/// De locaties van een aanbieder.
#[derive(Debug, Serialize, ToSchema)]
pub struct Locaties {
    /// De locaties, ook die gesloten zijn.
    locaties: Vec<LocationBody>,
}

/// Wat u van een locatie opslaat. Plaats, gemeente en coördinaten volgen uit de postcode.
#[derive(Debug, ToSchema)]
#[schema(as = LocatieInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_location reads")]
pub struct LocationInput {
    /// Naam van de locatie.
    #[schema(
        min_length = 1,
        max_length = 120,
        pattern = r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$",
        example = "Hoofdkantoor Harderwijk"
    )]
    naam: String,
    /// De vier cijfers van de postcode.
    #[schema(minimum = 1000, maximum = 9999, example = 3842)]
    pc4: i32,
}

impl From<Location> for LocationBody {
    fn from(location: Location) -> Self {
        Self {
            aanbieder: location.provider.agb,
            nummer: location.number,
            naam: location.name,
            pc4: location.pc4,
            plaats: location.place,
            gemeente: LocationMunicipality::new(location.municipality_code, location.municipality_name),
            lat: location.lat,
            lon: location.lon,
        }
    }
}

/// Reads a location from JSON. The form takes a postcode with its letters too.
fn read_location(fields: &mut Fields) -> LocationDraft {
    LocationDraft {
        name: read_name(fields),
        pc4: i32::try_from(fields.int("pc4", 1000, 9999)).unwrap_or_default(),
    }
}

/// Reads the name of a location from JSON or a form.
pub fn read_name(fields: &mut Fields) -> String {
    fields.text("naam", Length(1, 120))
}

#[utoipa::path(
    get, path = "/aanbieders/{agb}/locaties", operation_id = "lijstLocaties", tag = "Productenboek",
    summary = "Locaties van een aanbieder",
    params(ProviderPath),
    responses(
        (status = 200, description = "De locaties, op nummer", body = Locaties, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn list_locations(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let agb = parse_path("agb", &path, AgbCode::parse)?;
    let found = ctx.db(move |conn, _, _| actions::list_locations(conn, agb.as_str())).await?;
    reply::json(&Locaties { locaties: found.into_iter().map(|stored| stored.value.into()).collect() })
}

#[utoipa::path(
    get, path = "/aanbieders/{agb}/locaties/{nummer}", operation_id = "haalLocatie", tag = "Productenboek",
    summary = "Eén locatie",
    params(
        ProviderPath,
        ("nummer" = i32, Path, description = "Nummer van de locatie", minimum = 1, maximum = 9999, example = 1),
    ),
    responses(
        (status = 200, description = "De locatie", body = LocationBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    )
)]
pub async fn get_location(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (agb, number) = parse_key(&path)?;
    let found = ctx.db(move |conn, _, _| actions::find_location(conn, agb.as_str(), number)).await?;
    reply_location(StatusCode::OK, found)
}

#[utoipa::path(
    put, path = "/aanbieders/{agb}/locaties/{nummer}", operation_id = "bewaarLocatie", tag = "Productenboek",
    summary = "Locatie maken of wijzigen",
    description = "Zonder If-Match maakt u een nieuwe locatie. Met de ETag van de laatst gelezen versie in If-Match wijzigt u haar. \
        Een postcode die niet bestaat geeft 409, en samen met een fout in de velden 400, met alles wat er niet klopt.",
    params(
        ProviderPath,
        ("nummer" = i32, Path, description = "Nummer van de locatie", minimum = 1, maximum = 9999),
        IfMatch,
    ),
    request_body(content = LocationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = LocationBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        (status = 201, description = "Gemaakt", body = LocationBody, headers(("API-Version" = String), ("ETag" = String, description = "Eerste versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_location(
    ctx: Context,
    req: HttpRequest,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (agb, number) = parse_key(&path)?;
    let expect = Expect::from_if_match(reply::if_match(&req));
    let entry = Entry::read(read_location(&mut input), input);
    let key = agb.clone();
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::save_location(conn, actor, now, (key.as_str(), number), expect, &entry)
        })
        .await;
    let current = move |conn: &mut Connection| {
        actions::find_location(conn, agb.as_str(), number).map(|stored| LocationBody::from(stored.value))
    };
    let saved = reply::show_current(&ctx, saved, current).await?;
    reply_location(if saved.created { StatusCode::CREATED } else { StatusCode::OK }, saved.stored)
}

fn parse_key(path: &(String, String)) -> Result<(AgbCode, i32)> {
    let agb = parse_path("agb", &path.0, AgbCode::parse)?;
    Ok((agb, parse_path("nummer", &path.1, |text| parse_number(text, NUMBERS.0, NUMBERS.1))?))
}

fn reply_location(status: StatusCode, stored: Stored<Location>) -> Result<HttpResponse> {
    reply::json_with_version(status, stored.version, &LocationBody::from(stored.value))
}
