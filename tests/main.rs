//! Integration tests: the whole program over HTTP, on SQLite and on PostgreSQL.

mod api;
mod architecture;
mod pages;
mod roles;
mod support;
