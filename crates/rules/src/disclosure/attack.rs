//! Aanval: what a reader can work out of an edition with a linear program.
//!
//! For every count that is not shown exactly, the least and the most it can be, given everything that is shown and
//! everything that adds up. The reader knows which counts were hidden, and nothing of how they were chosen.

use std::collections::BTreeMap;

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use thiserror::Error;

use super::{Edition, Guard, Shown};

/// Lek: a count of which too much can be worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leak {
    pub cell: usize,
    pub least: u32,
    /// None is without end.
    pub most: Option<u32>,
}

/// The edition cannot be judged, and so not be published.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttackError {
    #[error("the counts that are shown contradict each other")]
    Contradiction,
    #[error("the linear program has no answer: {0}")]
    Solver(String),
}

/// How far off an answer of the solver can be.
const TOLERANCE: f64 = 1e-6;

/// Everything that leaks. `guards` has the protection of every count, in the order of the edition.
pub fn attack(edition: &Edition, guards: &[Guard]) -> Result<Vec<Leak>, AttackError> {
    attack_again(edition, guards, &mut Seen::nothing(edition))
}

/// The least and the most that some answer gave each count: what is possible for certain.
pub(super) struct Seen(Vec<(f64, f64)>);

impl Seen {
    pub(super) fn nothing(edition: &Edition) -> Self {
        Self(vec![(f64::INFINITY, f64::NEG_INFINITY); edition.shown.len()])
    }
}

/// The same, after an attack on an edition that showed more: what was possible then is still possible.
pub(super) fn attack_again(
    edition: &Edition,
    guards: &[Guard],
    seen: &mut Seen,
) -> Result<Vec<Leak>, AttackError> {
    let mut leaks = Vec::new();
    // A group without counts to find out: the sums of which everything is shown must come out.
    Attack::on(edition, Vec::new(), seen)?;
    for group in connected(edition) {
        leaks.extend(Attack::on(edition, group, seen)?.leaks(guards)?);
    }
    leaks.sort_by_key(|leak| leak.cell);
    Ok(leaks)
}

