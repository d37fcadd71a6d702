//! The same for everything that can be asked: each field of a query that the document of the API names, and each field of a
//! form on a page that asks and changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::injections::{attacks, has_effect, rows};
use super::{Rounds, times};
use crate::on_both;
use crate::roles::{TABLE, USERS, filled};
use crate::support::Browser;

/// Who asks, where, and the field.
type Asked = (&'static str, String, String);

/// Somebody who may reach this, by the table of roles; nobody in particular where everybody may.
fn who_may(path: &str) -> Option<&'static str> {
    let (_, _, roles) = TABLE.iter().find(|(method, known, _)| *method == "GET" && *known == path)?;
    match *roles {
        "iedereen" => Some(""),
        "ingelogd" => Some("beheerder-regio"),
        some => USERS.iter().find(|(role, _)| some.split(' ').any(|one| one == *role)).map(|(_, user)| *user),
    }
}

/// The fields that the document names.
fn of_the_api() -> Vec<Asked> {
    let document: Value =
        serde_json::from_str(beschikbaarheidswijzer::api_document::text()).expect("the document");
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, calls)| {
            let fields = calls["get"]["parameters"].as_array().into_iter().flatten();
            let names = fields.filter(|field| field["in"] == "query").map(|field| {
                let name = field["name"].as_str().expect("a name").to_owned();
                let path = format!("/v1{path}");
                let who = who_may(&path).unwrap_or_else(|| panic!("nobody in the table may reach {path}"));
                (who, path, name)
            });
            names.collect::<Vec<_>>()
        })
        .collect()
}

/// The fields of forms that are sent with GET, on every page without a parameter.
fn of_the_pages(visitors: &BTreeMap<&'static str, Browser>) -> Vec<Asked> {
    let mut found = BTreeSet::new();
    let pages = TABLE.iter().filter(|(method, path, _)| {
        *method == "GET" && !path.starts_with("/v1") && !path.contains('{') && !path.contains("stroom")
    });
    for (_, path, _) in pages {
        let Some(who) = who_may(path) else { continue };
        let page = visitors[who].get(path).body;
        for form in page.split("<form").skip(1) {
            let (tag, rest) = form.split_once('>').unwrap_or_default();
            if !tag.contains("method=\"get\"") {
                continue;
            }
            let target = tag.split_once("action=\"").and_then(|(_, rest)| rest.split('"').next());
            let target = target.unwrap_or(path).split('?').next().unwrap_or(path);
            let fields = rest.split("</form>").next().unwrap_or_default().split(" name=\"").skip(1);
            for name in fields.filter_map(|rest| rest.split('"').next()) {
                found.insert((who, target.to_owned(), name.to_owned()));
            }
        }
    }
    found.into_iter().collect()
}

on_both! {
    fn no_text_is_anything_but_text_in_any_query(server) {
        let visitors: BTreeMap<&'static str, Browser> = std::iter::once(("", server.anyone()))
            .chain(USERS.iter().filter(|(role, _)| *role != "koppeling").map(|(_, user)| (*user, server.visitor(user))))
            .collect();
        let before = rows(server);
        let (api, pages) = (of_the_api(), of_the_pages(&visitors));
        assert!(api.len() > 80 && pages.len() > 30, "{} fields of calls, {} of pages", api.len(), pages.len());
        let asked: Vec<Asked> = api.into_iter().chain(pages).collect();
        for place in Rounds::on(server, "injections-queries", asked.len(), asked.len()) {
            let (who, path, field) = &asked[place];
            let is_call = path.starts_with("/v1");
            let browser = if is_call && !who.is_empty() { server.user(who) } else { visitors[who].clone() };
            for attack in attacks(3000 + place).into_iter().take(times(2, 500)) {
                let query = form_urlencoded::Serializer::new(String::new()).append_pair(field, &attack).finish();
                let answer = browser.get(&format!("{}?{query}", filled(path)));
                assert!(!has_effect(&attack, &answer), "{path} {field} {attack:?}: {} {}", answer.status, answer.body);
                assert!(![401, 403].contains(&answer.status), "{who} does not reach {path}: {}", answer.body);
            }
        }
        assert_eq!(rows(server), before);
    }
}
