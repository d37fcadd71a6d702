//! Every door through which bytes come in from outside, with what must hold of whatever comes through it, and a few
//! things to begin with. Used with random changes by `parsers.rs`, and by the fuzzer in `fuzz/`, which learns from
//! the paths a change takes.

// By its path, since the fuzzer takes this file in by its own.
#[path = "assignment_doors.rs"]
mod assignment_doors;

use std::sync::OnceLock;

use actix_web::test::TestRequest;
use beschikbaarheidswijzer::availability::search::input::{SearchAddress, read_search};
use beschikbaarheidswijzer::identity::opaque;
use beschikbaarheidswijzer::identity::tokens::signed::{KeyPair, KeySet};
use beschikbaarheidswijzer::web::csv::Sheet;
use beschikbaarheidswijzer::web::csv::reading::read_table;
use beschikbaarheidswijzer::web::fields::{Fields, Length, parse_day};
use beschikbaarheidswijzer::web::look::parse_borders;
use chrono::{DateTime, Duration, Utc};
use rules::assignment::parse_change;
use rules::codes::{AgbCode, MunicipalityCode, Pc4, ProductCode};
use rules::contact::parse_email;
use rules::personal_data::find_all_personal_data;
use rules::waiting::client_code::ClientCode;
use rules::waiting_time::WeekRange;

/// A way in.
pub struct Door {
    pub name: &'static str,
    /// What usually comes through.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Lets bytes through; panics when something does not hold.
    pub enter: fn(&[u8]),
}

pub const ALL: [Door; 9] = [
    Door { name: "json", seeds: json_seeds, enter: json },
    Door { name: "query", seeds: query_seeds, enter: query },
    Door { name: "csv", seeds: csv_seeds, enter: csv },
    Door { name: "token", seeds: token_seeds, enter: token },
    Door { name: "cookie", seeds: cookie_seeds, enter: cookie },
    Door { name: "text", seeds: text_seeds, enter: text },
    Door { name: "problem_file", seeds: assignment_doors::file_seeds, enter: assignment_doors::file },
    Door { name: "problem", seeds: assignment_doors::problem_seeds, enter: assignment_doors::problem },
    Door { name: "changes", seeds: assignment_doors::problem_seeds, enter: assignment_doors::changes },
];

/// The twin: cuts a text at its first byte, as if every character had one.
pub const BROKEN: Door = Door { name: "broken", seeds: text_seeds, enter: broken };

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Reads one field of every kind, as the API does.
fn read_all(fields: &mut Fields) {
    fields.text("naam", Length(1, 200));
    fields.optional_text("toelichting", Length(0, 280));
    fields.optional_int("plekken", 0, 999);
    fields.small::<i32>("versie", 1, i64::from(i32::MAX));
    fields.decimal("lat", 50.0, 54.0);
    fields.flag("online");
    fields.optional_date("dag");
    fields.optional_parsed("wacht", "geen-wachttijd", WeekRange::parse);
    fields.optional_choice("status", &[("open", 1), ("aanmeldstop", 2)]);
    fields.texts("namen", 10, Length(1, 50));
    if let Some(mut nested) = fields.object("locatie") {
        nested.int("nummer", 1, 99);
        fields.absorb("locatie", nested);
    }
}

/// What is accepted is JSON, and everything that is refused is told.
fn json(data: &[u8]) {
    let Ok(mut fields) = Fields::from_json(data) else { return };
    assert!(serde_json::from_slice::<serde_json::Value>(data).is_ok_and(|value| value.is_object()));
    read_all(&mut fields);
    let is_clean = fields.is_clean();
    match fields.finish(()) {
        Ok(()) => assert!(is_clean),
        Err(violations) => assert!(!violations.is_empty()),
    }
}

fn json_seeds() -> Vec<Vec<u8>> {
    bytes(&[
        r#"{"naam":"Ambulant","plekken":3,"versie":1,"lat":52.35,"online":true,"dag":"2027-01-31"}"#,
        r#"{"naam":"\u00e9","naam":"x","locatie":{"nummer":1},"namen":["a","b"],"status":"open","wacht":"2-4"}"#,
        r#"[{"a":[[[[1e999]]]]}]"#,
    ])
}

/// A search can be written down as an address within the site, and read back the same.
fn query(data: &[u8]) {
    let Ok(query) = std::str::from_utf8(data) else { return };
    let mut fields = Fields::from_query(query);
    read_search(&mut fields);
    read_all(&mut fields);
    let _outcome = fields.finish(());

    let address = SearchAddress::from_query(query).with("sorteer", "naam");
    assert!(address.starts_with("/zoeken?"), "{address}");
    assert!(address.bytes().all(|byte| byte.is_ascii_graphic()), "{address}");
    let (_, written) = address.split_once('?').expect("it has a query");
    assert_eq!(SearchAddress::from_query(written).with("sorteer", "naam"), address);
}

fn query_seeds() -> Vec<Vec<u8>> {
    bytes(&[
        "gemeente=GM0243&product=emdr&leeftijd=12&sorteer=naam&pagina=2",
        "postcode=3841&straalKm=10&vrij=ja&vers=ja&dag=31-01-2027&naam=%C3%A9+%00%0d%0a",
        "leeftijd=12&leeftijd=13&%zz=%",
    ])
}

