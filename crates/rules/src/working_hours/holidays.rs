//! Feestdagen: the days on which Dutch desks are closed by law or by custom.

use chrono::{Datelike, Days, NaiveDate, Weekday};

coded_enum! {
    /// Bevrijdingsdag: when 5 May is a day off. The law names the day every year; collective agreements differ.
    pub enum LiberationDay {
        /// Every year.
        EveryYear = "elk-jaar", "Elk jaar";
        /// Once in five years: 2025, 2030.
        EveryFiveYears = "lustrum", "Eens in de vijf jaar";
        /// Never.
        Never = "nooit", "Nooit";
    }
}

coded_enum! {
    /// Feestdag.
    pub enum Holiday {
        /// 1 January.
        NewYear = "nieuwjaarsdag", "Nieuwjaarsdag";
        /// The Friday before Easter, when the region keeps it.
        GoodFriday = "goede-vrijdag", "Goede Vrijdag";
        /// Easter Sunday.
        Easter = "eerste-paasdag", "Eerste paasdag";
        /// Easter Monday.
        EasterMonday = "tweede-paasdag", "Tweede paasdag";
        /// 27 April, or the day before when that is a Sunday.
        KingsDay = "koningsdag", "Koningsdag";
        /// 5 May, when the region keeps it.
        LiberationDay = "bevrijdingsdag", "Bevrijdingsdag";
        /// The Thursday 39 days after Easter.
        Ascension = "hemelvaartsdag", "Hemelvaartsdag";
        /// Whit Sunday.
        Pentecost = "eerste-pinksterdag", "Eerste pinksterdag";
        /// Whit Monday.
        PentecostMonday = "tweede-pinksterdag", "Tweede pinksterdag";
        /// 25 December.
        Christmas = "eerste-kerstdag", "Eerste kerstdag";
        /// 26 December.
        BoxingDay = "tweede-kerstdag", "Tweede kerstdag";
    }
}

/// Which of the days that are not a day off everywhere a region keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HolidayChoice {
    /// When 5 May is a day off.
    pub liberation_day: LiberationDay,
    /// Whether Good Friday is a day off. The law puts it on a par with the others, most offices are open.
    pub good_friday: bool,
}

impl Default for HolidayChoice {
    /// Liberation Day once in five years, Good Friday not.
    fn default() -> Self {
        Self { liberation_day: LiberationDay::EveryFiveYears, good_friday: false }
    }
}

/// The holiday on this day, if it is one (Algemene termijnenwet, article 3).
///
/// When two fall together, as King's Day and Easter Monday can, the fixed date is named.
pub fn holiday_on(day: NaiveDate, choice: HolidayChoice) -> Option<Holiday> {
    match (day.month(), day.day()) {
        (1, 1) => return Some(Holiday::NewYear),
        (4, 26 | 27) if day == kings_day(day.year())? => return Some(Holiday::KingsDay),
        (5, 5) if keeps_liberation_day(day.year(), choice.liberation_day) => {
            return Some(Holiday::LiberationDay);
        }
        (12, 25) => return Some(Holiday::Christmas),
        (12, 26) => return Some(Holiday::BoxingDay),
        // Everything that moves with Easter lies between 20 March and 14 June.
        (3..=6, _) => {}
        _ => return None,
    }
    match (day - easter(day.year())?).num_days() {
        -2 if choice.good_friday => Some(Holiday::GoodFriday),
        0 => Some(Holiday::Easter),
        1 => Some(Holiday::EasterMonday),
        39 => Some(Holiday::Ascension),
        49 => Some(Holiday::Pentecost),
        50 => Some(Holiday::PentecostMonday),
        _ => None,
    }
}

/// Koningsdag since 2014: the birthday of the king, and never on a Sunday.
fn kings_day(year: i32) -> Option<NaiveDate> {
    let birthday = NaiveDate::from_ymd_opt(year, 4, 27)?;
    if birthday.weekday() == Weekday::Sun { birthday.checked_sub_days(Days::new(1)) } else { Some(birthday) }
}

