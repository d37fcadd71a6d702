//! Looks at the database as a whole: what it holds, and whether it is sound.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::manifest::Contents;
use crate::audit::actions::{AuditLog, find_head};
use crate::audit::chain::Head;
use crate::db::Connection;
use crate::db::schema::{follow, follow_place};
use crate::error::{Error, Result};
use crate::on_each;
use crate::waiting_list::access_log::model::AccessLog;

/// The table of the seals of the audit.
pub(super) const SEALS: &str = "audit_seal";
/// The table with the migrations that were run, kept by diesel.
pub(super) const MIGRATIONS: &str = "__diesel_schema_migrations";
/// The table with the seals of the access log.
pub(super) const ACCESS_SEALS: &str = "access_seal";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The tables of the database, in alphabetical order.
fn list_tables(conn: &mut Connection) -> Result<Vec<String>> {
    let names: Vec<Name> = match conn {
        Connection::Sqlite(conn) => diesel::sql_query(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )
        .load(conn)?,
        Connection::Postgres(conn) => diesel::sql_query(
            "SELECT table_name::text AS name FROM information_schema.tables \
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1",
        )
        .load(conn)?,
    };
    Ok(names.into_iter().map(|row| row.name).collect())
}

pub(super) fn is_empty(conn: &mut Connection) -> Result<bool> {
    Ok(list_tables(conn)?.is_empty())
}

/// Whether there is a schema of this name in a database of PostgreSQL.
pub(super) fn has_schema(conn: &mut Connection, name: &str) -> Result<bool> {
    let Connection::Postgres(conn) = conn else { return Ok(false) };
    let found: Count = diesel::sql_query("SELECT count(*) AS count FROM pg_namespace WHERE nspname = $1")
        .bind::<Text, _>(name)
        .get_result(conn)?;
    Ok(found.count > 0)
}

/// What the database holds; to be asked within one transaction, or of a copy that nobody writes to.
pub(super) fn read_contents(conn: &mut Connection) -> Result<Contents> {
    let mut rows = BTreeMap::new();
    for table in list_tables(conn)? {
        // The names come from the database itself, and are ours.
        let query = format!("SELECT count(*) AS count FROM \"{table}\"");
        let found: Count = on_each!(conn, c => diesel::sql_query(query).get_result(c))?;
        rows.insert(table, found.count);
    }
    let head = |known: bool, find: fn(&mut Connection) -> Result<Head>, conn: &mut Connection| {
        if known { find(conn).map(|head| head.to_string()) } else { Ok(String::new()) }
    };
    let audit_head = head(rows.contains_key(SEALS), find_head::<AuditLog>, conn)?;
    let access_head = head(rows.contains_key(ACCESS_SEALS), find_head::<AccessLog>, conn)?;
    Ok(Contents { rows, audit_head, access_head })
}

/// The addresses that follow a search or were asked to.
pub(super) fn list_followers(conn: &mut Connection) -> Result<Vec<String>> {
    Ok(follow::table.select(follow::email).distinct().load(conn)?)
}

pub(super) fn delete_follows(conn: &mut Connection) -> Result<usize> {
    diesel::delete(follow_place::table).execute(conn)?;
    Ok(diesel::delete(follow::table).execute(conn)?)
}

/// Copies a SQLite database as it is at one moment into a new file.
pub(super) fn vacuum_into(conn: &mut Connection, file: &str) -> Result<()> {
    let Connection::Sqlite(conn) = conn else { return Err(Error::internal("not a SQLite database")) };
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(file).execute(conn)?;
    Ok(())
}

/// What SQLite finds wrong with a database; nothing for a sound one.
pub(super) fn list_faults(conn: &mut Connection) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct Check {
        #[diesel(sql_type = Text)]
        integrity_check: String,
    }
    let Connection::Sqlite(conn) = conn else { return Ok(Vec::new()) };
    let checks: Vec<Check> = diesel::sql_query("PRAGMA integrity_check(20)").load(conn)?;
    let mut faults: Vec<String> =
        checks.into_iter().map(|row| row.integrity_check).filter(|text| text != "ok").collect();
    let orphans: Count =
        diesel::sql_query("SELECT count(*) AS count FROM pragma_foreign_key_check").get_result(conn)?;
    if orphans.count > 0 {
        faults.push(format!("{} rows refer to something that is not there", orphans.count));
    }
    Ok(faults)
}

/// The name under which another connection of PostgreSQL can see what this transaction sees.
pub(super) fn export_snapshot(conn: &mut Connection) -> Result<String> {
    let found: Name =
        on_each!(conn, c => diesel::sql_query("SELECT pg_export_snapshot() AS name").get_result(c))?;
    Ok(found.name)
}

/// Runs a statement on PostgreSQL outside a transaction.
pub(super) fn run(conn: &mut Connection, statement: &str) -> Result<()> {
    Ok(on_each!(conn, c => c.batch_execute(statement))?)
}
