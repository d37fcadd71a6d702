//! Keeping what is known of a place right, and giving up one that is not there any more.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::actions::{OBJECT, find_own, own_point, recorded, refuse, tell};
use super::model::{Place, PlaceFacts};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::crisis::distribution::ending::take_turn;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::product_book::common::require_one_row;

/// A place of the actor's point that nobody changed since it was looked at.
fn find_unchanged(conn: &mut Connection, actor: &Actor, (id, version): (i64, i32)) -> Result<Place> {
    let place = find_own(conn, actor, id)?;
    if place.version == version { Ok(place) } else { Err(Error::Outdated { current: None }) }
}

/// Corrects whom to call, what it is called, who live together and for whom it is.
pub fn edit_place(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    key: (i64, i32),
    facts: &PlaceFacts,
) -> Result<Place> {
    db::write(conn, |conn| {
        let point = own_point(conn, actor)?;
        take_turn(conn, point.region_id)?;
        let before = find_unchanged(conn, actor, key)?;
        match store::update_facts(conn, key, facts) {
            Err(Error::Conflict(_)) => {
                let message = "deze aanbieder heeft al een plaats met deze naam, of had die";
                return Err(Error::collision("naam", "bestaat-al", message));
            }
            changed => require_one_row(changed?)?,
        }
        let after = find_own(conn, actor, key.0)?;
        let event = Event::done("crisisplaats-wijzigen", OBJECT, key.0)
            .change(Some(&recorded(&before)), &recorded(&after))?;
        audit::record(conn, actor, now, &event)?;
        tell(conn, actor, now, &point, &after, "gegevens gewijzigd")?;
        Ok(after)
    })
}

/// Gives up a place in which nobody stays and that is kept for nobody. What was recorded of it stays.
pub fn retire_place(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    key: (i64, i32),
) -> Result<Place> {
    db::write(conn, |conn| {
        let point = own_point(conn, actor)?;
        take_turn(conn, point.region_id)?;
        let before = find_unchanged(conn, actor, key)?;
        before.at(now).retire().map_err(refuse)?;
        let today = dutch_day(now);
        require_one_row(store::update_retired(conn, key, today)?)?;
        let event = Event::done("crisisplaats-opheffen", OBJECT, key.0)
            .change(Some(&recorded(&before)), &json!({ "opgehevenOp": today }))?;
        audit::record(conn, actor, now, &event)?;
        tell(conn, actor, now, &point, &before, "opgeheven")?;
        Ok(before)
    })
}
