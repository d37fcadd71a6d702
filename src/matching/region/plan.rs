//! What is proposed for a region: places for who waits, and bridging care for those whom the norm was passed and who get
//! none.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rules::assignment::Worth;
use rules::matching::priority::Scarcity;

use super::engine::{Engine, Outcome};
use super::problem::{ClientFacts, Fit, RegionFacts};
use crate::error::Result;
use crate::matching::policy::model::RegionPolicy;
use crate::matching::weights::model::RegionWeights;

/// By what a plan was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    pub region_id: i64,
    pub day: NaiveDate,
    pub supply_version: i64,
    pub weights: RegionWeights,
    pub policy: RegionPolicy,
}

/// Regionaal voorstel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub basis: Basis,
    pub facts: RegionFacts,
    pub outcome: Outcome,
    /// Bridging care: the offer and its cost, by client.
    pub bridging: BTreeMap<i64, (i64, u32)>,
    /// What one more place would be worth for bridging care, where that is anything.
    pub bridging_worths: BTreeMap<i64, Worth>,
    /// Who could have bridging care in the second stage, whether it gets any or not.
    pub bridging_sought: BTreeSet<i64>,
}

impl Plan {
    /// What is proposed for a client; nothing when it is not in the plan, such as during a pause.
    pub fn client(&self, id: i64) -> Option<&ClientFacts> {
        self.facts.clients.get(&id)
    }

    /// The offer proposed for a client.
    pub fn place_of(&self, client: i64) -> Option<i64> {
        self.outcome.places.get(&client).copied()
    }

    pub fn room(&self, offer: i64) -> u32 {
        self.facts.capacities.get(&offer).copied().unwrap_or(0)
    }

    pub fn worth(&self, offer: i64) -> Worth {
        self.outcome.worths.get(&offer).copied().unwrap_or_default()
    }

    /// How scarce a place is; nothing where there is none.
    pub fn scarcity(&self, offer: i64) -> Option<Scarcity> {
        let worth = self.worth(offer);
        (self.room(offer) > 0).then(|| Scarcity::of(worth.class, worth.cost))
    }
}

/// Who stays waiting past the norm, and could have bridging care.
pub fn needing_bridging<'a>(
    facts: &'a RegionFacts,
    outcome: &'a Outcome,
    has_bridging: &'a BTreeSet<i64>,
) -> impl Iterator<Item = (i64, &'a ClientFacts)> {
    facts
        .clients
        .iter()
        .filter(|(id, client)| {
            client.waiting.past_norm && !outcome.places.contains_key(id) && !has_bridging.contains(id)
        })
        .map(|(id, client)| (*id, client))
}

/// What came of the second stage.
#[derive(Debug)]
pub struct Bridged {
    /// The offer and its cost, by client.
    pub given: BTreeMap<i64, (i64, u32)>,
    /// What one more place would be worth, where that is anything.
    pub worths: BTreeMap<i64, Worth>,
}

/// The second stage: bridging care from what room the first left, and what one more place would be worth for it.
/// `options` are what each client could have.
pub fn bridge(
    facts: &RegionFacts,
    outcome: &Outcome,
    options: BTreeMap<i64, BTreeMap<i64, Fit>>,
) -> Result<Bridged> {
    let mut capacities = facts.capacities.clone();
    for offer in outcome.places.values() {
        if let Some(left) = capacities.get_mut(offer) {
            *left = left.saturating_sub(1);
        }
    }
    let clients = options.into_iter().filter_map(|(id, options)| {
        let client = facts.clients.get(&id)?;
        Some((id, ClientFacts { options, ..client.clone() }))
    });
    let second = Engine::new(RegionFacts { clients: clients.collect(), capacities })?;
    let found = second.outcome()?;
    let costs = &second.facts().clients;
    let placed = found.places.into_iter();
    let given =
        placed.filter_map(|(id, offer)| Some((id, (offer, costs.get(&id)?.options.get(&offer)?.cost))));
    Ok(Bridged { given: given.collect(), worths: found.worths })
}

#[cfg(test)]
mod tests {
    use rules::matching::priority::Waiting;

    use super::*;
    use crate::matching::region::problem::tests::some_client;

    fn client(class: u32, past_norm: bool, options: &[(i64, u32)]) -> ClientFacts {
        let client = some_client(options);
        ClientFacts { class, waiting: Waiting { past_norm, ..client.waiting }, ..client }
    }

    #[test]
    fn bridging_care_uses_only_what_the_first_stage_left() {
        let facts = RegionFacts {
            clients: [
                (1, client(2, true, &[(10, 100)])),
                (2, client(1, true, &[(10, 100)])),
                (3, client(1, false, &[(10, 100)])),
                (4, client(1, true, &[(10, 100)])),
            ]
            .into(),
            capacities: [(10, 1), (20, 1)].into(),
        };
        let outcome = Engine::new(facts.clone()).unwrap().outcome().unwrap();
        assert_eq!(outcome.places, [(1, 10)].into());
        let bridged = BTreeSet::from([4]);
        let needing: Vec<i64> = needing_bridging(&facts, &outcome, &bridged).map(|(id, _)| id).collect();
        assert_eq!(needing, [2], "past the norm, without a place and without bridging care");
        let options = [(2, some_client(&[(10, 50), (20, 90)]).options)].into();
        let bridged = bridge(&facts, &outcome, options).unwrap();
        assert_eq!(bridged.given, [(2, (20, 90))].into());
        assert_eq!(bridged.worths, [(10, Worth { class: 0, cost: 40 })].into(), "nearer by as much");
    }
}
