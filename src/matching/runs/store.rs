//! Queries on runs, their lines, and what providers are asked.

use std::cmp::Reverse;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::max;
use diesel::prelude::*;

use super::model::{Line, NewLine, Part, Request, Run, RunBody, Stage};
use crate::db::Connection;
use crate::db::schema::{
    offer, provider, regional_request as request, regional_run as run, regional_run_line as line,
    regional_schedule, waiting_client,
};
use crate::error::{Error, Result};
use crate::on_each;
use crate::waiting_list::open_list::model::AskedView;

/// What a new run is written with.
#[derive(Debug)]
pub(super) struct NewRun<'a> {
    pub(super) region_id: i64,
    pub(super) number: i32,
    pub(super) made_at: NaiveDateTime,
    pub(super) by: (&'a str, &'a str),
    pub(super) scheduled_on: Option<NaiveDate>,
    pub(super) problem: &'a str,
    pub(super) answer: &'a str,
    pub(super) body: &'a RunBody,
}

/// A conflict when another has this number, or was made for this day.
pub(super) fn insert_run(conn: &mut Connection, new: &NewRun<'_>) -> Result<i64> {
    let body = serde_json::to_string(new.body).map_err(Error::internal)?;
    Ok(on_each!(conn, c => diesel::insert_into(run::table)
        .values((
            run::region_id.eq(new.region_id),
            run::number.eq(new.number),
            run::made_at.eq(new.made_at),
            run::by_name.eq(new.by.0),
            run::by_organisation.eq(new.by.1),
            run::scheduled_on.eq(new.scheduled_on),
            run::problem.eq(new.problem),
            run::answer.eq(new.answer),
            run::body.eq(&body),
        ))
        .returning(run::id)
        .get_result(c))?)
}

pub(super) fn insert_lines(conn: &mut Connection, run_id: i64, lines: &[NewLine]) -> Result<()> {
    let number = |value: u32| i32::try_from(value).map_err(Error::internal);
    // A statement has a limit to its values.
    for portion in lines.chunks(500) {
        let rows: Vec<_> = portion
            .iter()
            .map(|one| {
                Ok((
                    line::run_id.eq(run_id),
                    line::client_id.eq(one.client_id),
                    line::stage.eq(one.stage.number()),
                    line::offer_id.eq(one.offer_id),
                    line::class.eq(number(one.class)?),
                    line::cost.eq(number(one.cost)?),
                    line::weeks.eq(one.weeks.map(number).transpose()?),
                    line::past_norm.eq(one.past_norm),
                ))
            })
            .collect::<Result<_>>()?;
        on_each!(conn, c => diesel::insert_into(line::table).values(&rows).execute(c))?;
    }
    Ok(())
}

type Row = (i64, i32, NaiveDateTime, String, String, Option<NaiveDate>, String);

fn read(row: Row) -> Result<Run> {
    let (id, number, made_at, by_name, by_organisation, scheduled_on, body) = row;
    let body = serde_json::from_str(&body).map_err(Error::internal)?;
    Ok(Run { id, number, made_at: made_at.and_utc(), by_name, by_organisation, scheduled_on, body })
}

macro_rules! run_columns {
    () => {
        (run::id, run::number, run::made_at, run::by_name, run::by_organisation, run::scheduled_on, run::body)
    };
}

