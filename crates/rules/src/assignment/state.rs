//! Who has which place, and what places are worth: a primal and a dual solution that belong together.
//!
//! Every offer j has a price p(j) ≥ 0. What a place costs a client is its cost plus its price, its *total*. A client
//! with weight w (its stay cost, and the gap times its class) pays at most w, because it can stay. What it pays is
//! `own`; its gain is π = w − own. Between two searches the following holds, and debug builds check it:
//!
//! 1. **Dual feasibility.** No option of a client has a total below its `own`, and `own` ≤ w.
//! 2. **Tightness.** Who has a place pays exactly its total. Who waits and is settled pays exactly w.
//! 3. **Capacity.** An offer has at most as many holders as places.
//!
//! By complementary slackness (Kuhn 1955, Munkres 1957; Dantzig for the transportation problem) this is an optimum
//! once, besides, no offer with a price above zero has a free place and no client that waits has a gain. Searches
//! keep the three and work towards the other two.

use super::Money;
use super::lists::{Arc, Lists};
use super::problem::{Client, NONE, Problem};
use super::short_lists::{NOTHING, ShortLists};

/// How many options a client looks at before all of them: measured, 8 to 16 do equally well.
const ROW_FRONT: usize = 12;
/// The same for the clients of an offer, of which more are in play.
const COLUMN_FRONT: usize = 48;

/// What is asked of a client most, together in 16 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// The stay cost, and the gap times the class.
    pub(super) weight: Money,
    /// The offer it has a place of, or [`NONE`].
    pub(super) offer: u32,
    /// The cost of that place as it stands in the options, without the offer's surcharge.
    pub(super) cost: i32,
}

/// The best and second best total of a client.
#[derive(Debug, Clone, Copy)]
pub(super) struct Best {
    pub(super) offer: u32,
    pub(super) cost: i32,
    pub(super) total: Money,
    pub(super) second: Money,
}

#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) gap: Money,
    pub(super) standings: Vec<Standing>,
    /// What each client pays.
    pub(super) own: Vec<Money>,
    /// Surcharge and price of each offer: what comes on top of the cost of an option.
    pub(super) charges: Vec<Money>,
    holders: Holders,
    /// Short lists of the rows: the key is the total, which falls when prices fall.
    pub(super) row_fronts: ShortLists,
    /// Short lists of the columns: the key is cost less `own`, which falls when what clients pay rises.
    pub(super) column_fronts: ShortLists,
}

/// The clients of each offer, as doubly linked lists through the clients.
#[derive(Debug, Clone, Default)]
struct Holders {
    first: Vec<u32>,
    next: Vec<u32>,
    previous: Vec<u32>,
    count: Vec<u32>,
}

impl State {
    /// Everybody waits, and all places are free of charge.
    pub(super) fn new(problem: &Problem, gap: Money) -> Self {
        let (clients, offers) = (problem.client_count(), problem.offer_count());
        let standing = |client: &Client| Standing { weight: weight(*client, gap), offer: NONE, cost: 0 };
        let standings: Vec<Standing> = problem.clients.iter().map(standing).collect();
        Self {
            gap,
            own: standings.iter().map(|standing| standing.weight).collect(),
            standings,
            charges: problem.surcharges.clone(),
            holders: Holders {
                first: vec![NONE; offers],
                next: vec![NONE; clients],
                previous: vec![NONE; clients],
                count: vec![0; offers],
            },
            row_fronts: ShortLists::new(clients, ROW_FRONT),
            column_fronts: ShortLists::new(offers, COLUMN_FRONT),
        }
    }

    /// A client that arrived after the state was made. It waits.
    pub(super) fn push_client(&mut self, client: Client) {
        let weight = weight(client, self.gap);
        self.standings.push(Standing { weight, offer: NONE, cost: 0 });
        self.own.push(weight);
        self.holders.next.push(NONE);
        self.holders.previous.push(NONE);
        self.row_fronts.push();
    }

