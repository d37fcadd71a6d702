//! Queries on memberships.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Clients, Membership};
use crate::db::schema::{municipality, region_municipality, segment};
use crate::db::{Backend, Connection};
use crate::error::Result;
use crate::product_book::common::Stored;

#[derive(Queryable)]
struct Row {
    id: i64,
    region_id: i64,
    municipality_id: i64,
    segment_id: Option<i64>,
    clients: String,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
    inhabitants: Option<i32>,
    young_people: Option<i32>,
    version: i32,
}

fn stored((row, code, name, segment): (Row, String, String, Option<String>)) -> Stored<Membership> {
    let value = Membership {
        region_id: row.region_id,
        municipality_id: row.municipality_id,
        municipality: code,
        name,
        segment_id: row.segment_id,
        segment,
        clients: Clients::from_stored(&row.clients),
        from: row.valid_from,
        until: row.valid_until,
        inhabitants: row.inhabitants,
        young_people: row.young_people,
    };
    Stored { id: row.id, version: row.version, value }
}

/// Whose memberships.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Region(i64),
    Municipality(i64),
}

pub(super) fn list_memberships(conn: &mut Connection, of: Of) -> Result<Vec<Stored<Membership>>> {
    let all = region_municipality::table
        .inner_join(municipality::table)
        .left_join(segment::table.on(region_municipality::segment_id.eq(segment::id.nullable())))
        .select((
            region_municipality::all_columns,
            municipality::code,
            municipality::name,
            segment::code.nullable(),
        ))
        .order(region_municipality::id)
        .into_boxed::<Backend>();
    let query = match of {
        Of::Region(id) => all.filter(region_municipality::region_id.eq(id)),
        Of::Municipality(id) => all.filter(region_municipality::municipality_id.eq(id)),
    };
    let rows: Vec<(Row, String, String, Option<String>)> = query.load(conn)?;
    Ok(rows.into_iter().map(stored).collect())
}

pub(super) fn find_segment_id(conn: &mut Connection, region_id: i64, code: &str) -> Result<Option<i64>> {
    Ok(segment::table
        .filter(segment::region_id.eq(region_id))
        .filter(segment::code.eq(code))
        .select(segment::id)
        .first(conn)
        .optional()?)
}

pub(super) fn insert_membership(conn: &mut Connection, new: &Membership) -> Result<i64> {
    Ok(diesel::insert_into(region_municipality::table)
        .values((
            region_municipality::region_id.eq(new.region_id),
            region_municipality::municipality_id.eq(new.municipality_id),
            region_municipality::segment_id.eq(new.segment_id),
            region_municipality::clients.eq(new.clients.stored()),
            region_municipality::valid_from.eq(new.from),
            region_municipality::valid_until.eq(new.until),
            region_municipality::inhabitants.eq(new.inhabitants),
            region_municipality::young_people.eq(new.young_people),
            region_municipality::version.eq(1),
        ))
        .returning(region_municipality::id)
        .get_result(conn)?)
}

/// Changes the row if it still has this version; returns how many rows that were.
pub(super) fn update_membership(
    conn: &mut Connection,
    id: i64,
    version: i32,
    new: &Membership,
) -> Result<usize> {
    let row = region_municipality::table
        .filter(region_municipality::id.eq(id))
        .filter(region_municipality::version.eq(version));
    Ok(diesel::update(row)
        .set((
            region_municipality::segment_id.eq(new.segment_id),
            region_municipality::clients.eq(new.clients.stored()),
            region_municipality::valid_from.eq(new.from),
            region_municipality::valid_until.eq(new.until),
            region_municipality::inhabitants.eq(new.inhabitants),
            region_municipality::young_people.eq(new.young_people),
            region_municipality::version.eq(version + 1),
        ))
        .execute(conn)?)
}
