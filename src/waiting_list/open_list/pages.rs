//! The open list on pages: the list itself, and how somebody hears of new clients.

pub mod choice;
pub mod list;
