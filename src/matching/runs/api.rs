//! Runs of the regional plan by API.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, Looked};
use super::model::{Run, ScarcePlace, ShownLine, ShownOffer};
use super::pages::{PARTS, parse_run};
use crate::error::Result;
use crate::matching::region::measures::{Measures, Share};
use crate::matching::runs::model::Part;
use crate::paging::Paging;
use crate::web::context::Context;
use crate::web::described::{OnceKey, PageQuery, Paginering, ReadProblems, WriteProblems};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::lists::page_number;
use crate::web::reply;

/// The number of a run in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub(super) struct RunPath {
    /// Nummer van de ronde.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 1)]
    nummer: i32,
}

/// Which lines of a run.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes a part of the query")]
struct PartQuery {
    /// Welk deel van de voorstellen; zonder deze keuze wie een plek krijgt.
    #[param(required = false, inline)]
    toon: Deel,
}

/// Deel van de voorstellen.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "describes a part of the query")]
enum Deel {
    MetPlek,
    ZonderPlek,
    Overbrugging,
}

/// Hoeveel van hoeveel.
#[derive(Debug, Serialize, ToSchema)]
pub struct Aandeel {
    /// Hoeveel kinderen een plek krijgen.
    #[schema(minimum = 0, example = 12)]
    #[serde(rename = "metPlek")]
    met_plek: u32,
    /// Van hoeveel kinderen.
    #[schema(minimum = 0, example = 30)]
    totaal: u32,
}

impl From<Share> for Aandeel {
    fn from(share: Share) -> Self {
        Self { met_plek: share.placed, totaal: share.total }
    }
}

/// Maten van een verdeling van plekken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Maten {
    alle: Aandeel,
    /// Trap Eerst.
    eerst: Aandeel,
    /// Trap Voorrang.
    voorrang: Aandeel,
    /// Trap Gewoon.
    gewoon: Aandeel,
    /// Wie langer wacht dan de norm.
    #[serde(rename = "langerDanNorm")]
    langer_dan_norm: Aandeel,
    /// Gemiddeld tot de start, in honderdsten van een week; leeg als niemand een plek krijgt.
    #[serde(rename = "gemiddeldTotStart")]
    #[schema(example = 650)]
    gemiddeld_tot_start: Option<u32>,
    /// Gemiddelde afstand in meters; leeg als die niet te zeggen is.
    #[serde(rename = "gemiddeldeAfstand")]
    #[schema(example = 12400)]
    gemiddelde_afstand: Option<u32>,
    /// Alles samen, wachten meegeteld, in honderdsten van een week.
    #[schema(example = 24500)]
    kosten: i64,
    /// Wacht terwijl iemand met minder voorrang die plek kreeg. Volgens het beleid is dat 0.
    #[schema(minimum = 0, example = 0)]
    gepasseerd: u32,
}

impl From<Measures> for Maten {
    fn from(measures: Measures) -> Self {
        Self {
            alle: measures.all.into(),
            eerst: measures.levels[2].into(),
            voorrang: measures.levels[1].into(),
            gewoon: measures.levels[0].into(),
            langer_dan_norm: measures.past_norm.into(),
            gemiddeld_tot_start: measures.mean_wait,
            gemiddelde_afstand: measures.mean_metres,
            kosten: measures.cost,
            gepasseerd: measures.envious,
        }
    }
}

/// Wat één plek meer waard is.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlekWaarde {
    /// AGB-code van de aanbieder.
    #[schema(example = "98990009")]
    agb: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: String,
    /// Plaats waar het aanbod is.
    #[schema(example = "Harderwijk")]
    plaats: String,
    /// Code en naam van het product.
    #[schema(example = "45A12 Gezinsbehandeling thuis")]
    product: String,
    /// Plekken nu.
    #[schema(example = 0)]
    plekken: u32,
    /// Hoeveel de som van de klassen groeit: boven 0 krijgt er een kind meer een plek, of een met meer voorrang.
    #[schema(example = 1)]
    klassen: i64,
    /// Hoeveel het daarna scheelt, in honderdsten van een week; onder 0 kost het anderen zoveel.
    #[schema(example = 350)]
    honderdsten: i64,
}

impl From<ScarcePlace> for PlekWaarde {
    fn from(place: ScarcePlace) -> Self {
        Self {
            agb: place.agb,
            aanbieder: place.provider,
            plaats: place.place,
            product: place.product,
            plekken: place.room,
            klassen: place.class,
            honderdsten: place.cost,
        }
    }
}

