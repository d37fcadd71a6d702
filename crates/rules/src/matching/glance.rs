//! Blik: one offer in half a cache line, with all that decides whether a child can be placed there and how it compares,
//! worked out beforehand as far as it is the same for every child.
//!
//! It answers as [`can_place`] and [`score`] do, and a property holds it to that. Those tell everything of the offers that
//! are shown; this goes through thousands to find which ones those are.

use chrono::NaiveDate;

use super::hard_rules::{has_stopped, out_of_reach};
use super::score::{by_distance, is_stale, known_wait};
use super::{FailedRules, HardRule, OfferFacts, Score, Seeker, Weights};
#[cfg(doc)]
use super::{can_place, score};
use crate::figures::OfferStatus;
use crate::product::AgeRange;
use crate::waiting::needs::NeedSet;

/// Eigen: what is so between one child and one offer, and another child may see otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Own {
    /// Whether this provider and this child were brought together before, in vain, and still may not be.
    pub rejected_before: bool,
    /// Whether the family excluded this provider.
    pub provider_excluded: bool,
    /// Whether the family wants this provider.
    pub preferred: bool,
    /// Whether it is an acceptable alternative instead of the product that is wanted.
    pub substitute: bool,
}

/// Blik.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// The offer and its provider, as the caller numbers them.
    pub offer: u32,
    pub provider: u32,
    /// The expected wait as far as it is known, in hundredths of a week.
    wait: u32,
    /// How far it counts for; nought for what is given online.
    metres: u32,
    fitted: NeedSet,
    excluded: NeedSet,
    ages: AgeRange,
    marks: u16,
}

/// The rules that an offer breaks for every child have the low bits, as in [`FailedRules`].
const RULES: u16 = 0xff;
/// An end of the wait is open.
const OPEN_END: u16 = 1 << 8;
/// A part of the wait is not known: it counts for the norm at least.
const PARTIAL: u16 = 1 << 9;
/// And nothing else says that it is worth asking for.
const UNKNOWN: u16 = 1 << 10;
const STALE: u16 = 1 << 11;
const UNKNOWN_DISTANCE: u16 = 1 << 12;

const _: () = assert!(HardRule::ALL.len() <= 8);

impl Glance {
    /// What there is to know beforehand of an offer today.
    pub fn of(offer: &OfferFacts, (number, provider): (u32, u32), today: NaiveDate) -> Self {
        let always = FailedRules::NONE
            .with(HardRule::Contract, offer.contract.is_none())
            .with(HardRule::IntakeStop, has_stopped(offer, today));
        let wait = known_wait(offer);
        let mark = |holds: bool, mark: u16| if holds { mark } else { 0 };
        let marks = always.bits()
            | mark(wait.has_open_end, OPEN_END)
            | mark(wait.is_partial, PARTIAL)
            | mark(wait.is_partial && offer.status != OfferStatus::Place, UNKNOWN)
            | mark(is_stale(offer), STALE)
            | mark(!offer.online && offer.distance.is_none(), UNKNOWN_DISTANCE);
        Self {
            offer: number,
            provider,
            wait: wait.hundredths,
            metres: if offer.online { 0 } else { offer.distance.unwrap_or_default() },
            fitted: offer.fitted,
            excluded: offer.excluded,
            ages: offer.ages,
            marks,
        }
    }

    const fn has(&self, mark: u16) -> bool {
        self.marks & mark != 0
    }

    /// As [`can_place`].
    pub fn failed(&self, seeker: &Seeker, own: Own) -> FailedRules {
        let distance = (!self.has(UNKNOWN_DISTANCE)).then_some(self.metres);
        FailedRules::of_bits(self.marks & RULES)
            .with(HardRule::Age, !self.ages.contains(seeker.age))
            .with(HardRule::ExcludedNeed, !seeker.needs.shared_with(self.excluded).is_empty())
            .with(HardRule::RejectedPair, own.rejected_before)
            .with(HardRule::ExcludedProvider, own.provider_excluded)
            .joined(out_of_reach(seeker.max_distance, distance))
    }

    /// As [`score`].
    pub fn score(&self, seeker: &Seeker, own: Own, weights: &Weights) -> Score {
        let norm = if self.has(PARTIAL) { u32::from(seeker.norm.total()) * 100 } else { 0 };
        let metres = if self.has(UNKNOWN_DISTANCE) { weights.unknown_distance } else { self.metres };
        let unmet = seeker.needs.without(self.fitted).len();
        let when = |holds: bool, weight: u32| if holds { weight } else { 0 };
        Score::of([
            self.wait.max(norm),
            when(self.has(OPEN_END), weights.open_end),
            when(self.has(UNKNOWN), weights.unknown_wait),
            when(self.has(STALE), weights.stale),
            by_distance(metres, weights),
            when(own.substitute, weights.substitute),
            when(seeker.has_preference && !own.preferred, weights.not_preferred),
            unmet.saturating_mul(weights.per_unmet_need),
        ])
    }
}
