//! The auction: fast, and nearly right.
//!
//! Clients who wait bid for the place with the least total, and raise its price to where the second best would be
//! as good, and by ε more; whoever held it waits again (Bertsekas 1979, 1988). At the end nobody could pay more than
//! ε less elsewhere (ε-complementary slackness), so the sum is within ε per client of the optimum. Three refinements:
//!
//! - **Similar objects** (Bertsekas and Castañon 1989). The places of one offer are alike, so a bid goes to the
//!   cheapest of them and the second best is sought in other offers. The places of an offer form a heap by price.
//! - **ε-scaling** (Bertsekas 1988; Goldberg and Tarjan 1990). Large steps first end price wars early; then
//!   smaller ones. Before each new scale all prices fall by twice the old ε: without, places that lost their
//!   holder would stand empty above their price.
//! - **A warm start**: the prices at which offers closed in the [greedy](super::greedy), less a typical cost.
//!
//! What an auction costs depends on the size of the numbers: when stay costs are far apart and ε is small, a price war
//! can take as many bids as the difference has steps. So a scale ends after some bids for each client, and those who
//! still wait are left to the exact searches, whose time depends on the size of the problem alone.

use super::Money;
use super::greedy::Admitted;
use super::problem::{NONE, Problem, ids};
use super::progress::{Cancelled, Stage, Steps, Watch};
use super::state::State;

/// ε is divided by this from scale to scale.
const FINER: Money = 7;
/// The first ε is a typical cost divided by this.
const FIRST: Money = 2;

/// After so many bids for each client a scale ends. In the measured regions it takes one to five.
const BIDS_PER_CLIENT: u64 = 25;

/// A place, the price it was won at, and who won it.
#[derive(Debug, Clone, Copy)]
struct Seat {
    price: Money,
    client: u32,
    cost: i32,
}

/// The places of all offers, one after the other.
struct Auction {
    start: Vec<u32>,
    seats: Vec<Seat>,
    is_seated: Vec<bool>,
}

/// Takes a state in which everybody waits to one that is optimal but for at most 1 per client, with whatever
/// offers stand empty above their price. What clients pay is not yet written down.
pub(super) fn run(
    problem: &mut Problem,
    state: &mut State,
    admitted: &Admitted,
    watch: &mut dyn Watch,
) -> Result<(), Cancelled> {
    let typical = problem.typical_cost().max(1);
    for (offer, &closed) in admitted.closed_by.iter().enumerate() {
        if closed != NONE {
            let weight = state.standings[closed as usize].weight;
            state.charges[offer] = problem.surcharges[offer] + (weight - typical).max(0);
        }
    }
    if goes_by_weight(problem, state.gap) {
        let shut = admitted.shut_by.iter().enumerate().filter(|(_, by)| **by != NONE);
        for (client, &by) in shut {
            // All its offers had closed, for clients who weigh at least as much as that one.
            state.row_fronts.set_bound(client, state.standings[by as usize].weight - typical);
        }
    }
    for offer in ids(problem.offer_count()).filter(|&offer| problem.capacities[offer as usize] == 0) {
        // There is nothing to bid for.
        state.charges[offer as usize] = state.highest_charge(problem, offer);
    }
    let mut auction = Auction::new(problem, state);
    let mut epsilon = (typical / FIRST).max(1);
    loop {
        auction.scale(problem, state, epsilon, watch)?;
        if epsilon == 1 {
            break;
        }
        let finer = (epsilon / FINER).max(1);
        auction.lower(problem, state, 2 * epsilon, finer);
        epsilon = finer;
    }
    auction.hand_over(state);
    Ok(())
}

/// Whether the order of the greedy, by class and then by stay cost, is the order of the weights.
fn goes_by_weight(problem: &Problem, gap: Money) -> bool {
    let stays = problem.clients.iter().map(|client| client.stay);
    let spread = stays.clone().max().unwrap_or(0) - stays.min().unwrap_or(0);
    !problem.has_classes() || gap >= Money::from(spread)
}

