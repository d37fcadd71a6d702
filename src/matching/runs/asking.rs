//! Asking providers to respond to what a run proposes. Nothing else changes by it: the provider responds as to anybody on
//! the list, and the toegang and the family choose.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rules::waiting::asking::ends_at;
use rules::waiting::responses::ResponseStatus;
use serde::Serialize;

use super::actions::find_run;
use super::mails;
use super::model::{AskedOffer, Line, Part, Request, ShownRequest};
use super::since::Since;
use super::store::{self, NewRequest};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::supply::snapshot::Snapshot;
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::list_of_provider;
use crate::notifications::actions::enqueue;
use crate::waiting_list::access_log::actions::record;
use crate::waiting_list::access_log::model::{Access, AccessKind};
use crate::waiting_list::clients::actions::OBJECT;
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::open_list::actions::{Asker, freeze, show_asked};
use crate::waiting_list::responses::actions::list_standpoints;

const ASKED_ALREADY: &str = "Deze aanbieder is al gevraagd voor deze wachtende.";

/// What the audit keeps: the run, and which clients and offers.
#[derive(Serialize)]
struct Recorded {
    run: i32,
    asked: Vec<(String, i64)>,
}

/// Asks the providers of the places that a run proposes for these clients, by their codes: all of them, or none.
pub fn ask(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (snapshot, public_url): (&Snapshot, &str),
    number: i32,
    codes: &[String],
) -> Result<usize> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let by = (identity.display_name.as_str(), identity.organisation_name.as_str());
    let ends_at = ends_at(now);
    db::write(conn, |conn| {
        let run = find_run(conn, actor, number)?;
        // Of two who ask about one child at once, from whatever run, the second sees what the first asked.
        let stored: Vec<String> = codes.iter().map(|code| code.replace('-', "")).collect();
        store::lock_clients(conn, run.id, &stored)?;
        let lines = store::list_lines(conn, run.id, Part::Placed)?;
        let since = Since::read(conn, &lines)?;
        let chosen = choose(&since, &lines, snapshot, codes, now)?;
        let mut by_provider: BTreeMap<i64, usize> = BTreeMap::new();
        let mut recorded = Recorded { run: number, asked: Vec::new() };
        for line in chosen {
            let Some(offer) = line.offer_id.and_then(|id| snapshot.find_offer(id)) else { continue };
            let Some(client) = since.clients.get(&line.client_id) else { continue };
            let of = (snapshot.provider(offer).id, snapshot.product(offer).id);
            let new = NewRequest {
                run_id: Some(run.id),
                client_id: client.id,
                offer_id: offer.id,
                asked_at: now.naive_utc(),
                ends_at: ends_at.naive_utc(),
                by,
                view: freeze(conn, client, of, Asker::Region, dutch_day(now))?,
            };
            store::save_request(conn, &new)?;
            *by_provider.entry(snapshot.provider(offer).id).or_default() += 1;
            recorded.asked.push((client.code.to_string(), offer.id));
        }
        for (provider_id, count) in by_provider {
            for reader in list_of_provider(conn, provider_id)? {
                enqueue(conn, now, &mails::asked(count, ends_at, public_url, &reader.email)?)?;
            }
        }
        let access = Access::new(AccessKind::AskProviders)
            .clients(recorded.asked.iter().map(|(code, _)| code.replace('-', "")))
            .object(number);
        record(conn, actor, now, &access)?;
        let event = Event::done("aanbieders-vragen", "regionaal-voorstel", number).change(None, &recorded)?;
        audit::record(conn, actor, now, &event)?;
        Ok(recorded.asked.len())
    })
}

/// What the audit keeps of a question of the toegang.
#[derive(Serialize)]
struct RecordedOne {
    aanbod: i64,
    tot: DateTime<Utc>,
}

