//! The crisis board: reading and drawing it against its bare queries, and how long an event takes to every screen.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use actix_web::HttpServer;
use actix_web::web::Data;
use askama::Template;
use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::background::Background;
use beschikbaarheidswijzer::clock::Clock;
use beschikbaarheidswijzer::crisis::board::actions::read_board;
use beschikbaarheidswijzer::crisis::board::pages::{LivePart, ScreenKind};
use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::identity::second_factor::actions::{code_at, give_code};
use beschikbaarheidswijzer::identity::sign_in::SESSION_COOKIE;
use beschikbaarheidswijzer::identity::sign_in::actions::{find_session, sign_in};
use beschikbaarheidswijzer::identity::tokens::actions::issue_for_script;
use beschikbaarheidswijzer::server;
use beschikbaarheidswijzer::state::AppState;
use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::row::NamedRow;
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::Sqlite;
use rules::crisis::life::EventKind;

use crate::support::desk::{Desk, LOKET, MUNICIPALITIES, now};
use crate::support::load::Client;
use crate::support::report::{Line, Wanted, time};
use crate::support::timing::{in_turns, median, micros};
use crate::support::{Outcome, open};

const REQUESTS: usize = 200;
const ROUNDS: usize = 41;
const AT_MOST: f64 = 5.0;

const SCREENS: usize = 100;
const WRITERS: usize = 5;
const WRITES_A_SECOND: usize = 50;
const SECONDS: usize = 6;
const WRITES: usize = WRITES_A_SECOND * SECONDS;
/// Within which an event is on every screen, in microseconds.
const REACHES_WITHIN: f64 = 1e6;
/// How long a screen waits for a sign of life.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a screen stays for what is still to come.
const STAYS: Duration = Duration::from_mins(1);

pub fn measure(folder: &Path) -> Outcome<Vec<Line>> {
    let desk = Desk::new(folder, "crisis-board.sqlite")?;
    desk.take_requests(REQUESTS)?;
    let mut lines = vec![drawing(&desk)?];
    lines.extend(following(&desk)?);
    Ok(lines)
}

fn drawing(desk: &Desk) -> Outcome<Line> {
    let mut conn = open(&desk.url)?;
    let Connection::Sqlite(mut bare) = open(&desk.url)? else { return Err("not a SQLite file".into()) };
    let region_id = Desk::actor(&mut conn, LOKET)?.region_id().ok_or("a desk without a region")?;
    let (now, kind) = (now()?, ScreenKind { desk: true, divides: true });
    let whole = || {
        micros(|| {
            let board = read_board(&mut conn, region_id, now)?;
            let html = LivePart::new(&board, kind, now)?.render()?;
            if board.requests.len() != REQUESTS {
                return Err(format!("the board has {} requests", board.requests.len()).into());
            }
            Ok(html.len())
        })
    };
    let queries = queries(region_id);
    let sql = || {
        micros(|| {
            let mut cells = 0;
            for query in &queries {
                let rows: Vec<Cells> = diesel::sql_query(query.as_str()).load(&mut bare)?;
                cells += rows.iter().map(|row| row.0.len()).sum::<usize>();
            }
            Ok(cells)
        })
    };
    let (subject, peer) = in_turns(ROUNDS, whole, sql)?;
    let what = format!("crisis board of {REQUESTS} open requests, read and drawn, to its bare queries");
    Ok(Line::new(what, (time(subject), time(peer)), subject / peer, Wanted::AtMost(AT_MOST)))
}

/// A row of any query: every cell as text, and nothing done with it.
struct Cells(Vec<Option<String>>);

impl QueryableByName<Sqlite> for Cells {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> diesel::deserialize::Result<Self> {
        let cell = |index: usize| row.get_value::<Nullable<Text>, Option<String>, _>(index);
        Ok(Self((0..row.field_count()).map(cell).collect::<diesel::deserialize::Result<_>>()?))
    }
}

