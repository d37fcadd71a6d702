//! Region.

use serde::Serialize;

/// Regio: the group of municipalities that contracts together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Region {
    pub code: String,
    pub name: String,
    pub phone: String,
    pub email: String,
    pub website: String,
    /// Up to and including this many days after confirmation a figure is fresh.
    pub fresh_days: i32,
    /// After this many days a figure is stale.
    pub stale_days: i32,
    /// Norm for the weeks until the intake.
    pub intake_norm_weeks: i32,
    /// Norm for the weeks from the intake to the start of care.
    pub treatment_norm_weeks: i32,
}
