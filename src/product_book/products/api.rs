//! Products by API: reading and saving. What the answers and the input look like is in `body.rs`.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rules::codes::{ProductCode, RegionCode};
use utoipa::IntoParams;

use super::actions;
use super::body::{ProductBody, ProductInput, Producten, Soort, read_filter, read_product};
use super::model::{Product, ProductColumn};
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::Result;
use crate::paging::Paging;
use crate::paging::SortOrder;
use crate::product_book::common::{Entry, Expect, Stored};
use crate::product_book::described::RegionPath;
use crate::web::context::Context;
use crate::web::described::{IfMatch, PageQuery, ReadProblems, WriteProblems};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// The product in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
struct ProductPath {
    /// Code van het product.
    #[param(pattern = "^[A-Za-z0-9-]{2,10}$", example = "41A02")]
    product: String,
}

/// Which products to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what read_filter reads")]
struct ProductQuery {
    /// Alleen de producten van deze regio; zonder: van alle regio's.
    #[param(required = false, pattern = "^[a-z][a-z0-9-]{1,39}$", example = "noord-veluwe")]
    regio: String,
    /// Woorden, een deel van een woord of een code. Tikfouten mogen.
    #[param(
        required = false,
        max_length = 200,
        pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",
        example = "dagbehandeling"
    )]
    zoek: String,
    /// Alleen de producten van het segment met deze code.
    #[param(required = false, pattern = "^[A-Za-z0-9-]{1,10}$", example = "3")]
    segment: String,
    /// Alleen deze soort zorg.
    #[param(required = false, inline, example = "dag")]
    soort: Soort,
}

#[utoipa::path(
    get, path = "/producten", operation_id = "lijstProducten", tag = "Productenboek",
    summary = "Producten zoeken",
    description = "Met zoek staat vooraan wat het best past; zonder staan de producten op regio en code. Ook producten die niet meer of \
        nog niet gelden: kijk naar geldigVanaf en geldigTot. Een regio die niet bestaat is 404.",
    params(ProductQuery, PageQuery),
    responses(
        (status = 200, description = "Een bladzijde met producten", body = Producten, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn list_products(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_filter(&mut query);
    let number = page_number(&mut query);
    query.finish(())?;
    let (rows, paging) = ctx
        .db(move |conn, _, _| {
            let found = actions::list_products(
                conn,
                &filter,
                SortOrder { column: ProductColumn::Fit, descending: false },
            )?;
            let paging = Paging::new(number, found.len());
            let mut rows = paging.cut(&found);
            actions::add_bridges(conn, &mut rows)?;
            Ok((rows, paging))
        })
        .await?;
    reply::json(&Producten::new(rows, paging))
}

#[utoipa::path(
    get, path = "/regios/{regio}/producten/{product}", operation_id = "haalProduct", tag = "Productenboek",
    summary = "Eén product",
    params(RegionPath, ProductPath),
    responses(
        (status = 200, description = "Het product", body = ProductBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    )
)]
pub async fn get_product(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (region, code) = parse_key(&path)?;
    let found = ctx.db(move |conn, _, _| actions::find_product(conn, region.as_str(), code.as_str())).await?;
    reply_product(StatusCode::OK, found)
}

#[utoipa::path(
    put, path = "/regios/{regio}/producten/{product}", operation_id = "bewaarProduct", tag = "Productenboek",
    summary = "Product maken of wijzigen",
    description = "Zonder If-Match maakt u een nieuw product. Met de ETag van de laatst gelezen versie in If-Match wijzigt u het. \
        De lijst overbrugging vervangt de vorige. Wat niet meer wordt ingekocht, krijgt een laatste dag (geldigTot). \
        Een segment of product dat er niet is in deze regio geeft 409, en samen met een fout in de velden 400, met alles wat er niet klopt.",
    params(RegionPath, ProductPath, IfMatch),
    request_body(content = ProductInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = ProductBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        (status = 201, description = "Gemaakt", body = ProductBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Eerste versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_product(
    ctx: Context,
    req: HttpRequest,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (region, code) = parse_key(&path)?;
    let expect = Expect::from_if_match(reply::if_match(&req));
    let entry = Entry::read(read_product(&mut input), input);
    let key = (region.clone(), code.clone());
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::save_product(conn, actor, now, (key.0.as_str(), key.1.as_str()), expect, entry)
        })
        .await;
    let current = move |conn: &mut Connection| {
        let found = actions::find_product(conn, region.as_str(), code.as_str());
        found.map(|found| ProductBody::from(found.value))
    };
    let saved = reply::show_current(&ctx, saved, current).await?;
    reply_product(if saved.created { StatusCode::CREATED } else { StatusCode::OK }, saved.stored)
}

fn parse_key(path: &(String, String)) -> Result<(RegionCode, ProductCode)> {
    Ok((
        parse_path("regio", &path.0, RegionCode::parse)?,
        parse_path("product", &path.1, ProductCode::parse)?,
    ))
}

fn reply_product(status: StatusCode, stored: Stored<Product>) -> Result<HttpResponse> {
    reply::json_with_version(status, stored.version, &ProductBody::from(stored.value))
}
