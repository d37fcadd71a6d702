//! Instellingen van het crisispunt: its hours and terms, its municipalities, and the lists a region words itself.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
