use chrono::Days;
use proptest::prelude::*;

use super::*;
use crate::testing::{any_day, day};

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap_or_else(|_| panic!("not a moment: {text}"))
}

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M:%S").unwrap_or_else(|_| panic!("not a time: {text}"))
}

fn any_moment() -> impl Strategy<Value = NaiveDateTime> {
    (any_day(), 0_i64..86_400)
        .prop_map(|(day, second)| day.and_time(NaiveTime::MIN) + TimeDelta::seconds(second))
}

/// Opening hours of all kinds, closed on some days in a row.
fn any_hours() -> impl Strategy<Value = OpeningHours> {
    let days = prop::sample::subsequence(
        vec![
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ],
        1..=7,
    );
    (0_i64..1000, 1_i64..400, days, any_day(), 0_u64..10).prop_map(|(opens, length, days, closed, count)| {
        let minute = |minute: i64| NaiveTime::MIN + TimeDelta::minutes(minute);
        let hours = OpeningHours::new(minute(opens), minute(opens + length), &days, HolidayChoice::default())
            .unwrap();
        hours.closed_on((0..count).map(|more| closed + Days::new(more)))
    })
}

#[test]
fn hours_are_checked() {
    let new = |opens: &str, closes: &str, days: &[Weekday]| {
        OpeningHours::new(time(opens), time(closes), days, HolidayChoice::default())
    };
    let week = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    assert_eq!(new("09:00:00", "17:00:00", &week), Ok(OpeningHours::office()));
    assert_eq!(new("17:00:00", "09:00:00", &week), Err(OpeningHoursError::Reversed));
    assert_eq!(new("09:00:00", "09:00:00", &week), Err(OpeningHoursError::Reversed));
    assert_eq!(new("09:00:00", "17:00:00", &[]), Err(OpeningHoursError::NoDays));
    assert_eq!(new("09:00:30", "17:00:00", &week), Err(OpeningHoursError::NotWholeMinutes));
    assert_eq!(new("09:00:00", "17:00:01", &week), Err(OpeningHoursError::NotWholeMinutes));
}

#[test]
fn a_desk_is_open_within_its_hours_on_working_days() {
    for (moment, open) in [
        ("2026-03-02 08:59", false),
        ("2026-03-02 09:00", true),
        ("2026-03-02 16:59", true),
        ("2026-03-02 17:00", false),
        ("2026-02-28 12:00", false), // Saturday
        ("2026-03-01 12:00", false), // Sunday
        ("2026-04-06 12:00", false), // Easter Monday
        ("2026-04-27 12:00", false), // King's Day
        ("2025-04-26 12:00", false), // King's Day, moved to a Saturday
        ("2025-04-28 12:00", true),
        ("2026-05-05 12:00", true), // No lustrum
        ("2030-05-06 12:00", true),
        ("2026-05-15 12:00", true), // The Friday after Ascension
        ("2024-12-31 12:00", true),
    ] {
        assert_eq!(OpeningHours::office().is_open(at(moment)), open, "{moment}");
    }
    let bridged = OpeningHours::office().closed_on([day("2026-05-15")]);
    assert!(!bridged.is_open(at("2026-05-15 12:00")));
    assert!(bridged.is_open(at("2026-05-18 12:00")));
}

#[test]
fn the_next_opening() {
    for (moment, next) in [
        ("2026-03-02 11:00", "2026-03-02 11:00"),
        ("2026-03-02 07:30", "2026-03-02 09:00"),
        ("2026-03-02 17:00", "2026-03-03 09:00"),
        ("2026-03-06 23:00", "2026-03-09 09:00"),
        ("2026-04-02 17:00", "2026-04-03 09:00"), // Good Friday is not kept
        ("2026-04-03 18:00", "2026-04-07 09:00"), // over Easter
        ("2026-12-24 17:30", "2026-12-28 09:00"),
        ("2027-12-31 17:30", "2028-01-03 09:00"),
    ] {
        assert_eq!(OpeningHours::office().next_open(at(moment)), at(next), "{moment}");
    }
}

