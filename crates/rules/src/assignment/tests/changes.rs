//! Changes: after each of them the solution is as good as a solve from nothing.

use proptest::prelude::*;

use super::instances::{Chance, Instance, any_instance, region};
use crate::assignment::{Change, Client, Method, ProblemError, Solver, Unwatched, justified_envy};

/// A change with numbers that often, but not always, fit the problem.
fn any_change(classes: u32) -> impl Strategy<Value = Change> {
    let cost = || prop_oneof![4 => 0_u32..6, 4 => 0_u32..2_000, 1 => Just((1 << 31) - 1)];
    let client = (cost(), 0..classes).prop_map(|(stay, class)| Client { stay, class });
    let id = 0_u32..10;
    let offer = 0_u32..6;
    prop_oneof![
        (client.clone(), prop::collection::vec((offer.clone(), cost()), 0..6))
            .prop_map(|(client, options)| Change::Arrives { client, options }),
        id.clone().prop_map(|client| Change::Leaves { client }),
        (offer.clone(), 0_u32..4).prop_map(|(offer, capacity)| Change::Capacity { offer, capacity }),
        (id.clone(), client).prop_map(|(client, to)| Change::Client { client, to }),
        (id.clone(), offer.clone(), cost()).prop_map(|(client, offer, cost)| Change::Cost {
            client,
            offer,
            cost
        }),
        (id, offer.clone()).prop_map(|(client, offer)| Change::Excluded { client, offer }),
        (offer, prop_oneof![-6_i32..6, -900_i32..900, Just(i32::MAX), Just(i32::MIN)])
            .prop_map(|(offer, by)| Change::Shift { offer, by }),
    ]
}

/// What a change does to the plain values, or `None` if they do not allow it.
fn changed(mut instance: Instance, change: &Change) -> Option<Instance> {
    let Instance { clients, capacities, edges } = &mut instance;
    let count = u32::try_from(clients.len()).unwrap();
    let offers = u32::try_from(capacities.len()).unwrap();
    let edge = |client, offer, cost| crate::assignment::Edge { client, offer, cost };
    match *change {
        Change::Arrives { client, ref options } => {
            let mut names: Vec<u32> = options.iter().map(|option| option.0).collect();
            names.sort_unstable();
            names.dedup();
            if names.len() < options.len() || names.iter().any(|offer| *offer >= offers) {
                return None;
            }
            clients.push(client);
            edges.extend(options.iter().map(|&(offer, cost)| edge(count, offer, cost)));
        }
        Change::Leaves { client } => {
            *clients.get_mut(client as usize)? = Client { stay: 0, class: 0 };
            edges.retain(|edge| edge.client != client);
        }
        Change::Capacity { offer, capacity } => *capacities.get_mut(offer as usize)? = capacity,
        Change::Client { client, to } => *clients.get_mut(client as usize)? = to,
        Change::Cost { client, offer, cost } => {
            if client >= count || offer >= offers {
                return None;
            }
            edges.retain(|edge| (edge.client, edge.offer) != (client, offer));
            edges.push(edge(client, offer, cost));
        }
        Change::Excluded { client, offer } => {
            let before = edges.len();
            edges.retain(|edge| (edge.client, edge.offer) != (client, offer));
            if edges.len() == before {
                return None;
            }
        }
        Change::Shift { offer, by } => {
            if offer >= offers {
                return None;
            }
            for edge in edges.iter_mut().filter(|edge| edge.offer == offer) {
                edge.cost = edge.cost.checked_add_signed(by).filter(|cost| *cost < 1 << 31)?;
            }
        }
    }
    edges.sort_unstable_by_key(|edge| (edge.client, edge.offer));
    Some(instance)
}

fn sorted(mut instance: Instance) -> Instance {
    instance.edges.sort_unstable_by_key(|edge| (edge.client, edge.offer));
    instance
}

/// Makes changes one by one and checks everything after each.
fn follow(instance: Instance, changes: impl IntoIterator<Item = Change>) {
    let mut solver = Solver::new(instance.problem());
    solver.solve(Method::Automatic, &mut Unwatched).unwrap();
    let mut expected = sorted(instance);
    for change in changes {
        let places = |solver: &Solver| -> Vec<Option<u32>> {
            (0..solver.problem().client_count())
                .map(|id| solver.place_of(u32::try_from(id).unwrap()))
                .collect()
        };
        let before = places(&solver);
        match (changed(expected.clone(), &change), solver.apply(&change)) {
            (Some(next), Ok(arrived)) => {
                let new = next.clients.len() > expected.clients.len();
                assert_eq!(arrived, new.then(|| u32::try_from(expected.clients.len()).unwrap()));
                expected = next;
            }
            (None, Err(_)) => assert_eq!(before, places(&solver), "{change:?} was refused"),
            (next, answer) => panic!("{change:?}: {answer:?}, but {next:?}"),
        }
        assert_eq!(sorted(Instance::of(solver.problem())), expected, "after {change:?}");
        assert!(solver.is_sound(), "after {change:?}");
        let proof = solver.prove().unwrap();

        let mut anew = Solver::new(expected.problem());
        let full = anew.solve(Method::Automatic, &mut Unwatched).unwrap();
        if full.gap == proof.gap {
            assert_eq!((proof.objective, proof.class_sum), (full.objective, full.class_sum), "{change:?}");
        }
        let mut certified = solver.clone();
        let certain = certified.certify(&mut Unwatched).unwrap();
        assert_eq!((certain.objective, certain.class_sum), (full.objective, full.class_sum), "{change:?}");
        let envious = justified_envy(certified.problem(), |client| certified.place_of(client));
        assert!(envious.is_empty(), "{envious:?}");
    }
}

