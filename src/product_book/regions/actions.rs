//! What can be done with regions.

use chrono::{DateTime, Utc};
use rules::violations::Violations;

use super::model::Region;
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::product_book::common::{
    Expect, Saved, Stored, check_expectation, require_one_row, require_own_region, touch_book,
};

/// What a region says, apart from its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionDraft {
    pub name: String,
    /// Empty is unknown, as for mail and website.
    pub phone: String,
    pub email: String,
    pub website: String,
    pub fresh_days: i32,
    pub stale_days: i32,
    pub intake_norm_weeks: i32,
    pub treatment_norm_weeks: i32,
}

impl RegionDraft {
    /// What is wrong with fields together: a figure must age before it is stale.
    pub fn violations(&self) -> Violations {
        let mut violations = Violations::new();
        if self.fresh_days >= self.stale_days {
            let message = "moet meer dagen zijn dan een cijfer vers is, bijvoorbeeld 14 en 31";
            violations.add("verouderdDagen", "niet-langer", message);
        }
        violations
    }
}

pub fn list_regions(conn: &mut Connection) -> Result<Vec<Stored<Region>>> {
    let mut regions = store::list_regions(conn)?;
    regions.sort_by(|a, b| a.value.code.cmp(&b.value.code));
    Ok(regions)
}

pub fn find_region(conn: &mut Connection, code: &str) -> Result<Stored<Region>> {
    store::find_region(conn, code)?.ok_or(Error::NotFound("regio"))
}

/// Changes the own region. Making one is not for administrators, so an unknown code is refused like the region
/// of somebody else.
pub fn save_region(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
    expect: Expect,
    draft: RegionDraft,
) -> Result<Saved<Region>> {
    db::write(conn, |conn| {
        let found = store::find_region(conn, code)?.ok_or(Error::Forbidden)?;
        require_own_region(actor, found.id)?;
        check_expectation(expect, Some(&found), "regio")?;
        Error::refuse_collisions(draft.violations(), ())?;
        let value = Region {
            code: code.to_owned(),
            name: draft.name,
            phone: draft.phone,
            email: draft.email,
            website: draft.website,
            fresh_days: draft.fresh_days,
            stale_days: draft.stale_days,
            intake_norm_weeks: draft.intake_norm_weeks,
            treatment_norm_weeks: draft.treatment_norm_weeks,
        };
        require_one_row(store::update_region(conn, found.id, found.version, &value)?)?;
        let stored = Stored { id: found.id, version: found.version + 1, value };
        touch_book(conn)?;
        let event =
            Event::done("regio-opslaan", "regio", stored.id).change(Some(&found.value), &stored.value)?;
        audit::record(conn, actor, now, &event)?;
        Ok(Saved { created: false, stored })
    })
}
