//! Wat-als: what would be so if something were otherwise.
//!
//! A scenario is a list of changes. Every function here takes what is so and tells what would be so; what comes of that is
//! left to the same rules and the same solver as always. Without changes everything stays as it is.

use thiserror::Error;

use super::priority::Policy;
use super::{OfferFacts, Seeker, Weights};
use crate::contracts::ContractLevel;
use crate::figures::OfferStatus;
use crate::norms::Norm;

coded_enum! {
    /// Soort verandering.
    pub enum Kind {
        /// So many places more than now, or fewer, at every offer it is about.
        MorePlaces = "plekken-erbij", "Plekken erbij";
        /// Exactly so many places at every offer it is about.
        ExactPlaces = "plekken-precies", "Plekken precies";
        /// Everybody can go so far, whatever the family said.
        Radius = "afstand", "Hoogste afstand voor iedereen";
        /// So many weeks are the norm.
        Norm = "norm", "Norm";
        /// A contract that is not there now.
        Contract = "contract", "Contract erbij";
        /// A contract that is there now and would be no longer, of whatever level.
        ContractEnds = "contract-eraf", "Contract eraf";
        PerTenKm = "per-10-km", "Elke 10 km";
        OpenEnd = "open-einde", "Wachttijd zonder einde";
        UnknownWait = "onbekende-wachttijd", "Onbekende wachttijd, boven op de norm";
        Stale = "verouderd", "Verouderd cijfer";
        UnknownDistance = "onbekende-afstand", "Onbekende afstand telt als";
        Substitute = "alternatief", "Alternatief product";
        NotPreferred = "geen-voorkeur", "Andere aanbieder dan het gezin wil";
        UnmetNeed = "behoefte", "Elke behoefte waarvoor de aanbieder niet bekendstaat";
        WeeksPerStep = "weken-per-stap", "Weken wachten die als één stap tellen";
        StayWeeks = "blijven-wachten", "Blijven wachten telt als";
        UrgentFirst = "spoed-eerst", "Wie spoed heeft schuift een trap op";
        MeasureFirst = "maatregel-eerst", "Wie wacht op een maatregel staat op de hoogste trap";
        Ageing = "veroudering", "Wie langer wacht dan de norm schuift een trap op";
    }
}

/// What the value of a change counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Places,
    Kilometres,
    Weeks,
    /// Hundredths of a week.
    Hundredths,
    /// 0 or 1.
    YesNo,
}

impl Kind {
    /// The lowest and the highest value it takes, and what that counts; none for a change without a value.
    pub const fn value(self) -> Option<(i32, i32, Unit)> {
        Some(match self {
            Self::MorePlaces => (-50, 50, Unit::Places),
            Self::ExactPlaces => (0, 100, Unit::Places),
            Self::Radius | Self::UnknownDistance => (1, 300, Unit::Kilometres),
            Self::Norm => (1, 104, Unit::Weeks),
            Self::Contract | Self::ContractEnds => return None,
            Self::PerTenKm
            | Self::OpenEnd
            | Self::UnknownWait
            | Self::Stale
            | Self::Substitute
            | Self::NotPreferred
            | Self::UnmetNeed => (0, 5200, Unit::Hundredths),
            Self::WeeksPerStep => (0, 520, Unit::Weeks),
            Self::StayWeeks => (1, 520, Unit::Weeks),
            Self::UrgentFirst | Self::MeasureFirst | Self::Ageing => (0, 1, Unit::YesNo),
        })
    }

    /// Whether it is about offers, and so may be about some of them only.
    pub const fn is_about_places(self) -> bool {
        matches!(self, Self::MorePlaces | Self::ExactPlaces)
    }

    /// Whether it is about a contract of a provider.
    pub const fn is_about_contracts(self) -> bool {
        matches!(self, Self::Contract | Self::ContractEnds)
    }
}

/// Waar een verandering over gaat: everything that fits all that is named, by numbers that only have to be the same on
/// both sides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Subject {
    pub offer: Option<i64>,
    pub provider: Option<i64>,
    pub product: Option<i64>,
    pub municipality: Option<i64>,
}

/// Verandering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Change {
    pub kind: Kind,
    pub subject: Subject,
    /// 0 for a change without a value.
    pub value: i32,
}

