//! Responses: the open list, responding, weighing, and what follows.

use beschikbaarheidswijzer::db::schema::{offer, pair_outcome, placement, response, waiting_client};
use beschikbaarheidswijzer::matching::runs::chasing::chase_questions;
use beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient;
use beschikbaarheidswijzer::waiting_list::responses::chasing::{chase, end_without_contract};
use beschikbaarheidswijzer::waiting_list::responses::erasing::erase_of_stripped;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::waiting::{BAKENZAND, HAVEN, PRODUCT, TOEGANG};
use crate::support::{Answer, TestServer, now};

const URL: &str = "https://jeugdhulp.example";

fn status_of(server: &TestServer, client: &WaitingClient) -> String {
    waiting_client::table
        .find(client.id)
        .select(waiting_client::status)
        .first(&mut server.connection())
        .expect("a client")
}

fn response_status(server: &TestServer, id: i64) -> String {
    response::table.find(id).select(response::status).first(&mut server.connection()).expect("a response")
}

fn reserved(server: &TestServer, offer_id: i64) -> i32 {
    offer::table
        .find(offer_id)
        .select(offer::reserved_places)
        .first(&mut server.connection())
        .expect("an offer")
}

/// The fields that clash with what is there.
fn clashes(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 409, "{}", answer.body);
    let fields = answer.json()["fouten"].as_array().cloned().unwrap_or_default();
    fields.iter().map(|field| field["veld"].as_str().unwrap_or_default().to_owned()).collect()
}

fn chase_at(server: &TestServer, at: &str) -> usize {
    let at: DateTime<Utc> = at.parse().expect("a time");
    chase(&mut server.connection(), at, URL).expect("a database")
}

fn mailed(server: &TestServer, to: &str) -> Vec<String> {
    let address = format!("{to}@jeugdhulp-noord-veluwe.example");
    server.mails().into_iter().filter(|(reader, _)| *reader == address).map(|(_, text)| text).collect()
}

on_both! {
    fn providers_see_who_waits_for_their_product_without_seeing_who_it_is(server) {
        let clients = server.waiting();
        let list = server.user(HAVEN.0).get("/v1/open-wachtlijst").json();
        assert_eq!(list["paginering"]["totaal"], 5);
        let first = &list["wachtenden"][0];
        assert_eq!(first["product"]["code"], PRODUCT);
        assert_eq!(first["gemeente"]["code"], "GM0243", "five share it");
        assert_eq!(first["leeftijd"], json!({"vanaf": 12, "totEnMet": 12, "tekst": "12 jaar"}));
        assert_eq!(first["verwezen"], "verwezen in oktober 2026");
        for client in &clients {
            assert!(!list.to_string().contains(client.code.as_str()) && !list.to_string().contains(&client.code.to_string()));
        }
        // Without a contract for the product there is nothing, and one child fewer than five is nobody.
        let other = server.user("aanbieder-praktijk-groei").get("/v1/open-wachtlijst").json();
        assert_eq!((&other["paginering"]["totaal"], &other["wachtenden"]), (&json!(0), &json!([])));
        server.execute(&format!("UPDATE waiting_client SET status = 'ingetrokken', closed_at = registered_at WHERE id = {}", clients[0].id));
        assert_eq!(server.user(HAVEN.0).get("/v1/open-wachtlijst").json()["paginering"]["totaal"], 5, "published is published");
        server.publish(now() + Duration::hours(1));
        assert_eq!(server.user(HAVEN.0).get("/v1/open-wachtlijst").json()["paginering"]["totaal"], 0);
    }
}

on_both! {
    fn filters_work_on_what_is_shown(server) {
        server.waiting();
        // A sixth from elsewhere shows no municipality: it is fewer than five by itself. One of the five keeps it company.
        server.execute(&format!("UPDATE waiting_client SET municipality_id = (SELECT id FROM municipality WHERE code = 'GM0302') WHERE id = {}", server.registered("GM0243").id));
        server.publish(now() + Duration::hours(1));
        let provider = server.user(HAVEN.0);
        let total = |query: &str| provider.get(&format!("/v1/open-wachtlijst?{query}")).json()["paginering"]["totaal"].clone();
        assert_eq!((total(""), total("gemeente=GM0302"), total("gemeente=GM0243")), (json!(6), json!(0), json!(0)));
        assert_eq!((total("leeftijd=12"), total("leeftijd=13"), total("product=45A12")), (json!(6), json!(0), json!(6)));
        assert_eq!((total("product=52A01"), total("product=99Z99"), total("nieuw=true")), (json!(0), json!(0), json!(6)));
        assert_eq!(provider.get("/v1/open-wachtlijst?sorteer=code&leeftijd=x").wrong_fields(), ["leeftijd", "sorteer"]);
    }
}

on_both! {
    fn handles_are_new_with_every_publication_and_tell_nothing_else(server) {
        let clients = server.waiting();
        let before = server.handle_of(&clients[0]);
        server.publish(now() + Duration::minutes(1));
        assert_ne!(server.handle_of(&clients[0]), before);
        // A page that was open is still good; after another publication it is not.
        let body = |handle: &str| json!({"wachtende": handle, "aanbod": server.offer_with_place(HAVEN.1), "startOp": "2026-12-01", "geldigTot": "2026-12-15"});
        server.publish(now() + Duration::minutes(2));
        let gone = server.user(HAVEN.0).post("/v1/reacties", &body(&before));
        let never = server.user(HAVEN.0).post("/v1/reacties", &body("0000000000000001"));
        let elsewhere = server.user("aanbieder-praktijk-groei").post("/v1/reacties", &body(&server.handle_of(&clients[0])));
        for answer in [&gone, &never, &elsewhere] {
            assert_eq!((answer.status, answer.json()["detail"].clone()), (404, json!("Deze wachtende bestaat niet.")));
        }
    }
}

on_both! {
    fn a_version_read_before_a_place_was_given_away_or_back_is_old(server) {
        let clients = server.waiting();
        let (offer, response) = (server.offer_with_place(HAVEN.1), server.responded(HAVEN, &clients[0]));
        let (path, provider) = (format!("/v1/aanbod/{offer}"), server.user(HAVEN.0));
        let version = || provider.get(&path).header("etag").expect("a version").to_owned();
        let before = version();
        assert_eq!(server.accept(&clients[0], response).status, 200);
        let told = provider.put_version(&path, &before, &json!({"plekkenVrij": 1}));
        assert_eq!((told.status, &told.json()["huidig"]["plekkenVrij"], &told.json()["huidig"]["status"]), (409, &json!(0), &json!("wachtlijst")));
        assert_eq!(reserved(server, offer), 1);
        let promised = version();
        let ended = provider.post(&format!("/v1/reacties/{response}/niet-gestart"), &json!({"reden": "plek-vervallen"}));
        assert_eq!((ended.status, reserved(server, offer)), (200, 0), "{}", ended.body);
        assert_eq!(provider.put_version(&path, &promised, &json!({"plekkenVrij": 0})).status, 409);
    }
}

on_both! {
    fn a_response_is_accepted_and_the_others_end(server) {
        let clients = server.waiting();
        let client = &clients[0];
        let (haven, bakenzand) = (server.responded(HAVEN, client), server.responded(BAKENZAND, client));
        assert_eq!(status_of(server, client), "in-behandeling");
        let told = mailed(server, TOEGANG);
        assert_eq!(told.len(), 2);
        assert!(told[0].contains(&format!("De Haven Jeugdhulp reageerde op wachtende {}", client.code)), "{}", told[0]);
        let own = server.user(HAVEN.0).get(&format!("/v1/reacties/{haven}")).json();
        assert_eq!((&own["status"], &own["wachtende"], &own["neemtPlek"]), (&json!("open"), &Value::Null, &json!(true)));
        // Five working days from a Saturday: the next Friday, at the end of the day.
        assert_eq!(own["antwoordVoor"], "2026-11-27T16:00:00Z");
        let all = server.user(TOEGANG).get(&format!("/v1/wachtenden/{}/reacties", client.code)).json();
        assert_eq!(all["reacties"].as_array().map(Vec::len), Some(2));
        let offer_id = all["reacties"].as_array().into_iter().flatten().find(|one| one["id"] == haven).expect("it")["aanbod"]["id"].as_i64().expect("a number");
        let accepted = server.accept(client, haven);
        assert_eq!((accepted.status, accepted.json()["status"].clone()), (200, json!("geaccepteerd")), "{}", accepted.body);
        assert_eq!((status_of(server, client), response_status(server, bakenzand)), ("geaccepteerd".into(), "door-ander-geplaatst".into()));
        assert_eq!(reserved(server, offer_id), 1);
        assert!(mailed(server, HAVEN.0)[0].contains("accepteerde uw reactie"));
        assert!(mailed(server, BAKENZAND.0)[0].contains("door ander geplaatst"));
        assert!(!mailed(server, HAVEN.0)[0].contains(&client.code.to_string()), "no code in a mail to a provider");
        let own = server.user(HAVEN.0).get(&format!("/v1/reacties/{haven}")).json();
        assert_eq!(own["wachtende"], client.code.to_string(), "the code comes with the agreement");
        // Care starts.
        let start = |day: &str| server.user(HAVEN.0).post(&format!("/v1/reacties/{haven}/start"), &json!({"gestartOp": day}));
        assert_eq!(clashes(&start("2026-11-22")), ["gestartOp"]);
        assert_eq!(clashes(&start("2026-11-20")), ["gestartOp"]);
        assert_eq!((start("2026-11-21").status, start("2026-11-21").status), (200, 409));
        assert_eq!(status_of(server, client), "geplaatst");
        assert!(mailed(server, TOEGANG)[2].contains("startte op 21 november 2026"));
    }
}

