//! The pages over HTTP.

mod access_log;
mod account;
mod add_offer;
mod audit_log;
mod book;
mod capacity;
mod crisis;
mod crisis_case;
mod crisis_division;
pub mod crisis_reports;
mod error_reports;
mod exchange;
mod follows;
mod freshness;
mod links;
mod matching;
pub mod regional;
mod responses;
mod second_factor;
mod service_accounts;
mod sign_in;
mod users;
mod waiting_clients;
