//! Queries on signing keys, token families and refresh tokens.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::{refresh_token, signing_key, token_family};
use crate::error::Result;

/// A key pair as stored, its private half sealed.
#[derive(Debug, Clone, Queryable)]
pub(super) struct StoredKey {
    pub(super) kid: String,
    pub(super) sealed_private_pem: String,
    pub(super) public_pem: String,
    pub(super) created_at: NaiveDateTime,
    pub(super) valid_until: Option<NaiveDateTime>,
}

/// Newest first.
pub(super) fn list_keys(conn: &mut Connection) -> Result<Vec<StoredKey>> {
    Ok(signing_key::table.order((signing_key::created_at.desc(), signing_key::kid)).load(conn)?)
}

pub(super) fn insert_key(conn: &mut Connection, key: &StoredKey) -> Result<()> {
    diesel::insert_into(signing_key::table)
        .values((
            signing_key::kid.eq(&key.kid),
            signing_key::sealed_private_pem.eq(&key.sealed_private_pem),
            signing_key::public_pem.eq(&key.public_pem),
            signing_key::created_at.eq(key.created_at),
            signing_key::valid_until.eq(key.valid_until),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives all keys that are good until further notice, or longer than this, an end.
pub(super) fn end_keys(conn: &mut Connection, until: NaiveDateTime) -> Result<()> {
    let open = signing_key::valid_until.is_null().or(signing_key::valid_until.gt(until));
    diesel::update(signing_key::table.filter(open)).set(signing_key::valid_until.eq(until)).execute(conn)?;
    Ok(())
}

pub(super) fn delete_keys_before(conn: &mut Connection, ended_before: NaiveDateTime) -> Result<()> {
    diesel::delete(signing_key::table.filter(signing_key::valid_until.lt(ended_before))).execute(conn)?;
    Ok(())
}

#[derive(Debug, Clone, Queryable)]
pub(in crate::identity) struct Family {
    pub(in crate::identity) id: String,
    pub(in crate::identity) user_id: i64,
    pub(in crate::identity) name: String,
    pub(in crate::identity) credential_version: i32,
    pub(in crate::identity) created_at: NaiveDateTime,
    pub(in crate::identity) last_used_at: NaiveDateTime,
    pub(in crate::identity) expires_at: NaiveDateTime,
    pub(in crate::identity) ended_at: Option<NaiveDateTime>,
}

pub(super) fn insert_family(conn: &mut Connection, new: &Family) -> Result<()> {
    diesel::insert_into(token_family::table)
        .values((
            token_family::id.eq(&new.id),
            token_family::user_id.eq(new.user_id),
            token_family::name.eq(&new.name),
            token_family::credential_version.eq(new.credential_version),
            token_family::created_at.eq(new.created_at),
            token_family::last_used_at.eq(new.last_used_at),
            token_family::expires_at.eq(new.expires_at),
            token_family::ended_at.eq(new.ended_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn find_family(conn: &mut Connection, id: &str) -> Result<Option<Family>> {
    Ok(token_family::table.find(id).first(conn).optional()?)
}

/// The families of a user that still stand at this moment, newest first.
pub(in crate::identity) fn list_families(
    conn: &mut Connection,
    user_id: i64,
    credential_version: i32,
    now: NaiveDateTime,
) -> Result<Vec<Family>> {
    Ok(token_family::table
        .filter(token_family::user_id.eq(user_id))
        .filter(token_family::credential_version.eq(credential_version))
        .filter(token_family::ended_at.is_null().and(token_family::expires_at.gt(now)))
        .order((token_family::created_at.desc(), token_family::id))
        .load(conn)?)
}

/// Ends a family; how many rows that were.
pub(in crate::identity) fn end_family(
    conn: &mut Connection,
    user_id: i64,
    id: &str,
    now: NaiveDateTime,
) -> Result<usize> {
    let standing = token_family::table
        .find(id)
        .filter(token_family::user_id.eq(user_id).and(token_family::ended_at.is_null()));
    Ok(diesel::update(standing).set(token_family::ended_at.eq(now)).execute(conn)?)
}

pub(super) fn update_last_used(conn: &mut Connection, id: &str, now: NaiveDateTime) -> Result<()> {
    diesel::update(token_family::table.find(id)).set(token_family::last_used_at.eq(now)).execute(conn)?;
    Ok(())
}

pub(super) fn insert_refresh_token(conn: &mut Connection, token_hash: &str, family_id: &str) -> Result<()> {
    diesel::insert_into(refresh_token::table)
        .values((refresh_token::token_hash.eq(token_hash), refresh_token::family_id.eq(family_id)))
        .execute(conn)?;
    Ok(())
}

/// The family of a refresh token, used or not.
pub(super) fn find_refresh_family(conn: &mut Connection, token_hash: &str) -> Result<Option<Family>> {
    Ok(refresh_token::table
        .inner_join(token_family::table)
        .filter(refresh_token::token_hash.eq(token_hash))
        .select(token_family::all_columns)
        .first(conn)
        .optional()?)
}

/// Uses a refresh token; no row means that it was used already.
pub(super) fn use_refresh_token(
    conn: &mut Connection,
    token_hash: &str,
    now: NaiveDateTime,
) -> Result<usize> {
    Ok(diesel::update(refresh_token::table.find(token_hash).filter(refresh_token::used_at.is_null()))
        .set(refresh_token::used_at.eq(now))
        .execute(conn)?)
}

/// Forgets families that ended or ran out before this, with their refresh tokens.
pub(super) fn delete_families_before(conn: &mut Connection, before: NaiveDateTime) -> Result<()> {
    let gone = token_family::table
        .filter(token_family::expires_at.lt(before).or(token_family::ended_at.lt(before)))
        .select(token_family::id);
    diesel::delete(refresh_token::table.filter(refresh_token::family_id.eq_any(gone))).execute(conn)?;
    diesel::delete(
        token_family::table.filter(token_family::expires_at.lt(before).or(token_family::ended_at.lt(before))),
    )
    .execute(conn)?;
    Ok(())
}
