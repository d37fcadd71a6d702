//! The own account: password, sessions and tokens.

use chrono::Duration;
use serde_json::json;

use crate::on_both;
use crate::support::{Browser, TestServer};

const USER: &str = "aanbieder-de-haven";
const NEW: &str = "vier groene paarden dansen";

fn signed_in(server: &TestServer, password: &str) -> Browser {
    let mut browser = server.anyone();
    let answer = browser.post_form("/inloggen", &[("naam", USER), ("wachtwoord", password)]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    server.take_session(&mut browser, &answer);
    browser
}

/// The hidden values with this name on a page.
fn values(page: &str, name: &str) -> Vec<String> {
    let start = format!("name=\"{name}\" value=\"");
    page.split(&start).skip(1).map(|rest| rest.split('"').next().expect("a value").to_owned()).collect()
}

on_both! {
    fn a_changed_password_ends_all_other_sessions_and_tokens(server) {
        let old = server.new_password(USER);
        let (mut here, elsewhere) = (signed_in(server, &old), signed_in(server, &old));
        let token = server.anyone().with_token(&server.token_of(USER));
        let change = |old: &str, new: &str, again: &str| {
            here.post_form("/account/wachtwoord", &[("oud", old), ("wachtwoord", new), ("herhaling", again)])
        };
        let wrong = change("niet dit", "kort", "anders");
        assert_eq!(wrong.status, 400);
        assert!(wrong.body.contains("href=\"#herhaling\""));
        assert!(change("niet dit", NEW, NEW).body.contains("href=\"#oud\""));
        assert!(change(&old, "kort", "kort").body.contains("12 tekens"));
        let done = change(&old, NEW, NEW);
        assert_eq!(done.header("location"), Some("/account?klaar=wachtwoord"), "{}", done.body);
        let before = here.clone();
        server.take_session(&mut here, &done);
        assert_eq!(here.get("/account").status, 200, "this session goes on");
        assert_eq!(before.get("/account").status, 303, "under a new cookie");
        assert_eq!(elsewhere.get("/account").status, 303);
        assert_eq!(token.get("/v1/aanbod?gemeente=GM0243").status, 401);
        let answer = server.anyone().post_form("/inloggen", &[("naam", USER), ("wachtwoord", &old)]);
        assert_eq!(answer.status, 400, "the old password");
    }
}

on_both! {
    fn sessions_are_listed_and_ended(server) {
        let password = server.new_password(USER);
        let here = signed_in(server, &password);
        let (second, third) = (signed_in(server, &password), signed_in(server, &password));
        let page = here.get("/account").body;
        assert!(page.contains("127.0.0.x") && page.contains("deze sessie"), "{page}");
        let others: Vec<String> = values(&page, "sessie").into_iter().filter(|id| id != "andere").collect();
        assert_eq!(others.len(), 2, "this session ends with signing out");
        assert_eq!(here.post_form("/account/sessies", &[("sessie", &others[0])]).status, 303);
        let standing = |browser: &Browser| browser.get("/account").status == 200;
        assert_ne!(standing(&second), standing(&third), "one of them has ended");
        assert_eq!(here.post_form("/account/sessies", &[("sessie", "andere")]).status, 303);
        assert!(standing(&here) && !standing(&second) && !standing(&third));
        // The session of somebody else does not exist.
        let stranger = server.visitor("aanbieder-bakenzand");
        let own = signed_in(server, &password);
        let ids = values(&own.get("/account").body, "sessie");
        assert_eq!(stranger.post_form("/account/sessies", &[("sessie", &ids[0])]).status, 404);
        assert!(standing(&here) && standing(&own));
    }
}

on_both! {
    fn sessions_end_when_idle_and_at_the_end_of_a_day(server) {
        let password = server.new_password(USER);
        let status = |browser: &Browser, minutes: i64| {
            browser.at(&server.start_later(Duration::minutes(minutes)).url).get("/account").status
        };
        let idle = signed_in(server, &password);
        assert_eq!(status(&idle, 59), 200);
        assert_eq!(status(&idle, 59 + 60), 303, "idle for an hour");
        let busy = signed_in(server, &password);
        for minutes in (50..720).step_by(50) {
            assert_eq!(status(&busy, minutes), 200, "{minutes}");
        }
        assert_eq!(status(&busy, 720), 303, "twelve hours");
    }
}

on_both! {
    fn a_token_for_a_program_is_made_and_ended(server) {
        let visitor = server.visitor(USER);
        assert_eq!(visitor.post_form("/account/tokens", &[("naam", "")]).status, 400);
        let page = visitor.post_form("/account/tokens", &[("naam", "Rooster <b>")]).body;
        let refresh = page.split("class=\"sleutel\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a token");
        let answer = server.anyone().post("/v1/tokens", &json!({"vernieuwingstoken": refresh}));
        let token = answer.json()["toegangstoken"].as_str().expect("a token").to_owned();
        let program = server.anyone().with_token(&token);
        assert_eq!(program.post("/v1/aanbieders/98990009/bevestigingen", &json!({})).status, 201);
        let page = visitor.get("/account").body;
        assert!(page.contains("Rooster &#60;b&#62;") && !page.contains(refresh), "shown once, and inert: {page}");
        let family = values(&page, "token").pop().expect("a token on the page");
        assert_eq!(server.visitor("aanbieder-bakenzand").post_form("/account/tokens/beeindigen", &[("token", &family)]).status, 404);
        assert_eq!(visitor.post_form("/account/tokens/beeindigen", &[("token", &family)]).status, 303);
        assert_eq!(program.post("/v1/aanbieders/98990009/bevestigingen", &json!({})).status, 401);
    }
}

on_both! {
    fn a_session_that_ended_while_the_request_came_in_makes_no_token(server) {
        use beschikbaarheidswijzer::identity::sign_in::actions::find_session;
        use beschikbaarheidswijzer::identity::tokens::actions::begin_in_session;
        use beschikbaarheidswijzer::error::Error;
        use crate::support::now;
        let visitor = server.visitor(USER);
        let cookie = visitor.cookie("__Host-sessie").expect("a session");
        let (_, session) = find_session(&mut server.connection(), &cookie, now()).expect("a database").expect("it stands");
        let begin = || begin_in_session(&mut server.connection(), &server.actor(USER), now(), &session, "Rooster");
        assert!(begin().is_ok());
        server.new_password(USER);
        assert!(matches!(begin(), Err(Error::SignInRequired)));
    }
}
