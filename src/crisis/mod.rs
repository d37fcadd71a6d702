//! Crisiscoördinatiepunt: the desk that takes crisis requests (loket), divides them (verdeelpunt), knows the places
//! (informatiepunt) and keeps the records (registratiepunt).

pub mod registration;
pub mod requests;
pub mod settings;
