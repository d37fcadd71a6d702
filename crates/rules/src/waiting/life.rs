//! Levensloop van een wachtende: from registration until the child has care, or leaves the list for another reason.
//!
//! ```text
//!              Respond                    Accept                 StartCare
//!   wachtend ───────────> in-behandeling ────────> geaccepteerd ───────────> geplaatst
//!      ^  ^                  │                         │                         │
//!      │  └──── the last ────┘                         │     CareDidNotStart     │
//!      │     response ended                            │   (or contract ended)   │ Return
//!      ├───────────────────────────────────────────────┴─────────────────────────┘
//!      │ Reopen
//!      └──────── ingetrokken, elders-geplaatst, vervallen <─── from every open status
//! ```
//!
//! A pause stands beside the status: a child on hold keeps its place, its date and the responses it has. Every step
//! gives a line of the timeline with a reason, and there is no step that changes the waiting date. Who had care and needs
//! another place keeps it too, beside the day of return from which the norms count.

mod events;

use chrono::{Months, NaiveDate};
use thiserror::Error;

pub use self::events::{
    AcceptReason, BodyDecision, ContractHit, ElsewhereReason, EndBridgingReason, EndContractReason, Event,
    EventKind, HoldReason, LapseReason, MoveReason, NotStartedReason, RecodeReason, ReopenReason,
    RespondReason, ResumeReason, ReturnReason, StartReason, WithdrawReason, WithdrawResponseReason,
};
use super::note::Note;
use crate::codes::{MunicipalityCode, ProductCode};
use crate::dutch;

coded_enum! {
    /// Status van een wachtende.
    pub enum ClientStatus {
        /// Wachtend: nobody responded, or no response is left.
        Waiting = "wachtend", "Wachtend";
        /// In behandeling: at least one response is being weighed.
        UnderConsideration = "in-behandeling", "In behandeling";
        /// Geaccepteerd: care was agreed and has not started.
        Accepted = "geaccepteerd", "Geaccepteerd";
        /// Geplaatst: care started.
        Placed = "geplaatst", "Geplaatst";
        /// Ingetrokken: care is not asked for any more.
        Withdrawn = "ingetrokken", "Ingetrokken";
        /// Elders geplaatst: outside the network.
        PlacedElsewhere = "elders-geplaatst", "Elders geplaatst";
        /// Vervallen: the claim ended.
        Lapsed = "vervallen", "Vervallen";
    }
}

impl ClientStatus {
    /// Whether the child has left the list.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Placed | Self::Withdrawn | Self::PlacedElsewhere | Self::Lapsed)
    }

    /// Whether providers can respond.
    pub const fn takes_responses(self) -> bool {
        matches!(self, Self::Waiting | Self::UnderConsideration)
    }

    /// Whether the product can change for this reason. Care that was agreed goes on under another code, and does not become
    /// other care.
    pub fn recodes_for(self, reason: RecodeReason) -> bool {
        self.takes_responses() || (self == Self::Accepted && reason == RecodeReason::BookChanged)
    }
}

/// The longest pause. Longer takes a new decision, so that nobody is forgotten on hold.
const LONGEST_HOLD: Months = Months::new(6);

/// Why a step cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StepError {
    /// Not from this status.
    #[error("‘{}’ kan niet: de status is ‘{}’", event.name(), status.name())]
    WrongStatus {
        /// The step.
        event: EventKind,
        /// The status now.
        status: ClientStatus,
    },
    /// There is no response to withdraw, decline or accept.
    #[error("er is geen open reactie meer op deze wachtende")]
    NoOpenResponse,
    /// The child is on hold.
    #[error("deze wachtende is gepauzeerd tot en met {}; hervat eerst", dutch::date(*until))]
    OnHold {
        /// The last day of the pause.
        until: NaiveDate,
    },
    /// There is no pause to end.
    #[error("deze wachtende is niet gepauzeerd")]
    NotOnHold,
    /// A pause ends after today.
    #[error("kies een dag na vandaag tot wanneer de pauze duurt")]
    HoldInPast,
    /// A pause of more than half a year.
    #[error("een pauze duurt hooguit 6 maanden; daarna kunt u opnieuw pauzeren")]
    HoldTooLong,
    /// The product needs the decision of a body first.
    #[error("leg eerst vast wanneer het adviesorgaan over deze zorg besliste")]
    BodyDecisionMissing,
    /// Care was agreed, and would become other care.
    #[error(
        "er is zorg afgesproken; leg eerst vast dat die niet is gestart, of kies als reden dat het productenboek is gewijzigd"
    )]
    CareAgreed,
    /// Nothing would change.
    #[error("dit is al zo vastgelegd")]
    NothingChanges,
}

