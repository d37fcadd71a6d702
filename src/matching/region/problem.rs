//! The problem of a region: who waits, which offers have room, and what each place would cost each of them.
//!
//! A cost is the score of the matcher for one client, from the same rules, so that both agree to the digit. Offers
//! without room belong to it too: only then it is known what a place there would be worth.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rules::matching::priority::{Policy, Waiting, room};
use rules::matching::{Verdict, Weights, judge};

use crate::availability::supply::snapshot::{Offer, Snapshot};
use crate::matching::matcher::{Child, candidates_for, facts_for};
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::waits::waited_on;

/// What the assignment knows of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFacts {
    pub class: u32,
    /// What staying costs, in hundredths of a week.
    pub stay: u32,
    /// Weeks waited; none while the wait does not count yet.
    pub weeks: Option<u32>,
    pub past_norm: bool,
    /// Since when it waits: among equals who waits longest chooses first.
    pub since: NaiveDate,
    /// What it could have: by number of the offer, in hundredths of a week.
    pub options: BTreeMap<i64, u32>,
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
        class: policy.class(&waiting),
        stay: policy.stay(),
        weeks: waiting.weeks,
        past_norm: waiting.past_norm,
        since: client.life.waiting_since(),
        options: options_of(snapshot, child, weights),
    }
}

/// Every offer that can take the child, with its score.
fn options_of(snapshot: &Snapshot, child: &Child, weights: &Weights) -> BTreeMap<i64, u32> {
    let mut options = BTreeMap::new();
    for (candidates, substitute) in candidates_for(snapshot, child) {
        for candidate in candidates.iter() {
            let facts = facts_for(child, candidate, substitute);
            if let Verdict::Can(score) = judge(&child.seeker, &facts, weights, snapshot.today) {
                let id = snapshot.offer(candidate.offer).id;
                let cost = options.entry(id).or_insert(score.total());
                *cost = score.total().min(*cost);
            }
        }
    }
    options
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
