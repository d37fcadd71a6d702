//! Seeing, holding, releasing and confirming crisis places.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use rules::crisis::codes::{AgeGroup, CategoryList, ProvisionKind};
use rules::crisis::life::EventKind;
use rules::crisis::places::{PlaceEvent, PlaceRefusal, PlaceState, fits, held_until};
use rules::violations::Violations;
use rules::waiting::client_code::ClientCode;
use serde_json::json;

use super::model::{HoldOn, NewPlace, Place, Tile, Word};
use super::store::{self, StateRow};
use crate::actor::{Actor, Role};
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::crisis::distribution::ending::take_turn;
use crate::crisis::distribution::mails::mail;
use crate::crisis::distribution::shares::find_provider;
use crate::crisis::requests::actions::{add_line, find_by_id, find_request, list_open_of_region, tell_board};
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::crisis::settings::model::{CrisisPoint, Lists};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::list_of_provider;
use crate::notifications::actions::enqueue;
use crate::waiting_list::access_log::actions as access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};

/// The kind of object in the audit.
pub(super) const OBJECT: &str = "crisisplaats";

/// How far ahead a provider can say when a place comes free.
const AT_MOST_AHEAD: Days = Days::new(366);

pub(super) fn own_point(conn: &mut Connection, actor: &Actor) -> Result<CrisisPoint> {
    find_point(conn, actor.region_id().ok_or(Error::Forbidden)?)
}

