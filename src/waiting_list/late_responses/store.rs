//! Queries on responses that are late.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rules::waiting::client_code::ClientCode;
use rules::waiting::responses::ResponseStatus;

use super::model::LateResponse;
use crate::db::Connection;
use crate::db::schema::{municipality, product, provider, response, waiting_client};
use crate::error::{Error, Result};

#[derive(Queryable)]
struct Row {
    client: (i64, String),
    municipality: String,
    product: (String, String),
    provider: (String, String),
    given: (NaiveDateTime, NaiveDateTime, NaiveDate),
    chased_at: Option<NaiveDateTime>,
    escalated_at: Option<NaiveDateTime>,
    ended_at: Option<NaiveDateTime>,
}

/// The responses of a region that had no answer in time, and those that ended without one since a moment: what can still be
/// answered first, the longest late first.
pub(super) fn list_late(
    conn: &mut Connection,
    region_id: i64,
    (now, lapsed_since): (NaiveDateTime, NaiveDateTime),
) -> Result<Vec<LateResponse>> {
    let late = response::status.eq(ResponseStatus::Open.code()).and(response::answer_by.lt(now));
    let lapsed = response::status
        .eq(ResponseStatus::Expired.code())
        .and(response::ended_at.assume_not_null().ge(lapsed_since));
    let rows: Vec<Row> = response::table
        .inner_join(waiting_client::table.inner_join(municipality::table).inner_join(product::table))
        .inner_join(provider::table)
        .filter(product::region_id.eq(region_id))
        .filter(late.or(lapsed))
        .order((response::ended_at.is_not_null(), response::answer_by, response::id))
        .select((
            (waiting_client::id, waiting_client::code),
            municipality::name,
            (product::code, product::name),
            (provider::agb, provider::name),
            (response::opened_at, response::answer_by, response::valid_until),
            response::chased_at,
            response::escalated_at,
            response::ended_at,
        ))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<LateResponse> {
    let utc = |at: NaiveDateTime| at.and_utc();
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
        chased_at: row.chased_at.map(utc),
        escalated_at: row.escalated_at.map(utc),
        lapsed_at: row.ended_at.map(utc),
        has_case: false,
    })
}
