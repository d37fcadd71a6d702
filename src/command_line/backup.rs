//! The commands that keep the data safe.

use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret;

use super::{Outcome, open, print};
use crate::background::erase_what_is_due;
use crate::backup::{self, Consent, Ended, Manifest};
use crate::clock::Clock;
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// A file that is not there yet. A text file with its contents comes beside it, as FILE.json.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// A file made by `backup`, with its FILE.json beside it.
    #[arg(value_name = "FILE", required_unless_present = "rehearse")]
    file: Option<PathBuf>,
    /// Replace what is in the database. Stop the server first.
    #[arg(long, conflicts_with = "rehearse")]
    overwrite: bool,
    /// Put back a backup in which the chain over the audit or the access log is broken. The audit says that it was.
    #[arg(long, conflicts_with = "rehearse")]
    broken_audit: bool,
    /// Only rehearse: make a backup, restore it beside the real database, compare, and clean up.
    #[arg(long, conflicts_with = "file")]
    rehearse: bool,
    /// Where a rehearsal keeps its files meanwhile.
    #[arg(long, value_name = "FOLDER", default_value_os_t = std::env::temp_dir())]
    folder: PathBuf,
}

/// The chain over a log is broken in the database; the backup was made and holds it as it is.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0}\nThe backup holds it as it is, and `restore` takes that with --broken-audit only. See \"The audit\" in docs/operating.md."
)]
pub(super) struct BrokenChain(String);

/// Whoever looks at the exit code hears of a broken chain.
fn tell_broken(manifest: &Manifest) -> Outcome {
    if manifest.broken.is_empty() { Ok(()) } else { Err(BrokenChain(manifest.broken.join("\n")).into()) }
}

pub(super) fn make(config: &Config, args: &BackupArgs) -> Outcome {
    let manifest = backup::make_backup(config.database_url.expose_secret(), &args.file, Clock::System.now())?;
    print(&format!("backup made and checked: {}\n{}", args.file.display(), describe(&manifest)))?;
    tell_broken(&manifest)
}

pub(super) fn restore(config: &Config, args: &RestoreArgs) -> Outcome {
    let (url, now) = (config.database_url.expose_secret(), Clock::System.now());
    if let Some(file) = &args.file {
        let consent = Consent { overwrite: args.overwrite, broken_audit: args.broken_audit };
        let (manifest, ended) = backup::restore_backup(url, file, consent, now)?;
        erase_what_is_due(&mut open(config)?, now, config.access_log_years)?;
        let (what, after) = (describe(&manifest), describe_ended(ended));
        let broken: String =
            manifest.broken.iter().map(|text| format!("  put back as it was: {text}\n")).collect();
        print(&format!("restored and compared: {}\n{what}{broken}{after}", file.display()))
    } else {
        let manifest = backup::rehearse_restore(url, &args.folder, now)?;
        print(&format!("rehearsed: the backup could be restored and is complete\n{}", describe(&manifest)))?;
        tell_broken(&manifest)
    }
}

fn describe(manifest: &Manifest) -> String {
    let rows: i64 = manifest.contents.rows.values().sum();
    format!(
        "  made at {}, {rows} rows in {} tables, end of the audit {}\n",
        manifest.made_at.format("%Y-%m-%d %H:%M:%S UTC"),
        manifest.contents.rows.len(),
        manifest.contents.audit_head
    )
}

/// What ended, and what is left to do by people: the backup does not know what happened after it.
fn describe_ended(ended: Ended) -> String {
    let Ended { sessions, tokens, links, follows, held_mails } = ended;
    format!(
        "  ended, since they may have ended after the backup was made: {sessions} sessions, {tokens} tokens, {links} links in mails, {follows} searches that readers follow\n  \
         held, since they may have been sent: {held_mails} mails. At /beheer/mail an administrator has them tried again; \
         what is left there is erased in two weeks\n  \
         still to do: block again whoever was blocked since, and renew passwords and secrets that were renewed since\n"
    )
}
