//! Wachtenden (waiting clients): registration, and each step until care starts or the child leaves the list.

pub mod actions;
pub mod model;
mod store;
