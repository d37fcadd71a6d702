//! Proposing bridging care from the picture of the supply.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rules::codes::ProductCode;
use rules::dutch;
use rules::figures::OfferStatus;
use rules::matching::bridging::{
    BridgingCause, BridgingNeed, BridgingOffer, BridgingTable, BridgingVerdict, NoBridge, bridging_cause,
    can_bridge,
};
use rules::matching::scenario::Scenario;
use rules::matching::{HardRule, OfferFacts, Rank, Term, Weights};
use rules::waiting::note::Note;

use crate::actor::Actor;
use crate::availability::supply::candidates::{Candidate, Candidates};
use crate::availability::supply::snapshot::Snapshot;
use crate::clock::dutch_day;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::matching::matcher::{Can, Child, SHOWN, facts_for, split};
use crate::matching::proposals::actions::tried_in_vain;
use crate::matching::proposals::making::{Writer, child_of};
use crate::matching::proposals::model::CanLine;
use crate::matching::region::problem::{key_of, municipality_of, room_of};
use crate::matching::weights::actions::find_weights;
use crate::matching::weights::model::RegionWeights;
use crate::waiting_list::access_log::actions::{record_look, record_part};
use crate::waiting_list::access_log::model::AccessKind;
use crate::waiting_list::bridging::actions as kept;
use crate::waiting_list::bridging::model::{BridgingCare, BridgingDraft, first_start, has_bridging};
use crate::waiting_list::clients;
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::waits::waited_on;

/// How near is near home, in metres.
const NEAR: u32 = 25_000;

/// Who could bridge the wait of a client, and what it has already.
pub struct Bridging {
    pub client: WaitingClient,
    pub cares: Vec<BridgingCare>,
    /// Why it is proposed, if it is.
    pub cause: Option<BridgingCause>,
    /// None once the client has left the list.
    pub offers: Option<Vec<CanLine>>,
    /// Whether the region's table has anything that may bridge the product.
    pub may_bridge: bool,
}

/// Who could bridge the wait of a client now.
pub fn propose(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
    code: &str,
) -> Result<Bridging> {
    let found = clients::actions::find_for_toegang(conn, actor, code);
    let client = record_look(conn, actor, now, AccessKind::ViewBridging, code, found)?;
    let cares = kept::list_of_client(conn, &client)?;
    if client.status().is_closed() {
        return Ok(Bridging { client, cares, cause: None, offers: None, may_bridge: false });
    }
    let weights = find_weights(conn, client.region_id)?;
    let rejected = tried_in_vain(conn, client.id, snapshot)?;
    let child = child_of(snapshot, &client, &rejected)?;
    let cause = cause(snapshot, (&client, &child), &cares, &weights, now);
    let (offers, may_bridge) = offers(snapshot, (&client, &child), &weights)?;
    Ok(Bridging { client, cares, cause, offers: Some(offers), may_bridge })
}

/// Bridging care of a client of the actor's own municipalities, to be shown: its code and the care.
pub fn view_care(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (code, id): (&str, i64),
) -> Result<(String, BridgingCare)> {
    let found = find_care(conn, actor, code, id);
    let look = (AccessKind::ViewBridging, code, id);
    record_part(conn, actor, now, look, found, |(_, care)| Some(care.version))
}

fn find_care(conn: &mut Connection, actor: &Actor, code: &str, id: i64) -> Result<(String, BridgingCare)> {
    let client = clients::actions::find_for_toegang(conn, actor, code)?;
    Ok((client.code.to_string(), kept::find(conn, &client, id)?))
}

/// Whether bridging care is proposed: by how long the client waits, and how long it still will.
fn cause(
    snapshot: &Snapshot,
    (client, child): (&WaitingClient, &Child),
    cares: &[BridgingCare],
    weights: &RegionWeights,
    now: DateTime<Utc>,
) -> Option<BridgingCause> {
    let waited = waited_on(client, first_start(cares), dutch_day(now));
    let found = split(snapshot, child, &weights.weights(), 1);
    bridging_cause(&BridgingNeed {
        asked: client.bridging_wanted,
        has_bridging: has_bridging(cares, now),
        weeks_waited: waited.weeks().unwrap_or(0),
        norm_weeks: client.norm.total(),
        expected: found.scores().next().map(|best| best.term(Term::Wait)),
    })
}

