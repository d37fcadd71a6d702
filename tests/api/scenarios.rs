//! Scenarios, sweeps, runs and the policy by API; and a scenario against the solver it is worked out with.

use std::sync::Arc;

use beschikbaarheidswijzer::matching::region::engine::Engine;
use beschikbaarheidswijzer::matching::region::picture::Picture;
use beschikbaarheidswijzer::matching::scenarios::sweeping::{sweep, work_on_next};
use rules::assignment::Worth;
use rules::matching::scenario::{Change, Kind, Scenario, Subject};
use serde_json::{Value, json};

use crate::on_both;
use crate::pages::scenarios::one_place;
use crate::support::TestServer;
use crate::support::waiting::HAVEN;

const MANAGER: &str = "accountmanager-regio";
const PATH: &str = "/v1/scenarios";

fn picture(server: &TestServer) -> Picture {
    let region_id = server.actor(MANAGER).region_id().expect("a region");
    let snapshot = server.state.supply.current().expect("a picture");
    Picture::read(&mut server.connection(), &snapshot, region_id).expect("read")
}

fn scenario(server: &TestServer, changes: &Value) -> Value {
    let answer = server.user(MANAGER).post(PATH, &json!({"naam": "Proef", "veranderingen": changes}));
    assert_eq!(answer.status, 201, "{}", answer.body);
    let read = server.user(MANAGER).get(answer.header("location").expect("the address"));
    assert_eq!(read.json(), answer.json());
    answer.json()
}

fn more(offer: Option<i64>, value: i32) -> Change {
    Change { kind: Kind::MorePlaces, subject: Subject { offer, ..Subject::default() }, value }
}

on_both! {
    fn without_changes_a_scenario_is_the_plan_and_says_what_a_place_is_worth(server) {
        one_place(server);
        let as_it_is = scenario(server, &json!([]));
        assert_eq!(as_it_is["nu"], as_it_is["dan"]);
        assert_eq!(as_it_is["nu"]["alle"], json!({"metPlek": 1, "totaal": 5}));
        assert!(as_it_is["perProduct"].as_array().expect("a list").iter().all(|group| group["erbij"] == 0 && group["eraf"] == 0));
        let haven = as_it_is["plekken"].as_array().expect("a list").iter().find(|place| place["agb"] == HAVEN.1).expect("it is full").clone();
        // Worked out with the place itself, it gains that.
        let offer = server.offer_with_place(HAVEN.1);
        let with = scenario(server, &json!([{"soort": "plekken-erbij", "aanbod": offer, "waarde": 1}]));
        assert_eq!(with["dan"]["alle"]["metPlek"], 2);
        let saved = with["nu"]["kosten"].as_i64().expect("a number") - with["dan"]["kosten"].as_i64().expect("a number");
        assert_eq!(haven["honderdsten"], saved);
        assert!(haven["klassen"].as_i64().expect("a number") > 0);
    }
}

on_both! {
    fn every_worth_is_what_a_solve_with_one_place_more_gains(server) {
        // The whole demonstration region, with all that wait in it.
        let picture = picture(server);
        let before = Engine::new(picture.facts()).expect("solved");
        let outcome = before.outcome().expect("settled");
        assert!(outcome.places.len() > 20, "{} placed", outcome.places.len());
        let mut checked = 0;
        for (offer, worth) in outcome.worths.iter().take(25) {
            let with = picture.facts_in(&Scenario::new(vec![more(Some(*offer), 1)]));
            let after = Engine::new(with).expect("solved");
            let (one, other) = (before.proof(), after.proof());
            let sum = |sum: u64| i64::try_from(sum).expect("small");
            let gained = Worth { class: sum(other.class_sum) - sum(one.class_sum), cost: one.objective - other.objective };
            assert_eq!(*worth, gained, "offer {offer}");
            checked += 1;
        }
        assert!(checked > 0);
        assert_eq!(picture.facts(), picture.facts_in(&Scenario::AS_IT_IS));
    }
}

