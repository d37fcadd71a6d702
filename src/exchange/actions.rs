//! What can be done with files: fetch one, bring one, have it rehearsed and brought in.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::importing::Way;
use super::kinds::{self, export_kind, is_in_book, take_in_kind};
use super::model::{Claimed, FileKind, Job, JobState, Lines, Report};
use super::progress::Progress;
use super::store::{self, NewJob};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection, Pool};
use crate::error::{Error, Result};
use crate::identity::links::actions::Sender;
use crate::identity::opaque;
use crate::identity::users::actions::find_identity;
use crate::product_book::common::touch_book;
use crate::product_book::regions::actions::list_regions;

/// How long a rehearsed file waits for its owner.
pub const WAITS_FOR: Duration = Duration::hours(1);
/// How long a report can be read.
const REPORT_LIFE: Duration = Duration::days(30);
/// How long one server may work on a file. After that another takes it up; the first can then keep nothing.
const CLAIM: Duration = Duration::minutes(15);
/// How often the work is tried when the database is away or somebody else changes the same. A server that falls over the
/// file has used up an attempt as well.
const MOST_ATTEMPTS: i32 = 5;
/// How long a file rests after a first attempt that failed; twice as long after each that follows.
const FIRST_REST: Duration = Duration::seconds(5);
const JOBS_SHOWN: i64 = 10;

/// A file, as the audit names it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub kind: FileKind,
    pub name: &'a str,
    pub sha256: &'a str,
}

/// What a server lends to the work.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub sender: &'a Sender,
    pub progress: &'a Progress,
    /// To tell other servers how far the work is, which its own transaction cannot.
    pub pool: &'a Pool,
}

/// The columns of a kind of file.
pub fn column_names(kind: FileKind) -> Vec<&'static str> {
    kinds::column_names(kind)
}

/// Everything of a kind as a file; of who does not manage the region, what is the own provider's.
pub fn export(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, kind: FileKind) -> Result<Vec<u8>> {
    require_allowed(actor, kind)?;
    if !kind.goes_out() {
        return Err(Error::NO_PAGE);
    }
    db::read(conn, |conn| {
        let nobody = Sender { public_url: String::new(), region: String::new() };
        let way = find_way(conn, actor, now, &nobody, &|_, _| {})?;
        export_kind(conn, &way, kind)
    })
}

/// Does everything that an import does and takes it back; tells what would come of it.
pub fn rehearse(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    sender: &Sender,
    kind: FileKind,
    content: &[u8],
) -> Result<Report> {
    run(conn, (actor, now), sender, kind, Lines::File(content), &|_, _| {}, None)
}

/// Brings a file in at once: all of it, or nothing when the report is not good.
pub fn import(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    sender: &Sender,
    source: Source<'_>,
    content: &[u8],
) -> Result<Report> {
    let keep = |conn: &mut Connection, report: &Report| record_import(conn, actor, now, source, report);
    run(conn, (actor, now), sender, source.kind, Lines::File(content), &|_, _| {}, Some(&keep))
}

/// Takes in figures that a system of a provider delivers, or tells what would come of it. All of it, or nothing.
pub fn deliver(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (lines, sha256): (Lines<'_>, &str),
    is_rehearsal: bool,
) -> Result<Report> {
    let nobody = Sender { public_url: String::new(), region: String::new() };
    let source = Source { kind: FileKind::Figures, name: "API", sha256 };
    let record = |conn: &mut Connection, report: &Report| record_import(conn, actor, now, source, report);
    let keep: Option<Keep<'_>> = if is_rehearsal { None } else { Some(&record) };
    run(conn, (actor, now), &nobody, source.kind, lines, &|_, _| {}, keep)
}

/// What ends an import within its transaction.
type Keep<'a> = &'a dyn Fn(&mut Connection, &Report) -> Result<()>;

/// Takes in a file in one transaction, which is kept only when nothing is wrong and somebody wants to keep it.
fn run(
    conn: &mut Connection,
    (actor, now): (&Actor, DateTime<Utc>),
    sender: &Sender,
    kind: FileKind,
    lines: Lines<'_>,
    progress: &dyn Fn(usize, usize),
    keep: Option<Keep<'_>>,
) -> Result<Report> {
    require_allowed(actor, kind)?;
    let mut taken_back = None;
    let kept = db::write(conn, |conn| {
        let way = find_way(conn, actor, now, sender, progress)?;
        let report = take_in_kind(conn, &way, kind, lines)?;
        match keep {
            Some(keep) if report.is_good() => {
                if report.writes() > 0 && is_in_book(kind) {
                    touch_book(conn)?;
                }
                keep(conn, &report)?;
                Ok(report)
            }
            _ => {
                taken_back = Some(report);
                // Any error rolls back; this one is not passed on.
                Err(Error::Outdated { current: None })
            }
        }
    });
    taken_back.map_or(kept, Ok)
}

fn record_import(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    source: Source<'_>,
    report: &Report,
) -> Result<()> {
    let event = Event::done("bestand-invoeren", "bestand", source.kind.code()).change(
        None,
        &json!({
            "bestand": source.name,
            "sha256": source.sha256,
            "nieuw": report.new,
            "gewijzigd": report.changed,
            "ongewijzigd": report.unchanged,
        }),
    )?;
    audit::record(conn, actor, now, &event)
}

fn require_allowed(actor: &Actor, kind: FileKind) -> Result<()> {
    if kind.is_allowed(actor) { Ok(()) } else { Err(Error::Forbidden) }
}

fn find_way<'a>(
    conn: &mut Connection,
    actor: &'a Actor,
    now: DateTime<Utc>,
    sender: &'a Sender,
    progress: &'a dyn Fn(usize, usize),
) -> Result<Way<'a>> {
    let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
    let region = list_regions(conn)?.into_iter().find(|region| region.id == region_id);
    let region = region.ok_or(Error::NotFound("regio"))?.value.code;
    Ok(Way { actor, now, region_id, region, sender, progress })
}