/// The counts to find out, in groups that share no sum: each is a problem of its own, and a small one.
fn connected(edition: &Edition) -> Vec<Vec<usize>> {
    let mut parent: Vec<usize> = (0..edition.shown.len()).collect();
    let is_open = |cell: &usize| !matches!(edition.shown[*cell], Shown::Exact(_));
    let sums = edition.sums.iter().map(|sum| std::iter::once(sum.total).chain(sum.parts.iter().copied()));
    let pairs = edition.at_most.iter().map(|(less, more)| vec![*less, *more]);
    for cells in sums.map(Iterator::collect::<Vec<_>>).chain(pairs) {
        let open: Vec<usize> = cells.into_iter().filter(is_open).collect();
        for pair in open.windows(2) {
            let (one, other) = (root(&mut parent, pair[0]), root(&mut parent, pair[1]));
            parent[one] = other;
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for cell in (0..edition.shown.len()).filter(is_open) {
        groups.entry(root(&mut parent, cell)).or_default().push(cell);
    }
    groups.into_values().collect()
}

fn root(parent: &mut [usize], mut cell: usize) -> usize {
    while parent[cell] != cell {
        parent[cell] = parent[parent[cell]];
        cell = parent[cell];
    }
    cell
}

/// Terms and bound: what the terms add up to.
type Row = (Vec<(usize, f64)>, ComparisonOp, f64);

/// One group of counts that hang together.
struct Attack<'a> {
    cells: Vec<usize>,
    bounds: Vec<(f64, f64)>,
    rows: Vec<Row>,
    seen: &'a mut Seen,
}

impl<'a> Attack<'a> {
    fn on(edition: &Edition, cells: Vec<usize>, seen: &'a mut Seen) -> Result<Self, AttackError> {
        let place: BTreeMap<usize, usize> = cells.iter().enumerate().map(|(at, cell)| (*cell, at)).collect();
        let bounds = cells
            .iter()
            .map(|cell| match edition.shown[*cell] {
                Shown::Exact(number) => (f64::from(number), f64::from(number)),
                Shown::Between(least, most) => (f64::from(least), f64::from(most)),
                Shown::Hidden => (0.0, f64::INFINITY),
            })
            .collect();
        let mut rows = Vec::new();
        for sum in &edition.sums {
            let terms = sum.parts.iter().map(|part| (*part, 1.0)).chain([(sum.total, -1.0)]);
            rows.extend(row(edition, &place, terms, ComparisonOp::Eq)?);
        }
        for (less, more) in &edition.at_most {
            rows.extend(row(edition, &place, [(*less, 1.0), (*more, -1.0)], ComparisonOp::Le)?);
        }
        Ok(Self { cells, bounds, rows, seen })
    }

    fn leaks(mut self, guards: &[Guard]) -> Result<Vec<Leak>, AttackError> {
        let mut leaks = Vec::new();
        for at in 0..self.cells.len() {
            let guard = guards.get(self.cells[at]).copied().unwrap_or(Guard::COUNT);
            if is_safe(self.seen.0[self.cells[at]], guard) {
                continue;
            }
            let most = self.extreme(at, OptimizationDirection::Maximize)?;
            if is_safe(self.seen.0[self.cells[at]], guard) {
                continue;
            }
            let least = self.extreme(at, OptimizationDirection::Minimize)?.unwrap_or(0.0);
            if !is_safe((least, most.unwrap_or(f64::INFINITY)), guard) {
                leaks.push(Leak {
                    cell: self.cells[at],
                    least: whole((least - TOLERANCE).ceil()),
                    most: most.map(|most| whole((most + TOLERANCE).floor())),
                });
            }
        }
        Ok(leaks)
    }

    /// The most or the least that one count can be; none is without end.
    fn extreme(&mut self, at: usize, direction: OptimizationDirection) -> Result<Option<f64>, AttackError> {
        let mut problem = Problem::new(direction);
        let variables: Vec<Variable> = self
            .bounds
            .iter()
            .enumerate()
            .map(|(place, bounds)| problem.add_var(if place == at { 1.0 } else { 0.0 }, *bounds))
            .collect();
        for (terms, comparison, bound) in &self.rows {
            let terms: Vec<(Variable, f64)> =
                terms.iter().map(|(place, factor)| (variables[*place], *factor)).collect();
            problem.add_constraint(terms, *comparison, *bound);
        }
        let outcome = match problem.solve() {
            Ok(outcome) => outcome,
            Err(microlp::Error::Unbounded) => {
                self.seen.0[self.cells[at]].1 = f64::INFINITY;
                return Ok(None);
            }
            Err(microlp::Error::Infeasible) => return Err(AttackError::Contradiction),
            Err(error) => return Err(AttackError::Solver(error.to_string())),
        };
        let solution = outcome.into_solution().map_err(|_| AttackError::Solver("interrupted".to_owned()))?;
        for (variable, cell) in variables.iter().zip(&self.cells) {
            let (value, (least, most)) = (solution.var_value(*variable), &mut self.seen.0[*cell]);
            *least = least.min(value);
            *most = most.max(value);
        }
        Ok(Some(solution.var_value(variables[at])))
    }
}

/// A row of the linear program, without the counts that are known; none when it says nothing any more.
fn row(
    edition: &Edition,
    place: &BTreeMap<usize, usize>,
    terms: impl IntoIterator<Item = (usize, f64)>,
    comparison: ComparisonOp,
) -> Result<Option<Row>, AttackError> {
    let (mut open, mut bound, mut elsewhere) = (Vec::new(), 0.0, false);
    for (cell, factor) in terms {
        match (edition.shown[cell], place.get(&cell)) {
            (Shown::Exact(number), _) => bound -= factor * f64::from(number),
            (_, Some(place)) => open.push((*place, factor)),
            (_, None) => elsewhere = true,
        }
    }
    let holds = match comparison {
        ComparisonOp::Eq => bound == 0.0,
        _ => bound >= 0.0,
    };
    match (open.is_empty(), elsewhere) {
        // A sum of which all counts are shown must come out.
        (true, false) if !holds => Err(AttackError::Contradiction),
        (true, _) => Ok(None),
        (false, _) => Ok(Some((open, comparison, bound))),
    }
}

/// Whether enough whole numbers lie within these bounds.
fn is_safe((least, most): (f64, f64), guard: Guard) -> bool {
    let (least, most) = ((least - TOLERANCE).ceil(), (most + TOLERANCE).floor());
    most >= f64::from(guard.reaches) && most - least >= f64::from(guard.width)
}
/// A count that was worked out with fractions.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of children, brought to zero or more"
)]
fn whole(number: f64) -> u32 {
    number.round().max(0.0) as u32
}
