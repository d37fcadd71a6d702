//! Responding and taking a response back, and looking at responses from either side.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use rules::figures::Figures;
use rules::waiting::life::{Event as LifeEvent, RespondReason, TimelineEntry, WithdrawResponseReason};
use rules::waiting::note::Note;
use rules::waiting::questions::Side;
use rules::waiting::reasons::Reason;
use rules::waiting::responses::{
    DeclineReason, PairOutcome, ResponseEvent, ResponseStatus, after_client, check_days, step,
    takes_free_places,
};

use super::fitting::require_own;
use super::mails;
use super::model::{NewResponse, Response, Standing, Standpoint};
use super::store::{self, Ending, NewRow};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::figures::actions::{find_offer, list_offers};
use crate::availability::figures::model::Offer;
use crate::availability::supply::snapshot::Snapshot;
use crate::clock::{dutch_day, dutch_time, moment_of_dutch_time};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::{Recipient, list_of_provider, list_toegang_of};
use crate::notifications::actions::enqueue;
use crate::waiting_list::access_log::actions as access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};
use crate::waiting_list::clients::actions::{find_by_id, find_for_toegang, find_settings, take_step};
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::open_list::actions::{find_client, view_client};
use crate::waiting_list::open_list::model::{Handle, ShownClient};
use crate::waiting_list::reasons::actions::{find_wording, require_on};
use crate::waiting_list::reasons::model::Wording;

/// The kind of object in the audit.
pub(super) const OBJECT: &str = "reactie";

const NOT_LISTED: &str = "Deze wachtende staat niet meer op de lijst.";

/// For how long a response is valid unless the provider says otherwise.
const VALID_FOR: Days = Days::new(14);

/// What a page for responding needs: what is shown of the client, and the own offers for its product.
pub fn find_to_respond(
    conn: &mut Connection,
    snapshot: &Snapshot,
    actor: &Actor,
    now: DateTime<Utc>,
    handle: Handle,
) -> Result<(ShownClient, Vec<Offer>)> {
    let shown = view_client(conn, snapshot, actor, now, handle)?;
    let provider_id = actor.provider_id().ok_or(Error::Forbidden)?;
    let mut offers = list_offers(conn, provider_id)?;
    offers.retain(|offer| offer.product.id == shown.product.id);
    // What has a place comes first.
    offers.sort_by_key(|offer| !has_place(&offer.figures, offer.reserved_places));
    Ok((shown, offers))
}

fn has_place(figures: &Figures, reserved: u16) -> bool {
    figures.shown_places(reserved).is_some_and(|places| places > 0)
}

/// The days that stand in an empty form: the start that the figures promise, and two weeks to decide.
pub fn usual_days(offer: Option<&Offer>, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let weeks = offer
        .filter(|offer| !has_place(&offer.figures, offer.reserved_places))
        .and_then(|offer| offer.figures.total_wait())
        .map_or(1, |wait| u64::from(wait.upper().unwrap_or(wait.min())));
    (today + Days::new(7 * weeks.min(51)), today + VALID_FOR)
}

