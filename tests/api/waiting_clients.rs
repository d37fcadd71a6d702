//! Waiting clients: registration and steps.

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::clock::dutch_day;
use beschikbaarheidswijzer::db;
use beschikbaarheidswijzer::error::Error;
use beschikbaarheidswijzer::waiting_list::clients::actions::{
    find_by_id, find_for_toegang, list_open_for_products, list_timeline, register, take_step,
};
use beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient;
use beschikbaarheidswijzer::waiting_list::clients::upkeep;
use rules::waiting::life::{
    ClientStatus, Event, HoldReason, LapseReason, MoveReason, ReopenReason, RespondReason,
};
use rules::waiting::reasons::Reason;
use rules::waiting::registration::{ReferrerKind, RegistrationDraft, Urgency};

use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Answer, TestServer, now};

pub fn draft(municipality: &str) -> RegistrationDraft {
    RegistrationDraft {
        municipality: municipality.parse().ok(),
        birth_year: Some(2014),
        birth_quarter: Some(2),
        product: "45A12".parse().ok(),
        alternatives: vec!["45A13".parse().expect("a code")],
        referrer: Some(ReferrerKind::Toegang),
        referred_on: "2026-10-01".parse().ok(),
        decided_on: "2026-10-08".parse().ok(),
        urgency: Some(Urgency::Regular),
        measure: Some(false),
        ..RegistrationDraft::default()
    }
}

/// A client of Harderwijk, put on the list just now.
pub fn a_client(server: &TestServer) -> WaitingClient {
    registered(server, &server.actor("toegang-harderwijk"), draft("GM0243")).expect("registered")
}

fn registered(server: &TestServer, actor: &Actor, draft: RegistrationDraft) -> Result<WaitingClient, Error> {
    db::write(&mut server.connection(), |conn| register(conn, actor, now(), draft))
}

fn stepped(
    server: &TestServer,
    actor: &Actor,
    client: &WaitingClient,
    version: Option<i32>,
    event: Event,
) -> Result<WaitingClient, Error> {
    db::write(
        &mut server.connection(),
        |conn| Ok(take_step(conn, actor, now(), client.id, version, event)?.0),
    )
}

fn reason<R: rules::waiting::reasons::ReasonCode>(code: R) -> Reason<R> {
    Reason::new(code, None).expect("a reason that needs no words")
}

on_both! {
    fn a_child_is_put_on_the_list_and_every_step_is_kept(server) {
        let actor = server.actor("toegang-harderwijk");
        let before = server.audit_lines();
        let client = registered(server, &actor, draft("GM0243")).expect("registered");
        assert_eq!(client.status(), ClientStatus::Waiting);
        assert_eq!(client.life.waiting_since().to_string(), "2026-10-08", "complete with the decision");
        assert_eq!(client.alternatives.len(), 1);
        let until = "2027-01-15".parse().expect("a day");
        let held = stepped(server, &actor, &client, Some(1), Event::Hold { until, reason: reason(HoldReason::FamilyAsks) }).expect("held");
        assert_eq!((held.version, held.hold.expect("a pause").until), (2, until));
        let late = stepped(server, &actor, &client, Some(1), Event::Lapse(reason(LapseReason::NoContact)));
        assert!(matches!(late, Err(Error::Outdated { .. })), "{late:?}");
        let refused = stepped(server, &actor, &client, None, Event::Respond(reason(RespondReason::PlaceNow)));
        assert!(matches!(&refused, Err(Error::Conflict(text)) if text.contains("gepauzeerd")), "{refused:?}");
        let lapsed = stepped(server, &actor, &client, None, Event::Lapse(reason(LapseReason::NoContact))).expect("lapsed");
        assert_eq!((lapsed.status(), lapsed.hold, lapsed.closed_at), (ClientStatus::Lapsed, None, Some(now())));
        let lines = list_timeline(&mut server.connection(), &client).expect("a timeline");
        let codes: Vec<(&str, &str)> = lines.iter().map(|line| (line.kind.code(), line.reason.as_str())).collect();
        assert_eq!(codes, [("aangemeld", ""), ("gepauzeerd", "verzoek-gezin"), ("vervallen", "geen-contact")]);
        assert_eq!(server.audit_lines(), before + 3);
    }
}

