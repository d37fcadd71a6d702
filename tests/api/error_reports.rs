//! Reporting a figure that is not right by API, and answering it.

use beschikbaarheidswijzer::db::schema::error_report;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Answer, TestServer};

const PATH: &str = "/v1/aanbod/223/meldingen";
const LIST: &str = "/v1/meldingen";
const HAVEN: &str = "aanbieder-de-haven";

fn report(server: &TestServer, body: &Value) -> Answer {
    server.anyone().post(PATH, body)
}

/// The number of the newest report.
fn newest(server: &TestServer) -> i64 {
    let newest = error_report::table.order(error_report::id.desc()).select(error_report::id);
    newest.first(&mut server.connection()).expect("a report")
}

fn count(server: &TestServer) -> i64 {
    error_report::table.count().get_result(&mut server.connection()).expect("a count")
}

on_both! {
    fn a_report_is_made_read_and_answered(server) {
        let made = report(server, &json!({"wat": "wachttijd", "toelichting": " Aan de telefoon hoorde ik 20 weken "}));
        assert_eq!(made.status, 201, "{}", made.body);
        let body = made.json();
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "the address of the answer and nothing else: {body}");
        let status = body["adres"].as_str().and_then(|url| url.strip_prefix("https://jeugdhulp.example")).expect("an address");
        assert!(server.anyone().get(status).body.contains("Er is nog geen antwoord"));
        assert!(server.anyone().get("/aanbieders/98990009").body.contains("Gemeld als onjuist op 21 nov"));
        assert_eq!(server.mails().len(), 2, "the provider and the account manager");

        let provider = server.user(HAVEN);
        let list = provider.get(LIST);
        let line = &list.json()["meldingen"][0];
        let id = newest(server);
        assert_eq!((&line["id"], &line["aanbod"], &line["wat"]), (&json!(id), &json!(223), &json!("wachttijd")), "{line}");
        assert_eq!((&line["toelichting"], &line["gemeldOp"]), (&json!("Aan de telefoon hoorde ik 20 weken"), &json!("2026-11-21T09:00:00Z")));
        assert_eq!((&line["aanbieder"], line.get("antwoord")), (&json!("De Haven Jeugdhulp"), None));
        let key = status.rsplit('/').next().expect("a key");
        assert!(!list.body.contains(key) && !list.body.contains('@'), "whoever answers is not told where that is read: {}", list.body);
        assert_eq!(&provider.get(&format!("{LIST}/{id}")).json(), line);

        let path = format!("{LIST}/{id}/antwoord");
        let good = json!({"antwoord": "klopt", "uitleg": "Dat gold voor een andere locatie"}).to_string();
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "antwoord-1")];
        let [first, again] = [0, 1].map(|_| provider.send("POST", &path, &headers, good.as_bytes()));
        assert_eq!((first.status, again.status), (200, 200), "{}", first.body);
        let expected = json!({"antwoord": "klopt", "uitleg": "Dat gold voor een andere locatie", "op": "2026-11-21T09:00:00Z",
            "door": "Capaciteitsbeheer, De Haven Jeugdhulp"});
        assert_eq!((&first.json()["antwoord"], first.json()), (&expected, again.json()));
        assert_eq!(provider.post(&path, &json!({"antwoord": "aangepast"})).status, 409, "an answer is given once");
        assert!(server.anyone().get(status).body.contains("Dat gold voor een andere locatie"));
        assert!(!server.anyone().get("/aanbieders/98990009").body.contains("Gemeld als onjuist"));
        let manager = server.user("accountmanager-regio");
        assert!(manager.get(&format!("{LIST}?toon=beantwoord")).json()["meldingen"].as_array().expect("a list").contains(&first.json()));
        assert!(manager.get(LIST).json()["meldingen"].as_array().expect("a list").iter().all(|open| open["id"] != id));
    }
}

