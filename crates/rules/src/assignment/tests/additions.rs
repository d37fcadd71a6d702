//! What an addition brings is what a problem with it brings more, and none is passed over that brings something.

use proptest::prelude::*;

use super::instances::{Instance, any_instance, region};
use crate::assignment::{Edge, Method, Proof, Solver, Unwatched, Worth, gains, settle};

fn proof(instance: &Instance) -> Option<Proof> {
    Solver::new(instance.problem()).solve(Method::Automatic, &mut Unwatched).ok()
}

/// Puts every third option aside, in bundles of three at most.
fn without_some(mut instance: Instance) -> (Instance, Vec<Vec<Edge>>) {
    let mut at = 0;
    let mut aside = Vec::new();
    instance.edges.retain(|edge| {
        at += 1;
        if at % 3 == 0 {
            aside.push(*edge);
        }
        at % 3 != 0
    });
    (instance, aside.chunks(3).map(<[Edge]>::to_vec).collect())
}

/// What each bundle brings by solving from nothing, in order.
fn by_solving(instance: &Instance, bundles: &[Vec<Edge>]) -> Option<Vec<(usize, Worth, i64)>> {
    let sum = |proof: &Proof| i64::try_from(proof.class_sum).expect("few");
    let before = proof(instance)?;
    let mut found = Vec::new();
    for (at, bundle) in bundles.iter().enumerate() {
        let mut with = instance.clone();
        with.edges.extend(bundle);
        let after = proof(&with)?;
        let worth = Worth { class: sum(&after) - sum(&before), cost: before.objective - after.objective };
        let placed = i64::try_from(after.placed).expect("few") - i64::try_from(before.placed).expect("few");
        assert!(worth >= Worth::NONE, "more to choose from never lowers");
        if worth > Worth::NONE {
            found.push((at, worth, placed));
        }
    }
    found.sort_unstable_by_key(|(at, worth, _)| (std::cmp::Reverse(*worth), *at));
    Some(found)
}

/// Everybody a class higher, so that any place goes before none.
fn with_classes(mut instance: Instance) -> Instance {
    instance.clients.iter_mut().for_each(|client| client.class += 1);
    instance
}

fn check(instance: Instance) {
    let (instance, bundles) = without_some(instance);
    let Some(expected) = by_solving(&instance, &bundles) else { return };
    let mut solver = Solver::new(instance.problem());
    let before = solver.solve(Method::Automatic, &mut Unwatched).expect("it was solved");
    let settled = settle(solver.problem(), |client| solver.place_of(client), &[]).expect("an optimum");
    let all = gains(&mut solver, &settled, &bundles, usize::MAX, &mut Unwatched).expect("they fit");
    // Without a class it depends on the choice among equals how many are placed.
    let all_have_a_class = instance.clients.iter().all(|client| client.class > 0);
    let counted = |placed: i64| if all_have_a_class { placed } else { 0 };
    let found: Vec<_> =
        all.found.iter().map(|gain| (gain.addition, gain.worth, counted(gain.placed))).collect();
    let right: Vec<_> = expected.iter().map(|(at, worth, placed)| (*at, *worth, counted(*placed))).collect();
    assert_eq!(found, right);
    assert_eq!((all.left, all.bound), (0, Worth::NONE));
    let after = solver.certify(&mut Unwatched).expect("proven");
    assert_eq!((after.objective, after.class_sum), (before.objective, before.class_sum), "as it was");
    assert_eq!(Instance::of(solver.problem()).edges.len(), instance.edges.len());

    // Whoever works out fewer knows what can be missed at most.
    let some = gains(&mut solver, &settled, &bundles, 1, &mut Unwatched).expect("they fit");
    let solved = some.found.iter().map(|gain| gain.addition);
    let missed = expected.iter().filter(|(at, ..)| !solved.clone().any(|known| known == *at));
    assert!(missed.clone().count() <= some.left);
    assert!(missed.clone().all(|(_, worth, _)| *worth <= some.bound));
}

proptest! {
    #[test]
    fn an_addition_brings_what_a_solve_from_nothing_brings(instance in any_instance(8, 5, 3)) {
        check(instance.clone());
        check(with_classes(instance));
    }
}

#[test]
fn so_it_is_in_a_region() {
    for seed in 1..=4 {
        check(with_classes(region(seed, 60, 15, 30, 4)));
    }
}
