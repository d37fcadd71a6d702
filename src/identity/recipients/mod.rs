//! Ontvangers (recipients): the users that a mail about the work of their organisation goes to.

mod store;

use crate::actor::{Identity, Role};
use crate::db::Connection;
use crate::error::Result;
use crate::identity::opaque;

/// A user who can be mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub user_id: i64,
    pub email: String,
}

/// The people who keep the figures of a provider.
pub fn list_of_provider(conn: &mut Connection, provider_id: i64) -> Result<Vec<Recipient>> {
    store::list_of_provider(conn, provider_id, Role::Provider)
}

/// The account managers of a region.
pub fn list_account_managers(conn: &mut Connection, region_id: i64) -> Result<Vec<Recipient>> {
    store::list_of_region(conn, region_id, Role::AccountManager)
}

/// The people of a region with a role.
pub fn list_of_role(conn: &mut Connection, region_id: i64, role: Role) -> Result<Vec<Recipient>> {
    store::list_of_region(conn, region_id, role)
}

/// The toegang that works for a municipality.
pub fn list_toegang_of(conn: &mut Connection, municipality_id: i64) -> Result<Vec<Recipient>> {
    store::list_of_municipality(conn, municipality_id, Role::Toegang)
}

/// The people of the providers of a region, each with the provider.
pub fn list_provider_people(conn: &mut Connection, region_id: i64) -> Result<Vec<(Recipient, i64)>> {
    store::list_provider_people(conn, region_id, Role::Provider)
}

/// The providers of which somebody can be mailed.
pub fn list_reachable_providers(conn: &mut Connection) -> Result<Vec<i64>> {
    store::list_providers(conn, Role::Provider)
}

/// What is kept of an address, to tell later whether it is still the same.
pub fn hash_of_address(address: &str) -> String {
    opaque::hash(&address.to_lowercase())
}

/// Who a user is now, unless the account is blocked or, where it is told, has another address.
pub fn find_active(
    conn: &mut Connection,
    user_id: i64,
    address_hash: Option<&str>,
) -> Result<Option<Identity>> {
    store::find_active(conn, user_id, address_hash)
}