impl Auction {
    fn new(problem: &Problem, state: &State) -> Self {
        let mut start = vec![0];
        let mut seats = Vec::new();
        for (offer, &capacity) in problem.capacities.iter().enumerate() {
            // More places than clients who could have one would only take memory.
            let count = problem.columns.get(offer).len().min(capacity as usize);
            let free = Seat { price: state.charges[offer], client: NONE, cost: 0 };
            seats.extend(std::iter::repeat_n(free, count));
            start.push(super::lists::index(seats.len()));
        }
        Self { start, seats, is_seated: vec![false; problem.client_count()] }
    }

    /// Bidding until nobody who waits wants a place at its price. Who lost a place bids next (Gauss-Seidel, last in
    /// first out), while everything about it is still in the cache.
    fn scale(
        &mut self,
        problem: &mut Problem,
        state: &mut State,
        epsilon: Money,
        watch: &mut dyn Watch,
    ) -> Result<(), Cancelled> {
        let mut steps = Steps::of(Stage::Auction { epsilon }, watch);
        let mut bids_left = BIDS_PER_CLIENT * problem.client_count() as u64;
        for first in ids(problem.client_count()) {
            let mut bidder = first;
            while bidder != NONE && !self.is_seated[bidder as usize] {
                steps.step()?;
                bidder = self.bid(problem, state, bidder, epsilon);
                if bids_left == 0 {
                    return Ok(());
                }
                bids_left -= 1;
            }
        }
        Ok(())
    }

    /// One bid. Gives back who lost a place by it.
    fn bid(&mut self, problem: &mut Problem, state: &mut State, client: u32, epsilon: Money) -> u32 {
        let best = state.best(&mut problem.rows, client);
        let weight = state.standings[client as usize].weight;
        if best.total >= weight {
            return NONE;
        }
        let charge = &mut state.charges[best.offer as usize];
        let price = *charge + (best.second.min(weight) - best.total) + epsilon;
        let seats = &mut self.seats[seats_of(&self.start, best.offer as usize)];
        let loser = std::mem::replace(&mut seats[0], Seat { price, client, cost: best.cost }).client;
        sift_down(seats);
        *charge = seats[0].price;
        self.is_seated[client as usize] = true;
        if loser != NONE {
            self.is_seated[loser as usize] = false;
        }
        loser
    }

    /// All prices fall, and who then pays more than the finer ε above its best option gives up its place.
    fn lower(&mut self, problem: &mut Problem, state: &mut State, by: Money, epsilon: Money) {
        for offer in 0..problem.offer_count() {
            if problem.capacities[offer] > 0 {
                state.charges[offer] = (state.charges[offer] - by).max(problem.surcharges[offer]);
            }
        }
        state.row_fronts.keys_fell(by);
        for offer in 0..problem.offer_count() {
            let charge = state.charges[offer];
            for seat in &mut self.seats[seats_of(&self.start, offer)] {
                seat.price = charge;
                if seat.client == NONE {
                    continue;
                }
                let best = state.best(&mut problem.rows, seat.client);
                let least = best.total.min(state.standings[seat.client as usize].weight);
                if Money::from(seat.cost) + charge > least + epsilon {
                    self.is_seated[seat.client as usize] = false;
                    seat.client = NONE;
                }
            }
        }
    }

    /// The winners get their places in the state. An offer's price is that of its cheapest place.
    fn hand_over(self, state: &mut State) {
        for (offer, range) in (0..).zip(self.start.windows(2)) {
            for seat in &self.seats[range[0] as usize..range[1] as usize] {
                if seat.client != NONE {
                    state.put(seat.client, offer, seat.cost);
                }
            }
        }
    }
}

fn seats_of(start: &[u32], offer: usize) -> std::ops::Range<usize> {
    start[offer] as usize..start[offer + 1] as usize
}

/// Brings the first seat to its place in a heap of which the rest is in order, cheapest first.
fn sift_down(seats: &mut [Seat]) {
    let mut at = 0;
    loop {
        let mut child = 2 * at + 1;
        if child + 1 < seats.len() && seats[child + 1].price < seats[child].price {
            child += 1;
        }
        if child >= seats.len() || seats[at].price <= seats[child].price {
            return;
        }
        seats.swap(at, child);
        at = child;
    }
}
