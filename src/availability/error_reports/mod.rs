//! Meldingen (error reports): anybody who sees a figure that is not right says so; the provider and the account manager
//! hear of it, and everybody sees what became of it.

pub mod actions;
pub mod api;
mod mails;
pub mod model;
pub mod pages;
pub mod reported;
mod store;
