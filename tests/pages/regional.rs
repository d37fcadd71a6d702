//! The policy of a region, runs of the regional plan, and what providers are asked, on pages.

use std::sync::Barrier;

use beschikbaarheidswijzer::db::schema::{
    access_event, assignment_policy, audit_event, regional_request, regional_run, regional_run_line,
};
use beschikbaarheidswijzer::error::Error;
use beschikbaarheidswijzer::matching::runs::actions::{erase_of_stripped, run_due};
use beschikbaarheidswijzer::matching::runs::asking::ask;
use beschikbaarheidswijzer::matching::runs::chasing::chase_questions;
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use diesel::prelude::*;
use rules::assignment::{read_answer, read_problem};

use crate::on_both;
use crate::support::waiting::{BAKENZAND, HAVEN};
use crate::support::{Form, TestServer, now};

const MANAGER: &str = "accountmanager-regio";
const POLICY: &str = "/beheer/toewijzingsbeleid";
const RUNS: &str = "/regiovoorstel";

/// Makes a run by its button and opens it.
fn run(server: &TestServer) -> (String, String) {
    let manager = server.visitor(MANAGER);
    let made = Form::on(&manager.get(RUNS).body, RUNS).send(&manager);
    assert_eq!(made.status, 303, "{}", made.body);
    let path = made.header("location").expect("the run").to_owned();
    let shown = manager.get(&path);
    assert_eq!(shown.status, 200, "{}", shown.body);
    (path, shown.body)
}

/// Only De Haven and Bakenzand have room; `change` is what is otherwise besides.
fn room_at_two(server: &TestServer, version: u32, change: &str) {
    server.execute(&format!(
        "UPDATE offer SET free_places = 0 WHERE free_places > 0 AND provider_id NOT IN \
         (SELECT id FROM provider WHERE agb IN ('98990009', '98990001')); {change};
         UPDATE offer SET supply_version = {version}; UPDATE supply_version SET version = {version}",
    ));
    server
        .state
        .supply
        .refresh(&mut server.connection(), "2026-11-21".parse().expect("a day"))
        .expect("a picture");
}

/// The page with earlier choices.
fn page_of_versions(server: &TestServer) -> String {
    let page = server.visitor(MANAGER).get(POLICY).body;
    page.split_once("<caption>Eerder beleid</caption>").expect("a table").1.to_owned()
}

/// The codes of those who can be chosen on the page of a run, as people read them.
fn choosable(page: &str) -> Vec<String> {
    page.split("name=\"kies-").skip(1).filter_map(|rest| Some(rest.split('"').next()?.to_owned())).collect()
}

/// Asks about these, from this run, at this moment.
fn asks(server: &TestServer, at: DateTime<Utc>, run: i32, codes: &[String]) -> Result<usize, Error> {
    let snapshot = server.state.supply.current().expect("a picture");
    let of = (&*snapshot, "https://jeugdhulp.example");
    ask(&mut server.connection(), &server.actor(MANAGER), at, of, run, codes)
}

/// Writes of pages that are seen here to leave a line in the audit.
pub const AUDITED_WRITES: [&str; 1] = ["/regiovoorstel/{nummer}/vragen"];
/// The same of the API.
pub const AUDITED_API_WRITES: [&str; 1] = ["POST /v1/regiovoorstellen/{nummer}/vragen"];