/// The offers that can bridge as they are shown, best first, and whether the table has any product that may.
fn offers(
    snapshot: &Snapshot,
    (client, child): (&WaitingClient, &Child),
    weights: &RegionWeights,
) -> Result<(Vec<CanLine>, bool)> {
    let (found, may_bridge) = find_bridges(snapshot, child, &weights.weights(), &Scenario::AS_IT_IS)?;
    let writer = Writer { snapshot, child, municipality: &client.municipality.name };
    Ok((found.iter().take(SHOWN).map(|can| writer.can(can)).collect(), may_bridge))
}

/// The offers that can bridge the wait of a child, best first, and whether the table has any product that may.
/// As it is, or in a scenario.
pub fn find_bridges(
    snapshot: &Snapshot,
    child: &Child,
    weights: &Weights,
    scenario: &Scenario,
) -> Result<(Vec<Can>, bool)> {
    let mut found = Vec::new();
    let may_bridge = judge_bridges(snapshot, child, weights, scenario, |_, candidate, facts, verdict| {
        if let BridgingVerdict::Can(score) = verdict {
            let rank = Rank { total: score.total(), id: facts.id };
            found.push(Can { offer: candidate.offer, facts, rank, score });
        }
    })?;
    found.sort_unstable_by_key(|can| can.rank);
    Ok((found, may_bridge))
}

/// Tells of every offer of a product that may bridge whether it can, and whether the table has any such product.
fn judge_bridges(
    snapshot: &Snapshot,
    child: &Child,
    weights: &Weights,
    scenario: &Scenario,
    mut tell: impl FnMut(u32, &Candidate, OfferFacts, BridgingVerdict),
) -> Result<bool> {
    let book = &snapshot.book;
    let Some(wanted) = child.products.first().map(|product| &book.products[*product as usize]) else {
        return Ok(false);
    };
    let parse = |code: &str| ProductCode::parse(code).map_err(Error::internal);
    let wanted_code = parse(&wanted.code)?;
    let mut bridges: Vec<(u32, ProductCode, Arc<Candidates>)> = Vec::new();
    for product in &wanted.bridges {
        let code = parse(&book.products[*product as usize].code)?;
        bridges.push((*product, code, snapshot.candidates(*product, child.origin)));
    }
    let table = BridgingTable::new(bridges.iter().map(|(_, code, _)| (wanted_code.clone(), code.clone())));
    let (seeker, today) = (&scenario.seeker(&child.seeker, wanted.id), snapshot.today);
    let near = seeker.max_distance.map_or(NEAR, |most| most.min(NEAR));
    for (place, product, candidates) in &bridges {
        for candidate in candidates.iter() {
            let offer = snapshot.offer(candidate.offer);
            let key = key_of(snapshot, offer);
            let mut facts = facts_for(child, candidate, false);
            facts = scenario.offer(facts, &key, municipality_of(child));
            let mut free_places = offer.shown_places();
            let now = room_of(snapshot, offer);
            let room = scenario.room(&key, now);
            if room != now && facts.status != OfferStatus::IntakeStop {
                facts.status = if room > 0 { OfferStatus::Place } else { OfferStatus::WaitingList };
                free_places = u16::try_from(room).ok();
            }
            let offer = BridgingOffer { product, free_places, facts };
            let verdict = can_bridge(seeker, &wanted_code, &offer, &table, near, weights, today);
            tell(*place, candidate, facts, verdict);
        }
    }
    Ok(!bridges.is_empty())
}

