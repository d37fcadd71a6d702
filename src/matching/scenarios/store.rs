//! Queries on scenarios and their sweeps.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{Body, Scenario, ScenarioDraft, Sweep, SweepOutcome, SweepState};
use crate::db::Connection;
use crate::db::schema::{scenario as row, scenario_sweep as sweep};
use crate::error::{Error, Result};
use crate::on_each;

const NOBODY: Option<String> = None;
const NEVER: Option<NaiveDateTime> = None;

type Row = (i64, i32, String, NaiveDateTime, String, String, NaiveDateTime, String, String);

macro_rules! columns {
    () => {
        (
            row::id,
            row::version,
            row::name,
            row::made_at,
            row::by_name,
            row::by_organisation,
            row::worked_out_at,
            row::changes,
            row::body,
        )
    };
}

fn read(stored: Row) -> Result<Scenario> {
    let (id, version, name, made_at, by_name, by_organisation, worked_out_at, changes, body) = stored;
    Ok(Scenario {
        id,
        version,
        name,
        made_at: made_at.and_utc(),
        by_name,
        by_organisation,
        worked_out_at: worked_out_at.and_utc(),
        changes: serde_json::from_str(&changes).map_err(Error::internal)?,
        body: serde_json::from_str(&body).map_err(Error::internal)?,
    })
}