on_both! {
    fn a_policy_is_tried_saved_and_kept_with_those_before(server) {
        server.waiting();
        let manager = server.visitor(MANAGER);
        let page = manager.get(POLICY);
        assert!(page.body.contains("De regio koos nog niets"), "{}", page.body);
        let mut form = Form::on(&page.body, POLICY);
        assert_eq!((form.value("wekenPerStap"), form.value("spoed")), ("4", "ja"));
        form.set("wekenPerStap", "2");
        let mut tried = form.clone();
        tried.press("doe", "bekijken");
        let tried = tried.send(&manager);
        assert!(tried.status == 200 && tried.body.contains("Gevolg van dit beleid") && tried.body.contains("Er is nog niets opgeslagen"), "{}", tried.body);
        let kept = || assignment_policy::table.count().get_result::<i64>(&mut server.connection()).expect("a count");
        assert_eq!(kept(), 0);
        assert_eq!(form.send(&manager).status, 303);
        assert_eq!(form.send(&manager).status, 409, "somebody was first");
        assert_eq!(kept(), 1);
        let page = manager.get(POLICY).body;
        assert!(page.contains("daarbinnen gaat wie 2 weken langer wacht voor"), "{page}");
        let mut form = Form::on(&page, POLICY);
        form.set("wekenPerStap", "veel");
        form.set("blijvenWachten", "0");
        let refused = form.send(&manager);
        assert_eq!(refused.status, 400);
        assert!(refused.body.contains("href=\"#wekenPerStap\"") && refused.body.contains("href=\"#blijvenWachten\""), "{}", refused.body);

        let public = server.anyone().get("/uitleg/toewijzing");
        assert!(public.status == 200 && public.body.contains("daarbinnen gaat wie 2 weken langer wacht voor"), "{}", public.body);
        assert!(public.body.contains("trap Eerst: wie wacht op een maatregel") && !public.body.contains("in deze volgorde"), "{}", public.body);
        assert!(page_of_versions(server).contains("<th scope=\"row\">1</th>"), "runs tell of the version");
        // Who keeps the book sets it too, and sees nothing of who waits.
        let administrator = server.visitor("beheerder-regio");
        let page = administrator.get(POLICY).body;
        assert!(!page.contains("Bekijk het gevolg"));
        let mut form = Form::on(&page, POLICY);
        form.press("doe", "bekijken");
        assert_eq!(form.send(&administrator).status, 403);
    }
}

on_both! {
    fn a_run_is_kept_whole_with_a_proof_that_others_can_check(server) {
        server.waiting();
        let (path, page) = run(server);
        assert_eq!(path, "/regiovoorstel/1");
        for part in ["van 5 krijgen een plek", "Laagste som, zonder voorrang", "Wie het langst wacht kiest het eerst", "Wat er sindsdien gebeurde", "niets opgeslagen"] {
            assert_eq!(page.contains(part), part != "niets opgeslagen", "{part}: {page}");
        }
        let manager = server.visitor(MANAGER);
        let (problem, answer) = (manager.get(&format!("{path}/probleem")).body, manager.get(&format!("{path}/antwoord")).body);
        let problem = read_problem(problem.as_bytes()).expect("the format of the command");
        let answer = read_answer(answer.as_bytes()).expect("the format of the command");
        // Weak duality: nothing can be better than what these prices allow, and the places cost exactly that.
        let price = |offer: u32| answer.prices.iter().find(|(known, _)| *known == offer).map_or(0, |(_, price)| *price);
        let weight = |client: u32| i64::from(problem.client(client).stay) + answer.gap * i64::from(problem.client(client).class);
        let place = |client: u32| answer.placed.iter().find(|(known, _)| *known == client).map(|(_, offer)| *offer);
        let (mut cost, mut bound) = (0, 0);
        for client in 0..u32::try_from(problem.client_count()).expect("few") {
            bound += problem.options(client).map(|(offer, cost)| cost + price(offer)).fold(weight(client), i64::min);
            cost += match place(client) {
                Some(offer) => problem.options(client).find(|(known, _)| *known == offer).expect("an option").1,
                None => weight(client),
            };
        }
        bound -= answer.prices.iter().map(|(offer, price)| price * i64::from(problem.capacity(*offer))).sum::<i64>();
        assert_eq!(cost, bound);

        let (path, page) = run(server);
        assert_eq!(path, "/regiovoorstel/2");
        assert!(page.contains("Vergeleken met de vorige ronde"), "{page}");
        let kinds: Vec<String> = access_event::table.order(access_event::id).select(access_event::kind).load(&mut server.connection()).expect("lines");
        assert_eq!(kinds, ["regionaal-voorstel-inzien"; 2], "whose codes are shown is written down");
        let manager = server.visitor(MANAGER);
        assert_eq!(manager.get("/regiovoorstel/3").status, 404);
        assert!(manager.get("/regiovoorstel/1?toon=zonder-plek").body.contains("Hier hoort niemand bij"));

        // The map has the numbers of the list, and both count whom the run places.
        let map = manager.get("/regiovoorstel/2/kaart").body;
        let cells = |row: &str| -> Vec<usize> {
            row.split("class=\"getal\">").skip(1).filter_map(|cell| cell.split('<').next()?.parse().ok()).collect()
        };
        let rows: Vec<Vec<usize>> = map.split("<tr id=\"plek-").skip(1).map(|row| cells(row.split("</tr>").next().unwrap_or_default())).collect();
        assert!(!rows.is_empty(), "{map}");
        for number in 1..=rows.len() {
            let (row, pin) = (format!("<tr id=\"plek-{number}\">"), format!("href=\"#plek-{number}\""));
            assert!(map.contains(&row) && (map.contains(&pin) || map.contains("Buiten de kaart")), "{number}: {map}");
        }
        let placed = answer.placed.len();
        assert_eq!(rows.iter().map(|row| row[0]).sum::<usize>(), placed);
        let (_, towns) = map.split_once("Wachtenden per gemeente").expect("a table");
        let towns: Vec<Vec<usize>> = towns.split("<tr><th scope=\"row\">").skip(1).map(cells).collect();
        assert_eq!(towns.iter().map(|town| town[0]).sum::<usize>(), problem.client_count());
        assert_eq!(towns.iter().map(|town| town[1]).sum::<usize>(), placed);
        assert_eq!((manager.get("/regiovoorstel/3/kaart").status, server.visitor("accountmanager-flevoland").get("/regiovoorstel/2/kaart").status), (404, 404));
    }
}

