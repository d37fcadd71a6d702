//! What the API gives of the crisis point besides its cases: settings, lists, the division, the roster, running help and
//! reports, to whom it may concern.

use serde_json::{Value, json};

use crate::on_both;
use crate::support::crisis::DESK as LOKET;
use crate::support::dividing::{DESK, DIJKWACHT, KETELHAVEN, POLDERLICHT};

const MANAGER: &str = "beheerder-flevoland";

on_both! {
    fn the_point_and_its_lists_are_read_by_all_and_changed_by_one(server) {
        let point = server.user(POLDERLICHT.0).get("/v1/crisispunt").json();
        assert_eq!((&point["naam"], &point["opent"], &point["isOpen"]), (&json!("Crisispunt Flevoland"), &json!("09:00"), &json!(false)));
        assert_eq!(point["gemeenten"].as_array().map(Vec::len), Some(6));
        let refusals = |user: &str| server.user(user).get("/v1/crisislijsten?lijst=weigering").json();
        let codes = |list: &Value| -> Vec<String> {
            list["keuzes"].as_array().expect("a list").iter().filter_map(|item| item["code"].as_str().map(str::to_owned)).collect()
        };
        assert_eq!(codes(&refusals(POLDERLICHT.0)), ["vol", "past-niet", "leeftijd", "bekend-conflict"]);
        let manager = server.user(MANAGER);
        let add = |body: Value| manager.post("/v1/crisislijsten", &body);
        let item = json!({"lijst": "weigering", "code": "verhuizing", "naam": "Wij verhuizen"});
        assert_eq!(server.user(LOKET).post("/v1/crisislijsten", &item).status, 403);
        let added = add(item.clone());
        assert_eq!(added.status, 201, "{}", added.body);
        assert_eq!(add(item).clashing_fields(), ["code"]);
        assert_eq!(add(json!({"lijst": "weigering", "code": "x", "naam": "X", "werking": "acuut"})).clashing_fields(), ["werking"]);
        assert_eq!(add(json!({"lijst": "zomaar", "code": "Met Spatie", "naam": ""})).wrong_fields(), ["lijst", "code", "naam"]);
        let path = format!("/v1/crisislijsten/{}", added.json()["id"]);
        let ended = manager.put_version(&path, "\"1\"", &json!({"geldigTot": "2026-12-31"}));
        assert_eq!((ended.status, &ended.json()["geldigTot"]), (200, &json!("2026-12-31")), "{}", ended.body);
        assert_eq!(manager.put_version(&path, "\"1\"", &json!({})).status, 409, "an old version");
        assert_eq!(manager.put(&path, &json!({})).wrong_fields(), ["If-Match"], "nothing is overwritten unseen");
        assert_eq!(manager.put_version(&path, "\"2\"", &json!({})).json().get("geldigTot"), None, "and back");
        assert_eq!(server.user("beheerder-regio").put_version(&path, "\"3\"", &json!({})).status, 404, "of another region");
    }
}

