//! Matching: which offers a waiting child can be placed at, why, and why not.
//!
//! Hard rules decide whether it can be at all, and every rule that fails is told. Scores put what is left in order. The
//! two never mix: a score cannot make up for a rule, and no rule is a very bad score. The outcome is a proposal, for the
//! toegang and the family choose.
//!
//! The parts are split by what they cost: a [`Glance`] is a few whole numbers and runs over thousands of offers;
//! [`can_place`] and [`score`] tell every rule and term, and [`words`] makes sentences, for those that are shown. All numbers
//! are whole, so that every run and every database gives the same order.

mod glance;
mod hard_rules;
mod score;

pub mod bridging;
pub mod priority;
pub mod scenario;
pub mod words;

use chrono::NaiveDate;

pub use self::glance::{Glance, Own};
pub use self::hard_rules::{FailedRules, HardRule, can_place};
pub use self::score::{Score, Term, Weights, score};
use crate::contracts::ContractLevel;
use crate::figures::OfferStatus;
use crate::freshness::Freshness;
use crate::norms::Norm;
use crate::product::AgeRange;
use crate::waiting::needs::NeedSet;
use crate::waiting_time::WeekRange;

/// Versie van de regels: raised whenever a hard rule or a part of the score changes, so that a proposal of last year says
/// by which rules it was made.
pub const RULES_VERSION: u16 = 1;

/// Zoekvraag: what is asked for one waiting child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeker {
    /// Leeftijd in years, on the day of the match.
    pub age: u8,
    /// Behoeften.
    pub needs: NeedSet,
    /// Hoogste afstand, in metres.
    pub max_distance: Option<u32>,
    /// Whether the family wants certain providers.
    pub has_preference: bool,
    /// The longest acceptable wait for the product: what an unknown wait counts for at least.
    pub norm: Norm,
}

/// Aanbod voor deze wachtende: what is known of one offer, seen from one child on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferFacts {
    /// The offer, which decides between equals.
    pub id: u64,
    /// The contract that holds today for product and municipality, if there is one.
    pub contract: Option<ContractLevel>,
    /// For whom it is: the ages of the offer, or else of the product.
    pub ages: AgeRange,
    /// Status van het aanbod.
    pub status: OfferStatus,
    /// The last day of the intake stop, if it is known.
    pub stop_until: Option<NaiveDate>,
    /// Aanmeldwachttijd.
    pub intake: Option<WeekRange>,
    /// Behandelwachttijd.
    pub treatment: Option<WeekRange>,
    /// How old these figures are.
    pub freshness: Freshness,
    /// Afstand in metres, if both places are known.
    pub distance: Option<u32>,
    /// Whether it is given online, so that nobody travels.
    pub online: bool,
    /// Needs it is good at.
    pub fitted: NeedSet,
    /// Needs it cannot take on.
    pub excluded: NeedSet,
    /// Whether this provider and this child were brought together before, in vain, and still may not be.
    pub rejected_before: bool,
    /// Whether the family excluded this provider.
    pub provider_excluded: bool,
    /// Whether the family wants this provider.
    pub preferred: bool,
    /// Whether it is an acceptable alternative instead of the product that is wanted.
    pub substitute: bool,
}

impl OfferFacts {
    /// What of it is so for this child alone.
    pub const fn own(&self) -> Own {
        Own {
            rejected_before: self.rejected_before,
            provider_excluded: self.provider_excluded,
            preferred: self.preferred,
            substitute: self.substitute,
        }
    }

    /// Intake and treatment wait, as far as they mean anything: nothing is known with an unknown status, and what stands
    /// beside an intake stop says nothing of what comes after it.
    fn waits(&self) -> [Option<WeekRange>; 2] {
        match self.status {
            OfferStatus::Unknown | OfferStatus::IntakeStop => [None, None],
            _ => [self.intake, self.treatment],
        }
    }
}

/// Uitkomst voor een aanbod: the child can be placed there, or it cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It can, and this is how it compares.
    Can(Score),
    /// It cannot, for all of these reasons.
    Cannot(FailedRules),
}

/// What one offer is for one child today.
pub fn judge(seeker: &Seeker, offer: &OfferFacts, weights: &Weights, today: NaiveDate) -> Verdict {
    let failed = can_place(seeker, offer, today);
    if failed.is_empty() { Verdict::Can(score(seeker, offer, weights)) } else { Verdict::Cannot(failed) }
}

/// Plaats in de volgorde: the lowest total first, and the lowest id among equals, so that no two offers are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    /// Hundredths of a week.
    pub total: u32,
    /// The offer.
    pub id: u64,
}

/// The offers at which a child can be placed, best first, with their scores.
pub fn rank<'a>(
    seeker: &Seeker,
    offers: &'a [OfferFacts],
    weights: &Weights,
    today: NaiveDate,
) -> Vec<(Rank, &'a OfferFacts, Score)> {
    let mut ranked: Vec<_> = offers
        .iter()
        .filter_map(|offer| match judge(seeker, offer, weights, today) {
            Verdict::Can(score) => Some((Rank { total: score.total(), id: offer.id }, offer, score)),
            Verdict::Cannot(_) => None,
        })
        .collect();
    ranked.sort_unstable_by_key(|(rank, ..)| *rank);
    ranked
}

#[cfg(test)]
mod tests;