/// What a board of this region is read from.
fn queries(region_id: i64) -> Vec<String> {
    let point = format!("(SELECT id FROM crisis_point WHERE region_id = {region_id})");
    let given = format!("FROM crisis_assignment WHERE crisis_point_id = {point}");
    vec![
        "SELECT region_id, max(id) FROM crisis_request_event GROUP BY region_id".into(),
        format!("SELECT * FROM crisis_point WHERE region_id = {region_id}"),
        format!(
            "SELECT m.id, m.code, m.name, s.ambulant, s.stay, s.own_team_name, s.own_team_phone FROM crisis_point_municipality s \
            JOIN municipality m ON m.id = s.municipality_id WHERE s.crisis_point_id = {point} ORDER BY m.name, m.code"
        ),
        format!(
            "SELECT on_day, reason FROM crisis_closing_day WHERE crisis_point_id = {point} ORDER BY on_day"
        ),
        format!(
            "SELECT r.*, m.id, m.code, m.name, p.id, p.agb, p.name FROM crisis_request r \
            LEFT JOIN municipality m ON m.id = r.municipality_id LEFT JOIN provider p ON p.id = r.current_provider_id \
            WHERE r.region_id = {region_id} AND r.closed_at IS NULL ORDER BY r.respond_by, r.id"
        ),
        format!(
            "SELECT * FROM crisis_request WHERE region_id = {region_id} AND status = 'doorverwezen' \
            AND closed_at >= '2026-11-19 10:00:00' ORDER BY received_at DESC, id DESC LIMIT 20"
        ),
        format!(
            "SELECT e.id, e.at, e.event, e.detail, r.code, r.urgency FROM crisis_request_event e \
            LEFT JOIN crisis_request r ON r.id = e.request_id WHERE e.region_id = {region_id} AND e.event <> 'gecorrigeerd' \
            ORDER BY e.id DESC LIMIT 200"
        ),
        format!(
            "SELECT a.*, r.region_id, r.code, r.received_at, r.age, r.age_group, r.asked, r.safety, r.urgency, r.status, \
            m.name, p.agb, p.name FROM crisis_assignment a JOIN crisis_request r ON r.id = a.request_id \
            LEFT JOIN municipality m ON m.id = r.municipality_id JOIN provider p ON p.id = a.provider_id \
            WHERE a.crisis_point_id = {point} AND r.closed_at IS NULL ORDER BY a.id"
        ),
        format!(
            "SELECT pool, provider_id, count(*) {given} AND status IN ('aangeboden', 'aangenomen') GROUP BY pool, provider_id"
        ),
        format!("SELECT provider_id, status, choice, count(*) {given} GROUP BY provider_id, status, choice"),
        format!(
            "SELECT provider_id, status, choice, count(*) {given} AND offered_at >= '2026-09-30 22:00:00' \
            GROUP BY provider_id, status, choice"
        ),
        format!(
            "SELECT s.*, p.agb, p.name, m.code FROM crisis_share s JOIN provider p ON p.id = s.provider_id \
            LEFT JOIN municipality m ON m.id = s.municipality_id WHERE s.crisis_point_id = {point}"
        ),
        format!(
            "SELECT provider_id, full_until FROM crisis_capacity WHERE crisis_point_id = {point} AND full_until >= '2026-11-20'"
        ),
        format!(
            "SELECT c.*, p.name, r.code FROM crisis_place c JOIN provider p ON p.id = c.provider_id \
            LEFT JOIN crisis_request r ON r.id = c.held_for_request WHERE c.crisis_point_id = {point} \
            ORDER BY c.kind, c.age_group, p.name, c.name, c.id"
        ),
        format!(
            "SELECT h.*, r.code, r.age_group, m.name, p.name, c.name FROM crisis_provision h \
            JOIN crisis_request r ON r.id = h.request_id LEFT JOIN municipality m ON m.id = r.municipality_id \
            LEFT JOIN provider p ON p.id = h.provider_id LEFT JOIN crisis_place c ON c.id = h.place_id \
            WHERE h.region_id = {region_id} AND h.ended_on IS NULL AND h.kind <> 'geen' \
            ORDER BY h.evaluation_due_on, h.started_on, h.id"
        ),
        format!(
            "SELECT s.*, u.display_name FROM crisis_shift s JOIN user_account u ON u.id = s.user_id \
            WHERE s.crisis_point_id = {point} AND s.on_day = '2026-11-20' ORDER BY s.on_day, s.duty, s.from_minute"
        ),
        format!(
            "SELECT at, duty, note, by_name FROM crisis_handover WHERE crisis_point_id = {point} ORDER BY at DESC LIMIT 50"
        ),
        format!("SELECT * FROM crisis_list_item WHERE region_id = {region_id} ORDER BY list, sort, name, id"),
    ]
}

