//! Hoe lang iemand wacht: from which day a wait counts, and which norms it keeps to or passes.

use std::fmt;

use chrono::{Days, NaiveDate};

use super::registration::Urgency;
use crate::dutch;
use crate::norms::{Norm, URGENT_START_WEEKS};

/// Within this many days of the decision something starts for who waits for a stay (progress report of the landscape of
/// youth care in Flevoland, 2016). Per product the region says whether it goes for it too.
pub const FIRST_HELP_DAYS: u64 = 14;

/// What a wait is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitFacts {
    /// Datum van verwijzing: the day the referral form was received.
    pub referred_on: NaiveDate,
    /// Datum van de beschikking.
    pub decided_on: Option<NaiveDate>,
    /// Whether a decision is needed at all. A court or a certified institution decides itself, and a doctor refers
    /// directly (Jeugdwet, articles 2.6 and 3.5), so the region may choose not to wait for one.
    pub needs_decision: bool,
    /// Urgentie.
    pub urgency: Urgency,
    /// Whether the care carries out a measure of youth protection or probation.
    pub measure: bool,
    /// The longest acceptable wait for the product.
    pub norm: Norm,
    /// Whether something must start soon after the decision.
    pub first_help_soon: bool,
    /// The day on which the child came back for another place, after care that had started.
    pub returned_on: Option<NaiveDate>,
    /// The first day on which something started: ambulant help, bridging care or the placement itself.
    pub first_help_on: Option<NaiveDate>,
    /// The real start of the care that was asked for.
    pub started_on: Option<NaiveDate>,
    /// The day on which the child left the list without care from it.
    pub left_on: Option<NaiveDate>,
}

/// Van wanneer de wachttijd telt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountsFrom {
    /// From this day.
    Day(NaiveDate),
    /// Not yet: the decision is still to come.
    DecisionMissing,
}

coded_enum! {
    /// Norm waaraan een wachttijd wordt gehouden.
    pub enum NormKind {
        /// The region's norm for the product.
        Product = "productnorm", "Norm van het product";
        /// Urgent care starts within two weeks.
        Urgent = "spoednorm", "Spoed: start binnen 2 weken";
        /// Something starts within two weeks of the decision.
        FirstHelp = "eerste-hulp", "Binnen 2 weken start er iets";
        /// Nobody waits for a measure: any wait is an alarm (regional plan Noord-Veluwe 2023-2025).
        Measure = "maatregel", "Niemand wacht op een maatregel";
    }
}

/// Stand van een norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NormState {
    /// Nothing started, and there is still time.
    Running {
        /// Days left after today; on the last day 0.
        days_left: u32,
    },
    /// Nothing started, and the last day has gone by.
    Passed {
        /// Days since the last day.
        days_over: u32,
    },
    /// It started in time.
    Met,
    /// It started, but after the last day.
    MetLate {
        /// Days after the last day.
        days_over: u32,
    },
    /// The child left the list before the last day.
    Ended,
}

impl NormState {
    /// Whether the norm was not kept, whatever happened afterwards.
    pub const fn is_passed(self) -> bool {
        matches!(self, Self::Passed { .. } | Self::MetLate { .. })
    }
}

/// Normtoets van een wachtende.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NormResult {
    /// Which norm.
    pub kind: NormKind,
    /// The last day that keeps to it.
    pub last_day: NaiveDate,
    /// How it stands.
    pub state: NormState,
}

/// `Spoed: start binnen 2 weken, nog 3 dagen`.
impl fmt::Display for NormResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.kind)?;
        match self.state {
            NormState::Running { days_left: 0 } => f.write_str("vandaag is de laatste dag"),
            NormState::Running { days_left } => write!(f, "nog {}", dutch::days(days_left)),
            NormState::Passed { days_over } => write!(f, "{} voorbij", dutch::days(days_over)),
            NormState::Met => f.write_str("gehaald"),
            NormState::MetLate { days_over } => write!(f, "{} te laat gehaald", dutch::days(days_over)),
            NormState::Ended => f.write_str("niet meer nodig"),
        }
    }
}

/// Wachttijd van een wachtende.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waited {
    /// From when it counts.
    pub from: CountsFrom,
    /// Days waited, until the start of care or today; none while it does not count.
    pub days: Option<u32>,
    /// The norms that go for this child, in the order of [`NormKind`].
    pub norms: Vec<NormResult>,
}

impl Waited {
    /// Whole weeks waited.
    pub fn weeks(&self) -> Option<u32> {
        self.days.map(|days| days / 7)
    }

    /// Whether a norm for the start of care itself was passed, so that the child counts in the gross list.
    pub fn is_past_start_norm(&self) -> bool {
        self.norms.iter().any(|norm| norm.kind != NormKind::FirstHelp && norm.state.is_passed())
    }

    /// The norms that were passed.
    pub fn passed(&self) -> impl Iterator<Item = &NormResult> {
        self.norms.iter().filter(|norm| norm.state.is_passed())
    }

