//! What the plan of a region is made of, at one moment: who waits, the supply, the weights and the policy.
//!
//! The plan of now is made from it, and every scenario: the same picture with something otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rules::figures::OfferStatus;
use rules::matching::scenario::Scenario;

use super::engine::Engine;
use super::plan::{Basis, Bridged, Plan, bridge, needing_bridging};
use super::problem::{ClientFacts, Fit, RegionFacts, facts_of, key_of, rooms_of};
use crate::availability::supply::snapshot::{Offer, Snapshot};
use crate::db::Connection;
use crate::error::Result;
use crate::matching::bridging::actions::find_bridges;
use crate::matching::matcher::Child;
use crate::matching::policy::actions::find_policy;
use crate::matching::proposals::making::child_of;
use crate::matching::weights::actions::find_weights;
use crate::waiting_list::bridging::actions::list_bridged;
use crate::waiting_list::clients;
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::responses;

/// A client as it was read; without facts when it cannot be proposed today.
struct Known {
    version: i32,
    client: WaitingClient,
    child: Option<Child>,
    facts: Option<ClientFacts>,
}

impl Known {
    fn of(snapshot: &Snapshot, basis: &Basis, ReadClient { client, rejected }: ReadClient) -> Self {
        // Without a birth there is nothing to match, and what the supply does not know yet follows with it.
        let child = child_of(snapshot, &client, &rejected).ok();
        let facts = child.as_ref().and_then(|child| facts_today(snapshot, basis, &client, child));
        Self { version: client.version, client, child, facts }
    }

    /// What can be proposed for it today, if anything can.
    fn proposed(&self) -> Option<(&WaitingClient, &Child)> {
        self.facts.as_ref()?;
        Some((&self.client, self.child.as_ref()?))
    }
}

/// Everything a plan follows from.
pub struct Picture {
    pub snapshot: Arc<Snapshot>,
    pub basis: Basis,
    known: BTreeMap<i64, Known>,
    has_bridging: BTreeSet<i64>,
}

/// What the database says about what a plan is made of.
pub(super) struct Seen {
    basis: Basis,
    /// The version of every open client.
    versions: BTreeMap<i64, i32>,
    has_bridging: BTreeSet<i64>,
}