on_both! {
    fn the_region_says_which_notes_do_not_go_together_in_a_group(server) {
        let manager = server.user(MANAGER);
        let notes = || manager.get("/v1/crisislijsten?lijst=groepsnotitie").json()["keuzes"].as_array().cloned().expect("a list");
        let note = |code: &str| notes().into_iter().find(|note| note["code"] == code).expect("a note");
        let put = |code: &str, body: Value| {
            let note = note(code);
            manager.put_version(&format!("/v1/crisislijsten/{}", note["id"]), &format!("\"{}\"", note["versie"]), &body)
        };
        assert_eq!(note("kwetsbaar")["botstMet"], json!(["agressie-groep", "seksueel-gedrag"]), "seen from both sides");
        let added = manager.post("/v1/crisislijsten", &json!({"lijst": "groepsnotitie", "code": "drukte", "naam": "Drukte", "botstMet": ["kwetsbaar", "drukte"]}));
        assert_eq!((added.status, &added.json()["botstMet"]), (201, &json!(["drukte", "kwetsbaar"])), "{}", added.body);
        let wrong = json!({"lijst": "groepsnotitie", "code": "x", "naam": "X", "botstMet": ["bestaat-niet"]});
        assert_eq!(manager.post("/v1/crisislijsten", &wrong).clashing_fields(), ["botstMet"]);
        assert_eq!(put("drukte", json!({"botstMet": ["bestaat-niet"]})).clashing_fields(), ["botstMet"]);
        // What the other note keeps goes too, and what is not named stays.
        let changed = put("kwetsbaar", json!({"botstMet": ["seksueel-gedrag"]}));
        assert_eq!((changed.status, &changed.json()["botstMet"]), (200, &json!(["seksueel-gedrag"])), "{}", changed.body);
        assert_eq!(note("agressie-groep").get("botstMet"), None);
        assert_eq!(put("kwetsbaar", json!({})).json()["botstMet"], json!(["seksueel-gedrag"]));
        let id = note("drukte")["id"].clone();
        assert_eq!(manager.put_version(&format!("/v1/crisislijsten/{id}"), "\"1\"", &json!({"botstMet": []})).status, 409, "an old version");
        let other = manager.get("/v1/crisislijsten?lijst=weigering").json()["keuzes"][0].clone();
        let path = format!("/v1/crisislijsten/{}", other["id"]);
        let version = format!("\"{}\"", other["versie"]);
        assert_eq!(manager.put_version(&path, &version, &json!({"botstMet": []})).clashing_fields(), ["botstMet"]);
        // On the page, with a box for each.
        let visitor = server.visitor(MANAGER);
        let path = format!("/beheer/crisispunt/lijsten/{id}");
        let version = note("drukte")["versie"].to_string();
        let saved = visitor.post_form(&path, &[("versie", version.as_str()), ("botsingen", "ja"), ("botst-familie-in-groep", "ja")]);
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert_eq!(note("drukte")["botstMet"], json!(["familie-in-groep"]));
        let page = visitor.get("/beheer/crisispunt/lijsten").body;
        assert!(page.contains("Gaat in een groep niet samen met"), "{page}");
    }
}

on_both! {
    fn the_settings_are_replaced_as_a_whole_or_not(server) {
        let manager = server.user(MANAGER);
        let put = |version: &str, change: &dyn Fn(&mut Value)| {
            let mut body = crate::support::crisis::settings();
            change(&mut body);
            manager.put_version("/v1/crisispunt", version, &body)
        };
        let clash = put("\"1\"", &|body| {
            body["sluit"] = json!("08:00");
            body["sluitingsdagen"] = json!([{"dag": "2027-01-04", "reden": "a"}, {"dag": "2027-01-04", "reden": "b"}]);
        });
        assert_eq!(clash.clashing_fields(), ["sluit", "sluitingsdagen"]);
        let unknown = put("\"1\"", &|body| body["gemeenten"] = json!([{"gemeente": "GM9999", "ambulant": true, "verblijf": true, "eigenTeam": "Team"}]));
        assert_eq!(unknown.clashing_fields(), ["gemeenten[0].eigenTeam", "gemeenten[0].gemeente"]);
        let wrong = put("\"1\"", &|body| {
            body["opent"] = json!("9.00");
            body["acuutLooptDoor"] = Value::Null;
            body["gemeenten"] = json!([{"gemeente": "x"}]);
        });
        assert_eq!(wrong.wrong_fields(), ["opent", "acuutLooptDoor", "gemeenten[0].gemeente", "gemeenten[0].ambulant", "gemeenten[0].verblijf"]);
        let saved = put("\"1\"", &|_| {});
        assert_eq!((saved.status, &saved.json()["opent"], &saved.json()["goedeVrijdag"]), (200, &json!("08:30"), &json!(true)), "{}", saved.body);
        let lelystad = saved.json()["gemeenten"].as_array().expect("a list").iter().find(|one| one["gemeente"] == "GM0995").cloned().expect("one");
        assert_eq!((&lelystad["ambulant"], lelystad.get("eigenTeam")), (&json!(true), None));
        assert_eq!(put("\"1\"", &|_| {}).status, 409, "an old version");
    }
}