/// The name of a content, by which it can be recognised later.
pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Takes a file to be rehearsed; returns its number. An earlier one of the same user that was not brought in is erased.
pub fn bring(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    kind: FileKind,
    (file_name, content): (&str, &[u8]),
) -> Result<i64> {
    require_allowed(actor, kind)?;
    let identity = actor.identity.as_ref().ok_or(Error::SignInRequired)?;
    let sha256 = sha256(content);
    db::write(conn, |conn| {
        if store::is_busy(conn, identity.user_id)? {
            return Err(still_busy());
        }
        store::expire_checked(conn, Some(identity.user_id), now.naive_utc())?;
        let new = NewJob {
            region_id: identity.region_id,
            user_id: identity.user_id,
            kind,
            file_name,
            sha256: &sha256,
            content,
            created_at: now.naive_utc(),
            expires_at: (now + WAITS_FOR).naive_utc(),
        };
        // Of two at the same moment, the unique index lets one through.
        let id = store::insert_job(conn, &new).map_err(|error| match error {
            Error::Conflict(_) => still_busy(),
            other => other,
        })?;
        let event = Event::done("bestand-aanbieden", "bestand", id)
            .change(None, &json!({ "soort": kind.code(), "bestand": file_name, "sha256": sha256 }))?;
        audit::record(conn, actor, now, &event)?;
        Ok(id)
    })
}

fn still_busy() -> Error {
    Error::Conflict("Er loopt nog een bestand van u. Wacht tot dat klaar is.".into())
}

/// A file of this actor; that of another does not exist for them.
pub fn find_own_job(conn: &mut Connection, actor: &Actor, id: i64) -> Result<Job> {
    let own = |job: &Job| actor.identity.as_ref().is_some_and(|identity| identity.user_id == job.user_id);
    store::find_job(conn, id)?
        .filter(|job| own(job) && job.kind.is_allowed(actor))
        .ok_or(Error::NotFound("bestand"))
}

/// The newest files of this actor.
pub fn list_own_jobs(conn: &mut Connection, actor: &Actor) -> Result<Vec<Job>> {
    let identity = actor.identity.as_ref().ok_or(Error::SignInRequired)?;
    store::list_jobs(conn, identity.user_id, JOBS_SHOWN)
}

/// Has a rehearsed file brought in.
pub fn start_import(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, id: i64) -> Result<()> {
    let job = find_own_job(conn, actor, id)?;
    db::write(conn, |conn| {
        let started = store::update_importing(conn, id, job.user_id, now.naive_utc());
        let rows = started.map_err(|error| match error {
            Error::Conflict(_) => still_busy(),
            other => other,
        })?;
        if rows == 0 {
            return Err(Error::Conflict(
                "Dit bestand kan niet meer worden ingevoerd. Kijk hoe het ermee staat, of bied het opnieuw aan."
                    .into(),
            ));
        }
        audit::record(conn, actor, now, &Event::done("bestand-laten-invoeren", "bestand", id))
    })
}

/// Works on the oldest file that waits, if there is one; tells whether there was.
pub fn work_on_next(conn: &mut Connection, now: DateTime<Utc>, desk: Desk<'_>) -> Result<bool> {
    match store::find_waiting(conn, now.naive_utc())? {
        Some(id) => work_on(conn, now, desk, id),
        None => Ok(false),
    }
}

