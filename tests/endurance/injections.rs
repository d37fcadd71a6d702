//! Text that tries to be something else: markup, SQL, a formula, a header. It stays text, in every field.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Dice, Rounds, is_long, times};
use crate::on_both;
use crate::support::{Answer, Browser, Form, TestServer};

const MANAGER: &str = "beheerder-regio";
const PROVIDER: &str = "aanbieder-de-haven";

/// What the attacks begin from; each is varied by what is put around it.
const SEEDS: [&str; 25] = [
    "<script>bw7()</script>",
    "<img src=x onerror=bw7()>",
    "\"><svg onload=bw7()>",
    "' onmouseover='bw7()",
    "\" autofocus onfocus=\"bw7()",
    "</textarea><script>bw7()</script>",
    "</title><script>bw7()</script>",
    "<!--<img src=\"--><img src=x onerror=bw7()//\">",
    "javascript:bw7()//<",
    "{{ 7*7 }}<b>",
    "' OR '1'='1",
    "'; DROP TABLE region; --",
    "\"; DELETE FROM offer; --",
    "1) UNION SELECT password_hash FROM user_account --'",
    "'||(SELECT name FROM region)||'",
    "\\'; UPDATE offer SET free_places = 99; --",
    "=1+1",
    "=HYPERLINK(\"https://bw7.example\")",
    "+31'bw7",
    "-2+3\"bw7",
    "@SUM(1)'",
    "naam\r\nX-Bw7: ja",
    "naam\r\n\r\n<html>bw7",
    "naam%0d%0aX-Bw7: ja<",
    "\u{202e}<bw7>\u{0}",
];
const AROUND: [(&str, &str); 20] = [
    ("", ""),
    (" ", " "),
    ("a", ""),
    ("", "z"),
    ("De ", " Haven"),
    ("\t", ""),
    ("'", ""),
    ("\"", "\""),
    ("<b>", "</b>"),
    ("%", "%"),
    ("\\", "\\"),
    ("/*", "*/"),
    ("--", ""),
    ("&lt;", "&gt;"),
    ("é", "ß"),
    ("\u{feff}", ""),
    ("(", ")"),
    ("${", "}"),
    ("0", "1"),
    ("x;", ";"),
];

/// 500 attacks; in the short form some, others for every field.
pub(super) fn attacks(field: usize) -> Vec<String> {
    let all = SEEDS
        .iter()
        .flat_map(|seed| AROUND.iter().map(move |(before, after)| format!("{before}{seed}{after}")));
    let all: Vec<String> = all.collect();
    assert_eq!(all.len(), 500);
    let mut dice = Dice::new(field);
    match times(8, all.len()) {
        few if few < all.len() => (0..few).map(|_| all[dice.below(all.len())].clone()).collect(),
        _ => all,
    }
}

/// Whether the attack had an effect in this answer.
pub(super) fn has_effect(attack: &str, answer: &Answer) -> bool {
    if answer.headers.contains_key("x-bw7") || answer.status >= 500 {
        return true;
    }
    let kind = answer.header("content-type").unwrap_or_default();
    if kind.starts_with("text/html") {
        let trimmed = attack.trim();
        return trimmed.contains(['<', '>', '"', '\'']) && answer.body.contains(trimmed);
    }
    if kind.starts_with("text/csv") {
        return cells(&answer.body).iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
    }
    false
}

/// Whether the attack had an effect in a mail: its subject is a header.
pub(super) fn has_effect_in_mail(attack: &str, mail: &Mailed) -> bool {
    let attack = attack.trim();
    let is_markup = attack.contains(['<', '>', '"', '\'']) && mail.html.contains(attack);
    is_markup || mail.subject.contains(['\r', '\n'])
}

/// A mail as it waits to be sent.
#[derive(diesel::Queryable)]
pub(super) struct Mailed {
    pub(super) subject: String,
    pub(super) html: String,
}

/// The mails beside the first so many.
pub(super) fn mailed_after(server: &TestServer, count: usize) -> Vec<Mailed> {
    use beschikbaarheidswijzer::db::schema::outbox_mail;
    use diesel::prelude::*;
    let mails = outbox_mail::table.order(outbox_mail::id).select((outbox_mail::subject, outbox_mail::html));
    let all: Vec<Mailed> = mails.load(&mut server.connection()).expect("the outbox");
    all.into_iter().skip(count).collect()
}

/// The cells of a sheet, without what quotes them.
fn cells(sheet: &str) -> Vec<String> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(sheet.as_bytes());
    reader
        .records()
        .flat_map(|row| row.expect("a row").iter().map(ToOwned::to_owned).collect::<Vec<_>>())
        .collect()
}

