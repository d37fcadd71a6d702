//! Toewijzing: a place for every waiting client of a region at once, where there is one.
//!
//! A proposal, not a clearing: the toegang and the family choose. So the solution carries its reasons, and a proof.
//!
//! **The problem.** Each client needs at most one place, each offer has a number of places, an option has a cost, and
//! a client can stay waiting at a price of its own. Classes go before costs: first the best sum of classes, then the
//! least sum of costs. Nobody who waits then has *justified envy*: no place it could have is held by a client of a
//! lower class ([`justified_envy`] counts, and must find none). Among solutions that are equally good the choice is
//! always the same for the same input, and otherwise free.
//!
//! **How it is solved**, each part with its source in its own file:
//!
//! | file | does |
//! |---|---|
//! | `problem` | clients, offers, options, in both orders (`lists`) |
//! | `state` | a primal and a dual solution, and what always holds between them |
//! | `greedy` | the matroid greedy: the best sum of classes, and prices to begin with |
//! | `auction` | an ε-scaled auction: large problems, nearly right |
//! | `shortest_paths` | a place for a client, a client for a place: exact |
//! | `repair` | from nearly right to right, with those two searches |
//! | `short_lists` | why a search reads five options of a hundred |
//! | `classes` | the gap between classes, and the choice between the two methods |
//! | `incremental` | one change of the problem, and its solution right again |
//! | `proof` | the optimum proven from the prices, after every solve |
//! | `envy` | the audit number |
//! | `settled` | one solution among equals, and what a place is worth |
//! | `additions` | what options would bring that are not there now |
//! | `format` | problems, changes and solutions as text |
//!
//! All numbers are whole, so a solution is exact and the same on every machine.
//!
//! ```
//! use rules::assignment::{Change, Client, Edge, Method, Problem, Solver, Unwatched};
//!
//! let clients = vec![Client { stay: 100, class: 0 }, Client { stay: 90, class: 0 }];
//! let options = [(0, 0, 10), (0, 1, 30), (1, 0, 20)].map(|(client, offer, cost)| Edge { client, offer, cost });
//! let mut solver = Solver::new(Problem::new(clients, vec![1, 1], options)?);
//! let proof = solver.solve(Method::Automatic, &mut Unwatched)?;
//! assert_eq!(proof.objective, 30 + 20);
//! assert_eq!(solver.place_of(0), Some(1));
//!
//! solver.apply(&Change::Capacity { offer: 1, capacity: 0 })?;
//! assert_eq!(solver.place_of(0), Some(0));
//! assert_eq!(solver.prove()?.objective, 10 + 90);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod additions;
mod auction;
mod classes;
mod envy;
mod format;
mod greedy;
mod incremental;
mod lists;
mod problem;
mod progress;
mod proof;
mod repair;
mod settled;
mod short_lists;
mod shortest_paths;
mod solver;
mod state;
#[cfg(test)]
mod tests;

pub use additions::{Gain, Gains, gains};
pub use classes::{Method, SolveError};
pub use envy::justified_envy;
pub use format::{
    Answer, FormatError, SolveTextError, TextOptions, What, parse_change, read_answer, read_changes,
    read_problem, solve_text, write_answer, write_problem,
};
pub use incremental::Change;
pub use problem::{CLASS_LIMIT, COST_LIMIT, COUNT_LIMIT, Client, Edge, Problem, ProblemError};
pub use progress::{Progress, Stage, Unwatched, Watch};
pub use proof::{Proof, ProofError};
pub use settled::{NotOptimal, Settled, Worth, settle};
pub use solver::{ApplyError, Considered, Solver};

/// Costs, prices, weights and their sums over a path.
type Money = i64;
