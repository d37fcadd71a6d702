//! Logboek (audit log): the audit on pages for the privacy officer, line by line. Looking at it is itself a line.

pub mod actions;
pub mod api;
pub mod head_mail;
pub mod model;
pub mod pages;
mod store;
