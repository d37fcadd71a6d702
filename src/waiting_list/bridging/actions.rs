//! Starting, changing and ending bridging care.

use chrono::{DateTime, NaiveDate, Utc};
use rules::dutch;
use rules::figures::OfferStatus;
use rules::waiting::bridged::{AfterLeaving, after_leaving, called_off_by};
use rules::waiting::life::EndBridgingReason;
use rules::waiting::note::Note;
use rules::waiting::reason_lists::ReasonList;
use rules::waiting::reasons::Reason;

use super::model::{BridgedCount, BridgingCare, BridgingDraft, Ending, Recorded, check_end, check_start};
use super::{mails, store};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::figures::actions::{find_offer, release_places, reserve_places};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::list_of_provider;
use crate::notifications::actions::enqueue;
use crate::waiting_list::clients;
use crate::waiting_list::clients::model::{LineKind, NewLine, WaitingClient};
use crate::waiting_list::reasons::actions::{find_wording, require_on};

/// The bridging care of a client, the newest first, with why it ended in the words of then.
pub fn list_of_client(conn: &mut Connection, client: &WaitingClient) -> Result<Vec<BridgingCare>> {
    let mut cares = store::list_of_clients(conn, &[client.id])?;
    let wording = find_wording(conn, client.region_id)?;
    for ending in cares.iter_mut().filter_map(|care| care.ended.as_mut()) {
        ending.words = ending.at.and_then(|at| wording.words_at(ReasonList::EndBridging, &ending.reason, at));
    }
    Ok(cares)
}

/// The bridging care of many clients at once.
pub fn list_of_clients(conn: &mut Connection, client_ids: &[i64]) -> Result<Vec<BridgingCare>> {
    store::list_of_clients(conn, client_ids)
}

/// Who of a region's list has bridging care on a day.
pub fn list_bridged(conn: &mut Connection, region_id: i64, day: NaiveDate) -> Result<Vec<i64>> {
    store::list_bridged(conn, region_id, day)
}

/// How many of these clients wait, and how many of them have bridging care on a day.
pub fn count(conn: &mut Connection, client_ids: &[i64], day: NaiveDate) -> Result<BridgedCount> {
    let waiting = i64::try_from(client_ids.len()).map_err(Error::internal)?;
    Ok(BridgedCount { waiting, bridged: store::count_bridged(conn, client_ids, day)? })
}

/// Takes a free place of one of these offers; of which, or none when their providers do not count places. Of two who want the
/// last, one gets it.
fn take_place(conn: &mut Connection, now: DateTime<Utc>, offer_ids: &[i64]) -> Result<Option<i64>> {
    for offer_id in offer_ids {
        let offer = find_offer(conn, *offer_id)?;
        if offer.figures.status != OfferStatus::Place {
            continue;
        }
        let free = offer.figures.shown_places(offer.reserved_places);
        if free.is_none() {
            return Ok(None);
        }
        if reserve_places(conn, now, *offer_id, 1)? {
            return Ok(Some(*offer_id));
        }
    }
    let message = "deze aanbieder heeft van dit product geen vrije plek meer; kies een ander aanbod";
    Err(Error::collision("aanbieder", "vol", message))
}

/// Tells the provider what became of the care.
fn tell(conn: &mut Connection, now: DateTime<Utc>, public_url: &str, told: &mails::Told<'_>) -> Result<()> {
    for reader in list_of_provider(conn, told.care.provider_id)? {
        enqueue(conn, now, &mails::told(told, public_url, &reader.email)?)?;
    }
    Ok(())
}

/// Starts bridging care. Status, date and claim of the client stay as they are. A free place is taken as for a response that is
/// accepted, unless it began before and is only written down now; and the provider hears of it.
pub fn start(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    code: &str,
    draft: BridgingDraft,
) -> Result<BridgingCare> {
    db::write(conn, |conn| {
        let client = clients::actions::find_for_toegang(conn, actor, code)?;
        if client.status().is_closed() {
            return Err(Error::Conflict("Deze wachtende staat niet meer op de lijst.".into()));
        }
        let day = check_start(draft.starts_on, Some(client.referred_on), dutch_day(now));
        Error::refuse_collisions(day, ())?;
        let note = draft.note.as_ref().map(Note::as_str);
        let is_new = draft.starts_on >= dutch_day(now);
        let offer_id = if is_new { take_place(conn, now, &draft.offer_ids)? } else { None };
        let id = store::insert_care(conn, client.id, (&draft, note, offer_id), now.naive_utc()).map_err(
            |error| match error {
                Error::Conflict(_) => Error::Conflict(
                    "Deze wachtende heeft deze overbruggingszorg al van deze aanbieder.".into(),
                ),
                other => other,
            },
        )?;
        let care = find(conn, &client, id)?;
        write_line(conn, actor, now, (&client, &care), (LineKind::BridgingStarted, ""))?;
        record(conn, actor, now, &client, (None, &care), "overbrugging-starten")?;
        tell(conn, now, public_url, &mails::Told { client: &client, care: &care, before: None })?;
        Ok(care)
    })
}

/// What becomes of bridging care that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Another first day or note.
    Replan { starts_on: NaiveDate, note: Option<Note> },
    End {
        on: NaiveDate,
        /// With what is said about the end.
        reason: Reason<EndBridgingReason>,
    },
}

