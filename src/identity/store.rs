//! Queries on user accounts that all parts of identity need.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::actor::{Identity, Role, Scope};
use crate::db::Connection;
use crate::db::schema::{
    bridging_care, crisis_assignment, crisis_place, crisis_provision, crisis_share, mail_link, organisation,
    placement, region, response, second_factor, service_account, session, token_family, user_account,
    user_role, waiting_list_setting,
};
use crate::error::Result;

/// What a mailed link is for: to set another password.
pub(super) const RESET: &str = "reset";

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
    pub(super) version: i32,
    pub(super) last_sign_in_at: Option<NaiveDateTime>,
    pub(super) reviewed_at: Option<NaiveDateTime>,
}

pub(super) fn find_account_by_name(conn: &mut Connection, name: &str) -> Result<Option<Account>> {
    Ok(user_account::table.filter(user_account::name.eq(name)).first(conn).optional()?)
}

pub(super) fn find_account_by_email(conn: &mut Connection, email: &str) -> Result<Option<Account>> {
    Ok(user_account::table.filter(user_account::email.eq(email)).first(conn).optional()?)
}

pub(super) fn find_account(conn: &mut Connection, id: i64) -> Result<Option<Account>> {
    Ok(user_account::table.find(id).first(conn).optional()?)
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
    let (organisation_name, region_id, provider_id, referrers_register): (
        String,
        i64,
        Option<i64>,
        Option<bool>,
    ) = organisation::table
        .left_join(
            waiting_list_setting::table.on(waiting_list_setting::region_id.eq(organisation::region_id)),
        )
        .filter(organisation::id.eq(account.organisation_id))
        .select((
            organisation::name,
            organisation::region_id,
            organisation::provider_id,
            waiting_list_setting::referrers_register.nullable(),
        ))
        .first(conn)?;
    let roles = list_roles(conn, account.id)?;
    let scopes = if roles.contains(&Role::ServiceAccount) { find_scopes(conn, account.id)? } else { None };
    Ok(Identity {
        user_id: account.id,
        user_name: account.name.clone(),
        display_name: account.display_name.clone(),
        organisation_name,
        region_id,
        provider_id,
        referrers_register: referrers_register.unwrap_or_default(),
        roles,
        scopes,
    })
}

fn find_scopes(conn: &mut Connection, user_id: i64) -> Result<Option<Vec<Scope>>> {
    let text: Option<String> =
        service_account::table.find(user_id).select(service_account::scopes).first(conn).optional()?;
    Ok(text.map(|text| parse_scopes(&text)))
}

pub(super) fn parse_scopes(text: &str) -> Vec<Scope> {
    text.split(' ').filter_map(Scope::parse).collect()
}

pub(super) struct AccountRow<'a> {
    pub(super) name: &'a str,
    pub(super) display_name: &'a str,
    pub(super) email: Option<&'a str>,
    pub(super) organisation_id: i64,
    pub(super) password_hash: Option<&'a str>,
    pub(super) demonstration: bool,
    pub(super) roles: &'a [Role],
}

pub(super) fn insert_account(conn: &mut Connection, row: &AccountRow<'_>, now: NaiveDateTime) -> Result<i64> {
    let id: i64 = diesel::insert_into(user_account::table)
        .values((
            user_account::name.eq(row.name),
            user_account::display_name.eq(row.display_name),
            user_account::email.eq(row.email),
            user_account::organisation_id.eq(row.organisation_id),
            user_account::password_hash.eq(row.password_hash),
            user_account::active.eq(true),
            user_account::demonstration.eq(row.demonstration),
            user_account::credential_version.eq(1),
            user_account::version.eq(1),
            user_account::created_at.eq(now),
        ))
        .returning(user_account::id)
        .get_result(conn)?;
    insert_roles(conn, id, row.roles)?;
    Ok(id)
}

pub(super) fn insert_roles(conn: &mut Connection, user_id: i64, roles: &[Role]) -> Result<()> {
    for role in roles {
        diesel::insert_into(user_role::table)
            .values((user_role::user_id.eq(user_id), user_role::role.eq(role.code())))
            .execute(conn)?;
    }
    Ok(())
}

pub(super) fn delete_roles(conn: &mut Connection, user_id: i64) -> Result<()> {
    diesel::delete(user_role::table.filter(user_role::user_id.eq(user_id))).execute(conn)?;
    Ok(())
}

