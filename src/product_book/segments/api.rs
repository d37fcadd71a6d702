//! Segments by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rules::codes::{RegionCode, SegmentCode};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, SegmentDraft};
use super::model::Segment;
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::Result;
use crate::product_book::common::{Expect, Stored};
use crate::product_book::described::{Naam, RegionPath, Toelichting};
use crate::web::context::Context;
use crate::web::described::{IfMatch, ReadProblems, WriteProblems};
use crate::web::fields::{Fields, Length};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// The segment in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
struct SegmentPath {
    /// Code van het segment.
    #[param(pattern = "^[A-Za-z0-9-]{1,10}$", example = "1")]
    segment: String,
}

/// Segment: een deel van het aanbod van een regio.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Segment)]
pub struct SegmentBody {
    /// Code van het segment, uniek binnen de regio.
    #[schema(example = "1", pattern = "^[A-Z0-9-]{1,10}$")]
    code: String,
    /// Naam van het segment.
    #[schema(example = "Hoog specialistisch")]
    naam: String,
    /// Wat erbij hoort.
    #[schema(example = "Zorg voor weinig kinderen, met veel deskundigheid.")]
    omschrijving: String,
}

/// De segmenten van een regio.
#[derive(Debug, Serialize, ToSchema)]
pub struct Segmenten {
    /// De segmenten, in volgorde van code.
    segmenten: Vec<SegmentBody>,
}

/// Wat u van een segment opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = SegmentInvoer)]
#[expect(dead_code, reason = "describes the fields that read_segment reads")]
pub struct SegmentInput {
    /// Naam van het segment.
    naam: Naam,
    /// Wat erbij hoort.
    omschrijving: Option<Toelichting>,
}

impl From<Segment> for SegmentBody {
    fn from(segment: Segment) -> Self {
        Self { code: segment.code, naam: segment.name, omschrijving: segment.description }
    }
}

/// Reads a segment from JSON or a form.
pub fn read_segment(fields: &mut Fields) -> SegmentDraft {
    SegmentDraft {
        name: fields.text("naam", Length(1, 100)),
        description: fields.text("omschrijving", Length(0, 500)),
    }
}

#[utoipa::path(
    get, path = "/regios/{regio}/segmenten", operation_id = "lijstSegmenten", tag = "Productenboek",
    summary = "Segmenten van een regio",
    params(RegionPath),
    responses(
        (status = 200, description = "De segmenten, op code", body = Segmenten, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn list_segments(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let region = parse_path("regio", &path, RegionCode::parse)?;
    let found = ctx.db(move |conn, _, _| actions::list_segments(conn, region.as_str())).await?;
    reply::json(&Segmenten { segmenten: found.into_iter().map(|stored| stored.value.into()).collect() })
}

#[utoipa::path(
    get, path = "/regios/{regio}/segmenten/{segment}", operation_id = "haalSegment", tag = "Productenboek",
    summary = "Eén segment",
    params(RegionPath, SegmentPath),
    responses(
        (status = 200, description = "Het segment", body = SegmentBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    )
)]
pub async fn get_segment(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (region, code) = parse_key(&path)?;
    reply_segment(StatusCode::OK, find(&ctx, region, code).await?)
}

#[utoipa::path(
    put, path = "/regios/{regio}/segmenten/{segment}", operation_id = "bewaarSegment", tag = "Productenboek",
    summary = "Segment maken of wijzigen",
    description = "Zonder If-Match maakt u een nieuw segment. Met de ETag van de laatst gelezen versie in If-Match wijzigt u het.",
    params(RegionPath, SegmentPath, IfMatch),
    request_body(content = SegmentInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = SegmentBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        (status = 201, description = "Gemaakt", body = SegmentBody, headers(("API-Version" = String), ("ETag" = String, description = "Eerste versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_segment(
    ctx: Context,
    req: HttpRequest,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (region, code) = parse_key(&path)?;
    let expect = Expect::from_if_match(reply::if_match(&req));
    let draft = read_segment(&mut input);
    let draft = input.finish(draft)?;
    let key = (region.clone(), code.clone());
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::save_segment(conn, actor, now, (region.as_str(), code.as_str()), expect, draft)
        })
        .await;
    let current = move |conn: &mut Connection| {
        actions::find_segment(conn, key.0.as_str(), key.1.as_str())
            .map(|stored| SegmentBody::from(stored.value))
    };
    let saved = reply::show_current(&ctx, saved, current).await?;
    reply_segment(if saved.created { StatusCode::CREATED } else { StatusCode::OK }, saved.stored)
}

async fn find(ctx: &Context, region: RegionCode, code: SegmentCode) -> Result<Stored<Segment>> {
    ctx.db(move |conn, _, _| actions::find_segment(conn, region.as_str(), code.as_str())).await
}

fn parse_key(path: &(String, String)) -> Result<(RegionCode, SegmentCode)> {
    Ok((
        parse_path("regio", &path.0, RegionCode::parse)?,
        parse_path("segment", &path.1, SegmentCode::parse)?,
    ))
}

fn reply_segment(status: StatusCode, stored: Stored<Segment>) -> Result<HttpResponse> {
    reply::json_with_version(status, stored.version, &SegmentBody::from(stored.value))
}