on_both! {
    fn another_municipalitys_client_is_not_told_apart_from_none(server) {
        let (own, other) = (server.actor("toegang-harderwijk"), server.actor("toegang-ermelo"));
        let client = registered(server, &own, draft("GM0243")).expect("registered");
        let mut conn = server.connection();
        assert_eq!(find_for_toegang(&mut conn, &own, &client.code.to_string()).expect("found"), client);
        let code = client.code.to_string().to_lowercase();
        for code in [code.as_str(), "222-222-222", "geen code", ""] {
            let refused = find_for_toegang(&mut conn, &other, code);
            assert!(matches!(refused, Err(Error::NotFound("wachtende"))), "{refused:?}");
        }
        let elsewhere = registered(server, &other, draft("GM0243"));
        let Err(Error::Collision(violations)) = elsewhere else { panic!("{elsewhere:?}") };
        assert_eq!(violations.to_string(), "invalid input: gemeente (niet-van-u)");
        // With the child, who sees it moves.
        let to = "GM0233".parse().expect("a code");
        stepped(server, &own, &client, None, Event::Move { to, reason: reason(MoveReason::Moved) }).expect("moved");
        assert!(find_for_toegang(&mut conn, &own, client.code.as_str()).is_err());
        let moved = find_for_toegang(&mut conn, &other, client.code.as_str()).expect("found");
        assert_eq!((moved.municipality.name.as_str(), moved.life.waiting_since()), ("Ermelo", client.life.waiting_since()));
    }
}

on_both! {
    fn all_that_is_wrong_is_told_at_once(server) {
        let actor = server.actor("toegang-harderwijk");
        let wrong = RegistrationDraft {
            municipality: "GM0363".parse().ok(),
            product: "99Z99".parse().ok(),
            alternatives: Vec::new(),
            wanted: vec!["99999999".parse().expect("a code")],
            note: Some("bel 06-12345678".into()),
            urgency: None,
            ..draft("GM0243")
        };
        let before = server.audit_lines();
        let refused = registered(server, &actor, wrong);
        let Err(Error::Collision(violations)) = refused else { panic!("{refused:?}") };
        let fields: Vec<(String, &str)> = violations.into_iter().map(|violation| (violation.field, violation.code)).collect();
        let expected = [
            ("gemeente", "niet-in-regio"),
            ("product", "onbekend"),
            ("gewensteAanbieders", "onbekend"),
            ("toelichting", "persoonsgegeven"),
            ("urgentie", "ontbreekt"),
        ];
        assert_eq!(fields, expected.map(|(field, code)| (field.to_owned(), code)));
        assert_eq!(server.audit_lines(), before);
    }
}

on_both! {
    fn who_waits_for_a_product_or_would_accept_it_is_listed(server) {
        let actor = server.actor("toegang-harderwijk");
        let client = registered(server, &actor, draft("GM0243")).expect("registered");
        let mut conn = server.connection();
        let listed = |conn: &mut db::Connection, product: i64| {
            let list = list_open_for_products(conn, client.region_id, &[product], dutch_day(now())).expect("a list");
            list.iter().any(|other| other.id == client.id)
        };
        assert!(listed(&mut conn, client.product.id) && listed(&mut conn, client.alternatives[0].id));
        stepped(server, &actor, &client, None, Event::Lapse(reason(LapseReason::NoContact))).expect("lapsed");
        assert!(!listed(&mut conn, client.product.id));
        assert_eq!(find_by_id(&mut conn, client.id).expect("still there").version, 2);
    }
}

fn body() -> Value {
    json!({
        "gemeente": "GM0243", "postcode": "3841", "geboortejaar": 2014, "geboortekwartaal": 2, "product": "45A12",
        "alternatieven": ["45A13"], "verwijzer": "huisarts", "verwezenOp": "2026-11-02", "urgentie": "regulier",
        "maatregel": false, "behoeften": ["autisme"], "toelichting": "Liefst in de buurt van school."
    })
}

/// The answer without the number of the request, which is never the same.
fn without_request(answer: &Answer) -> Value {
    let mut body = answer.json();
    body["verzoek"] = Value::Null;
    body
}

fn codes(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = answer.json()["fouten"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| (text(&error["veld"]), text(&error["code"]))).collect()
}

