//! What can be done with regions.

use chrono::{DateTime, Utc};
use rules::codes::RegionCode;
use rules::freshness::FreshnessTerms;
use rules::norms::Norm;
use rules::violations::Violations;

use super::members::actions::{MembershipDraft, Target, write_member};
use super::members::model::Clients;
use super::model::Region;
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::product_book::common::{
    Entry, Expect, Period, Saved, Stored, check_expectation, require_one_row, require_own_region, touch_book,
};
use crate::product_book::municipalities::actions::find_municipality;

/// The most characters in the name of a region.
const LONGEST_NAME: usize = 100;

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
    // What cannot be a code is not asked of the database: PostgreSQL refuses some characters.
    let found = RegionCode::parse(code).map(|code| store::find_region(conn, code.as_str()));
    found.unwrap_or(Ok(None))?.ok_or(Error::NotFound("regio"))
}

/// Changes the own region. Making one is not for administrators, so an unknown code is refused like the region
/// of somebody else.
pub fn save_region(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    code: &str,
    expect: Expect,
    entry: Entry<RegionDraft>,
) -> Result<Saved<Region>> {
    db::write(conn, |conn| {
        let found = store::find_region(conn, code)?.ok_or(Error::Forbidden)?;
        require_own_region(actor, found.id)?;
        entry.refuse(entry.draft.violations())?;
        check_expectation(expect, Some(&found), "regio")?;
        let draft = entry.draft;
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

/// A region to make, by who looks after the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRegion {
    pub code: String,
    pub name: String,
    /// Codes of the municipalities that it is made of.
    pub municipalities: Vec<String>,
}

impl NewRegion {
    fn violations(&self, conn: &mut Connection) -> Result<Violations> {
        let mut violations = Violations::new();
        if let Err(error) = RegionCode::parse(&self.code) {
            violations.add("code", "geen-regiocode", error.to_string());
        } else if store::find_region(conn, &self.code)?.is_some() {
            violations.add("code", "bestaat-al", "deze regio bestaat al");
        }
        if !(1..=LONGEST_NAME).contains(&self.name.trim().chars().count()) {
            violations.add("naam", "lengte", format!("moet 1 tot {LONGEST_NAME} tekens hebben"));
        }
        if self.municipalities.is_empty() {
            violations.add("gemeente", "verplicht", "een regio heeft ten minste één gemeente");
        }
        for (index, code) in self.municipalities.iter().enumerate() {
            if self.municipalities[..index].contains(code) {
                violations.add("gemeente", "dubbel", format!("{code} staat er meer dan één keer in"));
            } else if let Err(Error::NotFound(_)) = find_municipality(conn, code) {
                violations.add(
                    "gemeente",
                    "niet-gevonden",
                    format!("{code} is niet bekend; gemeenten laden gaat met `seed --reference`"),
                );
            }
        }
        Ok(violations)
    }
}

/// Makes a region with its municipalities, for all clients and all segments, with the usual terms and norms; its
/// administrators change what they want otherwise. All that is wrong is told together.
pub fn add_region(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    new: &NewRegion,
) -> Result<Stored<Region>> {
    db::write(conn, |conn| {
        // First, because it makes others wait: of two who make the same region the second one sees the first.
        touch_book(conn)?;
        new.violations(conn)?.into_result(())?;
        let (terms, norm) = (FreshnessTerms::default(), Norm::DEFAULT);
        let value = Region {
            code: new.code.clone(),
            name: new.name.trim().to_owned(),
            phone: String::new(),
            email: String::new(),
            website: String::new(),
            fresh_days: terms.fresh_days().into(),
            stale_days: terms.stale_days().into(),
            intake_norm_weeks: norm.intake_weeks.into(),
            treatment_norm_weeks: norm.treatment_weeks.into(),
        };
        let stored = Stored { id: store::insert_region(conn, &value)?, version: 1, value };
        let event = Event::done("regio-toevoegen", "regio", stored.id).change(None, &stored.value)?;
        audit::record(conn, actor, now, &event)?;
        let draft = MembershipDraft {
            segment: None,
            clients: Clients::All,
            period: Period::default(),
            inhabitants: None,
            young_people: None,
        };
        let entry = draft.into();
        for municipality in &new.municipalities {
            let target = Target { region: new.code.clone(), municipality: municipality.clone(), id: None };
            write_member(conn, actor, now, &target, Expect::Absent, &entry)?;
        }
        Ok(stored)
    })
}