/// Ronde van het regionale voorstel, zonder de voorstellen zelf.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Regiovoorstel)]
pub struct RunBody {
    /// Nummer van de ronde.
    #[schema(minimum = 1, example = 1)]
    nummer: i32,
    /// Wanneer de ronde is gemaakt (UTC).
    #[serde(rename = "gemaaktOp")]
    gemaakt_op: DateTime<Utc>,
    /// Wie de ronde maakte; leeg als zij volgens planning is gemaakt.
    #[schema(example = "Accountmanager regio")]
    door: Option<String>,
    /// De dag waarvoor is gerekend.
    dag: NaiveDate,
    /// Versie van de regels van het programma waarmee is gerekend.
    #[serde(rename = "regelsVersie")]
    #[schema(example = 1)]
    regels_versie: u16,
    /// Versie van het beleid van de regio; 0 is dat van het programma.
    #[serde(rename = "beleidVersie")]
    #[schema(example = 2)]
    beleid_versie: i32,
    /// Versie van de weging van de regio; 0 is die van het programma.
    #[serde(rename = "wegingVersie")]
    #[schema(example = 3)]
    weging_versie: i32,
    /// De stand van de cijfers.
    #[serde(rename = "cijfersStand")]
    #[schema(example = 118)]
    cijfers_stand: i64,
    /// Volgens het beleid.
    maten: Maten,
    /// Dezelfde plekken met de laagste som, zonder voorrang.
    #[serde(rename = "laagsteSom")]
    laagste_som: Maten,
    /// Dezelfde plekken als wie het langst wacht het eerst kiest.
    #[serde(rename = "langstWachtendeEerst")]
    langst_wachtende_eerst: Maten,
    /// Voor wie langer wacht dan de norm en geen plek krijgt.
    overbrugging: Aandeel,
    /// Waar één plek meer het meest helpt.
    #[serde(rename = "schaarstePlekken")]
    schaarste_plekken: Vec<PlekWaarde>,
}

impl From<Run> for RunBody {
    fn from(run: Run) -> Self {
        let body = run.body;
        Self {
            nummer: run.number,
            gemaakt_op: run.made_at,
            door: run.scheduled_on.is_none().then_some(run.by_name),
            dag: body.day,
            regels_versie: body.rules_version,
            beleid_versie: body.policy.version,
            weging_versie: body.weights.version,
            cijfers_stand: body.supply_version,
            maten: body.comparison.policy.into(),
            laagste_som: body.comparison.least_cost.into(),
            langst_wachtende_eerst: body.comparison.first_come.into(),
            overbrugging: body.bridging.into(),
            schaarste_plekken: body.scarcest.into_iter().map(Into::into).collect(),
        }
    }
}

/// Wat er sinds een ronde gebeurde met wie een plek kreeg.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sindsdien {
    /// Wat er gebeurde, in woorden.
    #[schema(example = "Nog niets")]
    wat: &'static str,
    /// Bij hoeveel kinderen.
    #[schema(minimum = 0, example = 3)]
    aantal: usize,
}

/// Het aanbod dat wordt voorgesteld.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoorgesteldAanbod {
    /// Nummer van het aanbod.
    #[schema(example = 223)]
    aanbod: i64,
    /// AGB-code van de aanbieder.
    #[schema(example = "98990009")]
    agb: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: String,
    /// Plaats waar het aanbod is.
    #[schema(example = "Harderwijk")]
    plaats: String,
    /// Code van het product.
    #[schema(example = "45A12")]
    product: String,
}

impl From<ShownOffer> for VoorgesteldAanbod {
    fn from(offer: ShownOffer) -> Self {
        Self {
            aanbod: offer.id,
            agb: offer.agb,
            aanbieder: offer.provider,
            plaats: offer.place,
            product: offer.product_code,
        }
    }
}

/// Voorstel voor een wachtende in een ronde.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegiovoorstelRegel {
    /// Cliëntcode.
    #[schema(example = "C4K-7XW-2R9")]
    code: String,
    /// Naam van de gemeente die voor het kind verantwoordelijk is.
    #[schema(example = "Harderwijk")]
    gemeente: String,
    /// Waarop wordt gewacht.
    #[schema(example = "45A12")]
    product: String,
    /// Trap van het beleid: `eerst`, `voorrang` of `gewoon`.
    #[schema(example = "voorrang")]
    trap: &'static str,
    /// Gewachte weken toen de ronde werd gemaakt; leeg als het wachten nog niet telt.
    #[schema(example = 14)]
    weken: Option<u32>,
    /// Of het kind toen langer wachtte dan de norm.
    #[serde(rename = "langerDanNorm")]
    langer_dan_norm: bool,
    /// In honderdsten van een week.
    #[schema(example = 350)]
    kosten: u32,
    /// Leeg als er geen plek is voorgesteld, of het aanbod niet meer bestaat.
    voorgesteld: Option<VoorgesteldAanbod>,
    /// Wat er sindsdien gebeurde.
    #[schema(example = "Nog niets")]
    sindsdien: &'static str,
}