on_both! {
    fn a_child_that_comes_a_second_time_is_pointed_out_to_its_toegang_alone(server) {
        let first = a_client(server).code.to_string();
        let toegang = server.user("toegang-harderwijk");
        let points = |code: &str| toegang.get(&format!("/v1/wachtenden/{code}")).json()["wachtende"]["aandacht"].to_string().contains("lijkt-op-ander");
        assert!(!points(&first));
        // By another referrer, which hears nothing of a child of others.
        let referrer = server.user("verwijzer-huisartsen");
        let made = referrer.post("/v1/wachtenden", &body());
        assert_eq!(made.status, 201, "{}", made.body);
        assert!(!made.body.contains("lijkt") && !made.body.contains(&first), "{}", made.body);
        assert!(!server.visitor("verwijzer-huisartsen").get("/aanmeldingen").body.contains("Lijkt op"));
        let second = made.json()["code"].as_str().expect("a code").to_owned();
        assert!(points(&first) && points(&second));
        let mails: Vec<_> = server.mails().into_iter().filter(|(to, _)| to.starts_with("toegang-harderwijk@")).collect();
        assert!(mails.len() == 1 && mails[0].1.contains(&second) && !mails[0].1.contains(&first), "{mails:?}");

        // By coming back to the list, and by moving in: the toegang it came from is told nothing either.
        let clear = || server.execute("DELETE FROM waiting_client_alike");
        let step = |user: &str, code: &str, body: Value| {
            let taken = server.user(user).post(&format!("/v1/wachtenden/{code}/stappen"), &body);
            assert_eq!(taken.status, 200, "{}", taken.body);
            taken
        };
        step("toegang-harderwijk", &second, json!({"stap": "intrekken", "reden": "niet-meer-nodig"}));
        clear();
        step("toegang-harderwijk", &second, json!({"stap": "heropenen", "reden": "vergissing"}));
        assert!(points(&first) && points(&second));
        clear();
        let elsewhere = registered(server, &server.actor("toegang-ermelo"), draft("GM0233")).expect("registered").code.to_string();
        assert!(!points(&first), "another municipality's");
        let moved = step("toegang-ermelo", &elsewhere, json!({"stap": "verhuizen", "gemeente": "GM0243", "reden": "verhuizing"}));
        assert!(!moved.body.contains("lijkt-op"), "{}", moved.body);
        assert!(points(&first) && points(&elsewhere));
    }
}

on_both! {
    fn a_program_registers_follows_and_ends_a_client(server) {
        let toegang = server.user("toegang-harderwijk");
        let made = toegang.post("/v1/wachtenden", &body());
        assert_eq!((made.status, made.header("etag")), (201, Some("\"1\"")), "{}", made.body);
        let client = made.json();
        assert_eq!((&client["status"], &client["wachtSinds"], &client["wekenGewacht"]), (&json!("wachtend"), &json!("2026-11-02"), &json!(2)));
        let path = made.header("location").expect("an address").to_owned();
        let full = toegang.get(&path);
        assert_eq!((&full.json()["behoeften"], &full.json()["tijdlijn"][0]["stap"]), (&json!(["autisme"]), &json!("aangemeld")));
        let again = toegang.post("/v1/wachtenden", &body());
        assert_eq!((again.status, codes(&again)), (409, vec![("tochAanmelden".into(), "lijkt-op".into())]), "{}", again.body);
        let step = json!({"stap": "pauzeren", "reden": "verzoek-gezin", "tot": "2027-01-04"});
        let held = toegang.send("POST", &format!("{path}/stappen"), &[("Content-Type", "application/json"), ("If-Match", "\"1\"")], step.to_string());
        assert_eq!((held.status, &held.json()["pauzeTot"]), (200, &json!("2027-01-04")), "{}", held.body);
        let stale = toegang.send("POST", &format!("{path}/stappen"), &[("Content-Type", "application/json"), ("If-Match", "\"1\"")], json!({"stap": "hervatten", "reden": "kan-starten"}).to_string());
        assert_eq!((stale.status, &stale.json()["code"], &stale.json()["huidig"]["pauzeTot"]), (409, &json!("intussen-gewijzigd"), &json!("2027-01-04")));
        let ended = toegang.post(&format!("{path}/stappen"), &json!({"stap": "intrekken", "reden": "niet-meer-nodig"}));
        assert_eq!((ended.status, &ended.json()["status"]), (200, &json!("ingetrokken")), "{}", ended.body);
        let listed = toegang.get("/v1/wachtenden?product=45A12").json();
        assert!(listed["wachtenden"].as_array().expect("a list").iter().all(|other| other["code"] != client["code"]));
    }
}

