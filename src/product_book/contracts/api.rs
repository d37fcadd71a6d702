//! Contracts by API.

use actix_web::http::{StatusCode, header};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use rules::codes::{AgbCode, MunicipalityCode, ProductCode, RegionCode};
use rules::contracts::ContractLevel;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, ContractDraft};
use super::model::{Contract, LEVELS};
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::product_book::common::{Entry, Period, Stored};
use crate::product_book::described::{Datum, Productcode, ProviderPath};
use crate::web::context::Context;
use crate::web::described::{OnceKey, ReadProblems, WriteProblems};
use crate::web::fields::Fields;
use crate::web::fields::parse_number;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// Wie het contract samen sloten: de regio, enkele regio's of het hele land.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Contractniveau {
    Regionaal,
    Bovenregionaal,
    Landelijk,
}

/// Contract: een aanbieder mag een product leveren, voor een gemeente of de hele regio.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contract)]
pub struct ContractBody {
    /// Nummer van het contract.
    #[schema(minimum = 1, example = 17)]
    id: i64,
    /// Code van de regio.
    #[schema(example = "noord-veluwe", pattern = "^[a-z][a-z0-9-]{1,39}$")]
    regio: String,
    /// Code van het product binnen de regio.
    #[schema(example = "41A01", pattern = "^[A-Z0-9-]{2,10}$")]
    product: String,
    /// Naam van het product.
    #[serde(rename = "productNaam")]
    #[schema(example = "Dagbehandeling jonge kind (MKD)")]
    product_naam: String,
    /// CBS-code van de gemeente; zonder dit veld geldt het contract voor de hele regio.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "GM0243", pattern = "^GM[0-9]{4}$")]
    gemeente: Option<String>,
    niveau: Contractniveau,
    /// Eerste dag; zonder dit veld is er geen begin bekend.
    #[serde(rename = "geldigVanaf", skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-01")]
    geldig_vanaf: Option<NaiveDate>,
    /// Laatste dag; zonder dit veld is er geen einde bekend.
    #[serde(rename = "geldigTot", skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-31")]
    geldig_tot: Option<NaiveDate>,
}

/// De contracten van een aanbieder.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contracten {
    /// De contracten, ook die van vroeger en later.
    contracten: Vec<ContractBody>,
}

/// Wat u van een contract opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = ContractInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_contract reads")]
pub struct ContractInput {
    /// Code van de regio.
    #[schema(pattern = "^[a-z][a-z0-9-]{1,39}$", example = "noord-veluwe")]
    regio: String,
    /// Code van het product binnen de regio.
    product: Productcode,
    /// CBS-code van de gemeente; zonder dit veld geldt het contract voor de hele regio.
    #[schema(pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0243")]
    gemeente: Option<String>,
    niveau: Contractniveau,
    /// Eerste dag (jjjj-mm-dd), van 1990 tot en met 2100. Zonder dit veld is er geen begin bekend.
    #[serde(rename = "geldigVanaf")]
    geldig_vanaf: Option<Datum>,
    /// Laatste dag (jjjj-mm-dd), van 1990 tot en met 2100, niet voor de eerste. Zonder dit veld is er geen einde bekend.
    #[serde(rename = "geldigTot")]
    geldig_tot: Option<Datum>,
}

impl From<Stored<Contract>> for ContractBody {
    fn from(stored: Stored<Contract>) -> Self {
        let contract = stored.value;
        Self {
            id: stored.id,
            regio: contract.region,
            product: contract.product_code,
            product_naam: contract.product_name,
            gemeente: contract.municipality.map(|municipality| municipality.code),
            niveau: match contract.level {
                ContractLevel::Region => Contractniveau::Regionaal,
                ContractLevel::SupraRegional => Contractniveau::Bovenregionaal,
                ContractLevel::National => Contractniveau::Landelijk,
            },
            geldig_vanaf: contract.valid_from,
            geldig_tot: contract.valid_until,
        }
    }
}

/// Reads a contract from JSON, which names the region.
fn read_contract_with_region(fields: &mut Fields) -> ContractDraft {
    let region = fields.parsed("regio", "geen-code", RegionCode::parse);
    read_contract(fields, region.map(|code| code.to_string()).unwrap_or_default())
}

/// Reads a contract for a product of this region, from JSON or a form. What is missing or wrong has been
/// written down, so what stands in for it is never used.
pub fn read_contract(fields: &mut Fields, region: String) -> ContractDraft {
    let product = fields.parsed("product", "geen-code", ProductCode::parse);
    let municipality = fields.optional_parsed("gemeente", "geen-code", MunicipalityCode::parse);
    ContractDraft {
        region,
        product: product.map(|code| code.to_string()).unwrap_or_default(),
        municipality: municipality.map(|code| code.to_string()),
        level: fields.choice("niveau", &LEVELS).unwrap_or(ContractLevel::Region),
        period: Period::read(fields),
    }
}

