//! How much a figure is worth: a figure nobody confirmed recently says little.

use chrono::{Days, NaiveDate};
use thiserror::Error;

/// Why two terms do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum FreshnessTermsError {
    /// A figure must age before it is stale.
    #[error("de termijn voor verouderd moet langer zijn dan die voor actueel, bijvoorbeeld 14 en 31 dagen")]
    NotLonger,
}

/// Versheidstermijnen: until how many days after confirmation a figure is fresh, and until how many it is not yet
/// stale. Each region can set its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FreshnessTerms {
    fresh_days: u16,
    stale_days: u16,
}

impl FreshnessTerms {
    /// Fresh up to and including `fresh_days`, stale after `stale_days`.
    pub const fn new(fresh_days: u16, stale_days: u16) -> Result<Self, FreshnessTermsError> {
        if fresh_days < stale_days { Ok(Self { fresh_days, stale_days }) } else { Err(FreshnessTermsError::NotLonger) }
    }

    /// The last day, counted from the confirmation, on which a figure is fresh.
    pub const fn fresh_days(self) -> u16 {
        self.fresh_days
    }

    /// The last day, counted from the confirmation, on which a figure is not yet stale.
    pub const fn stale_days(self) -> u16 {
        self.stale_days
    }
}

impl Default for FreshnessTerms {
    /// Fresh for 14 days, stale after 31.
    fn default() -> Self {
        Self { fresh_days: 14, stale_days: 31 }
    }
}

/// Versheid: how long ago somebody confirmed a figure. Ordered from the most to the least useful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Freshness {
    /// Actueel: confirmed recently.
    Fresh,
    /// Wordt oud: due for confirmation.
    Ageing,
    /// Verouderd: too long ago to rely on.
    Stale,
    /// Nooit bevestigd.
    NeverConfirmed,
}

impl Freshness {
    /// Whether the figure carries a warning and ranks below others with the same wait.
    pub const fn is_old(self) -> bool {
        matches!(self, Self::Stale | Self::NeverConfirmed)
    }
}

/// How fresh a figure is today. A confirmation dated after today counts as fresh: clocks and time zones differ by
/// a day, and a figure is not worth less for that.
pub fn freshness(confirmed_on: Option<NaiveDate>, today: NaiveDate, terms: FreshnessTerms) -> Freshness {
    let Some(confirmed_on) = confirmed_on else {
        return Freshness::NeverConfirmed;
    };
    let age = today.signed_duration_since(confirmed_on).num_days();
    if age <= i64::from(terms.fresh_days) {
        Freshness::Fresh
    } else if age <= i64::from(terms.stale_days) {
        Freshness::Ageing
    } else {
        Freshness::Stale
    }
}

/// The last day on which a figure confirmed on this day is fresh.
pub fn fresh_through(confirmed_on: NaiveDate, terms: FreshnessTerms) -> NaiveDate {
    confirmed_on.checked_add_days(Days::new(u64::from(terms.fresh_days))).unwrap_or(NaiveDate::MAX)
}
