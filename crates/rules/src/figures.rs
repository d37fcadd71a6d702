//! The figures of one offer: what one provider has for one product at one location.
//!
//! People and programs hand in a [`FiguresDraft`], in which anything may be absent; [`check`] turns it into
//! [`Figures`], which are consistent and never without a status.

mod check;

use chrono::NaiveDate;

pub use self::check::{MOST_PLACES, TEXT_LENGTH, check};
use crate::product::AgeRange;
use crate::waiting_time::{Basis, WeekRange};

coded_enum! {
    /// Status van het aanbod: what happens to a child that is referred now.
    pub enum OfferStatus {
        /// Plek vrij: a place is free now.
        Place = "plek", "Plek vrij";
        /// Wachtlijst: the child joins the list.
        WaitingList = "wachtlijst", "Wachtlijst";
        /// Eerst beoordelen: the provider assesses before it can say anything.
        AssessFirst = "eerst-beoordelen", "Eerst beoordelen";
        /// Aanmeldstop: no new clients.
        IntakeStop = "aanmeldstop", "Aanmeldstop";
        /// In overleg: only after a conversation.
        InConsultation = "in-overleg", "In overleg";
        /// Niet bekend: nobody said. Never the same as no wait.
        Unknown = "onbekend", "Niet bekend";
    }
}

coded_enum! {
    /// Reden van een aanmeldstop.
    pub enum StopReason {
        /// Vol: every place is taken.
        Full = "vol", "Vol";
        /// Plafond: the volume or budget in the contract is used up.
        BudgetCeiling = "plafond", "Contractplafond bereikt";
        /// Personeel: too few professionals.
        StaffShortage = "personeel", "Te weinig personeel";
        /// Verhuizing: the location moves.
        Relocation = "verhuizing", "Verhuizing";
        /// Sluiting: the group or location closes.
        Closing = "sluiting", "Sluiting";
        /// Anders: explained in words.
        Other = "anders", "Anders";
    }
}

/// Aanmeldstop: the provider takes no new clients for this product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntakeStop {
    /// Why.
    pub reason: StopReason,
    /// Why in words; always there when the reason is [`StopReason::Other`].
    pub explanation: Option<String>,
    /// The last day of the stop, if it is known.
    pub until: Option<NaiveDate>,
}

/// Ingevoerde cijfers: what a person or a program handed in, not checked yet. Absent is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiguresDraft {
    /// Vrije plekken.
    pub free_places: Option<u16>,
    /// Plekken in totaal.
    pub total_places: Option<u16>,
    /// Aantal wachtenden.
    pub waiting: Option<u16>,
    /// Aanmeldwachttijd.
    pub intake: Option<WeekRange>,
    /// Behandelwachttijd.
    pub treatment: Option<WeekRange>,
    /// Grondslag of the waits; an estimate when a wait is given without one.
    pub basis: Option<Basis>,
    /// Status; derived from the rest when absent.
    pub status: Option<OfferStatus>,
    /// Reden van de aanmeldstop.
    pub stop_reason: Option<StopReason>,
    /// Toelichting op de aanmeldstop.
    pub stop_explanation: Option<String>,
    /// Laatste dag van de aanmeldstop.
    pub stop_until: Option<NaiveDate>,
    /// Leeftijden, when narrower than those of the product.
    pub ages: Option<AgeRange>,
    /// Announced last day of the group or location.
    pub closes_on: Option<NaiveDate>,
    /// Opmerkingen.
    pub remarks: Option<String>,
}

