//! From a file to records and back, the same for every kind: read all lines, compare with what is stored, and write
//! what is new or different through the actions of the feature itself.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use chrono::{DateTime, Utc};

use super::model::{Column, Lines, Report};
use crate::actor::Actor;
use crate::db::Connection;
use crate::error::{Error, Result, unknown};
use crate::identity::links::actions::Sender;
use crate::product_book::common::Stored;
use crate::web::csv::Sheet;
use crate::web::csv::reading::{Row, Table, read_table};
use crate::web::fields::Fields;

/// Who brings a file, when, and into which region.
pub(super) struct Way<'a> {
    pub(super) actor: &'a Actor,
    pub(super) now: DateTime<Utc>,
    pub(super) region_id: i64,
    pub(super) region: String,
    /// For invitations.
    pub(super) sender: &'a Sender,
    /// Told how many lines of how many are done.
    pub(super) progress: &'a dyn Fn(usize, usize),
}

/// What is stored, by its key.
pub(super) type Listed<R> = Vec<(<R as Records>::Key, Stored<<R as Records>::Draft>)>;

/// A kind of record that a file can hold.
pub(super) trait Records: Sized {
    /// What makes it this record and no other.
    type Key: Clone + Eq + Hash;
    /// What else a line says of it.
    type Draft: PartialEq;

    const COLUMNS: &'static [Column];
    /// Whether searches must be told of a change.
    const IN_BOOK: bool;

