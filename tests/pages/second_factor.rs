//! The second factor: enrolling, giving codes, recovery, and who cannot do without.

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::identity::second_factor::actions::code_at;
use beschikbaarheidswijzer::identity::users::actions::reset_second_factor_by_name;
use chrono::Duration;

use crate::on_both;
use crate::support::waiting::HAVEN;
use crate::support::{Answer, Browser, TestServer, now};

const USER: &str = "beheerder-regio";

/// A browser in which the password was given, and no more.
fn halfway(server: &TestServer, name: &str, password: &str) -> (Browser, Answer) {
    let mut browser = server.anyone();
    let answer = browser.post_form("/inloggen", &[("naam", name), ("wachtwoord", password)]);
    server.take_session(&mut browser, &answer);
    (browser, answer)
}

fn take_factor_away(server: &TestServer, name: &str) {
    let (actor, reason) = (Actor::command_line(), "telefoon kwijt, gebeld op kantoor");
    reset_second_factor_by_name(&mut server.connection(), &actor, now(), name, reason).expect("taken away");
}

/// The secret that the page for enrolling shows in letters.
fn secret(page: &str) -> String {
    let letters =
        page.split("class=\"sleutel\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret");
    letters.replace(' ', "")
}

fn codes(page: &str) -> Vec<String> {
    page.split("<li><code>").skip(1).map(|rest| rest.split('<').next().expect("a code").to_owned()).collect()
}

on_both! {
    fn who_has_no_factor_yet_sets_it_up_first_and_reaches_nothing_else(server) {
        take_factor_away(server, USER);
        let password = server.new_password(USER);
        let (mut browser, answer) = halfway(server, USER, &password);
        assert_eq!(answer.header("location"), Some("/inloggen/tweede-factor?terug=%2Fstart"));
        for path in ["/beheer", "/account", "/start", "/account/tweede-factor"] {
            let place = browser.get(path).header("location").expect("elsewhere").to_owned();
            assert!(place.starts_with("/inloggen/tweede-factor"), "{path}: {place}");
        }
        assert_eq!(browser.get("/inloggen/code").status, 303, "no code is asked of who has none");
        let lines = server.audit_lines();
        let page = browser.get("/inloggen/tweede-factor").body;
        assert!(page.contains("<svg class=\"qr\""), "{page}");
        assert_eq!(secret(&page), secret(&browser.get("/inloggen/tweede-factor").body), "showing it changes nothing");
        assert_eq!(server.audit_lines(), lines);
        let wrong = browser.post_form("/inloggen/tweede-factor", &[("code", "000000")]);
        assert_eq!(wrong.status, 400);
        assert!(wrong.body.contains("<title>Fout: "));
        let code = code_at(&secret(&page), now()).expect("a code");
        let before = browser.clone();
        let done = browser.post_form("/inloggen/tweede-factor", &[("code", &code)]);
        assert_eq!((done.status, codes(&done.body).len()), (200, 10), "{}", done.body);
        server.take_session(&mut browser, &done);
        assert_eq!(browser.get("/beheer").status, 200);
        assert_ne!(before.get("/beheer").status, 200, "the session has a new cookie");
    }
}

on_both! {
    fn a_code_and_a_recovery_code_count_once(server) {
        let visitor = server.visitor(USER);
        let page = visitor.get("/account/tweede-factor").body;
        let secret = secret(&page);
        let password = server.new_password(USER);
        let sign_in = |code: &str, server: &TestServer| {
            let (browser, answer) = halfway(server, USER, &password);
            assert!(answer.header("location").is_some_and(|place| place.starts_with("/inloggen/code")), "{answer:?}");
            browser.post_form("/inloggen/code", &[("code", code)]).status
        };
        let own = server.new_factor(USER);
        let code = code_at(&own, now()).expect("a code");
        assert_ne!(own, secret);
        assert_eq!(sign_in(&code, server), 303);
        assert_eq!(sign_in(&code, server), 400, "used before");
        let earlier = code_at(&own, now() - Duration::seconds(30)).expect("a code");
        assert_eq!(sign_in(&earlier, server), 400, "older than the one that was used");
        let later = server.start_later(Duration::seconds(30));
        assert_eq!(sign_in(&code_at(&own, now() + Duration::seconds(30)).expect("a code"), &later), 303);
        // A new factor comes with recovery codes.
        let (mut browser, _) = halfway(server, USER, &password);
        let ahead = code_at(&server.new_factor(USER), now()).expect("a code");
        let answer = browser.post_form("/inloggen/code", &[("code", &ahead)]);
        server.take_session(&mut browser, &answer);
        let page = browser.get("/account/tweede-factor").body;
        let code = code_at(&self::secret(&page), now()).expect("a code");
        assert_eq!(browser.post_form("/account/tweede-factor", &[("code", &code), ("wachtwoord", "niet dit")]).status, 400);
        let done = browser.post_form("/account/tweede-factor", &[("code", &code), ("wachtwoord", &password)]);
        let recovery = codes(&done.body);
        assert_eq!(recovery.len(), 10, "{}", done.body);
        assert_eq!(sign_in(&recovery[3].to_uppercase().replace('-', " "), server), 303, "as people type it");
        assert_eq!(sign_in(&recovery[3], server), 400, "used before");
        assert_eq!(sign_in(&recovery[4], server), 303);
    }
}

