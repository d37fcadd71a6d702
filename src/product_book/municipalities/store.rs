//! Queries on municipalities.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::Municipality;
use crate::db::Connection;
use crate::db::schema::municipality;
use crate::error::Result;
use crate::product_book::common::Stored;

#[derive(Queryable)]
struct Row {
    id: i64,
    code: String,
    name: String,
    province: String,
    lat: f64,
    lon: f64,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
    version: i32,
}

impl From<Row> for Stored<Municipality> {
    fn from(row: Row) -> Self {
        let value = Municipality {
            code: row.code,
            name: row.name,
            province: row.province,
            lat: row.lat,
            lon: row.lon,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
        };
        Self { id: row.id, version: row.version, value }
    }
}

pub(super) fn list_municipalities(conn: &mut Connection) -> Result<Vec<Stored<Municipality>>> {
    let rows: Vec<Row> = municipality::table.load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(super) fn find_municipality(conn: &mut Connection, code: &str) -> Result<Option<Stored<Municipality>>> {
    let row: Option<Row> = municipality::table.filter(municipality::code.eq(code)).first(conn).optional()?;
    Ok(row.map(Into::into))
}

pub(super) fn insert_municipality(conn: &mut Connection, new: &Municipality) -> Result<i64> {
    Ok(diesel::insert_into(municipality::table)
        .values((
            municipality::code.eq(&new.code),
            municipality::name.eq(&new.name),
            municipality::province.eq(&new.province),
            municipality::lat.eq(new.lat),
            municipality::lon.eq(new.lon),
            municipality::valid_from.eq(new.valid_from),
            municipality::valid_until.eq(new.valid_until),
            municipality::version.eq(1),
        ))
        .returning(municipality::id)
        .get_result(conn)?)
}

/// Changes the row if it still has this version; returns how many rows that were.
pub(super) fn update_municipality(
    conn: &mut Connection,
    id: i64,
    version: i32,
    new: &Municipality,
) -> Result<usize> {
    let row = municipality::table.filter(municipality::id.eq(id)).filter(municipality::version.eq(version));
    Ok(diesel::update(row)
        .set((
            municipality::name.eq(&new.name),
            municipality::province.eq(&new.province),
            municipality::lat.eq(new.lat),
            municipality::lon.eq(new.lon),
            municipality::valid_from.eq(new.valid_from),
            municipality::valid_until.eq(new.valid_until),
            municipality::version.eq(version + 1),
        ))
        .execute(conn)?)
}
