//! Searching, and keeping figures, by API.

use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Browser, Form, TestServer};

const SEARCH: &str = "/v1/aanbod?gemeente=GM0243&product=52A01&leeftijd=14";

/// The number of an offer of De Haven, as a search gives it.
fn haven_offer(server: &TestServer) -> i64 {
    let found = server.anyone().get(SEARCH).json();
    let offers = found["aanbod"].as_array().expect("a list");
    let own =
        offers.iter().find(|offer| offer["aanbieder"]["agb"] == "98990009").expect("an offer of De Haven");
    own["id"].as_i64().expect("a number")
}

fn version(browser: &Browser, path: &str) -> String {
    browser.get(path).header("etag").expect("a version").to_owned()
}

fn found(server: &TestServer, id: i64) -> Value {
    let answer = server.anyone().get(SEARCH).json();
    answer["aanbod"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|offer| offer["id"] == id)
        .cloned()
        .expect("the offer")
}

on_both! {
    fn a_search_gives_the_soonest_start_first_and_the_unknown_last(server) {
        let answer = server.anyone().get("/v1/aanbod?gemeente=GM0243&product=52A01").json();
        assert_eq!(answer["pagina"], 1);
        assert!(answer["totaal"].as_u64() >= Some(10), "{answer}");
        // An intake stop comes after all that can start, whatever wait still stands beside it.
        let open = answer["aanbod"].as_array().expect("a list").iter().filter(|offer| offer["status"] != "aanmeldstop");
        let weeks: Vec<Option<f64>> = open.map(|offer| {
            let least = offer["wachttijd"]["minWeken"].as_f64()?;
            Some(offer["wachttijd"]["maxWeken"].as_f64().map_or(least + 8.0, |most| f64::midpoint(least, most)))
        }).collect();
        assert!(weeks.iter().flatten().is_sorted_by(|a, b| a <= b), "{weeks:?}");
        let known = weeks.iter().take_while(|weeks| weeks.is_some()).count();
        assert!(known >= 5 && weeks[known..].iter().all(std::option::Option::is_none), "what is not known comes last: {weeks:?}");
        let statuses: Vec<&str> = answer["aanbod"].as_array().expect("a list").iter().filter_map(|offer| offer["status"].as_str()).collect();
        if let Some(first) = statuses.iter().position(|status| *status == "onbekend") {
            assert!(statuses[first..].iter().all(|status| *status == "onbekend"), "{statuses:?}");
        }
    }
}

on_both! {
    fn all_that_a_provider_offers_is_what_its_page_shows(server) {
        let anyone = server.anyone();
        let answer = anyone.get("/v1/aanbieders/98990009/aanbod").json();
        let (offers, total) = (answer["aanbod"].as_array().expect("a list").clone(), answer["totaal"].as_u64());
        assert!(total.is_some_and(|total| total > 0 && offers.len() as u64 == total.min(20)), "{answer}");
        let page = anyone.get("/aanbieders/98990009").body;
        assert_eq!(Some(page.matches("<li class=\"aanbieder kaart\"").count() as u64), total, "{page}");
        let mut rest = page.as_str();
        for offer in &offers {
            let link = format!("/aanbod/{}/verloop", offer["id"]);
            rest = rest.split_once(&link).unwrap_or_else(|| panic!("{link} is not next on the page: {page}")).1;
        }
        let mut searched = found(server, haven_offer(server));
        searched.as_object_mut().expect("an offer").remove("afstandKm");
        assert_eq!(searched, *offers.iter().find(|offer| offer["id"] == haven_offer(server)).expect("the same offer"));
        assert!(offers.iter().all(|offer| offer["versheid"].is_string() && offer["aanbieder"]["agb"] == "98990009"), "{answer}");

        let beyond = anyone.get("/v1/aanbieders/98990009/aanbod?pagina=9").json();
        assert_eq!((&beyond["aanbod"], &beyond["totaal"], &beyond["pagina"]), (&json!([]), &answer["totaal"], &json!(9)));
        assert_eq!(anyone.get("/v1/aanbieders/98999999/aanbod").status, 404);
        assert_eq!(anyone.get("/v1/aanbieders/9899/aanbod").wrong_fields(), ["agb"]);
        assert_eq!(anyone.get("/v1/aanbieders/98990009/aanbod?product=emdr").wrong_fields(), ["product"]);
    }
}

