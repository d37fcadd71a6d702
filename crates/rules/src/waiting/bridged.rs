//! Overbrugd: on which days a waiting child has bridging care, and since when something started for it.
//!
//! What counts is when care is given, not when somebody wrote it down: care that is planned does not count yet, and care
//! that will end counts until its last day.

use chrono::NaiveDate;

/// Overbruggingszorg over time: its first day, and its last when that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BridgedPeriod {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; none while no end is known.
    pub until: Option<NaiveDate>,
}

impl BridgedPeriod {
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