/// Pauze: until when and from when a child is on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hold {
    /// The last day.
    pub until: NaiveDate,
    /// Why.
    pub reason: HoldReason,
}

/// Why stored values are not the life of a waiting client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum InconsistentLife {
    /// Responses are open when, and only when, the status says so.
    #[error("status and open responses do not go together")]
    Responses,
    /// Only somebody who waits can be on hold.
    #[error("status and hold do not go together")]
    Hold,
}

/// Stand van een wachtende: what the steps need to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    status: ClientStatus,
    waiting_since: NaiveDate,
    returned_on: Option<NaiveDate>,
    open_responses: u32,
    hold: Option<Hold>,
    municipality: MunicipalityCode,
    product: ProductCode,
}

/// Regel van de tijdlijn: one step, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// The day of the step.
    pub on: NaiveDate,
    /// The step.
    pub event: EventKind,
    /// The status before.
    pub from: ClientStatus,
    /// The status after.
    pub to: ClientStatus,
    /// The code of the reason, from the list that belongs to the step.
    pub reason: &'static str,
    /// The reason in words.
    pub reason_name: &'static str,
    /// What was said besides.
    pub note: Option<Note>,
    /// What changed besides the status, in words: until when, from where to where.
    pub detail: Option<String>,
}

impl TimelineEntry {
    /// `Verhuisd: van GM0243 naar GM0302 (verhuizing)`.
    pub fn words(&self) -> String {
        let detail = self.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
        let note = self.note.as_ref().map(|note| format!(": {}", note.as_str())).unwrap_or_default();
        format!("{}{detail} ({}{note})", self.event.name(), dutch::in_sentence(self.reason_name))
    }
}

/// Stap: the life after an event, and what else follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The life after.
    pub life: Life,
    /// The line for the timeline.
    pub entry: TimelineEntry,
    /// How many open responses end with it, besides the one it is about. Their providers are told.
    pub ends_responses: u32,
    /// Whether contracts, proposals and responses must be looked at again, because what they rest on changed.
    pub recheck: bool,
}

/// What a step leaves behind.
struct After {
    status: ClientStatus,
    returned_on: Option<NaiveDate>,
    open_responses: u32,
    hold: Option<Hold>,
    municipality: MunicipalityCode,
    product: ProductCode,
    ends_responses: u32,
    recheck: bool,
    detail: Option<String>,
}

impl Life {
    /// A child that is put on the list. Its wait is counted from `waiting_since`, whatever happens later.
    pub const fn new(municipality: MunicipalityCode, product: ProductCode, waiting_since: NaiveDate) -> Self {
        Self {
            status: ClientStatus::Waiting,
            waiting_since,
            returned_on: None,
            open_responses: 0,
            hold: None,
            municipality,
            product,
        }
    }

    /// The same life of a child that came back for another place on a day.
    #[must_use]
    pub fn returned(self, returned_on: Option<NaiveDate>) -> Self {
        Self { returned_on, ..self }
    }

    /// The life that was stored.
    pub fn restore(
        self,
        status: ClientStatus,
        open_responses: u32,
        hold: Option<Hold>,
    ) -> Result<Self, InconsistentLife> {
        if (status == ClientStatus::UnderConsideration) != (open_responses > 0) {
            Err(InconsistentLife::Responses)
        } else if hold.is_some() && !status.takes_responses() {
            Err(InconsistentLife::Hold)
        } else {
            Ok(Self { status, open_responses, hold, ..self })
        }
    }

