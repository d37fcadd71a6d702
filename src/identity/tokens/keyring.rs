//! Sleutelbos (keyring): the signing keys as this server knows them, read again now and then.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use chrono::{DateTime, Duration, Utc};

use super::actions::load_keys;
use super::signed::{Claims, KeySet};
use crate::db::Connection;
use crate::error::Result;
use crate::identity::vault::Vault;

/// How long a server may not know that another rotated the keys.
const READ_AGAIN_AFTER: Duration = Duration::seconds(10);

pub struct Keyring {
    vault: Arc<Vault>,
    issuer: String,
    known: ArcSwapOption<(DateTime<Utc>, Arc<KeySet>)>,
}

/// What the keys in memory tell of a token.
pub enum InMemory {
    Told(Result<Claims>),
    /// It names a key that is not among them.
    OfAnotherKey,
    /// They are to be read again.
    Unknown,
}

impl Keyring {
    pub fn new(vault: Arc<Vault>, issuer: &str) -> Self {
        Self { vault, issuer: issuer.to_owned(), known: ArcSwapOption::empty() }
    }

    /// The keys to sign with.
    pub fn keys(&self, conn: &mut Connection, now: DateTime<Utc>) -> Result<Arc<KeySet>> {
        match self.known.load_full().as_deref() {
            Some((at, keys)) if now - *at < READ_AGAIN_AFTER => Ok(keys.clone()),
            _ => self.read(conn, now),
        }
    }

    /// What comes of the token without asking the database, for as long as the keys that were read tell.
    pub fn verify_in_memory(&self, token: &str, now: DateTime<Utc>) -> InMemory {
        match self.known.load_full().as_deref() {
            Some((at, _)) if now - *at >= READ_AGAIN_AFTER => InMemory::Unknown,
            Some((_, keys)) if keys.misses_key_of(token) => InMemory::OfAnotherKey,
            Some((_, keys)) => InMemory::Told(keys.verify(token, now)),
            None => InMemory::Unknown,
        }
    }

    /// What the token says, if it is good. A key that is not known here may be newer than what was read.
    pub fn verify(&self, conn: &mut Connection, token: &str, now: DateTime<Utc>) -> Result<Claims> {
        let keys = self.keys(conn, now)?;
        if keys.misses_key_of(token) {
            self.read(conn, now)?.verify(token, now)
        } else {
            keys.verify(token, now)
        }
    }

    fn read(&self, conn: &mut Connection, now: DateTime<Utc>) -> Result<Arc<KeySet>> {
        let keys = Arc::new(load_keys(conn, &self.vault, &self.issuer, now)?);
        self.known.store(Some(Arc::new((now, keys.clone()))));
        Ok(keys)
    }
}
