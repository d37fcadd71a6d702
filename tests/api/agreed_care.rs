//! Care that was agreed: who is asked when nobody confirms that it started, who can confirm it, what is owed afterwards, and where
//! those see it who give help without a response of their own.

use beschikbaarheidswijzer::background::JOBS;
use beschikbaarheidswijzer::db::schema::{access_event, placement, waiting_client};
use beschikbaarheidswijzer::on_each;
use beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient;
use beschikbaarheidswijzer::waiting_list::replacement::telling::tell_of_ends;
use beschikbaarheidswijzer::waiting_list::responses::chasing::{chase, end_without_contract};
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::clients::{client_for, register};
use crate::support::waiting::{BAKENZAND, HAVEN, PRODUCT, TOEGANG};
use crate::support::{Form, TestServer, now};

const URL: &str = "https://jeugdhulp.example";
const CODE: &str = "C4K-7XW-2R9";

fn mailed(server: &TestServer, to: &str, words: &str) -> Vec<String> {
    let address = format!("{to}@jeugdhulp-noord-veluwe.example");
    let mails = server.mails().into_iter();
    mails.filter(|(reader, text)| *reader == address && text.contains(words)).map(|(_, text)| text).collect()
}

fn chase_at(server: &TestServer, at: &str) {
    let at: DateTime<Utc> = at.parse().expect("a time");
    chase(&mut server.connection(), at, URL).expect("a database");
}

fn points(server: &TestServer, client: &WaitingClient) -> String {
    let seen = server.user(TOEGANG).get(&format!("/v1/wachtenden/{}", client.code)).json();
    seen["wachtende"]["aandacht"].to_string()
}

/// De Haven has care agreed for a client, from 1 December.
fn agreed(server: &TestServer, client: &WaitingClient) -> i64 {
    let id = server.responded(HAVEN, client);
    assert_eq!(server.accept(client, id).status, 200);
    id
}

on_both! {
    fn a_start_that_nobody_confirms_is_chased_and_then_told_to_others(server) {
        let client = &server.waiting()[0];
        let id = agreed(server, client);
        let asked = || mailed(server, HAVEN.0, "op 1 december 2026 zou starten");
        chase_at(server, "2026-12-01T22:30:00Z");
        assert_eq!(asked().len(), 0, "the day itself is not over");
        assert!(!points(&server.start_later(Duration::days(10)), client).contains("start-niet-bevestigd"));
        for _ in 0..2 {
            chase_at(server, "2026-12-02T08:00:00Z");
        }
        let mails = asked();
        assert!(mails.len() == 1 && !mails[0].contains(&client.code.to_string()), "{mails:?}");
        assert!(mails[0].contains(&format!("/reacties/{id}")), "{}", mails[0]);
        assert!(points(&server.start_later(Duration::days(11)), client).contains("start-niet-bevestigd"));
        let told = || {
            let toegang = mailed(server, TOEGANG, "bevestigde niet dat de zorg").len();
            (toegang, mailed(server, "accountmanager-regio", "ook niet na een herinnering").len())
        };
        chase_at(server, "2026-12-02T16:00:00Z");
        assert_eq!(told(), (0, 0), "the provider has the term of the region");
        for _ in 0..2 {
            chase_at(server, "2026-12-04T12:00:00Z");
        }
        assert_eq!(told(), (1, 1));
        let later = server.start_later(Duration::days(13));
        let late = later.user("accountmanager-regio").get("/v1/late-reacties").json();
        let rows = late["reacties"].as_array().cloned().unwrap_or_default();
        let ours = rows.iter().find(|one| one["code"] == client.code.to_string()).expect("it is there");
        assert_eq!((&ours["startGepland"], ours["opgeschaaldOp"].is_string()), (&json!("2026-12-01"), true), "{late}");
        assert!(late["nietBevestigd"].as_u64() >= Some(1), "{late}");
        let page = later.visitor("accountmanager-regio").get("/late-reacties").body;
        assert!(page.contains("Start niet bevestigd") && page.contains(&client.code.to_string()), "{page}");
        let path = format!("/wachtlijst/{}/reacties/{id}", client.code);
        let visitor = later.visitor(TOEGANG);
        let page = visitor.get(&path).body;
        assert!(page.contains("Aanbieder herinnerd aan de start") && page.contains("Start niet bevestigd"), "{page}");
        assert!(visitor.get("/wachtlijst").body.contains("de start is niet bevestigd"));
        // Who said so is in the timeline, and the provider hears it.
        let form = Form::on(&page, &format!("{path}/start"));
        assert_eq!(form.value("gestartOp"), "01-12-2026");
        assert_eq!(form.send(&visitor).status, 303);
        let seen = later.user(TOEGANG).get(&format!("/v1/wachtenden/{}", client.code)).json();
        assert_eq!(seen["wachtende"]["status"], "geplaatst");
        let line = seen["tijdlijn"].as_array().and_then(|lines| lines.last()).expect("a line");
        assert_eq!(line["stap"], "zorg-gestart", "{line}");
        assert!(line["door"].as_str().is_some_and(|by| by.contains("oegang")), "{line}");
        assert_eq!(mailed(server, HAVEN.0, "bevestigde dat de zorg startte op 1 december 2026").len(), 1);
        chase_at(server, "2026-12-10T12:00:00Z");
        assert_eq!((asked().len(), told()), (1, (1, 1)));
    }
}