fn following(desk: &Desk) -> Outcome<[Line; 2]> {
    let state = Data::new(server::build_state(desk.config(), Clock::Fixed(now()?), true)?);
    let (cookie, token) = (sign_in_at(&state, desk)?, token(&state)?);
    let running = Running::start(state)?;
    let (ready, are_ready) = mpsc::channel();
    let (sent, shown, took) = std::thread::scope(|scope| {
        let mut screens = Vec::with_capacity(SCREENS);
        for _ in 0..SCREENS {
            let (address, cookie, ready) = (running.address, cookie.as_str(), ready.clone());
            screens.push(scope.spawn(move || watch(address, cookie, &ready)));
            // One after the other, as people come in: a hundred at once would wait for the pool.
            are_ready.recv_timeout(PATIENCE).map_err(|_| "not every screen has its board")?;
        }
        let started = Instant::now();
        let writers: Vec<_> = (0..WRITERS)
            .map(|number| (running.address, &token, number))
            .map(|(address, token, number)| scope.spawn(move || write(address, token, number, started)))
            .collect();
        let mut sent = HashMap::new();
        for writer in writers {
            sent.extend(writer.join().map_err(|_| "a writer stopped")??);
        }
        let took = started.elapsed();
        let shown = screens
            .into_iter()
            .map(|screen| screen.join().map_err(|_| "a screen stopped")?)
            .collect::<Outcome<Vec<_>>>()?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>((sent, shown, took))
    })?;
    let rate = WRITES as f64 / took.as_secs_f64();
    if rate < 0.9 * WRITES_A_SECOND as f64 {
        return Err(format!("only {rate:.0} writes a second").into());
    }
    // An event has arrived when the last screen has it.
    let mut slowest = Vec::with_capacity(WRITES);
    for (code, at) in &sent {
        let last = shown
            .iter()
            .map(|screen| screen.get(code).copied().ok_or("a screen missed an event"))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .max()
            .ok_or("no screens")?;
        slowest.push(last.duration_since(*at).as_secs_f64() * 1e6);
    }
    let middle = median(&mut slowest);
    let worst = slowest.iter().copied().fold(0.0, f64::max);
    let what = format!("an event on {SCREENS} crisis boards, the last screen, at {rate:.0} writes a second");
    Ok([
        Line::time(format!("{what}: slowest of {WRITES}"), worst, Some(REACHES_WITHIN)),
        Line::time(format!("{what}: median"), middle, None),
    ])
}

/// The cookie of somebody of the desk, signed in with both factors.
fn sign_in_at(state: &AppState, desk: &Desk) -> Outcome<String> {
    let user = desk.sign_ins.iter().find(|sign_in| sign_in.name == LOKET).ok_or("no desk")?;
    let secret = user.totp.as_ref().ok_or("a desk without a second factor")?;
    let (mut conn, actor, now) = (open(&desk.url)?, Actor::command_line(), now()?);
    let half = sign_in(&mut conn, &actor, now, &user.name, &user.password)?;
    let (_, session) = find_session(&mut conn, &half.cookie, now)?.ok_or("no session")?;
    let code = code_at(secret, now)?;
    Ok(give_code(&mut conn, &state.vault, &actor, now, &session, &code)?.cookie)
}

fn token(state: &AppState) -> Outcome<String> {
    let (actor, valid_for) = (Actor::command_line(), chrono::Duration::hours(1));
    Ok(issue_for_script(&mut *state.pool.get()?, &state.keyring, &actor, now()?, LOKET, valid_for)?)
}

