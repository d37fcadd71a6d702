//! A crisis request, its timeline, and what is filled in to make one.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rules::codes::{AgbCode, MunicipalityCode};
use rules::crisis::codes::{AgeGroup, Handler, Outcome, RequestStatus, TriageAnswer, Urgency};
use rules::crisis::life::EventKind;
use rules::waiting::client_code::ClientCode;
use rules::waiting::note::NineDigits;
use rules::waiting::registration::ReferrerKind;
use serde::Serialize;

use crate::clock::start_of_dutch_day;

/// Gemeente where the child lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    pub id: i64,
    pub code: MunicipalityCode,
    pub name: String,
}

/// The provider that helps the child already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedProvider {
    pub id: i64,
    pub agb: AgbCode,
    pub name: String,
}

/// Crisisaanvraag, under a code. Nothing in it points at the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrisisRequest {
    pub id: i64,
    pub version: i32,
    pub region_id: i64,
    pub code: ClientCode,
    pub received_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    /// Written down later, from a note made on the phone.
    pub by_phone_note: bool,
    /// None: outside the region.
    pub municipality: Option<Home>,
    /// None once the record is stripped, or when nobody knew.
    pub age: Option<u8>,
    pub age_group: AgeGroup,
    pub referrer: ReferrerKind,
    /// A code of the list `vraag`.
    pub asked: String,
    pub urgency: Urgency,
    /// Codes of the list `veiligheid`.
    pub safety: Vec<String>,
    pub current_provider: Option<NamedProvider>,
    pub note: Option<String>,
    pub handler: Handler,
    /// A code of the list `overname`: why the point took on what another must handle.
    pub taken_reason: Option<String>,
    /// By when there is help; none when another handles it.
    pub respond_by: Option<DateTime<Utc>>,
    pub status: RequestStatus,
    pub outcome: Option<Outcome>,
    /// A code of the list `reden-geen`.
    pub none_reason: Option<String>,
    pub closed_at: Option<DateTime<Utc>>,
    /// The toegang that referred it, when it did so here.
    pub referred_by: Option<i64>,
    pub recorded_by: String,
    pub stripped_at: Option<DateTime<Utc>>,
}

impl CrisisRequest {
    /// Where the child lives, in words.
    pub fn place(&self) -> &str {
        self.municipality.as_ref().map_or("Buiten de regio", |home| &home.name)
    }
}

/// Where a child lives, as it is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HomeDraft {
    Municipality(MunicipalityCode),
    Outside,
}

/// Ingevulde aanvraag: what a person or a program handed in, read but not checked against the region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestDraft {
    /// None: now.
    pub received_at: Option<DateTime<Utc>>,
    pub home: Option<HomeDraft>,
    /// A municipality and outside the region, both.
    pub home_contradicts: bool,
    pub age: Option<u8>,
    /// For when nobody knows the age.
    pub age_group: Option<AgeGroup>,
    pub referrer: Option<ReferrerKind>,
    pub asked: Option<String>,
    pub urgency: Option<Urgency>,
    pub safety: Vec<String>,
    pub current_provider: Option<AgbCode>,
    pub note: Option<String>,
    pub digits_are: Option<NineDigits>,
}

/// One answer of the triage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// A code of the list `triage`.
    #[serde(rename = "vraag")]
    pub question: String,
    #[serde(skip)]
    pub answer: TriageAnswer,
}

/// Regel van de tijdlijn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineLine {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub kind: EventKind,
    pub detail: Option<String>,
    pub by_name: String,
    pub by_organisation: String,
}

/// What the audit keeps of a request: codes, and nothing that was typed. It is kept for ever, and facts of a child are
/// not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    pub municipality: Option<String>,
    pub status: &'static str,
    pub urgency: &'static str,
    pub handler: &'static str,
    pub respond_by: Option<DateTime<Utc>>,
    pub outcome: Option<&'static str>,
    pub reason: Option<String>,
}

impl Recorded {
    pub fn of(request: &CrisisRequest) -> Self {
        Self {
            municipality: request.municipality.as_ref().map(|home| home.code.to_string()),
            status: request.status.code(),
            urgency: request.urgency.code(),
            handler: request.handler.code(),
            respond_by: request.respond_by,
            outcome: request.outcome.map(Outcome::code),
            reason: request.none_reason.clone().or_else(|| request.taken_reason.clone()),
        }
    }
}

/// Which part of the requests is listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Part {
    #[default]
    Open,
    Closed,
    All,
}

impl Part {
    /// Every part, with its code and name.
    pub const CODES: [(&'static str, Self, &'static str); 3] = [
        ("open", Self::Open, "Open"),
        ("afgesloten", Self::Closed, "Afgesloten of doorverwezen"),
        ("alle", Self::All, "Alle"),
    ];

    pub fn code(self) -> &'static str {
        Self::CODES.iter().find(|(_, part, _)| *part == self).map_or("", |(code, ..)| code)
    }
}

/// Which requests are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestFilter {
    pub part: Part,
    pub status: Option<RequestStatus>,
    pub age_group: Option<AgeGroup>,
    pub urgency: Option<Urgency>,
    pub municipality: Option<MunicipalityCode>,
    /// Only children of another region.
    pub outside: bool,
    /// Received on this day or later.
    pub from: Option<NaiveDate>,
    /// Received on this day or before.
    pub until: Option<NaiveDate>,
}

impl RequestFilter {
    /// From the start of the first day to before the end of the last.
    pub(super) fn moments(&self) -> (Option<NaiveDateTime>, Option<NaiveDateTime>) {
        let start = |day: NaiveDate| start_of_dutch_day(day).naive_utc();
        (self.from.map(start), self.until.and_then(|day| day.succ_opt()).map(start))
    }

    /// What was asked, for the access log: codes only.
    pub fn question(&self) -> serde_json::Value {
        serde_json::json!({
            "deel": self.part.code(),
            "status": self.status.map(RequestStatus::code),
            "leeftijdsgroep": self.age_group.map(AgeGroup::code),
            "urgentie": self.urgency.map(Urgency::code),
            "gemeente": self.municipality.as_ref().map(ToString::to_string),
            "buitenRegio": self.outside,
            "van": self.from,
            "tot": self.until,
        })
    }
}
