//! Dividing: a request is offered to whoever has the turn, or with a reason to somebody else.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::codes::{CategoryList, RequestStatus};
use rules::crisis::distribution::{CaseFacts, Choice, Pool, ProviderId, Tally, explain_all, next_to_ask};
use rules::crisis::life::{EventKind, Step};

use super::ending::{tell_withdrawn, withdraw};
use super::mails;
use super::model::{Assignment, NamedProvider, Overruling};
use super::store::{self, NewAssignment};
use crate::actor::{Actor, Role};
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::crisis::requests::actions::{Taking, add_line, find_by_id, find_request, take_step};
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::crisis::settings::model::CrisisPoint;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::{Recipient, list_of_provider, list_of_role};
use crate::notifications::actions::enqueue;
use crate::waiting_list::access_log::actions as access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};

/// The kind of object in the audit.
pub(super) const OBJECT: &str = "crisistoewijzing";

/// Offers a request to whoever has the turn: the child's own provider first. With an overruling it goes to another one.
pub fn offer_request(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    code: &str,
    overruling: Option<&Overruling>,
) -> Result<Assignment> {
    db::write(conn, |conn| write_offer_of(conn, actor, now, public_url, code, overruling))
}

/// The same within a transaction of the caller.
pub fn write_offer_of(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    code: &str,
    overruling: Option<&Overruling>,
) -> Result<Assignment> {
    let found = find_request(conn, actor, code)?;
    let point = find_point(conn, found.region_id)?;
    store::take_division(conn, point.id)?;
    // As it is now that nobody else gives or ends it.
    let request = find_by_id(conn, found.id)?;
    if let Some(overruling) = overruling {
        let lists = find_lists(conn, request.region_id)?;
        let item = lists.find(CategoryList::Overrule, &overruling.reason);
        if item.is_none_or(|item| !item.is_valid_on(dutch_day(now))) {
            return Err(Error::collision("reden", "onbekende-keuze", "kies een reden uit de lijst"));
        }
    }
    let offered = write_offer(conn, actor, now, public_url, &point, &request, overruling)?;
    offered.ok_or_else(|| Error::Conflict(NOBODY_LEFT.into()))
}

const NOBODY_LEFT: &str = "Alle aanbieders die deze aanvraag kunnen krijgen zijn al gevraagd. Kies zelf een aanbieder, met een reden.";

/// What is needed to say who is asked.
struct Case {
    pool: Pool,
    tally: Tally,
    asked: BTreeSet<ProviderId>,
    providers: BTreeSet<NamedProvider>,
}

impl Case {
    /// The pool stays what it was when the request was first divided, and whoever told since that it is full is not asked.
    /// None when nobody takes such cases.
    fn load(
        conn: &mut Connection,
        now: DateTime<Utc>,
        point: &CrisisPoint,
        request: &CrisisRequest,
    ) -> Result<Option<Self>> {
        let before = store::list_of_request(conn, request.id)?;
        let first = before.first().map(|first| first.pool.clone());
        let pool = match first {
            Some(pool) => Some(pool),
            None => pool_of(conn, now, point, request)?,
        };
        let Some(pool) = pool else { return Ok(None) };
        let full = store::list_full(conn, point.id, dutch_day(now))?.into_keys();
        let asked = before.iter().map(|assignment| assignment.provider.id).chain(full).collect();
        let (tally, _) = store::find_tally(conn, point.id)?;
        Ok(Some(Self { pool, tally, asked, providers: store::list_providers(conn, point.id)? }))
    }

    fn name(&self, id: ProviderId) -> &str {
        self.providers.iter().find(|provider| provider.id == id).map_or("", |provider| &provider.name)
    }

    fn explanation(&self) -> String {
        explain_all(&self.tally, &self.pool, |id| self.name(id))
    }
}

fn pool_of(
    conn: &mut Connection,
    now: DateTime<Utc>,
    point: &CrisisPoint,
    request: &CrisisRequest,
) -> Result<Option<Pool>> {
    let today = dutch_day(now);
    let shares: Vec<_> = store::list_shares(conn, point.id)?.into_iter().map(|stored| stored.share).collect();
    let full = store::list_full(conn, point.id, today)?.into_keys().collect();
    let municipality = request.municipality.as_ref().map(|home| home.id);
    let case = CaseFacts { on: today, municipality, age_group: request.age_group };
    Ok(Pool::of_case(&shares, case, &full))
}