impl From<ShownLine> for RegiovoorstelRegel {
    fn from(line: ShownLine) -> Self {
        Self {
            code: line.code,
            gemeente: line.municipality,
            product: line.product_code,
            trap: line.level.code(),
            weken: line.weeks,
            langer_dan_norm: line.past_norm,
            kosten: line.cost,
            voorgesteld: line.offer.map(Into::into),
            sindsdien: line.happened.name(),
        }
    }
}

/// Eén ronde met een deel van haar voorstellen.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegiovoorstelMetRegels {
    #[serde(flatten)]
    ronde: RunBody,
    /// Wat er sinds de ronde gebeurde, geteld.
    sindsdien: Vec<Sindsdien>,
    /// De voorstellen van deze bladzijde, in het gekozen deel.
    regels: Vec<RegiovoorstelRegel>,
    paginering: Paginering,
}

/// De rondes van een regio.
#[derive(Debug, Serialize, ToSchema)]
pub struct Regiovoorstellen {
    /// De rondes van deze bladzijde, de nieuwste eerst.
    regiovoorstellen: Vec<RunBody>,
    paginering: Paginering,
}

/// Een ronde laten maken: er is niets te kiezen.
#[derive(Debug, ToSchema)]
#[schema(as = RegiovoorstelInvoer)]
pub struct RunInput {}

#[utoipa::path(
    get, path = "/regiovoorstellen", operation_id = "lijstRegiovoorstellen", tag = "Regionaal voorstel",
    summary = "Rondes van het regionale voorstel",
    params(PageQuery),
    responses(
        (status = 200, description = "De rondes van uw regio, de nieuwste eerst", body = Regiovoorstellen, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn list_runs(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let (runs, total) = ctx.db(move |conn, actor, _| actions::list_runs(conn, actor, number)).await?;
    reply::json(&Regiovoorstellen {
        regiovoorstellen: runs.into_iter().map(Into::into).collect(),
        paginering: Paging::new(number, total).into(),
    })
}

#[utoipa::path(
    post, path = "/regiovoorstellen", operation_id = "maakRegiovoorstel", tag = "Regionaal voorstel",
    summary = "Nu een ronde maken",
    description = "Rekent de beste verdeling van alle vrije plekken uit en bewaart haar in haar geheel. Er wordt niemand geplaatst.",
    params(OnceKey),
    request_body(content = RunInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Gemaakt", body = RunBody, headers(("API-Version" = String), ("Location" = String, description = "Adres van de ronde"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_run(
    ctx: Context,
    QueryInput(query): QueryInput,
    JsonInput(input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    input.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let made = ctx
        .db(move |conn, actor, now| {
            let number = actions::make_run(conn, actor, now, &snapshot)?;
            actions::find_run(conn, actor, number)
        })
        .await?;
    reply::created(&format!("/v1/regiovoorstellen/{}", made.number), &RunBody::from(made))
}

#[utoipa::path(
    get, path = "/regiovoorstellen/{nummer}", operation_id = "haalRegiovoorstel", tag = "Regionaal voorstel",
    summary = "Eén ronde, wat er sindsdien gebeurde, en een deel van de voorstellen",
    description = "Wiens codes u ziet, wordt vastgelegd.",
    params(RunPath, PartQuery, PageQuery),
    responses(
        (status = 200, description = "De ronde", body = RegiovoorstelMetRegels, headers(("API-Version" = String))),
        (status = 403, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_run(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let part = query.optional_choice("toon", &PARTS.map(|(code, _, part)| (code, part)));
    let page = page_number(&mut query);
    query.finish(())?;
    let number = parse_run(&path)?;
    let snapshot = ctx.state.supply.current()?;
    let of = (part.unwrap_or(Part::Placed), page);
    let looked =
        ctx.db(move |conn, actor, now| actions::look_at_run(conn, actor, now, &snapshot, number, of)).await?;
    let Looked { run, happened, lines, total, .. } = looked;
    reply::json(&RegiovoorstelMetRegels {
        ronde: run.into(),
        sindsdien: happened
            .into_iter()
            .map(|(what, aantal)| Sindsdien { wat: what.name(), aantal })
            .collect(),
        regels: lines.into_iter().map(Into::into).collect(),
        paginering: Paging::new(page, total).into(),
    })
}
