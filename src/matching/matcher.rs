//! Splits what a region offers into what can take a child and what cannot, from the picture in memory.
//!
//! Numbers are compared for every offer, sentences are made for what is shown and for nothing else.

use std::collections::BinaryHeap;
use std::sync::Arc;

use rules::matching::{
    FailedRules, HardRule, Miss, OfferFacts, Rank, Score, Seeker, Weights, can_place, miss,
};

use crate::availability::supply::candidates::{Candidate, Origin};
use crate::availability::supply::snapshot::Snapshot;

/// How many offers are shown of each half.
pub const SHOWN: usize = 50;

/// Het kind zoals de matcher het kent: what is asked, from where, and what is known of each provider. All places are
/// those in the product book in memory.
#[derive(Debug, Clone)]
pub struct Child {
    pub origin: Origin,
    pub seeker: Seeker,
    /// The product that is wanted, and acceptable alternatives after it.
    pub products: Vec<u32>,
    /// Providers the family wants.
    pub wanted: Vec<u32>,
    /// Providers the family excluded.
    pub excluded: Vec<u32>,
    /// Providers that were tried in vain, and still may not be.
    pub rejected: Vec<u32>,
}

/// An offer that can take the child.
#[derive(Debug, Clone, Copy)]
pub struct Can {
    pub offer: u32,
    pub facts: OfferFacts,
    pub rank: Rank,
    pub score: Score,
}

/// An offer that cannot.
#[derive(Debug, Clone, Copy)]
pub struct Cannot {
    pub offer: u32,
    pub facts: OfferFacts,
    pub miss: Miss,
    pub failed: FailedRules,
}

/// Voorstel: the best that can, the nearest of those that cannot, and how many there are of each.
#[derive(Debug, Default)]
pub struct Split {
    pub can: Vec<Can>,
    pub can_total: usize,
    pub cannot: Vec<Cannot>,
    pub cannot_total: usize,
}

/// What is known of an offer seen from one child: the same for all, with what is the child's own filled in.
pub fn facts_for(child: &Child, candidate: &Candidate, substitute: bool) -> OfferFacts {
    let known = |providers: &[u32]| providers.contains(&candidate.provider);
    OfferFacts {
        rejected_before: known(&child.rejected),
        provider_excluded: known(&child.excluded),
        preferred: known(&child.wanted),
        substitute,
        ..candidate.facts
    }
}

/// The offers of the child's products, as the snapshot remembers them; whether they are a substitute beside them.
pub fn candidates_for(snapshot: &Snapshot, child: &Child) -> Vec<(Arc<[Candidate]>, bool)> {
    let lists = child.products.iter().map(|product| snapshot.candidates(*product, child.origin));
    lists.enumerate().map(|(place, list)| (list, place > 0)).collect()
}

/// All offers of the child's products, split and in order.
pub fn split(snapshot: &Snapshot, child: &Child, weights: &Weights, shown: usize) -> Split {
    split_lists(&candidates_for(snapshot, child), child, weights, snapshot, shown)
}

/// The same over lists that were made before.
pub fn split_lists(
    lists: &[(Arc<[Candidate]>, bool)],
    child: &Child,
    weights: &Weights,
    snapshot: &Snapshot,
    shown: usize,
) -> Split {
    let today = snapshot.today;
    let seeker = &child.seeker;
    let (mut can, mut cannot) = (Nearest::new(shown), Nearest::new(shown));
    let (mut can_total, mut cannot_total) = (0, 0);
    for (list, (candidates, substitute)) in (0..).zip(lists) {
        for (place, candidate) in (0..).zip(candidates.iter()) {
            let facts = facts_for(child, candidate, *substitute);
            let failed = can_place(seeker, &facts, today);
            let (half, total) =
                if failed.is_empty() { (&mut can, &mut can_total) } else { (&mut cannot, &mut cannot_total) };
            *total += 1;
            if half.takes(Miss::at_nearest(seeker, &facts, failed)) {
                half.add(miss(seeker, &facts, failed, weights), Place { list, place });
            }
        }
    }
    let read = |at: Place| {
        let (candidates, substitute) = &lists[at.list as usize];
        let candidate = &candidates[at.place as usize];
        (candidate.offer, facts_for(child, candidate, *substitute))
    };
    let can = can.in_order().map(|(miss, at)| {
        let (offer, facts) = read(at);
        Can { offer, facts, rank: miss.rank, score: rules::matching::score(seeker, &facts, weights) }
    });
    let cannot = cannot.in_order().map(|(miss, at)| {
        let (offer, facts) = read(at);
        Cannot { offer, facts, miss, failed: can_place(seeker, &facts, today) }
    });
    Split { can: can.collect(), can_total, cannot: cannot.collect(), cannot_total }
}

/// Where a candidate is: in which list, and where in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    list: u32,
    place: u32,
}

/// The nearest so many: what is farther than all of them costs no more than a comparison.
struct Nearest {
    shown: usize,
    found: BinaryHeap<(Miss, Place)>,
    /// The farthest of them, once there are so many.
    farthest: Option<Miss>,
}

impl Nearest {
    fn new(shown: usize) -> Self {
        Self { shown, found: BinaryHeap::new(), farthest: None }
    }

    /// Whether something as near as this comes among them.
    fn takes(&self, miss: Miss) -> bool {
        self.farthest.is_none_or(|farthest| miss < farthest)
    }

    fn add(&mut self, miss: Miss, place: Place) {
        if !self.takes(miss) {
            return;
        }
        self.found.push((miss, place));
        if self.found.len() > self.shown {
            self.found.pop();
        }
        if self.found.len() == self.shown {
            self.farthest = self.found.peek().map(|(farthest, _)| *farthest);
        }
    }

    fn in_order(self) -> impl Iterator<Item = (Miss, Place)> {
        self.found.into_sorted_vec().into_iter()
    }
}

/// Keeps the first so many in order, and sorts no more than those.
fn keep_first<T, K: Ord>(rows: &mut Vec<T>, shown: usize, key: impl Fn(&T) -> K) {
    if shown < rows.len() {
        rows.select_nth_unstable_by_key(shown, &key);
        rows.truncate(shown);
    }
    rows.sort_unstable_by_key(key);
}

/// Buiten contract: offers of the same kind of care in other regions that could take the child, were there a contract.
/// A region sets its own codes, so what is the same care follows from the category and kind that all regions share.
pub fn outside(snapshot: &Snapshot, child: &Child, weights: &Weights, shown: usize) -> Vec<Can> {
    let book = &snapshot.book;
    let Some(own) = child.products.first().map(|product| &book.products[*product as usize]) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (product, place) in book.products.iter().zip(0_u32..) {
        let is_same_care = product.category == own.category && product.kind == own.kind;
        if product.region == own.region || !is_same_care {
            continue;
        }
        for candidate in snapshot.make_candidates(place, child.origin).iter() {
            let facts = facts_for(child, candidate, false);
            let offer = snapshot.offer(candidate.offer);
            // Without any contract today nobody can buy it, and with one for this municipality it is inside.
            if offer.coverage.is_empty()
                || !can_place(&child.seeker, &facts, snapshot.today).is_only(HardRule::Contract)
            {
                continue;
            }
            let score = rules::matching::score(&child.seeker, &facts, weights);
            let rank = Rank { total: score.total(), id: facts.id };
            found.push(Can { offer: candidate.offer, facts, rank, score });
        }
    }
    keep_first(&mut found, shown, |can| can.rank);
    found
}

/// Whether there is another region to look in.
pub fn has_neighbours(snapshot: &Snapshot) -> bool {
    snapshot.book.regions.len() > 1
}
