//! Queries on responses, placements, outcomes of pairs and questions.

#![expect(clippy::ref_option_ref, reason = "the code that diesel derives for an optional text")]

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use rules::contracts::ContractLevel;
use rules::geography::Point;
use rules::waiting::client_code::ClientCode;
use rules::waiting::life::{ClientStatus, EventKind};
use rules::waiting::questions::{Answer, Question, Side};
use rules::waiting::registration::Urgency;
use rules::waiting::responses::{Chase, PairOutcome, ResponseStatus};

use super::model::{
    Agreement, AskedQuestion, ClientFacts, GivenAnswer, OfferFacts, Placement, ProviderFacts, Response,
    Standing, Standpoint,
};
use crate::db::schema::{
    contract, location, municipality, offer, pair_outcome, placement, postcode, product, provider, question,
    response, waiting_client, waiting_client_event as event,
};
use crate::db::{Backend, Connection};
use crate::error::{Error, Result};
use crate::{belongs_on, on_each};

fn corrupt(column: &'static str) -> Error {
    Error::internal(format!("response.{column}"))
}

type PlacementColumns = (
    i64,
    NaiveDateTime,
    NaiveDate,
    Option<NaiveDate>,
    (Option<NaiveDateTime>, Option<NaiveDateTime>, Option<NaiveDateTime>),
    (Option<i64>, Option<String>, bool),
);

#[derive(Queryable)]
struct Row {
    id: i64,
    version: i32,
    client: (i64, String, i64, String, i64, String),
    provider: (i64, String, String),
    offer: (i64, String, String),
    shown: String,
    days: (NaiveDate, NaiveDate),
    remark: Option<String>,
    places: (bool, i32),
    status: String,
    opened: (NaiveDateTime, String),
    answer_by: NaiveDateTime,
    expect_by: NaiveDateTime,
    chased_at: Option<NaiveDateTime>,
    escalated_at: Option<NaiveDateTime>,
    ended_at: Option<NaiveDateTime>,
    reason: Option<String>,
    note: Option<String>,
    placement: Option<PlacementColumns>,
}

impl TryFrom<Row> for Response {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let utc = |at: NaiveDateTime| at.and_utc();
        let (client, provider, offer) = (row.client, row.provider, row.offer);
        Ok(Self {
            id: row.id,
            version: row.version,
            client: ClientFacts {
                id: client.0,
                code: ClientCode::parse(&client.1).map_err(|_| corrupt("client"))?,
                municipality_id: client.2,
                municipality: client.3,
                region_id: client.4,
                product: client.5,
            },
            provider: ProviderFacts { id: provider.0, agb: provider.1, name: provider.2 },
            offer: OfferFacts { id: offer.0, location: offer.1, town: offer.2 },
            shown: row.shown,
            start_on: row.days.0,
            valid_until: row.days.1,
            remark: row.remark,
            takes_place: row.places.0,
            places: u16::try_from(row.places.1).map_err(|_| corrupt("places"))?,
            status: ResponseStatus::parse(&row.status).ok_or_else(|| corrupt("status"))?,
            opened_at: utc(row.opened.0),
            opened_by: row.opened.1,
            answer_by: utc(row.answer_by),
            expect_by: utc(row.expect_by),
            chased_at: row.chased_at.map(utc),
            escalated_at: row.escalated_at.map(utc),
            ended_at: row.ended_at.map(utc),
            reason: row.reason,
            reason_words: None,
            note: row.note,
            placement: row.placement.map(|(id, made_at, planned_on, started_on, moments, agreed)| {
                let (companion_id, perspective_team, after_crisis) = agreed;
                Placement {
                    id,
                    made_at: utc(made_at),
                    planned_on,
                    started_on,
                    ended_at: moments.0.map(utc),
                    chased_at: moments.1.map(utc),
                    escalated_at: moments.2.map(utc),
                    agreement: Agreement { companion_id, perspective_team, after_crisis },
                    companion: None,
                }
            }),
        })
    }
}