/// What is wrong with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ChangeError {
    #[error("moet van {0} tot en met {1} zijn")]
    OutOfRange(i32, i32),
    #[error("heeft geen waarde")]
    HasNoValue,
    #[error("kies een aanbieder")]
    ProviderMissing,
    #[error("gaat hier niet over")]
    OtherSubject,
}

impl Change {
    /// Whether it is a change that means something.
    pub const fn check(&self) -> Result<(), ChangeError> {
        match self.kind.value() {
            Some((least, most, _)) if self.value < least || self.value > most => {
                return Err(ChangeError::OutOfRange(least, most));
            }
            None if self.value != 0 => return Err(ChangeError::HasNoValue),
            _ => {}
        }
        let Subject { offer, provider, product, municipality } = self.subject;
        let fits = match self.kind {
            Kind::MorePlaces | Kind::ExactPlaces => municipality.is_none(),
            Kind::Norm => offer.is_none() && provider.is_none() && municipality.is_none(),
            Kind::Contract | Kind::ContractEnds => {
                if provider.is_none() {
                    return Err(ChangeError::ProviderMissing);
                }
                offer.is_none()
            }
            _ => offer.is_none() && provider.is_none() && product.is_none() && municipality.is_none(),
        };
        if fits { Ok(()) } else { Err(ChangeError::OtherSubject) }
    }
}

/// Whose an offer is and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferKey {
    pub offer: i64,
    pub provider: i64,
    /// Who has the contract: the provider itself, or its main contractor.
    pub contractor: i64,
    pub product: i64,
}

/// Scenario: changes, of which a later one goes over an earlier one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scenario(Vec<Change>);

impl Scenario {
    /// Nothing is otherwise.
    pub const AS_IT_IS: Self = Self(Vec::new());

    pub const fn new(changes: Vec<Change>) -> Self {
        Self(changes)
    }

    /// Everything is weighed like this.
    pub fn weighing(weights: &Weights) -> Self {
        let values = [
            (Kind::OpenEnd, weights.open_end),
            (Kind::UnknownWait, weights.unknown_wait),
            (Kind::Stale, weights.stale),
            (Kind::PerTenKm, weights.per_10_km),
            (Kind::UnknownDistance, weights.unknown_distance / 1000),
            (Kind::Substitute, weights.substitute),
            (Kind::NotPreferred, weights.not_preferred),
            (Kind::UnmetNeed, weights.per_unmet_need),
        ];
        let change = |(kind, value): (Kind, u32)| Change {
            kind,
            subject: Subject::default(),
            value: i32::try_from(value).unwrap_or(i32::MAX),
        };
        Self(values.into_iter().map(change).collect())
    }

    /// The same with one more change.
    #[must_use]
    pub fn with(&self, change: Change) -> Self {
        Self(self.0.iter().copied().chain([change]).collect())
    }

    fn last(&self, kind: Kind) -> Option<u32> {
        let change = self.0.iter().rev().find(|change| change.kind == kind)?;
        u32::try_from(change.value).ok()
    }

    /// How many children an offer would have room for.
    pub fn room(&self, key: &OfferKey, now: u32) -> u32 {
        let about = |change: &&Change| {
            let Subject { offer, provider, product, .. } = change.subject;
            change.kind.is_about_places()
                && offer.is_none_or(|offer| offer == key.offer)
                && provider.is_none_or(|provider| provider == key.provider)
                && product.is_none_or(|product| product == key.product)
        };
        self.0.iter().filter(about).fold(now, |room, change| match change.kind {
            Kind::MorePlaces => room.saturating_add_signed(change.value),
            _ => change.value.unsigned_abs(),
        })
    }

    /// How offers would be weighed.
    pub fn weights(&self, now: Weights) -> Weights {
        let or = |kind: Kind, value: u32| self.last(kind).unwrap_or(value);
        Weights {
            open_end: or(Kind::OpenEnd, now.open_end),
            unknown_wait: or(Kind::UnknownWait, now.unknown_wait),
            stale: or(Kind::Stale, now.stale),
            per_10_km: or(Kind::PerTenKm, now.per_10_km),
            unknown_distance: self
                .last(Kind::UnknownDistance)
                .map_or(now.unknown_distance, |kilometres| kilometres * 1000),
            substitute: or(Kind::Substitute, now.substitute),
            not_preferred: or(Kind::NotPreferred, now.not_preferred),
            per_unmet_need: or(Kind::UnmetNeed, now.per_unmet_need),
        }
    }

