//! All that came of one request, for the one who has it on the telephone: what comes next, who was asked, whose turn it
//! is, where there is room now, and the help that goes on.

use chrono::{DateTime, Utc};
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::codes::{CategoryList, Handler, Outcome, RequestStatus};
use rules::crisis::distribution::Choice;
use rules::crisis::life::Step;
use rules::crisis::places::PlaceState;
use rules::crisis::routing::AskedKind;

use crate::clock::dutch_day;
use crate::crisis::distribution::actions::{list_of_request as list_assignments, preview_turn};
use crate::crisis::distribution::model::{Assignment, NamedProvider};
use crate::crisis::distribution::pages::{Asked, Mark, Turn, asked};
use crate::crisis::places::actions::{find_held_for, list_fitting};
use crate::crisis::places::model::Place;
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::requests::words::{clock_time, time_left};
use crate::crisis::settings::model::Lists;
use crate::crisis::stays::actions::list_of_request as list_help;
use crate::crisis::stays::model::HelpLine;
use crate::crisis::stays::pages::{kind_of, next_due};
use crate::db::Connection;
use crate::error::Result;
use crate::web::format;

/// How many places are shown here; all of them have a page of their own.
const PLACES_SHOWN: usize = 6;

/// What is read of a request besides itself.
pub struct Parts {
    assignments: Vec<Assignment>,
    turn: Option<(NamedProvider, Choice, String)>,
    places: Vec<Place>,
    held: Option<Place>,
    help: Vec<HelpLine>,
}

impl Parts {
    /// Whose turn it is and where there is room is read for who divides, while something can still be given.
    pub fn load(
        conn: &mut Connection,
        now: DateTime<Utc>,
        request: &CrisisRequest,
        lists: &Lists,
        divides: bool,
    ) -> Result<Self> {
        let assignments = list_assignments(conn, request.id)?;
        let help = list_help(conn, request.id)?;
        let is_given = assignments.iter().any(|assignment| assignment.status.counts());
        let turn = if divides && !is_given && Step::Assign.from(request.status).is_ok() {
            preview_turn(conn, now, request)?
        } else {
            None
        };
        let stays = help.iter().any(|line| line.kind.is_stay() && line.ended_on.is_none());
        let is_placed = request.municipality.is_some() && !request.status.is_closed() && !stays;
        let places = if divides && is_placed {
            list_fitting(conn, now, request, lists.asked_stay(&request.asked))?
        } else {
            Vec::new()
        };
        let held = find_held_for(conn, now, request.id)?;
        Ok(Self { assignments, turn, places, held, help })
    }
}

/// A place where the child can go now.
pub struct PlaceLine {
    pub id: i64,
    pub name: String,
    pub provider: String,
    pub sort: String,
    pub phone: String,
    pub call: String,
    pub confirmed: String,
    /// Until when it is held for this child.
    pub held_until: Option<String>,
}

/// Help that was given.
pub struct HelpRow {
    pub id: i64,
    pub kind: String,
    pub provider: String,
    pub words: String,
    pub mark: Mark,
}

/// What the page shows of it.
pub struct CaseView {
    /// One sentence.
    pub next: String,
    pub asked: Vec<Asked>,
    pub can_offer: bool,
    pub turn: Option<Turn>,
    pub places: Vec<PlaceLine>,
    /// How many more there are than are shown.
    pub more_places: usize,
    pub help: Vec<HelpRow>,
}

impl CaseView {
    pub fn new(
        request: &CrisisRequest,
        parts: Parts,
        lists: &Lists,
        now: DateTime<Utc>,
        divides: bool,
    ) -> Self {
        let is_given = parts.assignments.iter().any(|assignment| assignment.status.counts());
        Self {
            next: next_words(request, &parts, lists, now, divides),
            asked: parts
                .assignments
                .iter()
                .rev()
                .map(|one| asked(one, lists, now, divides && request.status != RequestStatus::Running))
                .collect(),
            can_offer: divides && !is_given && Step::Assign.from(request.status).is_ok(),
            places: parts.places.iter().take(PLACES_SHOWN).map(|place| place_line(place, now)).collect(),
            more_places: parts.places.len().saturating_sub(PLACES_SHOWN),
            turn: parts.turn.map(Turn::from),
            help: parts.help.iter().map(|line| help_row(line, lists, now)).collect(),
        }
    }
}

fn held(place: &Place, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    place.hold.as_ref().filter(|_| place.at(now).state() == PlaceState::Held).map(|hold| hold.until)
}

