use chrono::{Days, TimeDelta};
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::testing::{any_day, day, today};

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap_or_else(|_| panic!("not a moment: {text}"))
}

/// For every status, what happens to it: the status after it, or nothing when that cannot be.
#[test]
fn everything_that_can_happen_to_every_response() {
    for (status, after) in [
        ("open", "geaccepteerd afgewezen ingetrokken door-ander-geplaatst wachtende-van-de-lijst - - -"),
        ("geaccepteerd", "- - - - wachtende-van-de-lijst - niet-doorgegaan zorg-beeindigd"),
        ("afgewezen", "- - - - - - - -"),
        ("ingetrokken", "- - - - - - - -"),
        ("door-ander-geplaatst", "- - - - - - - -"),
        ("wachtende-van-de-lijst", "- - - - - - - -"),
        ("verlopen", "- - - - - - - -"),
        ("niet-doorgegaan", "- - - - - - - -"),
        ("zorg-beeindigd", "- - - - - - - -"),
    ] {
        let status = ResponseStatus::parse(status).unwrap();
        let row: Vec<&str> = ResponseEvent::ALL
            .iter()
            .map(|event| step(status, *event, today(), today()).map_or("-", ResponseStatus::code))
            .collect();
        assert_eq!(row.join(" "), after, "{status}");
    }
}

#[test]
fn a_response_is_valid_until_and_including_its_day() {
    let stepped = |event, days: u64| step(ResponseStatus::Open, event, today(), today() + Days::new(days));
    assert_eq!(stepped(ResponseEvent::Accept, 0), Ok(ResponseStatus::Accepted));
    assert_eq!(stepped(ResponseEvent::Accept, 1), Err(ResponseError::NoLongerValid));
    assert_eq!(stepped(ResponseEvent::Expire, 0), Err(ResponseError::StillValid));
    assert_eq!(stepped(ResponseEvent::Expire, 1), Ok(ResponseStatus::Expired));
    assert_eq!(stepped(ResponseEvent::Decline, 1), Ok(ResponseStatus::Declined));
    let late = step(ResponseStatus::PlacedByOther, ResponseEvent::Accept, today(), today()).unwrap_err();
    assert_eq!(
        late.to_string(),
        "‘Accepteren’ kan niet: de status van deze reactie is ‘Door ander geplaatst’"
    );
}

#[test]
fn days_of_a_response_are_within_reach() {
    for (start, valid, expected) in [
        ("2026-03-02", "2026-03-02", &[][..]),
        ("2027-03-02", "2026-06-02", &[]),
        ("2026-03-01", "2026-03-01", &[("startOp", "te-vroeg"), ("geldigTot", "te-vroeg")]),
        ("2027-03-03", "2026-06-03", &[("startOp", "te-laat"), ("geldigTot", "te-laat")]),
    ] {
        let violations = check_days(day(start), day(valid), today());
        let found: Vec<_> =
            violations.iter().map(|violation| (violation.field.as_str(), violation.code)).collect();
        assert_eq!(found, expected, "{start} {valid}");
    }
}

#[test]
fn every_reason_has_an_owner_and_a_consequence() {
    let table: Vec<String> = DeclineReason::ALL
        .iter()
        .map(|reason| {
            let owner = reason.owner().map_or("-", ReasonOwner::code);
            format!("{} {owner} {}", reason.code(), Consequences::default().of(*reason).code())
        })
        .collect();
    assert_eq!(
        table,
        [
            "geen-contract aanbieder combinatie-geparkeerd",
            "past-niet-in-contract aanbieder combinatie-geparkeerd",
            "andere-gemeente wachtende terug-op-de-lijst",
            "niet-passend aanbieder combinatie-uitgesloten",
            "woonplaatsbeginsel wachtende terug-op-de-lijst",
            "leeftijdsgrens wachtende combinatie-uitgesloten",
            "geen-capaciteit capaciteit combinatie-geparkeerd",
            "afstand wachtende combinatie-uitgesloten",
            "gezin-ziet-af wachtende combinatie-uitgesloten",
            "andere-hulpvraag wachtende terug-op-de-lijst",
            "anders - terug-op-de-lijst",
        ]
    );
}