on_both! {
    fn what_is_wrong_with_a_call_is_told_all_at_once(server) {
        let toegang = server.user("toegang-harderwijk");
        let before = server.audit_lines();
        let shape = toegang.post("/v1/wachtenden", &json!({"gemeente": "Harderwijk", "geboortekwartaal": 5, "behoeften": ["x1"], "naam": "Sem"}));
        assert_eq!(shape.status, 400, "{}", shape.body);
        let fields: Vec<String> = codes(&shape).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["gemeente", "geboortekwartaal", "behoeften", "product", "verwijzer", "verwezenOp", "urgentie", "maatregel", "naam"]);
        let mut wrong = body();
        wrong["toelichting"] = json!("bel moeder Anja op 06-12345678");
        wrong["beschikkingOp"] = json!("2026-10-01");
        wrong["urgentie"] = json!("crisis");
        let refused = toegang.post("/v1/wachtenden", &wrong);
        let expected = [("toelichting", "persoonsgegeven"), ("toelichting", "persoonsgegeven"), ("beschikkingOp", "volgorde"), ("urgentie", "naar-crisispunt")];
        assert_eq!((refused.status, codes(&refused)), (409, expected.map(|(field, code)| (field.to_owned(), code.to_owned())).to_vec()), "{}", refused.body);
        let path = format!("/v1/wachtenden/{}/stappen", a_client(server).code);
        let step = toegang.post(&path, &json!({"stap": "pauzeren", "reden": "anders"}));
        assert_eq!((step.status, codes(&step)), (409, vec![("tot".into(), "ontbreekt".into()), ("toelichting".into(), "ontbreekt".into())]));
        let other = toegang.post(&path, &json!({"stap": "hervatten", "reden": "verzoek-gezin"}));
        assert_eq!(codes(&other), [("reden".to_owned(), "onbekende-keuze".to_owned())]);
        assert_eq!(server.audit_lines(), before + 1, "only the client itself");
    }
}

on_both! {
    fn a_foreign_code_and_no_code_give_the_same_answer(server) {
        let code = a_client(server).code;
        let other = server.user("toegang-ermelo");
        let foreign = other.get(&format!("/v1/wachtenden/{code}"));
        assert_eq!(foreign.status, 404);
        for unknown in ["222-222-222", "C4K-7XW-2R9", "geen-code"] {
            let none = other.get(&format!("/v1/wachtenden/{unknown}"));
            assert_eq!((none.status, without_request(&none)), (404, without_request(&foreign)), "{unknown}");
        }
        let step = json!({"stap": "intrekken", "reden": "niet-meer-nodig"});
        let refused = other.post(&format!("/v1/wachtenden/{code}/stappen"), &step);
        let none = other.post("/v1/wachtenden/222-222-222/stappen", &step);
        assert_eq!((refused.status, without_request(&refused)), (404, without_request(&none)));
        let page = server.visitor("toegang-ermelo");
        let (foreign, none) = (page.get(&format!("/wachtlijst/{code}")), page.get("/wachtlijst/222-222-222"));
        assert_eq!((foreign.status, none.status), (404, 404));
        assert!(!foreign.body.contains("Gezinsbehandeling"));
    }
}

