//! Agreed shares, how everybody stands, and who has no room, by API.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::NaiveDate;
use rules::codes::{AgbCode, MunicipalityCode};
use rules::crisis::codes::AgeGroup;
use rules::crisis::distribution::LARGEST_WEIGHT;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Division, Line, StoredShare};
use super::shares::{self, NewShare};
use crate::crisis::reading::Agbcode;
use crate::error::{Error, Result};
use crate::paging::Paging;
use crate::product_book::described::Datum;
use crate::web::context::Context;
use crate::web::described::{OnceKey, PageQuery, Paginering, ReadProblems, WriteProblems};
use crate::web::fields::Fields;
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// Afgesproken aandeel van een aanbieder.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Crisisaandeel)]
pub struct ShareBody {
    /// AGB-code.
    #[schema(example = "98990201")]
    aanbieder: String,
    /// Naam van de gemeente; ontbreekt als het aandeel voor alle gemeenten geldt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Lelystad")]
    gemeente: Option<String>,
    /// Ontbreekt als het aandeel voor beide groepen geldt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(under12|from12)$", example = "from12")]
    leeftijdsgroep: Option<&'static str>,
    /// Gewicht naast dat van anderen voor dezelfde groep: wie twee keer zoveel heeft, krijgt twee keer zoveel
    /// aanvragen.
    #[schema(minimum = 0, maximum = 1000, example = 50)]
    gewicht: u16,
    /// Eerste dag; ontbreekt als er geen begin is.
    #[serde(skip_serializing_if = "Option::is_none")]
    vanaf: Option<NaiveDate>,
    /// Laatste dag; ontbreekt als er geen einde is.
    #[serde(skip_serializing_if = "Option::is_none")]
    tot: Option<NaiveDate>,
}

impl From<StoredShare> for ShareBody {
    fn from(stored: StoredShare) -> Self {
        Self {
            aanbieder: stored.provider.agb,
            gemeente: stored.municipality,
            leeftijdsgroep: stored.share.age_group.map(AgeGroup::code),
            gewicht: stored.share.weight,
            vanaf: stored.share.validity.from(),
            tot: stored.share.validity.until(),
        }
    }
}

/// Een bladzijde van afgesproken aandelen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisaandelen)]
pub struct Shares {
    /// De aandelen van deze bladzijde.
    aandelen: Vec<ShareBody>,
    paginering: Paginering,
}

/// Een aandeel dat gaat gelden.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisaandeelInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that read_share reads")]
pub struct ShareInput {
    aanbieder: Agbcode,
    /// CBS-code; laat weg voor alle gemeenten.
    #[schema(pattern = "^[Gg][Mm][0-9]{4}$", example = "GM0034")]
    gemeente: Option<String>,
    /// Laat weg voor beide groepen.
    #[schema(pattern = "^(under12|from12)$", example = "from12")]
    leeftijdsgroep: Option<String>,
    /// Met 0 krijgt de aanbieder deze aanvragen niet.
    #[schema(minimum = 0, maximum = 1000, example = 50)]
    gewicht: u16,
    /// Morgen of later.
    vanaf: Datum,
}

/// Hoe een aanbieder ervoor staat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisstand)]
#[serde(rename_all = "camelCase")]
pub struct StandingBody {
    /// AGB-code van de aanbieder.
    #[schema(example = "98990201")]
    aanbieder: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    naam: String,
    /// Afgesproken deel van de aanvragen van deze groep, in procenten.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 50)]
    afgesproken: Option<u8>,
    /// Hoeveel aanvragen zijn toegewezen.
    #[schema(example = 3)]
    toegewezen: u64,
    /// Van hoeveel die de aanbieder had kunnen krijgen.
    #[schema(example = 8)]
    kon_krijgen: u64,
    /// Verschil met het aandeel, in woorden.
    #[schema(example = "staat 0,8 achter")]
    verschil: String,
    /// Hoeveel aanvragen de aanbieder weigerde.
    #[schema(example = 1)]
    geweigerd: u64,
    /// Hoeveel aanvragen zonder antwoord verliepen.
    #[schema(example = 0)]
    niet_geantwoord: u64,
    /// Laatste dag waarop de aanbieder geen ruimte heeft.
    #[serde(skip_serializing_if = "Option::is_none")]
    vol_tot: Option<NaiveDate>,
}

impl From<Line> for StandingBody {
    fn from(line: Line) -> Self {
        Self {
            aanbieder: line.provider.agb,
            naam: line.provider.name,
            afgesproken: line.part,
            toegewezen: line.standing.assigned,
            kon_krijgen: line.standing.could_take,
            verschil: rules::crisis::distribution::words_of_difference(&line.standing),
            geweigerd: line.answers.refused,
            niet_geantwoord: line.answers.expired,
            vol_tot: line.full_until,
        }
    }
}

/// De volgorde voor één leeftijdsgroep, en voor gemeenten met dezelfde aandelen; wie aan de beurt is eerst.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisvolgorde)]
pub struct TurnsBody {
    /// `under12` is jonger dan 12 jaar, `from12` is 12 jaar of ouder.
    #[schema(pattern = "^(under12|from12)$", example = "from12")]
    leeftijdsgroep: &'static str,
    /// Namen van de gemeenten waarvoor deze volgorde geldt; leeg als zij voor alle gemeenten dezelfde is.
    #[schema(example = json!(["Lelystad"]))]
    gemeenten: Vec<String>,
    /// De aanbieders die meedoen; wie aan de beurt is eerst.
    volgorde: Vec<StandingBody>,
}

