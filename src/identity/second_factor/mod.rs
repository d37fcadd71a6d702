//! Tweede factor (second factor): a code from an app on the user's own phone (TOTP, RFC 6238), and recovery codes for
//! when the phone is lost. It outlives a reset of the password.

pub mod actions;
pub mod pages;
mod qr;
mod store;
