//! Queries on crisis requests, their timeline and their drafts.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use rules::codes::{AgbCode, MunicipalityCode};
use rules::crisis::codes::{AgeGroup, Handler, Outcome, ProvisionKind, RequestStatus, TriageAnswer, Urgency};
use rules::crisis::life::EventKind;
use rules::waiting::client_code::ClientCode;
use rules::waiting::registration::ReferrerKind;

use super::model::{Answer, CrisisRequest, Home, NamedProvider, Part, RequestFilter, TimelineLine};
use crate::db::schema::{
    crisis_draft as draft, crisis_provision as provision, crisis_request as request,
    crisis_request_event as event, crisis_triage_answer as answer, municipality, organisation_municipality,
    provider, user_account,
};
use crate::db::{Backend, Connection};
use crate::error::{Error, Result};
use crate::on_each;

/// Whose requests somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Those of the crisis point of a region.
    Region(i64),
    /// Those of the municipalities of the user's organisation.
    OwnMunicipalities { user_id: i64 },
}

type Requests<'a> = request::BoxedQuery<'a, Backend>;

fn within<'a>(scope: Scope) -> Requests<'a> {
    match scope {
        Scope::Region(region_id) => request::table.filter(request::region_id.eq(region_id)).into_boxed(),
        Scope::OwnMunicipalities { user_id } => {
            let own = user_account::table
                .inner_join(
                    organisation_municipality::table
                        .on(organisation_municipality::organisation_id.eq(user_account::organisation_id)),
                )
                .filter(user_account::id.eq(user_id))
                .select(organisation_municipality::municipality_id.nullable());
            request::table.filter(request::municipality_id.eq_any(own)).into_boxed()
        }
    }
}

fn corrupt(what: &str) -> Error {
    Error::internal(format!("a {what} of a crisis request in the database is not one"))
}

#[derive(Queryable)]
struct StoredRequest {
    id: i64,
    region_id: i64,
    code: String,
    received_at: NaiveDateTime,
    recorded_at: NaiveDateTime,
    by_phone_note: bool,
    _municipality_id: Option<i64>,
    age: Option<i32>,
    age_group: String,
    referrer: String,
    asked: String,
    urgency: String,
    safety: String,
    _current_provider_id: Option<i64>,
    note: Option<String>,
    handler: String,
    taken_reason: Option<String>,
    respond_by: Option<NaiveDateTime>,
    status: String,
    outcome: Option<String>,
    none_reason: Option<String>,
    closed_at: Option<NaiveDateTime>,
    referred_by: Option<i64>,
    recorded_by: String,
    stripped_at: Option<NaiveDateTime>,
    version: i32,
}

#[derive(Queryable)]
struct Row {
    stored: StoredRequest,
    home: Option<(i64, String, String)>,
    provider: Option<(i64, String, String)>,
}

fn utc(at: NaiveDateTime) -> DateTime<Utc> {
    at.and_utc()
}

impl TryFrom<Row> for CrisisRequest {
    type Error = Error;

    fn try_from(Row { stored, home, provider }: Row) -> Result<Self> {
        let outcome = stored
            .outcome
            .as_deref()
            .map(|code| Outcome::parse(code).ok_or_else(|| corrupt("outcome")))
            .transpose()?;
        let municipality = home
            .map(|(id, code, name)| {
                Ok::<_, Error>(Home {
                    id,
                    code: MunicipalityCode::parse(&code).map_err(Error::internal)?,
                    name,
                })
            })
            .transpose()?;
        let current_provider = provider
            .map(|(id, agb, name)| {
                Ok::<_, Error>(NamedProvider {
                    id,
                    agb: AgbCode::parse(&agb).map_err(Error::internal)?,
                    name,
                })
            })
            .transpose()?;
        Ok(Self {
            id: stored.id,
            version: stored.version,
            region_id: stored.region_id,
            code: ClientCode::parse(&stored.code).map_err(Error::internal)?,
            received_at: utc(stored.received_at),
            recorded_at: utc(stored.recorded_at),
            by_phone_note: stored.by_phone_note,
            municipality,
            age: stored.age.map(u8::try_from).transpose().map_err(Error::internal)?,
            age_group: AgeGroup::parse(&stored.age_group).ok_or_else(|| corrupt("group"))?,
            referrer: ReferrerKind::parse(&stored.referrer).ok_or_else(|| corrupt("referrer"))?,
            asked: stored.asked,
            urgency: Urgency::parse(&stored.urgency).ok_or_else(|| corrupt("urgency"))?,
            safety: stored.safety.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
            current_provider,
            note: stored.note,
            handler: Handler::parse(&stored.handler).ok_or_else(|| corrupt("handler"))?,
            taken_reason: stored.taken_reason,
            respond_by: stored.respond_by.map(utc),
            status: RequestStatus::parse(&stored.status).ok_or_else(|| corrupt("status"))?,
            outcome,
            none_reason: stored.none_reason,
            closed_at: stored.closed_at.map(utc),
            referred_by: stored.referred_by,
            recorded_by: stored.recorded_by,
            stripped_at: stored.stripped_at.map(utc),
        })
    }
}