fn place_line(place: &Place, now: DateTime<Utc>) -> PlaceLine {
    PlaceLine {
        id: place.id,
        name: place.name.clone(),
        provider: place.provider.clone(),
        sort: place.sort(),
        phone: place.phone.clone(),
        call: place.phone.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect(),
        confirmed: format::ago(place.confirmed_at, now),
        held_until: held(place, now).map(|until| clock_time(until, now)),
    }
}

fn help_row(line: &HelpLine, lists: &Lists, now: DateTime<Utc>) -> HelpRow {
    let mut words = Vec::new();
    words.extend(line.place.clone());
    words.extend(line.started_on.map(|day| format!("gestart op {}", format::date(day))));
    let mark = if let Some(day) = line.ended_on {
        words.extend(line.follow_up.as_ref().map(|code| lists.name(line.follow_up_list(), code).to_owned()));
        let text = format!("beëindigd op {}", format::date(day));
        Mark { class: "badge--neutraal", icon: "circle-check", text }
    } else {
        let (text, class, icon) = next_due(line, dutch_day(now));
        let text = if text == "niets" { "loopt".to_owned() } else { text };
        Mark { class, icon, text }
    };
    HelpRow {
        id: line.id,
        kind: kind_of(line),
        provider: line.provider.clone().unwrap_or_default(),
        words: words.join(", "),
        mark,
    }
}

/// What comes next, in one sentence or two, for who divides and for who only reads.
fn next_words(
    request: &CrisisRequest,
    parts: &Parts,
    lists: &Lists,
    now: DateTime<Utc>,
    divides: bool,
) -> String {
    let of = |status| parts.assignments.iter().find(|assignment| assignment.status == status);
    if let Some((place, until)) = parts.held.as_ref().and_then(|place| Some((place, held(place, now)?))) {
        let until = clock_time(until, now);
        let then = if divides { " Plaats het kind, of laat de plaats los." } else { "" };
        return format!("{} wordt vastgehouden tot {until}.{then}", place.name);
    }
    if let Some(offered) = of(AssignmentStatus::Offered) {
        let (due, left) = (clock_time(offered.answer_by, now), time_left(offered.answer_by, now));
        return format!("{} antwoordt uiterlijk {due}. {left}.", offered.provider.name);
    }
    match request.status {
        RequestStatus::New => "De aanvraag is nog niet beoordeeld.".to_owned(),
        RequestStatus::InProgress => in_progress_words(request, parts, lists, divides),
        RequestStatus::Assigned => {
            let who = of(AssignmentStatus::Accepted).map_or("Een aanbieder", |found| &found.provider.name);
            format!("{who} neemt de aanvraag aan. De hulp is nog niet gestart.")
        }
        RequestStatus::Running => "Er loopt hulp.".to_owned(),
        RequestStatus::Closed => match (request.outcome, &request.none_reason) {
            (Some(Outcome::Nothing), Some(code)) => {
                format!("Afgesloten zonder inzet: {}.", lists.name(CategoryList::NoneReason, code))
            }
            (Some(outcome), _) => format!("Afgesloten: {}.", outcome.name().to_lowercase()),
            (None, _) => "Afgesloten.".to_owned(),
        },
        RequestStatus::Referred if request.handler == Handler::Point => "Doorverwezen.".to_owned(),
        RequestStatus::Referred => format!("Doorverwezen: {}.", request.handler.name()),
    }
}

/// What comes next while nobody has the request and no place is held.
fn in_progress_words(request: &CrisisRequest, parts: &Parts, lists: &Lists, divides: bool) -> String {
    if request.municipality.is_none() {
        return "Een kind van buiten de regio wordt hier geregistreerd, en niet verdeeld of geplaatst."
            .to_owned();
    }
    if let Some((provider, ..)) = &parts.turn {
        return format!("{} is aan de beurt.", provider.name);
    }
    let so_far = if parts.assignments.is_empty() {
        "Er is nog niemand gevraagd."
    } else {
        "Wie is gevraagd heeft de aanvraag niet aangenomen."
    };
    let then = match (divides, lists.asked_kind(&request.asked)) {
        (false, _) => "Het verdeelpunt is aan zet.",
        (true, AskedKind::Stay) => "Kies een plaats, of zelf een aanbieder.",
        (true, AskedKind::Ambulant) => "Kies zelf een aanbieder.",
    };
    format!("{so_far} {then}")
}
