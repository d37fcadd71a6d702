//! The division on pages: offering a request, what is offered to a provider, and how everybody stands.

pub mod division;
pub mod offer;
pub mod own;
pub mod shares;

use chrono::{DateTime, Utc};
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::codes::CategoryList;

use super::model::Assignment;
use crate::clock::dutch_day;
use crate::crisis::settings::model::Lists;
use crate::web::form::{Choices, choices};
use crate::web::format;

/// How an assignment stands, as a badge.
pub struct Mark {
    pub class: &'static str,
    pub icon: &'static str,
    pub text: &'static str,
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
    Mark { class, icon, text }
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
