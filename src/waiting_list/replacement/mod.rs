//! Herplaatsing (replacement): whose care ends because a contract ends or a provider stops, who waits for that, and who came
//! back for another place.

pub mod actions;
pub mod api;
mod mails;
pub mod model;
pub mod pages;
mod store;
pub mod telling;
