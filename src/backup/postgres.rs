//! Backups of PostgreSQL, by its own programs `pg_dump` and `pg_restore`.

use std::path::Path;
use std::process::Command;

use url::Url;

use super::manifest::Contents;
use super::{BackupError, Result, store};
use crate::db::{self, Manager};
use crate::error::Error;

/// Dumps the database as one moment saw it; what it holds is counted at that same moment.
pub(super) fn dump(url: &str, file: &Path) -> Result<Contents> {
    let mut conn = Manager::new(url).open()?;
    db::read(&mut conn, |conn| {
        let snapshot = store::export_snapshot(conn)?;
        let contents = store::read_contents(conn)?;
        Ok(run("pg_dump", url, |command| {
            command.args(["--format=custom", "--no-owner", "--no-privileges", "--snapshot", &snapshot]);
            command.arg("--file").arg(file);
        })
        .map(|()| contents))
    })?
}

/// Restores into an empty database, or replaces what is there; all of it or nothing.
pub(super) fn restore(url: &str, file: &Path, overwrite: bool) -> Result<()> {
    let mut conn = Manager::new(url).open()?;
    if !store::is_empty(&mut conn)? {
        if !overwrite {
            return Err(BackupError::NotEmpty);
        }
        store::run(&mut conn, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")?;
    }
    run("pg_restore", url, |command| {
        command.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]);
        command.arg(file);
    })
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
