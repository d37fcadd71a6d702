//! Queries on crisis places.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use rules::crisis::codes::{AgeGroup, ProvisionKind};
use rules::crisis::places::PlaceState;

use super::model::{HoldOn, NewPlace, Place, PlaceFacts};
use crate::db::Connection;
use crate::db::schema::{
    crisis_place as place, crisis_place_reminder as reminder, crisis_provision as provision,
    crisis_request as request, crisis_stay_note as note, provider,
};
use crate::error::{Error, Result};
use crate::on_each;

fn corrupt(column: &'static str) -> Error {
    Error::internal(format!("crisis_place.{column}"))
}

#[derive(Queryable)]
struct Row {
    id: i64,
    version: i32,
    point_id: i64,
    provider: (i64, String),
    kind: String,
    age_group: Option<String>,
    texts: (String, String, String),
    state: String,
    reason: Option<String>,
    days: (Option<NaiveDate>, Option<NaiveDate>),
    confirmed: (NaiveDateTime, String),
    hold: (Option<i64>, Option<NaiveDateTime>, Option<String>),
    code: Option<String>,
}

impl TryFrom<Row> for Place {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let (request_id, until, by) = row.hold;
        let hold = match (request_id, row.code, until, by) {
            (Some(request_id), Some(code), Some(until), Some(by)) => {
                Some(HoldOn { request_id, code, until: until.and_utc(), by })
            }
            _ => None,
        };
        let age_group = row
            .age_group
            .map(|code| AgeGroup::parse(&code).ok_or_else(|| corrupt("age_group")))
            .transpose()?;
        Ok(Self {
            id: row.id,
            version: row.version,
            point_id: row.point_id,
            provider_id: row.provider.0,
            provider: row.provider.1,
            kind: ProvisionKind::parse(&row.kind).ok_or_else(|| corrupt("kind"))?,
            age_group,
            name: row.texts.0,
            living_group: row.texts.1,
            phone: row.texts.2,
            stored: PlaceState::parse(&row.state).ok_or_else(|| corrupt("state"))?,
            reason: row.reason,
            out_until: row.days.0,
            expected_free_on: row.days.1,
            confirmed_at: row.confirmed.0.and_utc(),
            confirmed_by: row.confirmed.1,
            hold,
        })
    }
}

/// What was given up is not there any more for anybody.
macro_rules! places {
    () => {
        place::table
            .inner_join(provider::table)
            .left_join(request::table)
            .filter(place::retired_on.is_null())
            .select((
                place::id,
                place::version,
                place::crisis_point_id,
                (provider::id, provider::name),
                place::kind,
                place::age_group,
                (place::name, place::living_group, place::phone),
                place::state,
                place::reason,
                (place::out_until, place::expected_free_on),
                (place::confirmed_at, place::confirmed_by),
                (place::held_for_request, place::held_until, place::held_by),
                request::code.nullable(),
            ))
    };
}

fn read(rows: Vec<Row>) -> Result<Vec<Place>> {
    rows.into_iter().map(Place::try_from).collect()
}

pub(super) fn find_place(conn: &mut Connection, id: i64) -> Result<Option<Place>> {
    let row: Option<Row> = places!().filter(place::id.eq(id)).first(conn).optional()?;
    row.map(Place::try_from).transpose()
}

/// All places of a point, by kind, group, provider and name.
pub(super) fn list_of_point(conn: &mut Connection, point_id: i64) -> Result<Vec<Place>> {
    let order = (place::kind, place::age_group, provider::name, place::name, place::id);
    read(places!().filter(place::crisis_point_id.eq(point_id)).order(order).load(conn)?)
}

/// The places that were held for a request, also when the time is over.
pub(super) fn list_held_for(conn: &mut Connection, request_id: i64) -> Result<Vec<Place>> {
    read(places!().filter(place::held_for_request.eq(request_id)).order(place::id).load(conn)?)
}

