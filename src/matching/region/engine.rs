//! Solves a region's problem, and solves it again after changes.
//!
//! Changes are made one by one where the problem is the same but for them; a problem that differs in most is solved from
//! nothing. Either way the answer is chosen among equals by the problem alone, so every server arrives at the same.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use rules::assignment::{
    Change, Client, Edge, Method, Problem, Progress, Proof, ProofError, Settled, Solver, Watch, Worth,
    justified_envy, settle,
};

use super::problem::{ClientFacts, Fit, RegionFacts};
use crate::error::{Error, Result};

/// A problem with its solution.
#[derive(Debug)]
pub struct Engine {
    solver: Solver,
    facts: RegionFacts,
    /// Clients of the solver by number, those that left included.
    clients: Vec<i64>,
    client_at: HashMap<i64, u32>,
    /// Offers of the solver by number, in order.
    offers: Vec<i64>,
    offer_at: HashMap<i64, u32>,
    proof: Proof,
}

/// What was found, by number of client and offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The sum of all costs, staying included.
    pub objective: i64,
    pub class_sum: u64,
    /// The offer of everybody who has a place.
    pub places: BTreeMap<i64, i64>,
    /// What one more place would be worth, where that is anything.
    pub worths: BTreeMap<i64, Worth>,
}

impl Engine {
    /// Solves from nothing.
    pub fn new(facts: RegionFacts) -> Result<Self> {
        let mut solver = Solver::new(problem_of(&facts)?);
        let proof = solver.solve(Method::Automatic, &mut Logged).map_err(Error::internal)?;
        let offers: Vec<i64> = facts.capacities.keys().copied().collect();
        let offer_at: HashMap<i64, u32> = offers.iter().copied().zip(0..).collect();
        let clients: Vec<i64> = facts.clients.keys().copied().collect();
        let client_at: HashMap<i64, u32> = clients.iter().copied().zip(0..).collect();
        Ok(Self { solver, facts, clients, client_at, offers, offer_at, proof })
    }

    /// The solution of another problem, reached by what changed. Tells whether changes were enough; otherwise it was
    /// solved from nothing.
    pub fn update(&mut self, facts: RegionFacts) -> Result<bool> {
        let changes = self.changes_to(&facts);
        let dead = self.clients.len() - self.client_at.len();
        let Some(changes) = changes
            .filter(|changes| changes.len() <= 50 + facts.clients.len() && dead <= 50 + self.client_at.len())
        else {
            *self = Self::new(facts)?;
            return Ok(false);
        };
        match self.apply(&changes) {
            Ok(proof) => {
                self.proof = proof;
                self.facts = facts;
                Ok(true)
            }
            Err(error) => {
                tracing::error!(%error, "the regional plan could not be proven after changes; it is solved from nothing");
                *self = Self::new(facts)?;
                Ok(false)
            }
        }
    }

    fn apply(&mut self, changes: &[ClientChange]) -> Result<Proof> {
        for change in changes {
            let arrived = self.solver.apply(&change.change).map_err(Error::internal)?;
            if let Some(number) = arrived {
                self.clients.push(change.client);
                self.client_at.insert(change.client, number);
            } else if matches!(change.change, Change::Leaves { .. }) {
                self.client_at.remove(&change.client);
            }
        }
        self.solver.prove().map_err(Error::internal)?;
        self.solver.certify(&mut Logged).map_err(Error::internal)
    }

    /// What must change for another problem; nothing when an offer came that the solver does not know.
    fn changes_to(&self, after: &RegionFacts) -> Option<Vec<ClientChange>> {
        let mut changes = Vec::new();
        for (offer, capacity) in &after.capacities {
            let known = *self.offer_at.get(offer)?;
            if self.facts.capacities.get(offer) != Some(capacity) {
                changes.push((0, Change::Capacity { offer: known, capacity: *capacity }));
            }
        }
        for (offer, before) in &self.facts.capacities {
            if *before > 0 && !after.capacities.contains_key(offer) {
                changes.push((0, Change::Capacity { offer: *self.offer_at.get(offer)?, capacity: 0 }));
            }
        }
        for (id, number) in &self.client_at {
            if !after.clients.contains_key(id) {
                changes.push((*id, Change::Leaves { client: *number }));
            }
        }
        for (id, client) in &after.clients {
            if let (Some(before), Some(number)) = (self.facts.clients.get(id), self.client_at.get(id)) {
                self.change_client(*number, before, client, |change| changes.push((*id, change)));
            } else {
                let options = self.known_options(client);
                changes.push((*id, Change::Arrives { client: weighs(client), options }));
            }
        }
        // Numbers of clients that left come from a table without an order.
        changes.sort_by_key(|(client, _)| *client);
        Some(changes.into_iter().map(|(client, change)| ClientChange { client, change }).collect())
    }

    fn known_options(&self, client: &ClientFacts) -> Vec<(u32, u32)> {
        let options = client.options.iter();
        options.filter_map(|(offer, fit)| Some((*self.offer_at.get(offer)?, fit.cost))).collect()
    }

    fn change_client(
        &self,
        client: u32,
        before: &ClientFacts,
        after: &ClientFacts,
        mut push: impl FnMut(Change),
    ) {
        if weighs(before) != weighs(after) {
            push(Change::Client { client, to: weighs(after) });
        }
        for (offer, fit) in &after.options {
            if let Some(&at) = self.offer_at.get(offer)
                && before.options.get(offer).map(|fit| fit.cost) != Some(fit.cost)
            {
                push(Change::Cost { client, offer: at, cost: fit.cost });
            }
        }
        for offer in before.options.keys() {
            if let Some(&at) = self.offer_at.get(offer)
                && !after.options.contains_key(offer)
            {
                push(Change::Excluded { client, offer: at });
            }
        }
    }

