//! Redenen (reasons): from which the people of a region choose, in its own order and words, with every earlier choice kept.
//! What a reason means and what follows from it is the program's.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
