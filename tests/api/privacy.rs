//! What a provider could work out of answers, mails, moments and orders, and what a toegang could of another municipality.

use beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient;
use beschikbaarheidswijzer::waiting_list::responses::chasing::{chase, end_without_contract};
use chrono::Duration;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::waiting::{BAKENZAND, HAVEN, PRODUCT, TOEGANG};
use crate::support::{Answer, TestServer, now};

const URL: &str = "https://jeugdhulp.example";

/// A response to a child of which the list did not show where it lives.
fn responded_unseen(server: &TestServer, client: &WaitingClient) -> i64 {
    server.execute("UPDATE published_client SET municipality_id = NULL");
    server.responded(HAVEN, client)
}

fn mails_to_haven(server: &TestServer) -> Vec<String> {
    let to = format!("{}@jeugdhulp-noord-veluwe.example", HAVEN.0);
    server.mails().into_iter().filter(|(reader, _)| *reader == to).map(|(_, text)| text).collect()
}

on_both! {
    fn a_question_does_not_tell_where_a_child_lives(server) {
        let client = &server.waiting()[0];
        let id = responded_unseen(server, client);
        let (toegang, haven) = (server.user(TOEGANG), server.user(HAVEN.0));
        let weighed = TestServer::weigh_path(client, id, "vragen");
        assert_eq!(toegang.post(&weighed, &json!({"vraag": "vervoer"})).status, 201);
        let asked = haven.post(&format!("/v1/reacties/{id}/vragen"), &json!({"vraag": "beschikking"})).json();
        let answer = format!("{weighed}/{}/antwoord", asked["vragen"][1]["id"]);
        assert_eq!(toegang.post(&answer, &json!({"antwoord": "ja"})).status, 200);
        let told = mails_to_haven(server);
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|text| !text.contains("Harderwijk")), "{told:?}");
        // Whoever is chosen arranges it with the toegang, and hears which that is.
        assert_eq!(server.accept(client, id).status, 200);
        assert_eq!(toegang.post(&weighed, &json!({"vraag": "onderwijs"})).status, 201);
        let told = mails_to_haven(server);
        assert!(told[2..].iter().all(|text| text.contains("Harderwijk")) && told.len() == 4, "{told:?}");
    }
}

on_both! {
    fn what_was_offered_does_not_tell_where_a_child_lives(server) {
        let clients = server.waiting();
        let (unseen, moved) = (responded_unseen(server, &clients[0]), responded_unseen(server, &clients[1]));
        server.execute("UPDATE response SET opened_at = '2026-11-19 09:00:00'");
        let end = || end_without_contract(&mut server.connection(), now(), URL).expect("a database");
        let haven = server.user(HAVEN.0);
        let seen = |id: i64| {
            let mut answer = haven.get(&format!("/v1/reacties/{id}")).json();
            answer["id"] = Value::Null;
            answer
        };
        let before = seen(unseen);
        // Everybody knows which municipality left: an end on that day would say that the child lives there.
        server.execute("UPDATE region_municipality SET valid_until = '2026-11-20' WHERE municipality_id = (SELECT id FROM municipality WHERE code = 'GM0243')");
        assert_eq!(end(), 0);
        let refused = server.accept(&clients[0], unseen);
        assert!(refused.status == 409 && refused.body.contains("geen contract"), "the toegang hears it: {}", refused.body);
        server.execute("UPDATE region_municipality SET valid_until = NULL WHERE municipality_id = (SELECT id FROM municipality WHERE code = 'GM0243')");
        // A contract that goes for another municipality from today, and one that goes for this one alone when a child moves.
        let goes_for = |code: &str| server.execute(&format!(
            "UPDATE contract SET municipality_id = (SELECT id FROM municipality WHERE code = '{code}') WHERE product_id = (SELECT id FROM product WHERE code = '{PRODUCT}')"
        ));
        goes_for("GM0233");
        assert_eq!(end(), 0);
        goes_for("GM0243");
        let step = json!({"stap": "verhuizen", "gemeente": "GM0233", "reden": "verhuizing"});
        assert_eq!(server.user(TOEGANG).post(&format!("/v1/wachtenden/{}/stappen", clients[1].code), &step).status, 200);
        assert_eq!(end(), 0);
        assert_eq!((seen(unseen), seen(moved)), (before.clone(), before), "and they look the same");
        // Without any contract for the product the provider knows that itself.
        server.execute(&format!("UPDATE contract SET valid_from = NULL, valid_until = '2026-11-20' WHERE product_id = (SELECT id FROM product WHERE code = '{PRODUCT}')"));
        assert_eq!(end(), 2);
        assert_eq!((&seen(unseen)["reden"], &seen(moved)["status"]), (&json!("geen-contract"), &json!("afgewezen")));
    }
}

