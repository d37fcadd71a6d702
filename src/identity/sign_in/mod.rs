//! Inloggen (sign-in): with user name and password, and for most roles a second factor.

pub mod actions;
pub mod device;
pub mod pages;
pub mod remembered;
pub(super) mod store;

/// The cookie of a session. The prefix makes browsers insist on HTTPS (or a loopback address), on this
/// very host and on the whole site.
pub const SESSION_COOKIE: &str = "__Host-sessie";
/// The cookie that says that a user signed in before with this browser. Gives no access.
pub const DEVICE_COOKIE: &str = "__Host-apparaat";
