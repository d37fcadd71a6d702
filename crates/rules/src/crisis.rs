//! Crisiscoördinatiepunt: the rules about requests for crisis care, and the quarterly report about them.

pub mod completeness;
pub mod quarter;
pub mod records;
pub mod report;
pub mod tables;
pub mod versions;

#[cfg(test)]
mod tests;