on_both! {
    fn care_that_does_not_start_brings_the_child_back_with_its_own_date(server) {
        let clients = server.waiting();
        let client = &clients[0];
        let id = server.responded(HAVEN, client);
        let offer_id = server.offer_with_place(HAVEN.1);
        assert_eq!(server.accept(client, id).status, 200);
        let answer = server.user(HAVEN.0).post(&format!("/v1/reacties/{id}/niet-gestart"), &json!({"reden": "plek-vervallen"}));
        assert_eq!((answer.status, answer.json()["status"].clone()), (200, json!("niet-doorgegaan")), "{}", answer.body);
        assert_eq!((status_of(server, client), reserved(server, offer_id)), ("wachtend".into(), 0));
        let since: chrono::NaiveDate = waiting_client::table.find(client.id).select(waiting_client::waiting_since).first(&mut server.connection()).expect("a client");
        assert_eq!(since, client.life.waiting_since());
        let ended: Option<chrono::NaiveDateTime> = placement::table.filter(placement::response_id.eq(id)).select(placement::ended_at).first(&mut server.connection()).expect("a placement");
        assert!(ended.is_some());
        // The place and the child are free for another.
        server.responded(HAVEN, client);
    }
}

on_both! {
    fn a_decline_has_a_reason_and_a_consequence(server) {
        let clients = server.waiting();
        let decline = |client: &WaitingClient, id: i64, body: Value| server.user(TOEGANG).post(&TestServer::weigh_path(client, id, "afwijzing"), &body);
        let id = server.responded(HAVEN, &clients[0]);
        assert_eq!(decline(&clients[0], id, json!({"reden": "geen"})).wrong_fields(), ["reden"]);
        assert_eq!(clashes(&decline(&clients[0], id, json!({"reden": "anders"}))), ["toelichting"]);
        assert_eq!(decline(&clients[0], id, json!({"reden": "niet-passend", "toelichting": "bel 06-12345678"})).clashing_fields(), ["toelichting"]);
        assert_eq!(clashes(&decline(&clients[0], id, json!({"reden": "geen-capaciteit"}))), ["parkerenTot"]);
        let answer = decline(&clients[0], id, json!({"reden": "niet-passend", "toelichting": "de groep is te jong"}));
        assert_eq!((answer.status, status_of(server, &clients[0])), (200, "wachtend".into()), "{}", answer.body);
        assert!(mailed(server, HAVEN.0)[0].contains("wees uw reactie"));
        // They are not brought together again. What is published stays until the next publication.
        let again = server.respond(HAVEN, &clients[0]);
        assert!(again.status == 409 && again.body.contains("wees een eerdere reactie van u"), "{}", again.body);
        assert_eq!(server.user(HAVEN.0).get("/v1/open-wachtlijst").json()["paginering"]["totaal"], 5);
        assert_eq!(server.user(BAKENZAND.0).get("/v1/open-wachtlijst").json()["paginering"]["totaal"], 5);
        let id = server.responded(HAVEN, &clients[1]);
        assert_eq!(decline(&clients[1], id, json!({"reden": "geen-capaciteit", "parkerenTot": "2027-01-01"})).status, 200);
        let until: Option<chrono::NaiveDate> = pair_outcome::table.filter(pair_outcome::client_id.eq(clients[1].id)).select(pair_outcome::parked_until).first(&mut server.connection()).expect("an outcome");
        assert_eq!(until, "2027-01-01".parse().ok());
        let id = server.responded(HAVEN, &clients[2]);
        assert_eq!(decline(&clients[2], id, json!({"reden": "woonplaatsbeginsel"})).status, 200);
        server.responded(HAVEN, &clients[2]);
    }
}

on_both! {
    fn who_was_kept_apart_is_proposed_again_when_what_it_was_about_has_changed(server) {
        let clients = server.waiting();
        let toegang = server.user(TOEGANG);
        let apart = |client: &WaitingClient| -> bool {
            pair_outcome::table.filter(pair_outcome::client_id.eq(client.id)).count().get_result::<i64>(&mut server.connection()).expect("a count") > 0
        };
        let decline_for = |client: &WaitingClient, reason: &str| {
            let id = server.responded(HAVEN, client);
            assert_eq!(toegang.post(&TestServer::weigh_path(client, id, "afwijzing"), &json!({"reden": reason})).status, 200);
            assert!(apart(client));
        };
        let send = |client: &WaitingClient, method: &str, end: &str, body: &Value| {
            let path = format!("/v1/wachtenden/{}", client.code);
            let version = toegang.get(&path).header("etag").expect("a version").to_owned();
            let headers = [("Content-Type", "application/json"), ("If-Match", version.as_str())];
            let answer = toegang.send(method, &format!("{path}{end}"), &headers, body.to_string());
            assert_eq!(answer.status, 200, "{}", answer.body);
        };
        // Another need asks something else of a provider.
        decline_for(&clients[0], "niet-passend");
        send(&clients[0], "POST", "/stappen", &json!({"stap": "ander-product", "reden": "hulpvraag", "product": "45A13"}));
        assert!(!apart(&clients[0]));
        // Whom the toegang writes down as wanted is proposed, also when it declined by mistake.
        decline_for(&clients[1], "gezin-ziet-af");
        let facts = json!({
            "geboortejaar": 2014, "geboortekwartaal": 2, "verwijzer": "gemeentelijke-toegang", "verwezenOp": "2026-10-01",
            "beschikkingOp": "2026-10-08", "urgentie": "regulier", "maatregel": false, "gewensteAanbieders": [HAVEN.1]
        });
        send(&clients[1], "PUT", "", &facts);
        assert!(!apart(&clients[1]));
        server.responded(HAVEN, &clients[1]);
    }
}

on_both! {
    fn who_was_parked_comes_back_with_a_publication_and_not_between(server) {
        let clients = server.waiting();
        server.registered("GM0243");
        server.execute(&format!(
            "INSERT INTO pair_outcome (client_id, provider_id, outcome, parked_until, reason, at) \
             SELECT {}, id, 'geparkeerd', '2026-11-21', 'geen-capaciteit', '2026-11-21 08:00:00' FROM provider WHERE agb = '{}'",
            clients[0].id, HAVEN.1
        ));
        let seen = |server: &TestServer| server.user(HAVEN.0).get("/v1/open-wachtlijst").json()["paginering"]["totaal"].clone();
        server.publish(now() + Duration::minutes(1));
        assert_eq!(seen(server), 5);
        // After midnight, on the list of the day before: one more row than a moment ago would be this child.
        let later = server.start_later(Duration::hours(15));
        assert_eq!(seen(&later), 5);
        later.publish(now() + Duration::hours(15));
        assert_eq!(seen(&later), 6);
    }
}

on_both! {
    fn what_cannot_be_is_refused_in_words(server) {
        let clients = server.waiting();
        let offer_id = server.offer_with_place(HAVEN.1);
        let handle = server.handle_of(&clients[0]);
        let send = |change: Value| {
            let mut body = json!({"wachtende": handle, "aanbod": offer_id, "startOp": "2026-12-01", "geldigTot": "2026-12-15"});
            for (name, value) in change.as_object().expect("fields") {
                body[name] = value.clone();
            }
            server.user(HAVEN.0).post("/v1/reacties", &body)
        };
        assert_eq!(send(json!({"wachtende": "x", "aanbod": 0, "startOp": null, "geldigTot": "morgen", "meer": 1})).wrong_fields(), ["wachtende", "aanbod", "startOp", "geldigTot", "meer"]);
        assert_eq!(send(json!({"startOp": "2026-11-20", "geldigTot": "2027-12-01", "opmerking": "mail a@b.nl"})).clashing_fields(), ["opmerking", "startOp", "geldigTot"]);
        assert_eq!(send(json!({"aanbod": server.offer_with_place(BAKENZAND.1)})).status, 404, "of another");
        // What is the provider's own is told.
        server.execute(&format!("UPDATE offer SET min_age = 13, max_age = 17 WHERE id = {offer_id}"));
        assert!(send(json!({})).body.contains("niet voor de leeftijd die u ziet"), "twelve years is shown");
        server.execute(&format!("UPDATE offer SET min_age = NULL, max_age = NULL WHERE id = {offer_id}"));
        server.execute(&format!("UPDATE waiting_client SET hold_until = '2026-12-31', hold_reason = 'verzoek-gezin' WHERE id = {}", clients[0].id));
        assert!(send(json!({})).body.contains("staat niet meer op de lijst"));
        server.execute(&format!("UPDATE waiting_client SET hold_until = NULL, hold_reason = NULL WHERE id = {}", clients[0].id));
        assert_eq!(send(json!({})).status, 201);
        assert!(send(json!({})).body.contains("al een reactie"), "once at a time");
    }
}

