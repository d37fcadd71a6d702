//! Responses, the placement that follows, and what provider and toegang ask each other.

use chrono::{DateTime, NaiveDate, Utc};
use rules::codes::AgbCode;
use rules::waiting::client_code::ClientCode;
use rules::waiting::life::{AcceptReason, EventKind};
use rules::waiting::note::Note;
use rules::waiting::questions::{Answer, Question, Side};
use rules::waiting::reason_lists::ReasonList;
use rules::waiting::reasons::Reason;
use rules::waiting::responses::{DeclineReason, ReasonOwner, ResponseStatus};

use crate::waiting_list::open_list::model::Handle;
use crate::waiting_list::reasons::model::owner_of;

/// Wachtende that a response is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFacts {
    pub id: i64,
    pub code: ClientCode,
    pub municipality_id: i64,
    pub municipality: String,
    pub region_id: i64,
    pub product: String,
}

/// Aanbieder that responded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFacts {
    pub id: i64,
    pub agb: String,
    pub name: String,
}

/// Aanbod with which it responded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferFacts {
    pub id: i64,
    pub location: String,
    pub town: String,
}

/// Reactie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub id: i64,
    pub version: i32,
    pub client: ClientFacts,
    pub provider: ProviderFacts,
    pub offer: OfferFacts,
    /// What the provider saw of the client when it responded.
    pub shown: String,
    pub start_on: NaiveDate,
    pub valid_until: NaiveDate,
    pub remark: Option<String>,
    /// It is about places that were free, which are given away when it is accepted.
    pub takes_place: bool,
    /// How many places the child takes.
    pub places: u16,
    pub status: ResponseStatus,
    pub opened_at: DateTime<Utc>,
    /// Signature of who responded: role and organisation.
    pub opened_by: String,
    /// When the toegang answers at the latest.
    pub answer_by: DateTime<Utc>,
    /// When the provider may expect that.
    pub expect_by: DateTime<Utc>,
    pub chased_at: Option<DateTime<Utc>>,
    pub escalated_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// Code of why it ended, from the list that belongs to its status, and what was said besides.
    pub reason: Option<String>,
    /// The reason in the words the region had for it when the response ended.
    pub reason_words: Option<String>,
    pub note: Option<String>,
    pub placement: Option<Placement>,
}

impl Response {
    pub fn is_open(&self) -> bool {
        self.status == ResponseStatus::Open
    }

    /// Whether care was agreed and has not started.
    pub fn awaits_start(&self) -> bool {
        self.status == ResponseStatus::Accepted
            && self.placement.as_ref().is_some_and(|placement| placement.started_on.is_none())
    }

    /// What the provider sees of it: nothing that differs with how urgent the child is.
    #[must_use]
    pub fn as_provider_sees(self) -> Self {
        Self { answer_by: self.expect_by, chased_at: None, escalated_at: None, ..self }
    }

    /// Whether the answer is late.
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.is_open() && now > self.answer_by
    }

    /// The list of why it ended.
    pub const fn reason_list(&self) -> Option<ReasonList> {
        match self.status {
            ResponseStatus::Declined => Some(ReasonList::Decline),
            ResponseStatus::Withdrawn => Some(ReasonList::WithdrawResponse),
            ResponseStatus::FellThrough => Some(ReasonList::NotStarted),
            ResponseStatus::CareEnded => Some(ReasonList::Return),
            _ => None,
        }
    }

    /// Whose the reason of a decline is: where the region must look to have fewer of them.
    pub fn reason_owner(&self) -> Option<ReasonOwner> {
        owner_of(self.reason_list()?, self.reason.as_deref()?)
    }

    /// Why it ended, in words.
    pub fn reason_name(&self) -> Option<&str> {
        let (list, code) = (self.reason_list()?, self.reason.as_deref()?);
        // What fell through did so by a step of its own, or with the contract on which it rested.
        let of_program = list.name_of(code).or_else(|| EventKind::ContractEnded.reason_name(code));
        self.reason_words.as_deref().or(of_program)
    }
}

/// Plaatsing: care that was agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    pub id: i64,
    pub made_at: DateTime<Utc>,
    pub planned_on: NaiveDate,
    pub started_on: Option<NaiveDate>,
    pub ended_at: Option<DateTime<Utc>>,
    /// When the provider was reminded to say whether care started, and when others were asked to see to it.
    pub chased_at: Option<DateTime<Utc>>,
    pub escalated_at: Option<DateTime<Utc>>,
    pub agreement: Agreement,
    /// The name of who gives the ambulant help.
    pub companion: Option<String>,
}

/// What a provider sends in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewResponse {
    pub handle: Handle,
    pub offer_id: i64,
    pub places: u16,
    pub start_on: NaiveDate,
    pub valid_until: NaiveDate,
    pub remark: Option<Note>,
}

/// What the toegang settles when it accepts a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    pub reason: Reason<AcceptReason>,
    /// Who gives the ambulant help that goes with a stay.
    pub companion: Option<AgbCode>,
    /// The team of the perspectiefregisseur, with a stay.
    pub perspective_team: Option<String>,
    /// The child comes out of a crisis: a body that has not decided does so afterwards.
    pub after_crisis: bool,
}

/// The same as it is kept with the placement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreement {
    pub companion_id: Option<i64>,
    pub perspective_team: Option<String>,
    pub after_crisis: bool,
}

/// Why the toegang declines, and until when the two are parked if that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decline {
    pub reason: Reason<DeclineReason>,
    pub parked_until: Option<NaiveDate>,
}

/// What a response came to, without what it says of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standpoint {
    pub client_id: i64,
    pub offer_id: i64,
    pub status: ResponseStatus,
    /// When care starts or would have started.
    pub start_on: NaiveDate,
    pub opened_at: DateTime<Utc>,
}

/// Which responses of a provider are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Being weighed, or care has still to start.
    Current,
    /// Ended, or care has started.
    Past,
}

/// Vraag over een reactie, with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedQuestion {
    pub id: i64,
    pub asked_by: Side,
    pub subject: Question,
    /// The question in the words the region had for it when it was asked.
    pub words: Option<String>,
    pub note: Option<String>,
    pub asked_at: DateTime<Utc>,
    pub answer: Option<GivenAnswer>,
}

impl AskedQuestion {
    /// What was asked, in words.
    pub fn subject_words(&self) -> &str {
        self.words.as_deref().unwrap_or(self.subject.name())
    }

    /// Whether it waits for an answer of this side.
    pub fn is_open_to(&self, side: Side) -> bool {
        self.asked_by != side && self.answer.is_none()
    }
}

/// Antwoord that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAnswer {
    pub code: Answer,
    /// In the words the region had for it then.
    pub words: Option<String>,
    pub note: Option<String>,
    pub at: DateTime<Utc>,
}

impl GivenAnswer {
    /// What was answered, in words.
    pub fn code_words(&self) -> &str {
        self.words.as_deref().unwrap_or(self.code.name())
    }
}