/// Responses with all that is shown of them, in one query.
macro_rules! responses {
    () => {
        response::table
            .inner_join(waiting_client::table.inner_join(municipality::table).inner_join(product::table))
            .inner_join(provider::table)
            .inner_join(offer::table.inner_join(location::table.inner_join(postcode::table)))
            .left_join(placement::table)
            .select((
                response::id,
                response::version,
                (
                    waiting_client::id,
                    waiting_client::code,
                    municipality::id,
                    municipality::name,
                    product::region_id,
                    product::name,
                ),
                (provider::id, provider::agb, provider::name),
                (offer::id, location::name, postcode::place),
                response::shown,
                (response::start_on, response::valid_until),
                response::remark,
                (response::takes_place, response::places),
                response::status,
                (response::opened_at, response::opened_by),
                response::answer_by,
                response::expect_by,
                response::chased_at,
                response::escalated_at,
                response::ended_at,
                response::reason,
                response::note,
                (
                    placement::id,
                    placement::made_at,
                    placement::planned_on,
                    placement::started_on,
                    (placement::ended_at, placement::chased_at, placement::escalated_at),
                    (placement::companion_id, placement::perspective_team, placement::after_crisis),
                )
                    .nullable(),
            ))
    };
}

fn read(rows: Vec<Row>) -> Result<Vec<Response>> {
    rows.into_iter().map(Response::try_from).collect()
}

pub(super) fn find_response(conn: &mut Connection, id: i64) -> Result<Option<Response>> {
    let row: Option<Row> = responses!().filter(response::id.eq(id)).first(conn).optional()?;
    row.map(Response::try_from).transpose()
}

/// All responses to a client: those that can be accepted first, the earliest start first.
pub(super) fn list_of_client(conn: &mut Connection, client_id: i64) -> Result<Vec<Response>> {
    let rows = responses!()
        .filter(response::client_id.eq(client_id))
        .order((response::ended_at.is_not_null(), response::start_on, response::id))
        .load(conn)?;
    read(rows)
}

/// How many responses of a provider there are, and a part of them.
pub(super) fn list_of_provider(
    conn: &mut Connection,
    provider_id: i64,
    standing: Standing,
    (skip, most): (i64, i64),
) -> Result<(i64, Vec<Response>)> {
    let current = response::status.eq(ResponseStatus::Open.code()).or(response::status
        .eq(ResponseStatus::Accepted.code())
        .and(waiting_client::status.eq(ClientStatus::Accepted.code())));
    let own = response::provider_id.eq(provider_id);
    match standing {
        Standing::Current => {
            let total = response::table
                .inner_join(waiting_client::table)
                .filter(own)
                .filter(current)
                .count()
                .get_result(conn)?;
            let rows = responses!()
                .filter(own)
                .filter(current)
                .order((response::expect_by, response::id))
                .offset(skip)
                .limit(most)
                .load(conn)?;
            Ok((total, read(rows)?))
        }
        Standing::Past => {
            let past = diesel::dsl::not(current);
            let total = response::table
                .inner_join(waiting_client::table)
                .filter(own)
                .filter(past)
                .count()
                .get_result(conn)?;
            let rows = responses!()
                .filter(own)
                .filter(past)
                .order((response::ended_at.is_not_null(), response::ended_at.desc(), response::id.desc()))
                .offset(skip)
                .limit(most)
                .load(conn)?;
            Ok((total, read(rows)?))
        }
    }
}

/// The responses to a client that are being weighed.
pub(super) fn list_open_of_client(conn: &mut Connection, client_id: i64) -> Result<Vec<Response>> {
    let rows = responses!()
        .filter(response::client_id.eq(client_id))
        .filter(response::status.eq(ResponseStatus::Open.code()))
        .order(response::id)
        .load(conn)?;
    read(rows)
}

/// What all responses to these clients came to.
pub(super) fn list_standpoints(conn: &mut Connection, client_ids: &[i64]) -> Result<Vec<Standpoint>> {
    let mut found = Vec::new();
    for portion in client_ids.chunks(500) {
        let rows: Vec<(i64, i64, String, NaiveDate, NaiveDateTime)> = response::table
            .filter(response::client_id.eq_any(portion))
            .order(response::id)
            .select((
                response::client_id,
                response::offer_id,
                response::status,
                response::start_on,
                response::opened_at,
            ))
            .load(conn)?;
        for (client_id, offer_id, status, start_on, opened_at) in rows {
            let status = ResponseStatus::parse(&status)
                .ok_or_else(|| Error::internal("a response has an unknown status"))?;
            let opened_at = opened_at.and_utc();
            found.push(Standpoint { client_id, offer_id, status, start_on, opened_at });
        }
    }
    Ok(found)
}

