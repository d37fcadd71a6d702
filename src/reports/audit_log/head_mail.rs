//! The ends of the chains of audit and access log by mail, once a day: who keeps it elsewhere can prove later that nothing before it
//! was changed.

use askama::Template;
use chrono::{DateTime, Utc};

use super::store;
use crate::actor::Actor;
use crate::audit::actions::{AuditLog, find_head};
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::notifications::actions::enqueue;
use crate::notifications::model::Mail;
use crate::waiting_list::access_log::model::AccessLog;
use crate::web::format;
use crate::web::page::render;

#[derive(Template)]
#[template(path = "reports/audit_log/head_mail.html")]
struct HeadHtml<'a> {
    region_name: &'a str,
    day: &'a str,
    seal: &'a str,
    access_seal: &'a str,
}

#[derive(Template)]
#[template(path = "reports/audit_log/head_mail.txt")]
struct HeadText<'a> {
    day: &'a str,
    seal: &'a str,
    access_seal: &'a str,
}

/// Mails the ends of the chains to these addresses, unless that was done today. Tells whether it did.
pub fn mail_head(conn: &mut Connection, now: DateTime<Utc>, to: &[String]) -> Result<bool> {
    let today = dutch_day(now);
    if to.is_empty() || store::has_head_mail(conn, today)? {
        return Ok(false);
    }
    let mailed = db::write(conn, |conn| {
        let (head, access) = (find_head::<AuditLog>(conn)?, find_head::<AccessLog>(conn)?);
        store::insert_head_mail(conn, today, &head, now.naive_utc())?;
        let (day, seal, access) = (format::date(today), head.to_string(), access.to_string());
        for address in to {
            let mail = Mail {
                kind: "zegel",
                to: address.clone(),
                subject: format!("Zegels van de logboeken, {day}"),
                text: render(&HeadText { day: &day, seal: &seal, access_seal: &access })?,
                html: render(&HeadHtml { region_name: "", day: &day, seal: &seal, access_seal: &access })?,
            };
            enqueue(conn, now, &mail)?;
        }
        audit::record(conn, &Actor::background(), now, &Event::done("zegel-versturen", "logboek", head.seq))
    });
    match mailed {
        Ok(()) => Ok(true),
        // Another server was first.
        Err(Error::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
