//! Reads lines of the audit for one region.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{count_star, exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::model::{LogFilter, LogLine, Outcome};
use crate::audit::chain::Head;
use crate::db::schema::{
    audit_event as line, audit_head_mail, audit_seal as seal, crisis_assignment, crisis_request,
    organisation, product, response, user_account, waiting_client,
};
use crate::db::{Backend, Connection, containing, lower};
use crate::error::Result;

/// Lets through the lines of a region that fit the filter: those of its users, and those of nobody, such as a failed sign-in
/// or what a server did by itself, unless they are about somebody or something of another region. A macro, because the type
/// of a query depends on what it selects.
macro_rules! fitting {
    ($query:expr, $region_id:expr, $filter:expr) => {{
        let users = user_account::table
            .inner_join(organisation::table)
            .filter(organisation::region_id.eq($region_id))
            .select(user_account::id.nullable());
        let other_users = user_account::table
            .inner_join(organisation::table)
            .filter(organisation::region_id.ne($region_id))
            .select(sql::<Text>("CAST(user_account.id AS TEXT)"));
        let other_clients = waiting_client::table
            .inner_join(product::table)
            .filter(product::region_id.ne($region_id))
            .select(waiting_client::code);
        let other_responses = response::table
            .inner_join(waiting_client::table.inner_join(product::table))
            .filter(product::region_id.ne($region_id))
            .select(sql::<Text>("CAST(response.id AS TEXT)"));
        let other_requests = crisis_request::table
            .filter(crisis_request::region_id.ne($region_id))
            .select(crisis_request::code);
        let other_assignments = crisis_assignment::table
            .inner_join(crisis_request::table)
            .filter(crisis_request::region_id.ne($region_id))
            .select(sql::<Text>("CAST(crisis_assignment.id AS TEXT)"));
        // Codes are written with dashes and kept without.
        let code = || sql::<Text>("REPLACE(audit_event.object_id, '-', '')");
        let kind = |kind: &'static str| line::object_type.eq(kind);
        let of_others = (kind("gebruiker").and(line::object_id.eq_any(other_users)))
            .or(kind("wachtende").and(code().eq_any(other_clients)))
            .or(kind("reactie").and(line::object_id.eq_any(other_responses)))
            .or(kind("crisisaanvraag").and(code().eq_any(other_requests)))
            .or(kind("crisistoewijzing").and(line::object_id.eq_any(other_assignments)));
        let of_nobody = line::user_id.is_null().and(not(of_others));
        let mut query = $query.filter(of_nobody.or(line::user_id.eq_any(users)));
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
        if !$filter.action.is_empty() {
            query = query.filter(line::action.like(containing(&$filter.action)).escape('\\'));
        }
        if !$filter.object_type.is_empty() {
            query = query.filter(line::object_type.eq(&$filter.object_type));
        }
        if !$filter.object_id.is_empty() {
            query = query.filter(line::object_id.eq(&$filter.object_id));
        }
        if !$filter.request_id.is_empty() {
            query = query.filter(line::request_id.eq(&$filter.request_id));
        }
        if let Some(outcome) = $filter.outcome {
            query = query.filter(line::outcome.eq(outcome.stored()));
        }
        query
    }};
}

type Row = (
    (
        i64,
        NaiveDateTime,
        String,
        String,
        Option<i64>,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
        Option<String>,
        Option<String>,
    ),
    Option<(i64, String)>,
);

fn line_of((row, seal): Row) -> LogLine {
    let (id, at, request_id, origin, _, user_name, organisation, roles, action, outcome, object_type, ..) =
        row.clone();
    let (.., object_id, before, after) = row;
    LogLine {
        id,
        at: at.and_utc(),
        user_name,
        organisation,
        roles,
        action,
        outcome: if outcome == Outcome::Done.stored() { Outcome::Done } else { Outcome::Refused },
        object_type,
        object_id,
        before,
        after,
        origin,
        request_id,
        seal,
    }
}

/// How many lines fit the filter.
pub(super) fn count_lines(conn: &mut Connection, region_id: i64, filter: &LogFilter) -> Result<i64> {
    let query = line::table.select(count_star()).into_boxed::<Backend>();
    Ok(fitting!(query, region_id, filter).first(conn)?)
}

/// Some of the lines that fit the filter, the newest first unless asked otherwise.
pub(super) fn list_lines(
    conn: &mut Connection,
    region_id: i64,
    filter: &LogFilter,
    oldest_first: bool,
    (offset, limit): (i64, i64),
) -> Result<Vec<LogLine>> {
    let query = line::table
        .left_join(seal::table)
        .select((line::all_columns, (seal::seq, seal::hash).nullable()))
        .into_boxed::<Backend>();
    let query = fitting!(query, region_id, filter);
    let query = if oldest_first { query.order(line::id.asc()) } else { query.order(line::id.desc()) };
    let rows: Vec<Row> = query.offset(offset).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(line_of).collect())
}

pub(super) fn find_line(conn: &mut Connection, region_id: i64, id: i64) -> Result<Option<LogLine>> {
    let query = line::table
        .left_join(seal::table)
        .filter(line::id.eq(id))
        .select((line::all_columns, (seal::seq, seal::hash).nullable()))
        .into_boxed::<Backend>();
    let any = LogFilter::default();
    let row: Option<Row> = fitting!(query, region_id, any).first(conn).optional()?;
    Ok(row.map(line_of))
}

pub(super) fn has_head_mail(conn: &mut Connection, day: NaiveDate) -> Result<bool> {
    Ok(diesel::select(exists(audit_head_mail::table.find(day))).get_result(conn)?)
}

/// A conflict when another server mailed on this day.
pub(super) fn insert_head_mail(
    conn: &mut Connection,
    day: NaiveDate,
    head: &Head,
    at: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(audit_head_mail::table)
        .values((
            audit_head_mail::day.eq(day),
            audit_head_mail::seq.eq(head.seq),
            audit_head_mail::hash.eq(&head.hash),
            audit_head_mail::at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
}
