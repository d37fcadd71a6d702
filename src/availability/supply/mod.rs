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

use std::sync::{Arc, Mutex, MutexGuard};

use arc_swap::ArcSwapOption;
use chrono::{DateTime, NaiveDate, Utc};

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
    /// One refresh after a write at a time: two would do the same work.
    refreshing: Mutex<()>,
    /// Held while pictures are compared and swapped, and never while a database is asked.
    swapping: Mutex<()>,
    /// What the primary had when it was asked, and when that was, until the picture of a replica has it too.
    awaited: Mutex<Option<(i64, DateTime<Utc>)>>,
}

impl Supply {
    /// The picture as it is now. It does not change under the reader.
    pub fn current(&self) -> Result<Arc<Snapshot>> {
        self.current.load_full().ok_or_else(|| Error::Unavailable("the supply has not been read yet".into()))
    }

    pub fn is_loaded(&self) -> bool {
        self.current.load().is_some()
    }

    /// Brings the picture up to date after this server wrote.
    pub fn refresh(&self, conn: &mut Connection, today: NaiveDate) -> Result<()> {
        let _guard = hold(&self.refreshing);
        self.follow(conn, today)
    }

    /// Brings the picture up to date with the database: not at all when nothing is new, only the changed
    /// figures when that is all, everything when the product book changed or a new day has begun.
    ///
    /// It waits for nobody and nobody waits for it: the database it asks may be a replica that does not answer.
    pub fn follow(&self, conn: &mut Connection, today: NaiveDate) -> Result<()> {
        let next = match self.current.load_full() {
            Some(current) if current.today == today => {
                let version = store::find_version(conn)?.0;
                // A read replica may be behind what this server wrote itself.
                if version <= current.version {
                    return Ok(());
                }
                match catch_up(conn, &current)? {
                    Some(snapshot) => snapshot,
                    None => load(conn, today)?,
                }
            }
            _ => load(conn, today)?,
        };
        self.swap(next);
        Ok(())
    }

    /// Until when the picture holds all that was saved. A replica does not tell how far it is behind, so the primary is asked what
    /// it has, and the picture must come that far. None while it has not.
    pub fn known_until(&self, primary: &mut Connection, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        let version = store::find_version(primary)?.0;
        let has =
            |version: i64| self.current.load().as_ref().is_some_and(|current| version <= current.version);
        let mut awaited = hold(&self.awaited);
        let reached = awaited.filter(|(version, _)| has(*version)).map(|(_, at)| at);
        // What is awaited stays so while more is saved: otherwise a busy primary would always be ahead.
        if awaited.is_none() || reached.is_some() {
            *awaited = Some((version, now));
        }
        Ok(if has(version) { Some(now) } else { reached })
    }

    /// Two who refresh at once may end in another order than they began: the older picture takes nothing back.
    fn swap(&self, next: Snapshot) {
        let _guard = hold(&self.swapping);
        let is_news = self.current.load().as_ref().is_none_or(|current| {
            next.version > current.version || (next.version == current.version && next.today != current.today)
        });
        if is_news {
            self.current.store(Some(Arc::new(next)));
        }
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

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The next picture with the figures that changed. None when that is not all: then everything must be read anew. Both
/// versions and the figures are of one moment, so that no change of the book gets lost between them.
fn catch_up(conn: &mut Connection, current: &Snapshot) -> Result<Option<Snapshot>> {
    db::read(conn, |conn| {
        let (version, book_version) = store::find_version(conn)?;
        if book_version > current.book_version {
            return Ok(None);
        }
        Ok(current.with_changes(version, store::list_offers_since(conn, current.version)?))
    })
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
