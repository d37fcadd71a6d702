//! Intake stops and closings.

use chrono::{Days, Months};

use super::*;

#[test]
fn an_intake_stop_needs_a_reason() {
    assert_refused(with_status(OfferStatus::IntakeStop), "aanmeldstopReden", "ontbreekt");
    let only_until = FiguresDraft { stop_until: Some(day("2026-05-01")), ..draft() };
    assert_refused(only_until, "aanmeldstopReden", "ontbreekt");
    let only_text = FiguresDraft { stop_explanation: Some("verbouwing".into()), ..draft() };
    assert_refused(only_text, "aanmeldstopReden", "ontbreekt");
    let figures =
        accepted(FiguresDraft { status: Some(OfferStatus::IntakeStop), ..stop(StopReason::BudgetCeiling) });
    assert_eq!(
        figures.stop,
        Some(IntakeStop { reason: StopReason::BudgetCeiling, explanation: None, until: None })
    );
}

#[test]
fn another_reason_needs_an_explanation() {
    assert_refused(stop(StopReason::Other), "aanmeldstopToelichting", "ontbreekt");
    let blank = FiguresDraft { stop_explanation: Some("  ".into()), ..stop(StopReason::Other) };
    assert_refused(blank, "aanmeldstopToelichting", "ontbreekt");
    let figures =
        accepted(FiguresDraft { stop_explanation: Some(" verbouwing ".into()), ..stop(StopReason::Other) });
    assert_eq!(figures.stop.and_then(|stop| stop.explanation), Some("verbouwing".to_owned()));
}

#[test]
fn details_of_a_stop_need_the_status() {
    for details in [
        stop(StopReason::Full),
        FiguresDraft { stop_until: Some(day("2026-05-01")), ..draft() },
        FiguresDraft { stop_explanation: Some("verbouwing".into()), ..draft() },
    ] {
        for status in [OfferStatus::WaitingList, OfferStatus::Unknown] {
            assert_refused(FiguresDraft { status: Some(status), ..details.clone() }, "status", "strijdig");
        }
    }
    accepted(FiguresDraft { stop_explanation: Some("  ".into()), ..with_status(OfferStatus::WaitingList) });
}

#[test]
fn a_stop_ends_after_today_and_within_two_years() {
    let until = |day| FiguresDraft { stop_until: Some(day), ..stop(StopReason::Full) };
    assert_refused(until(today() - Days::new(1)), "aanmeldstopTot", "te-vroeg");
    assert_refused(until(today()), "aanmeldstopTot", "te-vroeg");
    accepted(until(today() + Days::new(1)));
    accepted(until(today() + Months::new(24)));
    assert_refused(until(today() + Months::new(24) + Days::new(1)), "aanmeldstopTot", "te-laat");
}

#[test]
fn a_closing_is_from_today_and_within_five_years() {
    let closes = |day| FiguresDraft { closes_on: Some(day), ..draft() };
    assert_refused(closes(today() - Days::new(1)), "sluitOp", "te-vroeg");
    accepted(closes(today()));
    accepted(closes(today() + Months::new(60)));
    assert_refused(closes(today() + Months::new(60) + Days::new(1)), "sluitOp", "te-laat");
}
