//! The policy of a region, runs of the regional plan, and what providers are asked, on pages.

use beschikbaarheidswijzer::db::schema::{
    access_event, assignment_policy, audit_event, regional_run, regional_run_line,
};
use beschikbaarheidswijzer::matching::runs::actions::{erase_of_stripped, run_due};
use chrono::{DateTime, Utc};
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

/// Writes of pages that are seen here to leave a line in the audit.
pub const AUDITED_WRITES: [&str; 1] = ["/regiovoorstel/{nummer}/vragen"];

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
