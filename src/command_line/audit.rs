//! The commands that look after the audit.

use clap::Subcommand;

use super::{Outcome, open, print};
use crate::audit::actions::{Reach, find_head, seal_lines, verify_chain};
use crate::audit::chain::{Break, Head};
use crate::clock::Clock;
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Follow the chain and name the first line that is wrong; exit code 1 if there is one.
    Verify {
        /// A head that was kept elsewhere, as `audit head` prints it: the chain must still hold it.
        #[arg(long, value_name = "HEAD")]
        head: Option<Head>,
    },
    /// Seal what is new and print the end of the chain, to keep elsewhere.
    Head,
}

pub(super) fn run(config: &Config, command: AuditCommand) -> Outcome {
    let mut conn = open(config)?;
    let now = Clock::System.now();
    match command {
        AuditCommand::Verify { head } => match verify_chain(&mut conn, now, head)? {
            Ok(head) => print(&format!("the audit is whole: {} lines\n{head}\n", head.seq)),
            Err(broken) => Err(describe(&broken).into()),
        },
        AuditCommand::Head => {
            seal_lines(&mut conn, now, Reach::All)?;
            print(&format!("{}\n", find_head(&mut conn)?))
        }
    }
}

fn describe(broken: &Break) -> String {
    let seal = broken.seq.map_or_else(|| "no seal".to_owned(), |seq| format!("seal {seq}"));
    let line = broken.event_id.map(|id| format!(", line {id}")).unwrap_or_default();
    let at = broken.at.map(|at| format!(", of {}", at.format("%Y-%m-%d %H:%M:%S UTC"))).unwrap_or_default();
    format!("the audit is broken at {seal}{line}{at}: {}", broken.fault)
}
