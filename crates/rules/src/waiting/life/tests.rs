use chrono::Days;
use proptest::prelude::*;

use super::*;
use crate::testing::{day, municipality, today};
use crate::violations::Violations;
use crate::waiting::reasons::{Reason, ReasonCode};
use crate::waiting::responses::DeclineReason;

fn product(code: &str) -> ProductCode {
    ProductCode::parse(code).unwrap()
}

fn note() -> Option<Note> {
    Note::check("toelichting", Some("zie het verslag"), None, today(), &mut Violations::new())
}

/// The first reason of its list, with the words that some need.
fn because<R: ReasonCode>() -> Reason<R> {
    Reason::new(R::LIST[0], note()).unwrap()
}

/// One event of every kind, in the order of the kinds.
fn every_event() -> Vec<Event> {
    vec![
        Event::Respond(because()),
        Event::WithdrawResponse(because()),
        Event::Decline(because()),
        Event::Accept { reason: because(), body: BodyDecision::NotNeeded },
        Event::StartCare(because()),
        Event::CareDidNotStart(because()),
        Event::Return(because()),
        Event::Withdraw(because()),
        Event::PlaceElsewhere(because()),
        Event::Lapse(because()),
        Event::Hold { until: today() + Days::new(30), reason: because() },
        Event::Resume(because()),
        Event::Move { to: municipality("GM0302"), reason: because() },
        Event::Recode { to: product("45A05"), reason: because() },
        Event::EndContract { hit: ContractHit::WantedProvider, reason: because() },
        Event::Reopen(because()),
    ]
}

fn event(kind: EventKind) -> Event {
    every_event().into_iter().find(|event| event.kind() == kind).unwrap()
}

fn listed() -> Life {
    Life::new(municipality("GM0243"), product("45A04"), day("2025-11-03"))
}

fn life(status: ClientStatus) -> Life {
    listed().restore(status, u32::from(status == ClientStatus::UnderConsideration), None).unwrap()
}

fn after(life: &Life, event: Event) -> Result<Life, StepError> {
    life.step(event, today()).map(|step| step.life)
}

#[test]
fn lists_are_read_by_their_code() {
    let codes: Vec<&str> = ClientStatus::ALL.iter().map(|status| status.code()).collect();
    assert_eq!(
        codes,
        [
            "wachtend",
            "in-behandeling",
            "geaccepteerd",
            "geplaatst",
            "ingetrokken",
            "elders-geplaatst",
            "vervallen"
        ]
    );
    let kinds: Vec<EventKind> = every_event().iter().map(Event::kind).collect();
    assert_eq!(kinds, EventKind::ALL);
}

/// For every status, every step: the status after it, or `-` when it cannot be. One letter each: Wachtend,
/// in-Behandeling, geAccepteerd, geplaatSt, Ingetrokken, Elders, Vervallen; `r` no response, `h` no hold.
#[test]
fn every_step_from_every_status() {
    const LETTERS: &str = "WBASIEV";
    let letter = |status: ClientStatus| LETTERS.chars().nth(status as usize).unwrap();
    #[rustfmt::skip]
    let table = [
        // In the order of `EventKind`: responded, response withdrawn, declined, accepted, started, not started,
        // returned, withdrawn, elsewhere, lapsed, held, resumed, moved, recoded, contract ended, reopened.
        ("wachtend",         "B r r r - - - I E V W h W W W -"),
        ("in-behandeling",   "B W W A - - - I E V B h B B B -"),
        ("geaccepteerd",     "- - - - S W - I E V - - A A A -"),
        ("geplaatst",        "- - - - - W W - - - - - - - - -"),
        ("ingetrokken",      "- - - - - - - - - - - - - - - W"),
        ("elders-geplaatst", "- - - - - - - - - - - - - - - W"),
        ("vervallen",        "- - - - - - - - - - - - - - - W"),
    ];
    for (code, expected) in table {
        let status = ClientStatus::parse(code).unwrap();
        let row: Vec<String> = every_event()
            .into_iter()
            .map(|event| {
                let kind = event.kind();
                match after(&life(status), event) {
                    Ok(life) => letter(life.status()).to_string(),
                    Err(StepError::NoOpenResponse) => "r".to_owned(),
                    Err(StepError::NotOnHold) => "h".to_owned(),
                    Err(error) => {
                        assert_eq!(error, StepError::WrongStatus { event: kind, status });
                        "-".to_owned()
                    }
                }
            })
            .collect();
        assert_eq!(row.join(" "), expected, "{code}");
    }
}