on_both! {
    fn who_left_long_ago_is_erased_once_and_still_counted(server) {
        let actor = server.actor("toegang-harderwijk");
        let client = a_client(server);
        stepped(server, &actor, &client, None, Event::Lapse(reason(LapseReason::NoContact))).expect("lapsed");
        let mut conn = server.connection();
        let early = now() + chrono::Duration::days(720);
        upkeep::strip_closed(&mut conn, early).expect("a database");
        assert!(find_by_id(&mut conn, client.id).expect("found").stripped_at.is_none(), "not before the term");
        let (late, before) = (now() + chrono::Duration::days(740), server.audit_lines());
        let stripped = upkeep::strip_closed(&mut conn, late).expect("a database");
        assert!(stripped > 0);
        assert_eq!(server.audit_lines(), before + i64::try_from(stripped).expect("a count"));
        assert_eq!(upkeep::strip_closed(&mut conn, late).expect("a database"), 0, "once");
        let left = find_by_id(&mut conn, client.id).expect("found");
        assert_eq!((left.birth, left.alternatives.len(), left.pc4, &left.note), (None, 0, None, &None));
        assert_eq!((&left.product.code, left.status()), (&client.product.code, ClientStatus::Lapsed), "what is counted stays");
        let lines = list_timeline(&mut conn, &client).expect("a timeline");
        assert!(lines.len() == 2 && lines.iter().all(|line| line.note.is_none() && line.detail.is_none()));
        let reopened = stepped(server, &actor, &client, None, Event::Reopen(reason(ReopenReason::Mistake)));
        assert!(matches!(reopened, Err(Error::Conflict(_))), "{reopened:?}");
    }
}

on_both! {
    fn who_waits_is_told_of_an_ended_contract_and_a_new_code_once(server) {
        let actor = server.actor("toegang-harderwijk");
        let wanted = vec!["98990009".parse().expect("a code")];
        let client = registered(server, &actor, RegistrationDraft { wanted, ..draft("GM0243") }).expect("registered");
        let mut conn = server.connection();
        upkeep::follow_book(&mut conn, now()).expect("a database");
        let codes = |conn: &mut db::Connection| -> Vec<&str> {
            list_timeline(conn, &client).expect("a timeline").iter().map(|line| line.kind.code()).collect()
        };
        assert_eq!(codes(&mut conn), ["aangemeld"]);
        let ended = "UPDATE contract SET valid_until = '2026-11-18' WHERE provider_id = (SELECT id FROM provider WHERE agb = '98990009') AND product_id = (SELECT id FROM product WHERE code = '45A12')";
        server.execute(ended);
        server.execute("INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon, successor_id) SELECT old.id, FALSE, FALSE, new.id FROM product old, product new WHERE old.code = '45A12' AND new.code = '45A13'");
        upkeep::follow_book(&mut conn, now()).expect("a database");
        assert_eq!(codes(&mut conn), ["aangemeld", "contract-beeindigd"]);
        server.execute("UPDATE product SET valid_until = '2026-11-20' WHERE code = '45A12'");
        upkeep::follow_book(&mut conn, now()).expect("a database");
        upkeep::follow_book(&mut conn, now()).expect("a database");
        assert_eq!(codes(&mut conn), ["aangemeld", "contract-beeindigd", "product-gewijzigd"], "each once");
        let moved = find_by_id(&mut conn, client.id).expect("found");
        assert_eq!((moved.product.code.as_str(), moved.alternatives.len()), ("45A13", 0), "what is wanted is no alternative");
        let page = server.visitor("toegang-harderwijk").get(&format!("/wachtlijst/{}", client.code)).body;
        assert!(page.contains("Een contract is beëindigd of het product is gewijzigd"), "{page}");
    }
}