/// The runs of a region, the newest first.
pub(super) fn list_runs(conn: &mut Connection, region_id: i64, (skip, most): (i64, i64)) -> Result<Vec<Run>> {
    let rows: Vec<Row> = run::table
        .filter(run::region_id.eq(region_id))
        .order(run::number.desc())
        .select(run_columns!())
        .offset(skip)
        .limit(most)
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

pub(super) fn find_run(conn: &mut Connection, region_id: i64, number: i32) -> Result<Option<Run>> {
    let row: Option<Row> = run::table
        .filter(run::region_id.eq(region_id))
        .filter(run::number.eq(number))
        .select(run_columns!())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// The problem and the answer of a run.
pub(super) fn find_texts(conn: &mut Connection, run_id: i64) -> Result<(String, String)> {
    Ok(run::table.find(run_id).select((run::problem, run::answer)).first(conn)?)
}

/// The highest number of a region's runs.
pub(super) fn find_last_number(conn: &mut Connection, region_id: i64) -> Result<i32> {
    let last: Option<i32> =
        run::table.filter(run::region_id.eq(region_id)).select(max(run::number)).first(conn)?;
    Ok(last.unwrap_or(0))
}

pub(super) fn was_scheduled(conn: &mut Connection, region_id: i64, day: NaiveDate) -> Result<bool> {
    let query = run::table.filter(run::region_id.eq(region_id)).filter(run::scheduled_on.eq(day));
    Ok(query.select(run::id).first::<i64>(conn).optional()?.is_some())
}

/// Client, offer, class, cost, weeks and whether it is past its norm.
type LineRow = (i64, Option<i64>, i32, i32, Option<i32>, bool);

/// The lines of a part of a run: the highest class first, then the longest wait, then the lowest number.
pub(super) fn list_lines(conn: &mut Connection, run_id: i64, part: Part) -> Result<Vec<Line>> {
    let stage = if part == Part::Bridged { Stage::Bridging } else { Stage::Place };
    let query = line::table.filter(line::run_id.eq(run_id)).filter(line::stage.eq(stage.number()));
    let query = match part {
        Part::Waiting => query.filter(line::offer_id.is_null()).into_boxed(),
        Part::Placed | Part::Bridged => query.filter(line::offer_id.is_not_null()).into_boxed(),
    };
    let rows: Vec<LineRow> = query
        .select((line::client_id, line::offer_id, line::class, line::cost, line::weeks, line::past_norm))
        .load(conn)?;
    let number = |value: i32| u32::try_from(value).map_err(Error::internal);
    let mut lines = rows
        .into_iter()
        .map(|(client_id, offer_id, class, cost, weeks, past_norm)| {
            Ok(Line {
                client_id,
                offer_id,
                class: number(class)?,
                cost: number(cost)?,
                weeks: weeks.map(number).transpose()?,
                past_norm,
            })
        })
        .collect::<Result<Vec<Line>>>()?;
    // The two databases put what is not known at different ends; here it comes last.
    lines.sort_unstable_by_key(|line| (Reverse(line.class), Reverse(line.weeks), line.client_id));
    Ok(lines)
}

/// Removes what was kept of clients whose record was stripped; returns how many lines that were.
pub(super) fn delete_of_stripped(conn: &mut Connection) -> Result<usize> {
    let stripped =
        || waiting_client::table.filter(waiting_client::stripped_at.is_not_null()).select(waiting_client::id);
    let asked = diesel::delete(request::table.filter(request::client_id.eq_any(stripped()))).execute(conn)?;
    Ok(asked + diesel::delete(line::table.filter(line::client_id.eq_any(stripped()))).execute(conn)?)
}

/// Keeps others from asking about these clients of a run until the end of the transaction. In the order of the key, so
/// that two who lock the same ones never wait for each other. SQLite has one writer at a time already.
pub(super) fn lock_clients(conn: &mut Connection, run_id: i64, codes: &[String]) -> Result<()> {
    if let Connection::Postgres(postgres) = conn {
        let of_run = line::table.filter(line::run_id.eq(run_id)).select(line::client_id);
        let locked = waiting_client::table
            .filter(waiting_client::code.eq_any(codes))
            .filter(waiting_client::id.eq_any(of_run))
            .order(waiting_client::id)
            .select(waiting_client::id)
            .for_update();
        locked.load::<i64>(postgres)?;
    }
    Ok(())
}

/// A question to write down: who is asked about whom, when, and what the provider is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewRequest<'a> {
    /// None when the toegang asks.
    pub(super) run_id: Option<i64>,
    pub(super) client_id: i64,
    pub(super) offer_id: i64,
    pub(super) asked_at: NaiveDateTime,
    pub(super) ends_at: NaiveDateTime,
    /// Name and organisation.
    pub(super) by: (&'a str, &'a str),
    pub(super) view: AskedView,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = request, treat_none_as_null = true)]