#[test]
fn a_child_is_under_consideration_while_a_response_is_open() {
    let mut now = listed();
    for (kind, status, open) in [
        (EventKind::Responded, ClientStatus::UnderConsideration, 1),
        (EventKind::Responded, ClientStatus::UnderConsideration, 2),
        (EventKind::Declined, ClientStatus::UnderConsideration, 1),
        (EventKind::Responded, ClientStatus::UnderConsideration, 2),
        (EventKind::ResponseWithdrawn, ClientStatus::UnderConsideration, 1),
        (EventKind::Declined, ClientStatus::Waiting, 0),
    ] {
        now = after(&now, event(kind)).unwrap();
        assert_eq!((now.status(), now.open_responses()), (status, open), "{kind}");
    }
}

#[test]
fn the_other_responses_end_with_what_makes_them_useless() {
    let three = listed().restore(ClientStatus::UnderConsideration, 3, None).unwrap();
    for (kind, ends) in [
        (EventKind::Accepted, 2),
        (EventKind::Withdrawn, 3),
        (EventKind::PlacedElsewhere, 3),
        (EventKind::Lapsed, 3),
        (EventKind::Declined, 0),
        (EventKind::ResponseWithdrawn, 0),
        (EventKind::Responded, 0),
        (EventKind::Moved, 0),
    ] {
        assert_eq!(three.step(event(kind), today()).map(|step| step.ends_responses), Ok(ends), "{kind}");
    }
    let hit = Event::EndContract { hit: ContractHit::OpenResponse, reason: because() };
    let step = three.step(hit, today()).unwrap();
    assert_eq!((step.ends_responses, step.life.open_responses(), step.recheck), (0, 2, true));
}

#[test]
fn a_body_decides_first_where_the_product_book_says_so() {
    let considered = life(ClientStatus::UnderConsideration);
    for (body, expected) in [
        (BodyDecision::NotNeeded, Ok(ClientStatus::Accepted)),
        (BodyDecision::Taken(today()), Ok(ClientStatus::Accepted)),
        (BodyDecision::Afterwards, Ok(ClientStatus::Accepted)),
        (BodyDecision::Missing, Err(StepError::BodyDecisionMissing)),
    ] {
        let accepted = after(&considered, Event::Accept { reason: because(), body });
        assert_eq!(accepted.map(|life| life.status()), expected);
    }
}

#[test]
fn a_child_on_hold_is_not_listed_and_keeps_its_responses() {
    let until = |text: &str| Event::Hold { until: day(text), reason: because() };
    let considered = life(ClientStatus::UnderConsideration);
    let held = after(&considered, until("2026-04-30")).unwrap();
    assert_eq!((held.status(), held.open_responses()), (ClientStatus::UnderConsideration, 1));
    for (on, listed) in [("2026-03-02", false), ("2026-04-30", false), ("2026-05-01", true)] {
        assert_eq!(held.is_listed(day(on)), listed, "{on}");
    }
    let on_hold = Err(StepError::OnHold { until: day("2026-04-30") });
    assert_eq!(after(&held, event(EventKind::Responded)), on_hold);
    assert_eq!(after(&held, event(EventKind::Accepted)), on_hold);
    let later = held.step(event(EventKind::Responded), day("2026-05-01")).unwrap();
    assert_eq!(later.life.open_responses(), 2);
    assert!(after(&held, event(EventKind::Declined)).unwrap().hold_on(today()).is_some());
    assert_eq!(after(&held, event(EventKind::Lapsed)).unwrap().hold_on(today()), None);
    assert!(after(&held, event(EventKind::Resumed)).unwrap().is_listed(today()));
    // The pause that ended by itself is closed with a line of its own.
    assert!(held.step(event(EventKind::Resumed), day("2026-05-01")).is_ok());
    for (text, error) in [
        ("2026-03-02", Some(StepError::HoldInPast)),
        ("2026-03-03", None),
        ("2026-09-02", None),
        ("2026-09-03", Some(StepError::HoldTooLong)),
    ] {
        assert_eq!(after(&considered, until(text)).err(), error, "{text}");
    }
}

#[test]
fn the_claim_moves_along_and_is_looked_at_again() {
    let waiting = life(ClientStatus::Waiting);
    let step = waiting.step(event(EventKind::Moved), today()).unwrap();
    assert_eq!(step.life.municipality(), &municipality("GM0302"));
    assert_eq!(step.life.waiting_since(), waiting.waiting_since());
    assert!(step.recheck);
    assert_eq!(step.entry.words(), "Verhuisd: van GM0243 naar GM0302 (verhuizing: zie het verslag)");
    let step = waiting.step(event(EventKind::Recoded), today()).unwrap();
    assert_eq!((step.life.product(), step.recheck), (&product("45A05"), true));
    let same = Event::Move { to: municipality("GM0243"), reason: because() };
    assert_eq!(after(&waiting, same), Err(StepError::NothingChanges));
    let same = Event::Recode { to: product("45A04"), reason: because() };
    assert_eq!(after(&waiting, same), Err(StepError::NothingChanges));
}