on_both! {
    fn a_response_is_taken_back_and_others_cannot_touch_it(server) {
        let clients = server.waiting();
        let id = server.responded(HAVEN, &clients[0]);
        let path = format!("/v1/reacties/{id}");
        let reason = json!({"reden": "plek-vergeven"});
        for other in [format!("{path}/intrekking"), "/v1/reacties/999999/intrekking".to_owned()] {
            let answer = server.user(BAKENZAND.0).post(&other, &reason);
            assert_eq!((answer.status, answer.json()["detail"].clone()), (404, json!("Deze reactie bestaat niet.")));
        }
        assert_eq!(server.user(BAKENZAND.0).get(&path).status, 404);
        // Another toegang cannot see it, nor reach it through a client of its own.
        let other = server.user("toegang-ermelo");
        assert_eq!(other.get(&format!("/v1/wachtenden/{}/reacties", clients[0].code)).status, 404);
        assert_eq!(server.user(TOEGANG).post(&TestServer::weigh_path(&clients[1], id, "acceptatie"), &json!({"reden": "enige"})).status, 404);
        let answer = server.user(HAVEN.0).post(&format!("{path}/intrekking"), &reason);
        assert_eq!((answer.status, answer.json()["status"].clone()), (200, json!("ingetrokken")), "{}", answer.body);
        assert_eq!(status_of(server, &clients[0]), "wachtend");
        assert!(server.accept(&clients[0], id).body.contains("Ingetrokken"));
        let past = server.user(HAVEN.0).get("/v1/reacties?toon=afgelopen").json();
        assert_eq!((&past["paginering"]["totaal"], &past["reacties"][0]["reden"]), (&json!(1), &json!("plek-vergeven")));
        assert_eq!(server.user(HAVEN.0).get("/v1/reacties").json()["paginering"]["totaal"], 0);
    }
}

/// The product of some offers of De Haven, beside the one that children here wait for.
const OTHER_PRODUCT: &str = "45A11";

on_both! {
    fn the_decision_of_a_body_is_asked_for_the_product_that_is_given(server) {
        let clients = server.waiting();
        let needs_body = |code: &str| server.execute(&format!(
            "DELETE FROM waiting_product; INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon) \
             SELECT id, TRUE, FALSE FROM product WHERE code = '{code}'"
        ));
        // Both accept another product too, and De Haven offers them that.
        let offered_other = |client: &WaitingClient| {
            let id = server.responded(HAVEN, client);
            server.execute(&format!(
                "INSERT INTO waiting_client_alternative (client_id, product_id, rank) SELECT {}, id, 1 FROM product WHERE code = '{OTHER_PRODUCT}'; \
                 UPDATE response SET offer_id = (SELECT min(offer.id) FROM offer JOIN provider ON provider.id = offer.provider_id \
                 JOIN product ON product.id = offer.product_id WHERE provider.agb = '{}' AND product.code = '{OTHER_PRODUCT}') WHERE id = {id}",
                client.id, HAVEN.1
            ));
            id
        };
        let (first, second) = (offered_other(&clients[0]), offered_other(&clients[1]));
        needs_body(OTHER_PRODUCT);
        let refused = server.accept(&clients[0], first);
        assert!(refused.status == 409 && refused.body.contains("adviesorgaan"), "{}", refused.body);
        server.execute(&format!("UPDATE waiting_client SET body_decided_on = '2026-11-10' WHERE id = {}", clients[0].id));
        let taken = server.accept(&clients[0], first);
        assert_eq!(taken.status, 200, "{}", taken.body);
        // What is only wanted, and not given, needs nobody's decision.
        needs_body(PRODUCT);
        let taken = server.accept(&clients[1], second);
        assert_eq!(taken.status, 200, "{}", taken.body);
        let wanted = server.responded(HAVEN, &clients[2]);
        let refused = server.accept(&clients[2], wanted);
        assert!(refused.status == 409 && refused.body.contains("adviesorgaan"), "{}", refused.body);
    }
}

on_both! {
    fn a_stay_is_agreed_with_ambulant_help_and_a_team(server) {
        let clients = server.waiting();
        server.execute(&format!("UPDATE product SET kind = 'verblijf' WHERE code = '{PRODUCT}'"));
        server.execute(&format!("UPDATE waiting_client SET measure = TRUE WHERE id = {}", clients[1].id));
        server.execute("UPDATE offer SET free_places = 9, total_places = NULL WHERE free_places > 0");
        let [first, second, third] = [0, 1, 2].map(|one| server.responded(HAVEN, &clients[one]));
        let accept = |client: &WaitingClient, id: i64, more: Value| {
            let mut body = json!({"reden": "eerste-start"});
            for (name, value) in more.as_object().expect("fields") {
                body[name] = value.clone();
            }
            server.user(TOEGANG).post(&TestServer::weigh_path(client, id, "acceptatie"), &body)
        };
        assert_eq!(clashes(&accept(&clients[0], first, json!({}))), ["begeleider", "perspectiefteam"]);
        assert_eq!(accept(&clients[0], first, json!({"begeleider": "x", "reden": "y"})).wrong_fields(), ["reden", "begeleider", "perspectiefteam"]);
        assert_eq!(clashes(&accept(&clients[0], first, json!({"reden": "anders"}))), ["toelichting", "begeleider", "perspectiefteam"]);
        for elsewhere in ["98999999", "98990203"] {
            assert_eq!(clashes(&accept(&clients[0], first, json!({"begeleider": elsewhere, "perspectiefteam": "Jeugdteam Zuid"}))), ["begeleider"]);
        }
        assert_eq!(clashes(&accept(&clients[0], first, json!({"begeleider": BAKENZAND.1, "perspectiefteam": "mevrouw Jansen"}))), ["perspectiefteam"]);
        let page = server.visitor(TOEGANG).get(&format!("/wachtlijst/{}/reacties/{first}", clients[0].code)).body;
        assert!(page.contains("Wie geeft de ambulante hulp?") && page.contains("Team van de perspectiefregisseur"), "{page}");
        let agreed = accept(&clients[0], first, json!({"begeleider": BAKENZAND.1, "perspectiefteam": "Jeugdteam Zuid"}));
        assert_eq!(agreed.status, 200, "{}", agreed.body);
        let told = agreed.json();
        assert_eq!((&told["begeleider"], &told["perspectiefteam"]), (&json!("Bakenzand Jeugd en Gezin"), &json!("Jeugdteam Zuid")), "{told}");
        let own = server.user(HAVEN.0).get(&format!("/v1/reacties/{first}")).json();
        assert_eq!(own["begeleider"], "Bakenzand Jeugd en Gezin", "who gives the place knows with whom: {own}");
        let mail = mailed(server, BAKENZAND.0).pop().expect("a mail");
        assert!(mail.contains("De Haven Jeugdhulp") && mail.contains("ambulante hulp") && !mail.contains(&clients[0].code.to_string()), "{mail}");
        // With a measure there is no perspectiefregisseur; the help is always there.
        assert_eq!(clashes(&accept(&clients[1], second, json!({}))), ["begeleider"]);
        assert_eq!(accept(&clients[1], second, json!({"begeleider": HAVEN.1})).status, 200);
        // It goes with nothing else.
        server.execute(&format!("UPDATE product SET kind = 'ambulant' WHERE code = '{PRODUCT}'"));
        assert_eq!(clashes(&accept(&clients[2], third, json!({"begeleider": HAVEN.1}))), ["begeleider"]);
        assert_eq!(accept(&clients[2], third, json!({})).status, 200);
    }
}

on_both! {
    fn after_a_crisis_a_body_decides_afterwards(server) {
        let client = &server.waiting()[0];
        server.execute(&format!(
            "DELETE FROM waiting_product; INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon) SELECT id, TRUE, FALSE FROM product WHERE code = '{PRODUCT}'"
        ));
        let id = server.responded(HAVEN, client);
        let page = server.visitor(TOEGANG).get(&format!("/wachtlijst/{}/reacties/{id}", client.code)).body;
        assert!(page.contains("het adviesorgaan beslist achteraf"), "{page}");
        let path = TestServer::weigh_path(client, id, "acceptatie");
        let refused = server.user(TOEGANG).post(&path, &json!({"reden": "enige"}));
        assert!(refused.status == 409 && refused.body.contains("adviesorgaan"), "{}", refused.body);
        let taken = server.user(TOEGANG).post(&path, &json!({"reden": "enige", "naCrisis": true}));
        assert_eq!((taken.status, &taken.json()["naCrisis"]), (200, &json!(true)), "{}", taken.body);
        let seen = server.visitor(TOEGANG).get(&format!("/wachtlijst/{}", client.code)).body;
        assert!(seen.contains("De beslissing van het adviesorgaan ontbreekt"), "it is still asked for: {seen}");
    }
}

