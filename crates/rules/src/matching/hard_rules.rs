//! Harde regels: without exception, and without weighing.

use chrono::NaiveDate;

use super::{OfferFacts, Seeker};
use crate::figures::OfferStatus;

coded_enum! {
    /// Harde regel.
    pub enum HardRule {
        /// A contract for product and municipality holds today.
        Contract = "contract", "Geen contract";
        /// The age is in range.
        Age = "leeftijd", "Andere leeftijd";
        /// There is no intake stop.
        IntakeStop = "aanmeldstop", "Aanmeldstop";
        /// No need that the provider cannot take on.
        ExcludedNeed = "behoefte", "Neemt deze behoefte niet aan";
        /// The two were not brought together before in vain.
        RejectedPair = "eerder-afgewezen", "Eerder afgewezen";
        /// The family did not exclude the provider.
        ExcludedProvider = "uitgesloten", "Uitgesloten door het gezin";
        /// Not farther than the family can go.
        MaxDistance = "afstand", "Te ver";
        /// With a highest distance, the distance must be known: unknown is not near.
        UnknownDistance = "afstand-onbekend", "Afstand niet bekend";
    }
}

/// Gebroken regels: kept in one number, since nearly every offer of a region breaks one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FailedRules(u16);

impl FailedRules {
    /// No rule failed.
    pub const NONE: Self = Self(0);

    pub(super) const fn with(self, rule: HardRule, fails: bool) -> Self {
        Self(self.0 | (fails as u16) << rule as u16)
    }

    pub(super) const fn joined(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn bits(self) -> u16 {
        self.0
    }

    pub(super) const fn of_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// Whether no rule failed.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many rules failed.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether this is the only rule that failed.
    pub const fn is_only(self, rule: HardRule) -> bool {
        self.0 == 1 << rule as u16
    }

    /// Whether this rule failed.
    pub const fn contains(self, rule: HardRule) -> bool {
        self.0 & (1 << rule as u16) != 0
    }

    /// The rules that failed, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = HardRule> {
        HardRule::ALL.iter().copied().filter(move |rule| self.contains(*rule))
    }
}

/// Whether there is an intake stop today. A stop that has ended is no stop, even though nobody has said yet what came after it.
pub(super) fn has_stopped(offer: &OfferFacts, today: NaiveDate) -> bool {
    offer.status == OfferStatus::IntakeStop && offer.stop_until.is_none_or(|until| today <= until)
}

/// The rules of distance that fail, for what is not given online.
pub(super) fn out_of_reach(most: Option<u32>, distance: Option<u32>) -> FailedRules {
    let (too_far, unknown) = match (most, distance) {
        (Some(most), Some(distance)) => (distance > most, false),
        (Some(_), None) => (false, true),
        (None, _) => (false, false),
    };
    FailedRules::NONE.with(HardRule::MaxDistance, too_far).with(HardRule::UnknownDistance, unknown)
}

/// Every hard rule that an offer breaks for a child today.
pub fn can_place(seeker: &Seeker, offer: &OfferFacts, today: NaiveDate) -> FailedRules {
    FailedRules::NONE
        .with(HardRule::Contract, offer.contract.is_none())
        .with(HardRule::Age, !offer.ages.contains(seeker.age))
        .with(HardRule::IntakeStop, has_stopped(offer, today))
        .with(HardRule::ExcludedNeed, !seeker.needs.shared_with(offer.excluded).is_empty())
        .with(HardRule::RejectedPair, offer.rejected_before)
        .with(HardRule::ExcludedProvider, offer.provider_excluded)
        .joined(out_of_reach(seeker.max_distance.filter(|_| !offer.online), offer.distance))
}
