//! Kwartaalrapportage (quarterly report) of the crisis point: complete for those involved, and a public edition.
//!
//! A quarter that was closed is reported from the records it was closed with; one that is open from what is kept now,
//! counted by the database. Both go through `rules::crisis::report`.

pub mod about;
pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
pub mod publishing;
mod store;
pub mod tables;
mod views;
mod workbook;
