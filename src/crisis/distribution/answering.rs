//! Answering: a provider takes what is offered to it or refuses with a reason. Refusal and silence pass it on by
//! themselves, and the desk hears of it.

use chrono::{DateTime, Utc};
use rules::crisis::answering::{AssignmentEvent, AssignmentStatus, step};
use rules::crisis::codes::CategoryList;
use rules::crisis::life::{EventKind, Step};

use super::actions::{OBJECT, find_assignment, find_own, list_desk, recorded, require_open, write_offer};
use super::mails;
use super::model::{Answer, Assignment};
use super::store::{self, Ending};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::crisis::requests::actions::{Taking, add_line, find_by_id, list_timeline, take_step};
use crate::crisis::requests::model::TimelineLine;
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::notifications::actions::enqueue;

/// How many are handled in one turn; the rest waits for the next.
const AT_ONCE: i64 = 100;

/// Answers an assignment of the actor's own provider. The term and the reasons were set by others.
pub fn answer_assignment(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    id: i64,
    answer: &Answer,
) -> Result<Assignment> {
    let answered = db::write(conn, |conn| write_answer(conn, actor, now, public_url, id, answer));
    if matches!((answer, &answered), (Answer::Accept, Err(Error::Conflict(_))))
        && db::write(conn, |conn| keep_late_answer(conn, actor, now, id))?
    {
        return Err(Error::Conflict(TOO_LATE.into()));
    }
    answered
}

/// The same within a transaction of the caller, who hears only that it was too late.
pub fn write_answer(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    id: i64,
    answer: &Answer,
) -> Result<Assignment> {
    let before = find_own(conn, actor, id)?;
    if actor.provider_id() != Some(before.provider.id) {
        return Err(Error::Forbidden);
    }
    // In the same order as whoever offers or ends, so that neither waits for the other for ever.
    store::take_division(conn, before.point_id)?;
    let before = find_assignment(conn, id)?;
    match answer {
        Answer::Accept => accept(conn, actor, now, public_url, &before),
        Answer::Refuse(reason) => {
            let lists = find_lists(conn, before.request.region_id)?;
            let item = lists.find(CategoryList::Refusal, reason);
            let Some(item) = item.filter(|item| item.is_valid_on(dutch_day(now))) else {
                return Err(Error::collision("reden", "onbekende-keuze", "kies een reden uit de lijst"));
            };
            let event = AssignmentEvent::Refuse;
            let ended = end_assignment(conn, actor, now, &before, event, Some(reason.clone()))?;
            let why = format!("{}. {}", ended.provider.name, item.name);
            pass_on(conn, actor, now, public_url, (&before, &ended), (EventKind::Refused, why))?;
            Ok(ended)
        }
    }
}

const TOO_LATE: &str = "De termijn voor uw antwoord is voorbij. Het crisispunt ziet dat u deze aanvraag had willen aannemen en belt u als dat nog helpt.";

/// Who accepts after its term does not get the request, and the desk sees once that it would have taken it: nobody may be
/// left to ask. Returns whether it was late.
fn keep_late_answer(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, id: i64) -> Result<bool> {
    let assignment = find_own(conn, actor, id)?;
    let is_late = matches!(assignment.status, AssignmentStatus::Offered | AssignmentStatus::Expired)
        && now > assignment.answer_by;
    if !is_late {
        return Ok(false);
    }
    store::take_division(conn, assignment.point_id)?;
    let detail = assignment.provider.name.clone();
    let is_known = |line: &TimelineLine| {
        line.kind == EventKind::AcceptedLate && line.detail.as_deref() == Some(detail.as_str())
    };
    if list_timeline(conn, assignment.request.id)?.iter().any(is_known) {
        return Ok(true);
    }
    let request = find_by_id(conn, assignment.request.id)?;
    add_line(conn, actor, now, &request, EventKind::AcceptedLate, Some(detail))?;
    let event = Event::done("crisis-te-laat-aannemen", OBJECT, id).change(None, &recorded(&assignment))?;
    audit::record(conn, actor, now, &event)?;
    Ok(true)
}

