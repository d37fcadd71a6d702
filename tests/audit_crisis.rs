//! Every write about crisis requests leaves a line in the audit: of the API and of pages.

use serde_json::json;

use crate::on_both;
use crate::support::crisis::{ALMERE, DESK, LELYSTAD, draft};
use crate::support::{Answer, Form, TestServer};

/// The writes of the API in this file.
pub const API_WRITES: [&str; 5] = [
    "POST /v1/crisisaanvragen",
    "POST /v1/crisisaanvragen/{code}/stappen",
    "POST /v1/crisisaanvragen/{code}/triage",
    "POST /v1/crisisaanvragen/{code}/intrekking",
    "PUT /v1/crisisaanvragen/{code}/gegevens",
];

/// The writes of pages in this file.
pub const PAGE_WRITES: [&str; 11] = [
    "/crisis/nieuw",
    "/crisis/aanvragen/{code}/triage",
    "/crisis/aanvragen/{code}/stap/{stap}",
    "/crisis/rooster",
    "/crisis/rooster/{id}/weg",
    "/crisis/overdracht",
    "/beheer/crisispunt",
    "/beheer/crisispunt/lijsten",
    "/beheer/crisispunt/lijsten/{id}",
    "/crisis/aanvragen/{code}/intrekken",
    "/crisis/aanvragen/{code}/gegevens",
];

/// What keeps a form that is not sent yet, and what looks at a text: nothing is done with a request.
pub const NOT_AUDITED: [&str; 3] = ["/crisis/concepten", "/crisis/concepten/weg", "/crisis/toelichting"];

