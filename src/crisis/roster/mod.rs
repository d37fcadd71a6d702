//! Rooster: who holds which duty of the crisis point, and what the next one must know.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
