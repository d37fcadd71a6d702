//! Queries on regions.

use diesel::prelude::*;

use super::model::Region;
use crate::db::Connection;
use crate::db::schema::region;
use crate::error::Result;
use crate::product_book::common::Stored;

#[derive(Queryable)]
struct Row {
    id: i64,
    code: String,
    name: String,
    phone: String,
    email: String,
    website: String,
    fresh_days: i32,
    stale_days: i32,
    intake_norm_weeks: i32,
    treatment_norm_weeks: i32,
    version: i32,
}

impl From<Row> for Stored<Region> {
    fn from(row: Row) -> Self {
        let value = Region {
            code: row.code,
            name: row.name,
            phone: row.phone,
            email: row.email,
            website: row.website,
            fresh_days: row.fresh_days,
            stale_days: row.stale_days,
            intake_norm_weeks: row.intake_norm_weeks,
            treatment_norm_weeks: row.treatment_norm_weeks,
        };
        Self { id: row.id, version: row.version, value }
    }
}

pub(super) fn list_regions(conn: &mut Connection) -> Result<Vec<Stored<Region>>> {
    let rows: Vec<Row> = region::table.load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(super) fn find_region(conn: &mut Connection, code: &str) -> Result<Option<Stored<Region>>> {
    let row: Option<Row> = region::table.filter(region::code.eq(code)).first(conn).optional()?;
    Ok(row.map(Into::into))
}

pub(super) fn insert_region(conn: &mut Connection, new: &Region) -> Result<i64> {
    Ok(diesel::insert_into(region::table)
        .values((
            region::code.eq(&new.code),
            region::name.eq(&new.name),
            region::phone.eq(&new.phone),
            region::email.eq(&new.email),
            region::website.eq(&new.website),
            region::fresh_days.eq(new.fresh_days),
            region::stale_days.eq(new.stale_days),
            region::intake_norm_weeks.eq(new.intake_norm_weeks),
            region::treatment_norm_weeks.eq(new.treatment_norm_weeks),
            region::version.eq(1),
        ))
        .returning(region::id)
        .get_result(conn)?)
}

/// Changes the row if it still has this version; returns how many rows that were.
pub(super) fn update_region(conn: &mut Connection, id: i64, version: i32, new: &Region) -> Result<usize> {
    Ok(diesel::update(region::table.filter(region::id.eq(id)).filter(region::version.eq(version)))
        .set((
            region::name.eq(&new.name),
            region::phone.eq(&new.phone),
            region::email.eq(&new.email),
            region::website.eq(&new.website),
            region::fresh_days.eq(new.fresh_days),
            region::stale_days.eq(new.stale_days),
            region::intake_norm_weeks.eq(new.intake_norm_weeks),
            region::treatment_norm_weeks.eq(new.treatment_norm_weeks),
            region::version.eq(version + 1),
        ))
        .execute(conn)?)
}