/// How many rows the tables have that an attack is after.
pub(super) fn rows(server: &TestServer) -> BTreeMap<&'static str, i64> {
    use beschikbaarheidswijzer::db::schema::{offer, region, user_account};
    use diesel::prelude::*;
    let conn = &mut server.connection();
    BTreeMap::from([
        ("region", region::table.count().get_result(conn).expect("a count")),
        ("offer", offer::table.count().get_result(conn).expect("a count")),
        ("user_account", user_account::table.count().get_result(conn).expect("a count")),
    ])
}

/// A write of the API, with pages that show what was written.
struct Write {
    user: &'static str,
    /// As the document of the API names it.
    call: &'static str,
    path: String,
    body: Value,
    shown: Vec<String>,
}

/// The writes that keep text, each as it is now.
fn writes() -> Vec<Write> {
    // An offer of the provider that signs in.
    let own = 223;
    let write = |user, (call, path): (&'static str, &str), body: Value, shown: &[&str]| Write {
        user,
        call,
        path: path.to_owned(),
        body,
        shown: shown.iter().map(|path| (*path).to_owned()).collect(),
    };
    vec![
        write(
            MANAGER,
            ("/regios/{regio}/segmenten/{segment}", "/v1/regios/noord-veluwe/segmenten/1"),
            json!({"naam": "x", "omschrijving": "x"}),
            &["/beheer/segmenten", "/beheer/segmenten/1"],
        ),
        write(
            MANAGER,
            ("/gemeenten/{gemeente}", "/v1/gemeenten/GM0243"),
            json!({"naam": "x", "provincie": "x", "lat": 52.3, "lon": 5.6}),
            &["/beheer/gemeenten/GM0243", "/zoeken"],
        ),
        write(
            MANAGER,
            ("/postcodes/{pc4}", "/v1/postcodes/3841"),
            json!({"plaats": "x", "gemeente": "GM0243", "lat": 52.35, "lon": 5.62}),
            &[
                "/beheer/postcodes?postcode=3841",
                "/beheer/postcodes/3841",
                "/beheer/postcodes/3841/verwijderen",
            ],
        ),
        write(
            MANAGER,
            ("/aanbieders/{agb}", "/v1/aanbieders/98990009"),
            json!({"naam": "x", "soort": "hoofdaannemer", "telefoonVerwijzers": "x", "emailVerwijzers": "x", "website": "x", "onlineHulp": false, "toelichting": "x"}),
            &["/aanbieders/98990009", "/beheer/aanbieders", "/zoeken?product=emdr&gemeente=GM0243"],
        ),
        write(
            MANAGER,
            ("/aanbieders/{agb}/locaties/{nummer}", "/v1/aanbieders/98990009/locaties/1"),
            json!({"naam": "x", "pc4": "x"}),
            &["/aanbieders/98990009", "/beheer/locaties/98990009/1"],
        ),
        write(
            PROVIDER,
            ("/aanbod/{id}", &format!("/v1/aanbod/{own}")),
            json!({"status": "aanmeldstop", "aanmeldstopReden": "vol", "aanmeldstopToelichting": "x", "opmerkingen": "x"}),
            &[&format!("/aanbod/{own}/verloop"), "/aanbieders/98990009", "/capaciteit"],
        ),
    ]
}

on_both! {
    fn no_text_is_anything_but_text_in_what_is_written(server) {
        let visitors = BTreeMap::from([(MANAGER, server.visitor(MANAGER)), (PROVIDER, server.visitor(PROVIDER))]);
        let before = rows(server);
        let writes = writes();
        let mut stored: BTreeMap<&str, usize> = writes.iter().map(|write| (write.call, 0)).collect();
        let is_text = |(_, value): &(&String, &Value)| value.is_string();
        let fields: Vec<(&Write, &String)> = writes
            .iter()
            .flat_map(|write| {
                let fields = write.body.as_object().expect("an object").iter().filter(is_text);
                fields.map(move |(field, _)| (write, field))
            })
            .collect();
        for place in Rounds::on(server, "injections-written", fields.len(), fields.len()) {
            let (write, field) = fields[place];
            let browser = server.user(write.user);
            for attack in attacks(place) {
                let read = browser.get(&write.path);
                let version = read.header("etag").expect("a version");
                let mut body = with_stored(&write.body, &read.json());
                body[field.as_str()] = json!(attack);
                let answer = browser.put_version(&write.path, version, &body);
                assert!(!has_effect(&attack, &answer), "{} {field} {attack:?}: {}", write.path, answer.body);
                if answer.status == 200 {
                    *stored.entry(write.call).or_default() += 1;
                    for path in &write.shown {
                        let page = visitors[write.user].get(path);
                        assert!(!has_effect(&attack, &page), "{path} shows {field} {attack:?}");
                    }
                }
            }
        }
        let kept = stored.values().all(|count| *count > 0);
        assert!(kept || is_long(), "attacks on names and remarks are text like any other, and are kept: {stored:?}");
        let sheet = server.visitor("accountmanager-regio").get("/actualiteit.csv");
        assert!(!has_effect("", &sheet), "{}", sheet.body);
        assert_eq!(rows(server), before);
    }
}

