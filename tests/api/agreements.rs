//! What an offer or an agreement is worth when the product book changes, or the child itself: a product gets another code, a child
//! moves or needs other care, a location closes.

use beschikbaarheidswijzer::db;
use beschikbaarheidswijzer::db::schema::response;
use beschikbaarheidswijzer::waiting_list::bridging;
use beschikbaarheidswijzer::waiting_list::bridging::actions::Change;
use beschikbaarheidswijzer::waiting_list::bridging::model::BridgingDraft;
use beschikbaarheidswijzer::waiting_list::clients::actions::register;
use beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient;
use beschikbaarheidswijzer::waiting_list::clients::upkeep::{follow_book, tell_of_ages};
use beschikbaarheidswijzer::waiting_list::responses::chasing::{chase, end_without_contract};
use beschikbaarheidswijzer::waiting_list::responses::questions::remind;
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use diesel::prelude::*;
use rules::waiting::life::EndBridgingReason;
use rules::waiting::reasons::Reason;
use rules::waiting::registration::RegistrationDraft;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::clients::client_for;
use crate::support::waiting::{BAKENZAND, HAVEN, PRODUCT, TOEGANG};
use crate::support::{TestServer, now};

const URL: &str = "https://jeugdhulp.example";
const ERMELO: &str = "toegang-ermelo";

fn of_client(server: &TestServer, user: &str, client: &WaitingClient) -> Value {
    server.user(user).get(&format!("/v1/wachtenden/{}", client.code)).json()
}

fn status(server: &TestServer, user: &str, client: &WaitingClient) -> String {
    of_client(server, user, client)["wachtende"]["status"].as_str().unwrap_or_default().to_owned()
}

/// Status and reason of a response, as its provider sees them.
fn became(server: &TestServer, (user, _): (&str, &str), id: i64) -> (String, String) {
    let seen = server.user(user).get(&format!("/v1/reacties/{id}")).json();
    let text = |field: &str| seen[field].as_str().unwrap_or_default().to_owned();
    (text("status"), text("reden"))
}

fn end(server: &TestServer) -> usize {
    end_without_contract(&mut server.connection(), now(), URL).expect("a database")
}

fn mailed(server: &TestServer, to: &str, words: &str) -> usize {
    let address = format!("{to}@jeugdhulp-noord-veluwe.example");
    server.mails().iter().filter(|(reader, text)| *reader == address && text.contains(words)).count()
}

