//! Inzet: help that was given, ambulant or as a stay: when it started, what is due, how it ends and what follows.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
