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
