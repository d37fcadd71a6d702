//! What can be done with locations.

use chrono::{DateTime, Utc};
use rules::violations::Violations;

use super::model::{Location, NUMBERS};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result, unknown};
use crate::paging::EVERYTHING;
use crate::product_book::common::{
    Entry, Expect, Saved, Stored, check_expectation, find_provider_id, require_one_row, touch_book,
};
use crate::product_book::providers::actions::require_of_own_region;

/// What a location says, apart from its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationDraft {
    pub name: String,
    /// The four digits of the postcode.
    pub pc4: i32,
}

/// All locations of a provider, by number.
pub fn list_locations(conn: &mut Connection, agb: &str) -> Result<Vec<Stored<Location>>> {
    let provider_id = find_provider_id(conn, agb)?;
    store::list_locations(conn, provider_id)
}

/// Some of the locations of all providers (after how many, and at most how many), by name of the provider and
/// number, and how many there are.
pub fn list_all_locations(conn: &mut Connection, part: (i64, i64)) -> Result<(Vec<Stored<Location>>, usize)> {
    db::read(conn, |conn| {
        let total = usize::try_from(store::count_locations(conn)?).map_err(Error::internal)?;
        Ok((store::list_all_locations(conn, part)?, total))
    })
}

/// All locations of all providers, within a transaction of the caller.
pub fn list_every_location(conn: &mut Connection) -> Result<Vec<Stored<Location>>> {
    store::list_all_locations(conn, EVERYTHING)
}

pub fn find_location(conn: &mut Connection, agb: &str, number: i32) -> Result<Stored<Location>> {
    let provider_id = find_provider_id(conn, agb)?;
    store::find_location(conn, provider_id, number)?.ok_or(Error::NotFound("locatie"))
}

/// The number after the highest in use, to propose for a new location.
pub fn find_next_number(conn: &mut Connection, agb: &str) -> Result<Option<i32>> {
    let provider_id = find_provider_id(conn, agb)?;
    let next = store::find_highest_number(conn, provider_id)?.map_or(NUMBERS.0, |highest| highest + 1);
    Ok((next <= NUMBERS.1).then_some(next))
}

/// Makes or changes a location of a provider.
pub fn save_location(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (agb, number): (&str, i32),
    expect: Expect,
    entry: &Entry<LocationDraft>,
) -> Result<Saved<Location>> {
    db::write(conn, |conn| {
        let saved = write_location(conn, actor, now, (agb, number), expect, entry)?;
        touch_book(conn)?;
        Ok(saved)
    })
}

/// The same within a transaction of the caller, who tells the searches with [`touch_book`].
pub fn write_location(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (agb, number): (&str, i32),
    expect: Expect,
    entry: &Entry<LocationDraft>,
) -> Result<Saved<Location>> {
    let provider_id = find_provider_id(conn, agb)?;
    require_of_own_region(conn, actor, now, provider_id)?;
    let found = store::find_location(conn, provider_id, number)?;
    check_location(conn, entry)?;
    check_expectation(expect, found.as_ref(), "locatie")?;
    let draft = &entry.draft;
    match &found {
        None => store::insert_location(conn, provider_id, number, &draft.name, draft.pc4)?,
        Some(old) => {
            require_one_row(store::update_location(conn, old.id, old.version, &draft.name, draft.pc4)?)?;
        }
    }
    let stored = store::find_location(conn, provider_id, number)?.ok_or(Error::NotFound("locatie"))?;
    let before = found.as_ref().map(|old| &old.value);
    let event = Event::done("locatie-opslaan", "locatie", stored.id).change(before, &stored.value)?;
    audit::record(conn, actor, now, &event)?;
    Ok(Saved { created: found.is_none(), stored })
}

/// Refuses a location with which something is wrong, wherever it stands.
pub fn check_location(conn: &mut Connection, entry: &Entry<LocationDraft>) -> Result<()> {
    let mut wrong = Violations::new();
    if !store::has_postcode(conn, entry.draft.pc4)? {
        wrong.add("pc4", "onbekend", unknown("postcode"));
    }
    entry.refuse(wrong)
}
