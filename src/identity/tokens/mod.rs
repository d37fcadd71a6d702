//! Toegangsbewijzen (tokens): short-lived bearer tokens for the API, and the refresh tokens that renew them.
//!
//! Everything that is handed out from one first token is a family. A family can be ended at any moment, and every
//! call asks the database whether it still stands.

pub mod actions;
pub mod api;
pub mod keyring;
pub mod signed;
mod store;
