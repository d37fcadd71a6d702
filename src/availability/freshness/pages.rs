//! Freshness on pages: confirming from a mail, and the overview of the account manager.

pub mod confirm;
pub mod overview;
