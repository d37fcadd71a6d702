//! Queries on providers.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{Provider, ProviderColumn, ProviderFilter, ProviderKind, ProviderName};
use crate::db::schema::{contract, organisation, product, provider};
use crate::db::{Backend, Connection, containing, lower};
use crate::error::Result;
use crate::paging::SortOrder;
use crate::product_book::common::Stored;

#[derive(Queryable)]
struct Row {
    id: i64,
    agb: String,
    name: String,
    kind: String,
    main_provider_id: Option<i64>,
    phone: String,
    email: String,
    website: String,
    online_help: bool,
    description: String,
    version: i32,
}

impl Row {
    fn into_stored(self, mains: &BTreeMap<i64, ProviderName>) -> Stored<Provider> {
        let value = Provider {
            agb: self.agb,
            name: self.name,
            kind: ProviderKind::from_code(&self.kind),
            main_provider: self.main_provider_id.and_then(|id| mains.get(&id).cloned()),
            phone: self.phone,
            email: self.email,
            website: self.website,
            online_help: self.online_help,
            description: self.description,
        };
        Stored { id: self.id, version: self.version, value }
    }
}

/// The names of the main contractors of these rows, in one query.
fn list_mains_of(conn: &mut Connection, rows: &[Row]) -> Result<BTreeMap<i64, ProviderName>> {
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.main_provider_id).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(i64, String, String)> = provider::table
        .filter(provider::id.eq_any(ids))
        .select((provider::id, provider::agb, provider::name))
        .load(conn)?;
    Ok(found.into_iter().map(|(id, agb, name)| (id, ProviderName { agb, name })).collect())
}

fn with_mains(conn: &mut Connection, rows: Vec<Row>) -> Result<Vec<Stored<Provider>>> {
    let mains = list_mains_of(conn, &rows)?;
    Ok(rows.into_iter().map(|row| row.into_stored(&mains)).collect())
}

fn filtered(filter: &ProviderFilter) -> provider::BoxedQuery<'static, Backend> {
    let mut query = provider::table.into_boxed();
    if let Some(name) = &filter.name {
        query = query.filter(lower(provider::name).like(containing(name)).escape('\\'));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(provider::kind.eq(kind.code()));
    }
    query
}

pub(super) fn count_providers(conn: &mut Connection, filter: &ProviderFilter) -> Result<i64> {
    Ok(filtered(filter).select(count_star()).first(conn)?)
}

pub(super) fn list_providers(
    conn: &mut Connection,
    filter: &ProviderFilter,
    order: SortOrder<ProviderColumn>,
    (offset, limit): (i64, i64),
) -> Result<Vec<Stored<Provider>>> {
    let query = filtered(filter);
    let query = match (order.column, order.descending) {
        (ProviderColumn::Name, false) => query.order((lower(provider::name), provider::agb)),
        (ProviderColumn::Name, true) => query.order((lower(provider::name).desc(), provider::agb)),
        (ProviderColumn::Agb, false) => query.order(provider::agb),
        (ProviderColumn::Agb, true) => query.order(provider::agb.desc()),
    };
    let rows: Vec<Row> = query.offset(offset).limit(limit).load(conn)?;
    with_mains(conn, rows)
}

pub(super) fn find_provider(conn: &mut Connection, agb: &str) -> Result<Option<Stored<Provider>>> {
    let rows: Vec<Row> = provider::table.filter(provider::agb.eq(agb)).load(conn)?;
    Ok(with_mains(conn, rows)?.pop())
}

/// All main contractors by name, to choose from.
pub(super) fn list_main_providers(conn: &mut Connection) -> Result<Vec<ProviderName>> {
    let found: Vec<(String, String)> = provider::table
        .filter(provider::kind.eq(ProviderKind::Main.code()))
        .order((lower(provider::name), provider::agb))
        .select((provider::agb, provider::name))
        .load(conn)?;
    Ok(found.into_iter().map(|(agb, name)| ProviderName { agb, name }).collect())
}

