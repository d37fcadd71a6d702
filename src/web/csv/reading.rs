//! Sheets as people send them: in whatever encoding and with whatever separator their spreadsheet writes.

use std::borrow::Cow;
use std::collections::HashSet;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use rules::cells::meant;

use crate::web::fields::Fields;

/// A file larger than this is not read.
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;
/// Neither is one with more rows.
pub const MOST_ROWS: usize = 20_000;
/// The longest text of any field, with room to spare.
pub const LONGEST_CELL: usize = 2_000;

/// Something that makes a file or a row unreadable: on which line, in which column if it is one, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub line: u64,
    pub column: String,
    pub message: String,
}

impl Fault {
    fn new(line: u64, column: &str, message: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), message: message.into() }
    }
}

/// One row, by the names of the columns, with the line on which it begins.
#[derive(Debug)]
pub struct Row {
    pub line: u64,
    pub fields: Fields,
}

/// A sheet that was read: its rows, and what could not be read.
#[derive(Debug, Default)]
pub struct Table {
    pub rows: Vec<Row>,
    pub faults: Vec<Fault>,
}

/// Reads a sheet that must have these columns, all of them and no others, in any order.
pub fn read_table(bytes: &[u8], columns: &[&str]) -> Table {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(fault) => return Table { faults: vec![fault], ..Table::default() },
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(&text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { text: &text, byte: 0, line: 1 };
    let mut heads: Option<Vec<String>> = None;
    let mut table = Table::default();
    loop {
        let line = lines.of_next(reader.position().byte());
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => {
                table.faults.push(Fault::new(line, "", "deze regel is niet te lezen"));
                break;
            }
        }
        let Some(heads) = &heads else {
            let found: Vec<String> = record.iter().map(|head| head.trim().to_owned()).collect();
            table.faults.extend(
                head_faults(&found, columns)
                    .into_iter()
                    .map(|(column, message)| Fault::new(line, &column, message)),
            );
            if !table.faults.is_empty() {
                break;
            }
            heads = Some(found);
            continue;
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if table.rows.len() + table.faults.len() == MOST_ROWS {
            let message =
                format!("het bestand heeft meer dan {MOST_ROWS} regels; verdeel het over meer bestanden");
            table.faults.push(Fault::new(line, "", message));
            break;
        }
        match read_row(&record, heads, line) {
            Ok(row) => table.rows.push(row),
            Err(faults) => table.faults.extend(faults),
        }
    }
    if heads.is_none() && table.faults.is_empty() {
        table.faults.push(Fault::new(
            1,
            "",
            "het bestand is leeg; zet op de eerste regel de namen van de kolommen",
        ));
    }
    table
}

fn read_row(record: &csv::StringRecord, heads: &[String], line: u64) -> Result<Row, Vec<Fault>> {
    let faults: Vec<Fault> = heads
        .iter()
        .zip(record)
        .filter(|(_, cell)| cell.chars().nth(LONGEST_CELL).is_some())
        .map(|(head, _)| {
            let message = format!(
                "deze cel heeft meer dan {LONGEST_CELL} tekens; kijk of er een aanhalingsteken te veel staat"
            );
            Fault::new(line, head, message)
        })
        .collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    if record.len() != heads.len() {
        let message = format!(
            "deze regel heeft {} cellen en de eerste regel {}; kijk of er een scheidingsteken te veel of te weinig staat",
            record.len(),
            heads.len()
        );
        return Err(vec![Fault::new(line, "", message)]);
    }
    let cells = heads.iter().zip(record).map(|(head, cell)| (head.as_str(), meant(cell)));
    Ok(Row { line, fields: Fields::from_cells(cells) })
}

/// What is wrong with the first line: the name it is about, and how to mend it.
fn head_faults(found: &[String], columns: &[&str]) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    let mut seen = HashSet::new();
    for head in found {
        let shown: String = head.chars().filter(|c| !c.is_control()).take(60).collect();
        if head.is_empty() {
            faults.push((shown, "een kolom heeft geen naam; geef haar een naam of haal haar weg".to_owned()));
        } else if !columns.contains(&head.as_str()) {
            let message = match columns.iter().find(|column| column.eq_ignore_ascii_case(head)) {
                Some(column) => format!("deze kolom bestaat niet; schrijf {column}"),
                None => "deze kolom bestaat niet; haal haar weg of verbeter de naam".to_owned(),
            };
            faults.push((shown, message));
        } else if !seen.insert(head) {
            faults.push((shown, "deze kolom staat er twee keer in; haal er een weg".to_owned()));
        }
        // A file of something else has strange names in plenty; a few are enough to see that.
        if faults.len() == 20 {
            return faults;
        }
    }
    for column in columns {
        if !found.iter().any(|head| head == column) {
            faults
                .push(((*column).to_owned(), "deze kolom ontbreekt; voeg haar toe, leeg mag ook".to_owned()));
        }
    }
    faults
}

/// The text of a file: by its byte order mark, or as UTF-8, or else as Windows writes it without one.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let whole = |message: &str| Fault::new(1, "", message);
    if bytes.len() > LARGEST_FILE {
        return Err(whole("het bestand is groter dan 10 MB; verdeel het over meer bestanden"));
    }
    let (encoding, rest) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        None => (WINDOWS_1252, bytes),
    };
    let (text, broken) = encoding.decode_without_bom_handling(rest);
    if bytes.starts_with(b"PK") || text.contains('\0') {
        return Err(whole("dit is geen CSV-bestand; kies in uw spreadsheet Opslaan als, en dan CSV"));
    }
    if broken {
        return Err(whole("sommige tekens zijn niet te lezen; sla het bestand opnieuw op als CSV (UTF-8)"));
    }
    if text.matches('"').count() % 2 == 1 {
        return Err(whole("ergens staat een aanhalingsteken te veel of te weinig"));
    }
    Ok(text)
}

