//! Reads a file of comma-separated values field by field, and remembers on which line a row stands.

use std::collections::HashSet;
use std::fmt::Display;
use std::hash::Hash;

use rules::codes::{AgbCode, MunicipalityCode, Pc4, ProductCode, RegionCode, SegmentCode};
use rules::contracts::ContractLevel;
use rules::figures::{OfferStatus, StopReason};
use rules::product::ProductKind;
use rules::waiting_time::Basis;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};

use crate::actor::Role;
use crate::error::{Error, Result};
use crate::identity::model::OrganisationKind;

/// A file by its path in the repository.
#[derive(Debug, Clone, Copy)]
pub(super) struct File {
    pub(super) path: &'static str,
    pub(super) text: &'static str,
}

/// A row, and where it stands.
#[derive(Debug, Clone)]
pub(in crate::seed) struct Line<T> {
    path: &'static str,
    number: u64,
    pub(in crate::seed) row: T,
}

impl<T> Line<T> {
    /// What is wrong with this row.
    pub(in crate::seed) fn error(&self, cause: impl Display) -> Error {
        Error::internal(format!("{} line {}: {cause}", self.path, self.number))
    }
}

/// The rows of a file, of which `key` tells no two are about the same thing.
pub(super) fn rows<T: DeserializeOwned, K: Eq + Hash>(
    file: File,
    key: impl Fn(&T) -> K,
) -> Result<Vec<Line<T>>> {
    let mut reader = csv::Reader::from_reader(file.text.as_bytes());
    let broken = |error: csv::Error| Error::internal(format!("{}: {error}", file.path));
    let headers = reader.headers().map_err(broken)?.clone();
    let mut seen = HashSet::new();
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let number = record.position().map_or(0, csv::Position::line);
        let row: T = record.deserialize(Some(&headers)).map_err(broken)?;
        let line = Line { path: file.path, number, row };
        if !seen.insert(key(&line.row)) {
            return Err(line.error("this is in the file already"));
        }
        lines.push(line);
    }
    Ok(lines)
}

pub(super) fn only_row<T: DeserializeOwned>(file: File) -> Result<Line<T>> {
    rows(file, |_: &T| ())?.pop().ok_or_else(|| Error::internal(format!("{}: there is no row", file.path)))
}

/// A value in one field.
pub(super) trait Field: Sized {
    fn read(text: &str) -> Result<Self, String>;
}

macro_rules! checked_codes {
    ($($name:ty),+) => {
        $(impl Field for $name {
            fn read(text: &str) -> Result<Self, String> {
                Self::parse(text).map_err(|error| error.to_string())
            }
        })+
    };
}

macro_rules! listed_codes {
    ($($name:ty),+) => {
        $(impl Field for $name {
            fn read(text: &str) -> Result<Self, String> {
                Self::parse(text).ok_or_else(|| format!("unknown code {text:?}"))
            }
        })+
    };
}

checked_codes!(AgbCode, MunicipalityCode, Pc4, ProductCode, RegionCode, SegmentCode);
listed_codes!(ContractLevel, OfferStatus, StopReason, Basis, ProductKind, OrganisationKind, Role);

impl Field for bool {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "ja" => Ok(true),
            "nee" => Ok(false),
            _ => Err(format!("expected ja or nee, not {text:?}")),
        }
    }
}

impl Field for String {
    fn read(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() { Err("an empty field".into()) } else { Ok(text.to_owned()) }
    }
}

/// The far end of a wait.
#[derive(Debug, Clone, Copy)]
pub(in crate::seed) enum Upper {
    /// The wait is exactly its minimum.
    Same,
    Weeks(u16),
    Open,
}

impl Field for Upper {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "" => Ok(Self::Same),
            "open" => Ok(Self::Open),
            weeks => {
                weeks.parse().map(Self::Weeks).map_err(|_| format!("expected weeks or open, not {text:?}"))
            }
        }
    }
}

pub(super) fn field<'de, D: Deserializer<'de>, T: Field>(input: D) -> Result<T, D::Error> {
    T::read(&String::deserialize(input)?).map_err(D::Error::custom)
}

pub(super) fn optional<'de, D: Deserializer<'de>, T: Field>(input: D) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(input)?;
    if text.is_empty() { Ok(None) } else { T::read(&text).map(Some).map_err(D::Error::custom) }
}

pub(super) fn list<'de, D: Deserializer<'de>, T: Field>(input: D) -> Result<Vec<T>, D::Error> {
    let text = String::deserialize(input)?;
    text.split('|')
        .filter(|part| !part.is_empty())
        .map(|part| T::read(part).map_err(D::Error::custom))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Row {
        #[serde(deserialize_with = "field")]
        agb: AgbCode,
        #[serde(deserialize_with = "field")]
        online: bool,
    }

    fn read(text: &'static str) -> Result<Vec<Line<Row>>> {
        rows(File { path: "seed/test.csv", text }, |row: &Row| row.agb.clone())
    }

    #[test]
    fn mistakes_are_told_with_file_and_line() {
        let lines = read("agb,online\n98990001,ja\n98990002,nee\n").unwrap();
        assert_eq!(lines.iter().map(|line| line.row.online).collect::<Vec<_>>(), [true, false]);
        for (text, line) in [
            ("agb,online\n98990001,ja\n9899,nee\n", 3),
            ("agb,online\n98990001,misschien\n", 2),
            ("agb,online\n98990001,ja\n98990002,ja\n98990001,ja\n", 4),
            ("agb,online\n98990001\n", 2),
        ] {
            let message = read(text).unwrap_err().to_string();
            assert!(message.contains("seed/test.csv"), "{message}");
            assert!(
                [format!("line {line}"), format!("line: {line}")].iter().any(|told| message.contains(told)),
                "{message}"
            );
        }
    }
}