on_both! {
    fn crisis_and_matching_products_show_only_when_asked_for(server) {
        let anyone = server.anyone();
        let mut codes = std::collections::BTreeSet::new();
        for page in 1..100 {
            let answer = anyone.get(&format!("/v1/aanbod?gemeente=GM0243&pagina={page}")).json();
            let offers = answer["aanbod"].as_array().expect("a list").clone();
            if offers.is_empty() {
                break;
            }
            codes.extend(offers.iter().map(|offer| offer["product"]["code"].as_str().expect("a code").to_owned()));
        }
        assert!(codes.len() > 20 && !codes.contains("44A01") && !codes.iter().any(|code| code.starts_with("46")), "{codes:?}");
        let foster = anyone.get("/v1/aanbod?gemeente=GM0243&product=pleegzrog").json();
        assert!(foster["aanbod"].as_array().expect("a list").iter().any(|offer| offer["product"]["code"] == "44A01"), "a typing error is forgiven: {foster}");
        let crisis = anyone.get("/v1/aanbod?gemeente=GM0243&urgentie=crisis").json();
        assert!(crisis["totaal"].as_u64() > Some(0), "{crisis}");
    }
}

on_both! {
    fn who_names_no_place_searches_in_the_region_of_the_site(server) {
        let other = server.start_with_settings(|config| config.region.code = Some("flevoland".into()));
        let found = |server: &TestServer, query: &str| {
            server.anyone().get(&format!("/v1/aanbod{query}")).json()["totaal"].as_u64().expect("a number")
        };
        assert!(found(server, "") > 0);
        assert_eq!(found(&other, ""), 0, "no provider of Flevoland has offers in the demonstration");
        assert_eq!(found(&other, "?regio=noord-veluwe"), found(server, ""));
        let page = other.anyone().get("/zoeken?product=emdr").body;
        assert!(page.contains("regio Flevoland"), "{page}");
    }
}

on_both! {
    fn what_is_asked_is_never_left_out_without_a_word(server) {
        let anyone = server.anyone();
        assert_eq!(anyone.get("/v1/aanbod?straalKm=10").clashing_fields(), ["straalKm"]);
        assert_eq!(anyone.get("/v1/aanbod?straalKm=10&leeftijd=x").wrong_fields(), ["leeftijd", "straalKm"]);
        let page = anyone.get("/zoeken?straalKm=10&product=emdr");
        assert!(page.status == 400 && page.body.contains("vul ook een gemeente of postcode in"), "{}", page.body);
        assert_eq!(anyone.get("/v1/aanbod?urgentie=crisis&soort=verblijf").clashing_fields(), ["soort"]);
        let total = |query: &str| anyone.get(&format!("/v1/aanbod?gemeente=GM0243{query}")).json()["totaal"].as_u64();
        assert!(total("&product=emdr") > Some(0));
        assert_eq!(total("&product=emdr&urgentie=crisis"), Some(0), "emdr is no crisis help");
        assert!(total("&product=crisis&urgentie=crisis") > Some(0));
    }
}

on_both! {
    fn an_intake_stop_is_over_on_the_day_after_its_last_day(server) {
        for (last_day, status) in [("2026-11-21", "aanmeldstop"), ("2026-11-20", "plek")] {
            server.execute(&format!(
                "UPDATE offer SET status = 'aanmeldstop', stop_reason = 'vol', stop_until = '{last_day}', \
                 free_places = 2, total_places = 9, reserved_places = 0 WHERE id = 223"
            ));
            let later = server.start_beside();
            let page = later.anyone().get("/aanbieders/98990009").body;
            let says = page.contains("Weer mogelijk vanaf 22 november 2026");
            assert_eq!(says, status == "aanmeldstop", "{page}");
            let code = later.anyone().get("/v1/aanbod/223").json()["product"]["code"].as_str().expect("a code").to_owned();
            let found = later.anyone().get(&format!("/v1/aanbod?product={code}")).json();
            let offers = found["aanbod"].as_array().expect("a list");
            let own = offers.iter().find(|offer| offer["id"] == 223).unwrap_or_else(|| panic!("not found: {found}"));
            assert_eq!(own["status"], status, "{own}");
            // Whoever asks for the offer itself hears the same.
            let alone = later.anyone().get("/v1/aanbod/223").json();
            assert_eq!((&alone["status"], alone.get("aanmeldstop").is_some()), (&json!(status), status == "aanmeldstop"), "{alone}");
        }
    }
}