    /// Something else put the options in another order.
    pub(super) fn forget_fronts(&mut self) {
        self.row_fronts.forget_all();
        self.column_fronts.forget_all();
    }

    pub(super) fn price(&self, problem: &Problem, offer: u32) -> Money {
        self.charges[offer as usize] - problem.surcharges[offer as usize]
    }

    /// The charge of an offer at which nobody wants a place of it.
    pub(super) fn highest_charge(&self, problem: &Problem, offer: u32) -> Money {
        let worth = |arc: &Arc| self.standings[arc.other as usize].weight - Money::from(arc.cost);
        let highest = problem.columns.get(offer as usize).iter().map(worth).max().unwrap_or(0);
        highest.max(problem.surcharges[offer as usize])
    }

    /// The lowest charge of an offer at which nobody would rather have it than what it has now.
    pub(super) fn lowest_charge(&self, problem: &Problem, offer: u32) -> Money {
        let worth = |arc: &Arc| self.own[arc.other as usize] - Money::from(arc.cost);
        let lowest = problem.columns.get(offer as usize).iter().map(worth).max().unwrap_or(0);
        lowest.max(problem.surcharges[offer as usize])
    }

    /// The total of the place a client has, or its weight.
    pub(super) fn pays(&self, client: u32) -> Money {
        let standing = self.standings[client as usize];
        if standing.offer == NONE {
            standing.weight
        } else {
            Money::from(standing.cost) + self.charges[standing.offer as usize]
        }
    }

    pub(super) fn is_full(&self, problem: &Problem, offer: u32) -> bool {
        self.holders.count[offer as usize] >= problem.capacities[offer as usize]
    }

    pub(super) fn holder_count(&self, offer: u32) -> u32 {
        self.holders.count[offer as usize]
    }

    pub(super) fn first_holder(&self, offer: u32) -> u32 {
        self.holders.first[offer as usize]
    }

    pub(super) fn next_holder(&self, client: u32) -> u32 {
        self.holders.next[client as usize]
    }

    /// Gives a client that waits a place.
    pub(super) fn put(&mut self, client: u32, offer: u32, cost: i32) {
        let standing = &mut self.standings[client as usize];
        debug_assert_eq!(standing.offer, NONE);
        (standing.offer, standing.cost) = (offer, cost);
        self.holders.link(client, offer);
    }

    /// Takes the place of a client away.
    pub(super) fn take(&mut self, client: u32) {
        let standing = &mut self.standings[client as usize];
        let offer = std::mem::replace(&mut standing.offer, NONE);
        debug_assert_ne!(offer, NONE);
        self.holders.unlink(client, offer);
    }

    /// Writes down what one client pays, up or down.
    pub(super) fn set_own(&mut self, client: u32, own: Money) {
        let before = std::mem::replace(&mut self.own[client as usize], own);
        if own > before {
            self.column_fronts.keys_fell(own - before);
        }
    }

    /// Writes down what the holders of an offer pay, after its price changed.
    pub(super) fn refresh_holders(&mut self, offer: u32) {
        let charge = self.charges[offer as usize];
        let mut holder = self.first_holder(offer);
        while holder != NONE {
            self.own[holder as usize] = Money::from(self.standings[holder as usize].cost) + charge;
            holder = self.next_holder(holder);
        }
    }

    /// The two best options of a client at the prices of now. A total that is not below the weight may be given
    /// as any lower number that is not below the weight either, because then the client stays.
    #[inline]
    pub(super) fn best(&mut self, rows: &mut Lists, client: u32) -> Best {
        let (listed, rest) = self.row_fronts.get(client as usize);
        let row = rows.get(client as usize);
        let best = two_least(&row[..listed], &self.charges);
        let weight = self.standings[client as usize].weight;
        if best.second.min(weight) <= rest {
            return Best { total: best.total.min(rest), ..best };
        }
        self.sort_row(rows, client)
    }

