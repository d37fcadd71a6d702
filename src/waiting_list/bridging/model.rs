//! Bridging care of a waiting client.

use chrono::{Days, NaiveDate};
use rules::violations::Violations;
use rules::waiting::bridged::{BridgedPeriod, first_help, is_bridged};
use rules::waiting::note::Note;
use serde::Serialize;

use crate::clock::dutch_day;
use crate::waiting_list::clients::model::WaitingClient;

/// How long before today care may have started when it is written down, and how far ahead it may be planned.
const DAYS_BACK: u64 = 365;
const DAYS_AHEAD: u64 = 180;

/// Why bridging care ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The care that was asked for starts.
    CareStarts,
    /// It is not needed any more.
    NotNeeded,
    FamilyStops,
    ProviderStops,
    /// Other bridging care takes its place.
    Replaced,
}

impl EndReason {
    pub const ALL: [Self; 5] =
        [Self::CareStarts, Self::NotNeeded, Self::FamilyStops, Self::ProviderStops, Self::Replaced];

    pub const fn code(self) -> &'static str {
        match self {
            Self::CareStarts => "zorg-start",
            Self::NotNeeded => "niet-meer-nodig",
            Self::FamilyStops => "gezin-stopt",
            Self::ProviderStops => "aanbieder-stopt",
            Self::Replaced => "vervangen",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::CareStarts => "De gevraagde zorg start",
            Self::NotNeeded => "Niet meer nodig",
            Self::FamilyStops => "Het gezin stopt ermee",
            Self::ProviderStops => "De aanbieder stopt ermee",
            Self::Replaced => "Vervangen door andere overbruggingszorg",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// Overbruggingszorg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BridgingCare {
    pub id: i64,
    pub version: i32,
    pub client_id: i64,
    pub agb: String,
    pub provider: String,
    pub product_code: String,
    pub product_name: String,
    /// The code of why it was proposed.
    pub cause: String,
    pub starts_on: NaiveDate,
    pub ended: Option<(NaiveDate, String)>,
    pub note: Option<String>,
}

impl BridgingCare {
    /// When it is given.
    pub fn period(&self) -> BridgedPeriod {
        BridgedPeriod { from: self.starts_on, until: self.ended.as_ref().map(|(day, _)| *day) }
    }

    pub fn end_reason_name(&self) -> &str {
        let code = self.ended.as_ref().map_or("", |(_, reason)| reason.as_str());
        EndReason::parse(code).map_or("", EndReason::name)
    }
}

/// Bridging care to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BridgingDraft {
    pub provider_id: i64,
    pub product_id: i64,
    /// Code of why it was proposed.
    pub cause: &'static str,
    pub starts_on: NaiveDate,
    pub note: Option<String>,
}

/// Checks the day of a start, and the note.
pub fn check(
    client: &WaitingClient,
    starts_on: NaiveDate,
    note: Option<&str>,
    today: NaiveDate,
) -> Result<Option<String>, Violations> {
    let mut violations = Violations::new();
    let first = (today - Days::new(DAYS_BACK)).max(client.referred_on);
    if starts_on < first || starts_on > today + Days::new(DAYS_AHEAD) {
        let message = "kies een dag na de verwijzing, hooguit een jaar terug en een half jaar vooruit";
        violations.add("start", "buiten-grenzen", message);
    }
    let note = Note::check("toelichting", note, None, today, &mut violations);
    violations.into_result(note.map(|note| note.as_str().to_owned()))
}

/// Checks the day of an end.
pub fn check_end(care: &BridgingCare, ends_on: NaiveDate, today: NaiveDate) -> Result<(), Violations> {
    let mut violations = Violations::new();
    if ends_on < care.starts_on || ends_on > today + Days::new(DAYS_AHEAD) {
        let message = "kies een dag op of na de start, hooguit een half jaar vooruit";
        violations.add("einde", "buiten-grenzen", message);
    }
    violations.into_result(())
}

/// Who waits on a day, and who of them has bridging care.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BridgedCount {
    pub waiting: i64,
    pub bridged: i64,
}

/// What the audit keeps: codes, and nothing that was typed.
#[derive(Debug, Serialize)]
pub(super) struct Recorded {
    pub client: String,
    pub provider: String,
    pub product: String,
    pub cause: String,
    pub starts_on: NaiveDate,
    pub ends_on: Option<NaiveDate>,
    pub end_reason: Option<String>,
}

impl Recorded {
    pub(super) fn of(client: &WaitingClient, care: &BridgingCare) -> Self {
        Self {
            client: client.code.as_str().to_owned(),
            provider: care.agb.clone(),
            product: care.product_code.clone(),
            cause: care.cause.clone(),
            starts_on: care.starts_on,
            ends_on: care.ended.as_ref().map(|(day, _)| *day),
            end_reason: care.ended.as_ref().map(|(_, reason)| reason.clone()),
        }
    }
}

fn periods(cares: &[BridgingCare]) -> Vec<BridgedPeriod> {
    cares.iter().map(BridgingCare::period).collect()
}

/// The first day on which something started, of what was given or is given.
pub fn first_start(cares: &[BridgingCare]) -> Option<NaiveDate> {
    first_help(&periods(cares))
}

/// Whether a moment's client has bridging care on that Dutch day.
pub fn has_bridging(cares: &[BridgingCare], now: chrono::DateTime<chrono::Utc>) -> bool {
    is_bridged(&periods(cares), dutch_day(now))
}
