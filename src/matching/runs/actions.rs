//! Making runs, and looking at them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use rules::assignment::{Worth, write_answer, write_problem};
use rules::matching::RULES_VERSION;
use serde::Serialize;

use super::model::{Happened, Line, NewLine, Part, Run, RunBody, ScarcePlace, ShownLine, Stage};
use super::since::Since;
use super::store::{self, NewRun};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::supply::snapshot::Snapshot;
use crate::clock::{dutch_day, dutch_time};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::matching::region::engine::Engine;
use crate::matching::region::live;
use crate::matching::region::measures::{Comparison, Measures, Share};
use crate::matching::region::plan::Plan;
use crate::matching::region::problem::RegionFacts;
use crate::paging::rows_of_page;
use crate::waiting_list::access_log::actions::record;
use crate::waiting_list::access_log::model::{Access, AccessKind};

/// The kind of object in the audit.
const OBJECT: &str = "regionaal-voorstel";
/// How often a number is drawn again when somebody else made a run at the same moment.
const ATTEMPTS: usize = 5;
/// So many places of which one more would help the most.
const SCARCEST: usize = 10;
/// From this hour on a planned run is made.
const RUN_FROM_HOUR: u32 = 6;

/// What the audit keeps of a run: versions and counts.
#[derive(Serialize)]
struct Recorded {
    number: i32,
    rules_version: u16,
    weights_version: i32,
    policy_version: i32,
    supply_version: i64,
    clients: u32,
    placed: u32,
}

/// Makes a run now.
pub fn make_run(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Arc<Snapshot>,
) -> Result<i32> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let by = (identity.display_name.as_str(), identity.organisation_name.as_str());
    write_run(conn, actor, now, snapshot, (identity.region_id, by, None))
}

/// Makes the runs that are planned for today; of several servers one does it. Returns how many. What goes wrong in one
/// region is told in the log and keeps no other from its run; it is tried again at the next round.
pub fn run_due(conn: &mut Connection, now: DateTime<Utc>, snapshot: &Arc<Snapshot>) -> Result<usize> {
    let today = dutch_day(now);
    let weekday = i32::try_from(today.weekday().number_from_monday()).map_err(Error::internal)?;
    let mut made = 0;
    for region in &snapshot.book.regions {
        match run_if_due(conn, now, snapshot, region.id, (today, weekday)) {
            Ok(was_made) => made += usize::from(was_made),
            Err(error) => {
                tracing::error!(region = %region.code, %error, "the planned run of a region could not be made");
            }
        }
    }
    Ok(made)
}

/// Makes the run of one region if it is planned for today and was not made yet; tells whether it did.
fn run_if_due(
    conn: &mut Connection,
    now: DateTime<Utc>,
    snapshot: &Arc<Snapshot>,
    region_id: i64,
    (today, weekday): (NaiveDate, i32),
) -> Result<bool> {
    let (_, planned) = store::find_schedule(conn, region_id)?;
    let is_due = planned == Some(weekday) && dutch_time(now).hour() >= RUN_FROM_HOUR;
    if !is_due || store::was_scheduled(conn, region_id, today)? {
        return Ok(false);
    }
    let of = (region_id, ("Systeem", ""), Some(today));
    match write_run(conn, &Actor::background(), now, snapshot, of) {
        Ok(_) => Ok(true),
        // Another server was first.
        Err(Error::Conflict(_)) if store::was_scheduled(conn, region_id, today)? => Ok(false),
        Err(error) => Err(error),
    }
}

