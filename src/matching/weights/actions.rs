//! Reading, trying and setting the weights of a region.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rules::matching::Weights;
use rules::matching::scenario::Scenario;

use super::model::{Effect, RegionWeights, WeightsChange};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::supply::snapshot::Snapshot;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::matching::matcher::split;
use crate::matching::proposals::making::child_of;
use crate::matching::region::engine::Engine;
use crate::matching::region::measures::Measures;
use crate::matching::region::picture::{Picture, tried_in_vain};
use crate::matching::region::problem::RegionFacts;
use crate::waiting_list::clients;

/// Earlier choices that a page shows.
const SHOWN_CHANGES: i64 = 50;
/// How many first offers are compared.
const FIRST: usize = 5;

/// How the region weighs now.
pub fn find_weights(conn: &mut Connection, region_id: i64) -> Result<RegionWeights> {
    Ok(store::list_changes(conn, region_id, 1)?.pop().map(|change| change.weights).unwrap_or_default())
}

/// How the region weighs now, and each time it was set, the newest first.
pub fn list_changes(conn: &mut Connection, actor: &Actor) -> Result<(RegionWeights, Vec<WeightsChange>)> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    let changes = store::list_changes(conn, region_id, SHOWN_CHANGES)?;
    Ok((changes.first().map(|change| change.weights).unwrap_or_default(), changes))
}

/// Sets the weights, if nobody did since this version.
pub fn save_weights(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    version: i32,
    weights: Weights,
) -> Result<RegionWeights> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let region_id = identity.region_id;
    let saved = db::write(conn, |conn| {
        let before = find_weights(conn, region_id)?;
        if before.version != version {
            return Err(Error::Outdated { current: None });
        }
        let after = RegionWeights::new(version + 1, weights);
        let change = WeightsChange {
            weights: after,
            at: now,
            by_name: identity.display_name.clone(),
            by_organisation: identity.organisation_name.clone(),
        };
        store::insert_weights(conn, region_id, &change)?;
        let event = Event::done("weging-opslaan", "weging", region_id).change(Some(&before), &after)?;
        audit::record(conn, actor, now, &event)?;
        Ok(after)
    });
    match saved {
        // The key is taken: somebody else was first.
        Err(Error::Conflict(_)) => Err(Error::Outdated { current: None }),
        other => other,
    }
}

/// What other weights would change for those who wait now. Counts, and nothing of who it is.
pub fn preview(
    conn: &mut Connection,
    actor: &Actor,
    snapshot: &Arc<Snapshot>,
    weights: &Weights,
) -> Result<Effect> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    let now = find_weights(conn, region_id)?.weights();
    let products: Vec<i64> = snapshot
        .book
        .products
        .iter()
        .filter(|product| snapshot.book.regions[product.region as usize].id == region_id)
        .map(|product| product.id)
        .collect();
    let (planned_now, planned_then) = compare_plans(conn, snapshot, region_id, weights)?;
    let mut effect = Effect { now: planned_now, then: planned_then, ..Effect::default() };
    let open = clients::actions::list_open_for_products(conn, region_id, &products, snapshot.today)?;
    let ids: Vec<i64> = open.iter().map(|client| client.id).collect();
    let rejected = tried_in_vain(conn, snapshot, &ids)?;
    for client in open {
        let rejected = rejected.get(&client.id).map(Vec::as_slice).unwrap_or_default();
        let Ok(child) = child_of(snapshot, &client, rejected) else { continue };
        let first = |weights: &Weights| {
            split(snapshot, &child, weights, FIRST).can().map(|can| can.rank.id).collect::<Vec<u64>>()
        };
        let (before, after) = (first(&now), first(weights));
        if before.is_empty() {
            continue;
        }
        effect.clients += 1;
        effect.other_first += usize::from(before.first() != after.first());
        effect.other_five += usize::from(after.iter().any(|id| !before.contains(id)));
    }
    Ok(effect)
}

/// The regional plan of this moment by the weights of now, and by others.
fn compare_plans(
    conn: &mut Connection,
    snapshot: &Arc<Snapshot>,
    region_id: i64,
    weights: &Weights,
) -> Result<(Measures, Measures)> {
    let picture = Picture::read(conn, snapshot, region_id)?;
    let measured = |facts: RegionFacts| {
        let engine = Engine::new(facts)?;
        Ok::<Measures, Error>(Measures::of(&engine, &engine.outcome()?.places))
    };
    Ok((measured(picture.facts())?, measured(picture.facts_in(&Scenario::weighing(weights)))?))
}