/// The response to a client that was accepted.
pub(super) fn find_accepted(conn: &mut Connection, client_id: i64) -> Result<Option<Response>> {
    let row: Option<Row> = responses!()
        .filter(response::client_id.eq(client_id))
        .filter(response::status.eq(ResponseStatus::Accepted.code()))
        .first(conn)
        .optional()?;
    row.map(Response::try_from).transpose()
}

/// A response with its provider, the product of its offer, the municipality of its client, and whether that was shown.
type Unstarted = (i64, (i64, i64, i64), bool);

/// The responses that are being weighed, or accepted for care that is still to start. Care whose day has come may have started
/// without anybody saying so.
pub(super) fn list_unstarted(conn: &mut Connection, today: NaiveDate) -> Result<Vec<Unstarted>> {
    let agreed = placement::id
        .is_not_null()
        .and(placement::started_on.is_null())
        .and(placement::ended_at.is_null())
        .and(placement::planned_on.gt(today))
        .and(response::status.eq(ResponseStatus::Accepted.code()));
    Ok(response::table
        .inner_join(waiting_client::table)
        .inner_join(offer::table)
        .left_join(placement::table)
        .filter(response::status.eq(ResponseStatus::Open.code()).or(agreed))
        .order(response::id)
        .select((
            response::id,
            (response::provider_id, offer::product_id, waiting_client::municipality_id),
            response::shows_municipality,
        ))
        .load(conn)?)
}

/// Responses whose answer is late and of which nobody was reminded.
pub(super) fn list_unanswered(conn: &mut Connection, now: NaiveDateTime, most: i64) -> Result<Vec<Response>> {
    let rows = responses!()
        .filter(response::status.eq(ResponseStatus::Open.code()))
        .filter(response::answer_by.lt(now))
        .filter(response::chased_at.is_null())
        .filter(response::escalated_at.is_null())
        .order((response::answer_by, response::id))
        .limit(most)
        .load(conn)?;
    read(rows)
}

/// Responses of a region of which the toegang was reminded and nobody else was told, the longest ago first. One term holds
/// for a region, so when the first of them is not due, none is.
pub(super) fn list_reminded(conn: &mut Connection, region_id: i64, most: i64) -> Result<Vec<Response>> {
    let rows = responses!()
        .filter(response::status.eq(ResponseStatus::Open.code()))
        .filter(response::chased_at.is_not_null())
        .filter(response::escalated_at.is_null())
        .filter(product::region_id.eq(region_id))
        .order((response::chased_at, response::id))
        .limit(most)
        .load(conn)?;
    read(rows)
}

/// The regions with responses of which the toegang was reminded and nobody else was told.
pub(super) fn list_regions_reminded(conn: &mut Connection) -> Result<Vec<i64>> {
    Ok(response::table
        .inner_join(waiting_client::table.inner_join(product::table))
        .filter(response::status.eq(ResponseStatus::Open.code()))
        .filter(response::chased_at.is_not_null())
        .filter(response::escalated_at.is_null())
        .order(product::region_id)
        .select(product::region_id)
        .distinct()
        .load(conn)?)
}

/// Open responses that were valid until a day that has gone by.
pub(super) fn list_expired(conn: &mut Connection, today: NaiveDate, most: i64) -> Result<Vec<Response>> {
    let rows = responses!()
        .filter(response::status.eq(ResponseStatus::Open.code()))
        .filter(response::valid_until.lt(today))
        .order(response::id)
        .limit(most)
        .load(conn)?;
    read(rows)
}

/// Ended responses of which the provider has not been told.
pub(super) fn list_untold(conn: &mut Connection, most: i64) -> Result<Vec<Response>> {
    let rows = responses!()
        .filter(response::ended_at.is_not_null())
        .filter(response::told_at.is_null())
        .order(response::id)
        .limit(most)
        .load(conn)?;
    read(rows)
}