on_both! {
    fn the_toegang_of_the_child_confirms_a_start_and_no_other(server) {
        let client = &server.waiting()[0];
        let id = agreed(server, client);
        let path = TestServer::weigh_path(client, id, "start");
        let start = |user: &str, day: &str| server.user(user).post(&path, &json!({"gestartOp": day}));
        assert_eq!(start("toegang-ermelo", "2026-11-21").status, 404);
        assert_eq!(start(TOEGANG, "2026-11-22").clashing_fields(), ["gestartOp"]);
        assert_eq!(server.user(TOEGANG).post(&path, &json!({})).wrong_fields(), ["gestartOp"]);
        let done = start(TOEGANG, "2026-11-21");
        assert_eq!((done.status, &done.json()["gestartOp"]), (200, &json!("2026-11-21")), "{}", done.body);
        assert_eq!(start(TOEGANG, "2026-11-21").status, 409);
        let own = server.user(HAVEN.0).post(&format!("/v1/reacties/{id}/start"), &json!({"gestartOp": "2026-11-21"}));
        assert_eq!(own.status, 409, "it is known");
    }
}

on_both! {
    fn what_a_body_decides_after_a_crisis_is_owed_and_filled_in_after_the_start(server) {
        let client = &server.waiting()[0];
        server.execute(&format!(
            "DELETE FROM waiting_product; INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon) SELECT id, TRUE, FALSE FROM product WHERE code = '{PRODUCT}'"
        ));
        let id = server.responded(HAVEN, client);
        let accepted = server.user(TOEGANG).post(&TestServer::weigh_path(client, id, "acceptatie"), &json!({"reden": "enige", "naCrisis": true}));
        assert_eq!(accepted.status, 200, "{}", accepted.body);
        assert_eq!(server.user(HAVEN.0).post(&format!("/v1/reacties/{id}/start"), &json!({"gestartOp": "2026-11-21"})).status, 200);
        assert_eq!(points(server, client), "[\"advies-ontbreekt\"]");
        let visitor = server.visitor(TOEGANG);
        let list = visitor.get("/wachtlijst").body;
        assert!(list.contains(&client.code.to_string()) && list.contains("De beslissing van het adviesorgaan ontbreekt"), "{list}");
        let asked = server.user(TOEGANG).get("/v1/wachtenden?aandacht=advies-ontbreekt").json();
        let found = asked["wachtenden"].as_array().cloned().unwrap_or_default();
        assert!(found.iter().any(|one| one["code"] == client.code.to_string()), "{asked}");
        assert!(visitor.get(&format!("/wachtlijst/{}", client.code)).body.contains("Beslissing van het adviesorgaan vastleggen"));
        let change = format!("/wachtlijst/{}/wijzigen", client.code);
        let opened = visitor.get(&change).body;
        let mut form = Form::on(&opened, &change);
        form.set("adviesOp", "20-11-2026");
        form.set("hoogsteAfstandKm", "12");
        let refused = form.send(&visitor);
        assert!(refused.body.contains("Alleen de beslissing van het adviesorgaan"), "{}", refused.body);
        let mut form = Form::on(&opened, &change);
        form.set("adviesOp", "20-11-2026");
        assert_eq!(form.send(&visitor).status, 303);
        assert_eq!(points(server, client), "[]");
        let seen = server.user(TOEGANG).get(&format!("/v1/wachtenden/{}", client.code)).json();
        assert_eq!((&seen["adviesOp"], &seen["wachtende"]["status"]), (&json!("2026-11-20"), &json!("geplaatst")), "{seen}");
        let again = Form::on(&opened, &change).send(&visitor);
        assert_eq!(again.status, 400, "once");
        assert!(again.body.contains("deze wachtende is van de lijst"), "{}", again.body);
    }
}

