//! Weging (weights): what counts for how much when offers are compared, as the region decided, with every earlier choice
//! kept. What a change would do is shown in counts before it is saved.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
mod store;