on_both! {
    fn a_provider_is_asked_responds_and_the_run_tells(server) {
        let clients = server.waiting();
        // De Haven and Bakenzand alone have room.
        server.execute(
            "UPDATE offer SET free_places = 0 WHERE free_places > 0 AND provider_id NOT IN \
             (SELECT id FROM provider WHERE agb IN ('98990009', '98990001'));
             UPDATE offer SET supply_version = 1000; UPDATE supply_version SET version = 1000",
        );
        server.state.supply.refresh(&mut server.connection(), "2026-11-21".parse().expect("a day")).expect("a picture");
        let (path, page) = run(server);
        let manager = server.visitor(MANAGER);
        let ask = format!("{path}/vragen");
        let nothing = Form::on(&page, &ask).send(&manager);
        assert!(nothing.status == 400 && nothing.body.contains("kies minstens één voorstel"), "{}", nothing.body);
        let mut form = Form::on(&page, &ask);
        // As many as there are places.
        let proposed: Vec<_> = clients.iter().filter(|client| page.contains(&format!("name=\"kies-{}\"", client.code))).collect();
        assert!(proposed.len() >= 2, "{page}");
        for client in &proposed {
            form.set(&format!("kies-{}", client.code), "ja");
        }
        let before = server.audit_lines();
        let asked = form.send(&manager);
        assert_eq!(asked.status, 303, "{}", asked.body);
        assert!(server.audit_lines() > before, "that somebody asked is in the audit");
        let page = manager.get(asked.header("location").expect("back to the run")).body;
        assert!(page.contains(&format!("{} keer is een aanbieder gevraagd te reageren", proposed.len())), "{page}");
        assert!(page.contains("Aanbieder is gevraagd") && !page.contains("name=\"kies-"), "{page}");
        let again = manager.post_form(&ask, &[(&format!("kies-{}", proposed[0].code), "ja")]);
        assert!(again.status == 400 && again.body.contains("de aanbieder is al gevraagd"), "{}", again.body);
        let mails: Vec<(String, String)> = server.mails().into_iter().filter(|(_, text)| text.contains("/plaatsingsvragen")).collect();
        assert!(!mails.is_empty());
        assert!(clients.iter().all(|client| mails.iter().all(|(_, text)| !text.contains(&client.code.to_string()))), "no code goes to a provider");

        // Who is asked sees the clients as the open list shows them, and nobody else sees the question.
        let offered: Vec<Option<i64>> = regional_run_line::table.select(regional_run_line::offer_id).load(&mut server.connection()).expect("lines");
        let asked_of = |(user, agb): (&str, &str)| {
            let offer = server.offer_with_place(agb);
            (server.visitor(user), offered.iter().filter(|known| **known == Some(offer)).count())
        };
        let mut questions = 0;
        for provider in [HAVEN, BAKENZAND] {
            let (visitor, count) = asked_of(provider);
            let page = visitor.get("/plaatsingsvragen").body;
            questions += page.matches("/wachtenden/").count();
            assert!(page.matches("href=\"/wachtenden/").count() >= count, "{page}");
            assert!(clients.iter().all(|client| !page.contains(&client.code.to_string())), "{page}");
        }
        assert!(questions > 0, "{offered:?}");
        assert!(server.visitor("aanbieder-atelier-kleurspoor").get("/plaatsingsvragen").body.contains("nu niets gevraagd"));

        let offer = server.offer_with_place(HAVEN.1);
        let of_haven: Vec<i64> = regional_run_line::table.filter(regional_run_line::offer_id.eq(offer)).select(regional_run_line::client_id).load(&mut server.connection()).expect("lines");
        if let Some(client) = clients.iter().find(|client| of_haven.contains(&client.id)) {
            let response = server.responded(HAVEN, client);
            assert!(manager.get(&path).body.contains("Aanbieder reageerde"));
            assert!(server.visitor(HAVEN.0).get("/plaatsingsvragen").body.contains("U reageerde"));
            assert_eq!(server.accept(client, response).status, 200);
            assert!(manager.get(&path).body.contains("Geholpen zoals voorgesteld"));
        } else {
            panic!("the place of De Haven is proposed to somebody: {offered:?}");
        }
    }
}

