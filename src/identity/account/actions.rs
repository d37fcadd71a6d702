//! What a user can do with the own account.

use chrono::{DateTime, Utc};

use crate::actor::{Actor, Session};
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::passwords;
use crate::identity::second_factor::actions::Overview as SecondFactor;
use crate::identity::sign_in::actions::{Opened, open_session, proves_password};
use crate::identity::sign_in::store as sessions;
use crate::identity::store as accounts;
use crate::identity::tokens::actions::{FamilyView, list_families};

/// A session as its user sees it.
#[derive(Debug, Clone)]
pub struct SessionView {
    pub id: String,
    pub network: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub is_this: bool,
}

/// Everything on the account page.
#[derive(Debug, Clone)]
pub struct Overview {
    pub email: String,
    pub last_sign_in_at: Option<DateTime<Utc>>,
    pub second_factor: SecondFactor,
    pub needs_second_factor: bool,
    pub sessions: Vec<SessionView>,
    pub tokens: Vec<FamilyView>,
}

pub fn overview(conn: &mut Connection, session: &Session, now: DateTime<Utc>) -> Result<Overview> {
    let account = accounts::find_account(conn, session.user_id)?.ok_or(Error::SignInRequired)?;
    let view = |stored: sessions::StoredSession| SessionView {
        is_this: stored.id == session.id,
        id: stored.id,
        network: stored.network,
        created_at: stored.created_at.and_utc(),
        last_seen_at: stored.last_seen_at.and_utc(),
    };
    let identity = accounts::find_identity(conn, &account)?;
    Ok(Overview {
        email: account.email.unwrap_or_default(),
        last_sign_in_at: account.last_sign_in_at.map(|at| at.and_utc()),
        second_factor: crate::identity::second_factor::actions::overview(conn, account.id)?,
        needs_second_factor: accounts::needs_second_factor(conn, &identity)?,
        sessions: sessions::list_sessions(conn, account.id)?.into_iter().map(view).collect(),
        tokens: list_families(conn, account.id, now)?,
    })
}

/// Changes the own password, with the old one as proof. Every other session and every token ends; this session goes on
/// under a new cookie.
pub fn change_password(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    session: &Session,
    (old, new): (&str, &str),
) -> Result<Opened> {
    let account = accounts::find_account(conn, session.user_id)?.ok_or(Error::SignInRequired)?;
    if !proves_password(conn, actor, now, &account, old)? {
        return Err(Error::invalid("oud", "onjuist", "dit is niet uw wachtwoord van nu"));
    }
    let organisation = actor.identity.as_ref().map_or("", |who| who.organisation_name.as_str());
    passwords::check(new, &[&account.name, &account.display_name, organisation])
        .map_err(|message| Error::invalid("wachtwoord", "te-zwak", message))?;
    let hash = passwords::hash(new)?;
    db::write(conn, |conn| {
        let stored = sessions::find_session(conn, &session.id)?.ok_or(Error::SignInRequired)?;
        accounts::update_password(conn, account.id, &hash)?;
        accounts::end_credentials(conn, account.id, now.naive_utc())?;
        audit::record(conn, actor, now, &Event::done("wachtwoord-wijzigen", "gebruiker", account.id))?;
        let account = accounts::find_account(conn, account.id)?.ok_or(Error::SignInRequired)?;
        open_session(conn, actor, now, &account, stored.two_factors)
    })
}

/// Which sessions to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    One(String),
    AllOthers,
}

/// Ends sessions of the user.
pub fn end_sessions(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    session: &Session,
    which: &Which,
) -> Result<()> {
    db::write(conn, |conn| {
        match which {
            Which::One(id) => {
                if sessions::delete_session(conn, session.user_id, id)? == 0 {
                    return Err(Error::NotFound("sessie"));
                }
            }
            Which::AllOthers => {
                sessions::delete_other_sessions(conn, session.user_id, &session.id)?;
            }
        }
        audit::record(conn, actor, now, &Event::done("sessies-beeindigen", "gebruiker", session.user_id))
    })
}
