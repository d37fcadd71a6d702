//! Saving what was read too long ago: refused every time, and nothing is overwritten.

use serde_json::json;

use super::Rounds;
use crate::on_both;
use crate::support::{Answer, Browser, TestServer};

const USER: &str = "aanbieder-de-haven";

fn own_offer(server: &TestServer) -> String {
    use beschikbaarheidswijzer::db::schema::{offer, provider};
    use diesel::prelude::*;
    let id: i64 = offer::table
        .inner_join(provider::table)
        .filter(provider::agb.eq("98990009"))
        .order(offer::id)
        .select(offer::id)
        .first(&mut server.connection())
        .expect("an offer");
    format!("/v1/aanbod/{id}")
}

/// What can be told of an attempt to overwrite: whether it was refused, and whether it did so all the same.
fn attempt(
    browser: &Browser,
    path: &str,
    round: usize,
    save: impl Fn(&Browser, &str, &str, &serde_json::Value) -> Answer,
) -> (bool, bool) {
    let read = browser.get(path);
    let stale = read.header("etag").expect("a version").to_owned();
    let first = json!({"plekkenVrij": round % 200, "opmerkingen": format!("eerste {round}")});
    assert_eq!(browser.put_version(path, &stale, &first).status, 200);
    let second = json!({"plekkenVrij": (round + 1) % 200, "opmerkingen": format!("tweede {round}")});
    let answer = save(browser, path, &stale, &second);
    let stored = browser.get(path).json();
    (answer.status == 409, stored["opmerkingen"] != first["opmerkingen"])
}

fn with_what_was_read(browser: &Browser, path: &str, stale: &str, body: &serde_json::Value) -> Answer {
    browser.put_version(path, stale, body)
}

/// The broken twin: it reads the newest version just before it saves, and so overwrites what it never saw.
fn with_the_newest(browser: &Browser, path: &str, _: &str, body: &serde_json::Value) -> Answer {
    let newest = browser.get(path).header("etag").expect("a version").to_owned();
    browser.put_version(path, &newest, body)
}

on_both! {
    fn a_stale_edit_is_always_refused(server) {
        let (browser, path) = (server.user(USER), own_offer(server));
        for round in Rounds::on(server, "stale", 20, 5000) {
            assert_eq!(attempt(&browser, &path, round, with_what_was_read), (true, false), "round {round}");
        }
    }
}

on_both! {
    fn the_same_check_catches_an_edit_that_overwrites(server) {
        let (browser, path) = (server.user(USER), own_offer(server));
        assert_eq!(attempt(&browser, &path, 0, with_the_newest), (false, true));
    }
}
