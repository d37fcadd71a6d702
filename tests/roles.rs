//! Who may reach what: every route against every role, written as a table.

use std::collections::BTreeMap;

use beschikbaarheidswijzer::routes;

use crate::on_both;
use crate::support::{Answer, Backend, Browser, TestServer};

/// One user of the demonstration for each role.
pub const USERS: [(&str, &str); 12] = [
    ("verwijzer", "verwijzer-huisartsen"),
    ("toegang", "toegang-harderwijk"),
    ("aanbieder", "aanbieder-de-haven"),
    ("crisis-loket", "crisis-loket"),
    ("crisis-verdeelpunt", "crisis-verdeelpunt"),
    ("crisis-registratie", "crisis-registratie"),
    ("accountmanager", "accountmanager-regio"),
    ("gemeente", "gemeente-harderwijk"),
    ("expertteam", "expertteam-regio"),
    ("privacy", "privacy-regio"),
    ("koppeling", "koppeling-de-haven"),
    ("beheerder", "beheerder-regio"),
];

/// Everybody, signed in or not.
const ALL: &str = "iedereen";
/// Everybody who is signed in.
const SIGNED_IN: &str = "ingelogd";

/// The table: method, path, who. A route that is not here fails the test, and so does a line without a route.
pub const TABLE: &[(&str, &str, &str)] = &include!("roles_table.in");

fn may(who: &str, role: Option<&str>) -> bool {
    match (who, role) {
        (ALL, _) | (SIGNED_IN, Some(_)) => true,
        (_, None) => false,
        (roles, Some(role)) => roles.split(' ').any(|one| one == role),
    }
}

#[test]
fn the_table_names_every_route_and_no_other() {
    let real: Vec<String> =
        routes::all().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let named: Vec<String> = TABLE.iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let missing: Vec<&String> = real.iter().filter(|route| !named.contains(route)).collect();
    let extra: Vec<&String> = named.iter().filter(|route| !real.contains(route)).collect();
    assert!(missing.is_empty(), "routes without a line in the table: {missing:#?}");
    assert!(extra.is_empty(), "lines of the table without a route: {extra:#?}");
}

/// A path with something for every parameter.
pub fn filled(path: &str) -> String {
    let values = BTreeMap::from([
        ("{file:.*}", "app.css"),
        ("{regio}", "noord-veluwe"),
        ("{segment}", "1"),
        ("{product}", "52A01"),
        ("{gemeente}", "GM0243"),
        ("{code}", "GM0243"),
        ("{agb}", "98990009"),
        ("{pc4}", "3841"),
        ("{nummer}", "1"),
        ("{id}", "1"),
        ("{kenmerk}", "0000000000000001"),
        ("{vraag}", "1"),
        ("{sleutel}", "0000000000000000000000000000000000000000000"),
        ("{lidmaatschap}", "1"),
        ("{soort}", "segmenten"),
        ("{stap}", "pauzeren"),
        ("{lijst}", "hervatten"),
        ("{regel}", "1"),
        ("{kwartaal}", "2026-1"),
        // A stream does not end by itself.
        ("/crisis/stroom", "/crisis/stroom?eenmaal=ja"),
        ("{sleutel}", "J3mS0uYt3kQ9wB6c1Vx8Zr2Lp5Nf7Hd4GaTe0iKoMvU"),
    ]);
    let mut filled = path.to_owned();
    for (parameter, value) in values {
        filled = filled.replace(parameter, value);
    }
    assert!(!filled.contains('{'), "no value for a parameter of {path}");
    filled
}

pub fn call(browser: &Browser, method: &str, path: &str) -> Answer {
    match (method, path.starts_with("/v1")) {
        ("GET", _) => browser.get(path),
        (_, true) => browser.send(method, path, &[("Content-Type", "application/json")], "[]"),
        (_, false) => browser.post_form(path, &[("bestaat-niet", "x")]),
    }
}

fn is_refused(answer: &Answer, path: &str, known: bool) -> bool {
    let to_sign_in = answer.header("location").is_some_and(|place| place.starts_with("/inloggen?terug="));
    match (path.starts_with("/v1"), known) {
        (true, false) => answer.status == 401,
        (true, true) => answer.status == 403 && answer.json()["code"] == "geen-toegang",
        (false, false) => answer.status == 303 && to_sign_in,
        (false, true) => answer.status == 403 && answer.body.contains("geen-toegang"),
    }
}

/// Calls every route as this user, whom the table takes for somebody of this role; tells what is not as the table says.
fn wrong(server: &TestServer, role: Option<&str>, user: Option<&str>) -> Vec<String> {
    // A program has no password and so no pages: for them it is nobody in particular.
    let is_program = role == Some("koppeling");
    let pages = match user {
        Some(user) if !is_program => server.visitor(user),
        _ => server.anyone(),
    };
    let api = user.map_or_else(|| server.anyone(), |user| server.user(user));
    // Signing out comes last: it ends the session the other pages need.
    let mut table: Vec<_> = TABLE.iter().collect();
    table.sort_by_key(|(_, path, _)| *path == "/uitloggen");
    let mut wrong = Vec::new();
    for (method, path, who) in table {
        let route = format!("{method} {path}");
        let path = filled(path);
        let answer = call(if path.starts_with("/v1") { &api } else { &pages }, method, &path);
        let role_here = role.filter(|_| path.starts_with("/v1") || !is_program);
        let is_allowed = !is_refused(&answer, &path, role_here.is_some());
        if is_allowed != may(who, role_here) {
            wrong.push(route);
        }
        let start: String = answer.body.chars().take(300).collect();
        assert!(answer.status < 500, "{method} {path} by {user:?}: {} {start}", answer.status);
    }
    wrong
}

on_both! {
    fn nobody_in_particular_reaches_only_what_is_public(server) {
        assert_eq!(wrong(server, None, None), [""; 0]);
    }
}

on_both! {
    fn every_role_reaches_exactly_what_the_table_gives_it(server) {
        for (role, user) in USERS {
            assert_eq!(wrong(server, Some(role), Some(user)), [""; 0], "{role}");
        }
    }
}

/// A server that takes one role for another lets in too many and too few: each such route is found, and no other.
#[test]
fn the_same_check_catches_a_server_that_takes_one_role_for_another() {
    let server = TestServer::start(Backend::Sqlite);
    let (taken_for, real) = ("verwijzer", "beheerder");
    let (_, user) = USERS.into_iter().find(|(role, _)| *role == real).expect("a user");
    let mut differs: Vec<String> = TABLE
        .iter()
        .filter(|(.., who)| may(who, Some(taken_for)) != may(who, Some(real)))
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let mut found = wrong(&server, Some(taken_for), Some(user));
    found.sort();
    differs.sort();
    assert_eq!(found, differs);
    let is_found = |route: &str| found.iter().any(|found| found == route);
    assert!(is_found("GET /beheer/gebruikers"), "who gets in and should not");
    assert!(is_found("GET /aanmeldingen"), "who should get in and does not");
}

on_both! {
    fn a_refusal_is_written_in_the_audit(server) {
        let user = server.user("privacy-regio");
        let before = server.audit_lines();
        let answer = user.put("/v1/regios/noord-veluwe/segmenten/1", &serde_json::json!({}));
        assert_eq!(answer.status, 403);
        assert_eq!(server.audit_lines(), before + 1);
    }
}
