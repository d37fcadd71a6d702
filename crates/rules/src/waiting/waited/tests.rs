use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::testing::{any_day, day};

fn facts() -> WaitFacts {
    WaitFacts {
        referred_on: day("2026-01-05"),
        decided_on: Some(day("2026-01-12")),
        needs_decision: true,
        urgency: Urgency::Regular,
        measure: false,
        norm: Norm::DEFAULT,
        first_help_soon: false,
        returned_on: None,
        first_help_on: None,
        started_on: None,
        left_on: None,
    }
}

fn state(facts: &WaitFacts, kind: NormKind, on: &str) -> Option<NormState> {
    waited(facts, day(on)).norms.iter().find(|norm| norm.kind == kind).map(|norm| norm.state)
}

#[test]
fn a_wait_counts_from_the_complete_referral() {
    let from = |facts: WaitFacts| counts_from(&facts);
    let day_of = |text: &str| CountsFrom::Day(day(text));
    assert_eq!(from(facts()), day_of("2026-01-12"));
    assert_eq!(from(WaitFacts { referred_on: day("2026-01-20"), ..facts() }), day_of("2026-01-20"));
    let undecided = WaitFacts { decided_on: None, ..facts() };
    assert_eq!(from(undecided), CountsFrom::DecisionMissing);
    assert_eq!(from(WaitFacts { needs_decision: false, ..undecided }), day_of("2026-01-05"));
    assert_eq!(from(WaitFacts { urgency: Urgency::Urgent, ..facts() }), day_of("2026-01-05"));
    assert_eq!(from(WaitFacts { measure: true, ..undecided }), day_of("2026-01-05"));
}

#[test]
fn who_needs_another_place_waits_anew_from_the_day_of_return() {
    let stay = WaitFacts { first_help_soon: true, measure: true, urgency: Urgency::Urgent, ..facts() };
    let back = WaitFacts { returned_on: Some(day("2026-06-01")), ..stay };
    let kinds = |facts: &WaitFacts| -> Vec<(NormKind, NaiveDate)> {
        waited(facts, day("2026-06-08")).norms.iter().map(|norm| (norm.kind, norm.last_day)).collect()
    };
    assert_eq!(kinds(&stay).len(), 4);
    assert_eq!(
        kinds(&back),
        [
            (NormKind::Product, day("2026-09-07")),
            (NormKind::Urgent, day("2026-06-15")),
            (NormKind::Measure, day("2026-06-01")),
        ]
    );
    assert_eq!(waited(&back, day("2026-06-08")).weeks(), Some(1));
    assert_eq!(counts_from(&WaitFacts { decided_on: None, ..back }), CountsFrom::Day(day("2026-06-01")));
}

#[test]
fn days_and_weeks_waited() {
    for (facts, on, days, weeks) in [
        (facts(), "2026-01-12", Some(0), Some(0)),
        (facts(), "2026-01-18", Some(6), Some(0)),
        (facts(), "2026-01-19", Some(7), Some(1)),
        (facts(), "2026-01-01", Some(0), Some(0)),
        (WaitFacts { started_on: Some(day("2026-01-26")), ..facts() }, "2026-06-01", Some(14), Some(2)),
        (WaitFacts { started_on: Some(day("2026-01-26")), ..facts() }, "2026-01-19", Some(7), Some(1)),
        (WaitFacts { left_on: Some(day("2026-01-20")), ..facts() }, "2026-06-01", Some(8), Some(1)),
        (WaitFacts { decided_on: None, ..facts() }, "2026-06-01", None, None),
    ] {
        let found = waited(&facts, day(on));
        assert_eq!((found.days, found.weeks()), (days, weeks), "{on} {facts:?}");
    }
}

