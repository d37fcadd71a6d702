//! One result as people read it: words for every figure, and how old it is.

use chrono::{DateTime, NaiveDate, Utc};
use rules::contracts::ContractLevel;
use rules::figures::OfferStatus;
use rules::freshness::Freshness;
use rules::norms::NormCheck;
use rules::waiting_time::WeekRange;

use crate::availability::error_reports::reported::Reported;
use crate::availability::supply::snapshot::{Area, Offer, Snapshot};
use crate::web::format;

/// A figure with its label, and how good it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    pub label: &'static str,
    pub value: String,
    pub class: &'static str,
    /// "boven norm (4)"
    pub norm: Option<String>,
}

/// How a status looks: by word, shape and colour together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    pub class: &'static str,
    pub icon: &'static str,
    pub text: String,
    /// The shape of the number and of the pin on the map.
    pub mark: &'static str,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Card {
    pub number: usize,
    pub offer_id: i64,
    pub agb: String,
    pub provider: String,
    pub main_provider: Option<String>,
    pub product: String,
    pub product_code: String,
    pub place: String,
    pub distance: Option<String>,
    pub ages: String,
    pub form: String,
    pub badge: Badge,
    pub meters: Vec<Meter>,
    /// Sentences to know: intake stop, closing, level of the contract.
    pub notes: Vec<String>,
    pub remarks: Option<String>,
    pub basis: Option<&'static str>,
    pub age_of_figures: String,
    pub is_old: bool,
    /// Reported as wrong, and on which day; nobody has answered yet.
    pub reported: Option<String>,
    pub lat: f64,
    pub lon: f64,
}

/// Says with each card whether its figures are reported as wrong.
pub fn mark_reported(cards: &mut [Card], reported: &Reported, today: NaiveDate) {
    for card in cards {
        card.reported = reported.day(card.offer_id).map(|day| format::short_date(day, today));
    }
}

/// The card of an offer, seen from an area.
pub fn card(
    snapshot: &Snapshot,
    offer: &Offer,
    number: usize,
    area: Area,
    distance_km: Option<f64>,
    now: DateTime<Utc>,
) -> Card {
    let (product, provider, location) =
        (snapshot.product(offer), snapshot.provider(offer), snapshot.location(offer));
    let kind = product.kind.name();
    Card {
        number,
        offer_id: offer.id,
        agb: provider.agb.clone(),
        provider: provider.name.clone(),
        main_provider: provider.main.map(|main| snapshot.book.providers[main as usize].name.clone()),
        product: product.name.clone(),
        product_code: product.code.clone(),
        place: location.place.clone(),
        distance: distance_text(area, location.municipality, distance_km),
        ages: offer.ages.to_string(),
        form: if offer.online { format!("{kind}, online") } else { kind.to_owned() },
        badge: badge(offer),
        meters: meters(snapshot, offer),
        notes: notes(offer, area),
        remarks: offer.figures.remarks.clone(),
        basis: offer.figures.basis.map(rules::waiting_time::Basis::name),
        age_of_figures: age_of_figures(offer, now),
        is_old: offer.freshness.is_old(),
        reported: None,
        lat: location.point.lat,
        lon: location.point.lon,
    }
}

fn distance_text(area: Area, municipality: u32, distance_km: Option<f64>) -> Option<String> {
    let km = distance_km?;
    if area == Area::Municipality(municipality) {
        return Some("in de gemeente".into());
    }
    Some(if km < 1.0 { "minder dan 1 km".into() } else { format!("{km:.0} km") })
}

