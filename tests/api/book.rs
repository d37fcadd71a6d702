//! The product book by API: what the administrator changes shows in the search at once.

use serde_json::json;

use crate::on_both;

/// Writes of which a test here looks at the audit.
pub const AUDITED_WRITES: [&str; 1] = ["DELETE /v1/postcodes/{pc4}"];

on_both! {
    fn a_new_provider_with_location_contract_and_offer_is_found(server) {
        let manager = server.user("beheerder-regio");
        let provider = manager.put("/v1/aanbieders/98999901", &json!({"naam": "Nieuwe Oever", "soort": "hoofdaannemer", "onlineHulp": false}));
        assert_eq!(provider.status, 201, "{}", provider.body);
        let location = manager.put("/v1/aanbieders/98999901/locaties/1", &json!({"naam": "Oever Putten", "pc4": 3881}));
        assert_eq!(location.status, 201, "{}", location.body);
        let contract = json!({"regio": "noord-veluwe", "product": "52A01", "gemeente": "GM0273", "niveau": "regionaal", "geldigVanaf": "2026-01-01", "geldigTot": "2026-12-31"});
        let made = manager.post("/v1/aanbieders/98999901/contracten", &contract);
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(manager.get(made.header("location").expect("an address")).status, 200);
        let again = manager.post("/v1/aanbieders/98999901/contracten", &contract);
        assert_eq!(again.clashing_fields(), ["geldigVanaf"], "it overlaps: {}", again.body);
        let turned = json!({"regio": "noord-veluwe", "product": "52A01", "niveau": "regionaal", "geldigVanaf": "2026-12-31", "geldigTot": "2026-01-01"});
        let turned = manager.post("/v1/aanbieders/98999901/contracten", &turned);
        assert_eq!(turned.clashing_fields(), ["geldigTot"]);
    }
}

on_both! {
    fn the_book_of_a_region_is_kept_by_its_own_administrator(server) {
        use beschikbaarheidswijzer::db;
        use beschikbaarheidswijzer::error::Error;
        use beschikbaarheidswijzer::product_book::common::Expect;
        use beschikbaarheidswijzer::product_book::locations::actions::{LocationDraft, write_location};

        // A provider that works for no region yet is everybody's to begin with, and so is what the whole country has in common.
        let shared = ["/v1/aanbieders/98999901", "/v1/gemeenten/GM9001", "/v1/postcodes/3841"];
        let mut tried = 0;
        for mut write in crate::audit::writes() {
            let is_book = ["/v1/regios/", "/v1/aanbieders/", "/v1/gemeenten/", "/v1/postcodes/"].iter().any(|start| write.2.starts_with(start));
            if write.0 != "beheerder-regio" || !is_book {
                continue;
            }
            tried += 1;
            write.0 = "beheerder-flevoland";
            let answer = crate::audit::send(server, &write);
            let expected = shared.contains(&write.3);
            assert_eq!((200..300).contains(&answer.status), expected, "{} {}: {} {}", write.1, write.3, answer.status, answer.body);
            assert!(expected || answer.status == 403, "{} {}: {} {}", write.1, write.3, answer.status, answer.body);
        }
        assert_eq!(tried, 10);
        // Of a provider that works for the own region it is taken.
        let own = json!({"naam": "Polderlicht", "soort": "hoofdaannemer"});
        let keeper = server.user("beheerder-flevoland");
        let version = keeper.get("/v1/aanbieders/98990201").header("etag").expect("a version").to_owned();
        assert_eq!(keeper.put_version("/v1/aanbieders/98990201", &version, &own).status, 200);
        assert_eq!(server.user("beheerder-regio").put("/v1/aanbieders/98990201/locaties/9", &json!({"naam": "Elders", "pc4": 3881})).status, 403);
        // A file goes the same way.
        let actor = server.actor("beheerder-flevoland");
        let draft = LocationDraft { name: "Elders".into(), pc4: 3881 };
        let brought = db::write(&mut server.connection(), |conn| {
            write_location(conn, &actor, crate::support::now(), ("98990009", 8), Expect::Absent, &draft.into()).map(drop)
        });
        assert!(matches!(brought, Err(Error::Forbidden)), "{brought:?}");
    }
}