/// Whose turn it is for a request now, with the figures, for who is about to offer it. Nothing when nobody is left.
pub fn preview_turn(
    conn: &mut Connection,
    now: DateTime<Utc>,
    request: &CrisisRequest,
) -> Result<Option<(NamedProvider, Choice, String)>> {
    if request.municipality.is_none() {
        return Ok(None);
    }
    let point = find_point(conn, request.region_id)?;
    let Some(case) = Case::load(conn, now, &point, request)? else { return Ok(None) };
    let current = request.current_provider.as_ref().map(|provider| provider.id);
    let Some((id, choice)) = next_to_ask(&case.tally, &case.pool, current, &case.asked) else {
        return Ok(None);
    };
    let provider = case.providers.iter().find(|provider| provider.id == id).cloned();
    Ok(provider.map(|provider| (provider, choice, case.explanation())))
}

/// Offers a request within the transaction of the caller, who has taken the row of the division. Nothing when nobody is
/// left whose turn it could be.
pub(super) fn write_offer(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    point: &CrisisPoint,
    request: &CrisisRequest,
    overruling: Option<&Overruling>,
) -> Result<Option<Assignment>> {
    require_open(request)?;
    let case = Case::load(conn, now, point, request)?;
    let current = request.current_provider.as_ref().map(|provider| provider.id);
    let turn = case.as_ref().and_then(|case| next_to_ask(&case.tally, &case.pool, current, &case.asked));
    let (provider_id, choice) = match overruling {
        None => match turn {
            Some(turn) => turn,
            None => return Ok(None),
        },
        Some(overruling) => {
            let chosen = store::list_providers(conn, point.id)?
                .into_iter()
                .find(|provider| provider.agb == overruling.agb)
                .ok_or_else(|| {
                    Error::collision(
                        "aanbieder",
                        "onbekend",
                        "kies een aanbieder die aan de verdeling meedoet",
                    )
                })?;
            match turn {
                Some((id, choice)) if id == chosen.id => (id, choice),
                _ => (chosen.id, Choice::Overruled),
            }
        }
    };
    let overruled_reason =
        overruling.filter(|_| choice == Choice::Overruled).map(|overruling| overruling.reason.clone());
    let (pool, explanation) = match &case {
        Some(case) => (case.pool.clone(), case.explanation()),
        // Nobody takes such cases: it counts for the one that does all the same.
        None => {
            (Pool::new([(provider_id, 1)]).ok_or_else(|| Error::internal("an empty pool"))?, String::new())
        }
    };
    let new = NewAssignment {
        crisis_point_id: point.id,
        request_id: request.id,
        provider_id,
        offered_at: now.naive_utc(),
        offered_by: actor.signature(),
        answer_by: point.answer_by(now, request.urgency)?.naive_utc(),
        choice: choice.code(),
        pool: pool.to_string(),
        explanation,
        overruled_reason,
        status: AssignmentStatus::Offered.code(),
        version: 1,
    };
    let id = match store::insert_assignment(conn, &new) {
        Err(Error::Conflict(_)) => {
            return Err(Error::Conflict("Deze aanvraag is intussen al aan een aanbieder aangeboden.".into()));
        }
        other => other?,
    };
    if request.status == RequestStatus::New {
        take_step(conn, actor, now, (request.id, None), Step::TakeUp, &Taking::default())?;
    }
    let offered = find_assignment(conn, id)?;
    tell_of_offer(conn, actor, now, public_url, request, &offered)?;
    Ok(Some(offered))
}

fn tell_of_offer(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    request: &CrisisRequest,
    offered: &Assignment,
) -> Result<()> {
    let (kind, detail) = match &offered.overruled_reason {
        None => (EventKind::Offered, format!("{}. {}", offered.provider.name, offered.choice.name())),
        Some(reason) => {
            let lists = find_lists(conn, request.region_id)?;
            let reason = lists.name(CategoryList::Overrule, reason);
            (EventKind::Overruled, format!("{}. {reason}", offered.provider.name))
        }
    };
    add_line(conn, actor, now, request, kind, Some(detail))?;
    for reader in list_of_provider(conn, offered.provider.id)? {
        enqueue(conn, now, &mails::offered(offered, public_url, &reader.email)?)?;
    }
    let event = Event::done("crisis-aanbieden", OBJECT, offered.id).change(None, &recorded(offered))?;
    audit::record(conn, actor, now, &event)
}

/// Only a request that the point handles and that has no help yet is divided. A child from outside the region is written
/// down, and its own region helps it.
pub(super) fn require_open(request: &CrisisRequest) -> Result<()> {
    if request.municipality.is_none() {
        let message = "Een kind van buiten de regio wordt geregistreerd en hier niet verdeeld.";
        return Err(Error::Conflict(message.into()));
    }
    match request.status {
        RequestStatus::New | RequestStatus::InProgress => Ok(()),
        status => Err(Error::Conflict(format!(
            "Deze aanvraag kan niet worden aangeboden: de stand is ‘{}’.",
            status.name()
        ))),
    }
}

