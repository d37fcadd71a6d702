//! Killing the program while crisis requests come in: what was acknowledged is there, with its line and its audit.

use std::sync::atomic::{AtomicUsize, Ordering};

use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::db::schema::{audit_event, crisis_request, crisis_request_event};
use diesel::prelude::*;
use serde_json::json;

use super::program::Program;
use super::{Dice, Rounds, at_one_moment};
use crate::on_both;
use crate::support::crisis::{ALMERE, DESK, draft};
use crate::support::{Backend, Browser, TestServer};

/// How many telephones ring at once.
const WRITERS: usize = 3;

/// Requests, lines that they came in, and lines of the audit.
fn counts(conn: &mut Connection) -> (i64, i64, i64) {
    at_one_moment(conn, |conn| {
        let requests = crisis_request::table.count().get_result(conn).expect("a count");
        let lines = crisis_request_event::table.filter(crisis_request_event::event.eq("aangemeld")).count();
        let audit = audit_event::table.filter(audit_event::action.eq("crisis-aanmelden")).count();
        (requests, lines.get_result(conn).expect("a count"), audit.get_result(conn).expect("a count"))
    })
}

/// Sends requests until there is no server any more. Returns the codes that were acknowledged.
fn send_until_killed(browser: &Browser, sent: &AtomicUsize, acknowledged: &AtomicUsize) -> Vec<String> {
    let mut codes = Vec::new();
    let body = json!({
        "gemeente": ALMERE, "leeftijd": 14, "verwijzer": "huisarts", "vraag": "ambulant", "urgentie": "acuut",
        "ontvangenOp": "2026-11-20T09:00:00Z", "tochAanmelden": true,
    });
    loop {
        sent.fetch_add(1, Ordering::Relaxed);
        let headers = [("Content-Type", "application/json")];
        match browser.try_send("POST", "/v1/crisisaanvragen", &headers, body.to_string()) {
            Ok(answer) => {
                assert_eq!(answer.status, 201, "{}", answer.body);
                codes.push(answer.json()["aanvraag"]["code"].as_str().expect("a code").replace('-', ""));
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => return codes,
        }
    }
}

/// Lets requests come in and kills the server after some. Returns what was acknowledged, and how many were sent.
fn send_and_kill(program: &mut Program, token: &str, enough: usize) -> (Vec<String>, usize) {
    let (sent, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let browser = Browser::new(&program.url).with_token(token);
    let codes = std::thread::scope(|scope| {
        let writers: Vec<_> =
            (0..WRITERS).map(|_| scope.spawn(|| send_until_killed(&browser, &sent, &acknowledged))).collect();
        while acknowledged.load(Ordering::Relaxed) < enough {
            std::thread::yield_now();
        }
        program.kill();
        writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect()
    });
    (codes, sent.load(Ordering::Relaxed))
}

/// The codes that were acknowledged and are not there.
fn lost(conn: &mut Connection, codes: &[String]) -> Vec<String> {
    let is_lost = |code: &&String| {
        let found: i64 = crisis_request::table
            .filter(crisis_request::code.eq(code.as_str()))
            .count()
            .get_result(conn)
            .expect("a count");
        found != 1
    };
    let mut missing = is_lost;
    codes.iter().filter(|code| missing(code)).cloned().collect()
}

/// Whether requests, lines and audit tell the same.
fn is_whole((requests, lines, audit): (i64, i64, i64)) -> bool {
    requests == lines && lines == audit
}

on_both! {
    fn a_crisis_request_that_was_acknowledged_survives_a_kill(server) {
        let conn = &mut server.connection();
        let mut token = None;
        for round in Rounds::on(server, "crisis_kills", 2, 100) {
            let mut program = Program::start(server.database_url());
            let token = token.get_or_insert_with(|| program.token(DESK));
            let (codes, _) = send_and_kill(&mut program, token, 1 + Dice::new(round).below(20));
            assert_eq!(lost(conn, &codes), Vec::<String>::new(), "round {round}");
            assert!(is_whole(counts(conn)), "round {round}: {:?}", counts(conn));
        }
    }
}

#[test]
fn the_same_check_catches_a_crisis_request_that_is_acknowledged_too_early() {
    let server = TestServer::start(Backend::Sqlite);
    let conn = &mut server.connection();
    let mut token = None;
    // The broken twin counts a request as kept when it is on its way.
    let caught = (0..50).any(|_| {
        let mut program = Program::start(server.database_url());
        let token = token.get_or_insert_with(|| program.token(DESK));
        let before = counts(conn).0;
        let (_, sent) = send_and_kill(&mut program, token, 1);
        counts(conn).0 - before < i64::try_from(sent).expect("few")
    });
    assert!(caught, "a server that is killed at once has not kept what was on its way");
}

on_both! {
    fn the_same_check_catches_a_crisis_request_without_its_line(server) {
        let request = server.crisis(&draft(ALMERE, 14));
        let conn = &mut server.connection();
        assert!(is_whole(counts(conn)) && lost(conn, &[request.code.as_str().to_owned()]).is_empty());
        server.execute(
            "INSERT INTO crisis_request (region_id, code, received_at, recorded_at, by_phone_note, age_group, referrer, asked, urgency, \
             safety, handler, status, recorded_by, version) SELECT region_id, '222222222', received_at, recorded_at, by_phone_note, \
             age_group, referrer, asked, urgency, safety, handler, status, recorded_by, version FROM crisis_request",
        );
        assert!(!is_whole(counts(conn)));
        assert_eq!(lost(conn, &["333333333".to_owned()]).len(), 1);
    }
}