/// What a value that refers to another stands for in the document of the API.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).expect("what is referred to"),
        None => schema,
    }
}

/// The schemas a value may have, each resolved.
fn choices<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = resolved(document, schema);
    match schema["oneOf"].as_array() {
        Some(all) => all.iter().map(|one| resolved(document, one)).collect(),
        None => vec![schema],
    }
}

#[test]
fn the_fields_that_are_attacked_are_those_of_the_api() {
    let document: Value =
        serde_json::from_str(beschikbaarheidswijzer::api_document::text()).expect("the document");
    for write in writes() {
        let body = write.body.as_object().expect("an object");
        let schema =
            &document["paths"][write.call]["put"]["requestBody"]["content"]["application/json"]["schema"];
        let fields: BTreeMap<&String, &Value> = choices(&document, schema)
            .into_iter()
            .flat_map(|schema| schema["properties"].as_object().expect("fields"))
            .collect();
        for name in body.keys() {
            assert!(fields.contains_key(name), "{} has no field {name}", write.call);
        }
        for (name, schema) in fields {
            // Room for a sentence, and not one of a list.
            let is_text = choices(&document, schema).iter().any(|schema| {
                schema["maxLength"].as_u64().is_some_and(|most| most >= 100) && schema["enum"].is_null()
            });
            assert!(
                !is_text || body.contains_key(name),
                "{} has a text {name} that is not attacked",
                write.call
            );
        }
    }
}

