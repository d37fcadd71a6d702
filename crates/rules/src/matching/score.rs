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
pub(super) const MOST: u32 = 1 << 27;

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
    /// These terms, in the order of the list.
    pub(super) fn of(terms: [u32; Term::ALL.len()]) -> Self {
        let terms = terms.map(|value| value.min(MOST));
        Self { total: terms.iter().sum(), terms }
    }

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
    let metres = if offer.online { 0 } else { offer.distance.unwrap_or(weights.unknown_distance) };
    let unmet = seeker.needs.without(offer.fitted).len();
    let when = |holds: bool, weight: u32| if holds { weight } else { 0 };
    let terms = Term::ALL.iter().map(|term| match term {
        Term::Wait => wait,
        Term::OpenEnd => when(open_end, weights.open_end),
        Term::UnknownWait => when(unknown, weights.unknown_wait),
        Term::Stale => when(is_stale(offer), weights.stale),
        Term::Distance => by_distance(metres, weights),
        Term::Substitute => when(offer.substitute, weights.substitute),
        Term::NotPreferred => when(seeker.has_preference && !offer.preferred, weights.not_preferred),
        Term::UnmetNeeds => unmet.saturating_mul(weights.per_unmet_need),
    });
    let mut values = [0; Term::ALL.len()];
    for (place, value) in values.iter_mut().zip(terms) {
        *place = value;
    }
    Score::of(values)
}

/// What a distance in metres adds.
pub(super) fn by_distance(metres: u32, weights: &Weights) -> u32 {
    u32::try_from(u64::from(metres) * u64::from(weights.per_10_km) / 10_000)
        .map_or(MOST, |value| value.min(MOST))
}

/// Whether its figures are old, or nobody ever stood for them.
pub(super) const fn is_stale(offer: &OfferFacts) -> bool {
    matches!(offer.freshness, Freshness::Stale | Freshness::NeverConfirmed)
}

/// The wait as far as it is known, whoever asks.
pub(super) struct KnownWait {
    pub(super) hundredths: u32,
    pub(super) has_open_end: bool,
    /// Whether a part is missing, or all of it.
    pub(super) is_partial: bool,
}

/// The middle of what is known of intake and treatment wait; what has no end counts from where it begins.
pub(super) fn known_wait(offer: &OfferFacts) -> KnownWait {
    let middle = |wait: WeekRange| match wait.upper() {
        Some(upper) => (u32::from(wait.min()) + u32::from(upper)) * 50,
        None => u32::from(wait.min()) * 100,
    };
    let parts = offer.waits();
    KnownWait {
        hundredths: parts.into_iter().flatten().map(middle).sum(),
        has_open_end: parts.into_iter().flatten().any(|wait| wait.upper().is_none()),
        is_partial: parts.iter().any(Option::is_none),
    }
}

/// The expected wait in hundredths of a week, whether an end is open, and whether the wait is not known.
///
/// A wait of which a part is missing is not known: half a wait looks deceptively short. It counts for the norm of the
/// product, or for the part that is known when that is more, so that it never looks like a short one. A region that wants
/// it below every wait that is known gives it a high weight.
fn expected_wait(seeker: &Seeker, offer: &OfferFacts) -> (u32, bool, bool) {
    let known = known_wait(offer);
    if !known.is_partial {
        return (known.hundredths, known.has_open_end, false);
    }
    let norm = u32::from(seeker.norm.total()) * 100;
    // A place that is free now needs no figure to be worth asking for.
    let unknown = offer.status != OfferStatus::Place;
    (known.hundredths.max(norm), known.has_open_end, unknown)
}
