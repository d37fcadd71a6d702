//! Looking at responses beside the order of the matcher, and accepting one.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::actor::Actor;
use crate::availability::supply::snapshot::Snapshot;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::matching::proposals::actions::{find_order, make, write_kept};
use crate::matching::proposals::model::{Order, Place};
use crate::matching::region::live::Plans;
use crate::waiting_list::clients::actions::{add_line, find_for_toegang};
use crate::waiting_list::clients::model::{LineKind, NewLine, WaitingClient};
use crate::waiting_list::responses;
use crate::waiting_list::responses::model::{Acceptance, Response};
use crate::waiting_list::responses::weighing::write_acceptance;

/// How many of the best offers without a response are shown beside the responses.
const OTHERS: usize = 5;

/// How often the number of a proposal is drawn again when somebody else kept one at the same moment.
const ATTEMPTS: usize = 5;

/// The responses to a client beside the order of the matcher.
pub struct Weighed {
    pub client: WaitingClient,
    /// What can be accepted first, the earliest start first.
    pub responses: Vec<Response>,
    /// None once the client has left the list: then there is nothing to compare with.
    pub order: Option<Order>,
}

impl Weighed {
    /// Where the offer of a response comes; none when it is not among those that the matcher looks at.
    pub fn place_of(&self, response: &Response) -> Option<&Place> {
        place_of(self.order.as_ref(), response)
    }
}

/// Where the offer of a response comes in an order.
pub fn place_of<'a>(order: Option<&'a Order>, response: &Response) -> Option<&'a Place> {
    let places = &order?.places;
    places.iter().find(|(offer_id, _)| *offer_id == response.offer.id).map(|(_, place)| place)
}

/// A waiting client of the actor's own municipalities with all responses to it, and where each comes.
pub fn list_of_client(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
    code: &str,
) -> Result<Weighed> {
    let (client, responses) = responses::actions::list_of_client(conn, actor, now, code)?;
    let order = order_of(conn, snapshot, &client, &responses, OTHERS)?;
    Ok(Weighed { client, responses, order })
}

/// One of them, and where it comes.
pub fn view_of_client(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
    (code, id): (&str, i64),
) -> Result<(WaitingClient, Response, Option<Order>)> {
    let (client, response) = responses::actions::view_of_client(conn, actor, now, code, id)?;
    let order = order_of(conn, snapshot, &client, std::slice::from_ref(&response), 0)?;
    Ok((client, response, order))
}

fn order_of(
    conn: &mut Connection,
    snapshot: &Snapshot,
    client: &WaitingClient,
    responses: &[Response],
    best: usize,
) -> Result<Option<Order>> {
    if client.status().is_closed() {
        return Ok(None);
    }
    let offers: Vec<i64> = responses.iter().map(|response| response.offer.id).collect();
    find_order(conn, snapshot, client, &offers, best).map(Some)
}

/// Accepts a response, and keeps what was proposed at this moment, so that the choice can be explained later: both, or
/// neither.
pub fn accept(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (snapshot, plans, public_url): (&Arc<Snapshot>, &Plans, &str),
    (code, id): (&str, i64),
    acceptance: &Acceptance,
) -> Result<Response> {
    let region_id = find_for_toegang(conn, actor, code)?.region_id;
    let plan = plans.current(conn, snapshot, region_id)?;
    let mut attempt = 0;
    loop {
        attempt += 1;
        let mut number_taken = false;
        let accepted = db::write(conn, |conn| {
            let client = find_for_toegang(conn, actor, code)?;
            let proposal = if client.status().is_closed() {
                None
            } else {
                Some(make(conn, now, (snapshot, &plan), (&client, None), false)?)
            };
            // First, since it holds the row of the client and tells what another did.
            let accepted = write_acceptance(conn, actor, now, public_url, (code, id), acceptance.clone())?;
            if let Some(proposal) = proposal {
                let kept = write_kept(conn, actor, now, &client, &proposal).map_err(|error| {
                    number_taken = matches!(error, Error::Conflict(_));
                    error
                })?;
                let detail = Some(kept.number.to_string());
                let line = NewLine { kind: LineKind::ProposalKept, reason: "", note: None, detail };
                let after = find_for_toegang(conn, actor, code)?;
                add_line(conn, actor, now, &after, &line)?;
            }
            Ok(accepted)
        });
        if !number_taken || attempt == ATTEMPTS {
            return accepted;
        }
    }
}
