//! Which contract lets a provider deliver a product, where and when.

use chrono::NaiveDate;

use crate::codes::MunicipalityCode;
use crate::validity::Validity;

coded_enum! {
    /// Contractniveau: who contracted together.
    pub enum ContractLevel {
        /// Regionaal: the municipalities of one region.
        Region = "regionaal", "Regionaal";
        /// Bovenregionaal: several regions together, for rare functions.
        SupraRegional = "bovenregionaal", "Bovenregionaal";
        /// Landelijk: all municipalities together.
        National = "landelijk", "Landelijk";
    }
}

/// Contractregel: for which municipality and on which days one contract for one product of one provider holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractTerm {
    /// The municipality, or none for all municipalities of the region.
    pub municipality: Option<MunicipalityCode>,
    /// The days on which it holds.
    pub validity: Validity,
}

impl ContractTerm {
    /// Whether the contract holds on this day for this municipality; when none is asked for, any municipality of
    /// the region will do.
    pub fn covers(&self, municipality: Option<&MunicipalityCode>, day: NaiveDate) -> bool {
        same_or_all(self.municipality.as_ref(), municipality) && self.validity.contains(day)
    }

    /// Whether the two would hold for the same municipality on the same day, so that nobody could tell which one
    /// counts.
    pub fn conflicts_with(&self, other: &Self) -> bool {
        same_or_all(self.municipality.as_ref(), other.municipality.as_ref())
            && self.validity.overlaps(&other.validity)
    }
}

/// The place of the first existing term that a new one conflicts with.
pub fn find_conflict(existing: &[ContractTerm], new: &ContractTerm) -> Option<usize> {
    existing.iter().position(|term| term.conflicts_with(new))
}

fn same_or_all(one: Option<&MunicipalityCode>, other: Option<&MunicipalityCode>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_day, day, municipality, period};

    fn term(code: &str, from: &str, until: &str) -> ContractTerm {
        ContractTerm {
            municipality: (!code.is_empty()).then(|| municipality(code)),
            validity: period(from, until),
        }
    }

    #[test]
    fn levels_are_read_by_their_code() {
        let codes: Vec<&str> = ContractLevel::ALL.iter().map(|level| level.code()).collect();
        assert_eq!(codes, ["regionaal", "bovenregionaal", "landelijk"]);
        for &level in ContractLevel::ALL {
            assert_eq!(ContractLevel::parse(level.code()), Some(level));
        }
    }

    #[test]
    fn covers_the_municipality_on_the_day() {
        for (code, asked, on, covers) in [
            ("GM0243", "GM0243", "2026-06-01", true),
            ("GM0243", "GM0302", "2026-06-01", false),
            ("GM0243", "", "2026-06-01", true),
            ("", "GM0302", "2026-06-01", true),
            ("", "", "2026-06-01", true),
            ("GM0243", "GM0243", "2027-01-01", false),
            ("", "", "2025-12-31", false),
        ] {
            let asked_for = (!asked.is_empty()).then(|| municipality(asked));
            let covered = term(code, "2026-01-01", "2026-12-31").covers(asked_for.as_ref(), day(on));
            assert_eq!(covered, covers, "contract of {code:?} for {asked:?} on {on}");
        }
    }

    #[test]
    fn conflicts_need_the_same_municipality_and_a_shared_day() {
        let existing = term("GM0243", "2026-01-01", "2026-12-31");
        for (code, from, until, conflicts) in [
            ("GM0243", "2026-12-31", "", true),
            ("GM0243", "2027-01-01", "", false),
            ("GM0302", "2026-01-01", "2026-12-31", false),
            ("", "2026-06-01", "2026-06-30", true),
            ("", "2027-01-01", "", false),
        ] {
            assert_eq!(
                existing.conflicts_with(&term(code, from, until)),
                conflicts,
                "{code:?} {from} - {until}"
            );
        }
    }

    #[test]
    fn finds_the_first_conflict() {
        let existing = [
            term("GM0243", "2025-01-01", "2025-12-31"),
            term("GM0243", "2026-01-01", ""),
            term("", "2026-01-01", ""),
        ];
        assert_eq!(find_conflict(&existing, &term("GM0243", "2026-06-01", "")), Some(1));
        assert_eq!(find_conflict(&existing, &term("GM0302", "2026-06-01", "")), Some(2));
        assert_eq!(find_conflict(&existing, &term("GM0302", "2025-06-01", "2025-12-31")), None);
        assert_eq!(find_conflict(&[], &term("", "", "")), None);
    }

    fn any_term() -> impl Strategy<Value = ContractTerm> {
        let code = option::of(prop::sample::select(vec!["GM0243", "GM0302", "GM0273"]));
        (code, option::of(any_day()), option::of(any_day())).prop_map(|(code, one, two)| {
            let (from, until) = match (one, two) {
                (Some(one), Some(two)) => (Some(one.min(two)), Some(one.max(two))),
                ends => ends,
            };
            let Ok(validity) = Validity::new(from, until) else { panic!("the ends are in order") };
            ContractTerm { municipality: code.map(municipality), validity }
        })
    }

    proptest! {
        #[test]
        fn a_conflict_is_mutual(one in any_term(), two in any_term()) {
            prop_assert_eq!(one.conflicts_with(&two), two.conflicts_with(&one));
            prop_assert!(one.conflicts_with(&one));
        }

        #[test]
        fn without_a_conflict_one_term_at_most_covers(one in any_term(), two in any_term(), on in any_day()) {
            let asked = municipality("GM0243");
            let both = one.covers(Some(&asked), on) && two.covers(Some(&asked), on);
            prop_assert!(!both || one.conflicts_with(&two));
        }
    }
}