#[test]
fn deadlines_on_real_days() {
    for (start, term, deadline) in [
        ("2026-03-02 09:00", WorkingTime::hours(8), "2026-03-02 17:00"),
        ("2026-03-02 09:00", WorkingTime::Minutes(481), "2026-03-03 09:01"),
        ("2026-03-02 15:00", WorkingTime::hours(4), "2026-03-03 11:00"),
        ("2026-03-03 11:00", WorkingTime::Days(1), "2026-03-04 11:00"),
        ("2026-03-06 16:00", WorkingTime::hours(2), "2026-03-09 10:00"),
        ("2026-03-07 12:00", WorkingTime::hours(2), "2026-03-09 11:00"), // asked on a Saturday
        ("2026-03-02 20:00", WorkingTime::hours(2), "2026-03-03 11:00"),
        ("2026-03-02 06:00", WorkingTime::hours(2), "2026-03-02 11:00"),
        ("2026-03-02 17:00", WorkingTime::Minutes(0), "2026-03-02 17:00"),
        ("2026-03-02 17:30", WorkingTime::Minutes(0), "2026-03-03 09:00"),
        // The nights in which the clock changes.
        ("2026-03-27 16:00", WorkingTime::hours(2), "2026-03-30 10:00"),
        ("2026-10-23 16:00", WorkingTime::hours(2), "2026-10-26 10:00"),
        // Easter, Ascension and Pentecost, Christmas, the end of the year.
        ("2024-03-29 16:00", WorkingTime::hours(2), "2024-04-02 10:00"),
        ("2025-04-17 13:00", WorkingTime::Days(2), "2025-04-22 13:00"),
        ("2026-05-13 16:00", WorkingTime::hours(2), "2026-05-15 10:00"),
        ("2027-05-14 12:00", WorkingTime::Days(1), "2027-05-18 12:00"),
        ("2028-12-22 12:00", WorkingTime::Days(2), "2028-12-28 12:00"),
        ("2029-12-31 16:00", WorkingTime::hours(3), "2030-01-02 11:00"),
        ("2030-05-03 16:00", WorkingTime::hours(2), "2030-05-06 10:00"), // Liberation Day is a Sunday
        ("2025-05-02 16:00", WorkingTime::hours(2), "2025-05-06 10:00"), // and here a Monday
        ("2026-03-02 09:00", WorkingTime::Days(10), "2026-03-13 17:00"),
    ] {
        assert_eq!(OpeningHours::office().deadline(at(start), term), at(deadline), "{start} {term:?}");
    }
}

#[test]
fn the_end_of_the_calendar_is_no_endless_search() {
    let last = NaiveDate::MAX.and_time(NaiveTime::MIN);
    assert_eq!(OpeningHours::office().deadline(last, WorkingTime::Days(400)), NaiveDateTime::MAX);
}

/// The same rule, counted minute by minute.
fn deadline_by_counting(hours: &OpeningHours, start: NaiveDateTime, minutes: u32) -> NaiveDateTime {
    let mut at = start;
    for _ in 0..minutes {
        while !hours.is_open(at) {
            at += TimeDelta::minutes(1);
        }
        at += TimeDelta::minutes(1);
    }
    at
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_deadline_is_what_counting_minutes_gives(start in any_moment(), minutes in 1_u32..1500) {
        let start = start - TimeDelta::seconds(i64::from(chrono::Timelike::second(&start)));
        let hours = OpeningHours::office();
        let counted = deadline_by_counting(&hours, start, minutes);
        prop_assert_eq!(hours.deadline(start, WorkingTime::Minutes(minutes)), counted);
    }
}

proptest! {
    #[test]
    fn a_deadline_never_lies_outside_hours(hours in any_hours(), start in any_moment(), minutes in 0_u32..20_000) {
        let deadline = hours.deadline(start, WorkingTime::Minutes(minutes));
        prop_assert!(deadline >= start);
        prop_assert!(hours.is_working_day(deadline.date()));
        prop_assert!((hours.opens..=hours.closes).contains(&deadline.time()));
    }

    #[test]
    fn a_deadline_is_monotone(
        hours in any_hours(), start in any_moment(), later in 0_i64..500_000,
        minutes in 0_u32..20_000, more in 0_u32..2_000,
    ) {
        let deadline = hours.deadline(start, WorkingTime::Minutes(minutes));
        prop_assert!(deadline <= hours.deadline(start, WorkingTime::Minutes(minutes + more)));
        prop_assert!(deadline <= hours.deadline(start + TimeDelta::seconds(later), WorkingTime::Minutes(minutes)));
    }

    #[test]
    fn one_term_after_the_other_is_both_together(
        hours in any_hours(), start in any_moment(), one in 0_u32..5_000, two in 0_u32..5_000,
    ) {
        let halfway = hours.deadline(start, WorkingTime::Minutes(one));
        let end = hours.deadline(halfway, WorkingTime::Minutes(two));
        prop_assert_eq!(end, hours.deadline(start, WorkingTime::Minutes(one + two)));
    }

    #[test]
    fn the_time_until_a_deadline_is_the_term(hours in any_hours(), start in any_moment(), minutes in 0_u32..5_000) {
        let deadline = hours.deadline(start, WorkingTime::Minutes(minutes));
        let between = hours.working_time_between(start, deadline);
        prop_assert_eq!(between, TimeDelta::minutes(i64::from(minutes)));
    }

    #[test]
    fn the_next_opening_is_open_and_nothing_before_it_is(hours in any_hours(), start in any_moment()) {
        let next = hours.next_open(start);
        prop_assert!(hours.is_open(next) && next >= start);
        prop_assert_eq!(hours.working_time_between(start, next), TimeDelta::zero());
    }
}
