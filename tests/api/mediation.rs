//! Mediation and bridging care as programs keep them.

use beschikbaarheidswijzer::db::schema::mediation_step;
use beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient;
use diesel::prelude::*;
use serde_json::json;

use crate::on_both;
use crate::support::clients::{CODE, client_for, register};
use crate::support::waiting::{HAVEN, TOEGANG};
use crate::support::{Browser, TestServer};

const MANAGER: &str = "accountmanager-regio";

/// A client past its norm, which waits for a product that may be bridged.
fn overdue(server: &TestServer) -> i64 {
    let mut draft = client_for("GM0243");
    (draft.product, draft.birth_year) = ("43A11".parse().ok(), Some(2018));
    draft.alternatives = Vec::new();
    draft.referred_on = "2026-03-01".parse().ok();
    draft.decided_on = "2026-03-02".parse().ok();
    register(server, TOEGANG, draft, CODE)
}

on_both! {
    fn steps_of_mediation_are_begun_and_closed_by_whose_they_are(server) {
        overdue(server);
        let path = format!("/v1/bemiddelingen/{CODE}");
        let [toegang, other, manager, municipality, experts] =
            [TOEGANG, "toegang-ermelo", MANAGER, "gemeente-harderwijk", "expertteam-regio"].map(|user| server.user(user));
        let begin = |user: &Browser| user.post(&format!("{path}/stappen"), &json!({})).status;
        let close = |user: &Browser| user.post(&format!("{path}/afsluiting"), &json!({"uitkomst": "geen-plek"})).status;

        let listed = toegang.get("/v1/bemiddelingen").json();
        let codes = listed["bemiddelingen"].as_array().expect("a list").iter().map(|one| one["code"].clone());
        assert!(codes.into_iter().any(|code| code == CODE), "{listed}");
        let shown = manager.get(&path).json();
        assert_eq!((&shown["bemiddeling"]["vanWie"], &shown["bemiddeling"]["begonnen"]), (&json!("toegang"), &json!(false)), "{shown}");
        assert_eq!([&other, &municipality, &experts].map(|user| user.get(&path).status), [404, 404, 404]);
        assert_eq!([begin(&other), close(&other), begin(&municipality)], [404, 404, 404]);
        assert_eq!([begin(&manager), close(&toegang)], [403, 409]);
        assert_eq!([begin(&toegang), begin(&toegang)], [200, 409]);
        let wrong = toegang.post(&format!("{path}/afsluiting"), &json!({"uitkomst": "weet-niet", "iets": 1}));
        assert_eq!((wrong.status, wrong.wrong_fields().len()), (400, 2), "{}", wrong.body);
        assert_eq!([close(&toegang), begin(&manager), close(&manager)], [200, 200, 200]);
        let shown = experts.get(&path).json();
        assert_eq!(shown["stappen"].as_array().map(Vec::len), Some(2), "{shown}");
        assert_eq!((&shown["bemiddeling"]["vanWie"], &shown["stappen"][1]["uitkomst"]), (&json!("expertteam"), &json!("geen-plek")));
        let kept: i64 = mediation_step::table.filter(mediation_step::outcome.eq("geen-plek")).filter(mediation_step::begun_at.ge(crate::support::now().naive_utc())).count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(kept, 2);
    }
}

