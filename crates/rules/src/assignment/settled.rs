//! One solution among those that are equally good, and what one more place of each offer is worth.
//!
//! A solver is free to choose among equals, and after changes it may choose otherwise than from nothing. What is shown
//! on several servers must not: here a choice is made that depends on the problem alone. It goes in two steps.
//!
//! *Worths.* What the whole would gain from one more place of an offer is the value of the best chain of moves into it:
//! who waits comes in, or somebody moves over and leaves a place with a worth of its own. These are the least prices
//! that support an optimum (Demange, Gale and Sotomayor 1986), so they are the same for every optimum. They are pairs
//! of class and cost, compared class first, so that no gap between classes plays a part.
//!
//! *Places.* With these prices an assignment is optimal exactly when everybody has one of its cheapest options and
//! every offer with a price is full (complementary slackness). Clients in a given order take the first of their
//! cheapest options that leaves the others an optimum, which one search along such options tells.

use std::collections::VecDeque;
use std::ops::{Add, Sub};

use thiserror::Error;

use super::problem::{NONE, Problem, ids};

/// Waarde: classes first, then costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Worth {
    /// How much more of the sum of classes has a place.
    pub class: i64,
    /// How much less it costs.
    pub cost: i64,
}

impl Worth {
    /// Nothing.
    pub const NONE: Self = Self { class: 0, cost: 0 };

    const fn of_cost(cost: i64) -> Self {
        Self { class: 0, cost }
    }
}

impl Add for Worth {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { class: self.class + other.class, cost: self.cost + other.cost }
    }
}

impl Sub for Worth {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { class: self.class - other.class, cost: self.cost - other.cost }
    }
}

/// What was given is no optimum: it could be bettered at this offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the assignment can be bettered at offer {0}")]
pub struct NotOptimal(pub u32);

/// The solution that everybody arrives at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    places: Vec<u32>,
    worths: Vec<Worth>,
}

impl Settled {
    /// The offer a client has a place of.
    pub fn place_of(&self, client: u32) -> Option<u32> {
        self.places.get(client as usize).copied().filter(|offer| *offer != NONE)
    }

    /// What the whole would gain from one more place of this offer.
    pub fn worth(&self, offer: u32) -> Worth {
        self.worths.get(offer as usize).copied().unwrap_or_default()
    }
}

/// Chooses among the optima of a problem. `place_of` is any one of them; the clients in `order` choose one after the
/// other, and among what costs them the same they take the offer with the lowest number, and any offer before waiting.
///
/// Who is not in `order` comes last, by number.
pub fn settle(
    problem: &Problem,
    place_of: impl Fn(u32) -> Option<u32>,
    order: &[u32],
) -> Result<Settled, NotOptimal> {
    let mut choice = Choice::new(problem, place_of);
    choice.find_worths()?;
    choice.find_tight()?;
    let mut listed = vec![false; problem.client_count()];
    for client in order.iter().copied().chain(ids(problem.client_count())) {
        if !std::mem::replace(&mut listed[client as usize], true) {
            choice.choose(client);
        }
    }
    Ok(Settled { places: choice.places, worths: choice.worths })
}

struct Choice<'a> {
    problem: &'a Problem,
    /// Options of each client as (offer, cost), by number of the offer.
    options: Vec<Vec<(u32, i64)>>,
    /// The offer of each client, or none.
    places: Vec<u32>,
    holders: Vec<Vec<u32>>,
    worths: Vec<Worth>,
    /// The cheapest options of each client by number; `NONE`, which is last, stands for waiting.
    tight: Vec<Vec<u32>>,
    settled: Vec<bool>,
}

impl<'a> Choice<'a> {
    fn new(problem: &'a Problem, place_of: impl Fn(u32) -> Option<u32>) -> Self {
        let clients = ids(problem.client_count());
        let places: Vec<u32> = clients.clone().map(|client| place_of(client).unwrap_or(NONE)).collect();
        let mut holders = vec![Vec::new(); problem.offer_count()];
        for (client, &offer) in clients.clone().zip(&places) {
            if offer != NONE {
                holders[offer as usize].push(client);
            }
        }
        let options = clients.map(|client| {
            let mut options: Vec<(u32, i64)> = problem.options(client).collect();
            options.sort_unstable();
            options
        });
        Self {
            problem,
            options: options.collect(),
            places,
            holders,
            worths: vec![Worth::NONE; problem.offer_count()],
            tight: Vec::new(),
            settled: vec![false; problem.client_count()],
        }
    }

    fn is_full(&self, offer: u32) -> bool {
        self.holders[offer as usize].len() >= self.problem.capacity(offer) as usize
    }

    /// What a client weighs when it waits.
    fn weight(&self, client: u32) -> Worth {
        let client = self.problem.client(client);
        Worth { class: i64::from(client.class), cost: i64::from(client.stay) }
    }

    fn cost(&self, client: u32, offer: u32) -> i64 {
        let options = &self.options[client as usize];
        options.binary_search_by_key(&offer, |(known, _)| *known).map_or(0, |at| options[at].1)
    }

