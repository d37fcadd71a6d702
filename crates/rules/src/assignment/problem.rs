//! What is to be solved: clients, offers, and what each client could have at what cost.

use thiserror::Error;

use super::lists::{Arc, Lists, index};

/// Stands for nobody, and for no offer.
pub(super) const NONE: u32 = u32::MAX;

/// Costs are below this, so that sums of a few of them are safe in every number used here.
pub const COST_LIMIT: u32 = 1 << 31;

/// Classes are below this: the gap between classes can then grow to 2⁴⁰ before a weight leaves 61 bits.
pub const CLASS_LIMIT: u32 = 1 << 20;

/// More clients, offers or options than this are refused.
pub const COUNT_LIMIT: usize = 1 << 30;

/// Wie wacht: what it costs when this client stays waiting, and how much goes before cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The cost of staying without a place. An option that costs as much or more is not used.
    pub stay: u32,
    /// 0: no class. A client of a higher class goes before any number of clients' costs.
    pub class: u32,
}

/// One option: this client can have a place of this offer at this cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub client: u32,
    pub offer: u32,
    pub cost: u32,
}

/// Why something is not a problem that can be solved, or not a change of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProblemError {
    #[error("client {0} does not exist")]
    UnknownClient(u32),
    #[error("offer {0} does not exist")]
    UnknownOffer(u32),
    #[error("client {client} has offer {offer} twice")]
    TwiceTheSame { client: u32, offer: u32 },
    #[error("client {client} does not have offer {offer}")]
    NoSuchOption { client: u32, offer: u32 },
    #[error("a cost must be at least 0 and below {COST_LIMIT}")]
    CostOutOfRange,
    #[error("a class must be below {CLASS_LIMIT}")]
    ClassOutOfRange,
    #[error("there are more than {COUNT_LIMIT} clients, offers or options")]
    TooLarge,
    #[error("there is not enough memory for all clients, offers and options")]
    NoMemory,
}

/// A transportation problem with unit demands (Hitchcock 1941): every client needs at most one place, every offer
/// has a capacity, and staying has a price. Its linear program has whole optima, so no integer programming is
/// needed.
///
/// The options are kept in both orders, by client and by offer, and stay up to date under changes. Inside, clients
/// who share offers lie near each other, because a solver goes from one to the next: half of its time was spent
/// waiting for memory before. So a client has an inner number besides its id; nothing public shows it.
#[derive(Debug, Clone)]
pub struct Problem {
    pub(super) clients: Vec<Client>,
    pub(super) capacities: Vec<u32>,
    pub(super) rows: Lists,
    pub(super) columns: Lists,
    /// Added to the cost of every option of an offer. A change of an offer's wait is one number, not a column.
    pub(super) surcharges: Vec<i64>,
    /// From the id of a client to its inner number.
    pub(super) inside: Vec<u32>,
    /// From the inner number of a client to its id.
    pub(super) outside: Vec<u32>,
}

impl Problem {
    /// Reads options in any order.
    ///
    /// ```
    /// use rules::assignment::{Client, Edge, Problem};
    /// let waiting = Client { stay: 100, class: 0 };
    /// let options = [(0, 0, 5), (0, 1, 9), (1, 0, 6)].map(|(client, offer, cost)| Edge { client, offer, cost });
    /// let problem = Problem::new(vec![waiting; 2], vec![1, 1], options).unwrap();
    /// assert_eq!(problem.option_count(), 3);
    /// ```
    pub fn new(
        clients: Vec<Client>,
        capacities: Vec<u32>,
        edges: impl IntoIterator<Item = Edge>,
    ) -> Result<Self, ProblemError> {
        let mut options = Options::new(clients.len(), capacities.len())?;
        for edge in edges {
            options.add(edge)?;
        }
        options.finish(clients, capacities).map_err(|(error, _)| error)
    }

    pub fn client_count(&self) -> usize {
        self.clients.len()
    }

    pub fn offer_count(&self) -> usize {
        self.capacities.len()
    }

    pub fn option_count(&self) -> usize {
        (0..self.rows.len()).map(|client| self.rows.get(client).len()).sum()
    }