/// The status by word, shape and colour.
pub fn badge(offer: &Offer) -> Badge {
    let (class, icon, mark) = match offer.figures.status {
        OfferStatus::Place if offer.has_place() => ("badge--vrij", "circle-check", "vrij"),
        OfferStatus::Place | OfferStatus::WaitingList => ("badge--wacht", "hourglass", "wacht"),
        OfferStatus::AssessFirst | OfferStatus::InConsultation => ("badge--info", "info-circle", "wacht"),
        OfferStatus::IntakeStop => ("badge--stop", "ban", "stop"),
        OfferStatus::Unknown => ("badge--neutraal", "help-circle", "stop"),
    };
    let text = match (offer.figures.status, offer.shown_places()) {
        (OfferStatus::Place, Some(places)) if places > 0 => {
            format::count(places.into(), "plek vrij", "plekken vrij")
        }
        (OfferStatus::Place, _) => "Plek net vergeven".to_owned(),
        (status, _) => status.name().to_owned(),
    };
    Badge { class, icon, text, mark }
}

fn known(count: Option<u16>) -> String {
    count.map_or_else(|| "niet bekend".to_owned(), |count| count.to_string())
}

/// A wait in words; unknown is said, never shown as zero.
pub fn wait_text(wait: Option<WeekRange>) -> String {
    wait.map_or_else(|| "niet bekend".to_owned(), |wait| wait.to_string())
}

fn wait_meter(label: &'static str, wait: Option<WeekRange>, check: NormCheck, norm: u16) -> Meter {
    let (class, norm) = match check {
        NormCheck::Within => ("meter--goed", None),
        NormCheck::Above => ("meter--fout", Some(format!("boven norm ({norm})"))),
        NormCheck::Unknown => ("", None),
    };
    Meter { label, value: wait_text(wait), class, norm }
}

fn meters(snapshot: &Snapshot, offer: &Offer) -> Vec<Meter> {
    let (figures, norm) = (&offer.figures, snapshot.product(offer).norm);
    let first = if offer.has_place() {
        Meter { label: "Plekken vrij", value: known(offer.shown_places()), class: "meter--goed", norm: None }
    } else {
        let class = if figures.waiting.is_some_and(|waiting| waiting > 0) { "meter--let" } else { "" };
        Meter { label: "Wachtenden", value: known(figures.waiting), class, norm: None }
    };
    vec![
        first,
        wait_meter("Intake over", figures.intake, offer.intake_check, norm.intake_weeks),
        wait_meter("Start hulp over", figures.total_wait(), offer.start_check, norm.total()),
    ]
}

fn notes(offer: &Offer, area: Area) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(stop) = &offer.figures.stop {
        let why = stop.explanation.clone().unwrap_or_else(|| stop.reason.name().to_lowercase());
        notes.push(match stop.until {
            // The day that is known is the last one of the stop.
            Some(day) => format!(
                "Geen nieuwe aanmeldingen ({why}). Weer mogelijk vanaf {}.",
                format::date(day.succ_opt().unwrap_or(day))
            ),
            None => format!("Geen nieuwe aanmeldingen ({why}). Niet bekend tot wanneer."),
        });
    }
    if let Some(day) = offer.figures.closes_on {
        notes.push(format!("Sluit op {}.", format::date(day)));
    }
    let level = match area {
        Area::Municipality(asked) => {
            offer.coverage.iter().find(|(covered, _)| *covered == asked).map(|(_, level)| *level)
        }
        Area::Region(_) => offer.coverage.iter().map(|(_, level)| *level).min(),
    };
    match level {
        Some(ContractLevel::SupraRegional) => notes.push("Contract van meer regio's samen.".into()),
        Some(ContractLevel::National) => notes.push("Landelijk contract.".into()),
        Some(ContractLevel::Region) | None => {}
    }
    notes
}

/// "Bevestigd: vandaag, 09.12 uur", or a warning.
pub fn age_of_figures(offer: &Offer, now: DateTime<Utc>) -> String {
    match (offer.confirmed_at, offer.freshness) {
        (None, _) => "Nog nooit bevestigd".into(),
        (Some(at), Freshness::Stale) => format!(
            "Let op: cijfers van {} oud",
            format::count(usize::try_from(format::days_ago(at, now)).unwrap_or(0), "dag", "dagen")
        ),
        (Some(at), _) => format!("Bevestigd: {}", format::ago(at, now)),
    }
}
