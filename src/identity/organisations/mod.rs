//! Organisaties (organisations): where users belong, and by that what they can see and do.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
pub(super) mod store;
