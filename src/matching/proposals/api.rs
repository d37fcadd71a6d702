//! Proposals by API.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::actions;
use super::model::{CanLine, CannotLine, OfferName, Proposal};
use super::pages::{parse_proposal, read_outside};
use crate::error::{Error, Result};
use crate::waiting_list::clients::api::ClientPath;
use crate::web::context::Context;
use crate::web::described::{OnceKey, ReadProblems, WriteProblems};
use crate::web::input::{JsonInput, QueryInput};
use crate::web::reply;

/// The number of a kept proposal in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
struct ProposalPath {
    /// Nummer van het bewaarde voorstel.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 1)]
    nummer: i32,
}

/// Where to look besides the own region.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes a part of the query")]
struct OutsideQuery {
    /// Ook in andere regio's kijken, buiten contract.
    #[param(required = false, inline)]
    buiten: JaNee,
}

/// Ja of nee.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum JaNee {
    Ja,
    Nee,
}

/// Wat u bij het bewaren van een voorstel kiest.
#[derive(Debug, ToSchema)]
#[schema(as = VoorstelInvoer)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct ProposalInput {
    /// Ook in andere regio's kijken, buiten contract.
    #[schema(inline)]
    buiten: Option<JaNee>,
}

/// Welke aanbieder u vraagt te reageren.
#[derive(Debug, ToSchema)]
#[schema(as = PlaatsingsvraagInvoer)]
#[expect(dead_code, reason = "describes the fields that are read")]
pub struct RequestInput {
    /// Nummer van aanbod dat volgens het voorstel kan.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 17)]
    aanbod: i64,
}

/// Vraag aan een aanbieder om te reageren.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GesteldePlaatsingsvraag)]
#[serde(rename_all = "camelCase")]
pub struct RequestBody {
    /// Nummer van het aanbod waarover de vraag gaat.
    #[schema(minimum = 1, example = 17)]
    aanbod: i64,
    /// Tot wanneer de aanbieder kan reageren.
    reageren_tot: DateTime<Utc>,
}

/// Aanbod in een voorstel.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoorstelAanbod {
    /// Nummer van het aanbod.
    #[schema(example = 223)]
    aanbod: i64,
    /// AGB-code van de aanbieder.
    #[schema(example = "98990009")]
    agb: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    aanbieder: String,
    /// Naam van de locatie.
    #[schema(example = "Locatie Haven")]
    locatie: String,
    /// Plaats waar de locatie is.
    #[schema(example = "Harderwijk")]
    plaats: String,
    /// Code van het product.
    #[schema(example = "45A12")]
    product: String,
    /// Naam van het product.
    #[serde(rename = "productNaam")]
    #[schema(example = "Gezinsbehandeling thuis")]
    product_naam: String,
    /// Code van de regio van het product.
    #[schema(example = "noord-veluwe")]
    regio: String,
    /// Dag van de laatste bevestiging; leeg als het cijfer nooit bevestigd is.
    #[serde(rename = "bevestigdOp")]
    bevestigd_op: Option<NaiveDate>,
}

/// Onderdeel van de score.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreOnderdeel {
    /// Vaste code.
    #[schema(example = "wachttijd")]
    code: String,
    /// In honderdsten van een week.
    #[schema(minimum = 0, example = 350)]
    honderdsten: u32,
    /// Het onderdeel in gewone taal, met hoeveel het telt.
    #[schema(example = "Wachttijd: 3,5 weken")]
    woorden: String,
}

/// Aanbod dat kan.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoorstelKan {
    #[serde(flatten)]
    aanbod: VoorstelAanbod,
    /// Waarom, in één zin.
    waarom: String,
    /// Som van de onderdelen, in honderdsten van een week; de laagste staat vooraan.
    #[schema(example = 350)]
    totaal: u32,
    /// Waaruit het totaal bestaat; wat niets telt staat er niet bij.
    onderdelen: Vec<ScoreOnderdeel>,
    /// Hoe schaars een plek hier is in het regionale voorstel, in woorden. Niet aanwezig als er nu geen plek vrij is.
    #[serde(skip_serializing_if = "Option::is_none")]
    schaarste: Option<String>,
}

/// Het regionale voorstel voor deze wachtende: de plek als naar alle wachtenden en alle vrije plekken samen wordt gekeken.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoorstelRegionaal {
    /// De voorgestelde plek, als die er is.
    #[serde(skip_serializing_if = "Option::is_none")]
    plek: Option<VoorstelAanbod>,
    /// Som van de onderdelen voor die plek, in honderdsten van een week.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 350)]
    totaal: Option<u32>,
    /// `ruim`, `gewild` of `schaars`.
    #[serde(skip_serializing_if = "Option::is_none")]
    schaarste: Option<String>,
    /// Waarom, en waarom anders dan de eigen lijst. Zegt nooit iets over een ander kind.
    redenen: Vec<String>,
    /// Voorgestelde overbruggingszorg, voor wie geen plek krijgt en langer wacht dan de norm.
    #[serde(skip_serializing_if = "Option::is_none")]
    overbrugging: Option<VoorstelAanbod>,
}