/// The places of one provider at a point.
pub(super) fn list_of_provider(conn: &mut Connection, point_id: i64, provider_id: i64) -> Result<Vec<Place>> {
    read(
        places!()
            .filter(place::crisis_point_id.eq(point_id))
            .filter(place::provider_id.eq(provider_id))
            .order((place::kind, place::age_group, place::name, place::id))
            .load(conn)?,
    )
}

/// How a place stands after a step.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = place, treat_none_as_null = true)]
pub(super) struct StateRow {
    pub(super) state: &'static str,
    pub(super) reason: Option<String>,
    pub(super) out_until: Option<NaiveDate>,
    pub(super) expected_free_on: Option<NaiveDate>,
    pub(super) held_for_request: Option<i64>,
    pub(super) held_until: Option<NaiveDateTime>,
    pub(super) held_by: Option<String>,
}

/// Changes a place that still has the version that was looked at: one row, or none when somebody else was first.
pub(super) fn update_state(
    conn: &mut Connection,
    (id, version): (i64, i32),
    row: &StateRow,
) -> Result<usize> {
    let mine = place::table.filter(place::id.eq(id)).filter(place::version.eq(version));
    Ok(on_each!(conn, c => diesel::update(mine).set((row, place::version.eq(version + 1))).execute(c))?)
}

/// Corrects what is known of a place that still has this version; returns how many rows that were.
pub(super) fn update_facts(
    conn: &mut Connection,
    (id, version): (i64, i32),
    facts: &PlaceFacts,
) -> Result<usize> {
    let mine = place::table.filter(place::id.eq(id)).filter(place::version.eq(version));
    let changed = (
        place::age_group.eq(facts.age_group.map(AgeGroup::code)),
        place::name.eq(&facts.name),
        place::living_group.eq(&facts.living_group),
        place::phone.eq(&facts.phone),
        place::version.eq(version + 1),
    );
    Ok(on_each!(conn, c => diesel::update(mine).set(changed).execute(c))?)
}

/// Gives up a place that still has this version, as a free one; returns how many rows that were.
pub(super) fn update_retired(
    conn: &mut Connection,
    (id, version): (i64, i32),
    on: NaiveDate,
) -> Result<usize> {
    let mine = place::table.filter(place::id.eq(id)).filter(place::version.eq(version));
    let row = StateRow { state: PlaceState::Free.code(), ..StateRow::default() };
    let changed = (row, place::retired_on.eq(on), place::version.eq(version + 1));
    Ok(on_each!(conn, c => diesel::update(mine).set(changed).execute(c))?)
}

/// Confirms all places of a provider as they are; returns how many. The version stays: nothing changed.
pub(super) fn update_confirmed(
    conn: &mut Connection,
    (point_id, provider_id): (i64, i64),
    now: DateTime<Utc>,
    by: &str,
) -> Result<usize> {
    let mine = place::table
        .filter(place::crisis_point_id.eq(point_id))
        .filter(place::provider_id.eq(provider_id))
        .filter(place::retired_on.is_null());
    Ok(diesel::update(mine)
        .set((place::confirmed_at.eq(now.naive_utc()), place::confirmed_by.eq(by)))
        .execute(conn)?)
}

/// Confirms one.
pub(super) fn update_confirmed_one(
    conn: &mut Connection,
    id: i64,
    now: DateTime<Utc>,
    by: &str,
) -> Result<()> {
    diesel::update(place::table.find(id))
        .set((place::confirmed_at.eq(now.naive_utc()), place::confirmed_by.eq(by)))
        .execute(conn)?;
    Ok(())
}

pub(super) fn insert_place(
    conn: &mut Connection,
    (point_id, provider_id): (i64, i64),
    new: &NewPlace,
    now: DateTime<Utc>,
    by: &str,
) -> Result<i64> {
    let row = (
        place::crisis_point_id.eq(point_id),
        place::provider_id.eq(provider_id),
        place::kind.eq(new.kind.code()),
        place::age_group.eq(new.age_group.map(AgeGroup::code)),
        place::name.eq(&new.name),
        place::living_group.eq(&new.living_group),
        place::phone.eq(&new.phone),
        place::state.eq(PlaceState::Free.code()),
        place::confirmed_at.eq(now.naive_utc()),
        place::confirmed_by.eq(by),
        place::version.eq(1),
    );
    Ok(on_each!(conn, c => diesel::insert_into(place::table).values(row).returning(place::id).get_result(c))?)
}

