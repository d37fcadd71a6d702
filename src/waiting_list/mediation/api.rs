//! Mediation by API: who waits past a norm, what was done, and taking and closing one's own step.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::{DateTime, NaiveDate, Utc};
use rules::waiting::mediation::StepOutcome;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;

use super::actions;
use super::model::{COLUMNS, Case, HalfYear, MediationStep, OverviewLine, ProviderLine, Turn, sort};
use crate::actor::Actor;
use crate::clock::moment_of_dutch_time;
use crate::error::{Error, Result};
use crate::paging::{Paging, SortOrder};
use crate::waiting_list::clients::api::ClientPath;
use crate::waiting_list::clients::api::settings::owner_schema;
use crate::web::context::Context;
use crate::web::described::{
    ConfirmationInput, OnceKey, PageQuery, Paginering, ReadProblems, WriteProblems, codes_schema,
};
use crate::web::fields::{Fields, Length};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::notes::{DIGITS, digits_schema, read_note};
use crate::web::reply;

/// Bemiddeling voor een wachtende die langer wacht dan een norm toestaat, of voor wie nog een stap loopt. Er staat niets in over wat het kind nodig heeft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bemiddeling)]
#[serde(rename_all = "camelCase")]
pub struct CaseBody {
    /// Cliëntcode van de wachtende.
    #[schema(example = "C4K-7XW-2R9")]
    code: String,
    /// Naam van de gemeente die voor het kind verantwoordelijk is.
    #[schema(example = "Harderwijk")]
    gemeente: String,
    /// Code van het product waarop wordt gewacht.
    #[schema(example = "45A12")]
    product: String,
    /// Naam van het product waarop wordt gewacht.
    #[schema(example = "Gezinsbehandeling thuis")]
    product_naam: String,
    /// Hele weken gewacht; ontbreekt zolang de wachttijd nog niet telt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 14)]
    weken_gewacht: Option<u32>,
    /// De normen die voorbij zijn, in woorden. Leeg als er geen norm meer voorbij is: dan is alleen de stap die loopt nog af te
    /// sluiten.
    #[schema(example = json!(["Norm van het product, 12 dagen voorbij"]))]
    normen: Vec<String>,
    /// Eerste dag na de norm die het eerst voorbij was. Is er geen norm meer voorbij, dan de dag waarop de stap begon die nog
    /// loopt.
    over_de_norm_sinds: NaiveDate,
    /// Of er nu overbruggingszorg is.
    overbrugging: bool,
    /// Wat er nu gebeurt of moet gebeuren.
    #[schema(example = "Zoeken met aanbieders")]
    stap: String,
    #[schema(schema_with = owner_schema)]
    van_wie: &'static str,
    /// Of iemand aan deze stap begon.
    begonnen: bool,
    /// Wanneer deze stap uiterlijk klaar is (UTC); ontbreekt als er geen termijn loopt.
    #[serde(skip_serializing_if = "Option::is_none")]
    uiterlijk: Option<DateTime<Utc>>,
    /// Of de termijn van de stap voorbij is.
    te_laat: bool,
}

