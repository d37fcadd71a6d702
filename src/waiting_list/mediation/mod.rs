//! Wachtlijstbemiddeling (mediation): who waits past a norm, whose turn it is to find a place, and by when. The toegang
//! works on its own clients; the account manager sees codes, norms, steps and providers but never what a child needs, and so do
//! the municipality, of a step that is its own, and the expert team, of what reached it.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
