//! Adds lines to the access log and reads them for one region.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{Access, AccessFilter, AccessLine, AccessLog, WholeLine};
use crate::actor::Actor;
use crate::audit::chain::{Head, Seal};
use crate::audit::chained_log;
use crate::db::schema::{access_cut as cut, access_event as line, access_seal as seal};
use crate::db::{Backend, Connection, containing, lower};
use crate::error::{Error, Result};
use crate::on_each;

/// What writes the lines.
const SOURCE: &str = concat!("beschikbaarheidswijzer ", env!("CARGO_PKG_VERSION"));

/// Variables in a statement; SQLite takes 32,766 at most.
const DELETED_AT_ONCE: usize = 1_000;

/// One statement, so that a line is there whole whether or not the caller has a transaction.
pub(super) fn insert_line(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    access: &Access,
) -> Result<()> {
    let who = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let roles = who.roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(" ");
    on_each!(conn, c => diesel::insert_into(line::table)
        .values((
            line::at.eq(now.naive_utc()),
            line::region_id.eq(who.region_id),
            line::request_id.eq(&actor.request_id),
            line::origin.eq(&actor.origin),
            line::user_id.eq(Some(who.user_id)),
            line::user_name.eq(&who.user_name),
            line::display_name.eq(&who.display_name),
            line::organisation.eq(&who.organisation_name),
            line::roles.eq(roles),
            line::kind.eq(access.kind.code()),
            line::action.eq(access.kind.action()),
            line::purpose.eq(access.kind.purpose().code()),
            line::rule.eq(access.kind.rule()),
            line::subjects.eq(access.subjects.join(" ")),
            line::subject_count.eq(i32::try_from(access.subjects.len()).unwrap_or(i32::MAX)),
            line::object_id.eq(&access.object_id),
            line::question.eq(&access.question),
            line::outcome.eq(access.outcome.code()),
            line::trace_id.eq(&actor.trace_id),
            line::on_behalf_of.eq(who.scopes.as_ref().map(|_| &who.organisation_name)),
            line::source.eq(Some(SOURCE)),
            line::object_type.eq(Some(access.kind.object_type())),
            line::object_version.eq(&access.object_version),
        ))
        .execute(c))?;
    Ok(())
}

/// Lets through the lines of a region that fit the filter. A macro, because the type of a query depends on what it
/// selects.
macro_rules! fitting {
    ($query:expr, $region_id:expr, $filter:expr) => {{
        let mut query = $query.filter(line::region_id.eq($region_id));
        let (from, until) = $filter.moments();
        if let Some(from) = from {
            query = query.filter(line::at.ge(from));
        }
        if let Some(until) = until {
            query = query.filter(line::at.lt(until));
        }
        if !$filter.user.is_empty() {
            query = query.filter(lower(line::user_name).like(containing(&$filter.user)).escape('\\'));
        }
        if !$filter.code.is_empty() {
            query = query.filter(lower(line::subjects).like(containing(&$filter.code)).escape('\\'));
        }
        if !$filter.kind.is_empty() {
            query = query.filter(line::kind.eq(&$filter.kind));
        }
        query
    }};
}

#[derive(Queryable)]
struct Row {
    id: i64,
    at: NaiveDateTime,
    request_id: String,
    origin: String,
    user_name: String,
    display_name: String,
    organisation: String,
    roles: String,
    kind: String,
    action: String,
    purpose: String,
    rule: String,
    subjects: String,
    object_id: String,
    question: Option<String>,
    outcome: String,
    trace_id: Option<String>,
    on_behalf_of: Option<String>,
    source: Option<String>,
    object_type: Option<String>,
    object_version: Option<String>,
}

impl From<Row> for AccessLine {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            at: row.at.and_utc(),
            request_id: row.request_id,
            origin: row.origin,
            user_name: row.user_name,
            display_name: row.display_name,
            organisation: row.organisation,
            roles: row.roles,
            kind: row.kind,
            action: row.action,
            purpose: row.purpose,
            rule: row.rule,
            subjects: row.subjects.split_whitespace().map(str::to_owned).collect(),
            object_id: row.object_id,
            question: row.question,
            outcome: row.outcome,
            trace_id: row.trace_id,
            on_behalf_of: row.on_behalf_of,
            source: row.source,
            object_type: row.object_type,
            object_version: row.object_version,
        }
    }
}

pub(super) fn count_lines(conn: &mut Connection, region_id: i64, filter: &AccessFilter) -> Result<i64> {
    let query = line::table.select(count_star()).into_boxed::<Backend>();
    Ok(fitting!(query, region_id, filter).first(conn)?)
}

