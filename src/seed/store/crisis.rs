//! Writes the crisis point of a region, its lists and its roster.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, Utc, Weekday};
use diesel::prelude::*;
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::codes::{CategoryList, Duty, Urgency};
use rules::crisis::places::PlaceState;
use rules::crisis::urgency_terms::UrgencyTerms;
use rules::working_hours::holidays::HolidayChoice;

use super::{BATCH, Ids, insert_all};
use crate::clock::{dutch_time, moment_of_dutch_time};
use crate::crisis::settings::model::CrisisPoint;
use crate::db::Connection;
use crate::db::schema::{
    crisis_assignment as assignment, crisis_list_item as item, crisis_place as place, crisis_point as point,
    crisis_point_municipality as served, crisis_request as request, crisis_share as share,
    crisis_shift as shift, organisation, user_account, user_role,
};
use crate::error::{Error, Result};
use crate::on_each;
use crate::seed::crisis_turns::Turn;
use crate::seed::files::CrisisFiles;

/// Nine and five o'clock.
const OPENS: i32 = 540;
const CLOSES: i32 = 1020;

/// How many days of the roster are filled in.
const ROSTER_DAYS: u64 = 14;

fn minutes(count: u32) -> Result<i32> {
    i32::try_from(count).map_err(Error::internal)
}

/// Writes the point with the published terms; returns its id.
pub(in crate::seed) fn insert_crisis_point(
    conn: &mut Connection,
    ids: &Ids,
    files: &CrisisFiles,
) -> Result<i64> {
    let (line, terms, days_off) = (&files.point, UrgencyTerms::default(), HolidayChoice::default());
    let row = &line.row;
    let host = row.host.as_ref().map(|agb| ids.provider(line, agb)).transpose()?;
    let id: i64 = diesel::insert_into(point::table)
        .values((
            point::region_id.eq(ids.region),
            point::name.eq(&row.name),
            point::phone.eq(&row.phone),
            point::after_hours_name.eq(&row.after_hours_name),
            point::after_hours_phone.eq(&row.after_hours_phone),
            point::host_provider_id.eq(host),
            point::opens_minute.eq(OPENS),
            point::closes_minute.eq(CLOSES),
            point::good_friday.eq(days_off.good_friday),
            point::liberation_day.eq(days_off.liberation_day.code()),
            point::acute_minutes.eq(minutes(terms.acute_minutes)?),
            point::urgent_minutes.eq(minutes(terms.urgent_minutes)?),
            point::acute_answer_minutes.eq(minutes(terms.acute_answer_minutes)?),
            point::urgent_answer_minutes.eq(minutes(terms.urgent_answer_minutes)?),
            point::acute_runs_always.eq(terms.acute_runs_always),
            point::hold_minutes.eq(120),
            point::evaluation_days.eq(14),
            point::retention_months.eq(24),
            point::version.eq(1),
        ))
        .returning(point::id)
        .get_result(conn)?;
    for line in &files.municipalities {
        let row = &line.row;
        diesel::insert_into(served::table)
            .values((
                served::crisis_point_id.eq(id),
                served::municipality_id.eq(ids.municipality(line, &row.municipality)?),
                served::ambulant.eq(row.ambulant),
                served::stay.eq(row.stay),
                served::own_team_name.eq(&row.own_team),
                served::own_team_phone.eq(&row.own_team_phone),
            ))
            .execute(conn)?;
    }
    insert_lists(conn, ids.region, files)?;
    Ok(id)
}

#[derive(Insertable)]
#[diesel(table_name = item, treat_none_as_default_value = false)]
struct ItemRow<'a> {
    region_id: i64,
    list: &'a str,
    code: &'a str,
    name: &'a str,
    effect: Option<&'a str>,
    sort: i32,
    version: i32,
}

