//! Full solves.

use proptest::prelude::*;

use super::instances::{Instance, any_instance, region};
use super::oracles::{Value, by_brute_force, by_flow, by_greedy, by_kuhn_munkres};
use crate::assignment::{Client, Edge, Method, Problem, Solver, Unwatched, justified_envy};

const METHODS: [Method; 2] = [Method::Auction, Method::ShortestPaths];

/// Solves, checks all that can be checked without knowing the optimum, and gives its value.
fn solve(instance: &Instance, method: Method) -> Value {
    let mut solver = Solver::new(instance.problem());
    let proof = solver.solve(method, &mut Unwatched).unwrap();
    assert!(solver.is_sound());
    assert_eq!(solver.prove(), Ok(proof));
    assert_eq!(proof.objective, recount(instance, &solver));
    let envious = justified_envy(solver.problem(), |client| solver.place_of(client));
    assert!(envious.is_empty(), "{envious:?}");
    for client in 0..u32::try_from(instance.clients.len()).unwrap() {
        let considered = solver.considered(client);
        assert!(considered.is_sorted_by_key(|option| option.short_by));
        assert!(considered.iter().all(|option| option.short_by >= 0));
        match solver.place_of(client) {
            Some(offer) => {
                assert!(considered.iter().any(|option| (option.offer, option.short_by) == (offer, 0)));
            }
            None => assert_eq!(solver.gain(client), 0),
        }
    }
    (proof.class_sum, proof.objective)
}

/// The sum of costs from the instance alone.
fn recount(instance: &Instance, solver: &Solver) -> i64 {
    let mut used = vec![0; instance.capacities.len()];
    let mut sum = 0;
    for (id, client) in (0..).zip(&instance.clients) {
        sum += i64::from(match solver.place_of(id) {
            None => client.stay,
            Some(offer) => {
                used[offer as usize] += 1;
                let edge = instance.edges.iter().find(|edge| (edge.client, edge.offer) == (id, offer));
                edge.expect("an option").cost
            }
        });
    }
    assert!(used.iter().zip(&instance.capacities).all(|(used, capacity)| used <= capacity));
    sum
}

