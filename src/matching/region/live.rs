//! The regional plan of each region in memory, kept current.
//!
//! Every look compares what the database says with what is known: the version of each client that is open, the picture
//! of the supply, the weights and the policy. What changed is read and worked out anew, and the assignment is changed
//! rather than made again. Nothing new: it stops after a few small queries. So it follows other servers and the command
//! line too, and a server that starts arrives at the same plan as one that ran for weeks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use super::engine::Engine;
use super::plan::{Basis, Plan, bridge, needing_bridging};
use super::problem::{ClientFacts, Fit, RegionFacts, facts_of, rooms_of};
use crate::availability::supply::snapshot::Snapshot;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::matching::bridging::actions::find_bridges;
use crate::matching::matcher::Child;
use crate::matching::policy::actions::find_policy;
use crate::matching::proposals::actions::tried_in_vain;
use crate::matching::proposals::making::child_of;
use crate::matching::weights::actions::find_weights;
use crate::waiting_list::bridging::actions::list_bridged;
use crate::waiting_list::clients;
use crate::waiting_list::clients::model::WaitingClient;

/// The plans of all regions that were asked for.
#[derive(Default)]
pub struct Plans {
    regions: Mutex<HashMap<i64, Region>>,
}

impl Plans {
    /// The plan of a region as it is now.
    pub fn current(
        &self,
        conn: &mut Connection,
        snapshot: &Arc<Snapshot>,
        region_id: i64,
    ) -> Result<Arc<Plan>> {
        let mut regions = self.regions.lock().unwrap_or_else(|poisoned| {
            // Whoever panicked may have left a plan half changed.
            let mut regions = poisoned.into_inner();
            regions.clear();
            self.regions.clear_poison();
            regions
        });
        if let Some(region) = regions.get_mut(&region_id) {
            if let Err(error) = region.refresh(conn, snapshot) {
                // It may be half changed; whoever asks next has it made anew.
                regions.remove(&region_id);
                return Err(error);
            }
        } else {
            let region = Region::build(conn, snapshot, region_id)?;
            regions.insert(region_id, region);
        }
        regions
            .get(&region_id)
            .map(|region| region.plan.clone())
            .ok_or_else(|| Error::internal("the plan of the region is missing"))
    }

    /// Brings the plans of all regions up to date.
    pub fn refresh(&self, conn: &mut Connection, snapshot: &Arc<Snapshot>) -> Result<()> {
        for region in &snapshot.book.regions {
            self.current(conn, snapshot, region.id)?;
        }
        Ok(())
    }
}

/// The plan of a region made from nothing, besides what is kept in memory.
pub fn make(conn: &mut Connection, snapshot: &Arc<Snapshot>, region_id: i64) -> Result<(Arc<Plan>, Engine)> {
    let region = Region::build(conn, snapshot, region_id)?;
    Ok((region.plan, region.engine))
}

/// A client as it was read; without facts when it cannot be proposed today.
struct Known {
    version: i32,
    client: WaitingClient,
    child: Option<Child>,
    facts: Option<ClientFacts>,
}

struct Region {
    snapshot: Arc<Snapshot>,
    basis: Basis,
    known: BTreeMap<i64, Known>,
    has_bridging: BTreeSet<i64>,
    engine: Engine,
    plan: Arc<Plan>,
}

/// What the database says about what a plan is made of.
struct Seen {
    basis: Basis,
    /// The version of every open client.
    versions: BTreeMap<i64, i32>,
    has_bridging: BTreeSet<i64>,
}

fn look(conn: &mut Connection, snapshot: &Snapshot, region_id: i64) -> Result<Seen> {
    Ok(Seen {
        basis: Basis {
            region_id,
            day: snapshot.today,
            supply_version: snapshot.version,
            weights: find_weights(conn, region_id)?,
            policy: find_policy(conn, region_id)?,
        },
        versions: clients::actions::list_open_versions(conn, region_id)?.into_iter().collect(),
        has_bridging: list_bridged(conn, region_id, snapshot.today)?.into_iter().collect(),
    })
}

impl Region {
    fn build(conn: &mut Connection, snapshot: &Arc<Snapshot>, region_id: i64) -> Result<Self> {
        let seen = look(conn, snapshot, region_id)?;
        let ids: Vec<i64> = seen.versions.keys().copied().collect();
        let mut known = BTreeMap::new();
        for client in clients::actions::list_by_ids(conn, &ids)? {
            known.insert(client.id, read_client(conn, snapshot, &seen.basis, client)?);
        }
        let engine = Engine::new(facts(snapshot, region_id, &known))?;
        let plan = make_plan(snapshot, seen.basis, &known, &engine, &seen.has_bridging)?;
        Ok(Self {
            snapshot: snapshot.clone(),
            basis: seen.basis,
            known,
            has_bridging: seen.has_bridging,
            engine,
            plan,
        })
    }

