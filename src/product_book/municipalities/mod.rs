//! Gemeenten (municipalities): all of the Netherlands, by CBS code. Not of one region: a code is the same
//! everywhere, and after a merger the old codes end and a new one begins.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
