//! Records of the registratiepunt, corrected while the crisis point works with them.

use beschikbaarheidswijzer::db::schema::{crisis_request, crisis_stay_note};
use diesel::prelude::*;
use serde_json::json;

use crate::on_both;
use crate::support::dividing::{DESK, DIJKWACHT, POLDERLICHT};
use crate::support::{Answer, Browser, Form, TestServer};

const REGISTRAR: &str = "registratie-flevoland";
const ROOM: &str = "De Kade kamer 1";

fn state(server: &TestServer, name: &str) -> String {
    let places = server.user(DESK).get("/v1/crisisplaatsen").json();
    let all = places["plaatsen"].as_array().expect("a list");
    all.iter().find(|place| place["naam"] == name).expect("a place")["stand"]
        .as_str()
        .expect("a state")
        .to_owned()
}

fn place(server: &TestServer, code: &str) -> Answer {
    let path = format!("/v1/crisisplaatsen/{}/plaatsing", server.place_id(ROOM));
    let stay = json!({
        "aanvraag": code, "startOp": "2026-11-21", "vrijwillig": false, "begeleider": DIJKWACHT.1,
        "groepsnotities": ["kwetsbaar"],
    });
    server.user(DESK).post(&path, &stay)
}

fn status(server: &TestServer, id: i64) -> String {
    let request = crisis_request::table.find(id).select(crisis_request::status);
    request.first(&mut server.connection()).expect("a request")
}

/// Sends the form of one line of a record with these fields filled in.
fn correct(registrar: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut form = Form::on(&registrar.get(path).body, path);
    for (name, value) in fields {
        form.set(name, value);
    }
    form.send(registrar)
}

on_both! {
    fn a_stay_that_the_registratiepunt_ends_frees_its_place(server) {
        let (one, two) = (server.acute(14), server.acute(15));
        let placed = place(server, one.code.as_str());
        assert_eq!(placed.status, 200, "{}", placed.body);
        let registrar = server.visitor(REGISTRAR);
        let path = format!("/crisis/registratie/{}/1", one.code);
        let other_kind = correct(&registrar, &path, &[("soort", "pleegzorg")]);
        assert!(other_kind.status == 400 && other_kind.body.contains("vul eerst het einde in"), "{}", other_kind.body);
        let ended = correct(&registrar, &path, &[("einde", "21-11-2026"), ("vervolg", "naar-huis-met-hulp")]);
        assert_eq!(ended.status, 303, "{}", ended.body);
        assert_eq!(state(server, ROOM), "vrij");
        let notes: i64 = crisis_stay_note::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(notes, 0, "nothing of the group is kept longer than the stay");
        assert_eq!(place(server, two.code.as_str()).status, 200, "for the next child");
        // The first does not come back into a place that is another's by now.
        let back = correct(&registrar, &path, &[("einde", ""), ("vervolg", "")]);
        assert!(back.status == 400 && back.body.contains("kwam de crisisplaats vrij"), "{}", back.body);
        assert_eq!(state(server, ROOM), "bezet");
    }
}

on_both! {
    fn a_correction_of_a_request_that_is_assigned_does_not_start_its_help(server) {
        let request = server.acute(14);
        let offered = server.user(DESK).post("/v1/crisistoewijzingen", &json!({"aanvraag": request.code.as_str()})).json();
        let path = format!("/v1/crisistoewijzingen/{}/antwoord", offered["id"]);
        let accepted = server.user(POLDERLICHT.0).post(&path, &json!({"antwoord": "aannemen"}));
        assert_eq!(accepted.status, 200, "{}", accepted.body);
        let registrar = server.visitor(REGISTRAR);
        let record = format!("/crisis/registratie/{}", request.code);
        let facts = format!("{record}/0");
        assert_eq!(registrar.get(&facts).status, 200, "the request itself is number nought");
        let stale = Form::on(&registrar.get(&facts).body, &facts);
        let saved = correct(&registrar, &facts, &[("verwijzer", "gemeentelijke-toegang")]);
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert_eq!(status(server, request.id), "toegewezen");
        assert!(registrar.get(&record).body.contains("Gemeentelijke toegang"), "it is corrected");
        assert_eq!(stale.send(&registrar).status, 409, "somebody was first");
        let begun = correct(&registrar, &format!("{record}/1"), &[("begin", "21-11-2026")]);
        assert_eq!(begun.status, 303, "{}", begun.body);
        assert_eq!(status(server, request.id), "loopt");
    }
}

on_both! {
    fn a_correction_of_what_another_handles_leaves_it_with_that_other(server) {
        let request = server.acute(14);
        let desk = server.user(crate::support::crisis::DESK);
        let refer = desk.post(
            &format!("/v1/crisisaanvragen/{}/stappen", request.code),
            &json!({"stap": "doorverwijzen", "naar": "24-uursdienst", "reden": "alternatief"}),
        );
        assert_eq!(refer.status, 200, "{}", refer.body);
        let closed_at = || -> Option<chrono::NaiveDateTime> {
            let row = crisis_request::table.find(request.id).select(crisis_request::closed_at);
            row.first(&mut server.connection()).expect("a request")
        };
        let before = closed_at();
        let registrar = server.visitor(REGISTRAR);
        let corrected = correct(&registrar, &format!("/crisis/registratie/{}/1", request.code), &[("redenGeen", "geen-plek")]);
        assert_eq!(corrected.status, 303, "{}", corrected.body);
        assert_eq!((status(server, request.id).as_str(), closed_at()), ("doorverwezen", before));
        let reason = crisis_request::table.find(request.id).select(crisis_request::none_reason);
        let reason: Option<String> = reason.first(&mut server.connection()).expect("a request");
        assert_eq!(reason.as_deref(), Some("geen-plek"));
        // It is no news for the board, which is up to date with it all the same.
        let now = crate::support::now();
        assert!(server.state.boards.refresh(&mut server.connection(), now).expect("a database"));
        assert!(!server.state.boards.refresh(&mut server.connection(), now).expect("a database"), "and once is enough");
    }
}