on_both! {
    fn whose_a_reason_to_decline_is_is_told_with_it(server) {
        let client = &server.waiting()[0];
        let toegang = server.user(TOEGANG);
        let list = toegang.get("/v1/redenen").json();
        let declines = list["lijsten"].as_array().and_then(|lists| lists.iter().find(|one| one["lijst"] == "reactie-afwijzen")).expect("the list").clone();
        let of = |code: &str| declines["redenen"].as_array().and_then(|all| all.iter().find(|one| one["code"] == code)).map(|one| one["hoortBij"].clone());
        assert_eq!([of("geen-capaciteit"), of("niet-passend"), of("afstand"), of("anders")], [Some(json!("capaciteit")), Some(json!("aanbieder")), Some(json!("wachtende")), Some(Value::Null)]);
        let id = server.responded(HAVEN, client);
        let declined = toegang.post(&TestServer::weigh_path(client, id, "afwijzing"), &json!({"reden": "geen-capaciteit", "parkerenTot": "2027-01-01"}));
        assert_eq!((declined.status, &declined.json()["redenVan"]), (200, &json!("capaciteit")), "{}", declined.body);
        for page in [
            server.visitor(HAVEN.0).get(&format!("/reacties/{id}")).body,
            server.visitor(TOEGANG).get(&format!("/wachtlijst/{}/reacties/{id}", client.code)).body,
        ] {
            assert!(page.contains("Waar het aan lag") && page.contains("De capaciteit"), "{page}");
        }
    }
}

on_both! {
    fn the_account_manager_sees_late_responses_of_all_providers_and_no_child(server) {
        let clients = server.waiting();
        server.execute(&format!("UPDATE waiting_client SET needs = 'autisme' WHERE id = {}", clients[0].id));
        server.execute("UPDATE offer SET free_places = 9, total_places = NULL WHERE free_places > 0");
        let list = |server: &TestServer| server.user("accountmanager-regio").get("/v1/late-reacties").json();
        let before = list(server);
        let count = |list: &Value| ["teLaat", "opgeschaald", "verlopen"].map(|name| list[name].as_u64().expect("a count"));
        server.responded(HAVEN, &clients[0]);
        server.responded(BAKENZAND, &clients[1]);
        assert_eq!(count(&list(server)), count(&before), "nothing of these is late yet");
        let ours = |list: &Value| -> Vec<Value> {
            let codes: Vec<String> = clients.iter().map(|client| client.code.to_string()).collect();
            let all = list["reacties"].as_array().cloned().unwrap_or_default();
            all.into_iter().filter(|one| codes.iter().any(|code| one["code"] == *code)).collect()
        };
        // Everything else is answered.
        server.execute(&format!("UPDATE response SET status = 'ingetrokken', ended_at = opened_at, told_at = opened_at WHERE client_id NOT IN ({}, {}) AND status = 'open'", clients[0].id, clients[1].id));
        chase_at(server, "2026-11-27T16:00:01Z");
        chase_at(server, "2026-11-30T16:00:02Z");
        let later = server.start_later(Duration::days(10));
        let shown = list(&later);
        let rows = ours(&shown);
        assert_eq!(rows.len(), 2, "{shown}");
        assert_eq!(rows.iter().map(|one| one["aanbieder"].clone()).collect::<Vec<_>>(), [json!("De Haven Jeugdhulp"), json!("Bakenzand Jeugd en Gezin")]);
        assert!(rows.iter().all(|one| one["opgeschaaldOp"].is_string() && one["gemeente"] == "Harderwijk" && one["bemiddeling"] == false), "{shown}");
        assert_eq!(count(&shown)[..2], [2, 2]);
        let page = later.visitor("accountmanager-regio").get("/late-reacties").body;
        assert!(page.contains(&clients[0].code.to_string()) && page.contains("Opgeschaald"), "{page}");
        for secret in ["utisme", "2014", "12 jaar"] {
            assert!(!page.contains(secret) && !shown.to_string().contains(secret), "{secret}");
        }
        let mail = mailed(server, "accountmanager-regio").pop().expect("a mail");
        assert!(mail.contains("/late-reacties"), "it leads there: {mail}");
        assert!(later.visitor("accountmanager-regio").get("/bemiddeling").body.contains("href=\"/late-reacties\""));
        for other in [TOEGANG, HAVEN.0, "expertteam-regio"] {
            assert_eq!(later.user(other).get("/v1/late-reacties").status, 403, "{other}");
        }
        // What ends without an answer is there for two weeks.
        chase_at(server, "2026-12-16T08:00:00Z");
        let lapsed = list(&server.start_later(Duration::days(26)));
        assert!(ours(&lapsed).iter().all(|one| one["verlopenOp"].is_string()) && ours(&lapsed).len() == 2, "{lapsed}");
        assert_eq!(ours(&list(&server.start_later(Duration::days(40)))).len(), 0);
    }
}

on_both! {
    fn a_response_is_chased_before_it_ends_and_its_end_is_told(server) {
        let clients = server.waiting();
        let respond = |client: &WaitingClient, until: &str| {
            let body = json!({
                "wachtende": server.handle_of(client), "aanbod": server.offer_with_place(HAVEN.1),
                "startOp": "2026-12-01", "geldigTot": until,
            });
            let made = server.user(HAVEN.0).post("/v1/reacties", &body);
            assert_eq!(made.status, 201, "{}", made.body);
            made.json()
        };
        // Valid until Tuesday, and until a Sunday: the last moment somebody works.
        let response = respond(&clients[0], "2026-11-24");
        assert_eq!(response["antwoordVoor"], "2026-11-24T16:00:00Z", "the provider is promised no later answer either");
        assert_eq!(respond(&clients[1], "2026-11-29")["antwoordVoor"], "2026-11-27T16:00:00Z");
        assert_eq!(chase_at(server, "2026-11-24T16:00:00Z"), 0);
        assert_eq!(chase_at(server, "2026-11-24T16:00:01Z"), 1);
        assert!(mailed(server, TOEGANG).iter().any(|mail| mail.contains("wacht op uw antwoord")));
        assert_eq!(chase_at(server, "2026-11-25T08:00:00Z"), 1, "it ends");
        let code = clients[0].code.to_string();
        let told = mailed(server, TOEGANG).pop().expect("a mail");
        assert!(told.contains("verliep zonder antwoord") && told.contains(&code), "{told}");
        let manager = mailed(server, "accountmanager-regio");
        assert!(manager.len() == 1 && manager[0].contains(&code) && manager[0].contains("niet op tijd beantwoord"), "nobody was asked to see to it before: {manager:?}");
        let later = server.start_later(Duration::days(4));
        let list = later.visitor(TOEGANG).get(&format!("/wachtlijst/{code}")).body;
        assert!(list.contains("Een reactie verliep zonder antwoord"), "{list}");
        let weighed = later.user(TOEGANG).get(&format!("/v1/wachtenden/{code}/reacties")).json();
        assert!(weighed["reacties"][0]["opgeschaaldOp"].is_string(), "{weighed}");
    }
}

on_both! {
    fn silence_is_chased_then_escalated_once_each(server) {
        let clients = server.waiting();
        let id = server.responded(HAVEN, &clients[0]);
        // In time, and in the weekend after: nothing more than what is due.
        assert_eq!(chase_at(server, "2026-11-27T15:59:00Z"), 0);
        assert_eq!((chase_at(server, "2026-11-27T16:00:01Z"), chase_at(server, "2026-11-27T16:00:01Z")), (1, 0));
        assert!(mailed(server, TOEGANG)[1].contains("wacht op uw antwoord"));
        assert_eq!(chase_at(server, "2026-11-29T12:00:00Z"), 0, "a Sunday is no working time");
        assert_eq!((chase_at(server, "2026-11-30T16:00:01Z"), chase_at(server, "2026-12-01T16:00:01Z")), (1, 0));
        let escalated = &mailed(server, "accountmanager-regio")[0];
        assert!(escalated.contains("niet op tijd beantwoord, ook niet na een herinnering") && escalated.contains("/late-reacties"), "{escalated}");
        let seen = server.user(TOEGANG).get(&format!("/v1/wachtenden/{}/reacties", clients[0].code)).json();
        assert!(seen["reacties"][0]["herinnerdOp"].is_string() && seen["reacties"][0]["opgeschaaldOp"].is_string());
        // It is valid until 15 December, and ends the day after.
        assert_eq!((chase_at(server, "2026-12-15T12:00:00Z"), chase_at(server, "2026-12-16T12:00:00Z")), (0, 1));
        assert_eq!((response_status(server, id), status_of(server, &clients[0])), ("verlopen".into(), "wachtend".into()));
        assert!(mailed(server, HAVEN.0)[0].contains("verlopen"));
    }
}