on_both! {
    fn the_list_is_ordered_by_what_is_asked_over_all_pages(server) {
        overdue(server);
        let ids: Vec<String> = (0..20).map(|_| server.registered("GM0243").id.to_string()).collect();
        server.execute(&format!(
            "UPDATE waiting_client SET referred_on = '2026-01-02', decided_on = '2026-01-05', waiting_since = '2026-01-05' WHERE id IN ({})",
            ids.join(", ")
        ));
        let manager = server.user(MANAGER);
        let all = |order: &str| -> Vec<serde_json::Value> {
            let page = |number: u64| manager.get(&format!("/v1/bemiddelingen?sorteer={order}&pagina={number}")).json();
            let pages = page(1)["paginering"]["paginas"].as_u64().expect("a count");
            (1..=pages).flat_map(|number| page(number)["bemiddelingen"].as_array().cloned().expect("a list")).collect()
        };
        let values = |order: &str, field: &str| -> Vec<String> {
            all(order).iter().map(|one| one[field].as_str().unwrap_or("9").to_owned()).collect()
        };
        assert!(values("norm", "code").len() > 20, "more than one page");
        for (order, field) in [("norm", "overDeNormSinds"), ("code", "code"), ("gemeente", "gemeente"), ("product", "product"), ("uiterlijk", "uiterlijk")] {
            let up = values(order, field);
            assert!(up.is_sorted(), "{order}: {up:?}");
            let down = values(&format!("{order}-af"), field);
            assert!(down.is_sorted_by(|one, next| one >= next), "{order}: {down:?}");
        }
        assert_eq!(manager.get("/v1/bemiddelingen?sorteer=kleur").wrong_fields(), ["sorteer"]);
        let page = server.visitor(MANAGER).get("/bemiddeling?toon=te-laat&sorteer=uiterlijk").body;
        assert!(page.contains("aria-sort=\"ascending\"") && page.contains("Stand van 21 november 2026"), "{page}");
        assert!(page.contains("name=\"sorteer\" value=\"uiterlijk\""), "the order stays with another choice: {page}");
    }
}

on_both! {
    fn a_step_is_due_after_it_began_and_that_it_began_late_stays(server) {
        overdue(server);
        let (toegang, manager) = (server.user(TOEGANG), server.user(MANAGER));
        let path = format!("/v1/bemiddelingen/{CODE}");
        let before = toegang.get(&path).json();
        assert_eq!((&before["bemiddeling"]["teLaat"], &before["bemiddeling"]["begonnen"]), (&json!(true), &json!(false)), "{before}");
        assert_eq!(toegang.post(&format!("{path}/stappen"), &json!({})).status, 200);
        let running = toegang.get(&path).json();
        let step = &running["stappen"][0];
        let moment = |name: &str| step[name].as_str().and_then(|at| at.parse::<chrono::DateTime<chrono::Utc>>().ok());
        assert!(moment("uiterlijk") > moment("begonnenOp") && moment("begonnenOp").is_some(), "{step}");
        assert_eq!(step["gemisteTermijn"], before["bemiddeling"]["uiterlijk"]);
        assert_eq!((&step["loopt"], &running["bemiddeling"]["teLaat"]), (&json!(true), &json!(false)), "it has its own time now");
        assert_eq!(toegang.post(&format!("{path}/afsluiting"), &json!({"uitkomst": "geen-plek"})).status, 200);
        let page = server.visitor(TOEGANG).get(&format!("/bemiddeling/{CODE}")).body;
        assert!(page.contains("te laat: de termijn was"), "{page}");
        // Who begins in time keeps the term that ran.
        let open = manager.get(&path).json()["bemiddeling"]["uiterlijk"].clone();
        assert_eq!(manager.post(&format!("{path}/stappen"), &json!({})).status, 200);
        let second = manager.get(&path).json()["stappen"][1].clone();
        assert_eq!((&second["uiterlijk"], second.get("gemisteTermijn")), (&open, None), "{second}");
        assert!(second["begonnenDoor"].as_str().is_some_and(|by| by.contains(", ")), "{second}");
    }
}