on_both! {
    fn all_that_is_wrong_with_a_report_is_told_at_once(server) {
        let before = count(server);
        let all = report(server, &json!({"wat": "kleur", "toelichting": "gesproken met mevrouw Bakker", "website": "x"}));
        assert_eq!(all.wrong_fields(), ["wat", "website", "toelichting"]);
        assert_eq!(report(server, &json!({})).wrong_fields(), ["wat"]);
        assert_eq!(report(server, &json!({"wat": "anders", "toelichting": "x".repeat(201)})).wrong_fields(), ["toelichting"]);
        assert_eq!(report(server, &json!({"wat": "plekken", "toelichting": 4})).wrong_fields(), ["toelichting"]);
        for alone in [json!({"wat": "anders"}), json!({"wat": "anders", "toelichting": " "}), json!({"wat": "plekken", "toelichting": "bel 06 12345678"})] {
            assert_eq!(report(server, &alone).clashing_fields(), ["toelichting"], "{alone}");
        }
        let anyone = server.anyone();
        assert_eq!(anyone.post("/v1/aanbod/999999/meldingen", &json!({"wat": "plekken"})).status, 404);
        assert_eq!(anyone.post("/v1/aanbod/nul/meldingen", &json!({"wat": "plekken"})).wrong_fields(), ["id"]);
        assert_eq!(anyone.post(&format!("{PATH}?kleur=rood"), &json!({"wat": "plekken"})).wrong_fields(), ["kleur"]);
        assert_eq!((count(server), server.mails().len()), (before, 0));

        assert_eq!(report(server, &json!({"wat": "plekken"})).status, 201);
        let (provider, path) = (server.user(HAVEN), format!("{LIST}/{}/antwoord", newest(server)));
        let all = provider.post(&path, &json!({"antwoord": "misschien", "uitleg": "bel 06 12345678", "wie": "ik"}));
        assert_eq!(all.wrong_fields(), ["antwoord", "wie", "uitleg"]);
        assert_eq!(provider.post(&path, &json!({"antwoord": "klopt"})).clashing_fields(), ["uitleg"]);
        assert_eq!(provider.post(&path, &json!({"antwoord": "aangepast", "uitleg": "bel 06 12345678"})).clashing_fields(), ["uitleg"]);
        assert_eq!(provider.get(&format!("{LIST}?toon=alles&pagina=0&kleur=rood")).wrong_fields(), ["toon", "pagina", "kleur"]);
        assert_eq!(provider.get(&format!("{LIST}/{}", newest(server))).json().get("antwoord"), None);
    }
}

on_both! {
    fn who_repeats_is_told_and_who_goes_on_is_stopped(server) {
        let before = count(server);
        assert_eq!(report(server, &json!({"wat": "plekken"})).status, 201);
        let again = report(server, &json!({"wat": "plekken"}));
        assert!(again.status == 409 && again.body.contains("al gemeld"), "{}", again.body);
        let page = server.anyone().post_form("/aanbod/223/melden", &[("wat", "plekken"), ("toelichting", ""), ("website", "")]);
        assert_eq!(page.status, 400, "on the page it is the same report");
        let statuses: Vec<u16> = (224..245)
            .map(|offer| server.anyone().post(&format!("/v1/aanbod/{offer}/meldingen"), &json!({"wat": "plekken"})).status)
            .collect();
        assert_eq!(statuses.iter().position(|status| *status == 429), Some(17), "one limit for page and call: {statuses:?}");
        assert_eq!(count(server), before + 18);
    }
}

on_both! {
    fn reports_are_read_by_whom_they_are_about(server) {
        assert_eq!(report(server, &json!({"wat": "plekken"})).status, 201);
        let (id, other) = (newest(server), server.user("aanbieder-praktijk-groei"));
        let path = format!("{LIST}/{id}");
        assert_eq!(other.get(LIST).json()["meldingen"], json!([]));
        for number in [id, 999_999] {
            let path = format!("{LIST}/{number}");
            assert_eq!(other.get(&path).status, 404);
            assert_eq!(other.post(&format!("{path}/antwoord"), &json!({"antwoord": "aangepast"})).status, 404);
        }
        assert_eq!(server.user("accountmanager-flevoland").get(&path).status, 404, "of another region");
        assert_eq!(server.user("verwijzer-huisartsen").get(&path).status, 403);
        assert_eq!(server.anyone().get(&path).status, 401);
        assert_eq!(server.user("accountmanager-regio").post(&format!("{path}/antwoord"), &json!({"antwoord": "aangepast"})).status, 200);
    }
}

on_both! {
    fn a_long_list_turns_pages_newest_first(server) {
        let provider = server.user(HAVEN);
        let before = provider.get(LIST).json()["totaal"].as_u64().expect("a number");
        for number in 0..25 {
            server.execute(&format!(
                "INSERT INTO error_report (key_hash, offer_id, what, created_at) VALUES ('proef-{number}', 223, 'plekken', '2026-11-20 09:00:{number:02}')"
            ));
        }
        let [first, second] = [1, 2].map(|page| provider.get(&format!("{LIST}?pagina={page}")).json());
        assert_eq!((&first["totaal"], &first["paginas"]), (&json!(before + 25), &json!(2)), "{first}");
        let moments: Vec<String> = [&first, &second]
            .iter()
            .flat_map(|page| page["meldingen"].as_array().expect("a list"))
            .map(|line| line["gemeldOp"].as_str().expect("a time").to_owned())
            .collect();
        assert_eq!(moments.len(), usize::try_from(before).expect("few") + 25);
        assert!(moments.is_sorted_by(|newer, older| newer >= older), "{moments:?}");
    }
}
