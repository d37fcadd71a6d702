//! Audit: who did what, when, on behalf of whom and from where. Called by every write, in its transaction;
//! calls nobody. The database itself refuses to change or remove a line.

pub mod actions;
pub mod chain;
mod store;

pub(crate) use store::chained_log;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::actor::Actor;
use crate::db::Connection;
use crate::error::{Error, Result};

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event {
    action: &'static str,
    object_type: &'static str,
    object_id: String,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
}

impl Event {
    /// Something done to an object.
    pub fn done(action: &'static str, object_type: &'static str, object_id: impl ToString) -> Self {
        Self { action, object_type, object_id: object_id.to_string(), before: None, after: None }
    }

    /// With the state before and after.
    pub fn change<T: Serialize>(mut self, before: Option<&T>, after: &T) -> Result<Self> {
        self.before = before.map(serde_json::to_value).transpose().map_err(Error::internal)?;
        self.after = Some(serde_json::to_value(after).map_err(Error::internal)?);
        Ok(self)
    }

    /// With the state of what is there no more.
    pub fn gone<T: Serialize>(mut self, before: &T) -> Result<Self> {
        self.before = Some(serde_json::to_value(before).map_err(Error::internal)?);
        Ok(self)
    }
}

/// Writes the event down, within the transaction of the change itself.
pub fn record(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, event: &Event) -> Result<()> {
    store::insert_event(conn, actor, now, "done", event)
}

/// Writes down that something was refused.
pub fn record_refusal(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    action: &'static str,
) -> Result<()> {
    record_refused(conn, actor, now, &Event::done(action, "recht", ""))
}

/// Writes down that something was refused, and on what.
pub fn record_refused(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, event: &Event) -> Result<()> {
    store::insert_event(conn, actor, now, "refused", event)
}