struct RequestValues<'a> {
    run_id: Option<i64>,
    client_id: i64,
    offer_id: i64,
    asked_at: NaiveDateTime,
    by_name: &'a str,
    by_organisation: &'a str,
    ends_at: NaiveDateTime,
    handle: i64,
    product_id: i64,
    municipality_id: Option<i64>,
    age_from: Option<i32>,
    age_to: Option<i32>,
    referred_from: Option<NaiveDate>,
    referred_to: Option<NaiveDate>,
    reminded_at: Option<NaiveDateTime>,
    closed_at: Option<NaiveDateTime>,
}

impl<'a> From<&NewRequest<'a>> for RequestValues<'a> {
    fn from(new: &NewRequest<'a>) -> Self {
        let view = new.view;
        Self {
            run_id: new.run_id,
            client_id: new.client_id,
            offer_id: new.offer_id,
            asked_at: new.asked_at,
            by_name: new.by.0,
            by_organisation: new.by.1,
            ends_at: new.ends_at,
            handle: view.handle.0,
            product_id: view.product_id,
            municipality_id: view.municipality_id,
            age_from: view.ages.0,
            age_to: view.ages.1,
            referred_from: view.referred.0,
            referred_to: view.referred.1,
            reminded_at: None,
            closed_at: None,
        }
    }
}

/// Writes down that a provider is asked; whoever was asked in the same run before is asked anew.
pub(super) fn save_request(conn: &mut Connection, new: &NewRequest<'_>) -> Result<()> {
    let values = RequestValues::from(new);
    let known = request::table
        .filter(request::client_id.eq(new.client_id))
        .filter(request::offer_id.eq(new.offer_id))
        .filter(request::run_id.eq(new.run_id));
    if on_each!(conn, c => diesel::update(known).set(&values).execute(c))? > 0 {
        return Ok(());
    }
    on_each!(conn, c => diesel::insert_into(request::table).values(&values).execute(c))?;
    Ok(())
}

/// The same when the toegang asks, in place of an earlier question that has ended: one row, or none when an open one is
/// there.
pub(super) fn save_request_of_toegang(conn: &mut Connection, new: &NewRequest<'_>) -> Result<usize> {
    let values = RequestValues::from(new);
    let ended = request::table
        .filter(request::run_id.is_null())
        .filter(request::client_id.eq(new.client_id))
        .filter(request::offer_id.eq(new.offer_id))
        .filter(request::ends_at.le(new.asked_at));
    let renewed = on_each!(conn, c => diesel::update(ended).set(&values).execute(c))?;
    if renewed > 0 {
        return Ok(renewed);
    }
    Ok(
        on_each!(conn, c => diesel::insert_into(request::table).values(&values).on_conflict_do_nothing().execute(c))?,
    )
}

type RequestRow = (i64, i64, i64, NaiveDateTime, NaiveDateTime);

fn read_request((id, client_id, offer_id, asked_at, ends_at): RequestRow) -> Request {
    Request { id, client_id, offer_id, asked_at: asked_at.and_utc(), ends_at: ends_at.and_utc() }
}

/// What was asked about these clients.
pub(super) fn list_requests(conn: &mut Connection, client_ids: &[i64]) -> Result<Vec<Request>> {
    let mut found = Vec::new();
    for portion in client_ids.chunks(500) {
        let rows: Vec<RequestRow> = request::table
            .filter(request::client_id.eq_any(portion))
            .order(request::id)
            .select((request::id, request::client_id, request::offer_id, request::asked_at, request::ends_at))
            .load(conn)?;
        found.extend(rows.into_iter().map(read_request));
    }
    Ok(found)
}

/// What a provider is asked and can still answer, the newest first.
pub(super) fn list_requests_to(
    conn: &mut Connection,
    provider_id: i64,
    now: NaiveDateTime,
) -> Result<Vec<Request>> {
    let rows: Vec<RequestRow> = request::table
        .inner_join(offer::table)
        .filter(offer::provider_id.eq(provider_id))
        .filter(request::ends_at.gt(now))
        .order((request::asked_at.desc(), request::id.desc()))
        .select((request::id, request::client_id, request::offer_id, request::asked_at, request::ends_at))
        .load(conn)?;
    Ok(rows.into_iter().map(read_request).collect())
}

