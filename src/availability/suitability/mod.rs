//! Geschiktheid: which needs an offer is good at, and which it cannot take on. The matcher weighs the first and holds to
//! the second.

pub mod actions;
pub mod api;
pub mod pages;
mod store;