    /// Who would go first.
    pub fn policy(&self, now: Policy) -> Policy {
        let flag = |kind: Kind, value: bool| self.last(kind).map_or(value, |value| value > 0);
        let weeks =
            |kind: Kind, value: u16| self.last(kind).and_then(|weeks| weeks.try_into().ok()).unwrap_or(value);
        Policy {
            urgent_first: flag(Kind::UrgentFirst, now.urgent_first),
            measure_first: flag(Kind::MeasureFirst, now.measure_first),
            ageing: flag(Kind::Ageing, now.ageing),
            weeks_per_step: weeks(Kind::WeeksPerStep, now.weeks_per_step),
            stay_weeks: weeks(Kind::StayWeeks, now.stay_weeks),
        }
    }

    /// The norm of a product: until the intake at most what it was, the rest after it.
    pub fn norm(&self, now: Norm, product: i64) -> Norm {
        let about = |change: &&Change| {
            change.kind == Kind::Norm && change.subject.product.is_none_or(|one| one == product)
        };
        let weeks = self.0.iter().rev().find(about).and_then(|change| u16::try_from(change.value).ok());
        weeks.map_or(now, |weeks| {
            let intake_weeks = now.intake_weeks.min(weeks);
            Norm { intake_weeks, treatment_weeks: weeks - intake_weeks }
        })
    }

    /// What would be asked for a child that waits for this product.
    pub fn seeker(&self, now: &Seeker, product: i64) -> Seeker {
        let radius = self.last(Kind::Radius).map(|kilometres| kilometres * 1000);
        Seeker { max_distance: radius.or(now.max_distance), norm: self.norm(now.norm, product), ..*now }
    }

    /// Whether places would be given at an offer with an intake stop: where somebody says that there are places, they
    /// are for whoever waits.
    pub fn lifts_stop(&self, key: &OfferKey) -> bool {
        self.room(key, 0) > 0
    }