on_both! {
    fn wrong_input_of_the_book_is_named_field_by_field(server) {
        let manager = server.user("beheerder-regio");
        let product = manager.put("/v1/regios/noord-veluwe/producten/99Z99", &json!({
            "naam": "Proef", "segment": "1", "ijwCategorie": 39, "soort": "ambulant", "leeftijdVanaf": -1, "leeftijdTot": 12, "geldigVanaf": "1800-01-01"
        }));
        let wrong = product.wrong_fields();
        for field in ["ijwCategorie", "leeftijdVanaf", "geldigVanaf"] {
            assert!(wrong.iter().any(|name| name == field), "{field} in {wrong:?}");
        }
        let turned = manager.put("/v1/regios/noord-veluwe/producten/99Z99", &json!({
            "naam": "Proef", "segment": "1", "ijwCategorie": 45, "soort": "ambulant", "leeftijdVanaf": 12, "leeftijdTot": 6
        }));
        assert_eq!(turned.status, 400, "{}", turned.body);
        assert_eq!(manager.get("/v1/regios/noord-veluwe/producten/99Z99").status, 404, "nothing was saved");
    }
}

on_both! {
    fn what_does_not_exist_is_wrong_input_and_is_told_with_all_else(server) {
        let manager = server.user("beheerder-regio");
        let before = server.audit_lines();
        let put = |path: &str, body| manager.put(path, &body).wrong_fields();
        let contracts = "/v1/aanbieders/98990009/contracten";
        let contract = manager.post(contracts, &json!({"regio": "noord-veluwe", "product": "99Z99", "gemeente": "GM9998", "niveau": "groot",
            "geldigVanaf": "2035-12-31", "geldigTot": "2035-01-01", "extra": 1}));
        assert_eq!(contract.wrong_fields(), ["niveau", "extra", "product", "gemeente", "geldigTot"]);
        let told = contract.json()["fouten"].to_string();
        assert!(told.contains("dit product bestaat niet") && told.contains("deze gemeente bestaat niet"), "{told}");
        let nowhere = json!({"regio": "atlantis", "product": "99Z99", "niveau": "regionaal"});
        assert_eq!(manager.post(contracts, &nowhere).clashing_fields(), ["regio"], "of a region that is not there nothing is known");
        assert_eq!(manager.put(&format!("{contracts}/87"), &json!({"regio": "noord-veluwe", "product": "99Z99", "niveau": "regionaal"})).wrong_fields(), ["If-Match", "product"]);
        let sub = manager.get("/v1/aanbieders?soort=onderaannemer").json()["aanbieders"][0]["agb"].as_str().expect("a code").to_owned();
        let of_sub = json!({"regio": "noord-veluwe", "product": "99Z99", "niveau": "regionaal"});
        assert_eq!(manager.post(&format!("/v1/aanbieders/{sub}/contracten"), &of_sub).clashing_fields(), ["product", "aanbieder"]);

        assert_eq!(put("/v1/aanbieders/98990009/locaties/77", json!({"naam": "", "pc4": 1000})), ["naam", "pc4"]);
        assert_eq!(put("/v1/regios/noord-veluwe/producten/99Z99", json!({"naam": "Proef", "segment": "7Q", "ijwCategorie": 45, "soort": "ambulant",
            "leeftijdVanaf": 0, "leeftijdTot": 99, "geldigVanaf": "2035-12-31", "geldigTot": "2035-01-01", "overbrugging": ["98Z98", "99Z99"]})),
            ["leeftijdTot", "geldigTot", "overbrugging", "segment", "overbrugging"]);
        assert_eq!(put("/v1/aanbieders/98999901", json!({"naam": "", "soort": "onderaannemer", "hoofdaannemer": "98990099"})), ["naam", "hoofdaannemer"]);
        assert_eq!(put("/v1/regios/noord-veluwe/gemeenten/GM0243", json!({"segment": "7Q", "clienten": "iedereen"})), ["clienten", "segment"]);
        let overlaps = json!({"clienten": "alle", "geldigVanaf": "2027-01-01"});
        assert_eq!(manager.put("/v1/regios/noord-veluwe/gemeenten/GM0243", &overlaps).clashing_fields(), ["geldigVanaf"]);
        assert_eq!(put("/v1/gemeenten/GM9001", json!({"naam": "x", "provincie": "Gelderland", "lat": 52.3, "lon": 15.6,
            "geldigVanaf": "2035-12-31", "geldigTot": "2035-01-01"})), ["lon", "geldigTot"]);
        assert_eq!(server.audit_lines(), before, "nothing was saved");

        // What an address names is another matter, and so is who was first.
        for missing in ["/v1/aanbieders/98999999/locaties/1", "/v1/regios/noord-veluwe/gemeenten/GM9998"] {
            assert_eq!(manager.put(missing, &json!({"naam": "", "pc4": 1000})).status, 404, "{missing}");
        }
        let path = "/v1/aanbieders/98990009/locaties/1";
        let new = json!({"naam": "Anders", "pc4": 3841});
        let late = manager.put_version(path, "\"99\"", &new);
        assert_eq!((late.status, late.json()["huidig"]["nummer"].as_i64()), (409, Some(1)), "{}", late.body);
        assert_eq!(manager.put(path, &new).status, 409, "it is there already");
    }
}