on_both! {
    fn a_child_that_leaves_ends_its_responses_and_the_provider_hears_of_it(server) {
        use beschikbaarheidswijzer::db;
        use beschikbaarheidswijzer::waiting_list::clients::actions::take_step;
        use rules::waiting::life::{Event, LapseReason};
        use rules::waiting::reasons::Reason;
        let clients = server.waiting();
        let (open, agreed) = (server.responded(BAKENZAND, &clients[0]), server.responded(HAVEN, &clients[1]));
        let offer_id = server.offer_with_place(HAVEN.1);
        assert_eq!(server.accept(&clients[1], agreed).status, 200);
        for client in &clients[..2] {
            let event = Event::Lapse(Reason::new(LapseReason::NoContact, None).expect("a reason"));
            let actor = server.actor(TOEGANG);
            db::write(&mut server.connection(), |conn| take_step(conn, &actor, now(), client.id, None, event)).expect("a step");
        }
        for id in [open, agreed] {
            assert_eq!(response_status(server, id), "wachtende-van-de-lijst");
        }
        assert_eq!(reserved(server, offer_id), 0, "the place is free again");
        assert_eq!((chase_at(server, "2026-11-21T10:00:00Z"), chase_at(server, "2026-11-21T10:00:00Z")), (2, 0));
        assert!(mailed(server, BAKENZAND.0)[0].contains("wachtende staat niet meer op de lijst"));
    }
}

on_both! {
    fn care_that_did_not_start_ends_what_was_agreed_whoever_writes_it_down(server) {
        let clients = server.waiting();
        let client = &clients[0];
        let (id, offer_id) = (server.responded(HAVEN, client), server.offer_with_place(HAVEN.1));
        assert_eq!(server.accept(client, id).status, 200);
        let toegang = server.user(TOEGANG);
        let path = format!("/v1/wachtenden/{}", client.code);
        let version = toegang.get(&path).header("etag").expect("a version").to_owned();
        let headers = [("Content-Type", "application/json"), ("If-Match", version.as_str())];
        let step = json!({"stap": "niet-gestart", "reden": "plek-vervallen", "toelichting": "De locatie sluit."});
        let answer = toegang.send("POST", &format!("{path}/stappen"), &headers, step.to_string());
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!((status_of(server, client), response_status(server, id)), ("wachtend".into(), "niet-doorgegaan".into()));
        assert_eq!(reserved(server, offer_id), 0, "the place is free again");
        let own = server.user(HAVEN.0).get(&format!("/v1/reacties/{id}")).json();
        assert_eq!((&own["reden"], &own["toelichting"]), (&json!("plek-vervallen"), &json!("De locatie sluit.")), "{own}");
        assert_eq!((chase_at(server, "2026-11-21T10:00:00Z"), chase_at(server, "2026-11-21T10:00:00Z")), (1, 0), "told once");
        // The child and the place are free for another agreement.
        let again = server.responded(HAVEN, client);
        assert_eq!(server.accept(client, again).status, 200);
    }
}

on_both! {
    fn a_place_comes_back_unless_its_provider_counted_since(server) {
        let clients = server.waiting();
        let (provider, offer) = (server.user(HAVEN.0), server.offer_with_place(HAVEN.1));
        let path = format!("/v1/aanbod/{offer}");
        let free = || provider.get(&path).json()["plekkenVrij"].clone();
        let agree_and_end = |client: &WaitingClient, between: &dyn Fn()| {
            let id = server.responded(HAVEN, client);
            assert_eq!(server.accept(client, id).status, 200);
            between();
            let taken = free();
            let ended = provider.post(&format!("/v1/reacties/{id}/niet-gestart"), &json!({"reden": "plek-vervallen"}));
            assert_eq!(ended.status, 200, "{}", ended.body);
            (taken, free())
        };
        let before = free().as_u64().expect("a number");
        let left = before - 1;
        let all_the_same = || assert_eq!(provider.post(&format!("/v1/aanbieders/{}/bevestigingen", HAVEN.1), &json!({})).status, 201);
        assert_eq!(agree_and_end(&clients[0], &all_the_same), (json!(left), json!(before)), "nothing changed");
        let save = |places: Option<u64>| {
            let shown = provider.get(&path);
            let now = shown.json();
            let figures = match places {
                Some(places) => json!({"plekkenVrij": places, "status": "plek"}),
                None => json!({"plekkenVrij": now["plekkenVrij"], "status": now["status"], "opmerkingen": "Intake op dinsdag."}),
            };
            let saved = provider.put_version(&path, shown.header("etag").expect("a version"), &figures);
            assert_eq!(saved.status, 200, "{}", saved.body);
        };
        let only_a_remark = || save(None);
        assert_eq!(agree_and_end(&clients[1], &only_a_remark), (json!(left), json!(before)), "the places were left as they were shown");
        let counted = || save(Some(before + 4));
        assert_eq!(agree_and_end(&clients[2], &counted), (json!(before + 4), json!(before + 4)), "its own count holds");
    }
}

on_both! {
    fn care_that_may_have_started_does_not_end_with_the_contract(server) {
        let client = &server.waiting()[0];
        let id = server.responded(HAVEN, client);
        assert_eq!(server.accept(client, id).status, 200);
        server.execute("UPDATE contract SET valid_from = NULL, valid_until = '2026-11-20'; UPDATE placement SET planned_on = '2026-11-20'");
        assert_eq!(end_without_contract(&mut server.connection(), now(), URL).expect("a database"), 0);
        assert_eq!(response_status(server, id), "geaccepteerd");
        server.execute("UPDATE response SET opened_at = '2026-11-10 09:00:00'");
        let started = server.user(HAVEN.0).post(&format!("/v1/reacties/{id}/start"), &json!({"gestartOp": "2026-11-20"}));
        assert_eq!((started.status, status_of(server, client)), (200, "geplaatst".into()), "{}", started.body);
    }
}

on_both! {
    fn a_contract_that_ends_ends_what_hangs_on_it_and_both_sides_hear_of_it(server) {
        let clients = server.waiting();
        let (weighed, agreed) = (&clients[0], &clients[1]);
        let (open, accepted) = (server.responded(HAVEN, weighed), server.responded(HAVEN, agreed));
        assert_eq!(server.accept(agreed, accepted).status, 200);
        let end = |server: &TestServer| end_without_contract(&mut server.connection(), now(), URL).expect("a database");
        assert_eq!(end(server), 0, "the contract holds");
        server.execute("UPDATE contract SET valid_from = NULL, valid_until = '2026-11-20'");
        assert_eq!(end(server), 2);
        assert_eq!((status_of(server, weighed), response_status(server, open)), ("wachtend".into(), "afgewezen".into()));
        assert_eq!((status_of(server, agreed), response_status(server, accepted)), ("wachtend".into(), "niet-doorgegaan".into()));
        assert_eq!(reserved(server, server.offer_with_place(HAVEN.1)), 0, "the place is given back");
        let told = mailed(server, TOEGANG);
        assert_eq!(told.iter().filter(|mail| mail.contains("is beëindigd")).count(), 2, "{told:?}");
        let timeline = server.user(TOEGANG).get(&format!("/v1/wachtenden/{}", agreed.code)).json()["tijdlijn"].to_string();
        assert!(timeline.contains("contract-beeindigd") || timeline.contains("Contract beëindigd"), "{timeline}");
        chase_at(server, "2026-11-21T09:00:00Z");
        let heard = mailed(server, HAVEN.0);
        assert_eq!(heard.iter().filter(|mail| mail.contains("is beëindigd")).count(), 2, "{heard:?}");
        assert_eq!(end(server), 0, "once");
    }
}

on_both! {
    fn a_request_with_a_key_is_done_once(server) {
        let clients = server.waiting();
        let body = json!({"wachtende": server.handle_of(&clients[0]), "aanbod": server.offer_with_place(HAVEN.1), "startOp": "2026-12-01", "geldigTot": "2026-12-15"});
        let user = server.user(HAVEN.0);
        let send = |path: &str, key: &str, body: &Value| user.send("POST", path, &[("Content-Type", "application/json"), ("Idempotency-Key", key)], body.to_string());
        let (first, again) = (send("/v1/reacties", "sleutel-1", &body), send("/v1/reacties", "sleutel-1", &body));
        assert_eq!((first.status, again.status), (201, 201), "{}", again.body);
        assert_eq!(first.json(), again.json());
        for header in ["location", "etag", "content-type", "api-version"] {
            assert_eq!(first.header(header), again.header(header), "{header}");
        }
        let other = send("/v1/reacties", "sleutel-1", &json!({"wachtende": server.handle_of(&clients[1])}));
        assert!(other.status == 409 && other.body.contains("ander verzoek"), "{}", other.body);
        // Of another user it is another key, and after a day a new one.
        let elsewhere = server.user(BAKENZAND.0).send("POST", "/v1/reacties", &[("Content-Type", "application/json"), ("Idempotency-Key", "sleutel-1")], "{}");
        assert_eq!(elsewhere.status, 400);
        // What was refused was not done: it may be sent again, and mended.
        assert_eq!(send("/v1/reacties", "sleutel-2", &json!({})).status, 400);
        let mut second = body.clone();
        second["wachtende"] = server.handle_of(&clients[1]).into();
        assert_eq!(send("/v1/reacties", "sleutel-2", &second).status, 201);
        assert_eq!(send("/v1/reacties", "kort", &body).wrong_fields(), ["Idempotency-Key"]);
        server.execute("UPDATE keyed_request SET received_at = '2026-11-20 08:59:59'");
        assert_eq!(send("/v1/reacties", "sleutel-1", &body).status, 409, "it is done anew, and the response is there already");
    }
}