/// Says that a provider can take a client. Everything is checked again: what the page showed may be an hour old.
pub fn respond(
    conn: &mut Connection,
    snapshot: &Snapshot,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    new: &NewResponse,
) -> Result<Response> {
    let today = dutch_day(now);
    Error::refuse_collisions(check_days(new.start_on, new.valid_until, today), ())?;
    let provider_id = actor.provider_id().ok_or(Error::Forbidden)?;
    db::write(conn, |conn| {
        let (client_id, shown) = find_client(conn, snapshot, actor, now, new.handle)?;
        let offer = find_offer(conn, new.offer_id)
            .ok()
            .filter(|offer| offer.provider.id == provider_id)
            .ok_or(Error::NotFound("aanbod"))?;
        if offer.product.id != shown.product.id {
            let message = "kies aanbod voor het product waarop deze wachtende wacht";
            return Err(Error::collision("aanbod", "ander-product", message));
        }
        let client = find_by_id(conn, client_id)?;
        let is_accepted = client.accepted_products().any(|product| product.id == shown.product.id);
        if !is_accepted || !client.life.is_listed(today) {
            return Err(Error::Conflict(NOT_LISTED.into()));
        }
        require_own(conn, client_id, &shown, &offer, today)?;
        let free = offer.figures.shown_places(offer.reserved_places);
        let takes_place = takes_free_places(new.places, free)
            .map_err(|error| Error::collision("plaatsen", "te-veel", error.to_string()))?;
        let reason = if takes_place { RespondReason::PlaceNow } else { RespondReason::PlaceSoon };
        let step = LifeEvent::Respond(plain(reason)?);
        let (client, _) = take_step(conn, actor, now, client_id, None, step).map_err(not_listed)?;
        let (answer_by, expect_by) = answer_terms(conn, &client, new.valid_until, now)?;
        let row = NewRow {
            client_id,
            provider_id,
            offer_id: offer.id,
            shown: shown.words(),
            start_on: new.start_on,
            valid_until: new.valid_until,
            remark: new.remark.as_ref().map(|note| note.as_str().to_owned()),
            takes_place,
            places: i32::from(new.places),
            status: ResponseStatus::Open.code(),
            opened_at: now.naive_utc(),
            opened_by: actor.signature(),
            answer_by,
            expect_by,
            shows_municipality: shown.municipality.is_some(),
            version: 1,
        };
        let id = match store::insert_response(conn, &row) {
            Err(Error::Conflict(_)) => {
                return Err(Error::Conflict("U hebt al een reactie op deze wachtende gegeven.".into()));
            }
            other => other?,
        };
        let response = find_response(conn, id)?;
        for reader in list_toegang_of(conn, response.client.municipality_id)? {
            enqueue(conn, now, &mails::received(&response, public_url, &reader.email)?)?;
        }
        let event = Event::done("reactie-geven", OBJECT, id).change(None, &recorded(&response))?;
        audit::record(conn, actor, now, &event)?;
        Ok(response)
    })
}

/// What became of a child that left the list at this very moment is no more the provider's to know than a minute later.
fn not_listed(error: Error) -> Error {
    match error {
        Error::Conflict(_) => Error::Conflict(NOT_LISTED.into()),
        other => other,
    }
}

/// A reason that needs no words.
pub(super) fn plain<R: rules::waiting::reasons::ReasonCode>(code: R) -> Result<Reason<R>> {
    Reason::new(code, None).map_err(Error::internal)
}

