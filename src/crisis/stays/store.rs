//! Queries on lines of help.

use chrono::NaiveDate;
use diesel::prelude::*;
use rules::crisis::codes::{AgeGroup, ProvisionKind};

use super::model::HelpLine;
use crate::db::Connection;
use crate::db::schema::{
    crisis_place as place, crisis_point as point, crisis_provision as provision, crisis_request as request,
    crisis_stay_note as note, municipality, provider,
};
use crate::error::{Error, Result};
use crate::on_each;

fn corrupt(column: &'static str) -> Error {
    Error::internal(format!("crisis_provision.{column}"))
}

type Days = (Option<NaiveDate>, Option<NaiveDate>);

#[derive(Queryable)]
struct Row {
    id: i64,
    version: i32,
    request: (i64, i64, String, String),
    municipality: Option<String>,
    kind: String,
    companion_of: Option<i64>,
    provider: Option<(i64, String)>,
    place: Option<(i64, String)>,
    voluntary: Option<bool>,
    perspective_team: Option<String>,
    started_ended: Days,
    follow_up: Option<String>,
    evaluation: Days,
    plan: Days,
    extended_to: Option<NaiveDate>,
    extension_reason: Option<String>,
    ambulant_days: i32,
}

impl TryFrom<Row> for HelpLine {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            version: row.version,
            request_id: row.request.0,
            region_id: row.request.1,
            code: row.request.2,
            municipality: row.municipality,
            age_group: AgeGroup::parse(&row.request.3).ok_or_else(|| corrupt("age_group"))?,
            kind: ProvisionKind::parse(&row.kind).ok_or_else(|| corrupt("kind"))?,
            companion_of: row.companion_of,
            provider_id: row.provider.as_ref().map(|(id, _)| *id),
            provider: row.provider.map(|(_, name)| name),
            place_id: row.place.as_ref().map(|(id, _)| *id),
            place: row.place.map(|(_, name)| name),
            voluntary: row.voluntary,
            perspective_team: row.perspective_team,
            started_on: row.started_ended.0,
            ended_on: row.started_ended.1,
            follow_up: row.follow_up,
            evaluation_due_on: row.evaluation.0,
            evaluated_on: row.evaluation.1,
            plan_due_on: row.plan.0,
            plan_made_on: row.plan.1,
            extended_to: row.extended_to,
            extension_reason: row.extension_reason,
            ambulant_days: u16::try_from(row.ambulant_days).map_err(Error::internal)?,
        })
    }
}

macro_rules! lines {
    () => {
        provision::table
            .inner_join(request::table.left_join(municipality::table))
            .left_join(provider::table)
            .left_join(place::table)
            .inner_join(point::table.on(point::region_id.eq(provision::region_id)))
            .filter(provision::kind.ne(ProvisionKind::Nothing.code()))
            .select((
                provision::id,
                provision::version,
                (request::id, request::region_id, request::code, request::age_group),
                municipality::name.nullable(),
                provision::kind,
                provision::companion_of,
                (provider::id, provider::name).nullable(),
                (place::id, place::name).nullable(),
                provision::voluntary,
                provision::perspective_team,
                (provision::started_on, provision::ended_on),
                provision::follow_up,
                (provision::evaluation_due_on, provision::evaluated_on),
                (provision::plan_due_on, provision::plan_made_on),
                provision::extended_to,
                provision::extension_reason,
                point::ambulant_days,
            ))
    };
}

fn read(rows: Vec<Row>) -> Result<Vec<HelpLine>> {
    rows.into_iter().map(HelpLine::try_from).collect()
}

pub(super) fn find_line(conn: &mut Connection, id: i64) -> Result<Option<HelpLine>> {
    let row: Option<Row> = lines!().filter(provision::id.eq(id)).first(conn).optional()?;
    row.map(HelpLine::try_from).transpose()
}

/// All help of a region that has not ended.
pub(super) fn list_of_region(conn: &mut Connection, region_id: i64) -> Result<Vec<HelpLine>> {
    let rows = lines!()
        .filter(provision::region_id.eq(region_id))
        .filter(provision::ended_on.is_null())
        .order(provision::id)
        .load(conn)?;
    read(rows)
}

/// The same of one provider.
pub(super) fn list_of_provider(conn: &mut Connection, provider_id: i64) -> Result<Vec<HelpLine>> {
    let rows = lines!()
        .filter(provision::provider_id.eq(provider_id))
        .filter(provision::ended_on.is_null())
        .order(provision::id)
        .load(conn)?;
    read(rows)
}

/// All help that came of a request.
pub(super) fn list_of_request(conn: &mut Connection, request_id: i64) -> Result<Vec<HelpLine>> {
    read(lines!().filter(provision::request_id.eq(request_id)).order(provision::id).load(conn)?)
}

/// What of a line changes by a step.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = provision, treat_none_as_null = true)]
pub(super) struct StepRow {
    pub(super) started_on: Option<NaiveDate>,
    pub(super) ended_on: Option<NaiveDate>,
    pub(super) follow_up: Option<String>,
    pub(super) evaluated_on: Option<NaiveDate>,
    pub(super) plan_made_on: Option<NaiveDate>,
    pub(super) extended_to: Option<NaiveDate>,
    pub(super) extension_reason: Option<String>,
}

impl From<&HelpLine> for StepRow {
    fn from(line: &HelpLine) -> Self {
        Self {
            started_on: line.started_on,
            ended_on: line.ended_on,
            follow_up: line.follow_up.clone(),
            evaluated_on: line.evaluated_on,
            plan_made_on: line.plan_made_on,
            extended_to: line.extended_to,
            extension_reason: line.extension_reason.clone(),
        }
    }
}

/// Changes a line that still has this version: one row, or none when somebody else was first.
pub(super) fn update_line(conn: &mut Connection, (id, version): (i64, i32), row: &StepRow) -> Result<usize> {
    let mine = provision::table.filter(provision::id.eq(id)).filter(provision::version.eq(version));
    Ok(on_each!(conn, c => diesel::update(mine).set((row, provision::version.eq(version + 1))).execute(c))?)
}

/// The coded notes for the group go when the stay ends.
pub(super) fn delete_notes(conn: &mut Connection, id: i64) -> Result<()> {
    diesel::delete(note::table.filter(note::provision_id.eq(id))).execute(conn)?;
    Ok(())
}
