//! Crisis requests by API: who handles them, what is kept, and who sees what.

use beschikbaarheidswijzer::db::schema::{access_event, crisis_provision, crisis_request};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::crisis::{ALMERE, DESK, LELYSTAD, draft};
use crate::support::{Answer, TestServer};

const PATH: &str = "/v1/crisisaanvragen";

/// A request of Friday at ten, when the point was open.
fn body(changes: &Value) -> Value {
    let mut body = json!({
        "ontvangenOp": "2026-11-20T10:00:00+01:00", "gemeente": ALMERE, "leeftijd": 14, "verwijzer": "huisarts",
        "vraag": "ambulant", "urgentie": "acuut", "veiligheid": ["wapens", "geweld-thuis"],
        "toelichting": "De politie is ter plaatse.",
    });
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            body.as_object_mut().expect("an object").remove(name);
        } else {
            body[name] = value.clone();
        }
    }
    body
}

fn posted(server: &TestServer, changes: &Value) -> Answer {
    server.user(DESK).post(PATH, &body(changes))
}

on_both! {
    fn a_request_is_kept_and_says_who_handles_it(server) {
        for (changes, handler, reason, phone, due) in [
            (json!({}), "crisispunt", "bediend", None, Some("2026-11-20T11:00:00Z")),
            (json!({"gemeente": LELYSTAD, "leeftijd": 3}), "eigen-team", "niet-bediend", Some("0320 00 09 95"), None),
            (json!({"gemeente": LELYSTAD, "leeftijd": 5, "vraag": "crisisbed"}), "crisispunt", "bediend", None, Some("2026-11-20T11:00:00Z")),
            // Saturday morning.
            (json!({"ontvangenOp": null, "leeftijd": 7}), "24-uursdienst", "buiten-werktijd", Some("0320 00 01 12"), None),
            // Thursday at seven in the evening.
            (json!({"ontvangenOp": "2026-11-19T18:00:00Z", "leeftijd": 9}), "24-uursdienst", "buiten-werktijd", Some("0320 00 01 12"), None),
            (json!({"gemeente": null, "buitenRegio": true, "leeftijd": 11}), "eigen-regio", "buiten-regio", None, None),
        ] {
            let answer = posted(server, &changes);
            assert_eq!(answer.status, 201, "{changes}: {}", answer.body);
            let made = answer.json();
            let (request, route) = (&made["aanvraag"], &made["doorverwijzing"]);
            assert_eq!((route["behandelaar"].as_str(), route["reden"].as_str()), (Some(handler), Some(reason)), "{changes}");
            assert_eq!(route["telefoon"].as_str(), phone, "{changes}");
            assert_eq!(request["hulpUiterlijk"].as_str(), due, "{changes}");
            let referred = handler != "crisispunt";
            assert_eq!(request["status"], if referred { "doorverwezen" } else { "nieuw" }, "{changes}");
            let location = answer.header("location").expect("an address").to_owned();
            let found = server.user(DESK).get(&location).json();
            assert_eq!(found["aanvraag"], *request);
            let steps: Vec<&str> =
                found["tijdlijn"].as_array().expect("lines").iter().filter_map(|line| line["gebeurtenis"].as_str()).collect();
            assert_eq!(steps, if referred { vec!["aangemeld", "doorverwezen"] } else { vec!["aangemeld"] }, "{changes}");
        }
        let nothing: i64 = crisis_provision::table
            .filter(crisis_provision::kind.eq("geen"))
            .count()
            .get_result(&mut server.connection())
            .expect("a count");
        assert_eq!(nothing, 4, "who is referred on gets nothing of the point, and is counted so");
    }
}

