//! Productenboek (product book): regions, municipalities, segments, products, providers, locations and
//! contracts. Managed by the administrator on pages under `/beheer` and by the API.
//!
//! Every kind of thing has a folder with the same files. Nothing is deleted: what ends gets a last day.

pub mod common;
pub mod contracts;
pub mod described;
pub mod locations;
pub mod mail_queue;
pub mod municipalities;
pub mod overview;
pub mod postcodes;
pub mod products;
pub mod providers;
pub mod regions;
pub mod segments;
mod store;
