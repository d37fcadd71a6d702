//! Queries on assignments, agreed shares, and who has no room.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::codes::{AgeGroup, ProvisionKind, RequestStatus, Urgency};
use rules::crisis::distribution::{Choice, Pool, Share, Tally};
use rules::validity::Validity;

use super::model::{Answers, Assignment, NamedProvider, RequestFacts, StoredShare};
use crate::db::schema::{
    contract, crisis_assignment as assignment, crisis_assignment_term as term, crisis_capacity as capacity,
    crisis_division as division, crisis_provision as provision, crisis_request as request,
    crisis_share as share, municipality, product, provider,
};
use crate::db::{Connection, coalesce};
use crate::error::{Error, Result};
use crate::on_each;

fn corrupt(column: &'static str) -> Error {
    Error::internal(format!("crisis_assignment.{column}"))
}

type ProviderColumns = (i64, String, String);

fn named((id, agb, name): ProviderColumns) -> NamedProvider {
    NamedProvider { id, agb, name }
}

#[derive(Queryable)]
struct RequestRow {
    id: i64,
    region_id: i64,
    code: String,
    received_at: NaiveDateTime,
    age: Option<i32>,
    age_group: String,
    asked: String,
    safety: String,
    urgency: String,
    status: String,
}

#[derive(Queryable)]
struct Row {
    id: i64,
    version: i32,
    point_id: i64,
    request: RequestRow,
    municipality: Option<String>,
    provider: ProviderColumns,
    offered: (NaiveDateTime, String, NaiveDateTime, Option<NaiveDateTime>),
    choice: String,
    pool: String,
    explanation: String,
    overruled_reason: Option<String>,
    status: String,
    refusal: Option<String>,
    answered: (Option<NaiveDateTime>, Option<String>),
}

fn facts(row: RequestRow, municipality: Option<String>) -> Result<RequestFacts> {
    Ok(RequestFacts {
        id: row.id,
        region_id: row.region_id,
        code: row.code,
        received_at: row.received_at.and_utc(),
        municipality,
        age: row.age.map(u8::try_from).transpose().map_err(Error::internal)?,
        age_group: AgeGroup::parse(&row.age_group).ok_or_else(|| corrupt("age_group"))?,
        asked: row.asked,
        safety: row.safety.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        urgency: Urgency::parse(&row.urgency).ok_or_else(|| corrupt("urgency"))?,
        status: RequestStatus::parse(&row.status).ok_or_else(|| corrupt("request"))?,
    })
}

impl TryFrom<Row> for Assignment {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let (offered_at, offered_by, first, shorter) = row.offered;
        Ok(Self {
            id: row.id,
            version: row.version,
            point_id: row.point_id,
            request: facts(row.request, row.municipality)?,
            provider: named(row.provider),
            offered_at: offered_at.and_utc(),
            offered_by,
            answer_by: shorter.unwrap_or(first).and_utc(),
            first_answer_by: shorter.map(|_| first.and_utc()),
            choice: Choice::parse(&row.choice).ok_or_else(|| corrupt("choice"))?,
            pool: Pool::parse(&row.pool).ok_or_else(|| corrupt("pool"))?,
            explanation: row.explanation,
            overruled_reason: row.overruled_reason,
            status: AssignmentStatus::parse(&row.status).ok_or_else(|| corrupt("status"))?,
            refusal: row.refusal,
            answered_at: row.answered.0.map(|at| at.and_utc()),
            answered_by: row.answered.1,
        })
    }
}

/// Assignments with all that is shown of them, in one query.
macro_rules! assignments {
    () => {
        assignment::table
            .inner_join(request::table.left_join(municipality::table))
            .inner_join(provider::table.on(provider::id.eq(assignment::provider_id)))
            .left_join(term::table)
            .select((
                assignment::id,
                assignment::version,
                assignment::crisis_point_id,
                (
                    request::id,
                    request::region_id,
                    request::code,
                    request::received_at,
                    request::age,
                    request::age_group,
                    request::asked,
                    request::safety,
                    request::urgency,
                    request::status,
                ),
                municipality::name.nullable(),
                (provider::id, provider::agb, provider::name),
                (
                    assignment::offered_at,
                    assignment::offered_by,
                    assignment::answer_by,
                    term::answer_by.nullable(),
                ),
                assignment::choice,
                assignment::pool,
                assignment::explanation,
                assignment::overruled_reason,
                assignment::status,
                assignment::refusal,
                (assignment::answered_at, assignment::answered_by),
            ))
    };
}

