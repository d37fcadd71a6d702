//! Queries on organisations, users, sessions and keys.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::NewOrganisation;
use super::tokens::KeyPair;
use crate::actor::{Identity, Role};
use crate::db::Connection;
use crate::db::schema::{
    organisation, organisation_municipality, session, signing_key, user_account, user_role,
};
use crate::error::Result;

/// A user with what signing in needs.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Account {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) display_name: String,
    pub(super) organisation_id: i64,
    pub(super) password_hash: Option<String>,
    pub(super) active: bool,
    pub(super) demonstration: bool,
    pub(super) credential_version: i32,
    pub(super) created_at: NaiveDateTime,
    pub(super) email: Option<String>,
}

#[derive(Debug, Clone, Queryable)]
pub(super) struct StoredSession {
    pub(super) id: String,
    pub(super) user_id: i64,
    pub(super) csrf: String,
    pub(super) credential_version: i32,
    pub(super) created_at: NaiveDateTime,
    pub(super) last_seen_at: NaiveDateTime,
}

pub(super) fn find_account_by_name(conn: &mut Connection, name: &str) -> Result<Option<Account>> {
    Ok(user_account::table.filter(user_account::name.eq(name)).first(conn).optional()?)
}

pub(super) fn find_account(conn: &mut Connection, id: i64) -> Result<Option<Account>> {
    Ok(user_account::table.find(id).first(conn).optional()?)
}

pub(super) fn list_accounts(conn: &mut Connection) -> Result<Vec<(Account, String)>> {
    Ok(user_account::table
        .inner_join(organisation::table)
        .select((user_account::all_columns, organisation::name))
        .order(user_account::name)
        .load(conn)?)
}

pub(super) fn list_roles(conn: &mut Connection, user_id: i64) -> Result<Vec<Role>> {
    let codes: Vec<String> = user_role::table
        .filter(user_role::user_id.eq(user_id))
        .order(user_role::role)
        .select(user_role::role)
        .load(conn)?;
    Ok(codes.iter().filter_map(|code| Role::parse(code)).collect())
}

/// Who an account is: organisation and roles included.
pub(super) fn find_identity(conn: &mut Connection, account: &Account) -> Result<Identity> {
    let (organisation_name, region_id, provider_id): (String, i64, Option<i64>) = organisation::table
        .find(account.organisation_id)
        .select((organisation::name, organisation::region_id, organisation::provider_id))
        .first(conn)?;
    Ok(Identity {
        user_id: account.id,
        user_name: account.name.clone(),
        display_name: account.display_name.clone(),
        organisation_name,
        region_id,
        provider_id,
        roles: list_roles(conn, account.id)?,
    })
}

pub(super) fn find_organisation_id(conn: &mut Connection, name: &str) -> Result<Option<i64>> {
    Ok(organisation::table
        .filter(organisation::name.eq(name))
        .select(organisation::id)
        .first(conn)
        .optional()?)
}

pub(super) fn insert_organisation(conn: &mut Connection, new: &NewOrganisation) -> Result<i64> {
    let id: i64 = diesel::insert_into(organisation::table)
        .values((
            organisation::name.eq(&new.name),
            organisation::kind.eq(new.kind.code()),
            organisation::region_id.eq(new.region_id),
            organisation::provider_id.eq(new.provider_id),
        ))
        .returning(organisation::id)
        .get_result(conn)?;
    for municipality_id in &new.municipality_ids {
        diesel::insert_into(organisation_municipality::table)
            .values((
                organisation_municipality::organisation_id.eq(id),
                organisation_municipality::municipality_id.eq(municipality_id),
            ))
            .execute(conn)?;
    }
    Ok(id)
}

pub(super) struct AccountRow<'a> {
    pub(super) name: &'a str,
    pub(super) display_name: &'a str,
    pub(super) organisation_id: i64,
    pub(super) password_hash: &'a str,
    pub(super) demonstration: bool,
    pub(super) roles: &'a [Role],
}