on_both! {
    fn programs_read_what_the_pages_of_mediation_show(server) {
        overdue(server);
        let toegang = server.user(TOEGANG);
        let path = format!("/v1/bemiddelingen/{CODE}");
        let listed = |shown: &str| {
            let list = toegang.get(&format!("/v1/bemiddelingen?toon={shown}")).json();
            let codes = list["bemiddelingen"].as_array().cloned().unwrap_or_default();
            codes.iter().any(|case| case["code"] == CODE)
        };
        assert!(listed("van-mij") && listed("te-laat"));
        assert_eq!(toegang.post(&format!("{path}/stappen"), &json!({})).status, 200);
        assert!(listed("van-mij") && !listed("te-laat"));
        assert_eq!(toegang.post(&format!("{path}/afsluiting"), &json!({"uitkomst": "geen-plek"})).status, 200);
        assert!(!listed("van-mij"));
        assert_eq!(toegang.get("/v1/bemiddelingen?toon=alles").wrong_fields(), ["toon"]);

        let overview = |user: &str, period: &str| server.user(user).get(&format!("/v1/bemiddelingsoverzicht{period}"));
        let now = overview(TOEGANG, "").json();
        assert_eq!((&now["periode"], &now["vanaf"], &now["tot"]), (&json!("2026-2"), &json!("2026-07-01"), &json!("2027-01-01")), "{now}");
        let lines = now["regels"].as_array().cloned().expect("lines");
        assert_eq!(lines.len(), 4);
        let page = server.visitor(TOEGANG).get("/bemiddeling/overzicht").body;
        for line in &lines {
            let cells = ["stappen", "plekGevonden", "teLaat"].map(|name| format!("<td>{}</td>", line[name].as_str().expect("a count")));
            assert!(page.contains(&cells.concat()), "{line}: {page}");
        }
        // Who may see every case sees every count; the expert team those of its own step, which all reached it.
        let of = |overview: &serde_json::Value, owner: &str| {
            let lines = overview["regels"].as_array().cloned().unwrap_or_default();
            lines.into_iter().find(|line| line["vanWie"] == owner).expect("a line")
        };
        server.execute(&format!(
            "INSERT INTO mediation_step (client_id, number, name, owner, begun_at, due_by, by_name, by_organisation, closed_at, outcome, closed_by_name, closed_by_organisation) \
             SELECT id, 9, 'Bespreken', 'expertteam', '2026-11-02 10:00:00', '2026-11-09 16:00:00', 'Team', 'Regio', '2026-11-04 10:00:00', 'geen-plek', 'Team', 'Regio' \
             FROM waiting_client WHERE code = '{}'",
            CODE.replace('-', "")
        ));
        let counts = |user: &str, owner: &str| of(&overview(user, "?periode=2026-2").json(), owner)["stappen"].as_str().map(str::to_owned).expect("a count");
        let exact = |owner: &str| -> String {
            let closed: i64 = mediation_step::table
                .filter(mediation_step::owner.eq(owner))
                .filter(mediation_step::closed_at.ge("2026-07-01T00:00:00".parse::<chrono::NaiveDateTime>().expect("a moment")))
                .count().get_result(&mut server.connection()).expect("a count");
            closed.to_string()
        };
        assert_eq!((counts(TOEGANG, "expertteam"), counts("expertteam-regio", "toegang")), ("*".to_owned(), counts(TOEGANG, "toegang")));
        for (user, owner) in [(MANAGER, "toegang"), (MANAGER, "expertteam"), ("expertteam-regio", "expertteam")] {
            assert_eq!(counts(user, owner), exact(owner), "{user} {owner}");
        }
        let page = server.visitor(MANAGER).get("/bemiddeling/overzicht").body;
        assert!(page.contains("De aantallen zijn precies") && !page.contains("<td>*</td>"), "{page}");
        assert_eq!(overview(MANAGER, "?periode=2026-1").json()["tot"], "2026-07-01");
        assert_eq!(overview(MANAGER, "?periode=2019-1").status, 404);
        assert_eq!(overview(MANAGER, "?periode=2026-3").wrong_fields(), ["periode"]);
        assert_eq!(overview(HAVEN.0, "").status, 403);
    }
}

