//! Queries on users, for those who manage them.

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{User, UserColumn, UserFilter, UserState};
use crate::actor::Role;
use crate::db::schema::{organisation, service_account, user_account, user_role};
use crate::db::{Backend, Connection, containing, lower};
use crate::error::{Error, Result};
use crate::identity::model::OrganisationKind;
use crate::identity::store::{Account, list_roles};
use crate::paging::SortOrder;

/// Lets through the people of a region that fit the filter. A macro, because the type of a query depends on what it
/// selects.
macro_rules! fitting {
    ($query:expr, $region_id:expr, $filter:expr) => {{
        let services = service_account::table.select(service_account::user_id);
        let mut query =
            $query.filter(organisation::region_id.eq($region_id)).filter(user_account::id.ne_all(services));
        if let Some(text) = &$filter.text {
            let part = containing(text);
            let named = lower(user_account::display_name)
                .like(part.clone())
                .escape('\\')
                .or(user_account::name.like(part).escape('\\'));
            query = query.filter(named);
        }
        if let Some(role) = $filter.role {
            let holders = user_role::table.filter(user_role::role.eq(role.code())).select(user_role::user_id);
            query = query.filter(user_account::id.eq_any(holders));
        }
        if let Some(id) = $filter.organisation_id {
            query = query.filter(user_account::organisation_id.eq(id));
        }
        if let Some(state) = $filter.state {
            query = query.filter(user_account::active.eq(state != UserState::Blocked));
            if state == UserState::Invited {
                query = query.filter(user_account::password_hash.is_null());
            } else if state == UserState::Active {
                query = query.filter(user_account::password_hash.is_not_null());
            }
        }
        query
    }};
}

/// One page of the people of a region, and how many there are in all.
pub(super) fn list_page(
    conn: &mut Connection,
    region_id: i64,
    filter: &UserFilter,
    order: SortOrder<UserColumn>,
    (offset, limit): (i64, i64),
) -> Result<(Vec<User>, i64)> {
    let counted =
        user_account::table.inner_join(organisation::table).select(count_star()).into_boxed::<Backend>();
    let total = fitting!(counted, region_id, filter).first(conn)?;
    let listed = user_account::table
        .inner_join(organisation::table)
        .select((user_account::all_columns, organisation::name, organisation::kind))
        .into_boxed::<Backend>();
    let mut query = fitting!(listed, region_id, filter);
    // Who never signed in comes last, whichever way the list goes.
    query =
        match (order.column, order.descending) {
            (UserColumn::Name, false) => query.order(user_account::display_name.asc()),
            (UserColumn::Name, true) => query.order(user_account::display_name.desc()),
            (UserColumn::Organisation, false) => query.order(organisation::name.asc()),
            (UserColumn::Organisation, true) => query.order(organisation::name.desc()),
            (UserColumn::LastSignIn, false) => query
                .order((user_account::last_sign_in_at.is_null().asc(), user_account::last_sign_in_at.asc())),
            (UserColumn::LastSignIn, true) => query
                .order((user_account::last_sign_in_at.is_null().asc(), user_account::last_sign_in_at.desc())),
        };
    let rows: Vec<(Account, String, String)> =
        query.then_order_by(user_account::name).offset(offset).limit(limit).load(conn)?;
    Ok((complete(conn, rows)?, total))
}

/// One page of everybody in a region, programs too, with those whose review is longest ago first.
pub(super) fn list_for_review(
    conn: &mut Connection,
    region_id: i64,
    (offset, limit): (i64, i64),
) -> Result<(Vec<User>, i64)> {
    let total = user_account::table
        .inner_join(organisation::table)
        .filter(organisation::region_id.eq(region_id))
        .select(count_star())
        .first(conn)?;
    let rows: Vec<(Account, String, String)> = user_account::table
        .inner_join(organisation::table)
        .filter(organisation::region_id.eq(region_id))
        .select((user_account::all_columns, organisation::name, organisation::kind))
        .order((
            user_account::reviewed_at.is_not_null().asc(),
            user_account::reviewed_at.asc(),
            user_account::created_at,
            user_account::name,
        ))
        .offset(offset)
        .limit(limit)
        .load(conn)?;
    Ok((complete(conn, rows)?, total))
}