on_both! {
    fn a_place_is_added_and_its_provider_says_how_it_stands(server) {
        let room = |name: &str| {
            let body = json!({"aanbieder": KETELHAVEN.1, "soort": "crisisbed", "leeftijdsgroep": "from12", "naam": name, "groep": "De Kade", "telefoon": "0321 00 02 24"});
            server.user(DESK).post("/v1/crisisplaatsen", &body)
        };
        let added = room("De Kade kamer 3");
        assert_eq!((added.status, &added.json()["stand"]), (201, &json!("vrij")), "{}", added.body);
        assert_eq!(room("De Kade kamer 3").clashing_fields(), ["naam"]);
        assert_eq!(server.user(DESK).post("/v1/crisisplaatsen", &json!({"soort": "ambulant"})).wrong_fields(), ["aanbieder", "soort", "naam", "groep", "telefoon"]);
        let path = format!("/v1/crisisplaatsen/{}/stand", added.json()["id"]);
        let say = |user: &str, body: Value| server.user(user).post(&path, &body);
        assert_eq!(say(POLDERLICHT.0, json!({"wat": "openen"})).status, 404, "another's");
        assert_eq!(say(KETELHAVEN.0, json!({"wat": "sluiten"})).clashing_fields(), ["reden"]);
        assert_eq!(say(KETELHAVEN.0, json!({"wat": "openen", "tot": "2026-12-01"})).clashing_fields(), ["tot"]);
        assert_eq!(say(KETELHAVEN.0, json!({"wat": "verwachting", "verwachtVrijOp": "2026-12-01"})).clashing_fields(), ["verwachtVrijOp"], "nobody stays there");
        let closed = say(KETELHAVEN.0, json!({"wat": "sluiten", "reden": "ziekte", "tot": "2026-12-01"}));
        assert_eq!((closed.status, &closed.json()["stand"]), (200, &json!("buiten-gebruik")), "{}", closed.body);
        assert_eq!(say(KETELHAVEN.0, json!({"wat": "openen"})).json()["stand"], "vrij");
    }
}

on_both! {
    fn a_place_is_corrected_and_given_up_when_nobody_has_it(server) {
        let desk = server.user(DESK);
        let find = |name: &str| {
            let places = desk.get("/v1/crisisplaatsen").json()["plaatsen"].as_array().cloned().expect("a list");
            places.into_iter().find(|place| place["naam"] == name)
        };
        let id = find("De Kade kamer 1").expect("a place")["id"].clone();
        let path = format!("/v1/crisisplaatsen/{id}");
        let facts = |name: &str, phone: &str| json!({"leeftijdsgroep": "from12", "naam": name, "groep": "De Kade", "telefoon": phone});
        assert_eq!(desk.put(&path, &json!({"leeftijdsgroep": "x"})).wrong_fields(), ["If-Match", "leeftijdsgroep", "naam", "groep", "telefoon"]);
        assert_eq!(desk.put_version(&path, "\"1\"", &facts("De Kade kamer 2", "0321 00 02 24")).clashing_fields(), ["naam"]);
        let changed = desk.put_version(&path, "\"1\"", &facts("De Kade kamer 1", "0321 00 09 99"));
        assert_eq!((changed.status, &changed.json()["telefoon"]), (200, &json!("0321 00 09 99")), "{}", changed.body);
        assert_eq!(desk.put_version(&path, "\"1\"", &facts("De Kade kamer 1", "0321 00 08 88")).status, 409, "an old version");
        let page = server.visitor(DESK).get(&format!("/crisis/plaatsen/{id}")).body;
        assert!(page.contains("0321 00 09 99"), "{page}");
        // Whoever it is held for keeps it.
        let code = server.acute(14).code;
        let hold = json!({"aanvraag": code.as_str()});
        assert_eq!(desk.post(&format!("{path}/vasthouding"), &hold).status, 200);
        let held = desk.post(&format!("{path}/opheffing"), &json!({}));
        assert_eq!((held.status, &held.json()["detail"]), (409, &json!("Deze plaats wordt vastgehouden voor een kind.")));
        assert_eq!(desk.post(&format!("{path}/vrijgave"), &hold).status, 200);
        let given_up = desk.post(&format!("{path}/opheffing"), &json!({}));
        assert_eq!(given_up.status, 200, "{}", given_up.body);
        assert_eq!((find("De Kade kamer 1"), desk.post(&format!("{path}/vasthouding"), &hold).status), (None, 404));
        assert!(!server.visitor(KETELHAVEN.0).get("/crisis/mijn-plaatsen").body.contains("De Kade kamer 1"));
        assert!(!server.visitor(DESK).get("/crisis/plaatsen").body.contains("De Kade kamer 1"));
        assert_eq!(desk.post(&format!("{path}/opheffing"), &json!({})).status, 404, "once");
    }
}

