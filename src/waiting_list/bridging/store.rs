//! Queries on bridging care.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{BridgingCare, BridgingDraft, Ending, StoredDays, period_of};
use crate::db::Connection;
use crate::db::schema::{bridging_care as care, product, provider, waiting_client};
use crate::error::{Error, Result};

#[derive(Queryable)]
struct Row {
    id: i64,
    version: i32,
    client_id: i64,
    place: (Option<i64>, NaiveDateTime),
    provider_id: i64,
    agb: String,
    provider: String,
    product_code: String,
    product_name: String,
    cause: String,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    end_reason: Option<String>,
    ended_at: Option<NaiveDateTime>,
    end_note: Option<String>,
    note: Option<String>,
}

impl From<Row> for BridgingCare {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            version: row.version,
            client_id: row.client_id,
            provider_id: row.provider_id,
            place: row.place.0.map(|offer_id| (offer_id, row.place.1.and_utc())),
            agb: row.agb,
            provider: row.provider,
            product_code: row.product_code,
            product_name: row.product_name,
            cause: row.cause,
            starts_on: row.starts_on,
            ended: row.ends_on.zip(row.end_reason).map(|(on, reason)| Ending {
                on,
                reason,
                at: row.ended_at.map(|at| at.and_utc()),
                note: row.end_note,
                words: None,
            }),
            note: row.note,
        }
    }
}

/// The bridging care of these clients, the newest start first.
pub(super) fn list_of_clients(conn: &mut Connection, client_ids: &[i64]) -> Result<Vec<BridgingCare>> {
    let mut found = Vec::new();
    // No statement may have more parameters than a database takes.
    for some in client_ids.chunks(500) {
        let rows: Vec<Row> = care::table
            .inner_join(provider::table)
            .inner_join(product::table)
            .filter(care::client_id.eq_any(some.to_vec()))
            .order((care::starts_on.desc(), care::id.desc()))
            .select((
                care::id,
                care::version,
                care::client_id,
                (care::offer_id, care::made_at),
                provider::id,
                provider::agb,
                provider::name,
                product::code,
                product::name,
                care::cause,
                care::starts_on,
                care::ends_on,
                care::end_reason,
                care::ended_at,
                care::end_note,
                care::note,
            ))
            .load(conn)?;
        found.extend(rows.into_iter().map(BridgingCare::from));
    }
    Ok(found)
}

/// A conflict when the client has this already.
pub(super) fn insert_care(
    conn: &mut Connection,
    client_id: i64,
    (draft, note, offer_id): (&BridgingDraft, Option<&str>, Option<i64>),
    at: NaiveDateTime,
) -> Result<i64> {
    Ok(diesel::insert_into(care::table)
        .values((
            care::client_id.eq(client_id),
            care::provider_id.eq(draft.provider_id),
            care::product_id.eq(draft.product_id),
            care::cause.eq(draft.cause),
            care::starts_on.eq(draft.starts_on),
            care::note.eq(note),
            care::made_at.eq(at),
            care::offer_id.eq(offer_id),
            care::version.eq(1),
        ))
        .returning(care::id)
        .get_result(conn)?)
}

/// Changes what still runs, if it still has this version; returns how many rows that were.
pub(super) fn update_care(
    conn: &mut Connection,
    (id, version): (i64, i32),
    starts_on: NaiveDate,
    note: Option<&str>,
    ended: Option<&Ending>,
) -> Result<usize> {
    Ok(diesel::update(
        care::table.filter(care::id.eq(id)).filter(care::version.eq(version)).filter(care::ends_on.is_null()),
    )
    .set((
        care::starts_on.eq(starts_on),
        care::note.eq(note),
        care::ends_on.eq(ended.map(|ending| ending.on)),
        care::end_reason.eq(ended.map(|ending| ending.reason.as_str())),
        care::ended_at.eq(ended.and_then(|ending| ending.at).map(|at| at.naive_utc())),
        care::end_note.eq(ended.and_then(|ending| ending.note.as_deref())),
        care::version.eq(version + 1),
    ))
    .execute(conn)?)
}

/// Calls off what has not begun, if it still has this version; returns how many rows that were.
pub(super) fn update_called_off(
    conn: &mut Connection,
    (id, version): (i64, i32),
    ending: &Ending,
) -> Result<usize> {
    Ok(diesel::update(care::table.filter(care::id.eq(id)).filter(care::version.eq(version)))
        .set((
            care::ends_on.eq(ending.on),
            care::end_reason.eq(&ending.reason),
            care::ended_at.eq(ending.at.map(|at| at.naive_utc())),
            care::end_note.eq(ending.note.as_deref()),
            care::version.eq(version + 1),
        ))
        .execute(conn)?)
}

/// How many clients who are still on the list have bridging care on a day, of these municipalities.
pub(super) fn count_bridged(conn: &mut Connection, client_ids: &[i64], day: NaiveDate) -> Result<i64> {
    let mut bridged: BTreeSet<i64> = BTreeSet::new();
    for some in client_ids.chunks(500) {
        let rows: Vec<(i64, StoredDays)> = care::table
            .inner_join(waiting_client::table.on(waiting_client::id.eq(care::client_id)))
            .filter(care::client_id.eq_any(some.to_vec()))
            .filter(waiting_client::closed_at.is_null())
            .filter(care::starts_on.le(day))
            .filter(care::ends_on.is_null().or(care::ends_on.ge(day)))
            .select((care::client_id, (care::starts_on, care::ends_on, care::ended_at)))
            .load(conn)?;
        bridged.extend(rows.into_iter().filter(|(_, days)| period_of(*days).is_some()).map(|(id, _)| id));
    }
    i64::try_from(bridged.len()).map_err(Error::internal)
}

/// Who of a region's list has bridging care on a day, or is about to get it.
pub(super) fn list_bridged(conn: &mut Connection, region_id: i64, day: NaiveDate) -> Result<Vec<i64>> {
    let in_region = product::table.filter(product::region_id.eq(region_id)).select(product::id);
    let rows: Vec<(i64, StoredDays)> = care::table
        .inner_join(waiting_client::table.on(waiting_client::id.eq(care::client_id)))
        .filter(waiting_client::closed_at.is_null())
        .filter(waiting_client::product_id.eq_any(in_region))
        .filter(care::ends_on.is_null().or(care::ends_on.ge(day)))
        .select((care::client_id, (care::starts_on, care::ends_on, care::ended_at)))
        .load(conn)?;
    let bridged: BTreeSet<i64> =
        rows.into_iter().filter(|(_, days)| period_of(*days).is_some()).map(|(id, _)| id).collect();
    Ok(bridged.into_iter().collect())
}

/// Removes what somebody typed about care of clients whose record was stripped.
pub(super) fn delete_notes_of_stripped(conn: &mut Connection) -> Result<usize> {
    let stripped =
        waiting_client::table.filter(waiting_client::stripped_at.is_not_null()).select(waiting_client::id);
    let ids: Vec<i64> = care::table
        .filter(care::client_id.eq_any(stripped))
        .filter(care::note.is_not_null().or(care::end_note.is_not_null()))
        .select(care::id)
        .load(conn)?;
    Ok(diesel::update(care::table.filter(care::id.eq_any(ids)))
        .set((care::note.eq(None::<String>), care::end_note.eq(None::<String>)))
        .execute(conn)?)
}
