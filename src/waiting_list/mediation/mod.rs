//! Wachtlijstbemiddeling (mediation): who waits past a norm, whose turn it is to find a place, and by when. The toegang
//! works on its own clients; the account manager sees codes, norms and steps but never what a child needs; the expert
//! team sees what reached it.

pub mod actions;
pub mod model;
pub mod pages;
mod store;
