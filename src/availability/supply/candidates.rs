//! Kandidaten: every offer of a product as a child from one place meets it. What differs from child to child (its wishes,
//! what was tried before) is filled in by whoever matches; the rest is worked out once for each picture.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use rules::geography::{Point, distance_km};
use rules::matching::{Glance, OfferFacts};

use super::snapshot::Snapshot;

/// Waar een kind woont: the municipality that answers for it, and its postcode if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    pub municipality: u32,
    pub pc4: Option<i32>,
}

/// Kandidaat: one offer, seen from there.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// By place in the snapshot.
    pub offer: u32,
    /// By place in the book.
    pub provider: u32,
    /// With nothing of the child itself: no wish, nothing tried before, no substitute.
    pub facts: OfferFacts,
}

/// The candidates of a product from one place, and beside each what decides about it.
#[derive(Debug, Default)]
pub struct Candidates {
    found: Box<[Candidate]>,
    glances: Box<[Glance]>,
}

impl Candidates {
    /// In the same order.
    pub fn glances(&self) -> &[Glance] {
        &self.glances
    }
}

impl Deref for Candidates {
    type Target = [Candidate];

    fn deref(&self) -> &[Candidate] {
        &self.found
    }
}

/// How many places are remembered for a product; from further places the list is made anew each time.
const REMEMBERED_PLACES: usize = 64;

/// The lists of one product, each made when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct CandidateLists(RwLock<HashMap<Origin, Arc<Candidates>>>);

impl Snapshot {
    /// Every offer of a product that is open at all today, as a child from here meets it: those under a contract for
    /// the municipality first, and within that by number. An offer without such a contract has none in its facts.
    pub fn candidates(&self, product: u32, origin: Origin) -> Arc<Candidates> {
        let CandidateLists(lists) = self.candidate_lists(product);
        let known = lists.read().unwrap_or_else(PoisonError::into_inner).get(&origin).cloned();
        known.unwrap_or_else(|| {
            let made = self.make_candidates(product, origin);
            let mut lists = lists.write().unwrap_or_else(PoisonError::into_inner);
            if lists.len() < REMEMBERED_PLACES {
                lists.insert(origin, made.clone());
            }
            made
        })
    }

    /// The same, worked out and not remembered.
    pub fn make_candidates(&self, product: u32, origin: Origin) -> Arc<Candidates> {
        if !self.book.products[product as usize].validity.contains(self.today) {
            return Arc::default();
        }
        let from = origin
            .pc4
            .and_then(|pc4| self.book.postcodes.get(&pc4))
            .map_or(self.book.municipalities[origin.municipality as usize].centre, |postcode| postcode.point);
        let offers = self.offers_of_product(product).iter();
        let mut found: Vec<Candidate> =
            offers.filter_map(|offer| self.candidate(*offer, origin.municipality, from)).collect();
        found.sort_unstable_by_key(|candidate| (candidate.facts.contract.is_none(), candidate.facts.id));
        let glance = |one: &Candidate| Glance::of(&one.facts, (one.offer, one.provider), self.today);
        let glances = found.iter().map(glance).collect();
        Arc::new(Candidates { found: found.into(), glances })
    }

    /// One offer as a child from there meets it; none once it has closed.
    pub fn candidate(&self, index: u32, municipality: u32, from: Point) -> Option<Candidate> {
        let offer = self.offer(index);
        if offer.figures.closes_on.is_some_and(|day| day <= self.today) {
            return None;
        }
        let covered = offer.coverage.binary_search_by_key(&municipality, |(covered, _)| *covered);
        let facts = OfferFacts {
            id: u64::try_from(offer.id).unwrap_or(u64::MAX),
            contract: covered.ok().map(|place| offer.coverage[place].1),
            ages: offer.ages,
            status: offer.figures.status,
            stop_until: offer.figures.stop.as_ref().and_then(|stop| stop.until),
            intake: offer.figures.intake,
            treatment: offer.figures.treatment,
            freshness: offer.freshness,
            distance: Some(metres(distance_km(from, self.location(offer).point))),
            online: offer.online,
            fitted: offer.fitted,
            excluded: offer.excluded,
            rejected_before: false,
            provider_excluded: false,
            preferred: false,
            substitute: false,
        };
        Some(Candidate { offer: index, provider: offer.provider, facts })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a distance within the Netherlands is positive and small"
)]
fn metres(km: f64) -> u32 {
    (km * 1000.0).round() as u32
}
