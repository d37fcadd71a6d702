//! Every write about dividing crisis requests, places and running help leaves a line in the audit: of the API and of pages.

use serde_json::{Value, json};

use crate::on_both;
use crate::support::dividing::{DESK, DIJKWACHT, KETELHAVEN, POLDERLICHT};
use crate::support::{Answer, Form, TestServer};

/// The writes of the API in this file.
pub const API_WRITES: [&str; 20] = [
    "POST /v1/crisistoewijzingen",
    "POST /v1/crisistoewijzingen/{id}/antwoord",
    "POST /v1/crisistoewijzingen/{id}/intrekking",
    "POST /v1/crisisplaatsen/{id}/vasthouding",
    "POST /v1/crisisplaatsen/{id}/vrijgave",
    "POST /v1/crisisplaatsen/{id}/plaatsing",
    "POST /v1/crisisplaatsbevestigingen",
    "POST /v1/crisishulp/{id}/stappen",
    "PUT /v1/crisisruimte",
    "POST /v1/crisisaandelen",
    "POST /v1/crisisdiensten",
    "POST /v1/crisisdiensten/{id}/verwijdering",
    "POST /v1/crisisoverdrachten",
    "POST /v1/crisislijsten",
    "PUT /v1/crisislijsten/{id}",
    "PUT /v1/crisispunt",
    "POST /v1/crisisplaatsen",
    "POST /v1/crisisplaatsen/{id}/stand",
    "PUT /v1/crisisplaatsen/{id}",
    "POST /v1/crisisplaatsen/{id}/opheffing",
];

/// The writes of pages in this file.
pub const PAGE_WRITES: [&str; 15] = [
    "/crisis/aanvragen/{code}/verdelen",
    "/crisis/toewijzingen/{id}/weigeren",
    "/crisis/toewijzingen/{id}/aannemen",
    "/crisis/toewijzingen/{id}/intrekken",
    "/crisis/verdeling/ruimte",
    "/beheer/crisispunt/aandelen",
    "/crisis/plaatsen/nieuw",
    "/crisis/plaatsen/{id}/vasthouden",
    "/crisis/plaatsen/{id}/loslaten",
    "/crisis/plaatsen/{id}/plaatsen",
    "/crisis/mijn-plaatsen/bevestigen",
    "/crisis/mijn-plaatsen/{id}",
    "/crisis/inzet/{id}",
    "/crisis/plaatsen/{id}/gegevens",
    "/crisis/plaatsen/{id}/opheffen",
];

