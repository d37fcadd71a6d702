//! Queries on the outbox.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::Mail;
use crate::db::Connection;
use crate::db::schema::outbox_mail as mail_row;
use crate::error::Result;

pub(super) fn insert_mail(
    conn: &mut Connection,
    now: NaiveDateTime,
    mail: &Mail,
    unsubscribe_url: Option<&str>,
    message_id: &str,
) -> Result<()> {
    diesel::insert_into(mail_row::table)
        .values((
            mail_row::kind.eq(mail.kind),
            mail_row::recipient.eq(&mail.to),
            mail_row::subject.eq(&mail.subject),
            mail_row::text.eq(&mail.text),
            mail_row::html.eq(&mail.html),
            mail_row::unsubscribe_url.eq(unsubscribe_url),
            mail_row::message_id.eq(message_id),
            mail_row::created_at.eq(now),
            mail_row::attempts.eq(0),
            mail_row::next_attempt_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
