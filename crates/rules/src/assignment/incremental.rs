//! One change of the problem, and its solution optimal again.
//!
//! A change breaks at most a few of the conditions of an optimum: a client pays more than it has to or waits in vain,
//! or a place comes free. So the state is first made sound again, which takes places from at most the clients that
//! the change is about, and then each of them gets one search and each free place one. This is the sensitivity
//! analysis of the transportation problem with the primitives of the Hungarian method, as for assignment by
//! Mills-Tettey, Stentz and Dias (2007).

use super::Money;
use super::lists::{Arc, Lists};
use super::problem::{
    COST_LIMIT, COUNT_LIMIT, Client, NONE, Problem, ProblemError, check_cost, check_weights, stored,
};
use super::short_lists::ShortLists;
use super::shortest_paths::Searches;
use super::state::{State, weight};

/// Something that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A client comes to the list, with its options as (offer, cost). It gets the next id.
    Arrives { client: Client, options: Vec<(u32, u32)> },
    /// A client leaves the list, with or without a place. Its id stays behind, without options and at no cost.
    Leaves { client: u32 },
    /// An offer has so many places from now on.
    Capacity { offer: u32, capacity: u32 },
    /// A client waits at another cost, or is in another class.
    Client { client: u32, to: Client },
    /// An option costs this from now on, or becomes one.
    Cost { client: u32, offer: u32, cost: u32 },
    /// A client can no longer have this offer.
    Excluded { client: u32, offer: u32 },
    /// All options of an offer cost so much more, or less: its wait changed.
    Shift { offer: u32, by: i32 },
}

/// All that a change touches.
struct Work<'a> {
    problem: &'a mut Problem,
    state: &'a mut State,
    searches: &'a mut Searches,
}

/// Makes a change, or refuses it and changes nothing.
pub(super) fn apply(
    problem: &mut Problem,
    state: &mut State,
    searches: &mut Searches,
    change: &Change,
) -> Result<Option<u32>, ProblemError> {
    let mut work = Work { problem, state, searches };
    let mut arrived = None;
    match change {
        Change::Arrives { client, options } => arrived = Some(work.arrives(*client, options)?),
        Change::Leaves { client } => work.leaves(*client)?,
        Change::Capacity { offer, capacity } => work.set_capacity(*offer, *capacity)?,
        Change::Client { client, to } => work.set_client(*client, *to)?,
        Change::Cost { client, offer, cost } => work.set_cost(*client, *offer, *cost)?,
        Change::Excluded { client, offer } => work.exclude(*client, *offer)?,
        Change::Shift { offer, by } => work.shift(*offer, Money::from(*by))?,
    }
    Ok(arrived)
}

