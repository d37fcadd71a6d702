//! What can be done with municipalities.

use chrono::{DateTime, Utc};
use rules::geography::Point;

use super::model::{Municipality, MunicipalityFilter, plain};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::product_book::common::{
    Entry, Expect, Period, Saved, Stored, check_expectation, require_one_row, touch_book,
};
use crate::product_book::regions::members::actions::follow_municipality;

/// What a municipality says, apart from its code.
#[derive(Debug, Clone, PartialEq)]
pub struct MunicipalityDraft {
    pub name: String,
    pub province: String,
    pub point: Point,
    pub period: Period,
}

/// The municipalities that fit, by name. There are few enough to read them all, and a database does not
/// know that "sudwest" means "Súdwest".
pub fn list_municipalities(
    conn: &mut Connection,
    filter: &MunicipalityFilter,
) -> Result<Vec<Stored<Municipality>>> {
    let mut found = store::list_municipalities(conn)?;
    found.retain(|stored| filter.fits(&stored.value));
    found.sort_by_cached_key(|stored| (plain(&stored.value.name), stored.value.code.clone()));
    Ok(found)
}

/// The municipality with this code, if there is one.
pub fn find_known_municipality(conn: &mut Connection, code: &str) -> Result<Option<Stored<Municipality>>> {
    store::find_municipality(conn, code)
}

pub fn find_municipality(conn: &mut Connection, code: &str) -> Result<Stored<Municipality>> {
    store::find_municipality(conn, code)?.ok_or(Error::NotFound("gemeente"))
}

/// Makes or changes a municipality.
pub fn save_municipality(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
    expect: Expect,
    entry: Entry<MunicipalityDraft>,
) -> Result<Saved<Municipality>> {
    db::write(conn, |conn| {
        // First, because it makes others wait: a membership that is made meanwhile is seen, or sees the new days.
        touch_book(conn)?;
        let found = store::find_municipality(conn, code)?;
        check_municipality(&entry)?;
        check_expectation(expect, found.as_ref(), "gemeente")?;
        let draft = entry.draft;
        let value = Municipality {
            code: code.to_owned(),
            name: draft.name,
            province: draft.province,
            lat: draft.point.lat,
            lon: draft.point.lon,
            valid_from: draft.period.from,
            valid_until: draft.period.until,
        };
        let stored = match &found {
            None => Stored { id: store::insert_municipality(conn, &value)?, version: 1, value },
            Some(old) => {
                require_one_row(store::update_municipality(conn, old.id, old.version, &value)?)?;
                Stored { id: old.id, version: old.version + 1, value }
            }
        };
        let event = Event::done("gemeente-opslaan", "gemeente", stored.id)
            .change(found.as_ref().map(|old| &old.value), &stored.value)?;
        audit::record(conn, actor, now, &event)?;
        follow_municipality(conn, actor, now, &stored)?;
        Ok(Saved { created: found.is_none(), stored })
    })
}

/// Refuses a municipality with which something is wrong.
pub fn check_municipality(entry: &Entry<MunicipalityDraft>) -> Result<()> {
    entry.refuse(entry.draft.period.violations())
}