on_both! {
    fn a_planned_run_is_made_once_on_its_day(server) {
        let manager = server.visitor(MANAGER);
        let mut form = Form::on(&manager.get(RUNS).body, "/regiovoorstel/planning");
        form.set("weekdag", "maandag");
        assert_eq!(form.send(&manager).status, 303);
        assert_eq!(form.send(&manager).status, 409, "somebody was first");
        let snapshot = server.state.supply.current().expect("a picture");
        let beside = server.start_beside();
        let due = |server: &TestServer, at: &str| {
            let at: DateTime<Utc> = at.parse().expect("a time");
            run_due(&mut server.connection(), at, &snapshot).expect("no trouble")
        };
        assert_eq!(due(server, "2026-11-22T09:00:00Z"), 0, "Sunday");
        assert_eq!(due(server, "2026-11-23T04:59:00Z"), 0, "before six");
        assert_eq!((due(server, "2026-11-23T05:00:00Z"), due(&beside, "2026-11-23T05:00:01Z")), (1, 0));
        assert_eq!(due(&beside, "2026-11-30T08:00:00Z"), 1, "a week later");
        assert!(manager.get(RUNS).body.contains("Vanzelf, volgens planning"));
        let count: i64 = regional_run::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(count, 2);
        let lines: i64 = audit_event::table.filter(audit_event::action.eq("regionaal-voorstel-maken")).count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(lines, 2);
    }
}

on_both! {
    fn of_a_stripped_client_a_run_keeps_no_line(server) {
        let clients = server.waiting();
        run(server);
        let kept = || regional_run_line::table.filter(regional_run_line::client_id.eq(clients[0].id)).count().get_result::<i64>(&mut server.connection()).expect("a count");
        assert_eq!((kept(), erase_of_stripped(&mut server.connection(), now()).expect("erased")), (1, 0));
        server.execute(&format!(
            "UPDATE waiting_client SET status = 'ingetrokken', closed_at = registered_at, stripped_at = registered_at WHERE id = {}",
            clients[0].id
        ));
        assert_eq!((erase_of_stripped(&mut server.connection(), now()).expect("erased"), kept()), (1, 0));
        let manager = server.visitor(MANAGER);
        assert_eq!(manager.get("/regiovoorstel/1").status, 200, "the counts stay");
    }
}

on_both! {
    fn a_question_that_ended_is_asked_anew(server) {
        server.waiting();
        room_at_two(server, 1000, "SELECT 1");
        let (_, page) = run(server);
        let codes = choosable(&page);
        assert!(codes.len() >= 2, "{page}");
        assert_eq!(asks(server, now(), 1, &codes).expect("asked"), codes.len());
        let early = asks(server, now() + Duration::days(13), 1, &codes).expect_err("it still runs");
        assert!(early.to_string().contains("al gevraagd") || matches!(early, Error::Collision(_)), "{early}");
        let later = now() + Duration::days(15);
        assert_eq!(asks(server, later, 1, &codes).expect("asked anew"), codes.len());
        let ends: Vec<NaiveDateTime> = regional_request::table.select(regional_request::ends_at).load(&mut server.connection()).expect("rows");
        assert_eq!(ends, vec![(later + Duration::days(14)).naive_utc(); codes.len()], "the same questions, for longer");
    }
}