on_both! {
    fn a_sweep_says_of_every_value_what_a_scenario_says_of_it(server) {
        let picture = picture(server);
        let mut last = 0;
        for (change, values) in [
            (more(None, 0), vec![-1, 0, 1, 2, 4]),
            (Change { kind: Kind::Radius, ..more(None, 0) }, vec![5, 20, 50]),
            (Change { kind: Kind::PerTenKm, ..more(None, 0) }, vec![0, 100, 5200]),
        ] {
            let points = sweep(&picture, &Scenario::AS_IT_IS, change, &values, |_| Ok(true)).expect("solved").expect("all");
            assert_eq!(points.len(), values.len());
            for point in &points {
                let alone = Engine::new(picture.facts_in(&Scenario::new(vec![Change { value: point.value, ..change }]))).expect("solved");
                let proof = alone.proof();
                assert_eq!((u64::from(point.measures.all.placed), point.measures.cost), (proof.placed, proof.objective), "{change:?} {}", point.value);
                assert_eq!(point.measures.envious, 0);
            }
            let placed: Vec<u32> = points.iter().map(|point| point.measures.all.placed).collect();
            // With more places or a wider radius everybody can still have what it could, so never fewer are placed.
            if change.kind != Kind::PerTenKm {
                assert!(placed.is_sorted(), "{placed:?}");
            }
            last = *placed.last().expect("a value");
        }
        assert!(last > 0);
        // Whoever no longer wants it stops it.
        let mut asked = 0;
        let stopped = sweep(&picture, &Scenario::AS_IT_IS, more(None, 0), &[0, 1, 2, 3], |done| { asked = done; Ok(done < 2) });
        assert_eq!((stopped.expect("no trouble"), asked), (None, 2));
    }
}

on_both! {
    fn a_contract_that_is_missing_brings_what_a_scenario_with_it_brings(server) {
        // De Haven has the only place, and no contract any more.
        one_place(server);
        server.execute(
            "UPDATE contract SET valid_until = '2026-11-01' WHERE (valid_from IS NULL OR valid_from <= '2026-11-01') \
             AND provider_id IN (SELECT id FROM provider WHERE agb = '98990009');
             UPDATE supply_version SET version = 2000, book_version = 2000",
        );
        let day = "2026-11-21".parse().expect("a day");
        server.state.supply.refresh(&mut server.connection(), day).expect("a picture");
        let without = scenario(server, &json!([]));
        assert_eq!(without["dan"]["alle"]["metPlek"], 0);
        let missing = without["contracten"].as_array().expect("a list").clone();
        let haven = missing.iter().find(|one| one["agb"] == HAVEN.1 && one["product"] == "45A12").expect("it would help");
        assert_eq!((&haven["gemeente"], &haven["geplaatst"]), (&json!("GM0243"), &json!(1)), "{haven}");
        let with = scenario(server, &json!([{"soort": "contract", "aanbieder": HAVEN.1, "product": "45A12", "gemeente": "GM0243"}]));
        assert_eq!(with["dan"]["alle"]["metPlek"], 1);
        let saved = with["nu"]["kosten"].as_i64().expect("a number") - with["dan"]["kosten"].as_i64().expect("a number");
        assert_eq!(haven["honderdsten"], saved);
        assert!(!with["contracten"].as_array().expect("a list").contains(haven));
    }
}

