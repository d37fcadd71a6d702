//! Verzoeken die één keer gebeuren (keyed requests): a request that carries a key of its sender is done once. Whoever sends
//! it again, because the answer was lost or a button was clicked twice, gets the answer it had.

pub mod actions;
pub mod model;
mod store;