on_both! {
    fn postcodes_are_found_kept_and_removed(server) {
        let (anyone, manager) = (server.anyone(), server.user("beheerder-regio"));
        let found = anyone.get("/v1/postcodes?postcode=384&gemeente=gm0243&sorteer=postcode-af").json();
        let numbers: Vec<i64> = found["postcodes"].as_array().expect("a list").iter().map(|one| one["pc4"].as_i64().expect("a number")).collect();
        assert!(numbers.len() > 2 && numbers.is_sorted_by(|a, b| a > b) && numbers.iter().all(|pc4| pc4 / 10 == 384), "{found}");
        assert_eq!(found["totaal"].as_u64(), Some(numbers.len() as u64));
        assert_eq!(anyone.get("/v1/postcodes?gemeente=GM9998").json()["postcodes"], json!([]));
        assert_eq!(anyone.get("/v1/postcodes?postcode=038&gemeente=Putten&sorteer=x&iets=1").wrong_fields(), ["gemeente", "postcode", "sorteer", "iets"]);
        let one = anyone.get("/v1/postcodes/3841");
        assert_eq!((&one.json()["gemeente"]["code"], one.header("etag")), (&json!("GM0243"), Some("\"1\"")), "{}", one.body);
        assert_eq!([anyone.get("/v1/postcodes/1000").status, anyone.get("/v1/postcodes/999").status], [404, 400]);

        let new = |gemeente: &str, lat: f64| json!({"plaats": "Nieuwland", "gemeente": gemeente, "lat": lat, "lon": 5.6});
        for number in ["0999", "10000", "38x1"] {
            assert_eq!(manager.put(&format!("/v1/postcodes/{number}"), &new("GM0243", 52.3)).wrong_fields(), ["pc4"], "{number}");
        }
        assert_eq!(manager.put("/v1/postcodes/1000", &new("GM9998", 48.9)).wrong_fields(), ["lat", "gemeente"]);
        assert_eq!(manager.put("/v1/postcodes/3841", &new("GM0243", 52.3)).status, 409, "it is there already");
        let made = manager.put("/v1/postcodes/1000", &new("GM0243", 52.3));
        assert_eq!((made.status, made.header("etag")), (201, Some("\"1\"")), "{}", made.body);
        assert!(anyone.get("/v1/aanbod?postcode=1000").json()["totaal"].as_u64() > Some(0), "the search knows it at once");
        assert_eq!(manager.put("/v1/aanbieders/98990009/locaties/77", &json!({"naam": "Nieuw", "pc4": 1000})).status, 201);
        let changed = manager.put_version("/v1/postcodes/1000", "\"1\"", &new("GM0273", 52.4));
        assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")));
        assert_eq!(anyone.get("/v1/aanbieders/98990009/locaties/77").json()["gemeente"]["code"], "GM0273", "its locations move along");

        let remove = |version: &str| manager.send("DELETE", "/v1/postcodes/1000", &[("If-Match", version)], "");
        assert_eq!(manager.send("DELETE", "/v1/postcodes/1000", &[], "").wrong_fields(), ["If-Match"]);
        let late = remove("\"1\"");
        assert_eq!((late.status, &late.json()["huidig"]["gemeente"]["code"]), (409, &json!("GM0273")), "{}", late.body);
        assert_eq!(remove("\"2\"").status, 409, "a location lies in it");
        let location = anyone.get("/v1/aanbieders/98990009/locaties/77").header("etag").expect("a version").to_owned();
        assert_eq!(manager.put_version("/v1/aanbieders/98990009/locaties/77", &location, &json!({"naam": "Nieuw", "pc4": 3841})).status, 200);
        let before = server.audit_lines();
        let gone = remove("\"2\"");
        assert_eq!((gone.status, gone.body.as_str(), server.audit_lines()), (204, "", before + 1));
        assert_eq!([anyone.get("/v1/postcodes/1000").status, remove("\"2\"").status], [404, 404]);
        assert_eq!(anyone.get("/v1/aanbod?postcode=1000").status, 404, "and the search does not know it");
        let line = server.user("privacy-regio").get("/v1/logboekregels?handeling=postcode-verwijderen").json()["logboekregels"][0].clone();
        assert_eq!((&line["voor"]["municipality_code"], line.get("na")), (&json!("GM0273"), None), "{line}");
    }
}

