//! The yearly review of rights by API.

use serde_json::{Value, json};

use crate::on_both;

const MANAGER: &str = "beheerder-regio";
const LIST: &str = "/v1/gebruikerscontrole";
const NOTED: &str = "/v1/gebruikerscontrole/uitkomsten";

/// Whoever is on a page of the review, as they are sent back when they were looked at.
fn seen(page: &Value) -> Value {
    let users = page["gebruikers"].as_array().expect("a list").iter();
    let pairs: Vec<Value> =
        users.map(|user| json!({"gebruiker": user["gebruiker"], "versie": user["versie"]})).collect();
    json!({ "gezien": pairs })
}

fn overdue(page: &Value) -> usize {
    page["gebruikers"].as_array().expect("a list").iter().filter(|user| user["teLaat"] == true).count()
}

on_both! {
    fn rights_are_looked_at_page_by_page(server) {
        let manager = server.user(MANAGER);
        let first = manager.get(LIST);
        assert_eq!(overdue(&first.json()), 0, "all were made just now");
        assert!(!first.body.contains('@'), "what somebody may do needs no address: {}", first.body);
        server.execute("UPDATE user_account SET created_at = '2025-11-01 00:00:00'");
        let first = manager.get(LIST).json();
        assert_eq!((overdue(&first), first["totaal"].as_u64() > Some(20)), (20, true), "{first}");
        let page = server.visitor(MANAGER).get("/beheer/gebruikers/controle").body;
        let mut rows = page.split("<tbody>").nth(1).expect("rows");
        for user in first["gebruikers"].as_array().expect("a list") {
            let link = format!("/{}\"", user["gebruiker"]);
            rows = rows.split_once(&link).unwrap_or_else(|| panic!("{user} is not next on the page: {page}")).1;
        }
        let lines = server.audit_lines();
        let body = seen(&first).to_string();
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "controle-1")];
        let [noted, again] = [0, 1].map(|_| manager.send("POST", NOTED, &headers, body.as_bytes()));
        let expected = json!({"gecontroleerd": 20, "gecontroleerdOp": "2026-11-21T09:00:00Z"});
        assert_eq!((noted.status, noted.json(), again.json()), (201, expected.clone(), expected), "{}", noted.body);
        assert_eq!(server.audit_lines(), lines + 20, "one line for each, once");
        let next = manager.get(LIST).json();
        assert!(overdue(&next) < 20 && next["gebruikers"][0]["teLaat"] == true, "the others come first: {next}");
        let last = manager.get(&format!("{LIST}?pagina={}", next["paginas"])).json();
        let last = last["gebruikers"].as_array().and_then(|users| users.last()).cloned().expect("somebody");
        assert_eq!((&last["teLaat"], &last["gecontroleerdOp"]), (&json!(false), &json!("2026-11-21T09:00:00Z")), "{last}");
    }
}

on_both! {
    fn programs_are_looked_at_too(server) {
        let manager = server.user(MANAGER);
        let pages = manager.get(LIST).json()["paginas"].as_u64().expect("a number");
        let all: Vec<Value> = (1..=pages)
            .flat_map(|page| manager.get(&format!("{LIST}?pagina={page}")).json()["gebruikers"].as_array().cloned().expect("a list"))
            .collect();
        let program = all.iter().find(|user| user["koppeling"] == true).expect("a program");
        assert_eq!((&program["rollen"], &program["organisatie"]["soort"]), (&json!(["koppeling"]), &json!("aanbieder")), "{program}");
        let person = all.iter().find(|user| user["gebruikersnaam"] == "toegang-putten").expect("a person");
        assert_eq!((&person["rollen"], &person["koppeling"], &person["stand"]), (&json!(["toegang"]), &json!(false), &json!("actief")));
    }
}

on_both! {
    fn of_whom_was_changed_meanwhile_nothing_is_noted(server) {
        let manager = server.user(MANAGER);
        let [putten, ermelo] = ["toegang-putten", "toegang-ermelo"].map(|name| server.user_id(name));
        let elsewhere = server.user_id("toegang-almere");
        server.execute("UPDATE user_account SET version = 5 WHERE name = 'toegang-putten'");
        let lines = server.audit_lines();
        let one = |id: i64, version: i32| json!({"gebruiker": id, "versie": version});
        let stale = manager.post(NOTED, &json!({"gezien": [one(ermelo, 1), one(putten, 1)]}));
        assert_eq!(stale.status, 409, "{}", stale.body);
        let current = stale.json()["huidig"]["gebruikers"].clone();
        assert_eq!((&current[0]["gebruiker"], &current[1]["versie"]), (&json!(ermelo), &json!(5)), "{current}");
        assert!(current[0].get("gecontroleerdOp").is_none(), "all or nobody: {current}");
        let other = manager.post(NOTED, &json!({"gezien": [one(elsewhere, 1), one(999_999, 1)]}));
        assert_eq!((other.status, &other.json()["huidig"]["gebruikers"]), (409, &json!([])), "of another region is as of nobody");
        assert_eq!(server.audit_lines(), lines);
        let twice = manager.post(NOTED, &json!({"gezien": [one(putten, 5), one(putten, 5)]}));
        assert_eq!((twice.status, &twice.json()["gecontroleerd"]), (201, &json!(1)), "{}", twice.body);
        assert_eq!(server.audit_lines(), lines + 1);
    }
}

on_both! {
    fn all_that_is_wrong_with_a_review_is_told_at_once(server) {
        let manager = server.user(MANAGER);
        let refused = |body: Value| manager.post(NOTED, &body).wrong_fields();
        assert_eq!(refused(json!({})), ["gezien"]);
        assert_eq!(refused(json!({"gezien": []})), ["gezien"]);
        assert_eq!(refused(json!({"gezien": "12:1", "alles": true})), ["gezien", "alles"]);
        let wrong = json!({"gezien": [{"gebruiker": 0, "versie": 1, "naam": "x"}, {"gebruiker": 12}]});
        assert_eq!(refused(wrong), ["gezien[0].gebruiker", "gezien[0].naam", "gezien[1].versie"]);
        let many: Vec<Value> = (1..=21).map(|id| json!({"gebruiker": id, "versie": 1})).collect();
        assert_eq!(refused(json!({ "gezien": many })), ["gezien"]);
        assert_eq!(manager.get(&format!("{LIST}?pagina=0&rol=beheerder")).wrong_fields(), ["pagina", "rol"]);
        assert_eq!(server.user("privacy-regio").get(LIST).status, 403);
    }
}
