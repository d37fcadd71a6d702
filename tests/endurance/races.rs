//! Two who want the same at once: two accept, two children for one place, accept against taking back or declining, the
//! same request twice. Always exactly one outcome, and the other side is told.

use std::sync::Barrier;

use beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient;
use chrono::Duration;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use serde_json::{Value, json};

use super::Rounds;
use crate::on_both;
use crate::support::waiting::{BAKENZAND, HAVEN, TOEGANG};
use crate::support::{Answer, Browser, TestServer, now};

/// A request that races: by whom, where to, with which key or version, with what.
struct Runner {
    browser: Browser,
    /// Of what is overwritten; without one it is something new.
    version: Option<String>,
    path: String,
    key: String,
    body: Value,
}

fn run(runner: &Runner) -> Answer {
    let json = ("Content-Type", "application/json");
    let (method, other) = match &runner.version {
        Some(version) => ("PUT", ("If-Match", version.as_str())),
        None => ("POST", ("Idempotency-Key", runner.key.as_str())),
    };
    runner.browser.send(method, &runner.path, &[json, other], runner.body.to_string())
}

/// Sends both at the same moment.
fn race(one: &Runner, other: &Runner) -> (Answer, Answer) {
    let start = Barrier::new(2);
    let at_once = |runner| {
        start.wait();
        run(runner)
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| at_once(one));
        let second = at_once(other);
        (first.join().expect("an answer"), second)
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
        "SELECT 'a place given twice' AS what, count(*) AS count FROM offer WHERE reserved_places > free_places
         UNION ALL
         SELECT 'two placements for one child', count(*) FROM
            (SELECT client_id FROM placement WHERE ended_at IS NULL GROUP BY client_id HAVING count(*) > 1) AS twice
         UNION ALL
         SELECT 'responses counted wrong', count(*) FROM waiting_client WHERE open_responses <>
            (SELECT count(*) FROM response WHERE response.client_id = waiting_client.id AND response.status = 'open')
         UNION ALL
         SELECT 'agreed without placement, or the other way', count(*) FROM waiting_client WHERE (status = 'geaccepteerd') <>
            (id IN (SELECT client_id FROM placement WHERE ended_at IS NULL))
         UNION ALL
         SELECT 'agreed without an accepted response, or the other way', count(*) FROM waiting_client WHERE (status = 'geaccepteerd') <>
            (id IN (SELECT client_id FROM response WHERE status = 'geaccepteerd'))
         UNION ALL
         SELECT 'weighed for a child that has a place', count(*) FROM response
            JOIN waiting_client ON waiting_client.id = response.client_id
            WHERE response.status = 'open' AND waiting_client.status = 'geaccepteerd'",
    )
    .load(&mut server.connection())
    .expect("the database answers");
    rows.into_iter().filter(|row| row.count > 0).map(|row| format!("{} ({})", row.what, row.count)).collect()
}

/// Who takes part, each with a token, since making one takes longer than a race.
struct Players {
    toegang: Browser,
    haven: Browser,
    bakenzand: Browser,
    /// The offer of De Haven that has one place.
    offer: i64,
}

struct Field<'a> {
    server: &'a TestServer,
    players: &'a Players,
    round: usize,
}