    /// The status.
    pub const fn status(&self) -> ClientStatus {
        self.status
    }

    /// The day from which the wait counts. A reopened child keeps it.
    pub const fn waiting_since(&self) -> NaiveDate {
        self.waiting_since
    }

    /// The day on which the child last came back for another place, after care that had started.
    pub const fn returned_on(&self) -> Option<NaiveDate> {
        self.returned_on
    }

    /// How many responses are being weighed.
    pub const fn open_responses(&self) -> u32 {
        self.open_responses
    }

    /// The pause, if there is one that has not ended on this day.
    pub fn hold_on(&self, day: NaiveDate) -> Option<Hold> {
        self.hold.filter(|hold| hold.until >= day)
    }

    /// The municipality that answers for the child.
    pub const fn municipality(&self) -> &MunicipalityCode {
        &self.municipality
    }

    /// The product that is wanted.
    pub const fn product(&self) -> &ProductCode {
        &self.product
    }

    /// Whether the child shows on the list of providers on this day, and can be proposed.
    pub fn is_listed(&self, day: NaiveDate) -> bool {
        self.status.takes_responses() && self.hold_on(day).is_none()
    }

    /// Takes a step on a day, or tells why that cannot be.
    pub fn step(&self, event: Event, on: NaiveDate) -> Result<Step, StepError> {
        let after = self.after(&event, on)?;
        let kind = event.kind();
        let (reason, reason_name, note) = event.into_reason();
        let entry = TimelineEntry {
            on,
            event: kind,
            from: self.status,
            to: after.status,
            reason,
            reason_name,
            note,
            detail: after.detail,
        };
        let life = Self {
            status: after.status,
            waiting_since: self.waiting_since,
            returned_on: after.returned_on,
            open_responses: after.open_responses,
            hold: after.hold,
            municipality: after.municipality,
            product: after.product,
        };
        Ok(Step { life, entry, ends_responses: after.ends_responses, recheck: after.recheck })
    }

    fn after(&self, event: &Event, on: NaiveDate) -> Result<After, StepError> {
        let status = self.status;
        let wrong = StepError::WrongStatus { event: event.kind(), status };
        let open = !status.is_closed();
        match event {
            Event::Respond(_) if status.takes_responses() => {
                self.require_no_hold(on)?;
                Ok(self.with_responses(self.open_responses.saturating_add(1)))
            }
            Event::WithdrawResponse(_) | Event::Decline(_) if status.takes_responses() => {
                self.one_response_less()
            }
            Event::Accept { body, .. } if status.takes_responses() => {
                self.require_no_hold(on)?;
                let ends_responses = self.open_responses.checked_sub(1).ok_or(StepError::NoOpenResponse)?;
                if *body == BodyDecision::Missing {
                    return Err(StepError::BodyDecisionMissing);
                }
                Ok(After { ends_responses, ..self.left_for(ClientStatus::Accepted) })
            }
            Event::StartCare(_) if status == ClientStatus::Accepted => {
                Ok(self.left_for(ClientStatus::Placed))
            }
            Event::CareDidNotStart(_) if matches!(status, ClientStatus::Accepted | ClientStatus::Placed) => {
                Ok(self.left_for(ClientStatus::Waiting))
            }
            Event::Return(_) if status == ClientStatus::Placed => {
                Ok(After { returned_on: Some(on), recheck: true, ..self.left_for(ClientStatus::Waiting) })
            }
            Event::Withdraw(_) if open => Ok(self.left_for(ClientStatus::Withdrawn)),
            Event::PlaceElsewhere(_) if open => Ok(self.left_for(ClientStatus::PlacedElsewhere)),
            Event::Lapse(_) if open => Ok(self.left_for(ClientStatus::Lapsed)),
            Event::Reopen(_) if status.is_closed() && status != ClientStatus::Placed => {
                Ok(self.left_for(ClientStatus::Waiting))
            }
            Event::Hold { until, reason } if status.takes_responses() => self.held(*until, reason.code(), on),
            Event::Resume(_) if status.takes_responses() => {
                self.hold.ok_or(StepError::NotOnHold)?;
                Ok(After { hold: None, ..self.unchanged() })
            }
            Event::Move { to, .. } if open => self.moved(to),
            Event::Recode { to, reason } if open => self.recoded(to, reason.code()),
            Event::EndContract { hit, .. } => self.after_contract(*hit, wrong),
            _ => Err(wrong),
        }
    }