proptest! {
    #[test]
    fn tiny_ones_are_as_good_as_every_assignment(instance in any_instance(6, 4, 4)) {
        let best = by_brute_force(&instance);
        for method in METHODS {
            prop_assert_eq!(solve(&instance, method), best);
        }
        prop_assert_eq!(by_kuhn_munkres(&instance), best);
        prop_assert_eq!(by_greedy(&instance), best.0);
    }

    #[test]
    fn small_ones_are_as_good_as_kuhn_munkres(instance in any_instance(25, 10, 6)) {
        let best = by_kuhn_munkres(&instance);
        for method in METHODS {
            prop_assert_eq!(solve(&instance, method), best);
        }
        prop_assert_eq!(by_greedy(&instance), best.0);
    }

    #[test]
    fn without_classes_they_are_as_good_as_the_cheapest_flow(instance in any_instance(40, 12, 1)) {
        let best = by_flow(&instance);
        for method in METHODS {
            prop_assert_eq!(solve(&instance, method), (0, best));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Scarce, about enough, and plenty.
    #[test]
    fn regions_are_as_good_as_the_cheapest_flow(seed: u64, places in prop_oneof![Just(60), Just(300), Just(600)]) {
        let instance = region(seed, 300, 60, places, 1);
        let best = by_flow(&instance);
        for method in METHODS {
            prop_assert_eq!(solve(&instance, method), (0, best));
        }
    }

    #[test]
    fn regions_with_classes_place_whom_the_greedy_places(seed: u64, places in prop_oneof![Just(40), Just(200)]) {
        let instance = region(seed, 200, 40, places, 30);
        let [one, other] = METHODS.map(|method| solve(&instance, method));
        prop_assert_eq!(one, other);
        prop_assert_eq!(one.0, by_greedy(&instance));
    }

    #[test]
    fn the_same_input_gives_the_same_solution(seed: u64) {
        let instance = region(seed, 120, 30, 60, 5);
        for method in METHODS {
            let [one, two] = [(); 2].map(|()| {
                let mut solver = Solver::new(instance.problem());
                solver.solve(method, &mut Unwatched).unwrap();
                let places: Vec<_> = (0..120).map(|client| solver.place_of(client)).collect();
                let prices: Vec<_> = (0..30).map(|offer| solver.price(offer)).collect();
                (places, prices)
            });
            prop_assert_eq!(one, two);
        }
    }
}

/// A chain of clients with a class, each of whom would have to move at the highest cost there is, so that one more
/// finds a place.
fn chain(length: u32) -> Instance {
    let dear = (1 << 31) - 1;
    let mut edges = vec![Edge { client: 0, offer: 0, cost: 0 }];
    for client in 1..=length {
        edges.push(Edge { client, offer: client - 1, cost: 0 });
        edges.push(Edge { client, offer: client, cost: dear });
    }
    let clients = vec![Client { stay: 0, class: 1 }; length as usize + 1];
    Instance { clients, capacities: vec![1; length as usize + 1], edges }
}

#[test]
fn the_gap_grows_until_classes_go_first() {
    let instance = chain(20);
    for method in METHODS {
        let mut solver = Solver::new(instance.problem());
        let proof = solver.solve(method, &mut Unwatched).unwrap();
        assert_eq!(proof.class_sum, 21);
        assert_eq!(proof.objective, 20 * ((1 << 31) - 1));
        // The first gap would have left one client waiting.
        assert!(proof.gap > 20 * (1 << 30));
    }
}

#[test]
fn a_gap_beyond_all_numbers_is_an_error_and_changes_nothing() {
    let mut solver = Solver::new(chain(600).problem());
    let error = solver.solve(Method::Automatic, &mut Unwatched).unwrap_err();
    assert_eq!(error, crate::assignment::SolveError::GapTooLarge);
    assert!((0..=600).all(|client| solver.place_of(client).is_none()));
    assert!(solver.is_sound());
}

#[test]
fn envy_is_found_where_it_is_justified() {
    let client = |class| Client { stay: 100, class };
    let edges = [(0, 0, 10), (1, 0, 20), (2, 0, 5), (2, 1, 500), (3, 1, 500)];
    let edges = edges.map(|(client, offer, cost)| Edge { client, offer, cost });
    let problem = Problem::new(vec![client(1), client(2), client(2), client(0)], vec![1, 1], edges).unwrap();
    let envious = |places: [Option<u32>; 4]| justified_envy(&problem, |client| places[client as usize]);
    // 1 and 2 are of a higher class than 0, and 2 could have had the free place; 3 would rather stay.
    assert_eq!(envious([Some(0), None, None, None]), [1, 2]);
    assert_eq!(envious([None, Some(0), Some(1), None]), []);
    // Whoever is of the same class does not envy.
    assert_eq!(envious([None, Some(0), None, Some(1)]), [2]);
    assert_eq!(envious([None, None, Some(0), Some(1)]), []);
}

#[test]
fn an_option_is_read_once_and_within_limits() {
    use crate::assignment::ProblemError::{
        ClassOutOfRange, CostOutOfRange, TwiceTheSame, UnknownClient, UnknownOffer,
    };
    let make = |client: Client, edges: &[(u32, u32, u32)]| {
        let edges = edges.iter().map(|&(client, offer, cost)| Edge { client, offer, cost });
        Problem::new(vec![client; 2], vec![1; 2], edges).err()
    };
    let plain = Client { stay: 1, class: 0 };
    assert_eq!(make(plain, &[(0, 0, 1), (0, 1, 1), (1, 0, 1)]), None);
    assert_eq!(make(plain, &[(1, 0, 1), (0, 1, 1), (0, 0, 1)]), None);
    assert_eq!(make(plain, &[(0, 0, 1), (0, 0, 2)]), Some(TwiceTheSame { client: 0, offer: 0 }));
    assert_eq!(make(plain, &[(1, 0, 1), (0, 1, 1), (1, 0, 1)]), Some(TwiceTheSame { client: 1, offer: 0 }));
    assert_eq!(make(plain, &[(2, 0, 1)]), Some(UnknownClient(2)));
    assert_eq!(make(plain, &[(0, 2, 1)]), Some(UnknownOffer(2)));
    assert_eq!(make(plain, &[(0, 0, 1 << 31)]), Some(CostOutOfRange));
    assert_eq!(make(Client { stay: 1 << 31, class: 0 }, &[]), Some(CostOutOfRange));
    assert_eq!(make(Client { stay: 0, class: 1 << 20 }, &[]), Some(ClassOutOfRange));
}