/// The term that counts: the shorter one, if it was shortened.
#[diesel::dsl::auto_type]
fn answer_by() -> _ {
    coalesce(term::answer_by.nullable(), assignment::answer_by)
}

fn read(rows: Vec<Row>) -> Result<Vec<Assignment>> {
    rows.into_iter().map(Assignment::try_from).collect()
}

pub(super) fn find_assignment(conn: &mut Connection, id: i64) -> Result<Option<Assignment>> {
    let row: Option<Row> = assignments!().filter(assignment::id.eq(id)).first(conn).optional()?;
    row.map(Assignment::try_from).transpose()
}

/// To whom a request was offered, the first first.
pub(super) fn list_of_request(conn: &mut Connection, request_id: i64) -> Result<Vec<Assignment>> {
    read(assignments!().filter(assignment::request_id.eq(request_id)).order(assignment::id).load(conn)?)
}

/// To whom the open requests of a point were offered, the first first.
pub(super) fn list_of_open_requests(conn: &mut Connection, point_id: i64) -> Result<Vec<Assignment>> {
    read(
        assignments!()
            .filter(assignment::crisis_point_id.eq(point_id))
            .filter(request::closed_at.is_null())
            .order(assignment::id)
            .load(conn)?,
    )
}

/// How many assignments of a provider there are, and a part of them: those that wait for an answer, or the others.
pub(super) fn list_of_provider(
    conn: &mut Connection,
    provider_id: i64,
    open: bool,
    (skip, most): (i64, i64),
) -> Result<(i64, Vec<Assignment>)> {
    let mine = assignment::provider_id.eq(provider_id);
    let waits = assignment::status.eq(AssignmentStatus::Offered.code()).eq(open);
    let total = assignment::table.filter(mine).filter(waits).count().get_result(conn)?;
    let query = assignments!().filter(mine).filter(waits).offset(skip).limit(most);
    let rows = if open {
        query.order((answer_by(), assignment::id)).load(conn)?
    } else {
        query.order((assignment::offered_at.desc(), assignment::id.desc())).load(conn)?
    };
    Ok((total, read(rows)?))
}

/// The same for a whole crisis point.
pub(super) fn list_of_point(
    conn: &mut Connection,
    point_id: i64,
    open: bool,
    (skip, most): (i64, i64),
) -> Result<(i64, Vec<Assignment>)> {
    let mine = assignment::crisis_point_id.eq(point_id);
    let waits = assignment::status.eq(AssignmentStatus::Offered.code()).eq(open);
    let total = assignment::table.filter(mine).filter(waits).count().get_result(conn)?;
    let query = assignments!().filter(mine).filter(waits).offset(skip).limit(most);
    let rows = if open {
        query.order((answer_by(), assignment::id)).load(conn)?
    } else {
        query.order((assignment::offered_at.desc(), assignment::id.desc())).load(conn)?
    };
    Ok((total, read(rows)?))
}

/// Assignments of which the term went by without an answer.
pub(super) fn list_due(conn: &mut Connection, now: NaiveDateTime, most: i64) -> Result<Vec<Assignment>> {
    let rows = assignments!()
        .filter(assignment::status.eq(AssignmentStatus::Offered.code()))
        .filter(answer_by().lt(now))
        .order((answer_by(), assignment::id))
        .limit(most)
        .load(conn)?;
    read(rows)
}

