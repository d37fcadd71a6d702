//! Queries on what offers are suited for.

use diesel::prelude::*;
use rules::waiting::needs::Suitability;

use super::actions::Kept;
use crate::db::Connection;
use crate::db::schema::offer;
use crate::error::Result;

/// What an offer is suited for, and the version of that.
pub(super) fn find_suitability(conn: &mut Connection, offer_id: i64) -> Result<Option<Kept>> {
    let row: Option<(String, String, bool, i32)> = offer::table
        .find(offer_id)
        .select((offer::fitted_needs, offer::excluded_needs, offer::online, offer::suitability_version))
        .first(conn)
        .optional()?;
    Ok(row.map(|(fitted, excluded, online, version)| Kept {
        suitability: Suitability::of_stored(&fitted, &excluded),
        online,
        version,
    }))
}

/// Changes what an offer is suited for, if that still has the version of the new one: one row, or none.
pub(super) fn update_suitability(
    conn: &mut Connection,
    offer_id: i64,
    new: Kept,
    supply_version: i64,
) -> Result<usize> {
    let Kept { suitability, online, version } = new;
    let mine = offer::table.find(offer_id).filter(offer::suitability_version.eq(version));
    Ok(diesel::update(mine)
        .set((
            offer::fitted_needs.eq(suitability.fitted().codes()),
            offer::excluded_needs.eq(suitability.excluded().codes()),
            offer::online.eq(online),
            offer::suitability_version.eq(version + 1),
            offer::supply_version.eq(supply_version),
        ))
        .execute(conn)?)
}
