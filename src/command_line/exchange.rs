//! The commands that fetch and bring files, in the name of a user.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Outcome, open, print};
use crate::actor::Actor;
use crate::availability::supply::Supply;
use crate::clock::{Clock, dutch_day};
use crate::config::Config;
use crate::db::Connection;
use crate::error::Error;
use crate::exchange::actions::{Source, export, import, rehearse, sha256};
use crate::exchange::model::{FileKind, Report};
use crate::identity::links::actions::Sender;
use crate::identity::users::actions::find_identity_by_name;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    what: FileArgs,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    what: FileArgs,
    /// Only tell what would come of it.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct FileArgs {
    /// segmenten, producten, aanbieders, locaties, contracten, aanbod, gebruikers, wachtenden (which only come in) or
    /// crisisregistratie.
    #[arg(value_parser = parse_kind)]
    kind: FileKind,
    file: PathBuf,
    /// In whose name: decides the region, what is allowed, and what the audit says.
    #[arg(long)]
    user: String,
}

fn parse_kind(code: &str) -> Result<FileKind, String> {
    FileKind::parse(code)
        .ok_or_else(|| format!("choose one of: {}", FileKind::ALL.map(FileKind::code).join(", ")))
}

/// The file was read, and something in it must be mended: told already, on standard output.
#[derive(Debug, thiserror::Error)]
#[error("nothing was brought in")]
pub(super) struct Refused;

pub(super) fn fetch(config: &Config, args: &ExportArgs) -> Outcome {
    let mut conn = open(config)?;
    let actor = actor(&mut conn, &args.what.user)?;
    let content = export(&mut conn, &actor, Clock::System.now(), args.what.kind)?;
    std::fs::write(&args.what.file, content)?;
    Ok(())
}

pub(super) fn bring(config: &Config, args: &ImportArgs) -> Outcome {
    let content = std::fs::read(&args.what.file)?;
    let (mut conn, now) = (open(config)?, Clock::System.now());
    let actor = actor(&mut conn, &args.what.user)?;
    let supply = Supply::default();
    supply.refresh(&mut conn, dutch_day(now))?;
    let region = supply.region(config).map(|region| region.name).unwrap_or_default();
    let sender = Sender { public_url: config.public_url.clone(), region };
    let kind = args.what.kind;
    let report = if args.dry_run {
        rehearse(&mut conn, &actor, now, &sender, kind, &content)?
    } else {
        let (name, sha256) = (file_name(&args.what.file), sha256(&content));
        let source = Source { kind, name: &name, sha256: &sha256 };
        import(&mut conn, &actor, now, &sender, source, &content)?
    };
    print(&told(&report, args.dry_run))?;
    if report.is_good() { Ok(()) } else { Err(Box::new(Refused)) }
}

pub(super) fn actor(conn: &mut Connection, name: &str) -> Result<Actor, Error> {
    let identity = find_identity_by_name(conn, name)?.ok_or(Error::NotFound("gebruiker"))?;
    Ok(Actor { identity: Some(identity), ..Actor::command_line() })
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The report in the words of the page.
fn told(report: &Report, dry_run: bool) -> String {
    let mut text = format!(
        "Gelezen regels: {}\nNieuw: {}\nGewijzigd: {}\nOngewijzigd: {}\nTe verbeteren: {}\n",
        report.rows, report.new, report.changed, report.unchanged, report.problem_count
    );
    for problem in &report.problems {
        let column = if problem.column.is_empty() { String::new() } else { format!(", {}", problem.column) };
        text.push_str(&format!("  regel {}{column}: {}\n", problem.line, problem.message));
    }
    if report.problem_count > report.problems.len() {
        text.push_str(&format!("  en nog {} punten\n", report.problem_count - report.problems.len()));
    }
    text.push_str(match (report.is_good(), dry_run) {
        (false, _) => "Er is niets ingevoerd.\n",
        (true, true) => "Het bestand is in orde. Er is niets ingevoerd.\n",
        (true, false) => "Ingevoerd.\n",
    });
    text
}
