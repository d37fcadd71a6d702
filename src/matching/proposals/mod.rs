//! Voorstel (proposal): where one waiting client could go, in order and with reasons, and where it could not. It can be
//! kept, and is then opened exactly as it was, whatever changed since.

pub mod actions;
pub mod api;
pub mod making;
pub mod model;
pub mod pages;
mod store;