on_both! {
    fn bridging_care_is_changed_and_ended_by_whoever_read_it_last(server) {
        overdue(server);
        let toegang = server.user(TOEGANG);
        let list = format!("/v1/wachtenden/{CODE}/overbruggingen");
        let made = toegang.post(&list, &json!({"agb": "98990001", "product": "41A02", "start": "2026-11-23"}));
        assert_eq!(made.status, 201, "{}", made.body);
        let path = format!("{list}/{}", made.json()["nummer"]);
        let read = toegang.get(&path);
        let version = read.header("etag").expect("a version").to_owned();
        assert_eq!(toegang.put(&path, &json!({"start": "2026-11-25"})).status, 400, "the version is asked for");
        let wrong = toegang.put_version(&path, &version, &json!({"einde": "2026-12-01"}));
        assert_eq!(wrong.wrong_fields(), ["start", "reden"]);
        let half = toegang.put_version(&path, &version, &json!({"start": "2026-11-23", "einde": "2026-12-01"}));
        assert_eq!(half.clashing_fields(), ["reden"], "{}", half.body);
        let later = toegang.put_version(&path, &version, &json!({"start": "2026-11-25", "toelichting": "Twee keer in de week."}));
        assert_eq!((later.status, &later.json()["start"]), (200, &json!("2026-11-25")), "{}", later.body);
        let second = toegang.put_version(&path, &version, &json!({"start": "2026-11-26"}));
        assert_eq!((second.status, &second.json()["huidig"]["start"]), (409, &json!("2026-11-25")), "{}", second.body);
        let now = later.header("etag").expect("a version");
        let ended = toegang.put_version(&path, now, &json!({"start": "2026-11-25", "einde": "2026-12-01", "reden": "niet-meer-nodig"}));
        assert_eq!((ended.status, &ended.json()["reden"]), (200, &json!("niet-meer-nodig")), "{}", ended.body);
        let again = ended.header("etag").expect("a version");
        assert_eq!(toegang.put_version(&path, again, &json!({"start": "2026-11-27"})).status, 409, "it has ended");
        let others = server.user("toegang-ermelo");
        assert_eq!((others.get(&path).status, others.put_version(&path, again, &json!({"start": "2026-11-27"})).status), (404, 404));
        assert_eq!(server.user(HAVEN.0).get(&path).status, 403);
    }
}

