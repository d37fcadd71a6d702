//! A request that turns out to be more urgent while a provider has it: the open offer gets the term of that urgency.

use chrono::{DateTime, Utc};
use rules::crisis::answering::shortened;
use rules::crisis::life::EventKind;

use super::actions::{OBJECT, find_assignment, list_desk, recorded};
use super::model::Assignment;
use super::{mails, store};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_time;
use crate::crisis::requests::actions::add_line;
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::settings::model::CrisisPoint;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::identity::recipients::list_of_provider;
use crate::notifications::actions::enqueue;

/// Gives what is offered of a request the term of its urgency, counted from now, when that is shorter; the provider and
/// whoever divides hear so. Once at most, so that nobody who was asked is hurried again. The caller has taken the row of
/// the division.
pub fn shorten_offer(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (point, request): (&CrisisPoint, &CrisisRequest),
) -> Result<()> {
    let offers = store::list_of_request(conn, request.id)?;
    let open = |one: &Assignment| one.is_open() && one.first_answer_by.is_none();
    let Some(before) = offers.into_iter().find(open) else { return Ok(()) };
    let by_urgency = point.answer_by(now, request.urgency)?;
    let times = (before.answer_by.naive_utc(), by_urgency.naive_utc(), now.naive_utc());
    let Some(answer_by) = shortened(before.status, times.0, times.1, times.2) else { return Ok(()) };
    if store::insert_term(conn, before.id, answer_by, (now, &actor.signature()))? == 0 {
        return Err(Error::Outdated { current: None });
    }
    let after = find_assignment(conn, before.id)?;
    let local = dutch_time(after.answer_by);
    let until = format!("{}, {} uur", rules::dutch::date(local.date()), local.format("%H.%M"));
    let detail = format!("{} antwoordt nu uiterlijk {until}", after.provider.name);
    add_line(conn, actor, now, request, EventKind::TermShortened, Some(detail))?;
    for reader in list_of_provider(conn, after.provider.id)? {
        enqueue(conn, now, &mails::shortened(&after, public_url, &reader.email)?)?;
    }
    for reader in list_desk(conn, request.region_id)? {
        enqueue(conn, now, &mails::shortened_for_desk(&after, public_url, &reader.email)?)?;
    }
    let event = Event::done("crisis-termijn-inkorten", OBJECT, after.id)
        .change(Some(&recorded(&before)), &recorded(&after))?;
    audit::record(conn, actor, now, &event)
}
