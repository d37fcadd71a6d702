//! What can be done with memberships.

use chrono::{DateTime, Utc};
use rules::dutch::date;
use rules::violations::Violations;

use super::model::{Clients, Membership};
use super::store::{self, Of};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result, unknown};
use crate::product_book::common::period;
use crate::product_book::common::{
    Entry, Expect, Period, Saved, Stored, check_expectation, find_region_id, require_one_row,
    require_own_region, touch_book,
};
use crate::product_book::municipalities::actions::find_municipality;
use crate::product_book::municipalities::model::{Municipality, plain};

/// What a membership says, apart from region and municipality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipDraft {
    /// The code of a segment, or none for every segment.
    pub segment: Option<String>,
    pub clients: Clients,
    pub period: Period,
    pub inhabitants: Option<i32>,
    pub young_people: Option<i32>,
}

/// Which membership is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub region: String,
    pub municipality: String,
    /// The row, on a page. Without it the membership with the same segment, clients and first day is meant.
    pub id: Option<i64>,
}

/// The members of a region, by name of the municipality and then by first day.
pub fn list_members(conn: &mut Connection, region: &str) -> Result<Vec<Stored<Membership>>> {
    let region_id = find_region_id(conn, region)?;
    let mut found = store::list_memberships(conn, Of::Region(region_id))?;
    found.sort_by_cached_key(|stored| {
        let Membership { name, from, segment, clients, .. } = &stored.value;
        (plain(name), *from, segment.clone(), clients.code(), stored.id)
    });
    Ok(found)
}

pub fn find_member(conn: &mut Connection, region: &str, id: i64) -> Result<Stored<Membership>> {
    let mut found = list_members(conn, region)?.into_iter();
    found.find(|stored| stored.id == id).ok_or(Error::NotFound("lidmaatschap"))
}

/// The membership a save is about, as it is stored now.
pub fn find_target(
    conn: &mut Connection,
    target: &Target,
    draft: &MembershipDraft,
) -> Result<Stored<Membership>> {
    let found = list_members(conn, &target.region)?;
    let found = pick(&found, target, draft).cloned();
    found.ok_or(Error::NotFound("lidmaatschap"))
}

/// Makes or changes a membership of the own region.
pub fn save_member(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    target: &Target,
    expect: Expect,
    entry: &Entry<MembershipDraft>,
) -> Result<Saved<Membership>> {
    db::write(conn, |conn| write_member(conn, actor, now, target, expect, entry))
}

/// The same within a transaction of the caller.
pub fn write_member(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    target: &Target,
    expect: Expect,
    entry: &Entry<MembershipDraft>,
) -> Result<Saved<Membership>> {
    let region_id = find_region_id(conn, &target.region)?;
    let municipality = find_municipality(conn, &target.municipality)?;
    require_own_region(actor, region_id)?;
    let draft = &entry.draft;
    // First, because it makes others wait: of two overlapping memberships the second one sees the first.
    touch_book(conn)?;
    let members = store::list_memberships(conn, Of::Region(region_id))?;
    let found = pick(&members, target, draft);
    let (segment_id, mut wrong) = find_segment_id(conn, region_id, draft)?;
    wrong.add_joint(outside(draft.period, municipality.value.period()));
    let value = Membership {
        region_id,
        municipality_id: municipality.id,
        municipality: municipality.value.code,
        name: municipality.value.name,
        segment_id,
        segment: draft.segment.clone(),
        clients: draft.clients,
        from: draft.period.from,
        until: draft.period.until,
        inhabitants: draft.inhabitants,
        young_people: draft.young_people,
    };
    if !wrong.concern(&COVERING) && entry.is_readable(&COVERING) {
        wrong.add_joint(overlaps(&members, found.map(|old| old.id), &value));
    }
    entry.refuse(wrong)?;
    check_expectation(expect, found, "lidmaatschap")?;
    let stored = match found {
        None => Stored { id: store::insert_membership(conn, &value)?, version: 1, value },
        Some(old) => {
            require_one_row(store::update_membership(conn, old.id, old.version, &value)?)?;
            Stored { id: old.id, version: old.version + 1, value }
        }
    };
    let event = Event::done("lidmaatschap-opslaan", "lidmaatschap", stored.id)
        .change(found.map(|old| &old.value), &stored.value)?;
    audit::record(conn, actor, now, &event)?;
    Ok(Saved { created: found.is_none(), stored })
}

