//! Scenarios and their sweeps by API.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::{DateTime, NaiveDate, Utc};
use rules::codes::{AgbCode, MunicipalityCode, ProductCode};
use rules::matching::scenario::Kind;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, RangePart};
use super::model::{
    ChangeLine, ContractWorth, Group, MOST_CHANGES, Range, Scenario, ScenarioDraft, Sweep, SweepPoint,
};
use super::naming::Part;
use super::pages::parse_scenario;
use crate::error::{Error, Result};
use crate::matching::runs::api::{Aandeel, Maten, PlekWaarde};
use crate::paging::Paging;
use crate::product_book::described::{Naam, Productcode};
use crate::web::context::Context;
use crate::web::described::{ConfirmationInput, OnceKey, PageQuery, Paginering, ReadProblems, WriteProblems};
use crate::web::fields::{Fields, Length};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// The number of a scenario in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
struct ScenarioPath {
    /// Nummer van het scenario.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 1)]
    nummer: i64,
}

/// Soort verandering.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum SoortVerandering {
    PlekkenErbij,
    PlekkenPrecies,
    Afstand,
    Norm,
    Contract,
    ContractEraf,
    #[schema(rename = "per-10-km")]
    Per10Km,
    OpenEinde,
    OnbekendeWachttijd,
    Verouderd,
    OnbekendeAfstand,
    Alternatief,
    GeenVoorkeur,
    Behoefte,
    WekenPerStap,
    BlijvenWachten,
    SpoedEerst,
    MaatregelEerst,
    Veroudering,
}

/// Verandering in een scenario. Wat niet genoemd is, geldt voor alles.
#[derive(Debug, Serialize, ToSchema)]
pub struct Verandering {
    /// Code van de soort verandering.
    #[schema(example = "plekken-erbij")]
    soort: &'static str,
    /// Nummer van een aanbod; ontbreekt als de verandering niet over één aanbod gaat.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 223)]
    aanbod: Option<i64>,
    /// AGB-code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "98990009")]
    aanbieder: Option<String>,
    /// Code van het product; ontbreekt als de verandering voor elk product geldt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "45A12")]
    product: Option<String>,
    /// CBS-code van de gemeente; ontbreekt als de verandering niet over één gemeente gaat.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "GM0243")]
    gemeente: Option<String>,
    /// Plekken, kilometers, weken, honderdsten van een week (weging), of 1 voor ja en 0 voor nee; ontbreekt bij een
    /// contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2)]
    waarde: Option<i32>,
}

impl From<&ChangeLine> for Verandering {
    fn from(line: &ChangeLine) -> Self {
        Self {
            soort: line.kind.code(),
            aanbod: line.offer,
            aanbieder: line.provider.clone(),
            product: line.product.clone(),
            gemeente: line.municipality.clone(),
            waarde: line.value,
        }
    }
}

/// Verandering die u doorrekent. Wat u niet noemt, geldt voor alles.
#[derive(Debug, ToSchema)]
#[schema(as = VeranderingInvoer)]
#[expect(dead_code, reason = "describes the fields that read_change reads")]
pub struct ChangeInput {
    #[schema(inline)]
    soort: SoortVerandering,
    /// Nummer van een aanbod; alleen bij plekken.
    #[schema(minimum = 1, maximum = 2_147_483_647, example = 223)]
    aanbod: Option<i64>,
    /// AGB-code van een aanbieder; bij plekken en contract.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    aanbieder: Option<String>,
    /// Bij plekken, contract en norm.
    product: Option<Productcode>,
    /// Alleen bij contract.
    #[schema(pattern = "^GM[0-9]{4}$", example = "GM0243")]
    gemeente: Option<String>,
    /// Plekken, kilometers, weken, honderdsten van een week (weging), of 1 voor ja en 0 voor nee. Niet bij een contract.
    #[schema(minimum = -50, maximum = 5200, example = 2)]
    waarde: Option<i32>,
}

/// Scenario dat u laat doorrekenen.
#[derive(Debug, ToSchema)]
#[schema(as = ScenarioInvoer)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct ScenarioInput {
    naam: Naam,
    /// Leeg: de regio zoals zij is.
    #[schema(max_items = 20)]
    veranderingen: Vec<ChangeInput>,
}