const COLUMNS: [&str; 3] = ["code", "naam", "dag"];

/// Whatever was read can be written as a sheet, and says the same when it is read again.
fn csv(data: &[u8]) {
    let table = read_table(data, &COLUMNS);
    let cells = |fields: &Fields| COLUMNS.map(|column| fields.raw(column));
    let before: Vec<[String; 3]> = table.rows.iter().map(|row| cells(&row.fields)).collect();
    let mut sheet = Sheet::for_spreadsheets(&COLUMNS).expect("a sheet");
    for row in &before {
        sheet.row(row).expect("a row");
    }
    let again = read_table(&sheet.into_bytes().expect("bytes"), &COLUMNS);
    assert!(again.faults.is_empty(), "{:?}", again.faults);
    let after: Vec<[String; 3]> = again.rows.iter().map(|row| cells(&row.fields)).collect();
    assert_eq!(before, after);
}

fn csv_seeds() -> Vec<Vec<u8>> {
    let mut seeds = bytes(&[
        "code;naam;dag\r\nA1;Ambulant;31-01-2027\r\nB2;\"Dag; en \"\"nacht\"\"\";\r\n",
        "\u{feff}naam,code,dag\n'=1+1,A1,2027-01-31\n",
        "code\tnaam\tdag\nA1\tcaf\u{e9}\t\n",
    ]);
    seeds.push(b"code;naam;dag\nA1;caf\xe9;\n".to_vec());
    seeds.push("code;naam;dag\nA1;x;\n".encode_utf16().flat_map(u16::to_le_bytes).collect());
    seeds
}

/// A key, a moment, and the only token that is good at that moment.
fn issued() -> &'static (KeySet, DateTime<Utc>, String) {
    static ISSUED: OnceLock<(KeySet, DateTime<Utc>, String)> = OnceLock::new();
    ISSUED.get_or_init(|| {
        let pair = KeyPair::generate().expect("a key");
        let keys = KeySet::new("https://jeugdhulp.example", &[(pair, None)]).expect("keys");
        let now = "2026-11-21T09:00:00Z".parse().expect("a time");
        let token = keys.issue(7, "family", now, Duration::minutes(10)).expect("a token");
        (keys, now, token)
    })
}

/// No other token than the one that was issued is accepted, not even one with the same content.
fn token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (keys, now, good) = issued();
    let _names_a_key = keys.misses_key_of(text);
    assert_eq!(keys.verify(text, *now).is_ok(), text == good, "{text}");
}

fn token_seeds() -> Vec<Vec<u8>> {
    let (_, _, good) = issued();
    let mut seeds = bytes(&[good, "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiI3In0.", "a.b.c"]);
    seeds.push(good.split('.').take(2).collect::<Vec<_>>().join(".").into_bytes());
    seeds
}

/// Only what could be a secret of ours is looked up.
fn cookie(data: &[u8]) {
    let Ok(value) = actix_web::http::header::HeaderValue::from_bytes(data) else { return };
    let request = TestRequest::default().insert_header(("cookie", value)).to_http_request();
    let Some(cookie) = request.cookie("__Host-sessie") else { return };
    if opaque::is_plausible(cookie.value()) {
        assert_eq!(cookie.value().len(), opaque::generate().len());
        assert!(cookie.value().is_ascii());
    }
}

fn cookie_seeds() -> Vec<Vec<u8>> {
    bytes(&[
        "__Host-sessie=abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE",
        "a=b; __Host-sessie=\"x\"; __Host-sessie=%41; c",
    ])
}

/// What people type in one field: whatever is accepted is written as it would be accepted again.
fn text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(code) = ClientCode::parse(text) {
        assert_eq!(ClientCode::parse(code.as_str()), Ok(code));
    }
    macro_rules! same_again {
        ($($code:ty),+) => {$(
            if let Ok(code) = text.parse::<$code>() {
                assert_eq!(code.to_string().parse::<$code>().as_ref(), Ok(&code));
            }
        )+};
    }
    same_again!(AgbCode, MunicipalityCode, Pc4, ProductCode);
    if let Ok(address) = parse_email(text) {
        assert_eq!(parse_email(&address).as_ref(), Ok(&address));
    }
    let _wait = WeekRange::parse(text);
    if let Some(day) = parse_day(text) {
        assert_eq!(parse_day(&day.to_string()), Some(day));
    }
    let today = issued().1.date_naive();
    let mut start = 0;
    for finding in find_all_personal_data(text, today) {
        assert!(start <= finding.start && finding.start < finding.end, "from front to back");
        assert!(text.get(finding.start..finding.end).is_some(), "whole characters");
        start = finding.start;
    }
    let _borders = parse_borders(text);
    let _change = parse_change(text);
}

fn text_seeds() -> Vec<Vec<u8>> {
    bytes(&[
        "mevrouw De Vries belt 06-12345678 of a.b@voorbeeld.nl over 111222333, 3841 AB 12, geboren 01-02-2012",
        "31-01-2027",
        "3 tot 4 weken",
        "98990001",
        "GM0243",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"GM0243"},"geometry":{"type":"Polygon","coordinates":[[[5.1,52.1],[5.2,52.1],[5.2,52.2],[5.1,52.1]]]}}]}"#,
    ])
}

fn broken(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(text.is_empty() || text.is_char_boundary(1), "cuts through a character");
    }
}
