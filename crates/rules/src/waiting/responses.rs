//! Reacties: a provider says that it can take a waiting child, and gets an answer.
//!
//! One response is accepted and the others end; or it is declined with a reason that says whose it is and what follows.
//! Silence is no answer: after its term a response is chased, and then taken to somebody else.

use chrono::{Months, NaiveDate, NaiveDateTime, NaiveTime};
use thiserror::Error;

use super::life::{ClientStatus, EventKind, RecodeReason, TimelineEntry};
use super::questions::Side;
use super::reasons::reasons;
use super::registration::Urgency;
use crate::violations::Violations;
use crate::working_hours::{OpeningHours, WorkingTime};

coded_enum! {
    /// Status van een reactie.
    pub enum ResponseStatus {
        /// Open: the toegang weighs it.
        Open = "open", "Open";
        /// Geaccepteerd: this one was chosen.
        Accepted = "geaccepteerd", "Geaccepteerd";
        /// Afgewezen, with a reason.
        Declined = "afgewezen", "Afgewezen";
        /// Ingetrokken by the provider.
        Withdrawn = "ingetrokken", "Ingetrokken";
        /// Door ander geplaatst: another response was accepted.
        PlacedByOther = "door-ander-geplaatst", "Door ander geplaatst";
        /// The child left the list for another reason.
        ClientLeft = "wachtende-van-de-lijst", "Wachtende staat niet meer op de lijst";
        /// Verlopen: it was valid until a day that has gone by.
        Expired = "verlopen", "Verlopen";
        /// Niet doorgegaan: it was accepted, and care did not start.
        FellThrough = "niet-doorgegaan", "Niet doorgegaan";
        /// Zorg beëindigd: it was accepted and care started, and goes on elsewhere.
        CareEnded = "zorg-beeindigd", "Zorg beëindigd";
    }
}

coded_enum! {
    /// What happens to a response.
    pub enum ResponseEvent {
        Accept = "accepteren", "Accepteren";
        Decline = "afwijzen", "Afwijzen";
        Withdraw = "intrekken", "Intrekken";
        OtherAccepted = "ander-gekozen", "Een ander is gekozen";
        ClientLeaves = "wachtende-vertrekt", "De wachtende gaat van de lijst";
        Expire = "verlopen", "Verlopen";
        FallThrough = "niet-doorgaan", "Niet doorgaan";
        EndCare = "zorg-beeindigen", "Zorg beëindigen";
    }
}

/// Why something cannot happen to a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum ResponseError {
    /// The response has ended.
    #[error("‘{}’ kan niet: de status van deze reactie is ‘{}’", event.name(), status.name())]
    WrongStatus {
        /// What was to happen.
        event: ResponseEvent,
        /// The status now.
        status: ResponseStatus,
    },
    /// It was valid until a day that has gone by.
    #[error("deze reactie is verlopen; vraag de aanbieder om een nieuwe")]
    NoLongerValid,
    /// It is still valid.
    #[error("deze reactie is nog geldig")]
    StillValid,
}

/// The status of a response, valid until and including a day, after something happened to it today.
pub fn step(
    status: ResponseStatus,
    event: ResponseEvent,
    valid_until: NaiveDate,
    today: NaiveDate,
) -> Result<ResponseStatus, ResponseError> {
    use ResponseEvent as E;
    use ResponseStatus as S;
    match (status, event) {
        (S::Open, E::Accept) if today > valid_until => Err(ResponseError::NoLongerValid),
        (S::Open, E::Accept) => Ok(S::Accepted),
        (S::Open, E::Decline) => Ok(S::Declined),
        (S::Open, E::Withdraw) => Ok(S::Withdrawn),
        (S::Open, E::OtherAccepted) => Ok(S::PlacedByOther),
        (S::Open | S::Accepted, E::ClientLeaves) => Ok(S::ClientLeft),
        (S::Open, E::Expire) if today <= valid_until => Err(ResponseError::StillValid),
        (S::Open, E::Expire) => Ok(S::Expired),
        (S::Accepted, E::FallThrough) => Ok(S::FellThrough),
        (S::Accepted, E::EndCare) => Ok(S::CareEnded),
        (status, event) => Err(ResponseError::WrongStatus { event, status }),
    }
}

