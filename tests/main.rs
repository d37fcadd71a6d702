//! Integration tests: the whole program over HTTP, on SQLite and on PostgreSQL.

#![expect(unreachable_pub, reason = "a test program has no outside")]

mod api;
mod architecture;
mod audit;
mod database;
mod pages;
mod roles;
mod support;
