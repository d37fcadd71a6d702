//! Queries on service accounts.

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::{organisation, service_account, user_account};
use crate::error::Result;

#[derive(Debug, Clone, Queryable)]
pub(super) struct Row {
    pub(super) user_id: i64,
    pub(super) client_id: String,
    pub(super) name: String,
    pub(super) organisation: String,
    pub(super) scopes: String,
    pub(super) active: bool,
    pub(super) created_at: NaiveDateTime,
}

pub(super) fn list_page(
    conn: &mut Connection,
    region_id: i64,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Row>, i64)> {
    let total = service_account::table
        .inner_join(user_account::table.inner_join(organisation::table))
        .filter(organisation::region_id.eq(region_id))
        .select(count_star())
        .first(conn)?;
    let rows = service_account::table
        .inner_join(user_account::table.inner_join(organisation::table))
        .filter(organisation::region_id.eq(region_id))
        .select((
            service_account::user_id,
            service_account::client_id,
            user_account::display_name,
            organisation::name,
            service_account::scopes,
            user_account::active,
            user_account::created_at,
        ))
        .order((organisation::name, user_account::display_name, service_account::user_id))
        .offset(offset)
        .limit(limit)
        .load(conn)?;
    Ok((rows, total))
}

pub(super) fn find(conn: &mut Connection, region_id: i64, user_id: i64) -> Result<Option<Row>> {
    Ok(service_account::table
        .inner_join(user_account::table.inner_join(organisation::table))
        .filter(organisation::region_id.eq(region_id).and(service_account::user_id.eq(user_id)))
        .select((
            service_account::user_id,
            service_account::client_id,
            user_account::display_name,
            organisation::name,
            service_account::scopes,
            user_account::active,
            user_account::created_at,
        ))
        .first(conn)
        .optional()?)
}

pub(super) fn insert(
    conn: &mut Connection,
    user_id: i64,
    client_id: &str,
    secret_hash: &str,
    scopes: &str,
) -> Result<()> {
    diesel::insert_into(service_account::table)
        .values((
            service_account::user_id.eq(user_id),
            service_account::client_id.eq(client_id),
            service_account::secret_hash.eq(secret_hash),
            service_account::scopes.eq(scopes),
        ))
        .execute(conn)?;
    Ok(())
}

/// The account that has this id and this secret.
pub(super) fn find_by_secret(
    conn: &mut Connection,
    client_id: &str,
    secret_hash: &str,
) -> Result<Option<i64>> {
    Ok(service_account::table
        .filter(service_account::client_id.eq(client_id).and(service_account::secret_hash.eq(secret_hash)))
        .select(service_account::user_id)
        .first(conn)
        .optional()?)
}

pub(super) fn find_client_id(conn: &mut Connection, user_id: i64) -> Result<Option<String>> {
    Ok(service_account::table.find(user_id).select(service_account::client_id).first(conn).optional()?)
}

pub(super) fn update_secret(conn: &mut Connection, user_id: i64, secret_hash: &str) -> Result<usize> {
    Ok(diesel::update(service_account::table.find(user_id))
        .set(service_account::secret_hash.eq(secret_hash))
        .execute(conn)?)
}

pub(super) fn update_active(conn: &mut Connection, user_id: i64, active: bool) -> Result<usize> {
    Ok(diesel::update(user_account::table.find(user_id).filter(user_account::active.ne(active)))
        .set(user_account::active.eq(active))
        .execute(conn)?)
}