#[test]
fn a_new_code_keeps_what_was_offered_and_other_care_does_not() {
    let until = day("2026-04-30");
    let hold = Some(Hold { until, reason: HoldReason::FamilyAsks });
    let two = listed().restore(ClientStatus::UnderConsideration, 2, hold).unwrap();
    for (code, status, open, ends) in [
        (RecodeReason::BookChanged, ClientStatus::UnderConsideration, 2, 0),
        (RecodeReason::NeedChanged, ClientStatus::Waiting, 0, 2),
        (RecodeReason::Correction, ClientStatus::Waiting, 0, 2),
    ] {
        let reason = Reason::new(code, None).unwrap();
        let step = two.step(Event::Recode { to: product("45A05"), reason }, today()).unwrap();
        let now = &step.life;
        assert_eq!((now.status(), now.open_responses(), step.ends_responses), (status, open, ends), "{code}");
        assert_eq!(now.hold_on(today()), hold, "{code}");
        // What was agreed is not an offer any more: it ends only by a step of its own, and becomes no other care.
        let reason = Reason::new(code, None).unwrap();
        let agreed = after(&life(ClientStatus::Accepted), Event::Recode { to: product("45A05"), reason });
        let goes_on = code == RecodeReason::BookChanged;
        let expected = if goes_on { Ok(ClientStatus::Accepted) } else { Err(StepError::CareAgreed) };
        assert_eq!(agreed.map(|life| life.status()), expected, "{code}");
    }
}

#[test]
fn the_end_of_a_contract_brings_back_who_counted_on_it() {
    let ended = |status, hit| after(&life(status), Event::EndContract { hit, reason: because() });
    let status = |result: Result<Life, StepError>| result.map(|life| life.status()).ok();
    assert_eq!(
        status(ended(ClientStatus::Accepted, ContractHit::AgreedProvider)),
        Some(ClientStatus::Waiting)
    );
    assert_eq!(
        status(ended(ClientStatus::UnderConsideration, ContractHit::OpenResponse)),
        Some(ClientStatus::Waiting)
    );
    assert_eq!(status(ended(ClientStatus::Waiting, ContractHit::OpenResponse)), None);
    assert_eq!(status(ended(ClientStatus::Waiting, ContractHit::AgreedProvider)), None);
    assert_eq!(status(ended(ClientStatus::Placed, ContractHit::WantedProvider)), None);
}

#[test]
fn who_had_care_comes_back_for_another_place_with_the_first_date_and_a_new_one() {
    let placed = life(ClientStatus::Placed);
    let step = placed.step(Event::Return(because()), day("2026-05-01")).unwrap();
    assert_eq!((step.life.status(), step.recheck, step.ends_responses), (ClientStatus::Waiting, true, 0));
    assert_eq!(step.life.waiting_since(), placed.waiting_since());
    assert_eq!(step.life.returned_on(), Some(day("2026-05-01")));
    assert!(step.life.is_listed(day("2026-05-01")));
    // Care that never started is no return, and a return is kept by what follows.
    assert_eq!(after(&placed, event(EventKind::CareDidNotStart)).unwrap().returned_on(), None);
    let responded = after(&step.life, event(EventKind::Responded)).unwrap();
    assert_eq!(responded.returned_on(), Some(day("2026-05-01")));
}

#[test]
fn what_cannot_be_is_told_in_dutch() {
    for (error, words) in [
        (
            StepError::WrongStatus { event: EventKind::Accepted, status: ClientStatus::Placed },
            "‘Reactie geaccepteerd’ kan niet: de status is ‘Geplaatst’",
        ),
        (
            StepError::OnHold { until: day("2026-04-30") },
            "deze wachtende is gepauzeerd tot en met 30 april 2026; hervat eerst",
        ),
    ] {
        assert_eq!(error.to_string(), words);
    }
}

