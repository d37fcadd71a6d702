//! What can be done with the roster. Everything that writes works within a transaction of the caller.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use rules::crisis::codes::Duty;
use rules::crisis::life::EventKind;
use rules::violations::Violations;
use rules::waiting::note::Note;
use serde_json::json;

use super::model::{Handover, Holder, NewShift, Shift};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::crisis::distribution::ending::take_turn;
use crate::crisis::requests::actions::tell_board;
use crate::crisis::settings::actions::find_point;
use crate::db::Connection;
use crate::error::{Error, Result};

/// The kind of object in the audit.
const OBJECT: &str = "crisisrooster";

/// How many days the roster shows.
pub const DAYS_SHOWN: u64 = 14;

/// How far ahead a shift can be filled in.
const DAYS_AHEAD: u64 = 366;

/// How long a hand-over note is shown.
const NOTE_SHOWN: Duration = Duration::days(4);

/// The shifts of a point on these days.
pub fn list_shifts(conn: &mut Connection, point_id: i64, days: (NaiveDate, NaiveDate)) -> Result<Vec<Shift>> {
    store::list_shifts(conn, point_id, days)
}

/// The hand-over notes of the last days, the newest first.
pub fn list_handovers(conn: &mut Connection, point_id: i64, now: DateTime<Utc>) -> Result<Vec<Handover>> {
    store::list_handovers(conn, point_id, now - NOTE_SHOWN)
}

/// Who can hold which duty.
pub fn list_holders(conn: &mut Connection, region_id: i64) -> Result<Vec<Holder>> {
    store::list_holders(conn, region_id)
}

fn region_of(actor: &Actor) -> Result<i64> {
    actor.region_id().ok_or(Error::SignInRequired)
}

/// Fills in who holds a duty.
pub fn add_shift(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, new: &NewShift) -> Result<()> {
    let region_id = region_of(actor)?;
    let point = find_point(conn, region_id)?;
    // Of two who fill in the same hours, the second sees what the first filled in.
    take_turn(conn, region_id)?;
    let today = dutch_day(now);
    let mut violations = Violations::new();
    if new.on < today || new.on > today + Days::new(DAYS_AHEAD) {
        violations.add("dag", "buiten-bereik", "kies een dag vanaf vandaag, hooguit een jaar vooruit");
    }
    if new.from >= new.until {
        violations.add("tot", "niet-later", "kies een tijd na het begin, bijvoorbeeld 17.00");
    }
    let fits = |holder: &Holder| holder.user_id == new.user_id && holder.duty == new.duty;
    if !store::list_holders(conn, region_id)?.iter().any(fits) {
        violations.add("wie", "niet-bevoegd", "kies iemand met de rol van deze taak");
    }
    let overlaps = |shift: &Shift| {
        shift.duty == new.duty && shift.on == new.on && shift.from < new.until && new.from < shift.until
    };
    if store::list_shifts(conn, point.id, (new.on, new.on))?.iter().any(overlaps) {
        violations.add("van", "overlapt", "deze taak is dan al bezet; haal die dienst eerst weg");
    }
    Error::refuse_collisions(violations, ())?;
    let Some(id) = store::insert_shift(conn, point.id, new)? else {
        return Err(Error::Conflict("Iemand anders vulde deze dienst net in.".into()));
    };
    let shift = store::find_shift(conn, point.id, id)?.ok_or(Error::NotFound("dienst"))?;
    let event = Event::done("crisisdienst-invullen", OBJECT, id).change(None, &recorded(&shift))?;
    audit::record(conn, actor, now, &event)?;
    tell_board(conn, actor, now, region_id, EventKind::RosterChanged, Some(new.duty.name().to_owned()))
}

/// The same for somebody who is named by user name; returns the shift.
pub fn add_shift_of(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (new, user_name): (&NewShift, &str),
) -> Result<Shift> {
    let region_id = region_of(actor)?;
    let user_id = store::find_user_id(conn, region_id, user_name)?.unwrap_or(0);
    add_shift(conn, actor, now, &NewShift { user_id, ..new.clone() })?;
    let point = find_point(conn, region_id)?;
    let is_new = |shift: &Shift| (shift.duty, shift.from) == (new.duty, new.from);
    let shifts = store::list_shifts(conn, point.id, (new.on, new.on))?;
    shifts.into_iter().find(is_new).ok_or(Error::NotFound("dienst"))
}

/// What the audit keeps of a shift.
fn recorded(shift: &Shift) -> serde_json::Value {
    json!({
        "dag": shift.on,
        "taak": shift.duty.code(),
        "van": shift.from,
        "tot": shift.until,
        "wie": shift.holder,
    })
}

/// Takes a shift off the roster.
pub fn remove_shift(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, id: i64) -> Result<()> {
    let region_id = region_of(actor)?;
    let point = find_point(conn, region_id)?;
    take_turn(conn, region_id)?;
    let shift = store::find_shift(conn, point.id, id)?.ok_or(Error::NotFound("dienst"))?;
    store::delete_shift(conn, point.id, id)?;
    let event = Event::done("crisisdienst-weghalen", OBJECT, id).gone(&recorded(&shift))?;
    audit::record(conn, actor, now, &event)?;
    tell_board(conn, actor, now, region_id, EventKind::RosterChanged, None)
}

/// Throws away what was handed over before a moment.
pub fn discard_handovers(conn: &mut Connection, region_id: i64, before: DateTime<Utc>) -> Result<()> {
    let point = find_point(conn, region_id)?;
    store::delete_handovers(conn, point.id, before)
}

/// Writes down what the next one must know.
pub fn hand_over(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    duty: Duty,
    text: Option<&str>,
) -> Result<()> {
    let who = actor.identity.as_ref().ok_or(Error::SignInRequired)?;
    let point = find_point(conn, who.region_id)?;
    let mut violations = Violations::new();
    let is_own = |holder: &Holder| holder.user_id == who.user_id && holder.duty == duty;
    if !store::list_holders(conn, who.region_id)?.iter().any(is_own) {
        violations.add("taak", "niet-bevoegd", "kies een taak die u zelf hebt");
    }
    let note = Note::check("overdracht", text, None, dutch_day(now), &mut violations);
    if note.is_none() && text.is_none_or(|text| text.trim().is_empty()) {
        violations.add("overdracht", "verplicht", "schrijf op wat de volgende moet weten");
    }
    let note = Error::refuse_collisions(violations, note)?;
    let Some(note) = note else { return Err(Error::internal("a checked note is missing")) };
    let handover =
        Handover { at: now, duty, note: note.as_str().to_owned(), by_name: who.display_name.clone() };
    store::insert_handover(conn, point.id, &handover, &who.organisation_name)?;
    audit::record(conn, actor, now, &Event::done("crisis-overdragen", OBJECT, point.id))?;
    tell_board(conn, actor, now, who.region_id, EventKind::HandedOver, Some(duty.name().to_owned()))
}