impl Seen {
    pub(super) fn read(conn: &mut Connection, snapshot: &Snapshot, region_id: i64) -> Result<Self> {
        Ok(Self {
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

    /// Everybody who is open.
    pub(super) fn everybody(&self) -> Vec<i64> {
        self.versions.keys().copied().collect()
    }
}

/// Gelezen wachtende: a client as the database has it, with the providers where it was tried in vain.
pub(super) struct ReadClient {
    client: WaitingClient,
    rejected: Vec<i64>,
}

/// The providers that were tried for each of these clients in vain, and still may not be.
pub fn tried_in_vain(
    conn: &mut Connection,
    snapshot: &Snapshot,
    ids: &[i64],
) -> Result<BTreeMap<i64, Vec<i64>>> {
    let mut rejected: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (client, provider, outcome) in responses::actions::list_outcomes_of(conn, ids)? {
        if outcome.rejects_on(snapshot.today) {
            rejected.entry(client).or_default().push(provider);
        }
    }
    Ok(rejected)
}

pub(super) fn read_clients(
    conn: &mut Connection,
    snapshot: &Snapshot,
    ids: &[i64],
) -> Result<Vec<ReadClient>> {
    let mut rejected = tried_in_vain(conn, snapshot, ids)?;
    let read = |client: WaitingClient| ReadClient {
        rejected: rejected.remove(&client.id).unwrap_or_default(),
        client,
    };
    Ok(clients::actions::list_by_ids(conn, ids)?.into_iter().map(read).collect())
}

impl Picture {
    pub fn read(conn: &mut Connection, snapshot: &Arc<Snapshot>, region_id: i64) -> Result<Self> {
        let seen = Seen::read(conn, snapshot, region_id)?;
        let read = read_clients(conn, snapshot, &seen.everybody())?;
        Ok(Self::of(snapshot, seen, read))
    }

    /// Of what was read, without the database.
    pub(super) fn of(snapshot: &Arc<Snapshot>, seen: Seen, read: Vec<ReadClient>) -> Self {
        let known = read.into_iter().map(|read| (read.client.id, Known::of(snapshot, &seen.basis, read)));
        Self {
            snapshot: snapshot.clone(),
            known: known.collect(),
            basis: seen.basis,
            has_bridging: seen.has_bridging,
        }
    }

    /// Whether this is what was seen.
    pub(super) fn is_as(&self, seen: &Seen) -> bool {
        self.missing(seen).is_empty()
            && self.known.len() == seen.versions.len()
            && seen.basis == self.basis
            && seen.has_bridging == self.has_bridging
    }

    /// Who is not known as it was seen.
    pub(super) fn missing(&self, seen: &Seen) -> Vec<i64> {
        let is_new =
            |id: &i64, version: &i32| self.known.get(id).is_none_or(|known| known.version != *version);
        seen.versions.iter().filter(|(id, version)| is_new(id, version)).map(|(id, _)| *id).collect()
    }

    /// Takes up what was seen, with another picture of the supply of the same book and day. `read` are those who were
    /// missing.
    pub(super) fn follow(&mut self, snapshot: &Arc<Snapshot>, seen: Seen, read: Vec<ReadClient>) {
        self.known.retain(|id, _| seen.versions.contains_key(id));
        let reweighed = seen.basis.weights != self.basis.weights || seen.basis.policy != self.basis.policy;
        let products = changed_products(&self.snapshot, snapshot);
        for known in self.known.values_mut() {
            let concerned = |child: &Child| child.products.iter().any(|product| products.contains(product));
            if let Some(child) = known.child.as_ref().filter(|child| reweighed || concerned(child)) {
                known.facts = facts_today(snapshot, &seen.basis, &known.client, child);
            }
        }
        for read in read {
            self.known.insert(read.client.id, Known::of(snapshot, &seen.basis, read));
        }
        (self.snapshot, self.basis, self.has_bridging) = (snapshot.clone(), seen.basis, seen.has_bridging);
    }

    /// Who can be proposed today, by number.
    pub fn clients(&self) -> impl Iterator<Item = (i64, &WaitingClient, &Child)> {
        self.known.iter().filter_map(|(id, known)| {
            let (client, child) = known.proposed()?;
            Some((*id, client, child))
        })
    }

    /// The problem as it is.
    pub fn facts(&self) -> RegionFacts {
        let clients = self.known.iter().filter_map(|(id, known)| Some((*id, known.facts.clone()?)));
        RegionFacts { clients: clients.collect(), capacities: self.rooms(&Scenario::AS_IT_IS) }
    }

    /// The problem as it would be.
    pub fn facts_in(&self, scenario: &Scenario) -> RegionFacts {
        let by = (&self.basis.weights.weights(), &self.basis.policy.policy());
        let clients = self
            .clients()
            .map(|(id, client, child)| (id, facts_of(&self.snapshot, client, child, by, scenario)));
        RegionFacts { clients: clients.collect(), capacities: self.rooms(scenario) }
    }

    /// A problem of this picture with the places of a scenario.
    pub fn with_rooms(&self, facts: &RegionFacts, scenario: &Scenario) -> RegionFacts {
        RegionFacts { clients: facts.clients.clone(), capacities: self.rooms(scenario) }
    }

    /// The offers with an intake stop where a scenario gives places, so that the stop would be none.
    pub fn lifted_stops(&self, scenario: &Scenario) -> BTreeSet<i64> {
        let stopped = |offer: &&Offer| offer.figures.status == OfferStatus::IntakeStop;
        let regions = &self.snapshot.book.regions;
        let is_own =
            |offer: &&Offer| regions[self.snapshot.product(offer).region as usize].id == self.basis.region_id;
        let offers = self.snapshot.offers().filter(stopped).filter(is_own);
        offers
            .filter(|offer| scenario.lifts_stop(&key_of(&self.snapshot, offer)))
            .map(|offer| offer.id)
            .collect()
    }

    fn rooms(&self, scenario: &Scenario) -> BTreeMap<i64, u32> {
        let regions = (0_u32..).zip(&self.snapshot.book.regions);
        let found = regions.into_iter().find(|(_, region)| region.id == self.basis.region_id);
        found.map(|(region, _)| rooms_of(&self.snapshot, region, scenario)).unwrap_or_default()
    }

    /// The plan that follows from a problem of this picture that is solved, with bridging care.
    pub fn plan(&self, scenario: &Scenario, engine: &Engine) -> Result<Plan> {
        let (facts, outcome) = (engine.facts().clone(), engine.outcome()?);
        let weights = scenario.weights(self.basis.weights.weights());
        let mut options = BTreeMap::new();
        for (id, _) in needing_bridging(&facts, &outcome, &self.has_bridging) {
            if let Some(child) = self.known.get(&id).and_then(|known| known.child.as_ref()) {
                let (bridges, _) = find_bridges(&self.snapshot, child, &weights, scenario)?;
                let fits = bridges
                    .iter()
                    .map(|can| (self.snapshot.offer(can.offer).id, Fit::of(&can.facts, &can.score)));
                options.insert(id, fits.collect());
            }
        }
        let bridging_sought = options.keys().copied().collect();
        let Bridged { given: bridging, worths: bridging_worths } = bridge(&facts, &outcome, options)?;
        Ok(Plan { basis: self.basis, facts, outcome, bridging, bridging_worths, bridging_sought })
    }
}

fn facts_today(
    snapshot: &Snapshot,
    basis: &Basis,
    client: &WaitingClient,
    child: &Child,
) -> Option<ClientFacts> {
    let by = (&basis.weights.weights(), &basis.policy.policy());
    client.life.is_listed(snapshot.today).then(|| facts_of(snapshot, client, child, by, &Scenario::AS_IT_IS))
}

/// The products of which the figures of an offer differ between two pictures of one book.
fn changed_products(before: &Snapshot, after: &Snapshot) -> BTreeSet<u32> {
    // What did not change is shared between the two, so it is at the same address.
    let pairs = before.offers().zip(after.offers());
    pairs.filter(|(one, other)| !std::ptr::eq(*one, *other)).map(|(_, offer)| offer.product).collect()
}
