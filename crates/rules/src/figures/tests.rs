mod ends;

use proptest::prelude::*;

use super::*;
use crate::testing::{ages, any_draft, day, today, weeks};
use crate::violations::Violations;

fn draft() -> FiguresDraft {
    FiguresDraft::default()
}

fn checked(draft: FiguresDraft) -> Result<Figures, Violations> {
    check(draft, ages(4, 18), today())
}

#[track_caller]
fn accepted(draft: FiguresDraft) -> Figures {
    checked(draft).unwrap_or_else(|violations| panic!("refused: {violations}"))
}

/// What is wrong, as field and code.
fn wrong(draft: FiguresDraft) -> Vec<(String, &'static str)> {
    match checked(draft) {
        Ok(_) => Vec::new(),
        Err(violations) => {
            violations.into_iter().map(|violation| (violation.field, violation.code)).collect()
        }
    }
}

/// Fails unless exactly this is wrong.
#[track_caller]
fn assert_refused(draft: FiguresDraft, field: &str, code: &'static str) {
    let shown = format!("{draft:?}");
    assert_eq!(wrong(draft), [(field.to_owned(), code)], "{shown}");
}

fn stop(reason: StopReason) -> FiguresDraft {
    FiguresDraft { stop_reason: Some(reason), ..draft() }
}

fn with_status(status: OfferStatus) -> FiguresDraft {
    FiguresDraft { status: Some(status), ..draft() }
}

#[test]
fn statuses_and_reasons_are_read_by_their_code() {
    let codes: Vec<&str> = OfferStatus::ALL.iter().map(|status| status.code()).collect();
    assert_eq!(codes, ["plek", "wachtlijst", "eerst-beoordelen", "aanmeldstop", "in-overleg", "onbekend"]);
    let names: Vec<&str> = OfferStatus::ALL.iter().map(|status| status.name()).collect();
    assert_eq!(
        names,
        ["Plek vrij", "Wachtlijst", "Eerst beoordelen", "Aanmeldstop", "In overleg", "Niet bekend"]
    );
    for &status in OfferStatus::ALL {
        assert_eq!(OfferStatus::parse(status.code()), Some(status));
    }
    let reasons: Vec<&str> = StopReason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(reasons, ["vol", "plafond", "personeel", "verhuizing", "sluiting", "anders"]);
    for &reason in StopReason::ALL {
        assert_eq!(StopReason::parse(reason.code()), Some(reason));
    }
}

#[test]
fn an_intake_stop_is_over_on_the_day_after_its_last_day() {
    let last_day = today();
    let stopped = |free_places, until| Figures {
        free_places,
        status: OfferStatus::IntakeStop,
        stop: Some(IntakeStop { reason: StopReason::Full, explanation: None, until }),
        ..Figures::unknown()
    };
    let day_after = last_day.succ_opt().expect("a day");
    for (free, until, on, status) in [
        (Some(2), Some(last_day), last_day, OfferStatus::IntakeStop),
        (Some(2), Some(last_day), day_after, OfferStatus::Place),
        (Some(0), Some(last_day), day_after, OfferStatus::WaitingList),
        (None, Some(last_day), day_after, OfferStatus::Unknown),
        (Some(2), None, day_after, OfferStatus::IntakeStop),
    ] {
        let seen = stopped(free, until).on_day(on);
        assert_eq!(seen.status, status, "{free:?} until {until:?} on {on}");
        assert_eq!(seen.stop.is_some(), status == OfferStatus::IntakeStop);
        assert_eq!(seen.free_places, free);
    }
    let open = Figures { free_places: Some(1), status: OfferStatus::InConsultation, ..Figures::unknown() };
    assert_eq!(open.clone().on_day(day_after), open, "what is no stop stays as it is");
}

#[test]
fn nothing_filled_in_is_unknown() {
    assert_eq!(accepted(draft()), Figures::unknown());
}

