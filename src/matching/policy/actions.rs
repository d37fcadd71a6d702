//! Reading and setting the policy of a region.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rules::matching::priority::Policy;

use super::model::{Effect, PolicyChange, RegionPolicy};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::matching::region::engine::Engine;
use crate::matching::region::measures::Measures;
use crate::matching::region::plan::Plan;

/// Earlier choices that a page shows.
const SHOWN_CHANGES: i64 = 50;

/// The policy of a region now.
pub fn find_policy(conn: &mut Connection, region_id: i64) -> Result<RegionPolicy> {
    Ok(store::list_changes(conn, region_id, 1)?.pop().map(|change| change.policy).unwrap_or_default())
}

/// The policy now, and each time it was set, the newest first.
pub fn list_changes(conn: &mut Connection, region_id: i64) -> Result<(RegionPolicy, Vec<PolicyChange>)> {
    let changes = store::list_changes(conn, region_id, SHOWN_CHANGES)?;
    Ok((changes.first().map(|change| change.policy).unwrap_or_default(), changes))
}

/// Sets the policy, if nobody did since this version.
pub fn save_policy(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    version: i32,
    policy: Policy,
) -> Result<RegionPolicy> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let region_id = identity.region_id;
    let saved = db::write(conn, |conn| {
        let before = find_policy(conn, region_id)?;
        if before.version != version {
            return Err(Error::Outdated { current: None });
        }
        let after = RegionPolicy::new(version + 1, policy);
        let change = PolicyChange {
            policy: after,
            at: now,
            by_name: identity.display_name.clone(),
            by_organisation: identity.organisation_name.clone(),
        };
        store::insert_policy(conn, region_id, &change)?;
        let event = Event::done("toewijzingsbeleid-opslaan", "toewijzingsbeleid", region_id)
            .change(Some(&before), &after)?;
        audit::record(conn, actor, now, &event)?;
        Ok(after)
    });
    match saved {
        // The key is taken: somebody else was first.
        Err(Error::Conflict(_)) => Err(Error::Outdated { current: None }),
        other => other,
    }
}

/// What another policy would do for those who wait now. Counts, and nothing of who it is.
pub fn preview(plan: &Plan, policy: &Policy) -> Result<Effect> {
    let mut facts = plan.facts.clone();
    for client in facts.clients.values_mut() {
        *client = client.clone().under(policy);
    }
    let other = Engine::new(facts)?;
    let (before, after) = (&plan.outcome.places, &other.outcome()?.places);
    // Both are measured by the levels and the envy of the new policy.
    let is_in = |places: &BTreeMap<i64, i64>, id: &i64| places.contains_key(id);
    Ok(Effect {
        now: Measures::of(&other, before),
        then: Measures::of(&other, after),
        gains: after.keys().filter(|id| !is_in(before, id)).count(),
        loses: before.keys().filter(|id| !is_in(after, id)).count(),
        moves: after.iter().filter(|(id, offer)| before.get(id).is_some_and(|old| old != *offer)).count(),
    })
}
