//! Queries on requests with a key.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::KeptAnswer;
use crate::db::Connection;
use crate::db::schema::keyed_request;
use crate::error::{Error, Result};
use crate::on_each;

type Key<'a> = (i64, &'a str);

/// One row, or none when the key is taken.
pub(super) fn insert_request(
    conn: &mut Connection,
    (user_id, key): Key<'_>,
    request_hash: &str,
    now: NaiveDateTime,
) -> Result<usize> {
    let row = (
        keyed_request::user_id.eq(user_id),
        keyed_request::key.eq(key),
        keyed_request::request_hash.eq(request_hash),
        keyed_request::received_at.eq(now),
    );
    Ok(
        on_each!(conn, c => diesel::insert_into(keyed_request::table).values(row).on_conflict_do_nothing().execute(c))?,
    )
}

pub(super) fn find_request(
    conn: &mut Connection,
    key: Key<'_>,
) -> Result<Option<(String, Option<KeptAnswer>)>> {
    type Row = (String, Option<i32>, Option<String>, Option<String>);
    let found: Option<Row> = keyed_request::table
        .find(key)
        .select((
            keyed_request::request_hash,
            keyed_request::status,
            keyed_request::headers,
            keyed_request::body,
        ))
        .first(conn)
        .optional()?;
    let Some((hash, status, headers, body)) = found else { return Ok(None) };
    let answer = match (status, headers, body) {
        (Some(status), Some(headers), Some(body)) => Some(KeptAnswer {
            status: u16::try_from(status).map_err(Error::internal)?,
            headers: serde_json::from_str(&headers).map_err(Error::internal)?,
            body,
        }),
        _ => None,
    };
    Ok(Some((hash, answer)))
}

pub(super) fn update_answer(conn: &mut Connection, key: Key<'_>, answer: &KeptAnswer) -> Result<()> {
    let headers = serde_json::to_string(&answer.headers).map_err(Error::internal)?;
    diesel::update(keyed_request::table.find(key))
        .set((
            keyed_request::status.eq(i32::from(answer.status)),
            keyed_request::headers.eq(headers),
            keyed_request::body.eq(&answer.body),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn delete_request(conn: &mut Connection, key: Key<'_>) -> Result<()> {
    diesel::delete(keyed_request::table.find(key)).execute(conn)?;
    Ok(())
}

pub(super) fn delete_if_before(conn: &mut Connection, key: Key<'_>, before: NaiveDateTime) -> Result<()> {
    diesel::delete(keyed_request::table.find(key).filter(keyed_request::received_at.lt(before)))
        .execute(conn)?;
    Ok(())
}

pub(super) fn delete_before(conn: &mut Connection, before: NaiveDateTime) -> Result<usize> {
    Ok(diesel::delete(keyed_request::table.filter(keyed_request::received_at.lt(before))).execute(conn)?)
}
