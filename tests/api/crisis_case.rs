//! A case from its first offer to its end: closing it, taking it back, and answering too late leave nothing open and lose
//! nothing.

use beschikbaarheidswijzer::crisis::distribution::answering::answer_assignment;
use beschikbaarheidswijzer::crisis::distribution::model::Answer as Word;
use beschikbaarheidswijzer::db::schema::{crisis_assignment, crisis_place, crisis_provision, crisis_request};
use beschikbaarheidswijzer::error::Error;
use chrono::{DateTime, Duration};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::crisis::DESK as LOKET;
use crate::support::dividing::{DESK, DIJKWACHT, KETELHAVEN, POLDERLICHT, RANDMEER};
use crate::support::{Answer, TestServer, now};

const ROOM: &str = "De Kade kamer 1";
const OTHER_ROOM: &str = "De Kade kamer 2";

fn offer(server: &TestServer, code: &str) -> i64 {
    let answer = server.user(DESK).post("/v1/crisistoewijzingen", &json!({"aanvraag": code}));
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_i64().expect("a number")
}

fn reply(server: &TestServer, user: &str, id: i64, body: &Value) -> Answer {
    server.user(user).post(&format!("/v1/crisistoewijzingen/{id}/antwoord"), body)
}

fn accept(server: &TestServer, user: &str, id: i64) -> Answer {
    reply(server, user, id, &json!({"antwoord": "aannemen"}))
}

fn hold(server: &TestServer, place: &str, code: &str) -> Answer {
    let id = server.place_id(place);
    server.user(DESK).post(&format!("/v1/crisisplaatsen/{id}/vasthouding"), &json!({"aanvraag": code}))
}

fn close(server: &TestServer, code: &str) -> Answer {
    let step = json!({"stap": "sluiten-zonder-inzet", "reden": "alternatief"});
    server.user(LOKET).post(&format!("/v1/crisisaanvragen/{code}/stappen"), &step)
}

fn place(server: &TestServer, room: &str, code: &str, helper: &str) -> Answer {
    let body = json!({"aanvraag": code, "startOp": "2026-11-21", "vrijwillig": false, "begeleider": helper});
    server.user(DESK).post(&format!("/v1/crisisplaatsen/{}/plaatsing", server.place_id(room)), &body)
}

fn status(server: &TestServer, request_id: i64) -> String {
    crisis_request::table
        .find(request_id)
        .select(crisis_request::status)
        .first(&mut server.connection())
        .expect("a request")
}

fn assignments(server: &TestServer, request_id: i64) -> Vec<String> {
    crisis_assignment::table
        .filter(crisis_assignment::request_id.eq(request_id))
        .order(crisis_assignment::id)
        .select(crisis_assignment::status)
        .load(&mut server.connection())
        .expect("assignments")
}

fn held(server: &TestServer, request_id: i64) -> i64 {
    crisis_place::table
        .filter(crisis_place::held_for_request.eq(request_id))
        .count()
        .get_result(&mut server.connection())
        .expect("a count")
}

/// Kind, whether it goes with a stay, and whether it started, of all help of a request.
fn help(server: &TestServer, request_id: i64) -> Vec<(String, bool, bool)> {
    crisis_provision::table
        .filter(crisis_provision::request_id.eq(request_id))
        .order(crisis_provision::id)
        .select((
            crisis_provision::kind,
            crisis_provision::companion_of.is_not_null(),
            crisis_provision::started_on.is_not_null(),
        ))
        .load(&mut server.connection())
        .expect("help")
}

fn mails_to(server: &TestServer, user: &str, words: &str) -> usize {
    let to = format!("{user}@");
    server.mails().iter().filter(|(at, text)| at.starts_with(&to) && text.contains(words)).count()
}

on_both! {
    fn a_request_that_closes_leaves_no_offer_and_no_held_place(server) {
        let request = server.acute(14);
        let code = request.code.as_str();
        let offered = offer(server, code);
        assert_eq!(hold(server, ROOM, code).status, 200);
        assert_eq!(close(server, code).status, 200);
        assert_eq!((assignments(server, request.id), held(server, request.id)), (vec!["ingetrokken".to_owned()], 0));
        assert_eq!(mails_to(server, POLDERLICHT.0, "heeft de aanvraag ingetrokken"), 1);
        assert_eq!(mails_to(server, KETELHAVEN.0, "niet langer vast"), 1);
        assert_eq!(accept(server, POLDERLICHT.0, offered).status, 409);
        assert_eq!(help(server, request.id), [("geen".to_owned(), false, false)]);
        // What was accepted and did not start ends as well, without a record that lacks something.
        let other = server.acute(15);
        let offered = offer(server, other.code.as_str());
        assert_eq!(accept(server, first_asked(server, offered), offered).status, 200);
        assert_eq!(close(server, other.code.as_str()).status, 200);
        assert_eq!((assignments(server, other.id), help(server, other.id)), (vec!["ingetrokken".to_owned()], vec![("geen".to_owned(), false, false)]));
    }
}

