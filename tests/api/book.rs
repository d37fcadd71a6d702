//! The product book by API: what the administrator changes shows in the search at once.

use serde_json::json;

use crate::on_both;

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
        assert_eq!((again.status, &again.json()["code"]), (409, &json!("conflict")), "it overlaps: {}", again.body);
        assert_eq!(again.json()["fouten"][0]["veld"], "geldigVanaf");
        let turned = json!({"regio": "noord-veluwe", "product": "52A01", "niveau": "regionaal", "geldigVanaf": "2026-12-31", "geldigTot": "2026-01-01"});
        let turned = manager.post("/v1/aanbieders/98999901/contracten", &turned);
        assert_eq!((turned.status, &turned.json()["fouten"][0]["veld"]), (409, &json!("geldigTot")));
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