on_both! {
    fn bridging_care_takes_a_free_place_and_its_provider_hears_of_it(server) {
        use beschikbaarheidswijzer::db::schema::{offer, product, provider};
        const BRIDGE: &str = "41A02";
        overdue(server);
        let mut other = client_for("GM0243");
        (other.product, other.birth_year) = ("43A11".parse().ok(), Some(2018));
        other.alternatives = Vec::new();
        register(server, TOEGANG, other, "N76-D55-228");
        let of_bakenzand = "provider_id = (SELECT id FROM provider WHERE agb = '98990001') AND product_id IN (SELECT id FROM product WHERE code = '41A02')";
        server.execute(&format!("UPDATE offer SET status = 'wachtlijst', free_places = 0 WHERE {of_bakenzand}"));
        server.execute(&format!("UPDATE offer SET status = 'plek', free_places = 1, reserved_places = 0 WHERE id = (SELECT max(id) FROM offer WHERE {of_bakenzand})"));
        server.execute("UPDATE supply_version SET version = version + 1, book_version = version + 1");
        server.state.supply.refresh(&mut server.connection(), "2026-11-21".parse().expect("a day")).expect("a picture");
        let reserved = || -> i64 {
            let rows: Vec<i32> = offer::table.inner_join(provider::table).inner_join(product::table)
                .filter(provider::agb.eq("98990001")).filter(product::code.eq(BRIDGE))
                .select(offer::reserved_places).load(&mut server.connection()).expect("offers");
            rows.into_iter().map(i64::from).sum()
        };
        let mailed = |words: &str| server.mails().into_iter().filter(|(to, text)| to.starts_with("aanbieder-bakenzand@") && text.contains(words)).count();
        let toegang = server.user(TOEGANG);
        let start = |code: &str, day: &str| toegang.post(&format!("/v1/wachtenden/{code}/overbruggingen"), &json!({"agb": "98990001", "product": BRIDGE, "start": day}));
        // What began before is only written down.
        let past = start(CODE, "2026-11-16");
        assert_eq!((past.status, reserved(), mailed("legde vast dat u overbruggingszorg geeft")), (201, 0, 1), "{}", past.body);
        let path = format!("/v1/wachtenden/{CODE}/overbruggingen/{}", past.json()["nummer"]);
        let ended = toegang.put_version(&path, "\"1\"", &json!({"start": "2026-11-16", "einde": "2026-11-20", "reden": "niet-meer-nodig"}));
        assert_eq!((ended.status, mailed("eindigt")), (200, 1), "{}", ended.body);

        let planned = start(CODE, "2026-11-25");
        assert_eq!((planned.status, reserved()), (201, 1), "{}", planned.body);
        let mail = server.mails().pop().expect("a mail").1;
        assert!(mail.contains("gereserveerd") && mail.contains("Harderwijk") && !mail.contains(CODE), "{mail}");
        let full = start("N76-D55-228", "2026-11-25");
        assert_eq!((full.clashing_fields(), reserved()), (vec!["aanbieder".to_owned()], 1), "{}", full.body);
        // Called off before it began, the place is free for the other.
        let path = format!("/v1/wachtenden/{CODE}/overbruggingen/{}", planned.json()["nummer"]);
        let off = toegang.put_version(&path, "\"1\"", &json!({"start": "2026-11-25", "einde": "2026-11-25", "reden": "niet-meer-nodig"}));
        assert_eq!((off.status, reserved()), (200, 0), "{}", off.body);
        assert_eq!((start("N76-D55-228", "2026-11-25").status, reserved()), (201, 1));
    }
}

on_both! {
    fn notes_beside_bridging_care_and_mediation_are_about_nobody(server) {
        overdue(server);
        let toegang = server.user(TOEGANG);
        let list = format!("/v1/wachtenden/{CODE}/overbruggingen");
        let start = |note: &str, digits: Option<&str>| {
            let mut body = json!({"agb": "98990001", "product": "41A02", "start": "2026-11-23", "toelichting": note});
            if let Some(digits) = digits {
                body["cijfersZijn"] = json!(digits);
            }
            toegang.post(&list, &body)
        };
        assert_eq!(start("bel moeder op 06-12345678", None).clashing_fields(), ["toelichting"]);
        let asked = start("zaak 111222333", None);
        assert_eq!(asked.clashing_fields(), ["toelichting"]);
        assert_eq!(asked.json()["fouten"][0]["code"], "misschien-bsn", "{}", asked.body);
        assert_eq!(start("bsn 111222333", Some("zaaknummer")).clashing_fields(), ["toelichting"]);
        let made = start("zaak 111222333", Some("zaaknummer"));
        assert_eq!((made.status, &made.json()["toelichting"]), (201, &json!("zaak 111222333")), "{}", made.body);

        // Another reason than those of the list is told in words, which are about nobody either.
        let path = format!("{list}/{}", made.json()["nummer"]);
        let version = toegang.get(&path).header("etag").expect("a version").to_owned();
        let end = |more: serde_json::Value| {
            let mut body = json!({"start": "2026-11-23", "einde": "2026-12-01", "reden": "anders"});
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            toegang.put_version(&path, &version, &body)
        };
        assert_eq!(end(json!({})).clashing_fields(), ["eindToelichting"]);
        assert_eq!(end(json!({"eindToelichting": "zaak 111222333"})).clashing_fields(), ["eindToelichting"]);
        let ended = end(json!({"eindToelichting": "zaak 111222333 gesloten", "eindCijfers": "zaaknummer"}));
        assert_eq!((ended.status, &ended.json()["eindToelichting"]), (200, &json!("zaak 111222333 gesloten")), "{}", ended.body);
        let lines = toegang.get(&format!("/v1/wachtenden/{CODE}")).json()["tijdlijn"].clone();
        assert_eq!(lines.as_array().and_then(|lines| lines.last()).map(|line| line["toelichting"].clone()), Some(json!("zaak 111222333 gesloten")));

        assert_eq!(toegang.post(&format!("/v1/bemiddelingen/{CODE}/stappen"), &json!({})).status, 200);
        let close = |more: serde_json::Value| {
            let mut body = json!({"uitkomst": "geen-plek"});
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            toegang.post(&format!("/v1/bemiddelingen/{CODE}/afsluiting"), &body)
        };
        assert_eq!(close(json!({"toelichting": "mevrouw Jansen belt terug"})).clashing_fields(), ["toelichting"]);
        assert_eq!(close(json!({"toelichting": "zaak 111222333"})).clashing_fields(), ["toelichting"]);
        assert_eq!(close(json!({"toelichting": "zaak 111222333", "cijfersZijn": "zaaknummer"})).status, 200);
    }
}

