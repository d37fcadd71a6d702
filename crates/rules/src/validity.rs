//! Periods in whole days.

use chrono::NaiveDate;
use thiserror::Error;

/// Why two dates are not a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum ValidityError {
    /// The last day lies before the first.
    #[error("de einddatum mag niet voor de begindatum liggen")]
    Reversed,
}

/// Geldigheid: the days on which something holds, first and last day included. An open end is unknown or
/// unlimited: it holds until somebody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Validity {
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

impl Validity {
    /// Holds always.
    pub const UNLIMITED: Self = Self { from: None, until: None };

    /// From the first up to and including the last day.
    pub fn new(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Result<Self, ValidityError> {
        match (from, until) {
            (Some(first), Some(last)) if first > last => Err(ValidityError::Reversed),
            _ => Ok(Self { from, until }),
        }
    }

    /// The first day, if there is one.
    pub const fn from(self) -> Option<NaiveDate> {
        self.from
    }

    /// The last day, included, if there is one.
    pub const fn until(self) -> Option<NaiveDate> {
        self.until
    }

    /// Whether it holds on this day.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|first| first <= day) && self.until.is_none_or(|last| day <= last)
    }

    /// The days on which both hold, if there are any.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let until = match (self.until, other.until) {
            (Some(one), Some(another)) => Some(one.min(another)),
            (one, another) => one.or(another),
        };
        // No day at all comes before every day.
        Self::new(self.from.max(other.from), until).ok()
    }

    /// Whether there is a day on which both hold.
    pub fn overlaps(&self, other: &Self) -> bool {
        starts_by_the_end_of(*self, *other) && starts_by_the_end_of(*other, *self)
    }
}

fn starts_by_the_end_of(one: Validity, other: Validity) -> bool {
    match (one.from, other.until) {
        (Some(first), Some(last)) => first <= last,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_day, day, period};

    #[test]
    fn the_last_day_is_not_before_the_first() {
        let (first, last) = (Some(day("2026-01-01")), Some(day("2026-12-31")));
        assert_eq!(Validity::new(last, first), Err(ValidityError::Reversed));
        assert!(Validity::new(first, first).is_ok());
        assert_eq!(Validity::new(None, None), Ok(Validity::UNLIMITED));
        assert_eq!(Validity::new(first, last).map(|v| (v.from(), v.until())), Ok((first, last)));
    }

    #[test]
    fn an_intersection_keeps_the_latest_start_and_the_earliest_end() {
        for (one, another, both) in [
            (("", ""), ("", ""), Some(("", ""))),
            (("", ""), ("", "2026-12-31"), Some(("", "2026-12-31"))),
            (("2026-01-01", ""), ("2026-06-01", "2026-12-31"), Some(("2026-06-01", "2026-12-31"))),
            (("", "2026-06-01"), ("2026-06-01", ""), Some(("2026-06-01", "2026-06-01"))),
            (("", "2026-06-01"), ("2026-06-02", ""), None),
        ] {
            let (one, another) = (period(one.0, one.1), period(another.0, another.1));
            let both = both.map(|(from, until)| period(from, until));
            assert_eq!(
                (one.intersection(another), another.intersection(one)),
                (both, both),
                "{one:?} {another:?}"
            );
            assert_eq!(one.overlaps(&another), both.is_some());
        }
    }

    #[test]
    fn both_ends_are_included() {
        for (from, until, on, holds) in [
            ("2026-01-01", "2026-12-31", "2025-12-31", false),
            ("2026-01-01", "2026-12-31", "2026-01-01", true),
            ("2026-01-01", "2026-12-31", "2026-12-31", true),
            ("2026-01-01", "2026-12-31", "2027-01-01", false),
            ("", "2026-12-31", "1990-01-01", true),
            ("2026-01-01", "", "2099-01-01", true),
            ("", "", "2026-06-01", true),
        ] {
            assert_eq!(period(from, until).contains(day(on)), holds, "{from} - {until} on {on}");
        }
    }

    #[test]
    fn periods_overlap_when_they_share_a_day() {
        let year = period("2026-01-01", "2026-12-31");
        for (from, until, overlap) in [
            ("2025-01-01", "2025-12-31", false),
            ("2025-01-01", "2026-01-01", true),
            ("2026-03-01", "2026-03-31", true),
            ("2026-12-31", "", true),
            ("2027-01-01", "", false),
            ("", "2025-12-31", false),
            ("", "", true),
        ] {
            assert_eq!(year.overlaps(&period(from, until)), overlap, "{from} - {until}");
            assert_eq!(period(from, until).overlaps(&year), overlap, "{from} - {until}, the other way round");
        }
    }

    proptest! {
        #[test]
        fn a_shared_day_is_an_overlap(a in any_day(), b in any_day(), c in any_day(), d in any_day(), on in any_day()) {
            let one = Validity { from: Some(a.min(b)), until: Some(a.max(b)) };
            let two = Validity { from: Some(c.min(d)), until: Some(c.max(d)) };
            prop_assert!(!(one.contains(on) && two.contains(on)) || one.overlaps(&two));
            prop_assert_eq!(one.overlaps(&two), two.overlaps(&one));
        }
    }
}
