//! Who can be placed at all: the greedy of a transversal matroid.
//!
//! The sets of clients that can all be placed at once are the independent sets of a matroid (Edmonds and Fulkerson
//! 1965). So going down the list by class and admitting whoever an augmenting path makes room for gives the best
//! sum of classes there is, and places the maximum number of clients (Rado 1957, Edmonds 1971). That sum is what a
//! lexicographic solve is checked against.
//!
//! It gives more. When the search for a client fails, the offers it came by are full of clients who go before it,
//! and no later path leads out of them: they close. The weight of the client that closed an offer is an optimal
//! price of it in the problem without costs. With costs it is off by no more than a few of them, which makes it the
//! place to start an auction from.

use super::problem::{NONE, Problem};
use super::progress::{Cancelled, Steps};

/// Marks of offers. Every search has a number of its own, between those.
const HAS_ROOM: u32 = 0;
const FULL: u32 = 1;
const CLOSED: u32 = u32::MAX;

/// What the greedy found.
pub(super) struct Admitted {
    /// For each offer the client that closed it, or [`NONE`].
    pub(super) closed_by: Vec<u32>,
    /// For each client that was passed over because all its offers had closed, a client that goes before it and
    /// that no open offer was left for either; otherwise [`NONE`].
    pub(super) shut_by: Vec<u32>,
    /// The best sum of classes.
    pub(super) class_sum: u64,
}

struct Greedy<'a> {
    problem: &'a Problem,
    left: Vec<u32>,
    place: Vec<u32>,
    /// The holders of each offer, as lists through the clients.
    first: Vec<u32>,
    next: Vec<u32>,
    /// The rows of these clients have no offer with room, and never will again (the lookahead of MC21, Duff 1981).
    is_exhausted: Vec<bool>,
    marks: Vec<u32>,
    /// Who would move to an offer.
    mover: Vec<u32>,
    queue: Vec<u32>,
}

pub(super) fn admit(problem: &Problem, steps: &mut Steps) -> Result<Admitted, Cancelled> {
    let (clients, offers) = (problem.client_count(), problem.offer_count());
    let mut greedy = Greedy {
        problem,
        left: problem.capacities.clone(),
        place: vec![NONE; clients],
        first: vec![NONE; offers],
        next: vec![NONE; clients],
        is_exhausted: vec![false; clients],
        marks: problem
            .capacities
            .iter()
            .map(|&capacity| if capacity > 0 { HAS_ROOM } else { FULL })
            .collect(),
        mover: vec![NONE; offers],
        queue: Vec::new(),
    };
    let mut admitted = Admitted { closed_by: vec![NONE; offers], shut_by: vec![NONE; clients], class_sum: 0 };
    let mut open = greedy.problem.option_count();
    let mut look_again = open / 2;
    let order = by_weight(problem);
    for (&client, round) in order.iter().zip(FULL + 1..) {
        if admitted.shut_by[client as usize] != NONE {
            continue;
        }
        steps.step()?;
        if greedy.search(client, round) {
            admitted.class_sum += u64::from(problem.clients[client as usize].class);
            continue;
        }
        for &offer in &greedy.queue {
            greedy.marks[offer as usize] = CLOSED;
            admitted.closed_by[offer as usize] = client;
            open -= problem.columns.get(offer as usize).len();
        }
        if open <= look_again {
            look_again = open / 2;
            greedy.pass_over(client, &mut admitted.shut_by);
        }
    }
    Ok(admitted)
}

/// By class, then by stay cost, from high to low; ties by id.
fn by_weight(problem: &Problem) -> Vec<u32> {
    let mut keys: Vec<(u64, u32)> = problem
        .clients
        .iter()
        .zip(0..)
        .map(|(client, id)| (!(u64::from(client.class) << 32 | u64::from(client.stay)), id))
        .collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, id)| id).collect()
}

impl Greedy<'_> {
    /// Most clients come when nothing is left for them. They are found from the few offers that are still open,
    /// without reading all they could once have had.
    fn pass_over(&self, client: u32, shut_by: &mut [u32]) {
        let mut has_open = vec![false; shut_by.len()];
        for (offer, _) in self.marks.iter().enumerate().filter(|(_, mark)| **mark != CLOSED) {
            for arc in self.problem.columns.get(offer) {
                has_open[arc.other as usize] = true;
            }
        }
        for (shut, _) in shut_by.iter_mut().zip(has_open).filter(|(shut, open)| **shut == NONE && !open) {
            *shut = client;
        }
    }

    /// Breadth first over offers that are full, until a client is found who can move to a free place.
    fn search(&mut self, client: u32, round: u32) -> bool {
        self.queue.clear();
        if let Some(end) = self.expand(client, round) {
            self.augment(end);
            return true;
        }
        let mut head = 0;
        while head < self.queue.len() {
            let mut holder = self.first[self.queue[head] as usize];
            head += 1;
            while holder != NONE {
                if let Some(end) = self.expand(holder, round) {
                    self.augment(end);
                    return true;
                }
                holder = self.next[holder as usize];
            }
        }
        false
    }

    /// Adds what a client could move to, or finds that one of those has room.
    fn expand(&mut self, client: u32, round: u32) -> Option<u32> {
        let row = self.problem.rows.get(client as usize);
        let exhausted = &mut self.is_exhausted[client as usize];
        if !*exhausted {
            if let Some(arc) = row.iter().find(|arc| self.marks[arc.other as usize] == HAS_ROOM) {
                self.mover[arc.other as usize] = client;
                return Some(arc.other);
            }
            *exhausted = true;
        }
        for arc in row {
            let mark = &mut self.marks[arc.other as usize];
            if *mark < round {
                *mark = round;
                self.mover[arc.other as usize] = client;
                self.queue.push(arc.other);
            }
        }
        None
    }

    /// Moves everybody on the path, from its end to the client it began with.
    fn augment(&mut self, mut offer: u32) {
        self.left[offer as usize] -= 1;
        if self.left[offer as usize] == 0 {
            self.marks[offer as usize] = FULL;
        }
        loop {
            let client = self.mover[offer as usize];
            let left = self.place[client as usize];
            if left != NONE {
                self.unlink(client, left);
            }
            self.place[client as usize] = offer;
            self.next[client as usize] = std::mem::replace(&mut self.first[offer as usize], client);
            if left == NONE {
                return;
            }
            offer = left;
        }
    }

    fn unlink(&mut self, client: u32, offer: u32) {
        let next = self.next[client as usize];
        let mut at = self.first[offer as usize];
        if at == client {
            self.first[offer as usize] = next;
            return;
        }
        while self.next[at as usize] != client {
            at = self.next[at as usize];
        }
        self.next[at as usize] = next;
    }
}
