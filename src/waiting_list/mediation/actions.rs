//! Who is to be mediated for, and taking and closing steps.

use std::collections::HashMap;

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rules::waiting::mediation::{
    FinishedStep, Ladder, MediationFacts, Next, StepOutcome, StepOwner, begin_step, is_of_this_wait,
    next_step,
};
use rules::waiting::note::Note;
use rules::waiting::waited::NormState;
use rules::working_hours::OpeningHours;

use super::model::{
    Case, ClosedStep, Column, MediationStep, OverviewLine, ProviderLine, Recorded, Turn, role_of,
    shown_count, shown_median, sort,
};
use super::store::{self, NewStep};
use crate::actor::{Actor, Role};
use crate::audit::{self, Event};
use crate::availability::supply::snapshot::Snapshot;
use crate::clock::{dutch_day, dutch_time, start_of_dutch_day};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::paging::SortOrder;
use crate::waiting_list::access_log::actions::{record, record_look};
use crate::waiting_list::access_log::model::{Access, AccessKind};
use crate::waiting_list::bridging;
use crate::waiting_list::bridging::model::{BridgingCare, first_start, has_bridging};
use crate::waiting_list::clients;
use crate::waiting_list::clients::model::{LineKind, NewLine, WaitingClient};
use crate::waiting_list::responses::actions::list_for_mediation;
use crate::waiting_list::waits::waited_on;

/// Everybody who waits past a norm, or for whom a step still runs, and whom the actor may see, the longest overdue first.
pub fn list_cases(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
) -> Result<Vec<Case>> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    let mut cases = visible_cases(conn, actor, now, snapshot, region_id)?;
    sort(&mut cases, SortOrder { column: Column::Norm, descending: false });
    Ok(cases)
}

/// Writes down which of them are shown; to be called before they are.
pub fn record_listed(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    codes: &[String],
) -> Result<()> {
    record(conn, actor, now, &Access::new(AccessKind::ListMediation).clients(codes))
}

fn visible_cases(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
    region_id: i64,
) -> Result<Vec<Case>> {
    let products: Vec<i64> = snapshot
        .book
        .products
        .iter()
        .filter(|product| snapshot.book.regions[product.region as usize].id == region_id)
        .map(|product| product.id)
        .collect();
    let mut clients = clients::actions::list_open_for_products(conn, region_id, &products, dutch_day(now))?;
    let seen = Seen::of(conn, actor)?;
    let among = seen.municipalities();
    clients.retain(|client| among.as_ref().is_none_or(|own| own.contains(&client.municipality.id)));
    let ids: Vec<i64> = clients.iter().map(|client| client.id).collect();
    let mut files = Files::of(conn, region_id, &ids)?;
    Ok(clients
        .iter()
        .filter_map(|client| files.case_of(client, now))
        .filter(|case| seen.may_see(case))
        .collect())
}

/// Who acts next in a region, and when they work.
fn way_of(conn: &mut Connection, region_id: i64) -> Result<(Ladder, OpeningHours)> {
    let settings = clients::actions::find_settings(conn, region_id)?;
    let hours = settings.opening_hours();
    Ok((settings.ladder, hours))
}

/// The case of one client, if there is one.
fn find_of_client(conn: &mut Connection, client: &WaitingClient, now: DateTime<Utc>) -> Result<Option<Case>> {
    Ok(Files::of(conn, client.region_id, &[client.id])?.case_of(client, now))
}

/// Whether somebody waits past a norm, or a step still runs, so that there is a case to look at.
pub fn has_case(conn: &mut Connection, client_id: i64, now: DateTime<Utc>) -> Result<bool> {
    let client = clients::actions::find_by_id(conn, client_id)?;
    Ok(find_of_client(conn, &client, now)?.is_some())
}

/// What an actor sees of mediation: all that one of its roles allows.
struct Seen {
    /// All of the region, as the account manager.
    region: bool,
    /// What reached the expert team since the child last came back.
    reached: bool,
    /// Clients of these municipalities, as the toegang.
    toegang: Vec<i64>,
    /// Clients of these municipalities whose step is the municipality's.
    municipality: Vec<i64>,
}

impl Seen {
    fn of(conn: &mut Connection, actor: &Actor) -> Result<Self> {
        let own = clients::actions::list_own_municipalities(conn, actor)?;
        let own_as = |role| if actor.has_role(role) { own.clone() } else { Vec::new() };
        Ok(Self {
            region: actor.has_role(Role::AccountManager),
            reached: actor.has_role(Role::ExpertTeam),
            toegang: own_as(Role::Toegang),
            municipality: own_as(Role::Municipality),
        })
    }

    /// The municipalities whose clients are looked among; none for all of the region.
    fn municipalities(&self) -> Option<Vec<i64>> {
        let all = self.region || self.reached;
        (!all).then(|| self.toegang.iter().chain(&self.municipality).copied().collect())
    }