on_both! {
    fn the_division_and_the_shares_are_the_same_for_all(server) {
        for user in [DESK, POLDERLICHT.0] {
            let division = server.user(user).get("/v1/crisisverdeling").json();
            let turns = division["groepen"].as_array().expect("groups").clone();
            // One municipality has shares of its own.
            let groups: Vec<_> = turns.iter().map(|turn| turn["leeftijdsgroep"].as_str().expect("a group")).collect();
            assert_eq!(groups, ["under12", "under12", "from12", "from12"]);
            assert_eq!((&turns[0]["volgorde"][0]["aanbieder"], &turns[0]["volgorde"][0]["afgesproken"]), (&json!(POLDERLICHT.1), &json!(50)));
        }
        assert_eq!(server.user(KETELHAVEN.0).get("/v1/crisisverdeling").status, 404, "takes no part");
        let manager = server.user(MANAGER);
        let share = |from: &str| manager.post("/v1/crisisaandelen", &json!({"aanbieder": DIJKWACHT.1, "gewicht": 40, "vanaf": from}));
        assert_eq!(share("2026-11-21").clashing_fields(), ["vanaf"]);
        assert_eq!(share("2026-11-22").status, 201);
        assert_eq!(manager.post("/v1/crisisaandelen", &json!({})).wrong_fields(), ["aanbieder", "gewicht", "vanaf"]);
        assert_eq!(server.user(DESK).get("/v1/crisisaandelen").json()["paginering"]["totaal"], 5);
        let room = |day: Value| server.user(POLDERLICHT.0).put("/v1/crisisruimte", &json!({"volTot": day}));
        assert_eq!(room(json!("2027-06-01")).clashing_fields(), ["volTot"]);
        assert_eq!(room(json!("2026-11-30")).status, 200);
        assert_eq!(server.user(DESK).get("/v1/crisisverdeling").json()["groepen"][0]["volgorde"][0]["aanbieder"], DIJKWACHT.1);
    }
}

on_both! {
    fn the_roster_is_filled_in_and_handed_over(server) {
        let desk = server.user(LOKET);
        let shift = |from: &str, who: &str| {
            let body = json!({"dag": "2026-11-28", "taak": "loket", "van": from, "tot": "17:00", "wie": who});
            desk.post("/v1/crisisdiensten", &body)
        };
        let added = shift("09:00", LOKET);
        assert_eq!((added.status, &added.json()["wie"]), (201, &json!("Crisisloket")), "{}", added.body);
        assert_eq!(shift("10:00", LOKET).clashing_fields(), ["van"]);
        assert_eq!(shift("10:00", "niemand").clashing_fields(), ["wie", "van"]);
        assert_eq!(desk.post("/v1/crisisdiensten", &json!({"van": "9.00"})).wrong_fields(), ["dag", "taak", "van", "tot", "wie"]);
        let count = || desk.get("/v1/crisisdiensten").json()["diensten"].as_array().map(Vec::len);
        let before = count().expect("a list");
        let removal = format!("/v1/crisisdiensten/{}/verwijdering", added.json()["id"]);
        assert_eq!((desk.post(&removal, &json!({})).status, count()), (200, Some(before - 1)));
        assert_eq!(desk.post(&removal, &json!({})).status, 404);
        let note = |text: &str| desk.post("/v1/crisisoverdrachten", &json!({"taak": "loket", "tekst": text}));
        assert_eq!(note("Bel mevrouw Jansen op 06 12345678").clashing_fields(), ["tekst", "tekst"]);
        assert_eq!(note("Nog twee bedden te zoeken.").status, 201);
        assert_eq!(desk.get("/v1/crisisoverdrachten").json()["overdrachten"][0]["tekst"], "Nog twee bedden te zoeken.");
    }
}