/// When the toegang answers at the latest, and when the provider may expect that.
fn answer_terms(
    conn: &mut Connection,
    client: &WaitingClient,
    valid_until: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(NaiveDateTime, NaiveDateTime)> {
    let settings = find_settings(conn, client.region_id)?;
    let (hours, opened_at) = (settings.opening_hours(), dutch_time(now));
    let answer_by = settings.terms.answer_by(opened_at, valid_until, client.urgency, &hours);
    let expect_by = settings.terms.expect_by(opened_at, valid_until, &hours);
    Ok((moment_of_dutch_time(answer_by).naive_utc(), moment_of_dutch_time(expect_by).naive_utc()))
}

/// A child that became urgent is answered for within the term of that, from now on. What a provider may expect stays, and so
/// does the version that it reads: neither may tell how urgent a child is.
pub fn hasten_answers(conn: &mut Connection, now: DateTime<Utc>, client: &WaitingClient) -> Result<()> {
    for response in store::list_open_of_client(conn, client.id)? {
        let (answer_by, _) = answer_terms(conn, client, response.valid_until, now)?;
        store::update_answer_by(conn, response.id, answer_by)?;
    }
    Ok(())
}

/// What the audit keeps of a response: codes and days.
pub(super) fn recorded(response: &Response) -> serde_json::Value {
    serde_json::json!({
        "wachtende": response.client.code.to_string(),
        "aanbod": response.offer.id,
        "startOp": response.start_on,
        "geldigTot": response.valid_until,
        "plaatsen": response.places,
        "status": response.status.code(),
        "reden": response.reason,
    })
}

pub(super) fn find_response(conn: &mut Connection, id: i64) -> Result<Response> {
    let found = store::find_response(conn, id)?;
    in_words(conn, found.ok_or(Error::NotFound(OBJECT))?)
}

fn in_words(conn: &mut Connection, mut response: Response) -> Result<Response> {
    put_in_words(conn, std::slice::from_mut(&mut response))?;
    Ok(response)
}

/// Puts why responses ended in the words that their region had for it then, and names who gives the help that goes with a stay.
pub(super) fn put_in_words(conn: &mut Connection, responses: &mut [Response]) -> Result<()> {
    let mut wordings: BTreeMap<i64, Wording> = BTreeMap::new();
    for response in responses {
        if let Some(placement) = &mut response.placement
            && let Some(companion_id) = placement.agreement.companion_id
        {
            placement.companion = Some(store::find_provider_name(conn, companion_id)?);
        }
        let (Some(list), Some(code), Some(at)) =
            (response.reason_list(), &response.reason, response.ended_at)
        else {
            continue;
        };
        let wording = match wordings.entry(response.client.region_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(find_wording(conn, response.client.region_id)?),
        };
        response.reason_words = wording.words_at(list, code, at);
    }
    Ok(())
}

/// Who comes to a response: its provider, or the toegang of the client with this code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party<'a> {
    Provider,
    Toegang(&'a str),
}

impl Party<'_> {
    pub const fn side(self) -> Side {
        match self {
            Self::Provider => Side::Provider,
            Self::Toegang(_) => Side::Toegang,
        }
    }

    pub(super) fn find(self, conn: &mut Connection, actor: &Actor, id: i64) -> Result<Response> {
        match self {
            Self::Provider => find_own(conn, actor, id),
            Self::Toegang(code) => Ok(find_of_client(conn, actor, code, id)?.1),
        }
    }

    /// Those of the other side, who are told what this one does.
    pub(super) fn readers(self, conn: &mut Connection, response: &Response) -> Result<Vec<Recipient>> {
        match self {
            Self::Provider => list_toegang_of(conn, response.client.municipality_id),
            Self::Toegang(_) => list_of_provider(conn, response.provider.id),
        }
    }
}

/// A response of the actor's own provider. Another's is not told from one that is not there.
pub fn find_own(conn: &mut Connection, actor: &Actor, id: i64) -> Result<Response> {
    let found = store::find_response(conn, id)?;
    let own = found.filter(|response| actor.provider_id() == Some(response.provider.id));
    in_words(conn, own.ok_or(Error::NotFound(OBJECT))?)
}

/// Shows an own response, and writes that down.
pub fn view_own(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, id: i64) -> Result<Response> {
    let response = find_own(conn, actor, id)?;
    note_look(conn, actor, now, AccessKind::ListOwnResponses, [&response])?;
    Ok(response)
}

/// How many responses the actor's provider has in a standing, and a part of them.
pub fn list_own(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    standing: Standing,
    part: (i64, i64),
) -> Result<(i64, Vec<Response>)> {
    let provider_id = actor.provider_id().ok_or(Error::Forbidden)?;
    let (total, mut responses) = store::list_of_provider(conn, provider_id, standing, part)?;
    put_in_words(conn, &mut responses)?;
    note_look(conn, actor, now, AccessKind::ListOwnResponses, &responses)?;
    Ok((total, responses))
}

/// Writes down that somebody looked at the clients of these responses.
fn note_look<'a>(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    kind: AccessKind,
    responses: impl IntoIterator<Item = &'a Response>,
) -> Result<()> {
    let codes = responses.into_iter().map(|response| response.client.code.as_str().to_owned());
    access_log::record(conn, actor, now, &Access::new(kind).clients(codes))
}

