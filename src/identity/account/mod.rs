//! Mijn account (account): a user's own password, sessions, second factor and tokens.

pub mod actions;
pub mod pages;
