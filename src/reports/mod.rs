//! Reports: what happened, for those who must be able to account for it. Reads what all other features wrote.

pub mod audit_log;
pub mod quarterly;
