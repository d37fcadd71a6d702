//! What can be done with service accounts.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::store::{self, Row};
use super::{CLIENT_ID_PREFIX, is_client_id};
use crate::actor::{Actor, Role, Scope};
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result, unknown};
use crate::identity::model::OrganisationKind;
use crate::identity::opaque;
use crate::identity::organisations::actions::find_own;
use crate::identity::store::{self as accounts, AccountRow, parse_scopes};
use crate::identity::tokens::actions::{Issued, issue_for_service};
use crate::identity::tokens::keyring::Keyring;
use crate::identity::users::actions::own_region;

/// What a program signs in with, shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSecret {
    pub user_id: i64,
    pub client_id: String,
    pub secret: String,
}

/// A service account as pages show it.
#[derive(Debug, Clone)]
pub struct ServiceAccount {
    pub user_id: i64,
    pub client_id: String,
    pub name: String,
    pub organisation: String,
    pub scopes: Vec<Scope>,
    pub active: bool,
    pub created_at: DateTime<Utc>,
}

impl From<Row> for ServiceAccount {
    fn from(row: Row) -> Self {
        Self {
            user_id: row.user_id,
            client_id: row.client_id,
            name: row.name,
            organisation: row.organisation,
            scopes: parse_scopes(&row.scopes),
            active: row.active,
            created_at: row.created_at.and_utc(),
        }
    }
}

/// A service account to make.
#[derive(Debug, Clone)]
pub struct NewServiceAccount {
    pub name: String,
    pub organisation_id: i64,
    pub scopes: Vec<Scope>,
}

pub fn list(conn: &mut Connection, actor: &Actor, part: (i64, i64)) -> Result<(Vec<ServiceAccount>, usize)> {
    let (rows, total) = store::list_page(conn, own_region(actor)?, part)?;
    Ok((rows.into_iter().map(ServiceAccount::from).collect(), usize::try_from(total).unwrap_or_default()))
}

pub fn find(conn: &mut Connection, actor: &Actor, user_id: i64) -> Result<ServiceAccount> {
    let row = store::find(conn, own_region(actor)?, user_id)?;
    row.map(ServiceAccount::from).ok_or(Error::NotFound("koppeling"))
}

/// Makes a service account for a provider of the own region.
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    new: &NewServiceAccount,
) -> Result<ClientSecret> {
    db::write(conn, |conn| {
        match find_own(conn, actor, new.organisation_id) {
            Ok(organisation) if organisation.kind == OrganisationKind::Provider => {}
            Ok(_) => return Err(Error::collision("organisatie", "soort", "kies een aanbieder")),
            Err(Error::NotFound(what)) => {
                return Err(Error::collision("organisatie", "onbekend", unknown(what)));
            }
            Err(error) => return Err(error),
        }
        let client_id = new_client_id();
        let row = AccountRow {
            name: &client_id,
            display_name: &new.name,
            email: None,
            organisation_id: new.organisation_id,
            password_hash: None,
            demonstration: false,
            roles: &[Role::ServiceAccount],
        };
        let user_id = accounts::insert_account(conn, &row, now.naive_utc())?;
        insert(conn, actor, now, user_id, client_id, &new.scopes)
    })
}

/// Gives an account that is there the secret and scopes of a service account. Within a transaction of the caller.
pub(in crate::identity) fn insert(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    user_id: i64,
    client_id: String,
    scopes: &[Scope],
) -> Result<ClientSecret> {
    let secret = opaque::generate();
    let codes: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
    store::insert(conn, user_id, &client_id, &opaque::hash(&secret), &codes.join(" "))?;
    let event =
        Event::done("koppeling-maken", "gebruiker", user_id).change(None, &json!({ "reikwijdte": codes }))?;
    audit::record(conn, actor, now, &event)?;
    Ok(ClientSecret { user_id, client_id, secret })
}

pub(in crate::identity) fn new_client_id() -> String {
    format!("{CLIENT_ID_PREFIX}{:016x}", rand::random::<u64>())
}

/// Gives a service account of the own region a new secret; the old one and all tokens end.
pub fn renew_secret(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    user_id: i64,
) -> Result<ClientSecret> {
    db::write(conn, |conn| {
        find(conn, actor, user_id)?;
        replace_secret(conn, actor, now, user_id)
    })
}

/// The same for the command line and the demonstration. Within a transaction of the caller.
pub(in crate::identity) fn replace_secret(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    user_id: i64,
) -> Result<ClientSecret> {
    let client_id = store::find_client_id(conn, user_id)?.ok_or(Error::NotFound("koppeling"))?;
    let secret = opaque::generate();
    store::update_secret(conn, user_id, &opaque::hash(&secret))?;
    accounts::end_credentials(conn, user_id, now.naive_utc())?;
    audit::record(conn, actor, now, &Event::done("koppeling-geheim-vernieuwen", "gebruiker", user_id))?;
    Ok(ClientSecret { user_id, client_id, secret })
}

/// Blocks or readmits a service account of the own region; either way all its tokens end.
pub fn set_active(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    user_id: i64,
    active: bool,
) -> Result<()> {
    db::write(conn, |conn| {
        find(conn, actor, user_id)?;
        if store::update_active(conn, user_id, active)? == 0 {
            return Err(Error::Outdated { current: None });
        }
        accounts::end_credentials(conn, user_id, now.naive_utc())?;
        let action = if active { "koppeling-toelaten" } else { "koppeling-blokkeren" };
        audit::record(conn, actor, now, &Event::done(action, "gebruiker", user_id))
    })
}

/// A token for the program that shows this id and secret.
pub fn exchange_secret(
    conn: &mut Connection,
    keyring: &Keyring,
    actor: &Actor,
    now: DateTime<Utc>,
    (client_id, secret): (&str, &str),
) -> Result<Issued> {
    if !is_client_id(client_id) {
        return Err(Error::SignInFailed);
    }
    let keys = keyring.keys(conn, now)?;
    let issued = db::write(conn, |conn| {
        let account = match store::find_by_secret(conn, client_id, &opaque::hash(secret))? {
            Some(user_id) => accounts::find_account(conn, user_id)?.filter(|account| account.active),
            None => None,
        };
        let Some(account) = account else {
            audit::record_refusal(conn, actor, now, "koppeling-inloggen")?;
            return Ok(None);
        };
        let actor = Actor { identity: Some(accounts::find_identity(conn, &account)?), ..actor.clone() };
        issue_for_service(conn, &keys, &actor, now, &account).map(Some)
    })?;
    issued.ok_or(Error::SignInFailed)
}
