//! Registratie: what the crisis point keeps of one child in crisis, and which of it counts in a quarter.
//!
//! One child makes one request, and a request can lead to several provisions: children and lines are counted apart.

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use super::codes::{AgeGroup, ProvisionKind};
use super::quarter::Quarter;

/// Aanvraag met haar voorzieningen: everything of one child that the report counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// The random code of the request.
    pub code: String,
    /// The Dutch day on which it came in.
    pub received_on: NaiveDate,
    /// Gemeente; none is out of the region.
    pub municipality: Option<String>,
    pub age_group: AgeGroup,
    /// By the list of referrers.
    pub referrer: String,
    /// Voorzieningen, in the order in which they were written down.
    pub lines: Vec<ProvisionLine>,
}

/// Voorziening: one kind of help for one child, or that there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionLine {
    pub kind: ProvisionKind,
    /// The ambulant help that comes with a stay: kept, but no line of its own in the first part of the report.
    pub is_companion: bool,
    /// Aanbieder, by its AGB code.
    pub provider: Option<String>,
    /// Why nothing was given, by the region's list.
    pub none_reason: Option<String>,
    pub started_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    /// Vervolg, by the region's list for this kind.
    pub follow_up: Option<String>,
}

impl ProvisionLine {
    pub fn ended_in(&self, quarter: Quarter) -> bool {
        self.kind.is_help() && self.ended_on.is_some_and(|day| quarter.contains(day))
    }

    /// Verblijfsduur: nights between admission and leaving.
    pub fn days(&self) -> u32 {
        let (Some(from), Some(until)) = (self.started_on, self.ended_on) else { return 0 };
        u32::try_from((until - from).num_days()).unwrap_or(0)
    }
}

impl CaseRecord {
    /// Whether the record says something in the report over this quarter: it came in then, or something of it ended.
    pub fn belongs_to(&self, quarter: Quarter) -> bool {
        quarter.contains(self.received_on) || self.lines.iter().any(|line| line.ended_in(quarter))
    }

    /// Not placed: something was decided, and nothing of it is help. The reason is that of the first line.
    pub fn not_placed(&self) -> Option<&str> {
        let first = self.lines.first()?;
        let has_help = self.lines.iter().any(|line| line.kind.is_help());
        (!has_help).then(|| first.none_reason.as_deref().unwrap_or(UNKNOWN))
    }
}

/// How the report shows what nobody filled in.
pub const UNKNOWN: &str = "onbekend";

/// Whose report it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Region,
    /// Its children, by its CBS code.
    Municipality(String),
    /// What it gave, by its AGB code. A request counts when it gave something for it.
    Provider(String),
}

impl Scope {
    pub(super) fn has_request(&self, record: &CaseRecord) -> bool {
        match self {
            Self::Region => true,
            Self::Municipality(code) => record.municipality.as_ref() == Some(code),
            Self::Provider(_) => record.lines.iter().any(|line| self.has_line(record, line)),
        }
    }

    pub(super) fn has_line(&self, record: &CaseRecord, line: &ProvisionLine) -> bool {
        match self {
            Self::Provider(agb) => line.provider.as_ref() == Some(agb),
            _ => self.has_request(record),
        }
    }
}

/// Aanvraag, as the report counts it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestFact {
    pub referrer: String,
    /// The reason of a child that was not placed here.
    pub not_placed: Option<String>,
}

/// Voorziening of a request of the quarter, as the report counts it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineFact {
    pub municipality: Option<String>,
    pub age_group: AgeGroup,
    pub kind: ProvisionKind,
}

/// Help that ended in the quarter, as the report counts it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndFact {
    pub municipality: Option<String>,
    pub age_group: AgeGroup,
    pub is_stay: bool,
    pub follow_up: Option<String>,
}

/// How many, and how many days they stayed together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    pub lines: u32,
    pub days: u32,
}

/// All that one quarter counts, gathered: from records, or by a database that groups the same way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub requests: BTreeMap<RequestFact, u32>,
    pub lines: BTreeMap<LineFact, u32>,
    pub ends: BTreeMap<EndFact, Ended>,
}

impl Facts {
    /// What these records say about a quarter.
    pub fn of<'a>(
        records: impl IntoIterator<Item = &'a CaseRecord>,
        quarter: Quarter,
        scope: &Scope,
    ) -> Self {
        let mut facts = Self::default();
        for record in records {
            if quarter.contains(record.received_on) && scope.has_request(record) {
                let not_placed = record.not_placed().map(str::to_owned);
                let fact = RequestFact { referrer: record.referrer.clone(), not_placed };
                *facts.requests.entry(fact).or_default() += 1;
            }
            for line in record.lines.iter().filter(|line| scope.has_line(record, line)) {
                facts.add_line(record, line, quarter);
            }
        }
        facts
    }

    fn add_line(&mut self, record: &CaseRecord, line: &ProvisionLine, quarter: Quarter) {
        let (municipality, age_group) = (record.municipality.clone(), record.age_group);
        if line.ended_in(quarter) {
            let is_stay = line.kind.is_stay();
            let fact = EndFact {
                municipality: municipality.clone(),
                age_group,
                is_stay,
                follow_up: line.follow_up.clone(),
            };
            let ended = self.ends.entry(fact).or_default();
            ended.lines += 1;
            ended.days += if is_stay { line.days() } else { 0 };
        }
        if quarter.contains(record.received_on) && !line.is_companion {
            *self.lines.entry(LineFact { municipality, age_group, kind: line.kind }).or_default() += 1;
        }
    }
}
