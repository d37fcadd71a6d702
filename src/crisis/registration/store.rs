//! Queries on crisis records and closed quarters.

#![expect(clippy::ref_option_ref, reason = "the code that diesel derives for an optional text")]

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use rules::crisis::codes::{AgeGroup, ProvisionKind, RequestStatus};
use rules::crisis::completeness::{Coverage, missing};
use rules::crisis::quarter::Quarter;
use rules::crisis::records::{
    CaseRecord, EndFact, Ended, Facts, LineFact, ProvisionLine, RequestFact, Scope,
};

use super::model::{ClosedQuarter, FrozenDifference, Kept, KeptLine};
use crate::clock::{dutch_day, start_of_dutch_day};
use crate::db::Connection;
use crate::db::schema::{
    crisis_provision as provision, crisis_quarter as quarter_row,
    crisis_quarter_confirmation as confirmation, crisis_request as request, municipality, provider,
};
use crate::error::{Error, Result};
use crate::on_each;

/// How many requests are loaded at a time: each is a parameter of the query.
const PORTION: usize = 1000;

fn unknown(what: &str) -> Error {
    Error::internal(format!("unknown {what} of a crisis record"))
}

/// The moments at which a quarter begins and ends.
fn moments(quarter: Quarter) -> (NaiveDateTime, NaiveDateTime) {
    let start = |quarter: Quarter| start_of_dutch_day(quarter.first_day()).naive_utc();
    (start(quarter), start(quarter.next()))
}

/// Everything of a region that says something in the report over a quarter; without one, everything.
pub(super) fn list_records(
    conn: &mut Connection,
    region_id: i64,
    quarter: Option<Quarter>,
) -> Result<Vec<Kept>> {
    let mut ids: Vec<i64> = Vec::new();
    let of_region = request::table.filter(request::region_id.eq(region_id));
    if let Some(quarter) = quarter {
        let (from, until) = moments(quarter);
        let received = of_region.filter(request::received_at.ge(from)).filter(request::received_at.lt(until));
        ids.extend(received.select(request::id).load::<i64>(conn)?);
        let ended = provision::table
            .filter(provision::region_id.eq(region_id))
            .filter(provision::kind.ne(ProvisionKind::Nothing.code()))
            .filter(provision::ended_on.ge(quarter.first_day()))
            .filter(provision::ended_on.le(quarter.last_day()));
        ids.extend(ended.select(provision::request_id).load::<i64>(conn)?);
        ids.sort_unstable();
        ids.dedup();
    } else {
        ids.extend(of_region.order(request::id).select(request::id).load::<i64>(conn)?);
    }
    load(conn, &ids)
}

pub(super) fn find_record(conn: &mut Connection, region_id: i64, code: &str) -> Result<Option<Kept>> {
    let of_region = request::table.filter(request::region_id.eq(region_id)).filter(request::code.eq(code));
    let ids: Vec<i64> = of_region.select(request::id).load(conn)?;
    Ok(load(conn, &ids)?.pop())
}

type RequestRow = (i64, i32, String, NaiveDateTime, Option<String>, String, String, String);

#[derive(Queryable)]
struct LineRow {
    id: i64,
    request_id: i64,
    version: i32,
    kind: String,
    companion_of: Option<i64>,
    agb: Option<String>,
    none_reason: Option<String>,
    started_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    follow_up: Option<String>,
    place_id: Option<i64>,
}

fn load(conn: &mut Connection, ids: &[i64]) -> Result<Vec<Kept>> {
    let mut found = Vec::with_capacity(ids.len());
    for portion in ids.chunks(PORTION) {
        let rows: Vec<RequestRow> = request::table
            .left_join(municipality::table)
            .filter(request::id.eq_any(portion))
            .order(request::id)
            .select((
                request::id,
                request::version,
                request::code,
                request::received_at,
                municipality::code.nullable(),
                request::age_group,
                request::referrer,
                request::status,
            ))
            .load(conn)?;
        let lines: Vec<LineRow> = provision::table
            .left_join(provider::table)
            .filter(provision::request_id.eq_any(portion))
            .order(provision::id)
            .select((
                provision::id,
                provision::request_id,
                provision::version,
                provision::kind,
                provision::companion_of,
                provider::agb.nullable(),
                provision::none_reason,
                provision::started_on,
                provision::ended_on,
                provision::follow_up,
                provision::place_id,
            ))
            .load(conn)?;
        let mut by_request: HashMap<i64, Vec<LineRow>> = HashMap::new();
        for line in lines {
            by_request.entry(line.request_id).or_default().push(line);
        }
        for row in rows {
            let lines = by_request.remove(&row.0).unwrap_or_default();
            found.push(kept(row, lines)?);
        }
    }
    Ok(found)
}

