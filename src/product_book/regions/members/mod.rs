//! Lidmaatschappen (memberships): which municipality belongs to a region, for which segment, for which clients and
//! on which days. A municipality can belong to more than one region at a time.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
