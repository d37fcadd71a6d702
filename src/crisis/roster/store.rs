//! Queries on the roster and the hand-over notes.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use rules::crisis::codes::Duty;

use super::model::{Handover, Holder, NewShift, Shift};
use crate::crisis::settings::model::{minute_of, time_of};
use crate::db::Connection;
use crate::db::schema::{
    crisis_handover as handover, crisis_shift as shift, organisation, user_account, user_role,
};
use crate::error::{Error, Result};
use crate::on_each;

fn duty(code: &str) -> Result<Duty> {
    Duty::parse(code).ok_or_else(|| Error::internal("unknown duty in the database"))
}

type ShiftRow = (i64, NaiveDate, String, i32, i32, String);

/// The shifts of a point, as [`ShiftRow`] holds them.
macro_rules! shifts {
    ($point_id:expr) => {
        shift::table.inner_join(user_account::table).filter(shift::crisis_point_id.eq($point_id)).select((
            shift::id,
            shift::on_day,
            shift::duty,
            shift::from_minute,
            shift::until_minute,
            user_account::display_name,
        ))
    };
}

/// The shifts of a point on these days, in order.
pub(super) fn list_shifts(
    conn: &mut Connection,
    point_id: i64,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Vec<Shift>> {
    let rows: Vec<ShiftRow> = shifts!(point_id)
        .filter(shift::on_day.between(first, last))
        .order((shift::on_day, shift::duty, shift::from_minute))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// One shift of a point.
pub(super) fn find_shift(conn: &mut Connection, point_id: i64, id: i64) -> Result<Option<Shift>> {
    let row: Option<ShiftRow> = shifts!(point_id).filter(shift::id.eq(id)).first(conn).optional()?;
    row.map(read).transpose()
}

fn read((id, on, code, from, until, holder): ShiftRow) -> Result<Shift> {
    Ok(Shift { id, on, duty: duty(&code)?, from: time_of(from)?, until: time_of(until)?, holder })
}

/// Adds a shift; none when the duty has one that starts at that time.
pub(super) fn insert_shift(conn: &mut Connection, point_id: i64, new: &NewShift) -> Result<Option<i64>> {
    let row = (
        shift::crisis_point_id.eq(point_id),
        shift::on_day.eq(new.on),
        shift::duty.eq(new.duty.code()),
        shift::from_minute.eq(minute_of(new.from)),
        shift::until_minute.eq(minute_of(new.until)),
        shift::user_id.eq(new.user_id),
        shift::version.eq(1),
    );
    Ok(on_each!(conn, c => diesel::insert_into(shift::table)
        .values(row)
        .on_conflict((shift::crisis_point_id, shift::on_day, shift::duty, shift::from_minute))
        .do_nothing()
        .returning(shift::id)
        .get_result(c)
        .optional())?)
}

pub(super) fn delete_shift(conn: &mut Connection, point_id: i64, id: i64) -> Result<usize> {
    Ok(diesel::delete(shift::table.find(id).filter(shift::crisis_point_id.eq(point_id))).execute(conn)?)
}

/// Everybody of a region who has the role of a duty.
pub(super) fn list_holders(conn: &mut Connection, region_id: i64) -> Result<Vec<Holder>> {
    let rows: Vec<(i64, String, String)> = user_role::table
        .inner_join(user_account::table.inner_join(organisation::table))
        .filter(organisation::region_id.eq(region_id))
        .filter(user_account::active.eq(true))
        .filter(user_role::role.like("crisis-%"))
        .order((user_account::display_name, user_account::id))
        .select((user_account::id, user_account::display_name, user_role::role))
        .load(conn)?;
    rows.into_iter()
        .map(|(user_id, name, role)| {
            Ok(Holder { user_id, name, duty: duty(role.trim_start_matches("crisis-"))? })
        })
        .collect()
}

/// A user of a region by name.
pub(super) fn find_user_id(conn: &mut Connection, region_id: i64, name: &str) -> Result<Option<i64>> {
    Ok(user_account::table
        .inner_join(organisation::table)
        .filter(organisation::region_id.eq(region_id))
        .filter(user_account::name.eq(name))
        .select(user_account::id)
        .first(conn)
        .optional()?)
}

pub(super) fn insert_handover(
    conn: &mut Connection,
    point_id: i64,
    new: &Handover,
    organisation: &str,
) -> Result<()> {
    diesel::insert_into(handover::table)
        .values((
            handover::crisis_point_id.eq(point_id),
            handover::duty.eq(new.duty.code()),
            handover::at.eq(new.at.naive_utc()),
            handover::note.eq(&new.note),
            handover::by_name.eq(&new.by_name),
            handover::by_organisation.eq(organisation),
        ))
        .execute(conn)?;
    Ok(())
}

/// The notes since a moment, the newest first.
pub(super) fn list_handovers(
    conn: &mut Connection,
    point_id: i64,
    since: DateTime<Utc>,
) -> Result<Vec<Handover>> {
    let rows: Vec<(NaiveDateTime, String, String, String)> = handover::table
        .filter(handover::crisis_point_id.eq(point_id))
        .filter(handover::at.ge(since.naive_utc()))
        .order((handover::at.desc(), handover::id.desc()))
        .limit(50)
        .select((handover::at, handover::duty, handover::note, handover::by_name))
        .load(conn)?;
    rows.into_iter()
        .map(|(at, code, note, by_name)| Ok(Handover { at: at.and_utc(), duty: duty(&code)?, note, by_name }))
        .collect()
}

pub(super) fn delete_handovers(conn: &mut Connection, point_id: i64, before: DateTime<Utc>) -> Result<()> {
    let old = handover::table
        .filter(handover::crisis_point_id.eq(point_id))
        .filter(handover::at.lt(before.naive_utc()));
    diesel::delete(old).execute(conn)?;
    Ok(())
}
