//! The weights of a region, and what they were before.

use chrono::{DateTime, Utc};
use rules::matching::Weights;
use serde::{Deserialize, Serialize};

use crate::matching::region::measures::Measures;

/// No weight is more than a year, and no unknown distance farther than the country is long.
pub const MOST_HUNDREDTHS: u32 = 5_200;
pub const MOST_KM: i64 = 300;

/// Gewichten as they are stored and kept with a proposal: hundredths of a week, and metres for the distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionWeights {
    /// 0 while the region chose nothing yet.
    pub version: i32,
    pub open_end: u32,
    pub unknown_wait: u32,
    pub stale: u32,
    pub per_10_km: u32,
    pub unknown_distance: u32,
    pub substitute: u32,
    pub not_preferred: u32,
    pub per_unmet_need: u32,
}

impl RegionWeights {
    pub fn new(version: i32, weights: Weights) -> Self {
        Self {
            version,
            open_end: weights.open_end,
            unknown_wait: weights.unknown_wait,
            stale: weights.stale,
            per_10_km: weights.per_10_km,
            unknown_distance: weights.unknown_distance,
            substitute: weights.substitute,
            not_preferred: weights.not_preferred,
            per_unmet_need: weights.per_unmet_need,
        }
    }

    /// As the rules take them.
    pub fn weights(&self) -> Weights {
        Weights {
            open_end: self.open_end,
            unknown_wait: self.unknown_wait,
            stale: self.stale,
            per_10_km: self.per_10_km,
            unknown_distance: self.unknown_distance,
            substitute: self.substitute,
            not_preferred: self.not_preferred,
            per_unmet_need: self.per_unmet_need,
        }
    }
}

impl Default for RegionWeights {
    fn default() -> Self {
        Self::new(0, Weights::default())
    }
}

/// One time that the weights were set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightsChange {
    pub weights: RegionWeights,
    pub at: DateTime<Utc>,
    pub by_name: String,
    pub by_organisation: String,
}

/// Gevolg: what other weights would change, in counts only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    /// The regional plan by the weights of now, and by these.
    pub now: Measures,
    pub then: Measures,
    /// Open clients that somebody can take.
    pub clients: usize,
    /// Those who would get another first offer.
    pub other_first: usize,
    /// Those of whom another offer would be among the first five.
    pub other_five: usize,
}
