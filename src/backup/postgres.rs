//! Backups of PostgreSQL, by its own programs `pg_dump` and `pg_restore`.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Utc};
use url::Url;

use super::{BackupError, Result, Seen, look_through, store};
use crate::db::{self, Connection, Manager};
use crate::error::Error;

/// Dumps the database as one moment saw it; what it holds is counted and followed at that same moment. The dump is read
/// through once, as it would be to put it back.
pub(super) fn dump(conn: &mut Connection, url: &str, file: &Path, now: DateTime<Utc>) -> Result<Seen> {
    let seen = db::read(conn, |conn| {
        let snapshot = store::export_snapshot(conn)?;
        let seen = look_through(conn, now)?;
        Ok(run("pg_dump", url, |command| {
            command.args(["--format=custom", "--no-owner", "--no-privileges", "--snapshot", &snapshot]);
            command.arg("--file").arg(file);
        })
        .map(|()| seen))
    })??;
    let mut reading = Command::new("pg_restore");
    reading.args(["--exit-on-error", "--file", "/dev/null"]).arg(file);
    finish("pg_restore", &mut reading)?;
    Ok(seen)
}

/// Where what is replaced waits until the backup was put back and accepted; empty when there was nothing. As long as it is
/// there a restore is under way or was broken off, and what is in its place has not been accepted.
const REPLACED: &str = "before_restore";

/// Whether a restore was begun here and has not ended.
pub(super) fn is_half_restored(conn: &mut Connection) -> crate::error::Result<bool> {
    store::has_schema(conn, REPLACED)
}

/// Restores into an empty database, or replaces what is there. What was there is kept beside it, and comes back
/// unless all succeeds: the programs of PostgreSQL may be missing, too old, or stopped half way.
pub(super) fn restore<T>(
    url: &str,
    file: &Path,
    overwrite: bool,
    accept: impl FnOnce(&mut Connection) -> Result<T>,
) -> Result<T> {
    let mut conn = Manager::new(url).open()?;
    let was_broken_off = is_half_restored(&mut conn)?;
    if !overwrite && (was_broken_off || !store::is_empty(&mut conn)?) {
        return Err(BackupError::NotEmpty);
    }
    if was_broken_off {
        bring_back(&mut conn)?;
    }
    if store::is_empty(&mut conn)? {
        // Who may use the schema stays as it was set up.
        store::run(&mut conn, &format!("CREATE SCHEMA {REPLACED}"))?;
    } else {
        set_aside(&mut conn)?;
    }
    match fill(&mut conn, url, file, accept) {
        Ok(accepted) => {
            store::run(&mut conn, &format!("DROP SCHEMA {REPLACED} CASCADE"))?;
            Ok(accepted)
        }
        Err(error) => {
            bring_back(&mut conn)?;
            Err(error)
        }
    }
}

fn fill<T>(
    conn: &mut Connection,
    url: &str,
    file: &Path,
    accept: impl FnOnce(&mut Connection) -> Result<T>,
) -> Result<T> {
    run("pg_restore", url, |command| {
        command.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]);
        command.arg(file);
    })?;
    accept(conn)
}

/// Both are one message to the server, which makes a transaction of it: all of it or nothing.
fn set_aside(conn: &mut Connection) -> Result<()> {
    Ok(store::run(conn, &format!("ALTER SCHEMA public RENAME TO {REPLACED}; CREATE SCHEMA public"))?)
}

fn bring_back(conn: &mut Connection) -> Result<()> {
    let statements =
        format!("DROP SCHEMA IF EXISTS public CASCADE; ALTER SCHEMA {REPLACED} RENAME TO public");
    Ok(store::run(conn, &statements)?)
}

/// Runs a program of PostgreSQL on this database. Its password goes by the environment: arguments are for all to see.
fn run(program: &'static str, url: &str, arguments: impl FnOnce(&mut Command)) -> Result<()> {
    let failed = |text: String| BackupError::Program(program, text);
    let mut address = Url::parse(url).map_err(|error| failed(error.to_string()))?;
    let mut command = Command::new(program);
    if let Some(password) = address.password() {
        let password = percent_encoding::percent_decode_str(password).decode_utf8_lossy().into_owned();
        command.env("PGPASSWORD", password);
        address.set_password(None).map_err(|()| failed("the address cannot be used".into()))?;
    }
    command.arg("--dbname").arg(address.as_str());
    arguments(&mut command);
    finish(program, &mut command)
}

fn finish(program: &'static str, command: &mut Command) -> Result<()> {
    let failed = |text: String| BackupError::Program(program, text);
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}

/// An empty database beside the real one, to rehearse in.
pub(super) struct Beside {
    url: String,
    own: String,
    name: String,
}

impl Beside {
    pub(super) fn create(url: &str) -> Result<Self> {
        let mut address = Url::parse(url).map_err(Error::internal)?;
        let name = format!("rehearsal_{:016x}", rand::random::<u64>());
        address.set_path(&name);
        let mut conn = Manager::new(url).open()?;
        store::run(&mut conn, &format!("CREATE DATABASE {name}"))?;
        Ok(Self { url: address.to_string(), own: url.to_owned(), name })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn remove(self) -> Result<()> {
        let mut conn = Manager::new(&self.own).open()?;
        store::run(&mut conn, &format!("DROP DATABASE {} WITH (FORCE)", self.name))?;
        Ok(())
    }
}
