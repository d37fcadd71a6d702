//! Text that tries to be something else, in every field of every write of the API and of pages.

use serde_json::{Value, json};

use super::injections::{attacks, has_effect, has_effect_in_mail, mailed_after, rows};
use super::{Rounds, is_long, times};
use crate::good_writes::{EXAMPLES, Example, examples_of};
use crate::on_both;
use crate::roles::TABLE;

/// The fields with text of a body, wherever they stand in it.
fn texts(body: &Value, here: &str, found: &mut Vec<String>) {
    match body {
        Value::String(_) => found.push(here.to_owned()),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(place, one)| texts(one, &format!("{here}/{place}"), found));
        }
        Value::Object(all) => all.iter().for_each(|(name, one)| texts(one, &format!("{here}/{name}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A body with text in all of its places: of JSON by pointer, of a form by name.
enum Body {
    Json(Value),
    Form(Vec<(String, String)>),
}

impl Body {
    fn of(example: &Example) -> Option<Self> {
        let kind = example.sent.headers.iter().find(|(name, _)| name == "Content-Type");
        match kind.map(|(_, kind)| kind.as_str()) {
            Some("application/json") => serde_json::from_slice(&example.sent.body).ok().map(Self::Json),
            Some("application/x-www-form-urlencoded") => {
                Some(Self::Form(form_urlencoded::parse(&example.sent.body).into_owned().collect()))
            }
            // A file is attacked cell by cell by the test of damaged files.
            _ => None,
        }
    }

    fn fields(&self) -> Vec<String> {
        match self {
            Self::Json(body) => {
                let mut found = Vec::new();
                texts(body, "", &mut found);
                found
            }
            Self::Form(fields) => {
                fields.iter().map(|(name, _)| name.clone()).filter(|name| name != "csrf").collect()
            }
        }
    }

    fn with(&self, field: &str, text: &str) -> Vec<u8> {
        match self {
            Self::Json(body) => {
                let mut body = body.clone();
                *body.pointer_mut(field).expect("the field") = json!(text);
                body.to_string().into_bytes()
            }
            Self::Form(fields) => {
                let filled = fields.iter().map(|(name, old)| (name, if name == field { text } else { old }));
                form_urlencoded::Serializer::new(String::new()).extend_pairs(filled).finish().into_bytes()
            }
        }
    }
}

/// The pages and files without a parameter, which show what was kept.
fn shown_to(who: &str) -> Vec<&'static str> {
    let shows = |path: &str| !path.starts_with("/v1") && !path.contains('{') && !path.contains("stroom");
    let may =
        |roles: &str| ["iedereen", "ingelogd"].contains(&roles) || roles.split(' ').any(|role| role == who);
    TABLE
        .iter()
        .filter(|(method, path, roles)| *method == "GET" && shows(path) && may(roles))
        .map(|(_, path, _)| *path)
        .collect()
}

on_both! {
    fn no_text_is_anything_but_text_in_any_field_of_any_write(server) {
        let viewers = [
            ("beheerder", "beheerder-regio"), ("beheerder", "beheerder-flevoland"), ("toegang", "toegang-harderwijk"),
            ("aanbieder", "aanbieder-de-haven"), ("accountmanager", "accountmanager-regio"), ("privacy", "privacy-regio"),
            ("crisis-verdeelpunt", "verdeelpunt-flevoland"),
        ];
        let mut kept = 0;
        // In the short form the one half of them on the one database, the other half on the other.
        let (half, is_other) = (EXAMPLES.len() / 2, server.database_url().starts_with("postgres"));
        let start = if is_other && !is_long() { half } else { 0 };
        for round in Rounds::on(server, "injections-everywhere", half, EXAMPLES.len()).map(|round| start + round) {
            // What was just done, again on the same server, with another text in each field in turn.
            let server = server.copy();
            let examples = examples_of(EXAMPLES[round], &server);
            let mut stored = Vec::new();
            let before = rows(&server);
            let mailed = server.mails().len();
            for (number, example) in examples.iter().enumerate() {
                let Some(body) = Body::of(example) else { continue };
                for (place, field) in body.fields().iter().enumerate() {
                    let seed = 10_000 * round + 100 * number + place;
                    for attack in attacks(seed).into_iter().take(times(2, 500)) {
                        let sent = body.with(field, &attack);
                        let answer = example.send_with(&example.sent.browser, &example.sent.path, sent);
                        let route = example.route;
                        assert!(!has_effect(&attack, &answer), "{route:?} {field} {attack:?}: {} {}", answer.status, answer.body);
                        if (200..400).contains(&answer.status) && answer.status != 204 {
                            stored.push(attack);
                        }
                    }
                }
            }
            for mail in mailed_after(&server, mailed) {
                for attack in &stored {
                    assert!(!has_effect_in_mail(attack, &mail), "{attack:?} in a mail: {} {}", mail.subject, mail.html);
                }
            }
            kept += stored.len();
            if stored.is_empty() {
                continue;
            }
            // After so many wrong sign-ins the first server takes none for a while.
            let beside = is_long().then(|| server.start_beside());
            for (role, user) in viewers {
                let visitor = beside.as_ref().unwrap_or(&server).visitor(user);
                for path in shown_to(role) {
                    let page = visitor.get(path);
                    for attack in &stored {
                        assert!(!has_effect(attack, &page), "{path} shows {attack:?} to {user}");
                    }
                }
            }
            let lost: Vec<_> = before.iter().filter(|(table, count)| rows(&server)[*table] < **count).collect();
            assert!(lost.is_empty(), "{lost:?}");
        }
        assert!(kept > 20 || is_long(), "only {kept} attacks were taken as text");
    }
}
