//! Records about children, and what hangs on them: whoever may open those of the own municipality, provider or region gets
//! the same answer about those of another as about what does not exist.

use std::collections::BTreeMap;

use beschikbaarheidswijzer::exchange::actions::bring;
use beschikbaarheidswijzer::exchange::model::FileKind;
use serde_json::json;

use crate::on_both;
use crate::roles::{TABLE, call, filled};
use crate::support::dividing::{DESK, DIJKWACHT, POLDERLICHT};
use crate::support::waiting::{BAKENZAND, HAVEN, TOEGANG};
use crate::support::{Answer, Backend, Browser, TestServer, now};

/// What a route is about. The start of its path tells, up to its first parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Client,
    Published,
    Response,
    Request,
    Assignment,
    FiguresFile,
    ClientsFile,
}

const OWNED: [(&str, Kind); 15] = [
    ("/wachtlijst/bestand/{id}", Kind::ClientsFile),
    ("/wachtlijst/{code}", Kind::Client),
    ("/v1/wachtenden/{code}", Kind::Client),
    ("/bemiddeling/{code}", Kind::Client),
    ("/v1/bemiddelingen/{code}", Kind::Client),
    ("/wachtenden/{kenmerk}", Kind::Published),
    ("/reacties/{id}", Kind::Response),
    ("/v1/reacties/{id}", Kind::Response),
    ("/crisis/aanvragen/{code}", Kind::Request),
    ("/v1/crisisaanvragen/{code}", Kind::Request),
    ("/crisis/registratie/{code}", Kind::Request),
    ("/v1/crisisregistraties/{code}", Kind::Request),
    ("/crisis/toewijzingen/{id}", Kind::Assignment),
    ("/v1/crisistoewijzingen/{id}", Kind::Assignment),
    ("/capaciteit/uitwisseling/{id}", Kind::FiguresFile),
];

/// What is kept by a region or provider and is no record of a child: the tests of each feature hold whose it is.
const ELSEWHERE: [&str; 20] = [
    "/beheer/",
    "/v1/regios/",
    "/v1/gemeenten/",
    "/v1/aanbieders/",
    "/v1/aanbod/",
    "/v1/postcodes/",
    "/v1/gebruikers/",
    "/v1/organisaties/",
    "/v1/koppelingen/",
    "/v1/mails/",
    "/v1/logboekregels/",
    "/capaciteit/{id}/geschiktheid",
    "/logboek/{id}",
    "/meldingen/",
    "/regiovoorstel/",
    "/v1/regiovoorstellen/",
    "/v1/scenarios/",
    "/v1/redenen/",
    "/crisis/",
    "/v1/crisis",
];

fn kind_of(path: &str) -> Option<Kind> {
    OWNED.into_iter().find(|(start, _)| path.starts_with(start)).map(|(_, kind)| kind)
}

/// Who has one, and somebody in the same role who does not.
fn parties(kind: Kind, role: &str) -> Option<(&'static str, &'static str)> {
    Some(match (kind, role) {
        (Kind::Client | Kind::ClientsFile, "toegang") => (TOEGANG, "toegang-nunspeet"),
        (Kind::Client, "accountmanager") => ("accountmanager-regio", "accountmanager-flevoland"),
        (Kind::Client, "gemeente") => ("gemeente-harderwijk", "gemeente-zeewolde"),
        // Nobody waits past a norm here, so that nothing reached the team.
        (Kind::Client, "expertteam") => ("expertteam-regio", "expertteam-regio"),
        (Kind::Client, "verwijzer") => ("verwijzer-huisartsen", "verwijzer-jeugdartsen"),
        (Kind::Published, "aanbieder") => (HAVEN.0, POLDERLICHT.0),
        (Kind::Response | Kind::FiguresFile, "aanbieder") => (HAVEN.0, BAKENZAND.0),
        (Kind::Request, "crisis-loket") => ("loket-flevoland", "crisis-loket"),
        (Kind::Request | Kind::Assignment, "crisis-verdeelpunt") => (DESK, "crisis-verdeelpunt"),
        (Kind::Request, "crisis-registratie") => ("registratie-flevoland", "crisis-registratie"),
        (Kind::Request, "toegang") => ("toegang-almere", "toegang-dronten"),
        (Kind::Assignment, "aanbieder") => (POLDERLICHT.0, DIJKWACHT.0),
        _ => return None,
    })
}