#[test]
fn a_region_sets_what_follows() {
    let own = Consequences::default().with(DeclineReason::NoCapacity, Consequence::BackToList);
    let until = Some(day("2026-04-01"));
    let usual = Consequences::default();
    assert_eq!(decline(DeclineReason::NoCapacity, &own, until, today()), Ok(PairOutcome::Free));
    assert_eq!(decline(DeclineReason::Distance, &own, None, today()), Ok(PairOutcome::Excluded));
    for (until, expected) in [
        ("", Err(ParkError::UntilMissing)),
        ("2026-03-02", Err(ParkError::UntilOutOfRange)),
        ("2026-03-03", Ok(PairOutcome::Parked { until: day("2026-03-03") })),
        ("2027-03-02", Ok(PairOutcome::Parked { until: day("2027-03-02") })),
        ("2027-03-03", Err(ParkError::UntilOutOfRange)),
    ] {
        let until = (!until.is_empty()).then(|| day(until));
        assert_eq!(decline(DeclineReason::NoCapacity, &usual, until, today()), expected, "{until:?}");
    }
    let parked = PairOutcome::Parked { until: day("2026-04-01") };
    let rejects = |outcome: PairOutcome, on: &str| outcome.rejects_on(day(on));
    assert_eq!(
        [
            rejects(parked, "2026-04-01"),
            rejects(parked, "2026-04-02"),
            rejects(PairOutcome::Excluded, "2030-01-01")
        ],
        [true, false, true]
    );
    assert!(!PairOutcome::Free.rejects_on(today()));
}

#[test]
fn silence_is_chased_and_then_escalated() {
    let (terms, hours) = (AnswerTerms::default(), OpeningHours::office());
    let opened = at("2026-03-02 15:00");
    let by = terms.answer_by(opened, day("2026-03-31"), Urgency::Regular, &hours);
    assert_eq!(by, at("2026-03-09 15:00"));
    assert_eq!(terms.answer_by(opened, day("2026-03-31"), Urgency::Urgent, &hours), at("2026-03-03 15:00"));
    for (now, reminded, escalated, expected) in [
        ("2026-03-09 15:00", "", "", None),
        ("2026-03-09 15:01", "", "", Some(Chase::Remind)),
        ("2026-03-20 15:01", "", "", Some(Chase::Remind)),
        ("2026-03-10 15:00", "2026-03-09 15:01", "", None),
        ("2026-03-10 15:01", "2026-03-09 15:01", "", None),
        ("2026-03-10 15:02", "2026-03-09 15:01", "", Some(Chase::Escalate)),
        ("2026-03-14 12:00", "2026-03-13 16:00", "", None),
        ("2026-03-16 16:01", "2026-03-13 16:00", "", Some(Chase::Escalate)),
        ("2026-03-20 15:00", "2026-03-09 15:01", "2026-03-10 15:02", None),
    ] {
        let past = |text: &str| (!text.is_empty()).then(|| at(text));
        let due = due_chase(by, past(reminded), past(escalated), at(now), &terms, &hours);
        assert_eq!(due, expected, "{now} {reminded} {escalated}");
    }
}

proptest! {
    /// However often somebody looks, an unanswered response is reminded once and then escalated once.
    #[test]
    fn silence_ends_with_both_once_and_in_order(skips in proptest::collection::vec(1_i64..2000, 80)) {
        let (terms, hours) = (AnswerTerms::default(), OpeningHours::office());
        let by = terms.answer_by(at("2026-03-02 15:00"), day("2026-03-31"), Urgency::Urgent, &hours);
        let (mut now, mut reminded, mut escalated) = (at("2026-03-02 15:00"), None, None);
        let mut sent = Vec::new();
        for minutes in skips.iter().chain([&100_000, &100_000]) {
            now += TimeDelta::minutes(*minutes);
            match due_chase(by, reminded, escalated, now, &terms, &hours) {
                Some(Chase::Remind) => reminded = Some(now),
                Some(Chase::Escalate) => escalated = Some(now),
                None => continue,
            }
            sent.push(now);
        }
        prop_assert!(reminded.is_some_and(|at| at > by) && escalated > reminded);
        prop_assert_eq!(sent.len(), 2);
    }

    #[test]
    fn a_response_that_ended_stays_ended(
        events in proptest::collection::vec((prop::sample::select(ResponseEvent::ALL), any_day()), 0..20),
    ) {
        let (mut status, mut ended) = (ResponseStatus::Open, None);
        for (event, on) in events {
            status = step(status, event, today(), on).unwrap_or(status);
            prop_assert!(ended.is_none_or(|ended| ended == status));
            ended = ended.or((!matches!(status, ResponseStatus::Open | ResponseStatus::Accepted)).then_some(status));
        }
    }

    #[test]
    fn only_what_parks_asks_for_a_day(
        reason in prop::sample::select(DeclineReason::ALL),
        consequence in prop::sample::select(Consequence::ALL),
        until in option::of(any_day()),
    ) {
        let consequences = Consequences::default().with(reason, consequence);
        let outcome = decline(reason, &consequences, until, today());
        prop_assert_eq!(outcome.is_err() || matches!(outcome, Ok(PairOutcome::Parked { .. })), consequence == Consequence::ParkPair);
    }
}

