//! Searching by API. The part of each result that is the same for everybody is written once per version
//! of the offer; an answer is mostly copying.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::{DateTime, SecondsFormat, Utc};
use rules::codes::AgbCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::input::read_fields;
use super::provider_page::find_offers_of;
use crate::api_document::parse_path;
use crate::availability::figures::api::body::{
    FiguresBody, OfferBody, OfferLocation, OfferProduct, OfferProvider, freshness_code,
};
use crate::availability::supply::search::Found;
use crate::availability::supply::snapshot::{Offer, Snapshot};
use crate::error::{Error, Result};
use crate::paging::{PAGE_SIZE, Paging};
use crate::product_book::described::ProviderPath;
use crate::web::context::Context;
use crate::web::described::{PageQuery, ReadProblems};
use crate::web::input::QueryInput;
use crate::web::lists::page_number;

/// The offer as everybody gets it: the distance is the asker's own.
fn offer_body(snapshot: &Snapshot, offer: &Offer) -> OfferBody {
    let (provider, location, product) =
        (snapshot.provider(offer), snapshot.location(offer), snapshot.product(offer));
    OfferBody {
        id: offer.id,
        aanbieder: OfferProvider { agb: provider.agb.clone(), naam: provider.name.clone() },
        locatie: OfferLocation {
            nummer: location.number,
            naam: location.name.clone(),
            plaats: location.place.clone(),
            pc4: location.pc4,
        },
        product: OfferProduct {
            regio: snapshot.book.regions[product.region as usize].code.clone(),
            code: product.code.clone(),
            naam: product.name.clone(),
        },
        cijfers: FiguresBody::new(&offer.figures, offer.reserved, offer.ages),
        online: offer.online,
        bevestigd_op: offer.confirmed_at,
        versheid: freshness_code(offer.freshness),
        versie: offer.version,
        afstand_km: None,
    }
}

/// Wat een zoekopdracht vond: één bladzijde, en hoeveel er in het geheel is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GevondenAanbod)]
#[serde(rename_all = "camelCase")]
pub struct FoundBody {
    /// Het aanbod van deze bladzijde, in de gevraagde volgorde.
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
        Crisisproducten en producten die via matching worden geplaatst verschijnen alleen als ernaar gevraagd wordt. Zonder gemeente, \
        postcode of regio wordt gezocht in de hele regio waarvan dit adres is.",
    params(
        ("gemeente" = Option<String>, Query, description = "Gemeentecode", pattern = "^GM[0-9]{4}$", example = "GM0243"),
        ("postcode" = Option<String>, Query, description = "Postcode, vier cijfers; de afstand telt vanaf hier", pattern = "^[1-9][0-9]{3}$"),
        ("regio" = Option<String>, Query, description = "Code van de regio", pattern = "^[a-z][a-z0-9-]{1,39}$"),
        ("product" = Option<String>, Query, description = "Code, naam, synoniem, segment of categorie; een tikfout mag", max_length = 100, pattern = r"^[^\x00-\x1F\x7F-\x9F]*$", example = "52A01"),
        ("soort" = Option<ProductSoort>, Query, description = "Soort hulp"),
        ("leeftijd" = Option<u8>, Query, description = "Leeftijd in jaren", minimum = 0, maximum = 23, example = 14),
        ("urgentie" = Option<Urgentie>, Query, description = "urgent: start kan binnen twee weken; crisis: alleen crisishulp"),
        ("vrijePlek" = Option<bool>, Query, description = "Alleen met een vrije plek"),
        ("binnenNorm" = Option<bool>, Query, description = "Alleen met een start zeker binnen de norm"),
        ("vers" = Option<bool>, Query, description = "Alleen met verse cijfers"),
        ("online" = Option<bool>, Query, description = "Alleen met online hulp"),
        ("straalKm" = Option<u16>, Query, description = "Hoogstens zo ver, in kilometers vanaf de gemeente of postcode, waarvan er dan een nodig is; online hulp telt altijd mee", minimum = 1, maximum = 300),
        ("sorteer" = Option<Sortering>, Query, description = "Volgorde; zonder keuze snelst"),
        ("pagina" = Option<u32>, Query, description = "Bladzijde van twintig", minimum = 1, maximum = 100_000),
    ),
    responses(
        (status = 200, description = "Wat er past", body = FoundBody, headers(("API-Version" = String))),
        (status = 409, response = crate::api_document::Problem),
        ReadProblems,
    )
)]
pub async fn search_offers(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let read = read_fields(&mut query);
    let contradictions = read.contradictions();
    let read = query.finish_with(read, contradictions)?;
    let snapshot = ctx.state.supply.current()?;
    let search = read.resolve(&snapshot, ctx.own_region())?;
    let found = snapshot.search(&search.query);
    let body = write_found(&snapshot, &found, read.page, ctx.now)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(body))
}

