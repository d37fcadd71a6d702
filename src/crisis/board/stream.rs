//! The board as a stream of server-sent events: the live part whenever something happened or a minute went by, a beat in
//! between, and to a screen that comes back what it missed.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use futures_util::stream;
use rules::crisis::codes::{RequestStatus, Urgency};
use rules::crisis::life::EventKind;
use serde::Serialize;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

use super::live::Change;
use super::model::{Board, News};
use super::pages::{ScreenKind, live_part};
use crate::actor::Actor;
use crate::crisis::reading::readable;
use crate::crisis::requests::model::CrisisRequest;
use crate::error::{Error, Result};
use crate::identity::policy::Permission;
use crate::identity::sign_in::SESSION_COOKIE;
use crate::identity::sign_in::actions::find_session;
use crate::state::AppState;
use crate::web::context::Context;
use crate::web::errors::EVENT_STREAM;
use crate::web::format;
use crate::web::input::QueryInput;

/// How often a screen hears that the line is open, and whether somebody may still look is asked again.
const BEAT: Duration = Duration::from_secs(10);

/// After how long a screen is told to come back by itself, so that no stream outlives a deployment for long.
const LONGEST: Duration = Duration::from_mins(10);

/// The last event of a stream that says why it ends.
const END: &str = "einde";
const SIGNED_OUT: &str = r#"{"reden":"uitgelogd"}"#;
const STOPPING: &str = r#"{"reden":"stopt"}"#;

/// What happened, as a screen tells it.
#[derive(Debug, Serialize)]
struct Told {
    nummer: i64,
    tekst: String,
    /// A new request that is acute: a screen may make a sound.
    acuut: bool,
}

/// A beat: of which moment the board is, by the clock of the server.
#[derive(Debug, Serialize)]
struct Beat {
    om: String,
    /// Whether that is now: it is not while the database cannot be asked.
    actueel: bool,
}

fn told(news: &News) -> Told {
    let code = news.request.as_ref().map_or(String::new(), |(code, _)| format!("{} ", readable(code)));
    let detail = news.detail.as_ref().map_or(String::new(), |detail| format!(": {detail}"));
    Told {
        nummer: news.id,
        tekst: format!("{} {code}{}{detail}", format::time(news.at), news.kind.name()),
        acuut: news.kind == EventKind::Registered
            && news.request.as_ref().is_some_and(|(_, urgency)| *urgency == Urgency::Acute),
    }
}

/// For a screen that missed more than can be told line by line. Whether an acute request is among it nobody knows, so one
/// that waits to be judged counts.
fn too_much(board: &Board) -> Told {
    let is_waiting =
        |request: &CrisisRequest| request.status == RequestStatus::New && request.urgency == Urgency::Acute;
    Told {
        nummer: 0,
        tekst: "Er is veel gebeurd sinds dit scherm de verbinding verloor.".to_owned(),
        acuut: board.requests.iter().any(is_waiting),
    }
}

