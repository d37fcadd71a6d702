//! Queries on care that ends, and on who was told of it.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rules::validity::Validity;
use rules::waiting::life::ClientStatus;

use crate::db::Connection;
use crate::db::schema::{
    contract, municipality, offer, placement, product, provider, replacement_notice,
    waiting_client as client, waiting_client_provider as wish, waiting_client_return as returned,
};
use crate::error::{Error, Result};
use crate::on_each;

/// A child with care, or with a wish for care, of a provider.
#[derive(Debug, Clone, Queryable)]
pub(super) struct CareRow {
    pub(super) client: (i64, String, String, Option<NaiveDateTime>),
    pub(super) municipality: (i64, String),
    pub(super) product: (i64, String, String),
    /// Number, number of its main contractor, name.
    pub(super) provider: (i64, Option<i64>, String),
    /// The day from which the offer is closed.
    pub(super) closes_on: Option<NaiveDate>,
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
            (client::id, client::code, client::status, client::stripped_at),
            (municipality::id, municipality::name),
            (product::id, product::code, product::name),
            (provider::id, provider::main_provider_id, provider::name),
            offer::closes_on,
        ))
        .into_boxed();
    if let Some(municipalities) = municipalities {
        query = query.filter(client::municipality_id.eq_any(municipalities.to_vec()));
    }
    Ok(query.load(conn)?)
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
    Ok(wish::table
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
            None::<NaiveDate>.into_sql::<diesel::sql_types::Nullable<diesel::sql_types::Date>>(),
        ))
        .load(conn)?)
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