/// Bridging care by De Haven of a product, written down past the program.
fn bridge(server: &TestServer, client: &WaitingClient, product: &str) {
    server.execute(&format!(
        "INSERT INTO bridging_care (client_id, provider_id, product_id, cause, starts_on, made_at, version) \
         SELECT {}, provider.id, product.id, 'gevraagd', '2026-11-16', '2026-11-16 09:00:00', 1 FROM provider, product \
         WHERE provider.agb = '{}' AND product.code = '{product}'",
        client.id, HAVEN.1
    ));
}

/// The only contract of De Haven for the product is this one.
fn contract(server: &TestServer, product: &str, (municipality, until): (&str, &str)) {
    let of =
        format!("FROM provider, product WHERE provider.agb = '{}' AND product.code = '{product}'", HAVEN.1);
    server.execute(&format!(
        "DELETE FROM contract WHERE provider_id = (SELECT id FROM provider WHERE agb = '{}') AND product_id = (SELECT id FROM product WHERE code = '{product}'); \
         INSERT INTO contract (provider_id, product_id, municipality_id, level, valid_from, valid_until, version) \
         SELECT provider.id, product.id, {municipality}, 'regionaal', NULL, {until}, 1 {of}",
        HAVEN.1
    ));
}

fn listed(server: &TestServer, user: &str) -> Vec<Value> {
    let list = server.user(user).get("/v1/herplaatsingen?situatie=overbrugging").json();
    list["herplaatsingen"].as_array().cloned().unwrap_or_default()
}

on_both! {
    fn children_bridged_by_a_provider_that_stops_are_listed_and_told(server) {
        let client = &server.waiting()[0];
        bridge(server, client, "45A13");
        contract(server, "45A13", ("NULL", "NULL"));
        assert_eq!(listed(server, TOEGANG), Vec::<Value>::new());
        contract(server, "45A13", ("NULL", "'2027-02-19'"));
        let rows = listed(server, TOEGANG);
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!((&rows[0]["code"], &rows[0]["laatsteDag"], &rows[0]["herplaatsbaar"]), (&json!(client.code.to_string()), &json!("2027-02-19"), &json!(false)));
        assert_eq!(rows[0]["aanbieder"], "De Haven Jeugdhulp");
        let page = server.visitor(TOEGANG).get("/herplaatsing?situatie=overbrugging").body;
        assert!(page.contains("Wacht, met overbruggingszorg") && page.contains(&format!("/wachtlijst/{}/overbrugging", client.code)), "{page}");
        let tell = || tell_of_ends(&mut server.connection(), now(), URL).expect("a database");
        assert_eq!((tell(), tell()), (1, 0), "once");
        let told = mailed(server, TOEGANG, "1 kind met overbruggingszorg");
        assert!(told.len() == 1 && !told[0].contains(&client.code.to_string()) && !told[0].contains("kind in zorg"), "{told:?}");
        // What ends by itself before that needs nothing.
        server.execute("UPDATE bridging_care SET ends_on = '2027-02-01', end_reason = 'niet-meer-nodig'");
        assert_eq!(listed(server, TOEGANG), Vec::<Value>::new());
    }
}