#[test]
fn the_total_wait_needs_both_parts() {
    let figures = |intake: &str, treatment: &str| {
        let wait = |text: &str| (!text.is_empty()).then(|| weeks(text));
        Figures { intake: wait(intake), treatment: wait(treatment), ..Figures::unknown() }
    };
    assert_eq!(figures("2", "4-6").total_wait(), Some(weeks("6-8")));
    assert_eq!(figures("2", ">4").total_wait(), Some(weeks(">6")));
    assert_eq!(figures("2", "").total_wait(), None);
    assert_eq!(figures("", "4").total_wait(), None);
}

#[test]
fn the_expected_start_adds_the_expectations_of_both_parts() {
    for (intake, treatment, expected) in
        [("2", "4-6", 700), ("2-10", ">1", 1500), (">1", "2-10", 1500), (">2", ">4", 2200), ("0", "0", 0)]
    {
        let figures =
            Figures { intake: Some(weeks(intake)), treatment: Some(weeks(treatment)), ..Figures::unknown() };
        assert_eq!(figures.expected_start_hundredths(), Some(expected), "{intake} and {treatment}");
    }
    assert_eq!(Figures { intake: Some(weeks("2")), ..Figures::unknown() }.expected_start_hundredths(), None);
}

#[test]
fn shown_places_are_never_below_zero_and_stay_unknown() {
    for (free, reserved, shown) in [
        (Some(3), 0, Some(3)),
        (Some(3), 2, Some(1)),
        (Some(3), 5, Some(0)),
        (None, 0, None),
        (None, 2, None),
    ] {
        let figures = Figures { free_places: free, ..Figures::unknown() };
        assert_eq!(figures.shown_places(reserved), shown, "{free:?} less {reserved}");
    }
}

#[test]
fn what_is_left_after_reserving_is_what_a_provider_could_publish() {
    use OfferStatus::{AssessFirst, IntakeStop, Place, WaitingList};
    for (status, free, reserved, left) in [
        (Place, 3, 0, (3, Place)),
        (Place, 3, 2, (1, Place)),
        (Place, 3, 3, (0, WaitingList)),
        (Place, 1, 2, (0, WaitingList)),
        (AssessFirst, 1, 1, (0, AssessFirst)),
        (IntakeStop, 1, 1, (0, IntakeStop)),
    ] {
        let figures = Figures { free_places: Some(free), status, ..Figures::unknown() };
        let after = figures.less(reserved);
        assert_eq!((after.free_places, after.status), (Some(left.0), left.1), "{free} less {reserved}");
        if status != IntakeStop {
            let again = check(after.to_draft(), ages(0, 18), today());
            assert_eq!(again.as_ref(), Ok(&after), "it can be published as it stands");
        }
    }
    assert_eq!(Figures::unknown().less(2), Figures::unknown());
}

#[test]
fn what_is_left_as_it_was_shown_keeps_what_was_given_away() {
    use OfferStatus::{AssessFirst, Place, WaitingList};
    let one = Figures { free_places: Some(1), status: Place, ..Figures::unknown() };
    for (reserved, saved, published, stays) in [
        (1, (Some(0), WaitingList), (Some(1), Place), 1),
        (1, (Some(1), Place), (Some(1), Place), 0),
        (1, (Some(4), Place), (Some(4), Place), 0),
        (1, (Some(0), AssessFirst), (Some(0), AssessFirst), 0),
        (1, (None, WaitingList), (None, WaitingList), 0),
        (0, (Some(1), Place), (Some(1), Place), 0),
    ] {
        let saved = Figures { free_places: saved.0, status: saved.1, waiting: Some(3), ..Figures::unknown() };
        let (after, reserved) = one.replaced_by(saved, reserved);
        assert_eq!((after.free_places, after.status), published);
        assert_eq!((reserved, after.waiting), (stays, Some(3)), "all else is as it was saved");
    }
}