/// Wat er verandert voor wie op één product wacht, of in één gemeente.
#[derive(Debug, Serialize, ToSchema)]
pub struct Verschuiving {
    /// Naam van het product of de gemeente.
    #[schema(example = "Harderwijk")]
    naam: String,
    /// Hoeveel kinderen er wachten.
    #[schema(example = 30)]
    wachtenden: u32,
    /// Hoeveel van de wachtenden nu een plek krijgen.
    #[serde(rename = "metPlekNu")]
    #[schema(example = 12)]
    met_plek_nu: u32,
    /// Hoeveel van de wachtenden een plek krijgen als het scenario waar is.
    #[serde(rename = "metPlekDan")]
    #[schema(example = 14)]
    met_plek_dan: u32,
    /// Hoeveel door het scenario een plek krijgen, en nu niet.
    #[schema(example = 3)]
    erbij: u32,
    /// Hoeveel door het scenario geen plek krijgen, en nu wel.
    #[schema(example = 1)]
    eraf: u32,
    /// Hoeveel een andere plek krijgen dan nu.
    #[serde(rename = "anderePlek")]
    #[schema(example = 2)]
    andere_plek: u32,
}

impl From<Group> for Verschuiving {
    fn from(group: Group) -> Self {
        Self {
            naam: group.name,
            wachtenden: group.total,
            met_plek_nu: group.now,
            met_plek_dan: group.then,
            erbij: group.moved.gains,
            eraf: group.moved.loses,
            andere_plek: group.moved.moves,
        }
    }
}

/// Contract dat er niet is en zou helpen.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContractWaarde {
    /// AGB-code van de aanbieder.
    #[schema(example = "98990009")]
    agb: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: String,
    /// Code van het product.
    #[schema(example = "45A12")]
    product: String,
    /// CBS-code van de gemeente.
    #[schema(example = "GM0243")]
    gemeente: String,
    /// Kinderen meer met een plek.
    #[schema(example = 2)]
    geplaatst: i64,
    /// Hoeveel de som van de klassen groeit: boven 0 krijgt er een kind meer een plek, of een met meer voorrang.
    #[schema(example = 1)]
    klassen: i64,
    /// In honderdsten van een week.
    #[schema(example = 350)]
    honderdsten: i64,
}

impl From<ContractWorth> for ContractWaarde {
    fn from(worth: ContractWorth) -> Self {
        Self {
            agb: worth.agb,
            aanbieder: worth.provider,
            product: worth.product_code,
            gemeente: worth.municipality_code,
            geplaatst: worth.placed,
            klassen: worth.class,
            honderdsten: worth.cost,
        }
    }
}

/// Scenario zonder tabellen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScenarioKort)]
pub struct ScenarioSummary {
    /// Nummer van het scenario.
    #[schema(minimum = 1, example = 1)]
    nummer: i64,
    /// Naam die de maker het gaf.
    #[schema(example = "Twee plekken erbij")]
    naam: String,
    /// Wanneer het scenario is gemaakt (UTC).
    #[serde(rename = "gemaaktOp")]
    gemaakt_op: DateTime<Utc>,
    /// Naam van wie het maakte.
    #[schema(example = "Accountmanager regio")]
    door: String,
    /// Wanneer het het laatst is doorgerekend (UTC).
    #[serde(rename = "doorgerekendOp")]
    doorgerekend_op: DateTime<Utc>,
    /// De dag waarvoor is gerekend.
    dag: NaiveDate,
    /// Versie van het beleid van de regio; 0 is dat van het programma.
    #[serde(rename = "beleidVersie")]
    #[schema(example = 2)]
    beleid_versie: i32,
    /// Versie van de weging van de regio; 0 is die van het programma.
    #[serde(rename = "wegingVersie")]
    #[schema(example = 3)]
    weging_versie: i32,
    /// Versie van het aanbod waarmee is gerekend.
    #[serde(rename = "cijfersStand")]
    #[schema(example = 118)]
    cijfers_stand: i64,
    /// Wat er anders is dan nu; leeg: niets.
    veranderingen: Vec<Verandering>,
    nu: Maten,
    dan: Maten,
}

impl From<&Scenario> for ScenarioSummary {
    fn from(scenario: &Scenario) -> Self {
        let body = &scenario.body;
        Self {
            nummer: scenario.id,
            naam: scenario.name.clone(),
            gemaakt_op: scenario.made_at,
            door: scenario.by_name.clone(),
            doorgerekend_op: scenario.worked_out_at,
            dag: body.stamp.day,
            beleid_versie: body.stamp.policy.version,
            weging_versie: body.stamp.weights.version,
            cijfers_stand: body.stamp.supply_version,
            veranderingen: scenario.changes.iter().map(Into::into).collect(),
            nu: body.now.into(),
            dan: body.then.into(),
        }
    }
}

