//! Steps of mediation, and what a case looks like to whoever may see it.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use rules::waiting::mediation::{StepOutcome, StepOwner};
use rules::working_hours::WorkingTime;
use serde::Serialize;

use crate::actor::{Actor, Role};
use crate::clock::dutch_day;
use crate::paging::SortOrder;
use crate::waiting_list::responses::model::Response;

/// The role whose step it is.
pub fn role_of(owner: StepOwner) -> Role {
    match owner {
        StepOwner::Toegang => Role::Toegang,
        StepOwner::AccountManager => Role::AccountManager,
        StepOwner::Municipality => Role::Municipality,
        StepOwner::ExpertTeam => Role::ExpertTeam,
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediationStep {
    pub id: i64,
    pub client_id: i64,
    /// Counts the steps of a child, from 1.
    pub number: i32,
    pub name: String,
    pub owner: StepOwner,
    pub begun_at: DateTime<Utc>,
    pub due_by: DateTime<Utc>,
    /// The term that had gone by when the step was begun.
    pub missed_by: Option<DateTime<Utc>>,
    pub by_name: String,
    pub by_organisation: String,
    pub closed: Option<ClosedStep>,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedStep {
    pub at: DateTime<Utc>,
    pub outcome: StepOutcome,
    pub note: Option<String>,
    pub by_name: String,
    pub by_organisation: String,
}

/// Whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// This step was begun and is not closed.
    Busy(MediationStep),
    /// This step comes next, and nobody began it yet.
    Open { number: i32, name: String, owner: StepOwner, term: WorkingTime, due_by: NaiveDateTime },
    /// Care was agreed, and waits for its start.
    AwaitsStart,
    /// The pause must be over first.
    OnHold,
}

impl Turn {
    pub fn owner(&self) -> StepOwner {
        match self {
            Self::Busy(step) => step.owner,
            Self::Open { owner, .. } => *owner,
            Self::AwaitsStart | Self::OnHold => StepOwner::Toegang,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Busy(step) => &step.name,
            Self::Open { name, .. } => name,
            Self::AwaitsStart => "Wacht op de start van afgesproken zorg",
            Self::OnHold => "Wacht tot de pauze voorbij is",
        }
    }
}

/// Bemiddeling voor een wachtende. Nothing of what the child needs is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub client_id: i64,
    pub code: String,
    pub municipality_id: i64,
    pub municipality: String,
    pub product_code: String,
    pub product_name: String,
    pub status: &'static str,
    pub weeks_waited: Option<u32>,
    /// The norms that were passed, in words; none when only the step that runs is left of the case.
    pub passed: Vec<String>,
    /// Since when the first of them is passed, or else the step runs.
    pub since: NaiveDate,
    /// The day on which the child came back for another place: steps before it were about the care it had.
    pub returned_on: Option<NaiveDate>,
    pub has_bridging: bool,
    pub turn: Turn,
    /// By when, in local time.
    pub due_by: Option<NaiveDateTime>,
    pub is_overdue: bool,
    pub steps: Vec<MediationStep>,
}

impl MediationStep {
    /// Whether it was begun or closed after its term.
    pub fn was_late(&self) -> bool {
        self.missed_by.is_some() || self.closed.as_ref().is_some_and(|closed| closed.at > self.due_by)
    }
}

impl Case {
    /// Whether there is a step for somebody to begin or to close.
    pub fn is_of(&self, actor: &Actor) -> bool {
        matches!(self.turn, Turn::Open { .. } | Turn::Busy(_)) && actor.has_role(role_of(self.turn.owner()))
    }

    /// Whether a step runs.
    pub fn is_busy(&self, step: &MediationStep) -> bool {
        matches!(&self.turn, Turn::Busy(busy) if busy.id == step.id)
    }
}

/// What the list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Who is past a norm the longest comes first.
    Norm,
    Code,
    Municipality,
    Product,
    /// Whose step it is, and which.
    Turn,
    /// What is due first comes first, and what has no term last.
    Due,
}

/// The columns by which the list can be ordered, the usual one first.
pub const COLUMNS: [(&str, Column); 6] = [
    ("norm", Column::Norm),
    ("code", Column::Code),
    ("gemeente", Column::Municipality),
    ("product", Column::Product),
    ("stap", Column::Turn),
    ("uiterlijk", Column::Due),
];

/// Puts cases in order; of two that are equal in it, who is past a norm the longest and then the code decide.
pub fn sort(cases: &mut [Case], order: SortOrder<Column>) {
    cases.sort_by(|one, other| {
        let turn = |case: &Case| (case.turn.owner().name(), case.turn.name().to_owned());
        let first = match order.column {
            Column::Norm => one.since.cmp(&other.since),
            Column::Code => one.code.cmp(&other.code),
            Column::Municipality => one.municipality.cmp(&other.municipality),
            Column::Product => one.product_code.cmp(&other.product_code),
            Column::Turn => turn(one).cmp(&turn(other)),
            Column::Due => (one.due_by.is_none(), one.due_by).cmp(&(other.due_by.is_none(), other.due_by)),
        };
        let first = if order.descending { first.reverse() } else { first };
        first.then_with(|| (one.since, &one.code).cmp(&(other.since, &other.code)))
    });
}

