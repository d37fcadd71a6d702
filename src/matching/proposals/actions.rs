//! Making, keeping and opening proposals.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::making::{self, Tried};
use super::model::{KeptProposal, Order, Place, Proposal};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::supply::snapshot::Snapshot;
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::matching::region::live::Plans;
use crate::matching::region::plan::Plan;
use crate::matching::runs::asking::{ask_one, list_asked_offers};
use crate::matching::runs::model::AskedOffer;
use crate::matching::weights::actions::find_weights;
use crate::paging::rows_of_page;
use crate::waiting_list::access_log::actions::{record, record_look, record_part};
use crate::waiting_list::access_log::model::{Access, AccessKind};
use crate::waiting_list::clients;
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::replacement::actions::find_ending;
use crate::waiting_list::replacement::model::Replacement;
use crate::waiting_list::responses;

/// How often a number is drawn again when somebody else kept a proposal at the same moment.
const ATTEMPTS: usize = 5;

/// What the page of a client's proposals shows.
pub struct Shown {
    pub client: WaitingClient,
    /// None when the client has left the list, unless for care that ends.
    pub proposal: Option<Proposal>,
    /// The care that the client is in and that ends.
    pub leaving: Option<Replacement>,
    pub kept: Vec<KeptProposal>,
    pub kept_total: usize,
    /// The offers of which the provider is or was asked to respond.
    pub asked: BTreeMap<i64, AskedOffer>,
    /// Whether a provider can be asked now: the client waits and is not on hold.
    pub may_ask: bool,
}

/// What could be done for a client now, and what was kept before.
pub fn propose(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (snapshot, plans): (&Arc<Snapshot>, &Plans),
    code: &str,
    (look_outside, page): (bool, usize),
) -> Result<Shown> {
    let found = clients::actions::find_for_toegang(conn, actor, code);
    let client = record_look(conn, actor, now, AccessKind::ViewProposal, code, found)?;
    let leaving = find_ending(conn, &client, dutch_day(now))?;
    let proposal = if client.status().is_closed() && leaving.is_none() {
        None
    } else {
        let plan = plans.current(conn, snapshot, client.region_id)?;
        Some(make(conn, now, (snapshot, &plan), (&client, leaving.as_ref()), look_outside)?)
    };
    let kept = store::list_kept(conn, client.id, rows_of_page(page))?;
    let kept_total = usize::try_from(store::find_last_number(conn, client.id)?).map_err(Error::internal)?;
    let asked = list_asked_offers(conn, client.id, now)?;
    let may_ask = client.life.is_listed(dutch_day(now));
    Ok(Shown { client, proposal, leaving, kept, kept_total, asked, may_ask })
}

/// Makes a proposal for a client as it is now: on the list, or in care that ends and goes on elsewhere.
pub fn make(
    conn: &mut Connection,
    now: DateTime<Utc>,
    (snapshot, plan): (&Snapshot, &Plan),
    (client, leaving): (&WaitingClient, Option<&Replacement>),
    look_outside: bool,
) -> Result<Proposal> {
    let tried = Tried {
        rejected: tried_in_vain(conn, client.id, snapshot)?,
        left: leaving.and_then(|one| one.provider.as_ref()).map(|(id, _)| *id),
    };
    making::make(snapshot, client, &tried, plan, look_outside, now)
}

/// The providers that were tried for this client in vain, and still may not be.
pub fn tried_in_vain(conn: &mut Connection, client_id: i64, snapshot: &Snapshot) -> Result<Vec<i64>> {
    let outcomes = responses::actions::list_outcomes(conn, client_id)?;
    let still = outcomes.into_iter().filter(|(_, outcome)| outcome.rejects_on(snapshot.today));
    Ok(still.map(|(provider_id, _)| provider_id).collect())
}

/// What the audit keeps of a proposal: by which rules and weights, and how much there was.
#[derive(Serialize)]
struct Recorded {
    number: i32,
    rules_version: u16,
    weights_version: i32,
    supply_version: i64,
    can: usize,
    cannot: usize,
}

