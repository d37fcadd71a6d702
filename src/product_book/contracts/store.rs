//! Queries on contracts.

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;
use rules::contracts::ContractLevel;

use super::model::{Contract, ContractColumn, ContractFilter, ContractMunicipality, ContractScope, soon};
use crate::db::Connection;
use crate::db::schema::{contract, municipality, product, provider, region, region_municipality};
use crate::error::{Error, Result};
use crate::paging::SortOrder;
use crate::product_book::common::Stored;
use crate::product_book::providers::model::ProviderName;

#[derive(Queryable)]
struct Row {
    id: i64,
    version: i32,
    level: String,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
    provider_agb: String,
    provider_name: String,
    region: String,
    product_code: String,
    product_name: String,
    municipality: Option<(String, String)>,
}

impl Row {
    fn into_stored(self) -> Result<Stored<Contract>> {
        let value = Contract {
            provider: ProviderName { agb: self.provider_agb, name: self.provider_name },
            region: self.region,
            product_code: self.product_code,
            product_name: self.product_name,
            municipality: self.municipality.map(|(code, name)| ContractMunicipality { code, name }),
            level: parse_level(&self.level)?,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        };
        Ok(Stored { id: self.id, version: self.version, value })
    }
}

fn parse_level(code: &str) -> Result<ContractLevel> {
    ContractLevel::parse(code).ok_or_else(|| Error::internal(format!("unknown contract level {code}")))
}

/// What is written of a contract, with everything it refers to found.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContractRow {
    pub(super) provider_id: i64,
    pub(super) product_id: i64,
    pub(super) municipality_id: Option<i64>,
    pub(super) level: ContractLevel,
    pub(super) valid_from: Option<NaiveDate>,
    pub(super) valid_until: Option<NaiveDate>,
}

/// Contracts with all they refer to, to be filtered further.
macro_rules! contracts {
    () => {
        contract::table
            .inner_join(provider::table)
            .inner_join(product::table)
            .inner_join(region::table.on(region::id.eq(product::region_id)))
            .left_join(municipality::table)
    };
}

/// The columns, in the order of the fields of [`Row`].
macro_rules! columns {
    () => {
        (
            contract::id,
            contract::version,
            contract::level,
            contract::valid_from,
            contract::valid_until,
            provider::agb,
            provider::name,
            region::code,
            product::code,
            product::name,
            (municipality::code, municipality::name).nullable(),
        )
    };
}

/// The contracts of a region that pass the filter.
macro_rules! filtered {
    ($region_id:expr, $filter:expr, $today:expr) => {{
        let mut query = contracts!().filter(product::region_id.eq($region_id)).into_boxed();
        if let Some(agb) = &$filter.agb {
            query = query.filter(provider::agb.eq(agb.clone()));
        }
        if let Some(code) = &$filter.product {
            query = query.filter(product::code.eq(code.clone()));
        }
        if $filter.scope != ContractScope::All {
            query = query
                .filter(contract::valid_from.is_null().or(contract::valid_from.le($today)))
                .filter(contract::valid_until.is_null().or(contract::valid_until.ge($today)));
        }
        if $filter.scope == ContractScope::EndingSoon {
            query = query.filter(contract::valid_until.le(soon($today)));
        }
        query
    }};
}

pub(super) fn count_contracts(
    conn: &mut Connection,
    region_id: i64,
    filter: &ContractFilter,
    today: NaiveDate,
) -> Result<i64> {
    Ok(filtered!(region_id, filter, today).select(count_star()).first(conn)?)
}

/// A part of the contracts of a region. Of two that are equal in the order, the product, provider and
/// municipality decide, so that no contract is on two pages. No last day comes after every day.
pub(super) fn list_contracts(
    conn: &mut Connection,
    region_id: i64,
    (filter, today): (&ContractFilter, NaiveDate),
    order: SortOrder<ContractColumn>,
    (offset, limit): (i64, i64),
) -> Result<Vec<Stored<Contract>>> {
    let query = filtered!(region_id, filter, today).select(columns!());
    let query = match (order.column, order.descending) {
        (ContractColumn::Product, false) => query.order(product::code.asc()),
        (ContractColumn::Product, true) => query.order(product::code.desc()),
        (ContractColumn::LastDay, false) => {
            query.order((contract::valid_until.is_null().asc(), contract::valid_until.asc()))
        }
        (ContractColumn::LastDay, true) => {
            query.order((contract::valid_until.is_null().desc(), contract::valid_until.desc()))
        }
    };
    let rows: Vec<Row> = query
        .then_order_by((product::code, provider::name, provider::agb, contract::id))
        .offset(offset)
        .limit(limit)
        .load(conn)?;
    rows.into_iter().map(Row::into_stored).collect()
}