/// Cijfers: what one provider has for one product at one location, checked. Absent is unknown, never zero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Figures {
    /// Vrije plekken.
    pub free_places: Option<u16>,
    /// Plekken in totaal.
    pub total_places: Option<u16>,
    /// Aantal wachtenden.
    pub waiting: Option<u16>,
    /// Aanmeldwachttijd.
    pub intake: Option<WeekRange>,
    /// Behandelwachttijd.
    pub treatment: Option<WeekRange>,
    /// Grondslag; there when, and only when, one of the waits is.
    pub basis: Option<Basis>,
    /// Status.
    pub status: OfferStatus,
    /// Aanmeldstop; there when, and only when, the status says so.
    pub stop: Option<IntakeStop>,
    /// Leeftijden, when narrower than those of the product.
    pub ages: Option<AgeRange>,
    /// Announced last day of the group or location.
    pub closes_on: Option<NaiveDate>,
    /// Opmerkingen.
    pub remarks: Option<String>,
}

impl Figures {
    /// Nothing is known.
    pub const fn unknown() -> Self {
        Self {
            free_places: None,
            total_places: None,
            waiting: None,
            intake: None,
            treatment: None,
            basis: None,
            status: OfferStatus::Unknown,
            stop: None,
            ages: None,
            closes_on: None,
            remarks: None,
        }
    }

    /// Wachttijd: from referral to the real start of care. Only known when both parts are, because half a wait
    /// looks deceptively short.
    pub fn total_wait(&self) -> Option<WeekRange> {
        self.intake.zip(self.treatment).map(|(intake, treatment)| intake.plus(treatment))
    }

    /// The expected wait from referral to the real start of care, in hundredths of a week: the expectations of both
    /// parts added up.
    ///
    /// Once one part has an open end the sum has lost the end of the other, so the expectation of
    /// [`Figures::total_wait`] would count "2 tot 10 weken" and then "meer dan 1 week" as hardly more than 3 weeks.
    pub fn expected_start_hundredths(&self) -> Option<u32> {
        let parts = self.intake.zip(self.treatment);
        parts.map(|(intake, treatment)| intake.expected_hundredths() + treatment.expected_hundredths())
    }

    /// The places to show: those published minus those reserved since the provider last told how many there are.
    pub fn shown_places(&self, reserved: u16) -> Option<u16> {
        self.free_places.map(|free| free.saturating_sub(reserved))
    }

    /// The status to show with those places: who gave the last one away has a waiting list.
    pub fn shown_status(&self, reserved: u16) -> OfferStatus {
        match (self.status, self.shown_places(reserved)) {
            (OfferStatus::Place, Some(0)) => OfferStatus::WaitingList,
            (status, _) => status,
        }
    }

    /// What is left of these figures once the reserved places are taken off: what a provider has now that
    /// changed nothing itself.
    #[must_use]
    pub fn less(&self, reserved: u16) -> Self {
        Self { free_places: self.shown_places(reserved), status: self.shown_status(reserved), ..self.clone() }
    }

    /// What is published, and how many of those places stay reserved, when a provider that is shown what is left of these
    /// figures saves others. Who leaves the number of free places as it is shown did not count them: those that were given
    /// away come back when they are given back.
    #[must_use]
    pub fn replaced_by(&self, saved: Self, reserved: u16) -> (Self, u16) {
        let left = self.less(reserved);
        if (saved.free_places, saved.status) != (left.free_places, left.status) {
            return (saved, 0);
        }
        (Self { free_places: self.free_places, status: self.status, ..saved }, reserved)
    }

    /// The same figures as input, to fill in a form or to confirm that nothing changed.
    pub fn to_draft(&self) -> FiguresDraft {
        FiguresDraft {
            free_places: self.free_places,
            total_places: self.total_places,
            waiting: self.waiting,
            intake: self.intake,
            treatment: self.treatment,
            basis: self.basis,
            status: Some(self.status),
            stop_reason: self.stop.as_ref().map(|stop| stop.reason),
            stop_explanation: self.stop.as_ref().and_then(|stop| stop.explanation.clone()),
            stop_until: self.stop.as_ref().and_then(|stop| stop.until),
            ages: self.ages,
            closes_on: self.closes_on,
            remarks: self.remarks.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
