//! Hoe oud: when a child was born, as coarsely as is needed to find it a place.

use chrono::{Datelike, Days, Months, NaiveDate};
use thiserror::Error;

/// From this age the toegang plans for the years after 18: the perspectiefplan for the coming two years is due.
pub const PLAN_FROM_AGE: u8 = 16;

/// The age at which the Jeugdwet ends (article 1.1), but for what may go on.
pub const ADULT_AGE: u8 = 18;

/// From how long before the 18th birthday care after it must be arranged.
pub const ADULT_SOON: Months = Months::new(6);

/// The age at which what goes on past 18 ends too.
pub const LATEST_AGE: u8 = 23;

/// Why a time of birth cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum BirthError {
    /// A quarter is 1 to 4.
    #[error("kies een kwartaal van 1 tot en met 4")]
    Quarter,
    /// Not born yet.
    #[error("dit kwartaal moet nog komen")]
    InFuture,
    /// Too old for youth care.
    #[error("jeugdhulp is er hooguit tot 23 jaar")]
    TooOld,
}

/// Geboortekwartaal: year and quarter of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BirthQuarter {
    year: i32,
    quarter: u8,
}

impl BirthQuarter {
    /// The quarter, 1 to 4, of this year, seen from `today`.
    pub fn new(year: i32, quarter: u8, today: NaiveDate) -> Result<Self, BirthError> {
        let born = Self { year, quarter };
        if !(1..=4).contains(&quarter) {
            Err(BirthError::Quarter)
        } else if year > today.year() || born.first_day() > today {
            Err(BirthError::InFuture)
        } else if year < 1900 || full_years(born.last_day(), today) >= LATEST_AGE {
            Err(BirthError::TooOld)
        } else {
            Ok(born)
        }
    }

    /// The quarter as it was stored, by when it was checked: who was young enough then may be too old now.
    pub const fn restore(year: i32, quarter: u8) -> Result<Self, BirthError> {
        if matches!(quarter, 1..=4) { Ok(Self { year, quarter }) } else { Err(BirthError::Quarter) }
    }

    /// The year.
    pub const fn year(self) -> i32 {
        self.year
    }

    /// The quarter, 1 to 4.
    pub const fn quarter(self) -> u8 {
        self.quarter
    }

    fn first_day(self) -> NaiveDate {
        let month = u32::from(self.quarter) * 3 - 2;
        NaiveDate::from_ymd_opt(self.year, month, 1).unwrap_or(NaiveDate::MIN)
    }

    fn last_day(self) -> NaiveDate {
        self.first_day() + Months::new(3) - Days::new(1)
    }
}

/// Geboren: year and quarter, or how old the child was on a day. Never a date of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Birth {
    /// Year and quarter.
    Quarter(BirthQuarter),
    /// Age in years on a day, usually that of the registration.
    Age {
        /// Full years.
        years: u8,
        /// The day on which the child had this age.
        on: NaiveDate,
    },
}

impl Birth {
    /// The first and the last day on which the child can have been born.
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Quarter(quarter) => (quarter.first_day(), quarter.last_day()),
            Self::Age { years, on } => {
                let back =
                    |years: u8| on.checked_sub_months(Months::new(u32::from(years) * 12)).unwrap_or(on);
                (back(years.saturating_add(1)) + Days::new(1), back(years))
            }
        }
    }

    /// The ages the child can have on this day: the same twice, except around its birthday.
    pub fn possible_ages(self, day: NaiveDate) -> (u8, u8) {
        let (first, last) = self.days();
        (full_years(last, day), full_years(first, day))
    }

    /// The age to count with and to show. The birthday is taken to be in the middle of what is possible, which is at
    /// most half a quarter off when the quarter is known.
    ///
    /// All children of one quarter thus turn a year older on the same day, so a list that shows ages says nothing about
    /// a birthday.
    pub fn age_on(self, day: NaiveDate) -> u8 {
        let (first, last) = self.days();
        full_years(first + (last - first) / 2, day)
    }

    /// The last age on the way to adulthood that the child has reached on this day, and when it did. Counted as
    /// [`Self::coming_of_age`] counts.
    pub fn age_milestone(self, day: NaiveDate) -> Option<(AgeMilestone, NaiveDate)> {
        let (first, _) = self.days();
        let reached =
            |milestone: AgeMilestone| first.checked_add_months(milestone.months()).map(|on| (milestone, on));
        AgeMilestone::ALL.iter().rev().filter_map(|one| reached(*one)).find(|(_, on)| *on <= day)
    }

    /// What becoming an adult means for the child on this day. Counted from the earliest possible birthday: a signal
    /// that is early does no harm.
    pub fn coming_of_age(self, day: NaiveDate, goes_on: bool) -> ComingOfAge {
        let (first, _) = self.days();
        let turns =
            |age: u8| first.checked_add_months(Months::new(u32::from(age) * 12)).unwrap_or(NaiveDate::MAX);
        let age = full_years(first, day);
        if age < PLAN_FROM_AGE {
            ComingOfAge::NotYet
        } else if age < ADULT_AGE {
            ComingOfAge::PlanDue { adult_on: turns(ADULT_AGE) }
        } else if age < LATEST_AGE && goes_on {
            ComingOfAge::GoesOn { until: turns(LATEST_AGE) }
        } else {
            ComingOfAge::TooOld
        }
    }
}