/// The places the actor sees: all of its crisis point, or those of its own provider. That the codes of the requests they
/// are held for are shown is written down.
pub fn list_places(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<Place>> {
    let point = own_point(conn, actor)?;
    let mut places = if actor.has_role(Role::Provider) {
        let own = actor.provider_id().ok_or(Error::Forbidden)?;
        store::list_of_provider(conn, point.id, own)?
    } else {
        store::list_of_point(conn, point.id)?
    };
    for place in &mut places {
        // A hold that ended is over, also before anybody else takes the place.
        if place.at(now).state() != PlaceState::Held {
            place.hold = None;
        }
    }
    let codes: Vec<String> =
        places.iter().filter_map(|place| place.hold.as_ref()).map(|hold| hold.code.clone()).collect();
    if !codes.is_empty() {
        let access = Access::new(AccessKind::ListCrisisPlaces).clients(codes);
        access_log::record(conn, actor, now, &access)?;
    }
    Ok(places)
}

/// The places of a point for its board, where nothing of a child is shown.
pub fn list_of_point(conn: &mut Connection, point_id: i64) -> Result<Vec<Place>> {
    store::list_of_point(conn, point_id)
}

/// The places for this child that are free now or held for it: what is held first, then the kind that is asked, and of
/// that what is there for its age alone.
pub fn list_fitting(
    conn: &mut Connection,
    now: DateTime<Utc>,
    request: &CrisisRequest,
    asked: Option<ProvisionKind>,
) -> Result<Vec<Place>> {
    let point = find_point(conn, request.region_id)?;
    let can = |place: &Place| {
        fits((place.kind, request.age_group), (place.kind, place.age_group))
            && place.at(now).step(PlaceEvent::Occupy(request.id)).is_ok()
    };
    let mut places: Vec<Place> = store::list_of_point(conn, point.id)?.into_iter().filter(can).collect();
    places.sort_by_key(|place| {
        let is_free = place.at(now).state() == PlaceState::Free;
        (is_free, asked.is_some_and(|kind| kind != place.kind), place.age_group.is_none())
    });
    Ok(places)
}

/// The open requests of children for whom this place is, for who gives it. That they are shown is written down, with the one
/// the place is held for.
pub fn list_candidates(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    place: &Place,
) -> Result<Vec<CrisisRequest>> {
    let mut open = list_open_of_region(conn, actor.region_id().ok_or(Error::Forbidden)?)?;
    open.retain(|request| {
        request.municipality.is_some() && place.age_group.is_none_or(|group| group == request.age_group)
    });
    let held = place.hold.iter().map(|hold| hold.code.clone());
    let codes: BTreeSet<String> =
        open.iter().map(|request| request.code.as_str().to_owned()).chain(held).collect();
    if !codes.is_empty() {
        access_log::record(conn, actor, now, &Access::new(AccessKind::ListCrisisPlaces).clients(codes))?;
    }
    Ok(open)
}

/// How many there are of each sort in each state.
pub fn tiles(places: &[Place], now: DateTime<Utc>) -> Vec<Tile> {
    let today = dutch_day(now);
    let mut sorts: BTreeMap<(&str, Option<&str>), Tile> = BTreeMap::new();
    for place in places {
        let key = (place.kind.code(), place.age_group.map(AgeGroup::code));
        let tile = sorts.entry(key).or_insert_with(|| Tile {
            sort: place.sort(),
            free: 0,
            held: 0,
            occupied: 0,
            out: 0,
            next_free_on: None,
        });
        match place.at(now).state() {
            PlaceState::Free => tile.free += 1,
            PlaceState::Held => tile.held += 1,
            PlaceState::Occupied => tile.occupied += 1,
            PlaceState::OutOfService => tile.out += 1,
        }
        let next = place.free_on().filter(|day| *day > today);
        tile.next_free_on = [tile.next_free_on, next].into_iter().flatten().min();
    }
    sorts.into_values().collect()
}

/// A place of the actor's own crisis point; of a provider only its own. Another's is not told from one that is not there.
pub fn find_own(conn: &mut Connection, actor: &Actor, id: i64) -> Result<Place> {
    let point = own_point(conn, actor)?;
    let found = store::find_place(conn, id)?.filter(|place| place.point_id == point.id);
    let may =
        |place: &Place| !actor.has_role(Role::Provider) || actor.provider_id() == Some(place.provider_id);
    found.filter(may).ok_or(Error::NotFound(OBJECT))
}

/// Adds a place to the point.
pub fn add_place(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, new: &NewPlace) -> Result<Place> {
    db::write(conn, |conn| {
        let point = own_point(conn, actor)?;
        let mut violations = Violations::new();
        if !new.kind.is_stay() {
            violations.add("soort", "onbekende-keuze", "kies crisisbed of pleegzorg");
        }
        let provider = find_provider(conn, point.region_id, &new.agb)?;
        if provider.is_none() {
            violations.add("aanbieder", "onbekend", "kies een aanbieder uit de lijst");
        }
        let provider = Error::refuse_collisions(violations, provider)?.ok_or(Error::NotFound("aanbieder"))?;
        let id = match store::insert_place(conn, (point.id, provider.id), new, now, &actor.signature()) {
            Err(Error::Conflict(_)) => {
                let message = "deze aanbieder heeft al een plaats met deze naam, of had die";
                return Err(Error::collision("naam", "bestaat-al", message));
            }
            other => other?,
        };
        let place = store::find_place(conn, id)?.ok_or(Error::NotFound(OBJECT))?;
        let event = Event::done("crisisplaats-toevoegen", OBJECT, id).change(None, &recorded(&place))?;
        audit::record(conn, actor, now, &event)?;
        tell(conn, actor, now, &point, &place, "nieuwe plaats")?;
        Ok(place)
    })
}

/// Holds a place for a child, for as long as the region holds places.
pub fn hold_place(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    id: i64,
    code: &str,
) -> Result<Place> {
    db::write(conn, |conn| write_hold(conn, actor, now, id, code))
}

/// The same within a transaction of the caller.
pub fn write_hold(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    id: i64,
    code: &str,
) -> Result<Place> {
    let point = own_point(conn, actor)?;
    // Of whoever closes the request at the same moment, one is first and the other sees that.
    take_turn(conn, point.region_id)?;
    let place = find_own(conn, actor, id)?;
    let request = require_open_request(conn, actor, code)?;
    require_fit(&place, &request)?;
    let minutes = u16::try_from(point.hold_minutes).unwrap_or(u16::MAX);
    let until = held_until(now.naive_utc(), minutes);
    let row = StateRow {
        held_for_request: Some(request.id),
        held_until: Some(until),
        held_by: Some(actor.signature()),
        ..StateRow::default()
    };
    let held = take_step(conn, actor, now, &place, PlaceEvent::Hold(request.id), row)?;
    let detail = format!("{}, {}", held.name, held.provider);
    add_line(conn, actor, now, &request, EventKind::PlaceHeld, Some(detail))?;
    Ok(held)
}

/// Holds it no longer for this child. Whoever looks at an old page does not free what another child got since.
pub fn release_place(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    id: i64,
    code: &str,
) -> Result<Place> {
    db::write(conn, |conn| {
        let point = own_point(conn, actor)?;
        take_turn(conn, point.region_id)?;
        let place = find_own(conn, actor, id)?;
        let is_held = place.at(now).state() == PlaceState::Held;
        let code = ClientCode::parse(code).ok();
        let is_for = |hold: &HoldOn| code.as_ref().is_some_and(|code| code.as_str() == hold.code);
        if is_held && !place.hold.as_ref().is_some_and(is_for) {
            let message =
                "Deze plaats wordt intussen voor een ander kind vastgehouden. Er is niets losgelaten.";
            return Err(Error::Conflict(message.into()));
        }
        let released = take_step(conn, actor, now, &place, PlaceEvent::Release, StateRow::default())?;
        if let Some(hold) = &place.hold {
            let request = find_by_id(conn, hold.request_id)?;
            let detail = format!("{}, {}", place.name, place.provider);
            add_line(conn, actor, now, &request, EventKind::PlaceReleased, Some(detail))?;
        }
        Ok(released)
    })
}

/// Lets go of what is held for a request, but not of one place, and tells the providers. Within the transaction that ends
/// the request or gives it a place.
pub fn release_of_request(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    public_url: &str,
    request: &CrisisRequest,
    but: Option<i64>,
) -> Result<()> {
    for place in store::list_held_for(conn, request.id)? {
        if Some(place.id) == but || place.at(now).state() != PlaceState::Held {
            continue;
        }
        let released = take_step(conn, actor, now, &place, PlaceEvent::Release, StateRow::default())?;
        let detail = format!("{}, {}", released.name, released.provider);
        add_line(conn, actor, now, request, EventKind::PlaceReleased, Some(detail))?;
        let lines = [format!(
            "Het crisispunt houdt {} niet langer vast voor een kind. De plaats is weer vrij; u hoeft niets te doen.",
            released.name
        )];
        let subject = format!("{} is weer vrij", released.name);
        for reader in list_of_provider(conn, released.provider_id)? {
            let button = ("Naar mijn plaatsen", format!("{public_url}/crisis/mijn-plaatsen"));
            enqueue(conn, now, &mail("crisisplaatsen", &reader.email, subject.clone(), &lines, button)?)?;
        }
    }
    Ok(())
}

/// Whether a place is held for a request at this moment.
pub fn is_held_for(conn: &mut Connection, now: DateTime<Utc>, request_id: i64) -> Result<bool> {
    Ok(find_held_for(conn, now, request_id)?.is_some())
}

/// The place that is held for a request, if there is one.
pub fn find_held_for(conn: &mut Connection, now: DateTime<Utc>, request_id: i64) -> Result<Option<Place>> {
    let held = store::list_held_for(conn, request_id)?;
    Ok(held.into_iter().find(|place| place.at(now).state() == PlaceState::Held))
}

/// A request for which the point looks for a place.
pub(super) fn require_open_request(
    conn: &mut Connection,
    actor: &Actor,
    code: &str,
) -> Result<CrisisRequest> {
    let request = match find_request(conn, actor, code) {
        Err(Error::NotFound(_)) => {
            return Err(Error::collision("aanvraag", "onbekend", "deze aanvraag is er niet"));
        }
        other => other?,
    };
    if request.status.is_closed() {
        let message = "deze aanvraag is afgesloten of doorverwezen";
        return Err(Error::collision("aanvraag", "afgesloten", message));
    }
    if request.municipality.is_none() {
        let message = "een kind van buiten de regio wordt hier niet geplaatst";
        return Err(Error::collision("aanvraag", "buiten-regio", message));
    }
    Ok(request)
}

pub(super) fn require_fit(place: &Place, request: &CrisisRequest) -> Result<()> {
    if fits((place.kind, request.age_group), (place.kind, place.age_group)) {
        Ok(())
    } else {
        let message = format!("deze plaats is er niet voor een kind van {}", request.age_group.sign());
        Err(Error::collision("plaats", "andere-leeftijd", message))
    }
}

/// A refusal of the rules, as a sentence.
pub(super) fn refuse(refusal: PlaceRefusal) -> Error {
    let words = refusal.to_string();
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    Error::Conflict(format!("{}.", first.chain(letters).collect::<String>()))
}

/// Changes a place by a step of the rules. `row` holds all but the state. Of two at once the version lets one through, and
/// the other hears what it is now.
pub(super) fn take_step(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    place: &Place,
    event: PlaceEvent,
    row: StateRow,
) -> Result<Place> {
    let state = place.at(now).step(event).map_err(refuse)?;
    let row = StateRow { state: state.code(), ..row };
    let changed = store::update_state(conn, (place.id, place.version), &row)?;
    let current = store::find_place(conn, place.id)?.ok_or(Error::NotFound(OBJECT))?;
    if changed == 0 {
        current.at(now).step(event).map_err(refuse)?;
        return Err(Error::Outdated { current: None });
    }
    let action = match event {
        PlaceEvent::Hold(_) => "crisisplaats-vasthouden",
        PlaceEvent::Release => "crisisplaats-loslaten",
        PlaceEvent::Occupy(_) => "crisisplaats-bezetten",
        PlaceEvent::Vacate => "crisisplaats-vrijmaken",
        PlaceEvent::Close => "crisisplaats-sluiten",
        PlaceEvent::Reopen => "crisisplaats-openen",
    };
    let written =
        Event::done(action, OBJECT, place.id).change(Some(&recorded(place)), &recorded(&current))?;
    audit::record(conn, actor, now, &written)?;
    Ok(current)
}

/// A child left: the place is free. Within the transaction that ends the stay.
pub fn vacate(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    region_id: i64,
    place_id: i64,
) -> Result<()> {
    let place = store::find_place(conn, place_id)?.ok_or(Error::NotFound(OBJECT))?;
    let free = take_step(conn, actor, now, &place, PlaceEvent::Vacate, StateRow::default())?;
    let point = find_point(conn, region_id)?;
    tell(conn, actor, now, &point, &free, "vrij")
}

pub(super) fn tell(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    point: &CrisisPoint,
    place: &Place,
    what: &str,
) -> Result<()> {
    let detail = Some(format!("{}, {}: {what}", place.name, place.provider));
    tell_board(conn, actor, now, point.region_id, EventKind::PlaceChanged, detail)
}

/// What the audit keeps of a place.
pub(super) fn recorded(place: &Place) -> serde_json::Value {
    json!({
        "naam": place.name,
        "aanbieder": place.provider,
        "leeftijdsgroep": place.age_group.map(AgeGroup::code),
        "groep": place.living_group,
        "telefoon": place.phone,
        "stand": place.stored.code(),
        "reden": place.reason,
        "tot": place.out_until,
        "verwachtVrij": place.expected_free_on,
        "voor": place.hold.as_ref().map(|hold| &hold.code),
    })
}

/// The actor's own provider confirms that all its places are as they stand; returns how many.
pub fn confirm_places(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>) -> Result<usize> {
    let provider_id = actor.provider_id().ok_or(Error::Forbidden)?;
    db::write(conn, |conn| {
        let point = own_point(conn, actor)?;
        take_turn(conn, point.region_id)?;
        let count = store::update_confirmed(conn, (point.id, provider_id), now, &actor.signature())?;
        if count == 0 {
            return Err(Error::NotFound(OBJECT));
        }
        let event = Event::done("crisisplaatsen-bevestigen", OBJECT, provider_id)
            .change(None, &json!({ "plaatsen": count }))?;
        audit::record(conn, actor, now, &event)?;
        let name = actor.identity.as_ref().map_or("", |identity| &identity.organisation_name);
        let detail = Some(format!("{name} bevestigt de plaatsen"));
        tell_board(conn, actor, now, point.region_id, EventKind::PlaceChanged, detail)?;
        Ok(count)
    })
}

/// The provider says something of one of its places, which confirms it too.
pub fn update_place(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    key: (i64, i32),
    word: &Word,
) -> Result<Place> {
    db::write(conn, |conn| write_word(conn, actor, now, key, word))
}

/// The same within a transaction of the caller.
pub fn write_word(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (id, version): (i64, i32),
    word: &Word,
) -> Result<Place> {
    let point = own_point(conn, actor)?;
    take_turn(conn, point.region_id)?;
    let place = find_own(conn, actor, id)?;
    if place.version != version {
        return Err(Error::Outdated { current: None });
    }
    let lists = find_lists(conn, point.region_id)?;
    check_word(&place, word, &lists, now)?;
    let (changed, what) = match word {
        Word::Close(reason, until) => {
            let row = StateRow { reason: Some(reason.clone()), out_until: *until, ..StateRow::default() };
            (take_step(conn, actor, now, &place, PlaceEvent::Close, row)?, "buiten gebruik")
        }
        Word::Reopen => {
            (take_step(conn, actor, now, &place, PlaceEvent::Reopen, StateRow::default())?, "weer in gebruik")
        }
        Word::ExpectedFree(day) => {
            let row = StateRow { state: place.stored.code(), expected_free_on: *day, ..StateRow::default() };
            if store::update_state(conn, (place.id, place.version), &row)? == 0 {
                return Err(Error::Outdated { current: None });
            }
            let changed = store::find_place(conn, id)?.ok_or(Error::NotFound(OBJECT))?;
            let event = Event::done("crisisplaats-verwachting", OBJECT, id)
                .change(Some(&recorded(&place)), &recorded(&changed))?;
            audit::record(conn, actor, now, &event)?;
            (changed, "nieuwe verwachting")
        }
    };
    store::update_confirmed_one(conn, id, now, &actor.signature())?;
    tell(conn, actor, now, &point, &changed, what)?;
    store::find_place(conn, id)?.ok_or(Error::NotFound(OBJECT))
}

fn check_word(place: &Place, word: &Word, lists: &Lists, now: DateTime<Utc>) -> Result<()> {
    let today = dutch_day(now);
    let mut violations = Violations::new();
    let within = |day: NaiveDate| (today..=today + AT_MOST_AHEAD).contains(&day);
    match word {
        Word::Close(reason, until) => {
            let known = lists.find(CategoryList::OutOfService, reason);
            if known.is_none_or(|item| !item.is_valid_on(today)) {
                violations.add("reden", "onbekende-keuze", "kies een reden uit de lijst");
            }
            if until.is_some_and(|day| !within(day)) {
                violations.add(
                    "tot",
                    "buiten-grenzen",
                    "vul een dag in vanaf vandaag, hooguit een jaar vooruit",
                );
            }
        }
        Word::ExpectedFree(day) => {
            if place.stored != PlaceState::Occupied {
                violations.add("verwachtVrijOp", "niet-bezet", "in deze plaats verblijft nu niemand");
            } else if day.is_some_and(|day| !within(day)) {
                let message = "vul een dag in vanaf vandaag, hooguit een jaar vooruit";
                violations.add("verwachtVrijOp", "buiten-grenzen", message);
            }
        }
        Word::Reopen => {}
    }
    Error::refuse_collisions(violations, ())
}
