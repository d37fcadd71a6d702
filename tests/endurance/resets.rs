//! Who asks for a new password, or tries to sign in, learns nothing from how long the answer takes. That the same work is
//! done is told in `tests/pages/links.rs`; here a clock looks on, many times.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::identity::evenly::evenly;
use beschikbaarheidswijzer::identity::links::actions::{Sender, request_reset};
use beschikbaarheidswijzer::identity::passwords;
use beschikbaarheidswijzer::identity::sign_in::actions::sign_in;

use crate::support::{Backend, TestServer, now};

const PAIRS: usize = 1000;
/// Both answers take a set time, and there is time for fewer of these.
const RESET_PAIRS: usize = 400;
const KNOWN: &str = "aanbieder-de-haven";
const UNKNOWN: &str = "aanbieder-de-gaven";

fn time(work: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    work();
    begin.elapsed()
}

/// Of so many pairs, in how many hundredths the known name took longer than the unknown one. Whoever can tell nothing
/// guesses right half the time.
fn tells(pairs: usize, ask: impl Fn(&str)) -> usize {
    let is_longer = |turn: &usize| {
        // Which of the two comes first changes, so that neither has warmed up for the other.
        let [mut known, mut unknown] = [Duration::ZERO; 2];
        if turn.is_multiple_of(2) {
            known = time(|| ask(KNOWN));
        }
        unknown += time(|| ask(UNKNOWN));
        if !turn.is_multiple_of(2) {
            known = time(|| ask(KNOWN));
        }
        known > unknown
    };
    (0..pairs).filter(is_longer).count() * 100 / pairs
}

/// Whether that is close enough to guessing: five in a hundred are three deviations of a thousand fair guesses, and two of four hundred.
fn tells_nothing(hundredths: usize) -> bool {
    (45..=55).contains(&hundredths)
}

fn time_tells_nothing_on(backend: Backend) {
    let server = TestServer::start(backend);
    let (conn, actor) = (RefCell::new(server.own_connection()), Actor::command_line());
    let sender = Sender { public_url: "https://jeugdhulp.example".into(), region: "Noord-Veluwe".into() };
    let runtime = actix_web::rt::System::new();
    let reset = |name: &str| {
        let email = format!("{name}@jeugdhulp-noord-veluwe.example");
        let ask = async { request_reset(&mut conn.borrow_mut(), &actor, now(), &sender, &email) };
        runtime.block_on(evenly(ask, |_| true)).expect("answered");
    };
    let try_in = |name: &str| {
        let ask = async { sign_in(&mut conn.borrow_mut(), &actor, now(), name, "geen wachtwoord") };
        assert!(runtime.block_on(evenly(ask, Result::is_err)).is_err());
    };
    let (reset, try_in) = (tells(RESET_PAIRS, reset), tells(PAIRS, try_in));
    println!("of 100 pairs the known one took longer: {reset} for a new password, {try_in} for signing in");
    assert!(tells_nothing(reset) && tells_nothing(try_in), "{reset} and {try_in}");
}

#[test]
#[ignore = "measures time, on a machine with nothing else to do: make endurance PART=resets"]
fn time_does_not_tell_who_is_known_on_sqlite() {
    time_tells_nothing_on(Backend::Sqlite);
}

#[test]
#[ignore = "measures time, on a machine with nothing else to do: make endurance PART=resets"]
fn time_does_not_tell_who_is_known_on_postgres() {
    time_tells_nothing_on(Backend::Postgres);
}

#[test]
fn the_same_check_catches_who_compares_passwords_of_known_names_only() {
    let lazy = |name: &str| {
        if name == KNOWN {
            passwords::verify("geen wachtwoord", None);
        }
    };
    assert!(!tells_nothing(tells(5, lazy)));
}