#[test]
fn a_response_goes_with_the_list_and_an_agreement_with_what_was_agreed() {
    use ClientStatus::{Lapsed, PlacedElsewhere, UnderConsideration, Waiting, Withdrawn};
    use ResponseEvent::{ClientLeaves, Decline, EndCare, FallThrough};
    use ResponseStatus::{Accepted, Open};
    let expected = [
        (Accepted, Waiting, FallThrough),
        (Accepted, UnderConsideration, FallThrough),
        (Accepted, Withdrawn, ClientLeaves),
        (Accepted, PlacedElsewhere, ClientLeaves),
        (Accepted, Lapsed, ClientLeaves),
        (Open, Withdrawn, ClientLeaves),
        (Open, PlacedElsewhere, ClientLeaves),
        (Open, Lapsed, ClientLeaves),
    ];
    for status in ResponseStatus::ALL {
        for client in ClientStatus::ALL {
            let row = expected.iter().find(|(one, other, _)| (one, other) == (status, client));
            let event = row.map(|(_, _, event)| *event);
            let lapsed = after_client(*status, *client, EventKind::Lapsed);
            assert_eq!(lapsed, event, "{status} of a client that is {client}");
            let recoded = after_client(*status, *client, EventKind::Recoded);
            let ends_offer = (*status, *client) == (Open, Waiting);
            assert_eq!(recoded, if ends_offer { Some(Decline) } else { event }, "{status}, {client}");
            let returned = after_client(*status, *client, EventKind::Returned);
            let ends_care = (*status, *client) == (Accepted, Waiting);
            assert_eq!(returned, if ends_care { Some(EndCare) } else { event }, "{status}, {client}");
            // What follows can always happen, so that no step of a child is held up by a response.
            if let Some(event) = event {
                assert!(step(*status, event, today(), today()).is_ok(), "{event} when {status}");
            }
        }
    }
}

#[test]
fn consequences_are_kept_as_what_differs_from_the_usual() {
    let usual = Consequences::default();
    assert_eq!(usual.codes(), "");
    let own = usual
        .with(DeclineReason::Distance, Consequence::BackToList)
        .with(DeclineReason::NoCapacity, Consequence::ExcludePair);
    assert_eq!(own.codes(), "geen-capaciteit=combinatie-uitgesloten,afstand=terug-op-de-lijst");
    assert_eq!(Consequences::parse_codes(&own.codes()), own);
    assert_eq!(Consequences::parse_codes("afstand=iets,weg=terug-op-de-lijst,,x"), usual);
}

#[test]
fn places_are_free_all_together_or_not_at_all() {
    for (places, free, expected) in [
        (1, None, Ok(false)),
        (1, Some(0), Ok(false)),
        (9, Some(0), Ok(false)),
        (1, Some(1), Ok(true)),
        (2, Some(2), Ok(true)),
        (2, Some(1), Err(TooManyPlaces { free: 1 })),
        (9, Some(8), Err(TooManyPlaces { free: 8 })),
    ] {
        assert_eq!(takes_free_places(places, free), expected, "{places} of {free:?}");
    }
}