coded_enum! {
    /// Mijlpaal op weg naar 18: an age of which the toegang is told, youngest first.
    pub enum AgeMilestone {
        /// The perspectiefplan is due.
        PlanDue = "16", "Is nu ongeveer 16: er hoort een perspectiefplan voor de komende twee jaar te zijn";
        /// What follows after the 18th birthday must be arranged.
        AdultSoon = "17-half", "Wordt binnen een half jaar 18: regel nu de zorg voor daarna";
        /// The Jeugdwet ends, but for what may go on.
        Adult = "18", "Is nu ongeveer 18";
    }
}

impl AgeMilestone {
    /// How old the child is then.
    fn months(self) -> Months {
        let years = |years: u8| u32::from(years) * 12;
        Months::new(match self {
            Self::PlanDue => years(PLAN_FROM_AGE),
            Self::AdultSoon => years(ADULT_AGE) - ADULT_SOON.as_u32(),
            Self::Adult => years(ADULT_AGE),
        })
    }

    /// What it means, for a child whose product may go on after 18 or not.
    pub const fn meaning(self, goes_on: bool) -> &'static str {
        match (self, goes_on) {
            (Self::Adult, true) => {
                "Is nu ongeveer 18: deze zorg kan doorgaan tot 23 als dat in het plan staat"
            }
            (Self::Adult, false) => "Is nu ongeveer 18: de jeugdhulp stopt, kijk welke zorg volgt",
            _ => self.name(),
        }
    }
}

/// Bijna volwassen: what becoming an adult means for a waiting child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComingOfAge {
    /// Younger than 16.
    NotYet,
    /// 16 or 17: the perspectiefplan for the coming two years is due.
    PlanDue {
        /// The earliest day on which the child turns 18.
        adult_on: NaiveDate,
    },
    /// 18 or older, and the product may go on: foster care, extended youth care, youth probation.
    GoesOn {
        /// The earliest day on which it ends.
        until: NaiveDate,
    },
    /// Too old for the product.
    TooOld,
}

