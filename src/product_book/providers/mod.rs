//! Aanbieders (providers): care organisations, main contractors and the sub-contractors that work for them.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
