//! Wachtenden voor aanbieders (open list): what providers see of the children who wait, so coarsely that no row points at
//! one of them.
//!
//! The list of a region is published at set moments and stays as it is until the next: what changes in between shows
//! nothing, and who compares two lists compares two moments that all know. A provider sees the part of it for which it has
//! a contract, chosen by what is shown and by nothing else. Of a product of which it is kept from somebody, it has rows of
//! its own, made without that child.

pub mod actions;
pub mod api;
mod mails;
pub mod model;
pub mod pages;
pub mod publishing;
mod store;
pub mod telling;