/// Asks the provider of one offer to respond to a client of the actor's own municipalities: one that the list shows to all,
/// or one that it withholds because too few wait for the same. Whether the offer can be for the client is for the caller.
/// Within a transaction of the caller.
pub fn ask_one(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (snapshot, public_url): (&Snapshot, &str),
    client: &WaitingClient,
    offer_id: i64,
) -> Result<DateTime<Utc>> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let offer = snapshot.find_offer(offer_id).ok_or(Error::NotFound("aanbod"))?;
    let today = dutch_day(now);
    if !client.life.is_listed(today) {
        let words = "Deze wachtende staat nu niet op de lijst, bijvoorbeeld door een pauze.";
        return Err(Error::Conflict(words.into()));
    }
    let is_asked = store::list_requests(conn, &[client.id])?
        .iter()
        .any(|request| request.offer_id == offer_id && request.ends_at > now);
    if is_asked {
        return Err(Error::Conflict(ASKED_ALREADY.into()));
    }
    let provider_id = snapshot.provider(offer).id;
    let has_responded = list_standpoints(conn, &[client.id])?
        .iter()
        .filter(|one| one.status == ResponseStatus::Open)
        .filter_map(|one| snapshot.find_offer(one.offer_id))
        .any(|offer| snapshot.provider(offer).id == provider_id);
    if has_responded {
        return Err(Error::Conflict("Deze aanbieder reageerde al. U kunt die reactie wegen.".into()));
    }
    let ends_at = ends_at(now);
    let new = NewRequest {
        run_id: None,
        client_id: client.id,
        offer_id,
        asked_at: now.naive_utc(),
        ends_at: ends_at.naive_utc(),
        by: (identity.display_name.as_str(), identity.organisation_name.as_str()),
        view: freeze(conn, client, (provider_id, snapshot.product(offer).id), Asker::Toegang, today)?,
    };
    if store::save_request_of_toegang(conn, &new)? == 0 {
        return Err(Error::Conflict(ASKED_ALREADY.into()));
    }
    for reader in list_of_provider(conn, provider_id)? {
        enqueue(conn, now, &mails::asked(1, ends_at, public_url, &reader.email)?)?;
    }
    let access = Access::new(AccessKind::AskProvider).client(client.code.as_str()).object(offer_id);
    record(conn, actor, now, &access)?;
    let event = Event::done("aanbieder-vragen", OBJECT, client.code)
        .change(None, &RecordedOne { aanbod: offer_id, tot: ends_at })?;
    audit::record(conn, actor, now, &event)?;
    Ok(ends_at)
}

/// The offers of which the provider was asked about a client, and until when it can answer or could.
pub fn list_asked_offers(
    conn: &mut Connection,
    client_id: i64,
    now: DateTime<Utc>,
) -> Result<BTreeMap<i64, AskedOffer>> {
    let mut asked = BTreeMap::new();
    for Request { offer_id, ends_at, .. } in store::list_requests(conn, &[client_id])? {
        let new = AskedOffer { ends_at, is_open: ends_at > now };
        let known = asked.entry(offer_id).or_insert(new);
        if ends_at > known.ends_at {
            *known = new;
        }
    }
    Ok(asked)
}

/// The lines of these codes, or everything that is wrong with the choice.
fn choose<'a>(
    since: &Since,
    lines: &'a [Line],
    snapshot: &Snapshot,
    codes: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<&'a Line>> {
    if codes.is_empty() {
        return Err(Error::collision("kies", "niets-gekozen", "kies minstens één voorstel"));
    }
    let (mut chosen, mut wrong) = (Vec::new(), Vec::new());
    for code in codes {
        let of_code = |line: &&Line| {
            since.clients.get(&line.client_id).is_some_and(|client| client.code.to_string() == *code)
        };
        match lines.iter().find(of_code) {
            None => wrong.push(format!("{code}: hiervoor stelt deze ronde geen plek voor")),
            Some(line) => match since.refusal(snapshot, line, now) {
                Some(words) => wrong.push(format!("{code}: {words}")),
                None => chosen.push(line),
            },
        }
    }
    if wrong.is_empty() { Ok(chosen) } else { Err(Error::collision("kies", "kan-niet", wrong.join("; "))) }
}

/// What the actor's provider is asked, with the client as it was shown when it was asked.
pub fn list_own_requests(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
) -> Result<Vec<ShownRequest>> {
    let provider_id = actor.provider_id().ok_or(Error::Forbidden)?;
    let requests = store::list_requests_to(conn, provider_id, now.naive_utc())?;
    let shown = show_asked(conn, actor, now)?;
    Ok(requests
        .into_iter()
        .filter_map(|request| {
            let offer = snapshot.find_offer(request.offer_id)?;
            let location = snapshot.location(offer);
            let client = shown.get(&request.id)?;
            Some(ShownRequest {
                asked_at: request.asked_at,
                ends_at: request.ends_at,
                product: snapshot.product(offer).name.clone(),
                location: location.name.clone(),
                place: location.place.clone(),
                client: client.words(),
                handle: client.handle.to_string(),
                response_id: client.response_id,
            })
        })
        .collect())
}
