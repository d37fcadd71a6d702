//! Reservekopie (backup): a copy of the whole database that is consistent while the server goes on, checked as soon
//! as it is made, and put back with one command.
//!
//! A backup is a file of the database's own kind, with a small text file beside it that says what it must hold.

mod ended;
mod manifest;
mod postgres;
mod sqlite;
mod store;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

pub use self::ended::Ended;
use self::manifest::Contents;
pub use self::manifest::Manifest;
use crate::audit::actions::{AuditLog, ChainedLog, Reach, seal_lines, verify_chain};
use crate::audit::chain::Head;
use crate::db::{self, Connection, Manager};
use crate::error::Result as DbResult;
use crate::waiting_list::access_log::model::AccessLog;

/// Why a backup could not be made, put back or trusted.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{0}: {1}")]
    File(PathBuf, #[source] std::io::Error),
    #[error("{0} is there already; choose another name")]
    Exists(PathBuf),
    #[error("{0} is not the text file that belongs to a backup: {1}")]
    Manifest(PathBuf, String),
    #[error("{0} is not the file that was written: it was damaged or changed")]
    Damaged(PathBuf),
    #[error("the backup is one of {found}, and DATABASE_URL names {expected}")]
    OtherKind { found: String, expected: &'static str },
    #[error(
        "the database at DATABASE_URL is not empty; use --overwrite to replace it. Stop the server first."
    )]
    NotEmpty,
    #[error(
        "a restore of this database was broken off: run `restore --overwrite` again, or go back to what was there \
         with `DROP SCHEMA public CASCADE; ALTER SCHEMA before_restore RENAME TO public`"
    )]
    BrokenOff,
    #[error("what was put back differs from what the backup must hold: {0}")]
    Differs(String),
    #[error("{0}. Find out what happened first; --broken-audit puts the backup back as it is")]
    Broken(String),
    #[error("the schema of the backup is newer than this program: use the version that made it ({0})")]
    Newer(String),
    #[error("{0} does not run: {1}. It comes with the client programs of PostgreSQL.")]
    Program(&'static str, String),
    #[error(transparent)]
    Database(#[from] crate::error::Error),
    #[error(transparent)]
    Connection(#[from] diesel::ConnectionError),
}

pub type Result<T> = std::result::Result<T, BackupError>;

/// The database a URL names.
enum Place<'a> {
    Sqlite(&'a Path),
    Postgres(&'a str),
}

impl<'a> Place<'a> {
    fn of(url: &'a str) -> Self {
        match url.strip_prefix("sqlite://") {
            Some(path) => Self::Sqlite(Path::new(path)),
            None => Self::Postgres(url),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError + '_ {
    move |error| BackupError::File(path.to_owned(), error)
}

/// What whoever has a backup put back agrees to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Consent {
    /// What is in the database is replaced.
    pub overwrite: bool,
    /// The chain over the audit or the access log may be broken.
    pub broken_audit: bool,
}

/// What a copy holds, and what is broken in its chains.
type Seen = (Contents, Vec<String>);

/// Copies the database to a new file, checks the copy as a restore does, and writes the text file beside it. A broken
/// chain is told there: who looks into it needs a copy all the more.
pub fn make_backup(url: &str, file: &Path, now: DateTime<Utc>) -> Result<Manifest> {
    if file.exists() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    make_private(file)?;
    let made = fill_backup(url, file, now);
    if made.is_err() {
        // What is left of it is no backup, and would be in the way of the next.
        drop(std::fs::remove_file(file));
    }
    made
}

fn fill_backup(url: &str, file: &Path, now: DateTime<Utc>) -> Result<Manifest> {
    let place = Place::of(url);
    let mut conn = Manager::new(url).open()?;
    refuse_half_restored(&mut conn)?;
    // A command wrote its lines while no server ran to seal them. What cannot be sealed, because nothing can be written
    // or there are no seals yet, is told by the check when that matters.
    drop(seal_lines::<AuditLog>(&mut conn, now, Reach::All));
    drop(seal_lines::<AccessLog>(&mut conn, now, Reach::All));
    let (contents, broken) = match &place {
        Place::Sqlite(_) => sqlite::copy(&mut conn, file, now)?,
        Place::Postgres(url) => postgres::dump(&mut conn, url, file, now)?,
    };
    let manifest = Manifest {
        kind: place.kind().into(),
        made_at: now,
        program: env!("CARGO_PKG_VERSION").into(),
        sha256: manifest::digest(file)?,
        contents,
        broken,
    };
    manifest.write(file)?;
    Ok(manifest)
}

/// A backup holds what the database holds: only its owner may read it, from its first byte on. Both databases fill an
/// empty file that is there, and leave its rights as they are.
fn make_private(file: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop).map_err(at(file))
}

/// Puts a backup back into the database that `url` names, and compares it with what the backup must hold. An older
/// schema is brought up to date. What was there is given up only when all of that has succeeded. What the backup would
/// bring back to life ends.
pub fn restore_backup(
    url: &str,
    file: &Path,
    consent: Consent,
    now: DateTime<Utc>,
) -> Result<(Manifest, Ended)> {
    let mut manifest = Manifest::read(file)?;
    let place = Place::of(url);
    if manifest.kind != place.kind() {
        return Err(BackupError::OtherKind { found: manifest.kind, expected: place.kind() });
    }
    if manifest::digest(file)? != manifest.sha256 {
        return Err(BackupError::Damaged(file.to_owned()));
    }
    if is_newer(&manifest)? {
        return Err(BackupError::Newer(manifest.program));
    }
    let accept = |conn: &mut Connection| accept_restored(conn, &manifest, consent, now);
    let (ended, broken) = match &place {
        Place::Sqlite(path) => sqlite::put_back(file, path, consent.overwrite, accept)?,
        Place::Postgres(url) => postgres::restore(url, file, consent.overwrite, accept)?,
    };
    manifest.broken = broken;
    Ok((manifest, ended))
}

/// Nobody may work on what a restore left behind that was broken off: nothing in it has been compared or ended.
pub fn refuse_half_restored(conn: &mut Connection) -> Result<()> {
    if postgres::is_half_restored(conn)? { Err(BackupError::BrokenOff) } else { Ok(()) }
}

/// Whether more migrations were run on what the backup holds than this program has.
fn is_newer(manifest: &Manifest) -> Result<bool> {
    let run = manifest.contents.rows.get(store::MIGRATIONS).copied().unwrap_or_default();
    Ok(usize::try_from(run).unwrap_or_default() > db::count_migrations(&manifest.kind)?)
}

/// Whether what was put back may take the place of what was there; brings its schema up to date, and ends what must not
/// come back.
fn accept_restored(
    conn: &mut Connection,
    manifest: &Manifest,
    consent: Consent,
    now: DateTime<Utc>,
) -> Result<(Ended, Vec<String>)> {
    let broken = compare(conn, manifest, consent, now)?;
    if !db::is_schema_known(conn)? {
        return Err(BackupError::Newer(manifest.program.clone()));
    }
    db::migrate_up(conn)?;
    let ended = ended::end_what_came_back(conn, manifest.made_at, now, &broken)?;
    Ok((ended, broken))
}

/// Rehearses the day on which it is needed: makes a backup, puts it back beside the real database, compares, and
/// cleans up. The real database is only read, apart from lines of its logs that get their seal. A broken chain is told.
pub fn rehearse_restore(url: &str, folder: &Path, now: DateTime<Utc>) -> Result<Manifest> {
    let folder = tempfile::tempdir_in(folder).map_err(at(folder))?;
    let file = folder.path().join("rehearsal.backup");
    make_backup(url, &file, now)?;
    let consent = Consent { overwrite: false, broken_audit: true };
    match Place::of(url) {
        Place::Sqlite(_) => {
            let beside = format!("sqlite://{}", folder.path().join("rehearsal.sqlite").display());
            restore_backup(&beside, &file, consent, now).map(|(manifest, _)| manifest)
        }
        Place::Postgres(url) => {
            let beside = postgres::Beside::create(url)?;
            let restored = restore_backup(beside.url(), &file, consent, now);
            beside.remove()?;
            restored.map(|(manifest, _)| manifest)
        }
    }
}

/// What is broken in the chains of what was put back, when that was agreed to. All else must be as the backup says.
fn compare(
    conn: &mut Connection,
    manifest: &Manifest,
    consent: Consent,
    now: DateTime<Utc>,
) -> Result<Vec<String>> {
    let found = store::read_contents(conn)?;
    let contents = &manifest.contents;
    for (table, rows) in &contents.rows {
        let there = found.rows.get(table).copied();
        if there != Some(*rows) {
            let there = there.map_or_else(|| "nothing".to_owned(), |rows| format!("{rows} rows"));
            return Err(BackupError::Differs(format!("{table} has {there} instead of {rows} rows")));
        }
    }
    let head = |known: &str, text: &str| -> Result<Option<Head>> {
        // A backup of an older program has no seals, or fewer.
        let known = contents.rows.contains_key(known);
        let head = known.then(|| text.parse()).transpose();
        head.map_err(|text: &str| BackupError::Differs(text.into()))
    };
    let heads =
        (head(store::SEALS, &contents.audit_head)?, head(store::ACCESS_SEALS, &contents.access_head)?);
    let broken = list_broken(conn, &contents.rows, now.min(manifest.made_at), heads)?;
    if broken.is_empty() {
        return Ok(broken);
    }
    if !consent.broken_audit {
        return Err(BackupError::Broken(broken.join("; ")));
    }
    // A broken chain cannot be followed to its end, and still ends where it did.
    if (&found.audit_head, &found.access_head) != (&contents.audit_head, &contents.access_head) {
        return Err(BackupError::Differs(broken.join("; ")));
    }
    Ok(broken)
}

/// What the database holds and what is broken in it; to be asked within one transaction, or of a copy.
fn look_through(conn: &mut Connection, now: DateTime<Utc>) -> DbResult<Seen> {
    let contents = store::read_contents(conn)?;
    let broken = list_broken(conn, &contents.rows, now, (None, None))?;
    Ok((contents, broken))
}

/// Follows the chains that the database has; each must hold its head. What is broken, in words.
fn list_broken(
    conn: &mut Connection,
    rows: &BTreeMap<String, i64>,
    at: DateTime<Utc>,
    (audit, access): (Option<Head>, Option<Head>),
) -> DbResult<Vec<String>> {
    let mut broken = Vec::new();
    if rows.contains_key(store::SEALS) {
        broken.extend(find_break::<AuditLog>(conn, at, audit, "audit")?);
    }
    if rows.contains_key(store::ACCESS_SEALS) {
        broken.extend(find_break::<AccessLog>(conn, at, access, "access log")?);
    }
    Ok(broken)
}

fn find_break<L: ChainedLog>(
    conn: &mut Connection,
    at: DateTime<Utc>,
    head: Option<Head>,
    name: &str,
) -> DbResult<Option<String>> {
    Ok(verify_chain::<L>(conn, at, head)?.err().map(|broken| broken.describe(name)))
}
