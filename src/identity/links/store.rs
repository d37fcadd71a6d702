//! Queries on links in mails.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::mail_link;
use crate::error::Result;

pub(super) struct LinkRow<'a> {
    pub(super) key_hash: &'a str,
    pub(super) purpose: &'static str,
    pub(super) user_id: Option<i64>,
    pub(super) created_at: NaiveDateTime,
    pub(super) expires_at: NaiveDateTime,
}

pub(super) fn insert(conn: &mut Connection, row: &LinkRow<'_>) -> Result<()> {
    diesel::insert_into(mail_link::table)
        .values((
            mail_link::key_hash.eq(row.key_hash),
            mail_link::purpose.eq(row.purpose),
            mail_link::user_id.eq(row.user_id),
            mail_link::created_at.eq(row.created_at),
            mail_link::expires_at.eq(row.expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The user of a link that still works.
pub(super) fn find_user(conn: &mut Connection, key_hash: &str, now: NaiveDateTime) -> Result<Option<i64>> {
    let user_id: Option<Option<i64>> = mail_link::table
        .find(key_hash)
        .filter(mail_link::used_at.is_null().and(mail_link::expires_at.gt(now)))
        .select(mail_link::user_id)
        .first(conn)
        .optional()?;
    Ok(user_id.flatten())
}

/// Uses a link; no row means that it does not work, or not any more.
pub(super) fn use_link(conn: &mut Connection, key_hash: &str, now: NaiveDateTime) -> Result<usize> {
    let working = mail_link::table
        .find(key_hash)
        .filter(mail_link::used_at.is_null().and(mail_link::expires_at.gt(now)));
    Ok(diesel::update(working).set(mail_link::used_at.eq(now)).execute(conn)?)
}

/// Ends all links of a user.
pub(super) fn delete_of_user(conn: &mut Connection, user_id: i64) -> Result<()> {
    diesel::delete(mail_link::table.filter(mail_link::user_id.eq(user_id))).execute(conn)?;
    Ok(())
}

pub(super) fn delete_expired(conn: &mut Connection, now: NaiveDateTime) -> Result<()> {
    diesel::delete(mail_link::table.filter(mail_link::expires_at.le(now))).execute(conn)?;
    Ok(())
}
