//! Offers with their figures, and the history of both.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::Amsterdam;
use rules::figures::{Figures, FiguresDraft};
use rules::freshness::{Freshness, FreshnessTerms, freshness};
use rules::norms::Norm;
use rules::product::{AgeRange, ProductKind};
use rules::waiting_time::WeekRange;
use serde_json::{Map, Value, json};

use crate::clock::dutch_day;

/// Aanbieder, as far as its offers show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFacts {
    pub id: i64,
    pub agb: String,
    pub name: String,
}

/// Locatie of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationFacts {
    pub id: i64,
    pub number: i32,
    pub name: String,
    pub place: String,
    pub pc4: i32,
}

/// Product of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductFacts {
    pub id: i64,
    /// Code of the region whose book it is in.
    pub region: String,
    pub code: String,
    pub name: String,
    pub kind: ProductKind,
    pub ages: AgeRange,
    /// The product's own norm, or else that of the region.
    pub norm: Norm,
}

/// Aanbod: what one provider has for one product at one location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub id: i64,
    pub version: i32,
    pub provider: ProviderFacts,
    pub location: LocationFacts,
    pub product: ProductFacts,
    /// When figures age, as the product's region set it.
    pub terms: FreshnessTerms,
    pub online: bool,
    pub figures: Figures,
    /// Places given away since the provider last told how many are free.
    pub reserved_places: u16,
    /// When the last of them was.
    pub reserved_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Signature of who confirmed: role and organisation.
    pub confirmed_by: Option<String>,
}

impl Offer {
    /// The day of the last confirmation, on the Dutch calendar.
    pub fn confirmed_on(&self) -> Option<NaiveDate> {
        self.confirmed_at.map(dutch_day)
    }

    pub fn freshness(&self, today: NaiveDate) -> Freshness {
        freshness(self.confirmed_on(), today, self.terms)
    }

    /// What is left of the figures now that places were given away: what everybody sees, and what the provider confirms.
    pub fn figures_left(&self) -> Figures {
        self.figures.less(self.reserved_places)
    }

    /// The same offer with the figures it had when this was written down.
    #[must_use]
    pub fn as_it_was(mut self, entry: HistoryEntry) -> Self {
        let confirmed = entry.kind != HistoryKind::Created;
        self.version = entry.version;
        self.figures = entry.figures;
        self.reserved_places = 0;
        self.confirmed_at = confirmed.then_some(entry.at);
        self.confirmed_by = confirmed.then_some(entry.changed_by);
        self
    }
}

/// What happened to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryKind {
    /// Aangemaakt.
    Created,
    /// Gewijzigd; which confirms the rest as well.
    Changed,
    /// Bevestigd: nothing changed.
    Confirmed,
}

impl HistoryKind {
    pub const ALL: [Self; 3] = [Self::Created, Self::Changed, Self::Confirmed];

    /// The code in the database.
    pub const fn stored(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Confirmed => "confirmed",
        }
    }

    /// The code of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Created => "aangemaakt",
            Self::Changed => "gewijzigd",
            Self::Confirmed => "bevestigd",
        }
    }
}

/// One line of the history of an offer: the figures as they were from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    pub at: DateTime<Utc>,
    /// Signature of who did it.
    pub changed_by: String,
    pub kind: HistoryKind,
    /// The version of the offer that this made.
    pub version: i32,
    pub figures: Figures,
}

/// A line of the history with the figures before it, to tell what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    pub entry: HistoryEntry,
    pub before: Option<Figures>,
}

/// The figures at the end of a day; none when there was no offer yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendPoint {
    pub day: NaiveDate,
    pub figures: Option<Figures>,
}

/// All that a provider offers together at the end of a day, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderTrendPoint {
    pub day: NaiveDate,
    pub free_places: Option<u32>,
    /// In hundredths of weeks.
    pub mean_start_hundredths: Option<u32>,
}

/// What somebody wants to save for one offer, based on the version they saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub offer_id: i64,
    pub version: i32,
    pub draft: FiguresDraft,
}

/// One line of figures in a file.
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    /// AGB code of the provider, number of its location and code of the product, of the actor's own region.
    pub agb: &'a str,
    pub location: i32,
    pub product: &'a str,
    /// The offer that it is about, unless it is new.
    pub found: Option<&'a Offer>,
    pub draft: FiguresDraft,
    /// When somebody last said that the figures hold.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// A product that can be added to a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductChoice {
    pub id: i64,
    pub region: String,
    pub code: String,
    pub name: String,
}

/// The first moment after this day on the Dutch calendar, in UTC as it is stored.
pub fn end_of_day(day: NaiveDate) -> NaiveDateTime {
    let midnight = day.succ_opt().unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN);
    // The clock is moved at night, but never at midnight.
    Amsterdam.from_local_datetime(&midnight).earliest().map_or(midnight, |at| at.naive_utc())
}

/// The figures with their Dutch names, for the audit. What is not known is left out.
pub fn audit_record(figures: &Figures) -> Value {
    let mut record = Map::new();
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            record.insert(name.to_owned(), value);
        }
    };
    add("plekkenVrij", figures.free_places.map(Into::into));
    add("plekkenTotaal", figures.total_places.map(Into::into));
    add("wachtenden", figures.waiting.map(Into::into));
    add("aanmeldwachttijd", figures.intake.map(weeks));
    add("behandelwachttijd", figures.treatment.map(weeks));
    add("grondslag", figures.basis.map(|basis| basis.code().into()));
    add("status", Some(figures.status.code().into()));
    let stop = figures.stop.as_ref();
    add("aanmeldstopReden", stop.map(|stop| stop.reason.code().into()));
    add("aanmeldstopToelichting", stop.and_then(|stop| stop.explanation.clone()).map(Into::into));
    add("aanmeldstopTot", stop.and_then(|stop| stop.until).map(|day| day.to_string().into()));
    add("leeftijdVanaf", figures.ages.map(|ages| ages.min().into()));
    add("leeftijdTot", figures.ages.map(|ages| ages.max().into()));
    add("sluitOp", figures.closes_on.map(|day| day.to_string().into()));
    add("opmerkingen", figures.remarks.clone().map(Into::into));
    Value::Object(record)
}

fn weeks(wait: WeekRange) -> Value {
    match wait.upper() {
        Some(max) => json!({ "minWeken": wait.min(), "maxWeken": max }),
        None => json!({ "minWeken": wait.min() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_dutch_midnight() {
        let end = |y, m, d| end_of_day(NaiveDate::from_ymd_opt(y, m, d).expect("a date")).to_string();
        assert_eq!(end(2026, 11, 21), "2026-11-21 23:00:00");
        assert_eq!(end(2026, 7, 1), "2026-07-01 22:00:00", "summer time");
        assert_eq!(end(2026, 12, 31), "2026-12-31 23:00:00");
    }

    #[test]
    fn the_audit_leaves_out_what_is_unknown() {
        assert_eq!(audit_record(&Figures::unknown()), json!({ "status": "onbekend" }));
        let figures =
            Figures { intake: WeekRange::new(26, None).ok(), free_places: Some(0), ..Figures::unknown() };
        assert_eq!(
            audit_record(&figures),
            json!({ "plekkenVrij": 0, "aanmeldwachttijd": { "minWeken": 26 }, "status": "onbekend" })
        );
    }
}
