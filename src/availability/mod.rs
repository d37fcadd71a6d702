//! Beschikbaarheid (availability): what providers publish, and searching it.

pub mod figures;
pub mod search;
pub mod supply;
