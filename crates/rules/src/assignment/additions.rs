//! What it would bring if clients could have what they cannot have now: a contract that is missing, a rule that is
//! softer.
//!
//! Such an addition is a bundle of options that come together. It would be dear to solve the problem again for each of
//! many. Two facts make it cheap. *The prices bound it*: with the present prices no client gains more from new options
//! than what they cost less than its present ones, prices included, and by weak duality all together gain no more than
//! the sum of that over the clients. So an addition that nobody would want at these prices brings nothing, and needs
//! no solve. *The rest is incremental*: the options are added one by one, the outcome is proven, and they are taken away
//! again. The largest bounds go first, so that whoever stops early knows how much can still be missed.

use super::incremental::Change;
use super::problem::{Edge, ProblemError, ids};
use super::progress::Watch;
use super::proof::Proof;
use super::settled::{Settled, Worth};
use super::solver::{ApplyError, Solver};

/// What an addition brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gain {
    /// Which addition, by its place in the list that was asked about.
    pub addition: usize,
    pub worth: Worth,
    /// How many more clients have a place; fewer when that is below 0.
    pub placed: i64,
}

/// What all additions bring, each on its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gains {
    /// Those that bring something, the best first.
    pub found: Vec<Gain>,
    /// How many may bring something and were not worked out.
    pub left: usize,
    /// None of those brings more than this.
    pub bound: Worth,
}

/// Works out what each addition would bring to a problem that is solved and settled, with at most so many solves.
///
/// The options of an addition must be new, each client and offer once. Afterwards the solver holds the same problem, and
/// an optimum of it.
pub fn gains(
    solver: &mut Solver,
    settled: &Settled,
    additions: &[Vec<Edge>],
    most: usize,
    watch: &mut dyn Watch,
) -> Result<Gains, ApplyError> {
    let before = solver.certify(watch)?;
    let pays = pays(solver, settled);
    let mut wanted: Vec<(Worth, usize)> = additions
        .iter()
        .enumerate()
        .map(|(at, edges)| (bound(settled, &pays, edges), at))
        .filter(|(bound, _)| *bound > Worth::NONE)
        .collect();
    wanted.sort_unstable_by_key(|(bound, at)| (std::cmp::Reverse(*bound), *at));
    let rest = wanted.split_off(most.min(wanted.len()));
    let mut found = Vec::new();
    for (_, at) in wanted {
        let after = try_out(solver, &additions[at], watch)?;
        let gain =
            Gain { addition: at, worth: better_by(&before, &after), placed: placed_more(&before, &after) };
        if gain.worth > Worth::NONE {
            found.push(gain);
        }
    }
    found.sort_unstable_by_key(|gain| (std::cmp::Reverse(gain.worth), gain.addition));
    let bound = rest.first().map(|(bound, _)| *bound).unwrap_or_default();
    Ok(Gains { found, left: rest.len(), bound })
}

/// What each client pays now: the least of its options with their prices, or waiting.
fn pays(solver: &Solver, settled: &Settled) -> Vec<Worth> {
    let problem = solver.problem();
    ids(problem.client_count())
        .map(|client| {
            let weighs = problem.client(client);
            let waiting = Worth { class: i64::from(weighs.class), cost: i64::from(weighs.stay) };
            let priced = |(offer, cost)| settled.worth(offer) + Worth { class: 0, cost };
            problem.options(client).map(priced).fold(waiting, Worth::min)
        })
        .collect()
}

/// More than this an addition cannot bring.
fn bound(settled: &Settled, pays: &[Worth], edges: &[Edge]) -> Worth {
    let mut saved: Vec<(u32, Worth)> = edges
        .iter()
        .map(|edge| {
            let priced = settled.worth(edge.offer) + Worth { class: 0, cost: i64::from(edge.cost) };
            (edge.client, pays[edge.client as usize] - priced)
        })
        .filter(|(_, saves)| *saves > Worth::NONE)
        .collect();
    // Of each client the option with which it saves the most: it takes one place.
    saved.sort_unstable_by_key(|(client, saves)| (*client, std::cmp::Reverse(*saves)));
    saved.dedup_by_key(|(client, _)| *client);
    saved.into_iter().fold(Worth::NONE, |sum, (_, saves)| sum + saves)
}

/// The outcome with these options, which are taken away again.
fn try_out(solver: &mut Solver, edges: &[Edge], watch: &mut dyn Watch) -> Result<Proof, ApplyError> {
    let refused = |at: usize| move |error: ProblemError| ApplyError::Refused { at, error };
    for (at, &Edge { client, offer, cost }) in edges.iter().enumerate() {
        solver.apply(&Change::Cost { client, offer, cost }).map_err(refused(at))?;
    }
    let after = solver.certify(watch)?;
    for (at, &Edge { client, offer, .. }) in edges.iter().enumerate() {
        solver.apply(&Change::Excluded { client, offer }).map_err(refused(at))?;
    }
    Ok(after)
}

/// What one outcome has over another.
fn better_by(before: &Proof, after: &Proof) -> Worth {
    let sum = |proof: &Proof| i64::try_from(proof.class_sum).unwrap_or(i64::MAX);
    Worth { class: sum(after) - sum(before), cost: before.objective - after.objective }
}

fn placed_more(before: &Proof, after: &Proof) -> i64 {
    let count = |proof: &Proof| i64::try_from(proof.placed).unwrap_or(i64::MAX);
    count(after) - count(before)
}
