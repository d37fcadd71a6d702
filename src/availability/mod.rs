//! Beschikbaarheid (availability): what providers publish, and searching it.

pub mod error_reports;
pub mod figures;
pub mod follows;
pub mod freshness;
pub mod search;
pub mod suitability;
pub mod supply;