#[test]
fn the_norm_of_the_product_is_kept_until_its_last_day() {
    // 14 weeks after 12 January is 20 April.
    for (on, started, expected) in [
        ("2026-04-19", "", NormState::Running { days_left: 1 }),
        ("2026-04-20", "", NormState::Running { days_left: 0 }),
        ("2026-04-21", "", NormState::Passed { days_over: 1 }),
        ("2026-06-01", "2026-04-20", NormState::Met),
        ("2026-06-01", "2026-04-23", NormState::MetLate { days_over: 3 }),
        ("2026-04-22", "2026-04-23", NormState::Passed { days_over: 2 }),
    ] {
        let started_on = (!started.is_empty()).then(|| day(started));
        let found = state(&WaitFacts { started_on, ..facts() }, NormKind::Product, on);
        assert_eq!(found, Some(expected), "{on} {started}");
    }
    let short = WaitFacts { norm: Norm { intake_weeks: 1, treatment_weeks: 1 }, ..facts() };
    assert_eq!(state(&short, NormKind::Product, "2026-01-27"), Some(NormState::Passed { days_over: 1 }));
    let undecided = WaitFacts { decided_on: None, ..facts() };
    assert_eq!(state(&undecided, NormKind::Product, "2026-12-01"), None);
}

#[test]
fn who_left_is_judged_by_the_day_of_leaving() {
    let left = |on: &str| WaitFacts { left_on: Some(day(on)), ..facts() };
    assert_eq!(state(&left("2026-04-20"), NormKind::Product, "2027-01-01"), Some(NormState::Ended));
    assert_eq!(
        state(&left("2026-04-22"), NormKind::Product, "2027-01-01"),
        Some(NormState::Passed { days_over: 2 })
    );
}

#[test]
fn urgent_care_starts_within_two_weeks_of_the_form() {
    let urgent = WaitFacts { urgency: Urgency::Urgent, ..facts() };
    assert_eq!(state(&urgent, NormKind::Urgent, "2026-01-19"), Some(NormState::Running { days_left: 0 }));
    assert_eq!(state(&urgent, NormKind::Urgent, "2026-01-20"), Some(NormState::Passed { days_over: 1 }));
    assert_eq!(state(&facts(), NormKind::Urgent, "2026-01-20"), None);
}

#[test]
fn something_starts_within_two_weeks_of_the_decision() {
    let stay = WaitFacts { first_help_soon: true, ..facts() };
    for (first_help, started, expected) in [
        ("", "", NormState::Passed { days_over: 3 }),
        ("2026-01-26", "", NormState::Met),
        ("2026-01-27", "", NormState::MetLate { days_over: 1 }),
        ("", "2026-01-20", NormState::Met),
        ("2026-01-27", "2026-01-20", NormState::Met),
    ] {
        let date = |text: &str| (!text.is_empty()).then(|| day(text));
        let helped = WaitFacts { first_help_on: date(first_help), started_on: date(started), ..stay };
        assert_eq!(
            state(&helped, NormKind::FirstHelp, "2026-01-29"),
            Some(expected),
            "{first_help} {started}"
        );
    }
    // Bridging care does not end the wait for the care itself.
    let bridged = WaitFacts { first_help_on: Some(day("2026-01-20")), ..stay };
    assert_eq!(state(&bridged, NormKind::Product, "2026-04-21"), Some(NormState::Passed { days_over: 1 }));
    assert_eq!(state(&facts(), NormKind::FirstHelp, "2026-01-29"), None);
}

#[test]
fn any_wait_for_a_measure_is_an_alarm() {
    let measure = WaitFacts { measure: true, ..facts() };
    assert_eq!(state(&measure, NormKind::Measure, "2026-01-05"), Some(NormState::Running { days_left: 0 }));
    assert_eq!(state(&measure, NormKind::Measure, "2026-01-06"), Some(NormState::Passed { days_over: 1 }));
    assert!(waited(&measure, day("2026-01-06")).is_past_start_norm());
    let at_once = WaitFacts { started_on: Some(day("2026-01-05")), ..measure };
    assert_eq!(state(&at_once, NormKind::Measure, "2026-02-01"), Some(NormState::Met));
}