fn write_run(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Arc<Snapshot>,
    (region_id, by, scheduled_on): (i64, (&str, &str), Option<NaiveDate>),
) -> Result<i32> {
    let (plan, engine) = live::make(conn, snapshot, region_id)?;
    let body = body_of(snapshot, &plan, &engine)?;
    let (problem, answer) = (write_problem(engine.solver().problem()), answer_of(&engine, &plan));
    let lines = lines_of(&plan);
    let mut attempt = 0;
    loop {
        attempt += 1;
        let written = db::write(conn, |conn| {
            let number = store::find_last_number(conn, region_id)? + 1;
            let new = NewRun {
                region_id,
                number,
                made_at: now.naive_utc(),
                by,
                scheduled_on,
                problem: &problem,
                answer: &answer,
                body: &body,
            };
            let run_id = store::insert_run(conn, &new)?;
            store::insert_lines(conn, run_id, &lines)?;
            let recorded = Recorded {
                number,
                rules_version: body.rules_version,
                weights_version: body.weights.version,
                policy_version: body.policy.version,
                supply_version: body.supply_version,
                clients: body.comparison.policy.all.total,
                placed: body.comparison.policy.all.placed,
            };
            let event = Event::done("regionaal-voorstel-maken", OBJECT, number).change(None, &recorded)?;
            audit::record(conn, actor, now, &event)?;
            Ok(number)
        });
        match written {
            Err(Error::Conflict(_)) if attempt < ATTEMPTS && scheduled_on.is_none() => {}
            other => return other,
        }
    }
}

fn body_of(snapshot: &Snapshot, plan: &Plan, engine: &Engine) -> Result<RunBody> {
    let proof = engine.proof();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(RunBody {
        day: plan.basis.day,
        supply_version: plan.basis.supply_version,
        rules_version: RULES_VERSION,
        weights: plan.basis.weights,
        policy: plan.basis.policy,
        objective: proof.objective,
        class_sum: proof.class_sum,
        gap: proof.gap,
        comparison: Comparison::of(engine)?,
        bridging: Share { placed: count(plan.bridging.len()), total: count(plan.bridging_sought.len()) },
        scarcest: scarcest(snapshot, plan),
    })
}

/// The places of which one more would help the most, in order.
pub fn scarcest(snapshot: &Snapshot, plan: &Plan) -> Vec<ScarcePlace> {
    let mut found = scarce_places(snapshot, &plan.facts, &plan.outcome.worths);
    found.truncate(SCARCEST);
    found
}

/// The places of which one more is worth something, the most first.
pub fn scarce_places(
    snapshot: &Snapshot,
    facts: &RegionFacts,
    worths: &BTreeMap<i64, Worth>,
) -> Vec<ScarcePlace> {
    let mut worths: Vec<_> = worths.iter().collect();
    worths.sort_unstable_by_key(|(offer, worth)| (std::cmp::Reverse(**worth), **offer));
    let found = worths.into_iter().filter_map(|(id, worth)| {
        let offer = snapshot.find_offer(*id)?;
        let (provider, product) = (snapshot.provider(offer), snapshot.product(offer));
        Some(ScarcePlace {
            provider: provider.name.clone(),
            agb: provider.agb.clone(),
            place: snapshot.location(offer).place.clone(),
            product: format!("{} {}", product.code, product.name),
            room: facts.capacities.get(id).copied().unwrap_or(0),
            class: worth.class,
            cost: worth.cost,
        })
    });
    found.collect()
}

/// The answer as the command toewijzen writes it, with the places that were chosen among equals: the prices prove them
/// as they prove any other optimum.
fn answer_of(engine: &Engine, plan: &Plan) -> String {
    let text = write_answer(engine.solver(), engine.proof().objective, Duration::ZERO);
    let (clients, offers) = engine.numbers();
    let place = |id: &i64| offers.binary_search(&plan.place_of(*id)?).ok();
    let mut lines: Vec<String> =
        text.lines().filter(|line| !line.starts_with('m')).map(ToOwned::to_owned).collect();
    let placed = clients.iter().enumerate();
    lines.extend(placed.filter_map(|(number, id)| Some(format!("m {number} {}", place(id)?))));
    lines.join("\n") + "\n"
}

fn lines_of(plan: &Plan) -> Vec<NewLine> {
    let mut lines = Vec::new();
    for (id, client) in &plan.facts.clients {
        let offer_id = plan.place_of(*id);
        let fit = offer_id.and_then(|offer| client.options.get(&offer));
        let line = NewLine {
            client_id: *id,
            stage: Stage::Place,
            offer_id,
            class: client.class,
            cost: fit.map_or(client.stay, |fit| fit.cost),
            weeks: client.waiting.weeks,
            past_norm: client.waiting.past_norm,
        };
        if let Some((offer, cost)) = plan.bridging.get(id) {
            lines.push(NewLine {
                stage: Stage::Bridging,
                offer_id: Some(*offer),
                cost: *cost,
                ..line.clone()
            });
        }
        lines.push(line);
    }
    lines
}