fn kept(row: RequestRow, rows: Vec<LineRow>) -> Result<Kept> {
    let (id, version, code, received_at, municipality, age_group, referrer, status) = row;
    let numbers: HashMap<i64, usize> = rows.iter().zip(1..).map(|(line, number)| (line.id, number)).collect();
    let mut lines = Vec::with_capacity(rows.len());
    let mut kept_lines = Vec::with_capacity(rows.len());
    for row in rows {
        kept_lines.push(KeptLine {
            id: row.id,
            version: row.version,
            companion_of: row.companion_of.and_then(|id| numbers.get(&id).copied()),
            place_id: row.place_id,
        });
        lines.push(ProvisionLine {
            kind: ProvisionKind::parse(&row.kind).ok_or_else(|| unknown("kind"))?,
            is_companion: row.companion_of.is_some(),
            provider: row.agb,
            none_reason: row.none_reason,
            started_on: row.started_on,
            ended_on: row.ended_on,
            follow_up: row.follow_up,
        });
    }
    let record = CaseRecord {
        code,
        received_on: dutch_day(received_at.and_utc()),
        municipality,
        age_group: AgeGroup::parse(&age_group).ok_or_else(|| unknown("age group"))?,
        referrer,
        lines,
    };
    let status = RequestStatus::parse(&status).ok_or_else(|| unknown("status"))?;
    Ok(Kept { id, version, status, record, lines: kept_lines })
}

/// A request that is written down afterwards.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = request, treat_none_as_default_value = false)]
pub(super) struct NewRecord {
    pub(super) region_id: i64,
    pub(super) code: String,
    pub(super) received_at: NaiveDateTime,
    pub(super) recorded_at: NaiveDateTime,
    pub(super) by_phone_note: bool,
    pub(super) municipality_id: Option<i64>,
    pub(super) age_group: &'static str,
    pub(super) referrer: String,
    pub(super) asked: String,
    pub(super) urgency: &'static str,
    pub(super) safety: String,
    pub(super) handler: &'static str,
    pub(super) status: &'static str,
    pub(super) recorded_by: String,
    pub(super) version: i32,
}

pub(super) fn insert_record(conn: &mut Connection, new: &NewRecord) -> Result<i64> {
    Ok(on_each!(conn, c =>
        diesel::insert_into(request::table).values(new).returning(request::id).get_result(c))?)
}

/// What is known of a request, unless somebody else was first.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = request, treat_none_as_null = true)]
pub(super) struct FactsRow {
    pub(super) received_at: NaiveDateTime,
    pub(super) municipality_id: Option<i64>,
    pub(super) age_group: &'static str,
    pub(super) referrer: String,
}

pub(super) fn find_received_at(conn: &mut Connection, id: i64) -> Result<(NaiveDateTime, Option<i32>)> {
    let row = request::table.filter(request::id.eq(id));
    Ok(row.select((request::received_at, request::age)).first(conn)?)
}

pub(super) fn update_facts(
    conn: &mut Connection,
    (id, version): (i64, i32),
    facts: &FactsRow,
) -> Result<usize> {
    let row = request::table.filter(request::id.eq(id)).filter(request::version.eq(version));
    let changed = (facts, request::version.eq(version + 1));
    Ok(on_each!(conn, c => diesel::update(row).set(changed).execute(c))?)
}

/// An age that does not fit the group that somebody corrected it to is not known any more.
pub(super) fn erase_age(conn: &mut Connection, id: i64) -> Result<()> {
    diesel::update(request::table.filter(request::id.eq(id)))
        .set(request::age.eq(None::<i32>))
        .execute(conn)?;
    Ok(())
}

