//! Adds lines to the audit, and reads and seals them.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Event;
use super::chain::{Head, Line, Seal};
use crate::actor::Actor;
use crate::db::Connection;
use crate::db::schema::{audit_event as line, audit_seal as seal};
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

#[derive(Queryable)]
struct LineRow {
    id: i64,
    at: NaiveDateTime,
    request_id: String,
    origin: String,
    user_id: Option<i64>,
    user_name: String,
    organisation: String,
    roles: String,
    action: String,
    outcome: String,
    object_type: String,
    object_id: String,
    before: Option<String>,
    after: Option<String>,
}

impl From<LineRow> for Line {
    fn from(row: LineRow) -> Self {
        Self {
            id: row.id,
            at: row.at,
            request_id: row.request_id,
            origin: row.origin,
            user_id: row.user_id,
            user_name: row.user_name,
            organisation: row.organisation,
            roles: row.roles,
            action: row.action,
            outcome: row.outcome,
            object_type: row.object_type,
            object_id: row.object_id,
            before: row.before,
            after: row.after,
        }
    }
}

/// The audit itself.
#[derive(Debug)]
pub struct AuditLog;

impl AuditLog {
    pub const START: &'static str = "beschikbaarheidswijzer audit 1";
}

/// Reads and seals a log that is kept in a table of lines and a table of seals.
macro_rules! chained_log {
    ($log:ident, $line:ident, $seal:ident, $row:ty, $read:ty, $start:expr) => {
        impl $crate::audit::actions::ChainedLog for $log {
            type Line = $read;

            fn find_start(conn: &mut Connection) -> Result<Head> {
                $start(conn)
            }

            fn find_head(conn: &mut Connection) -> Result<Head> {
                let newest: Option<(i64, String)> = $seal::table
                    .order($seal::seq.desc())
                    .select(($seal::seq, $seal::hash))
                    .first(conn)
                    .optional()?;
                match newest {
                    Some((seq, hash)) => Ok(Head { seq, hash }),
                    None => Self::find_start(conn),
                }
            }

            fn find_last_sealed_id(conn: &mut Connection) -> Result<Option<i64>> {
                Ok($seal::table.select(diesel::dsl::max($seal::event_id)).get_result(conn)?)
            }

            fn list_unsealed(conn: &mut Connection, from_id: i64, most: i64) -> Result<Vec<$read>> {
                let sealed = $seal::table.filter($seal::event_id.eq($line::id));
                let rows: Vec<$row> = $line::table
                    .filter($line::id.ge(from_id))
                    .filter(diesel::dsl::not(diesel::dsl::exists(sealed)))
                    .order($line::id)
                    .limit(most)
                    .load(conn)?;
                Ok(rows.into_iter().map(<$read>::from).collect())
            }

            fn find_unsealed_before(
                conn: &mut Connection,
                before: NaiveDateTime,
            ) -> Result<Option<(i64, NaiveDateTime)>> {
                let sealed = $seal::table.filter($seal::event_id.eq($line::id));
                Ok($line::table
                    .filter($line::at.lt(before))
                    .filter(diesel::dsl::not(diesel::dsl::exists(sealed)))
                    .order($line::id)
                    .select(($line::id, $line::at))
                    .first(conn)
                    .optional()?)
            }

            fn insert_seals(conn: &mut Connection, seals: &[Seal]) -> Result<()> {
                let rows: Vec<_> = seals
                    .iter()
                    .map(|one| {
                        (
                            $seal::seq.eq(one.seq),
                            $seal::event_id.eq(one.event_id),
                            $seal::sealed_at.eq(one.sealed_at),
                            $seal::hash.eq(&one.hash),
                        )
                    })
                    .collect();
                $crate::on_each!(conn, c => diesel::insert_into($seal::table).values(&rows).execute(c))?;
                Ok(())
            }

            fn list_sealed(
                conn: &mut Connection,
                after: i64,
                most: i64,
            ) -> Result<Vec<(Seal, Option<$read>)>> {
                type Row = ((i64, i64, NaiveDateTime, String), Option<$row>);
                let rows: Vec<Row> = $seal::table
                    .left_join($line::table)
                    .filter($seal::seq.gt(after))
                    .order($seal::seq)
                    .limit(most)
                    .select(($seal::all_columns, $line::all_columns.nullable()))
                    .load(conn)?;
                let read = |((seq, event_id, sealed_at, hash), line): Row| {
                    (Seal { seq, event_id, sealed_at, hash }, line.map(<$read>::from))
                };
                Ok(rows.into_iter().map(read).collect())
            }
        }
    };
}
pub(crate) use chained_log;

chained_log!(AuditLog, line, seal, LineRow, Line, |_: &mut Connection| Ok(Head::start(AuditLog::START)));
