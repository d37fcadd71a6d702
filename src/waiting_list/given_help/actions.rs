//! Looking at the children to whom the own provider gives help.

use chrono::{DateTime, Utc};

use super::model::GivenHelp;
use super::store;
use crate::actor::Actor;
use crate::clock::dutch_day;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::waiting_list::access_log::actions::record;
use crate::waiting_list::access_log::model::{Access, AccessKind};

/// The help that the actor's provider gives or will give, the earliest start first; written down as a look at each child.
pub fn list_own(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<GivenHelp>> {
    let provider_id = actor.provider_id().ok_or(Error::Forbidden)?;
    let mut found = store::list_accompanied(conn, provider_id)?;
    found.extend(store::list_bridged(conn, provider_id, dutch_day(now))?);
    found.sort_by_key(|one| (one.from, one.code, one.kind));
    if !found.is_empty() {
        let codes = found.iter().map(|one| one.code.as_str().to_owned());
        record(conn, actor, now, &Access::new(AccessKind::ListGivenHelp).clients(codes))?;
    }
    Ok(found)
}
