//! Problems to try.

use proptest::prelude::*;

use crate::assignment::{Client, Edge, Problem};

/// A problem as plain values, from which oracles read too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instance {
    pub(super) clients: Vec<Client>,
    pub(super) capacities: Vec<u32>,
    pub(super) edges: Vec<Edge>,
}

impl Instance {
    pub(super) fn problem(&self) -> Problem {
        Problem::new(self.clients.clone(), self.capacities.clone(), self.edges.iter().copied()).unwrap()
    }

    /// The present state of a problem that changed.
    pub(super) fn of(problem: &Problem) -> Self {
        let clients = 0..u32::try_from(problem.client_count()).unwrap();
        let offers = 0..u32::try_from(problem.offer_count()).unwrap();
        let options = |client| {
            let edge = move |(offer, cost)| Edge { client, offer, cost: u32::try_from(cost).unwrap() };
            problem.options(client).map(edge)
        };
        Self {
            edges: clients.clone().flat_map(options).collect(),
            clients: clients.map(|client| problem.client(client)).collect(),
            capacities: offers.map(|offer| problem.capacity(offer)).collect(),
        }
    }
}

/// Costs with many ties, with few, and up to the limit.
fn any_cost_limit() -> impl Strategy<Value = u32> {
    prop_oneof![Just(4), Just(2_000), Just(1 << 31)]
}

/// A problem of at most this size. Classes are below the last number; 1 means none.
pub(super) fn any_instance(clients: usize, offers: usize, classes: u32) -> impl Strategy<Value = Instance> {
    (0..=clients, 0..=offers, any_cost_limit(), any_cost_limit()).prop_flat_map(
        move |(clients, offers, cost_limit, stay_limit)| {
            let client = (0..stay_limit, 0..classes).prop_map(|(stay, class)| Client { stay, class });
            let option = prop::option::weighted(0.6, 0..cost_limit);
            (
                prop::collection::vec(client, clients),
                prop::collection::vec(0_u32..4, offers),
                prop::collection::vec(option, clients * offers),
            )
                .prop_map(move |(clients, capacities, options)| {
                    let mut pairs = (0..).zip(options);
                    let edges = pairs.by_ref().filter_map(|(at, cost)| {
                        let (client, offer) = (at / offers, at % offers);
                        Some(Edge {
                            client: u32::try_from(client).ok()?,
                            offer: u32::try_from(offer).ok()?,
                            cost: cost?,
                        })
                    });
                    Instance { edges: edges.collect(), clients, capacities }
                })
        },
    )
}

/// A small generator (`SplitMix64`, Steele, Lea and Flood 2014), for problems too large to be shrunk.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(super) fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.next() % u64::from(limit)).unwrap()
    }
}

/// Clients and offers on a map: who is near has an option, and costs grow with distance. Rows and columns are long
/// enough for their short lists to be short.
pub(super) fn region(seed: u64, clients: u32, offers: u32, places: u32, classes: u32) -> Instance {
    let mut chance = Chance(seed);
    let mut point = |_| (i64::from(chance.below(1000)), i64::from(chance.below(1000)));
    let homes: Vec<_> = (0..clients).map(&mut point).collect();
    let sites: Vec<_> = (0..offers).map(&mut point).collect();
    let mut edges = Vec::new();
    for (client, home) in (0..).zip(&homes) {
        for (offer, site) in (0..).zip(&sites) {
            let distance = (home.0 - site.0).abs() + (home.1 - site.1).abs();
            if distance < 700 && chance.below(10) < 8 {
                let cost = u32::try_from(distance).unwrap() + chance.below(300);
                edges.push(Edge { client, offer, cost });
            }
        }
    }
    let clients = (0..clients)
        .map(|_| Client { stay: 800 + 100 * chance.below(60), class: chance.below(classes) })
        .collect();
    let capacities = (0..offers).map(|_| chance.below(2 * places / offers + 1)).collect();
    Instance { clients, capacities, edges }
}
