//! Signing in and out, tokens, and the management of users.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use sha2::{Digest, Sha256};

use super::model::{NewUser, User};
use super::passwords;
use super::store::{self, AccountRow, StoredSession};
use super::tokens::{Claims, KeyPair};
use crate::actor::{Actor, Identity, Session};
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// A session nobody uses ends after this.
const IDLE: Duration = Duration::hours(1);
/// A session ends after this in any case: a working day.
const LONGEST: Duration = Duration::hours(12);
/// The moment of last use is written down no more often than this.
const LAST_SEEN_STEP: Duration = Duration::minutes(5);

/// Signs in with user name and password. Returns the value for the cookie.
pub fn sign_in(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    name: &str,
    password: &str,
) -> Result<String> {
    let account = store::find_account_by_name(conn, name)?.filter(|account| account.active);
    // The slow comparison comes before any transaction, and is done for unknown users too.
    let fits =
        passwords::verify(password, account.as_ref().and_then(|account| account.password_hash.as_deref()));
    let Some(account) = account.filter(|_| fits) else {
        db::write(conn, |conn| audit::record_refusal(conn, actor, now, "inloggen"))?;
        return Err(Error::SignInFailed);
    };
    let value = passwords::random_token();
    db::write(conn, |conn| {
        store::delete_sessions_before(conn, (now - LONGEST).naive_utc())?;
        let identity = store::find_identity(conn, &account)?;
        let session = StoredSession {
            id: session_id(&value),
            user_id: account.id,
            csrf: passwords::random_token(),
            credential_version: account.credential_version,
            created_at: now.naive_utc(),
            last_seen_at: now.naive_utc(),
        };
        store::insert_session(conn, &session)?;
        let actor = Actor { identity: Some(identity), ..actor.clone() };
        audit::record(conn, &actor, now, &Event::done("inloggen", "gebruiker", account.id))
    })?;
    Ok(value)
}

/// Ends the session.
pub fn sign_out(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, session: &Session) -> Result<()> {
    db::write(conn, |conn| {
        store::delete_session(conn, &session.id)?;
        let user_id = actor.identity.as_ref().map_or(0, |identity| identity.user_id);
        audit::record(conn, actor, now, &Event::done("uitloggen", "gebruiker", user_id))
    })
}

/// Who holds this cookie, if its session still stands.
pub fn find_session(
    conn: &mut Connection,
    cookie: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Identity, Session)>> {
    let Some(stored) = store::find_session(conn, &session_id(cookie))? else { return Ok(None) };
    let time = now.naive_utc();
    let too_old = time - stored.created_at >= LONGEST || time - stored.last_seen_at >= IDLE;
    let account = store::find_account(conn, stored.user_id)?
        .filter(|account| account.active && account.credential_version == stored.credential_version);
    let Some(account) = account.filter(|_| !too_old) else { return Ok(None) };
    if time - stored.last_seen_at >= LAST_SEEN_STEP {
        store::update_last_seen(conn, &stored.id, time)?;
    }
    let identity = store::find_identity(conn, &account)?;
    Ok(Some((identity, Session { id: stored.id, csrf: stored.csrf })))
}

/// Only the hash is stored: who reads the table cannot take over a session.
fn session_id(cookie: &str) -> String {
    Sha256::digest(cookie.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who a verified token stands for, if the account has not been changed since it was made.
pub fn identity_of_token(conn: &mut Connection, claims: &Claims) -> Result<Identity> {
    let id: i64 = claims.sub.parse().map_err(|_| Error::SignInRequired)?;
    let account = store::find_account(conn, id)?
        .filter(|account| account.active && account.credential_version == claims.ver)
        .ok_or(Error::SignInRequired)?;
    store::find_identity(conn, &account)
}

/// The account a token is made for: its id and credential version.
pub fn find_token_subject(conn: &mut Connection, name: &str) -> Result<(i64, i32)> {
    store::find_account_by_name(conn, name)?
        .filter(|account| account.active)
        .map(|account| (account.id, account.credential_version))
        .ok_or(Error::NotFound("gebruiker"))
}

/// The key pair that signs tokens; the first server to start makes it.
pub fn signing_key(conn: &mut Connection, now: NaiveDateTime) -> Result<KeyPair> {
    if let Some(pair) = store::find_newest_key(conn)? {
        return Ok(pair);
    }
    let fresh = KeyPair::generate()?;
    db::write(conn, |conn| {
        if let Some(pair) = store::find_newest_key(conn)? {
            return Ok(pair);
        }
        store::insert_key(conn, &fresh, now)?;
        Ok(fresh)
    })
}

/// Makes a user, and its organisation when that is new. Returns the password, shown once.
/// Within a transaction of the caller.
pub fn create_user(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    new: &NewUser,
) -> Result<String> {
    let password = passwords::generate();
    let hash = passwords::hash(&password)?;
    let organisation_id = match store::find_organisation_id(conn, &new.organisation.name)? {
        Some(id) => id,
        None => store::insert_organisation(conn, &new.organisation)?,
    };
    let row = AccountRow {
        name: &new.name,
        display_name: &new.display_name,
        organisation_id,
        password_hash: &hash,
        demonstration: new.demonstration,
        roles: &new.roles,
    };
    let id = store::insert_account(conn, &row, now.naive_utc())?;
    audit::record(conn, actor, now, &Event::done("gebruiker-maken", "gebruiker", id))?;
    Ok(password)
}

/// Gives a user a new password, shown once, and ends all sessions and tokens.
pub fn reset_password(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    name: &str,
) -> Result<String> {
    let password = passwords::generate();
    let hash = passwords::hash(&password)?;
    db::write(conn, |conn| {
        let account = store::find_account_by_name(conn, name)?.ok_or(Error::NotFound("gebruiker"))?;
        store::update_password(conn, account.id, &hash)?;
        audit::record(conn, actor, now, &Event::done("wachtwoord-vernieuwen", "gebruiker", account.id))
    })?;
    Ok(password)
}

/// Blocks or readmits a user; either way all sessions and tokens end.
pub fn set_active(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    name: &str,
    active: bool,
) -> Result<()> {
    db::write(conn, |conn| {
        let account = store::find_account_by_name(conn, name)?.ok_or(Error::NotFound("gebruiker"))?;
        store::update_active(conn, account.id, active)?;
        let action = if active { "gebruiker-toelaten" } else { "gebruiker-blokkeren" };
        audit::record(conn, actor, now, &Event::done(action, "gebruiker", account.id))
    })
}

pub fn list_users(conn: &mut Connection) -> Result<Vec<User>> {
    let accounts = store::list_accounts(conn)?;
    let mut users = Vec::with_capacity(accounts.len());
    for (account, organisation) in accounts {
        let roles = store::list_roles(conn, account.id)?;
        users.push(User {
            id: account.id,
            name: account.name,
            display_name: account.display_name,
            organisation,
            roles,
            active: account.active,
            demonstration: account.demonstration,
            created_at: account.created_at,
        });
    }
    Ok(users)
}
