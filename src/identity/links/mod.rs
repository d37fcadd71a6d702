//! Links in mails: to accept an invitation, and to choose a new password. Each works once and not for long.

pub mod actions;
mod mails;
pub mod pages;
mod store;