/// The user of the provider that was asked.
fn first_asked(server: &TestServer, id: i64) -> &'static str {
    let asked = server.user(DESK).get(&format!("/v1/crisistoewijzingen/{id}")).json()["aanbieder"].clone();
    let found = [POLDERLICHT, DIJKWACHT, RANDMEER].into_iter().find(|(_, agb)| asked == *agb);
    found.expect("one of the three").0
}

on_both! {
    fn of_closing_and_giving_at_once_one_wins_and_nothing_stays_open(server) {
        let desk = server.user(LOKET);
        let divider = server.user(DESK);
        for round in 0..12 {
            let request = server.acute(14);
            let code = request.code.as_str().to_owned();
            let id = offer(server, &code);
            let provider = server.user(first_asked(server, id));
            let room = server.place_id(ROOM);
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let closing = scope.spawn(|| {
                    let step = json!({"stap": "sluiten-zonder-inzet", "reden": "alternatief"});
                    desk.post(&format!("/v1/crisisaanvragen/{code}/stappen"), &step).status
                });
                let accepting = scope.spawn(|| {
                    provider.post(&format!("/v1/crisistoewijzingen/{id}/antwoord"), &json!({"antwoord": "aannemen"})).status
                });
                let holding = scope.spawn(|| {
                    divider.post(&format!("/v1/crisisplaatsen/{room}/vasthouding"), &json!({"aanvraag": code})).status
                });
                [closing, accepting, holding].map(|one| one.join().expect("it ends")).to_vec()
            });
            // Whatever came first, closing goes for the request as it then is.
            assert_eq!(statuses[0], 200, "round {round}: {statuses:?}");
            assert!(statuses[1..].iter().all(|status| [200, 409].contains(status)), "round {round}: {statuses:?}");
            assert_eq!(status(server, request.id), "afgesloten");
            assert_eq!((assignments(server, request.id), held(server, request.id)), (vec!["ingetrokken".to_owned()], 0), "round {round}: {statuses:?}");
            assert_eq!(help(server, request.id), [("geen".to_owned(), false, false)], "round {round}: {statuses:?}");
        }
    }
}

on_both! {
    fn the_toegang_takes_back_what_it_referred_itself(server) {
        let toegang = server.user("toegang-almere");
        let body = json!({"gemeente": "GM0034", "leeftijd": 14, "verwijzer": "gemeentelijke-toegang", "vraag": "ambulant",
            "urgentie": "acuut", "ontvangenOp": "2026-11-20T09:00:00Z"});
        let made = toegang.post("/v1/crisisaanvragen", &body);
        assert_eq!(made.status, 201, "{}", made.body);
        let code = made.json()["aanvraag"]["code"].as_str().expect("a code").to_owned();
        let id: i64 = crisis_request::table.filter(crisis_request::code.eq(code.replace('-', ""))).select(crisis_request::id)
            .first(&mut server.connection()).expect("a request");
        let offered = offer(server, &code);
        let path = format!("/v1/crisisaanvragen/{code}/intrekking");
        let why = json!({"reden": "ingetrokken"});
        // Not another's, not the desk, and not with a reason that says who handles it.
        assert_eq!(server.user("toegang-dronten").post(&path, &why).status, 404);
        assert_eq!(server.user(LOKET).post(&path, &why).status, 403);
        assert_eq!(toegang.post(&path, &json!({"reden": "eigen-team"})).clashing_fields(), ["reden"]);
        assert_eq!(toegang.post(&path, &json!({})).wrong_fields(), ["reden"]);
        let of_desk = server.acute(15);
        assert_eq!(toegang.post(&format!("/v1/crisisaanvragen/{}/intrekking", of_desk.code), &why).status, 403, "the desk wrote it down");
        let withdrawn = toegang.post(&path, &why);
        assert_eq!((withdrawn.status, &withdrawn.json()["status"], &withdrawn.json()["redenGeen"]), (200, &json!("afgesloten"), &json!("ingetrokken")), "{}", withdrawn.body);
        assert_eq!(assignments(server, id), ["ingetrokken"]);
        assert_eq!(mails_to(server, POLDERLICHT.0, "heeft de aanvraag ingetrokken"), 1);
        assert_eq!(accept(server, POLDERLICHT.0, offered).status, 409);
        assert!(server.visitor(LOKET).get("/crisis").body.contains("ingetrokken door de toegang"), "the board tells");
        assert_eq!(toegang.post(&path, &why).status, 409, "once");
    }
}