    pub fn client(&self, client: u32) -> Client {
        self.clients[self.inside[client as usize] as usize]
    }

    pub fn capacity(&self, offer: u32) -> u32 {
        self.capacities[offer as usize]
    }

    /// The options of a client as (offer, cost), in no particular order.
    pub fn options(&self, client: u32) -> impl Iterator<Item = (u32, i64)> {
        let row = self.rows.get(self.inside[client as usize] as usize).iter();
        row.map(|arc| (arc.other, i64::from(arc.cost) + self.surcharges[arc.other as usize]))
    }

    /// Whether any client has a class.
    pub fn has_classes(&self) -> bool {
        self.clients.iter().any(|client| client.class > 0)
    }

    /// What options cost on average, from at most about a thousand clients: a yardstick, not a result.
    pub(super) fn typical_cost(&self) -> i64 {
        let step = (self.rows.len() / 1000).max(1);
        let (mut sum, mut count) = (0, 0);
        for client in (0..self.rows.len()).step_by(step) {
            for arc in self.rows.get(client) {
                sum += i64::from(arc.cost) + self.surcharges[arc.other as usize];
                count += 1;
            }
        }
        sum / i64::from(count.max(1))
    }

    /// The inner number of a client.
    pub(super) fn find_client(&self, id: u32) -> Result<u32, ProblemError> {
        self.inside.get(id as usize).copied().ok_or(ProblemError::UnknownClient(id))
    }

    pub(super) fn check_offer(&self, offer: u32) -> Result<(), ProblemError> {
        if (offer as usize) < self.capacities.len() { Ok(()) } else { Err(ProblemError::UnknownOffer(offer)) }
    }
}

pub(super) fn check_cost(cost: u32) -> Result<(), ProblemError> {
    if cost < COST_LIMIT { Ok(()) } else { Err(ProblemError::CostOutOfRange) }
}

pub(super) fn check_weights(client: Client) -> Result<(), ProblemError> {
    check_cost(client.stay)?;
    if client.class < CLASS_LIMIT { Ok(()) } else { Err(ProblemError::ClassOutOfRange) }
}

/// A cost below the limit fits.
pub(super) fn stored(cost: u32) -> i32 {
    i32::try_from(cost).unwrap_or(i32::MAX)
}

/// Options while they are read.
///
/// Files and tables are nearly always in the order of their clients; then every option goes straight to its final
/// place. What comes after the first option out of order is set aside and sorted in at the end.
///
/// Only what was read takes memory: how many clients there are to be is a claim until they are there.
#[derive(Debug)]
pub(super) struct Options {
    clients: usize,
    offers: usize,
    /// Clients with options in order, and how many each has.
    rows: Vec<(u32, u32)>,
    arcs: Vec<Arc>,
    last: (u32, u32),
    aside: Vec<(Edge, u32)>,
    /// How many options were added.
    count: u32,
}

