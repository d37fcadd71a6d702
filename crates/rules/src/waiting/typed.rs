//! Kort typen: how a birth and a day are written on a form that is filled in by keyboard all day.

use chrono::{Datelike, NaiveDate};
use thiserror::Error;

/// Why a short text is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum TypedError {
    /// Neither a year with a quarter nor an age.
    #[error("vul jaar en kwartaal in, bijvoorbeeld 2014-2, of de leeftijd, bijvoorbeeld 11")]
    Birth,
    /// Not a day.
    #[error("vul een dag in, bijvoorbeeld 1-10 of 1-10-2026")]
    Day,
}

/// Geboren: a year with a quarter, or an age in years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypedBirth {
    /// Year and quarter, not checked yet.
    Quarter(i32, u8),
    /// Age, not checked yet.
    Age(u8),
}

/// Reads `2014-2`, `2014 k2`, `2-2014` and `20142` as a quarter, and `11` as an age.
pub fn birth(text: &str) -> Result<TypedBirth, TypedError> {
    let text = text.trim().to_ascii_lowercase();
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let only_known =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | ' ' | 'k' | 'q'));
    let number = |part: &str| part.parse::<i32>().map_err(|_| TypedError::Birth);
    let quarter = |year: &str, quarter: &str| {
        Ok(TypedBirth::Quarter(number(year)?, u8::try_from(number(quarter)?).map_err(|_| TypedError::Birth)?))
    };
    match parts.as_slice() {
        _ if !only_known => Err(TypedError::Birth),
        [year, number] | [number, year] if year.len() == 4 && number.len() == 1 => quarter(year, number),
        [both] if both.len() == 5 => quarter(&both[..4], &both[4..]),
        [age] if age.len() <= 2 => age.parse().map(TypedBirth::Age).map_err(|_| TypedError::Birth),
        _ => Err(TypedError::Birth),
    }
}

/// Reads `1-10`, `0110`, `1-10-26`, `1-10-2026`, `01102026` and `2026-10-01`. Without a year it is the last time that
/// day came by: what is filled in here has happened.
pub fn day(text: &str, today: NaiveDate) -> Result<NaiveDate, TypedError> {
    let text = text.trim();
    if text.chars().any(|c| !c.is_ascii_digit() && !matches!(c, '-' | '/' | '.' | ' ')) {
        return Err(TypedError::Day);
    }
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let number = |part: &str| part.parse::<u32>().map_err(|_| TypedError::Day);
    let dated = |day: &str, month: &str, year: i32| {
        NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).ok_or(TypedError::Day)
    };
    let year = |part: &str| match (part.len(), part.parse::<i32>()) {
        (2, Ok(year)) => Ok(2000 + year),
        (4, Ok(year)) if (1990..=2100).contains(&year) => Ok(year),
        _ => Err(TypedError::Day),
    };
    let last = |day: &str, month: &str| {
        let this_year = dated(day, month, today.year());
        match this_year {
            Ok(found) if found <= today => Ok(found),
            _ => dated(day, month, today.year() - 1),
        }
    };
    match parts.as_slice() {
        [year_first, month, day] if year_first.len() == 4 => dated(day, month, year(year_first)?),
        [day, month, at_end] => dated(day, month, year(at_end)?),
        [day, month] => last(day, month),
        [four] if four.len() == 4 => last(&four[..2], &four[2..]),
        [six] if six.len() == 6 => dated(&six[..2], &six[2..4], year(&six[4..])?),
        [eight] if eight.len() == 8 => dated(&eight[..2], &eight[2..4], year(&eight[4..])?),
        _ => Err(TypedError::Day),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_day, today};

    #[test]
    fn births_are_short() {
        for (text, expected) in [
            ("2014-2", Ok(TypedBirth::Quarter(2014, 2))),
            (" 2014 K2 ", Ok(TypedBirth::Quarter(2014, 2))),
            ("2/2014", Ok(TypedBirth::Quarter(2014, 2))),
            ("20142", Ok(TypedBirth::Quarter(2014, 2))),
            ("2014-5", Ok(TypedBirth::Quarter(2014, 5))),
            ("11", Ok(TypedBirth::Age(11))),
            ("0", Ok(TypedBirth::Age(0))),
            ("", Err(TypedError::Birth)),
            ("2014", Err(TypedError::Birth)),
            ("12-03-2014", Err(TypedError::Birth)),
            ("2014-02", Err(TypedError::Birth)),
            ("elf", Err(TypedError::Birth)),
            ("11 jaar", Err(TypedError::Birth)),
        ] {
            assert_eq!(birth(text), expected, "{text}");
        }
    }

    #[test]
    fn days_are_short_and_lie_in_the_past() {
        // Today is 2 March 2026.
        let date = |text: &str| Ok(text.parse().unwrap());
        for (text, expected) in [
            ("2-3", date("2026-03-02")),
            ("3-3", date("2025-03-03")),
            ("0110", date("2025-10-01")),
            ("1.10.25", date("2025-10-01")),
            ("1-10-2025", date("2025-10-01")),
            ("01102025", date("2025-10-01")),
            ("011025", date("2025-10-01")),
            ("2025-10-01", date("2025-10-01")),
            ("29-2", Err(TypedError::Day)),
            ("31-4-2025", Err(TypedError::Day)),
            ("1-10-1889", Err(TypedError::Day)),
            ("1 oktober", Err(TypedError::Day)),
            ("", Err(TypedError::Day)),
            ("1", Err(TypedError::Day)),
        ] {
            assert_eq!(day(text, today()), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_anything_is_safe(text in "\\PC{0,12}") {
            let _ = birth(&text);
            let _ = day(&text, today());
        }

        #[test]
        fn every_day_is_read_back(on in any_day()) {
            for format in ["%d-%m-%Y", "%d%m%Y", "%Y-%m-%d"] {
                prop_assert_eq!(day(&on.format(format).to_string(), today()), Ok(on));
            }
        }

        #[test]
        fn without_a_year_it_has_happened(day_of_month in 1_u32..=28, month in 1_u32..=12) {
            let read = day(&format!("{day_of_month}-{month}"), today()).unwrap();
            prop_assert!(read <= today() && (today() - read).num_days() < 366);
        }
    }
}