on_both! {
    fn a_run_is_planned_by_api(server) {
        let path = "/v1/regiovoorstellen/planning";
        let manager = server.user(MANAGER);
        let read = manager.get(path);
        assert_eq!((read.status, read.json(), read.header("etag")), (200, serde_json::json!({"weekdag": null}), Some("\"1\"")));
        let monday = serde_json::json!({"weekdag": "maandag"});
        assert_eq!(manager.put(path, &monday).wrong_fields(), ["If-Match"], "the version is not named");
        assert_eq!(manager.put_version(path, "\"1\"", &serde_json::json!({"weekdag": "Monday"})).wrong_fields(), ["weekdag"]);
        let saved = manager.put_version(path, "\"1\"", &monday);
        assert_eq!((saved.status, saved.json(), saved.header("etag")), (200, monday.clone(), Some("\"2\"")), "{}", saved.body);
        let late = manager.put_version(path, "\"1\"", &serde_json::json!({}));
        assert_eq!((late.status, late.json()["huidig"].clone()), (409, monday), "{}", late.body);
        assert!(server.visitor(MANAGER).get(RUNS).body.contains("<option value=\"maandag\" selected>"));
        let ended = manager.put_version(path, "\"2\"", &serde_json::json!({}));
        assert_eq!((ended.status, ended.json()), (200, serde_json::json!({"weekdag": null})));
    }
}

on_both! {
    fn silence_is_chased_and_who_asked_hears_of_it(server) {
        let clients = server.waiting();
        room_at_two(server, 1000, "SELECT 1");
        let (path, page) = run(server);
        let codes = choosable(&page);
        assert!(codes.len() >= 3, "{page}");
        asks(server, now(), 1, &codes).expect("asked");
        let chase = |days: i64| chase_questions(&mut server.connection(), now() + Duration::days(days), "https://jeugdhulp.example").expect("chased");
        let told = |part: &str| server.mails().into_iter().filter(|(_, text)| text.contains(part)).map(|(to, _)| to).collect::<Vec<_>>();
        assert_eq!((chase(6), told("U reageerde nog niet").len()), (0, 0), "too early");
        assert_eq!(chase(7), codes.len());
        let reminded = told("U reageerde nog niet");
        assert!(!reminded.is_empty() && reminded.iter().all(|to| to.starts_with("aanbieder-")), "{reminded:?}");
        let once: std::collections::BTreeSet<_> = reminded.iter().collect();
        assert_eq!(once.len(), reminded.len(), "each once, however many questions");
        assert_eq!((chase(8), told("U reageerde nog niet").len()), (0, reminded.len()), "and never again");

        // Who left the list needs no answer any more.
        let gone = clients.iter().find(|client| codes.contains(&client.code.to_string())).expect("somebody who was asked about");
        server.execute(&format!("UPDATE waiting_client SET status = 'ingetrokken', closed_at = registered_at WHERE id = {}", gone.id));
        assert_eq!(chase(14), codes.len());
        let what = format!("Op {} vragen uit ronde 1", codes.len() - 1);
        assert_eq!(told(&what), ["accountmanager-regio@jeugdhulp-noord-veluwe.example"]);
        assert_eq!((chase(15), told(&what).len()), (0, 1));
        let lines: Vec<String> = audit_event::table
            .filter(audit_event::object_type.eq("plaatsingsvraag"))
            .order(audit_event::id)
            .select(audit_event::action)
            .load(&mut server.connection())
            .expect("lines");
        let providers = once.len();
        assert_eq!(lines.iter().filter(|action| *action == "plaatsingsvraag-herinneren").count(), providers.min(2), "{lines:?}");
        assert_eq!(lines.last().map(String::as_str), Some("plaatsingsvraag-zonder-reactie"));

        // Asked anew, the provider is reminded anew.
        server.execute(&format!("UPDATE regional_request SET ends_at = '2026-11-21 08:59:00' WHERE client_id <> {}", gone.id));
        let page = server.visitor(MANAGER).get(&path).body;
        let silent = |count: usize| format!("<th scope=\"row\">Aanbieder reageerde niet op de vraag</th><td>{count}</td>");
        assert!(page.contains(&silent(codes.len() - 1)), "{page}");
        let again = choosable(&page);
        assert_eq!(again.len(), codes.len() - 1, "{again:?}");
        asks(server, now(), 1, &again[..1]).expect("asked anew");
        assert_eq!((chase(7), told("U reageerde nog niet").len()), (1, reminded.len() + 1));

        // Who responded and took that back was not silent.
        server.execute(&format!(
            "INSERT INTO response (client_id, provider_id, offer_id, shown, start_on, valid_until, takes_place, places, status, opened_at, opened_by, answer_by, ended_at, reason, version) \
             SELECT client.id, offer.provider_id, offer.id, 'zoals getoond', '2026-12-01', '2026-12-15', false, 1, 'ingetrokken', asked.asked_at, 'aanbieder', asked.asked_at, asked.asked_at, 'personeel', 1 \
             FROM regional_request AS asked JOIN offer ON offer.id = asked.offer_id JOIN waiting_client AS client ON client.id = asked.client_id WHERE client.code = '{}'",
            again[1].replace('-', "")
        ));
        let page = server.visitor(MANAGER).get(&path).body;
        assert!(page.contains(&silent(codes.len() - 3)), "{page}");
    }
}

