//! Queries on second factors.

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::{recovery_code, second_factor};
use crate::error::Result;

pub(super) fn find_secret(conn: &mut Connection, user_id: i64) -> Result<Option<String>> {
    Ok(second_factor::table.find(user_id).select(second_factor::sealed_secret).first(conn).optional()?)
}

pub(super) fn insert_factor(
    conn: &mut Connection,
    user_id: i64,
    sealed_secret: &str,
    last_step: i64,
    now: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(second_factor::table)
        .values((
            second_factor::user_id.eq(user_id),
            second_factor::sealed_secret.eq(sealed_secret),
            second_factor::last_step.eq(last_step),
            second_factor::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Uses the code of a step; no row means that this or a later code was used already.
pub(super) fn use_step(conn: &mut Connection, user_id: i64, step: i64) -> Result<usize> {
    Ok(diesel::update(second_factor::table.find(user_id).filter(second_factor::last_step.lt(step)))
        .set(second_factor::last_step.eq(step))
        .execute(conn)?)
}

/// Takes factor and recovery codes away; how many factors that were.
pub(super) fn delete_factor(conn: &mut Connection, user_id: i64) -> Result<usize> {
    delete_codes(conn, user_id)?;
    Ok(diesel::delete(second_factor::table.find(user_id)).execute(conn)?)
}

pub(super) fn delete_codes(conn: &mut Connection, user_id: i64) -> Result<()> {
    diesel::delete(recovery_code::table.filter(recovery_code::user_id.eq(user_id))).execute(conn)?;
    Ok(())
}

pub(super) fn insert_code(conn: &mut Connection, user_id: i64, code_hash: &str) -> Result<()> {
    diesel::insert_into(recovery_code::table)
        .values((recovery_code::user_id.eq(user_id), recovery_code::code_hash.eq(code_hash)))
        .execute(conn)?;
    Ok(())
}

/// Uses a recovery code; no row means that there is none, or not any more.
pub(super) fn use_code(conn: &mut Connection, user_id: i64, code_hash: &str) -> Result<usize> {
    Ok(diesel::delete(recovery_code::table.find((user_id, code_hash))).execute(conn)?)
}

pub(super) fn count_codes(conn: &mut Connection, user_id: i64) -> Result<i64> {
    Ok(recovery_code::table.filter(recovery_code::user_id.eq(user_id)).select(count_star()).first(conn)?)
}
