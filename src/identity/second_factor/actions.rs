//! What can be done with second factors.

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Secret, Totp};

use super::store;
use crate::actor::{Actor, Session, Stage};
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::passwords;
use crate::identity::sign_in::actions::{Opened, open_session, proves_password};
use crate::identity::sign_in::store as sessions;
use crate::identity::store::{self as accounts, Account};
use crate::identity::vault::Vault;

const ISSUER: &str = "Beschikbaarheidswijzer";
const RECOVERY_CODES: usize = 10;
/// RFC 4226, 4: a shared secret of 160 bits.
type SecretBytes = [u8; 20];

/// What somebody needs to set up the app.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// For the QR code.
    pub url: String,
    /// The secret in letters, in groups of four.
    pub secret: String,
}

/// The factor of a user, for the account page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overview {
    pub active: bool,
    pub recovery_codes: i64,
}

/// The secret that is offered in this session. It follows from the session, so that showing it stores nothing.
fn offered(vault: &Vault, session: &Session) -> Result<SecretBytes> {
    vault.derive(&format!("tweede factor {}", session.id))
}

fn totp(secret: &[u8], name: &str) -> Result<Totp> {
    let secret = Secret::new(secret.into());
    Builder::new()
        .with_secret(secret)
        .with_account_name(name.replace(':', " "))
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(|error| Error::internal(error.to_string()))
}

/// What to set up in this session.
pub fn offer(conn: &mut Connection, vault: &Vault, session: &Session) -> Result<Enrolment> {
    let account = accounts::find_account(conn, session.user_id)?.ok_or(Error::SignInRequired)?;
    let bytes = offered(vault, session)?;
    let url = totp(&bytes, &account.name)?.to_url().map_err(|error| Error::internal(error.to_string()))?;
    let letters = Secret::new(bytes.as_slice().into()).to_base32();
    let groups: Vec<&str> =
        letters.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    Ok(Enrolment { url, secret: groups.join(" ") })
}

/// Takes up the factor that was offered in this session, once a code shows that the app has it. All sessions end and
/// a new one begins. Returns it with the recovery codes, which are shown once.
pub fn enrol(
    conn: &mut Connection,
    vault: &Vault,
    actor: &Actor,
    now: DateTime<Utc>,
    session: &Session,
    proof: Proof<'_>,
) -> Result<(Opened, Vec<String>)> {
    let account = accounts::find_account(conn, session.user_id)?.ok_or(Error::SignInRequired)?;
    match session.stage {
        Stage::CodeNeeded => return Err(Error::Forbidden),
        // The password was given just now.
        Stage::EnrolmentNeeded => {}
        Stage::Complete => require_password(conn, actor, now, &account, proof.password)?,
    }
    let bytes = offered(vault, session)?;
    let step = matching_step(&totp(&bytes, &account.name)?, proof.code, now).ok_or_else(wrong_code)?;
    let codes = new_codes();
    db::write(conn, |conn| {
        store::delete_factor(conn, account.id)?;
        store::insert_factor(conn, account.id, &seal(vault, account.id, &bytes)?, step, now.naive_utc())?;
        insert_codes(conn, vault, account.id, &codes)?;
        // A session that was ended meanwhile cannot be used to set up a factor.
        require_session(sessions::delete_session(conn, account.id, &session.id)?)?;
        accounts::delete_sessions(conn, account.id)?;
        let opened = open_session(conn, actor, now, &account, true)?;
        let actor = acting(conn, actor, &account)?;
        audit::record(conn, &actor, now, &Event::done("tweede-factor-instellen", "gebruiker", account.id))?;
        Ok((opened, codes))
    })
}

/// What shows that it is really this user: the code of the app, and in a running session the password.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    pub code: &'a str,
    pub password: &'a str,
}