fn leaves_a_line(server: &TestServer, what: &str, write: impl FnOnce() -> Answer) {
    let before = server.audit_lines();
    let answer = write();
    assert!((200..400).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
    assert!(server.audit_lines() > before, "{what} left no line");
}

/// The answers to all questions of the demonstration: no to all.
pub fn all_no() -> Vec<(String, String)> {
    ["direct-gevaar", "kan-niet-blijven", "zelfdoding", "opvoeder-weg", "hulp-loopt", "gezin-werkt-mee"]
        .map(|question| (format!("triage-{question}"), "nee".to_owned()))
        .to_vec()
}

/// What the toegang hands in while the point is open.
fn referred() -> serde_json::Value {
    json!({"gemeente": ALMERE, "leeftijd": 3, "verwijzer": "gemeentelijke-toegang", "vraag": "ambulant", "urgentie": "acuut",
        "ontvangenOp": "2026-11-20T10:00:00Z"})
}

on_both! {
    fn every_write_of_the_api_about_crises_leaves_a_line(server) {
        let desk = server.user(DESK);
        leaves_a_line(server, API_WRITES[0], || desk.post("/v1/crisisaanvragen", &json!({
            "gemeente": ALMERE, "leeftijd": 9, "verwijzer": "huisarts", "vraag": "ambulant", "urgentie": "acuut",
        })));
        let request = server.crisis(&draft(ALMERE, 14));
        let answers: Vec<_> = all_no()
            .into_iter()
            .map(|(question, answer)| json!({"vraag": question.trim_start_matches("triage-"), "antwoord": answer}))
            .collect();
        let path = format!("/v1/crisisaanvragen/{}", request.code);
        leaves_a_line(server, API_WRITES[2], || desk.post(&format!("{path}/triage"), &json!({"antwoorden": answers})));
        leaves_a_line(server, API_WRITES[4], || {
            desk.put(&format!("{path}/gegevens"), &json!({"leeftijd": 15, "vraag": "ambulant"}))
        });
        leaves_a_line(server, API_WRITES[1], || {
            desk.post(&format!("{path}/stappen"), &json!({"stap": "sluiten-zonder-inzet", "reden": "geen-plek"}))
        });
        let toegang = server.user("toegang-almere");
        let own = toegang.post("/v1/crisisaanvragen", &referred()).json()["aanvraag"]["code"].as_str().expect("a code").to_owned();
        leaves_a_line(server, API_WRITES[3], || {
            toegang.post(&format!("/v1/crisisaanvragen/{own}/intrekking"), &json!({"reden": "ingetrokken"}))
        });
    }
}

on_both! {
    fn every_write_of_a_page_about_crises_leaves_a_line(server) {
        let desk = server.visitor(DESK);
        let mut form = Form::on(&desk.get("/crisis/nieuw").body, "/crisis/nieuw");
        for (name, value) in [
            ("gemeente", ALMERE), ("leeftijd", "9"), ("verwijzer", "huisarts"), ("vraag", "crisisbed"), ("urgentie", "acuut"),
        ] {
            form.set(name, value);
        }
        leaves_a_line(server, PAGE_WRITES[0], || form.send(&desk));
        let request = server.crisis(&draft(ALMERE, 14));
        let path = format!("/crisis/aanvragen/{}", request.code);
        let mut answers = all_no();
        answers.push(("versie".to_owned(), request.version.to_string()));
        let fields: Vec<(&str, &str)> = answers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        leaves_a_line(server, PAGE_WRITES[1], || desk.post_form(&format!("{path}/triage"), &fields));
        let facts = format!("{path}/gegevens");
        let mut form = Form::on(&desk.get(&facts).body, &facts);
        form.set("leeftijd", "15");
        leaves_a_line(server, PAGE_WRITES[10], || form.send(&desk));
        let other = server.crisis(&draft(LELYSTAD, 14));
        let step = format!("/crisis/aanvragen/{}/stap/overnemen", other.code);
        let mut form = Form::on(&desk.get(&step).body, &step);
        form.set("reden", "kind-bekend");
        leaves_a_line(server, PAGE_WRITES[2], || form.send(&desk));

        let roster = desk.get("/crisis/rooster").body;
        let mut form = Form::on(&roster, "/crisis/rooster");
        let wie = server.user_id(DESK).to_string();
        for (name, value) in [("dag", "05-01-2027"), ("taak", "loket"), ("wie", wie.as_str())] {
            form.set(name, value);
        }
        leaves_a_line(server, PAGE_WRITES[3], || form.send(&desk));
        let start = roster.find("action=\"/crisis/rooster/").expect("a shift") + 8;
        let remove = roster[start..].split('"').next().expect("its path").to_owned();
        leaves_a_line(server, PAGE_WRITES[4], || Form::on(&roster, &remove).send(&desk));
        let mut form = Form::on(&roster, "/crisis/overdracht");
        form.set("overdracht", "Twee aanvragen wachten nog op een bed.");
        leaves_a_line(server, PAGE_WRITES[5], || form.send(&desk));

        let code = server.user("toegang-almere").post("/v1/crisisaanvragen", &referred()).json()["aanvraag"]["code"].as_str().expect("a code").to_owned();
        let toegang = server.visitor("toegang-almere");
        let path = format!("/crisis/aanvragen/{code}/intrekken");
        let mut form = Form::on(&toegang.get(&path).body, &path);
        form.set("reden", "ingetrokken");
        leaves_a_line(server, PAGE_WRITES[9], || form.send(&toegang));

        let manager = server.visitor("beheerder-flevoland");
        let mut form = Form::on(&manager.get("/beheer/crisispunt").body, "/beheer/crisispunt");
        form.set("acuutMinuten", "90");
        leaves_a_line(server, PAGE_WRITES[6], || form.send(&manager));
        let lists = manager.get("/beheer/crisispunt/lijsten").body;
        let mut form = Form::on(&lists, "/beheer/crisispunt/lijsten");
        for (name, value) in [("lijst", "veiligheid"), ("code", "hond"), ("naam", "Gevaarlijke hond")] {
            form.set(name, value);
        }
        leaves_a_line(server, PAGE_WRITES[7], || form.send(&manager));
        let start = lists.find("action=\"/beheer/crisispunt/lijsten/").expect("an item") + 8;
        let end = lists[start..].split('"').next().expect("its path").to_owned();
        leaves_a_line(server, PAGE_WRITES[8], || Form::on(&lists, &end).send(&manager));
    }
}