#[test]
fn what_runs_out_first_is_told_first() {
    let urgent = WaitFacts { urgency: Urgency::Urgent, first_help_soon: true, ..facts() };
    let next = |on: &str| waited(&urgent, day(on)).next_due().map(|norm| norm.kind);
    assert_eq!(next("2026-01-12"), Some(NormKind::Urgent));
    assert_eq!(next("2026-01-20"), Some(NormKind::FirstHelp));
    assert_eq!(next("2026-01-27"), Some(NormKind::Product));
    assert_eq!(next("2026-06-01"), None);
    let passed: Vec<NormKind> = waited(&urgent, day("2026-01-27")).passed().map(|norm| norm.kind).collect();
    assert_eq!(passed, [NormKind::Urgent, NormKind::FirstHelp]);
}

#[test]
fn norms_in_words() {
    for (state, words) in [
        (NormState::Running { days_left: 0 }, "Norm van het product, vandaag is de laatste dag"),
        (NormState::Running { days_left: 1 }, "Norm van het product, nog 1 dag"),
        (NormState::Passed { days_over: 12 }, "Norm van het product, 12 dagen voorbij"),
        (NormState::Met, "Norm van het product, gehaald"),
        (NormState::MetLate { days_over: 2 }, "Norm van het product, 2 dagen te laat gehaald"),
        (NormState::Ended, "Norm van het product, niet meer nodig"),
    ] {
        let norm = NormResult { kind: NormKind::Product, last_day: day("2026-04-20"), state };
        assert_eq!(norm.to_string(), words);
    }
}

#[test]
fn both_lists_are_counted() {
    let mut count = ListCount::default();
    let (long, short) = (waited(&facts(), day("2026-06-01")), waited(&facts(), day("2026-02-01")));
    for (waited, bridged) in [(&long, true), (&long, false), (&long, false), (&short, true), (&short, false)]
    {
        count.add(waited, bridged);
    }
    assert_eq!((count.all, count.gross, count.bridged, count.net()), (5, 3, 1, 2));
}

fn any_facts() -> impl Strategy<Value = WaitFacts> {
    let days = (
        any_day(),
        option::of(any_day()),
        option::of(any_day()),
        option::of(any_day()),
        option::of(any_day()),
    );
    let kinds = (prop::sample::select(Urgency::ALL), any::<bool>(), any::<bool>(), any::<bool>());
    (days, kinds, 0_u16..30).prop_map(|(days, kinds, weeks)| WaitFacts {
        referred_on: days.0,
        decided_on: days.1,
        needs_decision: kinds.3,
        urgency: kinds.0,
        measure: kinds.1,
        norm: Norm { intake_weeks: 2, treatment_weeks: weeks },
        first_help_soon: kinds.2,
        returned_on: None,
        first_help_on: days.2,
        started_on: days.3,
        left_on: days.4,
    })
}

proptest! {
    #[test]
    fn a_norm_that_was_passed_stays_passed(facts in any_facts(), on in any_day(), later in 0_u64..1000) {
        let (before, after) = (waited(&facts, on), waited(&facts, on + Days::new(later)));
        prop_assert_eq!(before.norms.len(), after.norms.len());
        for (before, after) in before.norms.iter().zip(&after.norms) {
            prop_assert_eq!(before.last_day, after.last_day);
            prop_assert!(!before.state.is_passed() || after.state.is_passed());
        }
        prop_assert!(before.days <= after.days);
    }

    #[test]
    fn bridging_care_changes_no_wait(facts in any_facts(), on in any_day(), bridged in option::of(any_day())) {
        let with = waited(&WaitFacts { first_help_on: bridged, ..facts }, on);
        let without = waited(&facts, on);
        prop_assert_eq!((with.from, with.days), (without.from, without.days));
        prop_assert_eq!(with.is_past_start_norm(), without.is_past_start_norm());
    }

    #[test]
    fn net_is_at_most_gross_and_gross_at_most_all(list in proptest::collection::vec((any_facts(), any::<bool>()), 0..30), on in any_day()) {
        let mut count = ListCount::default();
        for (facts, bridged) in &list {
            count.add(&waited(facts, on), *bridged);
        }
        prop_assert_eq!(count.all as usize, list.len());
        prop_assert!(count.net() <= count.gross && count.gross <= count.all);
    }
}