    /// Reads what lines of this kind are understood with.
    fn open(conn: &mut Connection, way: &Way<'_>) -> Result<Self>;

    /// All that is stored, in the order of a file.
    fn list(&self, conn: &mut Connection, way: &Way<'_>) -> Result<Listed<Self>>;

    /// The cells of a line, in the order of the columns.
    fn cells(key: &Self::Key, draft: &Self::Draft) -> Vec<String>;

    /// A line; what is wrong is written down in the fields. Without a key something is.
    fn read(&self, way: &Way<'_>, fields: &mut Fields) -> Option<(Self::Key, Self::Draft)>;

    /// Whether a line changes nothing.
    fn is_same(stored: &Self::Draft, given: &Self::Draft) -> bool {
        stored == given
    }

    /// Makes or changes the record, with everything that a page or the API would check and write down.
    fn save(
        &self,
        conn: &mut Connection,
        way: &Way<'_>,
        key: &Self::Key,
        found: Option<&Stored<Self::Draft>>,
        draft: &Self::Draft,
    ) -> Result<()>;

    /// As much of a new record as can be made when lines refer to each other in a circle.
    fn bare(_draft: &Self::Draft) -> Option<Self::Draft> {
        None
    }
}

pub(super) fn names<R: Records>() -> Vec<&'static str> {
    R::COLUMNS.iter().map(|column| column.name).collect()
}

/// Everything of this kind as a file.
pub(super) fn export<R: Records>(conn: &mut Connection, way: &Way<'_>) -> Result<Vec<u8>> {
    let records = R::open(conn, way)?;
    let mut sheet = Sheet::for_spreadsheets(&names::<R>())?;
    for (key, stored) in records.list(conn, way)? {
        sheet.row(&R::cells(&key, &stored.value))?;
    }
    sheet.into_bytes()
}

/// A line that was read and must still be saved.
struct Pending<R: Records> {
    line: u64,
    key: R::Key,
    draft: R::Draft,
}

/// Takes in a file, within a transaction of the caller, who takes it all back when the report is not good.
pub(super) fn take_in<R: Records>(conn: &mut Connection, way: &Way<'_>, lines: Lines<'_>) -> Result<Report> {
    let records = R::open(conn, way)?;
    let stored: HashMap<R::Key, Stored<R::Draft>> = records.list(conn, way)?.into_iter().collect();
    let mut report = Report::default();
    let lines = read_lines(&records, way, lines, &mut report);
    let total = lines.len();
    let mut pending = Vec::new();
    for line in lines {
        match stored.get(&line.key) {
            Some(found) if R::is_same(&found.value, &line.draft) => report.unchanged += 1,
            Some(_) => {
                report.changed += 1;
                pending.push(line);
            }
            None => {
                report.new += 1;
                pending.push(line);
            }
        }
    }
    let done = total - pending.len();
    save_all(conn, way, &records, stored, pending, (done, total), &mut report)?;
    report.close();
    Ok(report)
}

/// Reads every line; what is wrong with the file itself goes into the report.
fn read_lines<R: Records>(
    records: &R,
    way: &Way<'_>,
    lines: Lines<'_>,
    report: &mut Report,
) -> Vec<Pending<R>> {
    let table = match lines {
        Lines::File(bytes) => read_table(bytes, &names::<R>()),
        Lines::Cells(rows) => table_of(rows, &names::<R>()),
    };
    for fault in table.faults {
        report.add(fault.line, fault.column, fault.message);
    }
    report.rows = table.rows.len();
    let mut lines = Vec::with_capacity(table.rows.len());
    let mut seen: HashMap<R::Key, u64> = HashMap::new();
    for mut row in table.rows {
        let read = records.read(way, &mut row.fields);
        if let Err(violations) = row.fields.finish(()) {
            for violation in violations {
                report.add(row.line, violation.field, violation.message);
            }
            continue;
        }
        let Some((key, draft)) = read else {
            report.add(row.line, "", "deze regel is niet te lezen");
            continue;
        };
        if let Some(first) = seen.insert(key.clone(), row.line) {
            report.add(row.line, "", format!("gaat over hetzelfde als regel {first}; haal er een weg"));
            continue;
        }
        lines.push(Pending { line: row.line, key, draft });
    }
    lines
}

/// Lines that came as cells already, in the order of the columns; the first is line 1.
fn table_of(rows: &[Vec<String>], names: &[&str]) -> Table {
    let row = |(line, cells): (u64, &Vec<String>)| {
        let cells = names.iter().copied().zip(cells.iter().map(String::as_str));
        Row { line, fields: Fields::from_cells(cells) }
    };
    Table { rows: (1..).zip(rows).map(row).collect(), faults: Vec::new() }
}

/// Saves what is new or different. A line may need another that comes later in the file: what is refused is tried again
/// as long as others get through.
fn save_all<R: Records>(
    conn: &mut Connection,
    way: &Way<'_>,
    records: &R,
    mut stored: HashMap<R::Key, Stored<R::Draft>>,
    mut pending: Vec<Pending<R>>,
    (mut done, total): (usize, usize),
    report: &mut Report,
) -> Result<()> {
    let mut made_bare = HashSet::new();
    while !pending.is_empty() {
        let before = pending.len();
        let mut refused = Vec::new();
        for line in pending {
            match records.save(conn, way, &line.key, stored.get(&line.key), &line.draft) {
                Ok(()) => {
                    done += 1;
                    (way.progress)(done, total);
                }
                Err(error) if is_about_the_line(&error) => refused.push((line, error)),
                Err(error) => return Err(error),
            }
        }
        if refused.len() == before {
            let made = save_bare(conn, way, records, &refused, &stored, &mut made_bare)?;
            if made == 0 {
                for (line, error) in refused {
                    explain::<R>(report, line.line, error);
                }
                break;
            }
            stored = records.list(conn, way)?.into_iter().collect();
        }
        pending = refused.into_iter().map(|(line, _)| line).collect();
    }
    Ok(())
}

/// Makes what was refused as far as it stands alone; returns how many.
fn save_bare<R: Records>(
    conn: &mut Connection,
    way: &Way<'_>,
    records: &R,
    refused: &[(Pending<R>, Error)],
    stored: &HashMap<R::Key, Stored<R::Draft>>,
    made: &mut HashSet<R::Key>,
) -> Result<usize> {
    let mut count = 0;
    for (line, _) in refused.iter().filter(|(line, _)| !stored.contains_key(&line.key)) {
        let Some(bare) = R::bare(&line.draft) else { continue };
        if !made.insert(line.key.clone()) {
            continue;
        }
        match records.save(conn, way, &line.key, None, &bare) {
            Ok(()) => count += 1,
            Err(error) if is_about_the_line(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// Whether somebody can mend the file; anything else ends the import.
fn is_about_the_line(error: &Error) -> bool {
    matches!(
        error,
        Error::Invalid(_) | Error::Collision(_) | Error::NotFound(_) | Error::Conflict(_) | Error::Forbidden
    )
}

/// Writes down why a line was refused, at the columns it is about.
fn explain<R: Records>(report: &mut Report, line: u64, error: Error) {
    match error {
        Error::Invalid(violations) | Error::Collision(violations) => {
            for violation in violations {
                report.add(line, violation.field, violation.message);
            }
        }
        Error::NotFound(what) => {
            let name = if what == "postcode" { "pc4" } else { what };
            let column = names::<R>().into_iter().find(|column| *column == name).unwrap_or_default();
            report.add(line, column, unknown(what));
        }
        Error::Forbidden => report.add(line, "", "dit mag u niet wijzigen; haal deze regel weg"),
        other => report.add(line, "", other.detail()),
    }
}
