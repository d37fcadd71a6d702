//! Matching: where a waiting client could go, where it could not, and why. A proposal, never a decision.

pub mod bridging;
pub mod matcher;
pub mod policy;
pub mod proposals;
pub mod region;
pub mod runs;
pub mod scenarios;
pub mod weighing;
pub mod weights;
