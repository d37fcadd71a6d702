//! The boards of one server, in memory: read again when something happened, and shared by all screens.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::web::Bytes;
use arc_swap::ArcSwap;
use chrono::{DateTime, Duration, Utc};
use tokio::sync::watch;

use super::actions;
use super::model::Board;
use super::stream;
use crate::actor::Actor;
use crate::db::Connection;
use crate::error::{Error, Result};

/// How many looks wait for the database to come back. More than a board can have in hours.
const MOST_OWED: usize = 10_000;

/// After how long without an answer of the database a board is no longer of now.
const STALE_AFTER: Duration = Duration::seconds(20);

/// A look that could not be written down while the database was away.
#[derive(Debug, Clone)]
struct Owed {
    actor: Actor,
    at: DateTime<Utc>,
    codes: Vec<String>,
}

/// The live part as it is drawn, once for all screens of one kind.
#[derive(Debug, Clone)]
pub struct Drawn {
    pub html: Arc<str>,
    /// The same as it goes over the stream: a hundred screens share these bytes.
    pub(super) event: Bytes,
}

/// What screens of one kind get, for one state of a board in one minute.
type Rendered = HashMap<(i64, u8), (i64, i64, Drawn)>;

/// Counts what screens wake up for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// A board was read again.
    boards: u64,
    /// Sessions ended.
    pub(super) sessions: u64,
}

/// Everything this server shows of crisis points.
#[derive(Default)]
pub struct Boards {
    by_region: ArcSwap<BTreeMap<i64, Arc<Board>>>,
    /// Wakes screens up.
    changes: watch::Sender<Change>,
    /// Set when the server stops.
    stopping: watch::Sender<bool>,
    rendered: Mutex<Rendered>,
    /// When the database last said what is on them.
    checked_at: Mutex<Option<DateTime<Utc>>>,
    owed: Mutex<Vec<Owed>>,
}

impl Boards {
    /// Reads the boards on which something happened; returns whether there were any.
    pub fn refresh(&self, conn: &mut Connection, now: DateTime<Utc>) -> Result<bool> {
        self.pay(conn)?;
        let newest = actions::list_newest(conn)?;
        let known = self.by_region.load_full();
        let is_new = |region_id: &i64, id: &i64| {
            known.get(region_id).is_none_or(|board| {
                board.newest != *id || crate::clock::dutch_day(board.read_at) != crate::clock::dutch_day(now)
            })
        };
        let changed: Vec<i64> =
            newest.iter().filter(|(region, id)| is_new(region, id)).map(|(region, _)| *region).collect();
        if changed.is_empty() {
            *lock(&self.checked_at) = Some(now);
            return Ok(false);
        }
        let mut boards = BTreeMap::clone(&known);
        for region_id in changed {
            boards.insert(region_id, Arc::new(actions::read_board(conn, region_id, now)?));
        }
        self.by_region.store(Arc::new(boards));
        *lock(&self.checked_at) = Some(now);
        self.changes.send_modify(|change| change.boards += 1);
        Ok(true)
    }

    /// The board of a region as it was last read.
    pub fn current(&self, region_id: i64) -> Result<Arc<Board>> {
        let boards = self.by_region.load();
        boards.get(&region_id).cloned().ok_or(Error::NotFound("crisispunt"))
    }

    /// The moment at which the boards were what the database says, and whether that still counts as now.
    pub(super) fn checked_at(&self, now: DateTime<Utc>) -> (DateTime<Utc>, bool) {
        let at = lock(&self.checked_at).unwrap_or(now);
        (at, now - at < STALE_AFTER)
    }

    /// Wakes up at every change.
    pub(super) fn follow(&self) -> watch::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Somebody signed out here: every screen asks at once whether it may still look.
    pub fn look_again(&self) {
        self.changes.send_modify(|change| change.sessions += 1);
    }

    /// Ends every stream, those to come too: a server that stops waits for no screen.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Becomes true when the server stops.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// The live part for one kind of screen, made once for all of that kind.
    pub fn rendered(
        &self,
        (region_id, kind): (i64, u8),
        board: &Board,
        now: DateTime<Utc>,
        render: impl FnOnce() -> Result<String>,
    ) -> Result<Drawn> {
        let minute = now.timestamp() / 60;
        let mut kept = lock(&self.rendered);
        if let Some((newest, of, drawn)) = kept.get(&(region_id, kind))
            && (*newest, *of) == (board.newest, minute)
        {
            return Ok(drawn.clone());
        }
        let html = render()?;
        let drawn = Drawn { event: stream::event("bord", Some(board.newest), &html), html: html.into() };
        kept.insert((region_id, kind), (board.newest, minute, drawn.clone()));
        Ok(drawn)
    }

    /// Writes a look down, now or when the database is back: the board stays readable without it.
    pub fn record_look(
        &self,
        conn: Result<&mut Connection>,
        actor: &Actor,
        now: DateTime<Utc>,
        codes: Vec<String>,
    ) -> Result<()> {
        let written = conn.and_then(|conn| actions::record_look(conn, actor, now, &codes));
        match written {
            Err(Error::Unavailable(cause)) => {
                let mut owed = lock(&self.owed);
                if owed.len() >= MOST_OWED {
                    return Err(Error::Unavailable(cause));
                }
                owed.push(Owed { actor: actor.clone(), at: now, codes });
                Ok(())
            }
            other => other,
        }
    }

    /// Writes down the looks that were owed. They are taken out first, since two who pay at once would write one look
    /// twice, and drop another that was never written.
    fn pay(&self, conn: &mut Connection) -> Result<()> {
        let owed = std::mem::take(&mut *lock(&self.owed));
        for (paid, look) in owed.iter().enumerate() {
            if let Err(error) = actions::record_look(conn, &look.actor, look.at, &look.codes) {
                lock(&self.owed).splice(0..0, owed[paid..].iter().cloned());
                return Err(error);
            }
        }
        Ok(())
    }
}

/// What is kept here is whole after every step, so a thread that died with the lock left nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
