//! Queries on the reasons of a region.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use rules::waiting::reason_lists::{ReasonDraft, ReasonList, RegionReasons};

use super::model::{ReasonsChange, StoredReason, VersionedReasons};
use crate::db::Connection;
use crate::db::schema::reason_list as row;
use crate::error::{Error, Result};

type Row = (i64, String, i32, NaiveDateTime, String, String, String);

/// Every time a list of a region was set, the newest first. A list that the program no longer has is left out.
pub(super) fn list_changes(conn: &mut Connection, region_id: i64) -> Result<Vec<ReasonsChange>> {
    let rows: Vec<Row> =
        row::table.filter(row::region_id.eq(region_id)).order(row::version.desc()).load(conn)?;
    let mut changes = Vec::new();
    for (_, list, version, at, by_name, by_organisation, reasons) in rows {
        let Some(list) = ReasonList::parse(&list) else { continue };
        let stored: Vec<StoredReason> = serde_json::from_str(&reasons).map_err(Error::internal)?;
        let reasons = RegionReasons::restore(list, stored.into_iter().map(ReasonDraft::from).collect());
        let set = VersionedReasons { version, reasons };
        changes.push(ReasonsChange { set, at: at.and_utc(), by_name, by_organisation });
    }
    Ok(changes)
}

/// A conflict when another has this version.
pub(super) fn insert_change(conn: &mut Connection, region_id: i64, change: &ReasonsChange) -> Result<()> {
    let stored: Vec<StoredReason> = change.set.reasons.all().iter().map(StoredReason::from).collect();
    diesel::insert_into(row::table)
        .values((
            row::region_id.eq(region_id),
            row::list.eq(change.set.reasons.list().code()),
            row::version.eq(change.set.version),
            row::set_at.eq(change.at.naive_utc()),
            row::by_name.eq(&change.by_name),
            row::by_organisation.eq(&change.by_organisation),
            row::reasons.eq(serde_json::to_string(&stored).map_err(Error::internal)?),
        ))
        .execute(conn)?;
    Ok(())
}