/// Keeps what could be done for a client now.
pub fn keep(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (snapshot, plans): (&Arc<Snapshot>, &Plans),
    code: &str,
    look_outside: bool,
) -> Result<(KeptProposal, Proposal)> {
    let region_id = clients::actions::find_for_toegang(conn, actor, code)?.region_id;
    let plan = plans.current(conn, snapshot, region_id)?;
    let mut attempt = 0;
    loop {
        attempt += 1;
        let kept = db::write(conn, |conn| {
            let client = clients::actions::find_for_toegang(conn, actor, code)?;
            let leaving = find_ending(conn, &client, dutch_day(now))?;
            if client.status().is_closed() && leaving.is_none() {
                return Err(Error::Conflict("Deze wachtende staat niet meer op de lijst.".into()));
            }
            let proposal = make(conn, now, (snapshot, &plan), (&client, leaving.as_ref()), look_outside)?;
            Ok((write_kept(conn, actor, now, &client, &proposal)?, proposal))
        });
        match kept {
            Err(Error::Conflict(_)) if attempt < ATTEMPTS => {}
            other => return other,
        }
    }
}

/// Keeps a proposal under the next number, within a transaction of the caller. A conflict when somebody else took that
/// number at the same moment.
pub fn write_kept(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    client: &WaitingClient,
    proposal: &Proposal,
) -> Result<KeptProposal> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let kept = KeptProposal {
        number: store::find_last_number(conn, client.id)? + 1,
        made_at: now,
        by_name: identity.display_name.clone(),
        by_organisation: identity.organisation_name.clone(),
        rules_version: i32::from(proposal.rules_version),
        weights_version: proposal.weights.version,
    };
    let access = Access::new(AccessKind::KeepProposal).client(client.code.as_str()).object(kept.number);
    record(conn, actor, now, &access)?;
    let recorded = Recorded {
        number: kept.number,
        rules_version: proposal.rules_version,
        weights_version: proposal.weights.version,
        supply_version: proposal.supply_version,
        can: proposal.can_total,
        cannot: proposal.cannot_total,
    };
    let event = Event::done("voorstel-bewaren", clients::actions::OBJECT, client.code);
    audit::record(conn, actor, now, &event.change(None, &recorded)?)?;
    store::insert_kept(conn, client.id, &kept, proposal)?;
    Ok(kept)
}

/// Asks the provider of an offer that can take a client now to respond to it.
pub fn ask_provider(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (snapshot, public_url): (&Arc<Snapshot>, &str),
    code: &str,
    offer_id: i64,
) -> Result<DateTime<Utc>> {
    db::write(conn, |conn| {
        let client = clients::actions::find_for_toegang(conn, actor, code)?;
        let order = find_order(conn, snapshot, &client, &[offer_id], 0)?;
        match order.places.first().map(|(_, place)| place) {
            Some(Place::Can { .. }) => {}
            Some(Place::Cannot(line)) => {
                let words = format!("dit aanbod kan deze wachtende niet nemen: {}", line.reasons.join(", "));
                return Err(Error::collision("aanbod", "kan-niet", words));
            }
            None => {
                let words = "kies aanbod uit het voorstel voor deze wachtende";
                return Err(Error::collision("aanbod", "niet-in-voorstel", words));
            }
        }
        ask_one(conn, actor, now, (snapshot, public_url), &client, offer_id)
    })
}

/// Where some offers come in the order of a client as it is now, and the best of the others.
pub fn find_order(
    conn: &mut Connection,
    snapshot: &Snapshot,
    client: &WaitingClient,
    offers: &[i64],
    best: usize,
) -> Result<Order> {
    let weights = find_weights(conn, client.region_id)?.weights();
    let rejected = tried_in_vain(conn, client.id, snapshot)?;
    making::order(snapshot, client, &rejected, &weights, (offers, best))
}

/// A proposal that was kept, exactly as it was.
pub fn open(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
    number: i32,
) -> Result<(WaitingClient, Proposal)> {
    let found = find_kept(conn, actor, code, number);
    record_part(conn, actor, now, (AccessKind::ViewProposal, code, number.into()), found, |_| None)
}

fn find_kept(
    conn: &mut Connection,
    actor: &Actor,
    code: &str,
    number: i32,
) -> Result<(WaitingClient, Proposal)> {
    let client = clients::actions::find_for_toegang(conn, actor, code)?;
    let found = store::find_kept(conn, client.id, number)?.ok_or(Error::NotFound("voorstel"))?;
    Ok((client, found))
}

/// Removes the proposals of clients whose record was stripped, and writes down that it did. Done by every server; what is
/// removed twice is still removed.
pub fn erase_of_stripped(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    db::write(conn, |conn| {
        let erased = store::delete_of_stripped(conn)?;
        if erased > 0 {
            let event = Event::done("voorstellen-opruimen", "voorstel", erased);
            audit::record(conn, &Actor::background(), now, &event)?;
        }
        Ok(erased)
    })
}
