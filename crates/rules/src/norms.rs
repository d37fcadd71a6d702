//! Agreed longest waits, and whether an offer keeps to them.

use crate::figures::{Figures, OfferStatus};
use crate::waiting_time::WeekRange;

/// Urgent cases start within this many weeks.
pub const URGENT_START_WEEKS: u16 = 2;

/// Norm: the longest acceptable wait. Youth care has no national norm, so each region sets its own per product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Norm {
    /// Weeks until the intake.
    pub intake_weeks: u16,
    /// Weeks from the intake to the start of care.
    pub treatment_weeks: u16,
}

impl Norm {
    /// The Treeknorm: 4 weeks to the intake and 10 more to the treatment.
    pub const DEFAULT: Self = Self { intake_weeks: 4, treatment_weeks: 10 };

    /// Weeks from referral to the start of care.
    pub const fn total(self) -> u16 {
        self.intake_weeks.saturating_add(self.treatment_weeks)
    }
}

impl Default for Norm {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Normtoets: how a wait compares with its norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NormCheck {
    /// Binnen de norm, at its longest too.
    Within,
    /// Boven de norm, or it may be.
    Above,
    /// Niet bekend.
    Unknown,
}

/// Compares the intake wait with the norm.
pub fn intake_check(figures: &Figures, norm: Norm) -> NormCheck {
    compare(figures.intake, norm.intake_weeks)
}

/// Compares the total wait, until the real start of care, with the norm.
pub fn start_check(figures: &Figures, norm: Norm) -> NormCheck {
    compare(figures.total_wait(), norm.total())
}

/// Whether care surely starts within this many weeks. Nothing starts during an intake stop, whatever wait still
/// stands beside it.
pub fn starts_within(figures: &Figures, weeks: u16) -> bool {
    figures.status != OfferStatus::IntakeStop && compare(figures.total_wait(), weeks) == NormCheck::Within
}

/// Whether an urgent case has a chance to start in time: the least of the total wait is short enough, and there is
/// no intake stop. The lower bound counts here, since a provider can give an urgent case the first slot.
pub fn may_start_urgently(figures: &Figures) -> bool {
    figures.status != OfferStatus::IntakeStop
        && figures.total_wait().is_some_and(|wait| wait.min() <= URGENT_START_WEEKS)
}

/// The upper bound counts, so that a range is only within the norm as a whole; an open end is never within it.
fn compare(wait: Option<WeekRange>, weeks: u16) -> NormCheck {
    match wait.map(WeekRange::upper) {
        None => NormCheck::Unknown,
        Some(Some(upper)) if upper <= weeks => NormCheck::Within,
        Some(_) => NormCheck::Above,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::weeks;

    /// Figures with these waits, in which an empty text is unknown.
    fn figures(intake: &str, treatment: &str) -> Figures {
        let wait = |text: &str| (!text.is_empty()).then(|| weeks(text));
        Figures {
            intake: wait(intake),
            treatment: wait(treatment),
            status: OfferStatus::WaitingList,
            ..Figures::unknown()
        }
    }

    #[test]
    fn the_default_norm_is_14_weeks_in_all() {
        assert_eq!(Norm::default(), Norm { intake_weeks: 4, treatment_weeks: 10 });
        assert_eq!(Norm::DEFAULT.total(), 14);
    }

    #[test]
    fn the_longest_intake_wait_counts() {
        for (intake, expected) in [
            ("", NormCheck::Unknown),
            ("0", NormCheck::Within),
            ("4", NormCheck::Within),
            ("2-4", NormCheck::Within),
            ("4-5", NormCheck::Above),
            (">1", NormCheck::Above),
        ] {
            assert_eq!(intake_check(&figures(intake, ""), Norm::DEFAULT), expected, "{intake}");
        }
    }

    #[test]
    fn the_start_counts_both_waits() {
        for (intake, treatment, expected) in [
            ("4", "10", NormCheck::Within),
            ("6", "8", NormCheck::Within),
            ("4", "11", NormCheck::Above),
            ("1", ">2", NormCheck::Above),
            ("4", "", NormCheck::Unknown),
            ("", "40", NormCheck::Unknown),
        ] {
            assert_eq!(
                start_check(&figures(intake, treatment), Norm::DEFAULT),
                expected,
                "{intake} and {treatment}"
            );
        }
    }

    #[test]
    fn starts_within_a_number_of_weeks_when_it_surely_does() {
        for (intake, treatment, starts) in
            [("2", "4", true), ("2", "3-4", true), ("2", "4-5", false), ("1", ">1", false), ("2", "", false)]
        {
            assert_eq!(starts_within(&figures(intake, treatment), 6), starts, "{intake} and {treatment}");
        }
    }

    #[test]
    fn may_start_urgently_when_the_least_wait_is_two_weeks() {
        for (intake, treatment, may) in
            [("0", "0", true), ("1", "1-8", true), ("1", ">1", true), ("1", "2", false), ("0", "", false)]
        {
            assert_eq!(may_start_urgently(&figures(intake, treatment)), may, "{intake} and {treatment}");
        }
    }

    #[test]
    fn nothing_starts_during_an_intake_stop() {
        let stopped = Figures { status: OfferStatus::IntakeStop, ..figures("0", "0") };
        assert!(!starts_within(&stopped, 52));
        assert!(!may_start_urgently(&stopped));
        assert_eq!(start_check(&stopped, Norm::DEFAULT), NormCheck::Within);
    }
}
