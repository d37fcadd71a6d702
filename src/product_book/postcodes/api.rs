//! Postcodes by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rules::codes::MunicipalityCode;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, PostcodeDraft};
use super::model::{Digits, NUMBERS, Postcode, PostcodeColumn, PostcodeFilter};
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::Result;
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::product_book::common::{Entry, Expect, Stored, read_point};
use crate::product_book::locations::api::LocationMunicipality;
use crate::web::context::Context;
use crate::web::described::{
    ChangedVersion, IfMatch, Naam, PageQuery, Paginering, ReadProblems, WriteProblems,
};
use crate::web::fields::{Fields, Length, parse_number};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

pub(super) const COLUMNS: [(&str, PostcodeColumn); 2] =
    [("postcode", PostcodeColumn::Number), ("plaats", PostcodeColumn::Place)];

/// The postcode in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
struct PostcodePath {
    /// De vier cijfers van de postcode.
    #[param(minimum = 1000, maximum = 9999, example = 3841)]
    pc4: i32,
}

/// Which postcodes to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what read_filter reads")]
struct PostcodeQuery {
    /// De eerste cijfers: 1 tot 4.
    #[param(required = false, pattern = "^[1-9][0-9]{0,3}$", example = "38")]
    postcode: String,
    /// Alleen de postcodes van deze gemeente.
    #[param(required = false, pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0243")]
    gemeente: String,
    /// Volgorde: postcode of plaats, met -af erachter voor de andere kant op.
    #[param(required = false, pattern = "^(postcode|plaats)(-af)?$", example = "plaats")]
    sorteer: String,
}

/// Postcode: vier cijfers, met waar dat is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Postcode)]
pub struct PostcodeBody {
    /// De vier cijfers.
    #[schema(minimum = 1000, maximum = 9999, example = 3841)]
    pc4: i32,
    /// Naam van de plaats.
    #[schema(example = "Harderwijk")]
    plaats: String,
    gemeente: LocationMunicipality,
    /// Graden noorderbreedte van het midden (WGS 84).
    #[schema(example = 52.3506)]
    lat: f64,
    /// Graden oosterlengte van het midden (WGS 84).
    #[schema(example = 5.6206)]
    lon: f64,
}

/// Een bladzijde met postcodes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Postcodes {
    /// De postcodes van deze bladzijde.
    postcodes: Vec<PostcodeBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

/// Wat u van een postcode opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = PostcodeInvoer)]
#[expect(dead_code, reason = "describes the fields that read_postcode reads")]
pub struct PostcodeInput {
    /// De plaats.
    plaats: Naam,
    /// CBS-code van de gemeente waarin het grootste deel ligt.
    #[schema(pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0243")]
    gemeente: String,
    /// Graden noorderbreedte van het midden (WGS 84).
    #[schema(minimum = 50.6, maximum = 53.8, example = 52.3506)]
    lat: f64,
    /// Graden oosterlengte van het midden (WGS 84).
    #[schema(minimum = 3.1, maximum = 7.4, example = 5.6206)]
    lon: f64,
}

impl From<Postcode> for PostcodeBody {
    fn from(postcode: Postcode) -> Self {
        Self {
            pc4: postcode.pc4,
            plaats: postcode.place,
            gemeente: LocationMunicipality::new(postcode.municipality_code, postcode.municipality_name),
            lat: postcode.lat,
            lon: postcode.lon,
        }
    }
}

/// Reads a postcode from JSON or a form.
pub(super) fn read_postcode(fields: &mut Fields) -> PostcodeDraft {
    let municipality = fields.parsed("gemeente", "geen-code", MunicipalityCode::parse);
    PostcodeDraft {
        place: fields.text("plaats", Length(1, 100)),
        municipality: municipality.map(|code| code.to_string()).unwrap_or_default(),
        point: read_point(fields),
    }
}

/// Reads which postcodes to list, for API and page.
pub(super) fn read_filter(query: &mut Fields) -> PostcodeFilter {
    let municipality = query.optional_parsed("gemeente", "geen-code", MunicipalityCode::parse);
    PostcodeFilter {
        digits: query.optional_parsed("postcode", "geen-cijfers", Digits::parse),
        municipality: municipality.map(|code| code.to_string()),
    }
}

