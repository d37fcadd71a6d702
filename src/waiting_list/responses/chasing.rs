//! Silence is no answer: a response that is not answered in time is chased, then taken to the account manager; one that is
//! no longer valid ends, and both sides and the account manager hear that nobody answered; and providers hear of what ended.
//! A provider that does not say whether agreed care started is chased the same way, by the same terms.
//!
//! Every server does this. Each step is one conditional update in the transaction that also mails, so it happens once.

use chrono::{DateTime, Utc};
use rules::waiting::life::{ContractHit, EndContractReason, Event as LifeEvent, WithdrawResponseReason};
use rules::waiting::responding::contract_must_hold_for;
use rules::waiting::responses::{Chase, DeclineReason, ResponseEvent, due_chase, start_by};
use rules::waiting::succession::line_of;

use super::accompanying::tell_companion;
use super::actions::{OBJECT, end_response, find_response, plain, put_in_words, record_change, recorded};
use super::model::Response;
use super::{mails, store};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::{dutch_day, dutch_time};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::{list_account_managers, list_of_provider, list_toegang_of};
use crate::notifications::actions::enqueue;
use crate::waiting_list::clients::actions::{find_settings, list_successors, take_step};

/// How many are handled in one turn; the rest waits for the next.
const AT_ONCE: i64 = 100;

/// Does what is due by now; returns how many responses it was about.
pub fn chase(conn: &mut Connection, now: DateTime<Utc>, public_url: &str) -> Result<usize> {
    let mut count = 0;
    for response in store::list_expired(conn, dutch_day(now), AT_ONCE)? {
        count += usize::from(expire(conn, now, public_url, &response)?);
    }
    for response in store::list_unanswered(conn, now.naive_utc(), AT_ONCE)? {
        count += usize::from(chase_one(conn, now, public_url, &response)?);
    }
    // Apart from the others, so that those who wait for a second term keep nobody from the first.
    for region_id in store::list_regions_reminded(conn)? {
        for response in store::list_reminded(conn, region_id, AT_ONCE)? {
            count += usize::from(chase_one(conn, now, public_url, &response)?);
        }
    }
    for response in store::list_start_overdue(conn, dutch_day(now), AT_ONCE)? {
        count += usize::from(chase_start(conn, now, public_url, &response)?);
    }
    let mut untold = store::list_untold(conn, AT_ONCE)?;
    put_in_words(conn, &mut untold)?;
    for response in untold {
        count += usize::from(tell_of_end(conn, now, public_url, &response)?);
    }
    Ok(count)
}

/// Ends what hangs on a contract that does not hold here and now: a response that is being weighed, and care that was agreed
/// and has not started. What was offered for a product that got another code goes on under the contract for that. Returns
/// how many responses it was about.
pub fn end_without_contract(conn: &mut Connection, now: DateTime<Utc>, public_url: &str) -> Result<usize> {
    let today = dutch_day(now);
    let successors = list_successors(conn)?;
    let mut count = 0;
    for (id, (provider_id, product_id, municipality_id), was_shown) in store::list_unstarted(conn, today)? {
        let line = line_of(product_id, &successors);
        let response = find_response(conn, id)?;
        let holds_for = contract_must_hold_for(!response.is_open(), was_shown, municipality_id);
        if store::find_kept_contract(conn, provider_id, &line, holds_for, today)?.is_some() {
            continue;
        }
        let knows_where = holds_for.is_some();
        count += usize::from(end_one_without_contract(conn, now, public_url, (&response, knows_where))?);
    }
    Ok(count)
}

