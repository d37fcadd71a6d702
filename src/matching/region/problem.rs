//! The problem of a region: who waits, which offers have room, and what each place would cost each of them.
//!
//! A cost is the score of the matcher for one client, from the same rules, so that both agree to the digit. Offers
//! without room belong to it too: only then it is known what a place there would be worth.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rules::matching::priority::{Policy, Waiting, room};
use rules::matching::scenario::{OfferKey, Scenario};
use rules::matching::{OfferFacts, Score, Seeker, Term, Verdict, Weights, judge};

use crate::availability::supply::snapshot::{Offer, Snapshot};
use crate::matching::matcher::{Child, candidates_for, facts_for};
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::waits::waited_by;

/// What the assignment knows of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFacts {
    /// What its priority follows from.
    pub waiting: Waiting,
    pub class: u32,
    /// What staying costs, in hundredths of a week.
    pub stay: u32,
    /// Since when it waits: among equals who waits longest chooses first.
    pub since: NaiveDate,
    /// What it could have, by number of the offer.
    pub options: BTreeMap<i64, Fit>,
}

impl ClientFacts {
    /// The same client under another policy.
    #[must_use]
    pub fn under(self, policy: &Policy) -> Self {
        Self { class: policy.class(&self.waiting), stay: policy.stay(), ..self }
    }
}

/// Passendheid: what a place of an offer is for a client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fit {
    /// The score, in hundredths of a week: what the assignment counts with.
    pub cost: u32,
    /// The expected wait in it, in hundredths of a week.
    pub wait: u32,
    /// How far it is; none for what is given online.
    pub metres: Option<u32>,
}

impl Fit {
    pub fn of(facts: &OfferFacts, score: &Score) -> Self {
        Self {
            cost: score.total(),
            wait: score.term(Term::Wait),
            metres: facts.distance.filter(|_| !facts.online),
        }
    }
}

/// The problem, by number of client and offer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegionFacts {
    pub clients: BTreeMap<i64, ClientFacts>,
    /// How many children each offer has room for now.
    pub capacities: BTreeMap<i64, u32>,
}

/// What a client's place in the order follows from.
fn waiting_of(client: &WaitingClient, scenario: &Scenario, today: NaiveDate) -> Waiting {
    let waited = waited_by(client, scenario.norm(client.norm, client.product.id), None, today);
    Waiting {
        urgency: client.urgency,
        measure: client.measure,
        weeks: waited.weeks(),
        past_norm: waited.is_past_start_norm(),
    }
}

/// What the assignment knows of a client that can be proposed today, as it is or in a scenario.
pub fn facts_of(
    snapshot: &Snapshot,
    client: &WaitingClient,
    child: &Child,
    (weights, policy): (&Weights, &Policy),
    scenario: &Scenario,
) -> ClientFacts {
    let waiting = waiting_of(client, scenario, snapshot.today);
    let (weights, policy) = (scenario.weights(*weights), scenario.policy(*policy));
    let mut options: BTreeMap<i64, Fit> = BTreeMap::new();
    for_each_verdict(snapshot, child, client.product.id, &weights, scenario, |offer, facts, verdict| {
        if let Verdict::Can(score) = verdict {
            let fit = Fit::of(facts, &score);
            options.entry(offer.id).and_modify(|known| *known = fit_of(*known, fit)).or_insert(fit);
        }
    });
    ClientFacts {
        waiting,
        class: policy.class(&waiting),
        stay: policy.stay(),
        since: client.life.waiting_since(),
        options,
    }
}

/// Judges every offer of the child's products, as it is or in a scenario. `product` is what it waits for.
pub fn for_each_verdict(
    snapshot: &Snapshot,
    child: &Child,
    product: i64,
    weights: &Weights,
    scenario: &Scenario,
    mut each: impl FnMut(&Offer, &OfferFacts, Verdict),
) {
    let seeker: Seeker = scenario.seeker(&child.seeker, product);
    for (candidates, substitute) in candidates_for(snapshot, child) {
        for candidate in candidates.iter() {
            let offer = snapshot.offer(candidate.offer);
            let facts = facts_for(child, candidate, substitute);
            let facts = scenario.offer(facts, &key_of(snapshot, offer), municipality_of(child));
            each(offer, &facts, judge(&seeker, &facts, weights, snapshot.today));
        }
    }
}

/// A municipality as scenarios name it: by its place in the book.
pub fn municipality_of(child: &Child) -> i64 {
    child.origin.municipality.into()
}

/// An offer as scenarios name it.
pub fn key_of(snapshot: &Snapshot, offer: &Offer) -> OfferKey {
    let provider = snapshot.provider(offer);
    let main = provider.main.map(|main| &snapshot.book.providers[main as usize]);
    OfferKey {
        offer: offer.id,
        provider: provider.id,
        contractor: main.unwrap_or(provider).id,
        product: snapshot.product(offer).id,
    }
}

/// A product that is wanted and acceptable too is met twice; the better counts.
fn fit_of(one: Fit, other: Fit) -> Fit {
    if other.cost < one.cost { other } else { one }
}

/// How many children an offer has room for today.
pub fn room_of(snapshot: &Snapshot, offer: &Offer) -> u32 {
    if offer.figures.closes_on.is_some_and(|day| day <= snapshot.today) {
        return 0;
    }
    room(offer.figures.status, offer.shown_places())
}

/// The room of every offer of a region's products, as it is or in a scenario.
pub fn rooms_of(snapshot: &Snapshot, region: u32, scenario: &Scenario) -> BTreeMap<i64, u32> {
    let products = (0_u32..).zip(&snapshot.book.products).filter(|(_, product)| product.region == region);
    products
        .flat_map(|(place, _)| snapshot.offers_of_product(place))
        .map(|index| snapshot.offer(*index))
        .map(|offer| {
            let now = room_of(snapshot, offer);
            (offer.id, scenario.room(&key_of(snapshot, offer), now))
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use rules::waiting::registration::Urgency;

    use super::*;

    /// A client with these options, each with its cost.
    pub(in crate::matching::region) fn some_client(options: &[(i64, u32)]) -> ClientFacts {
        let fit = |cost| Fit { cost, wait: cost, metres: Some(cost * 10) };
        ClientFacts {
            waiting: Waiting { urgency: Urgency::Regular, measure: false, weeks: Some(20), past_norm: false },
            class: 1,
            stay: 5200,
            since: NaiveDate::default(),
            options: options.iter().map(|(offer, cost)| (*offer, fit(*cost))).collect(),
        }
    }
}
