//! Queries for the settings of the list, and for what servers do by themselves.

use std::collections::{BTreeMap, HashSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use rules::waiting::birth::{AgeMilestone, Birth};
use rules::working_hours::WorkingTime;

use super::rows::{StoredBirth, read_birth};
use crate::db::Connection;
use crate::db::schema::{
    contract, product, provider, region, waiting_client as client, waiting_client_age_notice as age_notice,
    waiting_client_alike as alike, waiting_client_alternative as alternative, waiting_client_event as event,
    waiting_client_plan as plan, waiting_client_provider as wish, waiting_contract_end as contract_end,
    waiting_list_closing_day as closing_day, waiting_list_setting as setting, waiting_product,
};
use crate::error::{Error, Result};
use crate::on_each;
use crate::waiting_list::clients::model::{ListSettings, ProductTerms};

pub(in super::super) fn list_region_ids(conn: &mut Connection) -> Result<Vec<i64>> {
    Ok(region::table.order(region::id).select(region::id).load(conn)?)
}

/// Number and code of clients of a region that left the list before this moment and are not stripped.
pub(in super::super) fn list_to_strip(
    conn: &mut Connection,
    region_id: i64,
    before: NaiveDateTime,
    most: i64,
) -> Result<Vec<(i64, String)>> {
    Ok(client::table
        .inner_join(product::table)
        .filter(product::region_id.eq(region_id))
        .filter(client::closed_at.lt(before))
        .filter(client::stripped_at.is_null())
        .order(client::closed_at)
        .limit(most)
        .select((client::id, client::code))
        .load(conn)?)
}

/// Erases what is known of a client, if nobody did; returns how many rows that were.
pub(in super::super) fn strip_client(conn: &mut Connection, id: i64, at: NaiveDateTime) -> Result<usize> {
    let rows = diesel::update(client::table.find(id).filter(client::stripped_at.is_null()))
        .set((
            client::pc4.eq(None::<i32>),
            client::birth_quarter.eq(None::<i32>),
            client::age.eq(None::<i32>),
            client::age_on.eq(None::<NaiveDate>),
            client::analysis_made.eq(None::<bool>),
            client::possibly_wlz.eq(None::<bool>),
            client::authority_elsewhere.eq(None::<bool>),
            client::needs.eq(""),
            client::max_distance_km.eq(None::<i32>),
            client::note.eq(None::<String>),
            client::stripped_at.eq(at),
            client::version.eq(client::version + 1),
        ))
        .execute(conn)?;
    diesel::delete(alternative::table.filter(alternative::client_id.eq(id))).execute(conn)?;
    diesel::delete(wish::table.filter(wish::client_id.eq(id))).execute(conn)?;
    diesel::delete(plan::table.filter(plan::client_id.eq(id))).execute(conn)?;
    diesel::delete(age_notice::table.filter(age_notice::client_id.eq(id))).execute(conn)?;
    diesel::delete(alike::table.find(id)).execute(conn)?;
    diesel::update(event::table.filter(event::client_id.eq(id)))
        .set((event::note.eq(None::<String>), event::detail.eq(None::<String>)))
        .execute(conn)?;
    Ok(rows)
}

/// Somebody on the list, and when it was born and registered.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Growing {
    pub(in super::super) id: i64,
    pub(in super::super) birth: Birth,
    pub(in super::super) registered_at: NaiveDateTime,
}

/// Everybody on the list.
pub(in super::super) fn list_growing(conn: &mut Connection) -> Result<Vec<Growing>> {
    let rows: Vec<(i64, StoredBirth, NaiveDateTime)> = client::table
        .filter(client::closed_at.is_null())
        .order(client::id)
        .select((client::id, (client::birth_quarter, client::age, client::age_on), client::registered_at))
        .load(conn)?;
    let mut found = Vec::new();
    for (id, stored, registered_at) in rows {
        found.extend(read_birth(stored)?.map(|birth| Growing { id, birth, registered_at }));
    }
    Ok(found)
}

