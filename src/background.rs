//! What every server does by itself while it runs: follow the supply, seal the audit, remind, and send mails. Each
//! task can run on any number of servers at once, and stops at a whole step when the server is told to stop.

use std::time::Duration;

use actix_web::rt;
use actix_web::rt::task::JoinHandle;
use actix_web::web::{self, Data};
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::audit::actions::{AuditLog, Reach, seal_lines};
use crate::availability::follows;
use crate::availability::follows::matching::{Site, tell_of_places};
use crate::availability::freshness::reminding::{Settings, send_reminders};
use crate::clock::dutch_day;
use crate::crisis::distribution::answering::pass_on_unanswered;
use crate::crisis::places::reminding::remind_of_places;
use crate::crisis::requests::actions::{discard_old_drafts, strip_closed};
use crate::db::{Connection, Pool};
use crate::error::{Error, Result};
use crate::exchange;
use crate::exchange::actions::Desk;
use crate::identity::keyed_requests;
use crate::identity::links::pages::sender_of;
use crate::matching::runs::chasing::chase_questions;
use crate::matching::{self, runs, scenarios};
use crate::notifications;
use crate::notifications::smtp::Mailer;
use crate::notifications::worker::Worker;
use crate::reports::audit_log::head_mail::mail_head;
use crate::state::AppState;
use crate::waiting_list::access_log::{self, model::AccessLog};
use crate::waiting_list::clients::upkeep;
use crate::waiting_list::open_list::publishing::publish_due;
use crate::waiting_list::open_list::telling::tell_of_clients;
use crate::waiting_list::replacement::telling::tell_of_ends;
use crate::waiting_list::responses::chasing::{chase, end_without_contract};
use crate::waiting_list::responses::erasing::erase_of_stripped as erase_of_stripped_responses;
use crate::waiting_list::responses::questions;
use crate::waiting_list::{bridging, mediation};

/// How often a server looks whether another has changed the supply. A search may lag two seconds.
const LOOK_FOR_CHANGES: Duration = Duration::from_secs(1);
/// How often a server looks for lines of the audit that have no place in the chain yet.
const SEAL_LOGS: Duration = Duration::from_secs(2);
/// How often a server looks for mails to send.
const LOOK_FOR_MAILS: Duration = Duration::from_secs(2);
/// How often it counts the outbox and erases what is old.
const KEEP_HOUSE: Duration = Duration::from_secs(30);
/// How often it looks which figures are reported.
const LOOK_FOR_REPORTS: Duration = Duration::from_secs(5);
/// How often it looks whether something happened at a crisis point. A screen hears of it within a second.
const LOOK_FOR_NEWS: Duration = Duration::from_millis(300);
/// How often it looks whether those who saw a crisis board may still do so while the database is away.
const LOOK_FOR_SESSIONS: Duration = Duration::from_secs(1);
/// How often it brings the regional plan up to date, so that who asks for it finds nearly all done.
const LOOK_FOR_PLAN: Duration = Duration::from_secs(5);
/// How often it looks whether a place came free in a search that somebody follows.
const LOOK_FOR_PLACES: Duration = Duration::from_secs(15);
/// How often it looks whether a file waits to be worked on.
const LOOK_FOR_FILES: Duration = Duration::from_secs(1);
/// How often it looks whether the list of who waits is due, or a response.
const LOOK_FOR_CLIENTS: Duration = Duration::from_secs(20);
/// How often it looks who must be reminded.
const LOOK_FOR_REMINDERS: Duration = Duration::from_mins(10);
/// How long tasks get to finish their step after a signal to stop.
const TIME_TO_FINISH: Duration = Duration::from_secs(10);

/// Something that every server does again and again. What must happen once is decided by the database.
pub struct Job {
    pub name: &'static str,
    period: Duration,
    pool: fn(&AppState) -> &Pool,
    pub work: fn(&mut Connection, &AppState, DateTime<Utc>) -> Result<()>,
}

impl Job {
    const fn new(
        period: Duration,
        name: &'static str,
        work: fn(&mut Connection, &AppState, DateTime<Utc>) -> Result<()>,
    ) -> Self {
        Self { name, period, pool, work }
    }
}

