//! Wachtenden voor aanbieders (open list): what providers see of the children who wait, so coarsely that no row points at
//! one of them.
//!
//! The list of a region is published at set moments and is the same for every provider until the next: what changes in
//! between shows nothing, and who compares two lists compares two moments that all know. A provider sees the part of it
//! for which it has a contract, chosen by what is shown and by nothing else.

pub mod actions;
pub mod api;
mod mails;
pub mod model;
pub mod pages;
mod store;
pub mod telling;
