//! Queries on weights.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{RegionWeights, WeightsChange};
use crate::db::Connection;
use crate::db::schema::matching_weights as row;
use crate::error::{Error, Result};

#[derive(Queryable)]
struct Row {
    _region_id: i64,
    version: i32,
    set_at: NaiveDateTime,
    by_name: String,
    by_organisation: String,
    open_end: i32,
    unknown_wait: i32,
    stale: i32,
    per_10_km: i32,
    unknown_distance: i32,
    substitute: i32,
    not_preferred: i32,
    per_unmet_need: i32,
}

impl TryFrom<Row> for WeightsChange {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let number = |stored: i32| u32::try_from(stored).map_err(Error::internal);
        Ok(Self {
            weights: RegionWeights {
                version: row.version,
                open_end: number(row.open_end)?,
                unknown_wait: number(row.unknown_wait)?,
                stale: number(row.stale)?,
                per_10_km: number(row.per_10_km)?,
                unknown_distance: number(row.unknown_distance)?,
                substitute: number(row.substitute)?,
                not_preferred: number(row.not_preferred)?,
                per_unmet_need: number(row.per_unmet_need)?,
            },
            at: row.set_at.and_utc(),
            by_name: row.by_name,
            by_organisation: row.by_organisation,
        })
    }
}

/// Every time the weights of a region were set, the newest first.
pub(super) fn list_changes(conn: &mut Connection, region_id: i64, most: i64) -> Result<Vec<WeightsChange>> {
    let rows: Vec<Row> =
        row::table.filter(row::region_id.eq(region_id)).order(row::version.desc()).limit(most).load(conn)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A conflict when somebody else made this version first.
pub(super) fn insert_weights(conn: &mut Connection, region_id: i64, change: &WeightsChange) -> Result<()> {
    let number = |value: u32| i32::try_from(value).map_err(Error::internal);
    let weights = &change.weights;
    diesel::insert_into(row::table)
        .values((
            row::region_id.eq(region_id),
            row::version.eq(weights.version),
            row::set_at.eq(change.at.naive_utc()),
            row::by_name.eq(&change.by_name),
            row::by_organisation.eq(&change.by_organisation),
            row::open_end.eq(number(weights.open_end)?),
            row::unknown_wait.eq(number(weights.unknown_wait)?),
            row::stale.eq(number(weights.stale)?),
            row::per_10_km.eq(number(weights.per_10_km)?),
            row::unknown_distance.eq(number(weights.unknown_distance)?),
            row::substitute.eq(number(weights.substitute)?),
            row::not_preferred.eq(number(weights.not_preferred)?),
            row::per_unmet_need.eq(number(weights.per_unmet_need)?),
        ))
        .execute(conn)?;
    Ok(())
}
