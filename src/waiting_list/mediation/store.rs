//! Queries on the steps of mediation.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rules::waiting::life::{ClientStatus, EventKind};
use rules::waiting::mediation::{StepOutcome, StepOwner};

use super::model::{ClosedStep, MediationStep};
use crate::db::Connection;
use crate::db::schema::{
    mediation_step as step, placement, product, waiting_client, waiting_client_event as event,
};
use crate::error::{Error, Result};

#[derive(Queryable)]
struct Row {
    id: i64,
    client_id: i64,
    number: i32,
    name: String,
    owner: String,
    begun_at: NaiveDateTime,
    due_by: NaiveDateTime,
    by_name: String,
    by_organisation: String,
    closed_at: Option<NaiveDateTime>,
    outcome: Option<String>,
    note: Option<String>,
    closed_by_name: Option<String>,
    closed_by_organisation: Option<String>,
    missed_by: Option<NaiveDateTime>,
}

impl TryFrom<Row> for MediationStep {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let unknown = |what: &str| Error::internal(format!("unknown {what} of a mediation step"));
        let outcome =
            row.outcome.as_deref().map(|code| StepOutcome::parse(code).ok_or_else(|| unknown("outcome")));
        let closed = row.closed_at.zip(outcome.transpose()?).map(|(at, outcome)| ClosedStep {
            at: at.and_utc(),
            outcome,
            note: row.note,
            by_name: row.closed_by_name.unwrap_or_default(),
            by_organisation: row.closed_by_organisation.unwrap_or_default(),
        });
        Ok(Self {
            id: row.id,
            client_id: row.client_id,
            number: row.number,
            name: row.name,
            owner: StepOwner::parse(&row.owner).ok_or_else(|| unknown("owner"))?,
            begun_at: row.begun_at.and_utc(),
            due_by: row.due_by.and_utc(),
            missed_by: row.missed_by.map(|at| at.and_utc()),
            by_name: row.by_name,
            by_organisation: row.by_organisation,
            closed,
        })
    }
}

/// The steps of these clients, in order.
pub(super) fn list_of_clients(conn: &mut Connection, client_ids: &[i64]) -> Result<Vec<MediationStep>> {
    let mut found = Vec::new();
    // No statement may have more parameters than a database takes.
    for some in client_ids.chunks(500) {
        let rows: Vec<Row> = step::table
            .filter(step::client_id.eq_any(some.to_vec()))
            .order((step::client_id, step::number))
            .load(conn)?;
        for row in rows {
            found.push(row.try_into()?);
        }
    }
    Ok(found)
}

/// The day on which care that was agreed will start, of each of these clients that has any.
pub(super) fn list_planned_starts(
    conn: &mut Connection,
    client_ids: &[i64],
) -> Result<HashMap<i64, NaiveDate>> {
    let mut found = HashMap::new();
    for some in client_ids.chunks(500) {
        let rows: Vec<(i64, NaiveDate)> = placement::table
            .filter(placement::client_id.eq_any(some.to_vec()))
            .filter(placement::started_on.is_null())
            .filter(placement::ended_at.is_null())
            .select((placement::client_id, placement::planned_on))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The day on which each of these clients last began to wait again: agreed care did not start, or a pause was ended.
pub(super) fn list_waits_again(conn: &mut Connection, client_ids: &[i64]) -> Result<HashMap<i64, NaiveDate>> {
    let mut found = HashMap::new();
    for some in client_ids.chunks(500) {
        let fell_through = event::from_status
            .eq(ClientStatus::Accepted.code())
            .and(event::to_status.eq(ClientStatus::Waiting.code()));
        let rows: Vec<(i64, NaiveDate)> = event::table
            .filter(event::client_id.eq_any(some.to_vec()))
            .filter(fell_through.or(event::event.eq(EventKind::Resumed.code())))
            .order(event::id)
            .select((event::client_id, event::day))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Keeps others from taking a step in the life of a client until the end of the transaction. SQLite has one writer at a time
/// already.
pub(super) fn lock_client(conn: &mut Connection, client_id: i64) -> Result<()> {
    if let Connection::Postgres(postgres) = conn {
        let locked = waiting_client::table.find(client_id).select(waiting_client::id).for_update();
        locked.load::<i64>(postgres)?;
    }
    Ok(())
}

/// The steps of a region that were closed from one moment until another.
pub(super) fn list_closed(
    conn: &mut Connection,
    region_id: i64,
    (from, until): (NaiveDateTime, NaiveDateTime),
) -> Result<Vec<MediationStep>> {
    let ids: Vec<i64> = waiting_client::table
        .inner_join(step::table.on(step::client_id.eq(waiting_client::id)))
        .inner_join(product::table.on(product::id.eq(waiting_client::product_id)))
        .filter(product::region_id.eq(region_id))
        .filter(step::closed_at.ge(from))
        .filter(step::closed_at.lt(until))
        .select(step::id)
        .load(conn)?;
    let mut found = Vec::new();
    for some in ids.chunks(500) {
        let rows: Vec<Row> = step::table.filter(step::id.eq_any(some.to_vec())).load(conn)?;
        for row in rows {
            found.push(row.try_into()?);
        }
    }
    Ok(found)
}

/// Removes what somebody typed about steps for clients whose record was stripped.
pub(super) fn delete_notes_of_stripped(conn: &mut Connection) -> Result<usize> {
    let stripped =
        waiting_client::table.filter(waiting_client::stripped_at.is_not_null()).select(waiting_client::id);
    let ids: Vec<i64> = step::table
        .filter(step::client_id.eq_any(stripped))
        .filter(step::note.is_not_null())
        .select(step::id)
        .load(conn)?;
    Ok(diesel::update(step::table.filter(step::id.eq_any(ids)))
        .set(step::note.eq(None::<String>))
        .execute(conn)?)
}

/// A step to be begun.
pub(super) struct NewStep<'a> {
    pub(super) client_id: i64,
    pub(super) number: i32,
    pub(super) name: &'a str,
    pub(super) owner: StepOwner,
    pub(super) begun_at: NaiveDateTime,
    pub(super) due_by: NaiveDateTime,
    pub(super) missed_by: Option<NaiveDateTime>,
    pub(super) by_name: &'a str,
    pub(super) by_organisation: &'a str,
}

pub(super) fn insert_step(conn: &mut Connection, new: &NewStep<'_>) -> Result<()> {
    diesel::insert_into(step::table)
        .values((
            step::client_id.eq(new.client_id),
            step::number.eq(new.number),
            step::name.eq(new.name),
            step::owner.eq(new.owner.code()),
            step::begun_at.eq(new.begun_at),
            step::due_by.eq(new.due_by),
            step::missed_by.eq(new.missed_by),
            step::by_name.eq(new.by_name),
            step::by_organisation.eq(new.by_organisation),
        ))
        .execute(conn)?;
    Ok(())
}

/// Closes a step that is open; returns how many rows that were.
pub(super) fn close_step(conn: &mut Connection, id: i64, closed: &ClosedStep) -> Result<usize> {
    Ok(diesel::update(step::table.filter(step::id.eq(id)).filter(step::closed_at.is_null()))
        .set((
            step::closed_at.eq(Some(closed.at.naive_utc())),
            step::outcome.eq(Some(closed.outcome.code())),
            step::note.eq(&closed.note),
            step::closed_by_name.eq(Some(&closed.by_name)),
            step::closed_by_organisation.eq(Some(&closed.by_organisation)),
        ))
        .execute(conn)?)
}