    /// How many wait with justified envy when places are given like this.
    pub fn envious(&self, places: &BTreeMap<i64, i64>) -> usize {
        let place_of =
            |client: u32| places.get(&self.clients[client as usize]).map(|offer| self.offer_at[offer]);
        justified_envy(self.solver.problem(), place_of).len()
    }

    pub fn facts(&self) -> &RegionFacts {
        &self.facts
    }

    pub fn solver(&self) -> &Solver {
        &self.solver
    }

    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// Clients and offers by their numbers in the problem.
    pub fn numbers(&self) -> (&[i64], &[i64]) {
        (&self.clients, &self.offers)
    }

    /// The answer that everybody arrives at.
    pub fn outcome(&self) -> Result<Outcome> {
        let settled = self.settled()?;
        let places = self
            .client_at
            .iter()
            .filter_map(|(id, number)| Some((*id, self.offers[settled.place_of(*number)? as usize])));
        let worths = self.offers.iter().zip(0..).map(|(id, number)| (*id, settled.worth(number)));
        Ok(Outcome {
            objective: self.proof.objective,
            class_sum: self.proof.class_sum,
            places: places.collect(),
            worths: worths.filter(|(_, worth)| *worth > Worth::NONE).collect(),
        })
    }

    /// Among equals who waits longest chooses first, and then the lowest number.
    pub fn settled(&self) -> Result<Settled> {
        let mut order: Vec<(&ClientFacts, i64, u32)> = self
            .client_at
            .iter()
            .filter_map(|(id, number)| Some((self.facts.clients.get(id)?, *id, *number)))
            .collect();
        order.sort_unstable_by_key(|(client, id, _)| (client.since, *id));
        let order: Vec<u32> = order.into_iter().map(|(.., number)| number).collect();
        let solver = &self.solver;
        settle(solver.problem(), |client| solver.place_of(client), &order).map_err(Error::internal)
    }
}

/// A change, and the client it is about (0 for an offer).
#[derive(Debug)]
struct ClientChange {
    client: i64,
    change: Change,
}

/// The problem that the solver takes: clients and offers in the order of their numbers.
pub fn problem_of(facts: &RegionFacts) -> Result<Problem> {
    let offer_at: HashMap<i64, u32> = facts.capacities.keys().copied().zip(0..).collect();
    let clients = facts.clients.values().map(weighs).collect();
    let edges = facts.clients.values().zip(0_u32..).flat_map(|(client, number)| {
        let known = |(offer, fit): (&i64, &Fit)| {
            offer_at.get(offer).map(|at| Edge { client: number, offer: *at, cost: fit.cost })
        };
        client.options.iter().filter_map(known).collect::<Vec<Edge>>()
    });
    let capacities = facts.capacities.values().copied().collect();
    Problem::new(clients, capacities, edges).map_err(Error::internal)
}

/// Lets a solve run to its end, and tells in the log of a proof that fails: the other method is tried then, so nothing
/// wrong is shown, but the solver has a defect.
struct Logged;

impl Watch for Logged {
    fn report(&mut self, _: Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn unproven(&mut self, error: ProofError) {
        tracing::error!(%error, "a solution of the regional plan could not be proven; it is solved in another way");
    }
}

fn weighs(client: &ClientFacts) -> Client {
    Client { stay: client.stay, class: client.class }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matching::region::problem::tests::some_client;

    fn client(class: u32, days: u64, options: Vec<(i64, u32)>) -> ClientFacts {
        let since = chrono::NaiveDate::default() + chrono::Days::new(days);
        ClientFacts { class, since, ..some_client(&options) }
    }

    fn any_facts() -> impl Strategy<Value = RegionFacts> {
        let options = prop::collection::vec((1_i64..7, (0_u32..4).prop_map(|cost| cost * 100)), 0..6);
        let one =
            (1_u32..4, 0_u64..3, options).prop_map(|(class, days, options)| client(class, days, options));
        let clients = prop::collection::btree_map(1_i64..30, one, 0..20);
        let capacities = prop::collection::vec(0_u32..4, 6);
        (clients, capacities).prop_map(|(clients, capacities)| RegionFacts {
            clients,
            capacities: (1_i64..).zip(capacities).collect(),
        })
    }

    proptest! {
        #[test]
        fn after_any_changes_the_answer_is_that_of_a_solve_from_nothing(
            all in prop::collection::vec(any_facts(), 2..8),
        ) {
            let mut engine = Engine::new(RegionFacts::default()).expect("nothing is a problem too");
            for facts in all {
                engine.update(facts.clone()).expect("solved");
                let anew = Engine::new(facts).expect("solved").outcome().expect("settled");
                prop_assert_eq!(engine.outcome().expect("settled"), anew);
            }
        }
    }

    #[test]
    fn one_change_is_made_as_a_change_and_a_new_offer_is_not() {
        let mut facts = RegionFacts {
            clients: [(7, client(1, 0, vec![(1, 100), (2, 300)])), (9, client(1, 1, vec![(1, 100)]))].into(),
            capacities: [(1, 1), (2, 0)].into(),
        };
        let mut engine = Engine::new(facts.clone()).expect("solved");
        assert_eq!(engine.outcome().expect("settled").places, [(7, 1)].into(), "who waits longest");
        facts.capacities.insert(2, 1);
        assert!(engine.update(facts.clone()).expect("solved"));
        let outcome = engine.outcome().expect("settled");
        assert_eq!((outcome.places, outcome.objective), ([(7, 2), (9, 1)].into(), 400));
        facts.capacities.insert(3, 1);
        assert!(!engine.update(facts).expect("solved"), "the solver knows no such offer");
    }
}
