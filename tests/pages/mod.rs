//! The pages over HTTP.

mod capacity;
mod error_reports;
mod follows;
mod freshness;
mod sign_in;
