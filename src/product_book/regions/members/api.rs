//! Memberships by API.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use rules::codes::{MunicipalityCode, RegionCode, SegmentCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, MembershipDraft, Target};
use super::model::{Clients, Membership};
use crate::api_document::parse_path;
use crate::db::Connection;
use crate::error::Result;
use crate::paging::Paging;
use crate::product_book::common::{Entry, Expect, Period, Stored};
use crate::product_book::described::{Datum, RegionPath, Segmentcode};
use crate::product_book::municipalities::api::MunicipalityPath;
use crate::web::context::Context;
use crate::web::described::{IfMatch, PageQuery, Paginering, ReadProblems, WriteProblems};
use crate::web::fields::Fields;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// More than any municipality will ever have.
const MOST_PEOPLE: i64 = 10_000_000;

/// Voor wie het lidmaatschap geldt: alle cliënten, alleen nieuwe, of alleen wie al hulp krijgt.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase", example = "alle")]
#[expect(dead_code, reason = "describes the codes of Clients")]
enum Clienten {
    Alle,
    Nieuw,
    Bestaand,
}

/// Lidmaatschap: een gemeente die bij een regio hoort.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lidmaatschap)]
#[serde(rename_all = "camelCase")]
pub struct MembershipBody {
    /// Gemeentecode.
    #[schema(pattern = "^GM[0-9]{4}$", example = "GM0243")]
    gemeente: String,
    /// Naam van de gemeente.
    #[schema(example = "Harderwijk")]
    naam: String,
    /// Code van het segment; ontbreekt als het voor alle segmenten geldt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2")]
    segment: Option<String>,
    /// Voor wie het geldt.
    #[schema(value_type = Clienten)]
    clienten: &'static str,
    /// Eerste dag; ontbreekt als die niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    geldig_vanaf: Option<NaiveDate>,
    /// Laatste dag; ontbreekt als er geen einde is.
    #[serde(skip_serializing_if = "Option::is_none")]
    geldig_tot: Option<NaiveDate>,
    /// Aantal inwoners; ontbreekt als het niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 48_857)]
    inwoners: Option<i32>,
    /// Aantal inwoners onder 18 jaar; ontbreekt als het niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 10_309)]
    jeugdigen: Option<i32>,
    /// Versie: stuur die tussen aanhalingstekens mee in If-Match om dit lidmaatschap te wijzigen.
    #[schema(example = 1)]
    versie: i32,
}

/// Een bladzijde met de gemeenten van een regio.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lidmaatschappen {
    /// De gemeenten van deze bladzijde, ook die van vroeger en later.
    gemeenten: Vec<MembershipBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

/// Wat u van een lidmaatschap opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = LidmaatschapInvoer, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the fields that read_membership reads")]
pub struct MembershipInput {
    /// Code van een segment; weglaten is alle segmenten.
    segment: Option<Segmentcode>,
    /// Voor wie het geldt.
    clienten: Clienten,
    /// Eerste dag. Die hoort met segment en clienten bij de sleutel van het lidmaatschap.
    geldig_vanaf: Option<Datum>,
    /// Laatste dag.
    geldig_tot: Option<Datum>,
    /// Aantal inwoners.
    #[schema(minimum = 0, maximum = 10_000_000, example = 48_857)]
    inwoners: Option<i32>,
    /// Aantal inwoners onder 18 jaar.
    #[schema(minimum = 0, maximum = 10_000_000, example = 10_309)]
    jeugdigen: Option<i32>,
}

impl From<Stored<Membership>> for MembershipBody {
    fn from(Stored { version, value, .. }: Stored<Membership>) -> Self {
        Self {
            gemeente: value.municipality,
            naam: value.name,
            segment: value.segment,
            clienten: value.clients.code(),
            geldig_vanaf: value.from,
            geldig_tot: value.until,
            inwoners: value.inhabitants,
            jeugdigen: value.young_people,
            versie: version,
        }
    }
}

/// Reads a membership from JSON or a form.
pub(super) fn read_membership(fields: &mut Fields) -> MembershipDraft {
    let segment = fields.optional_parsed("segment", "geen-code", SegmentCode::parse);
    MembershipDraft {
        segment: segment.map(|code| code.to_string()),
        clients: fields.choice("clienten", &Clients::CODES).unwrap_or(Clients::All),
        period: Period::read(fields),
        inhabitants: fields.optional_small("inwoners", 0, MOST_PEOPLE),
        young_people: fields.optional_small("jeugdigen", 0, MOST_PEOPLE),
    }
}

#[utoipa::path(
    get, path = "/regios/{regio}/gemeenten", operation_id = "lijstLidmaatschappen", tag = "Productenboek",
    summary = "Gemeenten van een regio",
    description = "Ook lidmaatschappen die voorbij zijn of nog beginnen: kijk naar geldigVanaf en geldigTot.",
    params(RegionPath, PageQuery),
    responses(
        (status = 200, description = "De lidmaatschappen, op naam van de gemeente en dan op eerste dag", body = Lidmaatschappen,
            headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn list_members(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let region = parse_path("regio", &path, RegionCode::parse)?;
    let found = ctx.db(move |conn, _, _| actions::list_members(conn, region.as_str())).await?;
    let paging = Paging::new(number, found.len());
    let gemeenten = paging.cut(&found).into_iter().map(Into::into).collect();
    reply::json(&Lidmaatschappen { gemeenten, paginering: paging.into() })
}

#[utoipa::path(
    put, path = "/regios/{regio}/gemeenten/{gemeente}", operation_id = "bewaarLidmaatschap", tag = "Productenboek",
    summary = "Gemeente aan de eigen regio toevoegen, of dat wijzigen",
    description = "Een lidmaatschap is te herkennen aan regio, gemeente, segment, clienten en geldigVanaf. Zonder If-Match maakt u een \
        nieuw lidmaatschap. Met de versie in If-Match wijzigt u het lidmaatschap met dezelfde sleutel. Twee lidmaatschappen van een \
        gemeente met hetzelfde segment en dezelfde clienten mogen geen dag samen gelden: dat geeft 400 bij geldigVanaf, met alles wat er verder niet klopt, zoals een \
        segment dat er niet is. Wat stopt, krijgt een laatste dag.",
    params(RegionPath, MunicipalityPath, IfMatch),
    request_body(content = MembershipInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gewijzigd", body = MembershipBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Nieuwe versie"))),
        (status = 201, description = "Gemaakt", body = MembershipBody,
            headers(("API-Version" = String), ("ETag" = String, description = "Eerste versie"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_member(
    ctx: Context,
    req: HttpRequest,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let region = parse_path("regio", &path.0, RegionCode::parse)?.to_string();
    let municipality = parse_path("gemeente", &path.1, MunicipalityCode::parse)?.to_string();
    let target = Target { region, municipality, id: None };
    let expect = Expect::from_if_match(reply::if_match(&req));
    let entry = Entry::read(read_membership(&mut input), input);
    let (key, new) = (target.clone(), entry.clone());
    let saved = ctx
        .db_supply(move |conn, actor, now| actions::save_member(conn, actor, now, &key, expect, &new))
        .await;
    let current = move |conn: &mut Connection| {
        actions::find_target(conn, &target, &entry.draft).map(MembershipBody::from)
    };
    let saved = reply::show_current(&ctx, saved, current).await?;
    let status = if saved.created { StatusCode::CREATED } else { StatusCode::OK };
    reply::json_with_version(status, saved.stored.version, &MembershipBody::from(saved.stored))
}
