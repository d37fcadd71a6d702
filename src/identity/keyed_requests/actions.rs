//! Claiming a request by its key, and keeping its answer.

use chrono::{DateTime, TimeDelta, Utc};

use super::model::{Claim, KeptAnswer};
use super::store;
use crate::db::{self, Connection};
use crate::error::Result;

/// How long an answer is kept.
const KEEP_FOR: TimeDelta = TimeDelta::hours(24);

/// Takes a request up, unless it was taken up before. Of two at once the key decides.
pub fn claim(
    conn: &mut Connection,
    now: DateTime<Utc>,
    (user_id, key): (i64, &str),
    request_hash: &str,
) -> Result<Claim> {
    db::write(conn, |conn| {
        store::delete_if_before(conn, (user_id, key), (now - KEEP_FOR).naive_utc())?;
        if store::insert_request(conn, (user_id, key), request_hash, now.naive_utc())? == 1 {
            return Ok(Claim::Mine);
        }
        let Some((known_hash, answer)) = store::find_request(conn, (user_id, key))? else {
            // Another has just given it back.
            return Ok(Claim::Busy);
        };
        Ok(match answer {
            _ if known_hash != request_hash => Claim::OtherRequest,
            Some(answer) => Claim::Answered(answer),
            None => Claim::Busy,
        })
    })
}

/// Keeps the answer to a request that was done.
pub fn keep(conn: &mut Connection, (user_id, key): (i64, &str), answer: &KeptAnswer) -> Result<()> {
    db::write(conn, |conn| store::update_answer(conn, (user_id, key), answer))
}

/// Gives the key back: nothing was done, so that it may be tried again.
pub fn release(conn: &mut Connection, (user_id, key): (i64, &str)) -> Result<()> {
    db::write(conn, |conn| store::delete_request(conn, (user_id, key)))
}

/// Erases what is older than a day.
pub fn erase_old(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    db::write(conn, |conn| store::delete_before(conn, (now - KEEP_FOR).naive_utc()))
}
