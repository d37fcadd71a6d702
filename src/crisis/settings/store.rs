//! Queries on crisis points and their lists.

use chrono::NaiveDate;
use diesel::prelude::*;
use rules::codes::MunicipalityCode;
use rules::crisis::codes::CategoryList;
use rules::crisis::urgency_terms::UrgencyTerms;

use super::model::{
    ClosingDay, CrisisPoint, ListItem, OwnTeam, PointMunicipality, holiday_choice, minute_of, time_of,
};
use crate::db::Connection;
use crate::db::schema::{
    crisis_closing_day as closing_day, crisis_list_item as item, crisis_point as point,
    crisis_point_municipality as served, municipality,
};
use crate::error::{Error, Result};
use crate::on_each;

#[derive(Queryable)]
struct PointRow {
    id: i64,
    region_id: i64,
    name: String,
    phone: String,
    after_hours_name: String,
    after_hours_phone: String,
    host_provider_id: Option<i64>,
    opens_minute: i32,
    closes_minute: i32,
    good_friday: bool,
    liberation_day: String,
    acute_minutes: i32,
    urgent_minutes: i32,
    acute_answer_minutes: i32,
    urgent_answer_minutes: i32,
    acute_runs_always: bool,
    urgent_cutoff_minute: Option<i32>,
    hold_minutes: i32,
    evaluation_days: i32,
    retention_months: i32,
    version: i32,
    ambulant_days: i32,
}

fn count(number: i32) -> Result<u32> {
    u32::try_from(number).map_err(Error::internal)
}

impl TryFrom<PointRow> for CrisisPoint {
    type Error = Error;

    fn try_from(row: PointRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            region_id: row.region_id,
            name: row.name,
            phone: row.phone,
            after_hours_name: row.after_hours_name,
            after_hours_phone: row.after_hours_phone,
            host_provider_id: row.host_provider_id,
            opens: time_of(row.opens_minute)?,
            closes: time_of(row.closes_minute)?,
            holidays: holiday_choice(row.good_friday, &row.liberation_day)?,
            terms: UrgencyTerms {
                acute_minutes: count(row.acute_minutes)?,
                urgent_minutes: count(row.urgent_minutes)?,
                acute_answer_minutes: count(row.acute_answer_minutes)?,
                urgent_answer_minutes: count(row.urgent_answer_minutes)?,
                acute_runs_always: row.acute_runs_always,
                urgent_cutoff: row.urgent_cutoff_minute.map(time_of).transpose()?,
            },
            hold_minutes: count(row.hold_minutes)?,
            evaluation_days: count(row.evaluation_days)?,
            ambulant_days: count(row.ambulant_days)?,
            retention_months: count(row.retention_months)?,
            version: row.version,
            municipalities: Vec::new(),
            closing_days: Vec::new(),
        })
    }
}

/// A municipality of a point: id, code, name, ambulant, stay, and the name and telephone of its own team.
type Served = (i64, String, String, bool, bool, Option<String>, Option<String>);

/// The crisis point of a region, with its municipalities by name and its closing days.
pub(super) fn find_point(conn: &mut Connection, region_id: i64) -> Result<Option<CrisisPoint>> {
    let row: Option<PointRow> = point::table.filter(point::region_id.eq(region_id)).first(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let mut found = CrisisPoint::try_from(row)?;
    let rows: Vec<Served> = served::table
        .inner_join(municipality::table)
        .filter(served::crisis_point_id.eq(found.id))
        .order((municipality::name, municipality::code))
        .select((
            municipality::id,
            municipality::code,
            municipality::name,
            served::ambulant,
            served::stay,
            served::own_team_name,
            served::own_team_phone,
        ))
        .load(conn)?;
    for (id, code, name, ambulant, stay, team, phone) in rows {
        found.municipalities.push(PointMunicipality {
            id,
            code: MunicipalityCode::parse(&code).map_err(Error::internal)?,
            name,
            ambulant,
            stay,
            own_team: team.zip(phone).map(|(name, phone)| OwnTeam { name, phone }),
        });
    }
    let days: Vec<(NaiveDate, String)> = closing_day::table
        .filter(closing_day::crisis_point_id.eq(found.id))
        .order(closing_day::on_day)
        .select((closing_day::on_day, closing_day::reason))
        .load(conn)?;
    found.closing_days = days.into_iter().map(|(on, reason)| ClosingDay { on, reason }).collect();
    Ok(Some(found))
}

#[derive(Queryable)]
struct ItemRow {
    id: i64,
    _region_id: i64,
    list: String,
    code: String,
    name: String,
    effect: Option<String>,
    sort: i32,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    version: i32,
}

/// All items of the lists of a region, list by list in their order.
pub(super) fn list_items(conn: &mut Connection, region_id: i64) -> Result<Vec<ListItem>> {
    let rows: Vec<ItemRow> = item::table
        .filter(item::region_id.eq(region_id))
        .order((item::list, item::sort, item::name, item::id))
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(ListItem {
                id: row.id,
                list: CategoryList::parse(&row.list)
                    .ok_or_else(|| Error::internal("unknown list in the database"))?,
                code: row.code,
                name: row.name,
                effect: row.effect,
                sort: row.sort,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                version: row.version,
            })
        })
        .collect()
}

/// The regions that have a crisis point.
pub(super) fn find_point_id(conn: &mut Connection, region_id: i64) -> Result<Option<i64>> {
    Ok(point::table.filter(point::region_id.eq(region_id)).select(point::id).first(conn).optional()?)
}

