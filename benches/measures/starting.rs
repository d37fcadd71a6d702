//! From start to the first answer, against reading the same tables once and doing nothing with them.

use beschikbaarheidswijzer::availability::search::api::write_found;
use beschikbaarheidswijzer::availability::supply;
use beschikbaarheidswijzer::server;

use crate::support::country::Country;
use crate::support::report::{Line, Wanted, time};
use crate::support::timing::{in_turns, micros};
use crate::support::{Outcome, clock, config, load_supply, open, questions};

const ROUNDS: usize = 5;

pub fn measure(country: &Country) -> Outcome<Vec<Line>> {
    // Taken from a picture of its own, so that the start is measured with nothing prepared.
    let snapshot = load_supply(&mut open(&country.url)?)?.current()?;
    let asked = questions::full_pages(&snapshot, 1)?.remove(0).full();
    drop(snapshot);
    let start = || {
        micros(|| {
            let state = server::build_state(config(&country.url), clock()?, false)?;
            let snapshot = state.supply.current()?;
            let search = questions::prepare(&snapshot, &asked)?;
            let body = write_found(&snapshot, &snapshot.search(&search.query), 1, clock()?.now())?;
            // Tearing down is not part of starting.
            std::mem::forget((state, snapshot));
            Ok(body)
        })
    };
    let read = || micros(|| Ok(supply::read_tables(&mut open(&country.url)?)?));
    let (subject, peer) = in_turns(ROUNDS, start, read)?;
    let what = format!("start to first answer, {} offers, against reading the tables", country.offers);
    Ok(vec![Line::new(what, (time(subject), time(peer)), subject / peer, Wanted::AtMost(3.0))])
}