on_both! {
    fn whoever_sees_one_child_cannot_do_without(server) {
        let next = |name: &str| {
            server.execute(&format!(
                "DELETE FROM second_factor WHERE user_id = (SELECT id FROM user_account WHERE name = '{name}')"
            ));
            let (browser, answer) = halfway(server, name, &server.new_password(name));
            (browser, answer.header("location").unwrap_or_default().split('?').next().unwrap_or_default().to_owned())
        };
        for (name, place) in [
            // Single cases come to the municipality when the steps of mediation give it one.
            ("gemeente-harderwijk", "/inloggen/tweede-factor"),
            // Has crisis places, and is divided over.
            ("aanbieder-bakenzand", "/inloggen/tweede-factor"),
            ("aanbieder-ketelhaven", "/inloggen/tweede-factor"),
            ("aanbieder-praktijk-groei", "/start"),
        ] {
            assert_eq!(next(name).1, place, "{name}");
        }
        let (browser, place) = next("aanbieder-de-haven");
        assert_eq!((place.as_str(), browser.get("/capaciteit").status), ("/start", 200));
        server.execute(
            "INSERT INTO crisis_share (crisis_point_id, provider_id, weight, valid_from, version) \
             SELECT min(crisis_point.id), provider.id, 10, '2026-01-01', 1 FROM crisis_point, provider \
             WHERE provider.agb = '98990009' GROUP BY provider.id",
        );
        let asked = browser.get("/capaciteit");
        let place = asked.header("location").unwrap_or_default();
        assert!(asked.status == 303 && place.starts_with("/inloggen/tweede-factor"), "from its first part in crisis care on: {place}");
    }
}

on_both! {
    fn a_provider_whose_response_was_accepted_cannot_do_without(server) {
        let (user, clients) = (HAVEN.0, server.waiting());
        let response = server.responded(HAVEN, &clients[0]);
        take_factor_away(server, user);
        let (browser, _) = halfway(server, user, &server.new_password(user));
        let program = server.anyone().with_token(&server.token_of(user));
        assert_eq!((browser.get("/reacties").status, program.get("/v1/reacties").status), (200, 200));
        assert_eq!(server.accept(&clients[0], response).status, 200);
        let asked = browser.get("/reacties");
        assert!(asked.status == 303 && asked.header("location").is_some_and(|place| place.starts_with("/inloggen/tweede-factor")));
        let refused = program.get("/v1/reacties");
        assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("tweede-factor-nodig")), "{}", refused.body);
        server.new_factor(user);
        assert_eq!(program.get("/v1/reacties").status, 200, "a token works again once there is a factor");
        // What has ended was of a child all the same.
        server.execute("UPDATE placement SET ended_at = made_at");
        take_factor_away(server, user);
        let (_, answer) = halfway(server, user, &server.new_password(user));
        assert!(answer.header("location").is_some_and(|place| place.starts_with("/inloggen/tweede-factor")));
    }
}

on_both! {
    fn guessing_codes_is_stopped(server) {
        let password = server.new_password(USER);
        let (browser, _) = halfway(server, USER, &password);
        let statuses: Vec<u16> =
            (0..12).map(|_| browser.post_form("/inloggen/code", &[("code", "123")]).status).collect();
        assert_eq!(statuses[..10], [400; 10]);
        assert_eq!(statuses[10..], [429; 2]);
        let (again, _) = halfway(server, USER, &password);
        let refused = again.post_form("/inloggen/code", &[("code", "123")]);
        assert_eq!(refused.status, 429, "a new session does not help");
        assert!(refused.header("retry-after").is_some() && refused.body.contains("te-veel-verzoeken"));
    }
}

on_both! {
    fn half_a_sign_in_ends_by_itself(server) {
        let password = server.new_password(USER);
        let (browser, _) = halfway(server, USER, &password);
        let code = code_at(&server.new_factor(USER), now()).expect("a code");
        let later = server.start_later(Duration::minutes(10));
        let moved = browser.at(&later.url);
        let answer = moved.post_form("/inloggen/code", &[("code", &code)]);
        assert_eq!(answer.header("location"), Some("/inloggen"), "{answer:?}");
    }
}

on_both! {
    fn only_those_who_can_do_without_remove_their_factor(server) {
        let password = server.new_password(USER);
        let (mut browser, _) = halfway(server, USER, &password);
        let code = code_at(&server.new_factor(USER), now()).expect("a code");
        let answer = browser.post_form("/inloggen/code", &[("code", &code)]);
        server.take_session(&mut browser, &answer);
        let refused = browser.post_form("/account/tweede-factor/verwijderen", &[("wachtwoord", &password)]);
        assert_eq!(refused.status, 400);
        let wrong = browser.post_form("/account/herstelcodes", &[("wachtwoord", "iets anders")]);
        assert_eq!(wrong.status, 400);
        let renewed = browser.post_form("/account/herstelcodes", &[("wachtwoord", &password)]);
        assert_eq!(codes(&renewed.body).len(), 10);

        let provider = "aanbieder-de-haven";
        let password = server.new_password(provider);
        let (mut browser, answer) = halfway(server, provider, &password);
        assert_eq!(answer.header("location"), Some("/start"), "a provider can do without");
        let page = browser.get("/account/tweede-factor").body;
        let code = code_at(&secret(&page), now()).expect("a code");
        let done = browser.post_form("/account/tweede-factor", &[("code", &code), ("wachtwoord", &password)]);
        server.take_session(&mut browser, &done);
        let (_, answer) = halfway(server, provider, &password);
        assert!(answer.header("location").is_some_and(|place| place.starts_with("/inloggen/code")));
        assert_eq!(browser.post_form("/account/tweede-factor/verwijderen", &[("wachtwoord", &password)]).status, 303);
        let (_, answer) = halfway(server, provider, &password);
        assert_eq!(answer.header("location"), Some("/start"));
    }
}