fn accept(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    before: &Assignment,
) -> Result<Assignment> {
    let accepted = end_assignment(conn, actor, now, before, AssignmentEvent::Accept, None)?;
    let ids = (accepted.request.region_id, accepted.request.id, accepted.provider.id);
    let detail = Some(accepted.provider.name.clone());
    take_step(conn, actor, now, (ids.1, None), Step::Assign, &Taking { detail, ..Taking::default() })?;
    store::insert_ambulant(conn, ids)?;
    for reader in list_desk(conn, accepted.request.region_id)? {
        enqueue(conn, now, &mails::accepted(&accepted, public_url, &reader.email)?)?;
    }
    record_change(conn, actor, now, "crisis-aannemen", before, &accepted)?;
    Ok(accepted)
}

/// Ends an assignment, or refuses when somebody was first or the term says otherwise.
pub(super) fn end_assignment(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    assignment: &Assignment,
    event: AssignmentEvent,
    refusal: Option<String>,
) -> Result<Assignment> {
    let times = (assignment.answer_by.naive_utc(), now.naive_utc());
    let status = step(assignment.status, event, times.0, times.1).map_err(in_words)?;
    let ending = Ending {
        status: status.code(),
        refusal,
        answered_at: Some(now.naive_utc()),
        answered_by: Some(actor.signature()),
    };
    let changed = store::update_status(conn, assignment.id, assignment.status, &ending)?;
    let current = find_assignment(conn, assignment.id)?;
    if changed == 0 {
        step(current.status, event, times.0, times.1).map_err(in_words)?;
        return Err(Error::Outdated { current: None });
    }
    Ok(current)
}

fn in_words(refusal: rules::crisis::answering::AssignmentRefusal) -> Error {
    let words = refusal.to_string();
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    Error::Conflict(format!("{}.", first.chain(letters).collect::<String>()))
}

/// Offers a request to the next one, and tells the desk what came of the last and who is asked now.
fn pass_on(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (before, ended): (&Assignment, &Assignment),
    (kind, detail): (EventKind, String),
) -> Result<()> {
    let request = find_by_id(conn, ended.request.id)?;
    add_line(conn, actor, now, &request, kind, Some(detail))?;
    let action = if kind == EventKind::Refused { "crisis-weigeren" } else { "crisis-verlopen" };
    record_change(conn, actor, now, action, before, ended)?;
    let next = if require_open(&request).is_ok() {
        let point = find_point(conn, request.region_id)?;
        write_offer(conn, &Actor::background(), now, public_url, &point, &request, None)?
    } else {
        // The request was closed or placed in the meantime, or the child turned out to live elsewhere: nobody is asked.
        None
    };
    for reader in list_desk(conn, request.region_id)? {
        enqueue(conn, now, &mails::passed_on(ended, next.as_ref(), public_url, &reader.email)?)?;
    }
    Ok(())
}

fn record_change(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    action: &'static str,
    before: &Assignment,
    after: &Assignment,
) -> Result<()> {
    let event = Event::done(action, OBJECT, after.id).change(Some(&recorded(before)), &recorded(after))?;
    audit::record(conn, actor, now, &event)
}

/// Passes on what nobody answered in time; returns how many. Every server does this: the update of the status decides
/// which of them does. One that fails holds up no other, of this region or the next.
pub fn pass_on_unanswered(conn: &mut Connection, now: DateTime<Utc>, public_url: &str) -> Result<usize> {
    let actor = Actor::background();
    let mut count = 0;
    for due in store::list_due(conn, now.naive_utc(), AT_ONCE)? {
        let done = db::write(conn, |conn| {
            store::take_division(conn, due.point_id)?;
            let ended = end_assignment(conn, &actor, now, &due, AssignmentEvent::Expire, None)?;
            let why = (EventKind::Expired, ended.provider.name.clone());
            pass_on(conn, &actor, now, public_url, (&due, &ended), why)
        });
        match done {
            Ok(()) => count += 1,
            // Another server was first, or the answer came in just before.
            Err(Error::Conflict(_) | Error::Outdated { .. }) => {}
            Err(error) => {
                tracing::error!(%error, assignment = due.id, "an assignment without an answer is not passed on");
            }
        }
    }
    Ok(count)
}
