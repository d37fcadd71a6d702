//! Queries on users by what they are mailed about.

use diesel::prelude::*;

use super::{Recipient, hash_of_address};
use crate::actor::{Identity, Role};
use crate::db::Connection;
use crate::db::schema::{organisation, organisation_municipality, user_account, user_role};
use crate::error::Result;
use crate::identity::store::{find_account, find_identity};

/// Active users with a role and an address.
macro_rules! reachable {
    ($role:expr) => {
        user_account::table
            .inner_join(organisation::table)
            .inner_join(user_role::table)
            .filter(user_role::role.eq($role.code()))
            .filter(user_account::active.eq(true))
            .filter(user_account::email.is_not_null())
    };
}

fn recipients(rows: Vec<(i64, Option<String>)>) -> Vec<Recipient> {
    rows.into_iter().filter_map(|(user_id, email)| Some(Recipient { user_id, email: email? })).collect()
}

pub(super) fn list_of_provider(
    conn: &mut Connection,
    provider_id: i64,
    role: Role,
) -> Result<Vec<Recipient>> {
    Ok(recipients(
        reachable!(role)
            .filter(organisation::provider_id.eq(provider_id))
            .order(user_account::id)
            .select((user_account::id, user_account::email))
            .load(conn)?,
    ))
}

pub(super) fn list_of_region(conn: &mut Connection, region_id: i64, role: Role) -> Result<Vec<Recipient>> {
    Ok(recipients(
        reachable!(role)
            .filter(organisation::region_id.eq(region_id))
            .order(user_account::id)
            .select((user_account::id, user_account::email))
            .load(conn)?,
    ))
}

pub(super) fn list_of_municipality(
    conn: &mut Connection,
    municipality_id: i64,
    role: Role,
) -> Result<Vec<Recipient>> {
    let serving = organisation_municipality::table
        .filter(organisation_municipality::municipality_id.eq(municipality_id))
        .select(organisation_municipality::organisation_id);
    Ok(recipients(
        reachable!(role)
            .filter(organisation::id.eq_any(serving))
            .order(user_account::id)
            .select((user_account::id, user_account::email))
            .load(conn)?,
    ))
}

pub(super) fn list_provider_people(
    conn: &mut Connection,
    region_id: i64,
    role: Role,
) -> Result<Vec<(Recipient, i64)>> {
    let rows: Vec<(i64, Option<String>, Option<i64>)> = reachable!(role)
        .filter(organisation::region_id.eq(region_id))
        .order(user_account::id)
        .select((user_account::id, user_account::email, organisation::provider_id))
        .load(conn)?;
    let person = |(user_id, email, provider_id): (i64, Option<String>, Option<i64>)| {
        Some((Recipient { user_id, email: email? }, provider_id?))
    };
    Ok(rows.into_iter().filter_map(person).collect())
}

pub(super) fn list_providers(conn: &mut Connection, role: Role) -> Result<Vec<i64>> {
    let ids: Vec<Option<i64>> = reachable!(role).select(organisation::provider_id).distinct().load(conn)?;
    Ok(ids.into_iter().flatten().collect())
}

pub(super) fn find_active(
    conn: &mut Connection,
    user_id: i64,
    address_hash: Option<&str>,
) -> Result<Option<Identity>> {
    let is_same = |address: &str| address_hash.is_none_or(|hash| hash == hash_of_address(address));
    let account = find_account(conn, user_id)?
        .filter(|account| account.active && account.email.as_deref().is_some_and(is_same));
    account.map(|account| find_identity(conn, &account)).transpose()
}
