//! How fresh the figures of the region are, by API, for the account manager.

use actix_web::HttpResponse;
use chrono::NaiveDate;
use rules::freshness::Freshness;
use serde::Serialize;
use utoipa::openapi::schema::Object;
use utoipa::{IntoParams, ToSchema};

use super::model::{ProviderStanding, WeekShare};
use super::pages::overview::{COLUMNS, load, read_filter, sort};
use crate::availability::figures::api::body::freshness_code;
use crate::error::Result;
use crate::paging::{Paging, SortOrder};
use crate::web::context::Context;
use crate::web::described::{OwnReadProblems, PageQuery, Paginering, codes_schema};
use crate::web::input::QueryInput;
use crate::web::lists::page_number;
use crate::web::reply;

const STATES: [Freshness; 4] =
    [Freshness::Fresh, Freshness::Ageing, Freshness::Stale, Freshness::NeverConfirmed];

/// Which part of the region to look at.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what read_filter reads")]
struct StandingQuery {
    /// Alleen de cijfers van dit product.
    #[param(required = false, pattern = "^[A-Za-z0-9-]{2,10}$", example = "45A13")]
    product: String,
    /// Alleen de cijfers van de aanbieder met deze AGB-code.
    #[param(required = false, pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    aanbieder: String,
    /// Volgorde: oudste bevestiging, aanbieder, aantal verouderde cijfers of keren herinnerd, met -af erachter voor de andere kant op.
    #[param(
        required = false,
        pattern = "^(oudste|aanbieder|verouderd|herinnerd)(-af)?$",
        example = "oudste"
    )]
    sorteer: String,
}

/// Hoe de cijfers van één aanbieder ervoor staan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AanbiederActualiteit)]
#[serde(rename_all = "camelCase")]
pub struct ProviderStandingBody {
    /// AGB-code van de aanbieder.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    agb: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    naam: String,
    #[schema(schema_with = state_schema)]
    versheid: &'static str,
    /// Dag van de oudste bevestiging; ontbreekt als een cijfer nooit is bevestigd.
    #[serde(skip_serializing_if = "Option::is_none")]
    oudste_bevestiging: Option<NaiveDate>,
    /// Dag waarop het oudste cijfer verouderde; ontbreekt als er niets verouderd is, of dat niet te zeggen is.
    #[serde(skip_serializing_if = "Option::is_none")]
    verouderd_sinds: Option<NaiveDate>,
    /// Hoeveel cijfers er zijn.
    #[schema(minimum = 0, example = 9)]
    cijfers: usize,
    /// Hoeveel daarvan verouderd zijn of nooit zijn bevestigd.
    #[schema(minimum = 0, example = 2)]
    waarvan_verouderd: usize,
    /// Hoe vaak de aanbieder in het laatste jaar is herinnerd.
    #[schema(minimum = 0, example = 1)]
    keer_herinnerd: usize,
    /// Dag van de laatste herinnering; ontbreekt als die er niet was.
    #[serde(skip_serializing_if = "Option::is_none")]
    laatst_herinnerd_op: Option<NaiveDate>,
    /// Dag van de laatste mail aan de aanbieder, als die bij niemand aankwam.
    #[serde(skip_serializing_if = "Option::is_none")]
    niet_aangekomen_op: Option<NaiveDate>,
    /// Wanneer de accountmanager over deze cijfers is gemaild.
    #[serde(skip_serializing_if = "Option::is_none")]
    gemeld_op: Option<NaiveDate>,
    /// Of er een gebruiker met een mailadres is.
    bereikbaar: bool,
}

/// Hoeveel cijfers aan het eind van een week vers waren.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WeekActualiteit)]
#[serde(rename_all = "camelCase")]
pub struct WeekBody {
    /// Laatste dag van de week, of vandaag.
    tot_en_met: NaiveDate,
    /// Hoeveel cijfers vers waren.
    #[schema(minimum = 0, example = 140)]
    vers: usize,
    /// Hoeveel cijfers er waren.
    #[schema(minimum = 0, example = 160)]
    totaal: usize,
}

/// Hoeveel aanbieders een oudste cijfer van deze versheid hebben.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VersheidAantal)]
pub struct StateCount {
    #[schema(schema_with = state_schema)]
    versheid: &'static str,
    /// Aantal aanbieders.
    #[schema(minimum = 0, example = 40)]
    aanbieders: usize,
}

/// Hoe vers de cijfers van de regio zijn.
#[derive(Debug, Serialize, ToSchema)]
pub struct Actualiteit {
    /// De aanbieders van deze bladzijde.
    aanbieders: Vec<ProviderStandingBody>,
    /// Hoeveel aanbieders er van elke versheid zijn.
    standen: Vec<StateCount>,
    /// De oudste week eerst.
    weken: Vec<WeekBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

fn state_schema() -> Object {
    codes_schema("Hoe oud het oudste cijfer is.", STATES.into_iter().map(freshness_code))
}

impl From<ProviderStanding> for ProviderStandingBody {
    fn from(provider: ProviderStanding) -> Self {
        Self {
            versheid: freshness_code(provider.freshness),
            oudste_bevestiging: provider.oldest,
            verouderd_sinds: provider.stale_since,
            cijfers: provider.offers,
            waarvan_verouderd: provider.stale,
            keer_herinnerd: provider.times_reminded(),
            laatst_herinnerd_op: provider.last_reminder().map(|reminder| reminder.sent_on),
            niet_aangekomen_op: provider.undelivered_on(),
            gemeld_op: provider.told_on(),
            bereikbaar: provider.is_reachable,
            agb: provider.agb,
            naam: provider.name,
        }
    }
}

impl From<&WeekShare> for WeekBody {
    fn from(week: &WeekShare) -> Self {
        Self { tot_en_met: week.day, vers: week.fresh, totaal: week.total }
    }
}

#[utoipa::path(
    get, path = "/actualiteit", operation_id = "haalActualiteit", tag = "Aanbod",
    summary = "Hoe vers de cijfers van uw regio zijn, en wie is herinnerd",
    description = "De aanbieder met het oudste cijfer eerst. De standen en de weken gaan over alle aanbieders die bij de filters passen.",
    params(StandingQuery, PageQuery),
    responses(
        (status = 200, description = "De stand", body = Actualiteit, headers(("API-Version" = String))),
        OwnReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_standing(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let mut standing = load(&ctx, filter).await?;
    sort(&mut standing.providers, order);
    let in_state = |state| standing.providers.iter().filter(|provider| provider.freshness == state).count();
    let paging = Paging::new(number, standing.providers.len());
    reply::json(&Actualiteit {
        standen: STATES
            .map(|state| StateCount { versheid: freshness_code(state), aanbieders: in_state(state) })
            .into(),
        weken: standing.weeks.iter().map(WeekBody::from).collect(),
        aanbieders: paging.cut(&standing.providers).into_iter().map(Into::into).collect(),
        paginering: paging.into(),
    })
}
