//! Searching by API. The part of each result that is the same for everybody is written once per version
//! of the offer; an answer is mostly copying.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rules::freshness::Freshness;
use rules::waiting_time::WeekRange;
use serde::Serialize;
use utoipa::ToSchema;

use super::input::read_search;
use crate::api_document::Problem;
use crate::availability::supply::search::{Found, Hit};
use crate::availability::supply::snapshot::{Offer, Snapshot};
use crate::error::{Error, Result};
use crate::paging::{PAGE_SIZE, Paging};
use crate::web::context::Context;
use crate::web::input::QueryInput;

/// Wie het aanbiedt.
#[derive(Debug, Serialize, ToSchema)]
pub struct AanbodAanbieder {
    /// AGB-code.
    #[schema(example = "98990009")]
    agb: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    naam: String,
}

/// Waar het wordt aangeboden.
#[derive(Debug, Serialize, ToSchema)]
pub struct AanbodLocatie {
    /// Nummer van de locatie bij deze aanbieder.
    #[schema(example = 1)]
    nummer: i32,
    /// Naam van de locatie.
    #[schema(example = "Harderwijk")]
    naam: String,
    /// Plaats.
    #[schema(example = "Harderwijk")]
    plaats: String,
    /// De vier cijfers van de postcode.
    #[schema(example = 3841)]
    pc4: i32,
}

/// Wat er wordt aangeboden.
#[derive(Debug, Serialize, ToSchema)]
pub struct AanbodProduct {
    /// Code van de regio.
    #[schema(example = "noord-veluwe")]
    regio: String,
    /// Code van het product in het productenboek.
    #[schema(example = "52A01")]
    code: String,
    /// Naam van het product.
    #[schema(example = "Specialistische jeugd-ggz")]
    naam: String,
}

/// Een wachttijd in weken. Zonder `maxWeken` is er geen einde bekend: "meer dan".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Wachttijd {
    /// Minste aantal weken.
    #[schema(minimum = 0, example = 6)]
    min_weken: u16,
    /// Hoogste aantal weken; ontbreekt bij een open einde.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 8)]
    max_weken: Option<u16>,
}

impl From<WeekRange> for Wachttijd {
    fn from(range: WeekRange) -> Self {
        Self { min_weken: range.min(), max_weken: range.upper() }
    }
}

/// Een aanmeldstop.
#[derive(Debug, Serialize, ToSchema)]
pub struct Aanmeldstop {
    /// Code van de reden.
    #[schema(example = "vol")]
    reden: &'static str,
    /// Toelichting.
    #[serde(skip_serializing_if = "Option::is_none")]
    toelichting: Option<String>,
    /// Tot wanneer; ontbreekt als dat niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    tot: Option<NaiveDate>,
}

/// Aanbod: wat een aanbieder op een locatie voor een product heeft. Wat niet bekend is, ontbreekt; het is nooit nul.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Aanbod)]
#[serde(rename_all = "camelCase")]
pub struct OfferBody {
    /// Nummer van dit aanbod.
    #[schema(minimum = 1, example = 12)]
    id: i64,
    aanbieder: AanbodAanbieder,
    locatie: AanbodLocatie,
    product: AanbodProduct,
    /// Vrije plekken, na aftrek van wat sinds de laatste bevestiging is vergeven.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 3)]
    plekken_vrij: Option<u16>,
    /// Plekken in totaal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 12)]
    plekken_totaal: Option<u16>,
    /// Aantal wachtenden bij de aanbieder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 5)]
    wachtenden: Option<u16>,
    /// Weken tot de intake (NZa: aanmeldwachttijd).
    #[serde(skip_serializing_if = "Option::is_none")]
    aanmeldwachttijd: Option<Wachttijd>,
    /// Weken van intake tot start van de hulp (NZa: behandelwachttijd).
    #[serde(skip_serializing_if = "Option::is_none")]
    behandelwachttijd: Option<Wachttijd>,
    /// Weken tot de echte start; alleen als beide delen bekend zijn.
    #[serde(skip_serializing_if = "Option::is_none")]
    wachttijd: Option<Wachttijd>,
    /// Waar de wachttijd op berust: actueel, retrospectief of schatting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "actueel")]
    grondslag: Option<&'static str>,
    /// plek, wachtlijst, eerst-beoordelen, aanmeldstop, in-overleg of onbekend.
    #[schema(example = "plek")]
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aanmeldstop: Option<Aanmeldstop>,
    /// Jongste leeftijd.
    #[schema(minimum = 0, maximum = 27, example = 4)]
    leeftijd_vanaf: u8,
    /// Oudste leeftijd.
    #[schema(minimum = 0, maximum = 27, example = 17)]
    leeftijd_tot: u8,
    /// Aangekondigde laatste dag.
    #[serde(skip_serializing_if = "Option::is_none")]
    sluit_op: Option<NaiveDate>,
    /// Opmerkingen van de aanbieder.
    #[serde(skip_serializing_if = "Option::is_none")]
    opmerkingen: Option<String>,
    /// Of de hulp online kan.
    online: bool,
    /// Wanneer iemand de cijfers het laatst bevestigde (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    bevestigd_op: Option<DateTime<Utc>>,
    /// vers, verouderend, verouderd of nooit-bevestigd.
    #[schema(example = "vers")]
    versheid: &'static str,
    /// Versie, dezelfde als in de ETag.
    #[schema(minimum = 1, example = 7)]
    versie: i32,
    /// Afstand in kilometers tot de gekozen postcode of het midden van de gemeente.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 8.2)]
    afstand_km: Option<f64>,
}

