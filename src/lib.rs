//! Beschikbaarheidswijzer: which youth-care providers of a Dutch region have room, how long the wait is,
//! and how fresh that figure is.
//!
//! `docs/architecture.md` tells how a request travels through these modules.

pub mod actor;
pub mod api_document;
pub mod audit;
pub mod availability;
pub mod background;
pub mod backup;
pub mod clock;
pub mod command_line;
pub mod config;
pub mod crisis;
pub mod db;
pub mod error;
pub mod exchange;
pub mod health;
pub mod identity;
pub mod matching;
pub mod metrics;
pub mod notifications;
pub mod paging;
pub mod product_book;
pub mod reports;
pub mod routes;
pub mod seed;
pub mod server;
pub mod state;
pub mod waiting_list;
pub mod web;
