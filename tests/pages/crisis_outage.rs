//! The crisis board while the database is away: readable as it last was, nothing written by halves, and up to date again
//! as soon as the database is back.

use beschikbaarheidswijzer::background::JOBS;
use beschikbaarheidswijzer::db::schema::{access_event, crisis_request};
use beschikbaarheidswijzer::db::{Connection, Manager};
use beschikbaarheidswijzer::on_each;
use chrono::Duration;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::json;

use crate::on_both;
use crate::support::crisis::{ALMERE, DESK, draft};
use crate::support::{Form, TestServer, now};

/// Somebody else who sees the board of the desk.
const OTHER: &str = "verdeelpunt-flevoland";

/// The database of a server, away until this is dropped: a file that another has locked, or a server that takes nobody.
struct Away {
    outside: Connection,
    end: String,
}

impl Away {
    fn begin(server: &TestServer) -> Self {
        let url = server.database_url();
        if url.starts_with("sqlite") {
            let mut outside = server.own_connection();
            execute(&mut outside, "BEGIN IMMEDIATE");
            return Self { outside, end: "ROLLBACK".into() };
        }
        let (base, name) = url.rsplit_once('/').expect("a URL with a database");
        let mut outside = Manager::new(&format!("{base}/postgres")).open().expect("the server");
        execute(&mut outside, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
        let all = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        execute(&mut outside, &all);
        Self { outside, end: format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true") }
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        execute(&mut self.outside, &self.end);
    }
}

fn execute(conn: &mut Connection, statement: &str) {
    on_each!(conn, c => c.batch_execute(statement)).expect("the statement works");
}

/// How often a board was looked at.
fn looks(server: &TestServer) -> i64 {
    let of_board = access_event::table.filter(access_event::kind.eq("crisisbord-inzien"));
    of_board.count().get_result(&mut server.own_connection()).expect("a count")
}

on_both! {
    fn the_board_stays_readable_while_the_database_is_away(server) {
        let known = server.crisis(&draft(ALMERE, 14));
        let desk = server.visitor(DESK);
        assert!(desk.get("/crisis").body.contains(&known.code.to_string()));
        let earlier = now() - Duration::minutes(2);
        server.state.boards.refresh(&mut server.own_connection(), earlier).expect("a database");
        let away = Away::begin(server);
        let board = desk.get("/crisis");
        assert_eq!(board.status, 200, "{}", board.body);
        assert!(board.body.contains(&known.code.to_string()) && board.body.contains("Stand van 10.00"), "{}", board.body);
        // A file that another has locked can still be read.
        let is_readable = server.database_url().starts_with("sqlite");
        let beat = desk.get("/crisis/stroom?eenmaal=ja").body;
        assert!(is_readable || beat.contains(r#"{"om":"09.58 uur","actueel":false}"#), "a screen says of when it is: {beat}");
        let step = format!("/crisis/aanvragen/{}/stap/oppakken", known.code);
        let refused = desk.post_form(&step, &[("versie", "1")]);
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")), "{}", refused.body);
        drop(away);
        assert_eq!(looks(server), 1, "the look of the outage is still owed");
        let new = server.crisis(&draft("GM0303", 3));
        // The pool may hold a connection that broke, and finds out by using it.
        let back = (0..8).map(|_| desk.get("/crisis").body).find(|body| body.contains(&new.code.to_string()));
        assert!(back.is_some(), "the board is up to date again");
        assert!(looks(server) >= 3, "the look of the outage is written down too");
        assert_eq!(desk.post_form(&step, &[("versie", "1")]).status, 303, "what was refused was not done");
    }
}

on_both! {
    fn a_session_that_ended_reads_no_board_from_memory(server) {
        server.crisis(&draft(ALMERE, 14));
        let manager = server.user("beheerder-flevoland");
        let check = JOBS.iter().find(|job| job.name == "checking remembered sessions").expect("a job");
        let is_remembered = |cookie: &str| server.state.remembered.find(cookie, now()).is_some();
        let look = |user: &str| {
            let visitor = server.visitor(user);
            assert_eq!(visitor.get("/crisis").status, 200, "{user}");
            let cookie = visitor.cookie("__Host-sessie").expect("a session");
            assert!(is_remembered(&cookie), "{user}");
            (visitor, cookie)
        };
        let (other, others_cookie) = look(OTHER);
        for end in ["password", "uitloggen", "blokkeren"] {
            let (desk, cookie) = look(DESK);
            if end == "password" {
                server.new_password(DESK);
            } else {
                let path = format!("/v1/gebruikers/{}/stappen", server.user_id(DESK));
                assert_eq!(manager.post(&path, &json!({"stap": end})).status, 200, "{end}");
            }
            (check.work)(&mut server.connection(), &server.state, now()).expect("a database");
            assert!(!is_remembered(&cookie), "{end}");
            assert!(is_remembered(&others_cookie), "{end} is of one user");
            if end == "blokkeren" {
                let away = Away::begin(server);
                assert_ne!(desk.get("/crisis").status, 200);
                assert_eq!(other.get("/crisis").status, 200);
                drop(away);
            }
        }
    }
}

on_both! {
    fn who_signs_out_while_the_database_is_away_leaves_no_board(server) {
        server.crisis(&draft(ALMERE, 14));
        let desk = server.visitor(DESK);
        assert_eq!(desk.get("/crisis").status, 200);
        let away = Away::begin(server);
        assert_eq!(desk.get("/crisis").status, 200);
        assert_eq!(desk.post_form("/uitloggen", &[]).status, 503);
        // A file that another has locked can still be read, and tells that the session stands.
        let stands = server.database_url().starts_with("sqlite");
        assert_eq!(desk.get("/crisis").status == 200, stands);
        drop(away);
    }
}

/// The fields of the form for a new request, as somebody typed them.
const TYPED: [(&str, &str); 7] = [
    ("ontvangenOp", "20-11-2026 10.00"),
    ("gemeente", ALMERE),
    ("leeftijd", "9"),
    ("verwijzer", "huisarts"),
    ("vraag", "ambulant"),
    ("urgentie", "acuut"),
    ("toelichting", "De buren vangen op & wachten."),
];

on_both! {
    fn a_request_that_meets_an_outage_comes_back_as_it_was_typed_and_is_kept_once(server) {
        let desk = server.visitor(DESK);
        let mut form = Form::on(&desk.get("/crisis/nieuw").body, "/crisis/nieuw");
        for (name, value) in TYPED {
            form.set(name, value);
        }
        form.set("veiligheid-wapens", "ja");
        let away = Away::begin(server);
        let refused = form.send(&desk);
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")), "{}", refused.body);
        for part in ["nog niet verzonden", "Verzend opnieuw", "Almere", "Huisarts", "De buren vangen op", "Acuut"] {
            assert!(refused.body.contains(part), "{part}: {}", refused.body);
        }
        let again = Form::on(&refused.body, "/crisis/nieuw");
        for (name, value) in TYPED.into_iter().chain([("veiligheid-wapens", "ja")]) {
            assert_eq!(again.value(name), value, "{name}");
        }
        assert_eq!(again.value("eenmalig"), form.value("eenmalig"), "the key goes along");
        let script = desk.post_form_with("/crisis/nieuw", &[("Accept", "application/json")], &TYPED);
        assert_eq!(script.status, 503, "a script hears that it must try again: {}", script.body);
        // A page of another site gets nothing back.
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", "https://elders.example")];
        let other = desk.send("POST", "/crisis/nieuw", &headers, "toelichting=geheim");
        assert!(other.status >= 400 && !other.body.contains("geheim"), "{} {}", other.status, other.body);
        drop(away);
        // The pool may hold a connection that broke, and finds out by using it.
        let kept = (0..8).map(|_| again.send(&desk)).find(|answer| answer.status != 503).expect("the database is back");
        assert_eq!(kept.status, 303, "{}", kept.body);
        assert_eq!(again.send(&desk).header("location"), kept.header("location"), "once more is the same one");
        let count: i64 = crisis_request::table.count().get_result(&mut server.own_connection()).expect("a count");
        assert_eq!(count, 1);
    }
}