/// Finishes signing in with a code of the app or a recovery code. The session gets a new cookie.
pub fn give_code(
    conn: &mut Connection,
    vault: &Vault,
    actor: &Actor,
    now: DateTime<Utc>,
    session: &Session,
    code: &str,
) -> Result<Opened> {
    let account = accounts::find_account(conn, session.user_id)?.ok_or(Error::SignInRequired)?;
    let sealed = store::find_secret(conn, account.id)?.ok_or(Error::SignInRequired)?;
    let code = normal(code);
    let totp = totp(&vault.open(&owner(account.id), &sealed)?, &account.name)?;
    let step = matching_step(&totp, &code, now);
    let given = db::write(conn, |conn| {
        // Whichever it is, the database decides that it counts once.
        let (used, recovery) = match step {
            Some(step) => (store::use_step(conn, account.id, step)?, false),
            None => (store::use_code(conn, account.id, &code_hash(vault, account.id, &code)?)?, true),
        };
        if used == 0 {
            let actor = acting(conn, actor, &account)?;
            audit::record_refusal(conn, &actor, now, "tweede-factor")?;
            return Ok(None);
        }
        require_session(sessions::delete_session(conn, account.id, &session.id)?)?;
        if recovery {
            let actor = acting(conn, actor, &account)?;
            audit::record(conn, &actor, now, &Event::done("herstelcode-gebruiken", "gebruiker", account.id))?;
        }
        open_session(conn, actor, now, &account, true).map(Some)
    })?;
    given.ok_or_else(wrong_code)
}

/// New recovery codes in place of the old ones, shown once.
pub fn renew_codes(
    conn: &mut Connection,
    vault: &Vault,
    actor: &Actor,
    now: DateTime<Utc>,
    session: &Session,
    password: &str,
) -> Result<Vec<String>> {
    let account = accounts::find_account(conn, session.user_id)?.ok_or(Error::SignInRequired)?;
    require_password(conn, actor, now, &account, password)?;
    let codes = new_codes();
    db::write(conn, |conn| {
        if !accounts::has_second_factor(conn, account.id)? {
            return Err(Error::NotFound("tweede factor"));
        }
        store::delete_codes(conn, account.id)?;
        insert_codes(conn, vault, account.id, &codes)?;
        audit::record(conn, actor, now, &Event::done("herstelcodes-vernieuwen", "gebruiker", account.id))
    })?;
    Ok(codes)
}

/// Takes the own factor away, which only those may who can do without.
pub fn remove(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    session: &Session,
    password: &str,
) -> Result<()> {
    let account = accounts::find_account(conn, session.user_id)?.ok_or(Error::SignInRequired)?;
    require_password(conn, actor, now, &account, password)?;
    db::write(conn, |conn| {
        let identity = accounts::find_identity(conn, &account)?;
        if accounts::needs_second_factor(conn, &identity)? {
            return Err(Error::invalid("wachtwoord", "rol", "uw rol kan niet zonder tweede factor"));
        }
        store::delete_factor(conn, account.id)?;
        sessions::delete_other_sessions(conn, account.id, &session.id)?;
        audit::record(conn, actor, now, &Event::done("tweede-factor-verwijderen", "gebruiker", account.id))
    })
}

/// Whether a user may not do without, by name.
pub fn is_needed(conn: &mut Connection, name: &str) -> Result<bool> {
    let account = accounts::find_account_by_name(conn, name)?.ok_or(Error::NotFound("gebruiker"))?;
    let identity = accounts::find_identity(conn, &account)?;
    accounts::needs_second_factor(conn, &identity)
}

pub fn overview(conn: &mut Connection, user_id: i64) -> Result<Overview> {
    Ok(Overview {
        active: accounts::has_second_factor(conn, user_id)?,
        recovery_codes: store::count_codes(conn, user_id)?,
    })
}

/// Takes the factor of a user away, on whose behalf somebody else decided so. Within a transaction of the caller.
pub(in crate::identity) fn take_away(conn: &mut Connection, user_id: i64) -> Result<usize> {
    store::delete_factor(conn, user_id)
}