impl Field<'_> {
    /// A child on the list, and De Haven with one free place.
    fn newcomer(&self) -> WaitingClient {
        self.server.registered("GM0243")
    }

    fn publish(&self) {
        let minutes = i64::try_from(self.round).expect("a number") + 1;
        let offer = self.players.offer;
        self.server.execute(&format!(
            "UPDATE offer SET reserved_places = 0; \
             UPDATE offer SET free_places = 1, status = 'plek' WHERE id = {offer}"
        ));
        self.server.publish(now() + Duration::minutes(minutes));
    }

    /// The number of a response of De Haven.
    fn responded(&self, client: &WaitingClient) -> i64 {
        number_of(&self.server.respond_as(&self.players.haven, HAVEN.1, client))
    }

    /// The number of a response of Bakenzand.
    fn responded_too(&self, client: &WaitingClient) -> i64 {
        number_of(&self.server.respond_as(&self.players.bakenzand, BAKENZAND.1, client))
    }

    fn weighing(&self, client: &WaitingClient, response: i64, what: &str, key: &str) -> Runner {
        let reason = if what == "acceptatie" { "eerste-start" } else { "woonplaatsbeginsel" };
        Runner {
            browser: self.players.toegang.clone(),
            version: None,
            path: TestServer::weigh_path(client, response, what),
            key: format!("ronde-{}-{key}", self.round),
            body: json!({"reden": reason}),
        }
    }

    fn withdrawing(&self, response: i64) -> Runner {
        Runner {
            browser: self.players.haven.clone(),
            version: None,
            path: format!("/v1/reacties/{response}/intrekking"),
            key: format!("ronde-{}-terug", self.round),
            body: json!({"reden": "personeel"}),
        }
    }

    fn responding(&self, client: &WaitingClient, key: &str) -> Runner {
        Runner {
            browser: self.players.haven.clone(),
            version: None,
            path: "/v1/reacties".to_owned(),
            key: format!("ronde-{}-{key}", self.round),
            body: json!({
                "wachtende": self.server.handle_for(HAVEN.1, client), "aanbod": self.server.offer_with_place(HAVEN.1),
                "startOp": "2026-12-01", "geldigTot": "2026-12-15",
            }),
        }
    }

    fn starting(&self, response: i64) -> Runner {
        Runner {
            browser: self.players.haven.clone(),
            version: None,
            path: format!("/v1/reacties/{response}/start"),
            key: format!("ronde-{}-start", self.round),
            body: json!({"gestartOp": "2026-11-23"}),
        }
    }

    /// De Haven says that it still has its one place, as it read just now.
    fn saving(&self) -> Runner {
        let path = format!("/v1/aanbod/{}", self.players.offer);
        let read = self.players.haven.get(&path);
        Runner {
            browser: self.players.haven.clone(),
            version: Some(read.header("etag").expect("a version").to_owned()),
            path,
            key: String::new(),
            body: json!({"plekkenVrij": 1, "opmerkingen": format!("ronde {}", self.round)}),
        }
    }

    /// De Haven says that nothing changed.
    fn confirming(&self) -> Runner {
        Runner {
            browser: self.players.haven.clone(),
            version: None,
            path: format!("/v1/aanbieders/{}/bevestigingen", HAVEN.1),
            key: format!("ronde-{}-bevestigd", self.round),
            body: json!({}),
        }
    }

    /// One of two children gets the one place while De Haven says that it has it; the other then gets none.
    fn race_for_the_place(&self, saying: &Runner, client: &WaitingClient, other: &WaitingClient) -> [u16; 2] {
        let (first, second) = (self.responded(client), self.responded(other));
        let (accepting, start) = (self.weighing(client, first, "acceptatie", "een"), Barrier::new(2));
        let (won, said) = std::thread::scope(|scope| {
            let accepted = scope.spawn(|| {
                start.wait();
                run(&accepting)
            });
            start.wait();
            // Accepting takes longer: now and then it gets a lead, so that either can be first.
            (0..self.round / 9 % 3 * 4).for_each(|_| drop(saying.browser.get("/v1/aanbod/223")));
            let said = run(saying);
            (accepted.join().expect("an answer"), said)
        });
        let late = run(&self.weighing(other, second, "acceptatie", "twee"));
        assert_eq!(late.status, 409, "round {}: the place was given twice: {}", self.round, late.body);
        [won.status, said.status]
    }

    /// The child needs another place.
    fn bringing_back(&self, client: &WaitingClient, key: &str) -> Runner {
        Runner {
            browser: self.players.toegang.clone(),
            version: None,
            path: format!("/v1/wachtenden/{}/stappen", client.code),
            key: format!("ronde-{}-terug-{key}", self.round),
            body: json!({"stap": "herplaatsen", "reden": "contract-afgelopen"}),
        }
    }

    /// One race of each kind in turn: what came of it, and what must have.
    fn race(&self) -> (&'static str, [u16; 2], Vec<[u16; 2]>) {
        let client = self.newcomer();
        let other = self.newcomer();
        self.publish();
        let one_wins = |won: u16| vec![[won, 409], [409, won]];
        let statuses = |(one, other): (Answer, Answer)| [one.status, other.status];
        match self.round % 10 {
            0 => {
                let (haven, bakenzand) = (self.responded(&client), self.responded_too(&client));
                let answers = race(
                    &self.weighing(&client, haven, "acceptatie", "een"),
                    &self.weighing(&client, bakenzand, "acceptatie", "twee"),
                );
                ("two accepted", statuses(answers), one_wins(200))
            }
            1 => {
                let (first, second) = (self.responded(&client), self.responded(&other));
                let answers = race(
                    &self.weighing(&client, first, "acceptatie", "een"),
                    &self.weighing(&other, second, "acceptatie", "twee"),
                );
                ("two children for the last place", statuses(answers), one_wins(200))
            }
            2 => {
                let id = self.responded(&client);
                let answers = race(&self.weighing(&client, id, "acceptatie", "een"), &self.withdrawing(id));
                ("accepted and taken back", statuses(told(answers)), one_wins(200))
            }
            3 => {
                let id = self.responded(&client);
                let runner = self.weighing(&client, id, "acceptatie", "dezelfde");
                let (one, again) = race(&runner, &runner);
                assert_eq!(one.body, again.body, "a double click has one answer");
                // A retry after a lost answer, and the same without a key.
                assert_eq!(run(&runner).body, one.body);
                let anew = self.weighing(&client, id, "acceptatie", "nieuw");
                assert_eq!(run(&anew).status, 409);
                ("clicked twice", [one.status, again.status], vec![[200, 200]])
            }
            4 => {
                let answers = race(&self.responding(&client, "een"), &self.responding(&client, "twee"));
                ("responded twice", statuses(answers), one_wins(201))
            }
            5 => {
                let id = self.responded(&client);
                let answers = race(
                    &self.weighing(&client, id, "acceptatie", "een"),
                    &self.weighing(&client, id, "afwijzing", "twee"),
                );
                ("accepted and declined", statuses(told(answers)), one_wins(200))
            }
            6 => {
                let id = self.responded(&client);
                let answers = race(&self.weighing(&client, id, "afwijzing", "een"), &self.withdrawing(id));
                ("declined and taken back", statuses(told(answers)), one_wins(200))
            }
            7 => {
                let came = self.race_for_the_place(&self.saving(), &client, &other);
                ("accepted and saved", came, vec![[200, 200], [200, 409]])
            }
            8 => {
                let came = self.race_for_the_place(&self.confirming(), &client, &other);
                ("accepted and confirmed", came, vec![[200, 201]])
            }
            _ => {
                let id = self.responded(&client);
                let accepting = self.weighing(&client, id, "acceptatie", "een");
                assert_eq!(run(&accepting).status, 200, "nobody else wants it");
                assert_eq!(run(&self.starting(id)).status, 200, "nobody else starts it");
                let answers = race(&self.bringing_back(&client, "een"), &self.bringing_back(&client, "twee"));
                ("brought back twice", statuses(answers), one_wins(200))
            }
        }
    }
}

