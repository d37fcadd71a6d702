//! One file per thing that is promised.

pub mod crisis_board;
pub mod crisis_report;
pub mod growth;
pub mod matching;
pub mod memory;
pub mod open_list;
pub mod over_http;
pub mod saving;
pub mod searching;
pub mod starting;