    #[cold]
    fn sort_row(&mut self, rows: &mut Lists, client: u32) -> Best {
        let row = rows.get_mut(client as usize);
        let charges = &self.charges;
        let total = |arc: &Arc| Money::from(arc.cost) + charges[arc.other as usize];
        let least = row.iter().map(total).min().unwrap_or(NOTHING);
        if least >= self.standings[client as usize].weight {
            // Most clients that will wait come here once, and need no more than this bound.
            self.row_fronts.set_bound(client as usize, least);
            return Best { offer: NONE, cost: 0, total: least, second: least };
        }
        self.row_fronts.sort(client as usize, row, total);
        let (listed, _) = self.row_fronts.get(client as usize);
        two_least(&row[..listed], charges)
    }

    /// Puts the clients at the front of a column that are nearest to taking a place of this offer.
    pub(super) fn sort_column(&mut self, columns: &mut Lists, offer: u32) {
        let own = &self.own;
        self.column_fronts.sort_in_order(offer as usize, columns.get_mut(offer as usize), |arc| {
            Money::from(arc.cost) - own[arc.other as usize]
        });
    }

    /// Whether everything holds that is stated above, and the bounds of the short lists. For checks: it reads all.
    pub(super) fn is_sound(&self, problem: &Problem) -> bool {
        let total = |arc: &Arc| Money::from(arc.cost) + self.charges[arc.other as usize];
        let clients = (0..self.standings.len()).all(|at| {
            let (standing, own, row) = (self.standings[at], self.own[at], problem.rows.get(at));
            let tight = standing.offer == NONE
                || own == Money::from(standing.cost) + self.charges[standing.offer as usize]
                    && row.iter().any(|arc| (arc.other, arc.cost) == (standing.offer, standing.cost));
            tight
                && own <= standing.weight
                && row.iter().all(|arc| total(arc) >= own)
                && self.row_fronts.holds(at, row, total)
        });
        let offers = (0..problem.capacities.len()).zip(0..).all(|(at, offer)| {
            let key = |arc: &Arc| Money::from(arc.cost) - self.own[arc.other as usize];
            let waits = |arc: &Arc| self.standings[arc.other as usize].offer == NONE;
            let mut count = 0;
            let mut holder = self.first_holder(offer);
            while holder != NONE && count <= problem.capacities[at] {
                count += u32::from(self.standings[holder as usize].offer == offer);
                holder = self.next_holder(holder);
            }
            self.price(problem, offer) >= 0
                && count == self.holder_count(offer)
                && count <= problem.capacities[at]
                && self.column_fronts.holds(at, problem.columns.get(at), key)
                && self.column_fronts.is_in_order(at, problem.columns.get(at), key, waits)
        });
        clients && offers
    }
}

impl Holders {
    fn link(&mut self, client: u32, offer: u32) {
        let head = std::mem::replace(&mut self.first[offer as usize], client);
        self.next[client as usize] = head;
        self.previous[client as usize] = NONE;
        if head != NONE {
            self.previous[head as usize] = client;
        }
        self.count[offer as usize] += 1;
    }

    fn unlink(&mut self, client: u32, offer: u32) {
        let (previous, next) = (self.previous[client as usize], self.next[client as usize]);
        if previous == NONE {
            self.first[offer as usize] = next;
        } else {
            self.next[previous as usize] = next;
        }
        if next != NONE {
            self.previous[next as usize] = previous;
        }
        self.count[offer as usize] -= 1;
    }
}

pub(super) fn weight(client: Client, gap: Money) -> Money {
    Money::from(client.stay) + gap * Money::from(client.class)
}

/// The least and the second least total. Of equal ones the first is the best.
#[inline]
fn two_least(arcs: &[Arc], charges: &[Money]) -> Best {
    let mut best = Best { offer: NONE, cost: 0, total: NOTHING, second: NOTHING };
    for arc in arcs {
        let total = Money::from(arc.cost) + charges[arc.other as usize];
        if total < best.second {
            if total < best.total {
                best = Best { offer: arc.other, cost: arc.cost, total, second: best.total };
            } else {
                best.second = total;
            }
        }
    }
    best
}