fn end_one_without_contract(
    conn: &mut Connection,
    now: DateTime<Utc>,
    public_url: &str,
    (response, knows_where): (&Response, bool),
) -> Result<bool> {
    let actor = Actor::background();
    let is_open = response.is_open();
    let hit = if is_open { ContractHit::OpenResponse } else { ContractHit::AgreedProvider };
    // The contract may be as it was, and the child somewhere else. Who was not shown where it lived hears nothing of that.
    let has_moved =
        knows_where && store::has_moved_since(conn, response.client.id, response.opened_at.naive_utc())?;
    let (why, declined) = if has_moved {
        (EndContractReason::OtherMunicipality, DeclineReason::OtherMunicipality)
    } else {
        (EndContractReason::Expired, DeclineReason::NoContract)
    };
    let done = db::write(conn, |conn| {
        let step = LifeEvent::EndContract { hit, reason: plain(why)? };
        // With care that was agreed, this ends its response as well.
        take_step(conn, &actor, now, response.client.id, None, step)?;
        if is_open {
            let reason = Some(declined.code());
            let ended = end_response(conn, now, response, ResponseEvent::Decline, (reason, None))?;
            for reader in list_of_provider(conn, ended.provider.id)? {
                enqueue(conn, now, &mails::ended(&ended, public_url, &reader.email)?)?;
            }
            record_change(conn, &actor, now, "reactie-beeindigen", response, &ended)?;
        }
        for reader in list_toegang_of(conn, response.client.municipality_id)? {
            let mail = if has_moved {
                mails::not_after_move(response, public_url, &reader.email)?
            } else {
                mails::contract_ended(response, public_url, &reader.email)?
            };
            enqueue(conn, now, &mail)?;
        }
        Ok(())
    });
    match done {
        Ok(()) => Ok(true),
        // Another server, or the toegang, was first.
        Err(Error::Conflict(_) | Error::Outdated { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Reminds the provider of a start that it did not confirm, and after the term of the region tells the toegang, which can
/// confirm it as well, and the account manager.
fn chase_start(
    conn: &mut Connection,
    now: DateTime<Utc>,
    public_url: &str,
    response: &Response,
) -> Result<bool> {
    let Some(placement) = &response.placement else { return Ok(false) };
    let settings = find_settings(conn, response.client.region_id)?;
    let due = due_chase(
        start_by(placement.planned_on),
        placement.chased_at.map(dutch_time),
        placement.escalated_at.map(dutch_time),
        dutch_time(now),
        &settings.terms,
        &settings.opening_hours(),
    );
    let Some(due) = due else { return Ok(false) };
    db::write(conn, |conn| {
        if store::update_start_chased(conn, response.id, due, now.naive_utc())? == 0 {
            return Ok(false);
        }
        let action = match due {
            Chase::Remind => {
                for reader in list_of_provider(conn, response.provider.id)? {
                    enqueue(conn, now, &mails::start_chased(response, public_url, &reader.email)?)?;
                }
                "zorgstart-herinneren"
            }
            Chase::Escalate => {
                for reader in list_toegang_of(conn, response.client.municipality_id)? {
                    enqueue(conn, now, &mails::start_unconfirmed(response, public_url, &reader.email)?)?;
                }
                for reader in list_account_managers(conn, response.client.region_id)? {
                    enqueue(conn, now, &mails::start_escalated(response, public_url, &reader.email)?)?;
                }
                "zorgstart-opschalen"
            }
        };
        let event = Event::done(action, OBJECT, response.id).change(None, &recorded(response))?;
        audit::record(conn, &Actor::background(), now, &event)?;
        Ok(true)
    })
}

fn chase_one(
    conn: &mut Connection,
    now: DateTime<Utc>,
    public_url: &str,
    response: &Response,
) -> Result<bool> {
    let settings = find_settings(conn, response.client.region_id)?;
    let local = |at: Option<DateTime<Utc>>| at.map(dutch_time);
    let due = due_chase(
        dutch_time(response.answer_by),
        local(response.chased_at),
        local(response.escalated_at),
        dutch_time(now),
        &settings.terms,
        &settings.opening_hours(),
    );
    let Some(due) = due else { return Ok(false) };
    db::write(conn, |conn| {
        let (mine, readers, action) = match due {
            Chase::Remind => (
                store::update_chased(conn, response.id, now.naive_utc())?,
                list_toegang_of(conn, response.client.municipality_id)?,
                "reactie-herinneren",
            ),
            Chase::Escalate => (
                store::update_escalated(conn, response.id, now.naive_utc())?,
                list_account_managers(conn, response.client.region_id)?,
                "reactie-opschalen",
            ),
        };
        if mine == 0 {
            return Ok(false);
        }
        for reader in readers {
            let mail = match due {
                Chase::Remind => mails::chased(response, public_url, &reader.email)?,
                Chase::Escalate => mails::escalated(response, public_url, &reader.email)?,
            };
            enqueue(conn, now, &mail)?;
        }
        let event = Event::done(action, OBJECT, response.id).change(None, &recorded(response))?;
        audit::record(conn, &Actor::background(), now, &event)?;
        Ok(true)
    })
}

fn expire(conn: &mut Connection, now: DateTime<Utc>, public_url: &str, response: &Response) -> Result<bool> {
    let actor = Actor::background();
    let done = db::write(conn, |conn| {
        let step = LifeEvent::WithdrawResponse(plain(WithdrawResponseReason::Expired)?);
        take_step(conn, &actor, now, response.client.id, None, step)?;
        // Whom nobody asked before is asked now: it ends without an answer, and that is no answer.
        if store::update_escalated(conn, response.id, now.naive_utc())? == 1 {
            for reader in list_account_managers(conn, response.client.region_id)? {
                enqueue(conn, now, &mails::escalated(response, public_url, &reader.email)?)?;
            }
        }
        let ended = end_response(conn, now, response, ResponseEvent::Expire, (None, None))?;
        for reader in list_of_provider(conn, ended.provider.id)? {
            enqueue(conn, now, &mails::ended(&ended, public_url, &reader.email)?)?;
        }
        for reader in list_toegang_of(conn, ended.client.municipality_id)? {
            enqueue(conn, now, &mails::expired(&ended, public_url, &reader.email)?)?;
        }
        record_change(conn, &actor, now, "reactie-verlopen", response, &ended)
    });
    match done {
        Ok(()) => Ok(true),
        // Another server, or the toegang, was first.
        Err(Error::Conflict(_) | Error::Outdated { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

fn tell_of_end(
    conn: &mut Connection,
    now: DateTime<Utc>,
    public_url: &str,
    response: &Response,
) -> Result<bool> {
    db::write(conn, |conn| {
        if store::update_told(conn, response.id, now.naive_utc())? == 0 {
            return Ok(false);
        }
        for reader in list_of_provider(conn, response.provider.id)? {
            enqueue(conn, now, &mails::ended(response, public_url, &reader.email)?)?;
        }
        tell_companion(conn, now, public_url, response)?;
        let event = Event::done("reactie-melden", OBJECT, response.id).change(None, &recorded(response))?;
        audit::record(conn, &Actor::background(), now, &event)?;
        Ok(true)
    })
}
