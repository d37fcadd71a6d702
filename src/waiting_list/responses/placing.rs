//! Plaatsing: care that was agreed starts, or does not start after all.

use chrono::{DateTime, NaiveDate, Utc};
use rules::waiting::life::{Event as LifeEvent, NotStartedReason, StartReason};
use rules::waiting::reasons::Reason;
use rules::waiting::responses::{ResponseEvent, ResponseStatus};

use super::accompanying::tell_companion;
use super::actions::{Party, find_response, plain, require_step, step_of_client};
use super::model::Response;
use super::{mails, store};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::figures::actions::release_places;
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::notifications::actions::enqueue;
use crate::waiting_list::bridging::actions::end_after_leaving;
use crate::waiting_list::clients::actions::take_step;
use crate::waiting_list::reasons::actions::require_on;

/// The provider, or the toegang when the provider stays silent, confirms on which day care started. The other side is told.
pub fn start_care(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (teller, id): (Party<'_>, i64),
    started_on: NaiveDate,
) -> Result<Response> {
    if started_on > dutch_day(now) {
        return Err(Error::collision("gestartOp", "te-laat", "vul vandaag of een eerdere dag in"));
    }
    db::write(conn, |conn| {
        let response = teller.find(conn, actor, id)?;
        let Some(placement) = response.placement.as_ref().filter(|_| response.awaits_start()) else {
            return Err(Error::Conflict(
                "Over deze reactie is geen zorg afgesproken die nog moet starten.".into(),
            ));
        };
        if started_on < dutch_day(response.opened_at) {
            return Err(Error::collision("gestartOp", "te-vroeg", "vul een dag na de reactie in"));
        }
        let how = match started_on.cmp(&placement.planned_on) {
            std::cmp::Ordering::Less => StartReason::Earlier,
            std::cmp::Ordering::Equal => StartReason::AsAgreed,
            std::cmp::Ordering::Greater => StartReason::Later,
        };
        let (client, _) =
            take_step(conn, actor, now, response.client.id, None, LifeEvent::StartCare(plain(how)?))?;
        end_after_leaving(conn, actor, now, public_url, &client)?;
        if store::update_started(conn, id, started_on)? == 0 {
            return Err(Error::Conflict("De start van deze zorg is al bevestigd.".into()));
        }
        let after = find_response(conn, id)?;
        for reader in teller.readers(conn, &after)? {
            let mail = match teller {
                Party::Provider => mails::started(&after, started_on, public_url, &reader.email)?,
                Party::Toegang(_) => {
                    mails::started_by_toegang(&after, started_on, public_url, &reader.email)?
                }
            };
            enqueue(conn, now, &mail)?;
        }
        let event = Event::done("zorg-starten", super::actions::OBJECT, id).change(
            None,
            &serde_json::json!({ "wachtende": after.client.code.to_string(), "gestartOp": started_on }),
        )?;
        audit::record(conn, actor, now, &event)?;
        Ok(after)
    })
}

/// Care that was agreed, or confirmed as started, did not start: the client waits on from its original day, and the place
/// is free again.
pub fn care_did_not_start(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    (teller, id): (Party<'_>, i64),
    reason: Reason<NotStartedReason>,
) -> Result<Response> {
    db::write(conn, |conn| {
        let response = teller.find(conn, actor, id)?;
        let happens = ResponseEvent::FallThrough;
        require_step(&response, happens, dutch_day(now))?;
        require_on(conn, response.client.region_id, &reason)?;
        step_of_client(conn, actor, now, &response, happens, LifeEvent::CareDidNotStart(reason))?;
        let ended = find_response(conn, id)?;
        // Who said so need not be told, and the other side hears it here.
        store::update_told(conn, id, now.naive_utc())?;
        for reader in teller.readers(conn, &ended)? {
            enqueue(conn, now, &mails::did_not_start(&ended, teller, public_url, &reader.email)?)?;
        }
        tell_companion(conn, now, public_url, &ended)?;
        Ok(ended)
    })
}

/// Ends what was agreed in a response, and gives its place back. The place of a child that had care is the provider's to
/// publish again: the child may still be there until it has another.
pub(super) fn end_placement(
    conn: &mut Connection,
    now: DateTime<Utc>,
    response: &Response,
    status: ResponseStatus,
) -> Result<()> {
    let Some(placement) = &response.placement else { return Ok(()) };
    let ended = store::update_placement_ended(conn, response.id, now.naive_utc())? == 1;
    if ended && response.takes_place && status != ResponseStatus::CareEnded {
        release_places(conn, response.offer.id, response.places, placement.made_at)?;
    }
    Ok(())
}
