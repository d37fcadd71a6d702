//! Queries on care that ends, and on who was told of it.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rules::validity::Validity;
use rules::waiting::life::{ClientStatus, EventKind};

use crate::db::Connection;
use crate::db::schema::{
    bridging_care as care, contract, municipality, offer, placement, product, provider, replacement_notice,
    waiting_client as client, waiting_client_event as event, waiting_client_provider as wish,
    waiting_client_return as returned,
};
use crate::error::{Error, Result};
use crate::on_each;
use crate::waiting_list::bridging::model::{StoredDays, period_of};

/// A child with care, or with a wish for care, of a provider.
#[derive(Debug, Clone)]
pub(super) struct CareRow {
    pub(super) client: (i64, String, String, Option<NaiveDateTime>),
    pub(super) municipality: (i64, String),
    pub(super) product: (i64, String, String),
    /// Number, number of its main contractor, name.
    pub(super) provider: (i64, Option<i64>, String),
    /// The day from which the offer is closed.
    pub(super) closes_on: Option<NaiveDate>,
    /// It is bridging care that the child has there, with its last day if that is known.
    pub(super) bridged: Option<Bridged>,
}

/// What is known of bridging care besides.
#[derive(Debug, Clone)]
pub(super) struct Bridged {
    pub(super) ends_on: Option<NaiveDate>,
    /// Of which offer a place was taken; none when its provider counts none.
    pub(super) offer_id: Option<i64>,
    /// The day on which the child last came from another municipality, since that care was written down.
    pub(super) moved_on: Option<NaiveDate>,
}

type Columns = (
    (i64, String, String, Option<NaiveDateTime>),
    (i64, String),
    (i64, String, String),
    (i64, Option<i64>, String),
);

/// With the day from which the offer is closed, the days, the offer, and when it was written down.
type BridgedRow = (Columns, Option<NaiveDate>, (StoredDays, Option<i64>, NaiveDateTime));

fn row((client, municipality, product, provider): Columns, closes_on: Option<NaiveDate>) -> CareRow {
    CareRow { client, municipality, product, provider, closes_on, bridged: None }
}

impl CareRow {
    /// Whose contracts count: a sub-contractor works under those of its main contractor.
    pub(super) fn contractor(&self) -> i64 {
        self.provider.1.unwrap_or(self.provider.0)
    }

    pub(super) fn status(&self) -> Result<ClientStatus> {
        ClientStatus::parse(&self.client.2)
            .ok_or_else(|| Error::internal("a waiting client has an unknown status"))
    }
}

/// Who has care, or agreed on it, that may end by this day: an offer that closes, or a product of which a contract ends. With
/// municipalities only theirs.
pub(super) fn list_care(
    conn: &mut Connection,
    municipalities: Option<&[i64]>,
    until: NaiveDate,
) -> Result<Vec<CareRow>> {
    let ending = contract::table.filter(contract::valid_until.le(until)).select(contract::product_id);
    let mut query = placement::table
        .inner_join(client::table.on(client::id.eq(placement::client_id)))
        .inner_join(municipality::table.on(municipality::id.eq(client::municipality_id)))
        .inner_join(offer::table.on(offer::id.eq(placement::offer_id)))
        .inner_join(product::table.on(product::id.eq(offer::product_id)))
        .inner_join(provider::table.on(provider::id.eq(offer::provider_id)))
        .filter(placement::ended_at.is_null())
        .filter(client::status.eq_any([ClientStatus::Accepted.code(), ClientStatus::Placed.code()]))
        // The day it closes is the day after the last.
        .filter(offer::closes_on.le(until.succ_opt().unwrap_or(until)).or(offer::product_id.eq_any(ending)))
        .select((
            (
                (client::id, client::code, client::status, client::stripped_at),
                (municipality::id, municipality::name),
                (product::id, product::code, product::name),
                (provider::id, provider::main_provider_id, provider::name),
            ),
            offer::closes_on,
        ))
        .into_boxed();
    if let Some(municipalities) = municipalities {
        query = query.filter(client::municipality_id.eq_any(municipalities.to_vec()));
    }
    let rows: Vec<(Columns, Option<NaiveDate>)> = query.load(conn)?;
    Ok(rows.into_iter().map(|(columns, closes_on)| row(columns, closes_on)).collect())
}

