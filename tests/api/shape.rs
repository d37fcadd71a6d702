//! What every answer of the API has in common, and what bad requests get.

use beschikbaarheidswijzer::web::input::LARGEST_BODY;
use serde_json::json;

use crate::on_both;
use crate::support::{Backend, TestServer};

const SEGMENT: &str = "/v1/regios/noord-veluwe/segmenten/1";

#[test]
fn every_answer_carries_version_and_security_headers() {
    let server = TestServer::start(Backend::Sqlite);
    let anyone = server.anyone();
    for (method, path, status) in [
        ("GET", SEGMENT, 200),
        ("GET", "/v1/bestaat-niet", 404),
        ("DELETE", SEGMENT, 405),
        ("PUT", SEGMENT, 401),
        ("GET", "/v1/regios/noord-veluwe/segmenten/", 404),
    ] {
        let answer = anyone.send(method, path, &[], "");
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("api-version"), Some(env!("CARGO_PKG_VERSION")), "{method} {path}");
        for (name, part) in [
            ("cache-control", "no-store"),
            ("content-security-policy", "frame-ancestors 'none'"),
            ("strict-transport-security", "max-age="),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ] {
            assert!(answer.header(name).is_some_and(|value| value.contains(part)), "{method} {path}: {name}");
        }
        if status >= 400 {
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            assert_eq!(answer.json()["status"], status);
        }
    }
    assert_eq!(anyone.send("DELETE", SEGMENT, &[], "").header("allow"), Some("GET, PUT, HEAD"));
    assert_eq!(anyone.get("/v1/openapi.json").header("access-control-allow-origin"), Some("*"));
    assert_eq!(anyone.get(SEGMENT).header("access-control-allow-origin"), None);
}

#[test]
fn the_wrong_kind_of_request_is_told_what_is_right() {
    let server = TestServer::start(Backend::Sqlite);
    let manager = server.user("beheerder-regio");
    let json = ("Content-Type", "application/json");
    let status = |headers: &[(&str, &str)], body: &str| manager.send("PUT", SEGMENT, headers, body).status;
    assert_eq!(status(&[("Content-Type", "text/plain")], "{}"), 415);
    assert_eq!(status(&[], "{}"), 415);
    assert_eq!(status(&[json, ("Accept", "image/png")], "{}"), 406);
    assert_eq!(status(&[json], "{"), 400);
    assert_eq!(status(&[json], "[]"), 400);
    assert_eq!(status(&[json], &"[".repeat(5000)), 400);
    assert_eq!(status(&[json], &format!("{{\"naam\":\"{}\"}}", "x".repeat(LARGEST_BODY))), 413);
    let doubled =
        manager.send("PUT", "/v1/regios/noord-veluwe/segmenten/9", &[json], r#"{"naam":"a","naam":"b"}"#);
    assert_eq!(doubled.wrong_fields(), ["naam"]);
    let unknown = manager.get("/v1/aanbod?kleur=rood&leeftijd=oud&leeftijd=9");
    assert_eq!(unknown.wrong_fields(), ["leeftijd", "kleur"]);
}

#[test]
fn forged_and_foreign_tokens_open_nothing() {
    let server = TestServer::start(Backend::Sqlite);
    let token = server.token("beheerder-regio");
    let mut parts: Vec<&str> = token.split('.').collect();
    let unsigned = format!("{}.{}.", "eyJhbGciOiJub25lIn0", parts[1]);
    parts[2] = "AAAA";
    let broken = parts.join(".");
    for forged in ["", "x", "a.b.c", unsigned.as_str(), broken.as_str()] {
        let answer = server.anyone().with_token(forged).put(SEGMENT, &json!({"naam": "x"}));
        assert_eq!(answer.status, 401, "{forged}");
    }
}

on_both! {
    fn a_token_dies_with_the_password_and_the_account(server) {
        use beschikbaarheidswijzer::actor::Actor;
        use beschikbaarheidswijzer::identity::users::actions::set_active_by_name;
        let first = server.user("beheerder-regio");
        assert_eq!(first.get(SEGMENT).status, 200);
        server.new_password("beheerder-regio");
        assert_eq!(first.get(SEGMENT).status, 401, "made before the new password");
        let second = server.user("beheerder-regio");
        assert_eq!(second.get(SEGMENT).status, 200);
        let (mut conn, now) = (server.connection(), crate::support::now());
        set_active_by_name(&mut conn, &Actor::command_line(), now, "beheerder-regio", false).expect("a known user");
        assert_eq!(second.get(SEGMENT).status, 401, "made before the account was blocked");
    }
}
