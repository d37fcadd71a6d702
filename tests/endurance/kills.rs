//! Killing the program in the middle of writes: what was acknowledged is there, and nothing is half there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::db::schema::{audit_event, offer, offer_history, provider};
use diesel::prelude::*;
use serde_json::json;

use super::program::Program;
use super::{Dice, Rounds, at_one_moment};
use crate::on_both;
use crate::support::{Browser, TestServer};

const USER: &str = "aanbieder-bakenzand";
const AGB: &str = "98990001";
/// Who writes at the same time, each figures of its own.
const WRITERS: usize = 3;

/// Version and free places of an offer, as the server acknowledged them or as they are stored.
type Standing = (i32, i32);

fn own_offers(conn: &mut Connection) -> Vec<i64> {
    offer::table
        .inner_join(provider::table)
        .filter(provider::agb.eq(AGB))
        .order(offer::id)
        .limit(i64::try_from(WRITERS).expect("few"))
        .select(offer::id)
        .load(conn)
        .expect("offers")
}

fn standing(conn: &mut Connection, id: i64) -> Standing {
    let (version, free): (i32, Option<i32>) =
        offer::table.find(id).select((offer::version, offer::free_places)).first(conn).expect("an offer");
    (version, free.unwrap_or(-1))
}

/// How many lines an offer has in its history and in the audit.
fn lines(conn: &mut Connection, id: i64) -> (i64, i64) {
    let history = offer_history::table.filter(offer_history::offer_id.eq(id)).count();
    let audit = audit_event::table
        .filter(audit_event::object_type.eq("aanbod").and(audit_event::object_id.eq(id.to_string())))
        .count();
    (history.get_result(conn).expect("a count"), audit.get_result(conn).expect("a count"))
}

/// When a write counts as acknowledged.
#[derive(Clone, Copy, PartialEq)]
enum Acknowledged {
    ByAnAnswer,
    /// The broken twin: as soon as it is on its way.
    WhenSent,
}

/// Writes the next figures again and again, until there is no server any more. Returns what was acknowledged last.
fn write_until_killed(
    browser: &Browser,
    id: i64,
    from: Standing,
    when: Acknowledged,
    count: &AtomicUsize,
) -> Standing {
    let mut known = from;
    loop {
        let next = (known.0 + 1, (known.1 + 1).rem_euclid(500));
        if when == Acknowledged::WhenSent {
            known = next;
            count.fetch_add(1, Ordering::Relaxed);
        }
        let headers = [("Content-Type", "application/json"), ("If-Match", &*format!("\"{}\"", next.0 - 1))];
        let body = json!({"plekkenVrij": next.1, "grondslag": "actueel"}).to_string();
        match browser.try_send("PUT", &format!("/v1/aanbod/{id}"), &headers, body) {
            Ok(answer) => assert_eq!(answer.status, 200, "{}", answer.body),
            Err(_) => return known,
        }
        if when == Acknowledged::ByAnAnswer {
            known = next;
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Lets writers write and kills the server after some acknowledged writes. Returns what was acknowledged.
fn write_and_kill(
    program: &mut Program,
    token: &str,
    start: &BTreeMap<i64, Standing>,
    writes: usize,
    when: Acknowledged,
) -> BTreeMap<i64, Standing> {
    let (count, browser) = (AtomicUsize::new(0), Browser::new(&program.url).with_token(token));
    std::thread::scope(|scope| {
        let writers: Vec<_> = start
            .iter()
            .map(|(&id, &from)| {
                let (browser, count) = (browser.clone(), &count);
                scope.spawn(move || (id, write_until_killed(&browser, id, from, when, count)))
            })
            .collect();
        while count.load(Ordering::Relaxed) < writes {
            std::thread::yield_now();
        }
        program.kill();
        writers.into_iter().map(|writer| writer.join().expect("a writer")).collect()
    })
}

/// What was acknowledged and is not there.
fn lost(conn: &mut Connection, acknowledged: &BTreeMap<i64, Standing>) -> Vec<String> {
    let check = |(&id, &known): (&i64, &Standing)| {
        let stored = standing(conn, id);
        // The write that was under way may have been kept without anybody hearing of it.
        let is_there = stored == known || stored.0 == known.0 + 1;
        (!is_there).then(|| format!("offer {id}: acknowledged {known:?}, stored {stored:?}"))
    };
    acknowledged.iter().filter_map(check).collect()
}

/// Offers whose figures, history and audit do not tell the same number of changes since `before`.
fn half(conn: &mut Connection, before: &BTreeMap<i64, (Standing, (i64, i64))>) -> Vec<String> {
    let check = |(&id, &((version, _), (history, audit))): (&i64, &(Standing, (i64, i64)))| {
        let (standing, now) = at_one_moment(conn, |conn| (standing(conn, id), lines(conn, id)));
        let changes = i64::from(standing.0 - version);
        let told = (now.0 - history, now.1 - audit);
        (told != (changes, changes)).then(|| format!("offer {id}: {changes} changes, {told:?} lines"))
    };
    before.iter().filter_map(check).collect()
}

fn state_of(conn: &mut Connection, offers: &[i64]) -> BTreeMap<i64, (Standing, (i64, i64))> {
    let state = |&id| (id, at_one_moment(conn, |conn| (standing(conn, id), lines(conn, id))));
    offers.iter().map(state).collect()
}

fn standings(state: &BTreeMap<i64, (Standing, (i64, i64))>) -> BTreeMap<i64, Standing> {
    state.iter().map(|(&id, &(standing, _))| (id, standing)).collect()
}

on_both! {
    fn what_was_acknowledged_survives_a_kill_and_nothing_is_half(server) {
        let conn = &mut server.connection();
        let offers = own_offers(conn);
        let mut token = None;
        for round in Rounds::on(server, "kills", 3, 1000) {
            let mut program = Program::start(server.database_url());
            let token = token.get_or_insert_with(|| program.token(USER));
            let before = state_of(conn, &offers);
            let writes = 1 + Dice::new(round).below(25);
            let acknowledged = write_and_kill(&mut program, token, &standings(&before), writes, Acknowledged::ByAnAnswer);
            assert_eq!(lost(conn, &acknowledged), Vec::<String>::new(), "round {round}");
            assert_eq!(half(conn, &before), Vec::<String>::new(), "round {round}");
        }
    }
}

#[test]
fn the_same_check_catches_what_is_acknowledged_too_early() {
    let server = TestServer::start(crate::support::Backend::Sqlite);
    let conn = &mut server.connection();
    let offers = own_offers(conn);
    let mut token = None;
    let caught = (0..50).any(|_| {
        let mut program = Program::start(server.database_url());
        let token = token.get_or_insert_with(|| program.token(USER));
        let start = standings(&state_of(conn, &offers));
        let acknowledged = write_and_kill(&mut program, token, &start, 1, Acknowledged::WhenSent);
        !lost(conn, &acknowledged).is_empty()
    });
    assert!(caught, "a server that is killed at once has not kept what was on its way");
}

on_both! {
    fn the_same_check_catches_a_write_that_is_half_there(server) {
        let conn = &mut server.connection();
        let offers = own_offers(conn);
        let before = state_of(conn, &offers);
        // Figures without a line in the history or the audit.
        server.execute(&format!("UPDATE offer SET version = version + 1 WHERE id = {}", offers[0]));
        assert_eq!(half(conn, &before).len(), 1);
    }
}
