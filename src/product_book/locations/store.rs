//! Queries on locations.

use diesel::prelude::*;

use super::model::Location;
use crate::db::schema::{location, municipality, postcode, provider};
use crate::db::{Connection, lower};
use crate::error::Result;
use crate::product_book::common::Stored;
use crate::product_book::providers::model::ProviderName;

#[derive(Queryable)]
struct Row {
    id: i64,
    version: i32,
    number: i32,
    name: String,
    pc4: i32,
    provider_agb: String,
    provider_name: String,
    place: String,
    lat: f64,
    lon: f64,
    municipality_code: String,
    municipality_name: String,
}

impl From<Row> for Stored<Location> {
    fn from(row: Row) -> Self {
        let value = Location {
            provider: ProviderName { agb: row.provider_agb, name: row.provider_name },
            number: row.number,
            name: row.name,
            pc4: row.pc4,
            place: row.place,
            municipality_code: row.municipality_code,
            municipality_name: row.municipality_name,
            lat: row.lat,
            lon: row.lon,
        };
        Self { id: row.id, version: row.version, value }
    }
}

/// Locations with their provider, place and municipality, in the order of the fields of [`Row`].
macro_rules! locations {
    () => {
        location::table
            .inner_join(provider::table)
            .inner_join(postcode::table)
            .inner_join(municipality::table.on(municipality::id.eq(postcode::municipality_id)))
            .select((
                location::id,
                location::version,
                location::number,
                location::name,
                location::pc4,
                provider::agb,
                provider::name,
                postcode::place,
                postcode::lat,
                postcode::lon,
                municipality::code,
                municipality::name,
            ))
    };
}

/// All locations of a provider, by number.
pub(super) fn list_locations(conn: &mut Connection, provider_id: i64) -> Result<Vec<Stored<Location>>> {
    let rows: Vec<Row> =
        locations!().filter(location::provider_id.eq(provider_id)).order(location::number).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A part of all locations, by name of the provider and number.
pub(super) fn list_all_locations(
    conn: &mut Connection,
    (offset, limit): (i64, i64),
) -> Result<Vec<Stored<Location>>> {
    let rows: Vec<Row> = locations!()
        .order((lower(provider::name), provider::agb, location::number))
        .offset(offset)
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(super) fn count_locations(conn: &mut Connection) -> Result<i64> {
    Ok(location::table.count().get_result(conn)?)
}

pub(super) fn find_location(
    conn: &mut Connection,
    provider_id: i64,
    number: i32,
) -> Result<Option<Stored<Location>>> {
    let row: Option<Row> = locations!()
        .filter(location::provider_id.eq(provider_id))
        .filter(location::number.eq(number))
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// The highest number in use.
pub(super) fn find_highest_number(conn: &mut Connection, provider_id: i64) -> Result<Option<i32>> {
    let highest = diesel::dsl::max(location::number);
    Ok(location::table.filter(location::provider_id.eq(provider_id)).select(highest).first(conn)?)
}

pub(super) fn has_postcode(conn: &mut Connection, pc4: i32) -> Result<bool> {
    let found: Option<i32> = postcode::table.find(pc4).select(postcode::pc4).first(conn).optional()?;
    Ok(found.is_some())
}

pub(super) fn insert_location(
    conn: &mut Connection,
    provider_id: i64,
    number: i32,
    name: &str,
    pc4: i32,
) -> Result<()> {
    diesel::insert_into(location::table)
        .values((
            location::provider_id.eq(provider_id),
            location::number.eq(number),
            location::name.eq(name),
            location::pc4.eq(pc4),
            location::version.eq(1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Changes the row if it still has this version; returns how many rows that were.
pub(super) fn update_location(
    conn: &mut Connection,
    id: i64,
    version: i32,
    name: &str,
    pc4: i32,
) -> Result<usize> {
    Ok(diesel::update(location::table.filter(location::id.eq(id)).filter(location::version.eq(version)))
        .set((location::name.eq(name), location::pc4.eq(pc4), location::version.eq(version + 1)))
        .execute(conn)?)
}
