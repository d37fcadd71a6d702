//! Overbrugd: on which days a waiting child has bridging care, and since when something started for it.
//!
//! What counts is when care is given, not when somebody wrote it down: care that is planned does not count yet, and care
//! that will end counts until its last day. Care that was called off before it began was never given, and counts nowhere.

use chrono::NaiveDate;

use super::life::{ClientStatus, EndBridgingReason};

/// Overbruggingszorg over time: its first day, and its last when that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BridgedPeriod {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; none while no end is known.
    pub until: Option<NaiveDate>,
}

/// Whether care was called off: its end was written down on a day before it would begin, and it ends no later than it begins. An
/// end before the start cannot be stored. Of care that ended long ago it is not known when that was written down.
pub fn is_called_off(from: NaiveDate, until: Option<NaiveDate>, ended_on: Option<NaiveDate>) -> bool {
    until.is_some_and(|until| until <= from) && ended_on.is_some_and(|day| day < from)
}

impl BridgedPeriod {
    /// Care that is given, was given or will be; none of what was called off. `ended_on` is the day on which its end was
    /// written down.
    pub fn given(from: NaiveDate, until: Option<NaiveDate>, ended_on: Option<NaiveDate>) -> Option<Self> {
        (!is_called_off(from, until, ended_on)).then_some(Self { from, until })
    }

    /// Whether care is given on a day.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// Whether any of it is given on a day.
pub fn is_bridged(periods: &[BridgedPeriod], day: NaiveDate) -> bool {
    periods.iter().any(|period| period.contains(day))
}

/// The first day of all. A day to come may be among them: a norm asks whether it has come.
pub fn first_help(periods: &[BridgedPeriod]) -> Option<NaiveDate> {
    periods.iter().map(|period| period.from).min()
}

/// Whether any of it goes on with no end in sight.
pub fn has_no_end(periods: &[BridgedPeriod]) -> bool {
    periods.iter().any(|period| period.until.is_none())
}

/// What becomes of bridging care of a child that leaves the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterLeaving {
    /// It has not begun and is not needed any more.
    CalledOff,
    /// It may go on a short while: provider and toegang agree on its end.
    EndToAgree,
    /// It has ended, or its end is known.
    Stays,
}

/// What becomes of it on the day on which the child leaves.
pub fn after_leaving(period: BridgedPeriod, on: NaiveDate) -> AfterLeaving {
    if period.from > on {
        AfterLeaving::CalledOff
    } else if period.until.is_none() {
        AfterLeaving::EndToAgree
    } else {
        AfterLeaving::Stays
    }
}

/// Why bridging care is called off in this status; none while the child is on the list.
pub const fn called_off_by(status: ClientStatus) -> Option<EndBridgingReason> {
    match status {
        ClientStatus::Waiting | ClientStatus::UnderConsideration | ClientStatus::Accepted => None,
        ClientStatus::Placed | ClientStatus::PlacedElsewhere => Some(EndBridgingReason::CareStarts),
        ClientStatus::Withdrawn | ClientStatus::Lapsed => Some(EndBridgingReason::NotNeeded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{day, today};

    fn periods(texts: &[(&str, &str)]) -> Vec<BridgedPeriod> {
        texts
            .iter()
            .map(|(from, until)| BridgedPeriod { from: day(from), until: until.parse().ok() })
            .collect()
    }

    #[test]
    fn care_that_was_called_off_before_it_began_was_never_given() {
        for (from, until, ended_on, given) in [
            ("2026-03-10", "", "", true),
            // On 5 March the family stops: the first end that can be stored is the day of the start.
            ("2026-03-10", "2026-03-10", "2026-03-05", false),
            // One day of care: the end was written down on that day, or later.
            ("2026-03-10", "2026-03-10", "2026-03-10", true),
            ("2026-03-10", "2026-03-10", "2026-03-20", true),
            // Planned with its end.
            ("2026-03-10", "2026-03-11", "2026-03-05", true),
            // Ended when nobody kept the moment.
            ("2026-03-10", "2026-03-10", "", true),
        ] {
            let period = BridgedPeriod::given(day(from), until.parse().ok(), ended_on.parse().ok());
            assert_eq!(period.is_some(), given, "{from} {until} {ended_on}");
        }
    }

    #[test]
    fn what_has_not_begun_is_called_off_when_a_child_leaves_and_what_runs_needs_an_end() {
        // Today is 2 March 2026.
        for (text, expected) in [
            (("2026-03-03", ""), AfterLeaving::CalledOff),
            (("2026-03-03", "2026-04-01"), AfterLeaving::CalledOff),
            (("2026-03-02", ""), AfterLeaving::EndToAgree),
            (("2026-02-01", ""), AfterLeaving::EndToAgree),
            (("2026-02-01", "2026-03-09"), AfterLeaving::Stays),
            (("2026-02-01", "2026-02-09"), AfterLeaving::Stays),
        ] {
            let period = periods(&[text])[0];
            assert_eq!(after_leaving(period, today()), expected, "{text:?}");
            assert_eq!(has_no_end(&[period]), text.1.is_empty(), "{text:?}");
        }
        for status in ClientStatus::ALL.iter().copied() {
            assert_eq!(called_off_by(status).is_some(), status.is_closed(), "{status}");
        }
    }

    #[test]
    fn care_counts_from_its_first_day_until_its_last() {
        // Today is 2 March 2026.
        for (texts, bridged, first) in [
            (vec![], false, None),
            (vec![("2026-03-02", "")], true, Some("2026-03-02")),
            // Planned, and not there yet.
            (vec![("2026-03-03", "")], false, Some("2026-03-03")),
            // The end was written down, and is still to come; or is today; or was yesterday.
            (vec![("2026-02-01", "2026-04-01")], true, Some("2026-02-01")),
            (vec![("2026-02-01", "2026-03-02")], true, Some("2026-02-01")),
            (vec![("2026-02-01", "2026-03-01")], false, Some("2026-02-01")),
            // The end of one of two leaves the other.
            (vec![("2026-02-10", ""), ("2026-02-01", "2026-02-15")], true, Some("2026-02-01")),
            (vec![("2026-02-01", "2026-02-15"), ("2026-03-03", "")], false, Some("2026-02-01")),
        ] {
            let periods = periods(&texts);
            assert_eq!(is_bridged(&periods, today()), bridged, "{texts:?}");
            assert_eq!(first_help(&periods), first.map(day), "{texts:?}");
        }
    }
}
