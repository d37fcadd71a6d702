//! Writes the waiting clients with their timelines, and what the region set for its list.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rules::product::ProductKind;
use rules::waiting::note::Note;

use super::responses::insert_responses;
use super::{BATCH, Ids, insert_all};
use crate::db::Connection;
use crate::db::schema::{
    contract, offer, organisation, organisation_municipality, placement, provider, waiting_client,
    waiting_client_alternative, waiting_client_event, waiting_list_setting, waiting_product,
};
use crate::error::{Error, Result};
use crate::on_each;
use crate::seed::files::Files;
use crate::seed::waiting::{BODY_DECIDES, By, Client};

#[derive(Insertable)]
#[diesel(table_name = waiting_client, treat_none_as_default_value = false)]
struct ClientRow {
    code: String,
    municipality_id: i64,
    product_id: i64,
    pc4: Option<i32>,
    birth_quarter: Option<i32>,
    referrer: &'static str,
    referred_on: NaiveDate,
    decided_on: Option<NaiveDate>,
    body_decided_on: Option<NaiveDate>,
    urgency: &'static str,
    measure: bool,
    first_choice: &'static str,
    needs: String,
    max_distance_km: Option<i32>,
    bridging_wanted: bool,
    note: Option<&'static str>,
    status: &'static str,
    waiting_since: NaiveDate,
    open_responses: i32,
    hold_until: Option<NaiveDate>,
    hold_reason: Option<&'static str>,
    registered_at: NaiveDateTime,
    organisation_id: i64,
    closed_at: Option<NaiveDateTime>,
    version: i32,
}

#[derive(Insertable)]
#[diesel(table_name = waiting_client_event, treat_none_as_default_value = false)]
struct EventRow<'a> {
    client_id: i64,
    at: NaiveDateTime,
    day: NaiveDate,
    event: &'static str,
    from_status: &'static str,
    to_status: &'static str,
    reason: &'static str,
    note: Option<&'a str>,
    detail: Option<&'a str>,
    by_name: &'static str,
    by_organisation: &'a str,
}

/// Writes all of it.
pub(in crate::seed) fn insert_waiting(
    conn: &mut Connection,
    ids: &Ids,
    files: &Files,
    clients: &[Client],
) -> Result<()> {
    insert_settings(conn, ids, files)?;
    let teams = list_teams(conn)?;
    let missing = || Error::internal("a made-up client names what is not in the files");
    let mut rows = Vec::with_capacity(clients.len());
    for client in clients {
        let municipality_id = *ids.municipalities.get(client.municipality.as_str()).ok_or_else(missing)?;
        let hold = client.life.hold_on(NaiveDate::MIN);
        let needs: Vec<&str> = client.needs.iter().map(|need| need.code()).collect();
        rows.push(ClientRow {
            code: client.code.as_str().to_owned(),
            municipality_id,
            product_id: *ids.products.get(client.product.as_str()).ok_or_else(missing)?,
            pc4: client.pc4,
            birth_quarter: Some(client.birth.year() * 10 + i32::from(client.birth.quarter())),
            referrer: client.referrer.code(),
            referred_on: client.referred_on,
            decided_on: client.decided_on,
            body_decided_on: client.body_decided_on,
            urgency: client.urgency.code(),
            measure: client.measure,
            first_choice: "eerste-keus",
            needs: needs.join(","),
            max_distance_km: client.max_distance_km,
            bridging_wanted: client.bridging_wanted,
            note: client.note,
            status: client.life.status().code(),
            waiting_since: client.life.waiting_since(),
            open_responses: i32::try_from(client.life.open_responses()).map_err(Error::internal)?,
            hold_until: hold.map(|hold| hold.until),
            hold_reason: hold.map(|hold| hold.reason.code()),
            registered_at: client.lines.first().map(|line| line.at).ok_or_else(missing)?,
            organisation_id: teams.get(&municipality_id).ok_or_else(missing)?.0,
            closed_at: client.closed_at,
            version: i32::try_from(client.lines.len()).map_err(Error::internal)?,
        });
    }
    insert_all!(conn, waiting_client::table, rows);
    let found: HashMap<String, (i64, i64)> = waiting_client::table
        .select((waiting_client::code, (waiting_client::id, waiting_client::municipality_id)))
        .load(conn)?
        .into_iter()
        .collect();
    let mut events = Vec::new();
    let mut alternatives = Vec::new();
    let mut stored = Vec::with_capacity(clients.len());
    for client in clients {
        let (client_id, municipality_id) = *found.get(client.code.as_str()).ok_or_else(missing)?;
        stored.push((client_id, client));
        let team = teams.get(&municipality_id).ok_or_else(missing)?;
        if let Some(product) = &client.alternative {
            alternatives.push((
                waiting_client_alternative::client_id.eq(client_id),
                waiting_client_alternative::product_id
                    .eq(*ids.products.get(product.as_str()).ok_or_else(missing)?),
                waiting_client_alternative::rank.eq(1),
            ));
        }
        for line in &client.lines {
            let entry = line.entry.as_ref();
            events.push(EventRow {
                client_id,
                at: line.at,
                day: entry.map_or_else(|| line.at.date(), |entry| entry.on),
                event: entry.map_or("aangemeld", |entry| entry.event.code()),
                from_status: entry.map_or("wachtend", |entry| entry.from.code()),
                to_status: entry.map_or("wachtend", |entry| entry.to.code()),
                reason: entry.map_or("", |entry| entry.reason),
                note: entry.and_then(|entry| entry.note.as_ref()).map(Note::as_str),
                detail: entry.and_then(|entry| entry.detail.as_deref()),
                by_name: if line.by == By::Toegang { "Toegang" } else { "Aanbieder" },
                by_organisation: if line.by == By::Toegang { &team.1 } else { "" },
            });
        }
    }
    insert_all!(conn, waiting_client_alternative::table, alternatives);
    insert_all!(conn, waiting_client_event::table, events);
    insert_responses(conn, ids, &stored)
}

