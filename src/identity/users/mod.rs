//! Gebruikers (users): who may sign in, with which roles, and who looked at that.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
pub mod review;
pub mod review_api;
mod store;