    fn may_see(&self, case: &Case) -> bool {
        let lives_in = |municipalities: &[i64]| municipalities.contains(&case.municipality_id);
        let reached = case.turn.owner() == StepOwner::ExpertTeam
            || case.steps.iter().any(|step| {
                step.owner == StepOwner::ExpertTeam
                    && is_of_this_wait(dutch_day(step.begun_at), case.returned_on)
            });
        self.region
            || (self.reached && reached)
            || lives_in(&self.toegang)
            || (case.turn.owner() == StepOwner::Municipality && lives_in(&self.municipality))
    }
}

/// What is known of clients of one region besides their records, by the number of each.
struct Files {
    ladder: Ladder,
    hours: OpeningHours,
    cares: HashMap<i64, Vec<BridgingCare>>,
    steps: HashMap<i64, Vec<MediationStep>>,
    /// The day on which agreed care will start.
    starts: HashMap<i64, NaiveDate>,
    /// The day on which a client last began to wait again.
    waits_again: HashMap<i64, NaiveDate>,
}

impl Files {
    fn of(conn: &mut Connection, region_id: i64, ids: &[i64]) -> Result<Self> {
        let (ladder, hours) = way_of(conn, region_id)?;
        let mut cares: HashMap<i64, Vec<BridgingCare>> = HashMap::new();
        for care in bridging::actions::list_of_clients(conn, ids)? {
            cares.entry(care.client_id).or_default().push(care);
        }
        let mut steps: HashMap<i64, Vec<MediationStep>> = HashMap::new();
        for step in store::list_of_clients(conn, ids)? {
            steps.entry(step.client_id).or_default().push(step);
        }
        let (starts, waits_again) =
            (store::list_planned_starts(conn, ids)?, store::list_waits_again(conn, ids)?);
        Ok(Self { ladder, hours, cares, steps, starts, waits_again })
    }

    /// The case of a client, if it waits past a norm. A step that was begun keeps its case without one, so that whoever has it
    /// can close it: help that started or a date that was put right ends the norm, and not the step.
    fn case_of(&mut self, client: &WaitingClient, now: DateTime<Utc>) -> Option<Case> {
        let today = dutch_day(now);
        let cares = self.cares.remove(&client.id).unwrap_or_default();
        let waited = waited_on(client, first_start(&cares), today);
        let passed: Vec<_> =
            waited.norms.iter().filter(|norm| matches!(norm.state, NormState::Passed { .. })).collect();
        let passed_since = passed.iter().map(|norm| norm.last_day + Days::new(1)).min();
        let steps = self.steps.remove(&client.id).unwrap_or_default();
        let (turn, due_by) = self.turn_of(client, passed_since, &steps, now)?;
        let since = match &turn {
            Turn::Busy(step) => passed_since.unwrap_or_else(|| dutch_day(step.begun_at)),
            _ => passed_since?,
        };
        Some(Case {
            client_id: client.id,
            code: client.code.to_string(),
            municipality_id: client.municipality.id,
            municipality: client.municipality.name.clone(),
            product_code: client.product.code.to_string(),
            product_name: client.product.name.clone(),
            status: client.status().name(),
            weeks_waited: waited.weeks(),
            passed: passed.iter().map(ToString::to_string).collect(),
            since,
            returned_on: client.life.returned_on(),
            has_bridging: has_bridging(&cares, start_of_dutch_day(today)),
            turn,
            is_overdue: due_by.is_some_and(|due_by| dutch_time(now) > due_by),
            due_by,
            steps,
        })
    }

    /// Whose turn it is, and by when.
    fn turn_of(
        &self,
        client: &WaitingClient,
        since: Option<NaiveDate>,
        steps: &[MediationStep],
        now: DateTime<Utc>,
    ) -> Option<(Turn, Option<NaiveDateTime>)> {
        if client.status().is_closed() {
            return None;
        }
        // What runs is closed first, whatever became of the child meanwhile.
        if let Some(step) = steps.iter().find(|step| step.closed.is_none()) {
            return Some((Turn::Busy(step.clone()), Some(dutch_time(step.due_by))));
        }
        let today = dutch_day(now);
        let finished: Vec<FinishedStep> = steps
            .iter()
            .filter_map(|step| step.closed.as_ref())
            .map(|closed| FinishedStep { at: dutch_time(closed.at), outcome: closed.outcome })
            .collect();
        // A pause that ended by itself left no line in the timeline.
        let pause_over = client.hold.map(|hold| hold.until + Days::new(1)).filter(|day| *day <= today);
        let facts = MediationFacts {
            status: client.status(),
            hold_until: client.life.hold_on(today).map(|hold| hold.until),
            since,
            returned_on: client.life.returned_on(),
            waits_again_on: self.waits_again.get(&client.id).copied().max(pause_over),
            finished: &finished,
        };
        let closing = |day: NaiveDate| self.hours.last_closing(day.and_time(NaiveTime::MIN), day);
        Some(match next_step(&facts, &self.ladder, &self.hours, dutch_time(now)) {
            Next::Nothing => return None,
            Next::AwaitsStart => (Turn::AwaitsStart, self.starts.get(&client.id).copied().map(closing)),
            Next::OnHold { until } => (Turn::OnHold, Some(closing(until))),
            Next::Step { rung, due_by, .. } => {
                let number = steps.iter().map(|step| step.number).max().unwrap_or_default().saturating_add(1);
                let (name, owner, term) = (rung.name.clone(), rung.owner, rung.term);
                (Turn::Open { number, name, owner, term, due_by }, Some(due_by))
            }
        })
    }
}

