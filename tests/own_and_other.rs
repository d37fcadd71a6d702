//! Records about children, and what hangs on them: whoever may open those of the own municipality, provider or region gets
//! the same answer about those of another as about what does not exist.

use std::collections::BTreeMap;

use beschikbaarheidswijzer::db;
use beschikbaarheidswijzer::exchange::actions::bring;
use beschikbaarheidswijzer::exchange::model::FileKind;
use beschikbaarheidswijzer::waiting_list::clients::actions::register;
use serde_json::json;

use crate::good_writes::{self, Example};
use crate::on_both;
use crate::roles::{TABLE, filled};
use crate::support::clients::client_for;
use crate::support::dividing::{DESK, DIJKWACHT, KETELHAVEN, POLDERLICHT};
use crate::support::waiting::{BAKENZAND, HAVEN, TOEGANG};
use crate::support::{Answer, Backend, Browser, TestServer, now};

/// What a route is about. The start of its path tells, up to its first parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Client,
    /// Past a norm, which is where mediation begins: with the toegang.
    Mediated,
    Published,
    Response,
    Request,
    Assignment,
    Stay,
    Place,
    Shift,
    FiguresFile,
    ClientsFile,
    RecordsFile,
}

const OWNED: [(&str, Kind); 23] = [
    ("/wachtlijst/bestand/{id}", Kind::ClientsFile),
    ("/wachtlijst/{code}", Kind::Client),
    ("/v1/wachtenden/{code}", Kind::Client),
    ("/bemiddeling/{code}", Kind::Mediated),
    ("/v1/bemiddelingen/{code}", Kind::Mediated),
    ("/wachtenden/{kenmerk}", Kind::Published),
    ("/reacties/{id}", Kind::Response),
    ("/v1/reacties/{id}", Kind::Response),
    ("/crisis/aanvragen/{code}", Kind::Request),
    ("/v1/crisisaanvragen/{code}", Kind::Request),
    ("/crisis/registratie/{code}", Kind::Request),
    ("/v1/crisisregistraties/{code}", Kind::Request),
    ("/crisis/toewijzingen/{id}", Kind::Assignment),
    ("/v1/crisistoewijzingen/{id}", Kind::Assignment),
    ("/crisis/inzet/{id}", Kind::Stay),
    ("/v1/crisishulp/{id}", Kind::Stay),
    ("/crisis/plaatsen/{id}", Kind::Place),
    ("/crisis/mijn-plaatsen/{id}", Kind::Place),
    ("/v1/crisisplaatsen/{id}", Kind::Place),
    ("/crisis/rooster/{id}", Kind::Shift),
    ("/v1/crisisdiensten/{id}", Kind::Shift),
    ("/capaciteit/uitwisseling/{id}", Kind::FiguresFile),
    ("/crisis/registratiebestand/{id}", Kind::RecordsFile),
];