/// A waiting client of the actor's own municipalities with all responses to it.
pub fn list_of_client(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
) -> Result<(WaitingClient, Vec<Response>)> {
    let found = find_for_toegang(conn, actor, code);
    let client = access_log::record_look(conn, actor, now, AccessKind::ViewResponses, code, found)?;
    let mut responses = store::list_of_client(conn, client.id)?;
    put_in_words(conn, &mut responses)?;
    Ok((client, responses))
}

/// Shows one of them, and writes that down.
pub fn view_of_client(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
    id: i64,
) -> Result<(WaitingClient, Response)> {
    let found = find_of_client(conn, actor, code, id);
    let look = (AccessKind::ViewResponses, code, id);
    access_log::record_part(conn, actor, now, look, found, |(_, response)| Some(response.version))
}

/// A response to a waiting client of the actor's own municipalities.
pub fn find_of_client(
    conn: &mut Connection,
    actor: &Actor,
    code: &str,
    id: i64,
) -> Result<(WaitingClient, Response)> {
    let client = find_for_toegang(conn, actor, code)?;
    let found = store::find_response(conn, id)?.filter(|response| response.client.id == client.id);
    let response = in_words(conn, found.ok_or(Error::NotFound(OBJECT))?)?;
    Ok((client, response))
}

/// With whom a client was brought together in vain, by provider, for who proposes a place.
pub fn list_outcomes(conn: &mut Connection, client_id: i64) -> Result<Vec<(i64, PairOutcome)>> {
    store::list_outcomes(conn, client_id)
}

/// All responses to a client, for who mediates and may not see the child itself.
pub fn list_for_mediation(conn: &mut Connection, client_id: i64) -> Result<Vec<Response>> {
    let mut responses = store::list_of_client(conn, client_id)?;
    put_in_words(conn, &mut responses)?;
    Ok(responses)
}

/// The same for many clients at once: client, provider and outcome.
pub fn list_outcomes_of(conn: &mut Connection, client_ids: &[i64]) -> Result<Vec<(i64, i64, PairOutcome)>> {
    store::list_outcomes_of(conn, client_ids)
}

/// What all responses to these clients came to.
pub fn list_standpoints(conn: &mut Connection, client_ids: &[i64]) -> Result<Vec<Standpoint>> {
    store::list_standpoints(conn, client_ids)
}

/// Refuses what the rules do not let happen to a response as it is now.
pub(super) fn require_step(
    response: &Response,
    event: ResponseEvent,
    today: NaiveDate,
) -> Result<ResponseStatus> {
    step(response.status, event, response.valid_until, today).map_err(|error| {
        let mut words = error.to_string();
        let first = words.chars().next().map(|first| first.to_uppercase().to_string());
        if let Some(first) = first.filter(|_| words.is_char_boundary(1)) {
            words.replace_range(..1, &first);
        }
        Error::Conflict(format!("{words}."))
    })
}

/// Takes a step of a client for what happens to a response. The client's row is held from here on, so that of two who
/// decide at once one waits, and then sees the response as the other left it.
pub(super) fn step_of_client(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    response: &Response,
    happens: ResponseEvent,
    event: LifeEvent,
) -> Result<WaitingClient> {
    match take_step(conn, actor, now, response.client.id, None, event) {
        Ok((client, _)) => Ok(client),
        // Somebody was first: what became of the response says more than what became of the client.
        Err(Error::Conflict(words)) => {
            require_step(&find_response(conn, response.id)?, happens, dutch_day(now))?;
            Err(Error::Conflict(words))
        }
        Err(error) => Err(error),
    }
}

/// Ends an open response, or refuses when another was first.
pub(super) fn end_response(
    conn: &mut Connection,
    now: DateTime<Utc>,
    response: &Response,
    happens: ResponseEvent,
    (reason, note): (Option<&str>, Option<&str>),
) -> Result<Response> {
    let status = require_step(response, happens, dutch_day(now))?;
    let ended_at = (status != ResponseStatus::Accepted).then(|| now.naive_utc());
    let ending = Ending { status: status.code(), ended_at, told_at: ended_at, reason, note };
    if store::update_status(conn, response.id, response.status, &ending)? == 0 {
        let current = find_response(conn, response.id)?;
        require_step(&current, happens, dutch_day(now))?;
        return Err(Error::Outdated { current: None });
    }
    find_response(conn, response.id)
}