/// Changes or ends bridging care that still has this version.
pub fn change(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    code: &str,
    (id, version): (i64, i32),
    change: Change,
) -> Result<BridgingCare> {
    let today = dutch_day(now);
    db::write(conn, |conn| {
        let client = clients::actions::find_for_toegang(conn, actor, code)?;
        let before = find(conn, &client, id)?;
        if before.ended.is_some() {
            return Err(Error::Conflict("Deze overbruggingszorg is al beëindigd.".into()));
        }
        let (kind, reason, changed) = match &change {
            Change::Replan { starts_on, note } => {
                Error::refuse_collisions(check_start(*starts_on, Some(client.referred_on), today), ())?;
                let note = note.as_ref().map(Note::as_str);
                let rows = store::update_care(conn, (id, version), *starts_on, note, None)?;
                (LineKind::BridgingChanged, "", rows)
            }
            Change::End { on, reason } => {
                Error::refuse_collisions(check_end(*on, Some(before.starts_on), today), ())?;
                require_on(conn, client.region_id, reason)?;
                let ending = Ending {
                    on: *on,
                    reason: reason.code().code().to_owned(),
                    at: Some(now),
                    note: reason.note().map(|note| note.as_str().to_owned()),
                    words: None,
                };
                let note = before.note.as_deref();
                let rows = store::update_care(conn, (id, version), before.starts_on, note, Some(&ending))?;
                (LineKind::BridgingEnded, reason.code().code(), rows)
            }
        };
        if changed == 0 {
            return Err(Error::Outdated { current: None });
        }
        let after = find(conn, &client, id)?;
        write_line(conn, actor, now, (&client, &after), (kind, reason))?;
        record(conn, actor, now, &client, (Some(&before), &after), kind.code())?;
        // What ends before it began was never used. Otherwise the place is the provider's to publish, when the child is gone.
        if let Some((offer_id, taken_at)) = before.place.filter(|_| after.is_called_off()) {
            release_places(conn, offer_id, 1, taken_at)?;
        }
        tell(conn, now, public_url, &mails::Told { client: &client, care: &after, before: Some(&before) })?;
        Ok(after)
    })
}

/// Sees to the bridging care of a client that may just have left the list, within the transaction of that step. Care that has not
/// begun is called off and its place is free again; care that runs may go on a short while, and its provider hears that an end
/// is to be agreed.
pub fn end_after_leaving(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    client: &WaitingClient,
) -> Result<()> {
    let Some(reason) = called_off_by(client.status()) else { return Ok(()) };
    for care in store::list_of_clients(conn, &[client.id])? {
        match care.period().map(|period| after_leaving(period, dutch_day(now))) {
            Some(AfterLeaving::CalledOff) => call_off(conn, actor, now, public_url, (client, &care), reason)?,
            Some(AfterLeaving::EndToAgree) => {
                for reader in list_of_provider(conn, care.provider_id)? {
                    enqueue(conn, now, &mails::left(client, &care, public_url, &reader.email)?)?;
                }
            }
            Some(AfterLeaving::Stays) | None => {}
        }
    }
    Ok(())
}

fn call_off(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (client, before): (&WaitingClient, &BridgingCare),
    reason: EndBridgingReason,
) -> Result<()> {
    let ending = Ending {
        on: before.starts_on,
        reason: reason.code().to_owned(),
        at: Some(now),
        note: None,
        words: None,
    };
    if store::update_called_off(conn, (before.id, before.version), &ending)? == 0 {
        return Err(Error::Outdated { current: None });
    }
    let after = find(conn, client, before.id)?;
    let kind = LineKind::BridgingEnded;
    write_line(conn, actor, now, (client, &after), (kind, reason.code()))?;
    record(conn, actor, now, client, (Some(before), &after), kind.code())?;
    if let Some((offer_id, taken_at)) = before.place {
        release_places(conn, offer_id, 1, taken_at)?;
    }
    tell(conn, now, public_url, &mails::Told { client, care: &after, before: Some(before) })
}

/// Bridging care of a client by its number.
pub fn find(conn: &mut Connection, client: &WaitingClient, id: i64) -> Result<BridgingCare> {
    let found = list_of_client(conn, client)?.into_iter().find(|care| care.id == id);
    found.ok_or(Error::NotFound("overbruggingszorg"))
}

fn write_line(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (client, care): (&WaitingClient, &BridgingCare),
    (kind, reason): (LineKind, &'static str),
) -> Result<()> {
    let when = match &care.ended {
        Some(_) if care.is_called_off() => {
            format!("gaat niet door, gepland vanaf {}", dutch::date(care.starts_on))
        }
        Some(ending) => format!("tot en met {}", dutch::date(ending.on)),
        None => format!("vanaf {}", dutch::date(care.starts_on)),
    };
    let detail = Some(format!("{} {} door {}, {when}", care.product_code, care.product_name, care.provider));
    let note = match &care.ended {
        Some(ending) => ending.note.clone(),
        None => care.note.clone(),
    };
    clients::actions::add_line(conn, actor, now, client, &NewLine { kind, reason, note, detail })
}

fn record(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    client: &WaitingClient,
    (before, after): (Option<&BridgingCare>, &BridgingCare),
    action: &'static str,
) -> Result<()> {
    let before = before.map(|care| Recorded::of(client, care));
    let event = Event::done(action, "overbruggingszorg", after.id)
        .change(before.as_ref(), &Recorded::of(client, after))?;
    audit::record(conn, actor, now, &event)
}

/// Removes what was typed about care of clients whose record was stripped. What is removed twice is still removed.
pub fn erase_of_stripped(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    db::write(conn, |conn| {
        let erased = store::delete_notes_of_stripped(conn)?;
        if erased > 0 {
            let event = Event::done("overbrugging-opruimen", "overbruggingszorg", erased);
            audit::record(conn, &Actor::background(), now, &event)?;
        }
        Ok(erased)
    })
}
