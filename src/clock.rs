//! The one place that reads the time. Everything else gets it as an argument.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, Utc};
use chrono_tz::Europe::Amsterdam;

/// Tells the time: the machine's, or in tests and rehearsals a fixed one.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    System,
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// Now in UTC, cut to microseconds: the finest both databases keep.
    #[expect(clippy::disallowed_methods, reason = "the one place that may read the time")]
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Fixed(at) => at,
        }
    }
}

/// The calendar day in the Netherlands at this moment: contracts, norms and freshness go by it.
pub fn dutch_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Amsterdam).date_naive()
}

/// The moment at which a day begins in the Netherlands.
pub fn start_of_dutch_day(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    // The clock goes forward and back in the small hours, never at midnight.
    midnight.and_local_timezone(Amsterdam).earliest().map_or_else(|| midnight.and_utc(), |at| at.to_utc())
}

/// The wall-clock time in the Netherlands at this moment, for what people read.
pub fn dutch_time(at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&Amsterdam).naive_local()
}

/// The moment at which the clocks in the Netherlands show this time. Of an hour that comes twice it is the first; an hour
/// that is skipped counts from where it would have begun.
pub fn moment_of_dutch_time(local: NaiveDateTime) -> DateTime<Utc> {
    local.and_local_timezone(Amsterdam).earliest().map_or_else(|| local.and_utc(), |at| at.to_utc())
}
