//! Queries on the files that were brought.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{Claimed, FileKind, Job, JobState};
use crate::db::Connection;
use crate::db::schema::exchange_job;
use crate::error::{Error, Result};

/// All columns of the table but the content, in the order of the fields.
type Row = (
    i64,
    i64,
    String,
    String,
    String,
    NaiveDateTime,
    Option<NaiveDateTime>,
    Option<String>,
    (Option<i32>, Option<i32>),
);

const COLUMNS: (
    exchange_job::id,
    exchange_job::user_id,
    exchange_job::kind,
    exchange_job::state,
    exchange_job::file_name,
    exchange_job::created_at,
    exchange_job::finished_at,
    exchange_job::report,
    (exchange_job::lines_done, exchange_job::lines_total),
) = (
    exchange_job::id,
    exchange_job::user_id,
    exchange_job::kind,
    exchange_job::state,
    exchange_job::file_name,
    exchange_job::created_at,
    exchange_job::finished_at,
    exchange_job::report,
    (exchange_job::lines_done, exchange_job::lines_total),
);

const BUSY: [&str; 2] = [JobState::Checking.stored(), JobState::Importing.stored()];
const NO_CONTENT: Option<Vec<u8>> = None;
const NOBODY: Option<String> = None;
const NEVER: Option<NaiveDateTime> = None;
const UNKNOWN: Option<i32> = None;

fn job((id, user_id, kind, state, file_name, created_at, finished_at, report, lines): Row) -> Result<Job> {
    let known = |lines: Option<i32>| lines.and_then(|lines| usize::try_from(lines).ok());
    Ok(Job {
        progress: known(lines.0).zip(known(lines.1)),
        id,
        user_id,
        kind: FileKind::parse(&kind)
            .ok_or_else(|| Error::internal(format!("unknown kind of file {kind}")))?,
        state: JobState::parse(&state)
            .ok_or_else(|| Error::internal(format!("unknown state of a file {state}")))?,
        file_name,
        created_at: created_at.and_utc(),
        finished_at: finished_at.map(|at| at.and_utc()),
        report: report.map(|text| serde_json::from_str(&text)).transpose().map_err(Error::internal)?,
    })
}

/// A file as it comes in.
pub(super) struct NewJob<'a> {
    pub(super) region_id: i64,
    pub(super) user_id: i64,
    pub(super) kind: FileKind,
    pub(super) file_name: &'a str,
    pub(super) sha256: &'a str,
    pub(super) content: &'a [u8],
    pub(super) created_at: NaiveDateTime,
    pub(super) expires_at: NaiveDateTime,
}

pub(super) fn insert_job(conn: &mut Connection, new: &NewJob<'_>) -> Result<i64> {
    Ok(diesel::insert_into(exchange_job::table)
        .values((
            exchange_job::region_id.eq(new.region_id),
            exchange_job::user_id.eq(new.user_id),
            exchange_job::kind.eq(new.kind.code()),
            exchange_job::state.eq(JobState::Checking.stored()),
            exchange_job::file_name.eq(new.file_name),
            exchange_job::sha256.eq(new.sha256),
            exchange_job::content.eq(new.content),
            exchange_job::created_at.eq(new.created_at),
            exchange_job::expires_at.eq(new.expires_at),
            exchange_job::attempts.eq(0),
        ))
        .returning(exchange_job::id)
        .get_result(conn)?)
}

pub(super) fn is_busy(conn: &mut Connection, user_id: i64) -> Result<bool> {
    let busy = exchange_job::table
        .filter(exchange_job::user_id.eq(user_id))
        .filter(exchange_job::state.eq_any(BUSY));
    let count: i64 = busy.count().get_result(conn)?;
    Ok(count > 0)
}

pub(super) fn find_job(conn: &mut Connection, id: i64) -> Result<Option<Job>> {
    let row: Option<Row> = exchange_job::table.find(id).select(COLUMNS).first(conn).optional()?;
    row.map(job).transpose()
}

/// The newest files of a user.
pub(super) fn list_jobs(conn: &mut Connection, user_id: i64, most: i64) -> Result<Vec<Job>> {
    let rows: Vec<Row> = exchange_job::table
        .filter(exchange_job::user_id.eq(user_id))
        .order(exchange_job::id.desc())
        .limit(most)
        .select(COLUMNS)
        .load(conn)?;
    rows.into_iter().map(job).collect()
}

/// The oldest file that waits for a server.
pub(super) fn find_waiting(conn: &mut Connection, now: NaiveDateTime) -> Result<Option<i64>> {
    Ok(exchange_job::table
        .filter(exchange_job::state.eq_any(BUSY))
        .filter(exchange_job::claimed_until.is_null().or(exchange_job::claimed_until.le(now)))
        .order(exchange_job::id)
        .select(exchange_job::id)
        .first(conn)
        .optional()?)
}