on_both! {
    fn wrong_scenarios_and_sweeps_are_refused_field_by_field(server) {
        let manager = server.user(MANAGER);
        let shape = manager.post(PATH, &json!({"naam": " ", "veranderingen": [{"soort": "anders", "aanbieder": "x", "waarde": 9999, "kleur": 1}, 7]}));
        assert_eq!(shape.status, 400);
        assert_eq!(
            shape.wrong_fields(),
            ["naam", "veranderingen[1]", "veranderingen[0].soort", "veranderingen[0].aanbieder", "veranderingen[0].waarde", "veranderingen[0].kleur"]
        );
        let meaning = manager.post(PATH, &json!({"naam": "Proef", "veranderingen": [
            {"soort": "afstand", "aanbieder": HAVEN.1, "waarde": 20},
            {"soort": "plekken-erbij", "waarde": 60},
            {"soort": "contract", "product": "45A12"},
            {"soort": "norm"},
            {"soort": "norm", "product": "99Z99", "waarde": 8},
            {"soort": "plekken-precies", "aanbod": 999_999, "waarde": 8},
        ]}));
        assert_eq!(meaning.status, 409, "{}", meaning.body);
        assert_eq!(
            meaning.clashing_fields(),
            ["veranderingen[0].aanbieder", "veranderingen[1].waarde", "veranderingen[2].aanbieder", "veranderingen[3].waarde", "veranderingen[4].product", "veranderingen[5].aanbod"]
        );
        let id = scenario(server, &json!([]))["nummer"].clone();
        let path = format!("{PATH}/{id}/reeks");
        assert_eq!(manager.get(&path).status, 404);
        for (body, status, fields) in [
            (json!({"soort": "afstand"}), 400, vec!["van", "tot", "stap"]),
            (json!({"soort": "contract", "van": 0, "tot": 1, "stap": 1}), 409, vec!["soort"]),
            (json!({"soort": "afstand", "van": 0, "tot": 400, "stap": 1}), 409, vec!["van", "tot"]),
            (json!({"soort": "afstand", "van": 1, "tot": 300, "stap": 1}), 409, vec!["stap"]),
            (json!({"soort": "afstand", "van": 9, "tot": 9, "stap": 1}), 409, vec!["tot"]),
        ] {
            let refused = manager.post(&path, &body);
            assert_eq!(refused.status, status, "{body}: {}", refused.body);
            let found = if status == 400 { refused.wrong_fields() } else { refused.clashing_fields() };
            assert_eq!(found, fields, "{body}");
        }
        assert_eq!(manager.post("/v1/scenarios/999/reeks", &json!({"soort": "afstand", "van": 1, "tot": 2, "stap": 1})).status, 404);
    }
}

on_both! {
    fn a_sweep_is_asked_for_followed_and_read_by_api(server) {
        one_place(server);
        let manager = server.user(MANAGER);
        let id = scenario(server, &json!([]))["nummer"].clone();
        let path = format!("{PATH}/{id}/reeks");
        let asked = manager.post(&path, &json!({"soort": "plekken-erbij", "aanbieder": HAVEN.1, "van": 0, "tot": 4, "stap": 2}));
        assert_eq!((asked.status, asked.json()["stand"].clone()), (201, json!("bezig")), "{}", asked.body);
        assert_eq!(manager.post(&path, &json!({"soort": "afstand", "van": 1, "tot": 2, "stap": 1})).status, 409, "one at a time");
        let state = &server.state;
        assert!(work_on_next(&mut server.connection(), &state.supply, state.clock, &|| false).expect("no trouble"));
        let ready = manager.get(&path).json();
        assert_eq!((&ready["stand"], &ready["klaar"]), (&json!("klaar"), &json!(3)));
        let values: Vec<&Value> = ready["waarden"].as_array().expect("a list").iter().map(|point| &point["waarde"]).collect();
        assert_eq!(values, [0, 2, 4]);
        assert_eq!(server.user(MANAGER).get(PATH).json()["paginering"]["totaal"], 1);

        let stop = format!("{path}/stopzetting");
        assert_eq!(manager.post(&stop, &json!({})).status, 409, "it is ready");
        assert_eq!(manager.post(&path, &json!({"soort": "afstand", "van": 1, "tot": 9, "stap": 1})).status, 201);
        let stopped = manager.post(&stop, &json!({}));
        assert_eq!((stopped.status, &stopped.json()["stand"]), (200, &json!("gestopt")), "{}", stopped.body);
        assert!(!work_on_next(&mut server.connection(), &state.supply, state.clock, &|| false).expect("no trouble"), "nothing is left to do");

        let remove = format!("{PATH}/{id}/verwijdering");
        assert_eq!(manager.post(&remove, &json!({"zeker": true})).status, 400);
        assert_eq!(server.user("accountmanager-flevoland").post(&remove, &json!({})).status, 404);
        let removed = manager.post(&remove, &json!({}));
        assert_eq!((removed.status, &removed.json()["naam"]), (200, &json!("Proef")), "{}", removed.body);
        for gone in [manager.post(&remove, &json!({})), manager.post(&stop, &json!({})), manager.get(&path)] {
            assert_eq!(gone.status, 404, "{}", gone.body);
        }
    }
}

