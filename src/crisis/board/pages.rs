//! The board as a page, and its live part as it goes over the stream.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::board_order::{Pressure, pressure};
use rules::crisis::codes::{AgeGroup, CategoryList, RequestStatus};
use rules::crisis::distribution::words_of_difference;
use rules::crisis::places::PlaceState;
use rules::crisis::stay::Due;

use super::live::Drawn;
use super::model::{Board, News};
use crate::clock::dutch_day;
use crate::crisis::distribution::model::{Assignment, Turns};
use crate::crisis::reading::readable;
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::requests::pages::request::{Clock, clock_of};
use crate::crisis::requests::words::clock_time;
use crate::crisis::stays::model::HelpLine;
use crate::error::{Error, Result};
use crate::identity::policy::Permission;
use crate::state::AppState;
use crate::web::context::Context;
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::page::{Page, html, render};

const PATH: &str = "/crisis";

/// How many lines of news the board shows.
const NEWS_SHOWN: usize = 8;

/// How many lines of help that ask for attention the board shows.
const HELP_SHOWN: usize = 10;

/// What somebody at a screen may do: screens of one kind share what they get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScreenKind {
    pub desk: bool,
    pub divides: bool,
}

impl ScreenKind {
    pub fn of(ctx: &Context) -> Self {
        Self { desk: ctx.may(Permission::TakeCrisisRequests), divides: ctx.may(Permission::DistributeCrisis) }
    }

    fn number(self) -> u8 {
        u8::from(self.desk) + 2 * u8::from(self.divides)
    }
}

/// A step of a case, as far as it has come.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    pub name: &'static str,
    pub done: bool,
    pub current: bool,
}

/// One click to the next action: a link, or a button that does it at once.
#[derive(Debug, Clone)]
pub struct Next {
    pub label: String,
    pub icon: &'static str,
    pub href: String,
    /// For a button: the version it is based on.
    pub version: Option<i32>,
    pub primary: bool,
}

/// Zaak: one open request.
#[derive(Debug, Clone)]
pub struct Case {
    pub code: String,
    pub place: String,
    pub style: &'static str,
    pub clock: Option<Clock>,
    pub summary: String,
    pub stages: [Stage; 4],
    pub now_with: Option<String>,
    pub before: Option<String>,
    pub next: Vec<Next>,
}

/// Whose turn it is.
#[derive(Debug, Clone)]
pub struct Turn {
    pub name: String,
    pub words: String,
    pub current: bool,
    pub skipped: bool,
}

/// Whose turn it is in municipalities with the same shares.
#[derive(Debug, Clone)]
pub struct TurnList {
    /// Empty for all of them.
    pub municipalities: String,
    pub turns: Vec<Turn>,
}

/// One of the two columns.
#[derive(Debug, Clone)]
pub struct Column {
    pub id: &'static str,
    pub title: &'static str,
    pub turns: Vec<TurnList>,
    pub cases: Vec<Case>,
}

/// The places of one provider, by group.
#[derive(Debug, Clone)]
pub struct PlaceRow {
    pub provider: String,
    pub confirmed: String,
    /// For 12- and for 12+: how many are free, or none when it has no such places.
    pub free: [Option<usize>; 2],
}

/// Help that asks for attention, or a stay of which all was done in time or late.
#[derive(Debug, Clone)]
pub struct HelpPoint {
    pub id: i64,
    pub code: String,
    pub words: String,
}

/// How the evaluations and perspectiefplannen of the stays stand, counted together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DueCounts {
    pub overdue: usize,
    pub due: usize,
    pub done: usize,
}