#[test]
fn the_status_follows_from_the_rest() {
    let wait = Some(weeks("6"));
    for (draft, status) in [
        (draft(), OfferStatus::Unknown),
        (FiguresDraft { total_places: Some(8), ..draft() }, OfferStatus::Unknown),
        (FiguresDraft { remarks: Some("bel eerst".into()), ..draft() }, OfferStatus::Unknown),
        (FiguresDraft { free_places: Some(1), ..draft() }, OfferStatus::Place),
        (
            FiguresDraft { free_places: Some(1), intake: wait, waiting: Some(3), ..draft() },
            OfferStatus::Place,
        ),
        (FiguresDraft { free_places: Some(0), ..draft() }, OfferStatus::WaitingList),
        (FiguresDraft { waiting: Some(0), ..draft() }, OfferStatus::WaitingList),
        (FiguresDraft { intake: wait, ..draft() }, OfferStatus::WaitingList),
        (FiguresDraft { treatment: wait, ..draft() }, OfferStatus::WaitingList),
        (stop(StopReason::Full), OfferStatus::IntakeStop),
        (FiguresDraft { free_places: Some(2), ..stop(StopReason::StaffShortage) }, OfferStatus::IntakeStop),
    ] {
        assert_eq!(accepted(draft.clone()).status, status, "{draft:?}");
    }
}

#[test]
fn counts_have_limits() {
    assert_refused(
        FiguresDraft { free_places: Some(5), total_places: Some(4), ..draft() },
        "plekkenVrij",
        "te-hoog",
    );
    assert_refused(FiguresDraft { free_places: Some(10_000), ..draft() }, "plekkenVrij", "te-hoog");
    assert_refused(FiguresDraft { total_places: Some(10_000), ..draft() }, "plekkenTotaal", "te-hoog");
    assert_refused(FiguresDraft { waiting: Some(10_000), ..draft() }, "wachtenden", "te-hoog");
    accepted(FiguresDraft {
        free_places: Some(9999),
        total_places: Some(9999),
        waiting: Some(9999),
        ..draft()
    });
}

#[test]
fn a_chosen_status_must_fit_the_figures() {
    let place = with_status(OfferStatus::Place);
    assert_refused(place.clone(), "plekkenVrij", "ontbreekt");
    assert_refused(FiguresDraft { free_places: Some(0), ..place.clone() }, "status", "strijdig");
    accepted(FiguresDraft { free_places: Some(1), ..place });

    let list = with_status(OfferStatus::WaitingList);
    accepted(list.clone());
    accepted(FiguresDraft { free_places: Some(0), ..list.clone() });
    assert_refused(FiguresDraft { free_places: Some(1), ..list }, "status", "strijdig");

    let unknown = with_status(OfferStatus::Unknown);
    accepted(FiguresDraft { total_places: Some(8), ..unknown.clone() });
    for contradicting in [
        FiguresDraft { free_places: Some(0), ..unknown.clone() },
        FiguresDraft { free_places: Some(2), ..unknown.clone() },
        FiguresDraft { waiting: Some(3), ..unknown.clone() },
        FiguresDraft { intake: Some(weeks("2")), ..unknown.clone() },
        FiguresDraft { treatment: Some(weeks("2")), ..unknown },
    ] {
        assert_refused(contradicting, "status", "strijdig");
    }
}

#[test]
fn assessment_and_consultation_go_with_anything_but_a_stop() {
    for status in [OfferStatus::AssessFirst, OfferStatus::InConsultation] {
        for free_places in [None, Some(0), Some(2)] {
            let figures = accepted(FiguresDraft {
                free_places,
                waiting: Some(3),
                intake: Some(weeks("2")),
                ..with_status(status)
            });
            assert_eq!(figures.status, status);
        }
        accepted(with_status(status));
        assert_refused(
            FiguresDraft { stop_reason: Some(StopReason::Full), ..with_status(status) },
            "status",
            "strijdig",
        );
    }
}

#[test]
fn a_wait_has_a_basis_and_a_basis_has_a_wait() {
    let wait = FiguresDraft { treatment: Some(weeks("6")), ..draft() };
    assert_eq!(accepted(wait.clone()).basis, Some(Basis::Estimate));
    assert_eq!(accepted(FiguresDraft { basis: Some(Basis::Current), ..wait }).basis, Some(Basis::Current));
    let no_wait = FiguresDraft { basis: Some(Basis::Current), waiting: Some(3), ..draft() };
    assert_eq!(accepted(no_wait).basis, None);
}

