//! The two searches that everything else is made of: a place for a client, and a client for a place.
//!
//! Both are successive shortest paths with reduced costs (Edmonds and Karp 1972, Tomizawa 1971): by dual
//! feasibility every reduced cost is at least zero, so Dijkstra finds the cheapest way to make room, and raising or
//! lowering the prices of what it passed by the distance that was left keeps the state sound. A full solve of a
//! small problem, the exact repair after an auction, and every change later are nothing but these two.
//!
//! Lists are read lazily. What lies at the front of a list is reached at once; the rest stands in the queue as one
//! entry, at the least distance it could have, and is read only if the search comes that far.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::slice::SliceIndex;

use super::Money;
use super::lists::{Arc, index};
use super::problem::{NONE, Problem};
use super::short_lists::NOTHING;
use super::state::State;

/// A way to an offer: who would move there at what cost, and for the search from a place, from which offer it was
/// reached.
#[derive(Debug, Clone, Copy)]
struct Step {
    round: u32,
    mover: u32,
    cost: i32,
    origin: u32,
    distance: Money,
}

/// How a search ends.
#[derive(Debug, Clone, Copy)]
enum End {
    /// This offer has a place left, or keeps one.
    At(u32),
    /// This client goes back to waiting.
    Waits(u32),
    /// This client, who waits, takes a place of this offer at this cost.
    Joins { client: u32, offer: u32, cost: i32 },
}

/// The memory of the searches, so that a search costs only what it visits.
#[derive(Debug, Clone)]
pub(super) struct Searches {
    round: u32,
    steps: Vec<Step>,
    queue: BinaryHeap<Reverse<(Money, u32)>>,
    passed: Vec<u32>,
    /// Everything from here on is better found otherwise.
    limit: Money,
}

impl Searches {
    pub(super) fn new(problem: &Problem) -> Self {
        let unseen = Step { round: 0, mover: NONE, cost: 0, origin: NONE, distance: 0 };
        Self {
            round: 0,
            steps: vec![unseen; problem.offer_count()],
            queue: BinaryHeap::new(),
            passed: Vec::new(),
            limit: 0,
        }
    }

    fn begin(&mut self, limit: Money) {
        if self.round == u32::MAX {
            self.steps.iter_mut().for_each(|step| step.round = 0);
            self.round = 0;
        }
        self.round += 1;
        self.queue.clear();
        self.passed.clear();
        self.limit = limit;
    }