/// Gives a user a factor without an app. For users of the demonstration and of tests; returns the secret in letters.
/// Within a transaction of the caller.
pub fn give(conn: &mut Connection, vault: &Vault, now: DateTime<Utc>, name: &str) -> Result<String> {
    let account = accounts::find_account_by_name(conn, name)?.ok_or(Error::NotFound("gebruiker"))?;
    let bytes: SecretBytes = rand::random();
    store::delete_factor(conn, account.id)?;
    store::insert_factor(conn, account.id, &seal(vault, account.id, &bytes)?, 0, now.naive_utc())?;
    Ok(Secret::new(bytes.as_slice().into()).to_base32())
}

/// The code that an app with this secret shows at this moment.
pub fn code_at(secret: &str, now: DateTime<Utc>) -> Result<String> {
    let secret = Secret::try_from_base32(secret).map_err(|_| Error::internal("no secret in base32"))?;
    Ok(totp(secret.as_bytes(), "naam")?.generate(seconds(now)).to_string())
}

fn seconds(now: DateTime<Utc>) -> u64 {
    u64::try_from(now.timestamp()).unwrap_or_default()
}

/// The step whose code this is: that of now, or the one before or after, for clocks that differ a little.
fn matching_step(totp: &Totp, code: &str, now: DateTime<Utc>) -> Option<i64> {
    totp.check(&normal(code), seconds(now)).and_then(|step| i64::try_from(step).ok())
}

/// A code as people type it over, without what they put in for the eye.
fn normal(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect()
}

fn owner(user_id: i64) -> String {
    format!("tweede factor van {user_id}")
}

fn seal(vault: &Vault, user_id: i64, bytes: &SecretBytes) -> Result<String> {
    vault.seal(&owner(user_id), bytes)
}

fn new_codes() -> Vec<String> {
    (0..RECOVERY_CODES).map(|_| passwords::letters(2)).collect()
}

/// Keyed, because a recovery code is short enough to be guessed from a plain hash.
fn code_hash(vault: &Vault, user_id: i64, code: &str) -> Result<String> {
    let bytes: [u8; 32] = vault.derive(&format!("herstelcode {user_id} {code}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn insert_codes(conn: &mut Connection, vault: &Vault, user_id: i64, codes: &[String]) -> Result<()> {
    for code in codes {
        store::insert_code(conn, user_id, &code_hash(vault, user_id, &normal(code))?)?;
    }
    Ok(())
}

fn require_password(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    account: &Account,
    password: &str,
) -> Result<()> {
    if proves_password(conn, actor, now, account, password)? {
        Ok(())
    } else {
        Err(Error::invalid("wachtwoord", "onjuist", "dit is niet uw wachtwoord"))
    }
}

fn wrong_code() -> Error {
    Error::invalid(
        "code",
        "onjuist",
        "deze code klopt niet, of is al gebruikt. Wacht op de volgende code in uw app",
    )
}

fn require_session(rows: usize) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(Error::SignInRequired) }
}

/// The actor, known by the account: halfway signing in the request does not know who it is.
fn acting(conn: &mut Connection, actor: &Actor, account: &Account) -> Result<Actor> {
    Ok(Actor { identity: Some(accounts::find_identity(conn, account)?), ..actor.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of the eight digits of the mode SHA1.
        let secret = Secret::new(b"12345678901234567890".as_slice().into()).to_base32();
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let at = DateTime::from_timestamp(seconds, 0).expect("a time");
            assert_eq!(code_at(&secret, at).expect("a code"), code);
        }
    }

    #[test]
    fn a_code_counts_in_its_own_step_and_those_beside_it() {
        let totp = totp(b"12345678901234567890", "naam").expect("usable");
        let at = |seconds| DateTime::from_timestamp(seconds, 0).expect("a time");
        for (seconds, step) in [(0, Some(1)), (29, Some(1)), (59, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(matching_step(&totp, "287 082", at(seconds)), step, "{seconds}");
        }
        assert_eq!(matching_step(&totp, "+87082", at(59)), None);
    }
}