    /// The norm that runs out first, among those there is still time for.
    pub fn next_due(&self) -> Option<&NormResult> {
        let running = self.norms.iter().filter(|norm| matches!(norm.state, NormState::Running { .. }));
        running.min_by_key(|norm| (norm.last_day, norm.kind))
    }
}

/// Van wanneer de wachttijd telt: the first day on which the referral is complete, form and decision both received.
///
/// An urgent child and a measure do not wait for paper: help that must start at once is there before the decision
/// (Jeugdwet, article 2.6), so their wait counts from the form. Who had care and needs another place waits anew, from
/// the day of return.
pub fn counts_from(facts: &WaitFacts) -> CountsFrom {
    if let Some(returned_on) = facts.returned_on {
        return CountsFrom::Day(returned_on);
    }
    if facts.urgency != Urgency::Regular || facts.measure || !facts.needs_decision {
        return CountsFrom::Day(facts.referred_on);
    }
    facts
        .decided_on
        .map_or(CountsFrom::DecisionMissing, |decided_on| CountsFrom::Day(decided_on.max(facts.referred_on)))
}

/// How long a child waits on a day, and how that compares with the norms.
///
/// A pause does not stop the count. Who reads the figure can see the pause, and a count that somebody can stop is no
/// measure of how long children wait.
pub fn waited(facts: &WaitFacts, today: NaiveDate) -> Waited {
    let from = counts_from(facts);
    let end = [facts.started_on, facts.left_on].into_iter().flatten().min();
    let mut norms = Vec::new();
    let mut judge = |kind, first: NaiveDate, allowed: u64, started_on| {
        let last_day = first.checked_add_days(Days::new(allowed)).unwrap_or(NaiveDate::MAX);
        norms.push(NormResult { kind, last_day, state: judge(last_day, started_on, facts.left_on, today) });
    };
    if let CountsFrom::Day(first) = from {
        judge(NormKind::Product, first, u64::from(facts.norm.total()) * 7, facts.started_on);
        if facts.urgency != Urgency::Regular {
            judge(NormKind::Urgent, first, u64::from(URGENT_START_WEEKS) * 7, facts.started_on);
        }
    }
    // Something did start for who is back.
    let promised = facts.first_help_soon && facts.returned_on.is_none();
    if let Some(decided_on) = facts.decided_on.filter(|_| promised) {
        let first_help = [facts.first_help_on, facts.started_on].into_iter().flatten().min();
        judge(NormKind::FirstHelp, decided_on, FIRST_HELP_DAYS, first_help);
    }
    if facts.measure {
        judge(NormKind::Measure, facts.returned_on.unwrap_or(facts.referred_on), 0, facts.started_on);
    }
    let days = match from {
        CountsFrom::Day(first) => Some(days_after(first, end.map_or(today, |end| end.min(today)))),
        CountsFrom::DecisionMissing => None,
    };
    Waited { from, days, norms }
}

/// Whether what started (or who left) came in time. What is planned for a day to come has not started.
fn judge(
    last_day: NaiveDate,
    started_on: Option<NaiveDate>,
    left_on: Option<NaiveDate>,
    today: NaiveDate,
) -> NormState {
    let started_on = started_on.filter(|day| *day <= today);
    let left_on = left_on.filter(|day| *day <= today && started_on.is_none());
    match (started_on, left_on) {
        (Some(day), _) if day <= last_day => NormState::Met,
        (Some(day), _) => NormState::MetLate { days_over: days_after(last_day, day) },
        (None, Some(day)) if day <= last_day => NormState::Ended,
        (None, Some(day)) => NormState::Passed { days_over: days_after(last_day, day) },
        (None, None) if today <= last_day => NormState::Running { days_left: days_after(today, last_day) },
        (None, None) => NormState::Passed { days_over: days_after(last_day, today) },
    }
}

/// Days from one day to a later one; none when it is not later.
fn days_after(first: NaiveDate, last: NaiveDate) -> u32 {
    u32::try_from((last - first).num_days()).unwrap_or(0)
}

/// Bruto en netto wachtlijst: how many children wait past the norm.
///
/// The official count went from one to the other in 2009, so that figures of before and after cannot be compared. Both
/// are always shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListCount {
    /// All who wait, past a norm or not.
    pub all: u32,
    /// Bruto: all who wait past the norm, those with bridging care included.
    pub gross: u32,
    /// Who wait past the norm and have bridging care.
    pub bridged: u32,
}

impl ListCount {
    /// Netto: gross less those with bridging care.
    pub const fn net(self) -> u32 {
        self.gross - self.bridged
    }

    /// Counts one child that waits.
    pub fn add(&mut self, waited: &Waited, has_bridging: bool) {
        let past = waited.is_past_start_norm();
        self.all += 1;
        self.gross += u32::from(past);
        self.bridged += u32::from(past && has_bridging);
    }
}

#[cfg(test)]
mod tests;