/// Aanbod dat niet kan.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoorstelKanNiet {
    #[serde(flatten)]
    aanbod: VoorstelAanbod,
    /// Codes van alle harde regels die niet gehaald worden.
    regels: Vec<String>,
    /// Wat ontbreekt, in woorden.
    redenen: Vec<String>,
}

/// Voorstel voor een wachtende: wat kan, in volgorde, en wat niet kan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Voorstel)]
pub struct ProposalBody {
    /// Cliëntcode.
    #[schema(example = "C4K-7XW-2R9")]
    code: String,
    /// Nummer, als het voorstel bewaard is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    nummer: Option<i32>,
    /// Wanneer het voorstel is gemaakt (UTC).
    #[serde(rename = "gemaaktOp")]
    gemaakt_op: DateTime<Utc>,
    /// Versie van de regels van het programma waarmee is gerekend.
    #[serde(rename = "regelsVersie")]
    #[schema(example = 1)]
    regels_versie: u16,
    /// Versie van de weging van de regio; 0 is die van het programma.
    #[serde(rename = "wegingVersie")]
    #[schema(example = 3)]
    weging_versie: i32,
    /// Hoe de regio weegt, in woorden.
    weging: Vec<String>,
    /// Het regionale voorstel. Niet aanwezig bij wat bewaard is voordat dat er was.
    #[serde(skip_serializing_if = "Option::is_none")]
    regionaal: Option<VoorstelRegionaal>,
    /// De 50 beste.
    kan: Vec<VoorstelKan>,
    /// Hoeveel aanbod kan, ook wat niet in `kan` past.
    #[serde(rename = "kanTotaal")]
    #[schema(example = 12)]
    kan_totaal: usize,
    /// De 50 die er het dichtst bij zitten.
    #[serde(rename = "kanNiet")]
    kan_niet: Vec<VoorstelKanNiet>,
    /// Hoeveel aanbod niet kan, ook wat niet in `kanNiet` past.
    #[serde(rename = "kanNietTotaal")]
    #[schema(example = 80)]
    kan_niet_totaal: usize,
    /// In andere regio's, als daarom gevraagd is.
    #[serde(rename = "buitenContract", skip_serializing_if = "Option::is_none")]
    buiten_contract: Option<Vec<VoorstelKan>>,
}

fn offer_body(offer: OfferName) -> VoorstelAanbod {
    VoorstelAanbod {
        aanbod: offer.offer_id,
        agb: offer.agb,
        aanbieder: offer.provider,
        locatie: offer.location,
        plaats: offer.place,
        product: offer.product_code,
        product_naam: offer.product_name,
        regio: offer.region,
        bevestigd_op: offer.confirmed_on,
    }
}

impl From<CanLine> for VoorstelKan {
    fn from(line: CanLine) -> Self {
        let onderdelen = line
            .terms
            .into_iter()
            .map(|term| ScoreOnderdeel { code: term.code, honderdsten: term.hundredths, woorden: term.words })
            .collect();
        Self {
            aanbod: offer_body(line.offer),
            waarom: line.why,
            totaal: line.total,
            onderdelen,
            schaarste: line.scarcity,
        }
    }
}

impl From<CannotLine> for VoorstelKanNiet {
    fn from(line: CannotLine) -> Self {
        Self { aanbod: offer_body(line.offer), regels: line.rules, redenen: line.reasons }
    }
}

fn body(code: String, number: Option<i32>, proposal: Proposal) -> ProposalBody {
    let can = |lines: Vec<CanLine>| lines.into_iter().map(Into::into).collect();
    ProposalBody {
        code,
        nummer: number,
        gemaakt_op: proposal.made_at,
        regels_versie: proposal.rules_version,
        weging_versie: proposal.weights.version,
        weging: proposal.weighing,
        regionaal: proposal.regional.map(|line| VoorstelRegionaal {
            plek: line.offer.map(offer_body),
            totaal: line.total,
            schaarste: line.scarcity,
            redenen: line.reasons,
            overbrugging: line.bridging.map(offer_body),
        }),
        kan: can(proposal.can),
        kan_totaal: proposal.can_total,
        kan_niet: proposal.cannot.into_iter().map(Into::into).collect(),
        kan_niet_totaal: proposal.cannot_total,
        buiten_contract: proposal.outside.map(can),
    }
}