    fn unchanged(&self) -> After {
        After {
            status: self.status,
            returned_on: self.returned_on,
            open_responses: self.open_responses,
            hold: self.hold,
            municipality: self.municipality.clone(),
            product: self.product.clone(),
            ends_responses: 0,
            recheck: false,
            detail: None,
        }
    }

    /// A status in which no response is open and nothing is on hold.
    fn left_for(&self, status: ClientStatus) -> After {
        After {
            status,
            open_responses: 0,
            ends_responses: self.open_responses,
            hold: None,
            ..self.unchanged()
        }
    }

    fn with_responses(&self, open_responses: u32) -> After {
        let status =
            if open_responses == 0 { ClientStatus::Waiting } else { ClientStatus::UnderConsideration };
        After { status, open_responses, ..self.unchanged() }
    }

    fn one_response_less(&self) -> Result<After, StepError> {
        let left = self.open_responses.checked_sub(1).ok_or(StepError::NoOpenResponse)?;
        Ok(self.with_responses(left))
    }

    fn require_no_hold(&self, on: NaiveDate) -> Result<(), StepError> {
        self.hold_on(on).map_or(Ok(()), |hold| Err(StepError::OnHold { until: hold.until }))
    }

    fn held(&self, until: NaiveDate, reason: HoldReason, on: NaiveDate) -> Result<After, StepError> {
        if until <= on {
            Err(StepError::HoldInPast)
        } else if on.checked_add_months(LONGEST_HOLD).is_some_and(|latest| until > latest) {
            Err(StepError::HoldTooLong)
        } else {
            let detail = Some(format!("tot en met {}", dutch::date(until)));
            Ok(After { hold: Some(Hold { until, reason }), detail, ..self.unchanged() })
        }
    }

    /// The claim and the date go along to the new municipality.
    fn moved(&self, to: &MunicipalityCode) -> Result<After, StepError> {
        if *to == self.municipality {
            return Err(StepError::NothingChanges);
        }
        let detail = Some(format!("van {} naar {to}", self.municipality));
        Ok(After { municipality: to.clone(), recheck: true, detail, ..self.unchanged() })
    }

    /// A product under another code is the same care, and what was offered for it stays. Other care needs other offers: the
    /// responses that are open end.
    fn recoded(&self, to: &ProductCode, reason: RecodeReason) -> Result<After, StepError> {
        if *to == self.product {
            return Err(StepError::NothingChanges);
        }
        let detail = Some(format!("van {} naar {to}", self.product));
        if !self.status.recodes_for(reason) {
            return Err(StepError::CareAgreed);
        }
        let after = if reason == RecodeReason::BookChanged {
            self.unchanged()
        } else {
            After { hold: self.hold, ..self.left_for(ClientStatus::Waiting) }
        };
        Ok(After { product: to.clone(), recheck: true, detail, ..after })
    }

    fn after_contract(&self, hit: ContractHit, wrong: StepError) -> Result<After, StepError> {
        let after = match hit {
            ContractHit::AgreedProvider if self.status == ClientStatus::Accepted => {
                self.left_for(ClientStatus::Waiting)
            }
            ContractHit::OpenResponse if self.status.takes_responses() => self.one_response_less()?,
            ContractHit::WantedProvider if !self.status.is_closed() => self.unchanged(),
            _ => return Err(wrong),
        };
        Ok(After { recheck: true, detail: Some(dutch::in_sentence(hit.name())), ..after })
    }
}

#[cfg(test)]
mod tests;