on_both! {
    fn all_that_is_wrong_is_told_at_once_and_nothing_is_kept(server) {
        let count = |server: &TestServer| -> i64 {
            crisis_request::table.count().get_result(&mut server.connection()).expect("a count")
        };
        let before = count(server);
        let shape = posted(server, &json!({"verwijzer": "buurman", "vraag": null, "urgentie": null, "gemeente": "X", "leeftijd": 40}));
        assert_eq!(shape.status, 400, "{}", shape.body);
        assert_eq!(shape.wrong_fields(), ["gemeente", "leeftijd", "vraag", "verwijzer", "urgentie"]);
        let together = posted(server, &json!({
            "gemeente": "GM0200", "leeftijd": 9, "leeftijdsgroep": "12+", "vraag": "taxi", "veiligheid": ["leeuw"],
            "huidigeAanbieder": "12345678", "toelichting": "Bel 06 12345678", "ontvangenOp": "2026-11-22T09:00:00Z",
        }));
        assert_eq!(
            together.clashing_fields(),
            ["toelichting", "gemeente", "ontvangenOp", "leeftijdsgroep", "leeftijd", "vraag", "veiligheid", "huidigeAanbieder"]
        );
        for field in ["verwijzer", "vraag", "urgentie"] {
            assert_eq!(posted(server, &json!({field: null})).wrong_fields(), [field]);
        }
        for (changes, field) in [
            (json!({"ontvangenOp": "2026-10-01T09:00:00Z"}), "ontvangenOp"),
            (json!({"leeftijd": null}), "leeftijd"),
            (json!({"gemeente": null}), "gemeente"),
            (json!({"buitenRegio": true}), "buitenRegio"),
        ] {
            let answer = posted(server, &changes);
            assert_eq!((answer.status, answer.clashing_fields()), (409, vec![field.to_owned()]), "{changes}: {}", answer.body);
        }
        assert_eq!(count(server), before);
    }
}

on_both! {
    fn the_same_child_is_warned_of_and_a_key_makes_it_once(server) {
        let desk = server.user(DESK);
        let first = posted(server, &json!({})).json()["aanvraag"]["code"].as_str().expect("a code").to_owned();
        let alike = posted(server, &json!({"vraag": "crisisbed"}));
        assert_eq!((alike.status, alike.clashing_fields()), (409, vec!["tochAanmelden".to_owned()]), "{}", alike.body);
        assert!(alike.body.contains(&first), "{}", alike.body);
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "crisis-0001")];
        let again = body(&json!({"tochAanmelden": true})).to_string();
        let one = desk.send("POST", PATH, &headers, again.as_str());
        let two = desk.send("POST", PATH, &headers, again.as_str());
        assert_eq!((one.status, two.status), (201, 201), "{} {}", one.body, two.body);
        assert_eq!(one.body, two.body);
        let all: i64 = crisis_request::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(all, 2);
    }
}

on_both! {
    fn triage_sets_the_urgency_and_the_term(server) {
        let desk = server.user(DESK);
        let request = server.crisis(&draft(ALMERE, 14));
        let path = format!("{PATH}/{}/triage", request.code);
        let answers = |acute: &str| -> Value {
            let questions =
                ["direct-gevaar", "kan-niet-blijven", "zelfdoding", "opvoeder-weg", "hulp-loopt", "gezin-werkt-mee"];
            json!({"antwoorden": questions.map(|question| {
                json!({"vraag": question, "antwoord": if question == "zelfdoding" { acute } else { "nee" }})
            })})
        };
        let some = desk.post(&path, &json!({"antwoorden": [{"vraag": "direct-gevaar", "antwoord": "ja"}, {"vraag": "onbekend", "antwoord": "ja"}]}));
        assert_eq!(some.status, 409, "{}", some.body);
        assert_eq!(some.clashing_fields().len(), 6, "{}", some.body);
        assert_eq!(desk.post(&path, &json!({})).status, 400);
        let judged = desk.post(&path, &answers("onbekend"));
        assert_eq!(judged.status, 200, "{}", judged.body);
        let now = judged.json();
        assert_eq!(
            (now["urgentie"].as_str(), now["status"].as_str(), now["hulpUiterlijk"].as_str()),
            (Some("acuut"), Some("in-behandeling"), Some("2026-11-20T11:00:00Z")),
            "unknown is not no"
        );
        let calm = desk.post(&path, &answers("nee")).json();
        assert_eq!((calm["urgentie"].as_str(), calm["hulpUiterlijk"].as_str()), (Some("spoedeisend"), Some("2026-11-23T09:00:00Z")));
        let stale = desk.send("POST", &path, &[("Content-Type", "application/json"), ("If-Match", "\"1\"")], answers("ja").to_string());
        assert_eq!((stale.status, stale.json()["huidig"]["urgentie"].as_str()), (409, Some("spoedeisend")), "{}", stale.body);
    }
}

