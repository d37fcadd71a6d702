//! Gegeven hulp (given help): the children to whom a provider gives help without having responded to them: bridging care, and
//! the ambulant help that goes with a stay elsewhere.

pub mod actions;
pub mod api;
pub mod model;
mod store;