/// A question that came to its reminder or its end.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Due {
    pub(super) id: i64,
    pub(super) client_id: i64,
    pub(super) offer_id: i64,
    pub(super) provider_id: i64,
    pub(super) provider: String,
    /// None when the toegang asked.
    pub(super) run_id: Option<i64>,
    pub(super) asked_at: NaiveDateTime,
    pub(super) ends_at: NaiveDateTime,
}

macro_rules! due_questions {
    () => {
        request::table
            .inner_join(offer::table.inner_join(provider::table))
            .filter(request::closed_at.is_null())
            .order(request::id)
            .select((
                request::id,
                request::client_id,
                request::offer_id,
                provider::id,
                provider::name,
                request::run_id,
                request::asked_at,
                request::ends_at,
            ))
    };
}

/// Questions asked by then that can still be answered, and of which the provider was not reminded: the oldest first.
pub(super) fn list_to_remind(
    conn: &mut Connection,
    (asked_by, now): (NaiveDateTime, NaiveDateTime),
    most: i64,
) -> Result<Vec<Due>> {
    Ok(due_questions!()
        .filter(request::reminded_at.is_null())
        .filter(request::asked_at.le(asked_by))
        .filter(request::ends_at.gt(now))
        .limit(most)
        .load(conn)?)
}

/// Questions that can no longer be answered, and were not looked at since: the oldest first.
pub(super) fn list_to_close(conn: &mut Connection, now: NaiveDateTime, most: i64) -> Result<Vec<Due>> {
    Ok(due_questions!().filter(request::ends_at.le(now)).limit(most).load(conn)?)
}

/// The provider of each of these offers.
pub(super) fn list_providers_of(conn: &mut Connection, offer_ids: &[i64]) -> Result<Vec<(i64, i64)>> {
    let mut found = Vec::new();
    for portion in offer_ids.chunks(500) {
        let rows = offer::table.filter(offer::id.eq_any(portion)).select((offer::id, offer::provider_id));
        found.extend(rows.load::<(i64, i64)>(conn)?);
    }
    Ok(found)
}

/// Writes down that somebody was reminded of these, where nobody did before; tells of which.
pub(super) fn mark_reminded(conn: &mut Connection, ids: &[i64], now: NaiveDateTime) -> Result<Vec<i64>> {
    let rows = request::table.filter(request::id.eq_any(ids)).filter(request::reminded_at.is_null());
    Ok(on_each!(conn, c => diesel::update(rows)
        .set(request::reminded_at.eq(now))
        .returning(request::id)
        .get_results(c))?)
}

/// Closes these, where nobody did before; tells which.
pub(super) fn mark_closed(conn: &mut Connection, ids: &[i64], now: NaiveDateTime) -> Result<Vec<i64>> {
    let rows = request::table.filter(request::id.eq_any(ids)).filter(request::closed_at.is_null());
    Ok(on_each!(conn, c => diesel::update(rows)
        .set(request::closed_at.eq(now))
        .returning(request::id)
        .get_results(c))?)
}

/// Region and number of a run.
pub(super) fn find_number(conn: &mut Connection, run_id: i64) -> Result<(i64, i32)> {
    Ok(run::table.find(run_id).select((run::region_id, run::number)).first(conn)?)
}

/// Version and day of the week on which a region has a run made.
pub(super) fn find_schedule(conn: &mut Connection, region_id: i64) -> Result<(i32, Option<i32>)> {
    let row = regional_schedule::table.find(region_id);
    let found = row.select((regional_schedule::version, regional_schedule::weekday)).first(conn);
    Ok(found.optional()?.unwrap_or((0, None)))
}

/// Sets the day if the row still has this version; returns how many rows that were.
pub(super) fn save_schedule(
    conn: &mut Connection,
    (region_id, version): (i64, i32),
    weekday: Option<i32>,
) -> Result<usize> {
    use regional_schedule as row;
    if version == 0 {
        return Ok(on_each!(conn, c => diesel::insert_into(row::table)
            .values((row::region_id.eq(region_id), row::version.eq(1), row::weekday.eq(weekday)))
            .on_conflict(row::region_id)
            .do_nothing()
            .execute(c))?);
    }
    Ok(diesel::update(row::table.find(region_id).filter(row::version.eq(version)))
        .set((row::version.eq(version + 1), row::weekday.eq(weekday)))
        .execute(conn)?)
}
