//! What every page and every API answer shares: the way in, the way out, and the looks.

pub mod assets;
pub mod bars;
pub mod chart;
pub mod connections;
pub mod context;
pub mod csv;
pub mod described;
pub mod errors;
pub mod fields;
pub mod form;
pub mod format;
pub mod info;
pub mod input;
pub mod lists;
pub mod look;
pub mod needs;
pub mod notes;
pub mod once;
pub mod page;
pub mod pipeline;
pub mod reply;
pub mod trap;
pub mod upload;
