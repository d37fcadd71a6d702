//! Openingstijden: working days, the hours of a desk, and deadlines that only count those hours.
//!
//! All moments are local times of the Netherlands. Turning them into points in time, with the hour that is skipped
//! or repeated when the clock changes, is up to the caller; that happens between 2.00 and 3.00 hours on a Sunday, when
//! no desk is open.

pub mod holidays;

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use thiserror::Error;

use self::holidays::{HolidayChoice, holiday_on};

/// Why opening hours cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum OpeningHoursError {
    /// It closes before it opens, or at the same moment.
    #[error("de sluitingstijd moet na de openingstijd liggen, bijvoorbeeld 9.00 en 17.00 uur")]
    Reversed,
    /// It is never open.
    #[error("kies minstens één werkdag")]
    NoDays,
    /// Counting in less than minutes pretends a precision that nobody works with.
    #[error("vul hele minuten in, bijvoorbeeld 9.00 uur")]
    NotWholeMinutes,
}

/// Openingstijden van een loket: from when until when, on which days, and which days it is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours {
    opens: NaiveTime,
    closes: NaiveTime,
    weekdays: [bool; 7],
    holidays: HolidayChoice,
    closed_on: BTreeSet<NaiveDate>,
}

impl OpeningHours {
    /// The same hours on each of these days of the week, with Dutch holidays off.
    pub fn new(
        opens: NaiveTime,
        closes: NaiveTime,
        weekdays: &[Weekday],
        holidays: HolidayChoice,
    ) -> Result<Self, OpeningHoursError> {
        let whole = |time: NaiveTime| time.signed_duration_since(NaiveTime::MIN).num_nanoseconds();
        let is_whole = |time| whole(time).is_some_and(|nanos| nanos % 60_000_000_000 == 0);
        if opens >= closes {
            Err(OpeningHoursError::Reversed)
        } else if weekdays.is_empty() {
            Err(OpeningHoursError::NoDays)
        } else if !is_whole(opens) || !is_whole(closes) {
            Err(OpeningHoursError::NotWholeMinutes)
        } else {
            let mut open = [false; 7];
            for day in weekdays {
                open[day.num_days_from_monday() as usize] = true;
            }
            Ok(Self { opens, closes, weekdays: open, holidays, closed_on: BTreeSet::new() })
        }
    }

    /// Monday to Friday from 9.00 to 17.00.
    pub fn office() -> Self {
        let hour = |hour: i64| NaiveTime::MIN + TimeDelta::hours(hour);
        Self {
            opens: hour(9),
            closes: hour(17),
            weekdays: [true, true, true, true, true, false, false],
            holidays: HolidayChoice::default(),
            closed_on: BTreeSet::new(),
        }
    }

    /// The same hours, closed on these days too: bridging days, a day of training.
    #[must_use]
    pub fn closed_on(mut self, days: impl IntoIterator<Item = NaiveDate>) -> Self {
        self.closed_on.extend(days);
        self
    }

    /// How much working time one day has.
    pub fn day_length(&self) -> TimeDelta {
        self.closes - self.opens
    }

    /// Werkdag: whether the desk opens on this day.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        self.weekdays[day.weekday().num_days_from_monday() as usize]
            && !self.closed_on.contains(&day)
            && holiday_on(day, self.holidays).is_none()
    }

    /// Whether the desk is open at this moment. At closing time it is closed.
    pub fn is_open(&self, at: NaiveDateTime) -> bool {
        (self.opens..self.closes).contains(&at.time()) && self.is_working_day(at.date())
    }

    /// This moment when the desk is open, and otherwise the next time it opens.
    pub fn next_open(&self, at: NaiveDateTime) -> NaiveDateTime {
        if self.is_open(at) {
            return at;
        }
        let opens_later_today = at.time() < self.opens && self.is_working_day(at.date());
        if opens_later_today { at.date().and_time(self.opens) } else { self.opening_after(at.date()) }
    }

    /// The opening of the next working day after this one.
    fn opening_after(&self, day: NaiveDate) -> NaiveDateTime {
        self.next_working_day(day).map_or(NaiveDateTime::MAX, |next| next.and_time(self.opens))
    }

    /// The next working day after this one; none when the calendar ends first.
    pub fn next_working_day(&self, day: NaiveDate) -> Option<NaiveDate> {
        day.iter_days().skip(1).find(|next| self.is_working_day(*next))
    }

    /// The last working day before this one; none when the calendar begins later.
    pub fn last_working_day_before(&self, day: NaiveDate) -> Option<NaiveDate> {
        day.iter_days().rev().skip(1).find(|earlier| self.is_working_day(*earlier))
    }

    /// Uiterste moment: when this much working time has gone by since `start`.
    ///
    /// The clock only runs while the desk is open. A term that is used up at closing time ends then, and not at the
    /// next opening: an answer of after hours is late. No working time at all still ends within hours.
    pub fn deadline(&self, start: NaiveDateTime, term: WorkingTime) -> NaiveDateTime {
        let ends_at_closing = start.time() == self.closes && self.is_working_day(start.date());
        let mut at = if ends_at_closing { start } else { self.next_open(start) };
        let mut left = term.length(self);
        loop {
            let today = at.date().and_time(self.closes) - at;
            if left <= today {
                return at.checked_add_signed(left).unwrap_or(NaiveDateTime::MAX);
            }
            left -= today;
            let next = self.opening_after(at.date());
            if next == NaiveDateTime::MAX {
                return next;
            }
            at = next;
        }
    }

    /// The last moment of working time after `start` and up to and including a day. Who has none gets the same hour of that
    /// day: later than the day itself helps nobody.
    pub fn last_closing(&self, start: NaiveDateTime, until: NaiveDate) -> NaiveDateTime {
        let closing = |day: NaiveDate| day.and_time(self.closes);
        let days = until.iter_days().rev().take_while(|day| closing(*day) > start);
        let working = days.into_iter().find(|day| self.is_working_day(*day));
        closing(working.unwrap_or(until))
    }

    /// How much working time lies between two moments; none when the second is not the later one.
    pub fn working_time_between(&self, from: NaiveDateTime, until: NaiveDateTime) -> TimeDelta {
        if until <= from {
            return TimeDelta::zero();
        }
        let days = from.date().iter_days().take_while(|day| *day <= until.date());
        days.filter(|day| self.is_working_day(*day)).fold(TimeDelta::zero(), |sum, day| {
            let opening = day.and_time(self.opens).max(from);
            let closing = day.and_time(self.closes).min(until);
            sum + (closing - opening).max(TimeDelta::zero())
        })
    }
}

/// Termijn in werktijd: how much of the opening hours a term takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkingTime {
    /// Minutes in which the desk is open.
    Minutes(u32),
    /// Whole working days: from Tuesday 11.00 one day lasts until Wednesday 11.00.
    Days(u16),
}

impl WorkingTime {
    /// Hours in which the desk is open.
    pub const fn hours(hours: u16) -> Self {
        Self::Minutes(hours as u32 * 60)
    }

    fn length(self, hours: &OpeningHours) -> TimeDelta {
        match self {
            Self::Minutes(minutes) => TimeDelta::minutes(i64::from(minutes)),
            Self::Days(days) => hours.day_length() * i32::from(days),
        }
    }
}

#[cfg(test)]
mod tests;
