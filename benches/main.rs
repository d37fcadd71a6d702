//! Measures what is promised about speed and memory. Prints a table, and fails when
//! a limit is missed.
//!
//! Without arguments it measures everything; `cargo bench --bench speed -- http saving` measures only those.

#![expect(unreachable_pub, reason = "a program of measures has no outside")]

mod measures;
mod support;

use std::process::ExitCode;

use measures::{
    crisis_board, crisis_report, growth, matching, memory, open_list, over_http, saving, searching, starting,
};
use support::Outcome;
use support::country::Country;
use support::report::{self, Line};

/// Offers in the country, of a twentieth as many providers.
const OFFERS: usize = 100_000;

/// Measures one thing, when it is asked for.
type Measure<'a> = &'a dyn Fn() -> Outcome<Vec<Line>>;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<bool> {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    // Beside what is built, since a temporary folder may be in memory, where writing is for free.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let folder = folder.path();
    eprintln!("making a country of {OFFERS} offers");
    let country = Country::even(folder, OFFERS)?;
    let measures: [(&str, Measure<'_>); 10] = [
        ("http", &|| over_http::measure(&country)),
        ("searching", &|| searching::measure(&country)),
        ("matching", &|| matching::measure(folder, &country)),
        ("open_list", &|| open_list::measure(folder)),
        ("crisis_board", &|| crisis_board::measure(folder)),
        ("crisis_report", &|| crisis_report::measure(folder)),
        ("growth", &|| growth::measure(folder)),
        ("saving", &|| saving::measure(&country)),
        ("starting", &|| starting::measure(&country)),
        ("memory", &|| memory::measure(folder, &country)),
    ];
    let mut lines = Vec::new();
    let mut all_done = true;
    for (name, measure) in measures {
        if asked.is_empty() || asked.iter().any(|wanted| wanted == name) {
            eprintln!("measuring: {name}");
            match measure() {
                Ok(more) => lines.extend(more),
                // The others are still worth their minutes.
                Err(error) => {
                    eprintln!("{name}: {error}");
                    all_done = false;
                }
            }
        }
    }
    Ok(report::print(&lines) && all_done)
}
