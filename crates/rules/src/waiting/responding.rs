//! Reageren: whether a provider may respond with an offer, by what it knows itself.
//!
//! What is refused here, the provider knows: its own contracts, ages and stops, against the child **as it is shown**.
//! What the child really is plays no part. Otherwise a provider could change its own ages or suitability, try again, and
//! read from the answers what the list does not show; trying costs nothing and leaves nothing behind. What does not fit
//! in truth is told to the toegang, which weighs.

use chrono::NaiveDate;
use thiserror::Error;

use super::coarsening::ShownAge;
use crate::figures::OfferStatus;
use crate::product::AgeRange;

/// Waarom een aanbieder met dit aanbod niet kan reageren.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum OwnRefusal {
    /// No contract for the product and the municipality that is shown, or for any when none is shown.
    #[error("U hebt vandaag geen geldig contract voor dit product en de gemeente die u ziet.")]
    NoContract,
    /// The group or location has closed.
    #[error("Dit aanbod is gesloten. Kies ander aanbod.")]
    Closed,
    /// An intake stop.
    #[error("Voor dit aanbod geldt een aanmeldstop. Werk eerst uw cijfers bij als u weer plaatst.")]
    IntakeStop,
    /// Not for the age that is shown.
    #[error("Dit aanbod is niet voor de leeftijd die u ziet. Kies ander aanbod of werk de leeftijden bij.")]
    Age,
    /// The toegang declined an earlier response, and the two are not brought together again.
    #[error("De toegang wees een eerdere reactie van u op deze wachtende af.")]
    RejectedBefore,
}

/// Eigen aanbod: what a provider knows of its own offer, and was told of its own responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnOffer {
    /// A contract holds today for the product and the municipality that is shown.
    pub has_contract: bool,
    /// The first day on which it is closed.
    pub closes_on: Option<NaiveDate>,
    /// Status van het aanbod.
    pub status: OfferStatus,
    /// The last day of the intake stop, if it is known.
    pub stop_until: Option<NaiveDate>,
    /// For whom it is.
    pub ages: AgeRange,
    /// An earlier response to this child was declined, and they still may not be brought together.
    pub rejected_before: bool,
}

impl OwnOffer {
    /// Whether the provider may respond today to a child that shows this age.
    pub fn may_respond(&self, age: ShownAge, today: NaiveDate) -> Result<(), OwnRefusal> {
        let stopped =
            self.status == OfferStatus::IntakeStop && self.stop_until.is_none_or(|until| today <= until);
        let refusals = [
            (!self.has_contract, OwnRefusal::NoContract),
            (self.closes_on.is_some_and(|day| day <= today), OwnRefusal::Closed),
            (stopped, OwnRefusal::IntakeStop),
            (!age.may_be_within(self.ages.min(), self.ages.max()), OwnRefusal::Age),
            (self.rejected_before, OwnRefusal::RejectedBefore),
        ];
        refusals.into_iter().find(|(fails, _)| *fails).map_or(Ok(()), |(_, refusal)| Err(refusal))
    }
}

/// For which municipality a contract must hold for a response to go on by itself: where the child lives, as soon as the
/// provider knows that, because it was shown or because it was chosen. Before that for any, none: who had contracts for all
/// but one municipality, or knows which one left the region, would read from the end of a response where the child lives.
/// The toegang sees that it cannot be, and answers.
pub fn contract_must_hold_for<M>(is_chosen: bool, was_shown: bool, lives_in: M) -> Option<M> {
    (is_chosen || was_shown).then_some(lives_in)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{ages, day, today};

    fn offer() -> OwnOffer {
        OwnOffer {
            has_contract: true,
            closes_on: None,
            status: OfferStatus::Place,
            stop_until: None,
            ages: ages(12, 17),
            rejected_before: false,
        }
    }

    #[test]
    fn what_the_provider_knows_itself_is_refused_in_a_fixed_order() {
        let shown = ShownAge::Years(12);
        let stop = OwnOffer { status: OfferStatus::IntakeStop, ..offer() };
        for (own, age, expected) in [
            (offer(), shown, Ok(())),
            (OwnOffer { has_contract: false, ..stop }, shown, Err(OwnRefusal::NoContract)),
            (OwnOffer { closes_on: Some(today()), ..offer() }, shown, Err(OwnRefusal::Closed)),
            (OwnOffer { closes_on: Some(day("2026-03-03")), ..offer() }, shown, Ok(())),
            (stop, shown, Err(OwnRefusal::IntakeStop)),
            (OwnOffer { stop_until: Some(today()), ..stop }, shown, Err(OwnRefusal::IntakeStop)),
            (OwnOffer { stop_until: Some(day("2026-03-01")), ..stop }, shown, Ok(())),
            (offer(), ShownAge::Years(11), Err(OwnRefusal::Age)),
            (offer(), ShownAge::Years(18), Err(OwnRefusal::Age)),
            (offer(), ShownAge::Band { from: 8, to: Some(11) }, Err(OwnRefusal::Age)),
            (offer(), ShownAge::Under12, Err(OwnRefusal::Age)),
            (offer(), ShownAge::Band { from: 16, to: Some(17) }, Ok(())),
            (offer(), ShownAge::Hidden, Ok(())),
            (OwnOffer { rejected_before: true, ..offer() }, shown, Err(OwnRefusal::RejectedBefore)),
        ] {
            assert_eq!(own.may_respond(age, today()), expected, "{own:?} {age}");
        }
    }

    proptest! {
        /// Narrowing the own ages never tells where in a band a child is: as long as they touch what is shown, the answer
        /// is the same.
        #[test]
        fn ages_that_touch_what_is_shown_are_never_refused(from in 0_u8..=18, more in 0_u8..5, min in 0_u8..=23, max in 0_u8..=23) {
            let (min, max) = (min.min(max), min.max(max));
            let shown = ShownAge::Band { from, to: Some(from + more) };
            let touches = min <= from + more && max >= from;
            let own = OwnOffer { ages: ages(min, max), ..offer() };
            prop_assert_eq!(own.may_respond(shown, today()).is_ok(), touches);
        }
    }

    #[test]
    fn where_a_child_lives_counts_once_the_provider_knows_it() {
        for (is_chosen, was_shown, expected) in
            [(false, false, None), (false, true, Some(7)), (true, false, Some(7)), (true, true, Some(7))]
        {
            assert_eq!(contract_must_hold_for(is_chosen, was_shown, 7), expected);
        }
    }
}
