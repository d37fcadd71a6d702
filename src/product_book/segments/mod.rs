//! Segmenten (segments): the parts a region divides its supply into.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
