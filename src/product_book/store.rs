//! Queries that all parts of the product book share.

use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::{municipality, provider, region, supply_version};
use crate::error::Result;

pub(super) fn update_book_version(conn: &mut Connection) -> Result<()> {
    diesel::update(supply_version::table)
        .set((
            supply_version::version.eq(supply_version::version + 1),
            supply_version::book_version.eq(supply_version::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn find_region_id(conn: &mut Connection, code: &str) -> Result<Option<i64>> {
    Ok(region::table.filter(region::code.eq(code)).select(region::id).first(conn).optional()?)
}

pub(super) fn find_provider_id(conn: &mut Connection, agb: &str) -> Result<Option<i64>> {
    Ok(provider::table.filter(provider::agb.eq(agb)).select(provider::id).first(conn).optional()?)
}

pub(super) fn find_municipality_id(conn: &mut Connection, code: &str) -> Result<Option<i64>> {
    Ok(municipality::table
        .filter(municipality::code.eq(code))
        .select(municipality::id)
        .first(conn)
        .optional()?)
}
