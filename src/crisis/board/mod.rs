//! Crisisbord: what is open at the crisis point, what is late, and what the next step is; on every screen at once.
//!
//! A server keeps the board of each region in memory and follows the timeline of requests for news, so that it shows
//! what other servers write too, and stays readable while the database is away.

pub mod actions;
pub mod api;
pub mod live;
pub mod model;
pub mod pages;
mod store;
pub mod stream;
