//! Classes before costs, and the choice between the two methods.
//!
//! The *gap trick*: with a gap g large enough, the stay cost plus g times the class makes one number of two goals.
//! How large is enough cannot be told in advance without numbers that cost time, but it can be told afterwards: when
//! the solution has the sum of classes that the matroid greedy found possible, then no solution has a better one, and
//! among those that have it none costs less. Otherwise the gap is doubled.

use thiserror::Error;

use super::Money;
use super::auction;
use super::greedy::{Admitted, admit};
use super::problem::{NONE, Problem};
use super::progress::{Cancelled, Stage, Steps, Watch};
use super::proof::{Proof, ProofError, prove};
use super::repair::{fill_places, place_clients, release};
use super::shortest_paths::Searches;
use super::state::State;

/// Ten times what was enough for costs of some thousands.
const FIRST_GAP: Money = 200_000;
/// Beyond this, weights would leave 61 bits.
const LAST_GAP: Money = 1 << 40;

/// Up to so many options searches alone are faster than an auction first: measured, about a region.
const FEW_OPTIONS: usize = 20_000;

/// How to solve from nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The faster one for the size of the problem.
    #[default]
    Automatic,
    /// An auction, then exact repair.
    Auction,
    /// Shortest paths from the side of the places.
    ShortestPaths,
}

/// Why there is no solution. What was there before is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SolveError {
    #[error("the solve was stopped")]
    Cancelled,
    /// Both methods failed their proof, the second with this. It would be a defect of the solver.
    #[error("no solution could be proven: {0}")]
    Unproven(#[from] ProofError),
    #[error("costs are too far apart for classes to go before them")]
    GapTooLarge,
}

impl From<Cancelled> for SolveError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// What a solve begins with, and what one attempt leaves for the next.
pub(super) struct Kept<'a> {
    searches: &'a mut Searches,
    /// A state in which nobody is placed, when there is one that nothing else needs.
    unplaced: Option<State>,
    admitted: Option<Admitted>,
}

impl<'a> Kept<'a> {
    pub(super) fn new(searches: &'a mut Searches, unplaced: Option<State>) -> Self {
        Self { searches, unplaced, admitted: None }
    }

    fn admitted(&mut self, problem: &Problem, watch: &mut dyn Watch) -> Result<&Admitted, Cancelled> {
        match self.admitted {
            Some(ref admitted) => Ok(admitted),
            None => Ok(self.admitted.insert(admit(problem, &mut Steps::of(Stage::Greedy, watch))?)),
        }
    }
}

/// One way from a problem to a state that claims to be optimal.
type Solve = fn(&mut Problem, Money, &mut Kept<'_>, &mut dyn Watch) -> Result<State, Cancelled>;

/// The optimum, with its proof.
pub(super) fn solve(
    problem: &mut Problem,
    kept: Kept<'_>,
    method: Method,
    watch: &mut dyn Watch,
) -> Result<(State, Proof), SolveError> {
    let auction_first = match method {
        Method::Auction => true,
        Method::ShortestPaths => false,
        Method::Automatic => problem.option_count() > FEW_OPTIONS,
    };
    let methods: [Solve; 2] =
        if auction_first { [by_auction, by_shortest_paths] } else { [by_shortest_paths, by_auction] };
    solve_by(problem, kept, methods, watch)
}

pub(super) fn solve_by(
    problem: &mut Problem,
    mut kept: Kept<'_>,
    methods: [Solve; 2],
    watch: &mut dyn Watch,
) -> Result<(State, Proof), SolveError> {
    if !problem.has_classes() {
        return proven(problem, methods, 0, &mut kept, watch);
    }
    let possible = kept.admitted(problem, watch)?.class_sum;
    let mut gap = FIRST_GAP;
    while gap <= LAST_GAP {
        let (state, proof) = proven(problem, methods, gap, &mut kept, watch)?;
        if proof.class_sum == possible {
            return Ok((state, proof));
        }
        gap *= 2;
    }
    Err(SolveError::GapTooLarge)
}

/// Proves what the first method found, or else what the second finds. Who watches hears of the first that failed.
fn proven(
    problem: &mut Problem,
    [first, second]: [Solve; 2],
    gap: Money,
    kept: &mut Kept<'_>,
    watch: &mut dyn Watch,
) -> Result<(State, Proof), SolveError> {
    let state = first(problem, gap, kept, watch)?;
    Steps::of(Stage::Proof, watch).step()?;
    match prove(problem, &state) {
        Ok(proof) => return Ok((state, proof)),
        Err(error) => watch.unproven(error),
    }
    let state = second(problem, gap, kept, watch)?;
    let proof = prove(problem, &state)?;
    Ok((state, proof))
}

/// The sum of classes that is possible for a problem that was solved before.
pub(super) fn possible_class_sum(problem: &Problem, watch: &mut dyn Watch) -> Result<u64, Cancelled> {
    if !problem.has_classes() {
        return Ok(0);
    }
    Ok(admit(problem, &mut Steps::of(Stage::Greedy, watch))?.class_sum)
}

pub(super) fn by_auction(
    problem: &mut Problem,
    gap: Money,
    kept: &mut Kept<'_>,
    watch: &mut dyn Watch,
) -> Result<State, Cancelled> {
    let mut state = State::new(problem, gap);
    auction::run(problem, &mut state, kept.admitted(problem, watch)?, watch)?;
    let wanting = release(problem, &mut state);
    debug_assert!(state.is_sound(problem));
    place_clients(problem, &mut state, kept.searches, &wanting, watch)?;
    fill_places(problem, &mut state, kept.searches, watch)?;
    debug_assert!(state.is_sound(problem));
    Ok(state)
}

pub(super) fn by_shortest_paths(
    problem: &mut Problem,
    gap: Money,
    kept: &mut Kept<'_>,
    watch: &mut dyn Watch,
) -> Result<State, Cancelled> {
    let unplaced = kept.unplaced.take().filter(|state| state.gap == gap);
    let mut state = unplaced.unwrap_or_else(|| nobody_placed(problem, gap));
    fill_places(problem, &mut state, kept.searches, watch)?;
    debug_assert!(state.is_sound(problem));
    Ok(state)
}

/// Nobody has a place, since each costs the most that anybody would pay. This is sound, and what is left to do is to
/// fill places.
pub(super) fn nobody_placed(problem: &Problem, gap: Money) -> State {
    let mut state = State::new(problem, gap);
    // Row by row: the prices of all offers lie nearer together than the weights of all clients.
    for (client, standing) in state.standings.iter().enumerate() {
        for arc in problem.rows.get(client) {
            let charge = &mut state.charges[arc.other as usize];
            *charge = (*charge).max(standing.weight - Money::from(arc.cost));
        }
    }
    debug_assert!(state.standings.iter().all(|standing| standing.offer == NONE));
    state
}
