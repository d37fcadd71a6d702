//! Berichten (notifications): mails, written to an outbox in the transaction that causes them and sent from there.
//! Called by features; calls none.

pub mod actions;
pub mod model;
mod store;