/// A child that waits past its norm, and the path of its case.
fn past_norm(server: &TestServer) -> (WaitingClient, String) {
    let client = server.waiting().remove(0);
    server.execute(&format!(
        "UPDATE waiting_client SET referred_on = '2026-06-01', decided_on = '2026-06-08' WHERE id = {}",
        client.id
    ));
    let path = format!("/v1/bemiddelingen/{}", client.code);
    (client, path)
}

on_both! {
    fn a_step_ends_with_the_place_that_is_found_and_comes_back_when_care_does_not_start(server) {
        let (client, path) = past_norm(server);
        let id = server.responded(HAVEN, &client);
        let (toegang, manager) = (server.user(TOEGANG), server.user(MANAGER));
        let found = || -> i64 {
            let lines = manager.get("/v1/bemiddelingsoverzicht").json()["regels"].as_array().cloned().unwrap_or_default();
            let line = lines.iter().find(|line| line["vanWie"] == "toegang").cloned().expect("a line");
            line["plekGevonden"].as_str().and_then(|count| count.parse().ok()).expect("a count")
        };
        let before = found();
        assert_eq!(toegang.post(&format!("{path}/stappen"), &json!({})).status, 200);
        assert_eq!(server.accept(&client, id).status, 200);
        let agreed = toegang.get(&path).json();
        assert_eq!((&agreed["stappen"][0]["uitkomst"], &agreed["stappen"][0]["loopt"]), (&json!("plek-gevonden"), &json!(false)), "{agreed}");
        let case = &agreed["bemiddeling"];
        assert_eq!((&case["stap"], &case["vanWie"], &case["teLaat"]), (&json!("Wacht op de start van afgesproken zorg"), &json!("toegang"), &json!(false)));
        assert!(case["uiterlijk"].is_string(), "the day on which it starts: {case}");
        assert_eq!(found(), before + 1);
        assert_eq!(toegang.post(&format!("{path}/stappen"), &json!({})).status, 409, "nobody looks for a place");
        assert_eq!(toegang.post(&format!("{path}/afsluiting"), &json!({"uitkomst": "geen-plek"})).status, 409);
        let page = server.visitor(TOEGANG).get(&format!("/bemiddeling/{}", client.code)).body;
        assert!(page.contains("Wacht op de start van afgesproken zorg") && !page.contains("Stap afsluiten"), "{page}");
        let lines = toegang.get(&format!("/v1/wachtenden/{}", client.code)).json()["tijdlijn"].clone();
        assert!(lines.to_string().contains("Zoeken met aanbieders: plek gevonden"), "{lines}");

        // Care does not start: the toegang looks for a place again, in a term that begins now.
        let gone = server.user(HAVEN.0).post(&format!("/v1/reacties/{id}/niet-gestart"), &json!({"reden": "plek-vervallen"}));
        assert_eq!(gone.status, 200, "{}", gone.body);
        let again = toegang.get(&path).json()["bemiddeling"].clone();
        assert_eq!((&again["stap"], &again["begonnen"], &again["teLaat"]), (&json!("Zoeken met aanbieders"), &json!(false), &json!(false)), "{again}");
        assert_eq!(toegang.post(&format!("{path}/stappen"), &json!({})).status, 200);
        // Who needs no place any more ends the step as well, and is no case.
        let left = toegang.post(&format!("/v1/wachtenden/{}/stappen", client.code), &json!({"stap": "intrekken", "reden": "niet-meer-nodig"}));
        assert_eq!(left.status, 200, "{}", left.body);
        let outcomes: Vec<Option<String>> = mediation_step::table.filter(mediation_step::client_id.eq(client.id)).order(mediation_step::number)
            .select(mediation_step::outcome).load(&mut server.connection()).expect("steps");
        assert_eq!(outcomes, [Some("plek-gevonden".to_owned()), Some("niet-meer-nodig".to_owned())]);
        assert_eq!(toegang.get(&path).status, 404);
    }
}