on_both! {
    fn of_two_runs_that_ask_the_same_provider_at_once_one_does(server) {
        server.waiting();
        room_at_two(server, 1000, "SELECT 1");
        run(server);
        let (_, page) = run(server);
        for code in choosable(&page) {
            let codes = [code];
            let barrier = Barrier::new(2);
            let asked = std::thread::scope(|scope| {
                let handles = [1, 2].map(|number| {
                    let (barrier, codes) = (&barrier, &codes);
                    scope.spawn(move || {
                        barrier.wait();
                        asks(server, now(), number, codes).is_ok()
                    })
                });
                handles.map(|handle| handle.join().expect("no panic"))
            });
            assert_eq!(asked.iter().filter(|done| **done).count(), 1, "{asked:?}");
        }
        let pairs: Vec<(i64, i64)> = regional_request::table.select((regional_request::client_id, regional_request::offer_id)).load(&mut server.connection()).expect("rows");
        let once: std::collections::BTreeSet<_> = pairs.iter().collect();
        assert_eq!(once.len(), pairs.len());
    }
}

on_both! {
    fn who_could_not_respond_is_not_asked_and_what_was_ticked_stays(server) {
        let clients = server.waiting();
        room_at_two(server, 1000, "SELECT 1");
        let (path, page) = run(server);
        let manager = server.visitor(MANAGER);
        let codes = choosable(&page);
        assert!(codes.len() >= 2, "{page}");
        let ask = format!("{path}/vragen");
        let haven = server.offer_with_place(HAVEN.1);
        let of_haven: i64 = regional_run_line::table.filter(regional_run_line::offer_id.eq(haven)).select(regional_run_line::client_id).first(&mut server.connection()).expect("a line");
        let child = clients.iter().find(|client| client.id == of_haven).expect("it waits");
        let code = child.code.to_string();
        let good = codes.iter().find(|known| **known != code).expect("another");
        let send = || manager.post_form(&ask, &[(&format!("kies-{good}"), "ja"), (&format!("kies-{code}"), "ja"), ("pagina", "1")]);

        // The toegang declined a response, and the two may not be brought together again.
        let response = server.responded(HAVEN, child);
        assert_eq!(server.user(crate::support::waiting::TOEGANG).post(&TestServer::weigh_path(child, response, "afwijzing"), &serde_json::json!({"reden": "niet-passend"})).status, 200);
        let shown = manager.get(&path).body;
        assert!(shown.contains("Reactie van aanbieder afgewezen") && !choosable(&shown).contains(&code), "{shown}");
        let refused = send();
        assert!(refused.status == 400 && refused.body.contains("een eerdere reactie van deze aanbieder is afgewezen"), "{}", refused.body);
        let ticked = format!("aria-label=\"Kies {good}\" checked");
        assert!(refused.body.contains(&ticked), "what was chosen is not lost: {}", refused.body);
        assert!(!manager.get(&path).body.contains(" checked"));

        // The place is given away, and after that there is a stop.
        server.execute("DELETE FROM pair_outcome");
        let of = "WHERE provider_id IN (SELECT id FROM provider WHERE agb = '98990009')";
        room_at_two(server, 1001, &format!("UPDATE offer SET free_places = 0 {of}"));
        let full = send();
        assert!(full.status == 400 && full.body.contains("er is volgens de cijfers geen vrije plek meer"), "{}", full.body);
        room_at_two(server, 1002, &format!("UPDATE offer SET status = 'aanmeldstop', stop_reason = 'vol' {of}"));
        let stopped = send();
        assert!(stopped.status == 400 && stopped.body.contains("er geldt een aanmeldstop"), "{}", stopped.body);
        let asked: i64 = regional_request::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!((asked, server.mails().iter().any(|(_, text)| text.contains("/plaatsingsvragen"))), (0, false));

        // What the page says comes from a number, and not from the address.
        assert_eq!(manager.get(&format!("{path}?gedaan=Alles+is+weg")).status, 400);
        assert!(manager.get(&format!("{path}?gevraagd=1")).body.contains("1 aanbieder is gevraagd te reageren"));
    }
}

