//! Figures that a system of a provider delivers all at once.

use beschikbaarheidswijzer::db::schema::{service_account, user_account};
use beschikbaarheidswijzer::web::input::LARGEST_SHEET;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::waiting::HAVEN;
use crate::support::{Answer, Browser, TestServer};

const PATH: &str = "/v1/cijferleveringen";
const REHEARSAL: &str = "/v1/cijferleveringen?proef=true";
const SERVICE: &str = "koppeling-de-haven";
/// An offer of De Haven.
const OFFER: &str = "/v1/aanbod/223";

/// The line that names the offer, with these figures.
fn line(server: &TestServer, figures: &Value) -> Value {
    let offer = server.anyone().get(OFFER).json();
    json!({
        "aanbieder": "98990009", "locatie": offer["locatie"]["nummer"], "product": offer["product"]["code"],
        "bevestigdOp": "2026-11-21T09:00:00Z", "cijfers": figures,
    })
}

fn post_sheet(browser: &Browser, path: &str, sheet: &str) -> Answer {
    browser.send("POST", path, &[("Content-Type", "text/csv; charset=utf-8")], sheet)
}

fn count(answer: &Answer, what: &str) -> u64 {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()[what].as_u64().unwrap_or_else(|| panic!("no {what}: {}", answer.body))
}

fn places(server: &TestServer) -> Value {
    server.anyone().get(OFFER).json()["plekkenVrij"].clone()
}

on_both! {
    fn a_delivery_from_before_leaves_promised_places_promised(server) {
        let clients = server.waiting();
        let id = server.offer_with_place(HAVEN.1);
        let response = server.responded(HAVEN, &clients[0]);
        let offer = server.anyone().get(&format!("/v1/aanbod/{id}")).json();
        let delivery = |at: &str| json!({"regels": [{
            "aanbieder": HAVEN.1, "locatie": offer["locatie"]["nummer"], "product": offer["product"]["code"],
            "bevestigdOp": at, "cijfers": {"plekkenVrij": 1, "opmerkingen": at},
        }]});
        assert_eq!(server.accept(&clients[0], response).status, 200);
        let places = || server.anyone().get(&format!("/v1/aanbod/{id}")).json()["plekkenVrij"].clone();
        assert_eq!(count(&server.user(SERVICE).post(PATH, &delivery("2026-11-21T08:00:00Z")), "gewijzigd"), 1);
        assert_eq!(places(), 0, "whoever counted an hour ago did not count it");
        let later = server.start_later(chrono::Duration::hours(2));
        assert_eq!(count(&later.user(SERVICE).post(PATH, &delivery("2026-11-21T10:00:00Z")), "gewijzigd"), 1);
        assert_eq!(places(), 1, "whoever counted since did");
    }
}