/// Who waits and has bridging care that goes on after a day, with every day from which the offer is closed of which it took a
/// place. With municipalities only theirs.
pub(super) fn list_bridged(
    conn: &mut Connection,
    municipalities: Option<&[i64]>,
    today: NaiveDate,
) -> Result<Vec<CareRow>> {
    let mut query = care::table
        .inner_join(client::table.on(client::id.eq(care::client_id)))
        .inner_join(municipality::table.on(municipality::id.eq(client::municipality_id)))
        .inner_join(product::table.on(product::id.eq(care::product_id)))
        .inner_join(provider::table.on(provider::id.eq(care::provider_id)))
        .left_join(offer::table.on(offer::id.nullable().eq(care::offer_id)))
        .filter(client::closed_at.is_null())
        .filter(care::ends_on.is_null().or(care::ends_on.ge(today)))
        .order(care::id)
        .select((
            (
                (client::id, client::code, client::status, client::stripped_at),
                (municipality::id, municipality::name),
                (product::id, product::code, product::name),
                (provider::id, provider::main_provider_id, provider::name),
            ),
            offer::closes_on.nullable(),
            ((care::starts_on, care::ends_on, care::ended_at), care::offer_id, care::made_at),
        ))
        .into_boxed();
    if let Some(municipalities) = municipalities {
        query = query.filter(client::municipality_id.eq_any(municipalities.to_vec()));
    }
    let rows: Vec<BridgedRow> = query.load(conn)?;
    let moves = list_moves(conn, &rows.iter().map(|(columns, ..)| columns.0.0).collect::<Vec<_>>())?;
    let given = rows.into_iter().filter(|(_, _, (days, ..))| period_of(*days).is_some());
    let found = given.map(|(columns, closes_on, ((_, ends_on, _), offer_id, made_at))| {
        let moved_on = moves.get(&columns.0.0).filter(|(at, _)| *at >= made_at).map(|(_, day)| *day);
        CareRow { bridged: Some(Bridged { ends_on, offer_id, moved_on }), ..row(columns, closes_on) }
    });
    Ok(found.collect())
}

/// When each of these clients last came from another municipality: the moment, and its day.
fn list_moves(conn: &mut Connection, client_ids: &[i64]) -> Result<HashMap<i64, (NaiveDateTime, NaiveDate)>> {
    let mut found = HashMap::new();
    for some in client_ids.chunks(500) {
        let rows: Vec<(i64, NaiveDateTime, NaiveDate)> = event::table
            .filter(event::client_id.eq_any(some))
            .filter(event::event.eq(EventKind::Moved.code()))
            .order(event::id)
            .select((event::client_id, event::at, event::day))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(client_id, at, day)| (client_id, (at, day))));
    }
    Ok(found)
}

/// Who waits for a product of which a contract ends or an offer closes by this day, with every provider that is wanted for it.
/// When an offer closes is not in it.
pub(super) fn list_wanting(
    conn: &mut Connection,
    municipalities: &[i64],
    until: NaiveDate,
) -> Result<Vec<CareRow>> {
    let ending = contract::table.filter(contract::valid_until.le(until)).select(contract::product_id);
    let closing =
        offer::table.filter(offer::closes_on.le(until.succ_opt().unwrap_or(until))).select(offer::product_id);
    let rows: Vec<Columns> = wish::table
        .inner_join(client::table.on(client::id.eq(wish::client_id)))
        .inner_join(municipality::table.on(municipality::id.eq(client::municipality_id)))
        .inner_join(product::table.on(product::id.eq(client::product_id)))
        .inner_join(provider::table.on(provider::id.eq(wish::provider_id)))
        .filter(wish::wish.eq("gewenst"))
        .filter(client::closed_at.is_null())
        .filter(client::status.ne(ClientStatus::Accepted.code()))
        .filter(client::municipality_id.eq_any(municipalities))
        .filter(client::product_id.eq_any(ending).or(client::product_id.eq_any(closing)))
        .select((
            (client::id, client::code, client::status, client::stripped_at),
            (municipality::id, municipality::name),
            (product::id, product::code, product::name),
            (provider::id, provider::main_provider_id, provider::name),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|columns| row(columns, None)).collect())
}

