//! What the API tells of offers, their figures and their history.

use chrono::{DateTime, NaiveDate, Utc};
use rules::figures::{Figures, IntakeStop, OfferStatus, StopReason};
use rules::freshness::Freshness;
use rules::product::AgeRange;
use rules::waiting_time::{Basis, WeekRange};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;

use crate::availability::figures::model::{Offer, TimelineEntry};
use crate::availability::figures::words::describe_entry;
use crate::web::described::{Paginering, codes_schema};

/// De aanbieder van een aanbod.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferProvider {
    /// AGB-code.
    #[schema(example = "98990001", pattern = "^(?!0{8})[0-9]{8}$")]
    pub agb: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Wilgen Jeugdhulp")]
    pub naam: String,
}

/// De locatie van een aanbod.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferLocation {
    /// Nummer van de locatie bij de aanbieder.
    #[schema(minimum = 1, maximum = 9999, example = 1)]
    pub nummer: i32,
    /// Naam van de locatie.
    pub naam: String,
    /// Plaats.
    #[schema(example = "Harderwijk")]
    pub plaats: String,
    /// Cijfers van de postcode.
    #[schema(minimum = 1000, maximum = 9999, example = 3841)]
    pub pc4: i32,
}

/// Het product van een aanbod.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferProduct {
    /// Code van de regio van het productenboek.
    #[schema(example = "noord-veluwe")]
    pub regio: String,
    /// Code van het product in die regio.
    #[schema(example = "45A04")]
    pub code: String,
    /// Naam van het product.
    #[schema(example = "Ambulante jeugdhulp")]
    pub naam: String,
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

/// Een aanmeldstop: de aanbieder neemt voor dit product geen nieuwe cliënten aan.
#[derive(Debug, Serialize, ToSchema)]
pub struct StopBody {
    /// Reden.
    #[schema(schema_with = stop_reason_schema)]
    pub reden: &'static str,
    /// Uitleg bij de reden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub toelichting: Option<String>,
    /// Laatste dag van de aanmeldstop, als die bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tot: Option<NaiveDate>,
}

impl From<&IntakeStop> for StopBody {
    fn from(stop: &IntakeStop) -> Self {
        Self { reden: stop.reason.code(), toelichting: stop.explanation.clone(), tot: stop.until }
    }
}

/// Wat er bekend is van plekken en wachttijden. Wat niet bekend is, ontbreekt; het is nooit 0.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cijfers)]
#[serde(rename_all = "camelCase")]
pub struct FiguresBody {
    /// Plekken die nu vrij zijn: wat de aanbieder opgaf, min wat daarna is gereserveerd.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 2, nullable = false)]
    pub plekken_vrij: Option<u16>,
    /// Plekken in totaal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 12, nullable = false)]
    pub plekken_totaal: Option<u16>,
    /// Aantal wachtenden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 5, nullable = false)]
    pub wachtenden: Option<u16>,
    /// Weken tot de intake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aanmeldwachttijd: Option<Wachttijd>,
    /// Weken van de intake tot de start van de hulp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behandelwachttijd: Option<Wachttijd>,
    /// Weken tot de start van de hulp; alleen als beide delen bekend zijn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wachttijd: Option<Wachttijd>,
    /// Waarop de wachttijden berusten.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = basis_schema)]
    pub grondslag: Option<&'static str>,
    /// Wat er gebeurt met wie nu wordt aangemeld.
    #[schema(schema_with = status_schema)]
    pub status: &'static str,
    /// Aanmeldstop, als die er is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline)]
    pub aanmeldstop: Option<StopBody>,
    /// Laagste leeftijd, van het aanbod of anders van het product.
    #[schema(minimum = 0, maximum = 27, example = 12)]
    pub leeftijd_vanaf: u8,
    /// Hoogste leeftijd, van het aanbod of anders van het product.
    #[schema(minimum = 0, maximum = 27, example = 18)]
    pub leeftijd_tot: u8,
    /// Aangekondigde laatste dag van de groep of locatie.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sluit_op: Option<NaiveDate>,
    /// Opmerkingen van de aanbieder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub opmerkingen: Option<String>,
}

impl FiguresBody {
    /// The figures, with the places that have been given away since taken off.
    pub fn new(figures: &Figures, reserved_places: u16, product_ages: AgeRange) -> Self {
        let ages = figures.ages.unwrap_or(product_ages);
        Self {
            plekken_vrij: figures.shown_places(reserved_places),
            plekken_totaal: figures.total_places,
            wachtenden: figures.waiting,
            aanmeldwachttijd: figures.intake.map(Into::into),
            behandelwachttijd: figures.treatment.map(Into::into),
            wachttijd: figures.total_wait().map(Into::into),
            grondslag: figures.basis.map(Basis::code),
            status: figures.shown_status(reserved_places).code(),
            aanmeldstop: figures.stop.as_ref().map(Into::into),
            leeftijd_vanaf: ages.min(),
            leeftijd_tot: ages.max(),
            sluit_op: figures.closes_on,
            opmerkingen: figures.remarks.clone(),
        }
    }
}

