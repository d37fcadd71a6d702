//! Aanbod in het geheugen (supply): an unchanging picture of everything that is offered, swapped whole.
//!
//! Searches read it and touch no database. After a write the server that wrote brings its own picture up
//! to date before it answers; other servers look every second. A version number in the database, raised in
//! the transaction of every write, tells whether there is something new, and whether only figures changed
//! or the product book too.

pub mod book;
pub mod candidates;
mod index;
pub mod lookup;
pub mod search;
pub mod snapshot;
mod store;

use std::sync::{Arc, Mutex};

use arc_swap::ArcSwapOption;
use chrono::NaiveDate;

use self::book::Region;
use self::snapshot::Snapshot;
use crate::config::Config;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::metrics::Metrics;

/// Holds the current picture.
#[derive(Default)]
pub struct Supply {
    current: ArcSwapOption<Snapshot>,
    /// One refresh at a time: two would do the same work, and the older could come last.
    refreshing: Mutex<()>,
}

impl Supply {
    /// The picture as it is now. It does not change under the reader.
    pub fn current(&self) -> Result<Arc<Snapshot>> {
        self.current.load_full().ok_or_else(|| Error::Unavailable("the supply has not been read yet".into()))
    }

    pub fn is_loaded(&self) -> bool {
        self.current.load().is_some()
    }

    /// Brings the picture up to date with the database: not at all when nothing is new, only the changed
    /// figures when that is all, everything when the product book changed or a new day has begun.
    pub fn refresh(&self, conn: &mut Connection, today: NaiveDate) -> Result<()> {
        let _guard = self.refreshing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let next = match self.current.load_full() {
            Some(current) if current.today == today => {
                let (version, book_version) = store::find_version(conn)?;
                // A read replica may be behind what this server wrote itself.
                if version <= current.version {
                    return Ok(());
                }
                if book_version > current.book_version {
                    load(conn, today)?
                } else {
                    let (version, changed) =
                        db::read(conn, |conn| store::list_offers_since(conn, current.version))?;
                    match current.with_changes(version, changed) {
                        Some(snapshot) => snapshot,
                        None => load(conn, today)?,
                    }
                }
            }
            _ => load(conn, today)?,
        };
        self.current.store(Some(Arc::new(next)));
        Ok(())
    }

    /// The region this server is for: the configured one, or else the first.
    pub fn region(&self, config: &Config) -> Option<Region> {
        let snapshot = self.current.load();
        let regions = &snapshot.as_ref()?.book.regions;
        let configured =
            config.region.code.as_ref().and_then(|code| regions.iter().find(|region| region.code == *code));
        configured.or_else(|| regions.first()).cloned()
    }

    /// A region by its id.
    pub fn region_by_id(&self, id: i64) -> Option<Region> {
        let snapshot = self.current.load();
        snapshot.as_ref()?.book.regions.iter().find(|region| region.id == id).cloned()
    }

    /// The code of a region by its id.
    pub fn region_code(&self, id: i64) -> Option<String> {
        let snapshot = self.current.load();
        snapshot
            .as_ref()?
            .book
            .regions
            .iter()
            .find(|region| region.id == id)
            .map(|region| region.code.clone())
    }

    pub fn report(&self, metrics: &Metrics) {
        if let Some(snapshot) = self.current.load_full() {
            metrics.offers.set(i64::try_from(snapshot.offer_count()).unwrap_or(i64::MAX));
            metrics.supply_version.set(snapshot.version);
        }
    }
}

/// Reads everything in one unchanging picture of the database.
fn load(conn: &mut Connection, today: NaiveDate) -> Result<Snapshot> {
    let tables = db::read(conn, store::list_tables)?;
    Ok(Snapshot::build(tables, today))
}

/// Reads every table that the supply is made of and makes nothing of it; tells how many offers there are.
/// Starting is measured against this.
pub fn read_tables(conn: &mut Connection) -> Result<usize> {
    Ok(db::read(conn, store::list_tables)?.offers.len())
}