/// An assignment to write down.
#[derive(Insertable)]
#[diesel(table_name = assignment)]
pub(super) struct NewAssignment {
    pub(super) crisis_point_id: i64,
    pub(super) request_id: i64,
    pub(super) provider_id: i64,
    pub(super) offered_at: NaiveDateTime,
    pub(super) offered_by: String,
    pub(super) answer_by: NaiveDateTime,
    pub(super) choice: &'static str,
    pub(super) pool: String,
    pub(super) explanation: String,
    pub(super) overruled_reason: Option<String>,
    pub(super) status: &'static str,
    pub(super) version: i32,
}

/// Refused by the database when the request is offered to somebody already.
pub(super) fn insert_assignment(conn: &mut Connection, new: &NewAssignment) -> Result<i64> {
    Ok(on_each!(conn, c => diesel::insert_into(assignment::table)
        .values(new)
        .returning(assignment::id)
        .get_result(c))?)
}

/// How an assignment ends.
#[derive(AsChangeset)]
#[diesel(table_name = assignment, treat_none_as_null = true)]
pub(super) struct Ending {
    pub(super) status: &'static str,
    pub(super) refusal: Option<String>,
    pub(super) answered_at: Option<NaiveDateTime>,
    pub(super) answered_by: Option<String>,
}

/// Ends an assignment that still has this status: one row, or none when another was first.
pub(super) fn update_status(
    conn: &mut Connection,
    id: i64,
    from: AssignmentStatus,
    ending: &Ending,
) -> Result<usize> {
    let mine = assignment::table.filter(assignment::id.eq(id)).filter(assignment::status.eq(from.code()));
    Ok(on_each!(conn, c => diesel::update(mine)
        .set((ending, assignment::version.eq(assignment::version + 1)))
        .execute(c))?)
}

/// Gives an offer that still waits a shorter term; refused by the database when it is not shorter. One row of the
/// assignment changes its version, or none when it no longer waits.
pub(super) fn insert_term(
    conn: &mut Connection,
    id: i64,
    answer_by: NaiveDateTime,
    (now, by): (DateTime<Utc>, &str),
) -> Result<usize> {
    let mine = assignment::table
        .filter(assignment::id.eq(id))
        .filter(assignment::status.eq(AssignmentStatus::Offered.code()));
    let changed = diesel::update(mine).set(assignment::version.eq(assignment::version + 1)).execute(conn)?;
    if changed == 1 {
        let row = (
            term::assignment_id.eq(id),
            term::answer_by.eq(answer_by),
            term::set_at.eq(now.naive_utc()),
            term::set_by.eq(by),
        );
        on_each!(conn, c => diesel::insert_into(term::table).values(row).execute(c))?;
    }
    Ok(changed)
}

/// Takes the row of a point, so that whoever else divides waits until this is kept.
pub(super) fn take_division(conn: &mut Connection, point_id: i64) -> Result<()> {
    on_each!(conn, c => diesel::insert_into(division::table)
        .values((division::crisis_point_id.eq(point_id), division::divided.eq(1)))
        .on_conflict(division::crisis_point_id)
        .do_update()
        .set(division::divided.eq(division::divided + 1))
        .execute(c))?;
    Ok(())
}

const COUNTED: [&str; 2] = [AssignmentStatus::Offered.code(), AssignmentStatus::Accepted.code()];

/// All that was divided so far.
pub(super) fn find_tally(conn: &mut Connection, point_id: i64) -> Result<(Tally, u64)> {
    let rows: Vec<(String, i64, i64)> = assignment::table
        .filter(assignment::crisis_point_id.eq(point_id))
        .filter(assignment::status.eq_any(COUNTED))
        .group_by((assignment::pool, assignment::provider_id))
        .select((assignment::pool, assignment::provider_id, diesel::dsl::count_star()))
        .load(conn)?;
    let mut tally = Tally::default();
    let mut divided = 0;
    for (pool, to, cases) in rows {
        let cases = u64::try_from(cases).map_err(Error::internal)?;
        tally.count(&Pool::parse(&pool).ok_or_else(|| corrupt("pool"))?, to, cases);
        divided += cases;
    }
    Ok((tally, divided))
}

