//! The reasons of a region: switched off, put in another order and in other words.

use beschikbaarheidswijzer::waiting_list::reasons::actions::{find_reasons, save_reasons};
use chrono::{DateTime, Duration, Utc};
use rules::waiting::reason_lists::{ReasonDraft, ReasonList, RegionReason};
use serde_json::{Value, json};

use crate::on_both;
use crate::support::waiting::{HAVEN, TOEGANG};
use crate::support::{Browser, Form, TestServer, now};

const ADMINISTRATOR: &str = "beheerder-regio";
const LAPSE: &str = "/v1/redenen/vervallen";

/// The reasons of a list as they are read, ready to be sent back.
fn read(user: &Browser, path: &str) -> (String, Vec<Value>) {
    let answer = user.get(path);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let version = answer.header("etag").expect("a version").to_owned();
    let reasons = answer.json()["redenen"].as_array().cloned().expect("a list");
    let input = |mut reason: Value| {
        for told in ["vraagtToelichting", "hoortBij"] {
            reason.as_object_mut().expect("an object").remove(told);
        }
        reason
    };
    (version, reasons.into_iter().map(input).collect())
}

/// Changes one reason of a list.
fn set(server: &TestServer, path: &str, code: &str, change: &Value) {
    let administrator = server.user(ADMINISTRATOR);
    let (version, mut reasons) = read(&administrator, path);
    let reason = reasons.iter_mut().find(|reason| reason["code"] == code).expect("it is in the list");
    let change = change.as_object().expect("an object").clone();
    reason.as_object_mut().expect("an object").extend(change);
    let answer = administrator.put_version(path, &version, &json!({"redenen": reasons}));
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn lapse(server: &TestServer, code: &str, reason: &str) -> crate::support::Answer {
    let body = json!({"stap": "laten-vervallen", "reden": reason});
    server.user(TOEGANG).post(&format!("/v1/wachtenden/{code}/stappen"), &body)
}

/// Changes the reason "te-oud" at a moment: its words, and whether it is on.
fn set_too_old(server: &TestServer, at: DateTime<Utc>, words: &str, is_on: bool) {
    let (mut conn, actor) = (server.connection(), server.actor(ADMINISTRATOR));
    let region_id = actor.region_id().expect("a region");
    let found = find_reasons(&mut conn, region_id, ReasonList::Lapse).expect("a list");
    let draft = |reason: &RegionReason| ReasonDraft {
        code: reason.known.code.to_owned(),
        is_on: reason.is_on,
        words: reason.own_words.clone(),
        answers: None,
    };
    let mut drafts: Vec<ReasonDraft> = found.reasons.all().iter().map(draft).collect();
    let reason = drafts.iter_mut().find(|draft| draft.code == "te-oud").expect("it is in the list");
    (reason.words, reason.is_on) = (Some(words.to_owned()), is_on);
    save_reasons(&mut conn, &actor, at, (ReasonList::Lapse, found.version), drafts).expect("saved");
}

on_both! {
    fn a_region_switches_reasons_off_and_words_them_and_what_was_written_down_stays(server) {
        let clients = server.waiting();
        let hours = |hours| now() + Duration::hours(hours);
        let codes = [0, 1].map(|one| clients[one].code.to_string());
        set_too_old(server, hours(-1), "Ouder dan de wet toelaat", true);
        assert_eq!(lapse(server, &codes[0], "te-oud").status, 200);
        set_too_old(server, hours(1), "Volwassen", true);
        assert_eq!(lapse(&server.start_later(Duration::hours(2)), &codes[1], "te-oud").status, 200);
        set_too_old(server, hours(3), "Meerderjarig", false);

        let off = lapse(server, &clients[2].code.to_string(), "te-oud");
        assert_eq!(off.clashing_fields(), ["reden"], "{}", off.body);
        assert_eq!(lapse(server, &clients[2].code.to_string(), "anders").clashing_fields(), ["toelichting"], "words are always needed");
        let visitor = server.visitor(TOEGANG);
        let form = visitor.get(&format!("/wachtlijst/{}/stap/laten-vervallen", clients[2].code)).body;
        assert!(form.contains("Geen contact meer met het gezin") && !form.contains("Meerderjarig"), "{form}");
        // The words of then, whatever they are now; the code says the same.
        for (code, words) in codes.iter().zip(["Ouder dan de wet toelaat", "Volwassen"]) {
            let page = visitor.get(&format!("/wachtlijst/{code}")).body;
            assert!(page.contains(words), "{words}: {page}");
            let lines = server.user(TOEGANG).get(&format!("/v1/wachtenden/{code}")).json()["tijdlijn"].clone();
            assert_eq!(lines.as_array().and_then(|lines| lines.last()).map(|line| line["reden"].clone()), Some(json!("te-oud")));
        }
        let versions = server.user(ADMINISTRATOR).get(&format!("{LAPSE}/versies")).json();
        assert_eq!(versions["versies"].as_array().map(Vec::len), Some(3), "{versions}");
        assert_eq!(versions["versies"][0]["lijst"]["lijst"], "vervallen");
    }
}

on_both! {
    fn a_list_of_reasons_is_changed_whole_by_whoever_read_it_last(server) {
        let administrator = server.user(ADMINISTRATOR);
        let (version, reasons) = read(&administrator, LAPSE);
        assert_eq!(administrator.put(LAPSE, &json!({"redenen": reasons})).status, 400, "the version is asked for");
        let send = |reasons: &[Value]| administrator.put_version(LAPSE, &version, &json!({"redenen": reasons}));
        let wrong = administrator.put_version(LAPSE, &version, &json!({"redenen": [{"aan": "misschien"}, 7], "iets": 1}));
        assert_eq!((wrong.status, wrong.wrong_fields().len()), (400, 4), "{}", wrong.body);
        let none: Vec<Value> = reasons.iter().map(|reason| json!({"code": reason["code"]})).collect();
        assert_eq!(send(&none).clashing_fields(), ["redenen"]);
        assert_eq!(send(&reasons[1..]).clashing_fields(), ["redenen"]);
        let mut same = reasons.clone();
        same[1]["woorden"] = same[0]["woorden"].clone();
        assert_eq!(send(&same).clashing_fields(), ["redenen[1].woorden"]);
        let mut turned = reasons.clone();
        turned.reverse();
        let saved = send(&turned);
        assert_eq!((saved.status, &saved.json()["redenen"][0]["code"]), (200, &json!("anders")), "{}", saved.body);
        let late = send(&reasons);
        assert_eq!((late.status, &late.json()["huidig"]["redenen"][0]["code"]), (409, &json!("anders")), "{}", late.body);
        assert_eq!(administrator.get("/v1/redenen/bestaat-niet").status, 400);
        let all = server.user(HAVEN.0).get("/v1/redenen").json();
        assert_eq!(all["lijsten"].as_array().map(Vec::len), Some(17), "{all}");
        // Another region has its own.
        let (_, theirs) = read(&server.user("beheerder-flevoland"), LAPSE);
        assert_eq!(theirs, reasons);
    }
}

on_both! {
    fn a_reason_that_is_off_is_taken_nowhere(server) {
        let client = &server.waiting()[0];
        let id = server.responded(HAVEN, client);
        for (list, code) in [
            ("reactie-afwijzen", "niet-passend"),
            ("reactie-kiezen", "eerste-start"),
            ("reactie-intrekken", "personeel"),
            ("zorg-niet-gestart", "plek-vervallen"),
        ] {
            set(server, &format!("/v1/redenen/{list}"), code, &json!({"aan": false}));
        }
        let (toegang, haven) = (server.user(TOEGANG), server.user(HAVEN.0));
        let path = TestServer::weigh_path(client, id, "afwijzing");
        assert_eq!(toegang.post(&path, &json!({"reden": "niet-passend"})).clashing_fields(), ["reden"]);
        assert_eq!(server.accept(client, id).clashing_fields(), ["reden"]);
        assert_eq!(haven.post(&format!("/v1/reacties/{id}/intrekking"), &json!({"reden": "personeel"})).clashing_fields(), ["reden"]);
        assert_eq!(haven.post(&format!("/v1/reacties/{id}/intrekking"), &json!({"reden": "verlopen"})).wrong_fields(), ["reden"], "the program says that");
        let accept = TestServer::weigh_path(client, id, "acceptatie");
        assert_eq!(toegang.post(&accept, &json!({"reden": "dichtbij"})).status, 200);
        let gone = json!({"reden": "plek-vervallen"});
        assert_eq!(haven.post(&format!("/v1/reacties/{id}/niet-gestart"), &gone).clashing_fields(), ["reden"]);
        assert_eq!(toegang.post(&TestServer::weigh_path(client, id, "niet-gestart"), &gone).status, 404, "that is a page only");
        // What follows from a reason hangs on its code, whatever it is called.
        set(server, "/v1/redenen/zorg-niet-gestart", "vergissing", &json!({"woorden": "Verkeerd vastgelegd"}));
        assert_eq!(haven.post(&format!("/v1/reacties/{id}/niet-gestart"), &json!({"reden": "vergissing"})).status, 200);
        let own = server.visitor(HAVEN.0).get(&format!("/reacties/{id}")).body;
        assert!(own.contains("Verkeerd vastgelegd"), "{own}");
    }
}

on_both! {
    fn an_administrator_sets_reasons_on_a_page(server) {
        const PAGE: &str = "/beheer/redenen/hervatten";
        let visitor = server.visitor(ADMINISTRATOR);
        assert!(visitor.get("/beheer/redenen").body.contains("4 van 4 aan"));
        let stale = visitor.get(PAGE).body;
        let mut form = Form::on(&stale, PAGE);
        form.set("woorden-kan-starten", "bel 06-12345678");
        form.set("plaats-anders", "achteraan");
        let wrong = form.send(&visitor);
        assert_eq!(wrong.status, 400, "{}", wrong.body);
        assert!(wrong.body.contains("href=\"#plaats-anders\""), "{}", wrong.body);
        let mut form = Form::on(&wrong.body, PAGE);
        assert_eq!(form.value("woorden-kan-starten"), "bel 06-12345678", "nothing is lost");
        form.set("plaats-anders", "4");
        let personal = form.send(&visitor);
        assert!(personal.status == 400 && personal.body.contains("href=\"#woorden-kan-starten\""), "{}", personal.body);
        let mut form = Form::on(&personal.body, PAGE);
        form.set("woorden-kan-starten", "De zorg begint");
        form.set("plaats-kan-starten", "1");
        form.set("plaats-termijn-voorbij", "2");
        form.set("aan-vergissing", "");
        let saved = form.send(&visitor);
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert!(visitor.get("/beheer/redenen").body.contains("3 van 4 aan"));
        let page = visitor.get(PAGE).body;
        assert!(page.contains("<li>De zorg begint</li>") && page.contains("Vergissing bij het pauzeren (uit)"), "{page}");
        // Who opened it before somebody else saved it sees both.
        let mut late = Form::on(&stale, PAGE);
        late.set("woorden-kan-starten", "Nu kan het");
        let refused = late.send(&visitor);
        assert!(refused.status == 409 && refused.body.contains("De zorg begint") && refused.body.contains("Nu kan het"), "{}", refused.body);
        assert_eq!(visitor.get("/beheer/redenen/bestaat-niet").status, 404);
    }
}

const ASK_TOEGANG: &str = "/v1/redenen/vraag-aan-toegang";
const ASK_PROVIDER: &str = "/v1/redenen/vraag-aan-aanbieder";
const ANSWERS: &str = "/v1/redenen/antwoord";

on_both! {
    fn a_region_words_questions_and_says_which_answers_fit(server) {
        let client = &server.waiting()[0];
        let id = server.responded(HAVEN, client);
        let (own, weighed) = (format!("/v1/reacties/{id}/vragen"), TestServer::weigh_path(client, id, "vragen"));
        let haven = server.user(HAVEN.0);
        // What there was before a region chose: everything that a side can ask, and every answer.
        let usual = haven.get(ASK_TOEGANG).json();
        let codes: Vec<&str> = usual["redenen"].as_array().expect("a list").iter().filter_map(|one| one["code"].as_str()).collect();
        assert_eq!(codes, ["later-starten", "vervoer", "onderwijs", "beschikking", "analyse", "kennismaken", "anders"]);
        assert_eq!(usual["redenen"][0]["antwoorden"], json!(["ja", "nee", "nog-niet-bekend", "telefonisch", "anders"]));
        assert_eq!(haven.get(ANSWERS).json()["redenen"][0].get("antwoorden"), None);
        assert_eq!(haven.post(&own, &json!({"vraag": "vervoer"})).status, 201, "asked before anything was chosen");

        let server = &server.start_later(Duration::hours(1));
        let (toegang, haven) = (server.user(TOEGANG), server.user(HAVEN.0));
        set(server, ASK_TOEGANG, "onderwijs", &json!({"aan": false}));
        set(server, ASK_TOEGANG, "vervoer", &json!({"aan": false, "woorden": "Wie rijdt er?", "antwoorden": ["nee", "telefonisch"]}));
        set(server, ASK_PROVIDER, "vervoer", &json!({"antwoorden": ["ja"]}));
        set(server, ANSWERS, "telefonisch", &json!({"woorden": "We bellen even"}));
        for off in ["onderwijs", "vervoer", "eerder-starten"] {
            assert_eq!(haven.post(&own, &json!({"vraag": off})).clashing_fields(), ["vraag"], "{off}");
        }
        assert_eq!(toegang.post(&weighed, &json!({"vraag": "onderwijs"})).status, 201, "each side has its own list");
        // What was asked before is answered still, with what fits now.
        let question = &haven.get(&own).json()["vragen"][0];
        assert_eq!(question["woorden"], "Is vervoer geregeld?", "in the words of then");
        let answer = TestServer::weigh_path(client, id, &format!("vragen/{}/antwoord", question["id"]));
        assert_eq!(toegang.post(&answer, &json!({"antwoord": "ja"})).clashing_fields(), ["antwoord"]);
        let page = server.visitor(TOEGANG).get(&format!("/wachtlijst/{}/reacties/{id}", client.code)).body;
        assert!(page.contains("We bellen even") && !page.contains("Nog niet bekend") && !page.contains("Wie rijdt er?"), "{page}");
        let given = toegang.post(&answer, &json!({"antwoord": "telefonisch"})).json();
        assert_eq!(given["vragen"][0]["antwoord"]["woorden"], "We bellen even", "{given}");
        let page = server.visitor(HAVEN.0).get(&format!("/reacties/{id}")).body;
        let asked = page.split("name=\"vraag\"").nth(1).and_then(|rest| rest.split("</select>").next()).expect("a list to ask from");
        assert!(asked.contains("Is de beschikking er?") && !asked.contains("onderwijs"), "{asked}");
        // Later words change nothing of what was said.
        let later = server.start_later(Duration::hours(2));
        set(&later, ANSWERS, "telefonisch", &json!({"woorden": "Wij nemen contact op"}));
        let said = later.user(HAVEN.0).get(&own).json();
        assert_eq!((&said["vragen"][0]["woorden"], &said["vragen"][0]["antwoord"]["woorden"]), (&json!("Is vervoer geregeld?"), &json!("We bellen even")));
    }
}

on_both! {
    fn no_question_is_left_without_an_answer(server) {
        let administrator = server.user(ADMINISTRATOR);
        let change = |path: &str, code: &str, change: Value| {
            let (version, mut all) = read(&administrator, path);
            let one = all.iter_mut().find(|one| one["code"] == code).expect("it is in the list");
            one.as_object_mut().expect("an object").extend(change.as_object().cloned().expect("an object"));
            administrator.put_version(path, &version, &json!({"redenen": all}))
        };
        assert_eq!(change(ASK_PROVIDER, "vervoer", json!({"antwoorden": []})).clashing_fields(), ["redenen[4].antwoorden"]);
        assert_eq!(change(ASK_PROVIDER, "vervoer", json!({"antwoorden": ["misschien"]})).clashing_fields(), ["redenen[4].antwoorden"]);
        assert_eq!(change(ANSWERS, "ja", json!({"antwoorden": ["ja"]})).clashing_fields(), ["redenen[0].antwoorden"], "an answer has none");
        assert_eq!(change(ASK_PROVIDER, "vervoer", json!({"antwoorden": ["ja"]})).status, 200);
        let left = change(ANSWERS, "ja", json!({"aan": false}));
        assert!(left.clashing_fields() == ["redenen"] && left.body.contains("Is vervoer geregeld?"), "{}", left.body);
        assert_eq!(change(ANSWERS, "nee", json!({"aan": false})).status, 200);
        assert_eq!(change(ASK_PROVIDER, "vervoer", json!({"antwoorden": ["nee"]})).clashing_fields(), ["redenen[4].antwoorden"], "it is off");
    }
}

on_both! {
    fn an_administrator_sets_questions_on_a_page(server) {
        const PAGE: &str = "/beheer/redenen/vraag-aan-aanbieder";
        let visitor = server.visitor(ADMINISTRATOR);
        let lists = visitor.get("/beheer/redenen").body;
        assert!(lists.contains("Vragen van de toegang aan aanbieders") && lists.contains("8 van 8 aan"), "{lists}");
        let stale = visitor.get(PAGE).body;
        let mut form = Form::on(&stale, PAGE);
        for answer in ["ja", "nee", "nog-niet-bekend", "telefonisch", "anders"] {
            form.set(&format!("antwoord-vervoer-{answer}"), "");
        }
        form.set("antwoord-onderwijs-telefonisch", "");
        form.set("woorden-onderwijs", "mail a@b.nl");
        form.set("plaats-anders", "x");
        let wrong = form.send(&visitor);
        assert_eq!(wrong.status, 400, "{}", wrong.body);
        for field in ["antwoorden-vervoer", "woorden-onderwijs", "plaats-anders"] {
            assert!(wrong.body.contains(&format!("href=\"#{field}\"")), "{field}: {}", wrong.body);
        }
        let mut form = Form::on(&wrong.body, PAGE);
        form.set("antwoord-vervoer-ja", "ja");
        form.set("woorden-onderwijs", "Kan het kind naar school?");
        form.set("plaats-anders", "8");
        assert_eq!(form.send(&visitor).status, 303);
        let page = visitor.get(PAGE).body;
        assert!(page.contains("Antwoorden: Ja</small>") && page.contains("Antwoorden: Ja, Nee, Nog niet bekend, Anders</small>"), "{page}");
        let refused = Form::on(&stale, PAGE).send(&visitor);
        assert!(refused.status == 409 && refused.body.contains("Kan het kind naar school?"), "{}", refused.body);
    }
}

on_both! {
    fn what_follows_from_a_decline_is_set_under_the_words_of_the_region(server) {
        set(server, "/v1/redenen/reactie-afwijzen", "afstand", &json!({"woorden": "Te ver rijden"}));
        set(server, "/v1/redenen/reactie-afwijzen", "leeftijdsgrens", &json!({"aan": false}));
        let page = server.visitor(ADMINISTRATOR).get("/beheer/wachtlijst").body;
        assert!(page.contains("Te ver rijden") && !page.contains(">Afstand<") && page.contains("Leeftijdsgrens (uit)"), "{page}");
        let wrong = server.visitor(ADMINISTRATOR);
        let mut form = Form::on(&page, "/beheer/wachtlijst");
        form.set("afstand", "naar-de-maan");
        let refused = form.send(&wrong);
        assert!(refused.status == 400 && refused.body.contains("Te ver rijden: "), "{}", refused.body);
    }
}
