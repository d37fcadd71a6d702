//! What can be done with links in mails.

use chrono::{DateTime, Duration, Utc};

use super::mails::{self, Content};
use super::store::{self, LinkRow};
use crate::actor::{Actor, Role};
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::store::{self as accounts, Account};
use crate::identity::{opaque, passwords};
use crate::notifications;

const INVITATION_LIFE: Duration = Duration::days(7);
const RESET_LIFE: Duration = Duration::hours(1);

/// Whom mails come from, and where their links lead. From the configuration, never from a request.
#[derive(Debug, Clone)]
pub struct Sender {
    pub public_url: String,
    pub region: String,
}

impl Sender {
    fn link(&self, key: &str) -> String {
        format!("{}/wachtwoord-instellen/{key}", self.public_url)
    }
}

/// Whom a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    pub user_name: String,
    /// There is no password yet.
    pub is_new: bool,
}

/// Mails a user the link to choose a first password; earlier links end. Within a transaction of the caller.
pub(in crate::identity) fn send_invitation(
    conn: &mut Connection,
    now: DateTime<Utc>,
    sender: &Sender,
    user_id: i64,
) -> Result<()> {
    let account = accounts::find_account(conn, user_id)?.ok_or(Error::NotFound("gebruiker"))?;
    let to = account.email.clone().ok_or_else(|| Error::internal("an invitation without an address"))?;
    let key = make_link(conn, now, "invitation", Some(user_id), INVITATION_LIFE)?;
    let link = sender.link(&key);
    let content = Content { user_name: &account.name, region: &sender.region, link: &link };
    notifications::actions::enqueue(conn, now, &mails::invitation(&to, &content)?)
}

/// Ends all links of a user, whose address changes: whoever reads the old one may be somebody else. Within a transaction of
/// the caller.
pub(in crate::identity) fn end_links(conn: &mut Connection, user_id: i64) -> Result<()> {
    store::delete_of_user(conn, user_id)
}

fn make_link(
    conn: &mut Connection,
    now: DateTime<Utc>,
    purpose: &'static str,
    user_id: Option<i64>,
    life: Duration,
) -> Result<String> {
    store::delete_expired(conn, now.naive_utc())?;
    // No user has the number 0, so that an address that is not known costs the same.
    store::delete_of_user(conn, user_id.unwrap_or(0))?;
    let key = opaque::generate();
    let row = LinkRow {
        key_hash: &opaque::hash(&key),
        purpose,
        user_id,
        created_at: now.naive_utc(),
        expires_at: (now + life).naive_utc(),
    };
    store::insert(conn, &row)?;
    Ok(key)
}

/// Mails a link to choose a new password, if somebody with this address may sign in. What comes back, and the work, is the
/// same if not: a link is made that nobody gets, and the mail is written and taken back.
pub fn request_reset(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    sender: &Sender,
    email: &str,
) -> Result<()> {
    db::write(conn, |conn| {
        let account = accounts::find_account_by_email(conn, email)?;
        let account = account.filter(|account| account.active && account.password_hash.is_some());
        let user_id = account.as_ref().map(|account| account.id);
        let key = make_link(conn, now, accounts::RESET, user_id, RESET_LIFE)?;
        let link = sender.link(&key);
        let user_name = account.as_ref().map_or("niemand", |account| account.name.as_str());
        let mail = mails::reset(email, &Content { user_name, region: &sender.region, link: &link })?;
        notifications::actions::enqueue(conn, now, &mail)?;
        // No mail goes to an empty address, so that there is nothing to take back for who is known.
        let taken_back = if account.is_some() { "" } else { email };
        notifications::actions::take_back(conn, mail.kind, taken_back)?;
        // Who asked is not known yet, and the address is not written down for a user who does not exist.
        let object = user_id.map(|id| id.to_string()).unwrap_or_default();
        audit::record(conn, actor, now, &Event::done("wachtwoord-vergeten", "gebruiker", object))
    })
}

/// Whom the link is for, if it still works. Changes nothing.
pub fn find_addressee(conn: &mut Connection, key: &str, now: DateTime<Utc>) -> Result<Addressee> {
    let account = find_account(conn, key, now)?.ok_or(Error::NotFound("link"))?;
    Ok(Addressee { user_name: account.name, is_new: account.password_hash.is_none() })
}

fn find_account(conn: &mut Connection, key: &str, now: DateTime<Utc>) -> Result<Option<Account>> {
    if !opaque::is_plausible(key) {
        return Ok(None);
    }
    match store::find_user(conn, &opaque::hash(key), now.naive_utc())? {
        Some(id) => Ok(accounts::find_account(conn, id)?.filter(|account| account.active)),
        None => Ok(None),
    }
}

/// Sets the password of whom the link is for, whose name it returns, and uses up the link. All sessions and tokens end; the
/// second factor stays.
pub fn set_password(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    key: &str,
    password: &str,
) -> Result<String> {
    let account = find_account(conn, key, now)?.ok_or(Error::NotFound("link"))?;
    let identity = accounts::find_identity(conn, &account)?;
    if identity.roles.contains(&Role::ServiceAccount) {
        return Err(Error::NotFound("link"));
    }
    passwords::check(password, &[&account.name, &account.display_name, &identity.organisation_name])
        .map_err(|message| Error::invalid("wachtwoord", "te-zwak", message))?;
    let hash = passwords::hash(password)?;
    db::write(conn, |conn| {
        if store::use_link(conn, &opaque::hash(key), now.naive_utc())? == 0 {
            return Err(Error::NotFound("link"));
        }
        accounts::update_password(conn, account.id, &hash)?;
        accounts::end_credentials(conn, account.id, now.naive_utc())?;
        store::delete_of_user(conn, account.id)?;
        let actor = Actor { identity: Some(identity), ..actor.clone() };
        audit::record(conn, &actor, now, &Event::done("wachtwoord-instellen", "gebruiker", account.id))
    })?;
    Ok(account.name)
}
