//! Toewijzingsbeleid (policy): who goes first when places are scarce, as the region decided, with every earlier choice
//! kept. What a change would do to those who wait now is shown before it is saved, and the public reads how it works.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
