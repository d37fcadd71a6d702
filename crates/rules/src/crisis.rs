//! Crisiscoördinatiepunt: the rules of the desk that takes crisis requests, divides them, knows the places and keeps
//! the records.

pub mod codes;
pub mod completeness;
pub mod quarter;
pub mod records;
pub mod report;
pub mod tables;
pub mod versions;

#[cfg(test)]
mod tests;
