//! The command that turns the tables of a quarter of a crisis point into records, and records into tables.

use std::path::{Path, PathBuf};

use clap::Args;
use rand::RngCore as _;
use rules::crisis::quarter::Quarter;
use rules::crisis::records::{CaseRecord, Facts, Scope};
use rules::crisis::report::{Frame, Report};
use rules::crisis::tables::make_records;
use rules::waiting::client_code::ClientCode;

use super::exchange::{Refused, actor};
use super::{Outcome, open, print};
use crate::config::Config;
use crate::crisis::registration::actions::count_facts;
use crate::error::Error;
use crate::exchange::actions::column_names;
use crate::exchange::model::FileKind;
use crate::reports::quarterly::tables::{Tables, compare, read_tables, write_tables};
use crate::web::csv::Sheet;

#[derive(Debug, Args)]
pub(super) struct CrisisArgs {
    /// The tables of the quarter, as a CSV file. With it alone, records that give these tables go to standard output.
    tables: Option<PathBuf>,
    /// Year and number, such as 2026-3.
    #[arg(long)]
    quarter: Quarter,
    /// AGB code of the provider that the records name; without it they name none.
    #[arg(long)]
    provider: Option<String>,
    /// Count the records of this user's region instead. Without a file the tables go to standard output; with one, what
    /// differs from it, and exit code 2 if anything does.
    #[arg(long)]
    user: Option<String>,
}

pub(super) fn run(config: &Config, args: &CrisisArgs) -> Outcome {
    let tables = args.tables.as_deref().map(read).transpose()?;
    match (tables, &args.user) {
        (None, None) => Err(Box::new(Error::NotFound("bestand"))),
        (Some(tables), None) => write_records(args, &tables),
        (tables, Some(user)) => {
            let mut conn = open(config)?;
            let region_id = actor(&mut conn, user)?.region_id().ok_or(Error::Forbidden)?;
            let facts = count_facts(&mut conn, region_id, args.quarter, &Scope::Region)?;
            let report = Report::new(&facts, &Frame::default());
            match tables {
                None => print(&String::from_utf8(write_tables(&report, &[])?.into_bytes()?)?),
                Some(tables) => tell(&compare(&tables, &report)),
            }
        }
    }
}

fn read(file: &Path) -> Result<Tables, Box<dyn std::error::Error>> {
    let content = std::fs::read(file)?;
    read_tables(&content).map_err(|faults| {
        for fault in faults {
            let column = if fault.column.is_empty() { String::new() } else { format!(", {}", fault.column) };
            eprintln!("regel {}{column}: {}", fault.line, fault.message);
        }
        Refused.into()
    })
}

/// Tells what differs; the same to the cell when nothing does.
fn tell(differences: &[String]) -> Outcome {
    if differences.is_empty() {
        return print("Alle cellen zijn gelijk.\n");
    }
    print(&differences.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    Err(Box::new(Refused))
}

fn write_records(args: &CrisisArgs, tables: &Tables) -> Outcome {
    let mut code = || {
        let mut bytes = [0_u8; 8];
        rand::rng().fill_bytes(&mut bytes);
        ClientCode::from_random(bytes).to_string()
    };
    let records = make_records(&tables.given, args.quarter, &mut code)?;
    let facts = Facts::of(&records, args.quarter, &Scope::Region);
    let wrong = compare(tables, &Report::new(&facts, &Frame::default()));
    if !wrong.is_empty() {
        // The totals contradict the cells.
        return tell(&wrong);
    }
    let mut sheet = Sheet::for_spreadsheets(&column_names(FileKind::CrisisRecords))?;
    for record in &records {
        for row in rows(record, args.provider.as_deref()) {
            sheet.row(&row)?;
        }
    }
    print(&String::from_utf8(sheet.into_bytes()?)?)
}

/// The lines of a record in the file that an import reads.
fn rows(record: &CaseRecord, provider: Option<&str>) -> Vec<[String; 13]> {
    let mut stay = 0;
    let mut rows = Vec::new();
    for (number, line) in (1..).zip(&record.lines) {
        if line.kind.is_stay() {
            stay = number;
        }
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        rows.push([
            record.code.clone(),
            number.to_string(),
            record.received_on.to_string(),
            record.municipality.clone().unwrap_or_else(|| "buiten".to_owned()),
            record.age_group.code().to_owned(),
            record.referrer.clone(),
            line.kind.code().to_owned(),
            if line.is_companion { stay.to_string() } else { String::new() },
            provider.filter(|_| line.kind.is_help()).unwrap_or_default().to_owned(),
            line.none_reason.clone().unwrap_or_default(),
            day(line.started_on),
            day(line.ended_on),
            line.follow_up.clone().unwrap_or_default(),
        ]);
    }
    rows
}