    /// Raises worths until none rises any more (Bellman 1958, Ford 1956). In an optimum no worth rises more often than
    /// there are offers, and a free place is worth nothing.
    fn find_worths(&mut self) -> Result<(), NotOptimal> {
        let mut queue: VecDeque<u32> = VecDeque::new();
        let mut queued = vec![true; self.worths.len()];
        let mut turns = vec![0_usize; self.worths.len()];
        for client in ids(self.places.len()) {
            if self.places[client as usize] == NONE {
                let weight = self.weight(client);
                for &(offer, cost) in &self.options[client as usize] {
                    let worth = weight - Worth::of_cost(cost);
                    self.worths[offer as usize] = self.worths[offer as usize].max(worth);
                }
            }
        }
        queue.extend(ids(self.worths.len()));
        while let Some(from) = queue.pop_front() {
            queued[from as usize] = false;
            let worth = self.worths[from as usize];
            turns[from as usize] += 1;
            if worth > Worth::NONE && !self.is_full(from) || turns[from as usize] > self.worths.len() + 1 {
                return Err(NotOptimal(from));
            }
            for &client in &self.holders[from as usize] {
                let left = worth + Worth::of_cost(self.cost(client, from));
                for &(offer, cost) in &self.options[client as usize] {
                    let candidate = left - Worth::of_cost(cost);
                    if candidate > self.worths[offer as usize] {
                        self.worths[offer as usize] = candidate;
                        if !std::mem::replace(&mut queued[offer as usize], true) {
                            queue.push_back(offer);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// What costs each client the least, worths included. What it has must be one of these.
    fn find_tight(&mut self) -> Result<(), NotOptimal> {
        for client in ids(self.places.len()) {
            let priced = |&(offer, cost): &(u32, i64)| self.worths[offer as usize] + Worth::of_cost(cost);
            let row = &self.options[client as usize];
            let weight = self.weight(client);
            let least = row.iter().map(priced).fold(weight, Worth::min);
            let mut tight: Vec<u32> =
                row.iter().filter(|option| priced(option) == least).map(|(offer, _)| *offer).collect();
            if weight == least {
                tight.push(NONE);
            }
            let place = self.places[client as usize];
            if !tight.contains(&place) {
                return Err(NotOptimal(place));
            }
            self.tight.push(tight);
        }
        Ok(())
    }

    /// Lets a client take the first of its cheapest options that can be had.
    fn choose(&mut self, client: u32) {
        let current = self.places[client as usize];
        // Settled while others make room, so that it is not moved itself.
        self.settled[client as usize] = true;
        for at in 0..self.tight[client as usize].len() {
            let wanted = self.tight[client as usize][at];
            if wanted == current {
                return;
            }
            if let Some(moves) = self.make_room(wanted, current) {
                self.place(client, wanted);
                for (mover, to) in moves {
                    self.place(mover, to);
                }
                return;
            }
        }
    }

    fn place(&mut self, client: u32, to: u32) {
        let from = std::mem::replace(&mut self.places[client as usize], to);
        if from != NONE {
            self.holders[from as usize].retain(|holder| *holder != client);
        }
        if to != NONE {
            self.holders[to as usize].push(client);
        }
    }

    /// Who moves where when one client more comes to `wanted` and one less stays at `current`, if that can be. Waiting
    /// is a place like another, with room for all; what a free place without worth loses or gains comes from there.
    fn make_room(&self, wanted: u32, current: u32) -> Option<Vec<(u32, u32)>> {
        let waiting = self.worths.len();
        let node = |place: u32| if place == NONE { waiting } else { place as usize };
        // For each place how it was reached: from which, and by whom (`NONE`: by nobody, a free place is used up).
        let mut reached: Vec<Option<(u32, u32)>> = vec![None; waiting + 1];
        let mut queue = VecDeque::from([wanted]);
        reached[node(wanted)] = Some((NONE, NONE));
        while let Some(from) = queue.pop_front() {
            if from == current {
                return Some(trace(&reached, node, wanted, current));
            }
            let mut go = |to: u32, mover: u32| {
                let slot = &mut reached[node(to)];
                if slot.is_none() {
                    *slot = Some((from, mover));
                    queue.push_back(to);
                }
            };
            if from == NONE {
                for offer in ids(waiting) {
                    if self.worths[offer as usize] == Worth::NONE
                        && (offer == current || !self.holders[offer as usize].is_empty())
                    {
                        go(offer, NONE);
                    }
                }
                for client in ids(self.places.len()) {
                    if self.places[client as usize] == NONE && !self.settled[client as usize] {
                        self.tight[client as usize].iter().for_each(|&to| go(to, client));
                    }
                }
            } else {
                if !self.is_full(from) {
                    go(NONE, NONE);
                }
                for &client in &self.holders[from as usize] {
                    if !self.settled[client as usize] {
                        self.tight[client as usize].iter().for_each(|&to| go(to, client));
                    }
                }
            }
        }
        None
    }
}

/// The moves along a way that was found.
fn trace(
    reached: &[Option<(u32, u32)>],
    node: impl Fn(u32) -> usize,
    wanted: u32,
    current: u32,
) -> Vec<(u32, u32)> {
    let mut moves = Vec::new();
    let mut at = current;
    while at != wanted {
        let Some((from, mover)) = reached[node(at)] else { break };
        if mover != NONE {
            moves.push((mover, at));
        }
        at = from;
    }
    moves
}
