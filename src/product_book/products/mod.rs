//! Producten (products): what a region contracts, by its own codes, and which product may bridge the wait for which.

pub mod actions;
pub mod api;
pub mod body;
pub mod model;
pub mod pages;
mod store;