/// Een stap van de bemiddeling die iemand zette.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bemiddelingsstap)]
#[serde(rename_all = "camelCase")]
pub struct StepBody {
    /// Plaats van de stap op de ladder van de regio; de eerste is 1.
    #[schema(example = 1)]
    nummer: i32,
    /// Naam van de stap toen die begon.
    #[schema(example = "Zoeken met aanbieders")]
    naam: String,
    #[schema(schema_with = owner_schema)]
    van_wie: &'static str,
    /// Wanneer de stap begon (UTC).
    begonnen_op: DateTime<Utc>,
    /// Naam en organisatie.
    #[schema(example = "Toegang Harderwijk, Gemeente Harderwijk")]
    begonnen_door: String,
    /// Wanneer de stap uiterlijk klaar is (UTC).
    uiterlijk: DateTime<Utc>,
    /// De termijn die al voorbij was toen de stap begon.
    #[serde(skip_serializing_if = "Option::is_none")]
    gemiste_termijn: Option<DateTime<Utc>>,
    /// Of de stap nu loopt.
    loopt: bool,
    /// Wanneer de stap is afgesloten (UTC); ontbreekt als dat niet is gebeurd.
    #[serde(skip_serializing_if = "Option::is_none")]
    afgesloten_op: Option<DateTime<Utc>>,
    /// Naam en organisatie.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Toegang Harderwijk, Gemeente Harderwijk")]
    afgesloten_door: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = outcome_schema, required = false)]
    uitkomst: Option<&'static str>,
    /// Korte toelichting bij het afsluiten; ontbreekt als er geen is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Twee aanbieders gebeld, geen van beide heeft ruimte.")]
    toelichting: Option<String>,
}

/// Een aanbieder die reageerde, en wat ervan kwam.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BemiddelingAanbieder)]
#[serde(rename_all = "camelCase")]
pub struct ProviderBody {
    /// AGB-code van de aanbieder.
    #[schema(example = "98990009")]
    agb: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    naam: String,
    /// De locatie van het aanbod, met de plaats.
    #[schema(example = "Locatie Haven, Harderwijk")]
    locatie: String,
    /// Dag van de reactie.
    reageerde_op: NaiveDate,
    /// Eerste dag waarop de zorg volgens de aanbieder kan starten.
    kan_starten_op: NaiveDate,
    /// De status van de reactie, in woorden.
    #[schema(example = "Afgewezen")]
    status: &'static str,
    /// Dag waarop de reactie eindigde; ontbreekt zolang zij loopt.
    #[serde(skip_serializing_if = "Option::is_none")]
    beeindigd_op: Option<NaiveDate>,
    /// Code van de reden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "niet-passend")]
    reden: Option<String>,
    /// De reden in de woorden die de regio er toen voor had.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Inhoudelijk niet passend")]
    reden_woorden: Option<String>,
}

/// Eén bemiddeling, met de stappen en de aanbieders.
#[derive(Debug, Serialize, ToSchema)]
pub struct BemiddelingVolledig {
    bemiddeling: CaseBody,
    /// De eerste stap eerst.
    stappen: Vec<StepBody>,
    /// De aanbieders die reageerden.
    aanbieders: Vec<ProviderBody>,
}

/// Een bladzijde van de bemiddeling.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bemiddelingen)]
pub struct CasePage {
    /// De bemiddeling van deze bladzijde.
    bemiddelingen: Vec<CaseBody>,
    /// Hoeveel van wie u kunt zien overbruggingszorg hebben.
    #[serde(rename = "metOverbrugging")]
    #[schema(minimum = 0, example = 4)]
    met_overbrugging: usize,
    paginering: Paginering,
}

/// Wat van de stap kwam.
#[derive(Debug, ToSchema)]
#[schema(as = AfsluitingInvoer)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct ClosingInput {
    #[schema(schema_with = outcome_schema)]
    uitkomst: String,
    /// Hooguit twee zinnen, en niets over een persoon.
    #[schema(max_length = 280, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    toelichting: Option<String>,
    /// Wat 9 cijfers in de toelichting zijn, als daarnaar gevraagd is.
    #[schema(rename = "cijfersZijn", schema_with = digits_schema, required = false)]
    cijfers_zijn: Option<String>,
}

/// De stap is afgesloten.
#[derive(Debug, Serialize, ToSchema)]
pub struct Afsluiting {
    #[schema(schema_with = outcome_schema)]
    uitkomst: &'static str,
}

/// What can come of a step, to choose from.
pub(super) fn outcomes() -> Vec<(&'static str, StepOutcome)> {
    StepOutcome::ALL.iter().map(|outcome| (outcome.code(), *outcome)).collect()
}

/// Which cases are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Mine,
    Overdue,
}

