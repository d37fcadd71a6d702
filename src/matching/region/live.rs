//! The regional plan of each region in memory, kept current.
//!
//! Every look compares what the database says with what is known: the version of each client that is open, the picture
//! of the supply, the weights and the policy. What changed is read and worked out anew, and the assignment is changed
//! rather than made again. Nothing new: it stops after a few small queries. So it follows other servers and the command
//! line too, and a server that starts arrives at the same plan as one that ran for weeks.
//!
//! Nobody waits for another's database: it is read without the lock, and what was read is taken up only if nothing else
//! was meanwhile. Otherwise it is read once more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use rules::matching::scenario::Scenario;

use super::engine::Engine;
use super::picture::{Picture, ReadClient, Seen, read_clients};
use super::plan::Plan;
use crate::availability::supply::snapshot::Snapshot;
use crate::db::Connection;
use crate::error::Result;

/// The plans of all regions that were asked for.
#[derive(Default)]
pub struct Plans {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    regions: HashMap<i64, Region>,
    /// Goes up with every change of a plan.
    turns: u64,
}

impl Kept {
    /// At which turn the plan of a region was changed last, which is never the same again; 0 without a plan.
    fn turn_of(&self, region_id: i64) -> u64 {
        self.regions.get(&region_id).map_or(0, |region| region.turn)
    }

    fn keep(&mut self, region_id: i64, region: Region) -> Arc<Plan> {
        self.turns += 1;
        let plan = region.plan.clone();
        self.regions.insert(region_id, Region { turn: self.turns, ..region });
        plan
    }
}

/// What has to be read.
enum Missing {
    /// Nothing: this is the plan.
    Nothing(Arc<Plan>),
    These(Vec<i64>),
    Everybody,
}

impl Plans {
    /// The plan of a region as it is now.
    pub fn current(
        &self,
        conn: &mut Connection,
        snapshot: &Arc<Snapshot>,
        region_id: i64,
    ) -> Result<Arc<Plan>> {
        loop {
            let (turn, snapshot) = self.begin(snapshot, region_id);
            let seen = Seen::read(conn, &snapshot, region_id)?;
            let found = match self.missing(turn, &snapshot, region_id, &seen) {
                None => None,
                Some(Missing::Nothing(plan)) => Some(plan),
                Some(Missing::These(ids)) => {
                    let read = read_clients(conn, &snapshot, &ids)?;
                    self.follow(turn, &snapshot, region_id, (seen, read))?
                }
                Some(Missing::Everybody) => {
                    let read = read_clients(conn, &snapshot, &seen.everybody())?;
                    self.replace(turn, region_id, Region::of(Picture::of(&snapshot, seen, read))?)
                }
            };
            if let Some(plan) = found {
                return Ok(plan);
            }
        }
    }

    /// Brings the plans of all regions up to date.
    pub fn refresh(&self, conn: &mut Connection, snapshot: &Arc<Snapshot>) -> Result<()> {
        for region in &snapshot.book.regions {
            self.current(conn, snapshot, region.id)?;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(|poisoned| {
            // Whoever panicked may have left a plan half changed.
            let mut kept = poisoned.into_inner();
            kept.regions.clear();
            self.kept.clear_poison();
            kept
        })
    }

    /// The turn of the plan, and the newest picture of the supply: whoever asks may hold an older one than is known.
    fn begin(&self, asked: &Arc<Snapshot>, region_id: i64) -> (u64, Arc<Snapshot>) {
        let kept = self.lock();
        let known = kept.regions.get(&region_id).map(|region| &region.picture.snapshot);
        let newer = known.filter(|known| asked.version < known.version && asked.today <= known.today);
        (kept.turn_of(region_id), newer.unwrap_or(asked).clone())
    }

    /// What has to be read; none when the plan was changed since that turn.
    fn missing(&self, turn: u64, snapshot: &Arc<Snapshot>, region_id: i64, seen: &Seen) -> Option<Missing> {
        let kept = self.lock();
        if kept.turn_of(region_id) != turn {
            return None;
        }
        Some(match kept.regions.get(&region_id) {
            Some(region) if !region.is_outdated(snapshot) => {
                if region.picture.is_as(seen) {
                    Missing::Nothing(region.plan.clone())
                } else {
                    Missing::These(region.picture.missing(seen))
                }
            }
            _ => Missing::Everybody,
        })
    }

    /// The plan after what was read is taken up; none when it was changed since that turn.
    fn follow(
        &self,
        turn: u64,
        snapshot: &Arc<Snapshot>,
        region_id: i64,
        (seen, read): (Seen, Vec<ReadClient>),
    ) -> Result<Option<Arc<Plan>>> {
        let mut kept = self.lock();
        if kept.turn_of(region_id) != turn {
            return Ok(None);
        }
        // If it fails it may be half changed; whoever asks next has it made anew.
        let Some(mut region) = kept.regions.remove(&region_id) else { return Ok(None) };
        region.picture.follow(snapshot, seen, read);
        region.engine.update(region.picture.facts())?;
        region.plan = Arc::new(region.picture.plan(&Scenario::AS_IT_IS, &region.engine)?);
        Ok(Some(kept.keep(region_id, region)))
    }

    /// Keeps a plan that was made from nothing; none when another was kept since.
    fn replace(&self, turn: u64, region_id: i64, region: Region) -> Option<Arc<Plan>> {
        let mut kept = self.lock();
        if kept.turn_of(region_id) != turn {
            return None;
        }
        Some(kept.keep(region_id, region))
    }
}

/// The plan of a region made from nothing, besides what is kept in memory.
pub fn make(conn: &mut Connection, snapshot: &Arc<Snapshot>, region_id: i64) -> Result<(Arc<Plan>, Engine)> {
    let region = Region::of(Picture::read(conn, snapshot, region_id)?)?;
    Ok((region.plan, region.engine))
}

struct Region {
    picture: Picture,
    engine: Engine,
    plan: Arc<Plan>,
    turn: u64,
}

impl Region {
    fn of(picture: Picture) -> Result<Self> {
        let engine = Engine::new(picture.facts())?;
        let plan = Arc::new(picture.plan(&Scenario::AS_IT_IS, &engine)?);
        Ok(Self { picture, engine, plan, turn: 0 })
    }

    /// With another book or on another day everything can be otherwise, the places of things in the book too.
    fn is_outdated(&self, snapshot: &Snapshot) -> bool {
        let known = &self.picture.snapshot;
        !Arc::ptr_eq(&snapshot.book, &known.book) || snapshot.today != known.today
    }
}