/// Where a request stands that follows from its provisions.
#[derive(Debug, Clone, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = request, treat_none_as_null = true)]
pub(super) struct OutcomeRow {
    pub(super) status: &'static str,
    pub(super) outcome: Option<&'static str>,
    pub(super) none_reason: Option<String>,
    pub(super) closed_at: Option<NaiveDateTime>,
}

pub(super) fn update_outcome(conn: &mut Connection, id: i64, outcome: &OutcomeRow) -> Result<()> {
    let row = request::table.filter(request::id.eq(id));
    on_each!(conn, c => diesel::update(row).set((outcome, request::version.eq(request::version + 1))).execute(c))?;
    Ok(())
}

/// Another reason why there is no help; all else of the outcome stays.
pub(super) fn update_none_reason(conn: &mut Connection, id: i64, reason: Option<&str>) -> Result<()> {
    diesel::update(request::table.filter(request::id.eq(id)))
        .set((request::none_reason.eq(reason), request::version.eq(request::version + 1)))
        .execute(conn)?;
    Ok(())
}

#[derive(Debug, Clone, Insertable, AsChangeset)]
#[diesel(table_name = provision, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct ProvisionRow {
    pub(super) kind: &'static str,
    pub(super) companion_of: Option<i64>,
    pub(super) provider_id: Option<i64>,
    pub(super) none_reason: Option<String>,
    pub(super) started_on: Option<NaiveDate>,
    pub(super) ended_on: Option<NaiveDate>,
    pub(super) follow_up: Option<String>,
}

pub(super) fn insert_provision(
    conn: &mut Connection,
    (region_id, request_id): (i64, i64),
    row: &ProvisionRow,
) -> Result<()> {
    let whole = (
        row,
        provision::region_id.eq(region_id),
        provision::request_id.eq(request_id),
        provision::version.eq(1),
    );
    on_each!(conn, c => diesel::insert_into(provision::table).values(whole).execute(c))?;
    Ok(())
}

pub(super) fn update_provision(
    conn: &mut Connection,
    (id, version): (i64, i32),
    row: &ProvisionRow,
) -> Result<usize> {
    let found = provision::table.filter(provision::id.eq(id)).filter(provision::version.eq(version));
    Ok(on_each!(conn, c => diesel::update(found).set((row, provision::version.eq(version + 1))).execute(c))?)
}