#[utoipa::path(
    get, path = "/wachtenden/{code}/voorstel", operation_id = "haalVoorstel", tag = "Wachtlijst",
    summary = "Waar een wachtende nu terecht kan en waar niet, met redenen",
    description = "Ook voor een kind dat in zorg is bij een aanbieder van wie het contract afloopt of die stopt; die aanbieder staat er dan niet bij.",
    params(ClientPath, OutsideQuery),
    responses(
        (status = 200, description = "Het voorstel van nu", body = ProposalBody, headers(("API-Version" = String))),
        (status = 409, response = inline(crate::api_document::Problem)),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_proposal(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let look_outside = read_outside(&mut query);
    query.finish(())?;
    let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
    let code = path.into_inner();
    let shown = ctx
        .db(move |conn, actor, now| {
            let of = (&snapshot, &state.plans);
            actions::propose(conn, actor, now, of, &code, (look_outside, 1))
        })
        .await?;
    let proposal = shown
        .proposal
        .ok_or_else(|| Error::Conflict("Deze wachtende staat niet meer op de lijst.".into()))?;
    reply::json(&body(shown.client.code.to_string(), None, proposal))
}

#[utoipa::path(
    post, path = "/wachtenden/{code}/voorstellen", operation_id = "bewaarVoorstel", tag = "Wachtlijst",
    summary = "Voorstel van nu bewaren, om later precies zo terug te zien",
    params(ClientPath, OnceKey),
    request_body(content = ProposalInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Bewaard", body = ProposalBody, headers(("API-Version" = String), ("Location" = String, description = "Adres van het bewaarde voorstel"))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_proposal(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let look_outside = read_outside(&mut input);
    input.finish(())?;
    let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
    let code = path.into_inner();
    let wanted = code.clone();
    let (kept, proposal) = ctx
        .db(move |conn, actor, now| {
            let of = (&snapshot, &state.plans);
            actions::keep(conn, actor, now, of, &wanted, look_outside)
        })
        .await?;
    let address = format!("/v1/wachtenden/{code}/voorstellen/{}", kept.number);
    reply::created(&address, &body(code, Some(kept.number), proposal))
}

#[utoipa::path(
    post, path = "/wachtenden/{code}/plaatsingsvragen", operation_id = "vraagAanbieder", tag = "Wachtlijst",
    summary = "Een aanbieder vragen om op een wachtende te reageren",
    description = "Voor aanbod dat volgens het voorstel van nu kan. Ook voor een wachtende die niet op de open wachtlijst staat omdat er te weinig \
        kinderen op hetzelfde product wachten: alleen deze aanbieder ziet dan het product, de gemeente en een leeftijdsgroep. Kan het aanbod niet, is \
        het al gevraagd of reageerde de aanbieder al, dan volgt 409.",
    params(ClientPath, OnceKey),
    request_body(content = RequestInput, content_type = "application/json"),
    responses(
        (status = 201, description = "Gevraagd", body = RequestBody, headers(("API-Version" = String))),
        WriteProblems,
    ),
    security(("bearer" = []))
)]
pub async fn post_request(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
    JsonInput(mut input): JsonInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let offer_id = input.small("aanbod", 1, 9_007_199_254_740_991);
    let offer_id: i64 =
        input.finish(offer_id)?.ok_or_else(|| Error::internal("a required field is missing"))?;
    let (state, snapshot) = (ctx.state.clone(), ctx.state.supply.current()?);
    let ends_at = ctx
        .db(move |conn, actor, now| {
            let of = (&snapshot, state.config.public_url.as_str());
            actions::ask_provider(conn, actor, now, of, &path, offer_id)
        })
        .await?;
    reply::json_with_status(StatusCode::CREATED, &RequestBody { aanbod: offer_id, reageren_tot: ends_at })
}

#[utoipa::path(
    get, path = "/wachtenden/{code}/voorstellen/{nummer}", operation_id = "haalBewaardVoorstel", tag = "Wachtlijst",
    summary = "Bewaard voorstel, precies zoals het was",
    params(ClientPath, ProposalPath),
    responses(
        (status = 200, description = "Het bewaarde voorstel", body = ProposalBody, headers(("API-Version" = String))),
        ReadProblems,
    ),
    security(("bearer" = []))
)]
pub async fn get_kept_proposal(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, number) = path.into_inner();
    let number = parse_proposal(&number)?;
    let (client, proposal) =
        ctx.db(move |conn, actor, now| actions::open(conn, actor, now, &code, number)).await?;
    reply::json(&body(client.code.to_string(), Some(number), proposal))
}
