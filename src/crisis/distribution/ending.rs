//! Ending: when a request closes, nothing of it stays open. What is offered is taken back, a place that is held is let go,
//! and the providers hear so.
//!
//! Everything that gives a request to somebody takes the row of `crisis_division` first, and so does what ends it. Of two
//! at once the second sees what the first did.

use chrono::{DateTime, Utc};
use rules::crisis::answering::{AssignmentEvent, AssignmentStatus};
use rules::crisis::life::EventKind;

use super::actions::{OBJECT, recorded};
use super::answering::end_assignment;
use super::model::Assignment;
use super::{mails, store};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::crisis::places::actions::{is_held_for, release_of_request};
use crate::crisis::requests::actions::{add_line, find_by_id};
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::settings::actions::find_point_id;
use crate::db::Connection;
use crate::error::Result;
use crate::identity::recipients::list_of_provider;
use crate::notifications::actions::enqueue;

/// Lets whoever else gives something of the point of a region, or ends it, wait until this is kept.
pub fn take_turn(conn: &mut Connection, region_id: i64) -> Result<()> {
    let point_id = find_point_id(conn, region_id)?;
    store::take_division(conn, point_id)
}

/// Ends all that is offered or held for a request.
pub fn end_open(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    request: &CrisisRequest,
) -> Result<()> {
    take_turn(conn, request.region_id)?;
    for assignment in store::list_of_request(conn, request.id)? {
        if assignment.status.counts() {
            withdraw(conn, actor, now, public_url, &assignment)?;
            tell_withdrawn(conn, actor, now, &assignment)?;
        }
    }
    release_of_request(conn, actor, now, public_url, request, None)
}

/// A child gets a place: a provider that was asked for ambulant help and did not answer yet is asked no longer.
pub fn end_offers(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    request_id: i64,
) -> Result<()> {
    for assignment in store::list_of_request(conn, request_id)? {
        if assignment.is_open() {
            withdraw(conn, actor, now, public_url, &assignment)?;
            tell_withdrawn(conn, actor, now, &assignment)?;
        }
    }
    Ok(())
}

/// Whether somebody still has to answer for a request, or a place is held for it.
pub fn is_open(conn: &mut Connection, now: DateTime<Utc>, request_id: i64) -> Result<bool> {
    let offered = store::list_of_request(conn, request_id)?.iter().any(Assignment::is_open);
    Ok(offered || is_held_for(conn, now, request_id)?)
}

/// Takes an assignment back, with the help that did not start yet, and tells the provider.
pub(super) fn withdraw(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    before: &Assignment,
) -> Result<Assignment> {
    let ended = end_assignment(conn, actor, now, before, AssignmentEvent::Withdraw, None)?;
    if before.status == AssignmentStatus::Accepted {
        store::delete_ambulant_not_started(conn, ended.request.id, ended.provider.id)?;
    }
    for reader in list_of_provider(conn, ended.provider.id)? {
        enqueue(conn, now, &mails::withdrawn(&ended, public_url, &reader.email)?)?;
    }
    let event = Event::done("crisis-aanbod-intrekken", OBJECT, ended.id)
        .change(Some(&recorded(before)), &recorded(&ended))?;
    audit::record(conn, actor, now, &event)?;
    Ok(ended)
}

pub(super) fn tell_withdrawn(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    assignment: &Assignment,
) -> Result<()> {
    let request = find_by_id(conn, assignment.request.id)?;
    let detail = Some(assignment.provider.name.clone());
    add_line(conn, actor, now, &request, EventKind::OfferWithdrawn, detail)
}
