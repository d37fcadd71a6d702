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
        if fresh_days < stale_days {
            Ok(Self { fresh_days, stale_days })
        } else {
            Err(FreshnessTermsError::NotLonger)
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_day, day, today};

    #[test]
    fn a_figure_ages_by_the_day() {
        for (days, expected) in [
            (0, Freshness::Fresh),
            (14, Freshness::Fresh),
            (15, Freshness::Ageing),
            (31, Freshness::Ageing),
            (32, Freshness::Stale),
            (4000, Freshness::Stale),
        ] {
            let confirmed_on = today() - Days::new(days);
            assert_eq!(
                freshness(Some(confirmed_on), today(), FreshnessTerms::default()),
                expected,
                "{days} days"
            );
        }
    }

    #[test]
    fn a_figure_from_tomorrow_is_fresh_and_one_never_confirmed_is_not() {
        let terms = FreshnessTerms::default();
        assert_eq!(freshness(Some(today() + Days::new(1)), today(), terms), Freshness::Fresh);
        assert_eq!(freshness(None, today(), terms), Freshness::NeverConfirmed);
    }

    #[test]
    fn a_region_sets_its_own_terms() {
        assert_eq!(FreshnessTerms::new(31, 31), Err(FreshnessTermsError::NotLonger));
        assert_eq!(FreshnessTerms::new(14, 31), Ok(FreshnessTerms::default()));
        let Ok(terms) = FreshnessTerms::new(3, 7) else { panic!("3 is before 7") };
        assert_eq!((terms.fresh_days(), terms.stale_days()), (3, 7));
        assert_eq!(freshness(Some(today() - Days::new(4)), today(), terms), Freshness::Ageing);
        assert_eq!(freshness(Some(today() - Days::new(8)), today(), terms), Freshness::Stale);
    }

    #[test]
    fn only_stale_and_unconfirmed_figures_are_old() {
        let old = [Freshness::Fresh, Freshness::Ageing, Freshness::Stale, Freshness::NeverConfirmed]
            .map(Freshness::is_old);
        assert_eq!(old, [false, false, true, true]);
    }

    #[test]
    fn fresh_through_counts_from_the_confirmation() {
        let terms = FreshnessTerms::default();
        assert_eq!(fresh_through(day("2026-02-20"), terms), day("2026-03-06"));
        assert_eq!(fresh_through(NaiveDate::MAX, terms), NaiveDate::MAX);
    }

    proptest! {
        #[test]
        fn a_figure_never_gets_fresher_with_time(confirmed_on in any_day(), now in any_day(), later in 0_u64..1000) {
            let terms = FreshnessTerms::default();
            let then = now + Days::new(later);
            prop_assert!(freshness(Some(confirmed_on), now, terms) <= freshness(Some(confirmed_on), then, terms));
        }

        #[test]
        fn fresh_through_is_the_last_fresh_day(confirmed_on in any_day(), fresh in 0_u16..100, more in 1_u16..100) {
            let Ok(terms) = FreshnessTerms::new(fresh, fresh + more) else { panic!("more is at least one day") };
            let last = fresh_through(confirmed_on, terms);
            prop_assert_eq!(freshness(Some(confirmed_on), last, terms), Freshness::Fresh);
            prop_assert_eq!(freshness(Some(confirmed_on), last + Days::new(1), terms), Freshness::Ageing);
        }
    }
}
