//! Looking at the log. Who looks leaves a line of that, and gets to see nothing before that line is kept. What is looked at
//! is read first, so that a long look does not keep others from writing.

use chrono::{DateTime, Utc};

use super::model::{LogFilter, LogLine};
use super::store;
use crate::actor::Actor;
use crate::audit::actions::{AuditLog, find_head};
use crate::audit::chain::Head;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// The most lines in one download.
pub const LONGEST_DOWNLOAD: i64 = 100_000;

/// One page of the log, and what is around it.
pub struct LogPage {
    pub lines: Vec<LogLine>,
    pub total: i64,
    /// The end of the chain.
    pub head: Head,
}

fn region_of(actor: &Actor) -> Result<i64> {
    actor.region_id().ok_or(Error::Forbidden)
}

pub fn list_lines(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    filter: &LogFilter,
    oldest_first: bool,
    rows: (i64, i64),
) -> Result<LogPage> {
    let region_id = region_of(actor)?;
    let page = db::read(conn, |conn| {
        let total = store::count_lines(conn, region_id, filter)?;
        let lines = store::list_lines(conn, region_id, filter, oldest_first, rows)?;
        Ok(LogPage { lines, total, head: find_head::<AuditLog>(conn)? })
    })?;
    record(conn, actor, now, "logboek-inzien", "", filter)?;
    Ok(page)
}

pub fn find_line(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, id: i64) -> Result<LogLine> {
    let region_id = region_of(actor)?;
    let line = store::find_line(conn, region_id, id)?.ok_or(Error::NotFound("regel"))?;
    record(conn, actor, now, "logregel-inzien", &id.to_string(), &LogFilter::default())?;
    Ok(line)
}

/// All lines that fit the filter, oldest first, for a file.
pub fn export_lines(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    filter: &LogFilter,
) -> Result<Vec<LogLine>> {
    let region_id = region_of(actor)?;
    let lines = store::list_lines(conn, region_id, filter, true, (0, LONGEST_DOWNLOAD))?;
    record(conn, actor, now, "logboek-downloaden", "", filter)?;
    Ok(lines)
}

fn record(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    action: &'static str,
    id: &str,
    filter: &LogFilter,
) -> Result<()> {
    let mut event = Event::done(action, "logboek", id);
    if !filter.is_empty() {
        event = event.change(None, filter)?;
    }
    db::write(conn, |conn| audit::record(conn, actor, now, &event))
}
