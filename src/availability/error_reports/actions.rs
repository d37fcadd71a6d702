//! Reporting a figure, and answering a report.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rules::personal_data::find_personal_data;
use rules::violations::Violations;

use super::mails;
use super::model::{Answer, Answered, Mistake, NewReport, Report, Scope};
use super::store;
use crate::actor::{Actor, Role};
use crate::audit::{self, Event};
use crate::availability::figures::actions::find_offer;
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::{opaque, recipients};
use crate::notifications::actions::enqueue;
use crate::product_book::common::find_region_id;

/// How long a search shows that a figure was reported. After that it says more about the answer than about the figure.
const SHOWN_FOR: TimeDelta = TimeDelta::days(14);

/// What is wrong with a text that others will read, if anything.
fn check_text(field: &str, text: Option<&str>, today: NaiveDate) -> Violations {
    let mut violations = Violations::new();
    if let Some(found) = text.and_then(|text| find_personal_data(text, today)) {
        violations.add(
            field,
            "persoonsgegeven",
            format!("hier lijkt {} te staan. Schrijf niets over een persoon op", found.name()),
        );
    }
    violations
}

/// What is wrong with a report that no field says by itself.
pub fn check_report(what: Option<Mistake>, remark: Option<&str>, today: NaiveDate) -> Violations {
    let mut violations = check_text("toelichting", remark, today);
    if what == Some(Mistake::Other) && remark.is_none() {
        violations.add("toelichting", "ontbreekt", "vertel in één zin wat er niet klopt");
    }
    violations
}

/// The same of an answer.
pub fn check_answer(answer: Option<Answer>, text: Option<&str>, today: NaiveDate) -> Violations {
    let mut violations = check_text("uitleg", text, today);
    if answer == Some(Answer::Right) && text.is_none() {
        violations.add("uitleg", "ontbreekt", "leg uit waarom het cijfer klopt");
    }
    violations
}

/// Keeps a report and tells provider and account managers of it. Returns the key of its status.
pub fn report_error(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    new: &NewReport,
) -> Result<String> {
    check_report(Some(new.what), new.remark.as_deref(), dutch_day(now)).into_result(())?;
    let key = opaque::generate();
    db::write(conn, |conn| {
        let offer = find_offer(conn, new.offer_id)?;
        // Of two at once the second sees the first.
        store::lock_offer(conn, offer.id)?;
        if store::has_open(conn, offer.id, new.what, (now - SHOWN_FOR).naive_utc())? {
            return Err(Error::Conflict(
                "Dit is al gemeld en wordt bekeken. Dank u wel dat u het ook doorgeeft.".into(),
            ));
        }
        let id = store::insert_report(conn, &opaque::hash(&key), now.naive_utc(), new)?;
        let region_id = find_region_id(conn, &offer.product.region)?;
        let mut readers = recipients::list_of_provider(conn, offer.provider.id)?;
        readers.extend(recipients::list_account_managers(conn, region_id)?);
        for reader in readers {
            enqueue(conn, now, &mails::report(&offer, new, public_url, &reader.email)?)?;
        }
        let event = Event::done("cijfer-melden", "aanbod", offer.id)
            .change(None, &serde_json::json!({ "melding": id, "wat": new.what.code() }))?;
        audit::record(conn, actor, now, &event)
    })?;
    Ok(key)
}

/// The report behind the key of its status.
pub fn find_by_key(conn: &mut Connection, key: &str) -> Result<Report> {
    let found = if opaque::is_plausible(key) { store::find_by_key(conn, &opaque::hash(key))? } else { None };
    found.ok_or(Error::NotFound("melding"))
}

/// Whose reports somebody sees and answers: a provider its own, an account manager those of the region.
fn scope(actor: &Actor) -> Result<Scope> {
    if actor.has_role(Role::AccountManager) {
        return actor.region_id().map(Scope::Region).ok_or(Error::Forbidden);
    }
    actor.provider_id().map(Scope::Provider).ok_or(Error::Forbidden)
}

/// How many reports there are, and a part of them, newest first.
pub fn list_reports(
    conn: &mut Connection,
    actor: &Actor,
    open: bool,
    part: (i64, i64),
) -> Result<(i64, Vec<Report>)> {
    store::list_reports(conn, scope(actor)?, open, part)
}

/// How many reports wait for an answer.
pub fn count_open(conn: &mut Connection, actor: &Actor) -> Result<i64> {
    store::count_reports(conn, scope(actor)?, true)
}

/// A report that the actor may see. One of somebody else is not told from one that is not there.
pub fn find_report(conn: &mut Connection, actor: &Actor, id: i64) -> Result<Report> {
    let scope = scope(actor)?;
    store::find_report(conn, id)?.filter(|report| scope.contains(report)).ok_or(Error::NotFound("melding"))
}

/// Answers a report, once.
pub fn answer_report(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    id: i64,
    (answer, text): (Answer, Option<String>),
) -> Result<()> {
    check_answer(Some(answer), text.as_deref(), dutch_day(now)).into_result(())?;
    db::write(conn, |conn| {
        find_report(conn, actor, id)?;
        let answered = Answered { answer, text, at: now, by: actor.signature() };
        if store::update_answer(conn, id, &answered)? == 0 {
            return Err(Error::Conflict("Deze melding is intussen al beantwoord.".into()));
        }
        let event = Event::done("melding-beantwoorden", "melding", id)
            .change(None, &serde_json::json!({ "antwoord": answer.code(), "uitleg": answered.text }))?;
        audit::record(conn, actor, now, &event)
    })
}

/// The offers whose figures a search shows as reported, each with the day of the latest open report.
pub fn list_open(conn: &mut Connection, now: DateTime<Utc>) -> Result<HashMap<i64, NaiveDate>> {
    let reports = store::list_open_since(conn, (now - SHOWN_FOR).naive_utc())?;
    Ok(reports.into_iter().map(|(offer_id, at)| (offer_id, dutch_day(at.and_utc()))).collect())
}