/// Scenario met wat eruit kwam, in aantallen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scenario)]
pub struct ScenarioBody {
    #[serde(flatten)]
    kort: ScenarioSummary,
    #[serde(rename = "overbruggingNu")]
    overbrugging_nu: Aandeel,
    #[serde(rename = "overbruggingDan")]
    overbrugging_dan: Aandeel,
    /// De verschuiving voor elk product.
    #[serde(rename = "perProduct")]
    per_product: Vec<Verschuiving>,
    /// De verschuiving voor elke gemeente.
    #[serde(rename = "perGemeente")]
    per_gemeente: Vec<Verschuiving>,
    /// Wat één plek meer waard is, het meest eerst.
    plekken: Vec<PlekWaarde>,
    /// Hetzelfde voor overbruggingszorg.
    overbruggingsplekken: Vec<PlekWaarde>,
    /// Contracten die er niet zijn en zouden helpen, elk op zichzelf.
    contracten: Vec<ContractWaarde>,
    /// Mogelijke contracten die niet zijn doorgerekend.
    #[serde(rename = "contractenNietGerekend")]
    #[schema(example = 0)]
    contracten_niet_gerekend: u32,
}

impl From<Scenario> for ScenarioBody {
    fn from(scenario: Scenario) -> Self {
        let kort = ScenarioSummary::from(&scenario);
        let body = scenario.body;
        Self {
            kort,
            overbrugging_nu: body.bridging_now.into(),
            overbrugging_dan: body.bridging_then.into(),
            per_product: body.by_product.into_iter().map(Into::into).collect(),
            per_gemeente: body.by_municipality.into_iter().map(Into::into).collect(),
            plekken: body.worths.into_iter().map(Into::into).collect(),
            overbruggingsplekken: body.bridging_worths.into_iter().map(Into::into).collect(),
            contracten: body.contracts.into_iter().map(Into::into).collect(),
            contracten_niet_gerekend: body.contracts_left,
        }
    }
}

/// De scenario's van een regio.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scenarios {
    /// De scenario's van deze bladzijde.
    scenarios: Vec<ScenarioSummary>,
    paginering: Paginering,
}

/// Reeks die u laat doorrekenen: een verandering van laag naar hoog, hoogstens 200 waarden.
#[derive(Debug, ToSchema)]
#[schema(as = ReeksInvoer)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct RangeInput {
    #[schema(inline)]
    soort: SoortVerandering,
    /// Nummer van een aanbod; alleen bij plekken.
    #[schema(minimum = 1, maximum = 2_147_483_647, example = 223)]
    aanbod: Option<i64>,
    /// AGB-code van een aanbieder; alleen bij plekken.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    aanbieder: Option<String>,
    /// Bij plekken en norm.
    product: Option<Productcode>,
    /// Laagste waarde.
    #[schema(minimum = -50, maximum = 5200, example = 0)]
    van: i32,
    /// Hoogste waarde; die hoort er nog bij.
    #[schema(minimum = -50, maximum = 5200, example = 20)]
    tot: i32,
    /// Hoeveel elke waarde hoger is dan de vorige.
    #[schema(minimum = 1, maximum = 5200, example = 1)]
    stap: i32,
}

/// Uitkomst van één waarde.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReeksWaarde {
    /// De waarde die is doorgerekend.
    #[schema(example = 5)]
    waarde: i32,
    maten: Maten,
}

impl From<SweepPoint> for ReeksWaarde {
    fn from(point: SweepPoint) -> Self {
        Self { waarde: point.value, maten: point.measures.into() }
    }
}