/// Gives a waiting file to a server, until a time; none when another was first.
pub(super) fn claim(
    conn: &mut Connection,
    id: i64,
    now: NaiveDateTime,
    until: NaiveDateTime,
    claim: &str,
) -> Result<Option<Claimed>> {
    let free = exchange_job::table
        .find(id)
        .filter(exchange_job::state.eq_any(BUSY))
        .filter(exchange_job::claimed_until.is_null().or(exchange_job::claimed_until.le(now)));
    let rows = diesel::update(free)
        .set((
            exchange_job::claimed_by.eq(claim),
            exchange_job::claimed_until.eq(until),
            exchange_job::attempts.eq(exchange_job::attempts + 1),
            exchange_job::lines_done.eq(UNKNOWN),
            exchange_job::lines_total.eq(UNKNOWN),
        ))
        .execute(conn)?;
    if rows == 0 {
        return Ok(None);
    }
    let (row, sha256, content, attempts): (Row, String, Option<Vec<u8>>, i32) = exchange_job::table
        .find(id)
        .select((COLUMNS, exchange_job::sha256, exchange_job::content, exchange_job::attempts))
        .first(conn)?;
    let content = content.ok_or_else(|| Error::internal("a file to work on has no content"))?;
    Ok(Some(Claimed { job: job(row)?, sha256, content, claim: claim.to_owned(), attempts }))
}

/// Writes down how far the server is that holds a file.
pub(super) fn update_progress(
    conn: &mut Connection,
    id: i64,
    claim: &str,
    (done, total): (i32, i32),
) -> Result<()> {
    diesel::update(exchange_job::table.find(id).filter(exchange_job::claimed_by.eq(claim)))
        .set((exchange_job::lines_done.eq(done), exchange_job::lines_total.eq(total)))
        .execute(conn)?;
    Ok(())
}

/// Lets go of a file, for another try from this moment on.
pub(super) fn release(conn: &mut Connection, id: i64, claim: &str, from: NaiveDateTime) -> Result<()> {
    diesel::update(exchange_job::table.find(id).filter(exchange_job::claimed_by.eq(claim)))
        .set((exchange_job::claimed_by.eq(NOBODY), exchange_job::claimed_until.eq(from)))
        .execute(conn)?;
    Ok(())
}

/// Ends the rehearsal of a good file, which waits for its owner with its content.
pub(super) fn update_checked(
    conn: &mut Connection,
    id: i64,
    claim: &str,
    now: NaiveDateTime,
    report: &str,
) -> Result<usize> {
    Ok(diesel::update(exchange_job::table.find(id).filter(exchange_job::claimed_by.eq(claim)))
        .set((
            exchange_job::state.eq(JobState::Checked.stored()),
            exchange_job::finished_at.eq(now),
            exchange_job::attempts.eq(0),
            exchange_job::report.eq(report),
            exchange_job::claimed_by.eq(NOBODY),
            exchange_job::claimed_until.eq(NEVER),
        ))
        .execute(conn)?)
}

/// Ends the work on a file for good, if this server still holds it; how many rows that were. The content is erased.
pub(super) fn update_ended(
    conn: &mut Connection,
    id: i64,
    claim: &str,
    (state, now): (JobState, NaiveDateTime),
    report: Option<&str>,
) -> Result<usize> {
    Ok(diesel::update(exchange_job::table.find(id).filter(exchange_job::claimed_by.eq(claim)))
        .set((
            exchange_job::state.eq(state.stored()),
            exchange_job::finished_at.eq(now),
            exchange_job::report.eq(report),
            exchange_job::content.eq(NO_CONTENT),
            exchange_job::claimed_by.eq(NOBODY),
            exchange_job::claimed_until.eq(NEVER),
        ))
        .execute(conn)?)
}

/// Has a rehearsed file of this user brought in, if it is still there; how many rows that were.
pub(super) fn update_importing(
    conn: &mut Connection,
    id: i64,
    user_id: i64,
    now: NaiveDateTime,
) -> Result<usize> {
    let checked = exchange_job::table
        .find(id)
        .filter(exchange_job::user_id.eq(user_id))
        .filter(exchange_job::state.eq(JobState::Checked.stored()))
        .filter(exchange_job::expires_at.gt(now));
    Ok(diesel::update(checked).set(exchange_job::state.eq(JobState::Importing.stored())).execute(conn)?)
}

/// Erases rehearsed files that nobody had brought in: of this user, or those past their time.
pub(super) fn expire_checked(conn: &mut Connection, user_id: Option<i64>, now: NaiveDateTime) -> Result<()> {
    let left = exchange_job::table.filter(exchange_job::state.eq(JobState::Checked.stored()));
    let ended = (exchange_job::state.eq(JobState::Expired.stored()), exchange_job::content.eq(NO_CONTENT));
    match user_id {
        Some(user_id) => {
            diesel::update(left.filter(exchange_job::user_id.eq(user_id))).set(ended).execute(conn)?
        }
        None => diesel::update(left.filter(exchange_job::expires_at.le(now))).set(ended).execute(conn)?,
    };
    Ok(())
}

/// Removes reports of files that came in before this moment.
pub(super) fn delete_old(conn: &mut Connection, before: NaiveDateTime) -> Result<()> {
    let done = exchange_job::table
        .filter(exchange_job::state.ne_all(BUSY))
        .filter(exchange_job::created_at.lt(before));
    diesel::delete(done).execute(conn)?;
    Ok(())
}