/// Works on this file, unless another server does; tells whether it did.
pub fn work_on(conn: &mut Connection, now: DateTime<Utc>, desk: Desk<'_>, id: i64) -> Result<bool> {
    let until = (now + CLAIM).naive_utc();
    let claim = opaque::generate();
    let claimed = db::write(conn, |conn| store::claim(conn, id, now.naive_utc(), until, &claim))?;
    let Some(claimed) = claimed else { return Ok(false) };
    let result = if claimed.attempts > MOST_ATTEMPTS {
        Err(Error::internal("every attempt was broken off"))
    } else {
        work_on_claimed(conn, now, desk, &claimed)
    };
    desk.progress.clear(id);
    let Err(error) = result else { return Ok(true) };
    let can_pass = !matches!(error, Error::Forbidden) && claimed.attempts < MOST_ATTEMPTS;
    tracing::warn!(job = id, attempts = claimed.attempts, %error, "a file could not be worked on");
    db::write(conn, |conn| {
        if can_pass {
            return store::release(
                conn,
                id,
                &claimed.claim,
                (now + rest_after(claimed.attempts)).naive_utc(),
            );
        }
        let failed = (JobState::Failed, now.naive_utc());
        if store::update_ended(conn, id, &claimed.claim, failed, None)? == 1
            && matches!(error, Error::Forbidden)
        {
            let event = Event::done("bestand-invoeren", "bestand", id)
                .gone(&serde_json::json!({ "gebruiker": claimed.job.user_id }))?;
            audit::record_refused(conn, &worker(id), now, &event)?;
        }
        Ok(())
    })?;
    Ok(true)
}

/// Who works on a file, as the audit names it. From where it was brought in tells the line of its owner about that file.
fn worker(id: i64) -> Actor {
    Actor { request_id: format!("bestand {id}"), ..Actor::background() }
}

/// What was in the way is seldom gone at once.
fn rest_after(attempts: i32) -> Duration {
    FIRST_REST * 2_i32.pow(attempts.clamp(1, MOST_ATTEMPTS).unsigned_abs() - 1)
}

fn work_on_claimed(
    conn: &mut Connection,
    now: DateTime<Utc>,
    desk: Desk<'_>,
    claimed: &Claimed,
) -> Result<()> {
    let Claimed { job, sha256, content, claim, .. } = claimed;
    // SQLite has one writer at a time, and that is the work itself.
    let has_other_writers = matches!(conn, Connection::Postgres(_));
    let progress = |done, total| {
        let is_news = desk.progress.set(job.id, done, total);
        if is_news && has_other_writers {
            tell_others(desk.pool, claimed, (done, total));
        }
    };
    // Who was blocked meanwhile, or lost the right to it, brings in nothing any more.
    let actor = Actor {
        identity: Some(find_identity(conn, job.user_id)?.ok_or(Error::Forbidden)?),
        ..worker(job.id)
    };
    let source = Source { kind: job.kind, name: &job.file_name, sha256 };
    let finished = |conn: &mut Connection, report: &Report| {
        record_import(conn, &actor, now, source, report)?;
        end(conn, claimed, now, JobState::Imported, report)
    };
    let keep: Option<Keep<'_>> = if job.state == JobState::Importing { Some(&finished) } else { None };
    let report = run(conn, (&actor, now), desk.sender, job.kind, Lines::File(content), &progress, keep)?;
    match (keep.is_some(), report.is_good()) {
        // Kept, and ended in the same transaction.
        (true, true) => Ok(()),
        (_, false) => db::write(conn, |conn| end(conn, claimed, now, JobState::Refused, &report)),
        (false, true) => {
            let text = serde_json::to_string(&report).map_err(Error::internal)?;
            let checked =
                |conn: &mut Connection| store::update_checked(conn, job.id, claim, now.naive_utc(), &text);
            db::write(conn, checked).map(drop)
        }
    }
}

/// Tells other servers how far the work is. Who looks may miss a step: the work goes on.
fn tell_others(pool: &Pool, claimed: &Claimed, (done, total): (usize, usize)) {
    let (Some(mut conn), Ok(done), Ok(total)) = (pool.try_get(), i32::try_from(done), i32::try_from(total))
    else {
        return;
    };
    if let Err(error) = store::update_progress(&mut conn, claimed.job.id, &claimed.claim, (done, total)) {
        tracing::debug!(job = claimed.job.id, %error, "progress could not be told");
    }
}

/// Ends the work, if this server still has it: otherwise nothing of it is kept.
fn end(
    conn: &mut Connection,
    claimed: &Claimed,
    now: DateTime<Utc>,
    state: JobState,
    report: &Report,
) -> Result<()> {
    let text = serde_json::to_string(report).map_err(Error::internal)?;
    let ending = (state, now.naive_utc());
    match store::update_ended(conn, claimed.job.id, &claimed.claim, ending, Some(&text))? {
        1 => Ok(()),
        _ => Err(Error::Outdated { current: None }),
    }
}

/// Erases files that nobody had brought in in time, and reports that are old.
pub fn erase_old(conn: &mut Connection, now: DateTime<Utc>) -> Result<()> {
    db::write(conn, |conn| {
        store::expire_checked(conn, None, now.naive_utc())?;
        store::delete_old(conn, (now - REPORT_LIFE).naive_utc())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_rests_twice_as_long_after_every_attempt() {
        let seconds: Vec<i64> = (1..=5).map(|attempts| rest_after(attempts).num_seconds()).collect();
        assert_eq!(seconds, [5, 10, 20, 40, 80]);
    }
}