#[utoipa::path(
    get, path = "/aanbieders/{agb}/contracten", operation_id = "lijstContracten", tag = "Productenboek",
    summary = "Contracten van een aanbieder",
    description = "Alle contracten, ook die zijn afgelopen of nog beginnen. Een onderaannemer heeft er geen: hij werkt onder die van zijn hoofdaannemer.",
    params(ProviderPath),
    responses(
        (status = 200, description = "De contracten, op regio, product, gemeente en eerste dag", body = Contracten, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn list_contracts(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let agb = parse_path("agb", &path, AgbCode::parse)?;
    let found = ctx.db(move |conn, _, _| actions::list_contracts_of(conn, agb.as_str())).await?;
    reply::json(&Contracten { contracten: found.into_iter().map(Into::into).collect() })
}

#[utoipa::path(
    get, path = "/aanbieders/{agb}/contracten/{id}", operation_id = "haalContract", tag = "Productenboek",
    summary = "Eén contract",
    params(
        ProviderPath,
        ("id" = i64, Path, description = "Nummer van het contract", minimum = 1, example = 1),
    ),
    responses(
        (status = 200, description = "Het contract", body = ContractBody, headers(("API-Version" = String), ("ETag" = String, description = "Versie, voor If-Match"))),
        ReadProblems,
    )
)]
pub async fn get_contract(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (agb, id) = parse_key(&path)?;
    let found = ctx.db(move |conn, _, _| actions::find_contract(conn, agb.as_str(), id)).await?;
    reply_contract(found)
}

#[utoipa::path(
    post, path = "/aanbieders/{agb}/contracten", operation_id = "maakContract", tag = "Productenboek",
    summary = "Contract maken",
    description = "Voor één product van de eigen regio. Contracten van een aanbieder voor hetzelfde product mogen voor een gemeente niet \
        op dezelfde dag gelden, een onderaannemer heeft geen eigen contract, en een gemeente hoort bij de regio. Wat daarvan niet klopt, en een \
        regio, product of gemeente die niet bestaat, geeft 409, en samen met een fout in de velden 400: alles tegelijk, elk bij zijn veld.",
    params(ProviderPath, OnceKey),
    request_body(content = ContractInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Gemaakt", body = ContractBody, headers(
            ("API-Version" = String), ("ETag" = String, description = "Eerste versie"), ("Location" = String, description = "Adres van het contract"),
        )),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn add_contract(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let agb = parse_path("agb", &path, AgbCode::parse)?;
    let entry = Entry::read(read_contract_with_region(&mut input), input);
    let key = agb.clone();
    let stored = ctx
        .db_supply(move |conn, actor, now| actions::add_contract(conn, actor, now, key.as_str(), &entry))
        .await?;
    let location = format!("/v1/aanbieders/{agb}/contracten/{}", stored.id);
    let mut response =
        reply::json_with_version(StatusCode::CREATED, stored.version, &ContractBody::from(stored))?;
    let location = header::HeaderValue::from_str(&location).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

#[utoipa::path(
    put, path = "/aanbieders/{agb}/contracten/{id}", operation_id = "wijzigContract", tag = "Productenboek",
    summary = "Contract wijzigen",
    description = "Stuur in If-Match de ETag van de laatst gelezen versie mee. Verder geldt wat bij het maken van een contract geldt. \
        Een contract verdwijnt niet: geef het een laatste dag.",
    params(
        ProviderPath,
        ("id" = i64, Path, description = "Nummer van het contract", minimum = 1),
        ("If-Match" = String, Header, description = "ETag van de versie die u wijzigt"),
    ),
    request_body(content = ContractInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = ContractBody, headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn change_contract(
    ctx: Context,
    req: HttpRequest,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (agb, id) = parse_key(&path)?;
    let version = reply::changed_version(&req, &mut input);
    let entry = Entry::read(read_contract_with_region(&mut input), input);
    let key = agb.clone();
    let saved = ctx
        .db_supply(move |conn, actor, now| {
            actions::change_contract(conn, actor, now, (key.as_str(), id), version, &entry)
        })
        .await;
    let current =
        move |conn: &mut Connection| actions::find_contract(conn, agb.as_str(), id).map(ContractBody::from);
    reply_contract(reply::show_current(&ctx, saved, current).await?)
}

fn parse_key(path: &(String, String)) -> Result<(AgbCode, i64)> {
    let agb = parse_path("agb", &path.0, AgbCode::parse)?;
    Ok((agb, parse_path("id", &path.1, |text| parse_number(text, 1, i64::MAX))?))
}

fn reply_contract(stored: Stored<Contract>) -> Result<HttpResponse> {
    reply::json_with_version(StatusCode::OK, stored.version, &ContractBody::from(stored))
}
