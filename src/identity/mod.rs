//! Inloggen en rollen (identity): organisations, users, sign-in, tokens and who may do what.

pub mod account;
pub mod evenly;
pub mod keyed_requests;
pub mod limits;
pub mod links;
pub mod model;
pub mod opaque;
pub mod organisations;
pub mod passwords;
pub mod policy;
pub mod recipients;
pub mod second_factor;
pub mod service_accounts;
pub mod sign_in;
mod store;
pub mod tokens;
pub mod users;
pub mod vault;
