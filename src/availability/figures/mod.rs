//! Cijfers (figures): what providers publish per product and location, confirmed by them, with everything it
//! ever was.

pub mod actions;
pub mod api;
pub mod charts;
pub mod model;
pub mod pages;
mod store;
mod words;
