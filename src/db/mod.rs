//! One connection type over SQLite and PostgreSQL, its pool, and transactions.
//!
//! Which database it is follows from the scheme of the URL and from nothing else.

mod connection;
mod limits;
pub mod schema;

use std::cell::Cell;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::connection::{
    AnsiTransactionManager as Ansi, Connection as _, SimpleConnection, TransactionManager,
};
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::r2d2::{self, ManageConnection, R2D2Connection};
use diesel::sqlite::Sqlite;
use diesel::{PgConnection, QueryResult, RunQueryDsl, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub use self::connection::AnyConnection as Connection;
use crate::error::{Error, Result};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How long a request waits for a connection before it is told to come back: the promise is 2 seconds.
const WAIT_FOR_CONNECTION: Duration = Duration::from_millis(1500);

/// Runs one diesel expression on whichever database it is, for the few statements
/// (batch insert, upsert) that do not compile against both at once.
#[macro_export]
macro_rules! on_each {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::db::Connection::Postgres($c) => $body,
            $crate::db::Connection::Sqlite($c) => $body,
        }
    };
}

/// Whether a municipality belongs on a day to the region of the product in a query, for its segment and for who asks for help
/// from then on. Who is in care already can be another region's.
#[macro_export]
macro_rules! belongs_on {
    ($municipality_id:expr, $day:expr) => {{
        use $crate::db::schema::{product, region_municipality as member};
        diesel::dsl::exists(
            member::table
                .filter(member::region_id.eq(product::region_id))
                .filter(member::municipality_id.eq($municipality_id))
                .filter(
                    member::segment_id.is_null().or(member::segment_id.eq(product::segment_id.nullable())),
                )
                .filter(member::clients.ne("existing"))
                .filter(member::valid_from.is_null().or(member::valid_from.le($day)))
                .filter(member::valid_until.is_null().or(member::valid_until.ge($day))),
        )
    }};
}

/// The backend of diesel that stands for either database, for queries that are built up.
pub type Backend = <Connection as diesel::Connection>::Backend;