on_both! {
    fn provider_and_toegang_ask_each_other_and_answer_once(server) {
        let client = server.waiting().remove(0);
        let id = server.responded(HAVEN, &client);
        let (provider, toegang) = (server.user(HAVEN.0), server.user(TOEGANG));
        let (own, weighed) = (format!("/v1/reacties/{id}/vragen"), TestServer::weigh_path(&client, id, "vragen"));
        let asked = toegang.post(&weighed, &json!({"vraag": "eerder-starten", "toelichting": "Liefst voor de kerst."}));
        assert_eq!(asked.status, 201, "{}", asked.body);
        assert_eq!(provider.post(&own, &json!({"vraag": "beschikking"})).status, 201);
        assert_eq!(provider.post(&own, &json!({"vraag": "eerder-starten"})).status, 409, "it knows that itself");
        assert_eq!(provider.post(&own, &json!({"vraag": "anders"})).status, 409, "words are missing");
        assert_eq!(provider.post(&own, &json!({"vraag": "huh"})).wrong_fields(), ["vraag"]);
        let seen = provider.get(&own).json();
        assert_eq!(seen, toegang.get(&weighed).json(), "both sides see the same");
        assert_eq!((&seen["vragen"][0]["van"], &seen["vragen"][1]["van"]), (&json!("toegang"), &json!("aanbieder")));
        assert_eq!(seen["vragen"][0]["toelichting"], "Liefst voor de kerst.");
        let (theirs, mine) = (seen["vragen"][0]["id"].clone(), seen["vragen"][1]["id"].clone());
        let yes = json!({"antwoord": "ja"});
        assert_eq!(provider.post(&format!("{own}/{mine}/antwoord"), &yes).status, 409, "who asks does not answer");
        let answered = provider.post(&format!("{own}/{theirs}/antwoord"), &yes);
        assert_eq!((answered.status, &answered.json()["vragen"][0]["antwoord"]["antwoord"]), (200, &json!("ja")));
        assert_eq!(provider.post(&format!("{own}/{theirs}/antwoord"), &json!({"antwoord": "nee"})).status, 409, "once");
        assert_eq!(toegang.post(&format!("{weighed}/{mine}/antwoord"), &json!({"antwoord": "telefonisch"})).status, 200);
        // Of another, and of what does not exist, nothing can be told.
        let other = server.user(BAKENZAND.0);
        let told = |answer: crate::support::Answer| (answer.status, answer.json()["detail"].clone());
        let theirs = told(other.get(&own));
        assert_eq!(theirs, told(other.get("/v1/reacties/99999999/vragen")));
        assert_eq!(theirs.0, 404);
        assert_eq!(server.user("toegang-ermelo").get(&weighed).status, 404);

        // What was typed goes with the record of the child; that it was asked and answered stays.
        let erase = || erase_of_stripped(&mut server.connection(), now()).expect("a database");
        assert_eq!(erase(), 0);
        server.execute(&format!("UPDATE response SET remark = 'Tot de kerst.', note = 'Past niet.' WHERE id = {id}"));
        server.execute(&format!(
            "UPDATE waiting_client SET status = 'ingetrokken', open_responses = 0, closed_at = registered_at, stripped_at = registered_at WHERE id = {}",
            client.id
        ));
        assert_eq!((erase(), erase()), (2, 0), "the response and the question with words");
        let left = provider.get(&own).json();
        assert_eq!((&left["vragen"][0]["vraag"], &left["vragen"][0]["toelichting"]), (&json!("eerder-starten"), &Value::Null), "{left}");
        let words: (String, Option<String>, Option<String>) = response::table.find(id).select((response::shown, response::remark, response::note)).first(&mut server.connection()).expect("a response");
        assert_eq!(words, ("gewist na de bewaartermijn".to_owned(), None, None));
    }
}

/// In which half of the proposal for a client De Haven is, with the rules it breaks.
fn haven_in_proposal(server: &TestServer, client: &WaitingClient) -> (bool, Vec<String>) {
    let found = server.user(TOEGANG).get(&format!("/v1/wachtenden/{}/voorstel", client.code)).json();
    let line = |half: &str| found[half].as_array()?.iter().find(|line| line["agb"] == HAVEN.1).cloned();
    let rules = line("kanNiet").map(|line| line["regels"].clone());
    let rules = rules.and_then(|rules| serde_json::from_value(rules).ok()).unwrap_or_default();
    (line("kan").is_some(), rules)
}

on_both! {
    fn what_became_of_a_response_shows_in_the_next_proposal(server) {
        let clients = server.waiting();
        let decline = |client: &WaitingClient, body: Value| {
            let id = server.responded(HAVEN, client);
            assert_eq!(server.user(TOEGANG).post(&TestServer::weigh_path(client, id, "afwijzing"), &body).status, 200);
        };
        let can = (true, Vec::<String>::new());
        let rejected = (false, vec!["eerder-afgewezen".to_owned()]);
        assert_eq!(haven_in_proposal(server, &clients[0]), can, "nothing happened yet");
        decline(&clients[0], json!({"reden": "niet-passend"}));
        assert_eq!(haven_in_proposal(server, &clients[0]), rejected, "excluded");
        decline(&clients[1], json!({"reden": "geen-capaciteit", "parkerenTot": "2026-11-22"}));
        assert_eq!(haven_in_proposal(server, &clients[1]), rejected, "parked");
        server.execute("UPDATE pair_outcome SET parked_until = '2026-11-20' WHERE outcome = 'geparkeerd'");
        assert_eq!(haven_in_proposal(server, &clients[1]), can, "parked until yesterday");
        decline(&clients[2], json!({"reden": "woonplaatsbeginsel"}));
        assert_eq!(haven_in_proposal(server, &clients[2]), can, "not about the two of them");
        let id = server.responded(HAVEN, &clients[3]);
        assert_eq!(haven_in_proposal(server, &clients[3]), can, "being weighed");
        assert_eq!(server.user(HAVEN.0).post(&format!("/v1/reacties/{id}/intrekking"), &json!({"reden": "personeel"})).status, 200);
        assert_eq!(haven_in_proposal(server, &clients[3]), can, "taken back by the provider, which may respond again");
        let (haven, bakenzand) = (server.responded(HAVEN, &clients[4]), server.responded(BAKENZAND, &clients[4]));
        assert_eq!(server.accept(&clients[4], bakenzand).status, 200);
        assert_eq!((response_status(server, haven).as_str(), haven_in_proposal(server, &clients[4])), ("door-ander-geplaatst", can), "another was chosen");
    }
}

on_both! {
    fn an_answer_tells_a_provider_nothing_of_the_child_and_the_toegang_everything(server) {
        let clients = server.waiting();
        let set = |change: &str, client: &WaitingClient| server.execute(&format!("UPDATE waiting_client SET {change} WHERE id = {}", client.id));
        // Five who show the same: no municipality and no age. One fits; the others each break a rule of their own.
        let (fits, far, old, elsewhere) = (&clients[0], &clients[1], &clients[2], &clients[3]);
        set("max_distance_km = 1, pc4 = 3881", far);
        set("birth_quarter = 20071", old);
        set("municipality_id = (SELECT id FROM municipality WHERE code = 'GM0302')", elsewhere);
        server.execute("UPDATE contract SET municipality_id = (SELECT id FROM municipality WHERE code = 'GM0243') \
            WHERE municipality_id IS NULL AND product_id = (SELECT id FROM product WHERE code = '45A12') \
            AND provider_id = (SELECT id FROM provider WHERE agb = '98990009')");
        server.execute(&format!("UPDATE offer SET min_age = 12, max_age = 12 WHERE id = {}", server.offer_with_place(HAVEN.1)));
        server.publish(now() + Duration::hours(1));
        let haven = server.user(HAVEN.0);
        let list = haven.get("/v1/open-wachtlijst").json();
        let shown: std::collections::BTreeSet<String> = list["wachtenden"].as_array().into_iter().flatten().map(|one| format!("{} {}", one["gemeente"], one["leeftijd"])).collect();
        assert_eq!((shown.len(), &list["paginering"]["totaal"]), (1, &json!(5)), "{list}");
        let told = |client: &WaitingClient| {
            let answer = server.respond_as(&haven, HAVEN.1, client);
            let mut body = answer.json();
            body["id"] = json!(0);
            (answer.status, body.to_string())
        };
        let answers = [told(fits), told(far), told(old), told(elsewhere)];
        assert_eq!(answers[0].0, 201, "{}", answers[0].1);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        // That there is no contract for its municipality does not end it by itself: that would tell too.
        assert_eq!(end_without_contract(&mut server.connection(), now(), URL).expect("a database"), 0);
        let toegang = server.user(TOEGANG);
        for (client, reason) in [(far, "km"), (elsewhere, "GM0302")] {
            let all = toegang.get(&format!("/v1/wachtenden/{}/reacties", client.code));
            if reason == "GM0302" {
                assert_eq!(all.status, 404, "it is of another municipality now");
                continue;
            }
            let all = all.json();
            let place = &all["reacties"][0]["volgorde"];
            assert!(place["rang"].is_null() && place["redenen"].to_string().contains(reason), "{all}");
            let id = all["reacties"][0]["id"].as_i64().expect("a number");
            let refused = server.accept(client, id);
            assert!(refused.status == 409 && refused.body.contains("kan niet (meer) voor deze wachtende"), "{}", refused.body);
        }
        let all = server.user(TOEGANG).get(&format!("/v1/wachtenden/{}/reacties", fits.code)).json();
        assert!(all["reacties"][0]["volgorde"]["rang"].is_number(), "{all}");
    }
}

