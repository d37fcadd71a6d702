//! Herplaatsing: whose care ends because a contract ends or a provider stops, and who needs another place for it.
//!
//! The clients of a provider whose contract ends, and those who wait for it, are listed for re-placement with proposals
//! (programme plan Midden-IJssel/Oost-Veluwe 2018-2021, 5.3.1; regional plan Noord-Veluwe 2023-2025, chapter 11). It is
//! known a while ahead, so that a child goes from one place to the next.

use chrono::{Days, NaiveDate};

use crate::validity::Validity;

/// How long ahead an end of care is told.
pub const NOTICE_DAYS: u64 = 90;

coded_enum! {
    /// Waardoor de zorg eindigt.
    pub enum EndCause {
        /// No contract holds any more.
        Contract = "contract", "Het contract loopt af";
        /// The group or location closes.
        Closing = "sluiting", "De groep of locatie sluit";
    }
}

/// Einde van de zorg bij een aanbieder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndOfCare {
    /// The last day on which it can be given; it may have gone by.
    pub last_day: NaiveDate,
    /// Why then.
    pub cause: EndCause,
}

impl EndOfCare {
    /// Whether it is over.
    pub fn has_passed(&self, today: NaiveDate) -> bool {
        self.last_day < today
    }
}

/// When care at an offer ends, if it has ended or will within [`NOTICE_DAYS`]: by the contracts that the provider has or had for
/// the product and the municipality, or by the day from which the offer is closed. Of two ends the first counts. Without
/// any contract there is none that ended.
pub fn end_of_care(
    contracts: &[Validity],
    closes_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<EndOfCare> {
    let by_contract =
        last_contract_day(contracts, today).map(|last_day| EndOfCare { last_day, cause: EndCause::Contract });
    let by_closing = closes_on
        .and_then(|day| day.pred_opt())
        .map(|last_day| EndOfCare { last_day, cause: EndCause::Closing });
    let horizon = horizon(today);
    by_contract.into_iter().chain(by_closing).min().filter(|end| end.last_day <= horizon)
}

/// The same of bridging care, which a child takes along when it moves: where no contract ever held it ended with the move. What was
/// going to end by then of itself needs nothing else.
pub fn end_of_bridging(
    contracts: &[Validity],
    closes_on: Option<NaiveDate>,
    (moved_on, ends_on): (Option<NaiveDate>, Option<NaiveDate>),
    today: NaiveDate,
) -> Option<EndOfCare> {
    let by_move = moved_on.filter(|_| contracts.is_empty()).and_then(|day| day.pred_opt());
    let by_move = by_move.map(|last_day| EndOfCare { last_day, cause: EndCause::Contract });
    let end = by_move.into_iter().chain(end_of_care(contracts, closes_on, today)).min()?;
    ends_on.is_none_or(|day| day > end.last_day).then_some(end)
}

/// The day from which a provider gives a product nowhere any more, by the days on which its offers close. None while one of
/// them stays open, or when there is none.
pub fn closed_everywhere(closings: &[Option<NaiveDate>]) -> Option<NaiveDate> {
    closings.iter().copied().collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// The last day about which is told ahead.
pub fn horizon(today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(NOTICE_DAYS)).unwrap_or(NaiveDate::MAX)
}

/// The last day on which a contract holds without a break from today, or held when none does today. None when one of
/// them has no end, or when there never was any.
fn last_contract_day(contracts: &[Validity], today: NaiveDate) -> Option<NaiveDate> {
    let (mut day, mut covered_until) = (today, None);
    loop {
        // The contract that goes on longest from this day; no end is longest.
        let longest = contracts
            .iter()
            .filter(|contract| contract.contains(day))
            .map(|contract| contract.until().unwrap_or(NaiveDate::MAX))
            .max();
        match longest {
            Some(NaiveDate::MAX) => return None,
            Some(until) => covered_until = Some(until),
            None => break,
        }
        day = covered_until.and_then(|until| until.succ_opt())?;
    }
    covered_until.or_else(|| {
        contracts.iter().filter_map(|contract| contract.until()).filter(|until| *until < today).max()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_day, day, period, today};

    fn contracts(periods: &[(&str, &str)]) -> Vec<Validity> {
        periods.iter().map(|(from, until)| period(from, until)).collect()
    }

    #[test]
    fn bridging_care_ends_with_the_contract_with_a_move_or_of_itself() {
        let end = |last_day: &str| Some(EndOfCare { last_day: day(last_day), cause: EndCause::Contract });
        let ends = |terms: &[(&str, &str)], moved_on: &str, ends_on: &str| {
            let maybe = |text: &str| (!text.is_empty()).then(|| day(text));
            end_of_bridging(&contracts(terms), None, (maybe(moved_on), maybe(ends_on)), today())
        };
        assert_eq!(ends(&[("", "2026-05-31")], "", ""), end("2026-05-31"));
        assert_eq!(ends(&[("", "2026-05-31")], "", "2026-05-31"), None);
        assert_eq!(ends(&[("", "2026-05-31")], "", "2026-06-01"), end("2026-05-31"));
        assert_eq!(ends(&[], "", ""), None, "nobody knows of a contract that ended");
        assert_eq!(ends(&[], "2026-02-20", ""), end("2026-02-19"));
        assert_eq!(ends(&[("", "")], "2026-02-20", ""), None, "it goes on where the child lives now");
    }

    #[test]
    fn an_end_is_told_ninety_days_ahead_and_afterwards() {
        // Today is 2 March 2026; ninety days later it is 31 May.
        for (periods, closes_on, expected) in [
            (vec![("", "")], "", None),
            (vec![("", "2026-05-31")], "", Some(("2026-05-31", EndCause::Contract))),
            (vec![("", "2026-06-01")], "", None),
            (vec![("2025-01-01", "2026-03-02")], "", Some(("2026-03-02", EndCause::Contract))),
            (vec![("2025-01-01", "2026-03-01")], "", Some(("2026-03-01", EndCause::Contract))),
            // The next contract starts the day after, overlaps, or leaves a day without any.
            (vec![("", "2026-03-31"), ("2026-04-01", "")], "", None),
            (vec![("2026-03-15", "2026-12-31"), ("", "2026-03-31")], "", None),
            (vec![("", "2026-03-31"), ("2026-04-02", "")], "", Some(("2026-03-31", EndCause::Contract))),
            (
                vec![("", "2026-03-31"), ("2026-04-01", "2026-04-30")],
                "",
                Some(("2026-04-30", EndCause::Contract)),
            ),
            // Of those that ended, the last; one that is still to come does not hold today.
            (
                vec![("", "2025-06-30"), ("", "2025-12-31"), ("2026-04-01", "")],
                "",
                Some(("2025-12-31", EndCause::Contract)),
            ),
            (vec![("2026-04-01", "")], "", None),
            (vec![], "", None),
            // The day it closes is the first without care.
            (vec![("", "")], "2026-04-01", Some(("2026-03-31", EndCause::Closing))),
            (vec![("", "")], "2026-06-01", Some(("2026-05-31", EndCause::Closing))),
            (vec![("", "")], "2026-06-02", None),
            (vec![("", "2026-04-30")], "2026-04-01", Some(("2026-03-31", EndCause::Closing))),
            (vec![("", "2026-03-15")], "2026-04-01", Some(("2026-03-15", EndCause::Contract))),
        ] {
            let closes_on = closes_on.parse().ok();
            let expected = expected.map(|(last_day, cause)| EndOfCare { last_day: day(last_day), cause });
            assert_eq!(end_of_care(&contracts(&periods), closes_on, today()), expected, "{periods:?}");
        }
    }

    #[test]
    fn a_provider_is_closed_when_its_last_offer_is() {
        for (closings, expected) in [
            (vec![], None),
            (vec![""], None),
            (vec!["2026-04-01"], Some("2026-04-01")),
            (vec!["2026-05-01", "2026-04-01"], Some("2026-05-01")),
            (vec!["2026-04-01", ""], None),
        ] {
            let days: Vec<Option<NaiveDate>> = closings.iter().map(|text| text.parse().ok()).collect();
            assert_eq!(closed_everywhere(&days), expected.map(day), "{closings:?}");
        }
    }

    #[test]
    fn an_end_has_passed_the_day_after() {
        let end = EndOfCare { last_day: today(), cause: EndCause::Closing };
        assert!(!end.has_passed(today()));
        assert!(end.has_passed(day("2026-03-03")));
    }

    proptest! {
        #[test]
        fn whoever_is_under_contract_all_along_is_never_told(
            days in proptest::collection::vec((any_day(), any_day()), 0..6),
            today in any_day(),
        ) {
            let periods: Vec<Validity> = days
                .iter()
                .map(|(one, other)| Validity::new(Some(*one.min(other)), Some(*one.max(other))).unwrap())
                .collect();
            let holds = |day: NaiveDate| periods.iter().any(|period| period.contains(day));
            let gap = (0..=NOTICE_DAYS).map(|ahead| today + Days::new(ahead)).find(|day| !holds(*day));
            let told = end_of_care(&periods, None, today);
            match gap {
                // Covered up to and including the last day that is told of: only an end on that day itself is.
                None => prop_assert!(told.is_none_or(|end| end.last_day == horizon(today))),
                Some(gap) if gap > today => prop_assert_eq!(told.map(|end| end.last_day), gap.pred_opt()),
                Some(_) => prop_assert!(told.is_none_or(|end| end.has_passed(today))),
            }
        }
    }
}
