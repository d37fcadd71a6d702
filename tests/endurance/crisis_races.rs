//! Two who want the same of the crisis point at once: the last bed, the same assignment. One has its way, the other is told,
//! and what is counted agrees.

use std::sync::Barrier;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use serde_json::{Value, json};

use super::Rounds;
use crate::on_both;
use crate::support::dividing::{DESK, DIJKWACHT, POLDERLICHT};
use crate::support::{Browser, TestServer};

/// Who posts what where.
type Runner<'a> = (&'a Browser, String, Value);

/// Sends both at the same moment; the statuses of the answers.
fn race(one: &Runner<'_>, other: &Runner<'_>) -> [u16; 2] {
    let start = Barrier::new(2);
    let at_once = |(browser, path, body): &Runner<'_>| {
        start.wait();
        browser.post(path, body).status
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| at_once(one));
        let second = at_once(other);
        [first.join().expect("an answer"), second]
    })
}

#[derive(QueryableByName)]
struct Fault {
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What two at once could have broken, if anything.
fn faults(server: &TestServer) -> Vec<String> {
    let rows: Vec<Fault> = sql_query(
        "SELECT 'two children in one place' AS what, count(*) AS count FROM
            (SELECT place_id FROM crisis_provision WHERE place_id IS NOT NULL AND ended_on IS NULL GROUP BY place_id HAVING count(*) > 1) AS twice
         UNION ALL
         SELECT 'a stay without its ambulant help', count(*) FROM crisis_provision WHERE kind = 'crisisbed' AND
            id NOT IN (SELECT companion_of FROM crisis_provision WHERE companion_of IS NOT NULL)
         UNION ALL
         SELECT 'occupied without a child, or the other way', count(*) FROM crisis_place WHERE (state = 'bezet') <>
            (id IN (SELECT place_id FROM crisis_provision WHERE place_id IS NOT NULL AND ended_on IS NULL))
         UNION ALL
         SELECT 'running although all help ended', count(*) FROM crisis_request WHERE status = 'loopt' AND
            id IN (SELECT request_id FROM crisis_provision) AND
            id NOT IN (SELECT request_id FROM crisis_provision WHERE kind <> 'geen' AND ended_on IS NULL)
         UNION ALL
         SELECT 'offered to two', count(*) FROM
            (SELECT request_id FROM crisis_assignment WHERE status IN ('aangeboden', 'aangenomen') GROUP BY request_id HAVING count(*) > 1) AS twice
         UNION ALL
         SELECT 'accepted without help, or the other way', count(*) FROM crisis_request WHERE
            (id IN (SELECT request_id FROM crisis_assignment WHERE status = 'aangenomen')) <>
            (id IN (SELECT request_id FROM crisis_provision WHERE kind = 'ambulant' AND companion_of IS NULL))",
    )
    .load(&mut server.connection())
    .expect("the database answers");
    rows.into_iter().filter(|row| row.count > 0).map(|row| format!("{} ({})", row.what, row.count)).collect()
}

/// One race of each kind in turn: what came of it. Two of five are on the last bed, the others on one assignment.
fn run(
    server: &TestServer,
    desk: &Browser,
    providers: [&Browser; 2],
    round: usize,
) -> (&'static str, [u16; 2], u16) {
    let (one, two) = (server.acute(14), server.acute(15));
    let bed = server.place_id("De Kade kamer 1");
    let place = |code: &str| {
        let body = json!({"aanvraag": code, "startOp": "2026-11-21", "vrijwillig": false, "begeleider": DIJKWACHT.1});
        (desk, format!("/v1/crisisplaatsen/{bed}/plaatsing"), body)
    };
    let hold =
        |code: &str| (desk, format!("/v1/crisisplaatsen/{bed}/vasthouding"), json!({"aanvraag": code}));
    let offer = |code: &str| (desk, "/v1/crisistoewijzingen".to_owned(), json!({"aanvraag": code}));
    let offered = |code: &str| {
        let answer = desk.post("/v1/crisistoewijzingen", &json!({"aanvraag": code})).json();
        let who = usize::from(answer["aanbieder"] != POLDERLICHT.1);
        (providers[who], format!("/v1/crisistoewijzingen/{}", answer["id"]))
    };
    match round % 5 {
        0 => {
            ("two children for the last bed", race(&place(one.code.as_str()), &place(two.code.as_str())), 200)
        }
        1 => ("held and given", race(&hold(one.code.as_str()), &place(two.code.as_str())), 200),
        2 => ("offered twice", race(&offer(one.code.as_str()), &offer(one.code.as_str())), 201),
        3 => {
            let (by, path) = offered(one.code.as_str());
            let accept = (by, format!("{path}/antwoord"), json!({"antwoord": "aannemen"}));
            let refuse = (by, format!("{path}/antwoord"), json!({"antwoord": "weigeren", "reden": "vol"}));
            ("accepted and refused", race(&accept, &refuse), 200)
        }
        _ => {
            let (by, path) = offered(one.code.as_str());
            let accept = (by, format!("{path}/antwoord"), json!({"antwoord": "aannemen"}));
            ("accepted twice", race(&accept, &accept), 200)
        }
    }
}

/// Ends what a round left, so that the next begins with the same bed and the same two providers.
fn clear(server: &TestServer) {
    server.execute(
        "DELETE FROM crisis_stay_note; DELETE FROM crisis_provision WHERE companion_of IS NOT NULL; DELETE FROM crisis_provision WHERE place_id IS NOT NULL;
         UPDATE crisis_place SET state = 'vrij', held_for_request = NULL, held_until = NULL, held_by = NULL, expected_free_on = NULL WHERE state IN ('bezet', 'vastgehouden');
         UPDATE crisis_request SET status = 'afgesloten', outcome = 'geen', closed_at = received_at WHERE status <> 'afgesloten'",
    );
}

on_both! {
    fn of_two_at_once_at_the_crisis_point_one_has_its_way(server) {
        // Two take part, so that each round knows who can have been asked.
        server.execute("DELETE FROM crisis_share WHERE provider_id = (SELECT id FROM provider WHERE agb = '98990203')");
        let (desk, first, second) = (server.user(DESK), server.user(POLDERLICHT.0), server.user(DIJKWACHT.0));
        for round in Rounds::on(server, "crisis_races", 40, 2500) {
            let (what, came, won) = run(server, &desk, [&first, &second], round);
            assert!(came == [won, 409] || came == [409, won], "round {round}, {what}: {came:?}");
            assert_eq!(faults(server), [""; 0], "round {round}, {what}");
            clear(server);
        }
    }
}

on_both! {
    fn of_two_who_end_the_last_help_at_once_the_second_ends_the_request(server) {
        let desk = server.user(DESK);
        let bed = server.place_id("De Kade kamer 1");
        let post = |path: &str, body: Value| {
            let answer = desk.post(path, &body);
            assert!(answer.status < 300, "{path}: {}", answer.body);
            answer.json()
        };
        for round in Rounds::on(server, "crisis_races-ends", 10, 250) {
            let request = server.acute(14);
            let offered = post("/v1/crisistoewijzingen", json!({"aanvraag": request.code.as_str(), "aanbieder": POLDERLICHT.1, "reden": "afstand"}));
            let accepted = server.user(POLDERLICHT.0).post(&format!("/v1/crisistoewijzingen/{}/antwoord", offered["id"]), &json!({"antwoord": "aannemen"}));
            assert_eq!(accepted.status, 200, "{}", accepted.body);
            let help = || {
                let lines = desk.get("/v1/crisishulp").json()["hulp"].as_array().cloned().expect("a list");
                let own = lines.into_iter().filter(|line| line["aanvraag"] == request.code.as_str());
                own.map(|line| (line["soort"] == "crisisbed", line["id"].clone())).collect::<Vec<_>>()
            };
            let started = help()[0].1.clone();
            post(&format!("/v1/crisishulp/{started}/stappen"), json!({"stap": "start", "op": "2026-11-21"}));
            post(
                &format!("/v1/crisisplaatsen/{bed}/plaatsing"),
                json!({"aanvraag": request.code.as_str(), "startOp": "2026-11-21", "vrijwillig": false, "begeleider": DIJKWACHT.1}),
            );
            let end = |id: &Value, follow_up: &str| {
                (&desk, format!("/v1/crisishulp/{id}/stappen"), json!({"stap": "einde", "op": "2026-11-21", "vervolg": follow_up}))
            };
            let (stays, others): (Vec<_>, Vec<_>) = help().into_iter().partition(|(is_stay, _)| *is_stay);
            let (_, path, body) = end(&stays[0].1, "naar-huis-met-hulp");
            post(&path, body);
            let came = race(&end(&others[0].1, "casusregie"), &end(&others[1].1, "casusregie"));
            assert_eq!(came, [200, 200], "round {round}");
            assert_eq!(faults(server), [""; 0], "round {round}");
            clear(server);
        }
    }
}

on_both! {
    fn the_check_of_the_crisis_point_catches_who_looks_first_and_writes_later(server) {
        let request = server.acute(14);
        let bed = server.place_id("De Kade kamer 1");
        // Both saw a free bed; one of them writes only the half of it.
        server.execute(&format!("UPDATE crisis_place SET state = 'bezet' WHERE id = {bed}"));
        assert_eq!(faults(server), ["occupied without a child, or the other way (1)"]);
        server.execute(&format!(
            "INSERT INTO crisis_provision (region_id, request_id, kind, place_id, started_on, version) VALUES ({}, {}, 'crisisbed', {bed}, '2026-11-21', 1)",
            request.region_id, request.id
        ));
        assert_eq!(faults(server), ["a stay without its ambulant help (1)"]);
    }
}