/// All of them, apart from sealing the logs and sending mails, which take longer turns when there is much to do.
pub static JOBS: [Job; 24] = [
    Job { pool: search_pool, ..Job::new(LOOK_FOR_CHANGES, "reading the supply", follow_supply) },
    Job::new(LOOK_FOR_PLAN, "keeping the regional plan", |conn, state, _| {
        state.plans.refresh(conn, &state.supply.current()?)
    }),
    Job::new(LOOK_FOR_REPORTS, "reading the reported figures", |conn, state, now| {
        state.reported.refresh(conn, now)
    }),
    Job::new(LOOK_FOR_NEWS, "following the crisis boards", |conn, state, now| {
        state.boards.refresh(conn, now).map(drop)
    }),
    Job::new(LOOK_FOR_SESSIONS, "checking remembered sessions", check_sessions),
    Job::new(LOOK_FOR_REMINDERS, "erasing of crisis requests", |conn, _, now| {
        discard_old_drafts(conn, now)?;
        strip_closed(conn, now).map(drop)
    }),
    Job::new(LOOK_FOR_PLACES, "following searches", follow),
    Job::new(LOOK_FOR_REMINDERS, "reminding", remind),
    Job::new(LOOK_FOR_REMINDERS, "making planned regional runs", |conn, state, now| {
        runs::actions::run_due(conn, now, &state.supply.current()?).map(drop)
    }),
    Job::new(LOOK_FOR_FILES, "working out sweeps", |conn, state, _| {
        let stops = || state.is_stopping();
        scenarios::sweeping::work_on_next(conn, &state.supply, state.clock, &stops).map(drop)
    }),
    Job::new(LOOK_FOR_CLIENTS, "publishing the open list", publish_list),
    Job::new(LOOK_FOR_CLIENTS, "chasing responses", |conn, state, now| {
        chase(conn, now, &state.config.public_url)?;
        questions::remind(conn, now, &state.config.public_url).map(drop)
    }),
    Job::new(LOOK_FOR_CLIENTS, "chasing questions to providers", |conn, state, now| {
        chase_questions(conn, now, &state.config.public_url).map(drop)
    }),
    Job::new(LOOK_FOR_MAILS, "passing on crisis requests", |conn, state, now| {
        pass_on_unanswered(conn, now, &state.config.public_url).map(drop)
    }),
    Job::new(LOOK_FOR_CLIENTS, "reminding of crisis places", |conn, state, now| {
        remind_of_places(conn, now, &state.config.public_url).map(drop)
    }),
    Job::new(LOOK_FOR_FILES, "working on files", work_on_files),
    Job::new(KEEP_HOUSE, "erasing old files", |conn, _, now| exchange::actions::erase_old(conn, now)),
    Job::new(LOOK_FOR_REMINDERS, "following the book for who waits", follow_book),
    // Apart from it: what goes wrong there keeps nothing longer than its term.
    Job::new(LOOK_FOR_REMINDERS, "erasing of clients", |conn, _, now| {
        upkeep::strip_closed(conn, now).map(drop)
    }),
    Job::new(LOOK_FOR_REMINDERS, "mailing the end of the audit", |conn, state, now| {
        mail_head(conn, now, &state.config.audit_head_to.0).map(drop)
    }),
    Job::new(KEEP_HOUSE, "erasing old keys", |conn, _, now| {
        keyed_requests::actions::erase_old(conn, now).map(drop)
    }),
    Job::new(KEEP_HOUSE, "erasing what was kept of stripped clients", |conn, _, now| {
        erase_of_stripped(conn, now)
    }),
    Job::new(LOOK_FOR_REMINDERS, "erasing old lines of the access log", |conn, state, now| {
        access_log::actions::erase_old(conn, now, state.config.access_log_years).map(drop)
    }),
    Job::new(KEEP_HOUSE, "keeping the outbox", keep_outbox),
];