/// What a step of the child itself means for one of its responses: a response that was accepted goes with what was agreed,
/// and an open one with the list. Those of others end with the choice itself, not here. Care that started and goes on
/// elsewhere did not fall through.
pub const fn after_client(
    status: ResponseStatus,
    client: ClientStatus,
    step: EventKind,
) -> Option<ResponseEvent> {
    use ClientStatus as C;
    match (status, client) {
        (ResponseStatus::Accepted, C::Waiting) if matches!(step, EventKind::Returned) => {
            Some(ResponseEvent::EndCare)
        }
        (ResponseStatus::Accepted, C::Waiting | C::UnderConsideration) => Some(ResponseEvent::FallThrough),
        // With a new code of the same care the child would still be under consideration.
        (ResponseStatus::Open, C::Waiting) if matches!(step, EventKind::Recoded) => {
            Some(ResponseEvent::Decline)
        }
        (ResponseStatus::Open | ResponseStatus::Accepted, C::Withdrawn | C::PlacedElsewhere | C::Lapsed) => {
            Some(ResponseEvent::ClientLeaves)
        }
        _ => None,
    }
}

/// How far ahead care can be promised to start.
const START_WITHIN: Months = Months::new(12);

/// How long a response can be valid: a place that is kept free longer is no free place.
const VALID_WITHIN: Months = Months::new(3);

/// Checks the days in a response: from when care can start, and until when the provider keeps to it.
pub fn check_days(start_on: NaiveDate, valid_until: NaiveDate, today: NaiveDate) -> Violations {
    let mut violations = Violations::new();
    for (field, day, within, most) in [
        ("startOp", start_on, START_WITHIN, "12 maanden"),
        ("geldigTot", valid_until, VALID_WITHIN, "3 maanden"),
    ] {
        if day < today {
            violations.add(field, "te-vroeg", "vul vandaag of een latere dag in");
        } else if today.checked_add_months(within).is_some_and(|latest| day > latest) {
            violations.add(field, "te-laat", format!("vul een dag binnen {most} in"));
        }
    }
    violations
}

/// The most places that one child can take.
pub const MOST_PLACES: u16 = 9;

/// Why a response cannot be about this many places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
#[error("van dit aanbod zijn nu niet zoveel plekken vrij, maar {free}")]
pub struct TooManyPlaces {
    /// How many are free.
    pub free: u16,
}

/// Whether the places of a response are free now, and so are given away when it is accepted. Without a free place care
/// starts when one comes free; a part of the places is no place.
pub fn takes_free_places(places: u16, free: Option<u16>) -> Result<bool, TooManyPlaces> {
    match free {
        None | Some(0) => Ok(false),
        Some(free) if places <= free => Ok(true),
        Some(free) => Err(TooManyPlaces { free }),
    }
}

reasons! {
    /// Reden van afwijzing. Starts from the reasons with which a provider refuses an assignment in the message standard
    /// iJw, with those that belong to a waiting list added.
    pub enum DeclineReason {
        NoContract = "geen-contract", "Geen contract";
        OutsideContract = "past-niet-in-contract", "Past niet in het contract";
        OtherMunicipality = "andere-gemeente", "Andere gemeente verantwoordelijk";
        NotSuited = "niet-passend", "Inhoudelijk niet passend";
        ResidencePrinciple = "woonplaatsbeginsel", "Woonplaatsbeginsel";
        AgeLimit = "leeftijdsgrens", "Leeftijdsgrens";
        NoCapacity = "geen-capaciteit", "Geen capaciteit";
        Distance = "afstand", "Afstand";
        FamilyDeclines = "gezin-ziet-af", "Het gezin ziet af van deze aanbieder";
        OtherCare = "andere-hulpvraag", "De wachtende zoekt nu andere zorg";
    }
}

coded_enum! {
    /// Whose a reason is: where the region must look to have fewer of them.
    pub enum ReasonOwner {
        Client = "wachtende", "De wachtende";
        Provider = "aanbieder", "De aanbieder";
        Capacity = "capaciteit", "De capaciteit";
    }
}

coded_enum! {
    /// Gevolg van een afwijzing. In every case the child is visibly back on the list.
    pub enum Consequence {
        /// This provider may respond again.
        BackToList = "terug-op-de-lijst", "Terug op de lijst";
        /// This provider and this child are not brought together again.
        ExcludePair = "combinatie-uitgesloten", "Deze combinatie niet meer voorstellen";
        /// This provider and this child are not brought together until a day.
        ParkPair = "combinatie-geparkeerd", "Deze combinatie voorlopig niet voorstellen";
    }
}

