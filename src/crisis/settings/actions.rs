//! What can be done with a crisis point and its lists.

use chrono::{DateTime, NaiveDate, Utc};
use rules::crisis::codes::CategoryList;
use rules::crisis::life::EventKind;
use rules::violations::Violations;
use serde::Serialize;

use super::model::{ClosingDay, CrisisPoint, ListItem, Lists, effects, kept_clashes};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::crisis::requests::actions::tell_board;
use crate::db::Connection;
use crate::error::{Error, Result};

/// The kind of object in the audit.
pub const OBJECT: &str = "crisispunt";

/// The crisis point of a region.
pub fn find_point(conn: &mut Connection, region_id: i64) -> Result<CrisisPoint> {
    store::find_point(conn, region_id)?.ok_or(Error::NotFound(OBJECT))
}

/// The number of the crisis point of a region.
pub fn find_point_id(conn: &mut Connection, region_id: i64) -> Result<i64> {
    store::find_point_id(conn, region_id)?.ok_or(Error::NotFound(OBJECT))
}

/// The lists of a region.
pub fn find_lists(conn: &mut Connection, region_id: i64) -> Result<Lists> {
    Ok(Lists(store::list_items(conn, region_id)?))
}

/// The regions that have a crisis point.
pub fn list_region_ids(conn: &mut Connection) -> Result<Vec<i64>> {
    store::list_region_ids(conn)
}

/// What the audit keeps of the settings.
#[derive(Serialize)]
struct Recorded<'a> {
    name: &'a str,
    phone: &'a str,
    after_hours: (&'a str, &'a str),
    hours: (chrono::NaiveTime, chrono::NaiveTime),
    help_minutes: (u32, u32),
    answer_minutes: (u32, u32),
    acute_runs_always: bool,
    municipalities: Vec<(String, bool, bool)>,
    closing_days: &'a [ClosingDay],
}

impl<'a> From<&'a CrisisPoint> for Recorded<'a> {
    fn from(point: &'a CrisisPoint) -> Self {
        let terms = &point.terms;
        Self {
            name: &point.name,
            phone: &point.phone,
            after_hours: (&point.after_hours_name, &point.after_hours_phone),
            hours: (point.opens, point.closes),
            help_minutes: (terms.acute_minutes, terms.urgent_minutes),
            answer_minutes: (terms.acute_answer_minutes, terms.urgent_answer_minutes),
            acute_runs_always: terms.acute_runs_always,
            municipalities: point
                .municipalities
                .iter()
                .map(|municipality| (municipality.code.to_string(), municipality.ambulant, municipality.stay))
                .collect(),
            closing_days: &point.closing_days,
        }
    }
}

/// Replaces the settings of the actor's own point if nobody changed them since, within a transaction of the caller.
pub fn save_point(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    changed: &CrisisPoint,
) -> Result<()> {
    let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
    let before = find_point(conn, region_id)?;
    let mut violations = Violations::new();
    if changed.opens >= changed.closes {
        violations.add("sluit", "niet-later", "kies een tijd na de openingstijd, bijvoorbeeld 17.00");
    }
    let mut days: Vec<NaiveDate> = changed.closing_days.iter().map(|day| day.on).collect();
    days.sort_unstable();
    if days.windows(2).any(|pair| pair[0] == pair[1]) {
        violations.add("sluitingsdagen", "dubbel", "een dag staat er twee keer in");
    }
    Error::refuse_collisions(violations, ())?;
    if before.id != changed.id || store::update_point(conn, changed)? != 1 {
        return Err(Error::Outdated { current: None });
    }
    store::update_municipalities(conn, changed)?;
    store::replace_closing_days(conn, changed)?;
    let event = Event::done("crisispunt-instellen", OBJECT, changed.id)
        .change(Some(&Recorded::from(&before)), &Recorded::from(changed))?;
    audit::record(conn, actor, now, &event)?;
    tell_board(conn, actor, now, region_id, EventKind::SettingsChanged, None)
}

