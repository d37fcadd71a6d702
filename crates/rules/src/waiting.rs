//! Wachtlijst: the rules about the children of a region who wait for care.
//!
//! A waiting client has no name here, only a code and a few coarse facts. What is stored of a child is the least
//! with which a place can be found, what others see of it is coarser still, and nobody leaves the list unnoticed.

pub mod asking;
pub mod attention;
pub mod birth;
pub mod bridged;
pub mod client_code;
pub mod coarsening;
pub mod life;
pub mod mediation;
pub mod needs;
pub mod note;
pub mod questions;
pub mod reason_lists;
pub mod reasons;
pub mod registration;
pub mod replacement;
pub mod responding;
pub mod responses;
pub mod similarity;
pub mod stay;
pub mod succession;
pub mod typed;
pub mod waited;
