//! Wachtenden (waiting clients): registration, and each step until care starts or the child leaves the list.

pub mod actions;
pub mod api;
mod mails;
pub mod model;
pub mod pages;
pub mod reading;
pub mod settings;
pub mod standing;
pub mod steps;
mod store;
pub mod upkeep;
mod words;