fn insert_lists(conn: &mut Connection, region_id: i64, files: &CrisisFiles) -> Result<()> {
    let rows = (1_i32..)
        .zip(&files.items)
        .map(|(sort, line)| {
            let row = &line.row;
            CategoryList::parse(&row.list).ok_or_else(|| line.error("unknown lijst"))?;
            Ok(ItemRow {
                region_id,
                list: &row.list,
                code: &row.code,
                name: &row.name,
                effect: row.effect.as_deref(),
                sort,
                version: 1,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    insert_all!(conn, item::table, rows);
    Ok(())
}

/// Fills in the roster of today and of the working days of the coming two weeks: who has a role of the point holds its duty.
pub(in crate::seed) fn insert_roster(
    conn: &mut Connection,
    (region_id, point_id): (i64, i64),
    today: NaiveDate,
) -> Result<()> {
    let holders: Vec<(String, i64)> = user_role::table
        .inner_join(user_account::table.inner_join(organisation::table))
        .filter(organisation::region_id.eq(region_id))
        .filter(user_role::role.like("crisis-%"))
        .order(user_account::id)
        .select((user_role::role, user_account::id))
        .load(conn)?;
    let working_days = (0..ROSTER_DAYS)
        .map(|days| today + Days::new(days))
        .filter(|day| *day == today || !matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    for day in working_days {
        for duty in Duty::ALL {
            let role = format!("crisis-{}", duty.code());
            let Some((_, user_id)) = holders.iter().find(|(held, _)| *held == role) else { continue };
            diesel::insert_into(shift::table)
                .values((
                    shift::crisis_point_id.eq(point_id),
                    shift::on_day.eq(day),
                    shift::duty.eq(duty.code()),
                    shift::from_minute.eq(OPENS),
                    shift::until_minute.eq(CLOSES),
                    shift::user_id.eq(*user_id),
                    shift::version.eq(1),
                ))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// Writes how crisis requests are divided, and the places with their provider's word for them.
pub(in crate::seed) fn insert_shares_and_places(
    conn: &mut Connection,
    ids: &Ids,
    files: &CrisisFiles,
    point_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    for line in &files.shares {
        let row = &line.row;
        let municipality = row.municipality.as_ref().map(|code| ids.municipality(line, code)).transpose()?;
        diesel::insert_into(share::table)
            .values((
                share::crisis_point_id.eq(point_id),
                share::provider_id.eq(ids.provider(line, &row.agb)?),
                share::municipality_id.eq(municipality),
                share::age_group.eq(&row.age_group),
                share::weight.eq(i32::from(row.weight)),
                share::valid_from.eq(row.valid_from),
                share::valid_to.eq(row.valid_until),
                share::version.eq(1),
            ))
            .execute(conn)?;
    }
    for line in &files.places {
        let row = &line.row;
        let state = if row.reason.is_some() { PlaceState::OutOfService } else { PlaceState::Free };
        let confirmed_at = now - Duration::days(row.confirmed_days_ago) - Duration::minutes(40);
        diesel::insert_into(place::table)
            .values((
                place::crisis_point_id.eq(point_id),
                place::provider_id.eq(ids.provider(line, &row.agb)?),
                place::kind.eq(&row.kind),
                place::age_group.eq(&row.age_group),
                place::name.eq(&row.name),
                place::living_group.eq(&row.living_group),
                place::phone.eq(&row.phone),
                place::state.eq(state.code()),
                place::reason.eq(&row.reason),
                place::confirmed_at.eq(confirmed_at.naive_utc()),
                place::confirmed_by.eq("Oefengegevens"),
                place::version.eq(1),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The number of a place by its name, which is of one place in the demonstration.
pub(in crate::seed) fn find_place_id(conn: &mut Connection, name: &str) -> Result<i64> {
    Ok(place::table.filter(place::name.eq(name)).select(place::id).first(conn)?)
}

/// Writes who were asked for a request, and what they answered, at moments at which the point was open.
pub(in crate::seed) fn insert_turns(
    conn: &mut Connection,
    (crisis_point, now): (&CrisisPoint, DateTime<Utc>),
    code: &str,
    turns: &[Turn],
    (offered_by, signatures): (&str, &BTreeMap<&'static str, String>),
) -> Result<()> {
    let (request_id, received_at, urgency): (i64, NaiveDateTime, String) = request::table
        .filter(request::region_id.eq(crisis_point.region_id))
        .filter(request::code.eq(code))
        .select((request::id, request::received_at, request::urgency))
        .first(conn)?;
    let urgency = Urgency::parse(&urgency).ok_or_else(|| Error::internal("an urgency of a request"))?;
    let mut at = moment_of_dutch_time(crisis_point.hours()?.next_open(dutch_time(received_at.and_utc())));
    for turn in turns {
        let offered_at = at + Duration::minutes(turn.minutes.0);
        let answer_by = crisis_point.answer_by(offered_at, urgency)?;
        let by = signatures.get(turn.provider.agb.as_str());
        let (refusal, answered_by) = match turn.status {
            AssignmentStatus::Refused => (Some("vol"), by),
            AssignmentStatus::Expired => (None, None),
            _ => (None, by),
        };
        at = match answered_by {
            Some(_) => offered_at + Duration::minutes(turn.minutes.1),
            None => answer_by + Duration::minutes(1),
        };
        // Who was asked last night is being asked now.
        if at > now {
            return Ok(());
        }
        diesel::insert_into(assignment::table)
            .values((
                assignment::crisis_point_id.eq(crisis_point.id),
                assignment::request_id.eq(request_id),
                assignment::provider_id.eq(turn.provider.id),
                assignment::offered_at.eq(offered_at.naive_utc()),
                assignment::offered_by.eq(offered_by),
                assignment::answer_by.eq(answer_by.naive_utc()),
                assignment::choice.eq(turn.choice.code()),
                assignment::pool.eq(turn.pool.to_string()),
                assignment::explanation.eq(&turn.explanation),
                assignment::status.eq(turn.status.code()),
                assignment::refusal.eq(refusal),
                assignment::answered_at.eq(at.naive_utc()),
                assignment::answered_by.eq(answered_by.map_or("Systeem", String::as_str)),
                assignment::version.eq(2),
            ))
            .execute(conn)?;
    }
    Ok(())
}