fn write<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// The scenarios of a region, the newest first.
pub(super) fn list_scenarios(
    conn: &mut Connection,
    region_id: i64,
    (skip, most): (i64, i64),
) -> Result<Vec<Scenario>> {
    let rows: Vec<Row> = row::table
        .filter(row::region_id.eq(region_id))
        .order(row::id.desc())
        .select(columns!())
        .offset(skip)
        .limit(most)
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

pub(super) fn count_scenarios(conn: &mut Connection, region_id: i64) -> Result<i64> {
    Ok(row::table.filter(row::region_id.eq(region_id)).count().get_result(conn)?)
}

pub(super) fn find_scenario(conn: &mut Connection, region_id: i64, id: i64) -> Result<Option<Scenario>> {
    let query = row::table.find(id).filter(row::region_id.eq(region_id)).select(columns!());
    query.first(conn).optional()?.map(read).transpose()
}

/// A scenario of any region, with that region.
pub(super) fn find_any_scenario(conn: &mut Connection, id: i64) -> Result<Option<(i64, Scenario)>> {
    let found: Option<(i64, Row)> =
        row::table.find(id).select((row::region_id, columns!())).first(conn).optional()?;
    found.map(|(region_id, stored)| Ok((region_id, read(stored)?))).transpose()
}

pub(super) fn insert_scenario(
    conn: &mut Connection,
    region_id: i64,
    now: NaiveDateTime,
    (by_name, by_organisation): (&str, &str),
    draft: &ScenarioDraft,
    body: &Body,
) -> Result<i64> {
    let (changes, body) = (write(&draft.changes)?, write(body)?);
    Ok(on_each!(conn, c => diesel::insert_into(row::table)
        .values((
            row::region_id.eq(region_id),
            row::version.eq(1),
            row::name.eq(&draft.name),
            row::made_at.eq(now),
            row::by_name.eq(by_name),
            row::by_organisation.eq(by_organisation),
            row::worked_out_at.eq(now),
            row::changes.eq(&changes),
            row::body.eq(&body),
        ))
        .returning(row::id)
        .get_result(c))?)
}

/// Keeps another outcome if the row still has this version; returns how many rows that were.
pub(super) fn update_body(
    conn: &mut Connection,
    (id, version): (i64, i32),
    now: NaiveDateTime,
    body: &Body,
) -> Result<usize> {
    Ok(diesel::update(row::table.find(id).filter(row::version.eq(version)))
        .set((row::version.eq(version + 1), row::worked_out_at.eq(now), row::body.eq(write(body)?)))
        .execute(conn)?)
}

/// Removes a scenario with its sweep; returns how many scenarios that were.
pub(super) fn delete_scenario(conn: &mut Connection, id: i64) -> Result<usize> {
    diesel::delete(sweep::table.find(id)).execute(conn)?;
    Ok(diesel::delete(row::table.find(id)).execute(conn)?)
}

type SweepRow = (i64, String, NaiveDateTime, String, String, i32, i32, Option<String>);

pub(super) fn find_sweep(conn: &mut Connection, scenario_id: i64) -> Result<Option<Sweep>> {
    let found: Option<SweepRow> = sweep::table
        .find(scenario_id)
        .select((
            sweep::scenario_id,
            sweep::state,
            sweep::asked_at,
            sweep::by_name,
            sweep::change_range,
            sweep::done,
            sweep::total,
            sweep::outcome,
        ))
        .first(conn)
        .optional()?;
    let Some((scenario_id, state, asked_at, by_name, range, done, total, outcome)) = found else {
        return Ok(None);
    };
    let outcome = outcome.map(|text| serde_json::from_str(&text)).transpose().map_err(Error::internal)?;
    Ok(Some(Sweep {
        scenario_id,
        state: SweepState::parse(&state)
            .ok_or_else(|| Error::internal(format!("unknown state of a sweep {state}")))?,
        range: serde_json::from_str(&range).map_err(Error::internal)?,
        asked_at: asked_at.and_utc(),
        by_name,
        done,
        total,
        outcome,
    }))
}

/// Puts a sweep in the place of the one that was there. A conflict when the region has one that is busy.
pub(super) fn replace_sweep(conn: &mut Connection, region_id: i64, new: &Sweep) -> Result<()> {
    diesel::delete(sweep::table.find(new.scenario_id).filter(sweep::state.ne(SweepState::Busy.code())))
        .execute(conn)?;
    let range = write(&new.range)?;
    on_each!(conn, c => diesel::insert_into(sweep::table)
        .values((
            sweep::scenario_id.eq(new.scenario_id),
            sweep::region_id.eq(region_id),
            sweep::state.eq(new.state.code()),
            sweep::asked_at.eq(new.asked_at.naive_utc()),
            sweep::by_name.eq(&new.by_name),
            sweep::change_range.eq(&range),
            sweep::done.eq(new.done),
            sweep::total.eq(new.total),
        ))
        .execute(c))?;
    Ok(())
}

/// The oldest sweep that no server has.
pub(super) fn find_waiting_sweep(conn: &mut Connection) -> Result<Option<i64>> {
    let waiting =
        sweep::table.filter(sweep::state.eq(SweepState::Busy.code())).filter(sweep::claimed_by.is_null());
    Ok(waiting.order(sweep::asked_at).select(sweep::scenario_id).first(conn).optional()?)
}

/// Takes a sweep for a time; none when another was first.
pub(super) fn claim_sweep(
    conn: &mut Connection,
    scenario_id: i64,
    claim: &str,
    until: NaiveDateTime,
) -> Result<usize> {
    let waiting = sweep::table
        .find(scenario_id)
        .filter(sweep::state.eq(SweepState::Busy.code()))
        .filter(sweep::claimed_by.is_null());
    Ok(diesel::update(waiting)
        .set((sweep::claimed_by.eq(claim), sweep::claimed_until.eq(until)))
        .execute(conn)?)
}

/// Writes how far a sweep is, if it is still held by this claim; returns how many rows that were.
pub(super) fn tell_progress(
    conn: &mut Connection,
    (scenario_id, claim): (i64, &str),
    done: i32,
    until: NaiveDateTime,
) -> Result<usize> {
    let own = sweep::table
        .find(scenario_id)
        .filter(sweep::state.eq(SweepState::Busy.code()))
        .filter(sweep::claimed_by.eq(claim));
    Ok(diesel::update(own).set((sweep::done.eq(done), sweep::claimed_until.eq(until))).execute(conn)?)
}

/// Lets go of a sweep that is still held by this claim, for whoever takes it next; returns how many rows that were.
pub(super) fn give_back_sweep(conn: &mut Connection, (scenario_id, claim): (i64, &str)) -> Result<usize> {
    let own = sweep::table.find(scenario_id).filter(sweep::claimed_by.eq(claim));
    Ok(diesel::update(own)
        .set((sweep::done.eq(0), sweep::claimed_by.eq(NOBODY), sweep::claimed_until.eq(NEVER)))
        .execute(conn)?)
}

/// Ends a sweep that is still held by this claim; returns how many rows that were.
pub(super) fn end_sweep(
    conn: &mut Connection,
    (scenario_id, claim): (i64, &str),
    state: SweepState,
    outcome: Option<&SweepOutcome>,
) -> Result<usize> {
    let outcome = outcome.map(write).transpose()?;
    let own = sweep::table
        .find(scenario_id)
        .filter(sweep::state.eq(SweepState::Busy.code()))
        .filter(sweep::claimed_by.eq(claim));
    Ok(diesel::update(own)
        .set((
            sweep::state.eq(state.code()),
            sweep::outcome.eq(outcome),
            sweep::claimed_by.eq(NOBODY),
            sweep::claimed_until.eq(NEVER),
        ))
        .execute(conn)?)
}

/// Stops a sweep that is busy; returns how many rows that were.
pub(super) fn stop_sweep(conn: &mut Connection, scenario_id: i64) -> Result<usize> {
    let busy = sweep::table.find(scenario_id).filter(sweep::state.eq(SweepState::Busy.code()));
    Ok(diesel::update(busy)
        .set((
            sweep::state.eq(SweepState::Stopped.code()),
            sweep::claimed_by.eq(NOBODY),
            sweep::claimed_until.eq(NEVER),
        ))
        .execute(conn)?)
}

/// Whether a server gave no sign of life in time, so that a server with nothing to do writes nothing.
pub(super) fn has_left(conn: &mut Connection, now: NaiveDateTime) -> Result<bool> {
    let left =
        sweep::table.filter(sweep::state.eq(SweepState::Busy.code())).filter(sweep::claimed_until.le(now));
    Ok(left.select(sweep::scenario_id).first::<i64>(conn).optional()?.is_some())
}

/// Tells of sweeps whose server gave no sign of life in time.
pub(super) fn break_off_left(conn: &mut Connection, now: NaiveDateTime) -> Result<usize> {
    let left =
        sweep::table.filter(sweep::state.eq(SweepState::Busy.code())).filter(sweep::claimed_until.le(now));
    Ok(diesel::update(left)
        .set((
            sweep::state.eq(SweepState::BrokenOff.code()),
            sweep::claimed_by.eq(NOBODY),
            sweep::claimed_until.eq(NEVER),
        ))
        .execute(conn)?)
}