pub(super) fn insert_account(conn: &mut Connection, row: &AccountRow<'_>, now: NaiveDateTime) -> Result<i64> {
    let id: i64 = diesel::insert_into(user_account::table)
        .values((
            user_account::name.eq(row.name),
            user_account::display_name.eq(row.display_name),
            user_account::organisation_id.eq(row.organisation_id),
            user_account::password_hash.eq(row.password_hash),
            user_account::active.eq(true),
            user_account::demonstration.eq(row.demonstration),
            user_account::credential_version.eq(1),
            user_account::created_at.eq(now),
        ))
        .returning(user_account::id)
        .get_result(conn)?;
    for role in row.roles {
        diesel::insert_into(user_role::table)
            .values((user_role::user_id.eq(id), user_role::role.eq(role.code())))
            .execute(conn)?;
    }
    Ok(id)
}

/// Sets a password and ends every session and token made before.
pub(super) fn update_password(conn: &mut Connection, id: i64, password_hash: &str) -> Result<()> {
    diesel::update(user_account::table.find(id))
        .set((
            user_account::password_hash.eq(password_hash),
            user_account::credential_version.eq(user_account::credential_version + 1),
        ))
        .execute(conn)?;
    delete_sessions_of(conn, id)
}

pub(super) fn update_active(conn: &mut Connection, id: i64, active: bool) -> Result<()> {
    diesel::update(user_account::table.find(id))
        .set((
            user_account::active.eq(active),
            user_account::credential_version.eq(user_account::credential_version + 1),
        ))
        .execute(conn)?;
    delete_sessions_of(conn, id)
}

fn delete_sessions_of(conn: &mut Connection, user_id: i64) -> Result<()> {
    diesel::delete(session::table.filter(session::user_id.eq(user_id))).execute(conn)?;
    Ok(())
}

pub(super) fn insert_session(conn: &mut Connection, new: &StoredSession) -> Result<()> {
    diesel::insert_into(session::table)
        .values((
            session::id.eq(&new.id),
            session::user_id.eq(new.user_id),
            session::csrf.eq(&new.csrf),
            session::credential_version.eq(new.credential_version),
            session::created_at.eq(new.created_at),
            session::last_seen_at.eq(new.last_seen_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn find_session(conn: &mut Connection, id: &str) -> Result<Option<StoredSession>> {
    Ok(session::table.find(id).first(conn).optional()?)
}

pub(super) fn update_last_seen(conn: &mut Connection, id: &str, now: NaiveDateTime) -> Result<()> {
    diesel::update(session::table.find(id)).set(session::last_seen_at.eq(now)).execute(conn)?;
    Ok(())
}

pub(super) fn delete_session(conn: &mut Connection, id: &str) -> Result<()> {
    diesel::delete(session::table.find(id)).execute(conn)?;
    Ok(())
}

pub(super) fn delete_sessions_before(conn: &mut Connection, created_before: NaiveDateTime) -> Result<()> {
    diesel::delete(session::table.filter(session::created_at.lt(created_before))).execute(conn)?;
    Ok(())
}

pub(super) fn find_newest_key(conn: &mut Connection) -> Result<Option<KeyPair>> {
    let row: Option<(String, String, String)> = signing_key::table
        .order((signing_key::created_at.desc(), signing_key::kid))
        .select((signing_key::kid, signing_key::private_pem, signing_key::public_pem))
        .first(conn)
        .optional()?;
    Ok(row.map(|(kid, private_pem, public_pem)| KeyPair { kid, private_pem, public_pem }))
}

pub(super) fn insert_key(conn: &mut Connection, pair: &KeyPair, now: NaiveDateTime) -> Result<()> {
    diesel::insert_into(signing_key::table)
        .values((
            signing_key::kid.eq(&pair.kid),
            signing_key::private_pem.eq(&pair.private_pem),
            signing_key::public_pem.eq(&pair.public_pem),
            signing_key::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