fn step(server: &TestServer, client: &WaitingClient, body: &Value) {
    let answer = server.user(TOEGANG).post(&format!("/v1/wachtenden/{}/stappen", client.code), body);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// The product ended yesterday with all its contracts, and another took its place, with a contract for De Haven alone.
fn product_gets_another_code(server: &TestServer) {
    server.execute(&format!(
        "UPDATE contract SET valid_from = NULL, valid_until = '2026-11-20' \
           WHERE product_id IN (SELECT id FROM product WHERE code IN ('{PRODUCT}', '45A13')); \
         INSERT INTO contract (provider_id, product_id, municipality_id, level, valid_from, valid_until, version) \
           SELECT provider.id, product.id, NULL, 'regionaal', '2026-11-21', NULL, 1 FROM provider, product \
           WHERE provider.agb = '{}' AND product.code = '45A13'; \
         UPDATE product SET valid_until = '2026-11-20' WHERE code = '{PRODUCT}'; \
         INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon, successor_id) \
           SELECT old.id, FALSE, FALSE, new.id FROM product old, product new \
           WHERE old.code = '{PRODUCT}' AND new.code = '45A13'",
        HAVEN.1
    ));
}

on_both! {
    fn a_product_that_gets_another_code_carries_over_what_was_offered_and_agreed(server) {
        let clients = server.waiting();
        let (weighed, agreed, cared) = (&clients[0], &clients[1], &clients[2]);
        server.execute(&format!(
            "UPDATE offer SET free_places = 9 WHERE provider_id = (SELECT id FROM provider WHERE agb = '{}') \
             AND free_places IS NOT NULL AND product_id = (SELECT id FROM product WHERE code = '{PRODUCT}')",
            HAVEN.1
        ));
        let [open, accepted, placed] = [weighed, agreed, cared].map(|client| server.responded(HAVEN, client));
        let other = server.responded(BAKENZAND, weighed);
        for (client, id) in [(agreed, accepted), (cared, placed)] {
            assert_eq!(server.accept(client, id).status, 200);
        }
        let started = json!({"gestartOp": "2026-11-21"});
        assert_eq!(server.user(HAVEN.0).post(&format!("/v1/reacties/{placed}/start"), &started).status, 200);

        product_gets_another_code(server);
        // Whether servers look at contracts or at products first.
        assert_eq!(end(server), 1, "Bakenzand has no contract for the new code");
        assert_eq!(became(server, BAKENZAND, other), ("afgewezen".into(), "geen-contract".into()));
        follow_book(&mut server.connection(), now()).expect("a database");
        assert_eq!(end(server), 0);
        assert_eq!(of_client(server, TOEGANG, weighed)["wachtende"]["product"], "45A13");
        assert_eq!(became(server, HAVEN, open).0, "open");
        assert_eq!((status(server, TOEGANG, weighed), status(server, TOEGANG, agreed)), ("in-behandeling".into(), "geaccepteerd".into()));
        let listed = server.user(TOEGANG).get("/v1/herplaatsingen").json();
        assert_eq!(listed["paginering"]["totaal"], 0, "{listed}");
        let weighing = server.accept(weighed, open);
        assert_eq!(weighing.status, 200, "what was offered can still be accepted: {}", weighing.body);

        // Without any contract for the new code it ends as before.
        server.execute("UPDATE contract SET valid_from = NULL, valid_until = '2026-11-20' WHERE product_id = (SELECT id FROM product WHERE code = '45A13')");
        assert_eq!(end(server), 2);
        let listed = server.user(TOEGANG).get("/v1/herplaatsingen?situatie=in-zorg").json();
        assert_eq!(listed["paginering"]["totaal"], 1, "{listed}");
    }
}

on_both! {
    fn products_that_follow_each_other_round_send_nobody_anywhere(server) {
        let clients = server.waiting();
        server.execute(&format!(
            "UPDATE product SET valid_until = '2026-11-20' WHERE code IN ('{PRODUCT}', '45A13'); \
             INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon, successor_id) \
               SELECT old.id, FALSE, FALSE, new.id FROM product old, product new \
               WHERE (old.code = '{PRODUCT}' AND new.code = '45A13') OR (old.code = '45A13' AND new.code = '{PRODUCT}')"
        ));
        for _ in 0..2 {
            follow_book(&mut server.connection(), now()).expect("a database");
            let seen = of_client(server, TOEGANG, &clients[0]);
            assert_eq!(seen["wachtende"]["product"], PRODUCT);
            assert_eq!(seen["tijdlijn"].as_array().map(Vec::len), Some(1), "{seen}");
        }
    }
}

on_both! {
    fn what_a_child_waits_for_no_more_is_not_agreed(server) {
        let client = &server.waiting()[0];
        let id = server.responded(HAVEN, client);
        server.execute(&format!("UPDATE waiting_client SET product_id = (SELECT min(id) FROM product WHERE code = '45A13') WHERE id = {}", client.id));
        let refused = server.accept(client, id);
        assert!(refused.status == 409 && refused.body.contains("wacht niet meer op het product"), "{}", refused.body);
        server.execute(&format!("UPDATE waiting_client SET product_id = (SELECT min(id) FROM product WHERE code = '{PRODUCT}') WHERE id = {}", client.id));
        assert_eq!(server.accept(client, id).status, 200);
    }
}

on_both! {
    fn who_needs_other_care_is_offered_what_fits_that(server) {
        let client = &server.waiting()[0];
        let id = server.responded(HAVEN, client);
        step(server, client, &json!({"stap": "ander-product", "product": "45A13", "reden": "hulpvraag"}));
        assert_eq!(status(server, TOEGANG, client), "wachtend");
        assert_eq!(became(server, HAVEN, id), ("afgewezen".into(), "andere-hulpvraag".into()));
        assert_eq!(server.accept(client, id).status, 409, "what was offered was for other care");
        let chased = || chase(&mut server.connection(), now(), URL).expect("a database");
        assert_eq!((chased(), chased()), (1, 0));
        assert_eq!(mailed(server, HAVEN.0, "de wachtende zoekt nu andere zorg"), 1);
    }
}

on_both! {
    fn a_child_that_moves_is_told_there_and_is_out_of_sight_here(server) {
        let clients = server.waiting();
        let (agreed, weighed) = (&clients[0], &clients[1]);
        server.execute(&format!(
            "UPDATE contract SET municipality_id = (SELECT id FROM municipality WHERE code = 'GM0243') \
             WHERE product_id = (SELECT id FROM product WHERE code = '{PRODUCT}')"
        ));
        let (accepted, open) = (server.responded(HAVEN, agreed), server.responded(BAKENZAND, weighed));
        assert_eq!(server.accept(agreed, accepted).status, 200);
        let moves = json!({"stap": "verhuizen", "gemeente": "GM0233", "reden": "verhuizing"});
        for client in [agreed, weighed] {
            step(server, client, &moves);
        }

        assert_eq!(mailed(server, ERMELO, "is verhuisd naar Ermelo en staat nu op uw lijst"), 2);
        assert_eq!(mailed(server, TOEGANG, "is verhuisd naar Ermelo"), 0);
        let points = of_client(server, ERMELO, weighed)["wachtende"]["aandacht"].to_string();
        assert!(points.contains("\"verhuisd\""), "{points}");
        let later = server.start_later(Duration::days(15));
        let points = of_client(&later, ERMELO, weighed)["wachtende"]["aandacht"].to_string();
        assert!(!points.contains("\"verhuisd\""), "{points}");

        // The contract is as it was, and goes for where the child lived.
        assert_eq!(end(server), 2);
        assert_eq!(became(server, HAVEN, accepted), ("niet-doorgegaan".into(), "andere-gemeente".into()));
        assert_eq!(became(server, BAKENZAND, open), ("afgewezen".into(), "andere-gemeente".into()));
        assert_eq!((mailed(server, ERMELO, "geen contract voor"), mailed(server, ERMELO, "is beëindigd")), (2, 0));

        let before = server.visitor(TOEGANG);
        let code = agreed.code.to_string();
        let list = before.get("/aanmeldingen").body;
        assert!(!list.contains(&code) && list.contains(&clients[2].code.to_string()), "{list}");
        assert_eq!(before.get(&format!("/wachtlijst/{code}/code")).status, 404);
        assert_eq!(before.get(&format!("/wachtlijst/{}/code", clients[2].code)).status, 200);
        let there = server.visitor(ERMELO).get(&format!("/wachtlijst/{code}")).body;
        assert!(there.contains("De aanbieder heeft geen contract voor de nieuwe gemeente"), "{there}");
    }
}

on_both! {
    fn who_wants_a_provider_that_closes_everywhere_needs_another(server) {
        let client = &server.waiting()[0];
        server.execute(&format!(
            "INSERT INTO waiting_client_provider (client_id, provider_id, wish, rank) SELECT {}, id, 'gewenst', 1 FROM provider WHERE agb = '{}'",
            client.id, BAKENZAND.1
        ));
        let listed = || server.user(TOEGANG).get("/v1/herplaatsingen").json();
        let closes = |day: &str, only: &str| server.execute(&format!(
            "UPDATE offer SET closes_on = {day} WHERE product_id = (SELECT id FROM product WHERE code = '{PRODUCT}') \
             AND provider_id = (SELECT id FROM provider WHERE agb = '{}') {only}",
            BAKENZAND.1
        ));
        // One of its two locations stays.
        closes("'2027-01-01'", &format!("AND id = {}", server.offer_with_place(BAKENZAND.1)));
        assert_eq!(listed()["paginering"]["totaal"], 0);
        closes("'2027-01-01'", "");
        let list = listed();
        let row = &list["herplaatsingen"][0];
        assert_eq!((&row["situatie"], &row["oorzaak"], &row["laatsteDag"]), (&json!("gewenst"), &json!("sluiting"), &json!("2026-12-31")), "{list}");
        closes("'2027-09-01'", "");
        assert_eq!(listed()["paginering"]["totaal"], 0);
    }
}

/// Bridging care of a client by De Haven, written down today.
fn bridged(server: &TestServer, client: &WaitingClient, product: &str, starts_on: NaiveDate) -> (i64, i32) {
    use beschikbaarheidswijzer::db::schema::{product as products, provider};
    let mut conn = server.connection();
    let provider_id = provider::table.filter(provider::agb.eq(HAVEN.1)).select(provider::id).first(&mut conn);
    let product_id = products::table.filter(products::code.eq(product)).select(products::id).first(&mut conn);
    let draft = BridgingDraft {
        provider_id: provider_id.expect("a provider"),
        product_id: product_id.expect("a product"),
        offer_ids: vec![server.offer_with_place(HAVEN.1)],
        cause: "gevraagd",
        starts_on,
        note: None,
    };
    let actor = server.actor(TOEGANG);
    // De Haven has places enough.
    server.execute("UPDATE offer SET free_places = 9, total_places = NULL WHERE free_places > 0");
    let care = bridging::actions::start(&mut conn, &actor, now(), URL, client.code.as_str(), draft)
        .expect("started");
    (care.id, care.version)
}

on_both! {
    fn bridging_care_counts_on_the_days_it_is_given(server) {
        let client = &server.waiting()[0];
        let today: NaiveDate = "2026-11-21".parse().expect("a day");
        let is_bridged = |server: &TestServer| of_client(server, TOEGANG, client)["wachtende"]["overbrugging"].clone();
        let stop = |(id, version): (i64, i32), on: NaiveDate| {
            let reason = Reason::new(EndBridgingReason::FamilyStops, None).expect("a reason");
            let change = Change::End { on, reason };
            let (mut conn, actor) = (server.connection(), server.actor(TOEGANG));
            bridging::actions::change(&mut conn, &actor, now(), URL, client.code.as_str(), (id, version), change).expect("ended");
        };
        let planned = bridged(server, client, "41A02", today + Days::new(10));
        assert_eq!(is_bridged(server), false, "it is planned");
        assert_eq!(is_bridged(&server.start_later(Duration::days(10))), true);
        let first = bridged(server, client, "43A11", today);
        assert_eq!(is_bridged(server), true);
        stop(first, today + Days::new(3));
        assert_eq!(is_bridged(server), true, "it ends later");
        assert_eq!(is_bridged(&server.start_later(Duration::days(4))), false, "between the two");
        let second = bridged(server, client, "45A13", today);
        stop(planned, today + Days::new(10));
        assert_eq!(is_bridged(&server.start_later(Duration::days(11))), true, "the end of one leaves the other");
        stop(second, today + Days::new(20));
        let lines = server.visitor(TOEGANG).get(&format!("/wachtlijst/{}", client.code)).body;
        assert!(lines.contains("Het gezin stopt ermee") && !lines.contains("gezin-stopt"), "{lines}");
    }
}

/// Ends bridging care after a day.
fn stop_bridging(server: &TestServer, client: &WaitingClient, key: (i64, i32), on: NaiveDate) {
    let reason = Reason::new(EndBridgingReason::FamilyStops, None).expect("a reason");
    let (mut conn, actor, change) = (server.connection(), server.actor(TOEGANG), Change::End { on, reason });
    bridging::actions::change(&mut conn, &actor, now(), URL, client.code.as_str(), key, change)
        .expect("ended");
}

/// How often a child is among those whom De Haven helps.
fn helped_by_haven(server: &TestServer, client: &WaitingClient) -> usize {
    let own = server.user(HAVEN.0).get("/v1/reacties").json();
    let code = client.code.to_string();
    own["hulp"].as_array().expect("a list").iter().filter(|one| one["wachtende"] == code).count()
}

fn reserved(server: &TestServer) -> i64 {
    use beschikbaarheidswijzer::db::schema::{offer, provider};
    let rows: Vec<i32> = offer::table
        .inner_join(provider::table)
        .filter(provider::agb.eq(HAVEN.1))
        .select(offer::reserved_places)
        .load(&mut server.connection())
        .expect("offers");
    rows.into_iter().map(i64::from).sum()
}

on_both! {
    fn bridging_care_called_off_before_it_began_is_no_help_that_started(server) {
        server.execute(&format!("INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon) SELECT id, FALSE, TRUE FROM product WHERE code = '{PRODUCT}'"));
        let draft = RegistrationDraft { decided_on: "2026-11-18".parse().ok(), ..client_for("GM0243") };
        let actor = server.actor(TOEGANG);
        let client = db::write(&mut server.connection(), |conn| register(conn, &actor, now(), draft)).expect("registered");
        let day: NaiveDate = "2026-11-27".parse().expect("a day");
        let care = bridged(server, &client, "41A02", day);
        let (on_the_day, later) = (server.start_later(Duration::days(6)), server.start_later(Duration::days(14)));
        let norm_passed = || of_client(&later, TOEGANG, &client)["wachtende"]["aandacht"].to_string().contains("norm-voorbij");
        let is_bridged = || of_client(&on_the_day, TOEGANG, &client)["wachtende"]["overbrugging"].clone();
        assert_eq!((norm_passed(), is_bridged(), helped_by_haven(server, &client)), (false, json!(true), 1));
        stop_bridging(server, &client, care, day);
        assert_eq!((norm_passed(), is_bridged(), helped_by_haven(server, &client)), (true, json!(false), 0));
        let ids = [client.id];
        let count = bridging::actions::count(&mut server.connection(), &ids, day).expect("a count");
        assert_eq!(count.bridged, 0);
        assert_eq!(mailed(server, HAVEN.0, "zou geven voor de toegang van Harderwijk gaat niet door"), 1);
        let visitor = server.visitor(TOEGANG);
        assert!(visitor.get(&format!("/wachtlijst/{}/overbrugging", client.code)).body.contains("ging niet door"));
        let shown = server.user(TOEGANG).get(&format!("/v1/wachtenden/{}/overbruggingen/{}", client.code, care.0)).json();
        assert_eq!((&shown["einde"], &shown["nietDoorgegaan"]), (&json!("2026-11-27"), &json!(true)), "{shown}");
    }
}

on_both! {
    fn planned_bridging_care_is_called_off_when_the_child_leaves_the_list(server) {
        let client = &server.waiting()[0];
        let before = reserved(server);
        let day: NaiveDate = "2026-12-01".parse().expect("a day");
        bridged(server, client, "41A02", day);
        // Planned with its end.
        let second = bridged(server, client, "45A13", day);
        stop_bridging(server, client, second, day + Days::new(20));
        assert_eq!((reserved(server), helped_by_haven(server, client)), (before + 2, 2));
        let lines = server.audit_lines();
        step(server, client, &json!({"stap": "intrekken", "reden": "niet-meer-nodig"}));
        assert_eq!((reserved(server), helped_by_haven(server, client)), (before, 0));
        assert!(server.audit_lines() >= lines + 3, "the step, and each care");
        assert_eq!(mailed(server, HAVEN.0, "gaat niet door"), 2);
        let seen = of_client(server, TOEGANG, client);
        let line = seen["tijdlijn"].as_array().and_then(|lines| lines.last()).expect("a line");
        assert_eq!((&line["stap"], &line["reden"]), (&json!("overbrugging-beeindigd"), &json!("niet-meer-nodig")), "{seen}");
        assert_eq!(seen["wachtende"]["aandacht"], json!([]), "{seen}");
    }
}

on_both! {
    fn bridging_care_that_runs_on_after_the_list_is_told_and_shown_until_it_has_an_end(server) {
        let clients = server.waiting();
        let today: NaiveDate = "2026-11-21".parse().expect("a day");
        let (gone, placed) = (&clients[0], &clients[1]);
        let id = server.responded(BAKENZAND, placed);
        assert_eq!(server.accept(placed, id).status, 200);
        let care = bridged(server, gone, "45A13", today);
        bridged(server, placed, "45A13", today);
        let points = |client: &WaitingClient| of_client(server, TOEGANG, client)["wachtende"]["aandacht"].clone();
        assert!(!points(placed).to_string().contains("overbrugging-loopt"), "it waits for its care");
        step(server, gone, &json!({"stap": "intrekken", "reden": "niet-meer-nodig"}));
        assert_eq!(mailed(server, HAVEN.0, "staat niet meer op de wachtlijst"), 1);
        let started = server.user(BAKENZAND.0).post(&format!("/v1/reacties/{id}/start"), &json!({"gestartOp": "2026-11-21"}));
        assert_eq!(started.status, 200, "{}", started.body);
        assert_eq!(mailed(server, HAVEN.0, "De gevraagde zorg is gestart"), 1);
        for client in [gone, placed] {
            assert_eq!((points(client), helped_by_haven(server, client)), (json!(["overbrugging-loopt"]), 1));
        }
        let visitor = server.visitor(TOEGANG);
        let page = visitor.get(&format!("/wachtlijst/{}", gone.code)).body;
        assert!(page.contains("de overbruggingszorg loopt nog"), "{page}");
        assert!(visitor.get("/wachtlijst").body.contains("de overbruggingszorg loopt nog"));
        stop_bridging(server, gone, care, today + Days::new(3));
        assert_eq!((points(gone), helped_by_haven(server, gone)), (json!([]), 1), "it runs until then");
        assert_eq!(helped_by_haven(&server.start_later(Duration::days(4)), gone), 0);
    }
}

on_both! {
    fn help_that_began_in_time_keeps_to_the_norm_whenever_it_is_written_down(server) {
        server.execute(&format!("INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon) SELECT id, FALSE, TRUE FROM product WHERE code = '{PRODUCT}'"));
        let draft = RegistrationDraft { decided_on: "2026-11-01".parse().ok(), ..client_for("GM0243") };
        let actor = server.actor(TOEGANG);
        let client = db::write(&mut server.connection(), |conn| register(conn, &actor, now(), draft)).expect("registered");
        let norm_passed = || of_client(server, TOEGANG, &client)["wachtende"]["aandacht"].to_string().contains("norm-voorbij");
        assert!(norm_passed(), "nothing started within two weeks");
        bridged(server, &client, "41A02", "2026-11-15".parse().expect("a day"));
        assert!(!norm_passed(), "it started on the last day");
        assert_eq!(server.visitor(TOEGANG).get(&format!("/bemiddeling/{}", client.code)).status, 404, "the pages agree");
    }
}

on_both! {
    fn a_wait_ends_on_the_day_care_started_and_not_on_that_of_its_confirmation(server) {
        let client = &server.waiting()[0];
        let id = server.responded(HAVEN, client);
        assert_eq!(server.accept(client, id).status, 200);
        let later = server.start_later(Duration::days(14));
        let started = json!({"gestartOp": "2026-11-21"});
        assert_eq!(later.user(HAVEN.0).post(&format!("/v1/reacties/{id}/start"), &started).status, 200);
        // From 8 October it is 44 days, where the confirmation came after 58.
        assert_eq!(of_client(&later, TOEGANG, client)["wachtende"]["wekenGewacht"], 6);
    }
}

on_both! {
    fn a_municipality_counts_only_while_it_belongs_to_the_region(server) {
        let clients = server.waiting();
        let late = server.registered("GM0243");
        let (open, later) = (server.responded(HAVEN, &clients[0]), server.responded(BAKENZAND, &clients[1]));
        let haven = server.user(HAVEN.0);
        let listed = || haven.get("/v1/open-wachtlijst").json()["paginering"]["totaal"].clone();
        assert_eq!(listed(), 5);
        let mediated = || server.user("accountmanager-regio").get("/v1/bemiddelingen").json()["paginering"]["totaal"].clone();
        server.execute(&format!("UPDATE waiting_client SET referred_on = '2026-01-02', decided_on = '2026-01-05', waiting_since = '2026-01-05' WHERE id = {}", late.id));
        let before = mediated().as_i64().expect("a count");
        let attention = || of_client(server, TOEGANG, &late)["wachtende"]["aandacht"].to_string();
        assert!(before >= 1 && !attention().contains("buiten-regio"));

        // The region's last day with Harderwijk was yesterday, and Ermelo comes tomorrow.
        server.execute(
            "UPDATE region_municipality SET valid_until = '2026-11-20' WHERE municipality_id = (SELECT id FROM municipality WHERE code = 'GM0243'); \
             UPDATE region_municipality SET valid_from = '2026-11-22' WHERE municipality_id = (SELECT id FROM municipality WHERE code = 'GM0233')",
        );
        server.publish(now() + Duration::minutes(1));
        assert_eq!(listed(), 0, "nobody is shown who no provider can take under a contract of the region");
        assert_eq!(mediated(), before - 1);
        assert!(attention().contains("buiten-regio"), "the toegang sees why: {}", attention());
        assert_eq!(server.accept(&clients[0], open).status, 409);
        let toegang = server.user(TOEGANG);
        let new = json!({
            "gemeente": "GM0243", "leeftijd": 12, "product": PRODUCT, "verwijzer": "huisarts", "verwezenOp": "2026-11-02",
            "urgentie": "regulier", "maatregel": false, "tochAanmelden": true,
        });
        assert_eq!(toegang.post("/v1/wachtenden", &new).clashing_fields(), ["gemeente"]);
        let moves = |to: &str| toegang.post(&format!("/v1/wachtenden/{}/stappen", late.code), &json!({"stap": "verhuizen", "gemeente": to, "reden": "verhuizing"}));
        assert_eq!(moves("GM0233").clashing_fields(), ["gemeente"], "not before tomorrow");
        // What is known of who is on the list can still be put right.
        let path = format!("/v1/wachtenden/{}", late.code);
        let version = toegang.get(&path).header("etag").expect("a version").to_owned();
        let facts = json!({"leeftijd": 12, "verwijzer": "huisarts", "verwezenOp": "2026-01-02", "urgentie": "regulier", "maatregel": false});
        let changed = toegang.put_version(&path, &version, &facts);
        assert_eq!(changed.status, 200, "{}", changed.body);
        server.execute("UPDATE response SET opened_at = '2026-11-19 09:00:00'");
        assert_eq!(end(server), 2, "what was offered ends with the membership");
        assert_eq!([became(server, HAVEN, open).1, became(server, BAKENZAND, later).1], ["geen-contract", "geen-contract"]);
        assert_eq!(moves("GM0302").status, 200, "a municipality that belongs to it");
    }
}

on_both! {
    fn a_municipality_can_buy_one_segment_with_the_region_and_another_elsewhere(server) {
        server.execute(&format!(
            "UPDATE region_municipality SET segment_id = (SELECT segment_id FROM product WHERE code = '{PRODUCT}' AND region_id = \
               (SELECT id FROM region WHERE code = 'noord-veluwe')) \
             WHERE municipality_id = (SELECT id FROM municipality WHERE code = 'GM0243')"
        ));
        let register = |product: &str| {
            let new = json!({
                "gemeente": "GM0243", "leeftijd": 12, "product": product, "verwijzer": "huisarts", "verwezenOp": "2026-11-02",
                "urgentie": "regulier", "maatregel": false, "tochAanmelden": true,
            });
            server.user(TOEGANG).post("/v1/wachtenden", &new)
        };
        assert_eq!(register(PRODUCT).status, 201);
        let elsewhere = register("43A11");
        assert!(elsewhere.status == 409 && elsewhere.body.contains("niet-voor-gemeente"), "{}", elsewhere.body);
    }
}

/// The points of attention of a client, as the toegang reads them.
fn points(server: &TestServer, client: &WaitingClient) -> String {
    of_client(server, TOEGANG, client)["wachtende"]["aandacht"].to_string()
}

on_both! {
    fn who_comes_of_age_is_told_of_once_and_a_plan_that_was_made_is_asked_for_no_more(server) {
        let client = server.waiting().remove(0);
        // Registered at 15, and 16 since 1 October at the earliest.
        server.execute(&format!(
            "UPDATE waiting_client SET birth_quarter = 20104, registered_at = '2026-09-01 10:00:00' WHERE id = {}", client.id
        ));
        let tell = |at: &str| {
            let at: DateTime<Utc> = at.parse().expect("a moment");
            tell_of_ages(&mut server.connection(), at, URL).expect("a database")
        };
        let mails = || server.mails().into_iter().filter(|(_, text)| text.contains("op weg naar 18") || text.contains("bereikte een leeftijd")).collect::<Vec<_>>();
        let mailed_before = mails().len();
        assert_eq!((tell("2026-11-21T10:00:00Z"), tell("2026-11-21T10:00:00Z")), (1, 0), "once");
        let mail = mails().pop().expect("a mail");
        assert!(mails().len() > mailed_before && mail.1.contains(&client.code.to_string()) && !mail.1.contains("16 jaar"), "{mail:?}");
        let lines = || of_client(server, TOEGANG, &client)["tijdlijn"].to_string();
        assert!(lines().contains("leeftijd-bereikt") && lines().contains("perspectiefplan"), "{}", lines());
        assert!(points(server, &client).contains("perspectiefplan"));

        let facts = |plan: Option<&str>| {
            let mut facts = json!({"geboortejaar": 2010, "geboortekwartaal": 4, "verwijzer": "gemeentelijke-toegang", "verwezenOp": "2026-10-01", "beschikkingOp": "2026-10-08", "urgentie": "regulier", "maatregel": false});
            facts["perspectiefplanOp"] = json!(plan);
            facts
        };
        let toegang = server.user(TOEGANG);
        let path = format!("/v1/wachtenden/{}", client.code);
        let version = toegang.get(&path).header("etag").expect("a version").to_owned();
        assert_eq!(toegang.put_version(&path, &version, &facts(Some("2026-12-31"))).clashing_fields(), ["perspectiefplanOp"], "still to come");
        let made = toegang.put_version(&path, &version, &facts(Some("2026-11-20")));
        assert_eq!(made.status, 200, "{}", made.body);
        let read = toegang.get(&path).body;
        assert!(read.contains("\"perspectiefplanOp\":\"2026-11-20\""), "{read}");
        assert!(!points(server, &client).contains("perspectiefplan"), "{}", points(server, &client));
        let page = server.visitor(TOEGANG).get(&format!("/wachtlijst/{}", client.code)).body;
        assert!(page.contains("Perspectiefplan gemaakt op") && page.contains("Leeftijd bereikt"), "{page}");
        // Half a year before 18, and 18, each once; what lies long behind is no news.
        assert_eq!((tell("2028-04-02T10:00:00Z"), tell("2028-04-03T10:00:00Z")), (1, 0));
        assert_eq!((tell("2028-10-02T10:00:00Z"), tell("2028-10-03T10:00:00Z")), (1, 0));
        assert!(lines().contains("de jeugdhulp stopt"), "{}", lines());
        server.execute("DELETE FROM waiting_client_age_notice");
        assert_eq!(tell("2029-06-01T10:00:00Z"), 0);
    }
}

on_both! {
    fn a_product_that_ends_with_nothing_in_its_place_asks_for_attention(server) {
        let client = server.waiting().remove(0);
        let ends = || points(server, &client).contains("product-loopt-af");
        assert!(!ends());
        server.execute("UPDATE product SET valid_until = '2026-12-31' WHERE code = '45A12'");
        assert!(ends());
        server.execute("INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon, successor_id) SELECT old.id, FALSE, FALSE, new.id FROM product old, product new WHERE old.code = '45A12' AND new.code = '45A13'");
        assert!(!ends(), "who waits for it comes to wait for the other");
    }
}

on_both! {
    fn a_child_that_becomes_urgent_is_answered_for_sooner_and_no_provider_can_tell(server) {
        let client = server.waiting().remove(0);
        let id = server.responded(HAVEN, &client);
        let terms = || -> (chrono::NaiveDateTime, chrono::NaiveDateTime) {
            response::table.find(id).select((response::answer_by, response::expect_by)).first(&mut server.connection()).expect("a response")
        };
        let before = terms();
        let haven = server.user(HAVEN.0);
        let seen = || {
            let answer = haven.get(&format!("/v1/reacties/{id}"));
            (answer.header("etag").map(str::to_owned), answer.json())
        };
        let shown = seen();
        let (toegang, path) = (server.user(TOEGANG), format!("/v1/wachtenden/{}", client.code));
        let change = |urgency: &str| {
            let version = toegang.get(&path).header("etag").expect("a version").to_owned();
            let facts = json!({"geboortejaar": 2014, "geboortekwartaal": 2, "verwijzer": "gemeentelijke-toegang", "verwezenOp": "2026-10-01", "beschikkingOp": "2026-10-08", "urgentie": urgency, "maatregel": false});
            assert_eq!(toegang.put_version(&path, &version, &facts).status, 200);
        };
        change("urgent");
        let urgent = terms();
        assert!(urgent.0 < before.0, "{urgent:?} {before:?}");
        assert_eq!((urgent.1, seen()), (before.1, shown), "what the provider reads");
        change("regulier");
        assert_eq!(terms(), urgent, "a term is never put back");
    }
}

on_both! {
    fn a_question_without_an_answer_is_seen_and_reminded_of_once(server) {
        let client = server.waiting().remove(0);
        let id = server.responded(HAVEN, &client);
        let (provider, toegang) = (server.user(HAVEN.0), server.user(TOEGANG));
        let own_list = || {
            let on_page = server.visitor(HAVEN.0).get("/reacties").body.contains("Vraag open");
            let told = server.user(HAVEN.0).get("/v1/reacties").json()["vraagOpen"].clone();
            assert_eq!(told, if on_page { json!([id]) } else { json!([]) });
            on_page
        };
        assert!(!points(server, &client).contains("vraag-open") && !own_list());
        let asked = provider.post(&format!("/v1/reacties/{id}/vragen"), &json!({"vraag": "beschikking"}));
        assert_eq!(asked.status, 201, "{}", asked.body);
        assert!(points(server, &client).contains("vraag-open") && !own_list(), "who asked has nothing to do");
        let weighed = TestServer::weigh_path(&client, id, "vragen");
        assert_eq!(toegang.post(&weighed, &json!({"vraag": "eerder-starten"})).status, 201);
        assert!(own_list());

        // The toegang answers for an urgent child within a working day; the provider has the usual five for every child.
        server.execute(&format!("UPDATE waiting_client SET urgency = 'urgent' WHERE id = {}", client.id));
        let at = |at: &str| {
            let at: DateTime<Utc> = at.parse().expect("a moment");
            remind(&mut server.connection(), at, URL).expect("a database")
        };
        let reminded = |words: &str| server.mails().into_iter().filter(|(_, text)| text.contains(words)).count();
        assert_eq!((at("2026-11-23T15:59:00Z"), at("2026-11-23T16:00:01Z"), at("2026-11-23T16:00:01Z")), (0, 1, 0));
        assert_eq!((reminded("De Haven Jeugdhulp wacht op uw antwoord op een vraag"), reminded("De toegang wacht op uw antwoord")), (1, 0));
        assert_eq!((at("2026-11-27T15:59:00Z"), at("2026-11-27T16:00:01Z"), at("2026-11-30T16:00:01Z")), (0, 1, 0));
        assert_eq!(reminded("De toegang wacht op uw antwoord"), 1);
        let mine = provider.get(&format!("/v1/reacties/{id}/vragen")).json()["vragen"][0]["id"].clone();
        let answered = toegang.post(&format!("{weighed}/{mine}/antwoord"), &json!({"antwoord": "telefonisch"}));
        assert_eq!(answered.status, 200, "{}", answered.body);
        assert!(!points(server, &client).contains("vraag-open") && own_list());
    }
}
