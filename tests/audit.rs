//! Every write leaves a line in the audit: all of them, as a table that is compared with the routes.

use actix_web::http::Method;
use beschikbaarheidswijzer::routes;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Answer, TestServer};

/// One good example of every write of the API: user, method, path with its template, body.
fn writes() -> Vec<(&'static str, &'static str, &'static str, &'static str, Value)> {
    vec![
        // The body is made at the moment itself: a refresh token is a secret.
        ("aanbieder-de-haven", "POST", "/v1/tokens", "/v1/tokens", json!({})),
        (
            "beheerder-regio",
            "PUT",
            "/v1/regios/{regio}",
            "/v1/regios/noord-veluwe",
            json!({
            "naam": "Noord-Veluwe", "telefoon": "0341 00 00 00", "email": "info@jeugdhulp-noord-veluwe.example", "website": "https://www.jeugdhulp-noord-veluwe.example",
            "versDagen": 14, "verouderdDagen": 31, "normIntakeWeken": 4, "normBehandelingWeken": 9}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/regios/{regio}/gemeenten/{gemeente}",
            "/v1/regios/noord-veluwe/gemeenten/GM0303",
            json!({"clienten": "alle", "geldigVanaf": "2027-01-01"}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/gemeenten/{gemeente}",
            "/v1/gemeenten/GM9001",
            json!({"naam": "Nieuwe Gemeente", "provincie": "Gelderland", "lat": 52.3, "lon": 5.6, "geldigVanaf": "2027-01-01"}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/regios/{regio}/segmenten/{segment}",
            "/v1/regios/noord-veluwe/segmenten/9",
            json!({"naam": "Proef"}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/regios/{regio}/producten/{product}",
            "/v1/regios/noord-veluwe/producten/99Z99",
            json!({
            "naam": "Proef", "segment": "1", "ijwCategorie": 45, "soort": "ambulant", "leeftijdVanaf": 0, "leeftijdTot": 17}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/aanbieders/{agb}",
            "/v1/aanbieders/98999901",
            json!({"naam": "Nieuwe Oever", "soort": "hoofdaannemer"}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/aanbieders/{agb}/locaties/{nummer}",
            "/v1/aanbieders/98990009/locaties/9",
            json!({"naam": "Oever Putten", "pc4": 3881}),
        ),
        (
            "beheerder-regio",
            "POST",
            "/v1/aanbieders/{agb}/contracten",
            "/v1/aanbieders/98990009/contracten",
            json!({
            "regio": "noord-veluwe", "product": "41A01", "niveau": "regionaal", "geldigVanaf": "2035-01-01", "geldigTot": "2035-12-31"}),
        ),
        (
            "beheerder-regio",
            "PUT",
            "/v1/aanbieders/{agb}/contracten/{id}",
            "/v1/aanbieders/98990009/contracten/87",
            json!({
            "regio": "noord-veluwe", "product": "41A01", "niveau": "regionaal", "geldigVanaf": "2023-01-01", "geldigTot": "2028-12-31"}),
        ),
        ("aanbieder-de-haven", "PUT", "/v1/aanbod/{id}", "/v1/aanbod/223", json!({"plekkenVrij": 2})),
        (
            "aanbieder-de-haven",
            "POST",
            "/v1/aanbieders/{agb}/bevestigingen",
            "/v1/aanbieders/98990009/bevestigingen",
            json!({}),
        ),
        (
            "aanbieder-de-haven",
            "POST",
            "/v1/aanbieders/{agb}/aanbod",
            "/v1/aanbieders/98990009/aanbod",
            json!({"locatie": 2, "product": "52A01"}),
        ),
    ]
}

fn send(server: &TestServer, (user, method, _, path, body): &(&str, &str, &str, &str, Value)) -> Answer {
    let browser = server.user(user);
    if *method == "POST" {
        return browser.post(path, body);
    }
    match browser.get(path).header("etag") {
        Some(version) => browser.put_version(path, version, body),
        // A membership has its version in the list of members, and a new thing has none.
        None => browser.put(path, body),
    }
}

on_both! {
    fn every_write_of_the_api_leaves_a_line_in_the_audit(server) {
        for mut write in writes() {
            if write.2 == "/v1/tokens" {
                write.4 = json!({"vernieuwingstoken": server.refresh_token(write.0)});
            }
            let before = server.audit_lines();
            let answer = send(server, &write);
            assert!((200..300).contains(&answer.status), "{} {}: {} {}", write.1, write.3, answer.status, answer.body);
            assert!(server.audit_lines() > before, "{} {} left no line", write.1, write.3);
        }
    }
}

#[test]
fn the_table_has_every_write_of_the_api() {
    let listed: std::collections::BTreeSet<String> =
        writes().iter().map(|(_, method, template, _, _)| format!("{method} {template}")).collect();
    let real = routes::all()
        .into_iter()
        .filter(|route| route.path.starts_with("/v1") && route.method != Method::GET)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(listed, real);
}
