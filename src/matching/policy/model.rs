//! The policy of a region, and what it was before.

use chrono::{DateTime, Utc};
use rules::matching::priority::Policy;
use serde::{Deserialize, Serialize};

use crate::matching::region::measures::Measures;

/// Beleid as it is stored and kept with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionPolicy {
    /// 0 while the region chose nothing yet.
    pub version: i32,
    pub urgent_first: bool,
    pub measure_first: bool,
    pub ageing: bool,
    pub weeks_per_step: u16,
    pub stay_weeks: u16,
}

impl RegionPolicy {
    pub fn new(version: i32, policy: Policy) -> Self {
        Self {
            version,
            urgent_first: policy.urgent_first,
            measure_first: policy.measure_first,
            ageing: policy.ageing,
            weeks_per_step: policy.weeks_per_step,
            stay_weeks: policy.stay_weeks,
        }
    }

    /// As the rules take it.
    pub fn policy(&self) -> Policy {
        Policy {
            urgent_first: self.urgent_first,
            measure_first: self.measure_first,
            ageing: self.ageing,
            weeks_per_step: self.weeks_per_step,
            stay_weeks: self.stay_weeks,
        }
    }
}

impl Default for RegionPolicy {
    fn default() -> Self {
        Self::new(0, Policy::default())
    }
}

/// One time that the policy was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyChange {
    pub policy: RegionPolicy,
    pub at: DateTime<Utc>,
    pub by_name: String,
    pub by_organisation: String,
}

/// Gevolg van een ander beleid for who waits now, in counts only.
#[derive(Debug, Clone, Copy)]
pub struct Effect {
    pub now: Measures,
    pub then: Measures,
    /// Who would have a place and has none now, and the other way round.
    pub gains: usize,
    pub loses: usize,
    /// Who would have another place.
    pub moves: usize,
}