/// The code of freshness in answers.
pub fn freshness_code(freshness: Freshness) -> &'static str {
    match freshness {
        Freshness::Fresh => "vers",
        Freshness::Ageing => "verouderend",
        Freshness::Stale => "verouderd",
        Freshness::NeverConfirmed => "nooit-bevestigd",
    }
}

impl OfferBody {
    pub fn new(snapshot: &Snapshot, offer: &Offer) -> Self {
        let (provider, location, product) =
            (snapshot.provider(offer), snapshot.location(offer), snapshot.product(offer));
        let figures = &offer.figures;
        Self {
            id: offer.id,
            aanbieder: AanbodAanbieder { agb: provider.agb.clone(), naam: provider.name.clone() },
            locatie: AanbodLocatie {
                nummer: location.number,
                naam: location.name.clone(),
                plaats: location.place.clone(),
                pc4: location.pc4,
            },
            product: AanbodProduct {
                regio: snapshot.book.regions[product.region as usize].code.clone(),
                code: product.code.clone(),
                naam: product.name.clone(),
            },
            plekken_vrij: offer.shown_places(),
            plekken_totaal: figures.total_places,
            wachtenden: figures.waiting,
            aanmeldwachttijd: figures.intake.map(Into::into),
            behandelwachttijd: figures.treatment.map(Into::into),
            wachttijd: figures.total_wait().map(Into::into),
            grondslag: figures.basis.map(rules::waiting_time::Basis::code),
            status: figures.status.code(),
            aanmeldstop: figures.stop.as_ref().map(|stop| Aanmeldstop {
                reden: stop.reason.code(),
                toelichting: stop.explanation.clone(),
                tot: stop.until,
            }),
            leeftijd_vanaf: offer.ages.min(),
            leeftijd_tot: offer.ages.max(),
            sluit_op: figures.closes_on,
            opmerkingen: figures.remarks.clone(),
            online: offer.online,
            bevestigd_op: offer.confirmed_at,
            versheid: freshness_code(offer.freshness),
            versie: offer.version,
            afstand_km: None,
        }
    }
}

/// Wat een zoekopdracht vond: één bladzijde, en hoeveel er in het geheel is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GevondenAanbod)]
#[serde(rename_all = "camelCase")]
pub struct FoundBody {
    aanbod: Vec<OfferBody>,
    /// Hoeveel er past.
    #[schema(minimum = 0, example = 23)]
    totaal: usize,
    /// Hoeveel daarvan een vrije plek hebben.
    #[schema(minimum = 0, example = 4)]
    met_plek: usize,
    /// Deze bladzijde; de eerste is 1.
    #[schema(minimum = 1, example = 1)]
    pagina: usize,
    /// Hoeveel bladzijden er zijn.
    #[schema(minimum = 1, example = 2)]
    paginas: usize,
    /// Versie van het aanbod waarin is gezocht; hoger na elke wijziging.
    #[schema(minimum = 1, example = 118)]
    aanbodversie: i64,
    /// Moment van dit antwoord (UTC).
    opgehaald_op: DateTime<Utc>,
}

