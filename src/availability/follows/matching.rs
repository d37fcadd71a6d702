//! Comparing followed searches with the supply: which places came free since the last time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::mails::{self, Place};
use super::model::Follow;
use super::{actions, store};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::search::input::{SearchFields, read_fields};
use crate::availability::supply::search::Query;
use crate::availability::supply::snapshot::Snapshot;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::notifications::actions::enqueue_with_unsubscribe;
use crate::web::fields::Fields;

/// Reads a search back from the query it was kept as.
pub(super) fn read_query(query: &str) -> Result<SearchFields> {
    let mut fields = Fields::from_query(query);
    let read = read_fields(&mut fields);
    Ok(fields.finish(read)?)
}

/// Where the searches of a site are read: its address, and the code of its region when that is set.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    pub public_url: &'a str,
    pub own_region: Option<&'a str>,
}

/// The offers with a place that a search finds.
fn places(snapshot: &Snapshot, query: &str, own_region: Option<&str>) -> Result<BTreeSet<i64>> {
    let search = read_query(query)?.resolve(snapshot, own_region)?;
    let query = Query { with_place: true, ..search.query };
    let found = snapshot.search_all(&query);
    Ok(found.hits.iter().map(|hit| snapshot.offer(hit.offer).id).collect())
}

/// Mails everybody whose search has places it did not have before; returns how many mails. Of several servers the one
/// that takes the version for a search does it.
pub fn tell_of_places(
    conn: &mut Connection,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
    site: Site<'_>,
) -> Result<usize> {
    let mut count = 0;
    for follow in store::list_behind(conn, now.naive_utc(), snapshot.version)? {
        let found = match places(snapshot, &follow.query, site.own_region) {
            Ok(found) => found,
            // The municipality or postcode is gone from the book: there is nothing to find any more.
            Err(Error::NotFound(_) | Error::Invalid(_)) => BTreeSet::new(),
            Err(error) => return Err(error),
        };
        count += usize::from(db::write(conn, |conn| {
            compare(conn, snapshot, now, site.public_url, &follow, &found)
        })?);
    }
    Ok(count)
}

fn compare(
    conn: &mut Connection,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
    public_url: &str,
    follow: &Follow,
    found: &BTreeSet<i64>,
) -> Result<bool> {
    if store::update_version(conn, follow.id, snapshot.version)? == 0 {
        return Ok(false);
    }
    let known: BTreeSet<i64> = store::list_places(conn, follow.id)?.into_iter().collect();
    for gone in known.difference(found) {
        store::delete_place(conn, follow.id, *gone)?;
    }
    let mut free = Vec::new();
    for new in found.difference(&known) {
        store::insert_place(conn, follow.id, *new)?;
        free.extend(snapshot.find_offer(*new).map(|offer| Place {
            provider: snapshot.provider(offer).name.clone(),
            product: snapshot.product(offer).name.clone(),
            town: snapshot.location(offer).place.clone(),
            count: offer.shown_places().unwrap_or_default(),
        }));
    }
    if free.is_empty() {
        return Ok(false);
    }
    let mail = mails::places(follow, &free, public_url)?;
    enqueue_with_unsubscribe(conn, now, &mail, &mails::stop_url(public_url, &follow.key))?;
    let event = Event::done("plek-melden", "gevolgde-zoekopdracht", follow.id)
        .change(None, &serde_json::json!({ "plekken": free.len() }))?;
    audit::record(conn, &Actor::background(), now, &event)?;
    Ok(true)
}

/// The same places for somebody who confirms now.
pub(super) fn confirm(
    conn: &mut Connection,
    snapshot: &Snapshot,
    actor: &Actor,
    now: DateTime<Utc>,
    (key, own_region): (&str, Option<&str>),
) -> Result<()> {
    let follow = actions::find_by_key(conn, key)?;
    let known: Vec<i64> = places(snapshot, &follow.query, own_region)?.into_iter().collect();
    actions::confirm_follow(conn, actor, now, key, (snapshot.version, &known))
}
