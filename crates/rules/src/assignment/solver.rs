//! A problem and its solution, kept together while both change.

use thiserror::Error;

use super::classes::{self, Kept, Method, SolveError, possible_class_sum};
use super::incremental::{self, Change};
use super::problem::{NONE, Problem, ProblemError};
use super::progress::{Stage, Steps, Watch};
use super::proof::{Proof, ProofError, prove};
use super::shortest_paths::Searches;
use super::state::State;

/// Holds a problem and the best known solution of it.
///
/// The solution is always sound: no client has what it cannot have, no offer more clients than places, and no price
/// is below zero. It is optimal after [`solve`](Self::solve), and stays so under [`apply`](Self::apply).
#[derive(Debug, Clone)]
pub struct Solver {
    problem: Problem,
    state: State,
    searches: Searches,
    /// Nothing was done yet, so the state is the one that a solve begins with.
    is_untouched: bool,
}

/// Why changes were not all made, or their solution not proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ApplyError {
    #[error("{error}, so change {at} and those after it were not made")]
    Refused { at: usize, error: ProblemError },
    #[error("stopped before change {at}")]
    Stopped { at: usize },
    #[error(transparent)]
    Unsolved(#[from] SolveError),
}

/// An option of a client, and why it was or was not chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Considered {
    pub offer: u32,
    pub cost: i64,
    /// How scarce a place of this offer is: what the whole would gain from one more.
    pub price: i64,
    /// How much more it costs, price included, than what the client has. 0 for what it has, and for what would have
    /// been as good.
    pub short_by: i64,
}

impl Solver {
    /// Nobody has a place yet.
    pub fn new(problem: Problem) -> Self {
        let state = classes::nobody_placed(&problem, 0);
        let searches = Searches::new(&problem);
        Self { problem, state, searches, is_untouched: true }
    }

    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Solves from nothing and proves it. When that fails or is stopped, the solution is what it was.
    pub fn solve(&mut self, method: Method, watch: &mut dyn Watch) -> Result<Proof, SolveError> {
        let unplaced = self.is_untouched.then(|| std::mem::take(&mut self.state));
        let kept = Kept::new(&mut self.searches, unplaced);
        match classes::solve(&mut self.problem, kept, method, watch) {
            Ok((state, proof)) => {
                self.state = state;
                self.is_untouched = false;
                Ok(proof)
            }
            Err(error) => {
                if self.is_untouched {
                    self.state = classes::nobody_placed(&self.problem, 0);
                } else {
                    self.state.forget_fronts();
                }
                Err(error)
            }
        }
    }

    /// Makes one change and the solution optimal again. Gives the id of a client that arrived. A change that is
    /// refused changes nothing.
    ///
    /// This takes microseconds, a proof much longer, so the proof is left to [`apply_all`](Self::apply_all) and
    /// [`certify`](Self::certify).
    pub fn apply(&mut self, change: &Change) -> Result<Option<u32>, ProblemError> {
        self.is_untouched = false;
        incremental::apply(&mut self.problem, &mut self.state, &mut self.searches, change)
    }

    /// Makes changes one after the other, then proves the solution. Stops before the first change that is refused,
    /// and when the watch says so; either way the solution is that of the changes made.
    pub fn apply_all(&mut self, changes: &[Change], watch: &mut dyn Watch) -> Result<Proof, ApplyError> {
        let mut steps = Steps::of(Stage::Changes, watch);
        for (at, change) in changes.iter().enumerate() {
            steps.step().map_err(|_| ApplyError::Stopped { at })?;
            self.apply(change).map_err(|error| ApplyError::Refused { at, error })?;
        }
        Ok(self.certify(watch)?)
    }

    /// Proves the solution, classes included. After changes the gap between classes can have become too small; then,
    /// or if the proof fails, the problem is solved from nothing. Who watches hears of a proof that fails.
    pub fn certify(&mut self, watch: &mut dyn Watch) -> Result<Proof, SolveError> {
        let possible = possible_class_sum(&self.problem, watch)?;
        match prove(&self.problem, &self.state) {
            Ok(proof) if proof.class_sum == possible => return Ok(proof),
            Ok(_) => {}
            Err(error) => watch.unproven(error),
        }
        self.solve(Method::Automatic, watch)
    }

    /// Proves that no solution is better at the present weight of the classes, or tells what is wrong.
    pub fn prove(&self) -> Result<Proof, ProofError> {
        prove(&self.problem, &self.state)
    }

    /// The offer a client has a place of.
    pub fn place_of(&self, client: u32) -> Option<u32> {
        let offer = self.state.standings[self.problem.inside[client as usize] as usize].offer;
        (offer != NONE).then_some(offer)
    }

    /// How scarce a place of this offer is: what the whole would gain from one more, and what whoever takes one by
    /// hand costs the others.
    pub fn price(&self, offer: u32) -> i64 {
        self.state.price(&self.problem, offer)
    }

    /// What a client gains: its weight less what it pays. 0 for who waits.
    pub fn gain(&self, client: u32) -> i64 {
        let number = self.problem.inside[client as usize] as usize;
        self.state.standings[number].weight - self.state.own[number]
    }

    /// How much a class weighs in prices and gains. 0 without classes.
    pub fn gap(&self) -> i64 {
        self.state.gap
    }

    /// The options of a client with what they fell short, best first.
    pub fn considered(&self, client: u32) -> Vec<Considered> {
        let own = self.state.own[self.problem.inside[client as usize] as usize];
        let mut considered: Vec<Considered> = self
            .problem
            .options(client)
            .map(|(offer, cost)| {
                let price = self.price(offer);
                Considered { offer, cost, price, short_by: cost + price - own }
            })
            .collect();
        considered.sort_unstable_by_key(|option| (option.short_by, option.offer));
        considered
    }

    /// The solution, to break it.
    #[cfg(test)]
    pub(super) fn state_mut(&mut self) -> &mut State {
        self.is_untouched = false;
        &mut self.state
    }

    #[cfg(test)]
    pub(super) fn is_sound(&self) -> bool {
        self.state.is_sound(&self.problem)
    }
}
