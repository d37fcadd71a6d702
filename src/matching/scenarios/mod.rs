//! Wat-als (scenario): what the regional plan would be if something were otherwise. Worked out on a picture of the region of
//! one moment; the real lists, the live plan and the runs know nothing of it.
//!
//! | file | does |
//! |---|---|
//! | `naming` | from codes of the region to what the rules take, and to words |
//! | `working_out` | one scenario beside the region as it is |
//! | `contracts` | which contracts that are missing would place more children, or sooner |
//! | `sweeping` | one change over a range of values, beside the requests |

pub mod actions;
pub mod api;
mod contracts;
pub mod model;
mod naming;
pub mod pages;
mod store;
pub mod sweeping;
mod working_out;
