//! Short ways to write values in tests, and generated values for the properties.

use chrono::{Days, NaiveDate};
use proptest::option;
use proptest::prelude::*;

use crate::codes::MunicipalityCode;
use crate::figures::{FiguresDraft, OfferStatus, StopReason};
use crate::freshness::Freshness;
use crate::product::AgeRange;
use crate::validity::Validity;
use crate::waiting_time::{Basis, WeekRange};

/// The day on which the tests take place.
pub(crate) const TODAY: &str = "2026-03-02";

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|_| panic!("not a day: {text}"))
}

pub(crate) fn today() -> NaiveDate {
    day(TODAY)
}

pub(crate) fn weeks(text: &str) -> WeekRange {
    match WeekRange::parse(text) {
        Ok(Some(range)) => range,
        other => panic!("not a wait: {text}: {other:?}"),
    }
}

pub(crate) fn ages(min: u8, max: u8) -> AgeRange {
    AgeRange::new(min, max).unwrap_or_else(|_| panic!("not an age range: {min} {max}"))
}

pub(crate) fn municipality(code: &str) -> MunicipalityCode {
    MunicipalityCode::parse(code).unwrap_or_else(|_| panic!("not a municipality: {code}"))
}

/// A period written as two days, in which an empty text is an open end.
pub(crate) fn period(from: &str, until: &str) -> Validity {
    let end = |text: &str| (!text.is_empty()).then(|| day(text));
    Validity::new(end(from), end(until)).unwrap_or_else(|_| panic!("not a period: {from} {until}"))
}

/// A day within some years of the day of the tests.
pub(crate) fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..4000).prop_map(|days| day("2020-01-01") + Days::new(days))
}

pub(crate) fn any_weeks() -> impl Strategy<Value = WeekRange> {
    (0_u16..=520, option::of(0_u16..=520)).prop_map(|(one, two)| {
        let (min, max) = two.map_or((one, None), |two| (one.min(two), Some(one.max(two))));
        WeekRange::new(min, max).unwrap_or_else(|_| panic!("not a wait: {min} {max:?}"))
    })
}

pub(crate) fn any_freshness() -> impl Strategy<Value = Freshness> {
    prop_oneof![
        Just(Freshness::Fresh),
        Just(Freshness::Ageing),
        Just(Freshness::Stale),
        Just(Freshness::NeverConfirmed)
    ]
}

/// Input as people give it: often incomplete, sometimes contradictory.
pub(crate) fn any_draft() -> impl Strategy<Value = FiguresDraft> {
    let numbers = (
        option::of(0_u16..4),
        option::of(0_u16..12),
        option::of(0_u16..50),
        option::of(any_weeks()),
        option::of(any_weeks()),
    );
    let choices = (
        option::of(prop::sample::select(Basis::ALL)),
        option::of(prop::sample::select(OfferStatus::ALL)),
        option::weighted(0.3, prop::sample::select(StopReason::ALL)),
    );
    let texts = (option::weighted(0.2, any_text()), option::weighted(0.3, any_text()));
    let days = (option::weighted(0.2, any_day()), option::weighted(0.2, any_day()));
    let age = option::of((0_u8..=20, 0_u8..=7).prop_map(|(min, more)| ages(min, min + more)));
    (numbers, choices, texts, days, age).prop_map(|(numbers, choices, texts, days, ages)| FiguresDraft {
        free_places: numbers.0,
        total_places: numbers.1,
        waiting: numbers.2,
        intake: numbers.3,
        treatment: numbers.4,
        basis: choices.0,
        status: choices.1,
        stop_reason: choices.2,
        stop_explanation: texts.0,
        stop_until: days.0,
        ages,
        closes_on: days.1,
        remarks: texts.1,
    })
}

fn any_text() -> impl Strategy<Value = String> {
    "[ a-zé.,\r\n\u{a0}]{0,20}"
}
