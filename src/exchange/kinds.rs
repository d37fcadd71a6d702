//! One file for each kind of record: its columns, and how a line becomes a record and back.

mod contracts;
mod crisis;
mod figures;
mod locations;
mod products;
mod providers;
mod registrations;
mod segments;
mod users;

use chrono::NaiveDate;

use super::importing::{Records, Way, export, names, take_in};
use super::model::{Column, FileKind, Lines, Report};
use crate::db::Connection;
use crate::error::Result;

/// Does something with the records of a kind.
macro_rules! of_kind {
    ($kind:expr, $records:ident => $body:expr) => {
        match $kind {
            FileKind::Segments => {
                type $records = segments::Segments;
                $body
            }
            FileKind::Products => {
                type $records = products::Products;
                $body
            }
            FileKind::Providers => {
                type $records = providers::Providers;
                $body
            }
            FileKind::Locations => {
                type $records = locations::Locations;
                $body
            }
            FileKind::Contracts => {
                type $records = contracts::Contracts;
                $body
            }
            FileKind::Figures => {
                type $records = figures::FigureLines;
                $body
            }
            FileKind::Users => {
                type $records = users::Users;
                $body
            }
            FileKind::CrisisRecords => {
                type $records = crisis::CrisisRecords;
                $body
            }
            FileKind::Registrations => {
                type $records = registrations::Registrations;
                $body
            }
        }
    };
}

pub(super) fn columns(kind: FileKind) -> &'static [Column] {
    of_kind!(kind, Kind => Kind::COLUMNS)
}

pub(super) fn column_names(kind: FileKind) -> Vec<&'static str> {
    of_kind!(kind, Kind => names::<Kind>())
}

pub(super) fn is_in_book(kind: FileKind) -> bool {
    of_kind!(kind, Kind => Kind::IN_BOOK)
}

pub(super) fn export_kind(conn: &mut Connection, way: &Way<'_>, kind: FileKind) -> Result<Vec<u8>> {
    of_kind!(kind, Kind => export::<Kind>(conn, way))
}

pub(super) fn take_in_kind(
    conn: &mut Connection,
    way: &Way<'_>,
    kind: FileKind,
    lines: Lines<'_>,
) -> Result<Report> {
    of_kind!(kind, Kind => take_in::<Kind>(conn, way, lines))
}

fn yes_or_no(flag: bool) -> String {
    if flag { "ja" } else { "nee" }.to_owned()
}

fn known<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn day(day: Option<NaiveDate>) -> String {
    known(day)
}

/// What a line says in the columns `geldigVanaf` and `geldigTot`.
const FIRST_DAY: Column =
    Column::optional("geldigVanaf", "Eerste dag. Leeg: er is geen begin bekend.", "2026-01-01");
const LAST_DAY: Column =
    Column::optional("geldigTot", "Laatste dag. Leeg: er is geen einde bekend.", "2026-12-31");
