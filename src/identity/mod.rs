//! Inloggen en rollen (identity): organisations, users, sign-in, tokens and who may do what.

pub mod actions;
pub mod limits;
pub mod model;
pub mod opaque;
pub mod pages;
pub mod passwords;
pub mod policy;
pub mod recipients;
mod store;
pub mod tokens;

/// The cookie of a session. The prefix makes browsers insist on HTTPS (or a loopback address), on this
/// very host and on the whole site.
pub const SESSION_COOKIE: &str = "__Host-sessie";
