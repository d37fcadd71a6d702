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
        same_or_all(self.municipality.as_ref(), other.municipality.as_ref()) && self.validity.overlaps(&other.validity)
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