/// Reads the digits in an address.
pub(super) fn parse_pc4(text: &str) -> std::result::Result<i32, &'static str> {
    parse_number(text, NUMBERS.0, NUMBERS.1).map_err(|_| "vul vier cijfers in, van 1000 tot en met 9999")
}

#[utoipa::path(
    get, path = "/postcodes", operation_id = "lijstPostcodes", tag = "Productenboek",
    summary = "Postcodes met hun plaats, gemeente en ligging",
    params(PostcodeQuery, PageQuery),
    responses(
        (status = 200, description = "De postcodes, op nummer", body = Postcodes, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn list_postcodes(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let part = rows_of_page(number);
    let (found, total) =
        ctx.db(move |conn, _, _| actions::list_postcodes(conn, &filter, order, part)).await?;
    reply::json(&Postcodes {
        postcodes: found.into_iter().map(|stored| stored.value.into()).collect(),
        paginering: Paging::new(number, total).into(),
    })
}

#[utoipa::path(
    get, path = "/postcodes/{pc4}", operation_id = "haalPostcode", tag = "Productenboek",
    summary = "Eén postcode",
    params(PostcodePath),
    responses(
        (status = 200, description = "De postcode", body = PostcodeBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    )
)]
pub async fn get_postcode(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let pc4 = parse_path("pc4", &path, parse_pc4)?;
    let found = ctx.db(move |conn, _, _| actions::find_postcode(conn, pc4)).await?;
    reply_postcode(StatusCode::OK, found)
}

#[utoipa::path(
    put, path = "/postcodes/{pc4}", operation_id = "bewaarPostcode", tag = "Productenboek",
    summary = "Postcode maken of wijzigen",
    description = "Zonder If-Match maakt u een nieuwe postcode. Met de ETag van de laatst gelezen versie in If-Match wijzigt u haar. De locaties \
        in de postcode verhuizen mee. Een gemeente die niet bestaat geeft 409, en samen met een fout in de velden 400, met alles wat er niet klopt.",
    params(PostcodePath, IfMatch),
    request_body(content = PostcodeInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = PostcodeBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        (status = 201, description = "Gemaakt", body = PostcodeBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Eerste versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_postcode(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let pc4 = parse_path("pc4", &path, parse_pc4)?;
    let expect = Expect::from_if_match(reply::if_match(&req));
    let entry = Entry::read(read_postcode(&mut input), input);
    let saved = ctx
        .db_supply(move |conn, actor, now| actions::save_postcode(conn, actor, now, pc4, expect, &entry))
        .await;
    let saved = reply::show_current(&ctx, saved, move |conn| current(conn, pc4)).await?;
    reply_postcode(if saved.created { StatusCode::CREATED } else { StatusCode::OK }, saved.stored)
}

#[utoipa::path(
    delete, path = "/postcodes/{pc4}", operation_id = "verwijderPostcode", tag = "Productenboek",
    summary = "Postcode verwijderen die er niet meer is",
    description = "Is de postcode gewijzigd sinds de versie in If-Match, dan volgt 409 met de stand van nu in `huidig`. Liggen er locaties in, dan \
        volgt ook 409.",
    params(PostcodePath, ChangedVersion),
    responses(
        (status = 204, description = "Verwijderd", headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn delete_postcode(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let version = reply::changed_version(&req, &mut query);
    query.finish(())?;
    let pc4 = parse_path("pc4", &path, parse_pc4)?;
    let removed =
        ctx.db_supply(move |conn, actor, now| actions::remove_postcode(conn, actor, now, pc4, version)).await;
    reply::show_current(&ctx, removed, move |conn| current(conn, pc4)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn current(conn: &mut Connection, pc4: i32) -> Result<PostcodeBody> {
    actions::find_postcode(conn, pc4).map(|found| found.value.into())
}

fn reply_postcode(status: StatusCode, stored: Stored<Postcode>) -> Result<HttpResponse> {
    reply::json_with_version(status, stored.version, &PostcodeBody::from(stored.value))
}
