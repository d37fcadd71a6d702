//! Queries on the steps of mediation.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use rules::waiting::mediation::StepOwner;

use super::model::{ClosedStep, MediationStep, Outcome};
use crate::db::Connection;
use crate::db::schema::{mediation_step as step, product, waiting_client};
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
            row.outcome.as_deref().map(|code| Outcome::parse(code).ok_or_else(|| unknown("outcome")));
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

/// A conflict when somebody began this step already.
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
