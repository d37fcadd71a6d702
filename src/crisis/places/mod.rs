//! Informatiepunt: the places in which a child can stay at once, held, given and confirmed, so that nobody gives away the
//! same one twice.

pub mod actions;
pub mod api;
pub mod keeping;
pub mod keeping_api;
pub mod model;
pub mod pages;
pub mod placing;
pub mod reminding;
mod store;
