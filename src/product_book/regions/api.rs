//! Regions by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rules::codes::RegionCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, RegionDraft};
use super::model::Region;
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::Result;
use crate::paging::Paging;
use crate::product_book::common::{Entry, Expect, Stored, known};
use crate::product_book::described::{Mailadres, Naam, RegionPath, Telefoonnummer, Webadres};
use crate::product_book::providers::model::{parse_email, parse_phone, parse_website};
use crate::web::context::Context;
use crate::web::described::{IfMatch, PageQuery, Paginering, ReadProblems, WriteProblems};
use crate::web::fields::{Fields, Length};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// Regio: de gemeenten die samen inkopen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Regio)]
#[serde(rename_all = "camelCase")]
pub struct RegionBody {
    /// Code van de regio.
    #[schema(pattern = "^[a-z][a-z0-9-]{1,39}$", example = "noord-veluwe")]
    code: String,
    /// Naam van de regio.
    #[schema(example = "Noord-Veluwe")]
    naam: String,
    /// Telefoonnummer; ontbreekt als het niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0341 00 00 00")]
    telefoon: Option<String>,
    /// E-mailadres; ontbreekt als het niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "info@regio.example")]
    email: Option<String>,
    /// Website; ontbreekt als die niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.regio.example")]
    website: Option<String>,
    /// Tot en met zoveel dagen na bevestigen is een cijfer vers.
    #[schema(example = 14)]
    vers_dagen: i32,
    /// Na zoveel dagen is een cijfer verouderd.
    #[schema(example = 31)]
    verouderd_dagen: i32,
    /// Norm in weken tot de intake.
    #[schema(example = 4)]
    norm_intake_weken: i32,
    /// Norm in weken van intake tot start van de hulp.
    #[schema(example = 10)]
    norm_behandeling_weken: i32,
}

/// Een bladzijde met regio's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Regios)]
pub struct RegionList {
    /// De regio's van deze bladzijde.
    regios: Vec<RegionBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

/// Wat u van een regio opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = RegioInvoer, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the fields that read_region reads")]
pub struct RegionInput {
    /// Naam van de regio.
    naam: Naam,
    /// Telefoonnummer voor vragen.
    telefoon: Option<Telefoonnummer>,
    /// E-mailadres voor vragen.
    email: Option<Mailadres>,
    /// Website van de regio.
    website: Option<Webadres>,
    /// Tot en met zoveel dagen na bevestigen is een cijfer vers.
    #[schema(minimum = 1, maximum = 365, example = 14)]
    vers_dagen: i32,
    /// Na zoveel dagen is een cijfer verouderd: meer dan versDagen.
    #[schema(minimum = 2, maximum = 730, example = 31)]
    verouderd_dagen: i32,
    /// Norm in weken tot de intake.
    #[schema(minimum = 0, maximum = 520, example = 4)]
    norm_intake_weken: i32,
    /// Norm in weken van intake tot start van de hulp.
    #[schema(minimum = 0, maximum = 520, example = 10)]
    norm_behandeling_weken: i32,
}

impl From<Region> for RegionBody {
    fn from(region: Region) -> Self {
        Self {
            code: region.code,
            naam: region.name,
            telefoon: known(region.phone),
            email: known(region.email),
            website: known(region.website),
            vers_dagen: region.fresh_days,
            verouderd_dagen: region.stale_days,
            norm_intake_weken: region.intake_norm_weeks,
            norm_behandeling_weken: region.treatment_norm_weeks,
        }
    }
}

/// Reads a region from JSON or a form.
pub(super) fn read_region(fields: &mut Fields) -> RegionDraft {
    RegionDraft {
        name: fields.text("naam", Length(1, 100)),
        phone: fields.optional_parsed("telefoon", "geen-telefoonnummer", parse_phone).unwrap_or_default(),
        email: fields.optional_parsed("email", "geen-emailadres", parse_email).unwrap_or_default(),
        website: fields.optional_parsed("website", "geen-website", parse_website).unwrap_or_default(),
        fresh_days: whole(fields, "versDagen", 1, 365),
        stale_days: whole(fields, "verouderdDagen", 2, 730),
        intake_norm_weeks: whole(fields, "normIntakeWeken", 0, 520),
        treatment_norm_weeks: whole(fields, "normBehandelingWeken", 0, 520),
    }
}

fn whole(fields: &mut Fields, name: &str, min: i32, max: i32) -> i32 {
    i32::try_from(fields.int(name, min.into(), max.into())).unwrap_or(min)
}

#[utoipa::path(
    get, path = "/regios", operation_id = "lijstRegios", tag = "Productenboek",
    summary = "Regio's",
    params(PageQuery),
    responses(
        (status = 200, description = "De regio's, op code", body = RegionList, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn list_regions(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let found = ctx.db(|conn, _, _| actions::list_regions(conn)).await?;
    let paging = Paging::new(number, found.len());
    let regios = paging.cut(&found).into_iter().map(|stored| stored.value.into()).collect();
    reply::json(&RegionList { regios, paginering: paging.into() })
}

#[utoipa::path(
    get, path = "/regios/{regio}", operation_id = "haalRegio", tag = "Productenboek",
    summary = "Eén regio",
    params(RegionPath),
    responses(
        (status = 200, description = "De regio", body = RegionBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    )
)]
pub async fn get_region(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let code = parse_path("regio", &path, RegionCode::parse)?;
    reply_region(ctx.db(move |conn, _, _| actions::find_region(conn, code.as_str())).await?)
}

#[utoipa::path(
    put, path = "/regios/{regio}", operation_id = "bewaarRegio", tag = "Productenboek",
    summary = "Eigen regio wijzigen",
    description = "Stuur in If-Match de ETag van de laatst gelezen versie mee. U wijzigt alleen uw eigen regio; bij elke andere code \
        volgt 403, ook als die nog niet bestaat. Een nieuwe regio maakt wie de server beheert, met de opdrachtregel (region add).",
    params(RegionPath, IfMatch),
    request_body(content = RegionInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = RegionBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_region(
    ctx: Context,
    req: HttpRequest,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let code = parse_path("regio", &path, RegionCode::parse)?;
    let expect = Expect::from_if_match(reply::if_match(&req));
    let entry = Entry::read(read_region(&mut input), input);
    let key = code.clone();
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::save_region(conn, actor, now, key.as_str(), expect, entry)
        })
        .await;
    let current = move |conn: &mut Connection| {
        actions::find_region(conn, code.as_str()).map(|found| RegionBody::from(found.value))
    };
    reply_region(reply::show_current(&ctx, saved, current).await?.stored)
}

fn reply_region(stored: Stored<Region>) -> Result<HttpResponse> {
    reply::json_with_version(StatusCode::OK, stored.version, &RegionBody::from(stored.value))
}