on_both! {
    fn bridging_care_without_a_contract_where_a_child_moves_to_is_listed_there(server) {
        let client = &server.waiting()[0];
        bridge(server, client, "45A13");
        contract(server, "45A13", ("(SELECT id FROM municipality WHERE code = 'GM0243')", "NULL"));
        let moves = json!({"stap": "verhuizen", "gemeente": "GM0233", "reden": "verhuizing"});
        let moved = server.user(TOEGANG).post(&format!("/v1/wachtenden/{}/stappen", client.code), &moves);
        assert_eq!(moved.status, 200, "{}", moved.body);
        let rows = listed(server, "toegang-ermelo");
        assert_eq!((rows.len(), rows[0]["laatsteDag"].clone()), (1, json!("2026-11-20")), "{rows:?}");
        assert_eq!(listed(server, TOEGANG), Vec::<Value>::new());
        assert_eq!(tell_of_ends(&mut server.connection(), now(), URL).expect("a database"), 1);
        assert_eq!(mailed(server, "toegang-ermelo", "1 kind met overbruggingszorg").len(), 1);
    }
}

on_both! {
    fn a_provider_sees_the_children_it_bridges_and_accompanies(server) {
        let clients = server.waiting();
        let id = agreed(server, &clients[0]);
        server.execute(&format!("UPDATE placement SET companion_id = (SELECT id FROM provider WHERE agb = '{}') WHERE response_id = {id}", BAKENZAND.1));
        bridge(server, &clients[1], "45A13");
        let help = |user: &str| server.user(user).get("/v1/reacties").json()["hulp"].as_array().cloned().expect("a list");
        let looks = || -> i64 {
            access_event::table.filter(access_event::kind.eq("gegeven-hulp-inzien")).count().get_result(&mut server.connection()).expect("a count")
        };
        assert_eq!((help("aanbieder-praktijk-groei").len(), looks()), (0, 0));
        let accompanied = help(BAKENZAND.0);
        assert_eq!(accompanied.len(), 1, "{accompanied:?}");
        assert_eq!(accompanied[0], json!({
            "soort": "begeleiding", "wachtende": clients[0].code.to_string(), "gemeente": "Harderwijk", "product": PRODUCT,
            "productNaam": accompanied[0]["productNaam"], "verblijfBij": "De Haven Jeugdhulp", "vanaf": "2026-12-01",
        }));
        let bridged = help(HAVEN.0);
        assert_eq!(bridged.len(), 1, "{bridged:?}");
        assert_eq!((&bridged[0]["soort"], &bridged[0]["wachtende"], &bridged[0]["vanaf"]), (&json!("overbrugging"), &json!(clients[1].code.to_string()), &json!("2026-11-16")));
        assert_eq!(looks(), 2);
        let page = server.visitor(BAKENZAND.0).get("/reacties").body;
        assert!(page.contains("Aan wie u hulp geeft") && page.contains(&clients[0].code.to_string()) && page.contains("verblijf bij De Haven Jeugdhulp"), "{page}");
        // The help ends with the agreement, and with the care.
        assert_eq!(server.user(HAVEN.0).post(&format!("/v1/reacties/{id}/niet-gestart"), &json!({"reden": "plek-vervallen"})).status, 200);
        server.execute("UPDATE bridging_care SET ends_on = '2026-11-20', end_reason = 'niet-meer-nodig'");
        assert_eq!((help(BAKENZAND.0).len(), help(HAVEN.0).len()), (0, 0));
    }
}

/// Care agreed at De Haven of which Bakenzand gives the ambulant help.
fn accompanied(server: &TestServer, client: &WaitingClient) -> i64 {
    let id = agreed(server, client);
    server.execute(&format!(
        "UPDATE placement SET companion_id = (SELECT id FROM provider WHERE agb = '{}') WHERE response_id = {id}",
        BAKENZAND.1
    ));
    id
}