on_both! {
    fn a_day_and_the_chart_after_a_stop_know_that_it_ended(server) {
        let (provider, id) = (server.user("aanbieder-de-haven"), haven_offer(server));
        let path = format!("/v1/aanbod/{id}");
        let stop = json!({"status": "aanmeldstop", "aanmeldstopReden": "vol", "aanmeldstopTot": "2026-11-25", "plekkenVrij": 2});
        assert_eq!(provider.put_version(&path, &version(&provider, &path), &stop).status, 200);
        let later = server.start_later(chrono::Duration::days(19));
        for (day, status) in [("2026-11-25", "aanmeldstop"), ("2026-11-26", "plek"), ("2026-12-10", "plek")] {
            assert_eq!(later.anyone().get(&format!("{path}?op={day}")).json()["status"], status, "{day}");
        }
        let shown = later.anyone().get(&format!("/aanbod/{id}/verloop?op=26-11-2026")).body;
        let of_day = shown.split_once("Cijfers op 26 november 2026").expect("the day").1;
        assert!(!of_day.split("</dl>").next().unwrap_or_default().contains("Aanmeldstop"), "{of_day}");
    }
}

on_both! {
    fn what_nobody_can_start_with_is_not_within_the_norm_and_in_no_mean(server) {
        let (provider, id) = (server.user("aanbieder-de-haven"), haven_offer(server));
        let path = format!("/v1/aanbod/{id}");
        let soon = json!({"plekkenVrij": 2, "aanmeldwachttijd": {"minWeken": 1, "maxWeken": 1}, "behandelwachttijd": {"minWeken": 1, "maxWeken": 1}});
        let mut stop = soon.clone();
        (stop["status"], stop["aanmeldstopReden"]) = (json!("aanmeldstop"), json!("vol"));
        let product = server.anyone().get(&path).json()["product"]["code"].as_str().expect("a code").to_owned();
        let within = || server.anyone().get(&format!("/v1/aanbod?product={product}&binnenNorm=true")).body.contains(&format!("\"id\":{id},"));
        for (figures, is_within) in [(&soon, true), (&stop, false)] {
            assert_eq!(provider.put_version(&path, &version(&provider, &path), figures).status, 200);
            assert_eq!(within(), is_within, "{figures}");
        }
    }
}

on_both! {
    fn a_place_that_was_given_away_does_not_rank_as_a_place(server) {
        let (provider, id) = (server.user("aanbieder-de-haven"), haven_offer(server));
        let path = format!("/v1/aanbod/{id}");
        let product = server.anyone().get(&path).json()["product"]["code"].as_str().expect("a code").to_owned();
        let place = json!({"plekkenVrij": 1, "plekkenTotaal": 4});
        assert_eq!(provider.put_version(&path, &version(&provider, &path), &place).status, 200);
        let rank = |server: &TestServer| {
            let found = server.anyone().get(&format!("/v1/aanbod?product={product}")).json();
            let offers = found["aanbod"].as_array().expect("a list").clone();
            let own = offers.iter().position(|offer| offer["id"] == id).unwrap_or_else(|| panic!("not found: {found}"));
            (own, offers[own]["status"].clone())
        };
        let (first, _) = rank(server);
        server.execute(&format!("UPDATE offer SET reserved_places = 1 WHERE id = {id}"));
        let (then, status) = rank(&server.start_beside());
        assert_eq!(status, "wachtlijst");
        assert!(then > first, "{then} after {first}");
    }
}

on_both! {
    fn what_a_remark_says_of_a_person_is_refused_with_all_else(server) {
        let (provider, id) = (server.user("aanbieder-de-haven"), haven_offer(server));
        let path = format!("/v1/aanbod/{id}");
        let read = version(&provider, &path);
        let about = json!({"opmerkingen": "Wij kennen Sem, geb. 14-03-2012", "status": "aanmeldstop", "aanmeldstopReden": "anders", "aanmeldstopToelichting": "bel 06-12345678"});
        assert_eq!(provider.put_version(&path, &read, &about).clashing_fields(), ["opmerkingen", "aanmeldstopToelichting"]);
        let more = json!({"opmerkingen": "BSN 123456782", "plekkenVrij": -1});
        let mut wrong = provider.put_version(&path, &read, &more).wrong_fields();
        wrong.sort_unstable();
        assert_eq!(wrong, ["opmerkingen", "plekkenVrij"]);
        assert_eq!(version(&provider, &path), read);
    }
}