/// Responses with care that was agreed and would have started before a day, of which nobody confirmed that it did and nobody else
/// was asked to see to it: those nobody was reminded of first.
pub(super) fn list_start_overdue(
    conn: &mut Connection,
    today: NaiveDate,
    most: i64,
) -> Result<Vec<Response>> {
    let rows = responses!()
        .filter(response::status.eq(ResponseStatus::Accepted.code()))
        .filter(waiting_client::status.eq(ClientStatus::Accepted.code()))
        .filter(placement::planned_on.lt(today))
        .filter(placement::started_on.is_null())
        .filter(placement::ended_at.is_null())
        .filter(placement::escalated_at.is_null())
        .order((placement::chased_at.is_not_null(), placement::chased_at, response::id))
        .limit(most)
        .load(conn)?;
    read(rows)
}

/// Marks what is done about a start that nobody confirmed, once.
pub(super) fn update_start_chased(
    conn: &mut Connection,
    response_id: i64,
    chase: Chase,
    now: NaiveDateTime,
) -> Result<usize> {
    let waiting = placement::table
        .filter(placement::response_id.eq(response_id))
        .filter(placement::started_on.is_null())
        .filter(placement::ended_at.is_null());
    Ok(match chase {
        Chase::Remind => diesel::update(waiting.filter(placement::chased_at.is_null()))
            .set(placement::chased_at.eq(now))
            .execute(conn)?,
        Chase::Escalate => diesel::update(waiting.filter(placement::escalated_at.is_null()))
            .set(placement::escalated_at.eq(now))
            .execute(conn)?,
    })
}

/// A response to write down.
#[derive(Insertable)]
#[diesel(table_name = response)]
pub(super) struct NewRow {
    pub(super) client_id: i64,
    pub(super) provider_id: i64,
    pub(super) offer_id: i64,
    pub(super) shown: String,
    pub(super) start_on: NaiveDate,
    pub(super) valid_until: NaiveDate,
    pub(super) remark: Option<String>,
    pub(super) takes_place: bool,
    pub(super) places: i32,
    pub(super) status: &'static str,
    pub(super) opened_at: NaiveDateTime,
    pub(super) opened_by: String,
    pub(super) answer_by: NaiveDateTime,
    pub(super) expect_by: NaiveDateTime,
    pub(super) shows_municipality: bool,
    pub(super) version: i32,
}

pub(super) fn insert_response(conn: &mut Connection, new: &NewRow) -> Result<i64> {
    Ok(
        on_each!(conn, c => diesel::insert_into(response::table).values(new).returning(response::id).get_result(c))?,
    )
}

/// How a response goes on or ends.
#[derive(AsChangeset)]
#[diesel(table_name = response, treat_none_as_null = true)]
pub(super) struct Ending<'a> {
    pub(super) status: &'static str,
    pub(super) ended_at: Option<NaiveDateTime>,
    pub(super) told_at: Option<NaiveDateTime>,
    pub(super) reason: Option<&'a str>,
    pub(super) note: Option<&'a str>,
}

/// Changes the status of a response that still has this status: one row, or none when another was first.
pub(super) fn update_status(
    conn: &mut Connection,
    id: i64,
    from: ResponseStatus,
    ending: &Ending<'_>,
) -> Result<usize> {
    let mine = response::table.filter(response::id.eq(id)).filter(response::status.eq(from.code()));
    Ok(
        on_each!(conn, c => diesel::update(mine).set((ending, response::version.eq(response::version + 1))).execute(c))?,
    )
}

/// Brings the term for the answer to an open response forward; never back.
pub(super) fn update_answer_by(conn: &mut Connection, id: i64, answer_by: NaiveDateTime) -> Result<usize> {
    let later = response::table
        .find(id)
        .filter(response::status.eq(ResponseStatus::Open.code()))
        .filter(response::answer_by.gt(answer_by));
    Ok(diesel::update(later).set(response::answer_by.eq(answer_by)).execute(conn)?)
}

/// Marks a late answer as chased, once.
pub(super) fn update_chased(conn: &mut Connection, id: i64, now: NaiveDateTime) -> Result<usize> {
    let mine = response::table
        .find(id)
        .filter(response::status.eq(ResponseStatus::Open.code()))
        .filter(response::chased_at.is_null());
    Ok(diesel::update(mine).set(response::chased_at.eq(now)).execute(conn)?)
}

