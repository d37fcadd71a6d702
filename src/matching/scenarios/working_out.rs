//! A scenario beside the region as it is: both solved and proven from the same picture.

use std::collections::BTreeMap;

use rules::assignment::write_problem;
use rules::matching::RULES_VERSION;
use rules::matching::scenario::Scenario;
use sha2::{Digest, Sha256};

use super::contracts::missing_contracts;
use super::model::{Body, Group, Moved, Stamp};
use crate::error::Result;
use crate::matching::region::engine::{Engine, problem_of};
use crate::matching::region::measures::{Measures, Share};
use crate::matching::region::picture::Picture;
use crate::matching::region::plan::Plan;
use crate::matching::region::problem::RegionFacts;
use crate::matching::runs::actions::scarce_places;

/// Offers of which the worth is kept.
const MOST_WORTHS: usize = 500;

/// What comes of a scenario. `words` are its changes.
pub(super) fn work_out(picture: &Picture, scenario: &Scenario, words: Vec<String>) -> Result<Body> {
    let as_it_is = Engine::new(picture.facts())?;
    let now = picture.plan(&Scenario::AS_IT_IS, &as_it_is)?;
    let other = Engine::new(picture.facts_in(scenario))?;
    let then = picture.plan(scenario, &other)?;
    let proof = other.proof();
    let contracts = missing_contracts(picture, scenario, &other)?;
    let snapshot = &picture.snapshot;
    let scarce = |worths| {
        let mut found = scarce_places(snapshot, &then.facts, worths);
        found.truncate(MOST_WORTHS);
        found
    };
    let mut all = Moved::default();
    let mut by_product: BTreeMap<String, Group> = BTreeMap::new();
    let mut by_municipality: BTreeMap<String, Group> = BTreeMap::new();
    for (id, client, _) in picture.clients() {
        let places = (now.place_of(id), then.place_of(id));
        let product = format!("{} {}", client.product.code, client.product.name);
        for (groups, name) in [(&mut by_product, &product), (&mut by_municipality, &client.municipality.name)]
        {
            groups.entry(name.clone()).or_insert_with(|| Group::new(name)).count(places);
        }
        all.count(places);
    }
    Ok(Body {
        stamp: stamp(picture)?,
        words,
        lifted_stops: u32::try_from(picture.lifted_stops(scenario).len()).unwrap_or(u32::MAX),
        objective: proof.objective,
        class_sum: proof.class_sum,
        gap: proof.gap,
        now: Measures::of(&as_it_is, &now.outcome.places),
        then: measures_in(&as_it_is, &other, &then.outcome.places),
        is_sum_comparable: counts_alike(picture, scenario),
        bridging_now: bridged(&now),
        bridging_then: bridged(&then),
        all,
        by_product: by_product.into_values().collect(),
        by_municipality: by_municipality.into_values().collect(),
        worths: scarce(&then.outcome.worths),
        bridging_worths: scarce(&then.bridging_worths),
        contracts: contracts.found,
        contracts_left: contracts.left,
    })
}

/// Whether a sum of scores of a scenario says something beside one of now: by the same weights, and with the same price
/// of staying.
fn counts_alike(picture: &Picture, scenario: &Scenario) -> bool {
    let (weights, policy) = (picture.basis.weights.weights(), picture.basis.policy.policy());
    scenario.weights(weights) == weights && scenario.policy(policy).stay_weeks == policy.stay_weeks
}

/// By what a picture was made, with a hash of the problem in it.
pub(super) fn stamp(picture: &Picture) -> Result<Stamp> {
    let basis = &picture.basis;
    Ok(Stamp {
        day: basis.day,
        supply_version: basis.supply_version,
        rules_version: RULES_VERSION,
        weights: basis.weights,
        policy: basis.policy,
        facts: hash_of(&picture.facts())?,
    })
}

/// By which two moments with the same problem are known: who waits, for what, and where there are places.
pub(super) fn hash_of(facts: &RegionFacts) -> Result<String> {
    let hash = Sha256::digest(write_problem(&problem_of(facts)?).as_bytes());
    Ok(hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// The measures of a scenario in the levels of now: of two policies the same children are counted in the same rows.
pub(super) fn measures_in(as_it_is: &Engine, other: &Engine, places: &BTreeMap<i64, i64>) -> Measures {
    let levels = Measures::of_levels(as_it_is.facts(), places);
    Measures { levels, ..Measures::of(other, places) }
}

fn bridged(plan: &Plan) -> Share {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Share { placed: count(plan.bridging.len()), total: count(plan.bridging_sought.len()) }
}

impl Moved {
    fn count(&mut self, (now, then): (Option<i64>, Option<i64>)) {
        self.gains += u32::from(now.is_none() && then.is_some());
        self.loses += u32::from(now.is_some() && then.is_none());
        self.moves += u32::from(now.is_some() && then.is_some() && now != then);
    }
}

impl Group {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), total: 0, now: 0, then: 0, moved: Moved::default() }
    }

    fn count(&mut self, places: (Option<i64>, Option<i64>)) {
        self.total += 1;
        self.now += u32::from(places.0.is_some());
        self.then += u32::from(places.1.is_some());
        self.moved.count(places);
    }
}
