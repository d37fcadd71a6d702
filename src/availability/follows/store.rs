//! Queries on followed searches.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{Follow, NewFollow};
use crate::db::Connection;
use crate::db::schema::{follow, follow_place};
use crate::error::Result;

type Row = (i64, String, String, String, String, NaiveDateTime, Option<NaiveDateTime>, NaiveDateTime);

fn follow_of((id, key, email, query, description, created_at, confirmed_at, ends_at): Row) -> Follow {
    Follow {
        id,
        key,
        email,
        query,
        description,
        created_at: created_at.and_utc(),
        confirmed_at: confirmed_at.map(|at| at.and_utc()),
        ends_at: ends_at.and_utc(),
    }
}

macro_rules! follows {
    () => {
        follow::table.select((
            follow::id,
            follow::key,
            follow::email,
            follow::query,
            follow::description,
            follow::created_at,
            follow::confirmed_at,
            follow::ends_at,
        ))
    };
}

pub(super) fn insert_follow(
    conn: &mut Connection,
    key: &str,
    new: &NewFollow,
    (now, ends_at): (NaiveDateTime, NaiveDateTime),
) -> Result<i64> {
    Ok(diesel::insert_into(follow::table)
        .values((
            follow::key.eq(key),
            follow::email.eq(&new.email),
            follow::query.eq(&new.query),
            follow::description.eq(&new.description),
            follow::created_at.eq(now),
            follow::ends_at.eq(ends_at),
            follow::supply_version.eq(0_i64),
        ))
        .returning(follow::id)
        .get_result(conn)?)
}

pub(super) fn find_by_key(conn: &mut Connection, key: &str) -> Result<Option<Follow>> {
    let row: Option<Row> = follows!().filter(follow::key.eq(key)).first(conn).optional()?;
    Ok(row.map(follow_of))
}

/// The searches an address follows or was asked to.
pub(super) fn list_of_address(conn: &mut Connection, email: &str) -> Result<Vec<Follow>> {
    let rows: Vec<Row> = follows!().filter(follow::email.eq(email)).load(conn)?;
    Ok(rows.into_iter().map(follow_of).collect())
}

/// Those that have ended by themselves.
pub(super) fn list_ended(conn: &mut Connection, now: NaiveDateTime) -> Result<Vec<Follow>> {
    let rows: Vec<Row> = follows!().filter(follow::ends_at.le(now)).limit(100).load(conn)?;
    Ok(rows.into_iter().map(follow_of).collect())
}

/// Those that have not been compared with this version of the supply yet.
pub(super) fn list_behind(conn: &mut Connection, now: NaiveDateTime, version: i64) -> Result<Vec<Follow>> {
    let rows: Vec<Row> = follows!()
        .filter(follow::confirmed_at.is_not_null())
        .filter(follow::ends_at.gt(now))
        .filter(follow::supply_version.lt(version))
        .load(conn)?;
    Ok(rows.into_iter().map(follow_of).collect())
}

/// Confirms what was not confirmed yet: the one row, or none.
pub(super) fn update_confirmed(
    conn: &mut Connection,
    id: i64,
    (now, ends_at): (NaiveDateTime, NaiveDateTime),
    supply_version: i64,
) -> Result<usize> {
    Ok(diesel::update(follow::table.find(id).filter(follow::confirmed_at.is_null()))
        .set((
            follow::confirmed_at.eq(now),
            follow::ends_at.eq(ends_at),
            follow::supply_version.eq(supply_version),
        ))
        .execute(conn)?)
}

/// Takes a version of the supply for comparing: the one row, or none when another server has it.
pub(super) fn update_version(conn: &mut Connection, id: i64, version: i64) -> Result<usize> {
    Ok(diesel::update(follow::table.find(id).filter(follow::supply_version.lt(version)))
        .set(follow::supply_version.eq(version))
        .execute(conn)?)
}

pub(super) fn delete_follow(conn: &mut Connection, id: i64) -> Result<usize> {
    diesel::delete(follow_place::table.filter(follow_place::follow_id.eq(id))).execute(conn)?;
    Ok(diesel::delete(follow::table.find(id)).execute(conn)?)
}

pub(super) fn list_places(conn: &mut Connection, id: i64) -> Result<Vec<i64>> {
    Ok(follow_place::table
        .filter(follow_place::follow_id.eq(id))
        .select(follow_place::offer_id)
        .load(conn)?)
}

pub(super) fn insert_place(conn: &mut Connection, id: i64, offer_id: i64) -> Result<()> {
    diesel::insert_into(follow_place::table)
        .values((follow_place::follow_id.eq(id), follow_place::offer_id.eq(offer_id)))
        .execute(conn)?;
    Ok(())
}

pub(super) fn delete_place(conn: &mut Connection, id: i64, offer_id: i64) -> Result<()> {
    diesel::delete(follow_place::table.find((id, offer_id))).execute(conn)?;
    Ok(())
}