on_both! {
    fn what_was_referred_on_can_be_taken_over_with_a_reason(server) {
        let desk = server.user(DESK);
        let request = server.crisis(&draft(LELYSTAD, 14));
        let path = format!("{PATH}/{}/stappen", request.code);
        let step = |body: Value| desk.post(&path, &body);
        assert_eq!(step(json!({"stap": "overnemen"})).status, 409, "without a reason");
        assert_eq!(step(json!({"stap": "overnemen", "reden": "geen-plek"})).status, 409, "of another list");
        let taken = step(json!({"stap": "overnemen", "reden": "kind-bekend"}));
        assert_eq!(taken.status, 200, "{}", taken.body);
        let now = taken.json();
        // The clock of the tests stands on Saturday, so the term runs from Monday at nine.
        assert_eq!(
            (now["behandelaar"].as_str(), now["status"].as_str(), now["hulpUiterlijk"].as_str(), now["redenGeen"].as_str()),
            (Some("crisispunt"), Some("in-behandeling"), Some("2026-11-23T16:00:00Z"), None)
        );
        let left: i64 = crisis_provision::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(left, 0, "that nothing was given is no longer so");
        let again = step(json!({"stap": "overnemen", "reden": "kind-bekend"}));
        assert!(again.status == 409 && again.body.contains("In behandeling"), "{}", again.body);
        let closed = step(json!({"stap": "sluiten-zonder-inzet", "reden": "ingetrokken"}));
        assert_eq!((closed.json()["afloop"].as_str(), closed.json()["redenGeen"].as_str()), (Some("geen"), Some("ingetrokken")));
        let referred = server.crisis(&draft(ALMERE, 3));
        let to = |naar: &str| desk.post(&format!("{PATH}/{}/stappen", referred.code), &json!({"stap": "doorverwijzen", "naar": naar, "reden": "andere"}));
        assert_eq!(to("crisispunt").status, 409, "to itself");
        assert_eq!(to("24-uursdienst").json()["status"], "doorverwezen");
    }
}

on_both! {
    fn everybody_sees_only_what_is_theirs_and_looks_are_kept(server) {
        let almere = server.crisis(&draft(ALMERE, 14));
        let dronten = server.crisis(&draft("GM0303", 14));
        let codes = |user: &str| -> Vec<String> {
            let list = server.user(user).get(&format!("{PATH}?deel=alle")).json();
            list["crisisaanvragen"].as_array().expect("a list").iter().map(|one| one["code"].as_str().expect("a code").to_owned()).collect()
        };
        assert_eq!(codes(DESK).len(), 2);
        assert_eq!(codes("toegang-almere"), [almere.code.to_string()]);
        assert!(codes("crisis-loket").is_empty(), "another region");
        let get = |user: &str, code: &str| server.user(user).get(&format!("{PATH}/{code}")).status;
        assert_eq!(get("toegang-almere", &almere.code.to_string()), 200);
        assert_eq!(get("toegang-almere", &dronten.code.to_string()), 404, "not told apart from none");
        assert_eq!(get("toegang-almere", "C4K-7XW-2R9"), 404);
        assert_eq!(get("crisis-loket", &almere.code.to_string()), 404);
        let own = server.user("toegang-almere").post(PATH, &body(&json!({"ontvangenOp": null, "leeftijd": 4})));
        assert_eq!(own.json()["doorverwijzing"]["behandelaar"], "24-uursdienst", "{}", own.body);
        let other = server.user("toegang-almere").post(PATH, &body(&json!({"gemeente": "GM0303"})));
        assert_eq!((other.status, other.clashing_fields()), (409, vec!["gemeente".to_owned()]), "{}", other.body);
        let looks: i64 = access_event::table
            .filter(access_event::kind.eq("crisisaanvraag-inzien"))
            .filter(access_event::subjects.eq(almere.code.as_str()))
            .filter(access_event::purpose.eq("crisishulp-regelen"))
            .filter(access_event::outcome.eq("getoond"))
            .count()
            .get_result(&mut server.connection())
            .expect("a count");
        assert_eq!(looks, 1, "who was refused saw nothing");
    }
}

