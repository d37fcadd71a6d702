//! Adds lines to the audit.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::Event;
use crate::actor::Actor;
use crate::db::Connection;
use crate::db::schema::audit_event as line;
use crate::error::Result;
use crate::on_each;

pub(super) fn insert_event(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    outcome: &str,
    event: &Event,
) -> Result<()> {
    let who = actor.identity.as_ref();
    let roles = who
        .map(|who| who.roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(" "))
        .unwrap_or_default();
    // On each database by itself: every write passes here, and building the statement for both at once takes
    // longer than running it.
    on_each!(conn, c => diesel::insert_into(line::table)
        .values((
            line::at.eq(now.naive_utc()),
            line::request_id.eq(&actor.request_id),
            line::origin.eq(&actor.origin),
            line::user_id.eq(who.map(|who| who.user_id)),
            line::user_name.eq(who.map_or("", |who| who.user_name.as_str())),
            line::organisation.eq(who.map_or("", |who| who.organisation_name.as_str())),
            line::roles.eq(roles),
            line::action.eq(event.action),
            line::outcome.eq(outcome),
            line::object_type.eq(event.object_type),
            line::object_id.eq(&event.object_id),
            line::before.eq(event.before.as_ref().map(ToString::to_string)),
            line::after.eq(event.after.as_ref().map(ToString::to_string)),
        ))
        .execute(c))?;
    Ok(())
}