fn leaves_a_line(server: &TestServer, what: &str, write: impl FnOnce() -> Answer) -> Answer {
    let before = server.audit_lines();
    let answer = write();
    assert!((200..400).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
    assert!(server.audit_lines() > before, "{what} left no line");
    answer
}

on_both! {
    fn every_write_of_the_api_about_the_division_leaves_a_line(server) {
        let (desk, provider) = (server.user(DESK), server.user(POLDERLICHT.0));
        let request = server.acute(14);
        let code = request.code.as_str();
        let post = |what: usize, id: &Value, body: Value| {
            let path = API_WRITES[what].trim_start_matches("POST ").replace("{id}", &id.to_string());
            let by = if matches!(what, 1 | 6) { &provider } else { &desk };
            leaves_a_line(server, API_WRITES[what], || by.post(&path, &body)).json()["id"].clone()
        };
        let id = post(0, &Value::Null, json!({"aanvraag": code}));
        post(1, &id, json!({"antwoord": "aannemen"}));
        post(2, &id, json!({}));
        let place = json!(server.place_id("De Kade kamer 1"));
        post(3, &place, json!({"aanvraag": code}));
        post(4, &place, json!({"aanvraag": code}));
        post(5, &place, json!({"aanvraag": code, "startOp": "2026-11-21", "vrijwillig": false, "begeleider": DIJKWACHT.1}));
        post(6, &Value::Null, json!({}));
    }
}

on_both! {
    fn every_write_of_the_api_about_help_and_the_point_leaves_a_line(server) {
        let desk = server.user(DESK);
        let manager = server.user("beheerder-flevoland");
        let place = server.place_id("De Kade kamer 1");
        let stay = json!({"aanvraag": server.acute(14).code.as_str(), "startOp": "2026-11-21", "vrijwillig": false, "begeleider": DIJKWACHT.1});
        assert_eq!(desk.post(&format!("/v1/crisisplaatsen/{place}/plaatsing"), &stay).status, 200);
        let running = desk.get("/v1/crisishulp").json()["hulp"].as_array().cloned().expect("a list");
        let help = running.iter().find(|line| line["soort"] == "crisisbed").expect("a stay")["id"].clone();
        let path = |what: usize, id: &Value| API_WRITES[what].split(' ').nth(1).expect("a path").replace("{id}", &id.to_string());
        let none = Value::Null;
        leaves_a_line(server, API_WRITES[7], || desk.post(&path(7, &help), &json!({"stap": "evaluatie", "op": "2026-11-21"})));
        leaves_a_line(server, API_WRITES[8], || server.user(POLDERLICHT.0).put(&path(8, &none), &json!({"volTot": "2026-11-30"})));
        leaves_a_line(server, API_WRITES[9], || {
            manager.post(&path(9, &none), &json!({"aanbieder": DIJKWACHT.1, "gewicht": 40, "vanaf": "2026-12-01"}))
        });
        let shift = json!({"dag": "2027-01-05", "taak": "verdeelpunt", "van": "09:00", "tot": "17:00", "wie": DESK});
        let id = leaves_a_line(server, API_WRITES[10], || desk.post(&path(10, &none), &shift)).json()["id"].clone();
        leaves_a_line(server, API_WRITES[11], || desk.post(&path(11, &id), &json!({})));
        let note = json!({"taak": "verdeelpunt", "tekst": "Twee aanvragen wachten nog op een bed."});
        leaves_a_line(server, API_WRITES[12], || desk.post(&path(12, &none), &note));
        let item = json!({"lijst": "weigering", "code": "verhuizing", "naam": "Wij verhuizen"});
        let id = leaves_a_line(server, API_WRITES[13], || manager.post(&path(13, &none), &item)).json()["id"].clone();
        leaves_a_line(server, API_WRITES[14], || manager.put_version(&path(14, &id), "\"1\"", &json!({"geldigTot": "2026-12-31"})));
        leaves_a_line(server, API_WRITES[15], || manager.put_version(&path(15, &none), "\"1\"", &crate::support::crisis::settings()));
        let room = json!({"aanbieder": KETELHAVEN.1, "soort": "crisisbed", "naam": "De Kade kamer 3", "groep": "De Kade", "telefoon": "0321 00 02 24"});
        let id = leaves_a_line(server, API_WRITES[16], || desk.post(&path(16, &none), &room)).json()["id"].clone();
        let own = server.user(KETELHAVEN.0);
        let closed = leaves_a_line(server, API_WRITES[17], || own.post(&path(17, &id), &json!({"wat": "sluiten", "reden": "ziekte"})));
        let version = closed.header("etag").expect("a version");
        let facts = json!({"naam": "De Kade kamer 4", "groep": "De Kade", "telefoon": "0321 00 02 25"});
        leaves_a_line(server, API_WRITES[18], || desk.put_version(&path(18, &id), version, &facts));
        leaves_a_line(server, API_WRITES[19], || desk.post(&path(19, &id), &json!({})));
    }
}

on_both! {
    fn every_write_of_a_page_about_the_division_leaves_a_line(server) {
        let (desk, provider) = (server.visitor(DESK), server.visitor(POLDERLICHT.0));
        let request = server.acute(14);
        let send = |what: usize, by: &crate::support::Browser, page: &str, action: &str, fields: &[(&str, &str)]| {
            let mut form = Form::on(&by.get(page).body, action);
            for (name, value) in fields {
                form.set(name, value);
            }
            leaves_a_line(server, PAGE_WRITES[what], || form.send(by));
        };
        let divide = format!("/crisis/aanvragen/{}/verdelen", request.code);
        send(0, &desk, &divide, &divide, &[]);
        let own = |id: i64| format!("/crisis/toewijzingen/{id}");
        let newest = || {
            use beschikbaarheidswijzer::db::schema::crisis_assignment;
            use diesel::prelude::*;
            let ids = crisis_assignment::table.order(crisis_assignment::id.desc()).select(crisis_assignment::id);
            ids.first::<i64>(&mut server.connection()).expect("an assignment")
        };
        let first = own(newest());
        send(1, &provider, &first, &format!("{first}/weigeren"), &[("reden", "vol")]);
        let second = own(newest());
        let other = server.visitor(DIJKWACHT.0);
        send(2, &other, &second, &format!("{second}/aannemen"), &[]);
        send(3, &desk, &divide, &format!("{second}/intrekken"), &[]);
        send(4, &provider, "/crisis/verdeling", "/crisis/verdeling/ruimte", &[("volTot", "30-11-2026")]);
        let shares = "/beheer/crisispunt/aandelen";
        let keeper = server.visitor("beheerder-flevoland");
        send(5, &keeper, shares, shares, &[("aanbieder", DIJKWACHT.1), ("gewicht", "40"), ("vanaf", "01-12-2026")]);
        let new = "/crisis/plaatsen/nieuw";
        let fields = [("aanbieder", KETELHAVEN.1), ("soort", "crisisbed"), ("naam", "Nieuw"), ("groep", "Nieuw"), ("telefoon", "0320 00 00 01")];
        send(6, &desk, new, new, &fields);
        let place = format!("/crisis/plaatsen/{}", server.place_id("De Kade kamer 1"));
        let code = request.code.to_string();
        send(7, &desk, &place, &format!("{place}/vasthouden"), &[("aanvraag", &code)]);
        send(8, &desk, &place, &format!("{place}/loslaten"), &[]);
        send(9, &desk, &place, &format!("{place}/plaatsen"), &[("aanvraag", &code), ("begeleider", DIJKWACHT.1)]);
        let keeper = server.visitor(KETELHAVEN.0);
        send(10, &keeper, "/crisis/mijn-plaatsen", "/crisis/mijn-plaatsen/bevestigen", &[]);
        let own_place = format!("/crisis/mijn-plaatsen/{}", server.place_id("De Kade kamer 1"));
        send(11, &keeper, &own_place, &own_place, &[("verwachtVrijOp", "30-11-2026")]);
        let running = keeper.get("/crisis/inzet").body;
        let start = running.find("/crisis/inzet/").expect("a link");
        let help = running[start..].split('"').next().expect("its end").to_owned();
        send(12, &keeper, &help, &help, &[("wat", "evaluatie"), ("geevalueerdOp", "21-11-2026")]);
        let other = format!("/crisis/plaatsen/{}", server.place_id("De Kade kamer 2"));
        let facts = format!("{other}/gegevens");
        send(13, &desk, &facts, &facts, &[("telefoon", "0321 00 02 25")]);
        send(14, &desk, &other, &format!("{other}/opheffen"), &[]);
    }
}
