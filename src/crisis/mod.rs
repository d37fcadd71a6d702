//! Crisiscoördinatiepunt: the desk that takes crisis requests (loket), divides them (verdeelpunt), knows the places
//! (informatiepunt) and keeps the records (registratiepunt).

pub mod board;
pub mod distribution;
pub mod places;
pub mod reading;
pub mod registration;
pub mod requests;
pub mod roster;
pub mod settings;
pub mod stays;
