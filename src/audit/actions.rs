//! Keeps the chain over a log, and follows it.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

use super::chain::{Break, ChainedLine, Fault, Head, Seal, Verification};
use crate::db::{self, Connection};
use crate::error::{Error, Result};

pub use super::store::AuditLog;

/// How many lines are sealed or read at a time.
const PORTION: i64 = 500;

/// A transaction that is still running may hold a lower number than lines that are sealed; not by more than this.
const NUMBERS_IN_FLIGHT: i64 = 10_000;

/// A line is sealed within seconds while a server runs, and when one starts.
const LONG_UNSEALED: Duration = Duration::hours(1);

/// A log with a chain: its lines, and the seals beside them.
pub trait ChainedLog {
    type Line: ChainedLine;

    /// Where its chain starts: after what was removed because it was old.
    fn find_start(conn: &mut Connection) -> Result<Head>;

    /// The end of its chain.
    fn find_head(conn: &mut Connection) -> Result<Head>;

    /// The highest number of a line that is sealed.
    fn find_last_sealed_id(conn: &mut Connection) -> Result<Option<i64>>;

    /// Lines from this number on that are not sealed yet, oldest first.
    fn list_unsealed(conn: &mut Connection, from_id: i64, most: i64) -> Result<Vec<Self::Line>>;

    /// The first line from before this moment that is not sealed.
    fn find_unsealed_before(
        conn: &mut Connection,
        before: NaiveDateTime,
    ) -> Result<Option<(i64, NaiveDateTime)>>;

    fn insert_seals(conn: &mut Connection, seals: &[Seal]) -> Result<()>;

    /// Seals after this one, each with its line as far as it is still there.
    fn list_sealed(conn: &mut Connection, after: i64, most: i64) -> Result<Vec<(Seal, Option<Self::Line>)>>;
}

/// Whether to look at all lines for what is not sealed, or at the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    All,
    Newest,
}

/// Gives lines that have none a place in the chain; returns how many. Nothing when another server is doing the
/// same: the number in the chain is unique, so one of the two wins.
pub fn seal_lines<L: ChainedLog>(conn: &mut Connection, now: DateTime<Utc>, reach: Reach) -> Result<usize> {
    let from_id = match reach {
        Reach::All => 0,
        Reach::Newest => L::find_last_sealed_id(conn)?.unwrap_or(0).saturating_sub(NUMBERS_IN_FLIGHT),
    };
    let mut sealed = 0;
    loop {
        if L::list_unsealed(conn, from_id, 1)?.is_empty() {
            return Ok(sealed);
        }
        match db::write(conn, |conn| seal_portion::<L>(conn, now, from_id)) {
            Ok(count) => sealed += count,
            Err(Error::Conflict(_)) => return Ok(sealed),
            Err(error) => return Err(error),
        }
    }
}

fn seal_portion<L: ChainedLog>(conn: &mut Connection, now: DateTime<Utc>, from_id: i64) -> Result<usize> {
    let mut head = L::find_head(conn)?;
    let lines = L::list_unsealed(conn, from_id, PORTION)?;
    let seals: Vec<Seal> = lines
        .iter()
        .map(|line| {
            head = head.next(line);
            Seal { seq: head.seq, event_id: line.id(), sealed_at: now.naive_utc(), hash: head.hash.clone() }
        })
        .collect();
    L::insert_seals(conn, &seals)?;
    Ok(seals.len())
}

/// The end of the chain, to keep elsewhere.
pub fn find_head<L: ChainedLog>(conn: &mut Connection) -> Result<Head> {
    L::find_head(conn)
}

/// Follows the whole chain, and looks for lines that never came into it. The inner result is the head, or the
/// first thing that is wrong.
pub fn verify_chain<L: ChainedLog>(
    conn: &mut Connection,
    now: DateTime<Utc>,
    kept: Option<Head>,
) -> Result<Result<Head, Break>> {
    let start = L::find_start(conn)?;
    let mut after = start.seq;
    let mut verification = Verification::new(start, kept);
    loop {
        let portion = L::list_sealed(conn, after, PORTION)?;
        let Some((last, _)) = portion.last() else { break };
        after = last.seq;
        for (seal, line) in &portion {
            if let Err(broken) = verification.step(seal, line.as_ref()) {
                return Ok(Err(broken));
            }
        }
    }
    Ok(match L::find_unsealed_before(conn, (now - LONG_UNSEALED).naive_utc())? {
        Some((id, at)) => {
            Err(Break { seq: None, event_id: Some(id), at: Some(at.and_utc()), fault: Fault::NeverSealed })
        }
        None => verification.finish(),
    })
}
