//! The one place that reads the time. Everything else gets it as an argument.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, Utc};
use chrono_tz::Europe::Amsterdam;

/// How far the Netherlands are ahead of UTC before the clock goes forward.
const WINTER: TimeDelta = TimeDelta::hours(1);

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
    let as_in_winter = || (local - WINTER).and_utc();
    local.and_local_timezone(Amsterdam).earliest().map_or_else(as_in_winter, |at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap_or_else(|_| panic!("not a moment: {text}"))
    }

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap_or_else(|_| panic!("not a time: {text}"))
    }

    #[test]
    fn the_clock_on_the_wall_at_a_moment() {
        for (moment, shown) in [
            ("2026-07-01T22:30:00Z", "2026-07-02T00:30:00"),
            ("2026-12-31T22:59:59Z", "2026-12-31T23:59:59"),
            ("2026-12-31T23:00:00Z", "2027-01-01T00:00:00"),
            // It goes forward at two, and back at three.
            ("2026-03-29T00:59:59Z", "2026-03-29T01:59:59"),
            ("2026-03-29T01:00:00Z", "2026-03-29T03:00:00"),
            ("2026-10-25T00:30:00Z", "2026-10-25T02:30:00"),
            ("2026-10-25T01:30:00Z", "2026-10-25T02:30:00"),
        ] {
            let (moment, shown) = (utc(moment), local(shown));
            assert_eq!((dutch_time(moment), dutch_day(moment)), (shown, shown.date()), "{moment}");
        }
    }

    #[test]
    fn the_moment_of_a_time_on_the_wall() {
        for (shown, moment) in [
            ("2026-07-02T00:30:00", "2026-07-01T22:30:00Z"),
            ("2027-01-01T00:00:00", "2026-12-31T23:00:00Z"),
            // Skipped, and twice.
            ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
            ("2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
        ] {
            assert_eq!(moment_of_dutch_time(local(shown)), utc(moment), "{shown}");
        }
    }

    #[test]
    fn a_day_begins_once_and_lasts_23_24_or_25_hours() {
        for (on, hours) in [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25), ("2026-12-31", 24)] {
            let day: NaiveDate = on.parse().expect("a day");
            let (start, end) = (start_of_dutch_day(day), start_of_dutch_day(day + Days::new(1)));
            assert_eq!(end - start, TimeDelta::hours(hours), "{on}");
            let just_before = start - TimeDelta::seconds(1);
            assert_eq!((dutch_day(start), dutch_day(just_before)), (day, day - Days::new(1)), "{on}");
        }
    }
}
