//! Reports on pages: making one, its status, the list for who answers, and the answer.

pub mod answer;
pub mod list;
pub mod report;