/// What is kept by a region or provider and is no record of a child: the tests of each feature hold whose it is.
const ELSEWHERE: [&str; 78] = [
    "/beheer/gebruikers/{id}",
    "/beheer/gebruikers/{id}/stappen",
    "/beheer/organisaties/{id}",
    "/beheer/koppelingen/{id}",
    "/beheer/koppelingen/{id}/geheim",
    "/beheer/koppelingen/{id}/toegang",
    "/v1/gebruikers/{id}",
    "/v1/gebruikers/{id}/stappen",
    "/v1/organisaties/{id}",
    "/v1/koppelingen/{id}",
    "/v1/koppelingen/{id}/geheimen",
    "/v1/koppelingen/{id}/stappen",
    "/logboek/{id}",
    "/v1/logboekregels/{id}",
    "/v1/regiovoorstellen/{nummer}",
    "/v1/regiovoorstellen/{nummer}/vragen",
    "/v1/scenarios/{nummer}",
    "/v1/scenarios/{nummer}/reeks",
    "/v1/scenarios/{nummer}/reeks/stopzetting",
    "/v1/scenarios/{nummer}/verwijdering",
    "/regiovoorstel/wat-als/{nummer}",
    "/regiovoorstel/wat-als/{nummer}/plekken.csv",
    "/regiovoorstel/wat-als/{nummer}/doorrekenen",
    "/regiovoorstel/wat-als/{nummer}/verwijderen",
    "/regiovoorstel/wat-als/{nummer}/reeks",
    "/regiovoorstel/wat-als/{nummer}/reeks/stoppen",
    "/regiovoorstel/wat-als/{nummer}/reeks.csv",
    "/regiovoorstel/{nummer}",
    "/regiovoorstel/{nummer}/kaart",
    "/regiovoorstel/{nummer}/vragen",
    "/regiovoorstel/{nummer}/probleem",
    "/regiovoorstel/{nummer}/antwoord",
    "/meldingen/{id}/antwoord",
    "/v1/meldingen/{id}",
    "/v1/meldingen/{id}/antwoord",
    "/beheer/redenen/{lijst}",
    "/v1/redenen/{lijst}",
    "/v1/redenen/{lijst}/versies",
    "/beheer/mail/{id}/opnieuw",
    "/v1/mails/{id}/pogingen",
    "/beheer/segmenten/{segment}",
    "/v1/regios/{regio}/segmenten/{segment}",
    "/beheer/aanbieders/{agb}",
    "/beheer/locaties/{agb}/{nummer}",
    "/beheer/contracten/{id}",
    "/v1/aanbieders/{agb}",
    "/v1/aanbieders/{agb}/locaties/{nummer}",
    "/v1/aanbieders/{agb}/contracten",
    "/v1/aanbieders/{agb}/contracten/{id}",
    "/beheer/gemeenten/{gemeente}",
    "/beheer/postcodes/{pc4}",
    "/beheer/postcodes/{pc4}/verwijderen",
    "/beheer/producten/{product}",
    "/beheer/regios/{regio}",
    "/beheer/regios/{regio}/gemeenten",
    "/beheer/regios/{regio}/gemeenten/nieuw",
    "/beheer/regios/{regio}/gemeenten/{lidmaatschap}",
    "/v1/gemeenten/{gemeente}",
    "/v1/postcodes/{pc4}",
    "/v1/regios/{regio}/producten/{product}",
    "/v1/regios/{regio}",
    "/v1/regios/{regio}/gemeenten/{gemeente}",
    "/v1/aanbod/{id}",
    "/capaciteit/{id}/geschiktheid",
    "/v1/aanbod/{id}/geschiktheid",
    "/v1/aanbieders/{agb}/bevestigingen",
    "/v1/aanbieders/{agb}/aanbod",
    "/beheer/uitwisseling/bestanden/{id}",
    "/beheer/uitwisseling/bestanden/{id}/invoeren",
    "/beheer/uitwisseling/{soort}",
    "/beheer/uitwisseling/{soort}/bestand",
    "/v1/crisisrapportages/{kwartaal}/versies",
    "/v1/crisisrapportages/{kwartaal}/bevestiging",
    "/beheer/crisispunt/lijsten/{id}",
    "/v1/crisislijsten/{id}",
    "/v1/crisisrapportages/{kwartaal}",
    "/v1/crisisrapportages/{kwartaal}/openbaar",
    "/v1/crisisrapportages/{kwartaal}/afsluiting",
];

fn kind_of(path: &str) -> Option<Kind> {
    OWNED.into_iter().find(|(start, _)| path.starts_with(start)).map(|(_, kind)| kind)
}