on_both! {
    fn codes_that_name_nothing_are_told_at_once_when_an_offer_is_added(server) {
        let provider = server.user("aanbieder-de-haven");
        let add = |body: Value| provider.post("/v1/aanbieders/98990009/aanbod", &body);
        assert_eq!(add(json!({"locatie": 9999, "product": "99Z99"})).clashing_fields(), ["locatie", "product"]);
        assert_eq!(add(json!({"locatie": 9999, "product": "99Z99", "regio": "bestaat-niet"})).clashing_fields(), ["locatie", "regio"]);
        assert_eq!(add(json!({"locatie": 9999, "product": "46A01"})).clashing_fields(), ["locatie", "product"]);
    }
}

on_both! {
    fn products_are_found_by_the_number_of_their_category_and_segment(server) {
        let total = |text: &str| server.anyone().get(&format!("/v1/aanbod?product={text}")).json()["totaal"].as_u64();
        for text in ["45", "categorie+45", "segment+4"] {
            assert!(total(text) > Some(0), "{text}");
        }
        let codes = server.anyone().get("/v1/producten?zoek=45").json();
        assert!(codes.to_string().contains("\"45A01\""), "{codes}");
    }
}

on_both! {
    fn a_kind_leaves_out_what_is_placed_by_matching(server) {
        let codes = |query: &str| -> std::collections::BTreeSet<String> {
            let pages = (1..20).map(|page| server.anyone().get(&format!("/v1/aanbod?soort=verblijf{query}&pagina={page}")).json());
            pages.flat_map(|found| found["aanbod"].as_array().expect("a list").clone()).map(|offer| offer["product"]["code"].as_str().expect("a code").to_owned()).collect()
        };
        let unasked = codes("");
        assert!(unasked.len() > 1 && !unasked.contains("44A01"), "{unasked:?}");
        assert!(codes("&product=pleegzorg").contains("44A01"));
    }
}

on_both! {
    fn filters_and_the_fixed_parameters_work_together(server) {
        let anyone = server.anyone();
        assert_eq!(anyone.get("/v1/aanbod?gemeente=GM0243&product=&leeftijd=&sorteer=&pagina=").status, 200);
        let free = anyone.get("/v1/aanbod?gemeente=GM0243&vrijePlek=true&vers=true&leeftijd=9&sorteer=afstand").json();
        let offers = free["aanbod"].as_array().expect("a list");
        assert!(!offers.is_empty() && free["totaal"] == free["metPlek"], "{free}");
        let mut nearest = 0.0;
        for offer in offers {
            assert!(offer["plekkenVrij"].as_u64() > Some(0) && offer["versheid"] == "vers", "{offer}");
            assert!(offer["leeftijdVanaf"].as_u64() <= Some(9) && offer["leeftijdTot"].as_u64() >= Some(9), "{offer}");
            let km = offer["afstandKm"].as_f64().expect("a distance");
            assert!(km >= nearest, "nearest first");
            nearest = km;
        }
        assert_eq!(anyone.get("/v1/aanbod?gemeente=GM9999").status, 404);
        assert_eq!(anyone.get("/v1/aanbod?postcode=1000").status, 404);
        assert_eq!(anyone.get("/v1/aanbod?gemeente=Putten&leeftijd=oud&sorteer=duurste").wrong_fields(), ["gemeente", "leeftijd", "sorteer"]);
    }
}

on_both! {
    fn a_change_of_figures_is_found_at_once(server) {
        let (provider, id) = (server.user("aanbieder-de-haven"), haven_offer(server));
        let path = format!("/v1/aanbod/{id}");
        let before = server.audit_lines();
        let body = json!({"plekkenVrij": 7, "aanmeldwachttijd": {"minWeken": 0, "maxWeken": 1}, "behandelwachttijd": {"minWeken": 1}, "grondslag": "actueel"});
        let saved = provider.put_version(&path, &version(&provider, &path), &body);
        assert_eq!(saved.status, 200, "{}", saved.body);
        let now = found(server, id);
        assert_eq!((&now["plekkenVrij"], &now["status"]), (&json!(7), &json!("plek")));
        assert_eq!(now["wachttijd"], json!({"minWeken": 1}), "an open end stays open");
        assert_eq!(now["bevestigdOp"], "2026-11-21T09:00:00Z");
        assert_eq!(now.get("wachtenden"), None, "what is not told is not known, and never zero");
        assert_eq!(server.audit_lines(), before + 1);
        let yesterday = server.anyone().get(&format!("{path}?op=2026-11-20")).json();
        assert_ne!(yesterday["plekkenVrij"], 7, "the figures of a day stay what they were");
        let timeline = server.anyone().get(&format!("{path}/verloop"));
        assert_eq!(timeline.status, 200);
    }
}

