//! Writing down who looked, and looking at what was written. Who reads the log leaves a line of that, in the same
//! transaction.

use chrono::{DateTime, Utc};

use super::model::{Access, AccessFilter, AccessKind, AccessLine};
use super::store;
use crate::actor::Actor;
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// The most lines in one download.
pub const LONGEST_DOWNLOAD: i64 = 100_000;

/// Writes down that somebody looked at waiting clients. To be called before anything is shown, inside a transaction or
/// not: when it fails nothing may be shown, because nobody would know of it.
pub fn record(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, access: &Access) -> Result<()> {
    store::insert_line(conn, actor, now, access)
}

/// One page of the log, and how many lines there are in all.
pub fn list_lines(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    filter: &AccessFilter,
    oldest_first: bool,
    rows: (i64, i64),
) -> Result<(Vec<AccessLine>, i64)> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    db::write(conn, |conn| {
        let total = store::count_lines(conn, region_id, filter)?;
        let lines = store::list_lines(conn, region_id, filter, oldest_first, rows)?;
        record(conn, actor, now, &looking(AccessKind::ListAccess, filter)?)?;
        Ok((lines, total))
    })
}

/// All lines that fit the filter, oldest first, for a file.
pub fn export_lines(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    filter: &AccessFilter,
) -> Result<Vec<AccessLine>> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    db::write(conn, |conn| {
        let lines = store::list_lines(conn, region_id, filter, true, (0, LONGEST_DOWNLOAD))?;
        record(conn, actor, now, &looking(AccessKind::ExportAccess, filter)?)?;
        Ok(lines)
    })
}

fn looking(kind: AccessKind, filter: &AccessFilter) -> Result<Access> {
    let access = Access::new(kind);
    if filter.is_empty() { Ok(access) } else { access.asking(filter) }
}
