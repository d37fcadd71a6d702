//! Making scenarios and sweeps, and looking at them. Every number in them is a count: no code of a child is kept or shown.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::model::{
    Body, ChangeLine, MOST_CHANGES, MOST_SCENARIOS, MOST_VALUES, Range, Scenario, ScenarioDraft, Sweep,
    SweepState,
};
use super::naming::{Names, Part};
use super::store;
use super::working_out::work_out;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::supply::snapshot::Snapshot;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::matching::region::picture::Picture;
use crate::paging::rows_of_page;

/// The kind of object in the audit.
pub const OBJECT: &str = "scenario";

/// What the audit keeps of a scenario.
#[derive(Serialize)]
struct Recorded<'a> {
    name: &'a str,
    changes: &'a [ChangeLine],
    weights_version: i32,
    policy_version: i32,
    supply_version: i64,
    placed: u32,
}

impl<'a> Recorded<'a> {
    fn of(name: &'a str, changes: &'a [ChangeLine], body: &Body) -> Self {
        Self {
            name,
            changes,
            weights_version: body.stamp.weights.version,
            policy_version: body.stamp.policy.version,
            supply_version: body.stamp.supply_version,
            placed: body.then.all.placed,
        }
    }
}

fn region_of(actor: &Actor) -> Result<i64> {
    actor.region_id().ok_or(Error::Forbidden)
}

/// Works out a scenario and keeps it; returns its number. `field` names a part of a change, for what is wrong with it.
pub fn make_scenario(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Arc<Snapshot>,
    draft: &ScenarioDraft,
    field: impl Fn(usize, Part) -> String,
) -> Result<i64> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let region_id = identity.region_id;
    if draft.changes.len() > MOST_CHANGES {
        return Err(Error::collision("veranderingen", "te-veel", format!("hoogstens {MOST_CHANGES}")));
    }
    let body = outcome(conn, snapshot, region_id, &draft.changes, field)?;
    db::write(conn, |conn| {
        if store::count_scenarios(conn, region_id)? >= MOST_SCENARIOS {
            return Err(Error::Conflict(format!(
                "De regio bewaart al {MOST_SCENARIOS} scenario's. Verwijder er eerst een."
            )));
        }
        let by = (identity.display_name.as_str(), identity.organisation_name.as_str());
        let id = store::insert_scenario(conn, region_id, now.naive_utc(), by, draft, &body)?;
        let recorded = Recorded::of(&draft.name, &draft.changes, &body);
        audit::record(conn, actor, now, &Event::done("scenario-maken", OBJECT, id).change(None, &recorded)?)?;
        Ok(id)
    })
}

fn outcome(
    conn: &mut Connection,
    snapshot: &Arc<Snapshot>,
    region_id: i64,
    changes: &[ChangeLine],
    field: impl Fn(usize, Part) -> String,
) -> Result<Body> {
    let (scenario, words) = Names { snapshot, region_id }.read(changes, field)?;
    work_out(&Picture::read(conn, snapshot, region_id)?, &scenario, words)
}

/// Works out a scenario once more, by what is so now.
pub fn renew_scenario(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Arc<Snapshot>,
    (id, version): (i64, i32),
) -> Result<()> {
    let found = find_scenario(conn, actor, id)?;
    let body = outcome(conn, snapshot, region_of(actor)?, &found.changes, |_, _| "veranderingen".to_owned())
        .map_err(|error| match error {
            Error::Collision(_) => Error::Conflict(
                "Een aanbieder, product of gemeente uit dit scenario bestaat niet meer. Maak een nieuw scenario."
                    .into(),
            ),
            other => other,
        })?;
    db::write(conn, |conn| {
        if store::update_body(conn, (id, version), now.naive_utc(), &body)? == 0 {
            return Err(Error::Conflict(
                "Iemand anders heeft dit scenario net opnieuw doorgerekend of verwijderd.".into(),
            ));
        }
        let before = Recorded::of(&found.name, &found.changes, &found.body);
        let after = Recorded::of(&found.name, &found.changes, &body);
        let event = Event::done("scenario-doorrekenen", OBJECT, id).change(Some(&before), &after)?;
        audit::record(conn, actor, now, &event)
    })
}

/// Removes a scenario with its sweep; returns what it was.
pub fn remove_scenario(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    id: i64,
) -> Result<Scenario> {
    db::write(conn, |conn| {
        let found = find_scenario(conn, actor, id)?;
        if store::delete_scenario(conn, id)? == 0 {
            return Err(Error::NotFound(OBJECT));
        }
        let recorded = Recorded::of(&found.name, &found.changes, &found.body);
        let event = Event::done("scenario-verwijderen", OBJECT, id).change(None, &recorded)?;
        audit::record(conn, actor, now, &event)?;
        Ok(found)
    })
}