/// No municipality belongs to a region on days on which there is none: what lasts longer ends with it, and what begins
/// sooner begins with it. Within a transaction of the caller that holds the book.
pub fn follow_municipality(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    municipality: &Stored<Municipality>,
) -> Result<()> {
    let days = municipality.value.period().validity()?;
    for Stored { id, version, value: before } in
        store::list_memberships(conn, Of::Municipality(municipality.id))?
    {
        let Some(both) = before.period().validity()?.intersection(days) else {
            let message = format!(
                "{} hoort {} bij een regio: wijzig dat eerst",
                before.name,
                period(before.from, before.until)
            );
            return Err(Error::collision("geldigTot", "lidmaatschap", message));
        };
        let after = Membership { from: both.from(), until: both.until(), ..before.clone() };
        if after != before {
            require_one_row(store::update_membership(conn, id, version, &after)?)?;
            let event =
                Event::done("lidmaatschap-opslaan", "lidmaatschap", id).change(Some(&before), &after)?;
            audit::record(conn, actor, now, &event)?;
        }
    }
    Ok(())
}

/// What of the days of a membership lies outside those of its municipality.
fn outside(days: Period, municipality: Period) -> Violations {
    let mut wrong = Violations::new();
    if let Some(first) = municipality.from.filter(|first| days.from.is_none_or(|from| from < *first)) {
        let message = format!("de gemeente bestaat vanaf {}: vul die dag in, of een latere", date(first));
        wrong.add("geldigVanaf", "buiten-gemeente", message);
    }
    if let Some(last) = municipality.until.filter(|last| days.until.is_none_or(|until| until > *last)) {
        let message =
            format!("de gemeente bestaat tot en met {}: vul die dag in, of een eerdere", date(last));
        wrong.add("geldigTot", "buiten-gemeente", message);
    }
    wrong
}

/// Refuses a membership with which something is wrong, whatever the municipality.
pub fn check_member(conn: &mut Connection, region: &str, entry: &Entry<MembershipDraft>) -> Result<()> {
    let region_id = find_region_id(conn, region)?;
    let (_, wrong) = find_segment_id(conn, region_id, &entry.draft)?;
    entry.refuse(wrong)
}

/// The fields that decide whether two memberships of a municipality overlap.
const COVERING: [&str; 4] = ["segment", "clienten", "geldigVanaf", "geldigTot"];

/// The segment that the draft names, if it names one, and all that is wrong with the draft by itself.
fn find_segment_id(
    conn: &mut Connection,
    region_id: i64,
    draft: &MembershipDraft,
) -> Result<(Option<i64>, Violations)> {
    let mut wrong = draft.period.violations();
    let Some(code) = &draft.segment else { return Ok((None, wrong)) };
    let segment_id = store::find_segment_id(conn, region_id, code)?;
    if segment_id.is_none() {
        wrong.add("segment", "onbekend", unknown("segment"));
    }
    Ok((segment_id, wrong))
}

fn pick<'a>(
    members: &'a [Stored<Membership>],
    target: &Target,
    draft: &MembershipDraft,
) -> Option<&'a Stored<Membership>> {
    members.iter().find(|Stored { id, value, .. }| {
        value.municipality == target.municipality
            && match target.id {
                Some(wanted) => *id == wanted,
                None => {
                    value.segment == draft.segment
                        && value.clients == draft.clients
                        && value.from == draft.period.from
                }
            }
    })
}

fn overlaps(members: &[Stored<Membership>], own_id: Option<i64>, new: &Membership) -> Violations {
    let mut wrong = Violations::new();
    let mut others = members.iter().filter(|other| Some(other.id) != own_id);
    if let Some(other) = others.find(|other| other.value.overlaps(new)) {
        let days = period(other.value.from, other.value.until);
        let message = format!(
            "{} hoort voor {} en {} al bij deze regio, {days}; geef dat eerst een laatste dag",
            new.name,
            new.segment_text(),
            new.clients.name(),
        );
        wrong.add("geldigVanaf", "overlapt", message);
    }
    wrong
}