/// The running tasks of a server.
pub struct Background {
    tasks: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Background {
    /// Starts them all.
    pub fn start(state: &Data<AppState>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks: Vec<_> = JOBS.iter().map(|job| every(job, &stopped, state)).collect();
        tasks.push(rt::spawn(seal_logs(state.clone(), stopped.clone())));
        match state.config.mailer() {
            Ok(Some(mailer)) => {
                if mailer.is_open_to_others() {
                    tracing::warn!(
                        "mails go to the mail server without encryption: others on the way can read them"
                    );
                }
                tasks.push(rt::spawn(send_mails(state.clone(), mailer, stopped)));
            }
            Ok(None) if state.demo => tracing::info!("mail is not configured: mails stay in the outbox"),
            _ => tracing::warn!("mail is not configured (SMTP_URL): mails stay in the outbox"),
        }
        Self { tasks, stop }
    }

    /// Lets them finish the step they are at.
    pub async fn stop(self) {
        // Without receivers all tasks have ended already.
        let _ = self.stop.send(true);
        for task in self.tasks {
            let abort = task.abort_handle();
            if timeout(TIME_TO_FINISH, task).await.is_err() {
                abort.abort();
            }
        }
    }
}

fn follow_supply(conn: &mut Connection, state: &AppState, now: DateTime<Utc>) -> Result<()> {
    state.supply.follow(conn, dutch_day(now))?;
    let known_until = match state.config.search_database_url {
        Some(_) => state.supply.known_until(&mut *state.pool.get()?, now)?,
        None => Some(now),
    };
    if let Some(at) = known_until {
        state.metrics.note_followed(at);
    }
    Ok(())
}

/// Who may look no more is sent off at once, not at the next beat.
fn check_sessions(conn: &mut Connection, state: &AppState, now: DateTime<Utc>) -> Result<()> {
    if state.remembered.check(conn, now)? {
        state.boards.look_again();
    }
    Ok(())
}

/// What is beside the record of a client goes when the record itself was stripped.
fn erase_of_stripped(conn: &mut Connection, now: DateTime<Utc>) -> Result<()> {
    matching::proposals::actions::erase_of_stripped(conn, now)?;
    runs::actions::erase_of_stripped(conn, now)?;
    bridging::actions::erase_of_stripped(conn, now)?;
    erase_of_stripped_responses(conn, now)?;
    mediation::actions::erase_of_stripped(conn, now)?;
    Ok(())
}

/// Erases what the terms say must be gone by now, as servers do by themselves. After a backup was put back nobody may see
/// what was erased since it was made.
pub fn erase_what_is_due(conn: &mut Connection, now: DateTime<Utc>, access_log_years: u8) -> Result<()> {
    upkeep::strip_closed(conn, now)?;
    erase_of_stripped(conn, now)?;
    discard_old_drafts(conn, now)?;
    strip_closed(conn, now)?;
    exchange::actions::erase_old(conn, now)?;
    notifications::actions::erase_old(conn, now)?;
    keyed_requests::actions::erase_old(conn, now)?;
    access_log::actions::erase_old(conn, now, access_log_years)?;
    Ok(())
}

fn remind(conn: &mut Connection, state: &AppState, now: DateTime<Utc>) -> Result<()> {
    let snapshot = state.supply.current()?;
    let settings = Settings {
        waits: state.config.reminder_terms(),
        public_url: &state.config.public_url,
        at_any_hour: false,
    };
    let count = send_reminders(conn, &snapshot, now, settings)?;
    if count > 0 {
        tracing::info!(count, "reminded providers of their figures, or told account managers");
    }
    Ok(())
}

fn follow(conn: &mut Connection, state: &AppState, now: DateTime<Utc>) -> Result<()> {
    follows::actions::end_old(conn, now)?;
    let site = Site { public_url: &state.config.public_url, own_region: state.config.region.code.as_deref() };
    tell_of_places(conn, &*state.supply.current()?, now, site)?;
    Ok(())
}

/// The open list at every whole hour, and mails of what is new in it.
fn publish_list(conn: &mut Connection, state: &AppState, now: DateTime<Utc>) -> Result<()> {
    publish_due(conn, now)?;
    tell_of_clients(conn, &*state.supply.current()?, now, &state.config.public_url)?;
    Ok(())
}

/// All files that wait, one after the other.
fn work_on_files(conn: &mut Connection, state: &AppState, now: DateTime<Utc>) -> Result<()> {
    let sender = sender_of(state);
    let desk = Desk { sender: &sender, progress: &state.exchange, pool: &state.pool };
    while exchange::actions::work_on_next(conn, now, desk)? {
        state.supply.refresh(conn, dutch_day(now))?;
    }
    Ok(())
}

fn follow_book(conn: &mut Connection, state: &AppState, now: DateTime<Utc>) -> Result<()> {
    let ended = end_without_contract(conn, now, &state.config.public_url)?;
    let told = ended
        + upkeep::follow_book(conn, now)?
        + upkeep::tell_of_ages(conn, now, &state.config.public_url)?
        + tell_of_ends(conn, now, &state.config.public_url)?;
    if told > 0 {
        tracing::info!(told, "followed the product book for who waits");
    }
    Ok(())
}

fn keep_outbox(conn: &mut Connection, state: &AppState, now: DateTime<Utc>) -> Result<()> {
    notifications::actions::erase_old(conn, now)?;
    state.metrics.report_queue(notifications::actions::queue(conn)?, now);
    Ok(())
}

fn pool(state: &AppState) -> &Pool {
    &state.pool
}

fn search_pool(state: &AppState) -> &Pool {
    &state.search_pool
}

/// Does the same work again and again, with a connection. What fails is told once and done again at the next turn.
fn every(job: &'static Job, stopped: &watch::Receiver<bool>, state: &Data<AppState>) -> JoinHandle<()> {
    let (state, mut stopped) = (state.clone(), stopped.clone());
    rt::spawn(async move {
        let mut turns = interval(job.period);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut trouble = Trouble { name: job.name, failing: false };
        while !*stopped.borrow() {
            tokio::select! {
                _ = turns.tick() => {}
                _ = stopped.changed() => return,
            }
            let shared = state.clone();
            let turn = web::block(move || {
                let now = shared.clock.now();
                (job.work)(&mut *(job.pool)(&shared).get()?, &shared, now)
            });
            trouble.tell(turn.await.map_err(Error::internal).flatten());
        }
    })
}

/// Tells of trouble once, and once that it is over.
struct Trouble {
    name: &'static str,
    failing: bool,
}

impl Trouble {
    fn tell<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => {
                if self.failing {
                    tracing::info!("{} works again", self.name);
                }
                self.failing = false;
                Some(value)
            }
            Err(error) => {
                if !self.failing {
                    tracing::error!(%error, "{} does not work; it is tried again and again", self.name);
                }
                self.failing = true;
                None
            }
        }
    }
}

