//! Crisiscoördinatiepunt: the rules of the desk that takes crisis requests, divides them, knows the places and keeps
//! the records.

pub mod answering;
pub mod board_order;
pub mod codes;
pub mod completeness;
pub mod distribution;
pub mod life;
pub mod places;
pub mod quarter;
pub mod records;
pub mod report;
pub mod routing;
pub mod similarity;
pub mod stay;
pub mod tables;
pub mod triage;
pub mod urgency_terms;
pub mod versions;

#[cfg(test)]
mod tests;
