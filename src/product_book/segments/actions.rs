//! What can be done with segments.

use chrono::{DateTime, Utc};

use super::model::Segment;
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::product_book::common::{
    Expect, Saved, Stored, check_expectation, find_region_id, require_one_row, require_own_region, touch_book,
};

/// What a segment says, apart from its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentDraft {
    pub name: String,
    pub description: String,
}

pub fn list_segments(conn: &mut Connection, region: &str) -> Result<Vec<Stored<Segment>>> {
    let region_id = find_region_id(conn, region)?;
    store::list_segments(conn, region_id)
}

pub fn find_segment(conn: &mut Connection, region: &str, code: &str) -> Result<Stored<Segment>> {
    let region_id = find_region_id(conn, region)?;
    store::find_segment(conn, region_id, code)?.ok_or(Error::NotFound("segment"))
}

/// Makes or changes a segment of a region.
pub fn save_segment(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (region, code): (&str, &str),
    expect: Expect,
    draft: SegmentDraft,
) -> Result<Saved<Segment>> {
    db::write(conn, |conn| {
        let saved = write_segment(conn, actor, now, (region, code), expect, draft)?;
        touch_book(conn)?;
        Ok(saved)
    })
}

/// The same within a transaction of the caller, who tells the searches with [`touch_book`].
pub fn write_segment(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (region, code): (&str, &str),
    expect: Expect,
    draft: SegmentDraft,
) -> Result<Saved<Segment>> {
    let region_id = find_region_id(conn, region)?;
    require_own_region(actor, region_id)?;
    let found = store::find_segment(conn, region_id, code)?;
    check_expectation(expect, found.as_ref(), "segment")?;
    let value =
        Segment { region_id, code: code.to_owned(), name: draft.name, description: draft.description };
    let stored = match &found {
        None => Stored { id: store::insert_segment(conn, &value)?, version: 1, value },
        Some(old) => {
            require_one_row(store::update_segment(conn, old.id, old.version, &value)?)?;
            Stored { id: old.id, version: old.version + 1, value }
        }
    };
    let event = Event::done("segment-opslaan", "segment", stored.id)
        .change(found.as_ref().map(|old| &old.value), &stored.value)?;
    audit::record(conn, actor, now, &event)?;
    Ok(Saved { created: found.is_none(), stored })
}
