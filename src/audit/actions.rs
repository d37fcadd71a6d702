//! Keeps the chain over the audit, and follows it.

use chrono::{DateTime, Duration, Utc};

use super::chain::{Break, Fault, Head, Seal, Verification};
use super::store;
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// How many lines are sealed or read at a time.
const PORTION: i64 = 500;

/// A transaction that is still running may hold a lower number than lines that are sealed; not by more than this.
const NUMBERS_IN_FLIGHT: i64 = 10_000;

/// A line is sealed within seconds while a server runs, and when one starts.
const LONG_UNSEALED: Duration = Duration::hours(1);

/// Whether to look at all lines for what is not sealed, or at the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    All,
    Newest,
}

/// Gives lines that have none a place in the chain; returns how many. Nothing when another server is doing the
/// same: the number in the chain is unique, so one of the two wins.
pub fn seal_lines(conn: &mut Connection, now: DateTime<Utc>, reach: Reach) -> Result<usize> {
    let from_id = match reach {
        Reach::All => 0,
        Reach::Newest => store::find_last_sealed_id(conn)?.unwrap_or(0).saturating_sub(NUMBERS_IN_FLIGHT),
    };
    let mut sealed = 0;
    loop {
        if store::list_unsealed(conn, from_id, 1)?.is_empty() {
            return Ok(sealed);
        }
        match db::write(conn, |conn| seal_portion(conn, now, from_id)) {
            Ok(count) => sealed += count,
            Err(Error::Conflict(_)) => return Ok(sealed),
            Err(error) => return Err(error),
        }
    }
}

fn seal_portion(conn: &mut Connection, now: DateTime<Utc>, from_id: i64) -> Result<usize> {
    let mut head = store::find_head(conn)?;
    let lines = store::list_unsealed(conn, from_id, PORTION)?;
    let seals: Vec<Seal> = lines
        .iter()
        .map(|line| {
            head = head.next(line);
            Seal { seq: head.seq, event_id: line.id, sealed_at: now.naive_utc(), hash: head.hash.clone() }
        })
        .collect();
    store::insert_seals(conn, &seals)?;
    Ok(seals.len())
}

/// The end of the chain, to keep elsewhere.
pub fn find_head(conn: &mut Connection) -> Result<Head> {
    store::find_head(conn)
}

/// Follows the whole chain, and looks for lines that never came into it. The inner result is the head, or the
/// first thing that is wrong.
pub fn verify_chain(
    conn: &mut Connection,
    now: DateTime<Utc>,
    kept: Option<Head>,
) -> Result<Result<Head, Break>> {
    let mut verification = Verification::new(kept);
    let mut after = 0;
    loop {
        let portion = store::list_sealed(conn, after, PORTION)?;
        let Some((last, _)) = portion.last() else { break };
        after = last.seq;
        for (seal, line) in &portion {
            if let Err(broken) = verification.step(seal, line.as_ref()) {
                return Ok(Err(broken));
            }
        }
    }
    Ok(match store::find_unsealed_before(conn, (now - LONG_UNSEALED).naive_utc())? {
        Some((id, at)) => {
            Err(Break { seq: None, event_id: Some(id), at: Some(at.and_utc()), fault: Fault::NeverSealed })
        }
        None => verification.finish(),
    })
}