/// The same for one that is taken to somebody else.
pub(super) fn update_escalated(conn: &mut Connection, id: i64, now: NaiveDateTime) -> Result<usize> {
    let mine = response::table
        .find(id)
        .filter(response::status.eq(ResponseStatus::Open.code()))
        .filter(response::escalated_at.is_null());
    Ok(diesel::update(mine).set(response::escalated_at.eq(now)).execute(conn)?)
}

/// Marks that the provider was told, once.
pub(super) fn update_told(conn: &mut Connection, id: i64, now: NaiveDateTime) -> Result<usize> {
    let mine = response::table.find(id).filter(response::told_at.is_null());
    Ok(diesel::update(mine).set(response::told_at.eq(now)).execute(conn)?)
}

pub(super) fn insert_placement(
    conn: &mut Connection,
    (made, with): (&Response, &Agreement),
    now: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(placement::table)
        .values((
            placement::client_id.eq(made.client.id),
            placement::response_id.eq(made.id),
            placement::offer_id.eq(made.offer.id),
            placement::made_at.eq(now),
            placement::planned_on.eq(made.start_on),
            placement::companion_id.eq(with.companion_id),
            placement::perspective_team.eq(&with.perspective_team),
            placement::after_crisis.eq(with.after_crisis),
        ))
        .execute(conn)?;
    Ok(())
}

/// The number of a provider.
pub(super) fn find_provider_id(conn: &mut Connection, agb: &str) -> Result<Option<i64>> {
    Ok(provider::table.filter(provider::agb.eq(agb)).select(provider::id).first(conn).optional()?)
}

pub(super) fn find_provider_name(conn: &mut Connection, id: i64) -> Result<String> {
    Ok(provider::table.find(id).select(provider::name).first(conn)?)
}

/// Care started: one row, or none when that is known or the placement has ended.
pub(super) fn update_started(conn: &mut Connection, response_id: i64, day: NaiveDate) -> Result<usize> {
    let waiting = placement::table
        .filter(placement::response_id.eq(response_id))
        .filter(placement::started_on.is_null())
        .filter(placement::ended_at.is_null());
    Ok(diesel::update(waiting).set(placement::started_on.eq(day)).execute(conn)?)
}

pub(super) fn update_placement_ended(
    conn: &mut Connection,
    response_id: i64,
    now: NaiveDateTime,
) -> Result<usize> {
    let current =
        placement::table.filter(placement::response_id.eq(response_id)).filter(placement::ended_at.is_null());
    Ok(diesel::update(current).set(placement::ended_at.eq(now)).execute(conn)?)
}

const EXCLUDED: &str = "uitgesloten";
const PARKED: &str = "geparkeerd";

/// Keeps what follows for a provider and a client, in place of what was known.
pub(super) fn save_outcome(
    conn: &mut Connection,
    (client_id, provider_id): (i64, i64),
    outcome: PairOutcome,
    reason: &str,
    now: NaiveDateTime,
) -> Result<()> {
    let (outcome, parked_until) = match outcome {
        PairOutcome::Free => return Ok(()),
        PairOutcome::Excluded => (EXCLUDED, None),
        PairOutcome::Parked { until } => (PARKED, Some(until)),
    };
    let values = (
        pair_outcome::outcome.eq(outcome),
        pair_outcome::parked_until.eq(parked_until),
        pair_outcome::reason.eq(reason),
        pair_outcome::at.eq(now),
    );
    let key = (pair_outcome::client_id.eq(client_id), pair_outcome::provider_id.eq(provider_id));
    on_each!(conn, c => diesel::insert_into(pair_outcome::table)
        .values((key, values))
        .on_conflict((pair_outcome::client_id, pair_outcome::provider_id))
        .do_update()
        .set(values)
        .execute(c))?;
    Ok(())
}

