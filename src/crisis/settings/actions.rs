//! What can be done with a crisis point and its lists.

use super::model::{CrisisPoint, Lists};
use super::store;
use crate::db::Connection;
use crate::error::{Error, Result};

/// The kind of object in the audit.
pub const OBJECT: &str = "crisispunt";

/// The crisis point of a region.
pub fn find_point(conn: &mut Connection, region_id: i64) -> Result<CrisisPoint> {
    store::find_point(conn, region_id)?.ok_or(Error::NotFound(OBJECT))
}

/// The lists of a region.
pub fn find_lists(conn: &mut Connection, region_id: i64) -> Result<Lists> {
    Ok(Lists(store::list_items(conn, region_id)?))
}

/// The regions that have a crisis point.
pub fn list_region_ids(conn: &mut Connection) -> Result<Vec<i64>> {
    store::list_region_ids(conn)
}