on_both! {
    fn only_what_found_nothing_goes_up_and_the_last_step_comes_back(server) {
        let (_, path) = past_norm(server);
        let [toegang, manager, experts] = [TOEGANG, MANAGER, "expertteam-regio"].map(|user| server.user(user));
        let take = |user: &Browser, outcome: &str| {
            [user.post(&format!("{path}/stappen"), &json!({})), user.post(&format!("{path}/afsluiting"), &json!({"uitkomst": outcome}))].map(|answer| answer.status)
        };
        assert_eq!(take(&toegang, "plek-gevonden"), [200, 200]);
        let next = toegang.get(&path).json()["bemiddeling"].clone();
        assert_eq!((&next["vanWie"], &next["teLaat"]), (&json!("toegang"), &json!(false)), "a place that was found is no reason to go up: {next}");
        for user in [&toegang, &manager, &experts] {
            assert_eq!(take(user, "geen-plek"), [200, 200]);
        }
        let last = experts.get(&path).json()["bemiddeling"].clone();
        assert_eq!((&last["stap"], &last["vanWie"], last["uiterlijk"].is_string()), (&json!("Bespreken in het expertteam"), &json!("expertteam"), true), "{last}");
        assert_eq!(take(&experts, "geen-plek"), [200, 200]);
        assert_eq!(experts.get(&path).json()["stappen"].as_array().map(Vec::len), Some(5));
    }
}

on_both! {
    fn who_pauses_past_the_norm_stays_in_sight(server) {
        let (client, path) = past_norm(server);
        let toegang = server.user(TOEGANG);
        let step = |body: serde_json::Value| toegang.post(&format!("/v1/wachtenden/{}/stappen", client.code), &body);
        let held = step(json!({"stap": "pauzeren", "reden": "verzoek-gezin", "tot": "2027-01-04"}));
        assert_eq!(held.status, 200, "{}", held.body);
        let list = toegang.get("/v1/bemiddelingen").json()["bemiddelingen"].as_array().cloned().unwrap_or_default();
        let code = client.code.to_string();
        let case = list.iter().find(|case| case["code"] == code.as_str()).expect("in the list");
        assert_eq!((&case["stap"], &case["uiterlijk"]), (&json!("Wacht tot de pauze voorbij is"), &json!("2027-01-04T16:00:00Z")), "{case}");
        assert_eq!(toegang.post(&format!("{path}/stappen"), &json!({})).status, 409);
        assert_eq!(step(json!({"stap": "hervatten", "reden": "kan-starten"})).status, 200);
        let again = toegang.get(&path).json()["bemiddeling"].clone();
        assert_eq!((&again["stap"], &again["teLaat"]), (&json!("Zoeken met aanbieders"), &json!(false)), "its time begins with the end of the pause: {again}");
    }
}

