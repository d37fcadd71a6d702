//! Copies of a database that was filled once: a file for SQLite, a template for PostgreSQL.

use std::sync::Arc;

use beschikbaarheidswijzer::db::{self, Manager};
use beschikbaarheidswijzer::identity::vault::Vault;
use beschikbaarheidswijzer::{on_each, seed};
use diesel::connection::SimpleConnection;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database of one's own, gone with the last one that uses it.
pub struct Database {
    pub url: String,
    keep: Arc<Keep>,
}

enum Keep {
    Folder(#[expect(dead_code, reason = "removed when dropped")] tempfile::TempDir),
    Named { server: String, name: String },
}

impl Database {
    pub fn copy_of_demonstration(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => copy_file(),
            Backend::Postgres => copy_template(),
        }
    }

    /// A database of the same kind with nothing in it.
    pub fn empty_beside(&self) -> Self {
        match &*self.keep {
            Keep::Folder(_) => {
                let folder = tempfile::tempdir().expect("a folder");
                let url = format!("sqlite://{}", folder.path().join("empty.sqlite").display());
                Self { url, keep: Arc::new(Keep::Folder(folder)) }
            }
            Keep::Named { server, .. } => create(server, "template0"),
        }
    }

    /// The same database, for a second server.
    pub fn shared(&self) -> Self {
        Self { url: self.url.clone(), keep: self.keep.clone() }
    }
}

fn copy_file() -> Database {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("test.sqlite");
    let url = format!("sqlite://{}", path.display());
    if let Ok(template) = std::env::var("TEST_SQLITE_TEMPLATE") {
        std::fs::copy(template, &path).expect("the template can be copied");
    } else {
        // Without the template of `make test` the region is made on the spot, which takes some seconds.
        let mut conn = Manager::new(&url).open().expect("a file");
        db::migrate_up(&mut conn).expect("migrations");
        let vault = Vault::new(super::SECRET_KEY.as_bytes()).expect("a key");
        seed::demonstration(&mut conn, &vault, super::now(), seed::CrisisCases::None)
            .expect("the demonstration");
    }
    Database { url, keep: Arc::new(Keep::Folder(folder)) }
}

fn copy_template() -> Database {
    let help = "PostgreSQL for the tests is started by `make test`, or: scripts/with-postgres.sh scripts/test-databases.sh cargo nextest run";
    let server = std::env::var("TEST_POSTGRES_URL").expect(help);
    let template = std::env::var("TEST_POSTGRES_TEMPLATE").expect(help);
    create(&server, &template)
}

fn create(server: &str, template: &str) -> Database {
    let name = format!("test_{:016x}", rand_name());
    execute(server, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    let keep = Keep::Named { server: server.to_owned(), name: name.clone() };
    Database { url: format!("{base}/{name}"), keep: Arc::new(keep) }
}

fn rand_name() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = std::hash::RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.finish()
}

fn execute(url: &str, statement: &str) {
    let mut conn = Manager::new(url).open().expect("PostgreSQL answers");
    on_each!(&mut conn, c => c.batch_execute(statement)).expect("the statement works");
}

impl Drop for Keep {
    fn drop(&mut self) {
        if let Self::Named { server, name } = self {
            execute(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}