impl Options {
    pub(super) fn new(clients: usize, offers: usize) -> Result<Self, ProblemError> {
        if clients > COUNT_LIMIT || offers > COUNT_LIMIT {
            return Err(ProblemError::TooLarge);
        }
        let (rows, arcs, aside) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { clients, offers, rows, arcs, last: (0, 0), aside, count: 0 })
    }

    /// Asks for memory for so many options; if it is not to be had, they may still fit as they come.
    pub(super) fn expect(&mut self, count: usize) {
        let _ = self.arcs.try_reserve_exact(count.min(COUNT_LIMIT));
    }

    pub(super) fn add(&mut self, edge: Edge) -> Result<(), ProblemError> {
        let Edge { client, offer, cost } = edge;
        if client as usize >= self.clients {
            return Err(ProblemError::UnknownClient(client));
        }
        if offer as usize >= self.offers {
            return Err(ProblemError::UnknownOffer(offer));
        }
        check_cost(cost)?;
        if self.count as usize >= COUNT_LIMIT {
            return Err(ProblemError::TooLarge);
        }
        let is_next = self.arcs.is_empty() || (client, offer) > self.last;
        if is_next && self.aside.is_empty() {
            push(&mut self.arcs, Arc { other: offer, cost: stored(cost) })?;
            match self.rows.last_mut().filter(|(known, _)| *known == client) {
                Some((_, length)) => *length += 1,
                None => push(&mut self.rows, (client, 1))?,
            }
            self.last = (client, offer);
        } else {
            push(&mut self.aside, (edge, self.count))?;
        }
        self.count += 1;
        Ok(())
    }

    /// The problem, or what is wrong and with which option, counted from 0 in the order in which they came.
    pub(super) fn finish(
        mut self,
        clients: Vec<Client>,
        capacities: Vec<u32>,
    ) -> Result<Problem, (ProblemError, u32)> {
        for client in &clients {
            check_weights(*client).map_err(|error| (error, 0))?;
        }
        if capacities.len() > COUNT_LIMIT {
            return Err((ProblemError::TooLarge, 0));
        }
        let lengths = if self.aside.is_empty() { self.lengths() } else { self.sort_in()? };
        let offers = capacities.len();
        let (rows, outside) = by_neighbourhood(&lengths, self.arcs);
        let columns = rows.transposed(offers);
        let mut inside = vec![0; clients.len()];
        for (&id, number) in outside.iter().zip(0..) {
            inside[id as usize] = number;
        }
        let clients = outside.iter().map(|&id| clients[id as usize]).collect();
        Ok(Problem { clients, capacities, rows, columns, surcharges: vec![0; offers], inside, outside })
    }

    /// How many options each client has in order.
    fn lengths(&self) -> Vec<u32> {
        let mut lengths = vec![0; self.clients];
        for &(client, length) in &self.rows {
            lengths[client as usize] = length;
        }
        lengths
    }

    /// Sorts in what was set aside; gives how many options each client has.
    fn sort_in(&mut self) -> Result<Vec<u32>, (ProblemError, u32)> {
        let ordered = std::mem::take(&mut self.arcs);
        let mut all = Vec::with_capacity(ordered.len() + self.aside.len());
        let mut arcs = ordered.iter();
        for &(client, length) in &self.rows {
            all.extend(arcs.by_ref().take(length as usize).map(|arc| (client, arc.other, arc.cost, 0)));
        }
        all.extend(self.aside.drain(..).map(|(edge, at)| (edge.client, edge.offer, stored(edge.cost), at)));
        // By the number last, so that of two equal options the one that came later is the second.
        all.sort_unstable_by_key(|&(client, offer, _, at)| (client, offer, at));
        let twice = all.windows(2).filter(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1));
        if let Some(pair) = twice.min_by_key(|pair| pair[1].3) {
            let (client, offer, _, at) = pair[1];
            return Err((ProblemError::TwiceTheSame { client, offer }, at));
        }
        let mut lengths = vec![0; self.clients];
        for &(client, ..) in &all {
            lengths[client as usize] += 1;
        }
        self.arcs = all.into_iter().map(|(_, other, cost, _)| Arc { other, cost }).collect();
        Ok(lengths)
    }
}

/// The rows with clients who share offers near each other: in the order of the first offer of each. Offers of one
/// product or provider tend to have numbers near each other, and nothing but speed depends on it.
fn by_neighbourhood(lengths: &[u32], arcs: Vec<Arc>) -> (Lists, Vec<u32>) {
    let in_order = Lists::from_ordered(lengths, arcs);
    let mut order: Vec<u32> = ids(lengths.len()).collect();
    order.sort_by_key(|&client| in_order.get(client as usize).first().map(|arc| arc.other));
    let mut arcs = Vec::with_capacity(in_order.size());
    let mut ordered = Vec::with_capacity(order.len());
    for &client in &order {
        arcs.extend_from_slice(in_order.get(client as usize));
        ordered.push(lengths[client as usize]);
    }
    (Lists::from_ordered(&ordered, arcs), order)
}

/// Adds one more, if there is memory for it.
pub(super) fn push<T>(all: &mut Vec<T>, one: T) -> Result<(), ProblemError> {
    all.try_reserve(1).map_err(|_| ProblemError::NoMemory)?;
    all.push(one);
    Ok(())
}

/// The number of clients, offers or options as it is used inside.
pub(super) fn ids(count: usize) -> std::ops::Range<u32> {
    0..index(count)
}
