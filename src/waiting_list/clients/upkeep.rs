//! What servers do for the waiting list by themselves: erase what was kept long enough, and tell of contracts that
//! ended, products that got another code and children that come of age. Each can run on any number of servers at once.

use chrono::{DateTime, Days, Months, Utc};
use rules::waiting::birth::AgeMilestone;
use rules::waiting::life::{ContractHit, EndContractReason, Event as LifeEvent, RecodeReason};
use rules::waiting::reasons::Reason;
use rules::waiting::succession::{line_of, takes_over};

use super::actions::{OBJECT, add_line, find_settings, record_facts, take_step};
use super::model::{LineKind, NewLine};
use super::{mails, store};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::list_toegang_of;
use crate::notifications::actions::enqueue;

/// How many clients are erased in one transaction.
const PORTION: i64 = 200;

/// A contract that ended longer ago than this is no news.
const NEWS_DAYS: u64 = 60;

/// Erases what is known of clients that left the list longer ago than their region keeps it: facts, wishes and every
/// word of the timeline. What is counted stays: product, municipality, referrer, urgency, days and steps.
pub fn strip_closed(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    let mut count = 0;
    for region_id in store::list_region_ids(conn)? {
        let months = Months::new(find_settings(conn, region_id)?.retention_months);
        let Some(before) = now.checked_sub_months(months) else { continue };
        loop {
            let stripped = db::write(conn, |conn| {
                let clients = store::list_to_strip(conn, region_id, before.naive_utc(), PORTION)?;
                for (id, code) in &clients {
                    // Another server may have been first: what is erased twice is still erased, and told once.
                    if store::strip_client(conn, *id, now.naive_utc())? == 1 {
                        let event = Event::done("wachtende-wissen", OBJECT, code);
                        audit::record(conn, &Actor::background(), now, &event)?;
                    }
                }
                Ok(clients.len())
            })?;
            count += stripped;
            if stripped == 0 {
                break;
            }
        }
    }
    Ok(count)
}

/// Tells the toegang, once each, of children that reached an age on the way to adulthood; returns how many. What was reached
/// before a child was registered is known to who did that, and what was reached long ago is no news.
pub fn tell_of_ages(conn: &mut Connection, now: DateTime<Utc>, public_url: &str) -> Result<usize> {
    let today = dutch_day(now);
    let since = today.checked_sub_days(Days::new(NEWS_DAYS)).unwrap_or(today);
    let told = store::list_age_notices(conn)?;
    let mut count = 0;
    for one in store::list_growing(conn)? {
        let Some((milestone, on)) = one.birth.age_milestone(today) else { continue };
        let is_news = on >= since && on > dutch_day(one.registered_at.and_utc());
        if !is_news || told.contains(&(one.id, milestone.code().to_owned())) {
            continue;
        }
        count += db::write(conn, |conn| tell_of_age(conn, now, public_url, (one.id, milestone)))?;
    }
    Ok(count)
}

fn tell_of_age(
    conn: &mut Connection,
    now: DateTime<Utc>,
    public_url: &str,
    (id, milestone): (i64, AgeMilestone),
) -> Result<usize> {
    let client = super::actions::find_by_id(conn, id)?;
    // Another server may have been first, and the child may have left the list.
    if client.status().is_closed() || store::insert_age_notice(conn, (id, milestone), now.naive_utc())? == 0 {
        return Ok(0);
    }
    let actor = Actor::background();
    let detail = Some(milestone.meaning(client.until_23).to_owned());
    add_line(
        conn,
        &actor,
        now,
        &client,
        &NewLine { kind: LineKind::AgeReached, reason: "", note: None, detail },
    )?;
    for reader in list_toegang_of(conn, client.municipality.id)? {
        enqueue(conn, now, &mails::age_reached(&client, public_url, &reader.email)?)?;
    }
    // The audit is kept for ever and ages are not.
    audit::record(conn, &actor, now, &Event::done("wachtende-leeftijd-melden", OBJECT, client.code))?;
    Ok(1)
}

