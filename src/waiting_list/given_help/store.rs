//! Queries on the help that a provider gives without a response of its own.

use chrono::NaiveDate;
use diesel::prelude::*;
use rules::waiting::bridged::BridgedPeriod;
use rules::waiting::client_code::ClientCode;
use rules::waiting::responses::ResponseStatus;

use super::model::{GivenHelp, HelpKind};
use crate::db::Connection;
use crate::db::schema::{
    bridging_care as care, municipality, offer, placement, product, provider, response,
    waiting_client as client,
};
use crate::error::{Error, Result};
use crate::waiting_list::bridging::model::{StoredDays, period_of};

/// A child with the municipality that answers for it.
type Whose = (String, String);

fn parse(code: &str) -> Result<ClientCode> {
    ClientCode::parse(code).map_err(Error::internal)
}

/// The children in a stay, or with one agreed, at another provider, of whom this one gives the ambulant help.
pub(super) fn list_accompanied(conn: &mut Connection, provider_id: i64) -> Result<Vec<GivenHelp>> {
    type Row = (Whose, (String, String), String, (NaiveDate, Option<NaiveDate>));
    let rows: Vec<Row> = placement::table
        .inner_join(response::table)
        .inner_join(client::table.on(client::id.eq(placement::client_id)))
        .inner_join(municipality::table.on(municipality::id.eq(client::municipality_id)))
        .inner_join(offer::table.on(offer::id.eq(placement::offer_id)))
        .inner_join(product::table.on(product::id.eq(offer::product_id)))
        .inner_join(provider::table.on(provider::id.eq(offer::provider_id)))
        .filter(placement::companion_id.eq(provider_id))
        .filter(placement::ended_at.is_null())
        .filter(response::status.eq(ResponseStatus::Accepted.code()))
        .filter(response::provider_id.ne(provider_id))
        .filter(client::stripped_at.is_null())
        .select((
            (client::code, municipality::name),
            (product::code, product::name),
            provider::name,
            (placement::planned_on, placement::started_on),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|((code, municipality), product, stays_at, (planned_on, started_on))| {
            Ok(GivenHelp {
                kind: HelpKind::Accompanies,
                code: parse(&code)?,
                municipality,
                product,
                stays_at: Some(stays_at),
                from: started_on.unwrap_or(planned_on),
                until: None,
            })
        })
        .collect()
}

/// The children of whom this provider bridges the wait on a day or after it.
pub(super) fn list_bridged(
    conn: &mut Connection,
    provider_id: i64,
    today: NaiveDate,
) -> Result<Vec<GivenHelp>> {
    type Row = (Whose, (String, String), StoredDays);
    let rows: Vec<Row> = care::table
        .inner_join(client::table.on(client::id.eq(care::client_id)))
        .inner_join(municipality::table.on(municipality::id.eq(client::municipality_id)))
        .inner_join(product::table.on(product::id.eq(care::product_id)))
        .filter(care::provider_id.eq(provider_id))
        .filter(care::ends_on.is_null().or(care::ends_on.ge(today)))
        .filter(client::stripped_at.is_null())
        .select((
            (client::code, municipality::name),
            (product::code, product::name),
            (care::starts_on, care::ends_on, care::ended_at),
        ))
        .load(conn)?;
    rows.into_iter()
        .filter_map(|(whose, product, days)| period_of(days).map(|period| (whose, product, period)))
        .map(|((code, municipality), product, BridgedPeriod { from, until })| {
            Ok(GivenHelp {
                kind: HelpKind::Bridges,
                code: parse(&code)?,
                municipality,
                product,
                stays_at: None,
                from,
                until,
            })
        })
        .collect()
}
