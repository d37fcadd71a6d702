//! Inzage (access log): who looked at which waiting client, or searched for them, why and from where. Every handler
//! that shows waiting clients calls [`actions::record`]; only the privacy officer reads what it wrote, and that is
//! written down too.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