diesel::define_sql_function! {
    /// Small letters, so that an order or a search does not depend on capitals on either database.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

diesel::define_sql_function! {
    /// The first of these two moments that there is.
    fn coalesce(
        first: diesel::sql_types::Nullable<diesel::sql_types::Timestamp>,
        second: diesel::sql_types::Timestamp,
    ) -> diesel::sql_types::Timestamp;
}

/// A pattern for `LIKE`, with `\` as escape, that fits everything with this text in it, in small letters.
pub fn containing(text: &str) -> String {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

pub type Pool = diesel::r2d2::Pool<Manager>;
pub type PooledConnection = diesel::r2d2::PooledConnection<Manager>;

/// Opens connections by URL scheme. Diesel's own derive tries one database after the other
/// and hides why the first failed, so it is not used.
#[derive(Debug, Clone)]
pub struct Manager {
    url: String,
}

impl Manager {
    pub fn new(url: &str) -> Self {
        Self { url: limits::add(url, &limits::OF_EVERY_CONNECTION) }
    }

    /// For connections that requests wait for: no statement on them takes for ever. What is asked from the command
    /// line, such as a migration or a backup, takes as long as it takes.
    fn for_requests(url: &str) -> Self {
        Self { url: limits::add(Self::new(url).url.as_str(), &limits::OF_REQUESTS) }
    }

    /// Opens one connection outside the pool.
    pub fn open(&self) -> diesel::ConnectionResult<Connection> {
        if let Some(path) = self.url.strip_prefix("sqlite://") {
            let mut conn = SqliteConnection::establish(path)?;
            conn.batch_execute(
                "PRAGMA busy_timeout = 1500; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA cache_size = -4000;",
            )
            .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            Ok(Connection::Sqlite(conn))
        } else if self.url.starts_with("postgres://") || self.url.starts_with("postgresql://") {
            let mut conn = PgConnection::establish(&self.url)?;
            conn.batch_execute("SET lock_timeout = '1500ms'; SET TIME ZONE 'UTC'")
                .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            Ok(Connection::Postgres(conn))
        } else {
            Err(diesel::ConnectionError::InvalidConnectionUrl(
                "DATABASE_URL must start with sqlite:// or postgres://".into(),
            ))
        }
    }
}

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = r2d2::Error;

    fn connect(&self) -> std::result::Result<Connection, r2d2::Error> {
        self.open().map_err(r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Connection) -> std::result::Result<(), r2d2::Error> {
        conn.ping().map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Connection) -> bool {
        // A connection dropped while panicking may hold an open transaction: throw it away.
        std::thread::panicking() || conn.is_broken()
    }
}

/// The pool. Connections are opened when first needed, so that a server starts while its database is away.
pub fn pool(url: &str, size: u32) -> Pool {
    diesel::r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(WAIT_FOR_CONNECTION)
        .build_unchecked(Manager::for_requests(url))
}

/// Whether a message of the database names a state that passes by itself.
pub fn is_passing_failure(message: &str) -> bool {
    const PASSING: [&str; 15] = [
        "database is locked",
        "database table is locked",
        "disk I/O error",
        "database or disk is full",
        "unable to open database file",
        "attempt to write a readonly database",
        "lock timeout",
        "statement timeout",
        "deadlock detected",
        "could not serialize access",
        "terminating connection",
        "server closed the connection",
        "no connection to the server",
        "the database system is",
        "could not extend file",
    ];
    PASSING.iter().any(|part| message.contains(part))
}

/// Runs `work` as one write transaction: all of it is kept, or nothing.
///
/// SQLite takes its write lock at the start (`BEGIN IMMEDIATE`): a transaction that reads first and
/// writes later would otherwise fail with "database is locked" under load. Not to be nested.
pub fn write<T>(conn: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    match conn {
        Connection::Sqlite(sqlite) => Ansi::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?,
        Connection::Postgres(postgres) => Ansi::begin_transaction(postgres)?,
    }
    finish(conn, |conn| {
        let value = work(conn)?;
        COMMIT_TRIED.set(true);
        Ok(value)
    })
}

thread_local! {
    /// Whether this thread came to the commit of a write since it last forgot.
    static COMMIT_TRIED: Cell<bool> = const { Cell::new(false) };
}

/// Forgets what was committed on this thread, before work begins on it.
pub fn forget_commits() {
    COMMIT_TRIED.set(false);
}

/// Whether something may have been kept on this thread since it last forgot. Also when the commit failed: a connection that breaks
/// then leaves unknown what the database did.
pub fn commit_was_tried() -> bool {
    COMMIT_TRIED.get()
}

/// Runs `work` on one unchanging picture of the database.
pub fn read<T>(conn: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    match conn {
        Connection::Sqlite(sqlite) => Ansi::begin_transaction_sql(sqlite, "BEGIN DEFERRED")?,
        Connection::Postgres(postgres) => {
            Ansi::begin_transaction_sql(
                postgres,
                "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
            )?;
        }
    }
    finish(conn, work)
}

fn finish<T>(conn: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    match work(conn) {
        Ok(value) => {
            let commit: QueryResult<()> =
                <Connection as diesel::Connection>::TransactionManager::commit_transaction(conn);
            commit.map(|()| value).map_err(|error| match Error::from(error) {
                // Whoever asked has nothing to mend in what fails only now.
                Error::Conflict(cause) => Error::internal(cause),
                error => error,
            })
        }
        Err(error) => {
            // The first error is the one that says what went wrong; a failed rollback breaks the
            // connection, which the pool then throws away.
            if let Err(rollback) =
                <Connection as diesel::Connection>::TransactionManager::rollback_transaction(conn)
            {
                tracing::warn!(error = %rollback, "rollback failed");
            }
            Err(error)
        }
    }
}

/// Brings the schema up to date; returns the names of the migrations run.
pub fn migrate_up(conn: &mut Connection) -> Result<Vec<String>> {
    let run = match conn {
        Connection::Sqlite(_) => conn.run_pending_migrations(SQLITE_MIGRATIONS),
        Connection::Postgres(_) => conn.run_pending_migrations(POSTGRES_MIGRATIONS),
    };
    Ok(run.map_err(Error::internal)?.iter().map(ToString::to_string).collect())
}

/// Takes back the newest migration; returns its name.
pub fn migrate_down(conn: &mut Connection) -> Result<String> {
    let reverted = match conn {
        Connection::Sqlite(_) => conn.revert_last_migration(SQLITE_MIGRATIONS),
        Connection::Postgres(_) => conn.revert_last_migration(POSTGRES_MIGRATIONS),
    };
    Ok(reverted.map_err(Error::internal)?.to_string())
}

/// Whether the schema lags behind what this program expects.
pub fn has_pending_migrations(conn: &mut Connection) -> Result<bool> {
    let pending = match conn {
        Connection::Sqlite(_) => conn.has_pending_migration(SQLITE_MIGRATIONS),
        Connection::Postgres(_) => conn.has_pending_migration(POSTGRES_MIGRATIONS),
    };
    pending.map_err(Error::internal)
}

/// How many migrations this program has for a database of this kind, `sqlite` or `postgres`.
pub fn count_migrations(kind: &str) -> Result<usize> {
    let found = match kind {
        "sqlite" => MigrationSource::<Sqlite>::migrations(&SQLITE_MIGRATIONS).map(|found| found.len()),
        _ => MigrationSource::<Pg>::migrations(&POSTGRES_MIGRATIONS).map(|found| found.len()),
    };
    found.map_err(Error::internal)
}

/// Whether this program knows every migration that was run: false when a newer program was here.
pub fn is_schema_known(conn: &mut Connection) -> Result<bool> {
    fn names<B: diesel::backend::Backend>(source: EmbeddedMigrations) -> Result<Vec<String>> {
        let known = MigrationSource::<B>::migrations(&source).map_err(Error::internal)?;
        Ok(known.iter().map(|migration| migration.name().version().to_string()).collect())
    }
    let (run, known) = match conn {
        Connection::Sqlite(conn) => {
            (conn.applied_migrations().map_err(Error::internal)?, names::<Sqlite>(SQLITE_MIGRATIONS)?)
        }
        Connection::Postgres(conn) => {
            (conn.applied_migrations().map_err(Error::internal)?, names::<Pg>(POSTGRES_MIGRATIONS)?)
        }
    };
    Ok(run.iter().all(|version| known.contains(&version.to_string())))
}

/// The time on the clock that all servers of this database share: that of PostgreSQL itself. A file of SQLite is on the
/// machine of its servers, whose own clock that is.
pub fn shared_time(conn: &mut Connection, own: DateTime<Utc>) -> Result<DateTime<Utc>> {
    match conn {
        Connection::Sqlite(_) => Ok(own),
        Connection::Postgres(conn) => {
            let now = diesel::dsl::sql::<diesel::sql_types::Timestamptz>("clock_timestamp()");
            Ok(diesel::select(now).get_result(conn)?)
        }
    }
}

/// Whether the database answers.
pub fn ping(conn: &mut Connection) -> Result<()> {
    conn.ping().map_err(|error| Error::Unavailable(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_by_the_message_of_the_database() {
        for message in [
            "deadlock detected",
            "could not serialize access due to concurrent update",
            "canceling statement due to statement timeout",
            "database is locked",
        ] {
            assert!(is_passing_failure(message), "{message}");
        }
        assert!(!is_passing_failure("relation \"offer\" does not exist"));
    }
}
