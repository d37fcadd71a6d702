//! Queries on sessions.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::{session, user_account};
use crate::error::Result;

#[derive(Debug, Clone, Queryable)]
pub(in crate::identity) struct StoredSession {
    pub(in crate::identity) id: String,
    pub(in crate::identity) user_id: i64,
    pub(in crate::identity) csrf: String,
    pub(in crate::identity) credential_version: i32,
    pub(in crate::identity) two_factors: bool,
    /// From where was signed in, coarsely.
    pub(in crate::identity) network: String,
    pub(in crate::identity) created_at: NaiveDateTime,
    pub(in crate::identity) last_seen_at: NaiveDateTime,
}

pub(in crate::identity) fn insert_session(conn: &mut Connection, new: &StoredSession) -> Result<()> {
    diesel::insert_into(session::table)
        .values((
            session::id.eq(&new.id),
            session::user_id.eq(new.user_id),
            session::csrf.eq(&new.csrf),
            session::credential_version.eq(new.credential_version),
            session::two_factors.eq(new.two_factors),
            session::network.eq(&new.network),
            session::created_at.eq(new.created_at),
            session::last_seen_at.eq(new.last_seen_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub(in crate::identity) fn find_session(conn: &mut Connection, id: &str) -> Result<Option<StoredSession>> {
    Ok(session::table.find(id).first(conn).optional()?)
}

pub(in crate::identity) fn list_sessions(conn: &mut Connection, user_id: i64) -> Result<Vec<StoredSession>> {
    Ok(session::table
        .filter(session::user_id.eq(user_id))
        .order((session::last_seen_at.desc(), session::id))
        .load(conn)?)
}

/// Those of these sessions that were not ended, and of whom the account was not ended either.
pub(super) fn list_standing(
    conn: &mut Connection,
    ids: &[String],
    begun_after: NaiveDateTime,
    seen_after: NaiveDateTime,
) -> Result<Vec<String>> {
    Ok(session::table
        .inner_join(user_account::table)
        .filter(session::id.eq_any(ids))
        .filter(session::created_at.gt(begun_after))
        .filter(session::last_seen_at.gt(seen_after))
        .filter(user_account::active.eq(true))
        .filter(user_account::credential_version.eq(session::credential_version))
        .select(session::id)
        .load(conn)?)
}

pub(in crate::identity) fn update_last_seen(
    conn: &mut Connection,
    id: &str,
    now: NaiveDateTime,
) -> Result<()> {
    diesel::update(session::table.find(id)).set(session::last_seen_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Ends one session of a user; how many that were.
pub(in crate::identity) fn delete_session(conn: &mut Connection, user_id: i64, id: &str) -> Result<usize> {
    Ok(diesel::delete(session::table.find(id).filter(session::user_id.eq(user_id))).execute(conn)?)
}

pub(in crate::identity) fn delete_other_sessions(
    conn: &mut Connection,
    user_id: i64,
    id: &str,
) -> Result<usize> {
    let others = session::table.filter(session::user_id.eq(user_id).and(session::id.ne(id)));
    Ok(diesel::delete(others).execute(conn)?)
}

pub(in crate::identity) fn delete_sessions_before(
    conn: &mut Connection,
    created_before: NaiveDateTime,
) -> Result<()> {
    diesel::delete(session::table.filter(session::created_at.lt(created_before))).execute(conn)?;
    Ok(())
}

pub(in crate::identity) fn update_last_sign_in(
    conn: &mut Connection,
    user_id: i64,
    now: NaiveDateTime,
) -> Result<()> {
    diesel::update(user_account::table.find(user_id))
        .set(user_account::last_sign_in_at.eq(now))
        .execute(conn)?;
    Ok(())
}