on_both! {
    fn the_contact_for_referrers_is_for_referrers(server) {
        let path = "/v1/aanbieders/98990009";
        let public = server.anyone().get(path).json();
        assert_eq!((public.get("telefoonVerwijzers"), public.get("emailVerwijzers")), (None, None));
        let referrer = server.user("verwijzer-huisartsen").get(path).json();
        assert!(referrer["telefoonVerwijzers"].is_string(), "{referrer}");
        assert!(!server.anyone().get("/aanbieders/98990009").body.contains("mailto:"));
        assert!(server.visitor("verwijzer-huisartsen").get("/aanbieders/98990009").body.contains("mailto:"));
    }
}

on_both! {
    fn the_region_is_the_real_one(server) {
        let members = server.anyone().get("/v1/regios/noord-veluwe/gemeenten").json();
        let counted: u64 = members["gemeenten"].as_array().expect("a list").iter().map(|member| member["jeugdigen"].as_u64().expect("a number")).sum();
        assert_eq!(counted, 42_212, "young people in the seven municipalities");
        assert_eq!(server.anyone().get("/v1/gemeenten").json()["totaal"], 342);
        assert_eq!(server.anyone().get("/v1/gemeenten?naam=harderw").json()["gemeenten"][0]["code"], "GM0243");
        assert!(server.anyone().get("/v1/producten").json()["totaal"].as_u64() >= Some(40));
        assert_eq!(server.anyone().get("/v1/aanbieders?soort=hoofdaannemer").json()["totaal"], 64 + 5, "and those of the crisis point of the second region");
        assert_eq!(server.anyone().get("/v1/aanbieders?soort=onderaannemer").json()["totaal"], 69);
    }
}

on_both! {
    fn an_own_norm_of_a_region_takes_effect_in_the_search(server) {
        let manager = server.user("beheerder-regio");
        let count = || server.anyone().get("/v1/aanbod?gemeente=GM0243&binnenNorm=true").json()["totaal"].as_u64().expect("a number");
        let (before, region) = (count(), manager.get("/v1/regios/noord-veluwe"));
        let mut body = region.json();
        body.as_object_mut().expect("an object").remove("code");
        body["normBehandelingWeken"] = json!(0);
        body["normIntakeWeken"] = json!(1);
        let saved = manager.put_version("/v1/regios/noord-veluwe", region.header("etag").expect("a version"), &body);
        assert_eq!(saved.status, 200, "{}", saved.body);
        assert!(count() < before, "fewer offers start within a stricter norm");
    }
}

on_both! {
    fn no_municipality_belongs_to_a_region_on_days_on_which_there_is_none(server) {
        let manager = server.user("beheerder-regio");
        let path = "/v1/gemeenten/GM0273";
        let found = manager.get(path);
        let mut body = found.json();
        for name in ["code", "versie"] {
            body.as_object_mut().expect("an object").remove(name);
        }
        body["geldigTot"] = json!("2026-11-30");
        let before = server.audit_lines();
        let saved = manager.put_version(path, found.header("etag").expect("a version"), &body);
        assert_eq!(saved.status, 200, "{}", saved.body);
        assert!(server.audit_lines() > before + 1, "each membership that ended has its line");
        let total = |server: &crate::support::TestServer| {
            server.anyone().get("/v1/aanbod?gemeente=GM0273").json()["totaal"].as_u64()
        };
        assert!(total(server) > Some(0));
        let later = server.start_later(chrono::Duration::days(10));
        assert_eq!(total(&later), Some(0));
        assert!(!later.anyone().get("/zoeken").body.contains("value=\"GM0273\""));
        // What lasts longer than the municipality is refused.
        let again = manager.put("/v1/regios/noord-veluwe/gemeenten/GM0273", &json!({"segment": "1", "clienten": "alle", "geldigVanaf": "2026-12-01"}));
        assert_eq!(again.clashing_fields(), ["geldigTot"], "{}", again.body);
    }
}
