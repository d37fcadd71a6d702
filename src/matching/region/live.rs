//! The regional plan of each region in memory, kept current.
//!
//! Every look compares what the database says with what is known: the version of each client that is open, the picture
//! of the supply, the weights and the policy. What changed is read and worked out anew, and the assignment is changed
//! rather than made again. Nothing new: it stops after a few small queries. So it follows other servers and the command
//! line too, and a server that starts arrives at the same plan as one that ran for weeks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rules::matching::scenario::Scenario;

use super::engine::Engine;
use super::picture::Picture;
use super::plan::Plan;
use crate::availability::supply::snapshot::Snapshot;
use crate::db::Connection;
use crate::error::{Error, Result};

/// The plans of all regions that were asked for.
#[derive(Default)]
pub struct Plans {
    regions: Mutex<HashMap<i64, Region>>,
}

impl Plans {
    /// The plan of a region as it is now.
    pub fn current(
        &self,
        conn: &mut Connection,
        snapshot: &Arc<Snapshot>,
        region_id: i64,
    ) -> Result<Arc<Plan>> {
        let mut regions = self.regions.lock().unwrap_or_else(|poisoned| {
            // Whoever panicked may have left a plan half changed.
            let mut regions = poisoned.into_inner();
            regions.clear();
            self.regions.clear_poison();
            regions
        });
        if let Some(region) = regions.get_mut(&region_id) {
            if let Err(error) = region.refresh(conn, snapshot) {
                // It may be half changed; whoever asks next has it made anew.
                regions.remove(&region_id);
                return Err(error);
            }
        } else {
            let region = Region::build(conn, snapshot, region_id)?;
            regions.insert(region_id, region);
        }
        regions
            .get(&region_id)
            .map(|region| region.plan.clone())
            .ok_or_else(|| Error::internal("the plan of the region is missing"))
    }

    /// Brings the plans of all regions up to date.
    pub fn refresh(&self, conn: &mut Connection, snapshot: &Arc<Snapshot>) -> Result<()> {
        for region in &snapshot.book.regions {
            self.current(conn, snapshot, region.id)?;
        }
        Ok(())
    }
}

/// The plan of a region made from nothing, besides what is kept in memory.
pub fn make(conn: &mut Connection, snapshot: &Arc<Snapshot>, region_id: i64) -> Result<(Arc<Plan>, Engine)> {
    let region = Region::build(conn, snapshot, region_id)?;
    Ok((region.plan, region.engine))
}

struct Region {
    picture: Picture,
    engine: Engine,
    plan: Arc<Plan>,
}

impl Region {
    fn build(conn: &mut Connection, snapshot: &Arc<Snapshot>, region_id: i64) -> Result<Self> {
        let picture = Picture::read(conn, snapshot, region_id)?;
        let engine = Engine::new(picture.facts())?;
        let plan = Arc::new(picture.plan(&Scenario::AS_IT_IS, &engine)?);
        Ok(Self { picture, engine, plan })
    }

    fn refresh(&mut self, conn: &mut Connection, snapshot: &Arc<Snapshot>) -> Result<()> {
        let known = &self.picture.snapshot;
        // Whoever asks may hold an older picture than this one knows.
        let snapshot =
            if snapshot.version < known.version && snapshot.today <= known.today { known } else { snapshot };
        // With another book or on another day everything can be otherwise, the places of things in the book too.
        if !Arc::ptr_eq(&snapshot.book, &known.book) || snapshot.today != known.today {
            *self = Self::build(conn, snapshot, self.picture.basis.region_id)?;
            return Ok(());
        }
        let snapshot = snapshot.clone();
        if self.picture.follow(conn, &snapshot)? {
            self.engine.update(self.picture.facts())?;
            self.plan = Arc::new(self.picture.plan(&Scenario::AS_IT_IS, &self.engine)?);
        }
        Ok(())
    }
}