on_both! {
    fn who_accepts_too_late_hears_so_and_the_desk_sees_it_once(server) {
        let request = server.acute(14);
        let id = offer(server, request.code.as_str());
        let offered = server.user(DESK).get(&format!("/v1/crisistoewijzingen/{id}")).json();
        let answer_by: DateTime<chrono::Utc> = offered["antwoordVoor"].as_str().expect("a time").parse().expect("a time");
        let later = answer_by + Duration::seconds(1);
        let late = server.start_later(later - now());
        let actor = server.actor(POLDERLICHT.0);
        let say = |words: &Word| match answer_assignment(&mut server.connection(), &actor, later, "", id, words) {
            Err(Error::Conflict(message)) => message,
            other => panic!("it is too late: {other:?}"),
        };
        for _ in 0..2 {
            let told = say(&Word::Accept);
            assert!(told.starts_with("De termijn voor uw antwoord is voorbij. Het crisispunt ziet"), "{told}");
        }
        let path = format!("/crisis/toewijzingen/{id}");
        let page = late.visitor(POLDERLICHT.0).post_form(&format!("{path}/aannemen"), &[]);
        assert_eq!(page.status, 409);
        for part in ["Uw antwoord is niet verwerkt", "Het crisispunt ziet dat u deze aanvraag had willen aannemen", "0320 00 01 00", "Termijn voorbij"] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        assert_eq!((assignments(server, request.id), status(server, request.id)), (vec!["aangeboden".to_owned()], "in-behandeling".to_owned()), "nothing changed");
        let told = server.user(LOKET).get(&format!("/v1/crisisaanvragen/{}", request.code)).json()["tijdlijn"].to_string();
        assert_eq!(told.matches("te-laat-aangenomen").count(), 1, "{told}");
        assert_eq!(say(&Word::Refuse("vol".into())), "De termijn voor uw antwoord is voorbij.");
    }
}

on_both! {
    fn a_stay_after_an_accepted_offer_leaves_no_help_without_a_start(server) {
        let request = server.acute(14);
        let code = request.code.as_str();
        assert_eq!(accept(server, POLDERLICHT.0, offer(server, code)).status, 200);
        let refused = place(server, ROOM, code, DIJKWACHT.1);
        assert_eq!(refused.clashing_fields(), ["begeleider"]);
        assert!(refused.body.contains("Polderlicht Jeugdhulp nam de ambulante hulp al aan"), "{}", refused.body);
        assert_eq!(hold(server, OTHER_ROOM, code).status, 200);
        assert_eq!(place(server, ROOM, code, POLDERLICHT.1).status, 200);
        assert_eq!(help(server, request.id), [("ambulant".to_owned(), true, true), ("crisisbed".to_owned(), false, true)]);
        assert_eq!(held(server, request.id), 0, "the other place is free again");
        // An offer that nobody answered ends by it.
        let other = server.acute(15);
        let id = offer(server, other.code.as_str());
        let asked = first_asked(server, id);
        assert_eq!(place(server, OTHER_ROOM, other.code.as_str(), RANDMEER.1).status, 200);
        assert_eq!(assignments(server, other.id), ["ingetrokken"]);
        assert_eq!(accept(server, asked, id).status, 409);
    }
}

on_both! {
    fn the_records_wait_for_what_is_still_divided(server) {
        let keeper = server.visitor("registratie-flevoland");
        let request = server.acute(14);
        let code = request.code.as_str();
        let save = |changes: &[(&str, &str)]| {
            let path = format!("/crisis/registratie/{}/nieuw", request.code);
            let mut form = crate::support::Form::on(&keeper.get(&path).body, &path);
            for (name, value) in changes {
                form.set(name, value);
            }
            form.send(&keeper)
        };
        let id = offer(server, code);
        let busy = save(&[("soort", "geen"), ("redenGeen", "alternatief")]);
        assert!(busy.status == 400 && busy.body.contains("wordt nog verdeeld"), "{}", busy.body);
        assert_eq!(server.user(DESK).post(&format!("/v1/crisistoewijzingen/{id}/intrekking"), &json!({})).status, 200);
        assert_eq!(save(&[("soort", "geen"), ("redenGeen", "alternatief")]).status, 303);
        assert_eq!(status(server, request.id), "afgesloten");
    }
}