on_both! {
    fn after_the_term_only_what_is_counted_is_left(server) {
        let answer = posted(server, &json!({"gemeente": LELYSTAD}));
        assert_eq!(answer.status, 201, "{}", answer.body);
        let open = server.crisis(&draft(ALMERE, 14));
        let strip = |months: u32| {
            let later = crate::support::now().checked_add_months(chrono::Months::new(months)).expect("a day");
            beschikbaarheidswijzer::crisis::requests::actions::strip_closed(&mut server.connection(), later).expect("erased")
        };
        assert_eq!((strip(23), strip(25), strip(26)), (0, 1, 0), "closed, once");
        let path = answer.header("location").expect("an address").to_owned();
        let left = server.user(DESK).get(&path).json();
        let request = &left["aanvraag"];
        assert_eq!((request["leeftijdsgroep"].as_str(), request["gemeente"].as_str()), (Some("12+"), Some(LELYSTAD)));
        assert!(request.get("leeftijd").is_none() && left.get("toelichting").is_none(), "{left}");
        assert_eq!(request["veiligheid"], json!([]));
        assert!(left["tijdlijn"].as_array().expect("lines").iter().all(|line| line.get("bijzonderheid").is_none()), "{left}");
        let kept = server.user(DESK).get(&format!("{PATH}/{}", open.code)).json();
        assert_eq!(kept["aanvraag"]["leeftijd"], 14, "an open request is kept whole");
    }
}

on_both! {
    fn what_was_closed_by_mistake_opens_again_with_words(server) {
        let desk = server.user(DESK);
        let request = server.crisis(&draft(ALMERE, 14));
        let path = format!("{PATH}/{}", request.code);
        let step = |body: Value| desk.post(&format!("{path}/stappen"), &body);
        let reopen = json!({"stap": "heropenen", "toelichting": "De verkeerde aanvraag was gesloten."});
        assert_eq!(step(reopen.clone()).status, 409, "it is open");
        assert_eq!(step(json!({"stap": "sluiten-zonder-inzet", "reden": "geen-plek"})).status, 200);
        assert_eq!(step(json!({"stap": "heropenen"})).clashing_fields(), ["toelichting"]);
        let phone = json!({"stap": "heropenen", "toelichting": "Bel 06 12345678"});
        assert_eq!(step(phone).clashing_fields(), ["toelichting"]);
        let open = step(reopen.clone());
        assert_eq!(open.status, 200, "{}", open.body);
        let now = open.json();
        assert_eq!(
            (now["status"].as_str(), now["afloop"].as_str(), now["redenGeen"].as_str(), now["hulpUiterlijk"].as_str()),
            (Some("in-behandeling"), None, None, Some("2026-11-23T16:00:00Z")),
            "its term runs from now"
        );
        let left: i64 = crisis_provision::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(left, 0, "that nothing was given is no longer so");
        let lines = desk.get(&path).json()["tijdlijn"].clone();
        let last = lines.as_array().and_then(|lines| lines.last()).expect("a line");
        assert_eq!(
            (last["gebeurtenis"].as_str(), last["bijzonderheid"].as_str()),
            (Some("heropend"), Some("De verkeerde aanvraag was gesloten."))
        );
        let referred = server.crisis(&draft(LELYSTAD, 14));
        let answer = desk.post(&format!("{PATH}/{}/stappen", referred.code), &reopen);
        assert_eq!(answer.status, 409, "what another handles is taken over: {}", answer.body);
    }
}

