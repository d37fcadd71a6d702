//! Kwartaal: three months of a year, over which the crisis point reports.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use thiserror::Error;

/// The text is not a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("vul een kwartaal in als jaar en nummer, bijvoorbeeld 2026-3")]
pub struct QuarterError;

/// Kwartaal van een jaar. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: u16,
    number: u8,
}

impl Quarter {
    /// The quarters for which there can be records.
    pub const YEARS: std::ops::RangeInclusive<u16> = 2000..=2199;

    /// This quarter of this year, if both exist.
    pub fn new(year: u16, number: u8) -> Option<Self> {
        (Self::YEARS.contains(&year) && (1..=4).contains(&number)).then_some(Self { year, number })
    }

    /// The quarter in which a day lies; the nearest one for a day out of all years that are kept.
    pub fn of(day: NaiveDate) -> Self {
        let (first, last) = (*Self::YEARS.start(), *Self::YEARS.end());
        match u16::try_from(day.year()) {
            Ok(year) if Self::YEARS.contains(&year) => {
                Self { year, number: u8::try_from(day.quarter()).unwrap_or(1) }
            }
            Ok(year) if year > last => Self { year: last, number: 4 },
            _ => Self { year: first, number: 1 },
        }
    }

    pub fn year(self) -> u16 {
        self.year
    }

    /// 1 to 4.
    pub fn number(self) -> u8 {
        self.number
    }

    pub fn first_day(self) -> NaiveDate {
        let month = u32::from(self.number) * 3 - 2;
        NaiveDate::from_ymd_opt(i32::from(self.year), month, 1).unwrap_or_default()
    }

    pub fn last_day(self) -> NaiveDate {
        self.next().first_day().pred_opt().unwrap_or_default()
    }

    pub fn contains(self, day: NaiveDate) -> bool {
        (self.first_day()..=self.last_day()).contains(&day)
    }

    #[must_use]
    pub fn next(self) -> Self {
        if self.number == 4 {
            Self { year: self.year + 1, number: 1 }
        } else {
            Self { number: self.number + 1, ..self }
        }
    }

    #[must_use]
    pub fn previous(self) -> Self {
        if self.number == 1 {
            Self { year: self.year - 1, number: 4 }
        } else {
            Self { number: self.number - 1, ..self }
        }
    }

    /// The same quarter of the year before.
    #[must_use]
    pub fn a_year_earlier(self) -> Self {
        Self { year: self.year - 1, ..self }
    }

    /// As people say it: `derde kwartaal 2026`.
    pub fn name(self) -> String {
        let ordinal = ["eerste", "tweede", "derde", "vierde"][usize::from(self.number - 1)];
        format!("{ordinal} kwartaal {}", self.year)
    }
}

/// As it is written in addresses and files: `2026-3`.
impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{}", self.year, self.number))
    }
}

impl FromStr for Quarter {
    type Err = QuarterError;

    fn from_str(text: &str) -> Result<Self, QuarterError> {
        let (year, number) = text.trim().split_once('-').ok_or(QuarterError)?;
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(number, 1) {
            return Err(QuarterError);
        }
        let parsed = year.parse().ok().zip(number.parse().ok());
        parsed.and_then(|(year, number)| Self::new(year, number)).ok_or(QuarterError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::day;

    #[test]
    fn a_quarter_has_its_first_and_last_day_and_no_other() {
        for (text, first, last) in [
            ("2026-1", "2026-01-01", "2026-03-31"),
            ("2024-2", "2024-04-01", "2024-06-30"),
            ("2026-3", "2026-07-01", "2026-09-30"),
            ("2026-4", "2026-10-01", "2026-12-31"),
        ] {
            let quarter: Quarter = text.parse().expect(text);
            assert_eq!((quarter.first_day(), quarter.last_day()), (day(first), day(last)), "{text}");
            assert_eq!(quarter.to_string(), text);
            assert!(quarter.contains(day(first)) && quarter.contains(day(last)));
            assert!(!quarter.contains(day(first).pred_opt().expect("a day")));
            assert!(!quarter.contains(day(last).succ_opt().expect("a day")));
            assert_eq!((Quarter::of(day(first)), Quarter::of(day(last))), (quarter, quarter));
            assert_eq!(quarter.next().previous(), quarter);
        }
    }

    #[test]
    fn quarters_go_over_the_turn_of_the_year() {
        let quarter = |text: &str| text.parse::<Quarter>().expect("a quarter");
        assert_eq!(quarter("2026-1").previous(), quarter("2025-4"));
        assert_eq!(quarter("2025-4").next(), quarter("2026-1"));
        assert_eq!(quarter("2026-3").a_year_earlier(), quarter("2025-3"));
        assert_eq!(quarter("2026-2").name(), "tweede kwartaal 2026");
        assert!(quarter("2025-4") < quarter("2026-1"));
    }

    #[test]
    fn what_is_not_a_quarter_is_refused() {
        for text in
            ["", "2026", "2026-0", "2026-5", "26-1", "2026-01", "1999-1", "2200-1", "2026-x", "+026-1"]
        {
            assert_eq!(text.parse::<Quarter>(), Err(QuarterError), "{text}");
        }
    }

    #[test]
    fn a_day_out_of_all_years_falls_in_the_nearest_quarter() {
        assert_eq!(Quarter::of(day("1999-12-31")).to_string(), "2000-1");
        assert_eq!(Quarter::of(day("2200-01-01")).to_string(), "2199-4");
    }
}
