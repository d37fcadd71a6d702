//! Links in mails: to choose a first password and a new one.

use std::sync::{Arc, Mutex};

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::identity::links::actions::{Sender, request_reset};
use beschikbaarheidswijzer::identity::sign_in::actions::sign_in;
use beschikbaarheidswijzer::identity::users::actions::find_identity_by_name;
use chrono::Duration;
use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;

use crate::on_both;
use crate::support::{Answer, TestServer, now};

const USER: &str = "aanbieder-de-haven";
const EMAIL: &str = "aanbieder-de-haven@jeugdhulp-noord-veluwe.example";
const PASSWORD: &str = "drie paarse geiten zwemmen";

fn ask(server: &TestServer, email: &str) -> Answer {
    server.anyone().post_form("/wachtwoord-vergeten", &[("email", email)])
}

fn choose(server: &TestServer, path: &str, password: &str) -> Answer {
    server.anyone().post_form(path, &[("wachtwoord", password), ("herhaling", password)])
}

/// Everything of an answer that somebody else can see, apart from what differs every time.
fn visible(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers =
        answer.headers.iter().filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), format!("{value:?}"))).collect();
    (answer.status, headers, answer.body.clone())
}

on_both! {
    fn a_new_password_by_mail_ends_everything_else_and_keeps_the_second_factor(server) {
        let session = server.visitor(USER);
        let token = server.user(USER);
        assert_eq!(ask(server, &EMAIL.to_uppercase()).status, 200, "capitals do not matter");
        assert_eq!(server.mails().pop().expect("a mail").0, EMAIL);
        let path = server.mailed_path();
        let lines = server.audit_lines();
        for _ in 0..2 {
            assert_eq!(server.anyone().get(&path).status, 200, "looking does not use it up");
        }
        assert_eq!(server.audit_lines(), lines);
        assert_eq!(session.get("/capaciteit").status, 200);
        let done = choose(server, &path, PASSWORD);
        assert_eq!((done.status, done.header("location")), (303, Some("/inloggen?klaar=wachtwoord")), "{}", done.body);
        assert_eq!(session.get("/capaciteit").status, 303, "the session has ended");
        assert_eq!(token.get("/v1/aanbod?gemeente=GM0243").status, 401, "the token has ended");
        assert_eq!(choose(server, &path, "een heel ander lang wachtwoord").status, 404, "it works once");
        assert_eq!(server.anyone().get(&path).status, 404);
        let answer = server.anyone().post_form("/inloggen", &[("naam", USER), ("wachtwoord", PASSWORD)]);
        assert_eq!(answer.status, 303);

        let manager = "beheerder-regio";
        server.new_factor(manager);
        ask(server, &format!("{manager}@jeugdhulp-noord-veluwe.example"));
        assert_eq!(choose(server, &server.mailed_path(), PASSWORD).status, 303);
        let answer = server.anyone().post_form("/inloggen", &[("naam", manager), ("wachtwoord", PASSWORD)]);
        assert!(answer.header("location").is_some_and(|place| place.starts_with("/inloggen/code")), "{answer:?}");
    }
}

on_both! {
    fn a_newer_link_ends_the_older_and_all_run_out(server) {
        ask(server, EMAIL);
        let first = server.mailed_path();
        ask(server, EMAIL);
        let second = server.mailed_path();
        assert_eq!(server.anyone().get(&first).status, 404);
        assert_eq!(server.anyone().get(&second).status, 200);
        assert_eq!(server.start_later(Duration::minutes(59)).anyone().get(&second).status, 200);
        let later = server.start_later(Duration::hours(1));
        assert_eq!(later.anyone().get(&second).status, 404);
        assert_eq!(choose(&later, &second, PASSWORD).status, 404);
    }
}

on_both! {
    fn of_many_at_once_one_uses_the_link(server) {
        ask(server, EMAIL);
        let path = server.mailed_path();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| choose(server, &path, PASSWORD).status)).collect();
            calls.into_iter().map(|call| call.join().expect("an answer")).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    }
}

on_both! {
    fn nobody_learns_which_addresses_are_known(server) {
        let known = ask(server, EMAIL);
        let unknown = ask(server, "niemand@jeugdhulp-noord-veluwe.example");
        assert_eq!(visible(&known), visible(&unknown));
        assert_eq!(server.mails().len(), 1, "only who is known gets mail");
        server.execute("UPDATE user_account SET active = FALSE WHERE name = 'aanbieder-bakenzand'");
        let blocked = ask(server, "aanbieder-bakenzand@jeugdhulp-noord-veluwe.example");
        assert_eq!(visible(&known), visible(&blocked));
        assert_eq!(server.mails().len(), 1);
        // Asking too often is told the same, whether the address is known or not.
        for address in [EMAIL, "niemand@jeugdhulp-noord-veluwe.example"] {
            let statuses: Vec<u16> = (0..3).map(|_| ask(server, address).status).collect();
            assert_eq!(statuses, [200, 200, 429]);
        }
    }
}