on_both! {
    fn what_was_noted_is_corrected_with_what_it_was_in_the_timeline(server) {
        let desk = server.user(DESK);
        let request = server.crisis(&draft(ALMERE, 14));
        let path = format!("{PATH}/{}", request.code);
        let facts = format!("{path}/gegevens");
        let wrong = desk.put(&facts, &json!({
            "leeftijd": 9, "leeftijdsgroep": "12+", "vraag": "taxi", "veiligheid": ["leeuw"], "huidigeAanbieder": "12345678",
            "toelichting": "Bel 06 12345678",
        }));
        assert_eq!(
            wrong.clashing_fields(),
            ["toelichting", "leeftijdsgroep", "leeftijd", "vraag", "veiligheid", "huidigeAanbieder"]
        );
        let right = json!({"leeftijd": 15, "vraag": "crisisbed", "veiligheid": ["wapens"], "toelichting": "De politie is ter plaatse."});
        let done = desk.put_version(&facts, "\"1\"", &right);
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(desk.put_version(&facts, "\"1\"", &right).status, 409, "somebody else was first");
        let same = desk.put(&facts, &right);
        assert_eq!((same.status, same.header("etag")), (200, done.header("etag")), "nothing changed");
        let full = desk.get(&path).json();
        assert_eq!((full["aanvraag"]["leeftijd"].as_u64(), full["aanvraag"]["vraag"].as_str()), (Some(15), Some("crisisbed")));
        let lines = full["tijdlijn"].as_array().expect("lines");
        assert_eq!(lines.len(), 2, "{lines:?}");
        let detail = lines[1]["bijzonderheid"].as_str().expect("words");
        for part in ["Leeftijd: 15 jaar (was 14 jaar)", "(was geen)", "Toelichting gewijzigd"] {
            assert!(detail.contains(part), "{detail}");
        }
        assert!(lines[1]["gebeurtenis"] == "gewijzigd" && !detail.contains("politie"), "{detail}");
        // Who was asked was asked for a child of this group.
        let other = server.crisis(&draft(ALMERE, 14));
        let offered = server.user("verdeelpunt-flevoland").post("/v1/crisistoewijzingen", &json!({"aanvraag": other.code.as_str()}));
        assert_eq!(offered.status, 201, "{}", offered.body);
        let other = format!("{PATH}/{}/gegevens", other.code);
        let younger = desk.put(&other, &json!({"leeftijd": 9, "vraag": "ambulant"}));
        assert_eq!(younger.clashing_fields(), ["leeftijd"]);
        assert_eq!(desk.put(&other, &json!({"leeftijd": 13, "vraag": "ambulant"})).status, 200);
        let closed = desk.post(&format!("{path}/stappen"), &json!({"stap": "sluiten-zonder-inzet", "reden": "geen-plek"}));
        assert_eq!(closed.status, 200);
        assert_eq!(desk.put(&facts, &right).status, 409, "a closed one is for the records");
    }
}

on_both! {
    fn the_board_is_told_as_its_page_shows_it(server) {
        let open = server.crisis(&draft(ALMERE, 14));
        let referred = server.crisis(&draft(LELYSTAD, 4));
        let desk = server.user(DESK);
        let offered = server.user("verdeelpunt-flevoland").post("/v1/crisistoewijzingen", &json!({"aanvraag": open.code.as_str()})).json();
        let board = desk.get("/v1/crisisbord");
        assert_eq!(board.status, 200, "{}", board.body);
        let board = board.json();
        let cases = board["aanvragen"].as_array().expect("requests");
        assert_eq!((cases.len(), cases[0]["aanvraag"]["code"].as_str()), (1, Some(open.code.to_string().as_str())));
        assert_eq!(cases[0]["toewijzing"]["stand"], "aangeboden", "{offered}");
        assert_eq!(board["doorverwezen"][0]["code"].as_str(), Some(referred.code.to_string().as_str()));
        assert_eq!((board["crisispuntOpen"].as_bool(), board["nieuws"][0]["gebeurtenis"].as_str()), (Some(false), Some("aangeboden")));
        assert_eq!(board["vrijePlaatsen"].as_array().map(Vec::len), Some(2));
        let elsewhere = server.user("crisis-loket").get("/v1/crisisbord").body;
        assert!(!elsewhere.contains(&open.code.to_string()), "another region: {elsewhere}");
        let looks: i64 = access_event::table
            .filter(access_event::kind.eq("crisisbord-inzien"))
            .count()
            .get_result(&mut server.connection())
            .expect("a count");
        assert!(looks > 0, "each look is written down");
        assert_eq!(desk.get("/v1/crisisplaatsen").status, 200, "the desk reads the places too");
    }
}
