//! The order in which a search shows offers.
//!
//! The shortest expected wait comes first. Stale figures rank below fresh ones with the same wait, unknown is
//! never zero and comes last, and nothing is hidden: every offer has a place in the order.

use chrono::Datelike;

use crate::figures::{Figures, OfferStatus};
use crate::freshness::Freshness;
use crate::waiting_time::WeekRange;

/// Rangorde op wachttijd: lower comes first.
///
/// The class, the value that orders within the class, and whether the figure is old are packed into one number in
/// that order of weight, so that a list is sorted on a single key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StartRank(u64);

/// The start of care is known.
const START_KNOWN: u8 = 0;
/// There is a free place, but no total wait.
const PLACE_WITHOUT_WAIT: u8 = 1;
/// Something must happen first, and it is not known how long the whole takes.
const START_OPEN: u8 = 2;
/// No new clients for now.
const STOPPED: u8 = 3;
/// Nothing is known.
const UNKNOWN: u8 = 4;

/// Comes after every value that is known.
const NO_VALUE: u32 = u32::MAX;

/// Where an offer comes in a search by waiting time.
///
/// 1. The total wait is known: by its expected length.
/// 2. A place is free, but the total wait is not known: by the expected wait for the intake, unknown last.
/// 3. Assessment first, in consultation, or a waiting list without a total wait: likewise.
/// 4. An intake stop: the earliest end first, without an end last.
/// 5. Unknown.
///
/// Within the same value an old figure comes after one that was confirmed recently.
pub fn start_rank(figures: &Figures, freshness: Freshness) -> StartRank {
    let (class, value) = match (figures.status, figures.expected_start_hundredths()) {
        (OfferStatus::Unknown, _) => (UNKNOWN, NO_VALUE),
        (OfferStatus::IntakeStop, _) => (STOPPED, stop_end(figures)),
        (_, Some(expected)) => (START_KNOWN, expected),
        (OfferStatus::Place, None) => (PLACE_WITHOUT_WAIT, expected_intake(figures)),
        (OfferStatus::WaitingList | OfferStatus::AssessFirst | OfferStatus::InConsultation, None) => {
            (START_OPEN, expected_intake(figures))
        }
    };
    StartRank(u64::from(class) << 40 | u64::from(value) << 1 | u64::from(freshness.is_old()))
}

fn expected_intake(figures: &Figures) -> u32 {
    figures.intake.map_or(NO_VALUE, WeekRange::expected_hundredths)
}

fn stop_end(figures: &Figures) -> u32 {
    let until = figures.stop.as_ref().and_then(|stop| stop.until);
    until.and_then(|day| u32::try_from(day.num_days_from_ce()).ok()).unwrap_or(NO_VALUE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::figures::{IntakeStop, StopReason, check};
    use crate::testing::{ages, any_draft, any_freshness, any_weeks, day, today, weeks};

    /// Figures with this status and these waits, in which an empty text is unknown.
    fn offer(status: OfferStatus, intake: &str, treatment: &str) -> Figures {
        let wait = |text: &str| (!text.is_empty()).then(|| weeks(text));
        Figures { status, intake: wait(intake), treatment: wait(treatment), ..Figures::unknown() }
    }

    fn stopped(until: Option<&str>) -> Figures {
        let stop = IntakeStop { reason: StopReason::Full, explanation: None, until: until.map(day) };
        Figures { stop: Some(stop), ..offer(OfferStatus::IntakeStop, "0", "0") }
    }

    #[test]
    fn the_whole_order() {
        use Freshness::{Ageing, Fresh, NeverConfirmed, Stale};
        use OfferStatus::{AssessFirst, InConsultation, Place, Unknown, WaitingList};
        let expected = [
            (offer(Place, "0", "0"), Fresh),
            (offer(Place, "0", "0"), Stale),
            (offer(AssessFirst, "1", "1"), Fresh),
            (offer(WaitingList, "2", "3-4"), Ageing),
            (offer(WaitingList, "2", "3-4"), NeverConfirmed),
            (offer(InConsultation, "2", "4"), Fresh),
            (offer(WaitingList, "2", ">4"), Fresh),
            (offer(WaitingList, "2-10", ">1"), Fresh),
            (offer(Place, "1", ""), Fresh),
            (offer(Place, "", ""), Fresh),
            (offer(Place, "", "1"), Stale),
            (offer(AssessFirst, "2", ""), Fresh),
            (offer(WaitingList, "3", ""), Fresh),
            (offer(InConsultation, "", ""), Fresh),
            (offer(WaitingList, "", "2"), Stale),
            (stopped(Some("2026-04-01")), Fresh),
            (stopped(Some("2026-04-01")), Stale),
            (stopped(Some("2026-05-01")), Fresh),
            (stopped(None), Fresh),
            (offer(Unknown, "", ""), Fresh),
            (offer(Unknown, "", ""), Stale),
        ];
        let ranks: Vec<StartRank> =
            expected.iter().map(|(figures, freshness)| start_rank(figures, *freshness)).collect();
        for (place, pair) in ranks.windows(2).enumerate() {
            assert!(
                pair[0] < pair[1],
                "{place}: {:?} comes before {:?}",
                expected[place],
                expected[place + 1]
            );
        }
    }

    #[test]
    fn ageing_ranks_as_fresh() {
        let figures = offer(OfferStatus::WaitingList, "2", "4");
        assert_eq!(start_rank(&figures, Freshness::Fresh), start_rank(&figures, Freshness::Ageing));
        assert_eq!(start_rank(&figures, Freshness::Stale), start_rank(&figures, Freshness::NeverConfirmed));
    }

    proptest! {
        #[test]
        fn unknown_comes_last(draft in any_draft(), one in any_freshness(), two in any_freshness()) {
            let Ok(figures) = check(draft, ages(0, 27), today()) else { return Ok(()) };
            prop_assume!(figures.status != OfferStatus::Unknown);
            prop_assert!(start_rank(&figures, one) < start_rank(&Figures::unknown(), two));
        }

        #[test]
        fn old_comes_after_recent_with_the_same_figures(draft in any_draft()) {
            let Ok(figures) = check(draft, ages(0, 27), today()) else { return Ok(()) };
            prop_assert!(start_rank(&figures, Freshness::Ageing) < start_rank(&figures, Freshness::Stale));
        }

        #[test]
        fn a_shorter_wait_comes_first_however_old(
            one in any_weeks(), two in any_weeks(), a in any_freshness(), b in any_freshness()
        ) {
            let (one, two) = if one.expected_hundredths() <= two.expected_hundredths() { (one, two) } else { (two, one) };
            let same = one.expected_hundredths() == two.expected_hundredths();
            let waits = |wait| Figures {
                intake: Some(weeks("0")),
                treatment: Some(wait),
                ..offer(OfferStatus::WaitingList, "", "")
            };
            prop_assert!(same || start_rank(&waits(one), a) < start_rank(&waits(two), b));
        }
    }
}