/// How the assignments of each provider ended, of those that were offered since a moment.
pub(super) fn count_answers(
    conn: &mut Connection,
    point_id: i64,
    since: DateTime<Utc>,
) -> Result<BTreeMap<i64, Answers>> {
    let rows: Vec<(i64, String, String, i64)> = assignment::table
        .filter(assignment::crisis_point_id.eq(point_id))
        .filter(assignment::offered_at.ge(since.naive_utc()))
        .group_by((assignment::provider_id, assignment::status, assignment::choice))
        .select((assignment::provider_id, assignment::status, assignment::choice, diesel::dsl::count_star()))
        .load(conn)?;
    let mut counts: BTreeMap<i64, Answers> = BTreeMap::new();
    for (provider_id, status, choice, count) in rows {
        let count = u64::try_from(count).map_err(Error::internal)?;
        let answers = counts.entry(provider_id).or_default();
        match AssignmentStatus::parse(&status).ok_or_else(|| corrupt("status"))? {
            AssignmentStatus::Offered => answers.open += count,
            AssignmentStatus::Accepted => answers.accepted += count,
            AssignmentStatus::Refused => answers.refused += count,
            AssignmentStatus::Expired => answers.expired += count,
            AssignmentStatus::Withdrawn => answers.withdrawn += count,
        }
        if choice == Choice::Overruled.code() {
            answers.overruled += count;
        }
    }
    Ok(counts)
}

#[derive(Queryable)]
struct ShareRow {
    id: i64,
    version: i32,
    provider: ProviderColumns,
    municipality: Option<(i64, String)>,
    age_group: Option<String>,
    weight: i32,
    days: (NaiveDate, Option<NaiveDate>),
}

impl TryFrom<ShareRow> for StoredShare {
    type Error = Error;

    fn try_from(row: ShareRow) -> Result<Self> {
        let age_group =
            row.age_group.map(|code| AgeGroup::parse(&code).ok_or_else(|| corrupt("share"))).transpose()?;
        let validity = Validity::new(Some(row.days.0), row.days.1).map_err(Error::internal)?;
        Ok(Self {
            id: row.id,
            version: row.version,
            share: Share {
                provider: row.provider.0,
                municipality: row.municipality.as_ref().map(|(id, _)| *id),
                age_group,
                weight: u16::try_from(row.weight).map_err(Error::internal)?,
                validity,
            },
            provider: named(row.provider),
            municipality: row.municipality.map(|(_, name)| name),
        })
    }
}

macro_rules! shares {
    () => {
        share::table.inner_join(provider::table).left_join(municipality::table).select((
            share::id,
            share::version,
            (provider::id, provider::agb, provider::name),
            (municipality::id, municipality::name).nullable(),
            share::age_group,
            share::weight,
            (share::valid_from, share::valid_to),
        ))
    };
}

/// All shares of a point, those of the past too, by provider.
pub(super) fn list_shares(conn: &mut Connection, point_id: i64) -> Result<Vec<StoredShare>> {
    let rows: Vec<ShareRow> = shares!()
        .filter(share::crisis_point_id.eq(point_id))
        .order((provider::name, provider::id, share::valid_from, share::id))
        .load(conn)?;
    rows.into_iter().map(StoredShare::try_from).collect()
}

pub(super) fn find_share(conn: &mut Connection, point_id: i64, id: i64) -> Result<Option<StoredShare>> {
    let row: Option<ShareRow> = shares!()
        .filter(share::crisis_point_id.eq(point_id))
        .filter(share::id.eq(id))
        .first(conn)
        .optional()?;
    row.map(StoredShare::try_from).transpose()
}

pub(super) fn insert_share(conn: &mut Connection, point_id: i64, new: &Share) -> Result<i64> {
    let row = (
        share::crisis_point_id.eq(point_id),
        share::provider_id.eq(new.provider),
        share::municipality_id.eq(new.municipality),
        share::age_group.eq(new.age_group.map(AgeGroup::code)),
        share::weight.eq(i32::from(new.weight)),
        share::valid_from.eq(new.validity.from().unwrap_or(NaiveDate::MIN)),
        share::valid_to.eq(new.validity.until()),
        share::version.eq(1),
    );
    Ok(on_each!(conn, c => diesel::insert_into(share::table).values(row).returning(share::id).get_result(c))?)
}