on_both! {
    fn who_was_responded_to_is_shown_as_it_was_and_no_other_way(server) {
        let clients = server.waiting();
        server.registered("GM0243");
        server.registered("GM0243");
        server.publish(now() + Duration::minutes(1));
        let (haven, bakenzand) = (server.user(HAVEN.0), server.user(BAKENZAND.0));
        let id = server.responded(HAVEN, &clients[0]);
        let own = |path: &str| haven.get(path).json()["getoond"].clone();
        let (path, total) = (format!("/v1/reacties/{id}"), |who: &crate::support::Browser| who.get("/v1/open-wachtlijst").json()["paginering"]["totaal"].clone());
        let first = own(&path);
        assert!(first.as_str().is_some_and(|words| words.contains("12 jaar")), "{first}");
        let marked: Vec<Value> = haven.get("/v1/open-wachtlijst").json()["wachtenden"].as_array().into_iter().flatten().map(|one| one["reactie"].clone()).collect();
        assert_eq!(marked.iter().filter(|mark| **mark == json!(id)).count(), 1, "on the view that it was given on");
        // An hour later others are shown more coarsely. Beside the first view that would tell more than either.
        server.execute(&format!("UPDATE waiting_client SET birth_quarter = 20171 WHERE id IN ({}, {})", clients[1].id, clients[2].id));
        server.publish(now() + Duration::hours(1));
        assert_eq!((own(&path), total(&haven), total(&bakenzand)), (first.clone(), json!(6), json!(7)));
        assert!(!haven.get("/v1/open-wachtlijst").body.contains("reactie"));
        let later = server.handle_of(&clients[0]);
        assert_eq!(server.visitor(HAVEN.0).get(&format!("/wachtenden/{later}")).status, 404);
        server.publish(now() + Duration::hours(2));
        assert_eq!((own(&path), total(&server.user(HAVEN.0))), (first, json!(6)));
        // Taken back, it is on the list again with a publication that shows it as it did then, and with no other.
        let haven = server.user(HAVEN.0);
        assert_eq!(haven.post(&format!("{path}/intrekking"), &json!({"reden": "personeel"})).status, 200);
        server.execute(&format!("UPDATE response SET ended_at = '2026-11-21 11:30:00' WHERE id = {id}"));
        assert_eq!(total(&haven), json!(6));
        server.publish(now() + Duration::hours(3));
        assert_eq!((total(&haven), total(&bakenzand)), (json!(6), json!(7)));
        server.execute(&format!("UPDATE waiting_client SET birth_quarter = 20142 WHERE id IN ({}, {})", clients[1].id, clients[2].id));
        server.publish(now() + Duration::hours(4));
        assert_eq!((total(&haven), total(&bakenzand)), (json!(7), json!(7)));
    }
}