/// Adds an item to a list of the actor's region, within a transaction of the caller.
pub fn add_item(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, new: ListItem) -> Result<()> {
    let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
    find_point(conn, region_id)?;
    let lists = find_lists(conn, region_id)?;
    let mut violations = Violations::new();
    if new.list == CategoryList::Group {
        require_notes(&lists, &new.code, new.clashes(), &mut violations);
    } else if let Some(effect) = &new.effect
        && !effects(new.list).iter().any(|(code, _)| code == effect)
    {
        violations.add("werking", "past-niet", "deze werking hoort niet bij deze lijst");
    }
    if lists.find(new.list, &new.code).is_some() {
        violations.add("code", "dubbel", "deze code staat al in de lijst, ook als hij beëindigd is");
    }
    Error::refuse_collisions(violations, ())?;
    let sort = lists.of(new.list).map(|item| item.sort).max().unwrap_or(0).saturating_add(1);
    let new = ListItem { sort, ..new };
    let Some(id) = store::insert_item(conn, region_id, &new)? else {
        return Err(Error::Conflict("Deze code staat al in de lijst.".into()));
    };
    let event = Event::done("crisislijst-aanvullen", "lijstitem", id).change(None, &new)?;
    audit::record(conn, actor, now, &event)?;
    tell_board(conn, actor, now, region_id, EventKind::SettingsChanged, None)
}

/// Notes that clash are in the list. Two children with the same note can clash too.
fn require_notes<'a>(
    lists: &Lists,
    own: &str,
    codes: impl Iterator<Item = &'a str>,
    violations: &mut Violations,
) {
    for code in codes.filter(|code| *code != own) {
        if lists.find(CategoryList::Group, code).is_none() {
            violations.add(
                "botstMet",
                "onbekend",
                format!("‘{code}’ staat niet in de lijst van groepsnotities"),
            );
        }
    }
}

/// Sets with which notes a note does not go together in a group, within a transaction of the caller. A pair that the other
/// note keeps goes there too.
pub fn save_clashes(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (id, version): (i64, i32),
    with: &[String],
) -> Result<()> {
    let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
    let lists = find_lists(conn, region_id)?;
    let before = lists.0.iter().find(|item| item.id == id).ok_or(Error::NotFound("lijstitem"))?;
    let mut violations = Violations::new();
    if before.list == CategoryList::Group {
        require_notes(&lists, &before.code, with.iter().map(String::as_str), &mut violations);
    } else {
        violations.add("botstMet", "past-niet", "alleen groepsnotities gaan wel of niet samen");
    }
    Error::refuse_collisions(violations, ())?;
    if before.version != version {
        return Err(Error::Outdated { current: None });
    }
    for item in lists.of(CategoryList::Group) {
        let is_itself = item.id == id;
        let effect = if is_itself {
            kept_clashes(with.iter().map(String::as_str))
        } else {
            kept_clashes(item.clashes().filter(|code| *code != before.code || with.contains(&item.code)))
        };
        if effect == item.effect && !is_itself {
            continue;
        }
        if store::update_effect(conn, region_id, (item.id, item.version), effect.as_deref())? != 1 {
            return Err(Error::Outdated { current: None });
        }
        let after = ListItem { effect, ..item.clone() };
        let event = Event::done("crisislijst-wijzigen", "lijstitem", item.id).change(Some(item), &after)?;
        audit::record(conn, actor, now, &event)?;
    }
    tell_board(conn, actor, now, region_id, EventKind::SettingsChanged, None)
}

/// Ends an item of a list, or brings it back: records keep its code, so it is never removed.
pub fn end_item(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (id, version): (i64, i32),
    last_day: Option<NaiveDate>,
) -> Result<()> {
    let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
    let lists = find_lists(conn, region_id)?;
    let before = lists.0.iter().find(|item| item.id == id).ok_or(Error::NotFound("lijstitem"))?;
    if before.valid_from.zip(last_day).is_some_and(|(from, to)| to < from) {
        return Err(Error::Conflict("De laatste dag ligt voor de eerste.".into()));
    }
    if store::end_item(conn, region_id, (id, version), last_day)? != 1 {
        return Err(Error::Outdated { current: None });
    }
    let after = ListItem { valid_to: last_day, ..before.clone() };
    let event = Event::done("crisislijst-wijzigen", "lijstitem", id).change(Some(before), &after)?;
    audit::record(conn, actor, now, &event)?;
    tell_board(conn, actor, now, region_id, EventKind::SettingsChanged, None)
}