#[test]
fn a_provider_expects_the_answer_to_any_child_at_the_same_moment() {
    let hours = OpeningHours::office();
    let opened_at = day("2026-11-23").and_hms_opt(10, 0, 0).unwrap();
    let usual = AnswerTerms::default();
    let odd = AnswerTerms { regular: WorkingTime::Days(1), urgent: WorkingTime::Days(3), ..usual };
    for (terms, longest) in [(usual, Urgency::Regular), (odd, Urgency::Urgent)] {
        for valid_until in ["2026-11-24", "2026-12-31"].map(day) {
            let expected = terms.answer_by(opened_at, valid_until, longest, &hours);
            assert_eq!(terms.expect_by(opened_at, valid_until, &hours), expected);
        }
    }
}

#[test]
fn a_provider_has_the_longest_time_for_a_question_and_the_toegang_that_of_the_child() {
    let (terms, hours) = (AnswerTerms::default(), OpeningHours::office());
    for (asked_by, urgency, expected) in [
        (Side::Provider, Urgency::Regular, "2026-03-09 15:00"),
        (Side::Provider, Urgency::Urgent, "2026-03-03 15:00"),
        (Side::Toegang, Urgency::Regular, "2026-03-09 15:00"),
        (Side::Toegang, Urgency::Urgent, "2026-03-09 15:00"),
    ] {
        let by = terms.question_by(asked_by, at("2026-03-02 15:00"), urgency, &hours);
        assert_eq!(by, at(expected), "{asked_by:?} {urgency:?}");
    }
}

#[test]
fn the_answer_comes_while_the_response_is_valid() {
    let (terms, hours) = (AnswerTerms::default(), OpeningHours::office());
    for (opened, valid_until, expected) in [
        ("2026-03-02 15:00", "2026-03-31", "2026-03-09 15:00"),
        ("2026-03-02 15:00", "2026-03-09", "2026-03-09 15:00"),
        ("2026-03-02 15:00", "2026-03-08", "2026-03-06 17:00"),
        ("2026-03-02 15:00", "2026-03-03", "2026-03-03 17:00"),
        ("2026-03-02 15:00", "2026-03-02", "2026-03-02 17:00"),
        // Given at night or in the weekend and valid no longer: nobody works in that time.
        ("2026-03-02 18:00", "2026-03-02", "2026-03-02 17:00"),
        ("2026-03-07 10:00", "2026-03-08", "2026-03-08 17:00"),
    ] {
        let by = terms.answer_by(at(opened), day(valid_until), Urgency::Regular, &hours);
        assert_eq!(by, at(expected), "{opened} {valid_until}");
    }
}

proptest! {
    #[test]
    fn whatever_ends_unanswered_was_asked_about_before(days in 0_u64..100, hour in 0_u32..24, valid in 0_u64..90) {
        let opened_on = day("2026-03-02") + chrono::Days::new(days);
        let (opened, until) = (opened_on.and_hms_opt(hour, 0, 0).unwrap(), opened_on + chrono::Days::new(valid));
        let (terms, hours) = (AnswerTerms::default(), OpeningHours::office());
        for urgency in [Urgency::Regular, Urgency::Urgent] {
            let by = terms.answer_by(opened, until, urgency, &hours);
            prop_assert!(by.date() <= until);
            prop_assert!(by <= terms.expect_by(opened, until, &hours));
        }
    }
}

#[test]
fn what_a_step_changes_keeps_nobody_apart() {
    let step = |event: EventKind, reason: &'static str| TimelineEntry {
        on: day("2026-11-21"),
        event,
        from: ClientStatus::Waiting,
        to: ClientStatus::Waiting,
        reason,
        reason_name: "",
        note: None,
        detail: None,
    };
    let moved = step(EventKind::Moved, "verhuizing");
    let other_need = step(EventKind::Recoded, "hulpvraag");
    let same_help = step(EventKind::Recoded, RecodeReason::BookChanged.code());
    let held = step(EventKind::Held, "verzoek-gezin");
    let past = |step: &TimelineEntry| -> Vec<&str> {
        DeclineReason::ALL
            .iter()
            .filter(|reason| reason.is_past_after(step))
            .map(|reason| reason.code())
            .collect()
    };
    assert_eq!(past(&moved), ["andere-gemeente", "woonplaatsbeginsel", "afstand"]);
    assert_eq!(past(&other_need), ["niet-passend", "leeftijdsgrens"]);
    assert_eq!((past(&same_help), past(&held)), (vec![], vec![]));
}
