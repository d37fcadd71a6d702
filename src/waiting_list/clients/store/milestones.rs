//! Queries on what happened to clients that their wait is judged by.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rules::waiting::life::EventKind;
use rules::waiting::questions::Side;
use rules::waiting::responses::ResponseStatus;

use super::PORTION;
use super::rows::corrupt;
use crate::belongs_on;
use crate::clock::dutch_day;
use crate::db::Connection;
use crate::db::schema::{
    bridging_care as care, placement, product, question, response, waiting_client as client,
    waiting_client_alike as alike, waiting_client_event as event, waiting_product,
};
use crate::error::Result;
use crate::waiting_list::bridging::model::{StoredDays, period_of};
use crate::waiting_list::clients::model::{LineKind, Milestones};

type Found = HashMap<i64, Milestones>;

/// What happened to these clients that their wait is judged by.
pub(in super::super) fn list_milestones(
    conn: &mut Connection,
    ids: &[i64],
    today: NaiveDate,
) -> Result<Found> {
    let mut found = Found::new();
    for portion in ids.chunks(PORTION) {
        add_lines(conn, portion, &mut found)?;
        add_bridging(conn, portion, &mut found)?;
        add_placements(conn, portion, &mut found)?;
        add_answers(conn, portion, &mut found)?;
        add_questions(conn, portion, &mut found)?;
        add_product_ends(conn, portion, &mut found)?;
        add_outside(conn, portion, today, &mut found)?;
        add_alike(conn, portion, &mut found)?;
    }
    Ok(found)
}

fn add_lines(conn: &mut Connection, ids: &[i64], found: &mut Found) -> Result<()> {
    let kinds = [
        LineKind::Step(EventKind::CareStarted),
        LineKind::Step(EventKind::CareDidNotStart),
        LineKind::Step(EventKind::Returned),
        LineKind::Step(EventKind::ContractEnded),
        LineKind::Step(EventKind::Recoded),
        LineKind::Step(EventKind::Moved),
        LineKind::Step(EventKind::ResponseWithdrawn),
    ]
    .map(LineKind::code);
    let rows: Vec<(i64, String, String, NaiveDate)> = event::table
        .filter(event::client_id.eq_any(ids))
        .filter(event::event.eq_any(kinds))
        .order(event::id)
        .select((event::client_id, event::event, event::reason, event::day))
        .load(conn)?;
    for (client_id, kind, reason, day) in rows {
        let kind = LineKind::parse(&kind).ok_or_else(|| corrupt("line"))?;
        found.entry(client_id).or_default().add(kind, &reason, day);
    }
    Ok(())
}

/// When bridging care is given. Its lines in the timeline tell when that was written down.
fn add_bridging(conn: &mut Connection, ids: &[i64], found: &mut Found) -> Result<()> {
    let rows: Vec<(i64, StoredDays)> = care::table
        .filter(care::client_id.eq_any(ids))
        .order(care::id)
        .select((care::client_id, (care::starts_on, care::ends_on, care::ended_at)))
        .load(conn)?;
    for (client_id, days) in rows {
        found.entry(client_id).or_default().bridging.extend(period_of(days));
    }
    Ok(())
}

/// The day on which care really started, as it was confirmed; its line in the timeline is of the day of that. And what is
/// still owed of care that was agreed.
fn add_placements(conn: &mut Connection, ids: &[i64], found: &mut Found) -> Result<()> {
    let rows: Vec<(i64, NaiveDate, Option<NaiveDate>, bool)> = placement::table
        .filter(placement::client_id.eq_any(ids))
        .filter(placement::ended_at.is_null())
        .select((placement::client_id, placement::planned_on, placement::started_on, placement::after_crisis))
        .load(conn)?;
    for (client_id, planned_on, started_on, after_crisis) in rows {
        let passed = found.entry(client_id).or_default();
        match started_on {
            Some(_) => passed.started_on = started_on,
            None => passed.planned_on = Some(planned_on),
        }
        passed.after_crisis |= after_crisis;
    }
    Ok(())
}

fn add_answers(conn: &mut Connection, ids: &[i64], found: &mut Found) -> Result<()> {
    let rows: Vec<(i64, NaiveDateTime)> = response::table
        .filter(response::client_id.eq_any(ids))
        .filter(response::status.eq(ResponseStatus::Open.code()))
        .order((response::answer_by.desc(), response::id))
        .select((response::client_id, response::answer_by))
        .load(conn)?;
    for (client_id, answer_by) in rows {
        found.entry(client_id).or_default().answer_on = Some(dutch_day(answer_by.and_utc()));
    }
    Ok(())
}

/// Those of whom a provider asked something that nobody answered, about what is still weighed or agreed.
fn add_questions(conn: &mut Connection, ids: &[i64], found: &mut Found) -> Result<()> {
    let current = [ResponseStatus::Open, ResponseStatus::Accepted].map(ResponseStatus::code);
    let asked: Vec<i64> = question::table
        .inner_join(response::table)
        .filter(response::client_id.eq_any(ids))
        .filter(response::status.eq_any(current))
        .filter(question::asked_by.eq(Side::Provider.code()))
        .filter(question::answered_at.is_null())
        .select(response::client_id)
        .load(conn)?;
    for client_id in asked {
        found.entry(client_id).or_default().question_open = true;
    }
    Ok(())
}

/// The last day of a product that has one, for those who wait for it and have nothing that takes its place.
fn add_product_ends(conn: &mut Connection, ids: &[i64], found: &mut Found) -> Result<()> {
    let succeeded = waiting_product::table
        .filter(waiting_product::successor_id.is_not_null())
        .select(waiting_product::product_id);
    let rows: Vec<(i64, Option<NaiveDate>)> = client::table
        .inner_join(product::table)
        .filter(client::id.eq_any(ids))
        .filter(product::valid_until.is_not_null())
        .filter(product::id.ne_all(succeeded))
        .select((client::id, product::valid_until))
        .load(conn)?;
    for (client_id, ends_on) in rows {
        found.entry(client_id).or_default().product_ends_on = ends_on;
    }
    Ok(())
}

/// Those who were found to look like somebody else.
fn add_alike(conn: &mut Connection, ids: &[i64], found: &mut Found) -> Result<()> {
    let rows: Vec<(i64, NaiveDate)> = alike::table.filter(alike::client_id.eq_any(ids)).load(conn)?;
    for (client_id, found_on) in rows {
        found.entry(client_id).or_default().alike_on = Some(found_on);
    }
    Ok(())
}

/// Those whose municipality does not belong to the region today.
fn add_outside(conn: &mut Connection, ids: &[i64], today: NaiveDate, found: &mut Found) -> Result<()> {
    let outside: Vec<i64> = client::table
        .inner_join(product::table)
        .filter(client::id.eq_any(ids))
        .filter(diesel::dsl::not(belongs_on!(client::municipality_id, today)))
        .select(client::id)
        .load(conn)?;
    for client_id in outside {
        found.entry(client_id).or_default().outside_region = true;
    }
    Ok(())
}