#[derive(Template)]
#[template(path = "crisis/board/live.html")]
pub struct LivePart {
    pub pressing: usize,
    pub open: usize,
    pub open_by_group: [usize; 2],
    pub free: usize,
    pub free_by_group: [usize; 2],
    pub running: usize,
    pub columns: [Column; 2],
    pub places: Vec<PlaceRow>,
    pub help: Vec<HelpPoint>,
    /// Of the stays that go on.
    pub due: DueCounts,
    /// Stays of which evaluation and plan are done.
    pub done: Vec<HelpPoint>,
    pub referred: Vec<(String, String)>,
    pub duties: Vec<(&'static str, String)>,
    pub handover: Option<(String, String)>,
    pub news: Vec<String>,
    pub night: String,
    pub is_open: bool,
    pub as_of: String,
    pub divides: bool,
    pub empty: bool,
}

#[derive(Template)]
#[template(path = "crisis/board/board.html")]
pub struct BoardPage {
    pub page: Page,
    pub live: Arc<str>,
    pub newest: i64,
    pub as_of: String,
    pub can_add: bool,
}

/// The board. It comes from memory when the database is away.
pub async fn board(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let board = look(&ctx).await?;
    let live = live_part(&ctx.state, &board, ScreenKind::of(&ctx), ctx.now)?.html;
    html(&BoardPage {
        page: Page::new(&ctx, PATH),
        live,
        newest: board.newest,
        as_of: format::time(board.read_at),
        can_add: ctx.may(Permission::ReferCrisis),
    })
}

/// The board of the own region with what was just written, or as it was last read; and writes down that its requests
/// were looked at, which is done afterwards while the database is away.
pub(super) async fn look(ctx: &Context) -> Result<Arc<Board>> {
    let (state, actor, now) = (ctx.state.clone(), ctx.actor.clone(), ctx.now);
    actix_web::web::block(move || {
        let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
        let mut conn = state.pool.get().map_err(Error::from);
        if let Ok(conn) = &mut conn
            && let Err(error) = state.boards.refresh(conn, now)
        {
            tracing::warn!(%error, "the boards could not be read again");
        }
        let board = state.boards.current(region_id)?;
        let shown = board.requests.iter().chain(&board.referred);
        let codes = shown.map(|request| request.code.as_str().to_owned()).collect();
        let conn = conn.as_deref_mut().map_err(|error| Error::Unavailable(error.to_string().into()));
        state.boards.record_look(conn, &actor, now, codes)?;
        Ok(board)
    })
    .await
    .map_err(Error::internal)?
}

/// The live part for screens of one kind at this moment.
pub(super) fn live_part(
    state: &Data<AppState>,
    board: &Board,
    kind: ScreenKind,
    now: DateTime<Utc>,
) -> Result<Drawn> {
    state.boards.rendered((board.point.region_id, kind.number()), board, now, || {
        render(&LivePart::new(board, kind, now)?)
    })
}

impl LivePart {
    /// What a board shows at this moment.
    pub fn new(board: &Board, kind: ScreenKind, now: DateTime<Utc>) -> Result<Self> {
        let today = dutch_day(now);
        let pressing = board
            .requests
            .iter()
            .filter(|request| {
                let clock = if clock_of(request, now).is_some() { request.respond_by } else { None };
                matches!(pressure(clock, now), Pressure::Late | Pressure::Soon)
            })
            .count();
        let of_group = |group: AgeGroup| {
            board
                .requests
                .iter()
                .filter(|request| request.age_group == group && request.status != RequestStatus::Running)
                .count()
        };
        let open_by_group = [of_group(AgeGroup::Under12), of_group(AgeGroup::From12)];
        let places = place_rows(board, now);
        let free_of =
            |index: usize| -> usize { places.iter().filter_map(|row| row.free[index]).sum::<usize>() };
        let free = board.places.iter().filter(|place| place.at(now).state() == PlaceState::Free).count();
        Ok(Self {
            pressing,
            open: open_by_group.iter().sum(),
            open_by_group,
            free,
            free_by_group: [free_of(0), free_of(1)],
            running: board.requests.iter().filter(|request| request.status == RequestStatus::Running).count(),
            columns: [
                column(board, AgeGroup::Under12, kind, now),
                column(board, AgeGroup::From12, kind, now),
            ],
            places,
            help: help_points(board, today),
            due: due_counts(board, today),
            done: done_points(board, today),
            referred: board.referred.iter().map(|request| referred_line(request, now)).collect(),
            duties: duties(board),
            handover: board.handovers.first().map(|note| {
                (
                    format!("{}, {}, {}", note.duty.name(), note.by_name, format::ago(note.at, now)),
                    note.note.clone(),
                )
            }),
            news: board.news.iter().take(NEWS_SHOWN).map(|news| news_line(news, now)).collect(),
            night: format!("{}, {}", board.point.after_hours_name, board.point.after_hours_phone),
            is_open: board.point.is_open(now)?,
            as_of: format::time(board.read_at),
            divides: kind.divides,
            empty: board.requests.is_empty(),
        })
    }
}

fn turn_list(turns: &Turns, today: NaiveDate) -> TurnList {
    let mut first = true;
    let listed = turns.order.iter().map(|line| {
        let skipped = line.full_until.is_some();
        let current = first && !skipped;
        if current {
            first = false;
        }
        let words = match line.full_until {
            Some(day) => format!("overslaan, vol tot en met {}", format::short_date(day, today)),
            None => words_of_difference(&line.standing),
        };
        Turn { name: line.provider.name.clone(), words, current, skipped }
    });
    TurnList { turns: listed.collect(), municipalities: turns.municipalities.join(", ") }
}

fn column(board: &Board, group: AgeGroup, kind: ScreenKind, now: DateTime<Utc>) -> Column {
    let of_group =
        board.division.turns.iter().filter(|turns| turns.age_group == group && !turns.order.is_empty());
    let turns = of_group.map(|turns| turn_list(turns, dutch_day(now))).collect();
    let (id, title) = match group {
        AgeGroup::Under12 => ("kolom-12-min", "Jonger dan 12"),
        AgeGroup::From12 => ("kolom-12-plus", "12 jaar en ouder"),
    };
    let cases = board
        .requests
        .iter()
        .filter(|request| request.age_group == group && request.status != RequestStatus::Running)
        .map(|request| case(board, request, kind, now))
        .collect();
    Column { id, title, turns, cases }
}

fn case(board: &Board, request: &CrisisRequest, kind: ScreenKind, now: DateTime<Utc>) -> Case {
    let clock = clock_of(request, now);
    let reached = match request.status {
        RequestStatus::New => 1,
        RequestStatus::InProgress => 2,
        RequestStatus::Assigned => 3,
        _ => 4,
    };
    let names = ["Aangemeld", "Beoordeeld", "Toegewezen", "Gestart"];
    let mut stages = names.map(|name| Stage { name, done: false, current: false });
    for (index, stage) in stages.iter_mut().enumerate() {
        stage.done = index < reached;
        stage.current = index == reached;
    }
    let mut summary = vec![
        board.lists.name(CategoryList::Asked, &request.asked).to_owned(),
        request.urgency.name().to_lowercase(),
        format!("binnen om {}", clock_time(request.received_at, now)),
    ];
    if let Some(clock) = &clock {
        summary.push(format!("hulp vóór {}", clock.due));
    }
    let (now_with, before) = with_whom(board, request, now);
    Case {
        code: request.code.to_string(),
        place: request.place().to_owned(),
        style: clock.as_ref().map_or("rust", |clock| clock.style),
        clock,
        summary: summary.join(" · "),
        stages,
        now_with,
        before,
        next: next_steps(request, kind, is_given(board, request)),
    }
}

/// To whom a request is offered now, and whom was asked before.
fn with_whom(board: &Board, request: &CrisisRequest, now: DateTime<Utc>) -> (Option<String>, Option<String>) {
    let mine = || board.assignments.iter().filter(|assignment| assignment.request.id == request.id);
    let current = mine().find_map(|assignment| {
        let name = &assignment.provider.name;
        match assignment.status {
            AssignmentStatus::Offered if now > assignment.answer_by => Some(format!(
                "{name}, antwoord had er om {} moeten zijn",
                clock_time(assignment.answer_by, now)
            )),
            AssignmentStatus::Offered => {
                Some(format!("{name}, antwoord vóór {}", clock_time(assignment.answer_by, now)))
            }
            AssignmentStatus::Accepted => Some(format!("{name}, aangenomen")),
            _ => None,
        }
    });
    let held = board
        .places
        .iter()
        .filter(|place| place.at(now).state() == PlaceState::Held)
        .find(|place| place.hold.as_ref().is_some_and(|hold| hold.request_id == request.id))
        .map(|place| format!("plaats {} bij {} vastgehouden", place.name, place.provider));
    let before: Vec<String> = mine()
        .filter(|assignment| {
            matches!(assignment.status, AssignmentStatus::Refused | AssignmentStatus::Expired)
        })
        .map(|assignment| {
            let why = match &assignment.refusal {
                Some(code) => board.lists.name(CategoryList::Refusal, code).to_lowercase(),
                None => "geen antwoord".to_owned(),
            };
            format!("{} ({why})", assignment.provider.name)
        })
        .collect();
    (current.or(held), (!before.is_empty()).then(|| before.join(", ")))
}

/// Whether a provider was asked, or took it.
fn is_given(board: &Board, request: &CrisisRequest) -> bool {
    let of = |assignment: &Assignment| assignment.request.id == request.id && assignment.status.counts();
    board.assignments.iter().any(of)
}

fn next_steps(request: &CrisisRequest, kind: ScreenKind, is_given: bool) -> Vec<Next> {
    let address = format!("/crisis/aanvragen/{}", request.code);
    let mut next = Vec::new();
    let link = |label: &str, icon, href: String, primary| Next {
        label: label.to_owned(),
        icon,
        href,
        version: None,
        primary,
    };
    match request.status {
        RequestStatus::New => {
            if kind.desk {
                next.push(link("Beoordelen", "list-check", format!("{address}/triage"), true));
                next.push(Next {
                    label: "Oppakken".to_owned(),
                    icon: "check",
                    href: format!("{address}/stap/oppakken"),
                    version: Some(request.version),
                    primary: false,
                });
            }
            if kind.divides {
                next.push(link("Verdelen", "arrow-right", format!("{address}/verdelen"), !kind.desk));
            }
        }
        RequestStatus::InProgress | RequestStatus::Assigned => {
            if kind.divides {
                if is_given {
                    next.push(link("Bekijken", "eye", address.clone(), true));
                } else {
                    next.push(link("Verdelen", "arrow-right", format!("{address}/verdelen"), true));
                }
                next.push(link("Plaats kiezen", "bed", format!("{address}#plaatsen"), false));
            } else if kind.desk {
                next.push(link("Bekijken", "eye", address, true));
            }
        }
        _ => {}
    }
    if next.is_empty() {
        next.push(link("Bekijken", "eye", format!("/crisis/aanvragen/{}", request.code), true));
    }
    next
}

fn place_rows(board: &Board, now: DateTime<Utc>) -> Vec<PlaceRow> {
    let mut rows: Vec<PlaceRow> = Vec::new();
    let mut last: Option<DateTime<Utc>> = None;
    let mut sorted: Vec<_> = board.places.iter().collect();
    sorted.sort_by(|a, b| a.provider.cmp(&b.provider).then(a.id.cmp(&b.id)));
    for place in sorted {
        if rows.last().is_none_or(|row| row.provider != place.provider) {
            rows.push(PlaceRow {
                provider: place.provider.clone(),
                confirmed: String::new(),
                free: [None, None],
            });
            last = None;
        }
        let Some(row) = rows.last_mut() else { continue };
        // The oldest word of a provider is what its figures rest on.
        last = Some(last.map_or(place.confirmed_at, |at| at.min(place.confirmed_at)));
        row.confirmed = last.map(|at| format::ago(at, now)).unwrap_or_default();
        let is_free = usize::from(place.at(now).state() == PlaceState::Free);
        for (index, group) in AgeGroup::ALL.iter().enumerate() {
            if place.age_group.is_none_or(|of| of == *group) {
                row.free[index] = Some(row.free[index].unwrap_or(0) + is_free);
            }
        }
    }
    rows
}

fn help_points(board: &Board, today: NaiveDate) -> Vec<HelpPoint> {
    let pressing = board.help.iter().filter(|line| line.is_pressing(today));
    pressing.take(HELP_SHOWN).map(|line| help_point(line, today, Due::is_pressing)).collect()
}

fn done_points(board: &Board, today: NaiveDate) -> Vec<HelpPoint> {
    let stays = board.help.iter().filter(|line| line.is_running() && line.kind.is_stay());
    // Of a stay that was written down afterwards nothing is due, so nothing was done either; and of what still goes on the
    // end is to come.
    let done = stays.filter(|line| {
        let mut dues = line.dues(today).filter(|(what, _)| *what != "einde").peekable();
        dues.peek().is_some() && dues.all(|(_, due)| due.is_done())
    });
    done.take(HELP_SHOWN).map(|line| help_point(line, today, Due::is_done)).collect()
}

fn due_counts(board: &Board, today: NaiveDate) -> DueCounts {
    let mut counts = DueCounts::default();
    for (_, due) in board.help.iter().filter(|line| line.is_running()).flat_map(|line| line.dues(today)) {
        match due {
            Due::Overdue(_) => counts.overdue += 1,
            Due::Today | Due::Soon(_) | Due::Later(_) => counts.due += 1,
            Due::Done | Due::DoneLate(_) => counts.done += 1,
        }
    }
    counts
}

/// One line of help, with what of its terms is meant.
fn help_point(line: &HelpLine, today: NaiveDate, is_meant: impl Fn(Due) -> bool) -> HelpPoint {
    let start =
        line.started_on.is_none().then(|| format!("{} nog niet gestart", line.kind.name().to_lowercase()));
    let dues = line.dues(today).filter(|(_, due)| is_meant(*due));
    let words: Vec<String> =
        start.into_iter().chain(dues.map(|(what, due)| format!("{what} {}", due.words()))).collect();
    HelpPoint { id: line.id, code: readable(&line.code), words: words.join(", ") }
}

fn referred_line(request: &CrisisRequest, now: DateTime<Utc>) -> (String, String) {
    let words =
        format!("{}, {}, {}", request.place(), request.handler.name(), clock_time(request.received_at, now));
    (request.code.to_string(), words)
}

fn duties(board: &Board) -> Vec<(&'static str, String)> {
    board
        .shifts
        .iter()
        .map(|shift| {
            let hours = format!("{} tot {} uur", shift.from.format("%H.%M"), shift.until.format("%H.%M"));
            (shift.duty.name(), format!("{}, {hours}", shift.holder))
        })
        .collect()
}

fn news_line(news: &News, now: DateTime<Utc>) -> String {
    let code = news.request.as_ref().map_or(String::new(), |(code, _)| format!(" {}", readable(code)));
    let detail = news.detail.as_ref().map_or(String::new(), |detail| format!(": {detail}"));
    format!("{}{code} {}{detail}", clock_time(news.at, now), news.kind.name().to_lowercase())
}
