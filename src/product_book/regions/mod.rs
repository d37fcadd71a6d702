//! Regio's (regions): groups of municipalities that contract together, with their contact, norms and terms for
//! freshness. A region is made by the command line, not here: it comes with users of its own.

pub mod actions;
pub mod api;
pub mod members;
pub mod model;
pub mod pages;
mod store;