on_both! {
    fn who_gives_the_help_that_goes_with_a_stay_hears_that_it_is_off(server) {
        let clients = server.waiting();
        let off = || mailed(server, BAKENZAND.0, "De ambulante hulp die u daarbij zou geven vervalt");
        // Its provider says so.
        let id = accompanied(server, &clients[0]);
        assert_eq!(server.user(HAVEN.0).post(&format!("/v1/reacties/{id}/niet-gestart"), &json!({"reden": "plek-vervallen"})).status, 200);
        assert!(off().len() == 1 && off()[0].contains("De Haven Jeugdhulp") && !off()[0].contains(&clients[0].code.to_string()), "{:?}", off());
        chase_at(server, "2026-11-21T10:00:00Z");
        assert_eq!(off().len(), 1, "once");
        // The child leaves the list, of which providers are told soon after.
        accompanied(server, &clients[1]);
        let leaves = json!({"stap": "intrekken", "reden": "niet-meer-nodig"});
        let left = server.user(TOEGANG).post(&format!("/v1/wachtenden/{}/stappen", clients[1].code), &leaves);
        assert_eq!(left.status, 200, "{}", left.body);
        for _ in 0..2 {
            chase_at(server, "2026-11-21T10:00:00Z");
        }
        assert_eq!(off().len(), 2);
        // The contract ends.
        accompanied(server, &clients[2]);
        contract(server, PRODUCT, ("NULL", "'2026-11-20'"));
        assert_eq!(end_without_contract(&mut server.connection(), now(), URL).expect("a database"), 1);
        chase_at(server, "2026-11-21T10:00:00Z");
        assert_eq!(off().len(), 3);
    }
}

on_both! {
    fn who_gives_the_help_at_its_own_stay_hears_it_once(server) {
        let client = &server.waiting()[0];
        let id = agreed(server, client);
        server.execute(&format!("UPDATE placement SET companion_id = (SELECT id FROM provider WHERE agb = '{}') WHERE response_id = {id}", HAVEN.1));
        let not_started = json!({"stap": "niet-gestart", "reden": "plek-vervallen"});
        let taken = server.user(TOEGANG).post(&format!("/v1/wachtenden/{}/stappen", client.code), &not_started);
        assert_eq!(taken.status, 200, "{}", taken.body);
        chase_at(server, "2026-11-21T10:00:00Z");
        assert_eq!(mailed(server, HAVEN.0, "Uw reactie op een wachtende is beëindigd").len(), 1);
        assert_eq!(mailed(server, HAVEN.0, "ambulante hulp").len(), 0);
    }
}

on_both! {
    fn who_gives_help_and_which_offer_was_taken_are_there(server) {
        let client = &server.waiting()[0];
        agreed(server, client);
        bridge(server, client, "45A13");
        let mut conn = server.own_connection();
        let mut fails = |statement: &str| on_each!(&mut conn, c => c.batch_execute(statement)).is_err();
        assert!(fails("UPDATE placement SET companion_id = 999999"));
        assert!(fails("UPDATE bridging_care SET offer_id = 999999"));
        assert!(!fails("UPDATE bridging_care SET offer_id = (SELECT min(id) FROM offer)"));
    }
}