proptest! {
    #[test]
    fn any_changes_of_small_problems(
        instance in any_instance(8, 6, 1),
        changes in prop::collection::vec(any_change(1), 1..25),
    ) {
        follow(instance, changes);
    }

    #[test]
    fn any_changes_of_small_problems_with_classes(
        instance in any_instance(8, 6, 4),
        changes in prop::collection::vec(any_change(4), 1..25),
    ) {
        follow(instance, changes);
    }
}

/// Changes as a region sees them.
fn daily(instance: &Instance, chance: &mut Chance, count: usize) -> Vec<Change> {
    let clients = u32::try_from(instance.clients.len()).unwrap();
    let offers = u32::try_from(instance.capacities.len()).unwrap();
    let change = |_| {
        let (client, offer) = (chance.below(clients), chance.below(offers));
        match chance.below(7) {
            0 => Change::Leaves { client },
            1 => Change::Capacity { offer, capacity: chance.below(8) },
            2 => {
                let class = instance.clients[client as usize].class;
                Change::Client { client, to: Client { stay: 100 * chance.below(80), class } }
            }
            3 => Change::Cost { client, offer, cost: chance.below(900) },
            4 => Change::Shift { offer, by: 100 * (i32::try_from(chance.below(9)).unwrap() - 3) },
            _ => {
                let from = chance.below(offers);
                let options = (from..offers).step_by(3).map(|offer| (offer, chance.below(900))).collect();
                Change::Arrives { client: Client { stay: 100 * chance.below(80), class: 0 }, options }
            }
        }
    };
    (0..count).map(change).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn many_changes_of_a_region(seed: u64, classes in prop_oneof![Just(1_u32), Just(9)]) {
        let instance = region(seed, 100, 30, 60, classes);
        let changes = daily(&instance, &mut Chance(!seed), 80);
        // A shift that would take a cost below zero is refused, by both.
        follow(instance, changes);
    }
}

#[test]
fn changes_together_are_proven_at_the_end() {
    let instance = region(5, 100, 30, 60, 4);
    let changes: Vec<Change> = daily(&instance, &mut Chance(6), 40)
        .into_iter()
        .filter(|change| !matches!(change, Change::Shift { .. }))
        .collect();
    let mut solver = Solver::new(instance.problem());
    solver.solve(Method::Automatic, &mut Unwatched).unwrap();
    let proof = solver.apply_all(&changes, &mut Unwatched).unwrap();
    let mut anew = Solver::new(Instance::of(solver.problem()).problem());
    let full = anew.solve(Method::Automatic, &mut Unwatched).unwrap();
    assert_eq!((proof.objective, proof.class_sum), (full.objective, full.class_sum));
}

#[test]
fn a_refused_change_ends_a_series_and_names_itself() {
    use crate::assignment::ApplyError;
    let instance = region(7, 20, 5, 10, 1);
    let mut solver = Solver::new(instance.problem());
    solver.solve(Method::Automatic, &mut Unwatched).unwrap();
    let changes = [Change::Leaves { client: 3 }, Change::Leaves { client: 99 }, Change::Leaves { client: 4 }];
    let refused = solver.apply_all(&changes, &mut Unwatched);
    assert_eq!(refused, Err(ApplyError::Refused { at: 1, error: ProblemError::UnknownClient(99) }));
    assert_eq!(solver.problem().options(3).count(), 0);
    assert!(solver.problem().options(4).count() > 0);
    assert!(solver.prove().is_ok());
}

/// Shifts that go far one way and costs that go far the other do not fit one number; they are put together again.
#[test]
fn surcharges_and_costs_can_be_far_apart() {
    let limit = 1_u32 << 31;
    let client = Client { stay: limit - 1, class: 0 };
    let instance = Instance { clients: vec![client; 2], capacities: vec![1], edges: Vec::new() };
    let far = i32::try_from(limit - 10).unwrap();
    let first = Change::Cost { client: 0, offer: 0, cost: 5 };
    let second = |cost| Change::Cost { client: 1, offer: 0, cost };
    follow(
        instance,
        [
            first,
            Change::Shift { offer: 0, by: far },
            second(1),
            Change::Shift { offer: 0, by: -1 },
            Change::Excluded { client: 0, offer: 0 },
            Change::Shift { offer: 0, by: far },
            Change::Shift { offer: 0, by: -far },
            second(limit - 1),
            Change::Cost { client: 0, offer: 0, cost: 3 },
            Change::Capacity { offer: 0, capacity: 2 },
        ],
    );
}
