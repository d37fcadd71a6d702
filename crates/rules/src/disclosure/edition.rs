//! Openbare uitgave: from counts to what is shown of them.

use super::attack::{AttackError, Seen, attack_again};
use super::{Edition, Guard, Shown, Sum};

coded_enum! {
    /// Werkwijze: how small numbers are kept out of a public edition.
    pub enum Method {
        /// One to seven become a sign and the rest is rounded to five, as NHS Digital does.
        Rounded = "afgerond", "Kleine aantallen weggelaten, de rest afgerond op vijf";
        /// Exact numbers, with as many hidden as it takes to work out none of the small ones.
        Exact = "exact", "Exacte aantallen, met zo veel weggelaten dat kleine niet te berekenen zijn";
    }
}

/// Numbers that the rounded edition shows by a sign: one to this.
const MOST_BY_SIGN: u32 = 7;
/// The first number that the exact edition shows; nought is shown too.
const FIRST_SHOWN: u32 = 5;

impl Method {
    /// What is shown of one count, when nothing else is looked at.
    pub const fn show(self, count: u32) -> Shown {
        match (self, count) {
            (_, 0) => Shown::Exact(0),
            (Self::Rounded, 1..=MOST_BY_SIGN) => Shown::Between(1, MOST_BY_SIGN),
            (Self::Rounded, _) => {
                let near = rounded(count);
                Shown::Between(near - 2, near + 2)
            }
            (Self::Exact, 1..FIRST_SHOWN) => Shown::Hidden,
            (Self::Exact, _) => Shown::Exact(count),
        }
    }

    /// How a count is protected when it is not shown exactly. That a rounded one is large is no secret.
    pub const fn guard(self, count: u32) -> Guard {
        match self {
            Self::Rounded if count > MOST_BY_SIGN => Guard { reaches: 0, width: 1 },
            _ => Guard::COUNT,
        }
    }
}

/// The nearest multiple of five.
pub const fn rounded(count: u32) -> u32 {
    (count + 2) / 5 * 5
}

/// What must be protected: counts that belong together, and what is known of each already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The true numbers.
    pub counts: Vec<u32>,
    pub sums: Vec<Sum>,
    pub at_most: Vec<(usize, usize)>,
    /// The protection of each.
    pub guards: Vec<Guard>,
    /// What each shows by the method, or an earlier edition showed.
    pub first: Vec<Shown>,
    /// Whether an earlier edition showed it, so that nothing can be taken back.
    pub is_fixed: Vec<bool>,
    /// How much a reader misses when it is not shown: a total more than a count.
    pub worth: Vec<u32>,
}

/// Why there is no edition that withstands the attack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditionError {
    #[error(transparent)]
    Attack(#[from] AttackError),
    /// These leak whatever else is hidden: earlier editions show too much.
    #[error("{} counts cannot be protected", .0.len())]
    Exposed(Vec<usize>),
}

/// Shows as much as withstands the attack: as the method says, less what is hidden besides.
///
/// As long as something leaks, one more count of a sum it is in is hidden: one that is worth little to the reader, and
/// rather one that is large enough to hide behind. That ends, since in the end nothing is shown.
pub fn protect(counts: &Counts) -> Result<Edition, EditionError> {
    let mut edition =
        Edition { shown: counts.first.clone(), sums: counts.sums.clone(), at_most: counts.at_most.clone() };
    let mut seen = Seen::nothing(&edition);
    loop {
        let leaks = attack_again(&edition, &counts.guards, &mut seen)?;
        if leaks.is_empty() {
            return Ok(edition);
        }
        let mut hidden = Vec::new();
        for leak in &leaks {
            let sums: Vec<&Sum> = counts.sums.iter().filter(|sum| contains(sum, leak.cell)).collect();
            // What was hidden a moment ago may have mended this one.
            if hidden.iter().any(|cell| sums.iter().any(|sum| contains(sum, *cell))) {
                continue;
            }
            if let Some(cell) = next_to_hide(counts, &edition, &sums, leak.cell) {
                edition.shown[cell] = Shown::Hidden;
                hidden.push(cell);
            }
        }
        if hidden.is_empty() {
            // Nothing beside them is left to hide; farther away there may be.
            let Some(cell) = anything_to_hide(counts, &edition) else {
                return Err(EditionError::Exposed(leaks.iter().map(|leak| leak.cell).collect()));
            };
            edition.shown[cell] = Shown::Hidden;
        }
    }
}

fn contains(sum: &Sum, cell: usize) -> bool {
    sum.total == cell || sum.parts.contains(&cell)
}

fn is_open(counts: &Counts, edition: &Edition, cell: usize) -> bool {
    !counts.is_fixed[cell] && edition.shown[cell] != Shown::Hidden
}

/// The count to hide for one that leaks: from the sum in which the least is hidden.
fn next_to_hide(counts: &Counts, edition: &Edition, sums: &[&Sum], leaking: usize) -> Option<usize> {
    let mut best: Option<(u32, u32, u32, usize)> = None;
    for sum in sums {
        let cells = sum.parts.iter().copied().chain([sum.total]);
        let hidden: u32 = cells
            .clone()
            .filter(|cell| *cell != leaking && edition.shown[*cell] == Shown::Hidden)
            .map(|cell| counts.counts[cell])
            .sum();
        for cell in cells.filter(|cell| *cell != leaking && is_open(counts, edition, *cell)) {
            let is_small = u32::from(counts.counts[cell] < FIRST_SHOWN);
            let rank = (hidden, counts.worth[cell] + is_small, counts.counts[cell], cell);
            if best.is_none_or(|best| rank < best) {
                best = Some(rank);
            }
        }
    }
    // A leaking count that still shows a range can be hidden itself.
    let own = is_open(counts, edition, leaking).then_some(leaking);
    best.map(|(_, _, _, cell)| cell).or(own)
}

fn anything_to_hide(counts: &Counts, edition: &Edition) -> Option<usize> {
    let open = (0..counts.counts.len()).filter(|cell| is_open(counts, edition, *cell));
    open.filter(|cell| edition.shown[*cell] != Shown::Exact(0) || counts.worth[*cell] > 0)
        .min_by_key(|cell| (counts.worth[*cell], counts.counts[*cell]))
}
