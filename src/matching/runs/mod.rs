//! Regionaal voorstel als vastgelegde ronde (run): the regional plan at one moment, kept whole with its problem, answer and
//! proof. It is compared with the one before, with other ways to divide places, and with what happened; and providers are
//! asked to respond to what it proposes.

pub mod actions;
pub mod api;
pub mod asking;
pub mod chasing;
mod mails;
pub mod mapping;
pub mod model;
pub mod pages;
pub mod planning;
pub mod questions;
mod since;
mod store;