/// The runs of the actor's region, the newest first, and how many there are.
pub fn list_runs(conn: &mut Connection, actor: &Actor, page: usize) -> Result<(Vec<Run>, usize)> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    let total = usize::try_from(store::find_last_number(conn, region_id)?).map_err(Error::internal)?;
    Ok((store::list_runs(conn, region_id, rows_of_page(page))?, total))
}

/// A run of the actor's region.
pub fn find_run(conn: &mut Connection, actor: &Actor, number: i32) -> Result<Run> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    store::find_run(conn, region_id, number)?.ok_or(Error::NotFound(OBJECT))
}

/// The problem and the answer of a run, to check with another solver.
pub fn find_texts(conn: &mut Connection, actor: &Actor, number: i32) -> Result<(String, String)> {
    let run = find_run(conn, actor, number)?;
    store::find_texts(conn, run.id)
}

/// A run as it is looked at.
pub struct Looked {
    pub run: Run,
    pub previous: Option<Run>,
    /// What came of all places that were proposed.
    pub happened: Vec<(Happened, usize)>,
    /// Of whom a place was proposed for: who was helped since, when, and how far.
    pub reached: Measures,
    /// The lines of the part and the page that were asked for.
    pub lines: Vec<ShownLine>,
    pub total: usize,
}

/// A run, what happened since, and some of its lines. Whose codes are shown is written down.
pub fn look_at_run(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
    number: i32,
    (part, page): (Part, usize),
) -> Result<Looked> {
    let run = find_run(conn, actor, number)?;
    let previous = if number > 1 { Some(find_run(conn, actor, number - 1)?) } else { None };
    let placed = store::list_lines(conn, run.id, Part::Placed)?;
    let since = Since::read(conn, &placed)?;
    let happened =
        Happened::ALL.map(|what| (what, placed.iter().filter(|line| since.of(line, now) == what).count()));
    let reached = since.reached(snapshot, &placed, (run.body.day, now));
    let lines = if part == Part::Placed { placed } else { store::list_lines(conn, run.id, part)? };
    let (skip, most) = rows_of_page(page);
    let rows = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let total = lines.len();
    let lines: Vec<Line> = lines.into_iter().skip(rows(skip)).take(rows(most)).collect();
    let since = if part == Part::Placed { since } else { Since::read(conn, &lines)? };
    let shown: Vec<ShownLine> = lines.iter().filter_map(|line| since.show(snapshot, line, now)).collect();
    let access = Access::new(AccessKind::ViewRegionalRun)
        .clients(
            lines
                .iter()
                .filter_map(|line| since.clients.get(&line.client_id))
                .map(|client| client.code.as_str()),
        )
        .object(number);
    record(conn, actor, now, &access)?;
    Ok(Looked { run, previous, happened: happened.to_vec(), reached, lines: shown, total })
}

/// On which day of the week a run is made, with the version of that choice.
pub fn find_schedule(conn: &mut Connection, actor: &Actor) -> Result<(i32, Option<i32>)> {
    store::find_schedule(conn, actor.region_id().ok_or(Error::Forbidden)?)
}

/// Plans a run for a day of every week, or for none.
pub fn save_schedule(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    version: i32,
    weekday: Option<i32>,
) -> Result<()> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    db::write(conn, |conn| {
        let (_, before) = store::find_schedule(conn, region_id)?;
        if store::save_schedule(conn, (region_id, version), weekday)? == 0 {
            return Err(Error::Outdated { current: None });
        }
        let state = |day: Option<i32>| BTreeMap::from([("weekdag", day)]);
        let event = Event::done("regionaal-voorstel-plannen", OBJECT, region_id)
            .change(Some(&state(before)), &state(weekday))?;
        audit::record(conn, actor, now, &event)
    })
}

/// Removes what was kept of clients whose record was stripped.
pub fn erase_of_stripped(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    db::write(conn, |conn| {
        let erased = store::delete_of_stripped(conn)?;
        if erased > 0 {
            let event = Event::done("regionaal-voorstel-opruimen", OBJECT, erased);
            audit::record(conn, &Actor::background(), now, &event)?;
        }
        Ok(erased)
    })
}
