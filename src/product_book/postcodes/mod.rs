//! Postcodes (four digits): where each lies and in which municipality. Not of one region: a postcode is the same everywhere.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