impl Work<'_> {
    fn arrives(&mut self, client: Client, options: &[(u32, u32)]) -> Result<u32, ProblemError> {
        check_weights(client)?;
        let mut offers: Vec<u32> = Vec::with_capacity(options.len());
        for &(offer, cost) in options {
            self.problem.check_offer(offer)?;
            check_cost(cost)?;
            offers.push(offer);
        }
        offers.sort_unstable();
        let id = super::lists::index(self.problem.client_count());
        if let Some(pair) = offers.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ProblemError::TwiceTheSame { client: id, offer: pair[0] });
        }
        self.check_room(options.len())?;
        let row: Vec<Arc> =
            options.iter().map(|&(offer, cost)| Arc { other: offer, cost: self.base(offer, cost) }).collect();
        self.problem.rows.push_list(&row);
        self.problem.clients.push(client);
        self.problem.inside.push(id);
        self.problem.outside.push(id);
        self.state.push_client(client);
        for arc in row {
            self.push_to_column(arc.other, Arc { other: id, cost: arc.cost });
        }
        self.searches.place_client(self.problem, self.state, id);
        Ok(id)
    }

    fn leaves(&mut self, id: u32) -> Result<(), ProblemError> {
        let client = self.problem.find_client(id)?;
        let left = self.vacate(client);
        for at in 0..self.problem.rows.get(client as usize).len() {
            let offer = self.problem.rows.get(client as usize)[at].other;
            remove(&mut self.problem.columns, &mut self.state.column_fronts, offer, client);
        }
        self.problem.rows.clear(client as usize);
        self.state.row_fronts.set_bound(client as usize, 0);
        self.problem.clients[client as usize] = Client { stay: 0, class: 0 };
        self.state.standings[client as usize].weight = 0;
        self.state.set_own(client, 0);
        self.refill(left);
        Ok(())
    }

    fn set_capacity(&mut self, offer: u32, capacity: u32) -> Result<(), ProblemError> {
        self.problem.check_offer(offer)?;
        self.problem.capacities[offer as usize] = capacity;
        let mut evicted = Vec::new();
        while self.state.holder_count(offer) > capacity {
            let holder = self.state.first_holder(offer);
            self.state.take(holder);
            evicted.push(holder);
        }
        for client in evicted {
            self.searches.place_client(self.problem, self.state, client);
        }
        self.refill(offer);
        Ok(())
    }

    fn set_client(&mut self, id: u32, to: Client) -> Result<(), ProblemError> {
        let client = self.problem.find_client(id)?;
        check_weights(to)?;
        self.problem.clients[client as usize] = to;
        let weight = weight(to, self.state.gap);
        let before = std::mem::replace(&mut self.state.standings[client as usize].weight, weight);
        self.state.column_fronts.fixed_keys_rose((before - weight).max(0));
        self.settle(client);
        Ok(())
    }

    fn set_cost(&mut self, id: u32, offer: u32, cost: u32) -> Result<(), ProblemError> {
        let client = self.problem.find_client(id)?;
        self.problem.check_offer(offer)?;
        check_cost(cost)?;
        let row = self.problem.rows.get(client as usize);
        let in_row = row.iter().position(|arc| arc.other == offer);
        if in_row.is_none() {
            self.check_room(1)?;
        }
        let cost = self.base(offer, cost);
        if let Some(at) = in_row {
            self.problem.rows.get_mut(client as usize)[at].cost = cost;
            let column = self.problem.columns.get_mut(offer as usize);
            if let Some(arc) = column.iter_mut().find(|arc| arc.other == client) {
                arc.cost = cost;
            }
        } else {
            self.problem.rows.push(client as usize, Arc { other: offer, cost });
            self.problem.columns.push(offer as usize, Arc { other: client, cost });
        }
        // Wherever the option stands in its lists, a bound that allows for it holds.
        self.state.row_fronts.admit(client as usize, Money::from(cost) + self.state.charges[offer as usize]);
        let key = Money::from(cost) - self.state.own[client as usize];
        self.state.column_fronts.admit(offer as usize, key);
        let standing = &mut self.state.standings[client as usize];
        if standing.offer == offer {
            standing.cost = cost;
        }
        self.settle(client);
        Ok(())
    }

    fn exclude(&mut self, id: u32, offer: u32) -> Result<(), ProblemError> {
        let client = self.problem.find_client(id)?;
        self.problem.check_offer(offer)?;
        if !remove(&mut self.problem.rows, &mut self.state.row_fronts, client, offer) {
            return Err(ProblemError::NoSuchOption { client: id, offer });
        }
        remove(&mut self.problem.columns, &mut self.state.column_fronts, offer, client);
        if self.state.standings[client as usize].offer == offer {
            self.state.take(client);
            self.searches.place_client(self.problem, self.state, client);
            self.refill(offer);
        }
        Ok(())
    }

    /// The price makes up for the surcharge as far as it can. So most changes of a wait move nobody, and nothing is
    /// searched: what was scarce is a little more or less so.
    fn shift(&mut self, offer: u32, by: Money) -> Result<(), ProblemError> {
        self.problem.check_offer(offer)?;
        let surcharge = self.problem.surcharges[offer as usize] + by;
        let column = self.problem.columns.get(offer as usize);
        if column
            .iter()
            .any(|arc| !(0..Money::from(COST_LIMIT)).contains(&(Money::from(arc.cost) + surcharge)))
        {
            return Err(ProblemError::CostOutOfRange);
        }
        self.problem.surcharges[offer as usize] = surcharge;
        if self.state.charges[offer as usize] >= surcharge {
            self.refill(offer);
            return Ok(());
        }
        // Free of charge, and still it costs more than before: who now pays too much looks elsewhere.
        self.state.charges[offer as usize] = surcharge;
        let mut leaving = Vec::new();
        let mut holder = self.state.first_holder(offer);
        while holder != NONE {
            let next = self.state.next_holder(holder);
            if !self.stays_content(holder) {
                leaving.push(holder);
            }
            holder = next;
        }
        for client in leaving {
            self.searches.place_client(self.problem, self.state, client);
        }
        Ok(())
    }

    /// What is stored for a cost. Surcharges that went so far that it would not fit are first put into the costs.
    fn base(&mut self, offer: u32, cost: u32) -> i32 {
        let base = i64::from(cost) - self.problem.surcharges[offer as usize];
        if let Ok(base) = i32::try_from(base) {
            return base;
        }
        let surcharge = std::mem::take(&mut self.problem.surcharges[offer as usize]);
        self.state.charges[offer as usize] -= surcharge;
        let actual = |base: i32| i32::try_from(i64::from(base) + surcharge).unwrap_or(i32::MAX);
        for at in 0..self.problem.columns.get(offer as usize).len() {
            let arc = &mut self.problem.columns.get_mut(offer as usize)[at];
            arc.cost = actual(arc.cost);
            let Arc { other: client, cost } = *arc;
            let row = self.problem.rows.get_mut(client as usize);
            if let Some(arc) = row.iter_mut().find(|arc| arc.other == offer) {
                arc.cost = cost;
            }
            let standing = &mut self.state.standings[client as usize];
            if standing.offer == offer {
                standing.cost = cost;
            }
        }
        self.state.column_fronts.forget(offer as usize);
        stored(cost)
    }

    fn push_to_column(&mut self, offer: u32, arc: Arc) {
        let key = Money::from(arc.cost) - self.state.own[arc.other as usize];
        self.problem.columns.push(offer as usize, arc);
        self.state.column_fronts.admit(offer as usize, key);
    }

    fn check_room(&self, more: usize) -> Result<(), ProblemError> {
        let size = self.problem.rows.size().max(self.problem.columns.size());
        // A list that moves takes twice its room, which is at most all there is.
        if size + more > COUNT_LIMIT || self.problem.client_count() >= COUNT_LIMIT {
            return Err(ProblemError::TooLarge);
        }
        Ok(())
    }

    /// Takes the place of a client, if it has one, and tells which.
    fn vacate(&mut self, client: u32) -> u32 {
        let offer = self.state.standings[client as usize].offer;
        if offer != NONE {
            self.state.take(client);
        }
        offer
    }

    /// Lets a client that has a place keep it, if nothing is better for it; otherwise takes it.
    fn stays_content(&mut self, client: u32) -> bool {
        let best = self.state.best(&mut self.problem.rows, client);
        let pays = self.state.pays(client);
        if pays <= best.total.min(self.state.standings[client as usize].weight) {
            self.state.set_own(client, pays);
            return true;
        }
        self.state.take(client);
        false
    }

    /// After anything about a client changed.
    fn settle(&mut self, client: u32) {
        let offer = self.state.standings[client as usize].offer;
        if offer == NONE || !self.stays_content(client) {
            self.searches.place_client(self.problem, self.state, client);
            self.refill(offer);
        }
    }

    /// Places of this offer that are free and have a price find somebody, or lose it.
    fn refill(&mut self, offer: u32) {
        if offer == NONE {
            return;
        }
        while !self.state.is_full(self.problem, offer) && self.state.price(self.problem, offer) > 0 {
            self.searches.fill_place(self.problem, self.state, offer);
        }
    }
}

/// Removes the arc to `other` from a list, and tells whether there was one.
fn remove(lists: &mut Lists, fronts: &mut ShortLists, list: u32, other: u32) -> bool {
    let list = list as usize;
    let Some(at) = lists.get(list).iter().position(|arc| arc.other == other) else { return false };
    let at = fronts.retire(list, lists.get_mut(list), at);
    lists.swap_remove(list, at);
    true
}