/// A line of help to write down.
#[derive(Insertable)]
#[diesel(table_name = provision)]
pub(super) struct NewLine {
    pub(super) region_id: i64,
    pub(super) request_id: i64,
    pub(super) kind: &'static str,
    pub(super) companion_of: Option<i64>,
    pub(super) provider_id: i64,
    pub(super) place_id: Option<i64>,
    pub(super) started_on: NaiveDate,
    pub(super) perspective_team: Option<String>,
    pub(super) voluntary: Option<bool>,
    pub(super) evaluation_due_on: Option<NaiveDate>,
    pub(super) plan_due_on: Option<NaiveDate>,
    pub(super) version: i32,
}

/// Refused by the database when the child stays somewhere already, or somebody stays in the place.
pub(super) fn insert_line(conn: &mut Connection, new: &NewLine) -> Result<i64> {
    Ok(on_each!(conn, c => diesel::insert_into(provision::table)
        .values(new)
        .returning(provision::id)
        .get_result(c))?)
}

/// Ambulant help that a provider took on and that did not start yet goes with a stay from now on; returns how many lines
/// that were.
pub(super) fn update_to_companion(
    conn: &mut Connection,
    (request_id, provider_id): (i64, i64),
    stay_id: i64,
    started_on: NaiveDate,
) -> Result<usize> {
    let taken_on = provision::table
        .filter(provision::request_id.eq(request_id))
        .filter(provision::provider_id.eq(provider_id))
        .filter(provision::kind.eq(ProvisionKind::Ambulant.code()))
        .filter(provision::companion_of.is_null())
        .filter(provision::started_on.is_null());
    Ok(diesel::update(taken_on)
        .set((
            provision::companion_of.eq(stay_id),
            provision::started_on.eq(started_on),
            provision::version.eq(provision::version + 1),
        ))
        .execute(conn)?)
}

/// The provider of ambulant help for a request that did not start yet: number and name.
pub(super) fn find_not_started(conn: &mut Connection, request_id: i64) -> Result<Option<(i64, String)>> {
    Ok(provision::table
        .inner_join(provider::table)
        .filter(provision::request_id.eq(request_id))
        .filter(provision::kind.eq(ProvisionKind::Ambulant.code()))
        .filter(provision::started_on.is_null())
        .select((provider::id, provider::name))
        .first(conn)
        .optional()?)
}

pub(super) fn insert_notes(conn: &mut Connection, provision_id: i64, notes: &[String]) -> Result<()> {
    for code in notes {
        let row = (note::provision_id.eq(provision_id), note::note.eq(code));
        on_each!(conn, c => diesel::insert_into(note::table).values(row).execute(c))?;
    }
    Ok(())
}

/// The coded notes of the children that stay in a group now.
pub(super) fn list_group_notes(conn: &mut Connection, provider_id: i64, group: &str) -> Result<Vec<String>> {
    let living = place::table
        .filter(place::provider_id.eq(provider_id))
        .filter(place::living_group.eq(group))
        .select(place::id.nullable());
    let stays = provision::table
        .filter(provision::place_id.eq_any(living))
        .filter(provision::ended_on.is_null())
        .select(provision::id);
    Ok(note::table.filter(note::provision_id.eq_any(stays)).select(note::note).distinct().load(conn)?)
}

/// Marks that a provider is reminded on a day: false when it was already, perhaps by another server.
pub(super) fn insert_reminder(
    conn: &mut Connection,
    (point_id, provider_id): (i64, i64),
    on_day: NaiveDate,
) -> Result<bool> {
    let row = (
        reminder::crisis_point_id.eq(point_id),
        reminder::provider_id.eq(provider_id),
        reminder::on_day.eq(on_day),
    );
    let inserted = on_each!(conn, c => diesel::insert_into(reminder::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == 1)
}
