//! Waar een contract ontbreekt: which provider could help more children, or sooner, if it had a contract for a product
//! with a municipality.
//!
//! Every pair for which somebody is kept out by the contract alone is a candidate. What the prices of the plan rule out
//! is left out with certainty; of the rest each is tried on the solved problem and taken back
//! ([`rules::assignment::gains`]).

use std::collections::BTreeMap;

use rules::assignment::{Edge, Unwatched, gains};
use rules::matching::scenario::Scenario;
use rules::matching::{HardRule, Verdict, score};

use super::model::ContractWorth;
use crate::error::{Error, Result};
use crate::matching::region::engine::Engine;
use crate::matching::region::picture::Picture;
use crate::matching::region::problem::for_each_verdict;

/// So many candidates are worked out.
const MOST_SOLVES: usize = 200;
/// So many are kept.
const MOST_FOUND: usize = 50;

/// Contracts that would help, the most first.
#[derive(Debug, Default)]
pub(super) struct Missing {
    pub(super) found: Vec<ContractWorth>,
    /// How many may help and were not worked out.
    pub(super) left: u32,
}

/// A contract that is not there: contractor, product and municipality, by their places in the book.
type Pair = (u32, u32, u32);

pub(super) fn missing_contracts(picture: &Picture, scenario: &Scenario, engine: &Engine) -> Result<Missing> {
    let candidates = candidates(picture, scenario, engine);
    let additions: Vec<Vec<Edge>> = candidates.values().cloned().collect();
    let mut solver = engine.solver().clone();
    let tried = gains(&mut solver, &engine.settled()?, &additions, MOST_SOLVES, &mut Unwatched)
        .map_err(Error::internal)?;
    let pairs: Vec<&Pair> = candidates.keys().collect();
    let book = &picture.snapshot.book;
    let found = tried.found.iter().take(MOST_FOUND).map(|gain| {
        let (provider, product, municipality) = *pairs[gain.addition];
        let (provider, product) = (&book.providers[provider as usize], &book.products[product as usize]);
        let municipality = &book.municipalities[municipality as usize];
        ContractWorth {
            provider: provider.name.clone(),
            agb: provider.agb.clone(),
            product_code: product.code.clone(),
            product: product.name.clone(),
            municipality_code: municipality.code.clone(),
            municipality: municipality.name.clone(),
            placed: gain.placed,
            class: gain.worth.class,
            cost: gain.worth.cost,
        }
    });
    Ok(Missing { found: found.collect(), left: u32::try_from(tried.left).unwrap_or(u32::MAX) })
}

/// Who could have which place with which contract, and at what cost.
fn candidates(picture: &Picture, scenario: &Scenario, engine: &Engine) -> BTreeMap<Pair, Vec<Edge>> {
    let snapshot = &picture.snapshot;
    let weights = scenario.weights(picture.basis.weights.weights());
    let (clients, offers) = engine.numbers();
    let number = |known: &[i64], id: i64| known.binary_search(&id).ok().and_then(|at| u32::try_from(at).ok());
    let capacities = &engine.facts().capacities;
    let mut candidates: BTreeMap<Pair, Vec<Edge>> = BTreeMap::new();
    for (id, client, child) in picture.clients() {
        let Some(client_number) = number(clients, id) else { continue };
        let seeker = scenario.seeker(&child.seeker, client.product.id);
        for_each_verdict(snapshot, child, client.product.id, &weights, scenario, |offer, facts, verdict| {
            let Verdict::Cannot(failed) = verdict else { return };
            let has_room = capacities.get(&offer.id).is_some_and(|room| *room > 0);
            if !has_room || !failed.is_only(HardRule::Contract) {
                return;
            }
            let Some(offer_number) = number(offers, offer.id) else { return };
            let contractor = snapshot.provider(offer).main.unwrap_or(offer.provider);
            let pair = (contractor, offer.product, child.origin.municipality);
            let edges = candidates.entry(pair).or_default();
            let cost = score(&seeker, facts, &weights).total();
            if !edges.iter().any(|edge| (edge.client, edge.offer) == (client_number, offer_number)) {
                edges.push(Edge { client: client_number, offer: offer_number, cost });
            }
        });
    }
    candidates
}