on_both! {
    fn a_step_that_runs_is_closed_when_its_norm_is_passed_no_more(server) {
        // Nobody else waits past a norm. Of a stay something starts within two weeks of the decision; other norms have time left.
        server.waiting();
        let mut draft = client_for("GM0243");
        (draft.product, draft.birth_year) = ("43A11".parse().ok(), Some(2018));
        draft.alternatives = Vec::new();
        draft.referred_on = "2026-10-20".parse().ok();
        draft.decided_on = "2026-11-06".parse().ok();
        register(server, TOEGANG, draft, CODE);
        let path = format!("/v1/bemiddelingen/{CODE}");
        let [toegang, manager] = [TOEGANG, MANAGER].map(|user| server.user(user));
        let taken = || -> i64 {
            let lines = manager.get("/v1/bemiddelingsoverzicht").json()["regels"].as_array().cloned().unwrap_or_default();
            let line = lines.iter().find(|line| line["vanWie"] == "toegang").cloned().expect("a line");
            line["stappen"].as_str().and_then(|count| count.parse().ok()).expect("a count")
        };
        let before = taken();
        let case = |user: &Browser| user.get(&path).json()["bemiddeling"].clone();
        assert_eq!(case(&toegang)["normen"], json!(["Binnen 2 weken start er iets, 1 dag voorbij"]));
        assert_eq!(toegang.post(&format!("{path}/stappen"), &json!({})).status, 200);
        let bridged = json!({"agb": "98990001", "product": "41A02", "start": "2026-11-21"});
        let bridged = toegang.post(&format!("/v1/wachtenden/{CODE}/overbruggingen"), &bridged);
        assert_eq!(bridged.status, 201, "{}", bridged.body);

        // The step is still there, with its term, for who saw it before and for nobody else.
        for user in [&toegang, &manager] {
            let case = case(user);
            let kept = (&case["normen"], &case["overDeNormSinds"], &case["stap"], &case["begonnen"]);
            assert_eq!(kept, (&json!([]), &json!("2026-11-21"), &json!("Zoeken met aanbieders"), &json!(true)), "{case}");
            let list = user.get("/v1/bemiddelingen").json();
            assert_eq!((&list["bemiddelingen"][0]["code"], &list["metOverbrugging"], &list["paginering"]["totaal"]), (&json!(CODE), &json!(1), &json!(1)), "{list}");
        }
        for other in ["toegang-ermelo", "gemeente-harderwijk", "expertteam-regio"] {
            assert_eq!(server.user(other).get(&path).status, 404, "{other}");
        }
        let page = |user: &str, more: &str| server.visitor(user).get(&format!("/bemiddeling{more}")).body;
        let own = page(TOEGANG, &format!("/{CODE}"));
        assert!(own.contains("Er is geen norm meer voorbij") && own.contains("Stap afsluiten"), "{own}");
        let other = page(MANAGER, &format!("/{CODE}"));
        assert!(other.contains("Er is geen norm meer voorbij") && !other.contains("Stap afsluiten"), "{other}");
        let listed = page(TOEGANG, "");
        assert!(listed.contains("Niet meer voorbij"), "{listed}");

        let close = |user: &Browser| user.post(&format!("{path}/afsluiting"), &json!({"uitkomst": "geen-plek"})).status;
        assert_eq!([close(&manager), close(&toegang)], [403, 200]);
        assert_eq!(taken(), before + 1);
        // No step comes next.
        assert_eq!([&toegang, &manager].map(|user| user.get(&path).status), [404, 404]);
        assert_eq!([&toegang, &manager].map(|user| user.post(&format!("{path}/stappen"), &json!({})).status), [404, 404]);
    }
}
