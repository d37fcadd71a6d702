//! A proof that cannot fail proves nothing: every way in which a solution can be wrong is tried.

use std::ops::ControlFlow;

use super::instances::{Instance, region};
use crate::assignment::classes::{Kept, by_auction, by_shortest_paths, nobody_placed, solve, solve_by};
use crate::assignment::problem::NONE;
use crate::assignment::progress::Cancelled;
use crate::assignment::proof::prove;
use crate::assignment::shortest_paths::Searches;
use crate::assignment::state::State;
use crate::assignment::{
    Client, Edge, Method, Money, Problem, Progress, ProofError, SolveError, Solver, Unwatched, Watch,
};

fn solved(instance: &Instance) -> (Problem, State) {
    let mut problem = instance.problem();
    let mut searches = Searches::new(&problem);
    let kept = Kept::new(&mut searches, None);
    let (state, _) = solve(&mut problem, kept, Method::Automatic, &mut Unwatched).unwrap();
    assert!(prove(&problem, &state).is_ok());
    (problem, state)
}

#[test]
fn every_price_must_be_right() {
    let (problem, state) = solved(&region(11, 100, 20, 60, 1));
    let mut wrong = 0;
    for offer in 0..20 {
        for by in [-1, 1, 1_000_000] {
            let mut state = state.clone();
            state.charges[offer] += by;
            let is_optimal_too = prove(&problem, &state).is_ok();
            // Prices of an optimum need not be unique, but each has its limits.
            wrong += i32::from(!is_optimal_too);
            assert!(by < 1_000_000 || !is_optimal_too || problem.capacities[offer] == 0, "offer {offer}");
        }
    }
    assert!(wrong > 20, "{wrong}");
}

#[test]
fn a_price_below_zero_is_told() {
    let (problem, mut state) = solved(&region(12, 100, 20, 400, 1));
    state.charges[7] = -1;
    assert_eq!(prove(&problem, &state), Err(ProofError::NegativePrice(7)));
}

#[test]
fn everybody_must_be_where_it_is_best() {
    let (problem, state) = solved(&region(13, 100, 20, 60, 1));
    for client in 0..100 {
        let mut state = state.clone();
        let standing = state.standings[client as usize];
        if standing.offer == NONE {
            continue;
        }
        let gain = standing.weight - state.own[client as usize];
        state.take(client);
        assert_eq!(prove(&problem, &state).is_err(), gain > 0 || state.price(&problem, standing.offer) > 0);
    }
}

#[test]
fn nobody_has_what_is_not_an_option() {
    let (problem, state) = solved(&region(14, 100, 20, 60, 1));
    let client = (0..100).find(|&client| state.standings[client as usize].offer != NONE).unwrap();
    let id = problem.outside[client as usize];
    let standing = state.standings[client as usize];
    let is_option = |offer: u32| problem.options(id).any(|option| option.0 == offer);
    let elsewhere = (0..20).find(|offer| !is_option(*offer)).unwrap();

    let mut cheaper = state.clone();
    cheaper.standings[client as usize].cost -= 1;
    assert_eq!(prove(&problem, &cheaper), Err(ProofError::NotAnOption(id)));

    let mut moved = state;
    moved.take(client);
    moved.put(client, elsewhere, standing.cost);
    assert_eq!(prove(&problem, &moved), Err(ProofError::NotAnOption(id)));
}

#[test]
fn no_offer_has_more_clients_than_places() {
    let clients = vec![Client { stay: 10, class: 0 }; 2];
    let edges = vec![Edge { client: 0, offer: 0, cost: 1 }, Edge { client: 1, offer: 0, cost: 1 }];
    let (problem, mut state) = solved(&Instance { clients, capacities: vec![1], edges });
    let waiting = (0..2).find(|&client| state.standings[client as usize].offer == NONE).unwrap();
    state.put(waiting, 0, 1);
    assert_eq!(prove(&problem, &state), Err(ProofError::OverCapacity(0)));
}

/// A method that believes nobody can have a place.
#[expect(clippy::unnecessary_wraps, reason = "methods can be stopped")]
fn lazy(problem: &mut Problem, gap: Money, _: &mut Kept<'_>, _: &mut dyn Watch) -> Result<State, Cancelled> {
    Ok(nobody_placed(problem, gap))
}

/// Keeps what it is told of proofs that failed.
#[derive(Default)]
struct Told(Vec<ProofError>);

impl Watch for Told {
    fn report(&mut self, _: Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn unproven(&mut self, error: ProofError) {
        self.0.push(error);
    }
}

#[test]
fn of_a_proof_that_fails_somebody_hears() {
    let instance = region(15, 100, 20, 60, 5);
    let mut problem = instance.problem();
    let mut searches = Searches::new(&problem);
    let mut told = Told::default();
    solve_by(&mut problem, Kept::new(&mut searches, None), [by_auction, by_shortest_paths], &mut told)
        .unwrap();
    assert_eq!(told.0, [], "there is nothing to tell of a proof that holds");
    solve_by(&mut problem, Kept::new(&mut searches, None), [lazy, by_shortest_paths], &mut told).unwrap();
    assert!(matches!(told.0[..], [ProofError::NotOptimal { .. }, ..]), "{:?}", told.0);

    // After changes too: the broken solution is told of and replaced.
    let mut solver = Solver::new(instance.problem());
    let proof = solver.solve(Method::Automatic, &mut Unwatched).unwrap();
    solver.state_mut().charges[3] = -1;
    let mut told = Told::default();
    assert_eq!(solver.certify(&mut told).unwrap().objective, proof.objective);
    assert_eq!(told.0, [ProofError::NegativePrice(3)]);
}

#[test]
fn what_one_method_cannot_prove_the_other_solves() {
    for classes in [1, 5] {
        let mut problem = region(15, 100, 20, 60, classes).problem();
        let mut searches = Searches::new(&problem);
        let (_, proof) =
            solve(&mut problem, Kept::new(&mut searches, None), Method::Automatic, &mut Unwatched).unwrap();
        for good in [by_auction, by_shortest_paths] {
            let (state, other) =
                solve_by(&mut problem, Kept::new(&mut searches, None), [lazy, good], &mut Unwatched).unwrap();
            assert_eq!((other.objective, other.class_sum), (proof.objective, proof.class_sum));
            assert_eq!(prove(&problem, &state), Ok(other));
        }
        let unproven = solve_by(&mut problem, Kept::new(&mut searches, None), [lazy, lazy], &mut Unwatched);
        assert!(matches!(unproven, Err(SolveError::Unproven(ProofError::NotOptimal { .. }))));
    }
}