/// Some of the lines that fit the filter, the newest first unless asked otherwise.
pub(super) fn list_lines(
    conn: &mut Connection,
    region_id: i64,
    filter: &AccessFilter,
    oldest_first: bool,
    (offset, limit): (i64, i64),
) -> Result<Vec<AccessLine>> {
    let query = line::table
        .select((
            line::id,
            line::at,
            line::request_id,
            line::origin,
            line::user_name,
            line::display_name,
            line::organisation,
            line::roles,
            line::kind,
            line::action,
            line::purpose,
            line::rule,
            line::subjects,
            line::object_id,
            line::question,
            line::outcome,
            line::trace_id,
            line::on_behalf_of,
            line::source,
            line::object_type,
            line::object_version,
        ))
        .into_boxed::<Backend>();
    let query = fitting!(query, region_id, filter);
    let query = if oldest_first { query.order(line::id.asc()) } else { query.order(line::id.desc()) };
    let rows: Vec<Row> = query.offset(offset).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A whole line, with what only the chain looks at.
#[derive(Queryable)]
struct WholeRow {
    id: i64,
    at: NaiveDateTime,
    region_id: i64,
    request_id: String,
    origin: String,
    user_id: Option<i64>,
    user_name: String,
    display_name: String,
    organisation: String,
    roles: String,
    kind: String,
    action: String,
    purpose: String,
    rule: String,
    subjects: String,
    subject_count: i32,
    object_id: String,
    question: Option<String>,
    outcome: String,
    trace_id: Option<String>,
    on_behalf_of: Option<String>,
    source: Option<String>,
    object_type: Option<String>,
    object_version: Option<String>,
}

impl From<WholeRow> for WholeLine {
    fn from(row: WholeRow) -> Self {
        Self {
            id: row.id,
            at: row.at,
            numbers: [Some(row.region_id), row.user_id, Some(row.subject_count.into())],
            texts: [
                row.request_id,
                row.origin,
                row.user_name,
                row.display_name,
                row.organisation,
                row.roles,
                row.kind,
                row.action,
                row.purpose,
                row.rule,
                row.subjects,
                row.object_id,
                row.outcome,
            ],
            question: row.question,
            later: [row.trace_id, row.on_behalf_of, row.source, row.object_type, row.object_version],
        }
    }
}

chained_log!(AccessLog, line, seal, WholeRow, WholeLine, find_start);

/// Where the chain starts: after what was removed last.
pub(super) fn find_start(conn: &mut Connection) -> Result<Head> {
    let newest: Option<(i64, String)> =
        cut::table.order(cut::seq.desc()).select((cut::seq, cut::hash)).first(conn).optional()?;
    Ok(newest.map_or_else(|| Head::start(AccessLog::START), |(seq, hash)| Head { seq, hash }))
}

/// The last of at most so many seals from the start on whose lines are all from before this moment.
pub(super) fn find_end_of_old(
    conn: &mut Connection,
    start: i64,
    before: NaiveDateTime,
    most: i64,
) -> Result<Option<Head>> {
    // Most often nothing is old, which the oldest line tells.
    let oldest: Option<NaiveDateTime> =
        line::table.order(line::id).select(line::at).first(conn).optional()?;
    if oldest.is_none_or(|at| at >= before) {
        return Ok(None);
    }
    let first_kept: Option<i64> = seal::table
        .inner_join(line::table)
        .filter(line::at.ge(before))
        .select(diesel::dsl::min(seal::seq))
        .get_result(conn)?;
    let last = first_kept.map_or(i64::MAX, |seq| seq - 1).min(start + most);
    let found: Option<(i64, String)> = seal::table
        .filter(seal::seq.gt(start))
        .filter(seal::seq.le(last))
        .order(seal::seq.desc())
        .select((seal::seq, seal::hash))
        .first(conn)
        .optional()?;
    Ok(found.map(|(seq, hash)| Head { seq, hash }))
}

/// Removes the lines up to and with a place in the chain; returns how many.
pub(super) fn delete_until(
    conn: &mut Connection,
    end: &Head,
    before: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<usize> {
    on_each!(conn, c => diesel::insert_into(cut::table)
        .values((cut::seq.eq(end.seq), cut::hash.eq(&end.hash), cut::before.eq(before), cut::cut_at.eq(now)))
        .execute(c))?;
    let old = seal::table.filter(seal::seq.le(end.seq));
    let ids: Vec<i64> = old.select(seal::event_id).load(conn)?;
    diesel::delete(old).execute(conn)?;
    let mut count = 0;
    for some in ids.chunks(DELETED_AT_ONCE) {
        count += diesel::delete(line::table.filter(line::id.eq_any(some))).execute(conn)?;
    }
    Ok(count)
}
