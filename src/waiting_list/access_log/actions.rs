//! Writing down who looked, and looking at what was written. Who reads the log leaves a line of that, in the same
//! transaction.

use chrono::{DateTime, Months, Utc};
use rules::waiting::client_code::ClientCode;

use super::model::{Access, AccessFilter, AccessKind, AccessLine};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// The most lines in one download.
pub const LONGEST_DOWNLOAD: i64 = 100_000;

/// Writes down that somebody looked at waiting clients. To be called before anything is shown, inside a transaction or
/// not: when it fails nothing may be shown, because nobody would know of it.
pub fn record(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, access: &Access) -> Result<()> {
    store::insert_line(conn, actor, now, access)
}

/// Writes down a look at one record by its code, whether it was found or not: a code of another and one that does not
/// exist leave the same line. What is no code at all leaves none.
pub fn record_look<T>(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    kind: AccessKind,
    code: &str,
    found: Result<T>,
) -> Result<T> {
    record_version(conn, actor, now, (kind, code), found, |_| None)
}

/// The same of a record with a version.
pub fn record_version<T>(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (kind, code): (AccessKind, &str),
    found: Result<T>,
    version: impl Fn(&T) -> Option<i32>,
) -> Result<T> {
    let Ok(code) = ClientCode::parse(code) else { return found };
    record_found(conn, actor, now, Access::new(kind).client(code.as_str()), found, version)
}

/// The same of a part of a record, such as a response by its number.
pub fn record_part<T>(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (kind, code, part): (AccessKind, &str, i64),
    found: Result<T>,
    version: impl Fn(&T) -> Option<i32>,
) -> Result<T> {
    let Ok(code) = ClientCode::parse(code) else { return found };
    let access = Access::new(kind).client(code.as_str()).object(part);
    record_found(conn, actor, now, access, found, version)
}

fn record_found<T>(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    access: Access,
    found: Result<T>,
    version: impl Fn(&T) -> Option<i32>,
) -> Result<T> {
    match found {
        Ok(found) => {
            record(conn, actor, now, &access.version(version(&found)))?;
            Ok(found)
        }
        Err(Error::NotFound(what)) => {
            record(conn, actor, now, &access.refused())?;
            Err(Error::NotFound(what))
        }
        Err(error) => Err(error),
    }
}

/// How many lines go in one transaction.
const REMOVED_AT_ONCE: i64 = 5_000;

/// Removes what is older than the log is kept; returns how many lines. The chain goes on from where it was cut.
pub fn erase_old(conn: &mut Connection, now: DateTime<Utc>, years: u8) -> Result<usize> {
    let months = Months::new(u32::from(years) * 12);
    let before = now.checked_sub_months(months).ok_or_else(|| Error::internal("no such year"))?;
    let mut removed = 0;
    loop {
        let count = db::write(conn, |conn| {
            let start = store::find_start(conn)?;
            let end = store::find_end_of_old(conn, start.seq, before.naive_utc(), REMOVED_AT_ONCE)?;
            let Some(end) = end else { return Ok(0) };
            let count = store::delete_until(conn, &end, before.naive_utc(), now.naive_utc())?;
            let event = Event::done("inzage-opschonen", "inzage", end.seq)
                .change(None, &serde_json::json!({ "regels": count, "voor": before }))?;
            audit::record(conn, &Actor::background(), now, &event)?;
            Ok(count)
        });
        match count {
            // Nothing is left, or another server was first.
            Ok(0) | Err(Error::Conflict(_)) => return Ok(removed),
            Ok(count) => removed += count,
            Err(error) => return Err(error),
        }
    }
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
