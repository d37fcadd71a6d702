//! Signing in and out.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};

use super::store::{self, StoredSession};
use crate::actor::{Actor, Identity, Session, Stage};
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::limits::coarse;
use crate::identity::store::{self as accounts, Account};
use crate::identity::{opaque, passwords};

/// A session nobody uses ends after this.
const IDLE: Duration = Duration::hours(1);
/// A session ends after this in any case: a working day.
const LONGEST: Duration = Duration::hours(12);
/// Who gave a password has so long to give the second factor.
const HALFWAY: Duration = Duration::minutes(10);
/// The moment of last use is written down no more often than this.
const LAST_SEEN_STEP: Duration = Duration::minutes(5);

/// A session that was just opened.
#[derive(Debug)]
pub struct Opened {
    /// The value for the cookie.
    pub cookie: String,
    /// The token for the forms of the session.
    pub csrf: String,
    pub stage: Stage,
    pub user_name: String,
}

/// Signs in with user name and password.
pub fn sign_in(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    name: &str,
    password: &str,
) -> Result<Opened> {
    let account = accounts::find_account_by_name(conn, name)?;
    let known = account.as_ref().map(|account| account.id);
    let account = account.filter(|account| account.active);
    // The slow comparison comes before any transaction, and is done for unknown users too.
    let fits =
        passwords::verify(password, account.as_ref().and_then(|account| account.password_hash.as_deref()));
    let Some(account) = account.filter(|_| fits) else {
        // Who reads the audit sees on which account somebody tries; who tries hears nothing of it.
        let event = match known {
            Some(id) => Event::done("inloggen", "gebruiker", id),
            None => Event::done("inloggen", "recht", ""),
        };
        db::write(conn, |conn| audit::record_refused(conn, actor, now, &event))?;
        return Err(Error::SignInFailed);
    };
    db::write(conn, |conn| open_session(conn, actor, now, &account, false))
}

/// Whether this is the password of who is signed in and is asked for it again. A wrong one is written in the audit.
pub(in crate::identity) fn proves_password(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    account: &Account,
    password: &str,
) -> Result<bool> {
    if passwords::verify(password, account.password_hash.as_deref()) {
        return Ok(true);
    }
    let event = Event::done("wachtwoord-bewijzen", "gebruiker", account.id);
    db::write(conn, |conn| audit::record_refused(conn, actor, now, &event))?;
    Ok(false)
}

/// Writes down that somebody may not try for a while, as this user if there is one.
pub(in crate::identity) fn record_stop(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    name: &str,
) -> Result<()> {
    let event = match accounts::find_account_by_name(conn, name)? {
        Some(account) => Event::done("inloggen-te-vaak", "gebruiker", account.id),
        None => Event::done("inloggen-te-vaak", "recht", ""),
    };
    db::write(conn, |conn| audit::record_refused(conn, actor, now, &event))
}

/// Opens a session, as far as what was proven goes. Within a transaction of the caller.
pub(in crate::identity) fn open_session(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    account: &Account,
    two_factors: bool,
) -> Result<Opened> {
    store::delete_sessions_before(conn, (now - LONGEST).naive_utc())?;
    let identity = accounts::find_identity(conn, account)?;
    let stage = find_stage(conn, &identity, two_factors)?;
    let cookie = opaque::generate();
    let session = StoredSession {
        id: opaque::hash(&cookie),
        user_id: account.id,
        csrf: opaque::generate(),
        credential_version: account.credential_version,
        two_factors,
        network: coarse(&actor.origin),
        created_at: now.naive_utc(),
        last_seen_at: now.naive_utc(),
    };
    store::insert_session(conn, &session)?;
    let action = if stage == Stage::Complete {
        store::update_last_sign_in(conn, account.id, now.naive_utc())?;
        "inloggen"
    } else {
        "inloggen-eerste-stap"
    };
    let actor = Actor { identity: Some(identity), ..actor.clone() };
    audit::record(conn, &actor, now, &Event::done(action, "gebruiker", account.id))?;
    Ok(Opened { cookie, csrf: session.csrf, stage, user_name: account.name.clone() })
}

fn find_stage(conn: &mut Connection, identity: &Identity, two_factors: bool) -> Result<Stage> {
    Ok(if two_factors {
        Stage::Complete
    } else if accounts::has_second_factor(conn, identity.user_id)? {
        Stage::CodeNeeded
    } else if accounts::needs_second_factor(conn, identity)? {
        Stage::EnrolmentNeeded
    } else {
        Stage::Complete
    })
}

/// Ends the session.
pub fn sign_out(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, session: &Session) -> Result<()> {
    db::write(conn, |conn| {
        store::delete_session(conn, session.user_id, &session.id)?;
        audit::record(conn, actor, now, &Event::done("uitloggen", "gebruiker", session.user_id))
    })
}

/// Whose cookie this is, and how far signing in has come, if the session still stands.
pub fn find_session(
    conn: &mut Connection,
    cookie: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Identity, Session)>> {
    let Some(stored) = store::find_session(conn, &opaque::hash(cookie))? else { return Ok(None) };
    let account = accounts::find_account(conn, stored.user_id)?
        .filter(|account| account.active && account.credential_version == stored.credential_version);
    let Some(account) = account else { return Ok(None) };
    let identity = accounts::find_identity(conn, &account)?;
    let stage = find_stage(conn, &identity, stored.two_factors)?;
    let time = now.naive_utc();
    let (longest, idle) = if stage == Stage::Complete { (LONGEST, IDLE) } else { (HALFWAY, HALFWAY) };
    if time - stored.created_at >= longest || time - stored.last_seen_at >= idle {
        return Ok(None);
    }
    if time - stored.last_seen_at >= LAST_SEEN_STEP {
        store::update_last_seen(conn, &stored.id, time)?;
    }
    let session =
        Session { id: stored.id, user_id: account.id, user_name: account.name, csrf: stored.csrf, stage };
    Ok(Some((identity, session)))
}

/// Which of these sessions of who is whole signed in still stand. Changes nothing.
pub(super) fn list_standing(
    conn: &mut Connection,
    ids: &[String],
    now: DateTime<Utc>,
) -> Result<HashSet<String>> {
    let (begun_after, seen_after) = ((now - LONGEST).naive_utc(), (now - IDLE).naive_utc());
    Ok(store::list_standing(conn, ids, begun_after, seen_after)?.into_iter().collect())
}
