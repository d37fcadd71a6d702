//! The problem of a region: who waits, which offers have room, and what each place would cost each of them.
//!
//! A cost is the score of the matcher for one client, from the same rules, so that both agree to the digit. Offers
//! without room belong to it too: only then it is known what a place there would be worth.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rules::matching::priority::{Policy, Waiting, room};
use rules::matching::{OfferFacts, Score, Term, Verdict, Weights, judge};

use crate::availability::supply::snapshot::{Offer, Snapshot};
use crate::matching::matcher::{Child, candidates_for, facts_for};
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::waits::waited_on;

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
pub fn waiting_of(client: &WaitingClient, today: NaiveDate) -> Waiting {
    let waited = waited_on(client, None, today);
    Waiting {
        urgency: client.urgency,
        measure: client.measure,
        weeks: waited.weeks(),
        past_norm: waited.is_past_start_norm(),
    }
}

/// What the assignment knows of a client that can be proposed today.
pub fn facts_of(
    snapshot: &Snapshot,
    client: &WaitingClient,
    child: &Child,
    weights: &Weights,
    policy: &Policy,
) -> ClientFacts {
    let waiting = waiting_of(client, snapshot.today);
    ClientFacts {
        waiting,
        class: policy.class(&waiting),
        stay: policy.stay(),
        since: client.life.waiting_since(),
        options: options_of(snapshot, child, weights),
    }
}

/// Every offer that can take the child, with its score.
fn options_of(snapshot: &Snapshot, child: &Child, weights: &Weights) -> BTreeMap<i64, Fit> {
    let mut options: BTreeMap<i64, Fit> = BTreeMap::new();
    for (candidates, substitute) in candidates_for(snapshot, child) {
        for candidate in candidates.iter() {
            let facts = facts_for(child, candidate, substitute);
            if let Verdict::Can(score) = judge(&child.seeker, &facts, weights, snapshot.today) {
                let id = snapshot.offer(candidate.offer).id;
                let fit = Fit::of(&facts, &score);
                options.entry(id).and_modify(|known| *known = fit_of(*known, fit)).or_insert(fit);
            }
        }
    }
    options
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

/// The room of every offer of a region's products.
pub fn rooms_of(snapshot: &Snapshot, region: u32) -> BTreeMap<i64, u32> {
    let products = (0_u32..).zip(&snapshot.book.products).filter(|(_, product)| product.region == region);
    products
        .flat_map(|(place, _)| snapshot.offers_of_product(place))
        .map(|index| snapshot.offer(*index))
        .map(|offer| (offer.id, room_of(snapshot, offer)))
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