on_both! {
    fn a_new_code_goes_for_alternatives_too_and_known_ones_stay(server) {
        let actor = server.actor("toegang-harderwijk");
        let codes = |text: &str| text.split(' ').map(|code| code.parse().expect("a code")).collect();
        let alternatives: Vec<_> = codes("45A13 45A21 45A11");
        let client = registered(server, &actor, RegistrationDraft { alternatives, ..draft("GM0243") }).expect("registered");
        // One has its successor among the alternatives, and of one nothing takes the place.
        let alternatives: Vec<_> = codes("45A13 45A14");
        let both = registered(server, &actor, RegistrationDraft { alternatives, ..draft("GM0243") }).expect("registered");
        server.execute("DELETE FROM waiting_product; INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon, successor_id) SELECT old.id, FALSE, FALSE, new.id FROM product old, product new WHERE old.code = '45A13' AND new.code = '45A14' AND old.region_id = new.region_id");
        server.execute("UPDATE product SET valid_until = '2026-11-20' WHERE code IN ('45A13', '45A21')");
        let mut conn = server.connection();
        upkeep::follow_book(&mut conn, now()).expect("a database");
        let accepted = |conn: &mut db::Connection, client: &WaitingClient| -> Vec<String> {
            find_by_id(conn, client.id).expect("found").alternatives.iter().map(|product| product.code.to_string()).collect()
        };
        assert_eq!(accepted(&mut conn, &client), ["45A14", "45A21", "45A11"], "in the same order");
        assert_eq!(accepted(&mut conn, &both), ["45A14"], "each once");
        let lines = list_timeline(&mut conn, &client).expect("a timeline");
        let last = lines.last().expect("a line");
        assert!(last.kind.code() == "gegevens-gewijzigd" && last.detail.as_ref().is_some_and(|detail| detail.contains("45A14")), "{last:?}");
        let before = lines.len();
        upkeep::follow_book(&mut conn, now()).expect("a database");
        assert_eq!(list_timeline(&mut conn, &client).expect("a timeline").len(), before, "once");
        // What is known can still be put right, with all that was accepted before.
        let toegang = server.user("toegang-harderwijk");
        let path = format!("/v1/wachtenden/{}", client.code);
        let version = toegang.get(&path).header("etag").expect("a version").to_owned();
        let facts = |alternatives: &[&str]| json!({
            "geboortejaar": 2014, "geboortekwartaal": 2, "verwijzer": "gemeentelijke-toegang", "verwezenOp": "2026-10-01",
            "beschikkingOp": "2026-10-08", "urgentie": "urgent", "maatregel": false, "alternatieven": alternatives,
        });
        assert_eq!(toegang.put_version(&path, &version, &facts(&["45A13"])).clashing_fields(), ["alternatieven"], "nobody buys that any more");
        let changed = toegang.put_version(&path, &version, &facts(&["45A14", "45A21"]));
        assert_eq!(changed.status, 200, "{}", changed.body);
    }
}

on_both! {
    fn an_ended_contract_is_told_of_sub_contractors_and_alternatives_too(server) {
        let actor = server.actor("toegang-harderwijk");
        let wants = |agb: &str, product: &str, alternatives: &[&str]| {
            let draft = RegistrationDraft {
                wanted: vec![agb.parse().expect("a code")],
                product: product.parse().ok(),
                alternatives: alternatives.iter().map(|code| code.parse().expect("a code")).collect(),
                ..draft("GM0243")
            };
            registered(server, &actor, draft).expect("registered")
        };
        // A sub-contractor of De Haven, the same care as an alternative, and two whom it does not concern.
        let told = [wants("98990126", "45A12", &[]), wants("98990009", "45A11", &["45A12"])];
        let others = [wants("98990101", "45A12", &[]), wants("98990009", "45A11", &["45A13"])];
        let mut conn = server.connection();
        upkeep::follow_book(&mut conn, now()).expect("a database");
        server.execute("UPDATE contract SET valid_until = '2026-11-18' WHERE provider_id = (SELECT id FROM provider WHERE agb = '98990009') AND product_id IN (SELECT id FROM product WHERE code = '45A12')");
        for _ in 0..2 {
            upkeep::follow_book(&mut conn, now()).expect("a database");
        }
        let ends = |conn: &mut db::Connection, client: &WaitingClient| {
            let lines = list_timeline(conn, client).expect("a timeline");
            lines.iter().filter(|line| line.kind.code() == "contract-beeindigd").count()
        };
        assert_eq!(told.each_ref().map(|client| ends(&mut conn, client)), [1, 1]);
        assert_eq!(others.each_ref().map(|client| ends(&mut conn, client)), [0, 0]);
    }
}

