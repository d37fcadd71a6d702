//! Placing: a child gets a place and, in the same transaction, the ambulant help that always goes with a stay.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rules::crisis::codes::{CategoryList, ProvisionKind, RequestStatus};
use rules::crisis::life::{EventKind, Step};
use rules::crisis::places::PlaceEvent;
use rules::crisis::stay::{Company, Placing, check_placing, due_on, group_warnings};
use rules::violations::Violations;
use serde_json::json;

use super::actions::{
    find_own, release_of_request, require_fit, require_open_request, take_step as take_place,
};
use super::model::{NewStay, Place};
use super::store::{self, NewLine, StateRow};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::crisis::distribution::ending::{end_offers, take_turn};
use crate::crisis::distribution::shares::find_provider;
use crate::crisis::requests::actions::{Taking, add_line, take_step};
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::crisis::settings::model::Lists;
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// Places a child. Of two at once for the same place one gets it; the other hears so and nothing of it is kept.
///
/// Who was asked for ambulant help and did not answer is asked no longer. Help that a provider took on and that did not start
/// is what goes with the stay; with somebody else it is to be taken back first.
pub fn place(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    stay: (i64, &NewStay),
) -> Result<Place> {
    db::write(conn, |conn| write_stay(conn, actor, now, public_url, stay))
}

/// The same within a transaction of the caller.
pub fn write_stay(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (place_id, new): (i64, &NewStay),
) -> Result<Place> {
    let today = dutch_day(now);
    let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
    take_turn(conn, region_id)?;
    let place = find_own(conn, actor, place_id)?;
    let request = require_open_request(conn, actor, &new.code)?;
    require_fit(&place, &request)?;
    let point = find_point(conn, request.region_id)?;
    let lists = find_lists(conn, request.region_id)?;
    let companion = match &new.companion {
        Some(agb) => find_provider(conn, request.region_id, agb)?.map(|provider| provider.id),
        None => None,
    };
    let placing = Placing {
        received_on: dutch_day(request.received_at),
        starts_on: new.starts_on,
        company: Company {
            voluntary: new.voluntary,
            perspective_team: new.perspective_team.as_deref(),
            companion,
        },
    };
    let mut violations = check_placing(&placing, today);
    check_notes(conn, &place, &lists, new, &mut violations, today)?;
    let taken_on = store::find_not_started(conn, request.id)?;
    if let Some((provider_id, name)) = &taken_on
        && companion.is_some_and(|chosen| chosen != *provider_id)
    {
        let message = format!(
            "{name} nam de ambulante hulp al aan: kies die aanbieder, of trek de toewijzing eerst in"
        );
        violations.add("begeleider", "al-toegewezen", message);
    }
    let companion = Error::refuse_collisions(violations, companion)?.ok_or(Error::NotFound("aanbieder"))?;
    let occupied = StateRow::default();
    let taken = take_place(conn, actor, now, &place, PlaceEvent::Occupy(request.id), occupied)?;
    let term = u16::try_from(point.evaluation_days).unwrap_or(u16::MAX);
    let due = due_on(new.starts_on, term);
    let stay = NewLine {
        region_id: request.region_id,
        request_id: request.id,
        kind: place.kind.code(),
        companion_of: None,
        provider_id: place.provider_id,
        place_id: Some(place.id),
        started_on: new.starts_on,
        perspective_team: new.perspective_team.clone(),
        voluntary: Some(new.voluntary),
        evaluation_due_on: Some(due),
        plan_due_on: Some(due),
        version: 1,
    };
    let stay_id = match store::insert_line(conn, &stay) {
        Err(Error::Conflict(_)) => {
            return Err(Error::Conflict("Dit kind verblijft al in een crisisplaats.".into()));
        }
        other => other?,
    };
    let help = NewLine {
        kind: ProvisionKind::Ambulant.code(),
        companion_of: Some(stay_id),
        provider_id: companion,
        place_id: None,
        perspective_team: None,
        voluntary: None,
        evaluation_due_on: None,
        plan_due_on: None,
        ..stay
    };
    if store::update_to_companion(conn, (request.id, companion), stay_id, new.starts_on)? == 0 {
        store::insert_line(conn, &help)?;
    }
    store::insert_notes(conn, stay_id, &new.group_notes)?;
    end_offers(conn, actor, now, public_url, request.id)?;
    release_of_request(conn, actor, now, public_url, &request, Some(place.id))?;
    start(conn, actor, now, &request, &taken)?;
    let event = Event::done("crisis-plaatsen", "crisisverblijf", stay_id)
        .change(None, &json!({ "aanvraag": new.code, "plaats": place.id, "startOp": new.starts_on }))?;
    audit::record(conn, actor, now, &event)?;
    Ok(taken)
}

/// The request runs from now on; a child that has ambulant help already gets a stay besides.
fn start(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    request: &CrisisRequest,
    place: &Place,
) -> Result<()> {
    let detail = Some(format!("{}, {}", place.name, place.provider));
    add_line(conn, actor, now, request, EventKind::Placed, detail)?;
    if request.status != RequestStatus::Running {
        take_step(conn, actor, now, (request.id, None), Step::Start, &Taking::default())?;
    }
    Ok(())
}

/// The notes are of the region's list, and what does not go together in the group was seen by whoever places.
fn check_notes(
    conn: &mut Connection,
    place: &Place,
    lists: &Lists,
    new: &NewStay,
    violations: &mut Violations,
    today: chrono::NaiveDate,
) -> Result<()> {
    for code in &new.group_notes {
        let known = lists.find(CategoryList::Group, code);
        if known.is_none_or(|item| !item.is_valid_on(today)) {
            violations.add("groepsnotities", "onbekende-keuze", format!("‘{code}’ staat niet in de lijst"));
        }
    }
    let warnings = list_warnings(conn, place, lists, &new.group_notes)?;
    if !warnings.is_empty() && !new.warning_seen {
        let message = format!("let op de groep: {}. Bevestig dat u dit hebt afgewogen", warnings.join("; "));
        violations.add("waarschuwingGezien", "waarschuwing", message);
    }
    Ok(())
}

/// What does not go together, in the words of the region.
pub fn list_warnings(
    conn: &mut Connection,
    place: &Place,
    lists: &Lists,
    notes: &[String],
) -> Result<Vec<String>> {
    let child: BTreeSet<String> = notes.iter().cloned().collect();
    let group = store::list_group_notes(conn, place.provider_id, &place.living_group)?.into_iter().collect();
    let name = |code: &str| lists.name(CategoryList::Group, code).to_lowercase();
    Ok(group_warnings(&lists.clashes(), &child, &group)
        .into_iter()
        .map(|(own, other)| format!("{} gaat niet samen met {} in de groep", name(&own), name(&other)))
        .collect())
}