/// One case, if the actor may see it. Another's is not told apart from one that does not exist.
pub fn find_case(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, code: &str) -> Result<Case> {
    let found = find(conn, actor, now, code);
    record_look(conn, actor, now, AccessKind::ViewMediation, code, found)
}

/// What providers said in a case: who, when and what came of it. What they wrote, and what they saw of the child, is the
/// toegang's.
pub fn list_providers(conn: &mut Connection, case: &Case) -> Result<Vec<ProviderLine>> {
    let responses = list_for_mediation(conn, case.client_id)?;
    Ok(responses.iter().map(ProviderLine::of).collect())
}

fn find(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, code: &str) -> Result<Case> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    let seen = Seen::of(conn, actor)?;
    let among = seen.municipalities();
    let client = clients::actions::find_open_in_region(conn, region_id, among.as_deref(), code)?;
    let case = match client {
        Some(client) => find_of_client(conn, &client, now)?,
        None => None,
    };
    case.filter(|case| seen.may_see(case)).ok_or(Error::NotFound(clients::actions::OBJECT))
}

/// Begins the next step, which must be of a role of the actor.
pub fn take_step(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, code: &str) -> Result<()> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    db::write(conn, |conn| {
        // Of a step that begins and a place that is found at once, one waits for the other: no step begins for who has a place.
        let client_id = find(conn, actor, now, code)?.client_id;
        store::lock_client(conn, client_id)?;
        let case = find(conn, actor, now, code)?;
        let (number, name, owner, term, due_by) = match &case.turn {
            Turn::Open { number, name, owner, term, due_by } => (number, name, owner, term, due_by),
            Turn::Busy(_) => {
                return Err(Error::Conflict("Iemand anders is al aan deze stap begonnen.".into()));
            }
            Turn::AwaitsStart | Turn::OnHold => {
                return Err(Error::Conflict("Er is nu geen stap om te beginnen.".into()));
            }
        };
        require_owner(actor, *owner)?;
        let region_id = actor.region_id().ok_or(Error::Forbidden)?;
        let (_, hours) = way_of(conn, region_id)?;
        let running = begin_step(*due_by, *term, &hours, dutch_time(now));
        let step = NewStep {
            client_id: case.client_id,
            number: *number,
            name,
            owner: *owner,
            begun_at: now.naive_utc(),
            due_by: utc_of(running.due_by),
            missed_by: running.missed_by.map(utc_of),
            by_name: &identity.display_name,
            by_organisation: &identity.organisation_name,
        };
        store::insert_step(conn, &step)?;
        let recorded = Recorded { number: *number, owner: owner.code(), outcome: None };
        let detail = format!("{name}: begonnen");
        write(conn, actor, now, case.client_id, ("bemiddeling-beginnen", detail, None), &recorded)
    })
}

/// Closes the step that runs, with what came of it.
pub fn close_step(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
    (outcome, note): (StepOutcome, Option<Note>),
) -> Result<()> {
    let note = note.map(|note| note.as_str().to_owned());
    db::write(conn, |conn| {
        let case = find(conn, actor, now, code)?;
        let Turn::Busy(step) = &case.turn else {
            return Err(Error::Conflict("Er loopt nu geen stap die u kunt afsluiten.".into()));
        };
        require_owner(actor, step.owner)?;
        if end(conn, actor, now, step, (outcome, note))? {
            Ok(())
        } else {
            Err(Error::Conflict("Iemand anders sloot deze stap al af.".into()))
        }
    })
}

/// Closes the step that runs when a client comes to a status in which nobody looks for a place any more, within the
/// transaction of the step in its life.
pub fn close_after_step(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    client: &WaitingClient,
) -> Result<()> {
    let Some(outcome) = StepOutcome::of_status(client.status()) else { return Ok(()) };
    let steps = store::list_of_clients(conn, &[client.id])?;
    for step in steps.iter().filter(|step| step.closed.is_none()) {
        end(conn, actor, now, step, (outcome, None))?;
    }
    Ok(())
}