/// Reeks van een scenario.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reeks)]
pub struct SweepBody {
    /// `bezig`, `klaar`, `gestopt`, `afgebroken` of `mislukt`.
    #[schema(example = "klaar")]
    stand: &'static str,
    verandering: Verandering,
    /// Laagste waarde.
    #[schema(example = 0)]
    van: i32,
    /// Hoogste waarde; die hoort er nog bij.
    #[schema(example = 20)]
    tot: i32,
    /// Hoeveel elke waarde hoger is dan de vorige.
    #[schema(example = 1)]
    stap: i32,
    /// Wanneer de reeks is gevraagd (UTC).
    #[serde(rename = "gevraagdOp")]
    gevraagd_op: DateTime<Utc>,
    /// Naam van wie erom vroeg.
    #[schema(example = "Accountmanager regio")]
    door: String,
    /// Zoveel waarden zijn klaar.
    #[schema(example = 21)]
    klaar: i32,
    /// Zoveel waarden zijn er.
    #[schema(example = 21)]
    totaal: i32,
    /// Leeg tot alles klaar is.
    waarden: Vec<ReeksWaarde>,
}

impl From<Sweep> for SweepBody {
    fn from(sweep: Sweep) -> Self {
        let points = sweep.outcome.map(|outcome| outcome.points).unwrap_or_default();
        Self {
            stand: sweep.state.code(),
            verandering: (&sweep.range.change).into(),
            van: sweep.range.from,
            tot: sweep.range.to,
            stap: sweep.range.step,
            gevraagd_op: sweep.asked_at,
            door: sweep.by_name,
            klaar: sweep.done,
            totaal: sweep.total,
            waarden: points.into_iter().map(Into::into).collect(),
        }
    }
}

fn read_kind(fields: &mut Fields) -> Option<Kind> {
    fields.parsed("soort", "onbekende-keuze", |code| Kind::parse(code).ok_or("kies een soort uit de lijst"))
}

/// What a change is about, besides its value.
fn read_subject(fields: &mut Fields, kind: Kind) -> ChangeLine {
    ChangeLine {
        offer: fields.optional_int("aanbod", 1, i64::from(i32::MAX)),
        provider: fields
            .optional_parsed("aanbieder", "geen-agb", AgbCode::parse)
            .map(|agb| agb.as_str().to_owned()),
        product: fields
            .optional_parsed("product", "geen-productcode", ProductCode::parse)
            .map(|code| code.as_str().to_owned()),
        ..ChangeLine::new(kind)
    }
}

fn read_changes(input: &mut Fields) -> Vec<ChangeLine> {
    let mut changes = Vec::new();
    for (place, mut item) in input.objects("veranderingen", MOST_CHANGES) {
        let kind = read_kind(&mut item);
        let subject = read_subject(&mut item, kind.unwrap_or(Kind::Norm));
        let municipality = item.optional_parsed("gemeente", "geen-gemeentecode", MunicipalityCode::parse);
        let value = item.optional_small("waarde", -50, 5200);
        changes.push(ChangeLine {
            municipality: municipality.map(|code| code.as_str().to_owned()),
            value,
            ..subject
        });
        input.absorb(&place, item);
    }
    changes
}

const fn part_field(part: Part) -> &'static str {
    match part {
        Part::Kind => "soort",
        Part::Offer => "aanbod",
        Part::Provider => "aanbieder",
        Part::Product => "product",
        Part::Municipality => "gemeente",
        Part::Value => "waarde",
    }
}

