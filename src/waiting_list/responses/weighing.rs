//! Weging: the toegang accepts one response, or declines with a reason.

use chrono::{DateTime, Utc};
use rules::violations::Violations;
use rules::waiting::life::{AcceptReason, BodyDecision, Event as LifeEvent};
use rules::waiting::reasons::Reason;
use rules::waiting::responses::{ParkError, ResponseEvent, decline as consequence};

use super::actions::{end_response, find_of_client, record_change, require_step, step_of_client};
use super::fitting::Fit;
use super::mails;
use super::model::{Decline, Response};
use super::store;
use crate::actor::Actor;
use crate::availability::figures::actions::{find_offer, reserve_places};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::list_of_provider;
use crate::notifications::actions::enqueue;
use crate::waiting_list::clients::actions::find_settings;
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::reasons::actions::require_on;

/// Whether a body decided on what a client waits for.
fn body_decision(client: &WaitingClient) -> BodyDecision {
    match client.body_decided_on {
        _ if !client.product_terms.needs_body_decision => BodyDecision::NotNeeded,
        Some(day) => BodyDecision::Taken(day),
        None => BodyDecision::Missing,
    }
}

/// Accepts a response: the place is given away, the others end and are told, and care is agreed. Within a transaction of
/// the caller.
pub fn write_acceptance(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (code, id): (&str, i64),
    reason: Reason<AcceptReason>,
) -> Result<Response> {
    let today = dutch_day(now);
    let (client, response) = find_of_client(conn, actor, code, id)?;
    let happens = ResponseEvent::Accept;
    require_step(&response, happens, today)?;
    require_on(conn, client.region_id, &reason)?;
    let offer = find_offer(conn, response.offer.id)?;
    Fit::find(conn, &client, &offer, today)?.require_for_toegang(&client, today)?;
    let reason_code = reason.code().code();
    let note = reason.note().map(|note| note.as_str().to_owned());
    let step = LifeEvent::Accept { reason, body: body_decision(&client) };
    step_of_client(conn, actor, now, &response, happens, step)?;
    let accepted = end_response(conn, now, &response, happens, (Some(reason_code), note.as_deref()))?;
    if accepted.takes_place && !reserve_places(conn, now, accepted.offer.id, accepted.places)? {
        let gone = if accepted.places == 1 {
            "De laatste vrije plek van dit aanbod is net vergeven.".to_owned()
        } else {
            format!("Van dit aanbod zijn er geen {} plekken meer vrij.", accepted.places)
        };
        return Err(Error::Conflict(format!(
            "{gone} Vraag de aanbieder om een nieuwe reactie of kies een andere."
        )));
    }
    store::insert_placement(conn, &accepted, now.naive_utc())?;
    for reader in list_of_provider(conn, accepted.provider.id)? {
        enqueue(conn, now, &mails::accepted(&accepted, public_url, &reader.email)?)?;
    }
    record_change(conn, actor, now, "reactie-accepteren", &response, &accepted)?;
    for sibling in store::list_open_of_client(conn, client.id)? {
        end_sibling(conn, actor, now, public_url, &sibling)?;
    }
    super::actions::find_response(conn, id)
}

/// Door ander geplaatst.
fn end_sibling(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    sibling: &Response,
) -> Result<()> {
    let ended = end_response(conn, now, sibling, ResponseEvent::OtherAccepted, (None, None))?;
    for reader in list_of_provider(conn, ended.provider.id)? {
        enqueue(conn, now, &mails::ended(&ended, public_url, &reader.email)?)?;
    }
    record_change(conn, actor, now, "reactie-beeindigen", sibling, &ended)
}

/// Declines a response. What follows for provider and client is the region's, and the client is back on the list unless
/// others are still weighed.
pub fn decline(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (code, id): (&str, i64),
    decline: Decline,
) -> Result<Response> {
    let today = dutch_day(now);
    db::write(conn, |conn| {
        let (client, response) = find_of_client(conn, actor, code, id)?;
        let happens = ResponseEvent::Decline;
        require_step(&response, happens, today)?;
        let reason = decline.reason;
        require_on(conn, client.region_id, &reason)?;
        let settings = find_settings(conn, client.region_id)?;
        let outcome = consequence(reason.code(), &settings.consequences, decline.parked_until, today)
            .map_err(park_error)?;
        let reason_code = reason.code().code();
        let note = reason.note().map(|note| note.as_str().to_owned());
        step_of_client(conn, actor, now, &response, happens, LifeEvent::Decline(reason))?;
        let ended = end_response(conn, now, &response, happens, (Some(reason_code), note.as_deref()))?;
        store::save_outcome(conn, (client.id, ended.provider.id), outcome, reason_code, now.naive_utc())?;
        for reader in list_of_provider(conn, ended.provider.id)? {
            enqueue(conn, now, &mails::declined(&ended, public_url, &reader.email)?)?;
        }
        record_change(conn, actor, now, "reactie-afwijzen", &response, &ended)?;
        Ok(ended)
    })
}

fn park_error(error: ParkError) -> Error {
    let mut violations = Violations::new();
    let code = match error {
        ParkError::UntilMissing => "verplicht",
        ParkError::UntilOutOfRange => "buiten-grenzen",
    };
    violations.add("parkerenTot", code, error.to_string());
    Error::Collision(violations)
}
