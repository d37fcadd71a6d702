//! Service accounts: made on a page, used by API.

use serde_json::json;

use crate::on_both;
use crate::support::{Browser, TestServer};

const OWN: &str = "/v1/aanbieders/98990009/bevestigingen";

/// What stands between two texts on a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split(before)
        .nth(1)
        .and_then(|rest| rest.split(after).next())
        .unwrap_or_else(|| panic!("no {before}: {page}"))
}

fn organisation(manager: &Browser, name: &str) -> String {
    let page = manager.get("/beheer/koppelingen/nieuw").body;
    let place = page.find(&format!("\">{name}</option>")).unwrap_or_else(|| panic!("no {name}: {page}"));
    page[..place].rsplit("value=\"").next().expect("a value").to_owned()
}

/// Makes a service account of De Haven; returns its page, id and secret.
fn make(manager: &Browser, scopes: &[&str]) -> (String, String, String) {
    let id = organisation(manager, "De Haven Jeugdhulp");
    let mut fields = vec![("naam", "Rooster"), ("organisatie", id.as_str())];
    fields.extend(scopes.iter().map(|scope| (*scope, "ja")));
    let page = manager.post_form("/beheer/koppelingen", &fields);
    assert_eq!(page.status, 200, "{}", page.body);
    let client = between(&page.body, "(clientId)</dt><dd><code class=\"sleutel\">", "<").to_owned();
    let secret = between(&page.body, "(clientGeheim)</dt><dd><code class=\"sleutel\">", "<").to_owned();
    let list = manager.get("/beheer/koppelingen").body;
    let row = list.split("<tr>").find(|row| row.contains(&client)).expect("a row");
    (between(row, "href=\"", "\"").to_owned(), client, secret)
}

fn token(server: &TestServer, client: &str, secret: &str) -> Result<Browser, u16> {
    let answer = server.anyone().post("/v1/tokens", &json!({"clientId": client, "clientGeheim": secret}));
    if answer.status != 200 {
        return Err(answer.status);
    }
    Ok(server.anyone().with_token(answer.json()["toegangstoken"].as_str().expect("a token")))
}

on_both! {
    fn a_program_keeps_figures_within_its_scope_until_it_is_blocked(server) {
        let manager = server.visitor("beheerder-regio");
        let (page, client, secret) = make(&manager, &["cijfers:lezen", "cijfers:schrijven"]);
        let program = token(server, &client, &secret).expect("a token");
        assert_eq!(program.post(OWN, &json!({})).status, 201);
        assert_eq!(program.post("/v1/aanbieders/98990033/bevestigingen", &json!({})).status, 403, "another provider");
        let (_, reader, reader_secret) = make(&manager, &["cijfers:lezen"]);
        let reader = token(server, &reader, &reader_secret).expect("a token");
        assert_eq!(reader.get("/v1/aanbod?gemeente=GM0243").status, 200);
        assert_eq!(reader.post(OWN, &json!({})).status, 403, "outside its scope");
        assert!(!manager.get(&page).body.contains(&secret), "the secret is shown once");
        assert_eq!(token(server, &client, &"x".repeat(43)).err(), Some(401));
        let renewed = manager.post_form(&format!("{page}/geheim"), &[]);
        let renewed = between(&renewed.body, "(clientGeheim)</dt><dd><code class=\"sleutel\">", "<").to_owned();
        assert_eq!(program.post(OWN, &json!({})).status, 401, "a new secret ends the tokens");
        assert_eq!(token(server, &client, &secret).err(), Some(401), "and the old secret");
        let program = token(server, &client, &renewed).expect("a token");
        assert_eq!(manager.post_form(&format!("{page}/toegang"), &[("toegang", "nee")]).status, 303);
        assert_eq!(program.post(OWN, &json!({})).status, 401, "blocked");
        assert_eq!(token(server, &client, &renewed).err(), Some(401));
    }
}

on_both! {
    fn a_program_cannot_sign_in_on_pages_and_needs_a_provider_and_a_scope(server) {
        let manager = server.visitor("beheerder-regio");
        let (_, client, secret) = make(&manager, &["cijfers:lezen"]);
        let answer = server.anyone().post_form("/inloggen", &[("naam", &client), ("wachtwoord", &secret)]);
        assert_eq!(answer.status, 400);
        let refused = manager.post_form("/beheer/koppelingen", &[("naam", ""), ("organisatie", "999999")]);
        assert_eq!(refused.status, 400);
        for field in ["naam", "reikwijdte"] {
            assert!(refused.body.contains(&format!("href=\"#{field}\"")), "{field}: {}", refused.body);
        }
    }
}
