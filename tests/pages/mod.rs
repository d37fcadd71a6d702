//! The pages over HTTP.

mod add_offer;
mod book;
mod capacity;
mod error_reports;
mod follows;
mod freshness;
mod sign_in;
