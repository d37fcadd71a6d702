//! Reacties (responses): a provider says that it can take a waiting client, and the toegang weighs what came in. One is
//! accepted and becomes a placement, the others end; silence is chased.

mod accompanying;
pub mod actions;
pub mod api;
pub mod chasing;
pub mod erasing;
mod fitting;
pub(in crate::waiting_list) mod mails;
pub mod model;
pub mod pages;
pub mod placing;
pub mod questions;
mod store;
pub mod weighing;
