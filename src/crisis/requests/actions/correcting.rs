//! Correcting what was noted of a child on the telephone, while its request is open. What was noted before stays readable
//! in the timeline until it is erased; a closed request is corrected where the records are kept.

use chrono::{DateTime, Utc};
use rules::crisis::codes::{AgeGroup, CategoryList, RequestStatus};
use rules::crisis::life::EventKind;
use rules::violations::Violations;

use super::checking::{self, Facts};
use super::{OBJECT, add_line, find_by_id, find_request};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::crisis::distribution::ending::{is_open, take_turn};
use crate::crisis::requests::model::{CrisisRequest, Recorded, RequestDraft};
use crate::crisis::requests::store::{self, FactsRow};
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::crisis::settings::model::Lists;
use crate::db::Connection;
use crate::error::{Error, Result};

const CLOSED: &str = "Deze aanvraag is afgesloten: de registratie kan haar nog corrigeren.";
const GIVEN: &str = "de leeftijdsgroep kan niet meer veranderen zolang de aanvraag is aangeboden of er een plaats voor is; trek dat eerst in";

/// Whether the desk can correct what was noted.
pub fn can_correct(request: &CrisisRequest) -> bool {
    !request.status.is_closed() && request.stripped_at.is_none()
}

/// All that is wrong with a correction, without writing anything down.
pub fn check_correction(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
    draft: &RequestDraft,
) -> Result<Violations> {
    let before = find_request(conn, actor, code)?;
    let lists = find_lists(conn, before.region_id)?;
    let mut violations = Violations::new();
    checking::check_facts(conn, &lists, dutch_day(now), draft, Some(&before), &mut violations)?;
    Ok(violations)
}

/// Corrects what was noted: the row, the timeline and the audit. Of the draft only what can be corrected counts.
pub fn correct_request(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (code, version): (&str, Option<i32>),
    draft: &RequestDraft,
) -> Result<CrisisRequest> {
    let found = find_request(conn, actor, code)?;
    // Who gives the request to somebody does so for the age group of that moment.
    let point = find_point(conn, found.region_id)?;
    take_turn(conn, point.region_id)?;
    let before = find_by_id(conn, found.id)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(Error::Outdated { current: None });
    }
    if !can_correct(&before) {
        return Err(Error::Conflict(CLOSED.into()));
    }
    let lists = find_lists(conn, before.region_id)?;
    let mut violations = Violations::new();
    let facts = checking::check_facts(conn, &lists, dutch_day(now), draft, Some(&before), &mut violations)?;
    if let Some(facts) = &facts
        && facts.age_group != before.age_group
        && is_given(conn, now, &before)?
    {
        violations.add("leeftijd", "al-gegeven", GIVEN);
    }
    let facts = Error::refuse_collisions(violations, facts)?;
    let facts = facts.ok_or_else(|| Error::internal("what is noted of a child is missing"))?;
    let changed = changes(&before, &facts, &lists);
    if changed.is_empty() {
        return Ok(before);
    }
    if store::update_facts(conn, (before.id, before.version), &FactsRow::from(&facts))? == 0 {
        return Err(Error::Outdated { current: None });
    }
    let after = find_by_id(conn, before.id)?;
    add_line(conn, actor, now, &after, EventKind::Changed, Some(changed.join(". ")))?;
    let event = Event::done("crisis-wijzigen", OBJECT, after.code)
        .change(Some(&Recorded::of(&before)), &Recorded::of(&after))?;
    audit::record(conn, actor, now, &event)?;
    Ok(after)
}

impl From<&Facts> for FactsRow {
    fn from(facts: &Facts) -> Self {
        Self {
            age: facts.age.map(i32::from),
            age_group: facts.age_group.code(),
            asked: facts.asked.clone(),
            safety: facts.safety.join(","),
            current_provider_id: facts.current_provider,
            note: facts.note.clone(),
        }
    }
}

fn is_given(conn: &mut Connection, now: DateTime<Utc>, request: &CrisisRequest) -> Result<bool> {
    let is_helped = matches!(request.status, RequestStatus::Assigned | RequestStatus::Running);
    Ok(is_helped || is_open(conn, now, request.id)?)
}

/// What was changed, as the timeline tells it: now, and what it was. Of a note only that it changed, since what had to be
/// taken out of it must not stay elsewhere.
fn changes(before: &CrisisRequest, facts: &Facts, lists: &Lists) -> Vec<String> {
    let none = || "geen".to_owned();
    let safety = |codes: &[String]| {
        let names: Vec<&str> = codes.iter().map(|code| lists.name(CategoryList::Safety, code)).collect();
        if names.is_empty() { none() } else { names.join(", ") }
    };
    let mut old_safety = before.safety.clone();
    old_safety.sort_unstable();
    let asked = |code: &str| lists.name(CategoryList::Asked, code).to_owned();
    let compared = [
        ("Leeftijd", age_words(before.age, before.age_group), age_words(facts.age, facts.age_group)),
        ("Gevraagd", asked(&before.asked), asked(&facts.asked)),
        ("Veiligheid", safety(&old_safety), safety(&facts.safety)),
    ];
    let mut changed: Vec<String> = compared
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(label, old, new)| format!("{label}: {new} (was {old})"))
        .collect();
    let provider = before.current_provider.as_ref();
    if provider.map(|provider| provider.id) != facts.current_provider {
        let old = provider.map_or_else(none, |provider| provider.name.clone());
        changed.push(format!("Huidige aanbieder gewijzigd (was {old})"));
    }
    if before.note != facts.note {
        changed.push("Toelichting gewijzigd".to_owned());
    }
    changed
}

fn age_words(age: Option<u8>, group: AgeGroup) -> String {
    age.map_or_else(|| group.sign().to_owned(), |age| format!("{age} jaar"))
}