/// All providers by name, to choose from.
pub(super) fn list_provider_names(conn: &mut Connection) -> Result<Vec<ProviderName>> {
    let found: Vec<(String, String)> = provider::table
        .order((lower(provider::name), provider::agb))
        .select((provider::agb, provider::name))
        .load(conn)?;
    Ok(found.into_iter().map(|(agb, name)| ProviderName { agb, name }).collect())
}

/// Keeps others from changing these providers until the end of the transaction. In the order of the key,
/// so that two who lock the same ones never wait for each other. SQLite has one writer at a time already.
pub(super) fn lock_providers(conn: &mut Connection, agbs: &[&str]) -> Result<()> {
    if let Connection::Postgres(postgres) = conn {
        let locked = provider::table
            .filter(provider::agb.eq_any(agbs))
            .order(provider::id)
            .select(provider::id)
            .for_update();
        locked.load::<i64>(postgres)?;
    }
    Ok(())
}

pub(super) fn count_sub_contractors(conn: &mut Connection, id: i64) -> Result<i64> {
    Ok(provider::table.filter(provider::main_provider_id.eq(id)).count().get_result(conn)?)
}

/// How many contracts of a provider hold on this day or begin later.
pub(super) fn count_open_contracts(conn: &mut Connection, id: i64, today: NaiveDate) -> Result<i64> {
    Ok(contract::table
        .filter(contract::provider_id.eq(id))
        .filter(contract::valid_until.is_null().or(contract::valid_until.ge(today)))
        .count()
        .get_result(conn)?)
}

/// The regions that a provider works for: with a contract of its own or of its main contractor that has not ended, or
/// with an organisation whose people sign in.
pub(super) fn list_regions(conn: &mut Connection, id: i64, today: NaiveDate) -> Result<Vec<i64>> {
    let main: Option<i64> = provider::table.find(id).select(provider::main_provider_id).first(conn)?;
    let contractors: Vec<i64> = std::iter::once(id).chain(main).collect();
    let mut regions: Vec<i64> = contract::table
        .inner_join(product::table)
        .filter(contract::provider_id.eq_any(contractors))
        .filter(contract::valid_until.is_null().or(contract::valid_until.ge(today)))
        .select(product::region_id)
        .distinct()
        .load(conn)?;
    let organisations = organisation::table.filter(organisation::provider_id.eq(id));
    regions.extend(organisations.select(organisation::region_id).load::<i64>(conn)?);
    Ok(regions)
}

pub(super) fn insert_provider(
    conn: &mut Connection,
    new: &Provider,
    main_provider_id: Option<i64>,
) -> Result<i64> {
    Ok(diesel::insert_into(provider::table)
        .values((
            provider::agb.eq(&new.agb),
            provider::name.eq(&new.name),
            provider::kind.eq(new.kind.code()),
            provider::main_provider_id.eq(main_provider_id),
            provider::phone.eq(&new.phone),
            provider::email.eq(&new.email),
            provider::website.eq(&new.website),
            provider::online_help.eq(new.online_help),
            provider::description.eq(&new.description),
            provider::version.eq(1),
        ))
        .returning(provider::id)
        .get_result(conn)?)
}

/// Changes the row if it still has this version; returns how many rows that were.
pub(super) fn update_provider(
    conn: &mut Connection,
    id: i64,
    version: i32,
    new: &Provider,
    main_provider_id: Option<i64>,
) -> Result<usize> {
    Ok(diesel::update(provider::table.filter(provider::id.eq(id)).filter(provider::version.eq(version)))
        .set((
            provider::name.eq(&new.name),
            provider::kind.eq(new.kind.code()),
            provider::main_provider_id.eq(main_provider_id),
            provider::phone.eq(&new.phone),
            provider::email.eq(&new.email),
            provider::website.eq(&new.website),
            provider::online_help.eq(new.online_help),
            provider::description.eq(&new.description),
            provider::version.eq(version + 1),
        ))
        .execute(conn)?)
}