    fn refresh(&mut self, conn: &mut Connection, snapshot: &Arc<Snapshot>) -> Result<()> {
        // Whoever asks may hold an older picture than this one knows.
        let snapshot = if snapshot.version < self.snapshot.version && snapshot.today <= self.snapshot.today {
            self.snapshot.clone()
        } else {
            snapshot.clone()
        };
        let seen = look(conn, &snapshot, self.basis.region_id)?;
        // With another book or on another day everything can be otherwise, the places of things in the book too.
        if !Arc::ptr_eq(&snapshot.book, &self.snapshot.book) || snapshot.today != self.snapshot.today {
            *self = Self::build(conn, &snapshot, self.basis.region_id)?;
            return Ok(());
        }
        let is_new =
            |id: &i64, version: &i32| self.known.get(id).is_none_or(|known| known.version != *version);
        let changed: Vec<i64> =
            seen.versions.iter().filter(|(id, version)| is_new(id, version)).map(|(id, _)| *id).collect();
        let same_list = changed.is_empty() && self.known.len() == seen.versions.len();
        if same_list && seen.basis == self.basis && seen.has_bridging == self.has_bridging {
            return Ok(());
        }
        self.known.retain(|id, _| seen.versions.contains_key(id));
        let reweighed = seen.basis.weights != self.basis.weights || seen.basis.policy != self.basis.policy;
        let products = changed_products(&self.snapshot, &snapshot);
        for known in self.known.values_mut() {
            let concerned = |child: &Child| child.products.iter().any(|product| products.contains(product));
            if let Some(child) = known.child.as_ref().filter(|child| reweighed || concerned(child)) {
                known.facts = facts_today(&snapshot, &seen.basis, &known.client, child);
            }
        }
        for client in clients::actions::list_by_ids(conn, &changed)? {
            self.known.insert(client.id, read_client(conn, &snapshot, &seen.basis, client)?);
        }
        self.engine.update(facts(&snapshot, self.basis.region_id, &self.known))?;
        self.plan = make_plan(&snapshot, seen.basis, &self.known, &self.engine, &seen.has_bridging)?;
        (self.snapshot, self.basis, self.has_bridging) = (snapshot, seen.basis, seen.has_bridging);
        Ok(())
    }
}

fn read_client(
    conn: &mut Connection,
    snapshot: &Snapshot,
    basis: &Basis,
    client: WaitingClient,
) -> Result<Known> {
    let rejected = tried_in_vain(conn, client.id, snapshot)?;
    // Without a birth there is nothing to match, and what the supply does not know yet follows with it.
    let child = child_of(snapshot, &client, &rejected).ok();
    let facts = child.as_ref().and_then(|child| facts_today(snapshot, basis, &client, child));
    Ok(Known { version: client.version, client, child, facts })
}

fn facts_today(
    snapshot: &Snapshot,
    basis: &Basis,
    client: &WaitingClient,
    child: &Child,
) -> Option<ClientFacts> {
    client
        .life
        .is_listed(snapshot.today)
        .then(|| facts_of(snapshot, client, child, &basis.weights.weights(), &basis.policy.policy()))
}

/// The products of which the figures of an offer differ between two pictures of one book.
fn changed_products(before: &Snapshot, after: &Snapshot) -> BTreeSet<u32> {
    // What did not change is shared between the two, so it is at the same address.
    let pairs = before.offers().zip(after.offers());
    pairs.filter(|(one, other)| !std::ptr::eq(*one, *other)).map(|(_, offer)| offer.product).collect()
}

fn facts(snapshot: &Snapshot, region_id: i64, known: &BTreeMap<i64, Known>) -> RegionFacts {
    let regions = (0_u32..).zip(&snapshot.book.regions);
    let region = regions.into_iter().find(|(_, region)| region.id == region_id).map(|(place, _)| place);
    let clients = known.iter().filter_map(|(id, known)| Some((*id, known.facts.clone()?)));
    RegionFacts {
        clients: clients.collect(),
        capacities: region.map(|region| rooms_of(snapshot, region)).unwrap_or_default(),
    }
}

fn make_plan(
    snapshot: &Snapshot,
    basis: Basis,
    known: &BTreeMap<i64, Known>,
    engine: &Engine,
    has_bridging: &BTreeSet<i64>,
) -> Result<Arc<Plan>> {
    let (facts, outcome) = (engine.facts().clone(), engine.outcome()?);
    let mut options = BTreeMap::new();
    for (id, _) in needing_bridging(&facts, &outcome, has_bridging) {
        if let Some(child) = known.get(&id).and_then(|known| known.child.as_ref()) {
            let (bridges, _) = find_bridges(snapshot, child, &basis.weights.weights())?;
            let fits =
                bridges.iter().map(|can| (snapshot.offer(can.offer).id, Fit::of(&can.facts, &can.score)));
            options.insert(id, fits.collect());
        }
    }
    let bridging_sought = options.keys().copied().collect();
    let bridging = bridge(&facts, &outcome, options)?;
    Ok(Arc::new(Plan { basis, facts, outcome, bridging, bridging_sought }))
}
