//! Every write about responses leaves a line in the audit: of the API and of pages, each on a client of its own.

use beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient;
use chrono::Duration;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::waiting::{BAKENZAND, HAVEN, TOEGANG};
use crate::support::{Answer, Form, TestServer, now};

/// What is there before the write: a client, and a response to it.
struct Scene<'a> {
    server: &'a TestServer,
    client: WaitingClient,
    id: i64,
}

impl<'a> Scene<'a> {
    /// The first of those who wait has a response by now.
    fn new(server: &'a TestServer, clients: &mut Vec<WaitingClient>) -> Self {
        let client = clients.pop().expect("somebody who waits");
        // The place that the scene before gave away.
        server.execute("UPDATE offer SET reserved_places = 0");
        let id = server.responded(HAVEN, &client);
        Self { server, client, id }
    }

    fn accepted(self) -> Self {
        assert_eq!(self.server.accept(&self.client, self.id).status, 200);
        self
    }

    /// With a question of one side, which the other can answer.
    fn asked(self, by: &str, page: &str) -> Self {
        let visitor = self.server.visitor(by);
        let mut form = Form::on(&visitor.get(page).body, &format!("{page}/vragen"));
        form.set("vraag", "vervoer");
        assert_eq!(form.send(&visitor).status, 303);
        self
    }

    fn own(&self) -> String {
        format!("/reacties/{}", self.id)
    }

    fn weighed(&self) -> String {
        format!("/wachtlijst/{}/reacties/{}", self.client.code, self.id)
    }

    fn question(&self) -> i64 {
        use beschikbaarheidswijzer::db::schema::question;
        use diesel::prelude::*;
        let newest = question::table.order(question::id.desc()).select(question::id);
        newest.first(&mut self.server.connection()).expect("a question")
    }
}