/// A scenario of the actor's region.
pub fn find_scenario(conn: &mut Connection, actor: &Actor, id: i64) -> Result<Scenario> {
    store::find_scenario(conn, region_of(actor)?, id)?.ok_or(Error::NotFound(OBJECT))
}

/// The scenarios of the actor's region, the newest first, and how many there are.
pub fn list_scenarios(conn: &mut Connection, actor: &Actor, page: usize) -> Result<(Vec<Scenario>, usize)> {
    let region_id = region_of(actor)?;
    let total = usize::try_from(store::count_scenarios(conn, region_id)?).map_err(Error::internal)?;
    Ok((store::list_scenarios(conn, region_id, rows_of_page(page))?, total))
}

/// A scenario with its sweep, if there is one.
pub fn find_with_sweep(conn: &mut Connection, actor: &Actor, id: i64) -> Result<(Scenario, Option<Sweep>)> {
    let found = find_scenario(conn, actor, id)?;
    let sweep = store::find_sweep(conn, id)?;
    Ok((found, sweep))
}

/// The parts of a range that can be wrong, besides those of its change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangePart {
    Of(Part),
    From,
    To,
    Step,
}

/// Has a range of values worked out, in place of the one before.
pub fn start_sweep(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
    id: i64,
    (range, field): (Range, impl Fn(RangePart) -> &'static str),
) -> Result<()> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    check_range(snapshot, identity.region_id, &range, field)?;
    let busy = || {
        Error::Conflict(
            "Er wordt in uw regio al een reeks doorgerekend. Wacht tot die klaar is, of stop haar.".into(),
        )
    };
    db::write(conn, |conn| {
        let found = find_scenario(conn, actor, id)?;
        let total = i32::try_from(range.values().len()).map_err(Error::internal)?;
        let sweep = Sweep {
            scenario_id: found.id,
            state: SweepState::Busy,
            range: range.clone(),
            asked_at: now,
            by_name: identity.display_name.clone(),
            done: 0,
            total,
            outcome: None,
        };
        store::replace_sweep(conn, identity.region_id, &sweep).map_err(|error| match error {
            Error::Conflict(_) => busy(),
            other => other,
        })?;
        let event = Event::done("scenario-reeks-starten", OBJECT, id).change(None, &range)?;
        audit::record(conn, actor, now, &event)
    })
}

fn check_range(
    snapshot: &Snapshot,
    region_id: i64,
    range: &Range,
    field: impl Fn(RangePart) -> &'static str,
) -> Result<()> {
    let names = Names { snapshot, region_id };
    let mut wrong = rules::violations::Violations::new();
    if range.change.kind.value().is_none() {
        wrong.add(field(RangePart::Of(Part::Kind)), "kan-niet", "hiervan kan geen reeks worden gemaakt");
        return Error::refuse_collisions(wrong, ());
    }
    for (value, part) in [(range.from, RangePart::From), (range.to, RangePart::To)] {
        let line = ChangeLine { value: Some(value), ..range.change.clone() };
        for (found, message) in names.name(&line).err().into_iter().flatten() {
            let at = field(if found == Part::Value { part } else { RangePart::Of(found) });
            if !wrong.iter().any(|known| known.field == at) {
                wrong.add(at, "kan-niet", message);
            }
        }
    }
    if wrong.is_empty() {
        match range.values().len() {
            0 | 1 => wrong.add(field(RangePart::To), "te-weinig", "een reeks heeft minstens twee waarden"),
            count if count > MOST_VALUES => {
                let message =
                    format!("een reeks heeft hoogstens {MOST_VALUES} waarden; neem een grotere stap");
                wrong.add(field(RangePart::Step), "te-veel", message);
            }
            _ => {}
        }
    }
    Error::refuse_collisions(wrong, ())
}

/// Stops a sweep that is busy.
pub fn stop_sweep(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, id: i64) -> Result<()> {
    db::write(conn, |conn| {
        find_scenario(conn, actor, id)?;
        if store::stop_sweep(conn, id)? == 0 {
            store::find_sweep(conn, id)?.ok_or(Error::NotFound("reeks"))?;
            return Err(Error::Conflict("Deze reeks wordt niet meer doorgerekend.".into()));
        }
        audit::record(conn, actor, now, &Event::done("scenario-reeks-stoppen", OBJECT, id))
    })
}