#[derive(QueryableByName)]
struct RequestCount {
    #[diesel(sql_type = Text)]
    referrer: String,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct LineCount {
    #[diesel(sql_type = Nullable<Text>)]
    municipality: Option<String>,
    #[diesel(sql_type = Text)]
    age_group: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct EndCount {
    #[diesel(sql_type = Nullable<Text>)]
    municipality: Option<String>,
    #[diesel(sql_type = Text)]
    age_group: String,
    #[diesel(sql_type = Bool)]
    is_stay: bool,
    #[diesel(sql_type = Nullable<Text>)]
    follow_up: Option<String>,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    days: i64,
}

/// What a scope adds to a query: on requests, and on lines of help with their request. Codes are looked up, so that the text
/// holds numbers only.
fn of_scope(conn: &mut Connection, scope: &Scope) -> Result<(String, String)> {
    Ok(match scope {
        Scope::Region => (String::new(), String::new()),
        Scope::Municipality(code) => {
            let id: i64 = municipality::table
                .filter(municipality::code.eq(code))
                .select(municipality::id)
                .first(conn)
                .optional()?
                .unwrap_or(0);
            let only = format!(" AND r.municipality_id = {id}");
            (only.clone(), only)
        }
        Scope::Provider(agb) => {
            let id: i64 = provider::table
                .filter(provider::agb.eq(agb))
                .select(provider::id)
                .first(conn)
                .optional()?
                .unwrap_or(0);
            let some = format!(
                " AND EXISTS (SELECT 1 FROM crisis_provision o WHERE o.request_id = r.id AND o.provider_id = {id})"
            );
            (some, format!(" AND p.provider_id = {id}"))
        }
    })
}

/// What the records of a quarter say, grouped by the database: the same as [`Facts::of`] over all of them.
///
/// The texts of the queries hold numbers and moments of this program only. Codes of a scope are looked up first.
pub(super) fn count_facts(
    conn: &mut Connection,
    region_id: i64,
    quarter: Quarter,
    scope: &Scope,
) -> Result<Facts> {
    let (of_request, of_line) = of_scope(conn, scope)?;
    let (from, until) = moments(quarter);
    let received = format!(
        "r.region_id = {region_id} AND r.received_at >= '{}' AND r.received_at < '{}'",
        from.format("%F %T"),
        until.format("%F %T")
    );
    let mut facts = Facts::default();
    count_requests(conn, &mut facts, &format!("{received}{of_request}"))?;
    count_lines(conn, &mut facts, &format!("{received}{of_line}"))?;
    let ended = format!(
        "p.region_id = {region_id} AND p.ended_on BETWEEN '{}' AND '{}'{of_line}",
        quarter.first_day(),
        quarter.last_day()
    );
    count_ends(conn, &mut facts, &ended)?;
    Ok(facts)
}

#[derive(QueryableByName)]
struct SuspectRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct RecordCount {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct ProviderCount {
    #[diesel(sql_type = Text)]
    agb: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How complete the records of a quarter are: the same as [`Coverage::of`] over all of them. The database finds those that may
/// lack something, a few too many, and only they are read.
pub(super) fn count_coverage(
    conn: &mut Connection,
    region_id: i64,
    quarter: Quarter,
    scope: &Scope,
    today: NaiveDate,
) -> Result<Coverage> {
    let (of_request, of_line) = of_scope(conn, scope)?;
    let (from, until) = moments(quarter);
    let (first, last) = (quarter.first_day(), quarter.last_day());
    let of_quarter = format!(
        "r.id IN (SELECT id FROM crisis_request WHERE region_id = {region_id} AND received_at >= '{}' AND received_at < '{}' \
         UNION SELECT request_id FROM crisis_provision WHERE region_id = {region_id} AND kind <> 'geen' \
         AND ended_on BETWEEN '{first}' AND '{last}')",
        from.format("%F %T"),
        until.format("%F %T")
    );
    let counted: Vec<RecordCount> = diesel::sql_query(format!(
        "SELECT COUNT(*) AS number FROM crisis_request r WHERE {of_quarter}{of_request}"
    ))
    .load(conn)?;
    let providers: Vec<ProviderCount> = diesel::sql_query(format!(
        "SELECT a.agb AS agb, COUNT(*) AS number FROM crisis_request r JOIN crisis_provision p ON p.request_id = r.id \
         JOIN provider a ON a.id = p.provider_id WHERE {of_quarter}{of_request}{of_line} AND p.kind <> 'geen' GROUP BY a.agb"
    ))
    .load(conn)?;
    // A Dutch day begins at 22 or 23 hours of the day before.
    let day_after_start = match conn {
        Connection::Sqlite(_) => "p.started_on || ' 22:00:00'",
        Connection::Postgres(_) => "p.started_on + TIME '22:00'",
    };
    let suspects: Vec<SuspectRow> = diesel::sql_query(format!(
        "SELECT r.id AS id FROM crisis_request r LEFT JOIN crisis_provision p ON p.request_id = r.id \
         WHERE {of_quarter}{of_request} GROUP BY r.id HAVING COUNT(p.id) = 0 \
         OR SUM(CASE WHEN p.kind IN ('crisisbed', 'pleegzorg') THEN 1 ELSE 0 END) > COUNT(p.companion_of) \
         OR MAX(CASE WHEN p.kind = 'geen' AND p.none_reason IS NULL THEN 1 WHEN p.kind <> 'geen' AND (\
           p.provider_id IS NULL OR p.started_on IS NULL OR r.received_at >= {day_after_start} \
           OR p.ended_on < p.started_on OR p.ended_on > '{today}' \
           OR (p.ended_on <= '{last}' AND p.follow_up IS NULL)) THEN 1 ELSE 0 END) = 1"
    ))
    .load(conn)?;
    let mut coverage = Coverage {
        records: usize::try_from(counted.first().map_or(0, |row| row.number)).map_err(Error::internal)?,
        ..Coverage::default()
    };
    for row in providers {
        coverage.providers.insert(row.agb, usize::try_from(row.number).map_err(Error::internal)?);
    }
    let ids: Vec<i64> = suspects.into_iter().map(|row| row.id).collect();
    for kept in load(conn, &ids)? {
        coverage.add_missing(&missing(&kept.record, quarter, today));
    }
    Ok(coverage)
}

fn number(count: i64) -> Result<u32> {
    u32::try_from(count).map_err(Error::internal)
}

fn age(code: &str) -> Result<AgeGroup> {
    AgeGroup::parse(code).ok_or_else(|| unknown("age group"))
}

fn count_requests(conn: &mut Connection, facts: &mut Facts, filter: &str) -> Result<()> {
    let text = format!(
        "SELECT referrer, reason, COUNT(*) AS number FROM (\
           SELECT r.referrer AS referrer, CASE \
             WHEN EXISTS (SELECT 1 FROM crisis_provision h WHERE h.request_id = r.id AND h.kind <> 'geen') THEN NULL \
             WHEN EXISTS (SELECT 1 FROM crisis_provision n WHERE n.request_id = r.id) THEN \
               COALESCE((SELECT f.none_reason FROM crisis_provision f WHERE f.request_id = r.id \
                         ORDER BY f.id LIMIT 1), 'onbekend') END AS reason \
           FROM crisis_request r WHERE {filter}) counted GROUP BY referrer, reason"
    );
    for row in diesel::sql_query(text).load::<RequestCount>(conn)? {
        let fact = RequestFact { referrer: row.referrer, not_placed: row.reason };
        facts.requests.insert(fact, number(row.number)?);
    }
    Ok(())
}

fn count_lines(conn: &mut Connection, facts: &mut Facts, filter: &str) -> Result<()> {
    let text = format!(
        "SELECT m.code AS municipality, counted.age_group AS age_group, counted.kind AS kind, counted.number AS number \
         FROM (SELECT r.municipality_id AS municipality_id, r.age_group AS age_group, p.kind AS kind, \
               COUNT(*) AS number FROM crisis_request r JOIN crisis_provision p ON p.request_id = r.id \
               WHERE {filter} AND p.companion_of IS NULL GROUP BY r.municipality_id, r.age_group, p.kind) counted \
         LEFT JOIN municipality m ON m.id = counted.municipality_id"
    );
    for row in diesel::sql_query(text).load::<LineCount>(conn)? {
        let fact = LineFact {
            municipality: row.municipality,
            age_group: age(&row.age_group)?,
            kind: ProvisionKind::parse(&row.kind).ok_or_else(|| unknown("kind"))?,
        };
        facts.lines.insert(fact, number(row.number)?);
    }
    Ok(())
}

fn count_ends(conn: &mut Connection, facts: &mut Facts, filter: &str) -> Result<()> {
    let nights = match conn {
        Connection::Sqlite(_) => "CAST(julianday(p.ended_on) - julianday(p.started_on) AS INTEGER)",
        Connection::Postgres(_) => "p.ended_on - p.started_on",
    };
    let text = format!(
        "SELECT m.code AS municipality, counted.age_group AS age_group, counted.is_stay AS is_stay, \
                counted.follow_up AS follow_up, counted.number AS number, counted.days AS days \
         FROM (SELECT r.municipality_id AS municipality_id, r.age_group AS age_group, \
               p.kind IN ('crisisbed', 'pleegzorg') AS is_stay, p.follow_up AS follow_up, COUNT(*) AS number, \
               CAST(SUM(CASE WHEN p.kind = 'ambulant' THEN 0 ELSE {nights} END) AS BIGINT) AS days \
               FROM crisis_provision p JOIN crisis_request r ON r.id = p.request_id \
               WHERE {filter} AND p.kind <> 'geen' \
               GROUP BY r.municipality_id, r.age_group, p.kind IN ('crisisbed', 'pleegzorg'), p.follow_up) counted \
         LEFT JOIN municipality m ON m.id = counted.municipality_id"
    );
    for row in diesel::sql_query(text).load::<EndCount>(conn)? {
        let fact = EndFact {
            municipality: row.municipality,
            age_group: age(&row.age_group)?,
            is_stay: row.is_stay,
            follow_up: row.follow_up,
        };
        facts.ends.insert(fact, Ended { lines: number(row.number)?, days: number(row.days)? });
    }
    Ok(())
}

/// A version of a quarter that is closed.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = quarter_row, treat_none_as_default_value = false)]
pub(super) struct NewQuarter {
    pub(super) region_id: i64,
    pub(super) year: i32,
    pub(super) quarter: i32,
    pub(super) version: i32,
    pub(super) closed_at: NaiveDateTime,
    pub(super) closed_by: String,
    pub(super) records: String,
    pub(super) hash: String,
    pub(super) differences: Option<String>,
}

pub(super) fn insert_quarter(conn: &mut Connection, new: &NewQuarter) -> Result<i64> {
    Ok(on_each!(conn, c =>
        diesel::insert_into(quarter_row::table).values(new).returning(quarter_row::id).get_result(c))?)
}

type QuarterRow = (i64, i32, i32, i32, NaiveDateTime, String, String, Option<String>);

fn closed(row: QuarterRow) -> Result<ClosedQuarter> {
    let (id, year, number, version, closed_at, closed_by, hash, differences) = row;
    let quarter = u16::try_from(year).ok().zip(u8::try_from(number).ok());
    let differences: Option<Vec<FrozenDifference>> =
        differences.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()?;
    Ok(ClosedQuarter {
        id,
        quarter: quarter
            .and_then(|(year, number)| Quarter::new(year, number))
            .ok_or_else(|| unknown("quarter"))?,
        version,
        closed_at: closed_at.and_utc(),
        closed_by,
        hash,
        differences: differences.unwrap_or_default(),
    })
}

/// The versions of one quarter, or of all, the newest first.
pub(super) fn list_versions(
    conn: &mut Connection,
    region_id: i64,
    quarter: Option<Quarter>,
) -> Result<Vec<ClosedQuarter>> {
    let mut rows = quarter_row::table.filter(quarter_row::region_id.eq(region_id)).into_boxed();
    if let Some(quarter) = quarter {
        rows = rows
            .filter(quarter_row::year.eq(i32::from(quarter.year())))
            .filter(quarter_row::quarter.eq(i32::from(quarter.number())));
    }
    let found: Vec<QuarterRow> = rows
        .order((quarter_row::year.desc(), quarter_row::quarter.desc(), quarter_row::version.desc()))
        .select((
            quarter_row::id,
            quarter_row::year,
            quarter_row::quarter,
            quarter_row::version,
            quarter_row::closed_at,
            quarter_row::closed_by,
            quarter_row::hash,
            quarter_row::differences,
        ))
        .load(conn)?;
    found.into_iter().map(closed).collect()
}

/// The records of a version, as text.
pub(super) fn find_frozen(conn: &mut Connection, id: i64) -> Result<String> {
    Ok(quarter_row::table.filter(quarter_row::id.eq(id)).select(quarter_row::records).first(conn)?)
}

pub(super) fn find_municipality_id(conn: &mut Connection, code: &str) -> Result<Option<i64>> {
    let found = municipality::table.filter(municipality::code.eq(code)).select(municipality::id);
    Ok(found.first(conn).optional()?)
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = confirmation)]
pub(super) struct NewConfirmation {
    pub(super) region_id: i64,
    pub(super) year: i32,
    pub(super) quarter: i32,
    pub(super) provider_id: i64,
    pub(super) hash: String,
    pub(super) confirmed_at: NaiveDateTime,
    pub(super) confirmed_by: String,
}

pub(super) fn insert_confirmation(conn: &mut Connection, new: &NewConfirmation) -> Result<()> {
    on_each!(conn, c => diesel::insert_into(confirmation::table).values(new).execute(c))?;
    Ok(())
}

/// Provider, hash and moment of every confirmation of a quarter, the newest first.
pub(super) fn list_confirmations(
    conn: &mut Connection,
    region_id: i64,
    quarter: Quarter,
) -> Result<Vec<(String, String, DateTime<Utc>)>> {
    let rows: Vec<(String, String, NaiveDateTime)> = confirmation::table
        .inner_join(provider::table)
        .filter(confirmation::region_id.eq(region_id))
        .filter(confirmation::year.eq(i32::from(quarter.year())))
        .filter(confirmation::quarter.eq(i32::from(quarter.number())))
        .order(confirmation::id.desc())
        .select((provider::agb, confirmation::hash, confirmation::confirmed_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(agb, hash, at)| (agb, hash, at.and_utc())).collect())
}

pub(super) fn find_agb(conn: &mut Connection, provider_id: i64) -> Result<String> {
    Ok(provider::table.filter(provider::id.eq(provider_id)).select(provider::agb).first(conn)?)
}