on_both! {
    fn a_program_puts_right_what_is_known_of_a_client(server) {
        let toegang = server.user("toegang-harderwijk");
        let client = a_client(server);
        let path = format!("/v1/wachtenden/{}", client.code);
        let version = toegang.get(&path).header("etag").expect("a version").to_owned();
        let facts = json!({
            "geboortejaar": 2014, "geboortekwartaal": 2, "verwijzer": "huisarts", "verwezenOp": "2026-10-01",
            "beschikkingOp": "2026-10-08", "urgentie": "urgent", "maatregel": false, "behoeften": ["autisme"],
        });
        assert_eq!(toegang.put(&path, &facts).status, 400, "the version is asked for");
        let other = server.user("toegang-ermelo").put_version(&path, &version, &facts);
        assert_eq!(other.status, 404, "{}", other.body);
        let mut steps = facts.clone();
        (steps["gemeente"], steps["product"], steps["urgentie"]) = (json!("GM0233"), json!("45A13"), json!("snel"));
        assert_eq!(toegang.put_version(&path, &version, &steps).wrong_fields(), ["urgentie", "gemeente", "product"]);
        let changed = toegang.put_version(&path, &version, &facts);
        assert_eq!((changed.status, &changed.json()["urgentie"]), (200, &json!("urgent")), "{}", changed.body);
        let second = toegang.put_version(&path, &version, &facts);
        assert_eq!((second.status, &second.json()["huidig"]["urgentie"]), (409, &json!("urgent")), "{}", second.body);
        let seen = toegang.get(&path).json();
        assert_eq!((&seen["behoeften"], &seen["wachtende"]["gemeente"]), (&json!(["autisme"]), &json!("GM0243")), "{seen}");
        assert!(seen["tijdlijn"].to_string().contains("gegevens-gewijzigd"), "{seen}");
    }
}

on_both! {
    fn an_alternative_is_a_product_that_the_child_could_be_registered_for(server) {
        // A municipality that buys all but ambulant help elsewhere.
        server.execute(
            "UPDATE region_municipality SET segment_id = (SELECT segment_id FROM product WHERE code = '45A12' AND region_id = \
               (SELECT id FROM region WHERE code = 'noord-veluwe')) \
             WHERE municipality_id = (SELECT id FROM municipality WHERE code = 'GM0243')",
        );
        let toegang = server.user("toegang-harderwijk");
        let with = |alternatives: &[&str]| {
            let mut new = body();
            (new["alternatieven"], new["tochAanmelden"]) = (json!(alternatives), json!(true));
            new
        };
        let at = |code: &str| ("alternatieven".to_owned(), code.to_owned());
        for (alternatives, wrong, named) in [
            (["45A13", "46A01"], vec![at("niet-voor-gemeente"), at("naar-crisispunt")], "46A01: meld een crisis"),
            (["45A13", "54A01"], vec![], ""),
            (["45A13", "43A12"], vec![at("niet-voor-gemeente")], "43A12: deze gemeente koopt"),
            (["43A11", "45A13"], vec![at("niet-voor-gemeente"), at("leeftijd")], "43A11: dit product is voor"),
        ] {
            let made = toegang.post("/v1/wachtenden", &with(&alternatives));
            let expected = if wrong.is_empty() { 201 } else { 409 };
            assert_eq!(made.status, expected, "{alternatives:?}: {}", made.body);
            if !wrong.is_empty() {
                assert_eq!(codes(&made), wrong, "{alternatives:?}");
                assert!(made.body.contains(named), "{named}: {}", made.body);
            }
        }
        // What was accepted before stays, and is no way in for more.
        let client = a_client(server);
        server.execute(&format!(
            "INSERT INTO waiting_client_alternative (client_id, product_id, rank) SELECT {}, id, 2 FROM product WHERE code = '46A01' AND region_id = \
               (SELECT id FROM region WHERE code = 'noord-veluwe')",
            client.id
        ));
        let path = format!("/v1/wachtenden/{}", client.code);
        let version = toegang.get(&path).header("etag").expect("a version").to_owned();
        let facts = |alternatives: &[&str]| json!({
            "geboortejaar": 2014, "geboortekwartaal": 2, "verwijzer": "gemeentelijke-toegang", "verwezenOp": "2026-10-01",
            "beschikkingOp": "2026-10-08", "urgentie": "urgent", "maatregel": false, "alternatieven": alternatives,
        });
        let more = toegang.put_version(&path, &version, &facts(&["45A13", "46A01", "46A05"]));
        assert_eq!(codes(&more), [at("niet-voor-gemeente"), at("naar-crisispunt")], "{}", more.body);
        assert!(more.body.contains("46A05: ") && !more.body.contains("46A01: "), "{}", more.body);
        let kept = toegang.put_version(&path, &version, &facts(&["45A13", "46A01"]));
        assert_eq!(kept.status, 200, "{}", kept.body);
    }
}