#[test]
fn stored_values_must_go_together() {
    let hold = Some(Hold { until: today(), reason: HoldReason::FamilyAsks });
    for (status, open, hold, expected) in [
        (ClientStatus::Waiting, 0, hold, None),
        (ClientStatus::UnderConsideration, 2, hold, None),
        (ClientStatus::Placed, 0, None, None),
        (ClientStatus::Waiting, 1, None, Some(InconsistentLife::Responses)),
        (ClientStatus::UnderConsideration, 0, None, Some(InconsistentLife::Responses)),
        (ClientStatus::Placed, 1, None, Some(InconsistentLife::Responses)),
        (ClientStatus::Accepted, 0, hold, Some(InconsistentLife::Hold)),
    ] {
        assert_eq!(listed().restore(status, open, hold).err(), expected, "{status} {open} {hold:?}");
    }
}

fn any_reason<R: ReasonCode + std::fmt::Debug>() -> impl Strategy<Value = Option<Reason<R>>> {
    (prop::sample::select(R::LIST), prop::option::of(Just(())))
        .prop_map(|(code, noted)| Reason::new(code, noted.and_then(|()| note())).ok())
}

/// Steps as people try to take them, in any order. Those without the words they need cannot even be made.
fn any_event() -> impl Strategy<Value = Option<Event>> {
    let hit = prop::sample::select(ContractHit::ALL);
    let place = prop::sample::select(vec!["GM0243", "GM0302"]);
    let code = prop::sample::select(vec!["45A04", "45A05"]);
    prop_oneof![
        4 => any_reason().prop_map(|reason| Some(Event::Respond(reason?))),
        1 => any_reason().prop_map(|reason| Some(Event::WithdrawResponse(reason?))),
        2 => any_reason::<DeclineReason>().prop_map(|reason| Some(Event::Decline(reason?))),
        3 => any_reason()
            .prop_map(|reason| Some(Event::Accept { reason: reason?, body: BodyDecision::NotNeeded })),
        2 => any_reason().prop_map(|reason| Some(Event::StartCare(reason?))),
        2 => any_reason().prop_map(|reason| Some(Event::CareDidNotStart(reason?))),
        2 => any_reason().prop_map(|reason| Some(Event::Return(reason?))),
        1 => any_reason().prop_map(|reason| Some(Event::Withdraw(reason?))),
        1 => any_reason().prop_map(|reason| Some(Event::PlaceElsewhere(reason?))),
        1 => any_reason().prop_map(|reason| Some(Event::Lapse(reason?))),
        1 => (any_reason(), 0_u64..40)
            .prop_map(|(reason, days)| Some(Event::Hold { until: today() + Days::new(days), reason: reason? })),
        1 => any_reason().prop_map(|reason| Some(Event::Resume(reason?))),
        1 => (any_reason(), place).prop_map(|(reason, to)| Some(Event::Move { to: municipality(to), reason: reason? })),
        1 => (any_reason(), code).prop_map(|(reason, to)| Some(Event::Recode { to: product(to), reason: reason? })),
        1 => (any_reason(), hit).prop_map(|(reason, hit)| Some(Event::EndContract { hit, reason: reason? })),
        2 => any_reason().prop_map(|reason| Some(Event::Reopen(reason?))),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_rules_of_the_list_hold(
        events in proptest::collection::vec((any_event(), 0_u64..5), 0..60),
    ) {
        let registered = listed();
        let (mut now, mut on) = (registered.clone(), today());
        for (event, days) in events {
            on = on + Days::new(days);
            let Some(Ok(step)) = event.map(|event| now.step(event, on)) else { continue };
            let entry = &step.entry;
            // The waiting date never changes.
            prop_assert_eq!(step.life.waiting_since(), registered.waiting_since());
            // Every step has its line, that line tells the change, and says why.
            prop_assert_eq!((entry.from, entry.to, entry.on), (now.status(), step.life.status(), on));
            prop_assert!(!entry.reason.is_empty());
            prop_assert!(entry.reason != "anders" || entry.note.is_some());
            prop_assert!(entry.to != ClientStatus::PlacedElsewhere || entry.note.is_some());
            // Closed stays closed, unless it is opened by name.
            let returns = entry.event == EventKind::Returned;
            let reopens = returns || matches!(entry.event, EventKind::Reopened | EventKind::CareDidNotStart);
            prop_assert!(!entry.from.is_closed() || reopens);
            prop_assert!(!reopens || entry.to == ClientStatus::Waiting);
            // The day of return is that of the last return, and of nothing else.
            prop_assert_eq!(step.life.returned_on(), if returns { Some(on) } else { now.returned_on() });
            // What is stored can be read back.
            let hold = step.life.hold;
            let again = step.life.clone().restore(step.life.status(), step.life.open_responses(), hold);
            prop_assert_eq!(again, Ok(step.life.clone()));
            now = step.life;
        }
    }
}
