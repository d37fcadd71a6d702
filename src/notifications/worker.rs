//! Sends what is in the outbox, on any number of servers at once.
//!
//! A mail is marked as sent after the mail server has taken it, never before: when a server stops in between, the mail
//! is sent twice rather than not at all. Both copies have the same Message-ID. Mails are offered side by side and given away
//! one after the other, each marked before the next, so that a server that dies doubles one mail and not ten.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::actions;
use super::model::{Outcome, Outgoing};
use super::smtp::Mailer;
use crate::clock::Clock;
use crate::db::{Connection, Pool};
use crate::error::{Error, Result};

/// How many mails a server offers at the same time.
const AT_ONCE: usize = 10;
/// So long a mail waits until the one before it was taken and marked. A mail server that is slow to take one must not keep
/// the others.
const TURN: Duration = Duration::from_secs(5);

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub sent: u64,
    /// To be tried again.
    pub postponed: u64,
    /// Given up.
    pub failed: u64,
}

impl Tally {
    fn add(&mut self, more: Self) {
        self.sent += more.sent;
        self.postponed += more.postponed;
        self.failed += more.failed;
    }

    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// One server's sender of mails.
pub struct Worker {
    pool: Pool,
    clock: Clock,
    mailer: Mailer,
    /// Tells the mails this server holds from those of others.
    name: String,
    /// What was done with mails but could not be written down yet, because the database was away.
    unrecorded: Vec<(Outgoing, Outcome)>,
}

impl Worker {
    pub fn new(pool: Pool, clock: Clock, mailer: Mailer) -> Self {
        let name = format!("{:016x}", rand::random::<u64>());
        Self { pool, clock, mailer, name, unrecorded: Vec::new() }
    }

    /// Sends some of what is due. A round that takes up no mails means that nothing is due.
    pub async fn round(&mut self) -> Result<Tally> {
        let mut tally = self.record_all().await?;
        let lease =
            chrono::Duration::from_std(self.mailer.patience().longest() * 2).map_err(Error::internal)?;
        let name = self.name.clone();
        let mails = self.db(move |conn, now| actions::claim_mails(conn, now, lease, &name, AT_ONCE)).await?;
        let (mailer, turns) = (self.mailer.clone(), Mutex::new(()));
        let mut deliveries: FuturesUnordered<_> = mails
            .into_iter()
            .map(async |mail| match mailer.offer(&mail).await {
                Ok(offered) => {
                    let turn = timeout(TURN, turns.lock()).await.ok();
                    (mail, offered.hand_over().await, turn)
                }
                Err(outcome) => (mail, outcome, None),
            })
            .collect();
        // Each is written down as soon as it is known, and then the turn is for the next.
        while let Some((mail, outcome, _turn)) = deliveries.next().await {
            self.unrecorded.push((mail, outcome));
            match self.record_all().await {
                Ok(more) => tally.add(more),
                // The mail server has them; what remains is to say so, and the next round begins with that.
                Err(error) => tracing::warn!(%error, "a delivery could not be written down yet"),
            }
        }
        Ok(tally)
    }

    async fn record_all(&mut self) -> Result<Tally> {
        let mut tally = Tally::default();
        if self.unrecorded.is_empty() {
            return Ok(tally);
        }
        let (outcomes, name) = (self.unrecorded.clone(), self.name.clone());
        let given_up =
            self.db(move |conn, now| actions::record_outcomes(conn, now, &name, &outcomes)).await?;
        for ((mail, outcome), given_up) in self.unrecorded.drain(..).zip(given_up) {
            match &outcome {
                Outcome::Sent => tally.sent += 1,
                Outcome::Failed(error) | Outcome::Refused(error) => {
                    tracing::warn!(mail = mail.id, attempts = mail.attempts, given_up, %error, "mail not delivered");
                    if given_up { tally.failed += 1 } else { tally.postponed += 1 }
                }
            }
        }
        Ok(tally)
    }

    async fn db<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection, DateTime<Utc>) -> Result<T> + Send + 'static,
    {
        let (pool, now) = (self.pool.clone(), self.clock.now());
        tokio::task::spawn_blocking(move || work(&mut *pool.get()?, now)).await.map_err(Error::internal)?
    }
}
