//! Proposals and bridging care of one client, by API.

use serde_json::json;

use crate::on_both;
use crate::support::clients::{CODE, client, client_for};

const TOEGANG: &str = "toegang-harderwijk";
const PATH: &str = "/v1/wachtenden/C4K-7XW-2R9";

on_both! {
    fn a_proposal_tells_what_can_what_cannot_and_why(server) {
        client(server);
        let answer = server.user(TOEGANG).get(&format!("{PATH}/voorstel"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let found = answer.json();
        assert_eq!((found["code"].as_str(), found["regelsVersie"].as_u64(), found["wegingVersie"].as_u64()), (Some(CODE), Some(1), Some(0)));
        assert!(found["buitenContract"].is_null() && found["nummer"].is_null());

        let can = found["kan"].as_array().expect("a list");
        assert_eq!((can.len(), found["kanTotaal"].as_u64()), (50, Some(59)), "the best fifty of all");
        let totals: Vec<u64> = can.iter().map(|line| line["totaal"].as_u64().expect("a total")).collect();
        assert!(totals.is_sorted(), "{totals:?}");
        for line in can {
            let parts = line["onderdelen"].as_array().expect("terms");
            let sum: u64 = parts.iter().map(|part| part["honderdsten"].as_u64().expect("a number")).sum();
            assert_eq!(Some(sum), line["totaal"].as_u64(), "{line}");
            assert!(line["waarom"].as_str().is_some_and(|why| why.contains("bevestigd")), "{line}");
            assert!(["45A12", "45A13"].contains(&line["product"].as_str().expect("a product")), "{line}");
        }
        let alternative = can.iter().find(|line| line["product"] == "45A13").expect("an alternative");
        assert!(alternative["waarom"].as_str().is_some_and(|why| why.contains("alternatief")), "{alternative}");

        let cannot = found["kanNiet"].as_array().expect("a list");
        let counts: Vec<usize> = cannot.iter().map(|line| line["regels"].as_array().expect("rules").len()).collect();
        assert!(counts.is_sorted() && counts[0] == 1, "{counts:?}");
        assert!(cannot.iter().all(|line| line["redenen"].as_array().map(Vec::len) == line["regels"].as_array().map(Vec::len)));
        let stop = cannot.iter().find(|line| line["regels"] == json!(["aanmeldstop"])).expect("an intake stop");
        assert!(stop["redenen"][0].as_str().is_some_and(|words| words.starts_with("aanmeldstop")), "{stop}");
        // The same question has the same answer.
        let again = server.user(TOEGANG).get(&format!("{PATH}/voorstel")).json();
        assert_eq!((&again["kan"], &again["kanNiet"]), (&found["kan"], &found["kanNiet"]));
    }
}

on_both! {
    fn a_family_that_excludes_a_provider_or_prefers_one_sees_it(server) {
        let mut draft = client_for("GM0243");
        draft.excluded = vec!["98990009".parse().expect("a code")];
        draft.wanted = vec!["98990025".parse().expect("a code")];
        crate::support::clients::register(server, TOEGANG, draft, CODE);
        let found = server.user(TOEGANG).get(&format!("{PATH}/voorstel")).json();
        let haven = found["kanNiet"].as_array().expect("a list").iter().find(|line| line["agb"] == "98990009").expect("excluded");
        assert!(haven["redenen"].as_array().expect("reasons").contains(&json!("uitgesloten door het gezin")), "{haven}");
        let wanted = found["kan"].as_array().expect("a list").iter().find(|line| line["agb"] == "98990025").expect("wanted");
        assert!(wanted["waarom"].as_str().is_some_and(|why| why.contains("voorkeur van het gezin")), "{wanted}");
    }
}

on_both! {
    fn a_kept_proposal_is_opened_as_it_was_whatever_changes(server) {
        client(server);
        let toegang = server.user(TOEGANG);
        let kept = toegang.post(&format!("{PATH}/voorstellen"), &json!({}));
        assert_eq!(kept.status, 201, "{}", kept.body);
        assert_eq!(kept.header("location"), Some("/v1/wachtenden/C4K-7XW-2R9/voorstellen/1"));
        let second = toegang.post(&format!("{PATH}/voorstellen"), &json!({"buiten": "ja"}));
        assert_eq!(second.json()["nummer"].as_u64(), Some(2));
        // Figures, weights and contracts change.
        server.execute("UPDATE offer SET min_age = 0, max_age = 1; UPDATE supply_version SET version = version + 1, book_version = version + 1");
        server.state.supply.refresh(&mut server.connection(), "2026-11-21".parse().expect("a day")).expect("a picture");
        let now = toegang.get(&format!("{PATH}/voorstel")).json();
        let then = toegang.get(&format!("{PATH}/voorstellen/1"));
        assert_eq!((then.status, then.json()), (200, kept.json()));
        assert_ne!(now["kan"], then.json()["kan"]);
        assert_eq!(toegang.get(&format!("{PATH}/voorstellen/3")).status, 404);
        for wrong in [json!({"buiten": "misschien"}), json!({"onbekend": 1}), json!([])] {
            assert_eq!(toegang.post(&format!("{PATH}/voorstellen"), &wrong).status, 400, "{wrong}");
        }
    }
}

on_both! {
    fn another_municipality_is_not_told_apart_from_none(server) {
        client(server);
        let other = server.user("toegang-ermelo");
        for rest in ["voorstel", "voorstellen/1", "overbruggingen"] {
            let (foreign, none) = (other.get(&format!("{PATH}/{rest}")), other.get(&format!("/v1/wachtenden/222-222-222/{rest}")));
            assert_eq!(foreign.status, 404);
            let (mut foreign, mut none) = (foreign.json(), none.json());
            // Only the number of the request differs.
            foreign["verzoek"] = json!("");
            none["verzoek"] = json!("");
            assert_eq!(foreign, none);
        }
        assert_eq!(other.post(&format!("{PATH}/voorstellen"), &json!({})).status, 404);
    }
}

on_both! {
    fn bridging_care_is_proposed_started_and_leaves_the_wait_alone(server) {
        let mut draft = client_for("GM0243");
        (draft.product, draft.birth_year) = ("43A11".parse().ok(), Some(2018));
        draft.alternatives = Vec::new();
        draft.bridging_wanted = Some(true);
        crate::support::clients::register(server, TOEGANG, draft, CODE);
        let toegang = server.user(TOEGANG);
        let found = toegang.get(&format!("{PATH}/overbruggingen"));
        assert_eq!(found.status, 200, "{}", found.body);
        let found = found.json();
        assert_eq!((found["aanleiding"].as_str(), found["overbruggingen"].as_array().map(Vec::len)), (Some("gevraagd"), Some(0)));
        let first = found["voorgesteld"][0].clone();
        assert!(first["agb"].is_string(), "{found}");
        let body = json!({"agb": first["agb"], "product": first["product"], "start": "2026-11-23", "toelichting": "Twee keer in de week."});
        let started = toegang.post(&format!("{PATH}/overbruggingen"), &body);
        assert_eq!(started.status, 201, "{}", started.body);
        assert_eq!((&started.json()["agb"], started.json()["start"].as_str()), (&first["agb"], Some("2026-11-23")));
        assert_eq!(toegang.post(&format!("{PATH}/overbruggingen"), &body).status, 409, "it runs already");

        let wrong = json!({"agb": first["agb"], "product": "43A11", "start": "2026-11-23"});
        assert_eq!(toegang.post(&format!("{PATH}/overbruggingen"), &wrong).json()["fouten"][0]["veld"], "product");
        let wrong = json!({"agb": first["agb"], "product": first["product"], "start": "2019-11-23", "toelichting": "bel 06-12345678"});
        let refused = toegang.post(&format!("{PATH}/overbruggingen"), &wrong);
        let fields: Vec<String> = refused.json()["fouten"].as_array().expect("errors").iter().map(|one| one["veld"].as_str().unwrap_or_default().to_owned()).collect();
        assert_eq!(fields, ["toelichting", "start"], "{}", refused.body);
    }
}