#[utoipa::path(
    get, path = "/aanbod", operation_id = "zoekAanbod", tag = "Aanbod",
    summary = "Zoek gecontracteerd aanbod",
    description = "Snelste echte start eerst: oude cijfers staan onder verse met dezelfde wachttijd, onbekend komt het laatst. \
        Crisisproducten en producten die via matching worden geplaatst verschijnen alleen als ernaar gevraagd wordt. Zonder gemeente of \
        postcode wordt in de hele regio gezocht.",
    params(
        ("gemeente" = Option<String>, Query, description = "Gemeentecode", pattern = "^GM[0-9]{4}$", example = "GM0243"),
        ("postcode" = Option<String>, Query, description = "Postcode, vier cijfers; de afstand telt vanaf hier", pattern = "^[1-9][0-9]{3}$"),
        ("regio" = Option<String>, Query, description = "Code van de regio", pattern = "^[a-z][a-z0-9-]{1,39}$"),
        ("product" = Option<String>, Query, description = "Code, naam, synoniem, segment of categorie; een tikfout mag", max_length = 100, pattern = r"^[^\x00-\x1F\x7F-\x9F]*$", example = "52A01"),
        ("soort" = Option<ProductSoort>, Query, description = "Soort hulp"),
        ("leeftijd" = Option<u8>, Query, description = "Leeftijd in jaren", minimum = 0, maximum = 23, example = 14),
        ("urgentie" = Option<Urgentie>, Query, description = "urgent: start kan binnen twee weken; crisis: toont crisishulp"),
        ("vrijePlek" = Option<bool>, Query, description = "Alleen met een vrije plek"),
        ("binnenNorm" = Option<bool>, Query, description = "Alleen met een start zeker binnen de norm"),
        ("vers" = Option<bool>, Query, description = "Alleen met verse cijfers"),
        ("online" = Option<bool>, Query, description = "Alleen met online hulp"),
        ("straalKm" = Option<u16>, Query, description = "Hoogstens zo ver, in kilometers; online hulp telt altijd mee", minimum = 1, maximum = 300),
        ("sorteer" = Option<Sortering>, Query, description = "Volgorde; zonder keuze snelst"),
        ("pagina" = Option<u32>, Query, description = "Bladzijde van twintig", minimum = 1, maximum = 100_000),
    ),
    responses(
        (status = 200, description = "Wat er past", body = FoundBody, headers(("API-Version" = String))),
        (status = 400, response = Problem), (status = 401, response = Problem), (status = 404, response = Problem), (status = 406, response = Problem), (status = 429, response = Problem), (status = 503, response = Problem),
    )
)]
pub async fn search_offers(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let read = read_search(&mut query);
    let read = query.finish(read)?;
    let snapshot = ctx.state.supply.current()?;
    let search = read.resolve(&snapshot)?;
    let found = snapshot.search(&search.query);
    let body = write_found(&snapshot, &found, read.page, ctx.now)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(body))
}

/// Writes the answer; its shape is that of [`FoundBody`], which a test compares.
pub fn write_found(snapshot: &Snapshot, found: &Found, page: usize, now: DateTime<Utc>) -> Result<String> {
    let paging = Paging { number: page, size: PAGE_SIZE, total: found.total };
    let mut body = String::with_capacity(1024 + found.hits.len() * 900);
    body.push_str("{\"aanbod\":[");
    // First all texts, then the copying: finding a text is waiting for memory, which goes on side by side
    // when nothing comes in between.
    let offers: Vec<&Offer> = found.hits.iter().map(|hit| snapshot.offer(hit.offer)).collect();
    let texts = offers.into_iter().map(|offer| kept_text(snapshot, offer)).collect::<Result<Vec<&str>>>()?;
    for (index, (hit, text)) in found.hits.iter().zip(texts).enumerate() {
        if index > 0 {
            body.push(',');
        }
        write_hit(&mut body, hit, text)?;
    }
    write!(
        body,
        "],\"totaal\":{},\"metPlek\":{},\"pagina\":{},\"paginas\":{},\"aanbodversie\":{},\"opgehaaldOp\":\"{}\"}}",
        found.total,
        found.with_place,
        page,
        paging.pages(),
        snapshot.version,
        now.to_rfc3339_opts(SecondsFormat::Millis, true)
    )
    .map_err(Error::internal)?;
    Ok(body)
}

/// The text kept with the offer, made when it is first needed.
fn kept_text<'a>(snapshot: &Snapshot, offer: &'a Offer) -> Result<&'a str> {
    if let Some(kept) = offer.json.get() {
        return Ok(kept);
    }
    let text = serde_json::to_string(&OfferBody::new(snapshot, offer)).map_err(Error::internal)?;
    Ok(offer.json.get_or_init(|| text.into()))
}

/// One result: the text that is the same for everybody, and the distance, which is the asker's own.
fn write_hit(body: &mut String, hit: &Hit, text: &str) -> Result<()> {
    let Some(km) = hit.distance_km else {
        body.push_str(text);
        return Ok(());
    };
    body.push_str(&text[..text.len() - 1]);
    // Two whole numbers: writing a fraction takes longer than all the rest of a result.
    let tenths = tenths_of(km);
    write!(body, ",\"afstandKm\":{}.{}}}", tenths / 10, tenths % 10).map_err(Error::internal)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a distance within the Netherlands is positive and small"
)]
fn tenths_of(km: f64) -> u32 {
    (km * 10.0).round() as u32
}

/// Soort hulp.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum ProductSoort {
    Ambulant,
    Dag,
    Verblijf,
    Crisis,
    Respijt,
    Maatregel,
}

/// Urgentie.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Urgentie {
    Regulier,
    Urgent,
    Crisis,
}

/// Sortering.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Sortering {
    Snelst,
    Afstand,
    Naam,
}