impl DeclineReason {
    /// Whose the reason is. What is told in words belongs to nobody in particular.
    pub const fn owner(self) -> Option<ReasonOwner> {
        match self {
            Self::NoContract | Self::OutsideContract | Self::NotSuited => Some(ReasonOwner::Provider),
            Self::OtherMunicipality
            | Self::ResidencePrinciple
            | Self::AgeLimit
            | Self::Distance
            | Self::FamilyDeclines
            | Self::OtherCare => Some(ReasonOwner::Client),
            Self::NoCapacity => Some(ReasonOwner::Capacity),
            Self::Other => None,
        }
    }

    /// Whether a step of the child changes what this was about: where it lives, or what help it needs. A new code of the same
    /// help changes neither.
    pub fn is_past_after(self, step: &TimelineEntry) -> bool {
        match self {
            Self::Distance | Self::OtherMunicipality | Self::ResidencePrinciple => {
                step.event == EventKind::Moved
            }
            Self::NotSuited | Self::AgeLimit => {
                step.event == EventKind::Recoded && step.reason != RecodeReason::BookChanged.code()
            }
            Self::NoContract
            | Self::OutsideContract
            | Self::FamilyDeclines
            | Self::OtherCare
            | Self::NoCapacity
            | Self::Other => false,
        }
    }

    /// What follows unless the region says otherwise. What changes with time parks, what lies in the two excludes, and
    /// what must be put right first (who pays) goes back to the list.
    const fn usual_consequence(self) -> Consequence {
        match self {
            Self::NotSuited | Self::AgeLimit | Self::Distance | Self::FamilyDeclines => {
                Consequence::ExcludePair
            }
            Self::NoCapacity | Self::NoContract | Self::OutsideContract => Consequence::ParkPair,
            Self::OtherMunicipality | Self::ResidencePrinciple | Self::OtherCare | Self::Other => {
                Consequence::BackToList
            }
        }
    }
}

/// Gevolgen: what follows from each reason in one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequences([Consequence; DeclineReason::ALL.len()]);

impl Default for Consequences {
    fn default() -> Self {
        let mut all = [Consequence::BackToList; DeclineReason::ALL.len()];
        for reason in DeclineReason::ALL {
            all[*reason as usize] = reason.usual_consequence();
        }
        Self(all)
    }
}

impl Consequences {
    /// The same, with another consequence of one reason.
    #[must_use]
    pub const fn with(mut self, reason: DeclineReason, consequence: Consequence) -> Self {
        self.0[reason as usize] = consequence;
        self
    }

    /// What differs from the usual: `reason=consequence`, with commas. A code that the lists no longer have is left out.
    pub fn parse_codes(codes: &str) -> Self {
        codes.split(',').filter_map(|pair| pair.split_once('=')).fold(
            Self::default(),
            |all, (reason, what)| match (DeclineReason::parse(reason.trim()), Consequence::parse(what.trim()))
            {
                (Some(reason), Some(what)) => all.with(reason, what),
                _ => all,
            },
        )
    }

    /// What differs from the usual, as [`Self::parse_codes`] reads it.
    pub fn codes(&self) -> String {
        let differs =
            DeclineReason::ALL.iter().filter(|reason| self.of(**reason) != reason.usual_consequence());
        differs
            .map(|reason| format!("{}={}", reason.code(), self.of(*reason).code()))
            .collect::<Vec<_>>()
            .join(",")
    }

    /// What follows from a reason.
    pub const fn of(&self, reason: DeclineReason) -> Consequence {
        self.0[reason as usize]
    }
}

/// Afloop van een afwijzing: what is kept about this provider and this child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PairOutcome {
    /// Nothing: they may be proposed to each other again.
    Free,
    /// They are not proposed to each other again.
    Excluded,
    /// They are not proposed to each other up to and including this day.
    Parked {
        /// The last day.
        until: NaiveDate,
    },
}

impl PairOutcome {
    /// Whether the two may not be brought together on this day.
    pub fn rejects_on(self, day: NaiveDate) -> bool {
        match self {
            Self::Free => false,
            Self::Excluded => true,
            Self::Parked { until } => day <= until,
        }
    }
}

/// Why a decline is not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum ParkError {
    /// Parked, and until when is not said.
    #[error("vul in tot wanneer deze combinatie niet wordt voorgesteld")]
    UntilMissing,
    /// Until a day that has gone by, or farther than a year.
    #[error("kies een dag na vandaag en binnen een jaar")]
    UntilOutOfRange,
}