fn full_years(born: NaiveDate, day: NaiveDate) -> u8 {
    day.years_since(born).map_or(0, |years| u8::try_from(years).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_day, day, today};

    fn quarter(year: i32, quarter: u8) -> Birth {
        Birth::Quarter(BirthQuarter::new(year, quarter, today()).unwrap())
    }

    #[test]
    fn the_last_age_that_was_reached_is_told() {
        // Born from 1 January until 31 March 2010.
        let born = quarter(2010, 1);
        for (on, expected) in [
            ("2025-12-31", None),
            ("2026-01-01", Some((AgeMilestone::PlanDue, "2026-01-01"))),
            ("2027-06-30", Some((AgeMilestone::PlanDue, "2026-01-01"))),
            ("2027-07-01", Some((AgeMilestone::AdultSoon, "2027-07-01"))),
            ("2027-12-31", Some((AgeMilestone::AdultSoon, "2027-07-01"))),
            ("2028-01-01", Some((AgeMilestone::Adult, "2028-01-01"))),
        ] {
            assert_eq!(
                born.age_milestone(day(on)),
                expected.map(|(one, reached)| (one, day(reached))),
                "{on}"
            );
        }
        assert_ne!(AgeMilestone::Adult.meaning(true), AgeMilestone::Adult.meaning(false));
    }

    #[test]
    fn a_quarter_lies_in_the_past_and_within_youth_care() {
        for (year, number, expected) in [
            (2014, 0, Err(BirthError::Quarter)),
            (2014, 5, Err(BirthError::Quarter)),
            (2014, 4, Ok((2014, 4))),
            (2026, 1, Ok((2026, 1))),
            (2026, 2, Err(BirthError::InFuture)),
            (i32::MAX, 1, Err(BirthError::InFuture)),
            (2003, 1, Ok((2003, 1))),
            (2002, 4, Err(BirthError::TooOld)),
            (i32::MIN, 1, Err(BirthError::TooOld)),
        ] {
            let born = BirthQuarter::new(year, number, today());
            assert_eq!(born.map(|born| (born.year(), born.quarter())), expected, "{year} {number}");
        }
    }

    #[test]
    fn what_was_stored_is_read_back_at_any_age() {
        let old = BirthQuarter::restore(1980, 3).unwrap();
        assert_eq!((old.year(), old.quarter()), (1980, 3));
        assert_eq!(BirthQuarter::restore(2014, 0), Err(BirthError::Quarter));
        assert_eq!(BirthQuarter::restore(2014, 5), Err(BirthError::Quarter));
    }

    #[test]
    fn ages_turn_in_the_middle_of_the_quarter() {
        for (on, age, possible) in [
            ("2026-03-31", 11, (11, 11)),
            ("2026-04-01", 11, (11, 12)),
            ("2026-05-15", 11, (11, 12)),
            ("2026-05-16", 12, (11, 12)),
            ("2026-06-29", 12, (11, 12)),
            ("2026-06-30", 12, (12, 12)),
        ] {
            let born = quarter(2014, 2);
            assert_eq!((born.age_on(day(on)), born.possible_ages(day(on))), (age, possible), "{on}");
        }
    }

    #[test]
    fn an_age_grows_with_the_years() {
        let born = Birth::Age { years: 11, on: day("2026-03-02") };
        assert_eq!(born.days(), (day("2014-03-03"), day("2015-03-02")));
        for (on, age, possible) in [
            ("2026-03-02", 11, (11, 11)),
            ("2026-03-03", 11, (11, 12)),
            ("2026-08-31", 11, (11, 12)),
            ("2026-09-01", 12, (11, 12)),
            ("2027-03-02", 12, (12, 12)),
        ] {
            assert_eq!((born.age_on(day(on)), born.possible_ages(day(on))), (age, possible), "{on}");
        }
    }

    #[test]
    fn adulthood_is_signalled_two_years_ahead() {
        let born = quarter(2010, 1);
        for (on, goes_on, expected) in [
            ("2025-12-31", false, ComingOfAge::NotYet),
            ("2026-01-01", false, ComingOfAge::PlanDue { adult_on: day("2028-01-01") }),
            ("2027-12-31", true, ComingOfAge::PlanDue { adult_on: day("2028-01-01") }),
            ("2028-01-01", false, ComingOfAge::TooOld),
            ("2028-01-01", true, ComingOfAge::GoesOn { until: day("2033-01-01") }),
            ("2033-01-01", true, ComingOfAge::TooOld),
        ] {
            assert_eq!(born.coming_of_age(day(on), goes_on), expected, "{on} {goes_on}");
        }
    }

    fn any_birth() -> impl Strategy<Value = Birth> {
        prop_oneof![
            (2004_i32..2026, 1_u8..=4).prop_map(|(year, number)| quarter(year, number)),
            (0_u8..=22, any_day()).prop_map(|(years, on)| Birth::Age { years, on }),
        ]
    }

    proptest! {
        #[test]
        fn the_age_is_one_of_those_possible(born in any_birth(), on in any_day()) {
            let (low, high) = born.possible_ages(on);
            prop_assert!(low <= high && high - low <= 1);
            prop_assert!((low..=high).contains(&born.age_on(on)));
        }

        #[test]
        fn nobody_gets_younger(born in any_birth(), on in any_day(), later in 0_u64..2000) {
            let then = on + Days::new(later);
            prop_assert!(born.age_on(on) <= born.age_on(then));
            prop_assert!(born.coming_of_age(on, true) <= born.coming_of_age(then, true));
        }

        #[test]
        fn every_real_birthday_gives_a_possible_age(born in any_day(), later in 0_u64..3000) {
            let on = born + Days::new(later);
            let number = u8::try_from(born.month0() / 3 + 1).unwrap();
            let coarse = Birth::Quarter(BirthQuarter::new(born.year(), number, on).unwrap());
            let (low, high) = coarse.possible_ages(on);
            prop_assert!((low..=high).contains(&full_years(born, on)));
        }
    }
}