/// A write of the API: its template, who sends it, and how it is made.
type ApiWrite = (&'static str, &'static str, fn(Scene<'_>) -> (String, Value));

const API: [ApiWrite; 11] = [
    ("/v1/reacties/{id}/intrekking", HAVEN.0, |scene| {
        (format!("/v1{}/intrekking", scene.own()), json!({"reden": "personeel"}))
    }),
    ("/v1/reacties/{id}/start", HAVEN.0, |scene| {
        (format!("/v1{}/start", scene.accepted().own()), json!({"gestartOp": "2026-11-21"}))
    }),
    ("/v1/reacties/{id}/niet-gestart", HAVEN.0, |scene| {
        (format!("/v1{}/niet-gestart", scene.accepted().own()), json!({"reden": "plek-vervallen"}))
    }),
    ("/v1/wachtenden/{code}/reacties/{id}/acceptatie", TOEGANG, |scene| {
        (TestServer::weigh_path(&scene.client, scene.id, "acceptatie"), json!({"reden": "enige"}))
    }),
    ("/v1/wachtenden/{code}/reacties/{id}/afwijzing", TOEGANG, |scene| {
        (TestServer::weigh_path(&scene.client, scene.id, "afwijzing"), json!({"reden": "afstand"}))
    }),
    ("/v1/wachtenden/{code}/reacties/{id}/start", TOEGANG, |scene| {
        let scene = scene.accepted();
        (TestServer::weigh_path(&scene.client, scene.id, "start"), json!({"gestartOp": "2026-11-21"}))
    }),
    ("/v1/wachtenden/{code}/plaatsingsvragen", TOEGANG, |scene| {
        let offer = scene.server.offer_with_place(BAKENZAND.1);
        (format!("/v1/wachtenden/{}/plaatsingsvragen", scene.client.code), json!({"aanbod": offer}))
    }),
    ("/v1/reacties/{id}/vragen", HAVEN.0, |scene| {
        (format!("/v1{}/vragen", scene.own()), json!({"vraag": "beschikking"}))
    }),
    ("/v1/wachtenden/{code}/reacties/{id}/vragen", TOEGANG, |scene| {
        (TestServer::weigh_path(&scene.client, scene.id, "vragen"), json!({"vraag": "eerder-starten"}))
    }),
    ("/v1/reacties/{id}/vragen/{vraag}/antwoord", HAVEN.0, |scene| {
        let page = scene.weighed();
        let scene = scene.asked(TOEGANG, &page);
        (format!("/v1{}/vragen/{}/antwoord", scene.own(), scene.question()), json!({"antwoord": "ja"}))
    }),
    ("/v1/wachtenden/{code}/reacties/{id}/vragen/{vraag}/antwoord", TOEGANG, |scene| {
        let page = scene.own();
        let scene = scene.asked(HAVEN.0, &page);
        let action = format!("vragen/{}/antwoord", scene.question());
        (TestServer::weigh_path(&scene.client, scene.id, &action), json!({"antwoord": "nee"}))
    }),
];

/// The writes of the API in this file.
pub const API_WRITES: [&str; 12] = [
    "POST /v1/reacties",
    "POST /v1/reacties/{id}/intrekking",
    "POST /v1/reacties/{id}/start",
    "POST /v1/reacties/{id}/niet-gestart",
    "POST /v1/wachtenden/{code}/reacties/{id}/acceptatie",
    "POST /v1/wachtenden/{code}/reacties/{id}/afwijzing",
    "POST /v1/wachtenden/{code}/reacties/{id}/start",
    "POST /v1/wachtenden/{code}/plaatsingsvragen",
    "POST /v1/reacties/{id}/vragen",
    "POST /v1/wachtenden/{code}/reacties/{id}/vragen",
    "POST /v1/reacties/{id}/vragen/{vraag}/antwoord",
    "POST /v1/wachtenden/{code}/reacties/{id}/vragen/{vraag}/antwoord",
];

/// A write of a page: its template, who sends it, where its form stands and goes, and what is filled in.
type PageWrite =
    (&'static str, &'static str, fn(Scene<'_>) -> (String, String), &'static [(&'static str, &'static str)]);

const PAGES: [PageWrite; 12] = [
    ("/reacties/{id}/intrekken", HAVEN.0, |s| (s.own(), s.own() + "/intrekken"), &[("reden", "personeel")]),
    (
        "/reacties/{id}/start",
        HAVEN.0,
        |s| {
            let s = s.accepted();
            (s.own(), s.own() + "/start")
        },
        &[("gestartOp", "21-11-2026")],
    ),
    (
        "/reacties/{id}/niet-gestart",
        HAVEN.0,
        |s| {
            let s = s.accepted();
            (s.own(), s.own() + "/niet-gestart")
        },
        &[("nietReden", "vergissing")],
    ),
    ("/reacties/{id}/vragen", HAVEN.0, |s| (s.own(), s.own() + "/vragen"), &[("vraag", "vervoer")]),
    (
        "/reacties/{id}/vragen/{vraag}",
        HAVEN.0,
        |s| {
            let page = s.weighed();
            let s = s.asked(TOEGANG, &page);
            (s.own(), format!("{}/vragen/{}", s.own(), s.question()))
        },
        &[("antwoord", "ja")],
    ),
    (
        "/wachtlijst/{code}/reacties/{id}/accepteren",
        TOEGANG,
        |s| (s.weighed(), s.weighed() + "/accepteren"),
        &[("kiesReden", "enige")],
    ),
    (
        "/wachtlijst/{code}/reacties/{id}/afwijzen",
        TOEGANG,
        |s| (s.weighed(), s.weighed() + "/afwijzen"),
        &[("reden", "afstand")],
    ),
    (
        "/wachtlijst/{code}/voorstel/vraag",
        TOEGANG,
        |s| {
            let page = format!("/wachtlijst/{}/voorstel", s.client.code);
            // The first that can is of De Haven, which responded to this client.
            let status = s
                .server
                .user(HAVEN.0)
                .post(&format!("/v1{}/intrekking", s.own()), &json!({"reden": "personeel"}));
            assert_eq!(status.status, 200);
            (page.clone(), page + "/vraag")
        },
        &[],
    ),
    (
        "/wachtlijst/{code}/reacties/{id}/start",
        TOEGANG,
        |s| {
            let s = s.accepted();
            (s.weighed(), s.weighed() + "/start")
        },
        &[("gestartOp", "21-11-2026")],
    ),
    (
        "/wachtlijst/{code}/reacties/{id}/niet-gestart",
        TOEGANG,
        |s| {
            let s = s.accepted();
            (s.weighed(), s.weighed() + "/niet-gestart")
        },
        &[("nietReden", "gezin-kiest-anders")],
    ),
    (
        "/wachtlijst/{code}/reacties/{id}/vragen",
        TOEGANG,
        |s| (s.weighed(), s.weighed() + "/vragen"),
        &[("vraag", "past-in-groep")],
    ),
    (
        "/wachtlijst/{code}/reacties/{id}/vragen/{vraag}",
        TOEGANG,
        |s| {
            let page = s.own();
            let s = s.asked(HAVEN.0, &page);
            (s.weighed(), format!("{}/vragen/{}", s.weighed(), s.question()))
        },
        &[("antwoord", "nog-niet-bekend")],
    ),
];

/// The writes of pages in this file.
pub const PAGE_WRITES: [&str; 15] = [
    "/wachtenden/gezien",
    "/wachtenden/meldingen",
    "/wachtenden/{kenmerk}",
    "/reacties/{id}/intrekken",
    "/reacties/{id}/start",
    "/reacties/{id}/niet-gestart",
    "/reacties/{id}/vragen",
    "/reacties/{id}/vragen/{vraag}",
    "/wachtlijst/{code}/reacties/{id}/accepteren",
    "/wachtlijst/{code}/reacties/{id}/afwijzen",
    "/wachtlijst/{code}/voorstel/vraag",
    "/wachtlijst/{code}/reacties/{id}/start",
    "/wachtlijst/{code}/reacties/{id}/niet-gestart",
    "/wachtlijst/{code}/reacties/{id}/vragen",
    "/wachtlijst/{code}/reacties/{id}/vragen/{vraag}",
];

/// Enough children for a scene each.
fn waiting(server: &TestServer) -> Vec<WaitingClient> {
    let mut clients = server.waiting();
    clients.extend((0..9).map(|_| server.registered("GM0243")));
    server.publish(now() + Duration::minutes(1));
    clients
}

fn leaves_a_line(server: &TestServer, what: &str, write: impl FnOnce() -> Answer) {
    let before = server.audit_lines();
    let answer = write();
    assert!((200..400).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
    assert!(server.audit_lines() > before, "{what} left no line");
}

on_both! {
    fn every_write_of_the_api_about_responses_leaves_a_line(server) {
        let mut clients = waiting(server);
        let first = clients.pop().expect("somebody who waits");
        leaves_a_line(server, "/v1/reacties", || server.respond(HAVEN, &first));
        for (template, user, make) in API {
            let (path, body) = make(Scene::new(server, &mut clients));
            leaves_a_line(server, template, || server.user(user).post(&path, &body));
        }
        let listed: Vec<String> = API.iter().map(|(template, ..)| format!("POST {template}")).collect();
        assert_eq!(&API_WRITES[1..], listed, "the list is that of the examples");
    }
}

on_both! {
    fn every_write_of_a_page_about_responses_leaves_a_line(server) {
        let mut clients = waiting(server);
        let haven = server.visitor(HAVEN.0);
        let first = format!("/wachtenden/{}", server.handle_of(&clients.pop().expect("somebody who waits")));
        for (page, action, fields) in [
            ("/wachtenden", "/wachtenden/gezien", [].as_slice()),
            ("/wachtenden/meldingen", "/wachtenden/meldingen", &[("keuze", "direct")]),
            (&first, &first, &[]),
        ] {
            let mut form = Form::on(&haven.get(page).body, action);
            for (name, value) in fields {
                form.set(name, value);
            }
            leaves_a_line(server, action, || form.send(&haven));
        }
        for (template, user, make, fields) in PAGES {
            let (page, action) = make(Scene::new(server, &mut clients));
            // A session ends when somebody signs in anew elsewhere, as for a question of the other side.
            let visitor = server.visitor(user);
            let mut form = Form::on(&visitor.get(&page).body, &action);
            for (name, value) in fields {
                form.set(name, value);
            }
            leaves_a_line(server, template, || form.send(&visitor));
        }
        let listed: Vec<&str> = PAGES.iter().map(|(template, ..)| *template).collect();
        assert_eq!(PAGE_WRITES[3..], listed, "the list is that of the examples");
    }
}