/// Writes down that the toegang is told of an age; no row when another server did, or at an earlier time.
pub(in super::super) fn insert_age_notice(
    conn: &mut Connection,
    (client_id, milestone): (i64, AgeMilestone),
    at: NaiveDateTime,
) -> Result<usize> {
    Ok(on_each!(conn, c => diesel::insert_into(age_notice::table)
        .values((
            age_notice::client_id.eq(client_id),
            age_notice::milestone.eq(milestone.code()),
            age_notice::at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(c))?)
}

/// Clients and the ages of which the toegang was told.
pub(in super::super) fn list_age_notices(conn: &mut Connection) -> Result<HashSet<(i64, String)>> {
    let rows: Vec<(i64, String)> =
        age_notice::table.select((age_notice::client_id, age_notice::milestone)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// A contract that ended.
#[derive(Debug, Clone, Queryable)]
pub(in super::super) struct EndedContract {
    id: i64,
    provider_id: i64,
    product_id: i64,
    municipality_id: Option<i64>,
    valid_until: Option<NaiveDate>,
}

/// The contracts whose last day lies from the one day until before the other, and that nobody was told of.
pub(in super::super) fn list_ended_contracts(
    conn: &mut Connection,
    since: NaiveDate,
    today: NaiveDate,
) -> Result<Vec<EndedContract>> {
    let told = contract_end::table
        .filter(contract_end::valid_until.nullable().eq(contract::valid_until))
        .select(contract_end::contract_id);
    Ok(contract::table
        .filter(contract::valid_until.ge(since))
        .filter(contract::valid_until.lt(today))
        .filter(contract::id.ne_all(told))
        .order(contract::id)
        .select((
            contract::id,
            contract::provider_id,
            contract::product_id,
            contract::municipality_id,
            contract::valid_until,
        ))
        .load(conn)?)
}

/// Writes down that those who wait are told of it; no row when another server did.
pub(in super::super) fn insert_contract_end(
    conn: &mut Connection,
    ended: &EndedContract,
    at: NaiveDateTime,
) -> Result<usize> {
    let Some(valid_until) = ended.valid_until else { return Ok(0) };
    Ok(on_each!(conn, c => diesel::insert_into(contract_end::table)
        .values((
            contract_end::contract_id.eq(ended.id),
            contract_end::valid_until.eq(valid_until),
            contract_end::at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(c))?)
}

impl EndedContract {
    pub(in super::super) fn product_id(&self) -> i64 {
        self.product_id
    }
}

/// Who is on the list for this product or would accept it, wants this provider or one that works under its contract, and is
/// helped by no other contract of it that holds today, for the product or for what took its place.
pub(in super::super) fn list_wanting(
    conn: &mut Connection,
    ended: &EndedContract,
    line: &[i64],
    today: NaiveDate,
) -> Result<Vec<i64>> {
    let others: Vec<Option<i64>> = contract::table
        .filter(contract::provider_id.eq(ended.provider_id))
        .filter(contract::product_id.eq_any(line))
        .filter(contract::valid_from.is_null().or(contract::valid_from.le(today)))
        .filter(contract::valid_until.is_null().or(contract::valid_until.ge(today)))
        .select(contract::municipality_id)
        .load(conn)?;
    if others.contains(&None) {
        return Ok(Vec::new());
    }
    let covered: Vec<i64> = others.into_iter().flatten().collect();
    let under_it = provider::table
        .filter(provider::id.eq(ended.provider_id).or(provider::main_provider_id.eq(ended.provider_id)))
        .select(provider::id);
    let accepting = alternative::table
        .filter(alternative::product_id.eq(ended.product_id))
        .select(alternative::client_id);
    let wanting = wish::table
        .filter(wish::provider_id.eq_any(under_it))
        .filter(wish::wish.eq(super::WANTED))
        .select(wish::client_id);
    let mut query = client::table
        .filter(client::closed_at.is_null())
        .filter(client::product_id.eq(ended.product_id).or(client::id.eq_any(accepting)))
        .filter(client::id.eq_any(wanting))
        .filter(client::municipality_id.ne_all(covered))
        .order(client::id)
        .select(client::id)
        .into_boxed();
    if let Some(municipality_id) = ended.municipality_id {
        query = query.filter(client::municipality_id.eq(municipality_id));
    }
    Ok(query.load(conn)?)
}

/// Who is on the list for a product that ended and has a successor: client and product.
pub(in super::super) fn list_of_ended_products(
    conn: &mut Connection,
    today: NaiveDate,
) -> Result<Vec<(i64, i64)>> {
    Ok(client::table
        .inner_join(product::table)
        .inner_join(waiting_product::table.on(waiting_product::product_id.eq(client::product_id)))
        .filter(waiting_product::successor_id.is_not_null())
        .filter(client::closed_at.is_null())
        .filter(product::valid_until.lt(today))
        .order(client::id)
        .select((client::id, client::product_id))
        .load(conn)?)
}

/// Who is on the list and would accept a product that ended and has a successor: client and product.
pub(in super::super) fn list_of_ended_alternatives(
    conn: &mut Connection,
    today: NaiveDate,
) -> Result<Vec<(i64, i64)>> {
    Ok(alternative::table
        .inner_join(client::table)
        .inner_join(product::table)
        .inner_join(waiting_product::table.on(waiting_product::product_id.eq(alternative::product_id)))
        .filter(waiting_product::successor_id.is_not_null())
        .filter(client::closed_at.is_null())
        .filter(product::valid_until.lt(today))
        .order((alternative::client_id, alternative::rank))
        .select((alternative::client_id, alternative::product_id))
        .load(conn)?)
}

/// Counts a change of what belongs to a client, if the row still has this version; returns how many rows that were.
pub(in super::super) fn touch(conn: &mut Connection, (id, version): (i64, i32)) -> Result<usize> {
    Ok(diesel::update(client::table.find(id).filter(client::version.eq(version)))
        .set(client::version.eq(version + 1))
        .execute(conn)?)
}

/// The products that have one that takes their place, each with that.
pub(in super::super) fn list_successors(conn: &mut Connection) -> Result<BTreeMap<i64, i64>> {
    let rows: Vec<(i64, Option<i64>)> = waiting_product::table
        .filter(waiting_product::successor_id.is_not_null())
        .select((waiting_product::product_id, waiting_product::successor_id))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(product, successor)| Some((product, successor?))).collect())
}

/// Code and last day of these products, by their number.
pub(in super::super) fn list_products_by_id(
    conn: &mut Connection,
    ids: &[i64],
) -> Result<BTreeMap<i64, (String, Option<NaiveDate>)>> {
    let rows: Vec<(i64, String, Option<NaiveDate>)> = product::table
        .filter(product::id.eq_any(ids))
        .select((product::id, product::code, product::valid_until))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, code, until)| (id, (code, until))).collect())
}

/// What a region set for one of its products, by code.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub(in super::super) struct ProductTermsRow {
    pub(in super::super) product_id: i64,
    pub(in super::super) needs_body_decision: bool,
    pub(in super::super) first_help_soon: bool,
    pub(in super::super) successor_id: Option<i64>,
}