/// Closes a step; not when somebody else did.
fn end(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    step: &MediationStep,
    (outcome, note): (StepOutcome, Option<String>),
) -> Result<bool> {
    let (by_name, by_organisation) = clients::actions::signature(actor);
    let closed = ClosedStep { at: now, outcome, note: note.clone(), by_name, by_organisation };
    if store::close_step(conn, step.id, &closed)? == 0 {
        return Ok(false);
    }
    let recorded = Recorded { number: step.number, owner: step.owner.code(), outcome: Some(outcome.code()) };
    let detail = format!("{}: {}", step.name, outcome.name().to_lowercase());
    write(conn, actor, now, step.client_id, ("bemiddeling-afsluiten", detail, note), &recorded)?;
    Ok(true)
}

fn require_owner(actor: &Actor, owner: StepOwner) -> Result<()> {
    if actor.has_role(role_of(owner)) { Ok(()) } else { Err(Error::Forbidden) }
}

/// The line on the timeline of the client, and that in the audit.
fn write(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    client_id: i64,
    (action, detail, note): (&'static str, String, Option<String>),
    recorded: &Recorded,
) -> Result<()> {
    let client = clients::actions::find_by_id(conn, client_id)?;
    let line = NewLine { kind: LineKind::MediationStep, reason: "", note, detail: Some(detail) };
    clients::actions::add_line(conn, actor, now, &client, &line)?;
    let event = Event::done(action, clients::actions::OBJECT, client.code).change(None, recorded)?;
    audit::record(conn, actor, now, &event)
}

/// A local moment as it is stored. Terms end in office hours, when no clock changes.
fn utc_of(local: NaiveDateTime) -> NaiveDateTime {
    let midnight = start_of_dutch_day(local.date());
    let noon = dutch_time(midnight + Duration::hours(12));
    let offset = noon - (midnight + Duration::hours(12)).naive_utc();
    local - offset
}

/// Whether somebody may see every case with steps of an owner, and so how many those are: the account manager all, and the
/// expert team those that reached it. Others see a part, and of the rest no small number.
fn may_count(actor: &Actor, owner: StepOwner) -> bool {
    actor.has_role(Role::AccountManager)
        || (owner == StepOwner::ExpertTeam && actor.has_role(Role::ExpertTeam))
}

/// Steps of half a year, by owner: how many, how many found a place, how many were late, and how long they took.
pub fn overview(
    conn: &mut Connection,
    actor: &Actor,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<Vec<OverviewLine>> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    let moments = (start_of_dutch_day(from).naive_utc(), start_of_dutch_day(until).naive_utc());
    let steps = store::list_closed(conn, region_id, moments)?;
    Ok(StepOwner::ALL
        .iter()
        .map(|owner| {
            let own: Vec<(&MediationStep, &ClosedStep)> = steps
                .iter()
                .filter(|step| step.owner == *owner)
                .filter_map(|step| step.closed.as_ref().map(|closed| (step, closed)))
                .collect();
            let is_exact = may_count(actor, *owner);
            let shown = |count: usize| if is_exact { count.to_string() } else { shown_count(count) };
            let count = |fits: &dyn Fn(&MediationStep, &ClosedStep) -> bool| {
                shown(own.iter().filter(|(step, closed)| fits(step, closed)).count())
            };
            OverviewLine {
                owner: *owner,
                is_exact,
                taken: shown(own.len()),
                found: count(&|_, closed| closed.outcome == StepOutcome::PlaceFound),
                late: count(&|step, _| step.was_late()),
                median_days: shown_median(
                    own.iter().map(|(step, closed)| (closed.at - step.begun_at).num_days()).collect(),
                    is_exact,
                ),
            }
        })
        .collect())
}

/// Removes what was typed about steps for clients whose record was stripped. What is removed twice is still removed.
pub fn erase_of_stripped(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    db::write(conn, |conn| {
        let erased = store::delete_notes_of_stripped(conn)?;
        if erased > 0 {
            let event = Event::done("bemiddeling-opruimen", "bemiddeling", erased);
            audit::record(conn, &Actor::background(), now, &event)?;
        }
        Ok(erased)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_moments_are_stored_in_utc_in_winter_and_summer() {
        for (local, utc) in [
            ("2026-11-23T17:00:00", "2026-11-23T16:00:00"),
            ("2026-07-01T09:00:00", "2026-07-01T07:00:00"),
            ("2026-10-25T17:00:00", "2026-10-25T16:00:00"),
            ("2026-03-29T17:00:00", "2026-03-29T15:00:00"),
        ] {
            let parse = |text: &str| text.parse::<NaiveDateTime>().ok();
            assert_eq!(parse(local).map(utc_of), parse(utc), "{local}");
        }
    }
}
