//! What can be done with tokens and the keys that sign them.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

use super::keyring::Keyring;
use super::signed::{Claims, KeyPair, KeySet, LONGEST_LIFE};
use super::store::{self, Family, StoredKey};
use crate::actor::{Actor, Identity, Session};
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::opaque;
use crate::identity::sign_in::store::find_session as find_stored_session;
use crate::identity::store::{self as accounts, Account};
use crate::identity::vault::Vault;

/// How long a token is good.
pub const LIFE: Duration = Duration::minutes(15);
/// How long a family can be renewed before somebody must make a new one.
const FAMILY_LIFE: Duration = Duration::days(90);
/// A refresh token that nobody used for so long is not good any more.
const FAMILY_IDLE: Duration = Duration::days(30);
/// What ended is kept for so long: a refresh token that is used again must be recognised.
const REMEMBERED: Duration = Duration::days(30);
/// One user has no more families than this at once.
const MOST_FAMILIES: usize = 20;

/// A token, with the one to renew it.
#[derive(Debug)]
pub struct Issued {
    pub token: String,
    pub valid_for: Duration,
    pub refresh_token: Option<String>,
}

/// A family as its user sees it.
#[derive(Debug, Clone)]
pub struct FamilyView {
    pub id: String,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Who a good token stands for, if its family and its user still do.
pub fn identity_of_token(conn: &mut Connection, claims: &Claims, now: DateTime<Utc>) -> Result<Identity> {
    let family = store::find_family(conn, &claims.sid)?.ok_or(Error::SignInRequired)?;
    if claims.sub != family.user_id.to_string() {
        return Err(Error::SignInRequired);
    }
    let account = find_standing(conn, &family, now)?.ok_or(Error::SignInRequired)?;
    let identity = accounts::find_identity(conn, &account)?;
    // As with a session: a token from before a second factor was needed goes no further without one.
    if accounts::needs_second_factor(conn, &identity)? && !accounts::has_second_factor(conn, account.id)? {
        return Err(Error::SecondFactorRequired);
    }
    Ok(identity)
}

/// The account of a family, if neither has ended.
fn find_standing(conn: &mut Connection, family: &Family, now: DateTime<Utc>) -> Result<Option<Account>> {
    if family.ended_at.is_some() || family.expires_at <= now.naive_utc() {
        return Ok(None);
    }
    let account = accounts::find_account(conn, family.user_id)?;
    Ok(account.filter(|account| account.active && account.credential_version == family.credential_version))
}

/// A token for scripts, made on the server itself.
pub fn issue_for_script(
    conn: &mut Connection,
    keyring: &Keyring,
    actor: &Actor,
    now: DateTime<Utc>,
    name: &str,
    valid_for: Duration,
) -> Result<String> {
    let keys = keyring.keys(conn, now)?;
    db::write(conn, |conn| {
        let account = accounts::find_account_by_name(conn, name)?
            .filter(|account| account.active)
            .ok_or(Error::NotFound("gebruiker"))?;
        let family = begin_family(conn, actor, now, &account, ("opdrachtregel", valid_for))?;
        keys.issue(account.id, &family, now, valid_for)
    })
}

/// A first refresh token for a program of whoever is signed in, shown once. A session that was ended while the request came in makes none: what is made is of the
/// account as it was before the session was seen to stand.
pub fn begin_in_session(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    session: &Session,
    name: &str,
) -> Result<String> {
    db::write(conn, |conn| {
        let account = accounts::find_account(conn, session.user_id)?.ok_or(Error::NotFound("gebruiker"))?;
        find_stored_session(conn, &session.id)?.ok_or(Error::SignInRequired)?;
        let standing = store::list_families(conn, account.id, account.credential_version, now.naive_utc())?;
        if standing.len() >= MOST_FAMILIES {
            return Err(Error::invalid("naam", "te-veel", "u hebt al 20 tokens. Beëindig er eerst een"));
        }
        let family = begin_family(conn, actor, now, &account, (name, FAMILY_LIFE))?;
        let token = opaque::generate();
        store::insert_refresh_token(conn, &opaque::hash(&token), &family)?;
        Ok(token)
    })
}

/// A token for a service account that showed its secret. It is not renewed: the program shows its secret again.
pub(in crate::identity) fn issue_for_service(
    conn: &mut Connection,
    keys: &KeySet,
    actor: &Actor,
    now: DateTime<Utc>,
    account: &Account,
) -> Result<Issued> {
    let family = begin_family(conn, actor, now, account, ("koppeling", LIFE))?;
    Ok(Issued { token: keys.issue(account.id, &family, now, LIFE)?, valid_for: LIFE, refresh_token: None })
}

/// Makes a family with this name, for so long. Within a transaction of the caller.
fn begin_family(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    account: &Account,
    (name, life): (&str, Duration),
) -> Result<String> {
    let time = now.naive_utc();
    store::delete_families_before(conn, (now - REMEMBERED).naive_utc())?;
    let family = Family {
        id: opaque::generate(),
        user_id: account.id,
        name: name.to_owned(),
        credential_version: account.credential_version,
        created_at: time,
        last_used_at: time,
        expires_at: (now + life).naive_utc(),
        ended_at: None,
    };
    store::insert_family(conn, &family)?;
    audit::record(conn, actor, now, &Event::done("token-maken", "gebruiker", account.id))?;
    Ok(family.id)
}

/// Exchanges a refresh token for a token and a new refresh token. One that was used before has been stolen, or was
/// used by a thief: its whole family ends.
pub fn refresh(
    conn: &mut Connection,
    keyring: &Keyring,
    actor: &Actor,
    now: DateTime<Utc>,
    refresh_token: &str,
) -> Result<Issued> {
    let keys = keyring.keys(conn, now)?;
    let hash = opaque::hash(refresh_token);
    let issued = db::write(conn, |conn| {
        let Some(family) = store::find_refresh_family(conn, &hash)? else {
            audit::record_refusal(conn, actor, now, "token-vernieuwen")?;
            return Ok(None);
        };
        let idle = now.naive_utc() - family.last_used_at >= FAMILY_IDLE;
        let Some(account) = find_standing(conn, &family, now)?.filter(|_| !idle) else {
            let event = Event::done("token-vernieuwen", "gebruiker", family.user_id);
            audit::record_refused(conn, actor, now, &event)?;
            return Ok(None);
        };
        let actor = Actor { identity: Some(accounts::find_identity(conn, &account)?), ..actor.clone() };
        if store::use_refresh_token(conn, &hash, now.naive_utc())? == 0 {
            store::end_family(conn, family.user_id, &family.id, now.naive_utc())?;
            audit::record_refusal(conn, &actor, now, "token-hergebruik")?;
            return Ok(None);
        }
        let next = opaque::generate();
        store::insert_refresh_token(conn, &opaque::hash(&next), &family.id)?;
        store::update_last_used(conn, &family.id, now.naive_utc())?;
        audit::record(conn, &actor, now, &Event::done("token-vernieuwen", "gebruiker", account.id))?;
        let token = keys.issue(account.id, &family.id, now, LIFE)?;
        Ok(Some(Issued { token, valid_for: LIFE, refresh_token: Some(next) }))
    })?;
    issued.ok_or(Error::SignInFailed)
}

pub fn list_families(conn: &mut Connection, user_id: i64, now: DateTime<Utc>) -> Result<Vec<FamilyView>> {
    let account = accounts::find_account(conn, user_id)?.ok_or(Error::NotFound("gebruiker"))?;
    let families = store::list_families(conn, user_id, account.credential_version, now.naive_utc())?;
    let view = |family: Family| FamilyView {
        id: family.id,
        name: family.name,
        created_at: family.created_at.and_utc(),
        last_used_at: family.last_used_at.and_utc(),
        expires_at: family.expires_at.and_utc(),
    };
    Ok(families.into_iter().map(view).collect())
}

/// Ends a family of the user, at once.
pub fn end_family(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    user_id: i64,
    id: &str,
) -> Result<()> {
    db::write(conn, |conn| {
        if store::end_family(conn, user_id, id, now.naive_utc())? == 0 {
            return Err(Error::NotFound("token"));
        }
        audit::record(conn, actor, now, &Event::done("token-beeindigen", "gebruiker", user_id))
    })
}

/// A signing key as the command line lists it.
#[derive(Debug)]
pub struct KeyView {
    pub kid: String,
    pub created_at: NaiveDateTime,
    pub valid_until: Option<NaiveDateTime>,
}

pub fn list_keys(conn: &mut Connection) -> Result<Vec<KeyView>> {
    let view =
        |key: StoredKey| KeyView { kid: key.kid, created_at: key.created_at, valid_until: key.valid_until };
    Ok(store::list_keys(conn)?.into_iter().map(view).collect())
}

/// Makes a new key to sign with. What the others signed stays good until it runs out, or ends at once when `at_once`.
pub fn rotate_keys(
    conn: &mut Connection,
    vault: &Vault,
    actor: &Actor,
    now: DateTime<Utc>,
    at_once: bool,
) -> Result<String> {
    let fresh = KeyPair::generate()?;
    db::write(conn, |conn| {
        let end = if at_once { now } else { now + LONGEST_LIFE };
        store::end_keys(conn, end.naive_utc())?;
        store::delete_keys_before(conn, (now - REMEMBERED).naive_utc())?;
        insert_key(conn, vault, &fresh, now)?;
        audit::record(conn, actor, now, &Event::done("sleutel-vernieuwen", "sleutel", &fresh.kid))
    })?;
    Ok(fresh.kid)
}

/// The keys that are good at this moment; the first server to start makes one.
pub(super) fn load_keys(
    conn: &mut Connection,
    vault: &Vault,
    issuer: &str,
    now: DateTime<Utc>,
) -> Result<KeySet> {
    let is_good = |key: &StoredKey| key.valid_until.is_none_or(|until| until > now.naive_utc());
    let has_signing = |keys: &[StoredKey]| keys.iter().any(|key| key.valid_until.is_none());
    let mut stored = store::list_keys(conn)?;
    if !has_signing(&stored) {
        let fresh = KeyPair::generate()?;
        db::write(conn, |conn| {
            // Another server may have been first; two keys would do no harm.
            if !has_signing(&store::list_keys(conn)?) {
                insert_key(conn, vault, &fresh, now)?;
            }
            Ok(())
        })?;
        stored = store::list_keys(conn)?;
    }
    stored.retain(is_good);
    // The one to sign with is the newest that is good until further notice.
    stored.sort_by_key(|key| key.valid_until.is_some());
    let pairs = stored
        .into_iter()
        .map(|key| Ok((open_key(vault, &key)?, key.valid_until.map(|until| until.and_utc()))))
        .collect::<Result<Vec<_>>>()?;
    KeySet::new(issuer, &pairs)
}

fn insert_key(conn: &mut Connection, vault: &Vault, pair: &KeyPair, now: DateTime<Utc>) -> Result<()> {
    let sealed_private_pem = vault.seal(&owner(&pair.kid), pair.private_pem.as_bytes())?;
    let key = StoredKey {
        kid: pair.kid.clone(),
        sealed_private_pem,
        public_pem: pair.public_pem.clone(),
        created_at: now.naive_utc(),
        valid_until: None,
    };
    store::insert_key(conn, &key)
}

fn open_key(vault: &Vault, key: &StoredKey) -> Result<KeyPair> {
    let private_pem = vault.open(&owner(&key.kid), &key.sealed_private_pem)?;
    Ok(KeyPair {
        kid: key.kid.clone(),
        private_pem: String::from_utf8(private_pem).map_err(Error::internal)?,
        public_pem: key.public_pem.clone(),
    })
}

fn owner(kid: &str) -> String {
    format!("sleutel {kid}")
}