/// Aanbieder in een bemiddeling: that it responded, and what came of it. Numbers, codes and names; nothing of the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLine {
    pub agb: String,
    pub name: String,
    pub location: String,
    pub responded_on: NaiveDate,
    pub start_on: NaiveDate,
    pub status: &'static str,
    pub ended_on: Option<NaiveDate>,
    /// Code and name of why it ended, where there is a list for it.
    pub reason: Option<(String, String)>,
}

impl ProviderLine {
    pub(super) fn of(response: &Response) -> Self {
        Self {
            agb: response.provider.agb.clone(),
            name: response.provider.name.clone(),
            location: format!("{}, {}", response.offer.location, response.offer.town),
            responded_on: dutch_day(response.opened_at),
            start_on: response.start_on,
            status: response.status.name(),
            ended_on: response.ended_at.map(dutch_day),
            reason: response.reason.clone().zip(response.reason_name().map(str::to_owned)),
        }
    }
}

/// What the audit keeps.
#[derive(Debug, Serialize)]
pub(super) struct Recorded {
    pub number: i32,
    pub owner: &'static str,
    pub outcome: Option<&'static str>,
}

/// Half jaar, over which the overview goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HalfYear {
    /// Such as `2026-2`.
    pub code: String,
    pub name: String,
    pub from: NaiveDate,
    /// The first day after it.
    pub until: NaiveDate,
}

impl HalfYear {
    fn new(year: i32, second: bool) -> Option<Self> {
        let day = |year, month| NaiveDate::from_ymd_opt(year, month, 1);
        let (from, until, half) =
            if second { (day(year, 7)?, day(year + 1, 1)?, 2) } else { (day(year, 1)?, day(year, 7)?, 1) };
        let name = format!("{} helft van {year}", if second { "tweede" } else { "eerste" });
        Some(Self { code: format!("{year}-{half}"), name, from, until })
    }

    /// Whether this is written as the code of a half year.
    pub fn is_code(text: &str) -> bool {
        let year = text.strip_suffix("-1").or_else(|| text.strip_suffix("-2"));
        year.is_some_and(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
    }

    /// This half year and the five before it.
    pub fn list(today: NaiveDate) -> Vec<Self> {
        let current = today.year() * 2 + i32::from(today.month() > 6);
        (0..6).filter_map(|back| Self::new((current - back) / 2, (current - back) % 2 == 1)).collect()
    }
}

/// One line of the overview of half a year: an owner of steps, how many, and how long they took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverviewLine {
    pub owner: StepOwner,
    /// The counts are as they are, for who may see each of these steps.
    pub is_exact: bool,
    /// Counts as they may be shown: a small number is hidden, unless the line is exact.
    pub taken: String,
    pub found: String,
    pub late: String,
    /// Days from begin to end; none with too few.
    pub median_days: Option<i64>,
}

/// No count from 1 to 7 is shown, and others are rounded to five (domain of the region's publications).
pub fn shown_count(count: usize) -> String {
    match count {
        0 => "0".into(),
        1..=7 => "*".into(),
        _ => ((count + 2) / 5 * 5).to_string(),
    }
}

/// The middle of so many numbers of days; none of fewer than eight, unless whoever sees it may see each of them.
pub fn shown_median(mut days: Vec<i64>, is_exact: bool) -> Option<i64> {
    days.sort_unstable();
    let is_shown = is_exact || days.len() >= 8;
    days.get(days.len() / 2).copied().filter(|_| is_shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_years_go_back_from_today() {
        let codes = |day: &str| {
            let today = day.parse().unwrap_or_default();
            HalfYear::list(today).into_iter().map(|half| half.code).collect::<Vec<_>>()
        };
        assert_eq!(codes("2026-11-21"), ["2026-2", "2026-1", "2025-2", "2025-1", "2024-2", "2024-1"]);
        assert_eq!(codes("2026-06-30")[0], "2026-1");
        assert_eq!(codes("2026-07-01")[0], "2026-2");
    }

    #[test]
    fn small_counts_and_medians_are_hidden() {
        for (count, shown) in [(0, "0"), (1, "*"), (7, "*"), (8, "10"), (12, "10"), (13, "15"), (100, "100")]
        {
            assert_eq!(shown_count(count), shown);
        }
        assert_eq!(shown_median((1..=7).collect(), false), None);
        assert_eq!(shown_median((1..=9).rev().collect(), false), Some(5));
        assert_eq!(shown_median((1..=7).collect(), true), Some(4));
        assert_eq!(shown_median(Vec::new(), true), None);
    }
}