/// The statements that `work` asks of the database, without their values.
fn statements(server: &TestServer, work: impl FnOnce(&mut Connection)) -> Vec<String> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut conn = server.own_connection();
    let keep = seen.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let text = text.split(" -- binds").next().unwrap_or_default().to_owned();
            keep.lock().expect("no panic").push(text);
        }
    });
    work(&mut conn);
    drop(conn);
    let seen = seen.lock().expect("no panic");
    seen.clone()
}

on_both! {
    fn an_unknown_address_and_name_ask_the_same_work(server) {
        let sender = Sender { public_url: "https://jeugdhulp.example".into(), region: "Noord-Veluwe".into() };
        let actor = Actor::command_line();
        let reset = |email: &str| {
            statements(server, |conn| request_reset(conn, &actor, now(), &sender, email).expect("answered"))
        };
        let known = reset(EMAIL);
        assert!(known.len() > 6 && known.iter().any(|text| text.contains("outbox_mail")), "{known:#?}");
        assert_eq!(reset("niemand@jeugdhulp-noord-veluwe.example"), known);
        server.execute("UPDATE user_account SET active = FALSE WHERE name = 'aanbieder-bakenzand'");
        assert_eq!(reset("aanbieder-bakenzand@jeugdhulp-noord-veluwe.example"), known);
        assert_eq!(server.mails().len(), 1, "what was written for nobody is taken back");

        let attempt = |name: &str| {
            statements(server, |conn| assert!(sign_in(conn, &actor, now(), name, "geen wachtwoord").is_err()))
        };
        let refused = attempt(USER);
        assert!(refused.iter().any(|text| text.contains("audit_event")), "{refused:#?}");
        for nobody in ["niemand", "aanbieder-bakenzand", "koppeling-de-haven"] {
            assert_eq!(attempt(nobody), refused, "{nobody}");
        }
        // The twin: it looks who it is, and does something for who is known only.
        let lazy = statements(server, |conn| drop(find_identity_by_name(conn, "niemand").expect("a database")));
        assert_ne!(lazy, refused);
    }
}

on_both! {
    fn weak_passwords_are_refused_with_the_reason(server) {
        ask(server, EMAIL);
        let path = server.mailed_path();
        for (password, reason) in [
            ("kort", "12 tekens"),
            ("password1234", "veelgebruikte"),
            ("xx-aanbieder-de-haven-xx", "gebruikersnaam"),
            (&"lang ".repeat(300), "1000 tekens"),
        ] {
            let refused = choose(server, &path, password);
            assert_eq!(refused.status, 400);
            assert!(refused.body.contains(reason), "{password:.20}: {}", refused.body);
            assert!(!refused.body.contains(&format!("value=\"{password}")), "a password does not come back");
        }
        let unequal = server.anyone().post_form(&path, &[("wachtwoord", PASSWORD), ("herhaling", "iets anders")]);
        assert!(unequal.body.contains("niet hetzelfde"));
        assert_eq!(choose(server, &path, PASSWORD).status, 303, "none of these used up the link");
    }
}

on_both! {
    fn guessed_links_lead_nowhere(server) {
        ask(server, EMAIL);
        for key in ["x", &"x".repeat(43), "%00", "..%2Faccount"] {
            let path = format!("/wachtwoord-instellen/{key}");
            assert_eq!(server.anyone().get(&path).status, 404, "{key}");
            assert_eq!(choose(server, &path, PASSWORD).status, 404, "{key}");
        }
    }
}

on_both! {
    fn a_link_to_set_a_password_ends_with_the_password_it_was_asked_for(server) {
        for change in ["password", "block"] {
            server.execute("UPDATE user_account SET active = true WHERE name = 'aanbieder-de-haven'");
            assert_eq!(ask(server, EMAIL).status, 200);
            let path = server.mailed_path();
            assert_eq!(server.anyone().get(&path).status, 200);
            if change == "password" {
                server.new_password(USER);
            } else {
                let block = beschikbaarheidswijzer::identity::users::actions::set_active_by_name;
                block(&mut server.connection(), &Actor::command_line(), now(), USER, false).expect("blocked");
            }
            assert_eq!((server.anyone().get(&path).status, choose(server, &path, PASSWORD).status), (404, 404), "{change}");
        }
    }
}