on_both! {
    fn an_unknown_wait_comes_last_on_either_database(server) {
        let clients = server.waiting();
        let (path, page) = run(server);
        let manager = server.visitor(MANAGER);
        let order = |page: &str| -> Vec<String> {
            let mut codes: Vec<(usize, String)> = clients.iter().filter_map(|client| Some((page.find(&format!("<th scope=\"row\">{}<", client.code))?, client.code.to_string()))).collect();
            codes.sort();
            codes.into_iter().map(|(_, code)| code).collect()
        };
        let before = order(&page);
        assert_eq!(before.len(), clients.len(), "{page}");
        let first = clients.iter().find(|client| client.code.to_string() == before[0]).expect("it waits");
        server.execute(&format!("UPDATE regional_run_line SET weeks = NULL WHERE client_id = {}", first.id));
        let after = order(&manager.get(&path).body);
        assert_eq!((&after[..4], &after[4]), (&before[1..], &before[0]));
    }
}

on_both! {
    fn trouble_in_one_region_keeps_no_other_from_its_planned_run(server) {
        let snapshot = server.state.supply.current().expect("a picture");
        for manager in [MANAGER, "accountmanager-flevoland"] {
            let manager = server.visitor(manager);
            let mut form = Form::on(&manager.get(RUNS).body, "/regiovoorstel/planning");
            form.set("weekdag", "maandag");
            assert_eq!(form.send(&manager).status, 303);
        }
        let first = server.actor(MANAGER).region_id().expect("a region");
        assert_eq!(snapshot.book.regions[0].id, first, "its run is made first");
        let child = server.registered("GM0243");
        server.execute(&format!("UPDATE waiting_client SET code = '!!!!!!!!!' WHERE id = {}", child.id));
        let monday: DateTime<Utc> = "2026-11-23T05:00:00Z".parse().expect("a time");
        assert_eq!(run_due(&mut server.connection(), monday, &snapshot).expect("told in the log"), 1);
        let made: Vec<i64> = regional_run::table.select(regional_run::region_id).load(&mut server.connection()).expect("runs");
        assert!(made.len() == 1 && made[0] != first, "{made:?}");
    }
}

