//! Assignments, and how requests are divided.

use chrono::{DateTime, NaiveDate, Utc};
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::codes::{AgeGroup, RequestStatus, Urgency};
use rules::crisis::distribution::{Choice, Pool, Share, Standing};

/// What a provider sees of a request that is offered to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFacts {
    pub id: i64,
    pub region_id: i64,
    pub code: String,
    pub received_at: DateTime<Utc>,
    /// Nothing: outside the region.
    pub municipality: Option<String>,
    pub age: Option<u8>,
    pub age_group: AgeGroup,
    /// Codes of the lists of the region.
    pub asked: String,
    pub safety: Vec<String>,
    pub urgency: Urgency,
    pub status: RequestStatus,
}

/// Aanbieder that takes part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedProvider {
    pub id: i64,
    pub agb: String,
    pub name: String,
}

/// Toewijzing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub id: i64,
    pub version: i32,
    pub point_id: i64,
    pub request: RequestFacts,
    pub provider: NamedProvider,
    pub offered_at: DateTime<Utc>,
    pub offered_by: String,
    /// The term that counts.
    pub answer_by: DateTime<Utc>,
    /// The term it began with, if that was shortened.
    pub first_answer_by: Option<DateTime<Utc>>,
    pub choice: Choice,
    /// Who could have taken it when it was first divided.
    pub pool: Pool,
    /// How everybody stood at that moment, a line each, whoever had the turn first.
    pub explanation: String,
    /// A code of the list `afwijking`.
    pub overruled_reason: Option<String>,
    pub status: AssignmentStatus,
    /// A code of the list `weigering`.
    pub refusal: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
    pub answered_by: Option<String>,
}

impl Assignment {
    pub fn is_open(&self) -> bool {
        self.status == AssignmentStatus::Offered
    }
}

/// Wie: the one that is chosen instead of whose turn it is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overruling {
    pub agb: String,
    /// A code of the list `afwijking`.
    pub reason: String,
}

/// What a provider answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Accept,
    /// With a code of the list `weigering`.
    Refuse(String),
}

/// A share as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredShare {
    pub id: i64,
    pub version: i32,
    pub share: Share,
    pub provider: NamedProvider,
    pub municipality: Option<String>,
}

/// How many assignments of a provider ended in each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answers {
    pub open: u64,
    pub accepted: u64,
    pub refused: u64,
    pub expired: u64,
    pub withdrawn: u64,
    pub overruled: u64,
}

/// One provider on the page of the division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub provider: NamedProvider,
    pub standing: Standing,
    /// Its part of such a case, in hundredths; none where no such case is meant.
    pub part: Option<u8>,
    /// In the whole tally.
    pub answers: Answers,
    /// Since the quarter began.
    pub of_quarter: Answers,
    pub full_until: Option<NaiveDate>,
}

/// Whose turn it is for one age group and the municipalities with the same shares, and who comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turns {
    pub age_group: AgeGroup,
    /// Their names; empty when it is the same for all.
    pub municipalities: Vec<String>,
    /// Whoever has the turn first; empty when nobody takes such cases.
    pub order: Vec<Line>,
}

/// Stand van de verdeling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    pub turns: Vec<Turns>,
    pub lines: Vec<Line>,
    /// The largest difference with a fair share, in hundredths of an assignment.
    pub largest_deviation: i64,
    /// All that was divided.
    pub divided: u64,
}
