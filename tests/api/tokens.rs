//! Asking for tokens: by refresh token and by the secret of a service account.

use beschikbaarheidswijzer::db::schema::{audit_event, token_family};
use chrono::Duration;
use diesel::prelude::*;
use serde_json::json;

use crate::on_both;
use crate::support::{Answer, TestServer};

const OWN_OFFER: &str = "/v1/aanbieders/98990009/bevestigingen";

fn exchange(server: &TestServer, token: &str) -> Answer {
    server.anyone().post("/v1/tokens", &json!({ "vernieuwingstoken": token }))
}

fn text(answer: &Answer, field: &str) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()[field].as_str().unwrap_or_else(|| panic!("no {field}: {}", answer.body)).to_owned()
}

on_both! {
    fn a_refresh_token_works_once_and_a_second_use_ends_the_family(server) {
        let first = server.refresh_token("aanbieder-de-haven");
        let answer = exchange(server, &first);
        assert_eq!(answer.json()["geldigSeconden"], 900);
        let (access, second) = (text(&answer, "toegangstoken"), text(&answer, "vernieuwingstoken"));
        let user = server.anyone().with_token(&access);
        assert_eq!(user.post(OWN_OFFER, &json!({})).status, 201);
        let answer = exchange(server, &second);
        let (third, newer) = (text(&answer, "vernieuwingstoken"), text(&answer, "toegangstoken"));
        assert_eq!(exchange(server, &first).status, 401, "used before");
        assert_eq!(exchange(server, &third).status, 401, "its family has ended");
        assert_eq!(user.post(OWN_OFFER, &json!({})).status, 401, "and so have the tokens");
        assert_eq!(server.anyone().with_token(&newer).post(OWN_OFFER, &json!({})).status, 401);
    }
}

on_both! {
    fn of_many_at_once_one_refresh_succeeds(server) {
        let token = server.refresh_token("aanbieder-de-haven");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..6).map(|_| scope.spawn(|| exchange(server, &token).status)).collect();
            calls.into_iter().map(|call| call.join().expect("an answer")).collect()
        });
        assert!(statuses.iter().filter(|status| **status == 200).count() <= 1, "{statuses:?}");
        let standing: i64 = token_family::table
            .filter(token_family::ended_at.is_null())
            .count()
            .get_result(&mut server.connection())
            .expect("a count");
        assert_eq!(standing, 0, "somebody used it twice: {statuses:?}");
    }
}

on_both! {
    fn refresh_tokens_run_out(server) {
        let unused = server.refresh_token("aanbieder-de-haven");
        assert_eq!(exchange(&server.start_later(Duration::days(29)), &unused).status, 200);
        let idle = server.refresh_token("aanbieder-de-haven");
        assert_eq!(exchange(&server.start_later(Duration::days(30)), &idle).status, 401);
        let unknown = exchange(server, &"x".repeat(43));
        assert_eq!((unknown.status, unknown.json()["code"].as_str()), (401, Some("inloggen-mislukt")));
    }
}

on_both! {
    fn what_is_no_grant_is_told_field_by_field(server) {
        let anyone = server.anyone();
        let wrong = |body| anyone.post("/v1/tokens", &body).wrong_fields();
        assert_eq!(wrong(json!({})), ["clientId", "clientGeheim"]);
        assert_eq!(wrong(json!({"vernieuwingstoken": "kort"})), ["vernieuwingstoken"]);
        assert_eq!(wrong(json!({"vernieuwingstoken": "x".repeat(43), "clientId": "koppeling-0f1e2d3c4b5a6978"})), ["clientId"]);
        assert_eq!(wrong(json!({"clientId": "koppeling-X", "clientGeheim": "x".repeat(43)})), ["clientId"]);
    }
}

on_both! {
    fn a_refused_token_is_in_the_audit_and_a_flood_of_them_is_not(server) {
        let written = || -> Vec<(String, Option<i64>, String, String)> {
            audit_event::table
                .filter(audit_event::action.eq("token-gebruiken"))
                .filter(audit_event::outcome.eq("refused"))
                .order(audit_event::id)
                .select((audit_event::origin, audit_event::user_id, audit_event::object_type, audit_event::object_id))
                .load(&mut server.own_connection())
                .expect("lines")
        };
        let call = |token: &str| server.anyone().with_token(token).get("/v1/reacties").status;
        assert_eq!(server.anyone().get("/v1/reacties").status, 401);
        assert_eq!(written(), [], "who shows nothing only has to sign in");
        assert_eq!(call("geen.goed.token"), 401);
        let origin = "127.0.0.1".to_owned();
        assert_eq!(written(), [(origin.clone(), None, "recht".into(), String::new())]);
        // One that was signed here names its user, who is not the one that shows it.
        let (good, user_id) = (server.token("aanbieder-de-haven"), server.user_id("aanbieder-de-haven"));
        server.execute("UPDATE user_account SET active = false WHERE name = 'aanbieder-de-haven'");
        assert_eq!(call(&good), 401);
        assert_eq!(written()[1..], [(origin, None, "gebruiker".into(), user_id.to_string())]);
        for _ in 0..30 {
            assert_eq!(call("geen.goed.token"), 401);
        }
        assert_eq!(written().len(), 20, "of one address in an hour");
    }
}

on_both! {
    fn a_token_that_cannot_be_good_waits_for_no_database(server) {
        let good = server.token("aanbieder-de-haven");
        let call = |token: &str| server.anyone().with_token(token).get("/v1/reacties");
        assert_eq!(call(&good).status, 200, "and the keys are known");
        // Nobody gets a connection any more.
        let pool = &server.state.pool;
        let taken: Vec<_> = (0..pool.max_size()).map(|_| pool.get().expect("a connection")).collect();
        let (head, signature) = good.rsplit_once('.').expect("three parts");
        let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
        assert_eq!((call(&forged).status, call("geen.token").status, call(&good).status), (401, 401, 503));
        drop(taken);
        assert_eq!(call(&good).status, 200);
    }
}
