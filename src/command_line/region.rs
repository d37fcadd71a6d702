//! The commands on a region as a whole: making one, and writing its problem as it is now, for anybody to check with
//! another solver.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use rules::assignment::write_problem;

use super::{Outcome, open, print};
use crate::actor::Actor;
use crate::availability::supply::Supply;
use crate::clock::{Clock, dutch_day};
use crate::config::Config;
use crate::db::Connection;
use crate::matching::region::live;
use crate::product_book::regions::actions::{NewRegion, add_region};
use crate::waiting_list::clients;

#[derive(Debug, Subcommand)]
pub(super) enum RegionCommand {
    /// Make a region of municipalities that are in the database; `seed --reference` brings in all of the country.
    Add(RegionAddArgs),
}

#[derive(Debug, Args)]
pub(super) struct RegionAddArgs {
    /// Code: small letters, digits and hyphens, such as noord-veluwe.
    code: String,
    /// Name on the pages.
    #[arg(long)]
    name: String,
    /// Code of a municipality of the region, such as GM0243; given once for each.
    #[arg(long = "municipality", required = true)]
    municipalities: Vec<String>,
}

pub(super) fn run(config: &Config, command: RegionCommand) -> Outcome {
    let RegionCommand::Add(RegionAddArgs { code, name, municipalities }) = command;
    let new = NewRegion { code, name, municipalities };
    let made = add_region(&mut open(config)?, &Actor::command_line(), Clock::System.now(), &new)?;
    let count = new.municipalities.len();
    print(&format!("region made: {} ({count} municipalities)\n", made.value.code))
}

#[derive(Debug, Args)]
pub(super) struct ExportProblemArgs {
    /// Where the problem goes, in the format of the command toewijzen. It names nobody.
    problem: PathBuf,
    /// Where to write which client code and which offer each number stands for. Keep it as you keep the waiting list.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Code of the region; absent: the only or first one.
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
}

impl ExportProblemArgs {
    pub(super) fn run(&self, conn: &mut Connection) -> Result<(), Box<dyn Error>> {
        let supply = Supply::default();
        supply.refresh(conn, dutch_day(Clock::System.now()))?;
        let snapshot: Arc<_> = supply.current()?;
        let mut regions = snapshot.book.regions.iter();
        let region = match &self.region {
            Some(code) => regions.find(|region| region.code == *code),
            None => regions.next(),
        };
        let region = region.ok_or("there is no such region")?;
        let (_, engine) = live::make(conn, &snapshot, region.id)?;
        std::fs::write(&self.problem, write_problem(engine.solver().problem()))?;
        if let Some(file) = &self.key {
            write_key(conn, file, engine.numbers())?;
        }
        Ok(())
    }
}

/// One line for each client and each offer of the problem.
fn write_key(
    conn: &mut Connection,
    file: &Path,
    (clients, offers): (&[i64], &[i64]),
) -> Result<(), Box<dyn Error>> {
    let mut text = String::from("soort;nummer;code\n");
    let codes = clients::actions::list_by_ids(conn, clients)?;
    for (number, client) in codes.iter().enumerate() {
        let _ = writeln!(text, "wachtende;{number};{}", client.code);
    }
    for (number, offer) in offers.iter().enumerate() {
        let _ = writeln!(text, "aanbod;{number};{offer}");
    }
    Ok(std::fs::write(file, text)?)
}