/// In how many days contracts end under which children of the largest municipality have care.
const ENDING_IN: [u64; 3] = [20, 45, 80];

/// Lets some contracts end soon, so that there are children to be placed elsewhere.
pub(in crate::seed) fn end_some_contracts(conn: &mut Connection, today: NaiveDate) -> Result<()> {
    let cared: Vec<(i64, (i64, Option<i64>), i64)> = placement::table
        .inner_join(waiting_client::table.on(waiting_client::id.eq(placement::client_id)))
        .inner_join(offer::table.on(offer::id.eq(placement::offer_id)))
        .inner_join(provider::table.on(provider::id.eq(offer::provider_id)))
        .filter(placement::started_on.is_not_null())
        .order(placement::id)
        .select((
            waiting_client::municipality_id,
            (provider::id, provider::main_provider_id),
            offer::product_id,
        ))
        .load(conn)?;
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for (municipality_id, ..) in &cared {
        *counts.entry(*municipality_id).or_default() += 1;
    }
    let largest = counts.iter().max_by_key(|(_, count)| **count).map(|(id, _)| *id);
    let mut care: Vec<(i64, i64)> = cared
        .into_iter()
        .filter(|(municipality_id, ..)| Some(*municipality_id) == largest)
        .map(|(_, (provider_id, main), product_id)| (main.unwrap_or(provider_id), product_id))
        .collect();
    care.sort_unstable();
    care.dedup();
    for ((provider_id, product_id), days) in care.into_iter().zip(ENDING_IN) {
        let theirs = contract::table
            .filter(contract::provider_id.eq(provider_id))
            .filter(contract::product_id.eq(product_id));
        diesel::update(theirs).set(contract::valid_until.eq(today + Days::new(days))).execute(conn)?;
    }
    Ok(())
}

/// What the demonstration region set: the usual, and that other referrers may register.
fn insert_settings(conn: &mut Connection, ids: &Ids, files: &Files) -> Result<()> {
    diesel::insert_into(waiting_list_setting::table)
        .values((
            waiting_list_setting::region_id.eq(ids.region),
            waiting_list_setting::smallest_group.eq(5),
            waiting_list_setting::referrers_register.eq(true),
            waiting_list_setting::retention_months.eq(24),
            waiting_list_setting::version.eq(1),
        ))
        .execute(conn)?;
    for product in files.products.iter().map(|line| &line.row) {
        let needs_body = BODY_DECIDES.contains(&product.code.as_str());
        let first_help = product.kind == ProductKind::Stay;
        let Some(product_id) = ids.products.get(product.code.as_str()).filter(|_| needs_body || first_help)
        else {
            continue;
        };
        diesel::insert_into(waiting_product::table)
            .values((
                waiting_product::product_id.eq(product_id),
                waiting_product::needs_body_decision.eq(needs_body),
                waiting_product::first_help_soon.eq(first_help),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The team that serves a municipality: id and name of its organisation, by municipality.
fn list_teams(conn: &mut Connection) -> Result<HashMap<i64, (i64, String)>> {
    let rows: Vec<(i64, i64, String)> = organisation_municipality::table
        .inner_join(organisation::table.on(organisation::id.eq(organisation_municipality::organisation_id)))
        .filter(organisation::kind.eq("gemeente"))
        .order(organisation::id.desc())
        .select((organisation_municipality::municipality_id, organisation::id, organisation::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(municipality_id, id, name)| (municipality_id, (id, name))).collect())
}