/// What an answer shows of a response, without its number.
fn shown(answer: &Answer) -> (Value, Option<String>) {
    let mut body = answer.json();
    body["id"] = Value::Null;
    (body, answer.header("etag").map(str::to_owned))
}

on_both! {
    fn no_term_or_order_tells_a_provider_who_is_urgent(server) {
        let clients = server.waiting();
        server.execute(&format!("UPDATE waiting_client SET urgency = 'urgent' WHERE id = {}", clients[1].id));
        let (first, urgent) = (server.responded(HAVEN, &clients[0]), server.responded(HAVEN, &clients[1]));
        let look = |server: &TestServer| {
            let haven = server.user(HAVEN.0);
            let [one, other] = [first, urgent].map(|id| shown(&haven.get(&format!("/v1/reacties/{id}"))));
            assert_eq!(one, other);
            let listed = haven.get("/v1/reacties").json();
            let order: Vec<i64> = listed["reacties"].as_array().expect("a list").iter().filter_map(|one| one["id"].as_i64()).collect();
            assert_eq!(order, [first, urgent], "as they were given");
            // Words of the page, without numbers and the token of the form.
            let visitor = server.visitor(HAVEN.0);
            let [one, other] = [first, urgent].map(|id| {
                let page = visitor.get(&format!("/reacties/{id}")).body;
                page.split("id=\"st\"").nth(1).and_then(|rest| rest.split("</section>").next()).expect("how it stands").to_owned()
            });
            assert_eq!(one, other);
            one
        };
        look(server);
        // Of the urgent one the toegang was reminded by now, and the account manager asked after that.
        for (days, field) in [(3, "herinnerdOp"), (5, "opgeschaaldOp")] {
            let later = server.start_later(Duration::days(days));
            let at = now() + Duration::days(days);
            assert_eq!(chase(&mut later.connection(), at, URL).expect("a database"), 1, "day {days}");
            let page = look(&later);
            assert!(page.contains("Wordt gewogen"), "{page}");
            let weighed = later.user(TOEGANG).get(&format!("/v1/wachtenden/{}/reacties", clients[1].code)).json();
            assert!(weighed["reacties"][0][field].is_string(), "the toegang sees it: {weighed}");
        }
        // What is late for everybody a provider may know.
        let page = look(&server.start_later(Duration::days(9)));
        assert!(page.contains("Antwoord te laat"), "{page}");
    }
}

on_both! {
    fn a_child_goes_to_no_municipality_that_buys_its_care_elsewhere(server) {
        let clients = server.waiting();
        let buys = |municipality: &str, product: &str| server.execute(&format!(
            "UPDATE region_municipality SET segment_id = (SELECT segment_id FROM product WHERE code = '{product}' AND region_id = \
               (SELECT id FROM region WHERE code = 'noord-veluwe')) \
             WHERE municipality_id = (SELECT id FROM municipality WHERE code = '{municipality}')"
        ));
        let step = |client: &WaitingClient, body: Value| server.user(TOEGANG).post(&format!("/v1/wachtenden/{}/stappen", client.code), &body);
        buys("GM0233", "43A11");
        let moves = |to: &str| step(&clients[0], json!({"stap": "verhuizen", "gemeente": to, "reden": "verhuizing"}));
        assert_eq!(moves("GM0233").clashing_fields(), ["gemeente"]);
        assert_eq!(moves("GM0344").clashing_fields(), ["gemeente"], "not of the region");
        assert_eq!(moves("GM0302").status, 200);
        buys("GM0243", PRODUCT);
        let recodes = |product: &str| step(&clients[1], json!({"stap": "ander-product", "product": product, "reden": "hulpvraag"}));
        assert_eq!(recodes("43A11").clashing_fields(), ["product", "product"], "not bought, and for younger children");
        assert_eq!(recodes("45A13").status, 200);
    }
}