/// Counts lines as an editor does: the reader stops before the second half of a line end, and skips empty lines.
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the next row begins, when everything before this byte was read.
    fn of_next(&mut self, byte: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let read = usize::try_from(byte).unwrap_or(bytes.len()).min(bytes.len());
        while let Some(byte) = bytes.get(self.byte) {
            let is_end = *byte == b'\n' || (*byte == b'\r' && bytes.get(self.byte + 1) != Some(&b'\n'));
            if self.byte >= read && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(is_end);
            self.byte += 1;
        }
        self.line
    }
}

/// What separates the cells: whichever of three the first line has most of.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    [b',', b'\t', b';'].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b';')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::web::csv::Sheet;

    const COLUMNS: [&str; 2] = ["naam", "plaats"];

    type Cells = Vec<(u64, String, String)>;

    fn cells(bytes: &[u8]) -> Result<Cells, Vec<(u64, String)>> {
        let table = read_table(bytes, &COLUMNS);
        if table.faults.is_empty() {
            let cell = |row: &Row, name| row.fields.raw(name);
            Ok(table.rows.iter().map(|row| (row.line, cell(row, "naam"), cell(row, "plaats"))).collect())
        } else {
            Err(table.faults.into_iter().map(|fault| (fault.line, fault.column)).collect())
        }
    }

    #[test]
    fn every_spreadsheet_is_understood() {
        let expected = Ok(vec![(2, "Zoë".to_owned(), "Ede".to_owned())]);
        assert_eq!(cells("naam;plaats\r\nZoë;Ede\r\n".as_bytes()), expected, "UTF-8");
        assert_eq!(cells("\u{feff}naam,plaats\nZoë,Ede".as_bytes()), expected, "a mark and commas");
        assert_eq!(cells(b"naam\tplaats\nZo\xeb\tEde\n"), expected, "Windows and tabs");
        assert_eq!(cells("plaats;naam\nEde;Zoë\n;\n\n".as_bytes()), expected, "another order, empty lines");
        let wide: Vec<u8> =
            "\u{feff}naam\tplaats\r\nZoë\tEde\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(cells(&wide), expected, "Unicode text");
    }

    #[test]
    fn lines_are_counted_through_cells_with_line_breaks() {
        let found = cells(b"naam;plaats\n\"een\ntwee\";Ede\nDrie;'=1\n").expect("a good file");
        assert_eq!(found[0], (2, "een\ntwee".into(), "Ede".into()));
        assert_eq!(found[1], (4, "Drie".into(), "=1".into()));
        for end in ["\r\n", "\n", "\r"] {
            let file = ["naam;plaats", "Een;Ede", "", ";", "Twee;Ede"].join(end);
            let lines: Vec<u64> =
                cells(file.as_bytes()).expect("a good file").into_iter().map(|row| row.0).collect();
            assert_eq!(lines, [2, 5], "{end:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_where_it_is() {
        let at = |line: u64, column: &str| (line, column.to_owned());
        let long = format!("naam;plaats\n{};Ede\n", "x".repeat(LONGEST_CELL + 1));
        let many = format!("naam;plaats\n{}", "Een;Ede\n".repeat(MOST_ROWS + 1));
        for (file, expected) in [
            ("", vec![at(1, "")]),
            ("naam;plaats;naam\n", vec![at(1, "naam")]),
            ("Naam;kleur\n", vec![at(1, "Naam"), at(1, "kleur"), at(1, "naam"), at(1, "plaats")]),
            ("naam;plaats;\n", vec![at(1, "")]),
            ("naam;plaats\nEen;Ede\nTwee\nDrie;Ede;x\n", vec![at(3, ""), at(4, "")]),
            ("naam;plaats\n\"Een;Ede\nTwee;Ede\n", vec![at(1, "")]),
            ("naam;plaats\nE\0en;Ede\n", vec![at(1, "")]),
            ("PK\u{3}\u{4}", vec![at(1, "")]),
            (long.as_str(), vec![at(2, "naam")]),
            (many.as_str(), vec![at(MOST_ROWS as u64 + 2, "")]),
        ] {
            let shown: String = file.chars().take(40).collect();
            assert_eq!(cells(file.as_bytes()), Err(expected), "{shown}");
        }
        assert_eq!(cells(b"\xef\xbb\xbfnaam;plaats\nZo\xeb;Ede\n"), Err(vec![at(1, "")]), "a mark that lies");
        assert_eq!(cells(&vec![b'x'; LARGEST_FILE + 1]), Err(vec![at(1, "")]), "too large");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in prop::collection::vec(("[^\0]{0,40}", "['=;,\"\t\n\r+@ a-]{0,12}"), 1..8)) {
            let mut sheet = Sheet::for_spreadsheets(&COLUMNS).expect("a sheet");
            for (name, place) in &rows {
                sheet.row(&[name.clone(), place.clone()]).expect("a row");
            }
            let found = cells(&sheet.into_bytes().expect("bytes")).expect("a good file");
            let found: Vec<_> = found.into_iter().map(|(_, name, place)| (name, place)).collect();
            // A line with nothing but spaces in its cells is no row.
            let is_blank = |text: &str| rules::cells::inert(text).trim().is_empty();
            let written: Vec<_> =
                rows.into_iter().filter(|(name, place)| !(is_blank(name) && is_blank(place))).collect();
            prop_assert_eq!(found, written);
        }

        #[test]
        fn nothing_at_all_makes_it_stumble(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let table = read_table(&bytes, &COLUMNS);
            prop_assert!(!table.faults.is_empty() || table.rows.iter().all(|row| row.line > 1));
        }
    }
}