on_both! {
    fn the_second_of_two_editors_sees_both_and_overwrites_nothing(server) {
        let (provider, id) = (server.user("aanbieder-de-haven"), haven_offer(server));
        let path = format!("/v1/aanbod/{id}");
        let read = version(&provider, &path);
        assert_eq!(provider.put_version(&path, &read, &json!({"plekkenVrij": 5})).status, 200);
        let second = provider.put_version(&path, &read, &json!({"plekkenVrij": 1}));
        assert_eq!((second.status, &second.json()["code"]), (409, &json!("intussen-gewijzigd")), "{}", second.body);
        assert_eq!(second.json()["huidig"]["plekkenVrij"], 5);
        assert_eq!(found(server, id)["plekkenVrij"], 5);
        assert_eq!(provider.put(&path, &json!({"plekkenVrij": 1})).wrong_fields(), ["If-Match"]);
        let all = provider.put(&path, &json!({"plekkenVrij": -1, "kleur": "rood"})).wrong_fields();
        assert_eq!(all, ["If-Match", "plekkenVrij", "kleur"]);
    }
}

on_both! {
    fn of_many_editors_at_the_same_moment_exactly_one_wins(server) {
        let (provider, id) = (server.user("aanbieder-de-haven"), haven_offer(server));
        let path = format!("/v1/aanbod/{id}");
        let read = version(&provider, &path);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let editors: Vec<_> = (1..=8).map(|places| {
                let (provider, path, read) = (provider.clone(), path.clone(), read.clone());
                scope.spawn(move || provider.put_version(&path, &read, &json!({"plekkenVrij": places})).status)
            }).collect();
            editors.into_iter().map(|editor| editor.join().expect("an answer")).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
    }
}

on_both! {
    fn wrong_figures_are_all_named_and_nothing_is_saved(server) {
        let (provider, id) = (server.user("aanbieder-de-haven"), haven_offer(server));
        let path = format!("/v1/aanbod/{id}");
        let read = version(&provider, &path);
        let shape = json!({"plekkenVrij": -1, "wachtenden": "veel", "aanmeldwachttijd": {"minWeken": 8, "maxWeken": 6}, "kleur": "rood"});
        let wrong = provider.put_version(&path, &read, &shape).wrong_fields();
        for field in ["plekkenVrij", "wachtenden", "aanmeldwachttijd.maxWeken", "kleur"] {
            assert!(wrong.iter().any(|name| name == field), "{field} in {wrong:?}");
        }
        let stop = provider.put_version(&path, &read, &json!({"status": "aanmeldstop"}));
        assert_eq!(stop.clashing_fields(), ["aanmeldstopReden"]);
        let late = provider.put_version(&path, &read, &json!({"aanmeldstopReden": "vol", "aanmeldstopTot": "2020-01-01"}));
        assert_eq!(late.clashing_fields(), ["aanmeldstopTot"]);
        assert_eq!(version(&provider, &path), read);
    }
}

on_both! {
    fn a_provider_keeps_only_its_own_figures(server) {
        let id = haven_offer(server);
        let path = format!("/v1/aanbod/{id}");
        let other = server.user("aanbieder-praktijk-groei");
        assert_eq!(other.put_version(&path, &version(&other, &path), &json!({"plekkenVrij": 9})).status, 403);
        assert_eq!(other.post("/v1/aanbieders/98990009/bevestigingen", &json!({})).status, 403);
        assert_eq!(other.post("/v1/aanbieders/98990009/aanbod", &json!({"locatie": 1, "product": "54A02"})).status, 403);
        let system = server.user("koppeling-de-haven");
        assert_eq!(system.put_version(&path, &version(&system, &path), &json!({"plekkenVrij": 9})).status, 200);
    }
}

