//! Queries on reminders, the links in them, and confirmations.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rules::reminders::ReminderKind;

use super::model::{ConfirmLink, NewReminder, Reminder};
use crate::db::Connection;
use crate::db::schema::{confirm_link, offer_history, reminder};
use crate::error::{Error, Result};
use crate::notifications::actions::count_failed_by_reminder;

/// Writes a reminder down, and gives its number. A conflict when another server has done so today.
pub(super) fn insert_reminder(conn: &mut Connection, new: &NewReminder) -> Result<i64> {
    Ok(diesel::insert_into(reminder::table)
        .values((
            reminder::region_id.eq(new.region_id),
            reminder::provider_id.eq(new.provider_id),
            reminder::kind.eq(new.kind.code()),
            reminder::sent_on.eq(new.sent_on),
            reminder::at.eq(new.at.naive_utc()),
            reminder::offers.eq(i32::try_from(new.offers).map_err(Error::internal)?),
            reminder::recipients.eq(i32::try_from(new.recipients).map_err(Error::internal)?),
        ))
        .returning(reminder::id)
        .get_result(conn)?)
}

/// The reminders of a region since a day, newest first.
pub(super) fn list_reminders(
    conn: &mut Connection,
    region_id: i64,
    since: NaiveDate,
) -> Result<Vec<Reminder>> {
    let rows: Vec<(i64, i64, String, NaiveDate, i32)> = reminder::table
        .filter(reminder::region_id.eq(region_id))
        .filter(reminder::sent_on.ge(since))
        .order((reminder::sent_on.desc(), reminder::id.desc()))
        .select((
            reminder::id,
            reminder::provider_id,
            reminder::kind,
            reminder::sent_on,
            reminder::recipients,
        ))
        .load(conn)?;
    let undelivered = count_failed_by_reminder(conn)?;
    rows.into_iter()
        .map(|(id, provider_id, kind, sent_on, recipients)| {
            let kind = ReminderKind::parse(&kind).ok_or_else(|| Error::internal("reminder.kind"))?;
            let undelivered = undelivered.get(&id).copied().unwrap_or(0);
            Ok(Reminder { provider_id, kind, sent_on, recipients, undelivered })
        })
        .collect()
}

pub(super) fn insert_link(
    conn: &mut Connection,
    key_hash: &str,
    now: NaiveDateTime,
    link: &ConfirmLink,
) -> Result<()> {
    diesel::insert_into(confirm_link::table)
        .values((
            confirm_link::key_hash.eq(key_hash),
            confirm_link::user_id.eq(link.user_id),
            confirm_link::provider_id.eq(link.provider_id),
            confirm_link::sent_to.eq(&link.sent_to),
            confirm_link::created_at.eq(now),
            confirm_link::expires_at.eq(link.expires_at.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn find_link(conn: &mut Connection, key_hash: &str) -> Result<Option<ConfirmLink>> {
    type Row = (i64, i64, Option<String>, NaiveDateTime, Option<NaiveDateTime>);
    let row: Option<Row> = confirm_link::table
        .find(key_hash)
        .select((
            confirm_link::user_id,
            confirm_link::provider_id,
            confirm_link::sent_to,
            confirm_link::expires_at,
            confirm_link::used_at,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(user_id, provider_id, sent_to, expires_at, used_at)| ConfirmLink {
        user_id,
        provider_id,
        sent_to,
        expires_at: expires_at.and_utc(),
        used_at: used_at.map(|at| at.and_utc()),
    }))
}

/// Uses a link that is still good: the one row, or none.
pub(super) fn update_link_used(conn: &mut Connection, key_hash: &str, now: NaiveDateTime) -> Result<usize> {
    let good = confirm_link::table
        .find(key_hash)
        .filter(confirm_link::used_at.is_null())
        .filter(confirm_link::expires_at.gt(now));
    Ok(diesel::update(good).set(confirm_link::used_at.eq(now)).execute(conn)?)
}

/// Marks every link as used; how many still were not.
pub(super) fn update_all_links_used(conn: &mut Connection, now: NaiveDateTime) -> Result<usize> {
    Ok(diesel::update(confirm_link::table.filter(confirm_link::used_at.is_null()))
        .set(confirm_link::used_at.eq(now))
        .execute(conn)?)
}

/// Links that ended a while ago help nobody any more.
pub(super) fn delete_links_before(conn: &mut Connection, expired_before: NaiveDateTime) -> Result<usize> {
    Ok(diesel::delete(confirm_link::table.filter(confirm_link::expires_at.lt(expired_before)))
        .execute(conn)?)
}

pub(super) fn has_links_before(conn: &mut Connection, expired_before: NaiveDateTime) -> Result<bool> {
    let old = confirm_link::table.filter(confirm_link::expires_at.lt(expired_before));
    Ok(diesel::select(diesel::dsl::exists(old)).get_result(conn)?)
}

/// When figures were confirmed, and from when they were there at all, since a moment: offer, when, change.
pub(super) fn list_confirmations(
    conn: &mut Connection,
    since: NaiveDateTime,
) -> Result<Vec<(i64, NaiveDateTime, String)>> {
    Ok(offer_history::table
        .filter(offer_history::at.ge(since))
        .select((offer_history::offer_id, offer_history::at, offer_history::change))
        .load(conn)?)
}
