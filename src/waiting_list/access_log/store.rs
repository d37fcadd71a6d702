//! Adds lines to the access log and reads them for one region.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{Access, AccessFilter, AccessLine};
use crate::actor::Actor;
use crate::db::schema::access_event as line;
use crate::db::{Backend, Connection, containing, lower};
use crate::error::{Error, Result};
use crate::on_each;

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
        ))
        .into_boxed::<Backend>();
    let query = fitting!(query, region_id, filter);
    let query = if oldest_first { query.order(line::id.asc()) } else { query.order(line::id.desc()) };
    let rows: Vec<Row> = query.offset(offset).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}
