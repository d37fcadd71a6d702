//! Registratiepunt: the records of crisis care, completed and corrected, and the quarters that are closed over them.

pub mod actions;
pub mod api;
mod checking;
pub mod confirming;
pub mod input;
pub mod model;
pub mod pages;
mod store;
