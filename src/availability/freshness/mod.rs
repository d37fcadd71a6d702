//! Actualiteit (freshness): providers are reminded before their figures go stale, confirm from the mail, and the account
//! manager sees who does not.

pub mod actions;
pub mod api;
mod mails;
pub mod model;
pub mod pages;
pub mod reminding;
mod store;
