//! Late reacties: responses that the toegang did not answer in time, for the account manager: codes, providers and days, and
//! nothing of what a child needs.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