on_both! {
    fn a_system_delivers_its_figures_whole_or_not_at_all(server) {
        let service = server.user(SERVICE);
        let before = places(server);
        let good = line(server, &json!({"plekkenVrij": 7, "aanmeldwachttijd": {"minWeken": 2}, "opmerkingen": "Geleverd"}));
        let delivery = json!({"regels": [good]});

        let lines = server.audit_lines();
        let rehearsed = service.post(REHEARSAL, &delivery);
        assert_eq!((count(&rehearsed, "regels"), count(&rehearsed, "gewijzigd"), count(&rehearsed, "teVerbeteren")), (1, 1, 0));
        assert_eq!(rehearsed.json()["proef"], true);
        assert_eq!((places(server), server.audit_lines()), (before.clone(), lines), "a rehearsal keeps nothing");

        // One bad line, and nothing comes in: what is wrong is told at its place.
        let bad = json!({"aanbieder": "98990001", "locatie": 1, "product": "99Z99", "bevestigdOp": "2026-11-21T09:00:00Z", "cijfers": {"plekkenVrij": 1}});
        let turned = line(server, &json!({"aanmeldwachttijd": {"minWeken": 8, "maxWeken": 6}}));
        for (wrong, field) in [(&bad, "regels[1].product"), (&turned, "regels[1].cijfers.aanmeldwachttijd.maxWeken")] {
            let half = json!({"regels": [good, wrong]});
            assert_eq!(service.post(PATH, &half).clashing_fields(), [field]);
            let told = service.post(REHEARSAL, &half);
            assert_eq!((count(&told, "teVerbeteren"), &told.json()["punten"][0]["veld"]), (1, &json!(field)));
        }
        assert_eq!(places(server), before, "all or nothing");

        let kept = service.post(PATH, &delivery);
        assert_eq!((count(&kept, "gewijzigd"), places(server)), (1, json!(7)));
        let stored = server.anyone().get(OFFER).json();
        assert_eq!((&stored["aanmeldwachttijd"]["minWeken"], &stored["opmerkingen"]), (&json!(2), &json!("Geleverd")));
        assert_eq!(stored["aanmeldwachttijd"].get("maxWeken").unwrap_or(&Value::Null), &Value::Null, "an open end");

        // The same as a file, and again: nothing is doubled.
        let product = good["product"].as_str().expect("a code");
        let columns = "aanbieder;locatie;product;plekkenVrij;plekkenTotaal;wachtenden;aanmeldwachttijdMinWeken;aanmeldwachttijdMaxWeken;\
            behandelwachttijdMinWeken;behandelwachttijdMaxWeken;grondslag;status;aanmeldstopReden;aanmeldstopToelichting;aanmeldstopTot;\
            leeftijdVanaf;leeftijdTot;sluitOp;opmerkingen;bevestigdOp";
        let sheet = format!("{columns}\n98990009;{};{product};3;;;;;;;;;;;;;;;Uit een bestand;2026-11-21T09:00:00Z\n", good["locatie"]);
        assert_eq!(count(&post_sheet(&service, REHEARSAL, &sheet), "gewijzigd"), 1);
        assert_eq!(places(server), json!(7));
        assert_eq!(count(&post_sheet(&service, PATH, &sheet), "gewijzigd"), 1);
        assert_eq!(places(server), json!(3));
        assert_eq!(post_sheet(&service, PATH, &sheet.replace(";3;", ";drie;")).clashing_fields(), ["regel 2, plekkenVrij"]);
        assert_eq!(post_sheet(&service, PATH, "geen blad").status, 409);
    }
}

on_both! {
    fn only_who_may_delivers_and_only_its_own(server) {
        let delivery = json!({"regels": [line(server, &json!({"plekkenVrij": 7}))]});
        let stranger = server.user("aanbieder-bakenzand").post(PATH, &delivery);
        assert_eq!(stranger.status, 409, "{}", stranger.body);
        assert!(stranger.body.contains("mag u niet wijzigen"), "{}", stranger.body);
        assert_eq!(server.anyone().post(PATH, &delivery).status, 401);
        assert_eq!(server.user("verwijzer-huisartsen").post(PATH, &delivery).status, 403);
        // A system without the scope to write.
        let id: i64 = user_account::table.filter(user_account::name.eq(SERVICE)).select(user_account::id)
            .first(&mut server.connection()).expect("an account");
        diesel::update(service_account::table.find(id)).set(service_account::scopes.eq("cijfers:lezen"))
            .execute(&mut server.connection()).expect("one");
        assert_eq!(server.user(SERVICE).post(PATH, &delivery).status, 403);

        // What the document forbids is refused before anything is compared.
        let provider = server.user("aanbieder-de-haven");
        let wrong = json!({"regels": [{"aanbieder": "1", "locatie": 0, "cijfers": {"soort": 1}}], "proef": true});
        assert_eq!(
            provider.post(PATH, &wrong).wrong_fields(),
            ["regels[0].aanbieder", "regels[0].locatie", "regels[0].product", "regels[0].bevestigdOp", "regels[0].cijfers.soort", "proef"]
        );
        let remark = "x".repeat(280);
        let many = json!({"regels": vec![json!({"aanbieder": "98990009", "cijfers": {"opmerkingen": remark}}); 1001]});
        assert_eq!(provider.post(PATH, &many).wrong_fields(), ["regels"]);
        assert_eq!(provider.send("POST", PATH, &[("Content-Type", "text/plain")], "x").status, 415);
        assert_eq!(post_sheet(&provider, PATH, &"x".repeat(LARGEST_SHEET + 1)).status, 413);
        assert_eq!(provider.post("/v1/cijferleveringen?proef=misschien", &delivery).status, 400);
    }
}