/// Gives every line of the audit and of the access log its place in its chain, shortly after it was written.
async fn seal_logs(state: Data<AppState>, mut stopped: watch::Receiver<bool>) {
    let mut reach = Reach::All;
    let mut trouble = Trouble { name: "sealing the logs", failing: false };
    while !*stopped.borrow() {
        let shared = state.clone();
        let seal = web::block(move || {
            let (mut conn, now) = (shared.pool.get()?, shared.clock.now());
            seal_lines::<AuditLog>(&mut conn, now, reach)?;
            seal_lines::<AccessLog>(&mut conn, now, reach)
        })
        .await;
        if trouble.tell(seal.map_err(Error::internal).flatten()).is_some() {
            reach = Reach::Newest;
        }
        let _ = timeout(SEAL_LOGS, stopped.changed()).await;
    }
}

async fn send_mails(state: Data<AppState>, mailer: Mailer, mut stopped: watch::Receiver<bool>) {
    let mut worker = Worker::new(state.pool.clone(), state.clock, mailer);
    let mut trouble = Trouble { name: "sending mails", failing: false };
    while !*stopped.borrow() {
        let tally = trouble.tell(worker.round().await).unwrap_or_default();
        state.metrics.count_mails(tally);
        // Go on while there are mails to send.
        if tally.is_empty() {
            let _ = timeout(LOOK_FOR_MAILS, stopped.changed()).await;
        }
    }
}
