//! Looking at what an offer is suited for, and saying so.

use chrono::{DateTime, Utc};
use rules::waiting::needs::{NeedSet, Suitability};
use serde_json::json;

use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::figures::actions::{find_offer, next_supply_version};
use crate::availability::figures::model::Offer;
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// What an offer is suited for, with the version of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub suitability: Suitability,
    /// Whether this help can be given online, so that distance matters less.
    pub online: bool,
    pub version: i32,
}

pub fn find_suitability(conn: &mut Connection, offer_id: i64) -> Result<Kept> {
    store::find_suitability(conn, offer_id)?.ok_or(Error::NotFound("aanbod"))
}

/// An offer of the own provider with what it is suited for. Another's is not told from one that is not there.
pub fn find_own(conn: &mut Connection, actor: &Actor, offer_id: i64) -> Result<(Offer, Kept)> {
    let offer = find_offer(conn, offer_id)?;
    if actor.provider_id() != Some(offer.provider.id) {
        return Err(Error::NotFound("aanbod"));
    }
    Ok((offer, find_suitability(conn, offer_id)?))
}

/// The provider says what its offer is suited for, and whether it is online.
pub fn change_suitability(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (offer_id, version): (i64, i32),
    (suitability, online): (Suitability, bool),
) -> Result<Kept> {
    db::write(conn, |conn| {
        let supply_version = next_supply_version(conn)?;
        let (_, before) = find_own(conn, actor, offer_id)?;
        let new = Kept { suitability, online, version };
        if store::update_suitability(conn, offer_id, new, supply_version)? == 0 {
            return Err(Error::Outdated { current: None });
        }
        let event = Event::done("geschiktheid-wijzigen", "aanbod", offer_id)
            .change(Some(&recorded(before)), &recorded(new))?;
        audit::record(conn, actor, now, &event)?;
        find_suitability(conn, offer_id)
    })
}

fn recorded(Kept { suitability, online, .. }: Kept) -> serde_json::Value {
    let codes = |needs: NeedSet| needs.iter().map(rules::waiting::needs::Need::code).collect::<Vec<_>>();
    json!({ "pastBij": codes(suitability.fitted()), "neemtNietAan": codes(suitability.excluded()), "online": online })
}