on_both! {
    fn another_product_is_one_that_the_child_could_be_registered_for(server) {
        let client = &server.waiting()[0];
        let step = |product: &str, reason: &str| {
            let body = json!({"stap": "ander-product", "product": product, "reden": reason});
            server.user(TOEGANG).post(&format!("/v1/wachtenden/{}/stappen", client.code), &body)
        };
        let set = |change: &str| server.execute(&format!("UPDATE product SET {change} WHERE code = '45A13'"));
        set("kind = 'crisis', min_age = 0, max_age = 5, valid_until = '2026-11-20'");
        let refused = step("45A13", "productenboek");
        assert_eq!((refused.status, refused.clashing_fields()), (409, ["product", "product", "product", "reden"].map(str::to_owned).to_vec()), "{}", refused.body);
        for words in ["niet ingekocht", "crisiscoördinatiepunt", "dit product is voor", "niet in de plaats van"] {
            assert!(refused.body.contains(words), "{words}: {}", refused.body);
        }
        set("kind = (SELECT kind FROM product WHERE code = '45A12' AND region_id = (SELECT id FROM region WHERE code = 'noord-veluwe')), min_age = 0, max_age = 23, valid_until = NULL");
        assert_eq!(step("45A13", "productenboek").clashing_fields(), ["reden"], "the book names no successor");
        assert_eq!(step("45A13", "correctie").status, 200);
    }
}

on_both! {
    fn a_refusal_of_another_municipality_is_that_of_what_does_not_exist(server) {
        let client = &server.waiting()[0];
        let id = server.responded(BAKENZAND, client);
        let other = server.user("toegang-ermelo");
        let without_request = |answer: Answer| {
            let mut body = answer.json();
            body["verzoek"] = Value::Null;
            (answer.status, body)
        };
        let nobody = "C4K-7XW-2R9";
        for (method, what, body) in [
            ("GET", String::new(), Value::Null),
            ("GET", "/reacties".into(), Value::Null),
            ("GET", format!("/reacties/{id}/vragen"), Value::Null),
            ("POST", format!("/reacties/{id}/vragen"), json!({"vraag": "vervoer"})),
            ("POST", format!("/reacties/{id}/vragen/1/antwoord"), json!({"antwoord": "ja"})),
            ("POST", format!("/reacties/{id}/acceptatie"), json!({"reden": "enige"})),
            ("POST", format!("/reacties/{id}/afwijzing"), json!({"reden": "afstand"})),
            ("POST", "/stappen".into(), json!({"stap": "pauzeren", "reden": "verzoek-gezin", "tot": "2027-01-04"})),
            ("POST", "/stappen".into(), json!({"stap": "verhuizen", "reden": "verhuizing", "gemeente": "GM0233"})),
            ("POST", "/overbruggingen".into(), json!({"agb": "98990001", "product": "41A02", "start": "2026-11-23"})),
        ] {
            let [theirs, none] = [client.code.to_string(), nobody.to_owned()].map(|code| {
                let path = format!("/v1/wachtenden/{code}{what}");
                without_request(if method == "GET" { other.get(&path) } else { other.post(&path, &body) })
            });
            assert_eq!(theirs, none, "{method} {what}");
            assert_eq!(theirs.0, 404, "{method} {what}");
        }
        let later = now() + Duration::minutes(1);
        server.publish(later);
        assert_eq!(other.get("/v1/wachtenden").json()["paginering"]["totaal"], 0, "no count of theirs either");
    }
}