    /// What an offer would be to a child of this municipality.
    pub fn offer(&self, now: OfferFacts, key: &OfferKey, municipality: i64) -> OfferFacts {
        let about = |change: &&Change| {
            let subject = change.subject;
            change.kind.is_about_contracts()
                && subject.provider == Some(key.contractor)
                && subject.product.is_none_or(|product| product == key.product)
                && subject.municipality.is_none_or(|one| one == municipality)
        };
        let contract = match self.0.iter().rev().find(about).map(|change| change.kind) {
            Some(Kind::ContractEnds) => None,
            Some(_) => now.contract.or(Some(ContractLevel::Region)),
            None => now.contract,
        };
        if now.status == OfferStatus::IntakeStop && self.lifts_stop(key) {
            return OfferFacts { contract, status: OfferStatus::Place, stop_until: None, ..now };
        }
        OfferFacts { contract, ..now }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{any_offer, any_seeker, offer, seeker};
    use super::*;
    use crate::matching::{FailedRules, HardRule, can_place};
    use crate::testing::today;

    const KEY: OfferKey = OfferKey { offer: 1, provider: 10, contractor: 11, product: 100 };

    fn of(kind: Kind, value: i32) -> Change {
        Change { kind, subject: Subject::default(), value }
    }

    #[test]
    fn places_are_added_or_set_where_everything_named_fits() {
        let about = |subject: Subject| Change { subject, ..of(Kind::MorePlaces, 2) };
        let named = |offer, provider, product| Subject { offer, provider, product, municipality: None };
        for (changes, room) in [
            (vec![], 3),
            (vec![of(Kind::MorePlaces, 2)], 5),
            (vec![of(Kind::MorePlaces, -5)], 0),
            (vec![of(Kind::ExactPlaces, 7)], 7),
            (vec![of(Kind::ExactPlaces, 7), of(Kind::MorePlaces, -1)], 6),
            (vec![of(Kind::MorePlaces, -1), of(Kind::ExactPlaces, 0)], 0),
            (vec![about(named(Some(1), None, None))], 5),
            (vec![about(named(Some(2), None, None))], 3),
            (vec![about(named(None, Some(10), Some(100)))], 5),
            (vec![about(named(None, Some(10), Some(101)))], 3),
            // Places are of who gives the care, not of who has the contract.
            (vec![about(named(None, Some(11), None))], 3),
        ] {
            assert_eq!(Scenario::new(changes.clone()).room(&KEY, 3), room, "{changes:?}");
        }
    }

    #[test]
    fn a_contract_is_that_of_the_contractor_for_product_and_municipality() {
        let without = OfferFacts { contract: None, ..offer() };
        let named = |provider, product, municipality| Change {
            subject: Subject { offer: None, provider: Some(provider), product, municipality },
            ..of(Kind::Contract, 0)
        };
        for (change, holds) in [
            (named(11, None, None), true),
            (named(10, None, None), false),
            (named(11, Some(100), Some(7)), true),
            (named(11, Some(101), None), false),
            (named(11, None, Some(8)), false),
        ] {
            let facts = Scenario::new(vec![change]).offer(without, &KEY, 7);
            assert_eq!(facts.contract.is_some(), holds, "{change:?}");
            assert_eq!(can_place(&seeker(), &facts, today()) == FailedRules::NONE, holds);
        }
        assert!(can_place(&seeker(), &without, today()).is_only(HardRule::Contract));
    }

    #[test]
    fn of_a_contract_that_comes_and_one_that_ends_the_last_counts() {
        let subject = Subject { provider: Some(11), ..Subject::default() };
        let [comes, ends] =
            [Kind::Contract, Kind::ContractEnds].map(|kind| Change { subject, ..of(kind, 0) });
        let elsewhere = Change { subject: Subject { municipality: Some(8), ..subject }, ..ends };
        for (changes, holds) in [
            (vec![], true),
            (vec![ends], false),
            (vec![elsewhere], true),
            (vec![comes, ends], false),
            (vec![ends, comes], true),
        ] {
            let facts = Scenario::new(changes.clone()).offer(offer(), &KEY, 7);
            assert_eq!(facts.contract.is_some(), holds, "{changes:?}");
        }
        assert_eq!(ends.check(), Ok(()));
        assert_eq!(Change { subject: Subject::default(), ..ends }.check(), Err(ChangeError::ProviderMissing));
    }

    #[test]
    fn places_at_an_intake_stop_are_for_whoever_waits() {
        let stopped = OfferFacts { status: OfferStatus::IntakeStop, stop_until: None, ..offer() };
        for (changes, can) in [
            (vec![], false),
            (vec![of(Kind::MorePlaces, -1)], false),
            (vec![of(Kind::ExactPlaces, 0)], false),
            (vec![of(Kind::MorePlaces, 2)], true),
            (vec![of(Kind::ExactPlaces, 1)], true),
            (vec![of(Kind::MorePlaces, 2), of(Kind::ExactPlaces, 0)], false),
        ] {
            let facts = Scenario::new(changes.clone()).offer(stopped, &KEY, 7);
            let failed = can_place(&seeker(), &facts, today());
            assert_eq!(!failed.contains(HardRule::IntakeStop), can, "{changes:?}");
        }
    }

    #[test]
    fn a_norm_keeps_the_intake_in_it() {
        let now = Norm { intake_weeks: 4, treatment_weeks: 10 };
        for (weeks, intake, treatment) in [(3, 3, 0), (8, 4, 4), (20, 4, 16)] {
            let norm = Scenario::new(vec![of(Kind::Norm, weeks)]).norm(now, 100);
            assert_eq!((norm.intake_weeks, norm.treatment_weeks), (intake, treatment));
        }
        let other = Subject { product: Some(101), ..Subject::default() };
        let of_other = Scenario::new(vec![Change { subject: other, ..of(Kind::Norm, 8) }]);
        assert_eq!((of_other.norm(now, 100), of_other.norm(now, 101).total()), (now, 8));
    }

    #[test]
    fn every_weight_and_choice_has_its_own_change_and_the_last_counts() {
        let (weights, policy) = (Weights::default(), Policy::default());
        for kind in Kind::ALL.iter().copied() {
            let Some((_, most, unit)) = kind.value() else { continue };
            let value = if unit == Unit::YesNo { 0 } else { most };
            let scenario = Scenario::new(vec![of(kind, 1), of(kind, value)]);
            let changes_weights = scenario.weights(weights) != weights;
            let changes_policy = scenario.policy(policy) != policy;
            let others = [Kind::MorePlaces, Kind::ExactPlaces, Kind::Radius, Kind::Norm].contains(&kind);
            assert_eq!(
                u8::from(changes_weights) + u8::from(changes_policy) + u8::from(others),
                1,
                "{kind:?}"
            );
        }
        let others = Weights {
            open_end: 1,
            unknown_wait: 2,
            stale: 3,
            per_10_km: 4,
            unknown_distance: 5000,
            substitute: 6,
            not_preferred: 7,
            per_unmet_need: 8,
        };
        assert_eq!(Scenario::weighing(&others).weights(weights), others);
        let far = Scenario::new(vec![of(Kind::UnknownDistance, 50)]).weights(weights);
        assert_eq!(far.unknown_distance, 50_000);
    }

    #[test]
    fn a_change_has_limits_and_something_it_can_be_about() {
        let about = |kind, subject, value| Change { kind, subject, value }.check();
        let provider = Subject { provider: Some(1), ..Subject::default() };
        let municipality = Subject { municipality: Some(1), ..provider };
        for (found, expected) in [
            (about(Kind::MorePlaces, provider, 50), Ok(())),
            (about(Kind::MorePlaces, provider, 51), Err(ChangeError::OutOfRange(-50, 50))),
            (about(Kind::MorePlaces, municipality, 1), Err(ChangeError::OtherSubject)),
            (about(Kind::Contract, Subject::default(), 0), Err(ChangeError::ProviderMissing)),
            (about(Kind::Contract, municipality, 0), Ok(())),
            (about(Kind::Contract, municipality, 1), Err(ChangeError::HasNoValue)),
            (about(Kind::Radius, provider, 20), Err(ChangeError::OtherSubject)),
            (about(Kind::Radius, Subject::default(), 0), Err(ChangeError::OutOfRange(1, 300))),
            (about(Kind::Norm, provider, 8), Err(ChangeError::OtherSubject)),
            (about(Kind::Ageing, Subject::default(), 1), Ok(())),
        ] {
            assert_eq!(found, expected);
        }
    }

    proptest! {
        #[test]
        fn without_changes_everything_is_as_it_is(
            seeker in any_seeker(), offer in any_offer(), room in 0_u32..9, municipality in 0_i64..9,
        ) {
            let none = Scenario::AS_IT_IS;
            prop_assert_eq!(none.seeker(&seeker, 100), seeker);
            prop_assert_eq!(none.offer(offer, &KEY, municipality), offer);
            prop_assert_eq!(none.room(&KEY, room), room);
            prop_assert_eq!(none.weights(Weights::default()), Weights::default());
            prop_assert_eq!(none.policy(Policy::default()), Policy::default());
        }

        #[test]
        fn what_a_wider_radius_lets_in_stays_in(
            seeker in any_seeker(), offer in any_offer(), near in 1_i32..100, more in 0_i32..100,
        ) {
            let can = |kilometres| {
                let seeker = Scenario::new(vec![of(Kind::Radius, kilometres)]).seeker(&seeker, 100);
                can_place(&seeker, &offer, today()).is_empty()
            };
            prop_assert!(!can(near) || can(near + more));
        }

        #[test]
        fn a_contract_never_takes_anything_away(seeker in any_seeker(), offer in any_offer()) {
            let subject = Subject { provider: Some(11), ..Subject::default() };
            let scenario = Scenario::new(vec![Change { subject, ..of(Kind::Contract, 0) }]);
            let (before, after) =
                (can_place(&seeker, &offer, today()), can_place(&seeker, &scenario.offer(offer, &KEY, 1), today()));
            prop_assert!(after.iter().all(|rule| before.contains(rule) && rule != HardRule::Contract));
        }
    }
}