#[utoipa::path(
    get, path = "/aanbieders/{agb}/aanbod", operation_id = "lijstAanbodVanAanbieder", tag = "Aanbod",
    summary = "Alles wat een aanbieder biedt",
    description = "Wat ook op de pagina van de aanbieder staat: alle hulp waarvoor vandaag een contract geldt, op naam van het product. Ook \
        crisisproducten en producten die via matching worden geplaatst staan erbij.",
    params(ProviderPath, PageQuery),
    responses(
        (status = 200, description = "Een bladzijde van het aanbod", body = FoundBody, headers(("API-Version" = String))),
        ReadProblems,
    )
)]
pub async fn list_offers_of_provider(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    query.finish(())?;
    let agb = parse_path("agb", &path, AgbCode::parse)?;
    let snapshot = ctx.state.supply.current()?;
    let (_, offers) = find_offers_of(&snapshot, agb.as_str())?;
    let with_place = offers.iter().filter(|offer| offer.has_place()).count();
    let paging = Paging::new(number, offers.len());
    let shown: Vec<(&Offer, Option<f64>)> =
        paging.cut(&offers).into_iter().map(|offer| (offer, None)).collect();
    let body = write_offers(&snapshot, &shown, with_place, paging, ctx.now)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(body))
}

/// The answer to a search.
pub fn write_found(snapshot: &Snapshot, found: &Found, page: usize, now: DateTime<Utc>) -> Result<String> {
    let paging = Paging { number: page, size: PAGE_SIZE, total: found.total };
    let shown: Vec<(&Offer, Option<f64>)> =
        found.hits.iter().map(|hit| (snapshot.offer(hit.offer), hit.distance_km)).collect();
    write_offers(snapshot, &shown, found.with_place, paging, now)
}

/// Writes a page of offers, each with its distance; its shape is that of [`FoundBody`], which a test compares.
fn write_offers(
    snapshot: &Snapshot,
    shown: &[(&Offer, Option<f64>)],
    with_place: usize,
    paging: Paging,
    now: DateTime<Utc>,
) -> Result<String> {
    let mut body = String::with_capacity(1024 + shown.len() * 900);
    body.push_str("{\"aanbod\":[");
    // First all texts, then the copying: finding a text is waiting for memory, which goes on side by side
    // when nothing comes in between.
    let texts = shown.iter().map(|(offer, _)| kept_text(snapshot, offer)).collect::<Result<Vec<&str>>>()?;
    for (index, ((_, distance), text)) in shown.iter().zip(texts).enumerate() {
        if index > 0 {
            body.push(',');
        }
        write_offer(&mut body, *distance, text)?;
    }
    write!(
        body,
        "],\"totaal\":{},\"metPlek\":{},\"pagina\":{},\"paginas\":{},\"aanbodversie\":{},\"opgehaaldOp\":\"{}\"}}",
        paging.total,
        with_place,
        paging.number,
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
    let text = serde_json::to_string(&offer_body(snapshot, offer)).map_err(Error::internal)?;
    Ok(offer.json.get_or_init(|| text.into()))
}

/// One offer: the text that is the same for everybody, and the distance, which is the asker's own.
fn write_offer(body: &mut String, distance_km: Option<f64>, text: &str) -> Result<()> {
    let Some(km) = distance_km else {
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