/// All contracts of a provider, by region, product, municipality and first day. What is for the whole region,
/// or has no first day, comes first: said here, because the two databases differ in it.
pub(super) fn list_contracts_of(conn: &mut Connection, provider_id: i64) -> Result<Vec<Stored<Contract>>> {
    let rows: Vec<Row> = contracts!()
        .filter(contract::provider_id.eq(provider_id))
        .select(columns!())
        .order((region::code, product::code))
        .then_order_by((municipality::code.is_null().desc(), municipality::code))
        .then_order_by((contract::valid_from.is_null().desc(), contract::valid_from, contract::id))
        .load(conn)?;
    rows.into_iter().map(Row::into_stored).collect()
}

/// All contracts of a provider for one product.
pub(super) fn list_contracts_for(
    conn: &mut Connection,
    provider_id: i64,
    product_id: i64,
) -> Result<Vec<Stored<Contract>>> {
    let rows: Vec<Row> = contracts!()
        .filter(contract::provider_id.eq(provider_id))
        .filter(contract::product_id.eq(product_id))
        .select(columns!())
        .order(contract::id)
        .load(conn)?;
    rows.into_iter().map(Row::into_stored).collect()
}

pub(super) fn find_contract(
    conn: &mut Connection,
    provider_id: i64,
    id: i64,
) -> Result<Option<Stored<Contract>>> {
    let row: Option<Row> = contracts!()
        .filter(contract::provider_id.eq(provider_id))
        .filter(contract::id.eq(id))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(Row::into_stored).transpose()
}

pub(super) fn find_contract_in_region(
    conn: &mut Connection,
    region_id: i64,
    id: i64,
) -> Result<Option<Stored<Contract>>> {
    let row: Option<Row> = contracts!()
        .filter(product::region_id.eq(region_id))
        .filter(contract::id.eq(id))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(Row::into_stored).transpose()
}

pub(super) fn find_product_id(conn: &mut Connection, region_id: i64, code: &str) -> Result<Option<i64>> {
    let found = product::table.filter(product::region_id.eq(region_id)).filter(product::code.eq(code));
    Ok(found.select(product::id).first(conn).optional()?)
}

/// Whether a municipality belongs, belonged or will belong to a region.
pub(super) fn is_in_region(conn: &mut Connection, region_id: i64, municipality_id: i64) -> Result<bool> {
    let found: i64 = region_municipality::table
        .filter(region_municipality::region_id.eq(region_id))
        .filter(region_municipality::municipality_id.eq(municipality_id))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// The products of a region as code and name, to choose from.
pub(super) fn list_products(conn: &mut Connection, region_id: i64) -> Result<Vec<(String, String)>> {
    let products = product::table.filter(product::region_id.eq(region_id)).order(product::code);
    Ok(products.select((product::code, product::name)).load(conn)?)
}

/// The municipalities of a region as code and name, to choose from.
pub(super) fn list_municipalities(conn: &mut Connection, region_id: i64) -> Result<Vec<(String, String)>> {
    let ids = region_municipality::table
        .filter(region_municipality::region_id.eq(region_id))
        .select(region_municipality::municipality_id);
    let municipalities = municipality::table
        .filter(municipality::id.eq_any(ids))
        .order((municipality::name, municipality::code));
    Ok(municipalities.select((municipality::code, municipality::name)).load(conn)?)
}

pub(super) fn insert_contract(conn: &mut Connection, new: &ContractRow) -> Result<i64> {
    Ok(diesel::insert_into(contract::table)
        .values((
            contract::provider_id.eq(new.provider_id),
            contract::product_id.eq(new.product_id),
            contract::municipality_id.eq(new.municipality_id),
            contract::level.eq(new.level.code()),
            contract::valid_from.eq(new.valid_from),
            contract::valid_until.eq(new.valid_until),
            contract::version.eq(1),
        ))
        .returning(contract::id)
        .get_result(conn)?)
}

/// Changes the row if it still has this version; returns how many rows that were.
pub(super) fn update_contract(
    conn: &mut Connection,
    id: i64,
    version: i32,
    new: &ContractRow,
) -> Result<usize> {
    Ok(diesel::update(contract::table.filter(contract::id.eq(id)).filter(contract::version.eq(version)))
        .set((
            contract::product_id.eq(new.product_id),
            contract::municipality_id.eq(new.municipality_id),
            contract::level.eq(new.level.code()),
            contract::valid_from.eq(new.valid_from),
            contract::valid_until.eq(new.valid_until),
            contract::version.eq(version + 1),
        ))
        .execute(conn)?)
}