/// Who came second hears what became of the response, and not what became of the child.
fn told(answers: (Answer, Answer)) -> (Answer, Answer) {
    for answer in [&answers.0, &answers.1].into_iter().filter(|answer| answer.status == 409) {
        let words = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(words.contains("de status van deze reactie is"), "{words}");
    }
    answers
}

fn number_of(answer: &Answer) -> i64 {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_i64().expect("a number")
}

on_both! {
    fn of_two_at_once_exactly_one_has_its_way(server) {
        server.waiting();
        // Its clock stands after all the lists that are published here.
        let server = &server.start_later(Duration::days(2));
        let players = Players {
            toegang: server.user(TOEGANG),
            haven: server.user(HAVEN.0),
            bakenzand: server.user(BAKENZAND.0),
            offer: server.offer_with_place(HAVEN.1),
        };
        for round in Rounds::on(server, "races", 30, 1000) {
            let (what, came, must) = Field { server, players: &players, round }.race();
            assert!(must.contains(&came), "round {round}, {what}: {came:?}");
            assert_eq!(faults(server), [""; 0], "round {round}, {what}");
        }
    }
}

on_both! {
    fn the_same_check_catches_who_looks_first_and_writes_later(server) {
        let clients = server.waiting();
        let offer_id = server.offer_with_place(HAVEN.1);
        let has_place = || {
            use beschikbaarheidswijzer::db::schema::offer;
            let (free, reserved): (Option<i32>, i32) = offer::table.find(offer_id)
                .select((offer::free_places, offer::reserved_places)).first(&mut server.connection()).expect("an offer");
            free.is_some_and(|free| free > reserved)
        };
        // Both look before either writes.
        let seen = [has_place(), has_place()];
        for _ in seen.into_iter().filter(|seen| *seen) {
            server.execute(&format!("UPDATE offer SET reserved_places = reserved_places + 1 WHERE id = {offer_id}"));
        }
        assert_eq!(faults(server), ["a place given twice (1)"]);
        server.execute("UPDATE offer SET reserved_places = 0");
        // A status that is written without the client it belongs to.
        let id = server.responded(HAVEN, &clients[0]);
        server.execute(&format!("UPDATE response SET status = 'geaccepteerd' WHERE id = {id}"));
        assert_eq!(faults(server), ["responses counted wrong (1)", "agreed without an accepted response, or the other way (1)"]);
    }
}
