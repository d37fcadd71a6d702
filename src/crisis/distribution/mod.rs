//! Verdeelpunt: crisis requests are offered to the provider whose turn it is by agreed shares, and who does not take one
//! passes it on.

pub mod actions;
pub mod answering;
pub mod api;
pub mod ending;
pub(in crate::crisis) mod mails;
pub mod model;
pub mod pages;
pub mod shares;
pub mod shares_api;
mod store;
pub mod terms;
