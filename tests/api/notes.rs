//! Notes: what in them is about a person is told together with all else that is wrong, wherever a note is written.

use serde_json::{Value, json};

use crate::on_both;
use crate::support::clients::{CODE, client_for, register};
use crate::support::crisis::{ALMERE, DESK, draft};
use crate::support::waiting::{HAVEN, TOEGANG};
use crate::support::{Answer, Browser, Form, TestServer, unescaped};

const CALL: &str = "Bel moeder op 06-12345678";

/// A client past its norm, which waits for a product that may be bridged.
fn overdue(server: &TestServer) {
    let mut draft = client_for("GM0243");
    (draft.product, draft.birth_year) = ("43A11".parse().ok(), Some(2018));
    draft.alternatives = Vec::new();
    (draft.referred_on, draft.decided_on) = ("2026-03-01".parse().ok(), "2026-03-02".parse().ok());
    register(server, TOEGANG, draft, CODE);
}

/// The fields that are wrong, each once and in the order of the alphabet; what the note says of a person is in words.
fn wrong(answer: &Answer) -> Vec<String> {
    let mut fields = answer.wrong_fields();
    fields.sort_unstable();
    fields.dedup();
    assert!(answer.body.contains("06-12345678") || answer.body.contains("telefoonnummer"), "{}", answer.body);
    fields
}

on_both! {
    fn a_call_hears_of_a_note_with_all_else_that_is_wrong(server) {
        let client = &server.waiting()[0];
        let id = server.responded(HAVEN, client);
        overdue(server);
        let (toegang, haven) = (server.user(TOEGANG), server.user(HAVEN.0));
        let own = |what: &str| format!("/v1/reacties/{id}/{what}");
        let weighed = |what: &str| TestServer::weigh_path(client, id, what);
        let of_client = |what: &str| format!("/v1/wachtenden/{CODE}/{what}");
        let registration = json!({"gemeente": "GM0243", "geboortejaar": 2014, "geboortekwartaal": 9, "product": "45A12",
            "verwijzer": "huisarts", "verwezenOp": "2027-11-02", "urgentie": "regulier", "maatregel": false, "toelichting": CALL});
        let cases: [(&Browser, String, Value, &[&str]); 12] = [
            (&haven, "/v1/reacties".into(), json!({"wachtende": "x", "aanbod": 1, "startOp": "2026-11-20", "opmerking": CALL}), &["geldigTot", "opmerking", "startOp", "wachtende"]),
            (&haven, own("intrekking"), json!({"reden": "x", "toelichting": CALL}), &["reden", "toelichting"]),
            (&haven, own("niet-gestart"), json!({"toelichting": CALL}), &["reden", "toelichting"]),
            (&haven, own("vragen"), json!({"vraag": "x", "toelichting": CALL}), &["toelichting", "vraag"]),
            (&haven, own("vragen/1/antwoord"), json!({"antwoord": "x", "toelichting": CALL}), &["antwoord", "toelichting"]),
            (&toegang, weighed("acceptatie"), json!({"reden": "x", "toelichting": CALL}), &["reden", "toelichting"]),
            (&toegang, weighed("afwijzing"), json!({"reden": "x", "parkerenTot": "morgen", "toelichting": CALL}), &["parkerenTot", "reden", "toelichting"]),
            (&toegang, "/v1/wachtenden".into(), registration, &["geboortekwartaal", "toelichting", "verwezenOp"]),
            (&toegang, of_client("stappen"), json!({"stap": "pauzeren", "toelichting": CALL}), &["reden", "toelichting", "tot"]),
            (&toegang, of_client("overbruggingen"), json!({"agb": "98990001", "product": "x!", "start": "2030-01-01", "toelichting": CALL}), &["product", "start", "toelichting"]),
            (&toegang, format!("/v1/bemiddelingen/{CODE}/afsluiting"), json!({"uitkomst": "x", "toelichting": CALL}), &["toelichting", "uitkomst"]),
            (&toegang, of_client("stappen"), json!({"stap": "intrekken", "reden": "anders", "tot": "x", "toelichting": CALL}), &["toelichting", "tot"]),
        ];
        for (user, path, body, fields) in cases {
            assert_eq!(wrong(&user.post(&path, &body)), fields, "{path}");
        }
        // Words that are missing come with what is wrong elsewhere, and are a clash by themselves.
        let half = json!({"reden": "anders", "meer": 1});
        assert_eq!(haven.post(&own("intrekking"), &half).wrong_fields(), ["meer", "toelichting"]);

        let made = toegang.post(&of_client("overbruggingen"), &json!({"agb": "98990001", "product": "41A02", "start": "2026-11-23"}));
        assert_eq!(made.status, 201, "{}", made.body);
        let care = of_client(&format!("overbruggingen/{}", made.json()["nummer"]));
        let ends = json!({"start": "2026-11-23", "einde": "2030-01-01", "reden": "familie", "eindToelichting": CALL});
        assert_eq!(wrong(&toegang.put_version(&care, "\"1\"", &ends)), ["eindToelichting", "reden"]);
        let too_late = json!({"start": "2026-11-23", "einde": "2030-01-01", "reden": "anders", "eindToelichting": CALL});
        assert_eq!(toegang.put_version(&care, "\"1\"", &too_late).clashing_fields(), ["eindToelichting", "einde"]);
        let facts = json!({"leeftijd": 30, "verwijzer": "huisarts", "verwezenOp": "2027-01-02", "urgentie": "regulier", "maatregel": false, "toelichting": CALL});
        assert_eq!(wrong(&toegang.put_version(&format!("/v1/wachtenden/{CODE}"), "\"1\"", &facts)), ["leeftijd", "toelichting", "verwezenOp"]);
    }
}