/// For which reasons providers are not proposed for a client, by provider.
pub(super) fn list_outcome_reasons(conn: &mut Connection, client_id: i64) -> Result<Vec<(i64, String)>> {
    Ok(pair_outcome::table
        .filter(pair_outcome::client_id.eq(client_id))
        .order(pair_outcome::provider_id)
        .select((pair_outcome::provider_id, pair_outcome::reason))
        .load(conn)?)
}

/// Forgets what followed for these providers and a client; returns how many it was about.
pub(super) fn delete_outcomes(conn: &mut Connection, client_id: i64, provider_ids: &[i64]) -> Result<usize> {
    let pairs = pair_outcome::table
        .filter(pair_outcome::client_id.eq(client_id))
        .filter(pair_outcome::provider_id.eq_any(provider_ids));
    Ok(diesel::delete(pairs).execute(conn)?)
}

/// What is known of clients and providers that were brought together in vain: of one client, by provider.
pub(super) fn list_outcomes(conn: &mut Connection, client_id: i64) -> Result<Vec<(i64, PairOutcome)>> {
    let found = list_outcomes_of(conn, &[client_id])?;
    Ok(found.into_iter().map(|(_, provider_id, outcome)| (provider_id, outcome)).collect())
}

/// The same of many clients at once: client, provider and outcome.
pub(super) fn list_outcomes_of(
    conn: &mut Connection,
    client_ids: &[i64],
) -> Result<Vec<(i64, i64, PairOutcome)>> {
    let outcome =
        |until: Option<NaiveDate>| until.map_or(PairOutcome::Excluded, |until| PairOutcome::Parked { until });
    let mut found = Vec::new();
    for portion in client_ids.chunks(500) {
        let rows: Vec<(i64, i64, Option<NaiveDate>)> = pair_outcome::table
            .filter(pair_outcome::client_id.eq_any(portion))
            .order((pair_outcome::client_id, pair_outcome::provider_id))
            .select((pair_outcome::client_id, pair_outcome::provider_id, pair_outcome::parked_until))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(client, provider, until)| (client, provider, outcome(until))));
    }
    Ok(found)
}

/// The widest contract under which a provider can take a new client of a municipality, or of any, on a day. A sub-contractor
/// works under that of its main contractor. A municipality that does not belong to the region that day is under none.
pub(super) fn find_contract(
    conn: &mut Connection,
    (provider_id, product_id): (i64, i64),
    municipality_id: Option<i64>,
    day: NaiveDate,
) -> Result<Option<ContractLevel>> {
    let valid: Vec<i64> = product::table
        .find(product_id)
        .filter(product::valid_from.is_null().or(product::valid_from.le(day)))
        .filter(product::valid_until.is_null().or(product::valid_until.ge(day)))
        .select(product::id)
        .load(conn)?;
    find_widest(conn, provider_id, &valid, municipality_id, day)
}

/// The widest contract under which a provider can give what it offered or agreed for a product, which may have got another code
/// since: of the product and of those that took its place, in this order. That the old code ended ends no contract; a
/// product that ended with nothing in its place does.
pub(super) fn find_kept_contract(
    conn: &mut Connection,
    provider_id: i64,
    line: &[i64],
    municipality_id: Option<i64>,
    day: NaiveDate,
) -> Result<Option<ContractLevel>> {
    match line {
        [only] => find_contract(conn, (provider_id, *only), municipality_id, day),
        _ => find_widest(conn, provider_id, line, municipality_id, day),
    }
}

fn find_widest(
    conn: &mut Connection,
    provider_id: i64,
    product_ids: &[i64],
    municipality_id: Option<i64>,
    day: NaiveDate,
) -> Result<Option<ContractLevel>> {
    let main: Option<i64> =
        provider::table.find(provider_id).select(provider::main_provider_id).first(conn)?;
    let mut contracts = contract::table
        .inner_join(product::table)
        .filter(contract::provider_id.eq(main.unwrap_or(provider_id)))
        .filter(contract::product_id.eq_any(product_ids))
        .filter(contract::valid_from.is_null().or(contract::valid_from.le(day)))
        .filter(contract::valid_until.is_null().or(contract::valid_until.ge(day)))
        .select(contract::level)
        .into_boxed::<Backend>();
    if let Some(id) = municipality_id {
        contracts = contracts
            .filter(contract::municipality_id.is_null().or(contract::municipality_id.eq(id)))
            .filter(belongs_on!(id, day));
    }
    let levels: Vec<String> = contracts.load(conn)?;
    Ok(levels.iter().filter_map(|level| ContractLevel::parse(level)).min())
}

