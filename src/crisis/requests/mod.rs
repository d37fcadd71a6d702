//! Crisisaanvragen: what the desk writes down, who handles it, and every step until it is closed.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod reading;
mod store;
pub mod words;