/// A body that is right: what is stored where the example says only `x`.
fn with_stored(body: &Value, stored: &Value) -> Value {
    let fields = body.as_object().expect("an object").iter();
    fields
        .map(|(name, example)| {
            let stored =
                || stored.get(name).filter(|value| !value.is_null()).cloned().unwrap_or_else(|| json!(""));
            (name.clone(), if example == "x" { stored() } else { example.clone() })
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Who, where, and the names of the fields.
type Fields = (&'static str, &'static str, &'static [&'static str]);

/// Pages with a query, and every field of it.
const QUERIES: [Fields; 7] = [
    (
        "",
        "/zoeken",
        &[
            "product", "gemeente", "postcode", "leeftijd", "urgentie", "soort", "straalKm", "sorteer",
            "pagina",
        ],
    ),
    ("", "/vergelijken", &["aanbod"]),
    ("", "/volgen", &["product", "gemeente", "postcode", "leeftijd", "straalKm"]),
    ("", "/inloggen", &["terug"]),
    (MANAGER, "/beheer/postcodes", &["postcode", "gemeente", "sorteer", "pagina", "verwijderd"]),
    (MANAGER, "/beheer/aanbieders", &["naam", "soort", "sorteer", "pagina", "opgeslagen"]),
    (
        "privacy-regio",
        "/logboek",
        &["van", "tot", "gebruiker", "handeling", "soort", "nummer", "verzoek", "uitkomst"],
    ),
];

/// Forms, and every field of them.
const FORMS: [Fields; 5] = [
    ("", "/inloggen", &["naam", "wachtwoord", "terug"]),
    ("", "/wachtwoord-vergeten", &["email"]),
    ("", "/aanbod/223/melden", &["wat", "toelichting"]),
    ("", "/volgen", &["email", "product", "gemeente"]),
    (MANAGER, "/beheer/organisaties", &["naam", "soort", "gemeenten"]),
];
/// What stands in the other fields of these forms, so that they are not refused for what is missing.
const AROUND_FIELD: [(&str, &str, &str); 6] = [
    ("/aanbod/223/melden", "wat", "plekken"),
    ("/volgen", "email", "proef@voorbeeld.example"),
    ("/volgen", "product", "emdr"),
    ("/beheer/organisaties", "naam", "Praktijk"),
    ("/beheer/organisaties", "soort", "verwijzer"),
    ("/inloggen", "naam", "iemand"),
];

on_both! {
    fn no_text_is_anything_but_text_in_what_is_asked(server) {
        let visitor = |who: &str| if who.is_empty() { server.anyone() } else { server.visitor(who) };
        let before = rows(server);
        let mut visitors: BTreeMap<&str, Browser> = BTreeMap::new();
        let each = |forms: &[Fields]| -> Vec<_> {
            forms.iter().flat_map(|(who, path, fields)| fields.iter().map(move |field| (*who, *path, *field))).collect()
        };
        let asked = [each(&QUERIES), each(&FORMS)].concat();
        for place in Rounds::on(server, "injections-asked", asked.len(), asked.len()) {
            let (who, path, field) = asked[place];
            let browser = &*visitors.entry(who).or_insert_with(|| visitor(who));
            for attack in attacks(1000 + place) {
                let page = if place < each(&QUERIES).len() {
                    let mut query = form_urlencoded::Serializer::new(String::new());
                    browser.get(&format!("{path}?{}", query.append_pair(field, &attack).finish()))
                } else {
                    let others = AROUND_FIELD.iter().filter(|(form, other, _)| *form == path && *other != field);
                    let mut sent: Vec<(&str, &str)> = others.map(|(_, name, value)| (*name, *value)).collect();
                    sent.push((field, &attack));
                    browser.post_form(path, &sent)
                };
                assert!(!has_effect(&attack, &page), "{path} {field} {attack:?}");
            }
        }
        assert_eq!(rows(server), before);
    }
}

/// Forms that change what is there: who, the page with the form, and where it is sent.
const SAVED: [(&str, &str, &str); 7] = [
    (MANAGER, "/beheer/segmenten/1", "/beheer/segmenten"),
    (MANAGER, "/beheer/gemeenten/GM0243", "/beheer/gemeenten"),
    (MANAGER, "/beheer/producten/54A02", "/beheer/producten"),
    (MANAGER, "/beheer/aanbieders/98990009", "/beheer/aanbieders"),
    (MANAGER, "/beheer/locaties/98990009/1", "/beheer/locaties"),
    (MANAGER, "/beheer/contracten/87", "/beheer/contracten"),
    (MANAGER, "/beheer/regios/noord-veluwe", "/beheer/regios"),
];
/// Those that keep text; the form of a contract has choices and days only.
const KEEPING_TEXT: usize = SAVED.len() - 1;

on_both! {
    fn no_text_is_anything_but_text_in_forms_that_are_saved(server) {
        let visitors = BTreeMap::from([(MANAGER, server.visitor(MANAGER))]);
        let before = rows(server);
        let fields: Vec<_> = SAVED
            .iter()
            .flat_map(|(who, page, action)| {
                let form = Form::on(&visitors[who].get(page).body, action);
                form.names().into_iter().map(move |field| (*who, *page, *action, field))
            })
            .collect();
        let mut stored: BTreeMap<&str, usize> = BTreeMap::new();
        for place in Rounds::on(server, "injections-saved", fields.len(), fields.len()) {
            let (who, page, action, field) = &fields[place];
            let visitor = &visitors[who];
            for attack in attacks(2000 + place) {
                let mut form = Form::on(&visitor.get(page).body, action);
                form.set(field, &attack);
                let answer = form.send(visitor);
                assert!(!has_effect(&attack, &answer), "{page} {field} {attack:?}: {}", answer.body);
                if answer.status == 303 {
                    *stored.entry(*page).or_default() += 1;
                    let shown = visitor.get(page);
                    assert!(!has_effect(&attack, &shown), "{page} shows {field} {attack:?}");
                }
            }
        }
        assert!(stored.len() >= KEEPING_TEXT || is_long(), "text is kept by what is saved: {stored:?}");
        assert_eq!(rows(server), before);
    }
}

#[test]
fn the_same_check_catches_text_that_is_put_into_a_page_as_it_is() {
    let answer = |kind: &str, body: String| {
        let mut headers = ureq::http::HeaderMap::new();
        headers.insert("content-type", kind.parse().expect("a value"));
        Answer { status: 200, headers, body }
    };
    for attack in SEEDS.iter().filter(|seed| seed.contains(['<', '"', '\''])) {
        assert!(
            has_effect(attack, &answer("text/html; charset=utf-8", format!("<p>{attack}</p>"))),
            "{attack}"
        );
    }
    for attack in ["=1+1", "+31", "-2", "@SUM(1)"] {
        assert!(
            has_effect(attack, &answer("text/csv; charset=utf-8", format!("naam\n\"{attack}\"\n"))),
            "{attack}"
        );
    }
    let mail = |subject: &str, html: &str| Mailed { subject: subject.to_owned(), html: html.to_owned() };
    assert!(has_effect_in_mail(SEEDS[0], &mail("Nieuws", &format!("<p>{}</p>", SEEDS[0]))));
    assert!(has_effect_in_mail("", &mail("Nieuws\r\nBcc: bw7@voorbeeld.example", "")));
    assert!(!has_effect_in_mail(SEEDS[0], &mail(SEEDS[0], "<p>&#60;script&#62;bw7()</p>")));
    let mut split = answer("text/plain", String::new());
    split.headers.insert("x-bw7", "ja".parse().expect("a value"));
    assert!(has_effect("", &split));
}
