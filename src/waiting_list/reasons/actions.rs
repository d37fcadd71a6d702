//! Reading and setting the reasons of a region.

use chrono::{DateTime, Utc};
use rules::waiting::reason_lists::{ListedReason, ReasonDraft, ReasonList, RegionReasons};
use rules::waiting::reasons::Reason;

use super::model::{ReasonsChange, StoredReason, VersionedReasons, Wording};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// Every list of a region, now and before.
pub fn find_wording(conn: &mut Connection, region_id: i64) -> Result<Wording> {
    Ok(Wording { changes: store::list_changes(conn, region_id)? })
}

/// A list of a region as it is now.
pub fn find_reasons(conn: &mut Connection, region_id: i64, list: ReasonList) -> Result<VersionedReasons> {
    Ok(find_wording(conn, region_id)?.now(list))
}

/// A list of a region as it is now, and each time it was set, the newest first.
pub fn list_changes(
    conn: &mut Connection,
    region_id: i64,
    list: ReasonList,
) -> Result<(VersionedReasons, Vec<ReasonsChange>)> {
    let wording = find_wording(conn, region_id)?;
    let now = wording.now(list);
    let of_list = |change: &ReasonsChange| change.set.reasons.list() == list;
    Ok((now, wording.changes.into_iter().filter(of_list).collect()))
}

/// Refuses a reason that the region switched off.
pub fn require_on<R: ListedReason>(conn: &mut Connection, region_id: i64, reason: &Reason<R>) -> Result<()> {
    require_code_on(conn, region_id, R::OF, reason.code().code())
}

/// The same, by its code.
pub fn require_code_on(conn: &mut Connection, region_id: i64, list: ReasonList, code: &str) -> Result<()> {
    if find_reasons(conn, region_id, list)?.reasons.is_on(code) {
        return Ok(());
    }
    let message = "uw regio gebruikt deze reden niet meer; kies een andere";
    Err(Error::collision("reden", "niet-in-gebruik", message))
}

/// Sets a list, if nobody did since this version.
pub fn save_reasons(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (list, version): (ReasonList, i32),
    drafts: Vec<ReasonDraft>,
) -> Result<VersionedReasons> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let region_id = identity.region_id;
    let reasons = RegionReasons::check(list, drafts, dutch_day(now)).map_err(Error::Collision)?;
    let saved = db::write(conn, |conn| {
        let before = find_reasons(conn, region_id, list)?;
        if before.version != version {
            return Err(Error::Outdated { current: None });
        }
        let set = VersionedReasons { version: version + 1, reasons };
        let change = ReasonsChange {
            set: set.clone(),
            at: now,
            by_name: identity.display_name.clone(),
            by_organisation: identity.organisation_name.clone(),
        };
        store::insert_change(conn, region_id, &change)?;
        let recorded =
            |of: &VersionedReasons| of.reasons.all().iter().map(StoredReason::from).collect::<Vec<_>>();
        let event = Event::done("redenen-instellen", "redenlijst", list.code())
            .change(Some(&recorded(&before)), &recorded(&set))?;
        audit::record(conn, actor, now, &event)?;
        Ok(set)
    });
    match saved {
        // The key is taken: somebody else was first.
        Err(Error::Conflict(_)) => Err(Error::Outdated { current: None }),
        other => other,
    }
}