on_both! {
    fn confirming_everything_is_one_call(server) {
        let (provider, id) = (server.user("aanbieder-de-haven"), haven_offer(server));
        assert_ne!(found(server, id)["bevestigdOp"], "2026-11-21T09:00:00Z");
        let answer = provider.post("/v1/aanbieders/98990009/bevestigingen", &json!({}));
        assert_eq!((answer.status, &answer.json()["bevestigd"]), (201, &json!(10)), "{}", answer.body);
        assert_eq!((&found(server, id)["bevestigdOp"], &found(server, id)["versheid"]), (&json!("2026-11-21T09:00:00Z"), &json!("vers")));
    }
}

on_both! {
    fn a_provider_says_what_its_offer_suits_and_the_matcher_knows_at_once(server) {
        use crate::support::waiting::{HAVEN, TOEGANG};
        let client = &server.waiting()[0];
        server.execute(&format!("UPDATE waiting_client SET needs = 'autisme,beveiligd' WHERE id = {}", client.id));
        let offer = server.offer_with_place(HAVEN.1);
        let path = format!("/v1/aanbod/{offer}/geschiktheid");
        let provider = server.user(HAVEN.0);
        let put = |body: Value, version: &str| {
            let headers = [("Content-Type", "application/json"), ("If-Match", version)];
            provider.send("PUT", &path, &headers, body.to_string())
        };
        let saved = put(json!({"pastBij": ["autisme"], "neemtNietAan": ["rolstoel"]}), "\"1\"");
        assert_eq!((saved.status, saved.header("etag")), (200, Some("\"2\"")), "{}", saved.body);
        let kept = server.anyone().get(&path).json();
        assert_eq!((&kept["pastBij"], &kept["neemtNietAan"]), (&json!(["autisme"]), &json!(["rolstoel"])));
        let stale = put(json!({"pastBij": []}), "\"1\"");
        assert_eq!((stale.status, &stale.json()["huidig"]["pastBij"]), (409, &json!(["autisme"])));
        assert_eq!(put(json!({"pastBij": ["vliegen"]}), "\"2\"").wrong_fields(), ["pastBij"]);
        let both = put(json!({"pastBij": ["trauma"], "neemtNietAan": ["trauma"]}), "\"2\"");
        assert_eq!((both.status, &both.json()["fouten"][0]["veld"]), (409, &json!("neemtNietAan")));
        assert_eq!(server.user("aanbieder-praktijk-groei").send("PUT", &path, &[("Content-Type", "application/json"), ("If-Match", "\"2\"")], "{}").status, 404);
        let proposal = |server: &TestServer| server.user(TOEGANG).get(&format!("/v1/wachtenden/{}/voorstel", client.code)).body;
        let before = proposal(server);
        assert_eq!(put(json!({"neemtNietAan": ["beveiligd"]}), "\"2\"").status, 200);
        let after = proposal(server);
        assert_ne!(before, after);
        // The provider is not told what the child needs; the toegang is, and cannot accept what the matcher calls impossible.
        let response = server.responded(HAVEN, client);
        let refused = server.accept(client, response);
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains("beveiligd") || refused.body.contains("gesloten"), "{}", refused.body);
    }
}

on_both! {
    fn a_provider_says_that_its_help_is_online_and_the_search_knows_at_once(server) {
        let (provider, id) = (server.user("aanbieder-de-haven"), haven_offer(server));
        let path = format!("/v1/aanbod/{id}/geschiktheid");
        let put = |body: Value| provider.put_version(&path, &version(&provider, &path), &body);
        let product = server.anyone().get(&format!("/v1/aanbod/{id}")).json()["product"]["code"].as_str().expect("a code").to_owned();
        let is_found = || server.anyone().get(&format!("/v1/aanbod?product={product}&online=true")).body.contains(&format!("\"id\":{id},"));
        for online in [true, false, true] {
            let saved = put(json!({"online": online}));
            assert_eq!((saved.status, &saved.json()["online"]), (200, &json!(online)), "{}", saved.body);
            assert_eq!(is_found(), online);
            // Who does not say leaves it as it is.
            assert_eq!(put(json!({"pastBij": ["trauma"]})).json()["online"], online);
        }
        assert_eq!(put(json!({"online": "soms"})).wrong_fields(), ["online"]);
        let visitor = server.visitor("aanbieder-de-haven");
        let page = format!("/capaciteit/{id}/geschiktheid");
        let mut form = Form::on(&visitor.get(&page).body, &page);
        form.set("online", "");
        assert_eq!(form.send(&visitor).status, 303);
        assert!(!is_found());
    }
}