/// Takes an own response back.
pub fn withdraw(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    id: i64,
    reason: Reason<WithdrawResponseReason>,
) -> Result<Response> {
    db::write(conn, |conn| {
        let response = find_own(conn, actor, id)?;
        let happens = ResponseEvent::Withdraw;
        require_step(&response, happens, dutch_day(now))?;
        require_on(conn, response.client.region_id, &reason)?;
        let (code, note) = (reason.code().code(), reason.note().map(|note| note.as_str().to_owned()));
        step_of_client(conn, actor, now, &response, happens, LifeEvent::WithdrawResponse(reason))?;
        let ended = end_response(conn, now, &response, happens, (Some(code), note.as_deref()))?;
        for reader in list_toegang_of(conn, ended.client.municipality_id)? {
            enqueue(conn, now, &mails::withdrawn(&ended, public_url, &reader.email)?)?;
        }
        record_change(conn, actor, now, "reactie-intrekken", &response, &ended)?;
        Ok(ended)
    })
}

pub(super) fn record_change(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    action: &'static str,
    before: &Response,
    after: &Response,
) -> Result<()> {
    let event = Event::done(action, OBJECT, after.id).change(Some(&recorded(before)), &recorded(after))?;
    audit::record(conn, actor, now, &event)
}

/// Proposes a client to these providers again, of whom it was kept apart, within a transaction of the caller.
pub fn bring_together_again(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    client_id: i64,
    provider_ids: &[i64],
) -> Result<()> {
    if store::delete_outcomes(conn, client_id, provider_ids)? == 0 {
        return Ok(());
    }
    let event = Event::done("weer-voorstellen", "wachtende", client_id)
        .change(None, &serde_json::json!({ "aanbieders": provider_ids }))?;
    audit::record(conn, actor, now, &event)
}

/// Ends the responses to a client that do not go with it any more after a step of the client itself, and gives back what
/// was agreed; who was declined for what the step changes is proposed again. Within the transaction of that step. The providers are told soon after.
pub fn end_after_step(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    client: &WaitingClient,
    entry: &TimelineEntry,
) -> Result<()> {
    let mut all = store::list_open_of_client(conn, client.id)?;
    all.extend(store::find_accepted(conn, client.id)?);
    for response in all {
        let Some(happens) = after_client(response.status, client.status(), entry.event) else { continue };
        let status = require_step(&response, happens, dutch_day(now))?;
        let (action, was_agreed) = match status {
            ResponseStatus::FellThrough => ("zorg-niet-gestart", true),
            ResponseStatus::CareEnded => ("zorg-beeindigen", true),
            _ => ("reactie-beeindigen", false),
        };
        let reason = match status {
            // The toegang declined nothing: other care is looked for than what was offered.
            ResponseStatus::Declined => Some(DeclineReason::OtherCare.code()),
            _ => was_agreed.then_some(entry.reason),
        };
        let row = Ending {
            status: status.code(),
            ended_at: Some(now.naive_utc()),
            told_at: None,
            reason,
            note: entry.note.as_ref().filter(|_| was_agreed).map(Note::as_str),
        };
        store::update_status(conn, response.id, response.status, &row)?;
        super::placing::end_placement(conn, now, &response, status)?;
        let after = find_response(conn, response.id)?;
        record_change(conn, actor, now, action, &response, &after)?;
    }
    let reasons = store::list_outcome_reasons(conn, client.id)?;
    let is_past = |code: &str| {
        DeclineReason::ALL.iter().any(|reason| reason.code() == code && reason.is_past_after(entry))
    };
    let again: Vec<i64> =
        reasons.iter().filter(|(_, code)| is_past(code)).map(|(provider_id, _)| *provider_id).collect();
    bring_together_again(conn, actor, now, client.id, &again)
}