const fn keeps_liberation_day(year: i32, rule: LiberationDay) -> bool {
    match rule {
        LiberationDay::EveryYear => true,
        LiberationDay::EveryFiveYears => year.rem_euclid(5) == 0,
        LiberationDay::Never => false,
    }
}

/// Eerste paasdag: the Sunday after the first full moon of spring by the tables of the Gregorian calendar.
///
/// The method was published without a name in Nature of 20 April 1876, and holds for every Gregorian year. Its
/// steps: the place of the year in the cycle of the moon (`golden`), the corrections per century, the age of the
/// moon (`epact`), and the days from there to a Sunday.
pub fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let moon_correction = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - moon_correction + 15).rem_euclid(30);
    let to_sunday =
        (32 + 2 * century.rem_euclid(4) + 2 * (of_century / 4) - epact - of_century % 4).rem_euclid(7);
    let exception = (golden + 11 * epact + 22 * to_sunday).div_euclid(451);
    let days = epact + to_sunday - 7 * exception + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(days / 31).ok()?, u32::try_from(days % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_day, day};

    const ALL: HolidayChoice = HolidayChoice { liberation_day: LiberationDay::EveryYear, good_friday: true };

    fn holidays(year: i32, choice: HolidayChoice) -> Vec<String> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        first
            .iter_days()
            .take_while(|day| day.year() == year)
            .filter(|day| holiday_on(*day, choice).is_some())
            .map(|day| day.format("%m-%d").to_string())
            .collect()
    }

    #[test]
    fn easter_of_known_years() {
        for text in [
            "1818-03-22",
            "1943-04-25",
            "1954-04-18",
            "1981-04-19",
            "2000-04-23",
            "2008-03-23",
            "2011-04-24",
            "2019-04-21",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2028-04-16",
            "2029-04-01",
            "2030-04-21",
            "2038-04-25",
            "2049-04-18",
            "2076-04-19",
            "2285-03-22",
        ] {
            assert_eq!(easter(day(text).year()), Some(day(text)), "{text}");
        }
    }

    /// The days of twenty-one years as others give them: the calendar of the Netherlands in version 0.109 of the package
    /// `holidays` of the Python Package Index, with Good Friday and with Liberation Day once in five years.
    #[test]
    fn the_days_of_2020_to_2040_are_those_that_others_publish() {
        let choice = HolidayChoice { liberation_day: LiberationDay::EveryFiveYears, good_friday: true };
        for (year, days) in [
            (2020, "01-01 04-10 04-12 04-13 04-27 05-05 05-21 05-31 06-01 12-25 12-26"),
            (2021, "01-01 04-02 04-04 04-05 04-27 05-13 05-23 05-24 12-25 12-26"),
            (2022, "01-01 04-15 04-17 04-18 04-27 05-26 06-05 06-06 12-25 12-26"),
            (2023, "01-01 04-07 04-09 04-10 04-27 05-18 05-28 05-29 12-25 12-26"),
            (2024, "01-01 03-29 03-31 04-01 04-27 05-09 05-19 05-20 12-25 12-26"),
            (2025, "01-01 04-18 04-20 04-21 04-26 05-05 05-29 06-08 06-09 12-25 12-26"),
            (2026, "01-01 04-03 04-05 04-06 04-27 05-14 05-24 05-25 12-25 12-26"),
            (2027, "01-01 03-26 03-28 03-29 04-27 05-06 05-16 05-17 12-25 12-26"),
            (2028, "01-01 04-14 04-16 04-17 04-27 05-25 06-04 06-05 12-25 12-26"),
            (2029, "01-01 03-30 04-01 04-02 04-27 05-10 05-20 05-21 12-25 12-26"),
            (2030, "01-01 04-19 04-21 04-22 04-27 05-05 05-30 06-09 06-10 12-25 12-26"),
            (2031, "01-01 04-11 04-13 04-14 04-26 05-22 06-01 06-02 12-25 12-26"),
            (2032, "01-01 03-26 03-28 03-29 04-27 05-06 05-16 05-17 12-25 12-26"),
            (2033, "01-01 04-15 04-17 04-18 04-27 05-26 06-05 06-06 12-25 12-26"),
            (2034, "01-01 04-07 04-09 04-10 04-27 05-18 05-28 05-29 12-25 12-26"),
            (2035, "01-01 03-23 03-25 03-26 04-27 05-03 05-05 05-13 05-14 12-25 12-26"),
            (2036, "01-01 04-11 04-13 04-14 04-26 05-22 06-01 06-02 12-25 12-26"),
            (2037, "01-01 04-03 04-05 04-06 04-27 05-14 05-24 05-25 12-25 12-26"),
            (2038, "01-01 04-23 04-25 04-26 04-27 06-03 06-13 06-14 12-25 12-26"),
            (2039, "01-01 04-08 04-10 04-11 04-27 05-19 05-29 05-30 12-25 12-26"),
            (2040, "01-01 03-30 04-01 04-02 04-27 05-05 05-10 05-20 05-21 12-25 12-26"),
        ] {
            assert_eq!(holidays(year, choice).join(" "), days, "{year}");
            // Good Friday is the one day more.
            assert_eq!(
                holidays(year, HolidayChoice::default()).len() + 1,
                holidays(year, choice).len(),
                "{year}"
            );
        }
    }

    #[test]
    fn a_region_chooses_liberation_day_and_good_friday() {
        for (date, liberation_day, good_friday, expected) in [
            ("2026-05-05", LiberationDay::EveryYear, false, Some(Holiday::LiberationDay)),
            ("2026-05-05", LiberationDay::EveryFiveYears, false, None),
            ("2025-05-05", LiberationDay::EveryFiveYears, false, Some(Holiday::LiberationDay)),
            ("2025-05-05", LiberationDay::Never, false, None),
            ("2026-04-03", LiberationDay::Never, true, Some(Holiday::GoodFriday)),
            ("2026-04-03", LiberationDay::Never, false, None),
        ] {
            let choice = HolidayChoice { liberation_day, good_friday };
            assert_eq!(holiday_on(day(date), choice), expected, "{date} {liberation_day}");
        }
    }

    #[test]
    fn kings_day_is_not_on_a_sunday() {
        for (date, expected) in [
            ("2025-04-26", Some(Holiday::KingsDay)),
            ("2025-04-27", None),
            ("2026-04-27", Some(Holiday::KingsDay)),
            ("2026-04-26", None),
            ("2031-04-26", Some(Holiday::KingsDay)),
        ] {
            assert_eq!(holiday_on(day(date), HolidayChoice::default()), expected, "{date}");
        }
    }

    #[test]
    fn ascension_can_be_liberation_day() {
        // In 2016 Ascension fell on 5 May, and is a day off for those who do not keep Liberation Day as well.
        let never = HolidayChoice { liberation_day: LiberationDay::Never, good_friday: false };
        assert_eq!(holiday_on(day("2016-05-05"), never), Some(Holiday::Ascension));
        assert_eq!(holiday_on(day("2016-05-05"), ALL), Some(Holiday::LiberationDay));
    }

    proptest! {
        #[test]
        fn easter_is_a_sunday_from_22_march_to_25_april(year in 1583_i32..9999) {
            let Some(sunday) = easter(year) else { panic!("no Easter in {year}") };
            prop_assert_eq!(sunday.weekday(), Weekday::Sun);
            let within = (3, 22)..=(4, 25);
            prop_assert!(within.contains(&(sunday.month(), sunday.day())));
        }

        #[test]
        fn whoever_keeps_more_is_closed_more(on in any_day()) {
            let fewest = HolidayChoice { liberation_day: LiberationDay::Never, good_friday: false };
            prop_assert!(holiday_on(on, fewest).is_none() || holiday_on(on, ALL).is_some());
            let differ = holiday_on(on, fewest).is_none() && holiday_on(on, ALL).is_some();
            prop_assert!(!differ || (on.month(), on.day()) == (5, 5) || on.weekday() == Weekday::Fri);
        }
    }
}
