//! Integration tests: the whole program over HTTP, on SQLite and on PostgreSQL.

#![expect(unreachable_pub, reason = "a test program has no outside")]
#![expect(clippy::expect_used, reason = "a test stops at what it does not expect, in its helpers too")]

mod access_chain;
mod api;
mod architecture;
mod audit;
mod audit_chain;
mod audit_crisis;
mod audit_division;
mod audit_identity;
mod audit_responses;
mod backup;
mod commands;
mod database;
mod endurance;
mod exchange;
mod good_writes;
mod installing;
mod outbox;
mod own_and_other;
mod pages;
mod roles;
mod several_servers;
mod support;
mod templates;
