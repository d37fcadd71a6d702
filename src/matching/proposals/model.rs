//! A proposal as it is shown and kept: everything that was known, in figures and in words.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::matching::weights::model::RegionWeights;

/// Gevraagd: what was asked for the child, in codes and words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub municipality: String,
    pub product_code: String,
    pub product_name: String,
    /// Codes and names of acceptable alternatives.
    pub alternatives: Vec<String>,
    pub age: u8,
    /// Names of the needs.
    pub needs: Vec<String>,
    pub max_distance_km: Option<u16>,
    /// Distances are from the postcode; otherwise from the middle of the municipality.
    pub from_postcode: bool,
    pub wanted: Vec<String>,
    pub excluded: Vec<String>,
    pub norm_weeks: u16,
}

/// Aanbod, as a line of a proposal names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferName {
    pub offer_id: i64,
    pub agb: String,
    pub provider: String,
    pub location: String,
    pub place: String,
    pub product_code: String,
    pub product_name: String,
    /// Code of the region whose book the product is in.
    pub region: String,
    /// Day of the last confirmation.
    pub confirmed_on: Option<NaiveDate>,
}

/// Onderdeel van de score: code, hundredths of a week, and the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermLine {
    pub code: String,
    pub hundredths: u32,
    pub words: String,
}

/// Kan: an offer that can take the child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanLine {
    pub offer: OfferName,
    /// Why, in one sentence.
    pub why: String,
    pub terms: Vec<TermLine>,
    pub total: u32,
    pub free_places: Option<u16>,
    pub preferred: bool,
    pub substitute: bool,
    /// How scarce a place is in the regional plan, in words; none where there is no room now.
    #[serde(default)]
    pub scarcity: Option<String>,
}

impl CanLine {
    /// The total in weeks, as people write it.
    pub fn weeks(&self) -> String {
        weeks(self.total)
    }
}

/// Kan niet: an offer that cannot, with every rule that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannotLine {
    pub offer: OfferName,
    /// Codes of the rules.
    pub rules: Vec<String>,
    /// The same in words.
    pub reasons: Vec<String>,
}

/// Het regionale voorstel voor deze wachtende: the place proposed when everybody who waits is looked at together, and why
/// it differs from the own list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionalLine {
    pub offer_id: Option<i64>,
    pub offer: Option<OfferName>,
    /// Hundredths of a week, as in the own list.
    pub total: Option<u32>,
    /// Code of how scarce the place is.
    pub scarcity: Option<String>,
    pub reasons: Vec<String>,
    /// Bridging care, for who gets no place and waits past the norm.
    pub bridging_id: Option<i64>,
    pub bridging: Option<OfferName>,
    pub bridging_sought: bool,
}

impl RegionalLine {
    /// The total in weeks, as people write it.
    pub fn weeks(&self) -> String {
        weeks(self.total.unwrap_or(0))
    }
}

/// Versheid van de cijfers: how many of the offers that are shown as possible have figures of which age.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureAges {
    pub fresh: usize,
    pub ageing: usize,
    pub stale: usize,
    pub never: usize,
}

/// Voorstel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub rules_version: u16,
    pub supply_version: i64,
    pub made_at: DateTime<Utc>,
    pub day: NaiveDate,
    pub weights: RegionWeights,
    /// The weights in words.
    pub weighing: Vec<String>,
    pub asked: Asked,
    pub ages: FigureAges,
    pub can: Vec<CanLine>,
    pub can_total: usize,
    pub cannot: Vec<CannotLine>,
    pub cannot_total: usize,
    /// None in what was kept before there was a regional plan.
    #[serde(default)]
    pub regional: Option<RegionalLine>,
    /// Buiten contract, when that was asked.
    pub outside: Option<Vec<CanLine>>,
}

/// Where an offer comes in the order of one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It can, as the so manyth.
    Can {
        rank: usize,
        line: CanLine,
    },
    Cannot(CannotLine),
}

/// Volgorde: where some offers come in the order of one client, and the best of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    /// By offer. What is no offer of the client's products, or is not contracted by the region any more, is not in it.
    pub places: Vec<(i64, Place)>,
    /// Rank and line.
    pub others: Vec<(usize, CanLine)>,
    pub can_total: usize,
}

/// A proposal that was kept, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptProposal {
    pub number: i32,
    pub made_at: DateTime<Utc>,
    pub by_name: String,
    pub by_organisation: String,
    pub rules_version: i32,
    pub weights_version: i32,
}

/// Hundredths of a week in tenths: `4,3 weken`.
pub fn weeks(hundredths: u32) -> String {
    let tenths = (hundredths + 5) / 10;
    let unit = if tenths == 10 { "week" } else { "weken" };
    if tenths.is_multiple_of(10) {
        format!("{} {unit}", tenths / 10)
    } else {
        format!("{},{} {unit}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::weeks;

    #[test]
    fn totals_are_rounded_to_tenths() {
        for (hundredths, words) in [
            (0, "0 weken"),
            (100, "1 week"),
            (104, "1 week"),
            (105, "1,1 weken"),
            (430, "4,3 weken"),
            (2198, "22 weken"),
        ] {
            assert_eq!(weeks(hundredths), words);
        }
    }
}
