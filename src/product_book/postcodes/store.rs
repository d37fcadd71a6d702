//! Queries on postcodes.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{NUMBERS, Postcode, PostcodeColumn, PostcodeFilter};
use crate::db::schema::{location, municipality, postcode};
use crate::db::{Connection, lower};
use crate::error::Result;
use crate::paging::SortOrder;
use crate::product_book::common::Stored;

type Row = (i32, String, f64, f64, i32, String, String);

fn stored((pc4, place, lat, lon, version, municipality_code, municipality_name): Row) -> Stored<Postcode> {
    let value = Postcode { pc4, place, municipality_code, municipality_name, lat, lon };
    Stored { id: i64::from(pc4), version, value }
}

/// The postcodes that pass the filter, with their municipality.
macro_rules! filtered {
    ($filter:expr) => {{
        let (lowest, highest) = $filter.digits.as_ref().map_or(NUMBERS, |digits| digits.range());
        let mut query = postcode::table
            .inner_join(municipality::table.on(municipality::id.eq(postcode::municipality_id)))
            .filter(postcode::pc4.between(lowest, highest))
            .into_boxed();
        if let Some(code) = &$filter.municipality {
            query = query.filter(municipality::code.eq(code.clone()));
        }
        query
    }};
}

/// The columns, in the order of [`Row`].
macro_rules! columns {
    () => {
        (
            postcode::pc4,
            postcode::place,
            postcode::lat,
            postcode::lon,
            postcode::version,
            municipality::code,
            municipality::name,
        )
    };
}

pub(super) fn count_postcodes(conn: &mut Connection, filter: &PostcodeFilter) -> Result<i64> {
    Ok(filtered!(filter).select(count_star()).first(conn)?)
}

/// A part of the postcodes that pass the filter; in the same place the lowest number comes first.
pub(super) fn list_postcodes(
    conn: &mut Connection,
    filter: &PostcodeFilter,
    order: SortOrder<PostcodeColumn>,
    (offset, limit): (i64, i64),
) -> Result<Vec<Stored<Postcode>>> {
    let query = filtered!(filter).select(columns!());
    let query = match (order.column, order.descending) {
        (PostcodeColumn::Number, false) => query.order(postcode::pc4.asc()),
        (PostcodeColumn::Number, true) => query.order(postcode::pc4.desc()),
        (PostcodeColumn::Place, false) => query.order(lower(postcode::place).asc()),
        (PostcodeColumn::Place, true) => query.order(lower(postcode::place).desc()),
    };
    let rows: Vec<Row> = query.then_order_by(postcode::pc4).offset(offset).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(stored).collect())
}

pub(super) fn find_postcode(conn: &mut Connection, pc4: i32) -> Result<Option<Stored<Postcode>>> {
    let row: Option<Row> = postcode::table
        .inner_join(municipality::table.on(municipality::id.eq(postcode::municipality_id)))
        .filter(postcode::pc4.eq(pc4))
        .select(columns!())
        .first(conn)
        .optional()?;
    Ok(row.map(stored))
}

/// How many locations lie in it.
pub(super) fn count_locations(conn: &mut Connection, pc4: i32) -> Result<i64> {
    Ok(location::table.filter(location::pc4.eq(pc4)).count().get_result(conn)?)
}

pub(super) fn insert_postcode(conn: &mut Connection, new: &Postcode, municipality_id: i64) -> Result<()> {
    diesel::insert_into(postcode::table)
        .values((
            postcode::pc4.eq(new.pc4),
            postcode::place.eq(&new.place),
            postcode::municipality_id.eq(municipality_id),
            postcode::lat.eq(new.lat),
            postcode::lon.eq(new.lon),
            postcode::version.eq(1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Changes the row if it still has this version; returns how many rows that were.
pub(super) fn update_postcode(
    conn: &mut Connection,
    version: i32,
    new: &Postcode,
    municipality_id: i64,
) -> Result<usize> {
    let row = postcode::table.filter(postcode::pc4.eq(new.pc4)).filter(postcode::version.eq(version));
    Ok(diesel::update(row)
        .set((
            postcode::place.eq(&new.place),
            postcode::municipality_id.eq(municipality_id),
            postcode::lat.eq(new.lat),
            postcode::lon.eq(new.lon),
            postcode::version.eq(version + 1),
        ))
        .execute(conn)?)
}

/// Removes the row if it still has this version; returns how many rows that were.
pub(super) fn delete_postcode(conn: &mut Connection, pc4: i32, version: i32) -> Result<usize> {
    let row = postcode::table.filter(postcode::pc4.eq(pc4)).filter(postcode::version.eq(version));
    Ok(diesel::delete(row).execute(conn)?)
}
