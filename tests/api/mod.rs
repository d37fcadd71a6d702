//! The API over HTTP, in JSON as others send and get it.

pub mod administration;
pub mod agreements;
pub mod book;
pub mod crisis_case;
pub mod crisis_division;
pub mod crisis_places;
pub mod crisis_point;
pub mod crisis_registration;
pub mod crisis_requests;
pub mod deliveries;
pub mod forged;
pub mod limits;
pub mod matching;
pub mod mediation;
pub mod offers;
pub mod reasons;
pub mod regional;
pub mod replacement;
pub mod responses;
pub mod scenarios;
pub mod segments;
pub mod settings;
pub mod shape;
pub mod tokens;
pub mod waiting_clients;
