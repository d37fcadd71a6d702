//! Volgen (follows): somebody leaves an address and gets a mail when a place comes free in a search.

pub mod actions;
pub mod api;
mod mails;
pub mod matching;
pub mod model;
pub mod pages;
mod store;
