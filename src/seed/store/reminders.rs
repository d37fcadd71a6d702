//! What was reminded and reported before the demonstration began.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use diesel::prelude::*;
use rules::reminders::ReminderKind;

use super::Ids;
use crate::db::Connection;
use crate::db::schema::{error_report, location, offer, product, provider, reminder};
use crate::error::{Error, Result};

/// When the first mails of a day go out: half past eight in winter.
const MORNING: TimeDelta = TimeDelta::minutes(7 * 60 + 30);

/// A reminder of the past.
pub(in crate::seed) struct PastReminder<'a> {
    pub(in crate::seed) agb: &'a str,
    pub(in crate::seed) kind: ReminderKind,
    pub(in crate::seed) day: NaiveDate,
    pub(in crate::seed) offers: usize,
    pub(in crate::seed) recipients: usize,
}

pub(in crate::seed) fn insert_reminders(
    conn: &mut Connection,
    ids: &Ids,
    past: &[PastReminder<'_>],
) -> Result<()> {
    for one in past {
        let provider_id = ids.providers.get(one.agb).copied().ok_or(Error::NotFound("aanbieder"))?;
        diesel::insert_into(reminder::table)
            .values((
                reminder::region_id.eq(ids.region),
                reminder::provider_id.eq(provider_id),
                reminder::kind.eq(one.kind.code()),
                reminder::sent_on.eq(one.day),
                reminder::at.eq(one.day.and_time(NaiveTime::MIN) + MORNING),
                reminder::offers.eq(i32::try_from(one.offers).map_err(Error::internal)?),
                reminder::recipients.eq(i32::try_from(one.recipients).map_err(Error::internal)?),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Provider, days ago, what, remark, and the answer with its words.
type Reported = (&'static str, i64, &'static str, Option<&'static str>, Option<(&'static str, &'static str)>);

const REPORTS: [Reported; 3] = [
    ("98990001", 2, "wachttijd", Some("Bij navraag bleek de wachttijd langer dan hier staat"), None),
    ("98990126", 9, "plekken", None, Some(("aangepast", "De plek was die ochtend vergeven"))),
    (
        "98990033",
        16,
        "leeftijd",
        Some("Neemt dit ook jongeren van 17 aan?"),
        Some(("klopt", "Wij nemen jongeren aan tot 18 jaar")),
    ),
];

/// A few reports of the past weeks, each of the first offer of a provider. Nobody has the key of their status.
pub(in crate::seed) fn insert_reports(conn: &mut Connection, now: DateTime<Utc>) -> Result<()> {
    for (number, (agb, days, what, remark, answer)) in REPORTS.iter().enumerate() {
        let (offer_id, name): (i64, String) = offer::table
            .inner_join(provider::table)
            .inner_join(product::table)
            .inner_join(location::table)
            .filter(provider::agb.eq(agb))
            .order((product::name, location::number))
            .select((offer::id, provider::name))
            .first(conn)?;
        let at = (now - TimeDelta::days(*days)).naive_utc();
        diesel::insert_into(error_report::table)
            .values((
                error_report::key_hash.eq(format!("oefenmelding {number}")),
                error_report::offer_id.eq(offer_id),
                error_report::what.eq(what),
                error_report::remark.eq(remark),
                error_report::created_at.eq(at),
                error_report::answer.eq(answer.map(|(code, _)| code)),
                error_report::answer_text.eq(answer.map(|(_, text)| text)),
                error_report::answered_at.eq(answer.map(|_| at + TimeDelta::days(1))),
                error_report::answered_by.eq(answer.map(|_| format!("Praktijkbeheer, {name}"))),
            ))
            .execute(conn)?;
    }
    Ok(())
}
