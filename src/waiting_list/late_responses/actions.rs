//! Looking at responses that are late.

use chrono::{DateTime, Duration, Utc};

use super::model::LateResponse;
use super::store;
use crate::actor::Actor;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::waiting_list::mediation::actions::{has_case, record_listed};

/// For how long a response that ended without an answer is shown.
const LAPSED_SHOWN: Duration = Duration::days(14);

/// The late responses of all providers of the actor's region, the longest late first.
pub fn list_late(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<LateResponse>> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    store::list_late(conn, region_id, (now.naive_utc(), (now - LAPSED_SHOWN).naive_utc()))
}

/// Writes down which of them are shown, and finds of which there is a case; to be called before they are.
pub fn record_shown(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    shown: &mut [LateResponse],
) -> Result<()> {
    let codes: Vec<String> = shown.iter().map(|one| one.code.to_string()).collect();
    record_listed(conn, actor, now, &codes)?;
    for one in shown {
        one.has_case = has_case(conn, one.client_id, now)?;
    }
    Ok(())
}