on_both! {
    fn help_is_kept_step_by_step(server) {
        let place = server.place_id("De Kade kamer 1");
        let body = json!({"aanvraag": server.acute(14).code.as_str(), "startOp": "2026-11-21", "vrijwillig": false, "begeleider": DIJKWACHT.1});
        assert_eq!(server.user(DESK).post(&format!("/v1/crisisplaatsen/{place}/plaatsing"), &body).status, 200);
        let own = server.user(KETELHAVEN.0);
        let stay = own.get("/v1/crisishulp").json()["hulp"][0].clone();
        assert_eq!((&stay["soort"], &stay["evaluatieUiterlijk"]), (&json!("crisisbed"), &json!("2026-12-05")));
        let path = format!("/v1/crisishulp/{}", stay["id"]);
        assert_eq!(server.user(POLDERLICHT.0).get(&path).status, 404, "another's");
        let step = |body: Value| own.post(&format!("{path}/stappen"), &body);
        assert_eq!(step(json!({"stap": "einde", "op": "2026-11-21"})).clashing_fields(), ["vervolg"]);
        assert_eq!(step(json!({"stap": "evaluatie", "op": "2026-11-21", "reden": "x"})).clashing_fields(), ["reden"]);
        assert_eq!(step(json!({"stap": "evaluatie", "op": null})).wrong_fields(), ["op"]);
        assert_eq!(step(json!({"stap": "verlenging", "op": "2026-12-20", "reden": "bestaat-niet"})).clashing_fields(), ["verlengReden"]);
        let done = step(json!({"stap": "evaluatie", "op": "2026-11-21"}));
        assert_eq!((done.status, &done.json()["geevalueerdOp"]), (200, &json!("2026-11-21")), "{}", done.body);
        assert_eq!(step(json!({"stap": "einde", "op": "2026-11-21", "vervolg": "naar-huis-met-hulp"})).status, 200);
        assert_eq!(step(json!({"stap": "plan", "op": "2026-11-21"})).status, 409, "it ended");
    }
}

on_both! {
    fn reports_are_given_to_whom_they_concern(server) {
        let report = |user: &str, rest: &str| server.user(user).get(&format!("/v1/crisisrapportages/2026-3{rest}"));
        let region = report("accountmanager-flevoland", "").json();
        assert_eq!(region["tabellen"].as_array().map(Vec::len), Some(7));
        assert_eq!(region.get("gesloten"), None, "still open");
        assert_eq!(report("gemeente-almere", "").json()["van"], "GM0034");
        assert_eq!(report("gemeente-almere", "?gemeente=GM0303").status, 404);
        assert_eq!(report(POLDERLICHT.0, "").json()["van"], POLDERLICHT.1);
        assert_eq!(report(POLDERLICHT.0, "?aanbieder=98990202").status, 404);
        assert_eq!(report(LOKET, "").status, 403);
        assert_eq!(server.anyone().get("/v1/crisisrapportages/2026-3/openbaar?regio=flevoland").status, 404, "not public yet");
        assert_eq!(server.user("registratie-flevoland").get("/v1/crisisrapportages").json()["kwartalen"], json!([]));
    }
}