on_both! {
    fn runs_are_made_once_listed_and_read_by_api(server) {
        one_place(server);
        let manager = server.user(MANAGER);
        let none = manager.get("/v1/regiovoorstellen").json();
        assert_eq!((&none["regiovoorstellen"], &none["paginering"]["totaal"]), (&json!([]), &json!(0)));
        let made = manager.post("/v1/regiovoorstellen", &json!({}));
        assert_eq!((made.status, made.header("location")), (201, Some("/v1/regiovoorstellen/1")), "{}", made.body);
        assert_eq!(made.json()["maten"]["alle"], json!({"metPlek": 1, "totaal": 5}));
        assert_eq!(manager.post("/v1/regiovoorstellen", &json!({"kleur": 1})).status, 400);
        let read = manager.get("/v1/regiovoorstellen/1").json();
        assert_eq!((&read["maten"], read["regels"].as_array().expect("a list").len()), (&made.json()["maten"], 1));
        assert_eq!(read["regels"][0]["voorgesteld"]["agb"], HAVEN.1);
        let waiting = manager.get("/v1/regiovoorstellen/1?toon=zonder-plek").json();
        assert_eq!((&waiting["paginering"]["totaal"], &waiting["regels"][0]["voorgesteld"]), (&json!(4), &Value::Null));
        assert_eq!((manager.get("/v1/regiovoorstellen/2").status, manager.get("/v1/regiovoorstellen/1?toon=alles").status), (404, 400));
        assert_eq!(manager.get("/v1/regiovoorstellen").json()["paginering"]["totaal"], 1);
        assert_eq!(server.user("accountmanager-flevoland").get("/v1/regiovoorstellen/1").status, 404);
    }
}

on_both! {
    fn the_policy_is_read_and_changed_by_api(server) {
        const POLICY: &str = "/v1/toewijzingsbeleid";
        let manager = server.user(MANAGER);
        let first = manager.get(POLICY);
        assert_eq!((first.json()["wekenPerStap"].clone(), first.header("etag")), (json!(4), Some("\"1\"")));
        let body = json!({"spoed": true, "wekenPerStap": 2, "blijvenWachten": 26});
        assert_eq!(manager.put(POLICY, &body).wrong_fields(), ["If-Match"]);
        for unread in ["\"0\"", "*", "een"] {
            assert_eq!(manager.put_version(POLICY, unread, &body).status, 409, "{unread}");
        }
        let saved = manager.put_version(POLICY, "\"1\"", &body);
        assert_eq!((saved.status, saved.header("etag")), (200, Some("\"2\"")), "{}", saved.body);
        assert_eq!((&saved.json()["spoed"], &saved.json()["maatregel"]), (&json!(true), &json!(false)));
        let late = manager.put_version(POLICY, "\"1\"", &body);
        assert_eq!((late.status, late.json()["huidig"]["wekenPerStap"].clone()), (409, json!(2)));
        assert_eq!(server.user("beheerder-regio").get(POLICY).json(), saved.json());
        let wrong = manager.put_version(POLICY, "\"2\"", &json!({"spoed": "ja", "wekenPerStap": 521, "kleur": 1}));
        assert_eq!(wrong.wrong_fields(), ["spoed", "wekenPerStap", "blijvenWachten", "kleur"]);
    }
}

on_both! {
    fn a_picture_is_the_same_on_every_server(server) {
        let beside = server.start_beside();
        let (one, other) = (picture(server), picture(&beside));
        assert!(!Arc::ptr_eq(&one.snapshot, &other.snapshot));
        assert_eq!(one.facts(), other.facts());
        let change = Scenario::new(vec![more(None, 1), Change { kind: Kind::Radius, ..more(None, 40) }]);
        assert_eq!(one.facts_in(&change), other.facts_in(&change));
    }
}