impl Wanted {
    pub(super) const CODES: [(&str, Self); 2] = [("van-mij", Self::Mine), ("te-laat", Self::Overdue)];

    pub(super) fn holds(self, actor: &Actor, case: &Case) -> bool {
        match self {
            Self::Mine => case.is_of(actor),
            Self::Overdue => case.is_overdue,
        }
    }
}

/// Reads which cases are asked for, from a page or the API.
pub(super) fn read_wanted(query: &mut Fields) -> Option<Wanted> {
    query.optional_choice("toon", &Wanted::CODES)
}

/// Reads the half year of an overview; this one unless another is asked for.
pub(super) fn read_half_year(mut query: Fields, today: NaiveDate) -> Result<HalfYear> {
    let known = HalfYear::list(today);
    let chosen = query.optional_text("periode", Length(0, 6)).filter(|text| !text.is_empty());
    if chosen.as_deref().is_some_and(|text| !HalfYear::is_code(text)) {
        let codes: Vec<&str> = known.iter().map(|half| half.code.as_str()).collect();
        query.error("periode", "geen-half-jaar", format!("kies een van: {}", codes.join(", ")));
    }
    query.finish(())?;
    let is_chosen = |half: &HalfYear| chosen.as_ref().is_none_or(|code| half.code == *code);
    known.into_iter().find(is_chosen).ok_or(Error::NotFound("overzicht van dit half jaar"))
}

/// Wat er in een half jaar met de stappen van één partij gebeurde.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BemiddelingsoverzichtRegel)]
#[serde(rename_all = "camelCase")]
pub struct OverviewLineBody {
    #[schema(schema_with = owner_schema)]
    van_wie: &'static str,
    /// Afgesloten stappen. 1 tot en met 7 staat er als *, de rest is afgerond op vijf; precies voor wie elk van deze stappen
    /// mag zien: de accountmanager, en het expertteam bij zijn eigen stappen.
    #[schema(pattern = r"^([0-9]+|\*)$", example = "25")]
    stappen: String,
    /// Afgesloten stappen waarna er een plek was, zo getoond als `stappen`.
    #[schema(pattern = r"^([0-9]+|\*)$", example = "*")]
    plek_gevonden: String,
    /// Na de termijn begonnen of afgesloten.
    #[schema(pattern = r"^([0-9]+|\*)$", example = "0")]
    te_laat: String,
    /// Middelste doorlooptijd; niet aanwezig bij minder dan acht stappen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 9)]
    doorlooptijd_dagen: Option<i64>,
}

/// De afgesloten stappen van een half jaar.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bemiddelingsoverzicht {
    /// Het half jaar: jaar, en 1 of 2.
    #[schema(pattern = "^[0-9]{4}-[12]$", example = "2026-2")]
    periode: String,
    /// Eerste dag.
    vanaf: NaiveDate,
    /// Eerste dag erna.
    tot: NaiveDate,
    /// Een regel voor elk van wie een stap is.
    regels: Vec<OverviewLineBody>,
}

impl From<OverviewLine> for OverviewLineBody {
    fn from(line: OverviewLine) -> Self {
        Self {
            van_wie: line.owner.code(),
            stappen: line.taken,
            plek_gevonden: line.found,
            te_laat: line.late,
            doorlooptijd_dagen: line.median_days,
        }
    }
}

