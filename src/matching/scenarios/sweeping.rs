//! Reeks: one change of a scenario over a range of values, each solved and proven, beside the requests.
//!
//! The database decides who works on it and for how long: a server takes it for a time, and writes after every value how
//! far it is. When that write finds that the sweep is no longer its own, because somebody stopped or removed it, it
//! stops. A server that is told to stop gives the sweep back, and it is done from its first value elsewhere or later. What a
//! server left behind that is gone is told to be broken off, and not done again by itself.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use rules::matching::scenario::{Change, Scenario};

use super::model::{ChangeLine, SweepOutcome, SweepPoint, SweepState};
use super::naming::Names;
use super::store;
use super::working_out::{measures_in, stamp};
use crate::availability::supply::Supply;
use crate::clock::Clock;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::opaque;
use crate::matching::region::engine::Engine;
use crate::matching::region::picture::Picture;

/// For so long after its last sign of life a server holds a sweep: far longer than one value takes.
const CLAIM: TimeDelta = TimeDelta::minutes(2);

/// What one value after the other brings. `told` is asked after each how many there are, and whether to go on.
///
/// The problem of each value is reached from that of the one before by what changed, or solved from nothing where that is
/// faster; both give the same answer.
pub fn sweep(
    picture: &Picture,
    scenario: &Scenario,
    change: Change,
    values: &[i32],
    mut told: impl FnMut(usize) -> Result<bool>,
) -> Result<Option<Vec<SweepPoint>>> {
    let as_it_is = Engine::new(picture.facts())?;
    // Besides the room, places change what somebody can have where they lift an intake stop.
    let mut before: Option<(Engine, BTreeSet<i64>)> = None;
    let mut points = Vec::with_capacity(values.len());
    for &value in values {
        let with = scenario.with(Change { value, ..change });
        let lifted = picture.lifted_stops(&with);
        let solved = match before.take() {
            Some((mut known, same)) if change.kind.is_about_places() && same == lifted => {
                let facts = picture.with_rooms(known.facts(), &with);
                known.update(facts)?;
                known
            }
            Some((mut known, _)) => {
                known.update(picture.facts_in(&with))?;
                known
            }
            None => Engine::new(picture.facts_in(&with))?,
        };
        let places = solved.outcome()?.places;
        points.push(SweepPoint { value, measures: measures_in(&as_it_is, &solved, &places) });
        before = Some((solved, lifted));
        if !told(points.len())? {
            return Ok(None);
        }
    }
    Ok(Some(points))
}

/// Works on the oldest sweep that waits, if there is one; tells whether there was. Tells of those that were left behind.
/// `stops` is asked after every value whether the server is told to stop.
pub fn work_on_next(
    conn: &mut Connection,
    supply: &Supply,
    clock: Clock,
    stops: &dyn Fn() -> bool,
) -> Result<bool> {
    let now = clock.now().naive_utc();
    if store::has_left(conn, now)? {
        db::write(conn, |conn| store::break_off_left(conn, now))?;
    }
    let Some(scenario_id) = store::find_waiting_sweep(conn)? else { return Ok(false) };
    let claim = opaque::generate();
    let until = |now: DateTime<Utc>| (now + CLAIM).naive_utc();
    if db::write(conn, |conn| store::claim_sweep(conn, scenario_id, &claim, until(clock.now())))? == 0 {
        return Ok(false);
    }
    let worked = work_on(conn, supply, scenario_id, |conn, done| {
        if stops() {
            db::write(conn, |conn| store::give_back_sweep(conn, (scenario_id, &claim)))?;
            return Ok(false);
        }
        let done = i32::try_from(done).map_err(Error::internal)?;
        let until = until(clock.now());
        Ok(db::write(conn, |conn| store::tell_progress(conn, (scenario_id, &claim), done, until))? > 0)
    });
    let (state, outcome) = match worked {
        Ok(Some(outcome)) => (SweepState::Ready, Some(outcome)),
        // Stopped, removed or given back meanwhile: the row says so already.
        Ok(None) => return Ok(true),
        Err(error) => {
            tracing::error!(scenario_id, %error, "a sweep could not be worked out");
            (SweepState::Failed, None)
        }
    };
    db::write(conn, |conn| store::end_sweep(conn, (scenario_id, &claim), state, outcome.as_ref()))?;
    Ok(true)
}

fn work_on(
    conn: &mut Connection,
    supply: &Supply,
    scenario_id: i64,
    mut told: impl FnMut(&mut Connection, usize) -> Result<bool>,
) -> Result<Option<SweepOutcome>> {
    let Some((region_id, found)) = store::find_any_scenario(conn, scenario_id)? else { return Ok(None) };
    let Some(range) = store::find_sweep(conn, scenario_id)?.map(|sweep| sweep.range) else { return Ok(None) };
    let values = range.values();
    let snapshot = supply.current()?;
    let names = Names { snapshot: &snapshot, region_id };
    let (scenario, _) = names.read(&found.changes, |_, _| "veranderingen".to_owned())?;
    let named = names.name(&ChangeLine { value: Some(range.from), ..range.change });
    let Ok(named) = named else { return Err(Error::NotFound("aanbod")) };
    let picture = Picture::read(conn, &snapshot, region_id)?;
    let points = sweep(&picture, &scenario, named.change, &values, |done| told(conn, done))?;
    let Some(points) = points else { return Ok(None) };
    let stamp = stamp(&picture)?;
    Ok(Some(SweepOutcome { stamp, words: named.words_of_range(), points }))
}
