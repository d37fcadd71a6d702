//! Crisisaanvragen: what the desk writes down, who handles it, and every step until it is closed.

pub mod actions;
pub mod model;
mod store;
