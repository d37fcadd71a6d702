//! Silence after a plaatsingsvraag: the provider is reminded halfway, and whoever asked hears when no answer came.
//!
//! Every server does this. What is due is marked by one conditional update in the transaction that also mails, so each
//! question is handled once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rules::waiting::asking::{due_for_reminder, is_answer};
use serde::Serialize;

use super::mails;
use super::store::{self, Due};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::Result;
use crate::identity::recipients::{list_account_managers, list_of_provider, list_toegang_of};
use crate::notifications::actions::enqueue;
use crate::waiting_list::clients::actions::list_by_ids;
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::responses::actions::list_standpoints;

/// The kind of object in the audit.
const OBJECT: &str = "plaatsingsvraag";

/// How many are handled in one turn; the rest waits for the next.
const AT_ONCE: i64 = 500;

/// What the audit keeps: which clients and offers it was about.
#[derive(Serialize)]
struct Recorded {
    vragen: Vec<(String, i64)>,
}

/// Does what is due by now; returns how many questions it was about.
pub fn chase_questions(conn: &mut Connection, now: DateTime<Utc>, public_url: &str) -> Result<usize> {
    let asked_by = due_for_reminder(now).naive_utc();
    let to_remind = store::list_to_remind(conn, (asked_by, now.naive_utc()), AT_ONCE)?;
    let to_close = store::list_to_close(conn, now.naive_utc(), AT_ONCE)?;
    let count = to_remind.len() + to_close.len();
    for (provider_id, questions) in grouped(to_remind, |due| due.provider_id) {
        db::write(conn, |conn| remind(conn, now, public_url, provider_id, &questions))?;
    }
    for (run_id, questions) in grouped(to_close, |due| due.run_id) {
        db::write(conn, |conn| close(conn, now, public_url, run_id, &questions))?;
    }
    Ok(count)
}

fn grouped<K: Ord>(due: Vec<Due>, key: impl Fn(&Due) -> K) -> BTreeMap<K, Vec<Due>> {
    let mut groups: BTreeMap<K, Vec<Due>> = BTreeMap::new();
    for one in due {
        groups.entry(key(&one)).or_default().push(one);
    }
    groups
}

fn remind(
    conn: &mut Connection,
    now: DateTime<Utc>,
    public_url: &str,
    provider_id: i64,
    questions: &[Due],
) -> Result<()> {
    let ids: Vec<i64> = questions.iter().map(|due| due.id).collect();
    let mine = store::mark_reminded(conn, &ids, now.naive_utc())?;
    let open = list_unanswered(conn, now, questions.iter().filter(|due| mine.contains(&due.id)))?;
    let Some(first_end) = open.iter().map(|(due, _)| due.ends_at).min() else { return Ok(()) };
    for reader in list_of_provider(conn, provider_id)? {
        let mail = mails::reminded(open.len(), first_end.and_utc(), public_url, &reader.email)?;
        enqueue(conn, now, &mail)?;
    }
    write_down(conn, now, "plaatsingsvraag-herinneren", &open)
}

/// Of one run, or of everything that the toegang asked.
fn close(
    conn: &mut Connection,
    now: DateTime<Utc>,
    public_url: &str,
    run_id: Option<i64>,
    questions: &[Due],
) -> Result<()> {
    let ids: Vec<i64> = questions.iter().map(|due| due.id).collect();
    let mine = store::mark_closed(conn, &ids, now.naive_utc())?;
    let unanswered = list_unanswered(conn, now, questions.iter().filter(|due| mine.contains(&due.id)))?;
    if unanswered.is_empty() {
        return Ok(());
    }
    if let Some(run_id) = run_id {
        let (region_id, number) = store::find_number(conn, run_id)?;
        let names: BTreeSet<String> = unanswered.iter().map(|(due, _)| due.provider.clone()).collect();
        let names: Vec<String> = names.into_iter().collect();
        for reader in list_account_managers(conn, region_id)? {
            let found = (unanswered.len(), names.as_slice());
            enqueue(conn, now, &mails::in_vain_of_run(found, number, public_url, &reader.email)?)?;
        }
    } else {
        let mut by_municipality: BTreeMap<i64, Vec<(String, String)>> = BTreeMap::new();
        for (due, client) in &unanswered {
            let line = (client.code.to_string(), due.provider.clone());
            by_municipality.entry(client.municipality.id).or_default().push(line);
        }
        for (municipality_id, lines) in by_municipality {
            for reader in list_toegang_of(conn, municipality_id)? {
                enqueue(conn, now, &mails::in_vain(&lines, public_url, &reader.email)?)?;
            }
        }
    }
    write_down(conn, now, "plaatsingsvraag-zonder-reactie", &unanswered)
}

/// Those about somebody who is still on the list, and to which the provider gave no answer.
fn list_unanswered<'a>(
    conn: &mut Connection,
    now: DateTime<Utc>,
    questions: impl Iterator<Item = &'a Due>,
) -> Result<Vec<(&'a Due, WaitingClient)>> {
    let questions: Vec<&Due> = questions.collect();
    let ids: Vec<i64> = questions.iter().map(|due| due.client_id).collect();
    let today = dutch_day(now);
    let clients: BTreeMap<i64, WaitingClient> = list_by_ids(conn, &ids)?
        .into_iter()
        .filter(|client| client.life.is_listed(today))
        .map(|client| (client.id, client))
        .collect();
    let standpoints = list_standpoints(conn, &ids)?;
    let offers: Vec<i64> = standpoints.iter().map(|one| one.offer_id).collect();
    let providers: BTreeMap<i64, i64> = store::list_providers_of(conn, &offers)?.into_iter().collect();
    let is_answered = |due: &Due| {
        standpoints
            .iter()
            .filter(|one| one.client_id == due.client_id)
            .filter(|one| providers.get(&one.offer_id) == Some(&due.provider_id))
            .any(|one| is_answer(one.status, one.opened_at, due.asked_at.and_utc()))
    };
    let open = questions.into_iter().filter(|due| !is_answered(due));
    Ok(open.filter_map(|due| Some((due, clients.get(&due.client_id)?.clone()))).collect())
}

fn write_down(
    conn: &mut Connection,
    now: DateTime<Utc>,
    action: &'static str,
    questions: &[(&Due, WaitingClient)],
) -> Result<()> {
    let vragen = questions.iter().map(|(due, client)| (client.code.to_string(), due.offer_id)).collect();
    let event = Event::done(action, OBJECT, questions.len()).change(None, &Recorded { vragen })?;
    audit::record(conn, &Actor::background(), now, &event)
}
