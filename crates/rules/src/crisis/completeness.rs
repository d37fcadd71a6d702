//! Volledigheid: what a record still lacks before its quarter can be closed.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::quarter::Quarter;
use super::records::{CaseRecord, ProvisionKind, ProvisionLine, Scope};

coded_enum! {
    /// Ontbrekend gegeven: what somebody must still fill in, or mend.
    pub enum Lack {
        Outcome = "uitkomst", "Er is nog geen voorziening en ook geen reden waarom niet";
        Reason = "reden", "De reden waarom er geen hulp is, ontbreekt";
        Provider = "aanbieder", "De aanbieder ontbreekt";
        Start = "begin", "De begindatum ontbreekt";
        StartTooEarly = "begin-voor-aanvraag", "De hulp begint voordat de aanvraag binnenkwam";
        EndTooEarly = "einde-voor-begin", "De hulp eindigt voordat zij begint";
        EndInFuture = "einde-in-toekomst", "De einddatum ligt in de toekomst";
        FollowUp = "vervolg", "Het vervolg ontbreekt";
        Companion = "begeleiding", "Bij het verblijf ontbreekt ambulante hulp";
    }
}

/// Onvolledig: what is lacking, and at which line if it is about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// Counted from one, in the order of the record.
    pub line: Option<usize>,
    pub lack: Lack,
}

/// What this record lacks for the report of a quarter. Help that still runs lacks no end.
pub fn missing(record: &CaseRecord, quarter: Quarter, today: NaiveDate) -> Vec<Missing> {
    if !record.belongs_to(quarter) {
        return Vec::new();
    }
    if record.lines.is_empty() {
        return vec![Missing { line: None, lack: Lack::Outcome }];
    }
    let mut found = Vec::new();
    let stays = record.lines.iter().filter(|line| line.kind.is_stay()).count();
    let companions = record.lines.iter().filter(|line| line.is_companion).count();
    if stays > companions {
        found.push(Missing { line: None, lack: Lack::Companion });
    }
    for (place, line) in record.lines.iter().enumerate() {
        let lacks = lacks_of_line(record, line, (quarter, today)).into_iter();
        found.extend(lacks.map(|lack| Missing { line: Some(place + 1), lack }));
    }
    found
}

fn lacks_of_line(
    record: &CaseRecord,
    line: &ProvisionLine,
    (quarter, today): (Quarter, NaiveDate),
) -> Vec<Lack> {
    if line.kind == ProvisionKind::Nothing {
        return if line.none_reason.is_none() { vec![Lack::Reason] } else { Vec::new() };
    }
    let checks = [
        (line.provider.is_none(), Lack::Provider),
        (line.started_on.is_none(), Lack::Start),
        (line.started_on.is_some_and(|day| day < record.received_on), Lack::StartTooEarly),
        (line.ended_on.zip(line.started_on).is_some_and(|(end, start)| end < start), Lack::EndTooEarly),
        (line.ended_on.is_some_and(|day| day > today), Lack::EndInFuture),
        // What ended after the quarter is for a later one.
        (
            line.ended_on.is_some_and(|day| day <= quarter.last_day()) && line.follow_up.is_none(),
            Lack::FollowUp,
        ),
    ];
    checks.into_iter().filter(|(lacks, _)| *lacks).map(|(_, lack)| lack).collect()
}

/// Dekking: how much of what a report over a quarter is made from is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Records that say something in the report.
    pub records: usize,
    /// Of those, how many lack something.
    pub incomplete: usize,
    /// How often each thing is lacking.
    pub lacks: BTreeMap<Lack, usize>,
    /// Lines of help in those records, by the AGB code of who gave it.
    pub providers: BTreeMap<String, usize>,
}

impl Coverage {
    /// What these records cover of a quarter.
    pub fn of<'a>(
        records: impl IntoIterator<Item = &'a CaseRecord>,
        quarter: Quarter,
        scope: &Scope,
        today: NaiveDate,
    ) -> Self {
        let mut coverage = Self::default();
        let in_report = |record: &&CaseRecord| record.belongs_to(quarter) && scope.has_request(record);
        for record in records.into_iter().filter(in_report) {
            coverage.records += 1;
            coverage.add_missing(&missing(record, quarter, today));
            for line in record.lines.iter().filter(|line| scope.has_line(record, line)) {
                if let Some(provider) = line.provider.as_ref().filter(|_| line.kind.is_help()) {
                    *coverage.providers.entry(provider.clone()).or_default() += 1;
                }
            }
        }
        coverage
    }

    /// Counts what one record lacks.
    pub fn add_missing(&mut self, missing: &[Missing]) {
        self.incomplete += usize::from(!missing.is_empty());
        for missing in missing {
            *self.lacks.entry(missing.lack).or_default() += 1;
        }
    }

    /// Records that lack nothing.
    pub fn complete(&self) -> usize {
        self.records.saturating_sub(self.incomplete)
    }
}