#[test]
fn ages_stay_within_those_of_the_product() {
    let aged = |min, max| FiguresDraft { ages: Some(ages(min, max)), ..draft() };
    accepted(aged(4, 18));
    accepted(aged(12, 12));
    assert_refused(aged(3, 18), "leeftijdVanaf", "buiten-product");
    assert_refused(aged(4, 19), "leeftijdTot", "buiten-product");
    let both: Vec<String> = wrong(aged(0, 27)).into_iter().map(|(field, _)| field).collect();
    assert_eq!(both, ["leeftijdVanaf", "leeftijdTot"]);
}

#[test]
fn texts_are_trimmed_and_checked() {
    let remark = |text: &str| FiguresDraft { remarks: Some(text.to_owned()), ..draft() };
    for (text, kept) in [
        ("", None),
        (" \r\n ", None),
        (" ook in de avond ", Some("ook in de avond")),
        ("eerst bellen\r\ndan mailen", Some("eerst bellen\ndan mailen")),
        ("zoë – 50 %", Some("zoë – 50 %")),
    ] {
        assert_eq!(accepted(remark(text)).remarks.as_deref(), kept, "{text:?}");
    }
    accepted(remark(&"é".repeat(500)));
    assert_refused(remark(&"é".repeat(501)), "opmerkingen", "te-lang");
    for text in ["a\tb", "a\u{0}b", "a\u{1b}[31mb", "a\u{85}b", "a\rb"] {
        assert_refused(remark(text), "opmerkingen", "ongeldig-teken");
    }
    for text in [
        "wij kennen Sem, geb. 14-03-2012",
        "kind met BSN 123456782",
        "123456782",
        "bel 06-12345678",
        "mevrouw Bakker belt terug",
    ] {
        assert_refused(remark(text), "opmerkingen", "persoonsgegeven");
        let explained = FiguresDraft { stop_explanation: Some(text.into()), ..stop(StopReason::Other) };
        assert_refused(explained, "aanmeldstopToelichting", "persoonsgegeven");
    }
    let explained = FiguresDraft { stop_explanation: Some("x".repeat(501)), ..stop(StopReason::Other) };
    assert_refused(explained, "aanmeldstopToelichting", "te-lang");
}

#[test]
fn everything_wrong_is_told_at_once() {
    let fields: Vec<String> = wrong(FiguresDraft {
        free_places: Some(6),
        total_places: Some(4),
        waiting: Some(10_000),
        status: Some(OfferStatus::IntakeStop),
        stop_until: Some(today()),
        ages: Some(ages(0, 18)),
        closes_on: Some(day("2020-01-01")),
        remarks: Some("a\tb".into()),
        ..draft()
    })
    .into_iter()
    .map(|(field, _)| field)
    .collect();
    assert_eq!(
        fields,
        [
            "wachtenden",
            "plekkenVrij",
            "leeftijdVanaf",
            "sluitOp",
            "opmerkingen",
            "aanmeldstopTot",
            "aanmeldstopReden"
        ]
    );
}

proptest! {
    #[test]
    fn checking_twice_changes_nothing(draft in any_draft()) {
        let Ok(figures) = check(draft, ages(0, 27), today()) else { return Ok(()) };
        prop_assert_eq!(check(figures.to_draft(), ages(0, 27), today()), Ok(figures));
    }

    #[test]
    fn accepted_figures_are_consistent(draft in any_draft()) {
        let Ok(figures) = check(draft, ages(4, 18), today()) else { return Ok(()) };
        prop_assert_eq!(figures.stop.is_some(), figures.status == OfferStatus::IntakeStop);
        prop_assert_eq!(figures.basis.is_some(), figures.intake.is_some() || figures.treatment.is_some());
        prop_assert!(figures.status != OfferStatus::Place || figures.free_places >= Some(1));
        prop_assert!(figures.ages.is_none_or(|range| range.within(ages(4, 18))));
    }

    #[test]
    fn messages_are_dutch_sentences_without_a_dot(draft in any_draft()) {
        let Err(violations) = checked(draft) else { return Ok(()) };
        prop_assert!(!violations.is_empty());
        for violation in &violations {
            prop_assert!(!violation.message.ends_with('.') && !violation.message.is_empty());
        }
    }
}