/// Hoe de aanvragen verdeeld zijn.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisverdeling)]
#[serde(rename_all = "camelCase")]
pub struct DivisionBody {
    /// Alles wat verdeeld is, over alle kwartalen.
    #[schema(example = 40)]
    verdeeld: u64,
    /// Het grootste verschil met een aandeel, in honderdsten van een toewijzing.
    #[schema(example = 80)]
    grootste_verschil: i64,
    /// De volgorde voor elke leeftijdsgroep en elke kring van gemeenten.
    groepen: Vec<TurnsBody>,
}

impl From<Division> for DivisionBody {
    fn from(division: Division) -> Self {
        let groepen = division.turns.into_iter().map(|turns| TurnsBody {
            leeftijdsgroep: turns.age_group.code(),
            gemeenten: turns.municipalities,
            volgorde: turns.order.into_iter().map(StandingBody::from).collect(),
        });
        Self {
            verdeeld: division.divided,
            grootste_verschil: division.largest_deviation,
            groepen: groepen.collect(),
        }
    }
}

/// Tot wanneer uw organisatie geen ruimte heeft.
#[derive(Debug, ToSchema)]
#[schema(as = CrisisruimteInvoer)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the field that put_room reads")]
pub struct RoomInput {
    /// Laatste dag zonder ruimte, hooguit drie maanden vooruit; laat weg als er weer ruimte is.
    vol_tot: Option<Datum>,
}

/// Uw ruimte.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Crisisruimte)]
#[serde(rename_all = "camelCase")]
pub struct RoomBody {
    /// Laatste dag waarop u geen ruimte heeft; ontbreekt als u ruimte heeft.
    #[serde(skip_serializing_if = "Option::is_none")]
    vol_tot: Option<NaiveDate>,
}

#[utoipa::path(
    get, path = "/crisisaandelen", operation_id = "lijstCrisisaandelen", tag = "Crisis",
    summary = "Afgesproken aandelen in de verdeling, ook van vroeger en later",
    params(PageQuery),
    responses(
        (status = 200, description = "Een bladzijde van de lijst", body = Shares, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_shares(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let found = ctx.db(|conn, actor, _| shares::list_shares(conn, actor)).await?;
    let paging = Paging::new(number, found.len());
    let all: Vec<ShareBody> = found.into_iter().map(ShareBody::from).collect();
    reply::json(&Shares { aandelen: paging.cut(&all), paginering: paging.into() })
}

fn read_share(input: &mut Fields) -> Option<NewShare> {
    let groups: Vec<(&str, AgeGroup)> = AgeGroup::ALL.iter().map(|group| (group.code(), *group)).collect();
    let agb = input.parsed("aanbieder", "ongeldige-code", AgbCode::parse);
    let municipality = input.optional_parsed("gemeente", "ongeldige-code", MunicipalityCode::parse);
    let age_group = input.optional_choice("leeftijdsgroep", &groups);
    let weight = input.small::<u16>("gewicht", 0, i64::from(LARGEST_WEIGHT));
    let from = input.optional_date("vanaf");
    if from.is_none() && input.raw("vanaf").trim().is_empty() {
        input.error("vanaf", "verplicht", "vul dit in");
    }
    Some(NewShare { agb: agb?.to_string(), municipality, age_group, weight: weight?, from: from? })
}

#[utoipa::path(
    post, path = "/crisisaandelen", operation_id = "spreekCrisisaandeelAf", tag = "Crisis",
    summary = "Een aandeel afspreken vanaf een dag die nog komt",
    description = "Wat tot dan toe voor dezelfde aanvragen gold, eindigt de dag ervoor. Wat verdeeld is verandert niet.",
    params(OnceKey),
    request_body(content = ShareInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Afgesproken", body = ShareBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_share(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let new = read_share(&mut input);
    let new = input.finish(new)?.ok_or_else(|| Error::internal("a required field is missing"))?;
    let stored = ctx.db(move |conn, actor, now| shares::add_share(conn, actor, now, &new)).await?;
    reply::json_with_status(StatusCode::CREATED, &ShareBody::from(stored))
}

#[utoipa::path(
    get, path = "/crisisverdeling", operation_id = "haalCrisisverdeling", tag = "Crisis",
    summary = "Hoe de aanvragen verdeeld zijn en wie aan de beurt is",
    description = "Hetzelfde voor het crisispunt en voor alle aanbieders die meedoen.",
    responses(
        (status = 200, description = "De stand", body = DivisionBody, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_division(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let division = ctx.db(shares::view_division).await?;
    reply::json(&DivisionBody::from(division))
}

#[utoipa::path(
    put, path = "/crisisruimte", operation_id = "meldCrisisruimte", tag = "Crisis",
    summary = "Melden dat uw organisatie geen ruimte heeft, of weer wel",
    description = "Wie vooraf meldt dat er geen ruimte is, krijgt geen aanvragen en loopt geen achterstand op. Wat is aangeboden blijft aangeboden.",
    request_body(content = RoomInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gemeld", body = RoomBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn put_room(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let day = input.optional_date("volTot");
    let vol_tot = input.finish(day)?;
    ctx.db(move |conn, actor, now| shares::tell_capacity(conn, actor, now, vol_tot)).await?;
    reply::json(&RoomBody { vol_tot })
}