on_both! {
    fn a_run_tells_who_was_helped_beside_what_it_proposed(server) {
        let clients = server.waiting();
        room_at_two(server, 1000, "SELECT 1");
        let (path, page) = run(server);
        let cells = |page: &str, row: &str| -> Vec<String> {
            let (_, table) = page.split_once("<caption>Voorgesteld en bereikt</caption>").expect("a table");
            let (_, rest) = table.split_once(&format!("<th scope=\"row\">{row}</th>")).expect("a row");
            let line = rest.split("</tr>").next().unwrap_or_default();
            line.split("<td>").skip(1).filter_map(|cell| Some(cell.split('<').next()?.to_owned())).collect()
        };
        assert_eq!(cells(&page, "Alle kinderen")[1], "0");
        assert_eq!(cells(&page, "Gemiddeld tot de start")[1], "niet te zeggen");
        let haven = server.offer_with_place(HAVEN.1);
        let of_haven: i64 = regional_run_line::table.filter(regional_run_line::offer_id.eq(haven)).select(regional_run_line::client_id).first(&mut server.connection()).expect("a line");
        let child = clients.iter().find(|client| client.id == of_haven).expect("it waits");
        let response = server.responded(HAVEN, child);
        assert_eq!(server.accept(child, response).status, 200);
        let page = server.visitor(MANAGER).get(&path).body;
        let all = cells(&page, "Alle kinderen");
        assert!(all[0].parse::<u32>().expect("a count") >= 2 && all[1] == "1", "{all:?}");
        // From 21 November to the first of December.
        assert_eq!(cells(&page, "Gemiddeld tot de start")[1], "1,4 weken", "{page}");
        assert!(cells(&page, "Gemiddelde afstand")[1].ends_with(" km"), "{page}");
    }
}

on_both! {
    fn the_region_tells_no_provider_what_the_list_withholds(server) {
        server.waiting();
        server.execute("DELETE FROM list_publication");
        room_at_two(server, 1000, "SELECT 1");
        let (_, page) = run(server);
        let asked = server.user(MANAGER).post("/v1/regiovoorstellen/1/vragen", &serde_json::json!({"wachtenden": choosable(&page)}));
        assert_eq!(asked.status, 200, "{}", asked.body);
        let shown = server.visitor(HAVEN.0).get("/plaatsingsvragen").body;
        assert!(shown.contains("12 jaar of ouder, in de regio, datum niet getoond"), "{shown}");
        assert!(!shown.contains("ouder, Harderwijk") && !shown.contains("12 t/m 15 jaar"), "{shown}");
    }
}

on_both! {
    fn providers_are_asked_and_read_it_by_api(server) {
        server.waiting();
        room_at_two(server, 1000, "SELECT 1");
        let (_, page) = run(server);
        let codes = choosable(&page);
        let manager = server.user(MANAGER);
        let path = "/v1/regiovoorstellen/1/vragen";
        for wrong in [serde_json::json!({}), serde_json::json!({"wachtenden": ["C4K-7XW-2R9"]})] {
            let refused = manager.post(path, &wrong);
            assert_eq!((refused.status, refused.clashing_fields()), (409, vec!["wachtenden".to_owned()]), "{}", refused.body);
        }
        assert_eq!(manager.post("/v1/regiovoorstellen/9/vragen", &serde_json::json!({"wachtenden": codes})).status, 404);
        let before = server.audit_lines();
        let asked = manager.post(path, &serde_json::json!({"wachtenden": codes}));
        assert_eq!((asked.status, asked.json()["gevraagd"].as_u64()), (200, u64::try_from(codes.len()).ok()), "{}", asked.body);
        assert!(server.audit_lines() > before);
        assert_eq!(manager.get("/v1/regiovoorstellen/1").json()["maten"]["gepasseerd"], 0);
        let read = server.user(HAVEN.0).get("/v1/plaatsingsvragen").json();
        let questions = read["plaatsingsvragen"].as_array().expect("a list");
        assert!(questions.len() == 1 && questions[0]["wachtende"].as_str().is_some_and(|handle| handle.len() == 16), "{read}");
        assert!(codes.iter().all(|code| !read.to_string().contains(code)), "no code goes to a provider");
        assert_eq!(server.user("aanbieder-atelier-kleurspoor").get("/v1/plaatsingsvragen").json()["plaatsingsvragen"], serde_json::json!([]));

        let policy = serde_json::json!({"maatregel": true, "wekenPerStap": 2, "blijvenWachten": 40});
        assert_eq!(manager.put_version("/v1/toewijzingsbeleid", "\"1\"", &policy).status, 200);
        let versions = manager.get("/v1/toewijzingsbeleid/versies").json();
        assert_eq!((&versions["versies"][0]["versie"], &versions["versies"][0]["beleid"]["blijvenWachten"]), (&1.into(), &40.into()), "{versions}");
    }
}
