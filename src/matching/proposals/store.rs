//! Queries on kept proposals.

use chrono::NaiveDateTime;
use diesel::dsl::max;
use diesel::prelude::*;

use super::model::{KeptProposal, Proposal};
use crate::db::Connection;
use crate::db::schema::client_proposal as row;
use crate::db::schema::waiting_client;
use crate::error::{Error, Result};

type Row = (i32, NaiveDateTime, String, String, i32, i32);

/// The kept proposals of a client, the newest first.
pub(super) fn list_kept(
    conn: &mut Connection,
    client_id: i64,
    (offset, limit): (i64, i64),
) -> Result<Vec<KeptProposal>> {
    let rows: Vec<Row> = row::table
        .filter(row::client_id.eq(client_id))
        .order(row::number.desc())
        .select((
            row::number,
            row::made_at,
            row::by_name,
            row::by_organisation,
            row::rules_version,
            row::weights_version,
        ))
        .offset(offset)
        .limit(limit)
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(number, made_at, by_name, by_organisation, rules_version, weights_version)| KeptProposal {
            number,
            made_at: made_at.and_utc(),
            by_name,
            by_organisation,
            rules_version,
            weights_version,
        })
        .collect())
}

pub(super) fn find_kept(conn: &mut Connection, client_id: i64, number: i32) -> Result<Option<Proposal>> {
    let body: Option<String> = row::table
        .filter(row::client_id.eq(client_id))
        .filter(row::number.eq(number))
        .select(row::body)
        .first(conn)
        .optional()?;
    body.map(|body| serde_json::from_str(&body).map_err(Error::internal)).transpose()
}

/// The highest number a client's proposals have.
pub(super) fn find_last_number(conn: &mut Connection, client_id: i64) -> Result<i32> {
    let last: Option<i32> =
        row::table.filter(row::client_id.eq(client_id)).select(max(row::number)).first(conn)?;
    Ok(last.unwrap_or(0))
}

/// A conflict when another proposal has this number.
pub(super) fn insert_kept(
    conn: &mut Connection,
    client_id: i64,
    kept: &KeptProposal,
    proposal: &Proposal,
) -> Result<()> {
    diesel::insert_into(row::table)
        .values((
            row::client_id.eq(client_id),
            row::number.eq(kept.number),
            row::made_at.eq(kept.made_at.naive_utc()),
            row::by_name.eq(&kept.by_name),
            row::by_organisation.eq(&kept.by_organisation),
            row::rules_version.eq(kept.rules_version),
            row::weights_version.eq(kept.weights_version),
            row::body.eq(serde_json::to_string(proposal).map_err(Error::internal)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes what was kept of clients whose record was stripped; returns how many proposals that were.
pub(super) fn delete_of_stripped(conn: &mut Connection) -> Result<usize> {
    let stripped =
        waiting_client::table.filter(waiting_client::stripped_at.is_not_null()).select(waiting_client::id);
    let ids: Vec<i64> =
        row::table.filter(row::client_id.eq_any(stripped)).select(row::client_id).distinct().load(conn)?;
    Ok(diesel::delete(row::table.filter(row::client_id.eq_any(ids))).execute(conn)?)
}
