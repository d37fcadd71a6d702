//! Wachtlijst: the children of the region who wait, each under a code, and how they get a place.

pub mod access_log;
pub mod bridging;
pub mod clients;
pub mod given_help;
pub mod late_responses;
pub mod mediation;
pub mod open_list;
pub mod reasons;
pub mod replacement;
pub mod responses;
pub mod waits;