/// Registers requests at a steady pace; when each was sent, by its code.
fn write(
    address: SocketAddr,
    token: &str,
    number: usize,
    started: Instant,
) -> Outcome<HashMap<String, Instant>> {
    let mut client = Client::connect(address)?;
    let mut sent = HashMap::new();
    for turn in (number..WRITES).step_by(WRITERS) {
        let due = started + Duration::from_secs_f64(turn as f64 / WRITES_A_SECOND as f64);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let (home, age) = (MUNICIPALITIES[turn % MUNICIPALITIES.len()], turn % 18);
        let body = format!(
            r#"{{"gemeente":"{home}","leeftijd":{age},"verwijzer":"huisarts","vraag":"ambulant","urgentie":"acuut","tochAanmelden":true}}"#
        );
        let request = format!(
            "POST /v1/crisisaanvragen HTTP/1.1\r\nHost: jeugdhulp.example\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let at = Instant::now();
        let (status, answer) = client.answer(request.as_bytes())?;
        if status != 201 {
            return Err(format!("status {status}: {}", String::from_utf8_lossy(answer)).into());
        }
        let answer: serde_json::Value = serde_json::from_slice(answer)?;
        let code = answer["aanvraag"]["code"].as_str().ok_or("an answer without a code")?;
        sent.insert(code.replace('-', ""), at);
    }
    Ok(sent)
}

/// One screen: when it heard of each new request.
fn watch(address: SocketAddr, cookie: &str, ready: &mpsc::Sender<()>) -> Outcome<HashMap<String, Instant>> {
    let mut line = TcpStream::connect(address)?;
    line.set_read_timeout(Some(PATIENCE))?;
    write!(
        line,
        "GET /crisis/stroom HTTP/1.1\r\nHost: jeugdhulp.example\r\nCookie: {SESSION_COOKIE}={cookie}\r\n\r\n"
    )?;
    let mut reader = BufReader::with_capacity(256 * 1024, line);
    let (mut shown, mut text, mut is_ready) = (HashMap::new(), Vec::new(), false);
    let opened = Instant::now();
    while shown.len() < WRITES {
        if opened.elapsed() > STAYS {
            return Err(format!("a screen heard of {} requests only", shown.len()).into());
        }
        text.clear();
        if reader.read_until(b'\n', &mut text)? == 0 {
            return Err("the stream ended".into());
        }
        if !is_ready && text.starts_with(b"event: bord") {
            is_ready = true;
            ready.send(())?;
        }
        if text.starts_with(br#"data: {"nummer":"#) {
            let news: serde_json::Value = serde_json::from_slice(&text[6..])?;
            let words = news["tekst"].as_str().unwrap_or_default();
            // What becomes of requests that were there before is told too.
            let is_new = words.contains(EventKind::Registered.name());
            let mut words = words.split(' ').filter(|_| is_new);
            if let Some(code) = words.find(|word| word.matches('-').count() == 2) {
                shown.entry(code.replace('-', "")).or_insert_with(Instant::now);
            }
        }
    }
    Ok(shown)
}

/// A server in this process with all that servers do by themselves.
struct Running {
    address: SocketAddr,
    state: Data<AppState>,
    handle: actix_web::dev::ServerHandle,
}

impl Running {
    fn start(state: Data<AppState>) -> Outcome<Self> {
        let (sender, receiver) = mpsc::channel();
        let shared = state.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let background = Background::start(&shared);
                let bound = HttpServer::new(move || server::app(shared.clone()))
                    .disable_signals()
                    .bind("127.0.0.1:0");
                let started = bound.map(|server| (server.addrs()[0], server.run()));
                match started {
                    Ok((address, running)) => {
                        let _ = sender.send(Ok((address, running.handle())));
                        let _ = running.await;
                    }
                    Err(error) => {
                        let _ = sender.send(Err(error));
                    }
                }
                background.stop().await;
            });
        });
        let (address, handle) = receiver.recv()??;
        Ok(Self { address, state, handle })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.state.boards.stop();
        let _stopping = self.handle.stop(false);
    }
}