on_both! {
    fn the_crisis_point_hears_of_a_note_with_all_else_that_is_wrong(server) {
        let request = server.crisis(&draft(ALMERE, 14));
        let desk = server.user(DESK);
        let path = format!("/v1/crisisaanvragen/{}", request.code);
        let new = json!({"gemeente": "GM9999", "leeftijd": 14, "verwijzer": "huisarts", "vraag": "ambulant", "urgentie": "x", "toelichting": CALL});
        assert_eq!(wrong(&desk.post("/v1/crisisaanvragen", &new)), ["gemeente", "toelichting", "urgentie"]);
        let refer = json!({"stap": "doorverwijzen", "toelichting": CALL});
        // Without anything else that is wrong by itself they collide, all of them together.
        assert_eq!(desk.post(&format!("{path}/stappen"), &refer).clashing_fields(), ["toelichting", "reden", "naar"]);
        let facts = json!({"leeftijd": 40, "vraag": "ambulant", "toelichting": CALL});
        assert_eq!(wrong(&desk.put_version(&format!("{path}/gegevens"), "\"1\"", &facts)), ["leeftijd", "toelichting"]);
        let handed = json!({"taak": "x", "tekst": CALL});
        assert_eq!(wrong(&desk.post("/v1/crisisoverdrachten", &handed)), ["taak", "tekst"]);
    }
}

/// Sends a form with these values, and looks for each of these fields among what is wrong.
fn refused(visitor: &Browser, (page, action): (&str, &str), values: &[(&str, &str)], fields: &[&str]) {
    let mut form = Form::on(&visitor.get(page).body, action);
    for (name, value) in values {
        form.set(name, value);
    }
    let answer = form.send(visitor);
    assert_eq!(answer.status, 400, "{action}: {}", answer.body);
    for field in fields {
        assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{action}, {field}: {}", answer.body);
    }
    assert!(
        unescaped(&answer.body).contains("Schrijf niets over een persoon op"),
        "{action}: {}",
        answer.body
    );
}

on_both! {
    fn a_page_shows_what_a_note_says_of_a_person_with_all_else_that_is_wrong(server) {
        let clients = server.waiting();
        let id = server.responded(HAVEN, &clients[0]);
        overdue(server);
        let (toegang, haven) = (server.visitor(TOEGANG), server.visitor(HAVEN.0));
        let respond = format!("/wachtenden/{}", server.handle_of(&clients[1]));
        refused(&haven, (&respond, &respond), &[("startOp", "20-11-2026"), ("geldigTot", "morgen"), ("opmerking", CALL)], &["startOp", "geldigTot", "opmerking"]);
        let own = format!("/reacties/{id}");
        refused(&haven, (&own, &format!("{own}/intrekken")), &[("toelichting", CALL)], &["reden", "toelichting"]);
        refused(&haven, (&own, &format!("{own}/vragen")), &[("vraagUitleg", CALL)], &["vraag", "vraagUitleg"]);
        let weighed = format!("/wachtlijst/{}/reacties/{id}", clients[0].code);
        refused(&toegang, (&weighed, &format!("{weighed}/accepteren")), &[("kiesUitleg", CALL)], &["kiesReden", "kiesUitleg"]);
        refused(&toegang, (&weighed, &format!("{weighed}/afwijzen")), &[("toelichting", CALL), ("parkerenTot", "ooit")], &["reden", "toelichting", "parkerenTot"]);
        let hold = format!("/wachtlijst/{CODE}/stap/pauzeren");
        refused(&toegang, (&hold, &hold), &[("toelichting", CALL)], &["reden", "tot", "toelichting"]);
        let bridging = format!("/wachtlijst/{CODE}/overbrugging");
        refused(&toegang, (&bridging, &bridging), &[("start", "01-01-2030"), ("toelichting", CALL)], &["aanbod", "start", "toelichting"]);
        let mediation = format!("/bemiddeling/{CODE}");
        assert_eq!(Form::on(&toegang.get(&mediation).body, &format!("{mediation}/stappen")).send(&toegang).status, 303);
        refused(&toegang, (&mediation, &format!("{mediation}/afsluiten")), &[("toelichting", CALL)], &["uitkomst", "toelichting"]);
        let desk = server.visitor(DESK);
        let refer = format!("/crisis/aanvragen/{}/stap/doorverwijzen", server.crisis(&draft(ALMERE, 14)).code);
        refused(&desk, (&refer, &refer), &[("toelichting", CALL)], &["reden", "naar", "toelichting"]);
    }
}