/// What follows when a response is declined for this reason. Only what parks needs a day.
pub fn decline(
    reason: DeclineReason,
    consequences: &Consequences,
    parked_until: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<PairOutcome, ParkError> {
    match consequences.of(reason) {
        Consequence::BackToList => Ok(PairOutcome::Free),
        Consequence::ExcludePair => Ok(PairOutcome::Excluded),
        Consequence::ParkPair => {
            let until = parked_until.ok_or(ParkError::UntilMissing)?;
            let too_far = today.checked_add_months(Months::new(12)).is_some_and(|latest| until > latest);
            if until <= today || too_far {
                Err(ParkError::UntilOutOfRange)
            } else {
                Ok(PairOutcome::Parked { until })
            }
        }
    }
}

/// Termijnen: how long a response may wait for an answer, in working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerTerms {
    /// For a child that waits as usual.
    pub regular: WorkingTime,
    /// For an urgent child.
    pub urgent: WorkingTime,
    /// After the reminder, until it is taken to somebody else.
    pub escalate_after: WorkingTime,
}

impl Default for AnswerTerms {
    /// Five working days, one when it is urgent, and one more after the reminder.
    fn default() -> Self {
        Self {
            regular: WorkingTime::Days(5),
            urgent: WorkingTime::Days(1),
            escalate_after: WorkingTime::Days(1),
        }
    }
}

impl AnswerTerms {
    /// Uiterste moment for the answer to a response: in time to accept it while it is valid, so that nobody lets it lapse
    /// without having been asked.
    pub fn answer_by(
        &self,
        opened_at: NaiveDateTime,
        valid_until: NaiveDate,
        urgency: Urgency,
        hours: &OpeningHours,
    ) -> NaiveDateTime {
        let term = match urgency {
            Urgency::Regular => self.regular,
            Urgency::Urgent | Urgency::Crisis => self.urgent,
        };
        hours.deadline(opened_at, term).min(hours.last_closing(opened_at, valid_until))
    }

    /// Uiterste moment for the answer to a question about a response, after which who was asked is reminded. A provider has the
    /// longest of the terms for every child: another one would say which child is urgent.
    pub fn question_by(
        &self,
        asked_by: Side,
        asked_at: NaiveDateTime,
        urgency: Urgency,
        hours: &OpeningHours,
    ) -> NaiveDateTime {
        let (regular, urgent) =
            (hours.deadline(asked_at, self.regular), hours.deadline(asked_at, self.urgent));
        match (asked_by, urgency) {
            (Side::Toegang, _) => regular.max(urgent),
            (Side::Provider, Urgency::Regular) => regular,
            (Side::Provider, Urgency::Urgent | Urgency::Crisis) => urgent,
        }
    }

    /// When a provider may expect the answer: the longest of the terms. That of a child says whether it is urgent, which
    /// providers are not shown.
    pub fn expect_by(
        &self,
        opened_at: NaiveDateTime,
        valid_until: NaiveDate,
        hours: &OpeningHours,
    ) -> NaiveDateTime {
        let terms =
            [Urgency::Regular, Urgency::Urgent].map(|one| self.answer_by(opened_at, valid_until, one, hours));
        terms[0].max(terms[1])
    }
}

coded_enum! {
    /// What is done about a response that gets no answer.
    pub enum Chase {
        /// The toegang is reminded.
        Remind = "herinneren", "Herinneren";
        /// Somebody else is asked to see to it.
        Escalate = "opschalen", "Opschalen";
    }
}

/// From when on the start of care that was agreed is late: the end of the day on which it would start.
pub fn start_by(planned_on: NaiveDate) -> NaiveDateTime {
    planned_on.succ_opt().unwrap_or(planned_on).and_time(NaiveTime::MIN)
}

/// What is due now for a response that is open, or for care that was agreed and that nobody confirmed: of that the provider is
/// reminded. The time after the reminder counts from the reminder as it was really sent, so
/// that nobody is passed over because the program stood still.
pub fn due_chase(
    answer_by: NaiveDateTime,
    reminded_at: Option<NaiveDateTime>,
    escalated_at: Option<NaiveDateTime>,
    now: NaiveDateTime,
    terms: &AnswerTerms,
    hours: &OpeningHours,
) -> Option<Chase> {
    if now <= answer_by || escalated_at.is_some() {
        return None;
    }
    let Some(reminded_at) = reminded_at else {
        return Some(Chase::Remind);
    };
    (now > hours.deadline(reminded_at, terms.escalate_after)).then_some(Chase::Escalate)
}

#[cfg(test)]
mod tests;