/// The number and the code of a product.
type ProductKey = (i64, String);

/// What a region set for those who wait for one of its products.
pub(in super::super) fn find_product_terms(conn: &mut Connection, product_id: i64) -> Result<ProductTerms> {
    let row: Option<(bool, bool)> = waiting_product::table
        .find(product_id)
        .select((waiting_product::needs_body_decision, waiting_product::first_help_soon))
        .first(conn)
        .optional()?;
    let terms = row
        .map(|(needs_body_decision, first_help_soon)| ProductTerms { needs_body_decision, first_help_soon });
    Ok(terms.unwrap_or_default())
}

/// What a region set for its products, and the code of each product.
pub(in super::super) fn list_product_terms(
    conn: &mut Connection,
    region_id: i64,
) -> Result<(Vec<ProductTermsRow>, Vec<ProductKey>)> {
    let products: Vec<ProductKey> = product::table
        .filter(product::region_id.eq(region_id))
        .order(product::code)
        .select((product::id, product::code))
        .load(conn)?;
    let ids: Vec<i64> = products.iter().map(|(id, _)| *id).collect();
    let rows = waiting_product::table.filter(waiting_product::product_id.eq_any(ids)).load(conn)?;
    Ok((rows, products))
}

pub(in super::super) fn replace_product_terms(
    conn: &mut Connection,
    region_id: i64,
    rows: &[ProductTermsRow],
) -> Result<()> {
    let own = product::table.filter(product::region_id.eq(region_id)).select(product::id);
    diesel::delete(waiting_product::table.filter(waiting_product::product_id.eq_any(own))).execute(conn)?;
    for row in rows {
        diesel::insert_into(waiting_product::table)
            .values((
                waiting_product::product_id.eq(row.product_id),
                waiting_product::needs_body_decision.eq(row.needs_body_decision),
                waiting_product::first_help_soon.eq(row.first_help_soon),
                waiting_product::successor_id.eq(row.successor_id),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Writes the settings of a region if they still have this version; returns how many rows that were.
pub(in super::super) fn save_settings(
    conn: &mut Connection,
    region_id: i64,
    version: i32,
    new: &ListSettings,
) -> Result<usize> {
    let size = i32::try_from(new.group_size.get()).map_err(Error::internal)?;
    let months = i32::try_from(new.retention_months).map_err(Error::internal)?;
    let values = (
        setting::smallest_group.eq(size),
        setting::referrers_register.eq(new.referrers_register),
        setting::retention_months.eq(months),
        (
            setting::answer_days.eq(days(new.terms.regular)),
            setting::urgent_answer_days.eq(days(new.terms.urgent)),
            setting::escalate_days.eq(days(new.terms.escalate_after)),
        ),
        setting::consequences.eq(new.consequences.codes()),
        setting::ladder.eq(new.ladder.lines()),
        setting::version.eq(version + 1),
    );
    if version == 0 {
        return Ok(on_each!(conn, c => diesel::insert_into(setting::table)
            .values((setting::region_id.eq(region_id), values))
            .on_conflict_do_nothing()
            .execute(c))?);
    }
    Ok(diesel::update(setting::table.find(region_id).filter(setting::version.eq(version)))
        .set(values)
        .execute(conn)?)
}

/// The whole working days of a term.
fn days(term: WorkingTime) -> i32 {
    match term {
        WorkingTime::Days(days) => i32::from(days),
        WorkingTime::Minutes(minutes) => i32::try_from(minutes.div_ceil(8 * 60)).unwrap_or(i32::MAX),
    }
}

pub(in super::super) fn replace_closing_days(
    conn: &mut Connection,
    region_id: i64,
    days: &[NaiveDate],
) -> Result<()> {
    diesel::delete(closing_day::table.filter(closing_day::region_id.eq(region_id))).execute(conn)?;
    for day in days {
        diesel::insert_into(closing_day::table)
            .values((closing_day::region_id.eq(region_id), closing_day::day.eq(day)))
            .execute(conn)?;
    }
    Ok(())
}