/// Tells those who wait of contracts that ended and products that got another code; returns how many were told.
pub fn follow_book(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    Ok(tell_of_ended_contracts(conn, now)? + follow_successors(conn, now)?)
}

/// Each contract that ended, once: the key in the table decides which server tells of it.
fn tell_of_ended_contracts(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    let today = dutch_day(now);
    let since = today.checked_sub_days(Days::new(NEWS_DAYS)).unwrap_or(today);
    let successors = store::list_successors(conn)?;
    let mut told = 0;
    for ended in store::list_ended_contracts(conn, since, today)? {
        told += db::write(conn, |conn| {
            if store::insert_contract_end(conn, &ended, now.naive_utc())? == 0 {
                return Ok(0);
            }
            let line = line_of(ended.product_id(), &successors);
            let clients = store::list_wanting(conn, &ended, &line, today)?;
            for id in &clients {
                let reason = Reason::new(EndContractReason::Expired, None).map_err(Error::internal)?;
                let event = LifeEvent::EndContract { hit: ContractHit::WantedProvider, reason };
                take_step(conn, &Actor::background(), now, *id, None, event)?;
            }
            Ok(clients.len())
        })?;
    }
    Ok(told)
}

/// Who waits for a product that ended waits for the one that took its place, where the region named one. After the step the
/// client waits for another product, so that it is taken once.
fn follow_successors(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    let today = dutch_day(now);
    let waiting = store::list_of_ended_products(conn, today)?;
    let accepting = store::list_of_ended_alternatives(conn, today)?;
    if waiting.is_empty() && accepting.is_empty() {
        return Ok(0);
    }
    let successors = store::list_successors(conn)?;
    let named: Vec<i64> = successors.iter().flat_map(|(old, next)| [*old, *next]).collect();
    let products = store::list_products_by_id(conn, &named)?;
    let has_ended = |id| {
        let until = products.get(&id).and_then(|(_, until)| *until);
        until.is_some_and(|until| until < today)
    };
    let mut told = 0;
    for (id, product_id) in waiting {
        let next = takes_over(product_id, &successors, has_ended);
        let Some((to, _)) = next.and_then(|next| products.get(&next)) else { continue };
        told += db::write(conn, |conn| {
            let client = super::actions::find_by_id(conn, id)?;
            if client.product.id != product_id || client.status().is_closed() {
                return Ok(0);
            }
            let to = to.parse().map_err(Error::internal)?;
            let reason = Reason::new(RecodeReason::BookChanged, None).map_err(Error::internal)?;
            let event = LifeEvent::Recode { to, reason };
            take_step(conn, &Actor::background(), now, id, Some(client.version), event)?;
            Ok(1)
        })?;
    }
    for (id, product_id) in accepting {
        let next = takes_over(product_id, &successors, has_ended);
        let Some(to) = next.filter(|next| products.contains_key(next)) else { continue };
        told += db::write(conn, |conn| recode_alternative(conn, now, id, (product_id, to)))?;
    }
    Ok(told)
}

/// Puts a product in the place of one that a client would accept too and that ended. What is accepted already is there once.
fn recode_alternative(
    conn: &mut Connection,
    now: DateTime<Utc>,
    id: i64,
    (from, to): (i64, i64),
) -> Result<usize> {
    let before = super::actions::find_by_id(conn, id)?;
    let accepts = |product_id| before.alternatives.iter().any(|product| product.id == product_id);
    // Another server, or the toegang, may have been first.
    if before.status().is_closed() || !accepts(from) || store::touch(conn, (id, before.version))? == 0 {
        return Ok(0);
    }
    let others = before.alternatives.iter().map(|product| product.id);
    let renamed = others.map(|product_id| if product_id == from { to } else { product_id });
    let mut kept: Vec<i64> = Vec::new();
    for product_id in renamed.filter(|product_id| *product_id != before.product.id) {
        if !kept.contains(&product_id) {
            kept.push(product_id);
        }
    }
    store::replace_alternatives(conn, id, &kept)?;
    record_facts(conn, &Actor::background(), now, &before)?;
    Ok(1)
}
