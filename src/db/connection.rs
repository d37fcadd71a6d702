//! The connection type itself. Apart from the rest, because the derive brings every name of diesel along.

use diesel::{PgConnection, SqliteConnection};

/// A connection to whichever database is configured.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}