    #[inline]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "one branch instead of three, none of which can be foreseen"
    )]
    fn reach(&mut self, offer: u32, distance: Money, mover: u32, cost: i32, origin: u32) {
        let step = &mut self.steps[offer as usize];
        if (distance < self.limit) & ((step.round != self.round) | (distance < step.distance)) {
            *step = Step { round: self.round, mover, cost, origin, distance };
            self.queue.push(Reverse((distance, offer)));
        }
    }

    /// Reads the rest of a list when the search comes this far.
    fn postpone(&mut self, list: u32, distance: Money) {
        if distance < self.limit {
            // Lists come after the offers in the numbering of the queue.
            self.queue.push(Reverse((distance, index(self.steps.len()) + list)));
        }
    }

    /// The next thing in the order of distance: an offer for the first time, or the rest of a list.
    fn next(&mut self) -> Option<Visit> {
        let offers = index(self.steps.len());
        while let Some(Reverse((distance, name))) = self.queue.pop() {
            if distance >= self.limit {
                return None;
            }
            if name >= offers {
                return Some(Visit::Rest(name - offers));
            }
            // An offer that was reached again by a shorter way stands in the queue twice.
            if distance == self.steps[name as usize].distance {
                self.passed.push(name);
                return Some(Visit::Offer(name, distance));
            }
        }
        None
    }

    /// Finds the best for a client that waits: a free place, a place somebody can leave for another, a place
    /// somebody gives up, or to stay. Prices only rise.
    pub(super) fn place_client(&mut self, problem: &mut Problem, state: &mut State, client: u32) {
        let weight = state.standings[client as usize].weight;
        let best = state.best(&mut problem.rows, client);
        if best.total >= weight {
            state.set_own(client, weight);
            return;
        }
        state.set_own(client, best.total);
        self.begin(weight - best.total);
        let mut end = End::Waits(client);
        self.follow_row(problem, state, client, 0);
        while let Some(visit) = self.next() {
            match visit {
                Visit::Rest(mover) => self.follow_whole_row(problem, state, mover, client),
                Visit::Offer(offer, distance) => {
                    if !state.is_full(problem, offer) {
                        self.limit = distance;
                        end = End::At(offer);
                        break;
                    }
                    let mut holder = state.first_holder(offer);
                    while holder != NONE {
                        let gain = state.standings[holder as usize].weight - state.own[holder as usize];
                        if distance + gain < self.limit {
                            self.limit = distance + gain;
                            end = End::Waits(holder);
                        }
                        self.follow_row(problem, state, holder, distance);
                        holder = state.next_holder(holder);
                    }
                }
            }
        }
        self.raise_prices(state, client);
        self.move_towards(state, end, client);
        state.column_fronts.keys_fell(self.limit);
        self.refresh(state);
    }

    /// From a client at this distance to the options at the front of its row.
    fn follow_row(&mut self, problem: &Problem, state: &State, mover: u32, distance: Money) {
        let (listed, rest) = state.row_fronts.get(mover as usize);
        let base = distance - state.own[mover as usize];
        let row = problem.rows.get(mover as usize);
        for arc in &row[..listed] {
            let total = Money::from(arc.cost) + state.charges[arc.other as usize];
            self.reach(arc.other, base + total, mover, arc.cost, NONE);
        }
        if listed < row.len() {
            self.postpone(mover, base + rest);
        }
    }

    fn follow_whole_row(&mut self, problem: &Problem, state: &State, mover: u32, client: u32) {
        let from = state.standings[mover as usize].offer;
        let distance = if mover == client { 0 } else { self.steps[from as usize].distance };
        let base = distance - state.own[mover as usize];
        for arc in problem.rows.get(mover as usize) {
            let total = Money::from(arc.cost) + state.charges[arc.other as usize];
            self.reach(arc.other, base + total, mover, arc.cost, NONE);
        }
    }

    fn raise_prices(&self, state: &mut State, client: u32) {
        for &offer in &self.passed {
            state.charges[offer as usize] += self.limit - self.steps[offer as usize].distance;
        }
        state.own[client as usize] += self.limit;
    }

    fn move_towards(&self, state: &mut State, end: End, client: u32) {
        let mut offer = match end {
            End::At(offer) => offer,
            End::Waits(who) if who == client => return,
            End::Waits(who) => {
                let offer = state.standings[who as usize].offer;
                state.take(who);
                state.own[who as usize] = state.standings[who as usize].weight;
                offer
            }
            End::Joins { .. } => return,
        };
        loop {
            let step = self.steps[offer as usize];
            let left = state.standings[step.mover as usize].offer;
            if left != NONE {
                state.take(step.mover);
            }
            state.put(step.mover, offer, step.cost);
            if left == NONE {
                return;
            }
            offer = left;
        }
    }

    fn refresh(&self, state: &mut State) {
        for &offer in &self.passed {
            state.refresh_holders(offer);
        }
    }

    /// Finds the best for a free place that has a price: a client that waits, directly or by way of clients who
    /// move up, or to stay free at price zero, here or at the end of such a way. Prices only fall. Every client
    /// that waits must be settled.
    pub(super) fn fill_place(&mut self, problem: &mut Problem, state: &mut State, start: u32) {
        debug_assert!(!state.is_full(problem, start));
        self.begin(state.price(problem, start));
        if self.limit == 0 {
            return;
        }
        let mut end = End::At(start);
        self.reach(start, 0, NONE, 0, NONE);
        while let Some(visit) = self.next() {
            match visit {
                Visit::Rest(offer) => self.follow_rest(problem, state, offer, &mut end),
                Visit::Offer(offer, distance) => {
                    let to_zero = distance + state.price(problem, offer);
                    if to_zero < self.limit {
                        self.limit = to_zero;
                        end = End::At(offer);
                    }
                    let (listed, rest) = state.column_fronts.get(offer as usize);
                    if listed == 0 {
                        self.follow_rest(problem, state, offer, &mut end);
                        continue;
                    }
                    let slack = state.column_fronts.slack(offer as usize);
                    self.follow_column(problem, state, offer, (..listed, slack), &mut end);
                    if listed < problem.columns.get(offer as usize).len() {
                        self.postpone(offer, distance + state.charges[offer as usize] + rest);
                    }
                }
            }
        }
        self.lower_prices(state);
        self.move_up(state, end, start);
        self.refresh(state);
    }

    /// The same when the front of the column was not enough: brings the front up to date, and beyond it reads what
    /// is near enough.
    fn follow_rest(&mut self, problem: &mut Problem, state: &mut State, offer: u32, end: &mut End) {
        state.sort_column(&mut problem.columns, offer);
        let (listed, rest) = state.column_fronts.get(offer as usize);
        let slack = state.column_fronts.slack(offer as usize);
        self.follow_column(problem, state, offer, (..listed, slack), end);
        let distance = self.steps[offer as usize].distance;
        if distance + state.charges[offer as usize] + rest < self.limit {
            self.follow_column(problem, state, offer, (listed.., NOTHING), end);
        }
    }

    /// From an offer that would have a place free to clients of a part of its column, of which the order has this slack.
    fn follow_column(
        &mut self,
        problem: &Problem,
        state: &State,
        offer: u32,
        (part, slack): (impl SliceIndex<[Arc], Output = [Arc]>, Money),
        end: &mut End,
    ) {
        let base = self.steps[offer as usize].distance + state.charges[offer as usize];
        let (own, mut limit) = (&state.own[..], self.limit);
        for arc in &problem.columns.get(offer as usize)[part] {
            let distance = base + Money::from(arc.cost) - own[arc.other as usize];
            if distance >= limit {
                if distance - slack >= limit && state.standings[arc.other as usize].offer == NONE {
                    return;
                }
                continue;
            }
            let standing = state.standings[arc.other as usize];
            if standing.offer == NONE {
                limit = distance;
                self.limit = limit;
                *end = End::Joins { client: arc.other, offer, cost: arc.cost };
                if slack <= 0 {
                    return;
                }
            } else {
                // Its own holders are as far as it is, so they reach nothing.
                self.reach(standing.offer, distance, arc.other, arc.cost, offer);
            }
        }
    }

    fn lower_prices(&self, state: &mut State) {
        let mut most = 0;
        for &offer in &self.passed {
            let fall = self.limit - self.steps[offer as usize].distance;
            state.charges[offer as usize] -= fall;
            most = most.max(fall);
        }
        state.row_fronts.keys_fell(most);
    }

    fn move_up(&self, state: &mut State, end: End, start: u32) {
        let mut free = match end {
            End::At(offer) => offer,
            End::Joins { client, offer, cost } => {
                state.put(client, offer, cost);
                offer
            }
            End::Waits(_) => return,
        };
        while free != start {
            let step = self.steps[free as usize];
            state.take(step.mover);
            state.put(step.mover, step.origin, step.cost);
            free = step.origin;
        }
    }
}

/// What a search comes to.
enum Visit {
    Offer(u32, Money),
    /// The rest of the list of this client or offer.
    Rest(u32),
}
