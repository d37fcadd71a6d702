//! What a region sets for its waiting list and for the matcher, as programs set it.

use serde_json::{Value, json};

use crate::on_both;
use crate::support::waiting::{HAVEN, TOEGANG};

const SETTINGS: &str = "/v1/wachtlijst-instellingen";
const WEIGHTS: &str = "/v1/weging";

fn with(body: &Value, field: &str, value: Value) -> Value {
    let mut changed = body.clone();
    changed[field] = value;
    changed
}

on_both! {
    fn the_settings_of_the_list_are_read_and_changed(server) {
        let administrator = server.user("beheerder-regio");
        let read = administrator.get(SETTINGS);
        let (version, body) = (read.header("etag").expect("a version").to_owned(), read.json());
        assert_eq!(administrator.put(SETTINGS, &body).status, 400, "the version is asked for");
        let send = |body: &Value| administrator.put_version(SETTINGS, &version, body);
        let wrong = send(&json!({"kleinsteGroep": 4, "stappen": [{"vanWie": "buurman"}], "iets": 1}));
        assert_eq!(wrong.status, 400, "{}", wrong.body);
        for field in ["kleinsteGroep", "bewaartermijn", "antwoordDagen", "opvolgers", "stappen[0].vanWie", "stappen[0].wat", "iets"] {
            assert!(wrong.wrong_fields().iter().any(|known| known == field), "{field}: {}", wrong.body);
        }
        assert_eq!(send(&with(&body, "adviesProducten", json!(["99Z99"]))).clashing_fields(), ["adviesProducten"]);
        assert_eq!(send(&with(&body, "stappen", json!([]))).clashing_fields(), ["stappen"]);
        let round = json!([{"oud": "45A12", "nieuw": "45A13"}, {"oud": "45A13", "nieuw": "45A12"}]);
        assert_eq!(send(&with(&body, "opvolgers", round)).clashing_fields(), ["opvolgers"]);

        let mut new = with(&body, "kleinsteGroep", json!(7));
        new["anderenMeldenAan"] = json!(true);
        new["sluitingsdagen"] = json!(["2026-12-24"]);
        new["antwoordDagenUrgent"] = json!(2);
        new["opvolgers"] = json!([{"oud": "45A12", "nieuw": "45A13"}]);
        new["gevolgen"] = json!([{"reden": "afstand", "gevolg": "terug-op-de-lijst"}]);
        let saved = send(&new);
        assert_eq!(saved.status, 200, "{}", saved.body);
        let now = administrator.get(SETTINGS);
        assert_eq!(now.header("etag"), saved.header("etag"));
        let now = now.json();
        for field in ["kleinsteGroep", "anderenMeldenAan", "sluitingsdagen", "antwoordDagenUrgent", "opvolgers", "stappen"] {
            assert_eq!(now[field], new[field], "{field}");
        }
        let follows = |reason: &str| {
            let all = now["gevolgen"].as_array().cloned().unwrap_or_default();
            all.into_iter().find(|one| one["reden"] == reason).map(|one| one["gevolg"].clone())
        };
        assert_eq!(follows("afstand"), Some(json!("terug-op-de-lijst")));
        assert_eq!(follows("niet-passend"), Some(json!("combinatie-uitgesloten")), "what is not named is as usual");
        let late = send(&body);
        assert_eq!((late.status, &late.json()["huidig"]["kleinsteGroep"]), (409, &json!(7)), "{}", late.body);
        let page = server.visitor("beheerder-regio").get("/beheer/wachtlijst").body;
        assert!(page.contains("value=\"7\"") && page.contains("24-12-2026"), "the page shows the same");
    }
}

on_both! {
    fn weights_are_read_tried_and_changed(server) {
        server.waiting();
        let manager = server.user("accountmanager-regio");
        let read = manager.get(WEIGHTS);
        let version = read.header("etag").expect("a version").to_owned();
        let mut body = read.json();
        body.as_object_mut().expect("an object").remove("woorden");
        assert_eq!(manager.put(WEIGHTS, &body).status, 400, "the version is asked for");
        let wrong = manager.put_version(WEIGHTS, &version, &with(&body, "per10km", json!(53)));
        assert_eq!(wrong.wrong_fields(), ["per10km"], "{}", wrong.body);
        let query = |per_10_km: &str| {
            let other = |name: &str| format!("&{name}={}", body[name]);
            let others = ["openEinde", "onbekend", "verouderd", "alternatief", "geenVoorkeur", "behoefte", "onbekendeAfstand"];
            format!("{WEIGHTS}/gevolg?per10km={per_10_km}{}", others.map(other).concat())
        };
        let same = manager.get(&query(&body["per10km"].to_string())).json();
        assert!(same["wachtenden"].as_i64() >= Some(5) && same["andereEerste"] == 0 && same["nu"] == same["dan"], "{same}");
        let other = manager.get(&query("50"));
        assert_eq!((other.status, &other.json()["wachtenden"]), (200, &same["wachtenden"]), "{}", other.body);
        assert_eq!(manager.get(&format!("{WEIGHTS}/gevolg?per10km=1")).status, 400);
        assert_eq!(manager.get(WEIGHTS).header("etag"), Some(version.as_str()), "nothing was saved by trying");

        let saved = manager.put_version(WEIGHTS, &version, &with(&body, "per10km", json!(1.25)));
        assert_eq!((saved.status, &saved.json()["per10km"]), (200, &json!(1.25)), "{}", saved.body);
        let late = manager.put_version(WEIGHTS, &version, &body);
        assert_eq!((late.status, &late.json()["huidig"]["per10km"]), (409, &json!(1.25)), "{}", late.body);
        let versions = server.user("beheerder-regio").get(&format!("{WEIGHTS}/versies")).json();
        assert_eq!((versions["versies"].as_array().map(Vec::len), &versions["versies"][0]["weging"]["per10km"]), (Some(1), &json!(1.25)));
        let effect = manager.get("/v1/toewijzingsbeleid/gevolg?spoed=true&wekenPerStap=1&blijvenWachten=52");
        assert!(effect.status == 200 && effect.json()["krijgenPlek"].is_number(), "{}", effect.body);
    }
}

on_both! {
    fn a_provider_chooses_when_to_be_mailed(server) {
        const CHOICE: &str = "/v1/open-wachtlijst/meldingen";
        let haven = server.user(HAVEN.0);
        assert_eq!(haven.get(CHOICE).json(), json!({"keuze": "dagelijks"}));
        assert_eq!(haven.put(CHOICE, &json!({"keuze": "soms"})).wrong_fields(), ["keuze"]);
        assert_eq!(haven.put(CHOICE, &json!({"keuze": "direct"})).status, 200);
        assert_eq!(haven.get(CHOICE).json(), json!({"keuze": "direct"}));
        assert_eq!(server.user(TOEGANG).get(CHOICE).status, 403);
    }
}
