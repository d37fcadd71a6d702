//! What can be done with mails.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rules::retries::{GIVE_UP_AFTER, wait_after};

use super::model::{Mail, MailLine, MailState, Outcome, Outgoing, Purpose, Queue};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// The longest address a mail server has to take (RFC 5321, 4.5.3.1.3).
const LONGEST_ADDRESS: usize = 254;
/// The longest line of a mail (RFC 5322, 2.1.1).
const LONGEST_SUBJECT: usize = 998;
/// How long the outbox keeps whom a mail went to after it was sent, or all of it after it was given up, to answer questions
/// about it.
const KEEP_FOR: TimeDelta = TimeDelta::days(14);

/// Puts a mail in the outbox, within the transaction of the caller: it is sent when that is kept, and only then.
pub fn enqueue(conn: &mut Connection, now: DateTime<Utc>, mail: &Mail) -> Result<()> {
    insert(conn, now, mail, Purpose::default())
}

/// The same for a mail of a reminder, which is told when the mail is given up.
pub fn enqueue_reminder(
    conn: &mut Connection,
    now: DateTime<Utc>,
    mail: &Mail,
    reminder_id: i64,
) -> Result<()> {
    insert(conn, now, mail, Purpose { reminder_id: Some(reminder_id), ..Purpose::default() })
}

/// The same for a mail that its reader can put an end to at an address, which mail programs show as a button.
pub fn enqueue_with_unsubscribe(
    conn: &mut Connection,
    now: DateTime<Utc>,
    mail: &Mail,
    unsubscribe_url: &str,
) -> Result<()> {
    insert(conn, now, mail, Purpose { unsubscribe_url: Some(unsubscribe_url), ..Purpose::default() })
}

fn insert(conn: &mut Connection, now: DateTime<Utc>, mail: &Mail, purpose: Purpose<'_>) -> Result<()> {
    // A line break would let whoever chose the text add headers of their own, and more readers.
    let one_line = |text: &str| !text.chars().any(char::is_control);
    if !one_line(&mail.to) || mail.to.len() > LONGEST_ADDRESS || !mail.to.contains('@') {
        return Err(Error::internal(format!("a mail of kind {} has no proper recipient", mail.kind)));
    }
    if !one_line(&mail.subject) || mail.subject.is_empty() || mail.subject.len() > LONGEST_SUBJECT {
        return Err(Error::internal(format!("a mail of kind {} has no proper subject", mail.kind)));
    }
    let times = (now.naive_utc(), (now + GIVE_UP_AFTER).naive_utc());
    store::insert_mail(conn, times, mail, purpose, &new_message_id())
}

/// The part of the Message-ID before the @. It stays the same over all attempts, so that a reader's mail program can
/// tell a mail that came twice from two mails.
fn new_message_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Takes up mails that are due, for this server alone as long as `lease`. Who else wants them finds them taken; when this
/// server stops before it has sent them, they come free again. How long they are held goes by the clock that all servers
/// share, so that one whose own clock is ahead takes nothing from another.
pub fn claim_mails(
    conn: &mut Connection,
    now: DateTime<Utc>,
    lease: TimeDelta,
    server: &str,
    most: usize,
) -> Result<Vec<Outgoing>> {
    let shared = db::shared_time(conn, now)?;
    let times = (now.naive_utc(), shared.naive_utc());
    let due = store::list_due(conn, times, i64::try_from(most).map_err(Error::internal)?)?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let until = (shared + lease).naive_utc();
    db::write(conn, |conn| {
        let mut mine = Vec::with_capacity(due.len());
        for id in due {
            if store::update_claim(conn, id, times, until, server)? == 1 {
                mine.push(store::find_outgoing(conn, id)?);
            }
        }
        Ok(mine)
    })
}

/// Writes down how deliveries ended. Tells of each whether it is given up.
pub fn record_outcomes(
    conn: &mut Connection,
    now: DateTime<Utc>,
    server: &str,
    outcomes: &[(Outgoing, Outcome)],
) -> Result<Vec<bool>> {
    db::write(conn, |conn| {
        outcomes.iter().map(|(mail, outcome)| record_outcome(conn, now, server, mail, outcome)).collect()
    })
}

fn record_outcome(
    conn: &mut Connection,
    now: DateTime<Utc>,
    server: &str,
    mail: &Outgoing,
    outcome: &Outcome,
) -> Result<bool> {
    let at = now.naive_utc();
    match outcome {
        // Sent is sent, even when another server holds it by now. What it said may open a door, and is erased at once.
        Outcome::Sent => store::update_sent(conn, mail.id, at).map(|()| false),
        Outcome::Failed(error) if at < mail.give_up_at => {
            let failures = u32::try_from(mail.attempts).unwrap_or(1);
            let next = now + wait_after(failures, rand::random_range(0..1000));
            store::update_postponed(conn, mail.id, server, next.naive_utc(), error).map(|()| false)
        }
        Outcome::Failed(error) | Outcome::Refused(error) => {
            store::update_failed(conn, mail.id, server, at, error).map(|()| true)
        }
    }
}

/// Erases to whom mails went some time after they were sent, and all of those that were given up.
pub fn erase_old(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    let before = (now - KEEP_FOR).naive_utc();
    if !store::has_to_erase(conn, before)? {
        return Ok(0);
    }
    db::write(conn, |conn| store::update_erased(conn, before, now.naive_utc()))
}

/// Holds every mail that waits, as one that was given up: an administrator has it tried again, or it is erased in time.
/// Within a transaction of the caller; how many that were.
pub fn hold_all(conn: &mut Connection, now: DateTime<Utc>, why: &str) -> Result<usize> {
    store::update_all_failed(conn, now.naive_utc(), why)
}

/// Takes back the mails of one kind to an address that still wait. Within a transaction of the caller.
pub fn take_back(conn: &mut Connection, kind: &str, address: &str) -> Result<()> {
    store::delete_waiting(conn, kind, address)
}

/// Forgets an address in mails of one kind: what still waits is not sent, what was sent is erased. Within a transaction
/// of the caller.
pub fn forget(conn: &mut Connection, now: DateTime<Utc>, kind: &str, address: &str) -> Result<()> {
    take_back(conn, kind, address)?;
    store::update_forgotten(conn, kind, address, now.naive_utc())
}

/// How many mails of each reminder were given up.
pub fn count_failed_by_reminder(conn: &mut Connection) -> Result<HashMap<i64, i32>> {
    store::count_failed_by_reminder(conn)
}

pub fn queue(conn: &mut Connection) -> Result<Queue> {
    store::find_queue(conn)
}

/// Mails in a state, newest first or oldest first: after `skip` the next `most`, and how many there are.
pub fn list_mails(
    conn: &mut Connection,
    state: MailState,
    oldest_first: bool,
    (skip, most): (i64, i64),
) -> Result<(i64, Vec<MailLine>)> {
    Ok((store::count_mails(conn, state)?, store::list_mails(conn, state, oldest_first, (skip, most))?))
}

/// Tries a mail again that was given up, with as much time as a new one.
pub fn retry_mail(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, id: i64) -> Result<()> {
    db::write(conn, |conn| {
        if store::update_retry(conn, id, now.naive_utc(), (now + GIVE_UP_AFTER).naive_utc())? == 0 {
            return Err(Error::Conflict(
                "Deze mail is niet mislukt, of al gewist. Bekijk de lijst opnieuw.".into(),
            ));
        }
        audit::record(conn, actor, now, &Event::done("mail-opnieuw", "mail", id))
    })
}
