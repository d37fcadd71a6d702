//! The API over HTTP, in JSON as others send and get it.

mod agreements;
mod book;
mod crisis_case;
mod crisis_division;
mod crisis_places;
mod crisis_point;
pub mod crisis_registration;
mod crisis_requests;
mod deliveries;
mod forged;
mod limits;
mod matching;
mod mediation;
mod notes;
mod offers;
mod privacy;
mod reasons;
mod regional;
mod replacement;
mod responses;
mod scenarios;
mod segments;
mod settings;
mod shape;
mod tokens;
pub mod waiting_clients;