#[utoipa::path(
    get, path = "/scenarios", operation_id = "lijstScenarios", tag = "Regionaal voorstel",
    summary = "Scenario's van uw regio",
    params(PageQuery),
    responses(
        (status = 200, description = "De scenario's, de nieuwste eerst", body = Scenarios, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_scenarios(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let (found, total) = ctx.db(move |conn, actor, _| actions::list_scenarios(conn, actor, number)).await?;
    reply::json(&Scenarios {
        scenarios: found.iter().map(Into::into).collect(),
        paginering: Paging::new(number, total).into(),
    })
}

#[utoipa::path(
    post, path = "/scenarios", operation_id = "maakScenario", tag = "Regionaal voorstel",
    summary = "Scenario doorrekenen en bewaren",
    description = "Rekent uit wat er met het regionale voorstel zou gebeuren. De echte lijsten blijven zoals ze zijn.",
    params(OnceKey),
    request_body(content = ScenarioInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Doorgerekend", body = ScenarioBody, headers(("API-Version" = String), ("Location" = String, description = "Adres van het scenario"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_scenario(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let name = input.text("naam", Length(1, 100));
    let changes = read_changes(&mut input);
    let draft = input.finish(ScenarioDraft { name, changes })?;
    let snapshot = ctx.state.supply.current()?;
    let made = ctx
        .db(move |conn, actor, now| {
            let field = |at: usize, part: Part| format!("veranderingen[{at}].{}", part_field(part));
            let id = actions::make_scenario(conn, actor, now, &snapshot, &draft, field)?;
            actions::find_scenario(conn, actor, id)
        })
        .await?;
    reply::created(&format!("/v1/scenarios/{}", made.id), &ScenarioBody::from(made))
}

#[utoipa::path(
    get, path = "/scenarios/{nummer}", operation_id = "haalScenario", tag = "Regionaal voorstel",
    summary = "Eén scenario met wat eruit kwam",
    params(ScenarioPath),
    responses(
        (status = 200, description = "Het scenario", body = ScenarioBody, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_scenario(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_scenario(&path)?;
    let found = ctx.db(move |conn, actor, _| actions::find_scenario(conn, actor, id)).await?;
    reply::json(&ScenarioBody::from(found))
}

#[utoipa::path(
    get, path = "/scenarios/{nummer}/reeks", operation_id = "haalReeks", tag = "Regionaal voorstel",
    summary = "De reeks van een scenario, en hoever zij is",
    params(ScenarioPath),
    responses(
        (status = 200, description = "De reeks", body = SweepBody, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_sweep(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    reply_sweep(&ctx, parse_scenario(&path)?).await
}

async fn reply_sweep(ctx: &Context, id: i64) -> Result<HttpResponse> {
    let (_, sweep) = ctx.db(move |conn, actor, _| actions::find_with_sweep(conn, actor, id)).await?;
    reply::json(&SweepBody::from(sweep.ok_or(Error::NotFound("reeks"))?))
}

#[utoipa::path(
    post, path = "/scenarios/{nummer}/reeks", operation_id = "startReeks", tag = "Regionaal voorstel",
    summary = "Een reeks van een scenario laten doorrekenen",
    description = "Eén tegelijk per regio. Komt in de plaats van de vorige reeks van dit scenario. Vraag daarna hoever zij is.",
    params(ScenarioPath, OnceKey),
    request_body(content = RangeInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Er wordt gerekend", body = SweepBody, headers(("API-Version" = String), ("Location" = String, description = "Adres van de reeks"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_sweep(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let kind = read_kind(&mut input);
    let change = read_subject(&mut input, kind.unwrap_or(Kind::Norm));
    let (from, to) = (input.small("van", -50, 5200), input.small("tot", -50, 5200));
    let step = input.small("stap", 1, 5200);
    let (Some(from), Some(to), Some(step)) = input.finish((from, to, step))? else {
        return Err(Error::internal("a required field is missing"));
    };
    let range = Range { change, from, to, step };
    let id = parse_scenario(&path)?;
    let snapshot = ctx.state.supply.current()?;
    let sweep = ctx
        .db(move |conn, actor, now| {
            let field = |part: RangePart| match part {
                RangePart::Of(part) => part_field(part),
                RangePart::From => "van",
                RangePart::To => "tot",
                RangePart::Step => "stap",
            };
            actions::start_sweep(conn, actor, now, &snapshot, id, (range, field))?;
            actions::find_with_sweep(conn, actor, id)
        })
        .await?
        .1
        .ok_or_else(|| Error::internal("the sweep that was started is missing"))?;
    reply::created(&format!("/v1/scenarios/{id}/reeks"), &SweepBody::from(sweep))
}

#[utoipa::path(
    post, path = "/scenarios/{nummer}/reeks/stopzetting", operation_id = "stopReeks", tag = "Regionaal voorstel",
    summary = "Stoppen met het doorrekenen van een reeks",
    params(ScenarioPath, OnceKey),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Gestopt; wat al klaar was, is niet bewaard", body = SweepBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_stop(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    input.finish(())?;
    let id = parse_scenario(&path)?;
    ctx.db(move |conn, actor, now| actions::stop_sweep(conn, actor, now, id)).await?;
    reply_sweep(&ctx, id).await
}

#[utoipa::path(
    post, path = "/scenarios/{nummer}/verwijdering", operation_id = "haalScenarioWeg", tag = "Regionaal voorstel",
    summary = "Een scenario met zijn reeks verwijderen",
    params(ScenarioPath, OnceKey),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Verwijderd; het scenario zoals het was", body = ScenarioSummary, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_removal(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    input.finish(())?;
    let id = parse_scenario(&path)?;
    let removed = ctx.db(move |conn, actor, now| actions::remove_scenario(conn, actor, now, id)).await?;
    reply::json(&ScenarioSummary::from(&removed))
}
