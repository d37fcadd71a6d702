//! What can be done with mails.

use chrono::{DateTime, Utc};

use super::model::Mail;
use super::store;
use crate::db::Connection;
use crate::error::{Error, Result};

/// The longest address a mail server has to take (RFC 5321, 4.5.3.1.3).
const LONGEST_ADDRESS: usize = 254;
/// The longest line of a mail (RFC 5322, 2.1.1).
const LONGEST_SUBJECT: usize = 998;

/// Puts a mail in the outbox, within the transaction of the caller: it is sent when that is kept, and only then.
pub fn enqueue(conn: &mut Connection, now: DateTime<Utc>, mail: &Mail) -> Result<()> {
    enqueue_with_unsubscribe(conn, now, mail, None)
}

/// The same for a mail that its reader can put an end to at an address, which mail programs show as a button.
pub fn enqueue_with_unsubscribe(
    conn: &mut Connection,
    now: DateTime<Utc>,
    mail: &Mail,
    unsubscribe_url: Option<&str>,
) -> Result<()> {
    // A line break would let whoever chose the text add headers of their own, and more readers.
    let one_line = |text: &str| !text.chars().any(char::is_control);
    if !one_line(&mail.to) || mail.to.len() > LONGEST_ADDRESS || !mail.to.contains('@') {
        return Err(Error::internal(format!("a mail of kind {} has no proper recipient", mail.kind)));
    }
    if !one_line(&mail.subject) || mail.subject.is_empty() || mail.subject.len() > LONGEST_SUBJECT {
        return Err(Error::internal(format!("a mail of kind {} has no proper subject", mail.kind)));
    }
    store::insert_mail(conn, now.naive_utc(), mail, unsubscribe_url, &new_message_id())
}

/// The part of the Message-ID before the @. It stays the same over all attempts, so that a reader's mail program can
/// tell a mail that came twice from two mails.
fn new_message_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}
