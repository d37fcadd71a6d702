//! Contracten (contracts): which provider may deliver which product, for whom and on which days.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