/// Ends a share, if it still has this version.
pub(super) fn update_share_end(
    conn: &mut Connection,
    (id, version): (i64, i32),
    last_day: NaiveDate,
) -> Result<usize> {
    let mine = share::table.filter(share::id.eq(id)).filter(share::version.eq(version));
    Ok(diesel::update(mine)
        .set((share::valid_to.eq(last_day), share::version.eq(version + 1)))
        .execute(conn)?)
}

/// A provider with a contract in the region, by its AGB code.
pub(super) fn find_provider(
    conn: &mut Connection,
    region_id: i64,
    agb: &str,
) -> Result<Option<NamedProvider>> {
    let contracted = contract::table
        .inner_join(product::table)
        .filter(product::region_id.eq(region_id))
        .select(contract::provider_id);
    let row: Option<ProviderColumns> = provider::table
        .filter(provider::id.eq_any(contracted))
        .filter(provider::agb.eq(agb))
        .select((provider::id, provider::agb, provider::name))
        .first(conn)
        .optional()?;
    Ok(row.map(named))
}

/// Who has no room on this day, and until when.
pub(super) fn list_full(
    conn: &mut Connection,
    point_id: i64,
    today: NaiveDate,
) -> Result<BTreeMap<i64, NaiveDate>> {
    let rows: Vec<(i64, NaiveDate)> = capacity::table
        .filter(capacity::crisis_point_id.eq(point_id))
        .filter(capacity::full_until.ge(today))
        .select((capacity::provider_id, capacity::full_until))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Says until when a provider has no room; a day that has gone by says that it has.
pub(super) fn save_capacity(
    conn: &mut Connection,
    (point_id, provider_id): (i64, i64),
    full_until: NaiveDate,
    now: DateTime<Utc>,
    by: &str,
) -> Result<()> {
    let told = (
        capacity::full_until.eq(full_until),
        capacity::told_at.eq(now.naive_utc()),
        capacity::told_by.eq(by),
    );
    on_each!(conn, c => diesel::insert_into(capacity::table)
        .values((capacity::crisis_point_id.eq(point_id), capacity::provider_id.eq(provider_id), told))
        .on_conflict((capacity::crisis_point_id, capacity::provider_id))
        .do_update()
        .set(told)
        .execute(c))?;
    Ok(())
}

/// The providers that ever had a share of a point.
pub(super) fn list_providers(conn: &mut Connection, point_id: i64) -> Result<BTreeSet<NamedProvider>> {
    let rows: Vec<ProviderColumns> = provider::table
        .filter(
            provider::id
                .eq_any(share::table.filter(share::crisis_point_id.eq(point_id)).select(share::provider_id)),
        )
        .select((provider::id, provider::agb, provider::name))
        .load(conn)?;
    Ok(rows.into_iter().map(named).collect())
}

/// The line of the ambulant help that a provider took on; it starts later.
pub(super) fn insert_ambulant(
    conn: &mut Connection,
    (region_id, request_id, provider_id): (i64, i64, i64),
) -> Result<()> {
    let row = (
        provision::region_id.eq(region_id),
        provision::request_id.eq(request_id),
        provision::kind.eq(ProvisionKind::Ambulant.code()),
        provision::provider_id.eq(provider_id),
        provision::version.eq(1),
    );
    on_each!(conn, c => diesel::insert_into(provision::table).values(row).execute(c))?;
    Ok(())
}

/// Removes that line while help has not started; returns how many there were.
pub(super) fn delete_ambulant_not_started(
    conn: &mut Connection,
    request_id: i64,
    provider_id: i64,
) -> Result<usize> {
    Ok(diesel::delete(
        provision::table
            .filter(provision::request_id.eq(request_id))
            .filter(provision::provider_id.eq(provider_id))
            .filter(provision::kind.eq(ProvisionKind::Ambulant.code()))
            .filter(provision::companion_of.is_null())
            .filter(provision::started_on.is_null()),
    )
    .execute(conn)?)
}
