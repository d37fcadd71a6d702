//! The choice among equals: the same from every optimum, and what a place is worth is what one more would gain.

use proptest::prelude::*;

use super::instances::{Chance, Instance, any_instance, region};
use crate::assignment::{
    Change, Client, Edge, Method, Problem, Settled, Solver, Unwatched, Worth, justified_envy, settle,
};

fn solved(problem: Problem, method: Method) -> Option<Solver> {
    let mut solver = Solver::new(problem);
    solver.solve(method, &mut Unwatched).ok().map(|_| solver)
}

fn settled(solver: &Solver, order: &[u32]) -> Settled {
    settle(solver.problem(), |client| solver.place_of(client), order).expect("it is an optimum")
}

/// Sum of classes with a place, and what all costs.
fn value(problem: &Problem, place_of: impl Fn(u32) -> Option<u32>) -> Worth {
    let mut sum = Worth::NONE;
    for client in 0..u32::try_from(problem.client_count()).unwrap() {
        let weighs = problem.client(client);
        sum.cost -= match place_of(client) {
            Some(offer) => {
                sum.class += i64::from(weighs.class);
                problem.options(client).find(|(known, _)| *known == offer).expect("an option").1
            }
            None => i64::from(weighs.stay),
        };
    }
    sum
}

proptest! {
    #[test]
    fn both_methods_end_in_the_same_optimum(
        instance in any_instance(8, 5, 3), order in Just((0_u32..8).collect::<Vec<u32>>()).prop_shuffle(),
    ) {
        let count = instance.clients.len();
        let order: Vec<u32> = order.into_iter().filter(|client| (*client as usize) < count).collect();
        let solvers = [Method::Auction, Method::ShortestPaths].map(|method| solved(instance.problem(), method));
        if let [Some(one), Some(other)] = solvers {
            let chosen = settled(&one, &order);
            prop_assert_eq!(&chosen, &settled(&other, &order));
            let problem = one.problem();
            prop_assert_eq!(
                value(problem, |client| chosen.place_of(client)),
                value(problem, |client| one.place_of(client))
            );
            prop_assert_eq!(justified_envy(problem, |client| chosen.place_of(client)), Vec::<u32>::new());
        }
    }

    #[test]
    fn what_a_place_is_worth_is_what_one_more_would_gain(instance in any_instance(7, 4, 3)) {
        if let Some(solver) = solved(instance.problem(), Method::Automatic) {
            let (chosen, before) = (settled(&solver, &[]), value(solver.problem(), |client| solver.place_of(client)));
            for offer in 0..instance.capacities.len() {
                let mut more = instance.clone();
                more.capacities[offer] += 1;
                let after = solved(more.problem(), Method::Automatic);
                let Some(after) = after else { continue };
                let gained = value(after.problem(), |client| after.place_of(client)) - before;
                prop_assert_eq!(chosen.worth(u32::try_from(offer).unwrap()), gained);
            }
        }
    }
}

/// Clients that are alike, so that nearly everything is a choice among equals.
fn alike(seed: u64) -> Instance {
    let mut chance = Chance(seed);
    let clients = (0..40).map(|_| Client { stay: 100, class: chance.below(3) }).collect();
    let capacities = (0..8).map(|_| chance.below(5)).collect();
    let mut edges = Vec::new();
    for client in 0..40 {
        for offer in 0..8 {
            if chance.below(2) == 0 {
                edges.push(Edge { client, offer, cost: 10 * chance.below(3) });
            }
        }
    }
    Instance { clients, capacities, edges }
}

#[test]
fn after_changes_the_choice_is_that_of_a_solve_from_nothing() {
    for seed in 1..=12 {
        let instance = if seed % 2 == 0 { alike(seed) } else { region(seed, 120, 30, 60, 4) };
        let offers = u32::try_from(instance.capacities.len()).unwrap();
        let mut solver = solved(instance.problem(), Method::Automatic).expect("it can be solved");
        let mut chance = Chance(seed * 7919);
        for _ in 0..60 {
            let clients = u32::try_from(solver.problem().client_count()).unwrap();
            let offer = chance.below(offers);
            let client = chance.below(clients);
            let change = match chance.below(4) {
                0 => Change::Capacity { offer, capacity: chance.below(5) },
                1 => Change::Cost { client, offer, cost: 10 * chance.below(4) },
                2 => Change::Client { client, to: Client { stay: 100, class: chance.below(4) } },
                _ => Change::Arrives {
                    client: Client { stay: 100, class: chance.below(4) },
                    options: vec![(offer, 10 * chance.below(3))],
                },
            };
            solver.apply(&change).expect("it fits");
            solver.certify(&mut Unwatched).expect("it is proven");
            let anew = solved(Instance::of(solver.problem()).problem(), Method::Automatic).expect("solved");
            assert_eq!(settled(&solver, &[]), settled(&anew, &[]), "seed {seed}, {change:?}");
        }
    }
}

#[test]
fn who_comes_first_in_the_order_chooses_first_and_any_place_goes_before_waiting() {
    let clients = vec![Client { stay: 50, class: 1 }; 3];
    let edges = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)].map(|(client, offer)| Edge {
        client,
        offer,
        cost: 10,
    });
    let problem = || Problem::new(clients.clone(), vec![1, 1], edges).unwrap();
    let solver = solved(problem(), Method::Automatic).unwrap();
    for (order, places) in [
        (vec![0, 1, 2], [Some(0), Some(1), None]),
        (vec![2, 0, 1], [Some(1), None, Some(0)]),
        (vec![1], [Some(1), Some(0), None]),
    ] {
        let chosen = settled(&solver, &order);
        assert_eq!([0, 1, 2].map(|client| chosen.place_of(client)), places, "{order:?}");
        assert_eq!([0, 1].map(|offer| chosen.worth(offer)), [Worth { class: 1, cost: 40 }; 2]);
    }
}

#[test]
fn what_is_no_optimum_is_refused() {
    let clients = vec![Client { stay: 100, class: 0 }, Client { stay: 100, class: 0 }];
    let edges = [(0, 0, 10), (0, 1, 20), (1, 0, 20), (1, 1, 10)];
    let edges = edges.map(|(client, offer, cost)| Edge { client, offer, cost });
    let problem = Problem::new(clients, vec![1, 1], edges).unwrap();
    for places in [[Some(1), Some(0)], [None, Some(1)], [None, None]] {
        assert!(settle(&problem, |client| places[client as usize], &[]).is_err(), "{places:?}");
    }
    assert!(settle(&problem, Some, &[]).is_ok());
}
