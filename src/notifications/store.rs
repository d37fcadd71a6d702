//! Queries on the outbox.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::{count_star, exists, min};
use diesel::prelude::*;

use super::model::{Mail, MailLine, MailState, Outgoing, Purpose, Queue, masked};
use crate::db::Connection;
use crate::db::schema::outbox_mail as mail_row;
use crate::error::Result;

pub(super) fn insert_mail(
    conn: &mut Connection,
    (now, give_up_at): (NaiveDateTime, NaiveDateTime),
    mail: &Mail,
    purpose: Purpose<'_>,
    message_id: &str,
) -> Result<()> {
    diesel::insert_into(mail_row::table)
        .values((
            mail_row::kind.eq(mail.kind),
            mail_row::recipient.eq(&mail.to),
            mail_row::subject.eq(&mail.subject),
            mail_row::text.eq(&mail.text),
            mail_row::html.eq(&mail.html),
            mail_row::unsubscribe_url.eq(purpose.unsubscribe_url),
            mail_row::reminder_id.eq(purpose.reminder_id),
            mail_row::message_id.eq(message_id),
            mail_row::created_at.eq(now),
            mail_row::attempts.eq(0),
            mail_row::next_attempt_at.eq(now),
            mail_row::give_up_at.eq(give_up_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The mails that are due and held by nobody, at this time of the server and of the clock that all share.
pub(super) fn list_due(
    conn: &mut Connection,
    (now, shared): (NaiveDateTime, NaiveDateTime),
    most: i64,
) -> Result<Vec<i64>> {
    Ok(mail_row::table
        .filter(mail_row::sent_at.is_null().and(mail_row::failed_at.is_null()))
        .filter(mail_row::next_attempt_at.le(now))
        .filter(mail_row::claimed_until.is_null().or(mail_row::claimed_until.le(shared)))
        .order((mail_row::next_attempt_at, mail_row::id))
        .limit(most)
        .select(mail_row::id)
        .load(conn)?)
}

/// Holds a mail if it is still due and held by nobody: the one row, or none.
pub(super) fn update_claim(
    conn: &mut Connection,
    id: i64,
    (now, shared): (NaiveDateTime, NaiveDateTime),
    until: NaiveDateTime,
    server: &str,
) -> Result<usize> {
    let free = mail_row::table
        .find(id)
        .filter(mail_row::sent_at.is_null().and(mail_row::failed_at.is_null()))
        .filter(mail_row::next_attempt_at.le(now))
        .filter(mail_row::claimed_until.is_null().or(mail_row::claimed_until.le(shared)));
    Ok(diesel::update(free)
        .set((
            mail_row::claimed_by.eq(server),
            mail_row::claimed_until.eq(until),
            mail_row::attempts.eq(mail_row::attempts + 1),
        ))
        .execute(conn)?)
}

pub(super) fn find_outgoing(conn: &mut Connection, id: i64) -> Result<Outgoing> {
    type Row =
        ((i64, String, String, String, String, Option<String>), (String, NaiveDateTime, i32, NaiveDateTime));
    let row: Row = mail_row::table
        .find(id)
        .select((
            (
                mail_row::id,
                mail_row::recipient,
                mail_row::subject,
                mail_row::text,
                mail_row::html,
                mail_row::unsubscribe_url,
            ),
            (mail_row::message_id, mail_row::created_at, mail_row::attempts, mail_row::give_up_at),
        ))
        .first(conn)?;
    let ((id, to, subject, text, html, unsubscribe_url), (message_id, created_at, attempts, give_up_at)) =
        row;
    Ok(Outgoing {
        id,
        to,
        subject,
        text,
        html,
        unsubscribe_url,
        message_id,
        created_at,
        attempts,
        give_up_at,
    })
}

const NOBODY: Option<String> = None;
const NEVER: Option<NaiveDateTime> = None;

/// Marks a mail as sent and erases what it said: there may be a link in it that still works.
pub(super) fn update_sent(conn: &mut Connection, id: i64, now: NaiveDateTime) -> Result<()> {
    diesel::update(mail_row::table.find(id).filter(mail_row::sent_at.is_null()))
        .set((
            mail_row::sent_at.eq(now),
            mail_row::text.eq(""),
            mail_row::html.eq(""),
            mail_row::unsubscribe_url.eq(NOBODY),
            mail_row::failed_at.eq(NEVER),
            mail_row::claimed_by.eq(NOBODY),
            mail_row::claimed_until.eq(NEVER),
            mail_row::last_error.eq(NOBODY),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn update_postponed(
    conn: &mut Connection,
    id: i64,
    server: &str,
    next_attempt_at: NaiveDateTime,
    error: &str,
) -> Result<()> {
    diesel::update(mail_row::table.find(id).filter(mail_row::claimed_by.eq(server)))
        .set((
            mail_row::next_attempt_at.eq(next_attempt_at),
            mail_row::claimed_by.eq(NOBODY),
            mail_row::claimed_until.eq(NEVER),
            mail_row::last_error.eq(error),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn update_failed(
    conn: &mut Connection,
    id: i64,
    server: &str,
    now: NaiveDateTime,
    error: &str,
) -> Result<()> {
    diesel::update(mail_row::table.find(id).filter(mail_row::claimed_by.eq(server)))
        .set((
            mail_row::failed_at.eq(now),
            mail_row::claimed_by.eq(NOBODY),
            mail_row::claimed_until.eq(NEVER),
            mail_row::last_error.eq(error),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives up every mail that waits; how many that were.
pub(super) fn update_all_failed(conn: &mut Connection, now: NaiveDateTime, why: &str) -> Result<usize> {
    let waiting = mail_row::table.filter(mail_row::sent_at.is_null().and(mail_row::failed_at.is_null()));
    Ok(diesel::update(waiting)
        .set((
            mail_row::failed_at.eq(now),
            mail_row::claimed_by.eq(NOBODY),
            mail_row::claimed_until.eq(NEVER),
            mail_row::last_error.eq(why),
        ))
        .execute(conn)?)
}

/// A mail that was given up and whose text is still there gets another chance.
pub(super) fn update_retry(
    conn: &mut Connection,
    id: i64,
    now: NaiveDateTime,
    give_up_at: NaiveDateTime,
) -> Result<usize> {
    let failed = mail_row::table
        .find(id)
        .filter(mail_row::failed_at.is_not_null())
        .filter(mail_row::erased_at.is_null());
    Ok(diesel::update(failed)
        .set((
            mail_row::failed_at.eq(NEVER),
            mail_row::attempts.eq(0),
            mail_row::next_attempt_at.eq(now),
            mail_row::give_up_at.eq(give_up_at),
        ))
        .execute(conn)?)
}

pub(super) fn has_to_erase(conn: &mut Connection, before: NaiveDateTime) -> Result<bool> {
    let old = mail_row::table
        .filter(mail_row::erased_at.is_null())
        .filter(mail_row::sent_at.lt(before).or(mail_row::failed_at.lt(before)));
    Ok(diesel::select(exists(old)).get_result(conn)?)
}

/// What is left of a mail that is erased: its kind and its times.
macro_rules! erased {
    ($now:expr) => {
        (
            mail_row::recipient.eq(""),
            mail_row::subject.eq(""),
            mail_row::text.eq(""),
            mail_row::html.eq(""),
            mail_row::unsubscribe_url.eq(NOBODY),
            mail_row::last_error.eq(NOBODY),
            mail_row::erased_at.eq($now),
        )
    };
}

pub(super) fn update_erased(
    conn: &mut Connection,
    before: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<usize> {
    let old = mail_row::table
        .filter(mail_row::erased_at.is_null())
        .filter(mail_row::sent_at.lt(before).or(mail_row::failed_at.lt(before)));
    Ok(diesel::update(old).set(erased!(now)).execute(conn)?)
}

pub(super) fn delete_waiting(conn: &mut Connection, kind: &str, address: &str) -> Result<()> {
    let waiting = mail_row::table
        .filter(mail_row::kind.eq(kind))
        .filter(mail_row::recipient.eq(address))
        .filter(mail_row::sent_at.is_null());
    diesel::delete(waiting).execute(conn)?;
    Ok(())
}

pub(super) fn update_forgotten(
    conn: &mut Connection,
    kind: &str,
    address: &str,
    now: NaiveDateTime,
) -> Result<()> {
    let sent = mail_row::table
        .filter(mail_row::kind.eq(kind))
        .filter(mail_row::recipient.eq(address))
        .filter(mail_row::sent_at.is_not_null());
    diesel::update(sent).set(erased!(now)).execute(conn)?;
    Ok(())
}

pub(super) fn count_failed_by_reminder(conn: &mut Connection) -> Result<HashMap<i64, i32>> {
    let rows: Vec<(Option<i64>, i64)> = mail_row::table
        .filter(mail_row::reminder_id.is_not_null().and(mail_row::failed_at.is_not_null()))
        .group_by(mail_row::reminder_id)
        .select((mail_row::reminder_id, count_star()))
        .load(conn)?;
    let count = |(id, failed): (Option<i64>, i64)| Some((id?, i32::try_from(failed).unwrap_or(i32::MAX)));
    Ok(rows.into_iter().filter_map(count).collect())
}

pub(super) fn find_queue(conn: &mut Connection) -> Result<Queue> {
    let (waiting, oldest): (i64, Option<NaiveDateTime>) = mail_row::table
        .filter(mail_row::sent_at.is_null().and(mail_row::failed_at.is_null()))
        .select((count_star(), min(mail_row::created_at)))
        .first(conn)?;
    let failed = mail_row::table
        .filter(mail_row::erased_at.is_null())
        .filter(mail_row::failed_at.is_not_null())
        .count()
        .get_result(conn)?;
    Ok(Queue { waiting, failed, oldest })
}

/// The mails in a state, as a query to go on with.
macro_rules! in_state {
    ($state:expr) => {{
        let mails = mail_row::table.into_boxed();
        match $state {
            MailState::Waiting => {
                mails.filter(mail_row::sent_at.is_null().and(mail_row::failed_at.is_null()))
            }
            MailState::Failed => mails.filter(mail_row::failed_at.is_not_null()),
            MailState::Sent => mails.filter(mail_row::sent_at.is_not_null()),
        }
    }};
}

pub(super) fn count_mails(conn: &mut Connection, state: MailState) -> Result<i64> {
    Ok(in_state!(state).count().get_result(conn)?)
}

pub(super) fn list_mails(
    conn: &mut Connection,
    state: MailState,
    oldest_first: bool,
    (skip, most): (i64, i64),
) -> Result<Vec<MailLine>> {
    type Row = (
        (i64, String, String, NaiveDateTime, i32, NaiveDateTime),
        (Option<NaiveDateTime>, Option<NaiveDateTime>, Option<String>, Option<NaiveDateTime>),
    );
    let mails = in_state!(state);
    let mails = if oldest_first {
        mails.order((mail_row::created_at.asc(), mail_row::id.asc()))
    } else {
        mails.order((mail_row::created_at.desc(), mail_row::id.desc()))
    };
    let rows: Vec<Row> = mails
        .select((
            (
                mail_row::id,
                mail_row::kind,
                mail_row::recipient,
                mail_row::created_at,
                mail_row::attempts,
                mail_row::next_attempt_at,
            ),
            (mail_row::sent_at, mail_row::failed_at, mail_row::last_error, mail_row::erased_at),
        ))
        .offset(skip)
        .limit(most)
        .load(conn)?;
    let line = |((id, kind, to, created_at, attempts, next_attempt_at), rest): Row| {
        let (sent_at, failed_at, last_error, erased_at) = rest;
        MailLine {
            id,
            kind,
            to: masked(&to),
            created_at,
            attempts,
            next_attempt_at,
            sent_at,
            failed_at,
            last_error,
            erased: erased_at.is_some(),
        }
    };
    Ok(rows.into_iter().map(line).collect())
}