pub(super) fn list_region_ids(conn: &mut Connection) -> Result<Vec<i64>> {
    Ok(point::table.order(point::region_id).select(point::region_id).load(conn)?)
}

/// What can be set of a point, as columns.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = point, treat_none_as_null = true)]
pub(super) struct PointChange {
    name: String,
    phone: String,
    after_hours_name: String,
    after_hours_phone: String,
    opens_minute: i32,
    closes_minute: i32,
    good_friday: bool,
    liberation_day: &'static str,
    acute_minutes: i32,
    urgent_minutes: i32,
    acute_answer_minutes: i32,
    urgent_answer_minutes: i32,
    acute_runs_always: bool,
    urgent_cutoff_minute: Option<i32>,
    hold_minutes: i32,
    evaluation_days: i32,
    retention_months: i32,
    ambulant_days: i32,
}

impl TryFrom<&CrisisPoint> for PointChange {
    type Error = Error;

    fn try_from(point: &CrisisPoint) -> Result<Self> {
        let stored = |number: u32| i32::try_from(number).map_err(Error::internal);
        Ok(Self {
            name: point.name.clone(),
            phone: point.phone.clone(),
            after_hours_name: point.after_hours_name.clone(),
            after_hours_phone: point.after_hours_phone.clone(),
            opens_minute: minute_of(point.opens),
            closes_minute: minute_of(point.closes),
            good_friday: point.holidays.good_friday,
            liberation_day: point.holidays.liberation_day.code(),
            acute_minutes: stored(point.terms.acute_minutes)?,
            urgent_minutes: stored(point.terms.urgent_minutes)?,
            acute_answer_minutes: stored(point.terms.acute_answer_minutes)?,
            urgent_answer_minutes: stored(point.terms.urgent_answer_minutes)?,
            acute_runs_always: point.terms.acute_runs_always,
            urgent_cutoff_minute: point.terms.urgent_cutoff.map(minute_of),
            hold_minutes: stored(point.hold_minutes)?,
            evaluation_days: stored(point.evaluation_days)?,
            retention_months: stored(point.retention_months)?,
            ambulant_days: stored(point.ambulant_days)?,
        })
    }
}

/// Replaces what is set if the point still has this version; returns how many rows that were.
pub(super) fn update_point(conn: &mut Connection, changed: &CrisisPoint) -> Result<usize> {
    let change = PointChange::try_from(changed)?;
    Ok(on_each!(conn, c => diesel::update(
            point::table.find(changed.id).filter(point::version.eq(changed.version)),
        )
        .set((&change, point::version.eq(changed.version + 1)))
        .execute(c))?)
}

/// Replaces what the point does for each municipality it knows.
pub(super) fn update_municipalities(conn: &mut Connection, changed: &CrisisPoint) -> Result<()> {
    for municipality in &changed.municipalities {
        let (name, phone) = municipality.own_team.clone().map(|team| (team.name, team.phone)).unzip();
        diesel::update(served::table.find((changed.id, municipality.id)))
            .set((
                served::ambulant.eq(municipality.ambulant),
                served::stay.eq(municipality.stay),
                served::own_team_name.eq(name),
                served::own_team_phone.eq(phone),
            ))
            .execute(conn)?;
    }
    Ok(())
}

pub(super) fn replace_closing_days(conn: &mut Connection, changed: &CrisisPoint) -> Result<()> {
    diesel::delete(closing_day::table.filter(closing_day::crisis_point_id.eq(changed.id))).execute(conn)?;
    for day in &changed.closing_days {
        diesel::insert_into(closing_day::table)
            .values((
                closing_day::crisis_point_id.eq(changed.id),
                closing_day::on_day.eq(day.on),
                closing_day::reason.eq(&day.reason),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Adds an item; none when the list has one with this code.
pub(super) fn insert_item(conn: &mut Connection, region_id: i64, new: &ListItem) -> Result<Option<i64>> {
    let row = (
        item::region_id.eq(region_id),
        item::list.eq(new.list.code()),
        item::code.eq(&new.code),
        item::name.eq(&new.name),
        item::effect.eq(new.effect.as_deref()),
        item::sort.eq(new.sort),
        item::valid_from.eq(new.valid_from),
        item::valid_to.eq(new.valid_to),
        item::version.eq(1),
    );
    Ok(on_each!(conn, c => diesel::insert_into(item::table)
        .values(row)
        .on_conflict((item::region_id, item::list, item::code))
        .do_nothing()
        .returning(item::id)
        .get_result(c)
        .optional())?)
}

/// Sets what the program does with an item if it still has this version; returns how many rows that were.
pub(super) fn update_effect(
    conn: &mut Connection,
    region_id: i64,
    (id, version): (i64, i32),
    effect: Option<&str>,
) -> Result<usize> {
    let found = item::table.find(id).filter(item::region_id.eq(region_id)).filter(item::version.eq(version));
    Ok(diesel::update(found).set((item::effect.eq(effect), item::version.eq(version + 1))).execute(conn)?)
}

/// Sets the last day of an item if it still has this version; returns how many rows that were.
pub(super) fn end_item(
    conn: &mut Connection,
    region_id: i64,
    (id, version): (i64, i32),
    last_day: Option<NaiveDate>,
) -> Result<usize> {
    let found = item::table.find(id).filter(item::region_id.eq(region_id)).filter(item::version.eq(version));
    Ok(diesel::update(found)
        .set((item::valid_to.eq(last_day), item::version.eq(version + 1)))
        .execute(conn)?)
}
