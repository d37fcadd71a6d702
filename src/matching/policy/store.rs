//! Queries on the policy.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{PolicyChange, RegionPolicy};
use crate::db::Connection;
use crate::db::schema::assignment_policy as row;
use crate::error::{Error, Result};

type Row = (i64, i32, NaiveDateTime, String, String, bool, bool, bool, i32, i32);

fn read(row: Row) -> Result<PolicyChange> {
    let (_, version, at, by_name, by_organisation, urgent_first, measure_first, ageing, step, stay) = row;
    let number = |stored: i32| u16::try_from(stored).map_err(Error::internal);
    let policy = RegionPolicy {
        version,
        urgent_first,
        measure_first,
        ageing,
        weeks_per_step: number(step)?,
        stay_weeks: number(stay)?,
    };
    Ok(PolicyChange { policy, at: at.and_utc(), by_name, by_organisation })
}

/// Every time the policy of a region was set, the newest first.
pub(super) fn list_changes(conn: &mut Connection, region_id: i64, most: i64) -> Result<Vec<PolicyChange>> {
    let rows: Vec<Row> =
        row::table.filter(row::region_id.eq(region_id)).order(row::version.desc()).limit(most).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// A conflict when another has this version.
pub(super) fn insert_policy(conn: &mut Connection, region_id: i64, change: &PolicyChange) -> Result<()> {
    let policy = &change.policy;
    diesel::insert_into(row::table)
        .values((
            row::region_id.eq(region_id),
            row::version.eq(policy.version),
            row::set_at.eq(change.at.naive_utc()),
            row::by_name.eq(&change.by_name),
            row::by_organisation.eq(&change.by_organisation),
            row::urgent_first.eq(policy.urgent_first),
            row::measure_first.eq(policy.measure_first),
            row::ageing.eq(policy.ageing),
            row::weeks_per_step.eq(i32::from(policy.weeks_per_step)),
            row::stay_weeks.eq(i32::from(policy.stay_weeks)),
        ))
        .execute(conn)?;
    Ok(())
}