/// Whether a client came to another municipality since a moment.
pub(super) fn has_moved_since(conn: &mut Connection, client_id: i64, at: NaiveDateTime) -> Result<bool> {
    let moves: i64 = event::table
        .filter(event::client_id.eq(client_id))
        .filter(event::event.eq(EventKind::Moved.code()))
        .filter(event::at.ge(at))
        .count()
        .get_result(conn)?;
    Ok(moves > 0)
}

/// Where a postcode lies.
pub(super) fn find_point(conn: &mut Connection, pc4: i32) -> Result<Option<Point>> {
    let found: Option<(f64, f64)> =
        postcode::table.find(pc4).select((postcode::lat, postcode::lon)).first(conn).optional()?;
    Ok(found.map(|(lat, lon)| Point { lat, lon }))
}

/// The middle of a municipality.
pub(super) fn find_centre(conn: &mut Connection, municipality_id: i64) -> Result<Point> {
    let (lat, lon) = municipality::table
        .find(municipality_id)
        .select((municipality::lat, municipality::lon))
        .first(conn)?;
    Ok(Point { lat, lon })
}

/// What stands where the provider's view of a child was, once its record is stripped.
const ERASED: &str = "gewist na de bewaartermijn";

/// Erases what was typed in responses to clients whose record was stripped, and what was seen of the child; returns how
/// many rows that were.
pub(super) fn erase_words_of_stripped(conn: &mut Connection) -> Result<usize> {
    let stripped = || {
        let clients = waiting_client::table.filter(waiting_client::stripped_at.is_not_null());
        clients.select(waiting_client::id)
    };
    let of_stripped = response::table.filter(response::client_id.eq_any(stripped()));
    let asked = question::table
        .filter(question::response_id.eq_any(of_stripped.select(response::id)))
        .filter(question::note.is_not_null().or(question::answer_note.is_not_null()));
    let questions = diesel::update(asked)
        .set((question::note.eq(None::<String>), question::answer_note.eq(None::<String>)))
        .execute(conn)?;
    let typed = response::table.filter(response::client_id.eq_any(stripped())).filter(
        response::shown.ne(ERASED).or(response::remark.is_not_null()).or(response::note.is_not_null()),
    );
    let responses = diesel::update(typed)
        .set((
            response::shown.eq(ERASED),
            response::remark.eq(None::<String>),
            response::note.eq(None::<String>),
        ))
        .execute(conn)?;
    let teams = diesel::update(
        placement::table
            .filter(placement::client_id.eq_any(stripped()))
            .filter(placement::perspective_team.is_not_null()),
    )
    .set(placement::perspective_team.eq(None::<String>))
    .execute(conn)?;
    Ok(questions + responses + teams)
}

#[derive(Queryable)]
struct QuestionRow {
    id: i64,
    asked_by: String,
    subject: String,
    note: Option<String>,
    asked_at: NaiveDateTime,
    answer: Option<String>,
    answer_note: Option<String>,
    answered_at: Option<NaiveDateTime>,
}

impl TryFrom<QuestionRow> for AskedQuestion {
    type Error = Error;

    fn try_from(row: QuestionRow) -> Result<Self> {
        let corrupt = |column: &'static str| Error::internal(format!("question.{column}"));
        let answer = match (row.answer, row.answered_at) {
            (Some(code), Some(at)) => {
                let code = Answer::parse(&code).ok_or_else(|| corrupt("answer"))?;
                Some(GivenAnswer { code, words: None, note: row.answer_note, at: at.and_utc() })
            }
            _ => None,
        };
        Ok(Self {
            id: row.id,
            asked_by: Side::parse(&row.asked_by).ok_or_else(|| corrupt("asked_by"))?,
            subject: Question::parse(&row.subject).ok_or_else(|| corrupt("subject"))?,
            words: None,
            note: row.note,
            asked_at: row.asked_at.and_utc(),
            answer,
        })
    }
}

