//! What all parts of the product book share: stored values with their version, and how a save ends.

use chrono::NaiveDate;
use rules::geography::Point;
use rules::validity::Validity;
use rules::violations::Violations;

use crate::actor::Actor;
use crate::db::Connection;
use crate::error::{Error, Result, this};
use crate::product_book::store;
use crate::web::fields::Fields;
use crate::web::format;

/// A value with its key and the version it has in the database.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    pub id: i64,
    pub version: i32,
    pub value: T,
}

/// What a save expects to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing: it is new.
    Absent,
    /// This version: it has not been changed since it was read.
    Version(i32),
}

impl Expect {
    /// From `If-Match`: without it, a save makes something new.
    pub fn from_if_match(version: Option<i32>) -> Self {
        version.map_or(Self::Absent, Self::Version)
    }

    /// What was just read, or nothing.
    pub fn of<T>(found: Option<&Stored<T>>) -> Self {
        found.map_or(Self::Absent, |stored| Self::Version(stored.version))
    }
}

/// A save that succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved<T> {
    pub created: bool,
    pub stored: Stored<T>,
}

/// Compares what is there with what the save expects.
pub fn check_expectation<T>(expect: Expect, found: Option<&Stored<T>>, what: &'static str) -> Result<()> {
    match (expect, found) {
        (Expect::Absent, None) => Ok(()),
        (Expect::Absent, Some(_)) => Err(Error::Conflict(format!("{} bestaat al.", this(what)))),
        (Expect::Version(_), None) => Err(Error::NotFound(what)),
        (Expect::Version(version), Some(stored)) if version == stored.version => Ok(()),
        (Expect::Version(_), Some(_)) => Err(Error::Outdated { current: None }),
    }
}

/// A conditional update that touched no row was overtaken by another between reading and writing.
pub fn require_one_row(rows: usize) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(Error::Outdated { current: None }) }
}

/// An administrator manages the book of the own region only.
pub fn require_own_region(actor: &Actor, region_id: i64) -> Result<()> {
    match &actor.identity {
        Some(identity) if identity.region_id != region_id => Err(Error::Forbidden),
        _ => Ok(()),
    }
}

/// Every change of the book is a new version of the supply, read anew by all servers.
pub fn touch_book(conn: &mut Connection) -> Result<()> {
    store::update_book_version(conn)
}

/// What was read of a record, with all that is wrong with it so far. What it refers to can only be looked up in the
/// transaction that saves it, so that is where everything is told, at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<T> {
    /// Where something could not be read, something else stands in for it, which is never used.
    pub draft: T,
    wrong: Violations,
}

impl<T> Entry<T> {
    /// With every error of the fields, those that do not exist included.
    pub fn read(draft: T, fields: Fields) -> Self {
        Self { draft, wrong: fields.finish(()).err().unwrap_or_default() }
    }

    /// Whether these fields could be read.
    pub fn is_readable(&self, fields: &[&str]) -> bool {
        !self.wrong.concern(fields)
    }

    /// Refuses what could not be read together with what was found wrong with the rest, if there is any of it. Where all
    /// could be read it collides with what is there.
    pub fn refuse(&self, found: Violations) -> Result<()> {
        if self.wrong.is_empty() {
            return Error::refuse_collisions(found, ());
        }
        let mut wrong = self.wrong.clone();
        wrong.add_joint(found);
        Ok(wrong.into_result(())?)
    }

    /// For a form of which the key could not be read: all that is wrong with it, that included.
    pub fn without_key<U, V>(&self, checked: Result<U>) -> Result<V> {
        checked.and_then(|_| Err(Error::internal("a required code is missing")))
    }
}

impl<T> From<T> for Entry<T> {
    fn from(draft: T) -> Self {
        Self { draft, wrong: Violations::new() }
    }
}

/// Reads `lat` and `lon`: degrees, within the Netherlands.
pub fn read_point(fields: &mut Fields) -> Point {
    Point { lat: fields.decimal("lat", 50.6, 53.8), lon: fields.decimal("lon", 3.1, 7.4) }
}

/// Degrees with a decimal comma, as a form reads them back.
pub fn degrees(number: f64) -> String {
    number.to_string().replace('.', ",")
}

pub fn find_region_id(conn: &mut Connection, code: &str) -> Result<i64> {
    store::find_region_id(conn, code)?.ok_or(Error::NotFound("regio"))
}

pub fn find_provider_id(conn: &mut Connection, agb: &str) -> Result<i64> {
    store::find_provider_id(conn, agb)?.ok_or(Error::NotFound("aanbieder"))
}

/// The region with this code, if there is one.
pub fn find_known_region_id(conn: &mut Connection, code: &str) -> Result<Option<i64>> {
    store::find_region_id(conn, code)
}

/// The ids of municipalities by code; each must exist.
pub fn find_municipality_ids(conn: &mut Connection, codes: &[String]) -> Result<Vec<i64>> {
    let find = |code: &String| store::find_municipality_id(conn, code)?.ok_or(Error::NotFound("gemeente"));
    codes.iter().map(find).collect()
}

/// The municipality with this code, if there is one.
pub fn find_known_municipality_id(conn: &mut Connection, code: &str) -> Result<Option<i64>> {
    store::find_municipality_id(conn, code)
}

/// The first and the last day on which something holds, as they came in: not yet known to be a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

impl Period {
    /// The names of its fields.
    pub const FIELDS: [&'static str; 2] = ["geldigVanaf", "geldigTot"];

    /// Reads `geldigVanaf` and `geldigTot`.
    pub fn read(fields: &mut Fields) -> Self {
        Self { from: fields.optional_date("geldigVanaf"), until: fields.optional_date("geldigTot") }
    }

    /// The period, unless the last day lies before the first.
    pub fn validity(self) -> Result<Validity, Violations> {
        Validity::new(self.from, self.until).map_err(|error| {
            let mut violations = Violations::new();
            violations.add("geldigTot", "einde-voor-begin", error.to_string());
            violations
        })
    }

    /// What is wrong with the two days together.
    pub fn violations(self) -> Violations {
        self.validity().err().unwrap_or_default()
    }
}

/// A period in words: `van 1 januari 2023 tot en met 31 december 2026`.
pub fn period(from: Option<NaiveDate>, until: Option<NaiveDate>) -> String {
    match (from.map(format::date), until.map(format::date)) {
        (Some(from), Some(until)) => format!("van {from} tot en met {until}"),
        (Some(from), None) => format!("vanaf {from}"),
        (None, Some(until)) => format!("tot en met {until}"),
        (None, None) => "zonder begin- en einddatum".to_owned(),
    }
}

/// Text that may be unknown, for an answer of the API.
pub fn known(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_in_words() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 1);
        assert_eq!(period(day, day), "van 1 januari 2026 tot en met 1 januari 2026");
        assert_eq!(period(day, None), "vanaf 1 januari 2026");
        assert_eq!(period(None, day), "tot en met 1 januari 2026");
        assert_eq!(period(None, None), "zonder begin- en einddatum");
    }
}