on_both! {
    fn bridging_care_starts_only_where_it_is_proposed(server) {
        let draft = || {
            let mut draft = client_for("GM0243");
            (draft.product, draft.birth_year) = ("43A11".parse().ok(), Some(2018));
            draft.alternatives = Vec::new();
            draft
        };
        register(server, TOEGANG, draft(), CODE);
        let toegang = server.user(TOEGANG);
        let first = toegang.get(&format!("/v1/wachtenden/{CODE}/overbruggingen")).json()["voorgesteld"][0].clone();
        let agb = first["agb"].as_str().expect("a provider");
        let mut other = draft();
        other.excluded = vec![agb.parse().expect("a code")];
        register(server, TOEGANG, other, "N76-D55-228");
        let start = |code: &str, day: &str| {
            let body = json!({"agb": agb, "product": first["product"], "start": day});
            toegang.post(&format!("/v1/wachtenden/{code}/overbruggingen"), &body)
        };
        let refused = start("N76-D55-228", "2026-11-23");
        assert_eq!(refused.clashing_fields(), ["aanbieder"], "{}", refused.body);
        let wrong = refused.json()["fouten"][0].clone();
        assert_eq!(wrong["code"], "kan-niet", "{wrong}");
        assert!(wrong.to_string().contains("uitgesloten door het gezin"), "{wrong}");
        assert_eq!(start("N76-D55-228", "2026-11-20").status, 201, "what began already is only written down");
        assert_eq!(start(CODE, "2026-11-23").status, 201);
    }
}

on_both! {
    fn a_write_of_which_nobody_knows_how_it_ended_is_not_done_again(server) {
        let client = &server.waiting()[0];
        // Something that fails only when all is to be kept.
        let is_sqlite = server.database_url().starts_with("sqlite");
        server.execute("CREATE TABLE late_check (client_id BIGINT REFERENCES waiting_client (id) DEFERRABLE INITIALLY DEFERRED)");
        server.execute(if is_sqlite {
            "CREATE TRIGGER fails_late AFTER INSERT ON waiting_client_event BEGIN INSERT INTO late_check VALUES (-1); END"
        } else {
            "CREATE FUNCTION fails_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO late_check VALUES (-1); RETURN NULL; END $$; \
             CREATE TRIGGER fails_late AFTER INSERT ON waiting_client_event FOR EACH ROW EXECUTE FUNCTION fails_late()"
        });
        let user = server.user(TOEGANG);
        let path = format!("/v1/wachtenden/{}/stappen", client.code);
        let body = json!({"stap": "intrekken", "reden": "niet-meer-nodig"}).to_string();
        let send = |key: &str| user.send("POST", &path, &[("Content-Type", "application/json"), ("Idempotency-Key", key)], body.clone());
        let failed = send("sleutel-laat");
        assert_eq!(failed.status, 500, "{}", failed.body);
        server.execute(if is_sqlite { "DROP TRIGGER fails_late" } else { "DROP TRIGGER fails_late ON waiting_client_event" });
        let again = send("sleutel-laat");
        assert!(again.status == 409 && again.body.contains("nog niet klaar"), "{} {}", again.status, again.body);
        assert_eq!(send("sleutel-nieuw").status, 200);
    }
}

on_both! {
    fn a_step_that_is_sent_twice_is_taken_once(server) {
        let clients = server.waiting();
        let visitor = server.visitor(TOEGANG);
        let lines = |client: &WaitingClient| {
            let seen = server.user(TOEGANG).get(&format!("/v1/wachtenden/{}", client.code)).json();
            seen["tijdlijn"].as_array().map(Vec::len)
        };
        let path = format!("/wachtlijst/{}/stap/pauzeren", clients[0].code);
        let mut one = Form::on(&visitor.get(&path).body, &path);
        let bulk = format!("/wachtlijst/stappen?stap=pauzeren&kies-{}=ja", clients[1].code);
        let mut many = Form::on(&visitor.get(&bulk).body, "/wachtlijst/stappen");
        for form in [&mut one, &mut many] {
            form.set("reden", "verzoek-gezin");
            form.set("tot", "01-12-2026");
            let (first, again) = (form.send(&visitor), form.send(&visitor));
            assert_eq!((first.status, again.status), (303, 303), "{} {}", first.body, again.body);
            assert_eq!(first.header("location"), again.header("location"));
        }
        assert_eq!((lines(&clients[0]), lines(&clients[1])), (Some(2), Some(2)));
    }
}