/// Who has one, and somebody in the same role who does not.
fn parties(kind: Kind, role: &str) -> Option<(&'static str, &'static str)> {
    Some(match (kind, role) {
        (Kind::Client | Kind::Mediated | Kind::ClientsFile, "toegang") => (TOEGANG, "toegang-nunspeet"),
        (Kind::Client | Kind::Mediated, "accountmanager") => {
            ("accountmanager-regio", "accountmanager-flevoland")
        }
        (Kind::Client | Kind::Mediated, "gemeente") => ("gemeente-harderwijk", "gemeente-zeewolde"),
        // There is one team, and nothing reached it.
        (Kind::Client | Kind::Mediated, "expertteam") => ("expertteam-regio", "expertteam-regio"),
        (Kind::Client, "verwijzer") => ("verwijzer-huisartsen", "verwijzer-jeugdartsen"),
        (Kind::Published, "aanbieder") => (HAVEN.0, POLDERLICHT.0),
        (Kind::Response | Kind::FiguresFile, "aanbieder") => (HAVEN.0, BAKENZAND.0),
        (Kind::Request | Kind::Shift, "crisis-loket") => ("loket-flevoland", "crisis-loket"),
        (Kind::Request | Kind::Assignment | Kind::Stay | Kind::Place | Kind::Shift, "crisis-verdeelpunt") => {
            (DESK, "crisis-verdeelpunt")
        }
        (Kind::Request | Kind::Shift | Kind::RecordsFile, "crisis-registratie") => {
            ("registratie-flevoland", "crisis-registratie")
        }
        (Kind::Request, "toegang") => ("toegang-almere", "toegang-dronten"),
        (Kind::Assignment, "aanbieder") => (POLDERLICHT.0, DIJKWACHT.0),
        (Kind::Stay | Kind::Place, "aanbieder") => (KETELHAVEN.0, POLDERLICHT.0),
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
    let desk = server.user(DESK);
    let given = json!({"aanvraag": server.acute(15).code.as_str(), "startOp": "2026-11-21", "vrijwillig": false, "begeleider": DIJKWACHT.1});
    let place = server.place_id("De Kade kamer 1");
    let answer = desk.post(&format!("/v1/crisisplaatsen/{place}/plaatsing"), &given);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let running =
        server.user(KETELHAVEN.0).get("/v1/crisishulp").json()["hulp"].as_array().cloned().expect("a list");
    let stay = running.iter().find(|line| line["soort"] == "crisisbed").expect("a stay")["id"].to_string();
    let shift =
        json!({"dag": "2027-01-05", "taak": "verdeelpunt", "van": "09:00", "tot": "17:00", "wie": DESK});
    let shift = desk.post("/v1/crisisdiensten", &shift).json()["id"].to_string();
    server.execute("CREATE TABLE kept_shift AS SELECT * FROM crisis_shift");
    let mut overdue = client_for("GM0243");
    overdue.referred_on = "2026-03-01".parse().ok();
    overdue.decided_on = "2026-03-02".parse().ok();
    let actor = server.actor(TOEGANG);
    let mediated = db::write(&mut server.connection(), |conn| register(conn, &actor, now(), overdue));
    let file = |user: &str, kind: FileKind| {
        let taken =
            bring(&mut server.connection(), &server.actor(user), now(), kind, ("proef.csv", &b"x"[..]));
        taken.expect("taken").to_string()
    };
    BTreeMap::from([
        (Kind::Client, (clients[0].code.to_string(), "C4K-7XW-2R9")),
        (Kind::Mediated, (mediated.expect("registered").code.to_string(), "C4K-7XW-2R9")),
        (Kind::Published, (server.handle_of(&clients[1]), "000000000000000a")),
        (Kind::Response, (response.to_string(), "999999")),
        (Kind::Request, (request.code.to_string(), "C4K-7XW-2R9")),
        (Kind::Assignment, (offered["id"].to_string(), "999999")),
        (Kind::Stay, (stay, "999999")),
        (Kind::Place, (server.place_id("De Kade kamer 2").to_string(), "999999")),
        (Kind::Shift, (shift, "999999")),
        (Kind::RecordsFile, (file("registratie-flevoland", FileKind::CrisisRecords), "999999")),
        (Kind::FiguresFile, (file(HAVEN.0, FileKind::Figures), "999999")),
        (Kind::ClientsFile, (file(TOEGANG, FileKind::Registrations), "999999")),
    ])
}

/// Makes good what a call before did to a thing that another is still to find.
fn renew(server: &TestServer, kind: Kind, thing: &str) {
    match kind {
        Kind::Place => server.execute(&format!(
            "UPDATE crisis_provision SET ended_on = started_on WHERE place_id = {thing} AND ended_on IS NULL;
             UPDATE crisis_place SET state = 'vrij', retired_on = NULL, held_for_request = NULL, held_until = NULL, held_by = NULL WHERE id = {thing}"
        )),
        Kind::Shift => server.execute(
            "INSERT INTO crisis_shift SELECT * FROM kept_shift WHERE id NOT IN (SELECT id FROM crisis_shift)",
        ),
        _ => {}
    }
}

/// The path about this thing, with something for its further parameters: of a client, the response to it.
fn path_to(path: &str, thing: &str, response: &str) -> String {
    let (start, rest) = path.split_once('{').expect("a parameter");
    let (_, rest) = rest.split_once('}').expect("its end");
    let rest = rest.replace("/reacties/{id}", &format!("/reacties/{response}"));
    format!("{start}{thing}{}", filled(&rest))
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
    examples: BTreeMap<(&'static str, &'static str), Example>,
    known: BTreeMap<String, [Browser; 2]>,
}

impl Callers<'_> {
    /// With a body that is good, so that nothing is refused for how it looks.
    fn call(&mut self, user: &str, route: (&'static str, &'static str), path: &str) -> Answer {
        let server = self.server;
        // In this order: a second factor, which the visitor may need, ends the tokens from before.
        let make = || [server.visitor(user), server.user(user)];
        let both = self.known.entry(user.to_owned()).or_insert_with(make);
        let browser = &both[usize::from(path.starts_with("/v1"))];
        if route.0 == "GET" { browser.get(path) } else { self.examples[&route].send_as(browser, path) }
    }
}

/// What came of the calls.
#[derive(Default)]
struct Found {
    /// Every route with the role that called it.
    tried: Vec<String>,
    /// Those at which a stranger learned something.
    told: Vec<String>,
    /// Those that the owner does not reach.
    closed: Vec<String>,
}

/// The routes at which somebody who should not know of a thing learns that it exists, and those at which its owner does not
/// reach it.
fn try_all(server: &TestServer, stranger_of: fn((&'static str, &'static str)) -> &'static str) -> Found {
    let things = things(server);
    let (response, no_response) = &things[&Kind::Response];
    let mut callers = Callers { server, examples: good_writes::all(server), known: BTreeMap::new() };
    let mut found = Found::default();
    for (method, path, who) in TABLE {
        let Some(kind) = kind_of(path) else { continue };
        let (own, nothing) = &things[&kind];
        for (role, both) in who.split(' ').filter_map(|role| Some((role, parties(kind, role)?))) {
            let route = format!("{method} {path} by {role}");
            let stranger = stranger_of(both);
            renew(server, kind, own);
            let here = path_to(path, own, response);
            let other = told(&callers.call(stranger, (method, path), &here), own);
            let nowhere = path_to(path, nothing, no_response);
            let none = told(&callers.call(stranger, (method, path), &nowhere), nothing);
            // Refused for how it looks is refused before anybody asked whose it is.
            if other != none || other.0 < 400 || other.0 == 400 {
                found.told.push(format!("{route}: {} and {}", other.0, none.0));
            }
            found.tried.push(route);
            // The record itself. What hangs on it depends on what was done, and mediation begins with the toegang.
            if *method == "GET"
                && path.ends_with('}')
                && path.matches('{').count() == 1
                && !(kind == Kind::Mediated && ["gemeente", "expertteam"].contains(&role))
            {
                let answer = callers.call(both.0, (method, path), &path_to(path, own, response));
                if matches!(answer.status, 401 | 403 | 404) {
                    found.closed.push(format!("{method} {path} by its own {role}: {}", answer.status));
                }
            }
        }
    }
    found
}

#[test]
fn every_route_with_a_parameter_says_whose_it_is_about() {
    let unknown: Vec<_> = TABLE
        .iter()
        .filter(|(_, path, who)| path.contains('{') && *who != "iedereen")
        .filter(|(_, path, _)| kind_of(path).is_none() && !ELSEWHERE.contains(path))
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let gone: Vec<_> =
        ELSEWHERE.iter().filter(|path| !TABLE.iter().any(|(_, known, _)| known == *path)).collect();
    assert!(gone.is_empty(), "there is no such route: {gone:#?}");
}

on_both! {
    fn the_record_of_another_is_as_one_that_does_not_exist(server) {
        let found = try_all(server, |(_, stranger)| stranger);
        assert!(found.tried.len() > 110, "{} routes", found.tried.len());
        assert_eq!((found.told, found.closed), (Vec::<String>::new(), Vec::<String>::new()));
    }
}

/// What its owner does not reach either, so that nothing is shown of it here: it ended or was never made in what the records
/// of the tests leave behind. Only these may be missed.
const NOT_THERE: [&str; 14] = [
    "GET /bemiddeling/{code} by gemeente",
    "GET /bemiddeling/{code} by expertteam",
    "POST /bemiddeling/{code}/stappen by gemeente",
    "POST /bemiddeling/{code}/stappen by expertteam",
    "POST /bemiddeling/{code}/afsluiten by gemeente",
    "POST /bemiddeling/{code}/afsluiten by expertteam",
    "GET /v1/bemiddelingen/{code} by gemeente",
    "GET /v1/bemiddelingen/{code} by expertteam",
    "POST /v1/bemiddelingen/{code}/stappen by gemeente",
    "POST /v1/bemiddelingen/{code}/stappen by expertteam",
    "POST /v1/bemiddelingen/{code}/afsluiting by gemeente",
    "GET /wachtlijst/{code}/code by verwijzer",
    "GET /crisis/aanvragen/{code}/stap/{stap} by crisis-loket",
    "POST /crisis/aanvragen/{code}/stap/{stap} by crisis-loket",
];

#[test]
fn the_same_check_catches_a_server_that_does_not_ask_whose_it_is() {
    // Whoever owns it stands for a stranger who is let in.
    let found = try_all(&TestServer::start(Backend::Sqlite), |(owner, _)| owner);
    let is_caught = |route: &String| found.told.iter().any(|told| told.starts_with(&format!("{route}: ")));
    let missed: Vec<&String> = found.tried.iter().filter(|route| !is_caught(route)).collect();
    assert_eq!(missed, NOT_THERE);
}
