//! Score: how an offer compares with the others, in hundredths of a week.
//!
//! Everything is expressed in waiting time, because that is what a toegang and a family can weigh: is it worth a week
//! more to be 10 km nearer? No term is below zero, so that the total is a price which a solver can take as it is: what
//! speaks for an offer is a price that the others pay.

use super::{OfferFacts, Seeker};
use crate::figures::OfferStatus;
use crate::freshness::Freshness;
use crate::waiting_time::WeekRange;

coded_enum! {
    /// Onderdeel van de score.
    pub enum Term {
        /// The expected wait until the start of care.
        Wait = "wachttijd", "Wachttijd";
        /// The wait has no upper end.
        OpenEnd = "open-einde", "Wachttijd zonder einde";
        /// The wait is not known.
        UnknownWait = "onbekend", "Wachttijd niet bekend";
        /// The figures are old.
        Stale = "verouderd", "Cijfers verouderd";
        Distance = "afstand", "Afstand";
        /// It is not the product that is wanted.
        Substitute = "alternatief", "Alternatief product";
        /// The family wants another provider.
        NotPreferred = "geen-voorkeur", "Niet de voorkeur van het gezin";
        /// Needs that the provider is not known to be good at.
        UnmetNeeds = "behoeften", "Niet alle behoeften";
    }
}

/// No term counts for more than this (about 13,000 weeks), so that no sum passes what a number can hold.
const MOST: u32 = 1 << 27;

/// Gewichten van een regio, in hundredths of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// A wait with an open end, such as "meer dan 26 weken".
    pub open_end: u32,
    /// A wait that is not known, on top of the norm of the product.
    pub unknown_wait: u32,
    /// Figures that are stale or were never confirmed.
    pub stale: u32,
    /// Every 10 km.
    pub per_10_km: u32,
    /// How far an offer counts for when its distance is not known, in metres.
    pub unknown_distance: u32,
    /// An acceptable alternative instead of the product that is wanted.
    pub substitute: u32,
    /// Another provider than the family wants.
    pub not_preferred: u32,
    /// Each need the provider is not known to be good at.
    pub per_unmet_need: u32,
}

impl Default for Weights {
    /// 10 km is a week; an open end, an unknown wait and stale figures are 8, 8 and 4; an alternative is 4, a preference
    /// 6, a need 2.
    fn default() -> Self {
        Self {
            open_end: 800,
            unknown_wait: 800,
            stale: 400,
            per_10_km: 100,
            unknown_distance: 30_000,
            substitute: 400,
            not_preferred: 600,
            per_unmet_need: 200,
        }
    }
}

/// Score: the terms, and their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    total: u32,
    terms: [u32; Term::ALL.len()],
}

impl Score {
    /// The sum of the terms: less is better.
    pub const fn total(&self) -> u32 {
        self.total
    }

    /// What one term adds.
    pub const fn term(&self, term: Term) -> u32 {
        self.terms[term as usize]
    }

    /// The terms that add something.
    pub fn terms(&self) -> impl Iterator<Item = (Term, u32)> {
        Term::ALL.iter().map(|term| (*term, self.term(*term))).filter(|(_, value)| *value > 0)
    }
}

/// How an offer compares for a child. Says nothing about whether it can be; see [`super::can_place`].
pub fn score(seeker: &Seeker, offer: &OfferFacts, weights: &Weights) -> Score {
    let (wait, open_end, unknown) = expected_wait(seeker, offer);
    let metres = if offer.online { 0 } else { u64::from(offer.distance.unwrap_or(weights.unknown_distance)) };
    let by_distance = metres * u64::from(weights.per_10_km) / 10_000;
    let is_stale = matches!(offer.freshness, Freshness::Stale | Freshness::NeverConfirmed);
    let unmet = seeker.needs.without(offer.fitted).len();
    let when = |holds: bool, weight: u32| if holds { weight } else { 0 };
    let terms = Term::ALL.iter().map(|term| match term {
        Term::Wait => wait,
        Term::OpenEnd => when(open_end, weights.open_end),
        Term::UnknownWait => when(unknown, weights.unknown_wait),
        Term::Stale => when(is_stale, weights.stale),
        Term::Distance => u32::try_from(by_distance).unwrap_or(MOST),
        Term::Substitute => when(offer.substitute, weights.substitute),
        Term::NotPreferred => when(seeker.has_preference && !offer.preferred, weights.not_preferred),
        Term::UnmetNeeds => unmet.saturating_mul(weights.per_unmet_need),
    });
    let mut score = Score { total: 0, terms: [0; Term::ALL.len()] };
    for (place, value) in score.terms.iter_mut().zip(terms) {
        *place = value.min(MOST);
        score.total += *place;
    }
    score
}

/// What the score is at least: the shortest wait, or the norm when the wait is not known. Tells of most offers, for little,
/// that others come before them.
pub fn least_score(seeker: &Seeker, offer: &OfferFacts) -> u32 {
    match offer.waits() {
        [Some(intake), Some(treatment)] => (u32::from(intake.min()) + u32::from(treatment.min())) * 100,
        _ => u32::from(seeker.norm.total()) * 100,
    }
}

/// The expected wait in hundredths of a week, whether an end is open, and whether the wait is not known.
///
/// A wait of which a part is missing is not known: half a wait looks deceptively short. It counts for the norm of the
/// product, or for the part that is known when that is more, so that it never looks like a short one. A region that wants
/// it below every wait that is known gives it a high weight.
fn expected_wait(seeker: &Seeker, offer: &OfferFacts) -> (u32, bool, bool) {
    let middle = |wait: WeekRange| match wait.upper() {
        Some(upper) => (u32::from(wait.min()) + u32::from(upper)) * 50,
        None => u32::from(wait.min()) * 100,
    };
    let parts = offer.waits();
    let known: u32 = parts.into_iter().flatten().map(middle).sum();
    let open_end = parts.into_iter().flatten().any(|wait| wait.upper().is_none());
    if parts.iter().all(Option::is_some) {
        return (known, open_end, false);
    }
    let norm = u32::from(seeker.norm.total()) * 100;
    // A place that is free now needs no figure to be worth asking for.
    let unknown = offer.status != OfferStatus::Place;
    (known.max(norm), open_end, unknown)
}
