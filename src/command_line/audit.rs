//! The commands that look after the audit and the access log.

use clap::Subcommand;

use super::{Outcome, open, print};
use crate::audit::actions::{AuditLog, ChainedLog, Reach, find_head, seal_lines, verify_chain};
use crate::audit::chain::Head;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Connection;
use crate::waiting_list::access_log::model::AccessLog;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Follow the chains of the audit and of the access log, and name the first line that is wrong; exit code 1 if there is one.
    Verify {
        /// A head of the audit that was kept elsewhere, as `audit head` prints it: the chain must still hold it.
        #[arg(long, value_name = "HEAD")]
        head: Option<Head>,
        /// The same of the access log.
        #[arg(long, value_name = "HEAD")]
        access_head: Option<Head>,
    },
    /// Seal what is new and print the ends of both chains, to keep elsewhere: first the audit, then the access log.
    Head,
}

pub(super) fn run(config: &Config, command: AuditCommand) -> Outcome {
    let mut conn = open(config)?;
    match command {
        AuditCommand::Verify { head, access_head } => {
            verify::<AuditLog>(&mut conn, "audit", head)?;
            verify::<AccessLog>(&mut conn, "access log", access_head)
        }
        AuditCommand::Head => {
            print_head::<AuditLog>(&mut conn)?;
            print_head::<AccessLog>(&mut conn)
        }
    }
}

fn verify<L: ChainedLog>(conn: &mut Connection, name: &str, kept: Option<Head>) -> Outcome {
    match verify_chain::<L>(conn, Clock::System.now(), kept)? {
        Ok(head) => print(&format!("the {name} is whole: {} lines\n{head}\n", head.seq)),
        Err(broken) => Err(broken.describe(name).into()),
    }
}

fn print_head<L: ChainedLog>(conn: &mut Connection) -> Outcome {
    seal_lines::<L>(conn, Clock::System.now(), Reach::All)?;
    print(&format!("{}\n", find_head::<L>(conn)?))
}
