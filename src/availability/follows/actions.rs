//! Following a search, confirming that the mails are wanted, and ending it.

use chrono::{DateTime, TimeDelta, Utc};

use super::mails;
use super::model::{Follow, NewFollow};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::opaque;
use crate::notifications::actions::{enqueue_with_unsubscribe, forget};

/// How long somebody has to say that the mails are wanted. Then the address is erased.
const CONFIRM_WITHIN: TimeDelta = TimeDelta::days(2);
/// How long a search is followed.
pub const LASTS: TimeDelta = TimeDelta::days(90);
/// How many searches one address follows.
const MOST_SEARCHES: usize = 10;
/// What the mails are called in the outbox.
pub(super) const KIND: &str = "volgen";

/// Asks the reader of an address whether mails are wanted. Whether that address was known already shows nowhere.
pub fn follow_search(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    new: &NewFollow,
) -> Result<()> {
    let done = db::write(conn, |conn| {
        let known = store::list_of_address(conn, &new.email)?;
        if known.iter().any(|follow| follow.query == new.query) || known.len() >= MOST_SEARCHES {
            return Ok(());
        }
        let key = opaque::generate();
        let times = (now.naive_utc(), (now + CONFIRM_WITHIN).naive_utc());
        let id = store::insert_follow(conn, &key, new, times)?;
        let mail = mails::question(new, &key, public_url)?;
        enqueue_with_unsubscribe(conn, now, &mail, &mails::stop_url(public_url, &key))?;
        audit::record(conn, actor, now, &Event::done("zoekopdracht-volgen", "gevolgde-zoekopdracht", id))
    });
    match done {
        // Of two at once the other was first, and asked.
        Err(Error::Conflict(_)) => Ok(()),
        done => done,
    }
}

pub fn find_by_key(conn: &mut Connection, key: &str) -> Result<Follow> {
    let found = if opaque::is_plausible(key) { store::find_by_key(conn, key)? } else { None };
    found.ok_or(Error::NotFound("link"))
}

/// Says that the mails are wanted. `places` are the offers with a place that are there already, in this version of the
/// supply: whoever asked has seen them.
pub fn confirm_follow(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    key: &str,
    (supply_version, places): (i64, &[i64]),
) -> Result<()> {
    db::write(conn, |conn| {
        let follow = find_by_key(conn, key)?;
        let times = (now.naive_utc(), (now + LASTS).naive_utc());
        if store::update_confirmed(conn, follow.id, times, supply_version)? == 0 {
            return Ok(());
        }
        for place in places {
            store::insert_place(conn, follow.id, *place)?;
        }
        audit::record(conn, actor, now, &Event::done("volgen-bevestigen", "gevolgde-zoekopdracht", follow.id))
    })
}

/// Ends the following and erases the address, in the mails as well.
pub fn stop_follow(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, key: &str) -> Result<()> {
    db::write(conn, |conn| {
        let follow = find_by_key(conn, key)?;
        erase(conn, actor, now, &follow)
    })
}

fn erase(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, follow: &Follow) -> Result<()> {
    if store::delete_follow(conn, follow.id)? == 0 {
        return Ok(());
    }
    if store::list_of_address(conn, &follow.email)?.is_empty() {
        forget(conn, now, KIND, &follow.email)?;
    }
    audit::record(conn, actor, now, &Event::done("volgen-stoppen", "gevolgde-zoekopdracht", follow.id))
}

/// Ends what was not confirmed in time, and what has lasted long enough.
pub fn end_old(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    let ended = store::list_ended(conn, now.naive_utc())?;
    for follow in &ended {
        db::write(conn, |conn| erase(conn, &Actor::background(), now, follow))?;
    }
    Ok(ended.len())
}