/// One of each, and what does not exist.
fn things(server: &TestServer) -> BTreeMap<Kind, (String, &'static str)> {
    let clients = server.waiting();
    let response = server.responded(HAVEN, &clients[0]);
    let request = server.acute(14);
    let offered =
        server.user(DESK).post("/v1/crisistoewijzingen", &json!({"aanvraag": request.code.as_str()})).json();
    assert_eq!(offered["aanbieder"], POLDERLICHT.1, "{offered}");
    let file = |user: &str, kind: FileKind| {
        let taken =
            bring(&mut server.connection(), &server.actor(user), now(), kind, ("proef.csv", &b"x"[..]));
        taken.expect("taken").to_string()
    };
    BTreeMap::from([
        (Kind::Client, (clients[0].code.to_string(), "C4K-7XW-2R9")),
        (Kind::Published, (server.handle_of(&clients[1]), "000000000000000a")),
        (Kind::Response, (response.to_string(), "999999")),
        (Kind::Request, (request.code.to_string(), "C4K-7XW-2R9")),
        (Kind::Assignment, (offered["id"].to_string(), "999999")),
        (Kind::FiguresFile, (file(HAVEN.0, FileKind::Figures), "999999")),
        (Kind::ClientsFile, (file(TOEGANG, FileKind::Registrations), "999999")),
    ])
}

/// The path about this thing, with something for its further parameters.
fn path_to(path: &str, thing: &str) -> String {
    let (start, rest) = path.split_once('{').expect("a parameter");
    let (_, rest) = rest.split_once('}').expect("its end");
    format!("{start}{thing}{}", filled(rest))
}

/// All that can be told from an answer, apart from what was asked and the number of the request.
fn told(answer: &Answer, thing: &str) -> (u16, String) {
    let number = answer.header("x-request-id").unwrap_or("-");
    let body = answer.body.replace(number, "#");
    let is_number = thing.parse::<i32>().is_ok();
    let body =
        if is_number { body.replace(|c: char| c.is_ascii_digit(), "") } else { body.replace(thing, "#") };
    (answer.status, body)
}

/// Those who call, signed in once: on pages, and with a token.
struct Callers<'a> {
    server: &'a TestServer,
    known: BTreeMap<String, [Browser; 2]>,
}

impl Callers<'_> {
    fn call(&mut self, user: &str, method: &str, path: &str) -> Answer {
        let server = self.server;
        // In this order: a second factor, which the visitor may need, ends the tokens from before.
        let make = || [server.visitor(user), server.user(user)];
        let both = self.known.entry(user.to_owned()).or_insert_with(make);
        call(&both[usize::from(path.starts_with("/v1"))], method, path)
    }
}

/// The routes at which somebody who should not know of a thing learns that it exists, and those at which its owner does not
/// reach it. How many routes were tried goes along.
fn wrong(
    server: &TestServer,
    stranger_of: fn((&'static str, &'static str)) -> &'static str,
) -> (usize, Vec<String>) {
    let things = things(server);
    let mut callers = Callers { server, known: BTreeMap::new() };
    let (mut tried, mut wrong) = (0, Vec::new());
    for (method, path, who) in TABLE {
        let Some(kind) = kind_of(path) else { continue };
        let (own, nothing) = &things[&kind];
        for (role, both) in who.split(' ').filter_map(|role| Some((role, parties(kind, role)?))) {
            tried += 1;
            let stranger = stranger_of(both);
            let other = told(&callers.call(stranger, method, &path_to(path, own)), own);
            let none = told(&callers.call(stranger, method, &path_to(path, nothing)), nothing);
            if other != none || other.0 < 400 {
                wrong.push(format!("{method} {path} by another {role}: {} and {}", other.0, none.0));
            }
            // The record itself. What hangs on it depends on what was done, and mediation begins past a norm.
            if *method == "GET"
                && path.ends_with('}')
                && path.matches('{').count() == 1
                && !path.contains("/bemiddeling")
            {
                let answer = callers.call(both.0, method, &path_to(path, own));
                if matches!(answer.status, 401 | 403 | 404) {
                    wrong.push(format!("{method} {path} by its own {role}: {}", answer.status));
                }
            }
        }
    }
    (tried, wrong)
}

#[test]
fn every_route_with_a_parameter_says_whose_it_is_about() {
    let unknown: Vec<_> = TABLE
        .iter()
        .filter(|(_, path, who)| path.contains('{') && *who != "iedereen")
        .filter(|(_, path, _)| {
            kind_of(path).is_none() && !ELSEWHERE.iter().any(|start| path.starts_with(start))
        })
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

on_both! {
    fn the_record_of_another_is_as_one_that_does_not_exist(server) {
        let (tried, wrong) = wrong(server, |(_, stranger)| stranger);
        assert!(tried > 80, "{tried} routes");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn the_same_check_catches_a_server_that_does_not_ask_whose_it_is() {
    // Whoever owns it stands for a stranger who is let in.
    let (tried, wrong) = wrong(&TestServer::start(Backend::Sqlite), |(owner, _)| owner);
    assert!(wrong.len() * 2 > tried, "{} of {tried}: {wrong:#?}", wrong.len());
}