pub(super) fn list_all(conn: &mut Connection) -> Result<Vec<User>> {
    let rows: Vec<(Account, String, String)> = user_account::table
        .inner_join(organisation::table)
        .select((user_account::all_columns, organisation::name, organisation::kind))
        .order(user_account::name)
        .load(conn)?;
    complete(conn, rows)
}

/// A user with the region it belongs to.
pub(super) fn find(conn: &mut Connection, id: i64) -> Result<Option<(User, i64)>> {
    let row: Option<(Account, String, String, i64)> = user_account::table
        .inner_join(organisation::table)
        .filter(user_account::id.eq(id))
        .select((user_account::all_columns, organisation::name, organisation::kind, organisation::region_id))
        .first(conn)
        .optional()?;
    let Some((account, name, kind, region_id)) = row else { return Ok(None) };
    let user = complete(conn, vec![(account, name, kind)])?.pop();
    Ok(user.map(|user| (user, region_id)))
}

fn complete(conn: &mut Connection, rows: Vec<(Account, String, String)>) -> Result<Vec<User>> {
    rows.into_iter()
        .map(|(account, organisation, kind)| {
            let roles = list_roles(conn, account.id)?;
            let kind = OrganisationKind::parse(&kind)
                .ok_or_else(|| Error::internal(format!("unknown kind of organisation {kind}")))?;
            let is_service = roles.contains(&Role::ServiceAccount);
            let state = match (account.active, account.password_hash.is_some() || is_service) {
                (false, _) => UserState::Blocked,
                (true, true) => UserState::Active,
                (true, false) => UserState::Invited,
            };
            Ok(User {
                id: account.id,
                version: account.version,
                name: account.name,
                display_name: account.display_name,
                email: account.email.unwrap_or_default(),
                organisation_id: account.organisation_id,
                organisation,
                kind,
                roles,
                state,
                is_service,
                demonstration: account.demonstration,
                created_at: account.created_at.and_utc(),
                last_sign_in_at: account.last_sign_in_at.map(|at| at.and_utc()),
                reviewed_at: account.reviewed_at.map(|at| at.and_utc()),
            })
        })
        .collect()
}

/// Changes name and address if the user still has this version; how many rows that were.
pub(super) fn update(
    conn: &mut Connection,
    id: i64,
    version: i32,
    display_name: &str,
    email: &str,
) -> Result<usize> {
    Ok(diesel::update(user_account::table.find(id).filter(user_account::version.eq(version)))
        .set((
            user_account::display_name.eq(display_name),
            user_account::email.eq(email),
            user_account::version.eq(version + 1),
        ))
        .execute(conn)?)
}

/// Blocks or readmits; no row means that the user was so already.
pub(super) fn update_active(conn: &mut Connection, id: i64, active: bool) -> Result<usize> {
    Ok(diesel::update(user_account::table.find(id).filter(user_account::active.ne(active)))
        .set((user_account::active.eq(active), user_account::version.eq(user_account::version + 1)))
        .execute(conn)?)
}

/// Notes a review of the user as it was seen, by its version; how many rows that were.
pub(super) fn update_reviewed(
    conn: &mut Connection,
    region_id: i64,
    (id, version): (i64, i32),
    now: NaiveDateTime,
) -> Result<usize> {
    let of_region =
        organisation::table.filter(organisation::region_id.eq(region_id)).select(organisation::id);
    let seen = user_account::table
        .find(id)
        .filter(user_account::version.eq(version))
        .filter(user_account::organisation_id.eq_any(of_region));
    Ok(diesel::update(seen).set(user_account::reviewed_at.eq(now)).execute(conn)?)
}

/// How many others in the region are active administrators.
pub(super) fn count_other_administrators(conn: &mut Connection, region_id: i64, id: i64) -> Result<i64> {
    Ok(user_account::table
        .inner_join(organisation::table)
        .inner_join(user_role::table)
        .filter(organisation::region_id.eq(region_id).and(user_account::id.ne(id)))
        .filter(user_account::active.eq(true).and(user_account::password_hash.is_not_null()))
        .filter(user_role::role.eq(Role::Administrator.code()))
        .select(count_star())
        .first(conn)?)
}