/// The desk of a region: who divides.
pub(super) fn list_desk(conn: &mut Connection, region_id: i64) -> Result<Vec<Recipient>> {
    list_of_role(conn, region_id, Role::CrisisVerdeelpunt)
}

/// What the audit keeps of an assignment: codes and times.
pub(super) fn recorded(assignment: &Assignment) -> serde_json::Value {
    serde_json::json!({
        "aanvraag": assignment.request.code,
        "aanbieder": assignment.provider.agb,
        "keuze": assignment.choice.code(),
        "kring": assignment.pool.to_string(),
        "antwoordVoor": assignment.answer_by,
        "afwijking": assignment.overruled_reason,
        "status": assignment.status.code(),
        "weigering": assignment.refusal,
    })
}

pub(super) fn find_assignment(conn: &mut Connection, id: i64) -> Result<Assignment> {
    store::find_assignment(conn, id)?.ok_or(Error::NotFound(OBJECT))
}

/// An assignment of the actor's own provider, or of its own region for who works at the point. Another's is not told from
/// one that is not there.
pub(super) fn find_own(conn: &mut Connection, actor: &Actor, id: i64) -> Result<Assignment> {
    let found = store::find_assignment(conn, id)?;
    let is_own = |assignment: &Assignment| {
        if actor.has_role(Role::Provider) {
            actor.provider_id() == Some(assignment.provider.id)
        } else {
            actor.region_id() == Some(assignment.request.region_id)
        }
    };
    found.filter(is_own).ok_or(Error::NotFound(OBJECT))
}

/// Shows an assignment, and writes that down.
pub fn view_assignment(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    id: i64,
) -> Result<Assignment> {
    let assignment = find_own(conn, actor, id)?;
    note_look(conn, actor, now, [&assignment])?;
    Ok(as_seen_by(actor, assignment))
}

/// What was offered to a provider and not given to it tells it nothing more of the child than it has to keep.
fn as_seen_by(actor: &Actor, mut assignment: Assignment) -> Assignment {
    if actor.has_role(Role::Provider) && !assignment.status.counts() {
        assignment.request.age = None;
        assignment.request.safety.clear();
    }
    assignment
}

/// How many assignments the actor sees, and a part of them: of its own provider, or of its crisis point.
pub fn list_assignments(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    open: bool,
    part: (i64, i64),
) -> Result<(i64, Vec<Assignment>)> {
    let (total, found) = if actor.has_role(Role::Provider) {
        let provider_id = actor.provider_id().ok_or(Error::Forbidden)?;
        store::list_of_provider(conn, provider_id, open, part)?
    } else {
        let point = find_point(conn, actor.region_id().ok_or(Error::Forbidden)?)?;
        store::list_of_point(conn, point.id, open, part)?
    };
    note_look(conn, actor, now, &found)?;
    Ok((total, found.into_iter().map(|assignment| as_seen_by(actor, assignment)).collect()))
}

/// To whom a request was offered, the first first. The caller has written down that the request was looked at.
pub fn list_of_request(conn: &mut Connection, request_id: i64) -> Result<Vec<Assignment>> {
    store::list_of_request(conn, request_id)
}

/// To whom the open requests of a point were offered, for its board.
pub fn list_of_open_requests(conn: &mut Connection, point_id: i64) -> Result<Vec<Assignment>> {
    store::list_of_open_requests(conn, point_id)
}

/// Writes down that somebody looked at the requests of these assignments.
fn note_look<'a>(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    assignments: impl IntoIterator<Item = &'a Assignment>,
) -> Result<()> {
    let codes = assignments.into_iter().map(|assignment| assignment.request.code.clone());
    access_log::record(conn, actor, now, &Access::new(AccessKind::ListCrisisAssignments).clients(codes))
}

/// Takes an assignment back, open or accepted, as long as help has not started.
pub fn withdraw_assignment(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    id: i64,
) -> Result<Assignment> {
    db::write(conn, |conn| {
        let before = find_own(conn, actor, id)?;
        store::take_division(conn, before.point_id)?;
        let ended = withdraw(conn, actor, now, public_url, &before)?;
        if before.status == AssignmentStatus::Accepted {
            // Refused by the life of the request once help has started.
            take_step(conn, actor, now, (ended.request.id, None), Step::Unassign, &Taking::default())?;
        } else {
            tell_withdrawn(conn, actor, now, &ended)?;
        }
        Ok(ended)
    })
}