/// The offers of a provider and a product that can bridge the wait of a child, best first; or all reasons why none can.
fn find_of_provider(
    snapshot: &Snapshot,
    child: &Child,
    weights: &Weights,
    (provider, product): (u32, u32),
) -> Result<Vec<i64>> {
    let mut found: Vec<(Rank, i64)> = Vec::new();
    let mut reasons: BTreeSet<&'static str> = BTreeSet::new();
    let is_full = BTreeSet::from([NoBridge::NoRoomNow.name()]);
    judge_bridges(snapshot, child, weights, &Scenario::AS_IT_IS, |of_product, candidate, facts, verdict| {
        if (candidate.provider, of_product) != (provider, product) {
            return;
        }
        match verdict {
            BridgingVerdict::Can(score) => {
                let rank = Rank { total: score.total(), id: facts.id };
                found.push((rank, snapshot.offer(candidate.offer).id));
            }
            BridgingVerdict::Cannot { no_bridge, failed } => {
                reasons.extend(no_bridge.into_iter().map(NoBridge::name));
                reasons.extend(failed.into_iter().map(HardRule::name));
            }
        }
    })?;
    if found.is_empty() {
        return Err(if reasons == is_full {
            let message = "deze aanbieder heeft van dit product geen vrije plek meer; kies een ander aanbod";
            Error::collision("aanbieder", "vol", message)
        } else {
            let reasons: Vec<String> = reasons.into_iter().map(dutch::in_sentence).collect();
            let message =
                format!("deze aanbieder kan het wachten nu niet overbruggen: {}", reasons.join(", "));
            Error::collision("aanbieder", "kan-niet", message)
        });
    }
    found.sort_unstable_by_key(|(rank, _)| *rank);
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

/// What is asked when bridging care is started.
#[derive(Debug, Clone)]
pub struct StartDraft {
    pub agb: String,
    pub product: String,
    pub starts_on: chrono::NaiveDate,
    pub note: Option<Note>,
}

/// Starts bridging care at a provider that can give it, by the same rules as it was proposed. Of care that began before today a
/// contract is enough: it is only written down.
pub fn start(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (snapshot, public_url): (&Snapshot, &str),
    code: &str,
    draft: StartDraft,
) -> Result<BridgingCare> {
    let client = clients::actions::find_for_toegang(conn, actor, code)?;
    let book = &snapshot.book;
    let child = child_of(snapshot, &client, &tried_in_vain(conn, client.id, snapshot)?)?;
    let bridges = child.products.first().map(|product| book.products[*product as usize].bridges.as_slice());
    let product = bridges
        .unwrap_or_default()
        .iter()
        .copied()
        .find(|product| book.products[*product as usize].code == draft.product)
        .ok_or_else(|| {
            let message = "de regio laat dit product deze zorg niet overbruggen";
            Error::collision("product", "niet-in-tabel", message)
        })?;
    let provider = book.provider_by_agb.get(&draft.agb).copied();
    let candidates = snapshot.candidates(product, child.origin);
    let mut of_provider: Vec<&Candidate> = candidates
        .iter()
        .filter(|one| Some(one.provider) == provider && one.facts.contract.is_some())
        .collect();
    // Near home first.
    of_provider.sort_by_key(|one| (one.facts.distance.is_none(), one.facts.distance, one.facts.id));
    let Some(provider) = provider.filter(|_| !of_provider.is_empty()) else {
        let message =
            format!("deze aanbieder heeft nu geen aanbod van dit product voor {}", client.municipality.name);
        return Err(Error::collision("aanbieder", "geen-aanbod", message));
    };
    let weights = find_weights(conn, client.region_id)?;
    let offer_ids = if draft.starts_on < dutch_day(now) {
        of_provider.iter().map(|one| snapshot.offer(one.offer).id).collect()
    } else {
        find_of_provider(snapshot, &child, &weights.weights(), (provider, product))?
    };
    let cares = kept::list_of_client(conn, &client)?;
    let cause = cause(snapshot, (&client, &child), &cares, &weights, now).unwrap_or(BridgingCause::Asked);
    let draft = BridgingDraft {
        provider_id: book.providers[provider as usize].id,
        product_id: book.products[product as usize].id,
        offer_ids,
        cause: cause.code(),
        starts_on: draft.starts_on,
        note: draft.note,
    };
    kept::start(conn, actor, now, public_url, code, draft)
}
