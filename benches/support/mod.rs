//! What the measures share: a made-up country, a load generator, timing, and the table at the end.

pub mod country;
pub mod desk;
pub mod load;
pub mod questions;
pub mod report;
pub mod timing;

use beschikbaarheidswijzer::availability::supply::Supply;
use beschikbaarheidswijzer::clock::{Clock, dutch_day};
use beschikbaarheidswijzer::config::Config;
use beschikbaarheidswijzer::db::{Connection, Manager};
use chrono::{DateTime, NaiveDate, Utc};
use secrecy::SecretString;

/// What can go wrong here is told to whoever runs it, and nothing is done about it.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The moment at which everything plays: a Saturday morning, 10.00 uur.
pub const NOW: &str = "2026-11-21T09:00:00Z";

/// A time that stands still, so that every run measures the same.
pub fn clock() -> Outcome<Clock> {
    Ok(Clock::Fixed(NOW.parse::<DateTime<Utc>>()?))
}

pub fn today() -> Outcome<NaiveDate> {
    Ok(dutch_day(clock()?.now()))
}

pub fn open(url: &str) -> Outcome<Connection> {
    Ok(Manager::new(url).open()?)
}

/// What all that runs on one database seals its secrets with.
pub const SECRET_KEY: &str = "a key for measures, of more than thirty-two characters";

/// The settings of a server on this database.
pub fn config(url: &str) -> Config {
    Config {
        database_url: SecretString::from(url.to_owned()),
        public_url: "https://jeugdhulp.example".into(),
        secret_key: Some(SecretString::from(SECRET_KEY)),
        // What is measured is the program, not its limits.
        api_calls_per_address: Some(60_000_000),
        ..Config::default()
    }
}

/// The supply of this database, in memory.
pub fn load_supply(conn: &mut Connection) -> Outcome<Supply> {
    let supply = Supply::default();
    supply.refresh(conn, today()?)?;
    Ok(supply)
}