on_both! {
    fn what_was_kept_long_enough_is_erased_by_a_job_of_its_own(server) {
        let client = &server.waiting()[0];
        let id = agreed(server, client);
        assert_eq!(server.user(HAVEN.0).post(&format!("/v1/reacties/{id}/start"), &json!({"gestartOp": "2026-11-21"})).status, 200);
        server.execute(&format!("UPDATE placement SET perspective_team = 'Jeugdteam Zuid' WHERE response_id = {id}"));
        let run = |name: &str, days: i64| {
            let job = JOBS.iter().find(|job| job.name == name).expect("a job");
            (job.work)(&mut server.connection(), &server.state, now() + Duration::days(days))
        };
        let stripped = || -> Option<NaiveDateTime> {
            waiting_client::table.find(client.id).select(waiting_client::stripped_at).first(&mut server.connection()).expect("a client")
        };
        // What goes wrong beside it keeps nothing longer than its term.
        server.execute("ALTER TABLE contract RENAME TO contract_away");
        assert!(run("following the book for who waits", 740).is_err());
        run("erasing of clients", 700).expect("a database");
        assert_eq!(stripped(), None, "two years are not over");
        run("erasing of clients", 740).expect("a database");
        assert!(stripped().is_some());
        server.execute("ALTER TABLE contract_away RENAME TO contract");
        run("erasing what was kept of stripped clients", 740).expect("a database");
        let team: Option<String> = placement::table.filter(placement::response_id.eq(id)).select(placement::perspective_team).first(&mut server.connection()).expect("a placement");
        assert_eq!(team, None);
    }
}

on_both! {
    fn agreed_care_goes_on_under_a_new_code_and_becomes_no_other(server) {
        let clients = server.waiting();
        let client = &clients[0];
        agreed(server, client);
        let step = |body: Value| server.user(TOEGANG).post(&format!("/v1/wachtenden/{}/stappen", client.code), &body);
        let recode = |reason: &str| step(json!({"stap": "ander-product", "product": "45A13", "reden": reason}));
        for reason in ["hulpvraag", "correctie"] {
            let refused = recode(reason);
            assert!(refused.status == 409 && refused.body.contains("leg eerst vast dat die niet is gestart"), "{}", refused.body);
        }
        let visitor = server.visitor(TOEGANG);
        let page = |client: &WaitingClient| visitor.get(&format!("/wachtlijst/{}/stap/ander-product", client.code)).body;
        let offers = |page: &str, value: &str| page.contains(&format!("<option value=\"{value}"));
        let shown = page(client);
        assert!(shown.contains("geen nieuwe code voor dit product"), "{shown}");
        assert_eq!(["productenboek", "hulpvraag", "45A13"].map(|value| offers(&shown, value)), [false; 3], "{shown}");
        let waits = page(&clients[1]);
        assert_eq!(["productenboek", "hulpvraag", "45A13"].map(|value| offers(&waits, value)), [true, true, true], "{waits}");

        server.execute("DELETE FROM waiting_product; INSERT INTO waiting_product (product_id, needs_body_decision, first_help_soon, successor_id) SELECT old.id, FALSE, FALSE, new.id FROM product old, product new WHERE old.code = '45A12' AND new.code = '45A13' AND old.region_id = new.region_id");
        let shown = page(client);
        assert!(shown.contains("De afgesproken zorg gaat door onder een nieuwe code"), "{shown}");
        assert_eq!(["productenboek", "hulpvraag", "45A13", "45A14"].map(|value| offers(&shown, value)), [true, false, true, false], "{shown}");
        let recoded = recode("productenboek");
        assert_eq!(recoded.status, 200, "{}", recoded.body);
        assert_eq!((&recoded.json()["product"], &recoded.json()["status"]), (&json!("45A13"), &json!("geaccepteerd")), "{}", recoded.body);
        // Care that did not start leaves the way open for other care.
        let gone = step(json!({"stap": "niet-gestart", "reden": "plek-vervallen"}));
        assert_eq!(gone.status, 200, "{}", gone.body);
        let other = step(json!({"stap": "ander-product", "product": "45A14", "reden": "hulpvraag"}));
        assert_eq!((other.status, &other.json()["status"]), (200, &json!("wachtend")), "{}", other.body);
    }
}