#[utoipa::path(
    get, path = "/bemiddelingsoverzicht", operation_id = "haalBemiddelingsoverzicht", tag = "Wachtlijst",
    summary = "Stappen en doorlooptijden van een half jaar",
    description = "Van de hele regio, per partij van wie de stappen waren. Kleine aantallen zijn verborgen.",
    params(("periode" = Option<String>, Query, description = "Jaar en helft: dit half jaar of een van de vijf ervoor. Zonder keuze dit half jaar.", pattern = "^[0-9]{4}-[12]$", example = "2026-2")),
    responses(
        (status = 200, description = "Het overzicht", body = Bemiddelingsoverzicht, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_overview(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    let half = read_half_year(query, ctx.today())?;
    let days = (half.from, half.until);
    let lines = ctx.db(move |conn, actor, _| actions::overview(conn, actor, days)).await?;
    reply::json(&Bemiddelingsoverzicht {
        periode: half.code,
        vanaf: half.from,
        tot: half.until,
        regels: lines.into_iter().map(Into::into).collect(),
    })
}

fn outcome_schema() -> Object {
    codes_schema("Wat van de stap kwam.", StepOutcome::ALL.iter().map(|outcome| outcome.code()))
}

impl From<&Case> for CaseBody {
    fn from(case: &Case) -> Self {
        Self {
            code: case.code.clone(),
            gemeente: case.municipality.clone(),
            product: case.product_code.clone(),
            product_naam: case.product_name.clone(),
            weken_gewacht: case.weeks_waited,
            normen: case.passed.clone(),
            over_de_norm_sinds: case.since,
            overbrugging: case.has_bridging,
            stap: case.turn.name().to_owned(),
            van_wie: case.turn.owner().code(),
            begonnen: matches!(case.turn, Turn::Busy(_)),
            uiterlijk: case.due_by.map(moment_of_dutch_time),
            te_laat: case.is_overdue,
        }
    }
}

impl StepBody {
    fn new(case: &Case, step: &MediationStep) -> Self {
        let closed = step.closed.as_ref();
        let by = |name: &str, organisation: &str| format!("{name}, {organisation}");
        Self {
            nummer: step.number,
            naam: step.name.clone(),
            van_wie: step.owner.code(),
            begonnen_op: step.begun_at,
            begonnen_door: by(&step.by_name, &step.by_organisation),
            uiterlijk: step.due_by,
            gemiste_termijn: step.missed_by,
            loopt: case.is_busy(step),
            afgesloten_op: closed.map(|closed| closed.at),
            afgesloten_door: closed.map(|closed| by(&closed.by_name, &closed.by_organisation)),
            uitkomst: closed.map(|closed| closed.outcome.code()),
            toelichting: closed.and_then(|closed| closed.note.clone()),
        }
    }
}

impl From<ProviderLine> for ProviderBody {
    fn from(line: ProviderLine) -> Self {
        let (reden, reden_woorden) = line.reason.unzip();
        Self {
            agb: line.agb,
            naam: line.name,
            locatie: line.location,
            reageerde_op: line.responded_on,
            kan_starten_op: line.start_on,
            status: line.status,
            beeindigd_op: line.ended_on,
            reden,
            reden_woorden,
        }
    }
}

#[utoipa::path(
    get, path = "/bemiddelingen", operation_id = "lijstBemiddelingen", tag = "Wachtlijst",
    summary = "Wie langer wacht dan een norm toestaat",
    description = "Met de volgende stap, van wie die is en tot wanneer, ook van wie op de start van afgesproken zorg of op het eind van een pauze wacht; wie het langst over de norm is eerst tenzij u een andere volgorde kiest. Is de norm niet meer voorbij, dan blijft de bemiddeling staan tot de stap die loopt is afgesloten. De toegang ziet de eigen gemeente, de accountmanager de \
        regio, de gemeente en het expertteam wat bij hen ligt.",
    params(
        ("toon" = Option<String>, Query, description = "van-mij: alleen waarvan de stap bij u ligt; te-laat: alleen over de termijn", pattern = "^(van-mij|te-laat)$", example = "van-mij"),
        ("sorteer" = Option<String>, Query, description = "Volgorde, met -af erachter omgekeerd; norm: het langst over de norm eerst", pattern = "^(norm|code|gemeente|product|stap|uiterlijk)(-af)?$", example = "uiterlijk"),
        PageQuery,
    ),
    responses(
        (status = 200, description = "Een bladzijde van de lijst", body = CasePage, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn list_cases(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let wanted = read_wanted(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let mut cases = ctx.db(move |conn, actor, now| actions::list_cases(conn, actor, now, &snapshot)).await?;
    let met_overbrugging = cases.iter().filter(|case| case.has_bridging).count();
    cases.retain(|case| wanted.is_none_or(|wanted| wanted.holds(&ctx.actor, case)));
    sort(&mut cases, order);
    let paging = Paging::new(number, cases.len());
    let rows = paging.cut(&cases);
    let codes: Vec<String> = rows.iter().map(|case| case.code.clone()).collect();
    ctx.db(move |conn, actor, now| actions::record_listed(conn, actor, now, &codes)).await?;
    reply::json(&CasePage {
        bemiddelingen: rows.iter().map(Into::into).collect(),
        met_overbrugging,
        paginering: paging.into(),
    })
}

#[utoipa::path(
    get, path = "/bemiddelingen/{code}", operation_id = "haalBemiddeling", tag = "Wachtlijst",
    summary = "Eén bemiddeling, met stappen en aanbieders",
    description = "Wat niet bij u ligt en wat niet bestaat geven hetzelfde antwoord: 404.",
    params(ClientPath),
    responses(
        (status = 200, description = "De bemiddeling", body = BemiddelingVolledig, headers(("API-Version" = String))),
        ReadProblems,
        (status = 403, response = crate::api_document::Problem),
    ),
    security(("bearer" = []))
)]
pub async fn get_case(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    reply_case(&ctx, path.into_inner()).await
}

async fn reply_case(ctx: &Context, code: String) -> Result<HttpResponse> {
    let (case, providers) = ctx
        .db(move |conn, actor, now| {
            let case = actions::find_case(conn, actor, now, &code)?;
            let providers = actions::list_providers(conn, &case)?;
            Ok((case, providers))
        })
        .await?;
    reply::json(&BemiddelingVolledig {
        bemiddeling: (&case).into(),
        stappen: case.steps.iter().map(|step| StepBody::new(&case, step)).collect(),
        aanbieders: providers.into_iter().map(Into::into).collect(),
    })
}

#[utoipa::path(
    post, path = "/bemiddelingen/{code}/stappen", operation_id = "beginBemiddelingsstap", tag = "Wachtlijst",
    summary = "De volgende stap beginnen",
    description = "Alleen wie de stap heeft kan die beginnen. Begon een ander al, dan volgt 409.",
    params(ClientPath, OnceKey),
    request_body(content = ConfirmationInput, content_type = "application/json"),
    responses(
        (status = 200, description = "De bemiddeling na de stap", body = BemiddelingVolledig, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_step(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    input.finish(())?;
    let code = path.into_inner();
    let key = code.clone();
    ctx.db(move |conn, actor, now| actions::take_step(conn, actor, now, &key)).await?;
    reply_case(&ctx, code).await
}

#[utoipa::path(
    post, path = "/bemiddelingen/{code}/afsluiting", operation_id = "sluitBemiddelingsstap", tag = "Wachtlijst",
    summary = "De stap die loopt afsluiten",
    description = "Alleen wie de stap heeft kan die afsluiten. Loopt er geen, of sloot een ander hem af, dan volgt 409.",
    params(ClientPath, OnceKey),
    request_body(content = ClosingInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Afgesloten; de volgende stap kan van een ander zijn, en zonder norm die voorbij is komt er geen", body = Afsluiting, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_closing(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let outcome = input.choice("uitkomst", &outcomes());
    let note = read_note(&mut input, "toelichting", DIGITS, ctx.today());
    let Some(outcome) = input.finish(outcome)? else {
        return Err(Error::internal("a required choice is missing"));
    };
    let code = path.into_inner();
    ctx.db(move |conn, actor, now| actions::close_step(conn, actor, now, &code, (outcome, note))).await?;
    reply::json(&Afsluiting { uitkomst: outcome.code() })
}