/// One event. Data of more lines goes out line by line.
pub(super) fn event(name: &str, id: Option<i64>, data: &str) -> Bytes {
    let mut text = String::with_capacity(data.len() + 64);
    if let Some(id) = id {
        text.push_str(&format!("id: {id}\n"));
    }
    text.push_str(&format!("event: {name}\n"));
    for line in data.lines() {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    text.into()
}

/// One screen that listens.
struct Screen {
    state: Data<AppState>,
    actor: Actor,
    cookie: Option<String>,
    kind: ScreenKind,
    region_id: i64,
    /// The newest line this screen has; none when it has not shown a board yet.
    sent: Option<i64>,
    /// Only what there is now, for who asks now and then instead of listening.
    once: bool,
    out: mpsc::Sender<Bytes>,
}

impl Screen {
    /// The board, and before it what this screen missed.
    async fn send_board(&mut self, now: DateTime<Utc>) -> Result<bool> {
        let board: std::sync::Arc<Board> = self.state.boards.current(self.region_id)?;
        if let Some(seen) = self.sent {
            if let Some(missed) = board.since(seen) {
                for news in missed {
                    let text = serde_json::to_string(&told(news)).map_err(Error::internal)?;
                    if self.out.send(event("nieuws", Some(news.id), &text)).await.is_err() {
                        return Ok(false);
                    }
                }
            } else {
                let text = serde_json::to_string(&too_much(&board)).map_err(Error::internal)?;
                if self.out.send(event("nieuws", None, &text)).await.is_err() {
                    return Ok(false);
                }
            }
        }
        self.sent = Some(board.newest);
        let drawn = live_part(&self.state, &board, self.kind, now)?;
        if self.out.send(drawn.event).await.is_err() {
            return Ok(false);
        }
        // The time on a screen is that of the server.
        self.send_beat(now).await
    }

    async fn send_beat(&self, now: DateTime<Utc>) -> Result<bool> {
        let (at, is_current) = self.state.boards.checked_at(now);
        let beat = Beat { om: format::time(at), actueel: is_current };
        let text = serde_json::to_string(&beat).map_err(Error::internal)?;
        Ok(self.out.send(event("hart", None, &text)).await.is_ok())
    }

    /// Whether the one who looks may still do so. While the database is away that is whoever is remembered.
    async fn may_look(&self, now: DateTime<Utc>) -> Result<bool> {
        let (state, cookie) = (self.state.clone(), self.cookie.clone());
        let Some(cookie) = cookie else { return Ok(false) };
        let asked = cookie.clone();
        let found = actix_web::web::block(move || find_session(&mut *state.pool.get()?, &asked, now))
            .await
            .map_err(Error::internal)?;
        let remembered = &self.state.remembered;
        match found {
            Ok(Some((identity, session))) => {
                // A screen that only listens is remembered as one that asks for the page.
                remembered.keep(&cookie, &identity, &session, now);
                let actor = Actor { identity: Some(identity), ..self.actor.clone() };
                let is_complete = session.stage == crate::actor::Stage::Complete;
                Ok(is_complete && Permission::SeeCrisisBoard.allows(&actor))
            }
            Ok(None) => {
                remembered.forget(&cookie);
                Ok(false)
            }
            Err(Error::Unavailable(_)) => Ok(remembered.find(&cookie, now).is_some()),
            Err(error) => Err(error),
        }
    }

    /// The last thing a screen hears of a stream, when it is not to come back by itself.
    async fn send_end(&self) {
        // A screen that is gone needs no goodbye.
        let _ = self.out.send(event(END, None, SIGNED_OUT)).await;
    }

    async fn run(mut self, mut changes: watch::Receiver<Change>) -> Result<()> {
        let ends = Instant::now() + LONGEST;
        let mut looked = (Instant::now(), changes.borrow().sessions);
        loop {
            let now = self.state.clock.now();
            let minute = now.timestamp() / 60;
            let sessions = changes.borrow_and_update().sessions;
            if sessions != looked.1 || looked.0.elapsed() >= BEAT {
                if !self.may_look(now).await? {
                    self.send_end().await;
                    return Ok(());
                }
                looked = (Instant::now(), sessions);
            }
            if !self.send_board(now).await? || self.once {
                return Ok(());
            }
            // Until something happens or a minute goes by there are only beats.
            loop {
                let beat = Instant::now() + BEAT;
                match timeout_at(beat.min(ends), changes.changed()).await {
                    Ok(_) => break,
                    Err(_) if Instant::now() >= ends => return Ok(()),
                    Err(_) => {}
                }
                let now = self.state.clock.now();
                if !self.may_look(now).await? {
                    self.send_end().await;
                    return Ok(());
                }
                looked.0 = Instant::now();
                if !self.send_beat(now).await? {
                    return Ok(());
                }
                if now.timestamp() / 60 != minute {
                    break;
                }
            }
        }
    }
}

/// The newest line a screen says it has: the number its page was drawn at, or that of the last event it got.
fn newest_seen(req: &HttpRequest, drawn_at: Option<i64>) -> Option<i64> {
    let header = req.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    header.and_then(|text| text.parse::<i64>().ok()).filter(|number| *number >= 0).max(drawn_at)
}

/// The stream. It ends when the server stops, whether or not the screen still reads.
///
/// What a screen missed comes first. A browser tells by itself which event came last, but only on a line it takes up
/// again by itself; so the page names with `sinds` the newest line it has, also on its very first line.
pub async fn stream(
    ctx: Context,
    req: HttpRequest,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let once = query.flag("eenmaal");
    let drawn_at = query.optional_int("sinds", 0, i64::MAX);
    query.finish(())?;
    let region_id = ctx.actor.region_id().ok_or(Error::SignInRequired)?;
    super::pages::look(&ctx).await?;
    let (out, received) = mpsc::channel(8);
    let screen = Screen {
        kind: ScreenKind::of(&ctx),
        cookie: req.cookie(SESSION_COOKIE).map(|cookie| cookie.value().to_owned()),
        state: ctx.state.clone(),
        actor: ctx.actor.clone(),
        region_id,
        sent: newest_seen(&req, drawn_at),
        once,
        out,
    };
    let (changes, mut stopping) = (ctx.state.boards.follow(), ctx.state.boards.stopping());
    let last = screen.out.clone();
    actix_web::rt::spawn(async move {
        tokio::select! {
            done = screen.run(changes) => if let Err(error) = done {
                tracing::warn!(%error, "the stream of a board ended");
            },
            // A screen that does not read finds out by the line that is gone.
            _ = stopping.wait_for(|stops| *stops) => drop(last.try_send(event(END, None, STOPPING))),
        }
    });
    let body = stream::unfold(received, |mut received| async move {
        received.recv().await.map(|bytes| (Ok::<_, Error>(bytes), received))
    });
    Ok(HttpResponse::Ok()
        .content_type(EVENT_STREAM)
        // Compressed it would wait for more.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(body))
}
