//! Weging: the toegang accepts one response, or declines with a reason.

use chrono::{DateTime, NaiveDate, Utc};
use rules::crisis::stay::Company;
use rules::product::ProductKind;
use rules::violations::Violations;
use rules::waiting::life::{BodyDecision, Event as LifeEvent};
use rules::waiting::responses::{ParkError, ResponseEvent, decline as consequence};
use rules::waiting::stay::check_agreed;
use rules::waiting::succession::line_of;

use super::actions::{end_response, find_of_client, record_change, require_step, step_of_client};
use super::fitting::Fit;
use super::mails;
use super::model::{Acceptance, Agreement, Decline, Response};
use super::store;
use crate::actor::Actor;
use crate::availability::figures::actions::{find_offer, reserve_places};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::list_of_provider;
use crate::notifications::actions::enqueue;
use crate::waiting_list::clients::actions::{
    find_product_terms, find_settings, list_region_choices, list_successors,
};
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::reasons::actions::require_on;

/// Whether a body decided on the care that an offer gives. Of a product that got another code since, what holds for the code
/// under which the client accepts it now.
pub fn body_decision(conn: &mut Connection, client: &WaitingClient, product_id: i64) -> Result<BodyDecision> {
    let line = line_of(product_id, &list_successors(conn)?);
    let is_accepted = |id: &&i64| client.accepted_products().any(|product| product.id == **id);
    let given = line.iter().find(is_accepted).copied().unwrap_or(product_id);
    Ok(client.body_decision(find_product_terms(conn, given)?))
}

/// Refuses an offer of a product that the client accepts no more, under whatever code it goes now.
fn require_still_accepted(conn: &mut Connection, client: &WaitingClient, product_id: i64) -> Result<()> {
    let line = line_of(product_id, &list_successors(conn)?);
    if client.accepted_products().any(|product| line.contains(&product.id)) {
        return Ok(());
    }
    Err(Error::Conflict("Deze wachtende wacht niet meer op het product van deze reactie.".into()))
}

/// What kind of care a response offers, and whether its child is helped without a measure: on these it depends what is asked
/// of who accepts it.
pub fn find_care(
    conn: &mut Connection,
    actor: &Actor,
    (code, id): (&str, i64),
) -> Result<(ProductKind, bool)> {
    let (client, response) = find_of_client(conn, actor, code, id)?;
    Ok((find_offer(conn, response.offer.id)?.product.kind, !client.measure))
}

/// Accepts a response: the place is given away, the others end and are told, and care is agreed. Within a transaction of
/// the caller.
pub fn write_acceptance(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (code, id): (&str, i64),
    acceptance: Acceptance,
) -> Result<Response> {
    let today = dutch_day(now);
    let (client, response) = find_of_client(conn, actor, code, id)?;
    let happens = ResponseEvent::Accept;
    require_step(&response, happens, today)?;
    require_on(conn, client.region_id, &acceptance.reason)?;
    let offer = find_offer(conn, response.offer.id)?;
    require_still_accepted(conn, &client, offer.product.id)?;
    Fit::find(conn, &client, &offer, today)?.require_for_toegang(&client, today)?;
    let body = match body_decision(conn, &client, offer.product.id)? {
        BodyDecision::Missing if acceptance.after_crisis => BodyDecision::Afterwards,
        known => known,
    };
    let agreement = agree(conn, &client, offer.product.kind, &acceptance, (body, today))?;
    let reason = acceptance.reason;
    let reason_code = reason.code().code();
    let note = reason.note().map(|note| note.as_str().to_owned());
    let step = LifeEvent::Accept { reason, body };
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
    store::insert_placement(conn, (&accepted, &agreement), now.naive_utc())?;
    for reader in list_of_provider(conn, accepted.provider.id)? {
        enqueue(conn, now, &mails::accepted(&accepted, public_url, &reader.email)?)?;
    }
    if let Some(companion_id) = agreement.companion_id.filter(|id| *id != accepted.provider.id) {
        for reader in list_of_provider(conn, companion_id)? {
            enqueue(conn, now, &mails::accompanies(&accepted, public_url, &reader.email)?)?;
        }
    }
    record_change(conn, actor, now, "reactie-accepteren", &response, &accepted)?;
    for sibling in store::list_open_of_client(conn, client.id)? {
        end_sibling(conn, actor, now, public_url, &sibling)?;
    }
    super::actions::find_response(conn, id)
}

/// What goes with a stay, or everything that is wrong with it.
fn agree(
    conn: &mut Connection,
    client: &WaitingClient,
    kind: ProductKind,
    acceptance: &Acceptance,
    (body, today): (BodyDecision, NaiveDate),
) -> Result<Agreement> {
    let companion_id = match &acceptance.companion {
        None => None,
        Some(agb) => {
            let unknown = || {
                let message = format!("er is in de regio geen aanbieder met AGB-code {agb}");
                Error::collision("begeleider", "onbekend", message)
            };
            // The same as on the page: nobody outside the region hears of its children.
            let known = list_region_choices(conn, client.region_id, today)?.providers;
            if !known.iter().any(|(code, _)| code == agb.as_str()) {
                return Err(unknown());
            }
            Some(store::find_provider_id(conn, agb.as_str())?.ok_or_else(unknown)?)
        }
    };
    let company = Company {
        voluntary: !client.measure,
        perspective_team: acceptance.perspective_team.as_deref(),
        companion: companion_id,
    };
    Error::refuse_collisions(check_agreed(kind, company, today), ())?;
    Ok(Agreement {
        companion_id,
        perspective_team: acceptance.perspective_team.clone(),
        after_crisis: body == BodyDecision::Afterwards,
    })
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