/// A request that is written down.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = request, treat_none_as_default_value = false)]
pub(super) struct NewRequest {
    pub(super) region_id: i64,
    pub(super) code: String,
    pub(super) received_at: NaiveDateTime,
    pub(super) recorded_at: NaiveDateTime,
    pub(super) by_phone_note: bool,
    pub(super) municipality_id: Option<i64>,
    pub(super) age: Option<i32>,
    pub(super) age_group: &'static str,
    pub(super) referrer: &'static str,
    pub(super) asked: String,
    pub(super) safety: String,
    pub(super) current_provider_id: Option<i64>,
    pub(super) note: Option<String>,
    pub(super) referred_by_organisation_id: Option<i64>,
    pub(super) recorded_by: String,
    #[diesel(embed)]
    pub(super) life: LifeRow,
    pub(super) version: i32,
}

/// Who handles a request, by when, and where it stands.
#[derive(Debug, Clone, Insertable, AsChangeset)]
#[diesel(table_name = request, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct LifeRow {
    pub(super) urgency: &'static str,
    pub(super) handler: &'static str,
    pub(super) taken_reason: Option<String>,
    pub(super) respond_by: Option<NaiveDateTime>,
    pub(super) status: &'static str,
    pub(super) outcome: Option<String>,
    pub(super) none_reason: Option<String>,
    pub(super) closed_at: Option<NaiveDateTime>,
}

/// What is noted of a child.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = request, treat_none_as_null = true)]
pub(super) struct FactsRow {
    pub(super) age: Option<i32>,
    pub(super) age_group: &'static str,
    pub(super) asked: String,
    pub(super) safety: String,
    pub(super) current_provider_id: Option<i64>,
    pub(super) note: Option<String>,
}

impl From<&CrisisRequest> for LifeRow {
    fn from(request: &CrisisRequest) -> Self {
        Self {
            urgency: request.urgency.code(),
            handler: request.handler.code(),
            taken_reason: request.taken_reason.clone(),
            respond_by: request.respond_by.map(|at| at.naive_utc()),
            status: request.status.code(),
            outcome: request.outcome.map(|outcome| outcome.code().to_owned()),
            none_reason: request.none_reason.clone(),
            closed_at: request.closed_at.map(|at| at.naive_utc()),
        }
    }
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = event, treat_none_as_default_value = false)]
pub(super) struct NewEvent {
    pub(super) region_id: i64,
    pub(super) request_id: Option<i64>,
    pub(super) at: NaiveDateTime,
    pub(super) event: &'static str,
    pub(super) detail: Option<String>,
    pub(super) by_name: String,
    pub(super) by_organisation: String,
}

/// What stands in the draft of a form that was sent: no form sends this.
pub(super) const SENT: &str = "verzonden";

/// How many requests are loaded at a time: each is a parameter of the query.
const PORTION: usize = 1000;

