//! Jaarlijkse controle van rechten (review): every user of the region with what it may do, to be looked at once a year.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rules::reviews::is_overdue;
use serde_json::json;

use super::actions::own_region;
use super::model::User;
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// A user with whether it is time to look.
#[derive(Debug, Clone)]
pub struct Reviewed {
    pub user: User,
    pub overdue: bool,
}

impl Reviewed {
    fn new(user: User, now: DateTime<Utc>) -> Self {
        Self { overdue: is_overdue(user.created_at, user.reviewed_at, now), user }
    }
}

pub fn list(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    part: (i64, i64),
) -> Result<(Vec<Reviewed>, usize)> {
    let (users, total) = store::list_for_review(conn, own_region(actor)?, part)?;
    let judged = users.into_iter().map(|user| Reviewed::new(user, now));
    Ok((judged.collect(), usize::try_from(total).unwrap_or_default()))
}

/// These users as they are now; who is not of the region is left out.
pub fn list_of(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    ids: impl IntoIterator<Item = i64>,
) -> Result<Vec<Reviewed>> {
    let region_id = own_region(actor)?;
    let found = ids.into_iter().map(|id| store::find(conn, id)).collect::<Result<Vec<_>>>()?;
    let own = found.into_iter().flatten().filter(|(_, region)| *region == region_id);
    Ok(own.map(|(user, _)| Reviewed::new(user, now)).collect())
}

/// Notes that these users were looked at, as they were: each with the version that was seen. When one of them was
/// changed meanwhile nothing is noted. Returns how many they are.
pub fn note(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, seen: &[(i64, i32)]) -> Result<usize> {
    let region_id = own_region(actor)?;
    let seen: BTreeSet<&(i64, i32)> = seen.iter().collect();
    db::write(conn, |conn| {
        for (id, version) in &seen {
            if store::update_reviewed(conn, region_id, (*id, *version), now.naive_utc())? == 0 {
                return Err(Error::Outdated { current: None });
            }
            let event = Event::done("rechten-controleren", "gebruiker", id)
                .change(None, &json!({ "versie": version }))?;
            audit::record(conn, actor, now, &event)?;
        }
        Ok(seen.len())
    })
}