/// Aanbod: wat één aanbieder op één locatie voor één product heeft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Aanbod)]
#[serde(rename_all = "camelCase")]
pub struct OfferBody {
    /// Nummer van dit aanbod.
    #[schema(minimum = 1, example = 17)]
    pub id: i64,
    #[schema(inline)]
    pub aanbieder: OfferProvider,
    #[schema(inline)]
    pub locatie: OfferLocation,
    #[schema(inline)]
    pub product: OfferProduct,
    #[serde(flatten)]
    pub cijfers: FiguresBody,
    /// Of de hulp ook online gegeven wordt.
    pub online: bool,
    /// Wanneer de aanbieder dit voor het laatst bevestigde, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub bevestigd_op: Option<DateTime<Utc>>,
    /// Hoe oud de cijfers zijn.
    #[schema(schema_with = freshness_schema)]
    pub versheid: &'static str,
    /// Versie, ook als ETag.
    #[schema(minimum = 1, example = 3)]
    pub versie: i32,
    /// Afstand in kilometers tot de gekozen postcode of het midden van de gemeente; alleen na zoeken met een plaats.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 8.2, nullable = false)]
    pub afstand_km: Option<f64>,
}

impl OfferBody {
    /// The offer as it looks on this day.
    pub fn new(offer: Offer, day: NaiveDate) -> Self {
        let figures = offer.figures.clone().on_day(day);
        Self {
            id: offer.id,
            cijfers: FiguresBody::new(&figures, offer.reserved_places, offer.product.ages),
            online: offer.online,
            bevestigd_op: offer.confirmed_at,
            versheid: freshness_code(offer.freshness(day)),
            versie: offer.version,
            afstand_km: None,
            aanbieder: OfferProvider { agb: offer.provider.agb, naam: offer.provider.name },
            locatie: OfferLocation {
                nummer: offer.location.number,
                naam: offer.location.name,
                plaats: offer.location.place,
                pc4: offer.location.pc4,
            },
            product: OfferProduct {
                regio: offer.product.region,
                code: offer.product.code,
                naam: offer.product.name,
            },
        }
    }
}

/// Eén regel van het verloop: de cijfers zoals ze vanaf dat moment waren.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AanbodWijziging)]
#[serde(rename_all = "camelCase")]
pub struct TimelineLine {
    /// Wanneer, in UTC.
    pub op: DateTime<Utc>,
    /// Wat er gebeurde.
    #[schema(pattern = "^(aangemaakt|gewijzigd|bevestigd)$", example = "gewijzigd")]
    pub soort: &'static str,
    /// Wie: rol en organisatie voor de eigen aanbieder en de beheerder, anders alleen `aanbieder`.
    #[schema(example = "aanbieder")]
    pub door: String,
    /// Versie die hierdoor ontstond.
    #[schema(minimum = 1)]
    pub versie: i32,
    /// Wat er veranderde, in woorden.
    #[schema(example = json!(["Plekken vrij van 0 naar 2"]))]
    pub omschrijving: Vec<String>,
    pub cijfers: FiguresBody,
}

impl TimelineLine {
    /// `shows_signature`: whether the reader may know who did it.
    pub fn new(line: &TimelineEntry, shows_signature: bool, product_ages: AgeRange) -> Self {
        let entry = &line.entry;
        Self {
            op: entry.at,
            soort: entry.kind.code(),
            door: if shows_signature { entry.changed_by.clone() } else { "aanbieder".into() },
            versie: entry.version,
            omschrijving: describe_entry(line),
            cijfers: FiguresBody::new(&entry.figures, 0, product_ages),
        }
    }
}

/// Een pagina van het verloop van een aanbod, de nieuwste regel eerst.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AanbodVerloop)]
pub struct Timeline {
    #[serde(flatten)]
    pub paginering: Paginering,
    /// De regels van deze bladzijde.
    pub wijzigingen: Vec<TimelineLine>,
}

/// Wat er bevestigd is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bevestiging)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmationBody {
    /// Hoeveel aanbod is bevestigd.
    #[schema(example = 11)]
    pub bevestigd: usize,
    /// Wanneer, in UTC.
    pub bevestigd_op: DateTime<Utc>,
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

fn status_schema() -> Object {
    codes_schema(
        "Wat er gebeurt met wie nu wordt aangemeld",
        OfferStatus::ALL.iter().map(|status| status.code()),
    )
}

fn basis_schema() -> Object {
    codes_schema("Waarop de wachttijden berusten", Basis::ALL.iter().map(|basis| basis.code()))
}

fn stop_reason_schema() -> Object {
    codes_schema("Reden van de aanmeldstop", StopReason::ALL.iter().map(|reason| reason.code()))
}

fn freshness_schema() -> Object {
    codes_schema("Hoe oud de cijfers zijn", ["vers", "verouderend", "verouderd", "nooit-bevestigd"])
}
