//! Queries on responses that are late.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rules::waiting::client_code::ClientCode;
use rules::waiting::life::ClientStatus;
use rules::waiting::responses::ResponseStatus;

use super::model::LateResponse;
use crate::db::Connection;
use crate::db::schema::{municipality, placement, product, provider, response, waiting_client};
use crate::error::{Error, Result};

#[derive(Queryable)]
struct Row {
    client: (i64, String),
    municipality: String,
    product: (String, String),
    provider: (String, String),
    given: (NaiveDateTime, NaiveDateTime, NaiveDate),
    /// Reminded, taken to the account manager, ended.
    moments: (Option<NaiveDateTime>, Option<NaiveDateTime>, Option<NaiveDateTime>),
    /// Of care that was agreed: the day on which it would start, reminded, taken to the account manager.
    agreed: Option<(NaiveDate, Option<NaiveDateTime>, Option<NaiveDateTime>)>,
}

/// The responses of a region that had no answer in time, those of which the provider did not confirm the start, and those that
/// ended without an answer since a moment: what can still be mended first, the longest late first.
pub(super) fn list_late(
    conn: &mut Connection,
    region_id: i64,
    (now, lapsed_since): (NaiveDateTime, NaiveDateTime),
) -> Result<Vec<LateResponse>> {
    let late = response::status.eq(ResponseStatus::Open.code()).and(response::answer_by.lt(now));
    let lapsed = response::status
        .eq(ResponseStatus::Expired.code())
        .and(response::ended_at.assume_not_null().ge(lapsed_since));
    let silent = response::status
        .eq(ResponseStatus::Accepted.code())
        .and(waiting_client::status.eq(ClientStatus::Accepted.code()))
        .and(placement::escalated_at.is_not_null());
    let rows: Vec<Row> = response::table
        .inner_join(waiting_client::table.inner_join(municipality::table).inner_join(product::table))
        .inner_join(provider::table)
        .left_join(placement::table)
        .filter(product::region_id.eq(region_id))
        .filter(late.or(lapsed).or(silent))
        .order((response::ended_at.is_not_null(), response::answer_by, response::id))
        .select((
            (waiting_client::id, waiting_client::code),
            municipality::name,
            (product::code, product::name),
            (provider::agb, provider::name),
            (response::opened_at, response::answer_by, response::valid_until),
            (response::chased_at, response::escalated_at, response::ended_at),
            (placement::planned_on, placement::chased_at, placement::escalated_at).nullable(),
        ))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<LateResponse> {
    let utc = |at: NaiveDateTime| at.and_utc();
    let (chased_at, escalated_at) = match row.agreed {
        Some((_, chased_at, escalated_at)) => (chased_at, escalated_at),
        None => (row.moments.0, row.moments.1),
    };
    Ok(LateResponse {
        client_id: row.client.0,
        code: ClientCode::parse(&row.client.1).map_err(Error::internal)?,
        municipality: row.municipality,
        product_code: row.product.0,
        product_name: row.product.1,
        agb: row.provider.0,
        provider: row.provider.1,
        opened_at: utc(row.given.0),
        answer_by: utc(row.given.1),
        valid_until: row.given.2,
        chased_at: chased_at.map(utc),
        escalated_at: escalated_at.map(utc),
        lapsed_at: row.moments.2.map(utc),
        planned_on: row.agreed.map(|(day, ..)| day),
        has_case: false,
    })
}
