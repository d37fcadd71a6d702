//! From nearly right to exactly right.
//!
//! An auction leaves clients who pay a little more than they would elsewhere, and offers that stand empty above
//! their price. The first lose their place, after which the state is [sound](super::state); then one search for each
//! client and each such place makes it optimal (the primal-dual method of Kuhn from a warm start, as in Jonker and
//! Volgenant 1987).

use super::Money;
use super::problem::{NONE, Problem, ids};
use super::progress::{Cancelled, Stage, Steps, Watch};
use super::shortest_paths::Searches;
use super::state::State;

/// Takes the place of everybody who pays too much, and tells who waits and could have a place.
pub(super) fn release(problem: &mut Problem, state: &mut State) -> Vec<u32> {
    let mut wanting = Vec::new();
    for client in ids(problem.client_count()) {
        let best = state.best(&mut problem.rows, client);
        let standing = state.standings[client as usize];
        let least = best.total.min(standing.weight);
        state.own[client as usize] = least;
        if standing.offer != NONE && state.pays(client) > least {
            state.take(client);
        }
        if state.standings[client as usize].offer == NONE && least < standing.weight {
            wanting.push(client);
        }
    }
    for offer in ids(problem.offer_count()).filter(|&offer| problem.capacities[offer as usize] == 0) {
        price_what_is_not_there(problem, state, offer);
    }
    wanting
}

/// An offer without places had a price at which nobody bids. The lowest price at which nobody would is what a place
/// of it would be worth.
fn price_what_is_not_there(problem: &Problem, state: &mut State, offer: u32) {
    let charge = state.lowest_charge(problem, offer);
    state.charges[offer as usize] = charge;
    for arc in problem.columns.get(offer as usize) {
        state.row_fronts.admit(arc.other as usize, Money::from(arc.cost) + charge);
    }
}

/// A search for each of these clients.
pub(super) fn place_clients(
    problem: &mut Problem,
    state: &mut State,
    searches: &mut Searches,
    clients: &[u32],
    watch: &mut dyn Watch,
) -> Result<(), Cancelled> {
    let mut steps = Steps::of(Stage::PlaceClients, watch);
    for &client in clients {
        steps.step()?;
        searches.place_client(problem, state, client);
    }
    Ok(())
}

/// A search for each free place that has a price.
pub(super) fn fill_places(
    problem: &mut Problem,
    state: &mut State,
    searches: &mut Searches,
    watch: &mut dyn Watch,
) -> Result<(), Cancelled> {
    let mut steps = Steps::of(Stage::FillPlaces, watch);
    for offer in ids(problem.offer_count()) {
        while !state.is_full(problem, offer) && state.price(problem, offer) > 0 {
            steps.step()?;
            searches.fill_place(problem, state, offer);
        }
    }
    Ok(())
}