/// Loads these requests, in this order.
fn load(conn: &mut Connection, ids: &[i64]) -> Result<Vec<CrisisRequest>> {
    let mut found: HashMap<i64, CrisisRequest> = HashMap::with_capacity(ids.len());
    for portion in ids.chunks(PORTION) {
        let rows: Vec<Row> = request::table
            .left_join(municipality::table)
            .left_join(provider::table)
            .filter(request::id.eq_any(portion))
            .select((
                request::all_columns,
                (municipality::id, municipality::code, municipality::name).nullable(),
                (provider::id, provider::agb, provider::name).nullable(),
            ))
            .load(conn)?;
        for row in rows {
            let request = CrisisRequest::try_from(row)?;
            found.insert(request.id, request);
        }
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

pub(super) fn find_by_id(conn: &mut Connection, id: i64) -> Result<Option<CrisisRequest>> {
    Ok(load(conn, &[id])?.pop())
}

/// The same queries whether the code is another's, or nobody's.
pub(super) fn find_by_code(conn: &mut Connection, scope: Scope, code: &str) -> Result<Option<CrisisRequest>> {
    let ids: Vec<i64> = within(scope).filter(request::code.eq(code)).select(request::id).load(conn)?;
    Ok(load(conn, &ids)?.pop())
}

/// All requests that are not closed, the earliest term first.
pub(super) fn list_open(conn: &mut Connection, scope: Scope) -> Result<Vec<CrisisRequest>> {
    let ids: Vec<i64> = within(scope)
        .filter(request::closed_at.is_null())
        .order((request::respond_by, request::id))
        .select(request::id)
        .load(conn)?;
    load(conn, &ids)
}

/// The requests that were referred on since a moment, the newest first.
pub(super) fn list_referred_since(
    conn: &mut Connection,
    region_id: i64,
    since: DateTime<Utc>,
) -> Result<Vec<CrisisRequest>> {
    let ids: Vec<i64> = request::table
        .filter(request::region_id.eq(region_id))
        .filter(request::status.eq(RequestStatus::Referred.code()))
        .filter(request::closed_at.ge(since.naive_utc()))
        .order((request::received_at.desc(), request::id.desc()))
        .limit(20)
        .select(request::id)
        .load(conn)?;
    load(conn, &ids)
}

/// The requests of a region that came in since a moment, to be compared with a new one.
pub(super) fn list_received_since(
    conn: &mut Connection,
    scope: Scope,
    since: DateTime<Utc>,
) -> Result<Vec<CrisisRequest>> {
    let ids: Vec<i64> = within(scope)
        .filter(request::received_at.ge(since.naive_utc()))
        .order((request::received_at.desc(), request::id.desc()))
        .limit(500)
        .select(request::id)
        .load(conn)?;
    load(conn, &ids)
}

fn filtered<'a>(scope: Scope, filter: &RequestFilter) -> Requests<'a> {
    let mut query = within(scope);
    query = match filter.part {
        Part::Open => query.filter(request::closed_at.is_null()),
        Part::Closed => query.filter(request::closed_at.is_not_null()),
        Part::All => query,
    };
    if let Some(status) = filter.status {
        query = query.filter(request::status.eq(status.code()));
    }
    if let Some(group) = filter.age_group {
        query = query.filter(request::age_group.eq(group.code()));
    }
    if let Some(urgency) = filter.urgency {
        query = query.filter(request::urgency.eq(urgency.code()));
    }
    if let Some(home) = &filter.municipality {
        let ids = municipality::table
            .filter(municipality::code.eq(home.to_string()))
            .select(municipality::id.nullable());
        query = query.filter(request::municipality_id.eq_any(ids));
    }
    if filter.outside {
        query = query.filter(request::municipality_id.is_null());
    }
    let (from, until) = filter.moments();
    if let Some(from) = from {
        query = query.filter(request::received_at.ge(from));
    }
    if let Some(until) = until {
        query = query.filter(request::received_at.lt(until));
    }
    query
}

/// One page of the requests that fit, and how many there are.
pub(super) fn list_page(
    conn: &mut Connection,
    scope: Scope,
    filter: &RequestFilter,
    newest_first: bool,
    (offset, limit): (i64, i64),
) -> Result<(Vec<CrisisRequest>, i64)> {
    let total: i64 = filtered(scope, filter).count().get_result(conn)?;
    let query = filtered(scope, filter);
    let query = if newest_first {
        query.order((request::received_at.desc(), request::id.desc()))
    } else {
        query.order((request::received_at.asc(), request::id.asc()))
    };
    let ids: Vec<i64> = query.offset(offset).limit(limit).select(request::id).load(conn)?;
    Ok((load(conn, &ids)?, total))
}

/// Writes a request down under its code; nothing when the code is taken.
pub(super) fn insert_request(conn: &mut Connection, new: &NewRequest) -> Result<Option<i64>> {
    Ok(on_each!(conn, c => diesel::insert_into(request::table)
        .values(new)
        .on_conflict(request::code)
        .do_nothing()
        .returning(request::id)
        .get_result(c)
        .optional())?)
}

/// Replaces where a request stands if the row still has this version; returns how many rows that were.
pub(super) fn update_life(conn: &mut Connection, (id, version): (i64, i32), life: &LifeRow) -> Result<usize> {
    Ok(on_each!(conn, c => diesel::update(request::table.find(id).filter(request::version.eq(version)))
        .set((life, request::version.eq(version + 1)))
        .execute(c))?)
}

/// Replaces what is noted of a child if the row still has this version; returns how many rows that were.
pub(super) fn update_facts(
    conn: &mut Connection,
    (id, version): (i64, i32),
    facts: &FactsRow,
) -> Result<usize> {
    Ok(on_each!(conn, c => diesel::update(request::table.find(id).filter(request::version.eq(version)))
        .set((facts, request::version.eq(version + 1)))
        .execute(c))?)
}

/// The line that says that nothing was given, in place of what said so before.
pub(super) fn insert_nothing(
    conn: &mut Connection,
    (region_id, request_id): (i64, i64),
    reason: &str,
) -> Result<()> {
    delete_nothing(conn, request_id)?;
    let row = (
        provision::region_id.eq(region_id),
        provision::request_id.eq(request_id),
        provision::kind.eq(ProvisionKind::Nothing.code()),
        provision::none_reason.eq(reason),
        provision::version.eq(1),
    );
    on_each!(conn, c => diesel::insert_into(provision::table).values(row).execute(c))?;
    Ok(())
}

pub(super) fn delete_nothing(conn: &mut Connection, request_id: i64) -> Result<()> {
    diesel::delete(
        provision::table
            .filter(provision::request_id.eq(request_id))
            .filter(provision::kind.eq(ProvisionKind::Nothing.code())),
    )
    .execute(conn)?;
    Ok(())
}

pub(super) fn insert_event(conn: &mut Connection, new: &NewEvent) -> Result<()> {
    on_each!(conn, c => diesel::insert_into(event::table).values(new).execute(c))?;
    Ok(())
}

type EventRow = (i64, NaiveDateTime, String, Option<String>, String, String);

fn line((id, at, kind, detail, by_name, by_organisation): EventRow) -> Result<TimelineLine> {
    let kind = EventKind::parse(&kind).ok_or_else(|| corrupt("line"))?;
    Ok(TimelineLine { id, at: at.and_utc(), kind, detail, by_name, by_organisation })
}

/// The timeline of a request, oldest first.
pub(super) fn list_timeline(conn: &mut Connection, request_id: i64) -> Result<Vec<TimelineLine>> {
    let rows: Vec<EventRow> = event::table
        .filter(event::request_id.eq(request_id))
        .order(event::id)
        .select((event::id, event::at, event::event, event::detail, event::by_name, event::by_organisation))
        .load(conn)?;
    rows.into_iter().map(line).collect()
}

pub(super) fn replace_answers(conn: &mut Connection, request_id: i64, answers: &[Answer]) -> Result<()> {
    diesel::delete(answer::table.filter(answer::request_id.eq(request_id))).execute(conn)?;
    for given in answers {
        let row = (
            answer::request_id.eq(request_id),
            answer::question.eq(&given.question),
            answer::answer.eq(given.answer.code()),
        );
        diesel::insert_into(answer::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// The answers of the triage.
pub(super) fn list_answers(conn: &mut Connection, request_id: i64) -> Result<Vec<Answer>> {
    let rows: Vec<(String, String)> = answer::table
        .filter(answer::request_id.eq(request_id))
        .order(answer::question)
        .select((answer::question, answer::answer))
        .load(conn)?;
    rows.into_iter()
        .map(|(question, code)| {
            Ok(Answer { question, answer: TriageAnswer::parse(&code).ok_or_else(|| corrupt("answer"))? })
        })
        .collect()
}

/// The organisation of a user, and its municipalities.
pub(super) fn find_organisation(conn: &mut Connection, user_id: i64) -> Result<(i64, Vec<i64>)> {
    let organisation_id: i64 =
        user_account::table.find(user_id).select(user_account::organisation_id).first(conn)?;
    let municipalities = organisation_municipality::table
        .filter(organisation_municipality::organisation_id.eq(organisation_id))
        .select(organisation_municipality::municipality_id)
        .load(conn)?;
    Ok((organisation_id, municipalities))
}

pub(super) fn find_provider_id(conn: &mut Connection, agb: &str) -> Result<Option<i64>> {
    Ok(provider::table.filter(provider::agb.eq(agb)).select(provider::id).first(conn).optional()?)
}

/// All providers, by name, for a list of choices.
pub(super) fn list_providers(conn: &mut Connection, region_id: i64) -> Result<Vec<(String, String)>> {
    use crate::db::schema::{contract, product};
    let contracted = contract::table
        .inner_join(product::table)
        .filter(product::region_id.eq(region_id))
        .select(contract::provider_id);
    Ok(provider::table
        .filter(provider::id.eq_any(contracted))
        .order((provider::name, provider::agb))
        .select((provider::agb, provider::name))
        .load(conn)?)
}

/// Keeps what is half filled in, in place of what was kept of the same form; returns whether it was. Of a form
/// that was sent nothing is kept any more.
pub(super) fn save_draft(
    conn: &mut Connection,
    (id, user_id): (&str, i64),
    payload: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let set = (draft::payload.eq(payload), draft::updated_at.eq(now.naive_utc()));
    let own = draft::table
        .filter(draft::id.eq(id))
        .filter(draft::user_id.eq(user_id))
        .filter(draft::payload.ne(SENT));
    if diesel::update(own).set(set).execute(conn)? > 0 {
        return Ok(true);
    }
    let new = (draft::id.eq(id), draft::user_id.eq(user_id), set.0, set.1);
    let count = on_each!(conn, c => diesel::insert_into(draft::table)
        .values(new)
        .on_conflict(draft::id)
        .do_nothing()
        .execute(c))?;
    Ok(count > 0)
}

/// Empties a draft whose form was sent, whether or not it was ever kept. Of another's nothing happens.
pub(super) fn finish_draft(
    conn: &mut Connection,
    (id, user_id): (&str, i64),
    now: DateTime<Utc>,
) -> Result<()> {
    let set = (draft::payload.eq(SENT), draft::updated_at.eq(now.naive_utc()));
    let new = (draft::id.eq(id), draft::user_id.eq(user_id), set.0, set.1);
    let is_new = on_each!(conn, c => diesel::insert_into(draft::table)
        .values(new)
        .on_conflict(draft::id)
        .do_nothing()
        .execute(c))?
        > 0;
    if !is_new {
        let own = draft::table.filter(draft::id.eq(id)).filter(draft::user_id.eq(user_id));
        diesel::update(own).set(set).execute(conn)?;
    }
    Ok(())
}

/// Throws a draft away; of another's nothing happens.
pub(super) fn delete_draft(conn: &mut Connection, id: &str, user_id: i64) -> Result<usize> {
    Ok(diesel::delete(draft::table.filter(draft::id.eq(id)).filter(draft::user_id.eq(user_id)))
        .execute(conn)?)
}

/// The drafts of a user, the newest first.
pub(super) fn list_drafts(
    conn: &mut Connection,
    user_id: i64,
) -> Result<Vec<(String, String, DateTime<Utc>)>> {
    let rows: Vec<(String, String, NaiveDateTime)> = draft::table
        .filter(draft::user_id.eq(user_id))
        .order(draft::updated_at.desc())
        .select((draft::id, draft::payload, draft::updated_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, payload, at)| (id, payload, at.and_utc())).collect())
}

/// Throws away what was left before a moment; returns how many drafts that were.
pub(super) fn delete_drafts_before(conn: &mut Connection, moment: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(draft::table.filter(draft::updated_at.lt(moment.naive_utc()))).execute(conn)?)
}

/// Closed requests of a region that are kept longer than it wants: id and code.
pub(super) fn list_to_strip(
    conn: &mut Connection,
    region_id: i64,
    closed_before: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(i64, String)>> {
    Ok(request::table
        .filter(request::region_id.eq(region_id))
        .filter(request::closed_at.lt(closed_before.naive_utc()))
        .filter(request::stripped_at.is_null())
        .order(request::id)
        .limit(most)
        .select((request::id, request::code))
        .load(conn)?)
}

/// Erases what is known of a child and keeps what is counted; returns how many rows that were.
pub(super) fn strip_request(conn: &mut Connection, id: i64, now: DateTime<Utc>) -> Result<usize> {
    let count = diesel::update(request::table.find(id).filter(request::stripped_at.is_null()))
        .set((
            request::age.eq(None::<i32>),
            request::safety.eq(""),
            request::note.eq(None::<String>),
            request::current_provider_id.eq(None::<i64>),
            request::stripped_at.eq(now.naive_utc()),
            request::version.eq(request::version + 1),
        ))
        .execute(conn)?;
    diesel::delete(answer::table.filter(answer::request_id.eq(id))).execute(conn)?;
    diesel::update(event::table.filter(event::request_id.eq(id)))
        .set(event::detail.eq(None::<String>))
        .execute(conn)?;
    Ok(count)
}
