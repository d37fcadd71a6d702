//! Uitwisseling (exchange): what the region keeps as files for a spreadsheet, out and in again.
//!
//! A file that comes in is first rehearsed: everything happens in a transaction that is taken back, so that the report
//! tells what the import itself would find. The import does the same again, and keeps all of it or nothing.

pub mod actions;
pub mod api;
mod importing;
mod kinds;
pub mod model;
pub mod pages;
pub mod progress;
mod store;
