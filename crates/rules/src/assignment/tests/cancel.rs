//! Who watches can stop, and nothing is half done.

use std::ops::ControlFlow;

use super::instances::{Instance, region};
use crate::assignment::{
    ApplyError, Change, Method, Progress, SolveError, Solver, Stage, Unwatched, justified_envy,
};

fn places(solver: &Solver) -> Vec<Option<u32>> {
    (0..solver.problem().client_count()).map(|id| solver.place_of(u32::try_from(id).unwrap())).collect()
}

/// All that a solve reports.
fn reports(instance: &Instance, method: Method) -> Vec<Progress> {
    let mut seen = Vec::new();
    let mut watch = |progress| {
        seen.push(progress);
        ControlFlow::Continue(())
    };
    Solver::new(instance.problem()).solve(method, &mut watch).unwrap();
    seen
}

#[test]
fn a_solve_tells_how_far_it_is() {
    let instance = region(1, 400, 60, 200, 3);
    let stages = |method| {
        let mut stages: Vec<Stage> =
            reports(&instance, method).iter().map(|progress| progress.stage).collect();
        stages.dedup();
        stages
    };
    let auction = stages(Method::Auction);
    assert_eq!(auction[0], Stage::Greedy);
    assert!(matches!(auction[1], Stage::Auction { epsilon } if epsilon > 1));
    assert!(auction.contains(&Stage::Auction { epsilon: 1 }));
    assert_eq!(auction[auction.len() - 3..], [Stage::PlaceClients, Stage::FillPlaces, Stage::Proof]);
    assert_eq!(stages(Method::ShortestPaths), [Stage::Greedy, Stage::FillPlaces, Stage::Proof]);
}

#[test]
fn stopped_anywhere_a_solver_holds_what_it_held() {
    let both = |classes| [Method::Auction, Method::ShortestPaths].map(|method| (classes, method));
    for (classes, method) in [1, 3].into_iter().flat_map(both) {
        let instance = region(2, 400, 60, 200, classes);
        let count = reports(&instance, method).len();
        assert!(count >= 2, "{count}");
        for stop_at in 0..count {
            let mut solver = Solver::new(instance.problem());
            let mut left = stop_at;
            let mut watch = |_| {
                if left == 0 {
                    return ControlFlow::Break(());
                }
                left -= 1;
                ControlFlow::Continue(())
            };
            assert_eq!(solver.solve(method, &mut watch), Err(SolveError::Cancelled));
            assert!(solver.is_sound());
            assert!(places(&solver).iter().all(Option::is_none));

            // Solved after all, and stopped while it is solved again.
            solver.solve(method, &mut Unwatched).unwrap();
            let solved = places(&solver);
            left = stop_at;
            let mut watch = |_| {
                if left == 0 {
                    return ControlFlow::Break(());
                }
                left -= 1;
                ControlFlow::Continue(())
            };
            // The second time options are in a better order, so it can be done before it is stopped.
            match solver.solve(method, &mut watch) {
                Err(error) => assert_eq!((error, places(&solver)), (SolveError::Cancelled, solved)),
                Ok(_) => assert!(stop_at > 0),
            }
            assert!(solver.is_sound());
            assert!(solver.prove().is_ok());
            assert_eq!(justified_envy(solver.problem(), |client| solver.place_of(client)), []);
        }
    }
}

#[test]
fn stopped_changes_are_made_or_not_made() {
    let mut solver = Solver::new(region(3, 50, 10, 30, 1).problem());
    solver.solve(Method::Automatic, &mut Unwatched).unwrap();
    let changes: Vec<Change> =
        (0..3000).map(|at| Change::Capacity { offer: at % 10, capacity: at % 7 }).collect();
    let mut reports = 0;
    let mut watch = |progress: Progress| {
        assert_eq!(progress.stage, Stage::Changes);
        reports += 1;
        if reports == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let Err(ApplyError::Stopped { at }) = solver.apply_all(&changes, &mut watch) else {
        panic!("not stopped")
    };
    assert!(at > 1000 && at < 3000, "{at}");
    let capacity = |offer: u32| (0..at).rev().find(|at| at % 10 == offer as usize).unwrap() % 7;
    assert!((0..10).all(|offer| solver.problem().capacity(offer) as usize == capacity(offer)));
    assert!(solver.is_sound());
    assert!(solver.prove().is_ok());
}
