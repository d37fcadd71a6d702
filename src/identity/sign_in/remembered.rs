//! Who looked at the crisis board lately. While the database is away nobody's session can be looked up, and the board must
//! stay readable just then: whoever saw it minutes ago sees it still. Nothing else is open to a remembered session.
//!
//! A session that ended is forgotten within seconds, wherever it was ended: every server holds what it remembers against the
//! database again and again. Who signs out is forgotten there at once, also when the database cannot hear of it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};

use super::actions::list_standing;
use crate::actor::{Identity, Session, Stage};
use crate::db::Connection;
use crate::error::Result;
use crate::identity::opaque;

/// How long after its last look-up a session is remembered.
const REMEMBERED: Duration = Duration::minutes(30);

/// More than one region has people at its crisis point.
const MOST: usize = 1_000;

#[derive(Debug, Clone)]
struct Known {
    identity: Identity,
    session: Session,
    at: DateTime<Utc>,
}

/// Sessions of the crisis board, by the hash of their cookie, which is their id.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<HashMap<String, Known>>);

impl Remembered {
    /// The session was looked up, and is whole.
    pub fn keep(&self, cookie: &str, identity: &Identity, session: &Session, now: DateTime<Utc>) {
        if session.stage != Stage::Complete {
            return;
        }
        let mut known = self.lock();
        known.retain(|_, known| now - known.at < REMEMBERED);
        if known.len() < MOST {
            let of = Known { identity: identity.clone(), session: session.clone(), at: now };
            known.insert(opaque::hash(cookie), of);
        }
    }

    /// The session is no more.
    pub fn forget(&self, cookie: &str) {
        self.lock().remove(&opaque::hash(cookie));
    }

    /// Forgets what the database no longer knows as a session that stands; returns whether there was any.
    pub fn check(&self, conn: &mut Connection, now: DateTime<Utc>) -> Result<bool> {
        let asked: Vec<String> = self.lock().keys().cloned().collect();
        if asked.is_empty() {
            return Ok(false);
        }
        let standing = list_standing(conn, &asked, now)?;
        let mut known = self.lock();
        let before = known.len();
        // What came in meanwhile was looked up just now.
        for id in asked.iter().filter(|id| !standing.contains(*id)) {
            known.remove(id);
        }
        Ok(known.len() < before)
    }

    /// The session as it was last looked up.
    pub fn find(&self, cookie: &str, now: DateTime<Utc>) -> Option<(Identity, Session)> {
        let known = self.lock().get(&opaque::hash(cookie)).cloned()?;
        (now - known.at < REMEMBERED).then_some((known.identity, known.session))
    }

    /// What is kept is whole after every step, so a thread that died with the lock left nothing half done.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_remembered_for_half_an_hour_and_not_after_it_ended() {
        let identity = Identity {
            user_id: 1,
            user_name: "naam".into(),
            display_name: "Naam".into(),
            organisation_name: "Organisatie".into(),
            region_id: 1,
            provider_id: None,
            referrers_register: false,
            roles: vec![],
            scopes: None,
        };
        let session = |stage| Session {
            id: "hash".into(),
            user_id: 1,
            user_name: "naam".into(),
            csrf: "token".into(),
            stage,
        };
        let now = DateTime::UNIX_EPOCH;
        let remembered = Remembered::default();
        remembered.keep("halverwege", &identity, &session(Stage::CodeNeeded), now);
        assert!(remembered.find("halverwege", now).is_none(), "halfway signing in is nobody yet");
        remembered.keep("koekje", &identity, &session(Stage::Complete), now);
        assert!(remembered.find("koekje", now + REMEMBERED - Duration::seconds(1)).is_some());
        assert!(remembered.find("koekje", now + REMEMBERED).is_none());
        assert!(remembered.find("ander", now).is_none());
        remembered.forget("koekje");
        assert!(remembered.find("koekje", now).is_none());
    }
}