/// Provider and product of every offer of these providers, and the day from which it is closed.
pub(super) fn list_closings(
    conn: &mut Connection,
    provider_ids: &[i64],
) -> Result<Vec<(i64, i64, Option<NaiveDate>)>> {
    Ok(offer::table
        .filter(offer::provider_id.eq_any(provider_ids))
        .select((offer::provider_id, offer::product_id, offer::closes_on))
        .load(conn)?)
}

/// A child that came back and is on the list: code, municipality, product and the day.
pub(super) type ReturnedRow = (String, (i64, String), (i64, String, String), NaiveDate);

pub(super) fn list_returned(conn: &mut Connection, municipalities: &[i64]) -> Result<Vec<ReturnedRow>> {
    Ok(returned::table
        .inner_join(client::table.on(client::id.eq(returned::client_id)))
        .inner_join(municipality::table.on(municipality::id.eq(client::municipality_id)))
        .inner_join(product::table.on(product::id.eq(client::product_id)))
        .filter(client::closed_at.is_null())
        .filter(client::municipality_id.eq_any(municipalities))
        .select((
            client::code,
            (municipality::id, municipality::name),
            (product::id, product::code, product::name),
            returned::returned_on,
        ))
        .load(conn)?)
}

/// A contract: its provider and product, its municipality or all, and when it holds.
pub(super) struct ContractTerm {
    pub(super) provider_id: i64,
    pub(super) product_id: i64,
    pub(super) municipality_id: Option<i64>,
    pub(super) term: Validity,
}

/// The contracts of these providers for these products, of any time.
pub(super) fn list_contracts(
    conn: &mut Connection,
    provider_ids: &[i64],
    product_ids: &[i64],
) -> Result<Vec<ContractTerm>> {
    type Row = (i64, i64, Option<i64>, Option<NaiveDate>, Option<NaiveDate>);
    let rows: Vec<Row> = contract::table
        .filter(contract::provider_id.eq_any(provider_ids))
        .filter(contract::product_id.eq_any(product_ids))
        .select((
            contract::provider_id,
            contract::product_id,
            contract::municipality_id,
            contract::valid_from,
            contract::valid_until,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(provider_id, product_id, municipality_id, from, until)| {
            let term = Validity::new(from, until).map_err(Error::internal)?;
            Ok(ContractTerm { provider_id, product_id, municipality_id, term })
        })
        .collect()
}

/// What the toegang of a municipality is told of once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NoticeKey {
    pub(super) provider_id: i64,
    pub(super) product_id: i64,
    pub(super) municipality_id: i64,
    pub(super) last_day: NaiveDate,
}

/// Writes down that it was told; no row when that was done.
pub(super) fn insert_notice(conn: &mut Connection, key: NoticeKey, at: NaiveDateTime) -> Result<usize> {
    Ok(on_each!(conn, c => diesel::insert_into(replacement_notice::table)
        .values((
            replacement_notice::provider_id.eq(key.provider_id),
            replacement_notice::product_id.eq(key.product_id),
            replacement_notice::municipality_id.eq(key.municipality_id),
            replacement_notice::last_day.eq(key.last_day),
            replacement_notice::at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(c))?)
}
