//! What can be done with postcodes.

use chrono::{DateTime, Utc};
use rules::geography::Point;
use rules::violations::Violations;

use super::model::{Postcode, PostcodeColumn, PostcodeFilter};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result, unknown};
use crate::paging::SortOrder;
use crate::product_book::common::{
    Entry, Expect, Saved, Stored, check_expectation, require_one_row, touch_book,
};
use crate::product_book::municipalities::actions::find_known_municipality;
use crate::product_book::municipalities::model::Municipality;

/// What a postcode says, apart from its digits.
#[derive(Debug, Clone, PartialEq)]
pub struct PostcodeDraft {
    pub place: String,
    /// The code of the municipality.
    pub municipality: String,
    pub point: Point,
}

/// Some of the postcodes that fit (after how many, and at most how many), and how many there are.
pub fn list_postcodes(
    conn: &mut Connection,
    filter: &PostcodeFilter,
    order: SortOrder<PostcodeColumn>,
    part: (i64, i64),
) -> Result<(Vec<Stored<Postcode>>, usize)> {
    db::read(conn, |conn| {
        let total = usize::try_from(store::count_postcodes(conn, filter)?).map_err(Error::internal)?;
        Ok((store::list_postcodes(conn, filter, order, part)?, total))
    })
}

pub fn find_postcode(conn: &mut Connection, pc4: i32) -> Result<Stored<Postcode>> {
    store::find_postcode(conn, pc4)?.ok_or(Error::NotFound("postcode"))
}

/// How many locations lie in a postcode, which cannot be removed while there are any.
pub fn count_locations(conn: &mut Connection, pc4: i32) -> Result<i64> {
    store::count_locations(conn, pc4)
}

/// Makes or changes a postcode. All locations in it move along.
pub fn save_postcode(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    pc4: i32,
    expect: Expect,
    entry: &Entry<PostcodeDraft>,
) -> Result<Saved<Postcode>> {
    db::write(conn, |conn| {
        let found = store::find_postcode(conn, pc4)?;
        let municipality = check_postcode(conn, entry)?;
        check_expectation(expect, found.as_ref(), "postcode")?;
        let draft = &entry.draft;
        let value = Postcode {
            pc4,
            place: draft.place.clone(),
            municipality_code: municipality.value.code,
            municipality_name: municipality.value.name,
            lat: draft.point.lat,
            lon: draft.point.lon,
        };
        let version = match &found {
            None => {
                store::insert_postcode(conn, &value, municipality.id)?;
                1
            }
            Some(old) => {
                require_one_row(store::update_postcode(conn, old.version, &value, municipality.id)?)?;
                old.version + 1
            }
        };
        touch_book(conn)?;
        let event = Event::done("postcode-opslaan", "postcode", pc4)
            .change(found.as_ref().map(|old| &old.value), &value)?;
        audit::record(conn, actor, now, &event)?;
        Ok(Saved { created: found.is_none(), stored: Stored { id: i64::from(pc4), version, value } })
    })
}

/// The municipality that a postcode names, unless something is wrong with what was filled in.
pub fn check_postcode(conn: &mut Connection, entry: &Entry<PostcodeDraft>) -> Result<Stored<Municipality>> {
    let mut wrong = Violations::new();
    let municipality = find_known_municipality(conn, &entry.draft.municipality)?;
    if municipality.is_none() {
        wrong.add("gemeente", "onbekend", unknown("gemeente"));
    }
    entry.refuse(wrong)?;
    municipality.ok_or_else(|| Error::internal("a municipality that is there is not"))
}

/// Removes a postcode in which no location lies. What was written down with it stays.
pub fn remove_postcode(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    pc4: i32,
    version: i32,
) -> Result<()> {
    db::write(conn, |conn| {
        let found = find_postcode(conn, pc4)?;
        check_expectation(Expect::Version(version), Some(&found), "postcode")?;
        if store::count_locations(conn, pc4)? > 0 {
            return Err(Error::Conflict(
                "In deze postcode liggen locaties van aanbieders. Geef die eerst een andere postcode.".into(),
            ));
        }
        require_one_row(store::delete_postcode(conn, pc4, version)?)?;
        touch_book(conn)?;
        let event = Event::done("postcode-verwijderen", "postcode", pc4).gone(&found.value)?;
        audit::record(conn, actor, now, &event)
    })
}