/// Sets the password of somebody who may sign in; how many rows that were.
pub(super) fn update_password(conn: &mut Connection, id: i64, password_hash: &str) -> Result<usize> {
    Ok(diesel::update(user_account::table.find(id))
        .set(user_account::password_hash.eq(password_hash))
        .execute(conn)?)
}

/// Ends every session, token and link in a mail of everybody; how many of each.
pub(super) fn end_all_credentials(
    conn: &mut Connection,
    now: NaiveDateTime,
) -> Result<(usize, usize, usize)> {
    diesel::update(user_account::table)
        .set(user_account::credential_version.eq(user_account::credential_version + 1))
        .execute(conn)?;
    let sessions = diesel::delete(session::table).execute(conn)?;
    let tokens = diesel::update(token_family::table.filter(token_family::ended_at.is_null()))
        .set(token_family::ended_at.eq(now))
        .execute(conn)?;
    let links = diesel::delete(mail_link::table).execute(conn)?;
    Ok((sessions, tokens, links))
}

/// Ends every session and every token of a user: those that were made with an earlier credential version are not
/// believed any more. A link to set another password ends with them; an invitation that was not used stays.
pub(super) fn end_credentials(conn: &mut Connection, user_id: i64, now: NaiveDateTime) -> Result<()> {
    diesel::update(user_account::table.find(user_id))
        .set(user_account::credential_version.eq(user_account::credential_version + 1))
        .execute(conn)?;
    diesel::update(
        token_family::table.filter(token_family::user_id.eq(user_id).and(token_family::ended_at.is_null())),
    )
    .set(token_family::ended_at.eq(now))
    .execute(conn)?;
    let resets = mail_link::table.filter(mail_link::user_id.eq(user_id)).filter(mail_link::purpose.eq(RESET));
    diesel::delete(resets).execute(conn)?;
    delete_sessions(conn, user_id)
}

pub(super) fn delete_sessions(conn: &mut Connection, user_id: i64) -> Result<()> {
    diesel::delete(session::table.filter(session::user_id.eq(user_id))).execute(conn)?;
    Ok(())
}

pub(super) fn has_second_factor(conn: &mut Connection, user_id: i64) -> Result<bool> {
    Ok(diesel::select(exists(second_factor::table.find(user_id))).get_result(conn)?)
}

/// Whether who has these roles may not do without a second factor. A provider may not once it sees one child: of a
/// response that was accepted, of bridging care and of help that goes with a stay elsewhere it sees code, municipality and
/// start, and in crisis care what it is offered and whom it keeps.
pub(super) fn needs_second_factor(conn: &mut Connection, identity: &Identity) -> Result<bool> {
    if identity.roles.iter().any(|role| role.needs_second_factor()) {
        return Ok(true);
    }
    let Some(provider_id) = identity.provider_id.filter(|_| identity.roles.contains(&Role::Provider)) else {
        return Ok(false);
    };
    let divided_over = crisis_share::table.filter(crisis_share::provider_id.eq(provider_id));
    let has_places = crisis_place::table.filter(crisis_place::provider_id.eq(provider_id));
    let was_asked = crisis_assignment::table.filter(crisis_assignment::provider_id.eq(provider_id));
    let helps = crisis_provision::table.filter(crisis_provision::provider_id.eq(provider_id));
    let was_chosen =
        placement::table.inner_join(response::table).filter(response::provider_id.eq(provider_id));
    let accompanies = placement::table.filter(placement::companion_id.eq(provider_id));
    let bridges = bridging_care::table.filter(bridging_care::provider_id.eq(provider_id));
    let in_crisis_care = exists(divided_over).or(exists(has_places)).or(exists(was_asked)).or(exists(helps));
    let sees_one = exists(was_chosen).or(exists(accompanies)).or(exists(bridges));
    Ok(diesel::select(in_crisis_care.or(sees_one)).get_result(conn)?)
}

/// Makes changes of users in one region wait for each other, until the end of the transaction.
pub(super) fn lock_region(conn: &mut Connection, region_id: i64) -> Result<()> {
    diesel::update(region::table.find(region_id)).set(region::version.eq(region::version)).execute(conn)?;
    Ok(())
}
