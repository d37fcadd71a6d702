//! Overbruggingszorg (bridging care): help during the wait, started, changed and ended beside it. It touches neither the
//! waiting date nor the claim. Who could give it is proposed by the matching.

pub mod actions;
mod mails;
pub mod model;
mod store;