on_both! {
    fn no_group_misses_one_for_the_provider_that_is_kept_from_it(server) {
        let clients = server.waiting();
        let look = |(user, _): (&str, &str), query: &str| server.user(user).get(&format!("/v1/open-wachtlijst{query}")).json();
        let total = |of: (&str, &str), query: &str| look(of, query)["paginering"]["totaal"].clone();
        server.responded(HAVEN, &clients[0]);
        server.publish(now() + Duration::hours(1));
        // Four of five would say of the fifth, to which it responded, whatever they show now.
        assert_eq!((total(HAVEN, ""), total(HAVEN, "?gemeente=GM0243"), total(HAVEN, "?nieuw=true")), (json!(0), json!(0), json!(0)));
        assert_eq!(total(BAKENZAND, ""), json!(5));
        assert_eq!(server.visitor(HAVEN.0).get(&format!("/wachtenden/{}", server.handle_of(&clients[1]))).status, 404);
        assert_eq!(server.respond(HAVEN, &clients[1]).status, 404);
        // Who comes makes five of the others, who show what they share without the first.
        let newcomer = server.registered("GM0243");
        server.execute(&format!("UPDATE waiting_client SET birth_quarter = 20131 WHERE id = {}", newcomer.id));
        server.publish(now() + Duration::hours(2));
        let ages = |list: &Value| list["wachtenden"].as_array().into_iter().flatten().map(|one| one["leeftijd"]["tekst"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>();
        assert_eq!(ages(&look(HAVEN, "")), vec!["12 t/m 15 jaar"; 5]);
        assert_eq!(ages(&look(BAKENZAND, "")).len(), 6);
        // Its own rows can be opened, responded to, and looked for by what they show.
        assert_eq!((total(HAVEN, "?leeftijd=14"), total(HAVEN, "?leeftijd=11")), (json!(5), json!(0)));
        assert_eq!(server.visitor(HAVEN.0).get(&format!("/wachtenden/{}", server.handle_for(HAVEN.1, &clients[1]))).status, 200);
        let words = server.respond(HAVEN, &clients[1]).json()["getoond"].clone();
        assert!(words.as_str().is_some_and(|words| words.contains("12 t/m 15 jaar")), "{words}");
    }
}

on_both! {
    fn a_toegang_brings_a_child_that_the_list_withholds_to_one_provider(server) {
        let clients = server.waiting();
        let client = &clients[0];
        server.execute(&format!("UPDATE waiting_client SET status = 'ingetrokken', closed_at = registered_at WHERE closed_at IS NULL AND id <> {}", client.id));
        server.publish(now() + Duration::hours(1));
        let haven = server.user(HAVEN.0);
        assert_eq!(haven.get("/v1/open-wachtlijst").json()["paginering"]["totaal"], 0, "fewer than five");
        let toegang = server.user(TOEGANG);
        let (ask, offer) = (format!("/v1/wachtenden/{}/plaatsingsvragen", client.code), server.offer_with_place(HAVEN.1));
        assert_eq!(toegang.post(&ask, &json!({})).wrong_fields(), ["aanbod"]);
        assert_eq!(toegang.post(&ask, &json!({"aanbod": 999_999})).status, 409, "no offer that can");
        assert_eq!(server.user("toegang-ermelo").post(&ask, &json!({"aanbod": offer})).status, 404);
        let asked = toegang.post(&ask, &json!({"aanbod": offer}));
        assert_eq!((asked.status, asked.json()["reagerenTot"].clone()), (201, json!("2026-12-05T09:00:00Z")), "{}", asked.body);
        assert!(toegang.post(&ask, &json!({"aanbod": offer})).body.contains("al gevraagd"), "once at a time");
        let mail = mailed(server, HAVEN.0).pop().expect("a mail");
        assert!(mail.contains("/plaatsingsvragen") && !mail.contains(&client.code.to_string()) && !mail.contains("Harderwijk"), "{mail}");
        // The provider sees what it needs, under a handle that is no other's.
        let visitor = server.visitor(HAVEN.0);
        let page = visitor.get("/plaatsingsvragen").body;
        assert!(page.contains("12 t/m 15 jaar, Harderwijk, datum niet getoond"), "{page}");
        assert!(!page.contains(&client.code.to_string()) && !page.contains("12 jaar,"), "{page}");
        let handle = page.split("href=\"/wachtenden/").filter_map(|rest| rest.split('"').next()).find(|text| text.len() == 16).expect("a handle").to_owned();
        assert_eq!(visitor.get(&format!("/wachtenden/{handle}")).status, 200);
        let body = |offer: i64| json!({"wachtende": handle, "aanbod": offer, "startOp": "2026-12-01", "geldigTot": "2026-12-15"});
        assert_eq!(server.user(BAKENZAND.0).post("/v1/reacties", &body(server.offer_with_place(BAKENZAND.1))).status, 404, "nobody else's");
        let made = server.user(HAVEN.0).post("/v1/reacties", &body(offer));
        assert_eq!(made.status, 201, "{}", made.body);
        assert!(made.json()["getoond"].as_str().is_some_and(|words| words.contains("12 t/m 15 jaar")), "{}", made.body);
        assert!(server.visitor(HAVEN.0).get("/plaatsingsvragen").body.contains("U reageerde"));
        assert!(server.user(TOEGANG).post(&ask, &json!({"aanbod": offer})).status == 409);
        // Another provider does not answer, of which the toegang hears; of the one that did there is nothing to tell.
        let asked = server.user(TOEGANG).post(&ask, &json!({"aanbod": server.offer_with_place(BAKENZAND.1)}));
        assert_eq!(asked.status, 201, "{}", asked.body);
        for days in [7, 14] {
            let done = chase_questions(&mut server.connection(), now() + Duration::days(days), URL).expect("chased");
            assert_eq!(done, 2, "after {days} days");
        }
        let reminded = |to: &str| mailed(server, to).iter().filter(|text| text.contains("U reageerde nog niet op 1 vraag")).count();
        assert_eq!((reminded(HAVEN.0), reminded(BAKENZAND.0)), (0, 1));
        let told: Vec<String> = mailed(server, TOEGANG).into_iter().filter(|text| text.contains("reageerde niet op uw vraag")).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(&format!("over wachtende {}", client.code)) && !told[0].contains("De Haven"), "{told:?}");
        server.execute("UPDATE regional_request SET ends_at = '2026-11-21 08:59:00'");
        let proposal = server.visitor(TOEGANG).get(&format!("/wachtlijst/{}/voorstel", client.code)).body;
        assert!(proposal.contains("Deze aanbieder is eerder gevraagd. Reageren kon tot en met") && proposal.contains("Vraag deze aanbieder opnieuw"), "{proposal}");
        assert_eq!(server.accept(client, made.json()["id"].as_i64().expect("a number")).status, 200);
    }
}

on_both! {
    fn who_waits_for_a_second_reminder_keeps_nobody_from_the_first(server) {
        let clients = server.waiting();
        let (first, newest) = (server.responded(HAVEN, &clients[0]), server.responded(HAVEN, &clients[1]));
        server.execute(&format!(
            "UPDATE response SET chased_at = '2026-11-27 16:00:01', valid_until = '2026-12-31' WHERE id = {first}; \
             UPDATE response SET answer_by = '2026-11-28 16:00:00' WHERE id = {newest}"
        ));
        for _ in 0..100 {
            let client = server.registered("GM0243");
            server.execute(&format!(
                "INSERT INTO response (client_id, provider_id, offer_id, shown, start_on, valid_until, takes_place, status, opened_at, opened_by, answer_by, chased_at, version) \
                 SELECT {}, provider_id, offer_id, shown, start_on, valid_until, takes_place, status, opened_at, opened_by, answer_by, chased_at, version FROM response WHERE id = {first}",
                client.id
            ));
        }
        // On Sunday a hundred and one wait for the second term, and one was never reminded.
        assert_eq!(chase_at(server, "2026-11-29T12:00:00Z"), 1);
        let chased: Option<chrono::NaiveDateTime> = response::table.find(newest).select(response::chased_at).first(&mut server.connection()).expect("a response");
        assert!(chased.is_some());
    }
}

on_both! {
    fn an_odd_record_keeps_nobody_from_the_list(server) {
        use beschikbaarheidswijzer::db::schema::{list_publication, region};
        use beschikbaarheidswijzer::waiting_list::open_list::publishing::publish_due;
        let clients = server.waiting();
        // Corrected to a quarter after the registration, and registered just after midnight on the first day of a quarter.
        server.execute(&format!("UPDATE waiting_client SET birth_quarter = 20271 WHERE id = {}", clients[0].id));
        server.execute(&format!("UPDATE waiting_client SET birth_quarter = 20264, registered_at = '2026-09-30 22:30:00' WHERE id = {}", clients[1].id));
        server.publish(now() + Duration::hours(1));
        assert_eq!(server.user(HAVEN.0).get("/v1/open-wachtlijst").json()["paginering"]["totaal"], 5);
        // A record that cannot be read at all keeps its own region waiting and no other.
        server.execute("UPDATE product SET code = 'x' WHERE code = '45A12' AND region_id = (SELECT id FROM region WHERE code = 'noord-veluwe')");
        let regions: i64 = region::table.count().get_result(&mut server.connection()).expect("a count");
        let done = publish_due(&mut server.connection(), now() + Duration::hours(2)).expect("no trouble");
        assert_eq!(i64::try_from(done).expect("a count"), regions - 1);
        let newest: i64 = list_publication::table.filter(list_publication::published_at.ge((now() + Duration::hours(2)).naive_utc())).count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(newest, regions - 1);
    }
}

on_both! {
    fn what_has_not_ended_stands_before_what_has(server) {
        let clients = server.waiting();
        let (started, withdrawn) = (server.responded(HAVEN, &clients[0]), server.responded(HAVEN, &clients[1]));
        assert_eq!(server.accept(&clients[0], started).status, 200);
        let haven = server.user(HAVEN.0);
        assert_eq!(haven.post(&format!("/v1/reacties/{started}/start"), &json!({"gestartOp": "2026-11-21"})).status, 200);
        assert_eq!(haven.post(&format!("/v1/reacties/{withdrawn}/intrekking"), &json!({"reden": "personeel"})).status, 200);
        let past = haven.get("/v1/reacties?toon=afgelopen").json();
        let ids: Vec<&Value> = past["reacties"].as_array().into_iter().flatten().map(|one| &one["id"]).collect();
        assert_eq!(ids, [&json!(started), &json!(withdrawn)]);
    }
}

on_both! {
    fn nine_digits_that_may_be_a_number_of_a_person_are_asked_about(server) {
        let clients = server.waiting();
        let body = |more: Value| {
            let mut body = json!({
                "wachtende": server.handle_of(&clients[0]), "aanbod": server.offer_with_place(HAVEN.1), "startOp": "2026-12-01",
                "geldigTot": "2026-12-15", "opmerking": "zie 123456782",
            });
            for (name, value) in more.as_object().expect("fields") {
                body[name] = value.clone();
            }
            body
        };
        let haven = server.user(HAVEN.0);
        let refused = haven.post("/v1/reacties", &body(json!({})));
        assert!(refused.clashing_fields() == ["opmerking"] && refused.body.contains("misschien-bsn"), "{}", refused.body);
        assert_eq!(haven.post("/v1/reacties", &body(json!({"cijfersZijn": "bsn"}))).wrong_fields(), ["cijfersZijn", "opmerking"]);
        let made = haven.post("/v1/reacties", &body(json!({"cijfersZijn": "zaaknummer"})));
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.json()["id"].as_i64().expect("a number");
        let decline = |body: Value| server.user(TOEGANG).post(&TestServer::weigh_path(&clients[0], id, "afwijzing"), &body);
        assert_eq!(decline(json!({"reden": "niet-passend", "toelichting": "zie 123456782"})).clashing_fields(), ["toelichting"]);
        assert_eq!(decline(json!({"reden": "niet-passend", "toelichting": "zie 123456782", "cijfersZijn": "beschikkingsnummer"})).status, 200);
    }
}

on_both! {
    fn a_response_names_its_places_and_accepting_gives_them_away_together(server) {
        let clients = server.waiting();
        let offer_id = server.offer_with_place(HAVEN.1);
        let respond = |client: &WaitingClient, places: serde_json::Value| {
            let body = json!({
                "wachtende": server.handle_of(client), "aanbod": offer_id, "plaatsen": places, "startOp": "2026-12-01", "geldigTot": "2026-12-15",
            });
            server.user(HAVEN.0).post("/v1/reacties", &body)
        };
        assert_eq!(respond(&clients[0], json!(0)).wrong_fields(), ["plaatsen"]);
        assert_eq!(respond(&clients[0], json!(10)).wrong_fields(), ["plaatsen"]);
        assert_eq!(clashes(&respond(&clients[0], json!(2))), ["plaatsen"], "one is free");
        server.execute(&format!("UPDATE offer SET free_places = 3 WHERE id = {offer_id}"));
        let [first, second] = [0, 1].map(|one| {
            let answer = respond(&clients[one], json!(2));
            assert_eq!((answer.status, &answer.json()["plaatsen"], &answer.json()["neemtPlek"]), (201, &json!(2), &json!(true)), "{}", answer.body);
            answer.json()["id"].as_i64().expect("a number")
        });
        assert_eq!(server.accept(&clients[0], first).status, 200);
        assert_eq!(reserved(server, offer_id), 2);
        let late = server.accept(&clients[1], second);
        assert_eq!((late.status, reserved(server, offer_id)), (409, 2), "{}", late.body);
        assert!(late.body.contains("geen 2 plekken meer vrij"), "{}", late.body);
        assert_eq!(status_of(server, &clients[1]), "in-behandeling", "nothing of it was done");
        let shown = server.visitor(TOEGANG).get(&format!("/wachtlijst/{}/reacties/{second}", clients[1].code)).body;
        assert!(shown.contains("2 plekken, vrij, bij acceptatie vergeven"), "{shown}");
        let gone = json!({"reden": "plek-vervallen"});
        assert_eq!(server.user(HAVEN.0).post(&format!("/v1/reacties/{first}/niet-gestart"), &gone).status, 200);
        assert_eq!(reserved(server, offer_id), 0, "both are free again");
        assert_eq!(server.accept(&clients[1], second).status, 200);
        // Without a free place care starts when one comes free, and nothing is given away.
        server.execute(&format!("UPDATE offer SET free_places = 0, reserved_places = 0 WHERE id = {offer_id}"));
        let later = respond(&clients[2], json!(2));
        assert_eq!((later.status, &later.json()["neemtPlek"]), (201, &json!(false)), "{}", later.body);
    }
}
