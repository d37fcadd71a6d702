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
    let (class, value) = match (figures.status, figures.total_wait()) {
        (OfferStatus::Unknown, _) => (UNKNOWN, NO_VALUE),
        (OfferStatus::IntakeStop, _) => (STOPPED, stop_end(figures)),
        (_, Some(wait)) => (START_KNOWN, wait.expected_hundredths()),
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
