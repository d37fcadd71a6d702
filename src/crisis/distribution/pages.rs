//! The division on pages: offering a request, what is offered to a provider, and how everybody stands.

pub mod division;
pub mod offer;
pub mod own;
pub mod shares;

use chrono::{DateTime, Utc};
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::codes::CategoryList;
use rules::crisis::distribution::Choice;

use super::model::{Assignment, NamedProvider};
use crate::clock::dutch_day;
use crate::crisis::settings::model::Lists;
use crate::web::form::{Choices, choices};
use crate::web::format;

/// How something stands, as a badge.
pub struct Mark {
    pub class: &'static str,
    pub icon: &'static str,
    pub text: String,
}

/// One time that a request was offered.
pub struct Asked {
    pub id: i64,
    pub provider: String,
    pub mark: Mark,
    pub offered: String,
    pub answer_by: String,
    pub choice: &'static str,
    pub outcome: String,
    pub is_open: bool,
    pub can_withdraw: bool,
}

/// Whose turn it is.
pub struct Turn {
    pub provider: String,
    pub choice: &'static str,
    pub lines: Vec<String>,
}

impl From<(NamedProvider, Choice, String)> for Turn {
    fn from((provider, choice, explanation): (NamedProvider, Choice, String)) -> Self {
        Self {
            provider: provider.name,
            choice: choice.name(),
            lines: explanation.lines().map(str::to_owned).collect(),
        }
    }
}

/// How one offer of a request stands; it can be withdrawn by who divides while help has not started.
pub(in crate::crisis) fn asked(
    assignment: &Assignment,
    lists: &Lists,
    now: DateTime<Utc>,
    may_withdraw: bool,
) -> Asked {
    Asked {
        id: assignment.id,
        provider: assignment.provider.name.clone(),
        mark: mark(assignment, now),
        offered: format::date_time(assignment.offered_at),
        answer_by: term(assignment),
        choice: assignment.choice.name(),
        outcome: outcome(assignment, lists),
        is_open: assignment.is_open(),
        can_withdraw: may_withdraw && assignment.status.counts(),
    }
}

/// Until when it can be answered, and that this was shortened.
fn term(assignment: &Assignment) -> String {
    let until = format::date_time(assignment.answer_by);
    assignment.first_answer_by.map_or_else(
        || until.clone(),
        |first| {
            let urgency = assignment.request.urgency.name().to_lowercase();
            format!("{until} (ingekort, want nu {urgency}; was {})", format::date_time(first))
        },
    )
}

fn mark(assignment: &Assignment, now: DateTime<Utc>) -> Mark {
    let (class, icon, text) = match assignment.status {
        AssignmentStatus::Offered if assignment.answer_by < now => {
            ("badge--stop", "alert-triangle", "Termijn voorbij")
        }
        AssignmentStatus::Offered => ("badge--wacht", "clock", AssignmentStatus::Offered.name()),
        AssignmentStatus::Accepted => ("badge--vrij", "circle-check", AssignmentStatus::Accepted.name()),
        ended => ("badge--neutraal", "circle-x", ended.name()),
    };
    Mark { class, icon, text: text.to_owned() }
}

/// What a provider reads of a request: `12+, Almere, acuut`.
fn words(assignment: &Assignment) -> String {
    let request = &assignment.request;
    let place = request.municipality.as_deref().unwrap_or("buiten de regio");
    format!("{}, {place}, {}", request.age_group.sign(), request.urgency.name().to_lowercase())
}

/// When it was answered, and with what.
fn outcome(assignment: &Assignment, lists: &Lists) -> String {
    let mut words = Vec::new();
    if let Some(at) = assignment.answered_at {
        words.push(format::date_time(at));
    }
    if let Some(code) = &assignment.refusal {
        words.push(lists.name(CategoryList::Refusal, code).to_owned());
    }
    if let Some(code) = &assignment.overruled_reason {
        words.push(format!("afgeweken van de beurt: {}", lists.name(CategoryList::Overrule, code)));
    }
    words.join(", ")
}

/// The items of a list of the region that can be chosen now.
pub(in crate::crisis) fn of_list(lists: &Lists, list: CategoryList, now: DateTime<Utc>) -> Choices {
    let items = lists.choices(list, dutch_day(now)).map(|item| (item.code.clone(), item.name.clone()));
    choices("Kies een reden", items)
}
