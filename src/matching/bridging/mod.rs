//! Overbruggingszorg voorstellen: which providers with room now, near home, could help a child while it waits, and
//! whether that should be proposed at all. What was started is kept by the waiting list.

pub mod actions;
pub mod api;
pub mod pages;
