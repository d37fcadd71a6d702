//! Queries on segments.

use diesel::prelude::*;

use super::model::Segment;
use crate::db::Connection;
use crate::db::schema::segment;
use crate::error::Result;
use crate::product_book::common::Stored;

#[derive(Queryable)]
struct Row {
    id: i64,
    region_id: i64,
    code: String,
    name: String,
    description: String,
    version: i32,
}

impl From<Row> for Stored<Segment> {
    fn from(row: Row) -> Self {
        let value = Segment {
            region_id: row.region_id,
            code: row.code,
            name: row.name,
            description: row.description,
        };
        Self { id: row.id, version: row.version, value }
    }
}

pub(super) fn list_segments(conn: &mut Connection, region_id: i64) -> Result<Vec<Stored<Segment>>> {
    let rows: Vec<Row> =
        segment::table.filter(segment::region_id.eq(region_id)).order(segment::code).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(super) fn find_segment(
    conn: &mut Connection,
    region_id: i64,
    code: &str,
) -> Result<Option<Stored<Segment>>> {
    let row: Option<Row> = segment::table
        .filter(segment::region_id.eq(region_id))
        .filter(segment::code.eq(code))
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

pub(super) fn insert_segment(conn: &mut Connection, new: &Segment) -> Result<i64> {
    Ok(diesel::insert_into(segment::table)
        .values((
            segment::region_id.eq(new.region_id),
            segment::code.eq(&new.code),
            segment::name.eq(&new.name),
            segment::description.eq(&new.description),
            segment::version.eq(1),
        ))
        .returning(segment::id)
        .get_result(conn)?)
}

/// Changes the row if it still has this version; returns how many rows that were.
pub(super) fn update_segment(conn: &mut Connection, id: i64, version: i32, new: &Segment) -> Result<usize> {
    Ok(diesel::update(segment::table.filter(segment::id.eq(id)).filter(segment::version.eq(version)))
        .set((
            segment::name.eq(&new.name),
            segment::description.eq(&new.description),
            segment::version.eq(version + 1),
        ))
        .execute(conn)?)
}
