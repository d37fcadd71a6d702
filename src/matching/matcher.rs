//! Splits what a region offers into what can take a child and what cannot, from the picture in memory.
//!
//! Numbers are compared for every offer, sentences are made for what is shown and for nothing else.

use std::sync::Arc;

use rules::matching::{FailedRules, HardRule, OfferFacts, Own, Rank, Score, Seeker, Weights, can_place};

use crate::availability::supply::candidates::{Candidate, Candidates, Origin};
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
    pub failed: FailedRules,
}

impl Child {
    /// What is its own about an offer of this provider.
    fn own(&self, provider: u32, substitute: bool) -> Own {
        Own {
            rejected_before: self.rejected.contains(&provider),
            provider_excluded: self.excluded.contains(&provider),
            preferred: self.wanted.contains(&provider),
            substitute,
        }
    }
}

/// What is known of an offer seen from one child: the same for all, with what is the child's own filled in.
pub fn facts_for(child: &Child, candidate: &Candidate, substitute: bool) -> OfferFacts {
    let Own { rejected_before, provider_excluded, preferred, substitute } =
        child.own(candidate.provider, substitute);
    OfferFacts { rejected_before, provider_excluded, preferred, substitute, ..candidate.facts }
}

/// The offers of the child's products, as the snapshot remembers them; whether they are a substitute beside them.
pub fn candidates_for(snapshot: &Snapshot, child: &Child) -> Vec<(Arc<Candidates>, bool)> {
    let lists = child.products.iter().map(|product| snapshot.candidates(*product, child.origin));
    lists.enumerate().map(|(place, list)| (list, place > 0)).collect()
}

/// Where a candidate is: in which list, and where in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    list: u32,
    place: u32,
}

/// Hoe ver een aanbod ernaast zit: how many rules fail, and then how it would compare if they did not. The nearest is the
/// lowest, what can be done misses by no rule, and no two are equal: the offers of a picture are numbered by id.
///
/// In one number, since it is compared for every offer: four bits of rules, 31 of score and 29 of offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Miss(u64);

impl Miss {
    fn new(failed: FailedRules, score: &Score, offer: u32) -> Self {
        debug_assert!(offer < 1 << 29 && score.total() < 1 << 31, "{offer} {}", score.total());
        Self(Self::least(failed) | u64::from(score.total()) << 29 | u64::from(offer))
    }

    /// Nothing that fails these rules is nearer.
    fn least(failed: FailedRules) -> u64 {
        u64::from(failed.count()) << 60
    }
}

/// Voorstel: the best that can, the nearest of those that cannot, and how many there are of each. What is shown of them is
/// read when it is asked for.
#[derive(Debug)]
pub struct Split<'a> {
    child: &'a Child,
    lists: Vec<(Arc<Candidates>, bool)>,
    can: Vec<(Place, Score)>,
    cannot: Nearest,
    pub can_total: usize,
    pub cannot_total: usize,
}

/// All offers of the child's products, split and in order.
pub fn split<'a>(snapshot: &Snapshot, child: &'a Child, weights: &Weights, shown: usize) -> Split<'a> {
    split_lists(candidates_for(snapshot, child), child, weights, shown)
}

/// The same over lists that were made before.
pub fn split_lists<'a>(
    lists: Vec<(Arc<Candidates>, bool)>,
    child: &'a Child,
    weights: &Weights,
    shown: usize,
) -> Split<'a> {
    let seeker = &child.seeker;
    let most = lists.iter().map(|(candidates, _)| candidates.len()).sum();
    let (mut can, mut cannot) = (Nearest::new(shown, most), Nearest::new(shown, most));
    let (mut can_total, mut cannot_total) = (0, 0);
    for (list, (candidates, substitute)) in (0..).zip(&lists) {
        for (place, glance) in (0..).zip(candidates.glances()) {
            let own = child.own(glance.provider, *substitute);
            let failed = glance.failed(seeker, own);
            let (half, total) =
                if failed.is_empty() { (&mut can, &mut can_total) } else { (&mut cannot, &mut cannot_total) };
            *total += 1;
            if half.takes(failed) {
                let score = glance.score(seeker, own, weights);
                half.add(Miss::new(failed, &score, glance.offer), Place { list, place });
            }
        }
    }
    let score = |at: Place| {
        let (candidates, substitute) = &lists[at.list as usize];
        let glance = &candidates.glances()[at.place as usize];
        (at, glance.score(seeker, child.own(glance.provider, *substitute), weights))
    };
    let can = can.in_order().map(score).collect();
    Split { child, lists, can, cannot, can_total, cannot_total }
}

impl Split<'_> {
    fn read(&self, at: Place) -> (&Candidate, OfferFacts) {
        let (candidates, substitute) = &self.lists[at.list as usize];
        let candidate = &candidates[at.place as usize];
        (candidate, facts_for(self.child, candidate, *substitute))
    }

    /// How the best that can compare, the best first.
    pub fn scores(&self) -> impl Iterator<Item = &Score> {
        self.can.iter().map(|(_, score)| score)
    }

    /// Those that can, the best first.
    pub fn can(&self) -> impl Iterator<Item = Can> {
        self.can.iter().map(|(at, score)| {
            let (candidate, facts) = self.read(*at);
            let rank = Rank { total: score.total(), id: facts.id };
            Can { offer: candidate.offer, facts, rank, score: *score }
        })
    }

    /// Those that cannot, the nearest first.
    pub fn cannot(&self) -> impl Iterator<Item = Cannot> {
        self.cannot.clone().in_order().map(|at| {
            let (candidate, facts) = self.read(at);
            let glance = &self.lists[at.list as usize].0.glances()[at.place as usize];
            Cannot { offer: candidate.offer, failed: glance.failed(&self.child.seeker, facts.own()), facts }
        })
    }
}

/// The nearest so many: what is farther than all of them costs no more than a comparison.
#[derive(Debug, Clone)]
struct Nearest {
    shown: usize,
    /// How many there can be.
    most: usize,
    /// Twice as many at most, of which those beyond are left out now and then, all at once.
    found: Vec<(Miss, Place)>,
    /// The farthest of them, once there are so many.
    farthest: Option<Miss>,
}

impl Nearest {
    /// The nearest of so many at most.
    fn new(shown: usize, most: usize) -> Self {
        Self { shown, most, found: Vec::new(), farthest: None }
    }

    /// Whether something that fails so many rules may come among them.
    fn takes(&self, failed: FailedRules) -> bool {
        self.farthest.is_none_or(|farthest| Miss::least(failed) <= farthest.0)
    }

    fn add(&mut self, miss: Miss, place: Place) {
        if self.farthest.is_some_and(|farthest| farthest < miss) {
            return;
        }
        if self.found.is_empty() {
            self.found.reserve(self.shown.saturating_mul(2).min(self.most));
        }
        self.found.push((miss, place));
        if self.found.len() >= self.shown.saturating_mul(2) {
            self.leave_out();
        }
    }

    fn leave_out(&mut self) {
        if self.shown < self.found.len() {
            let last = self.shown.saturating_sub(1);
            let (_, (farthest, _), _) = self.found.select_nth_unstable(last);
            self.farthest = Some(*farthest);
            self.found.truncate(self.shown);
        }
    }

    fn in_order(mut self) -> impl ExactSizeIterator<Item = Place> {
        self.leave_out();
        self.found.sort_unstable();
        self.found.into_iter().map(|(_, place)| place)
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
