//! Locaties (locations): the sites of a provider, each placed on the map by its postcode.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
