//! A record as it is kept, and a quarter as it was closed.

use chrono::{DateTime, NaiveDate, Utc};
use rules::crisis::codes::{AgeGroup, ProvisionKind, RequestStatus};
use rules::crisis::completeness::Missing;
use rules::crisis::quarter::Quarter;
use rules::crisis::records::{CaseRecord, ProvisionLine};
use rules::crisis::versions::Difference;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A record with what is needed to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: i64,
    pub version: i32,
    pub status: RequestStatus,
    pub record: CaseRecord,
    /// In the order of the lines of the record.
    pub lines: Vec<KeptLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptLine {
    pub id: i64,
    pub version: i32,
    /// The line of the stay it goes with, counted from one.
    pub companion_of: Option<usize>,
    /// The crisis place that was given, for a stay that was not written down afterwards.
    pub place_id: Option<i64>,
}

impl Kept {
    /// What somebody would fill in to get this line.
    pub fn line(&self, number: usize) -> Option<LineDraft> {
        let at = number.checked_sub(1)?;
        let (line, kept) = (self.record.lines.get(at)?, self.lines.get(at)?);
        Some(LineDraft {
            kind: line.kind,
            companion_of: kept.companion_of,
            provider: line.provider.clone(),
            none_reason: line.none_reason.clone(),
            started_on: line.started_on,
            ended_on: line.ended_on,
            follow_up: line.follow_up.clone(),
        })
    }

    pub fn facts(&self) -> RequestFacts {
        RequestFacts {
            received_on: self.record.received_on,
            municipality: self.record.municipality.clone(),
            age_group: self.record.age_group,
            referrer: self.record.referrer.clone(),
        }
    }
}

/// What the report counts of a request itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFacts {
    pub received_on: NaiveDate,
    /// None is out of the region.
    pub municipality: Option<String>,
    pub age_group: AgeGroup,
    pub referrer: String,
}

/// What the report counts of one provision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDraft {
    pub kind: ProvisionKind,
    pub companion_of: Option<usize>,
    pub provider: Option<String>,
    pub none_reason: Option<String>,
    pub started_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub follow_up: Option<String>,
}

/// One line of a file, or one form: a request, and one of its provisions if it has any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLine {
    pub facts: RequestFacts,
    pub line: Option<LineDraft>,
}

/// What is lacking in a record of a quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    pub code: String,
    pub received_on: NaiveDate,
    pub missing: Vec<Missing>,
}

/// Where a quarter stands.
#[derive(Debug, Clone)]
pub struct QuarterState {
    pub quarter: Quarter,
    /// Records that say something in its report.
    pub records: Vec<CaseRecord>,
    pub incomplete: Vec<Incomplete>,
    /// Every version, the newest first.
    pub versions: Vec<ClosedQuarter>,
    /// What was changed since the newest version.
    pub changes: Vec<Difference>,
    /// Whether its last day has passed.
    pub is_over: bool,
}

/// Gesloten kwartaal: one version, without its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedQuarter {
    pub id: i64,
    pub quarter: Quarter,
    pub version: i32,
    pub closed_at: DateTime<Utc>,
    pub closed_by: String,
    pub hash: String,
    pub differences: Vec<FrozenDifference>,
}

/// Bevestiging: a provider said that its help in a quarter is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Its AGB code.
    pub agb: String,
    pub at: DateTime<Utc>,
    /// Whether its help is still what it was then.
    pub holds: bool,
}

/// A record as a closed quarter keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FrozenRecord {
    code: String,
    #[serde(rename = "ontvangenOp")]
    received_on: NaiveDate,
    #[serde(rename = "gemeente")]
    municipality: Option<String>,
    #[serde(rename = "leeftijdsgroep")]
    age_group: String,
    #[serde(rename = "verwijzer")]
    referrer: String,
    #[serde(rename = "regels")]
    lines: Vec<FrozenLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FrozenLine {
    #[serde(rename = "soort")]
    kind: String,
    #[serde(rename = "begeleidt")]
    is_companion: bool,
    #[serde(rename = "aanbieder")]
    provider: Option<String>,
    #[serde(rename = "redenGeen")]
    none_reason: Option<String>,
    #[serde(rename = "begin")]
    started_on: Option<NaiveDate>,
    #[serde(rename = "einde")]
    ended_on: Option<NaiveDate>,
    #[serde(rename = "vervolg")]
    follow_up: Option<String>,
}

impl From<&CaseRecord> for FrozenRecord {
    fn from(record: &CaseRecord) -> Self {
        let line = |line: &ProvisionLine| FrozenLine {
            kind: line.kind.code().to_owned(),
            is_companion: line.is_companion,
            provider: line.provider.clone(),
            none_reason: line.none_reason.clone(),
            started_on: line.started_on,
            ended_on: line.ended_on,
            follow_up: line.follow_up.clone(),
        };
        Self {
            code: record.code.clone(),
            received_on: record.received_on,
            municipality: record.municipality.clone(),
            age_group: record.age_group.code().to_owned(),
            referrer: record.referrer.clone(),
            lines: record.lines.iter().map(line).collect(),
        }
    }
}

impl TryFrom<FrozenRecord> for CaseRecord {
    type Error = Error;

    fn try_from(frozen: FrozenRecord) -> Result<Self> {
        let unknown = || Error::internal("a closed quarter holds a code that is not known");
        let line = |line: FrozenLine| {
            Ok(ProvisionLine {
                kind: ProvisionKind::parse(&line.kind).ok_or_else(unknown)?,
                is_companion: line.is_companion,
                provider: line.provider,
                none_reason: line.none_reason,
                started_on: line.started_on,
                ended_on: line.ended_on,
                follow_up: line.follow_up,
            })
        };
        Ok(Self {
            code: frozen.code,
            received_on: frozen.received_on,
            municipality: frozen.municipality,
            age_group: AgeGroup::parse(&frozen.age_group).ok_or_else(unknown)?,
            referrer: frozen.referrer,
            lines: frozen.lines.into_iter().map(line).collect::<Result<_>>()?,
        })
    }
}

/// A difference as a version keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenDifference {
    pub code: String,
    #[serde(rename = "regel")]
    pub line: Option<usize>,
    #[serde(rename = "gegeven")]
    pub field: String,
    #[serde(rename = "voor")]
    pub before: String,
    #[serde(rename = "na")]
    pub after: String,
}

impl From<&Difference> for FrozenDifference {
    fn from(difference: &Difference) -> Self {
        Self {
            code: difference.code.clone(),
            line: difference.line,
            field: difference.field.to_owned(),
            before: difference.before.clone(),
            after: difference.after.clone(),
        }
    }
}