/// What was asked about a response, oldest first.
pub(super) fn list_questions(conn: &mut Connection, response_id: i64) -> Result<Vec<AskedQuestion>> {
    let rows: Vec<QuestionRow> = question::table
        .filter(question::response_id.eq(response_id))
        .order(question::id)
        .select((
            question::id,
            question::asked_by,
            question::subject,
            question::note,
            question::asked_at,
            question::answer,
            question::answer_note,
            question::answered_at,
        ))
        .load(conn)?;
    rows.into_iter().map(AskedQuestion::try_from).collect()
}

/// Of these responses those with a question that waits for an answer of a side.
pub(super) fn list_with_question(conn: &mut Connection, ids: &[i64], side: Side) -> Result<HashSet<i64>> {
    let found: Vec<i64> = question::table
        .filter(question::response_id.eq_any(ids))
        .filter(question::asked_by.ne(side.code()))
        .filter(question::answered_at.is_null())
        .select(question::response_id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// A question without an answer of which nobody was reminded.
pub(super) struct OpenQuestion {
    pub(super) id: i64,
    pub(super) response_id: i64,
    pub(super) asked_by: Side,
    pub(super) asked_at: DateTime<Utc>,
    pub(super) region_id: i64,
    pub(super) urgency: Urgency,
}

/// Questions without an answer and without a reminder, about what is still weighed or agreed, the oldest first.
pub(super) fn list_questions_to_remind(conn: &mut Connection) -> Result<Vec<OpenQuestion>> {
    type Found = (i64, i64, String, NaiveDateTime, i64, String);
    let current = [ResponseStatus::Open, ResponseStatus::Accepted].map(ResponseStatus::code);
    let rows: Vec<Found> = question::table
        .inner_join(response::table.inner_join(waiting_client::table.inner_join(product::table)))
        .filter(question::answered_at.is_null())
        .filter(question::reminded_at.is_null())
        .filter(response::status.eq_any(current))
        .filter(waiting_client::closed_at.is_null())
        .order(question::id)
        .select((
            question::id,
            question::response_id,
            question::asked_by,
            question::asked_at,
            product::region_id,
            waiting_client::urgency,
        ))
        .load(conn)?;
    let read = |(id, response_id, asked_by, asked_at, region_id, urgency): Found| {
        Ok(OpenQuestion {
            id,
            response_id,
            asked_by: Side::parse(&asked_by).ok_or_else(|| corrupt("asked_by"))?,
            asked_at: asked_at.and_utc(),
            region_id,
            urgency: Urgency::parse(&urgency).ok_or_else(|| corrupt("urgency"))?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Marks that the side that is asked was reminded, once, and not when it answered meanwhile.
pub(super) fn update_reminded(conn: &mut Connection, id: i64, now: NaiveDateTime) -> Result<usize> {
    let open = question::table
        .find(id)
        .filter(question::answered_at.is_null())
        .filter(question::reminded_at.is_null());
    Ok(diesel::update(open).set(question::reminded_at.eq(now)).execute(conn)?)
}

pub(super) fn insert_question(
    conn: &mut Connection,
    response_id: i64,
    side: Side,
    (subject, note): (Question, Option<&str>),
    now: NaiveDateTime,
) -> Result<i64> {
    Ok(diesel::insert_into(question::table)
        .values((
            question::response_id.eq(response_id),
            question::asked_by.eq(side.code()),
            question::subject.eq(subject.code()),
            question::note.eq(note),
            question::asked_at.eq(now),
        ))
        .returning(question::id)
        .get_result(conn)?)
}

/// Answers a question of the other side that has no answer yet: one row, or none.
pub(super) fn update_answer(
    conn: &mut Connection,
    (response_id, id): (i64, i64),
    asked_by: Side,
    (answer, note): (Answer, Option<&str>),
    now: NaiveDateTime,
) -> Result<usize> {
    let open = question::table
        .find(id)
        .filter(question::response_id.eq(response_id))
        .filter(question::asked_by.eq(asked_by.code()))
        .filter(question::answer.is_null());
    Ok(diesel::update(open)
        .set((
            question::answer.eq(answer.code()),
            question::answer_note.eq(note),
            question::answered_at.eq(now),
        ))
        .execute(conn)?)
}
