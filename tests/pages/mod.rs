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
mod crisis_outage;
mod crisis_records;
pub mod crisis_reports;
mod error_reports;
mod exchange;
mod follows;
mod freshness;
mod links;
mod matching;
mod mediation;
pub mod regional;
mod responses;
pub mod scenarios;
mod second_factor;
mod service_accounts;
mod sign_in;
mod users;
mod waiting_clients;
