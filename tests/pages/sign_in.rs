//! Signing in and out.

use beschikbaarheidswijzer::db::schema::audit_event;
use diesel::prelude::*;

use crate::on_both;
use crate::support::{Backend, TestServer};

on_both! {
    fn a_user_signs_in_works_and_signs_out(server) {
        let visitor = server.visitor("beheerder-regio");
        assert_eq!(visitor.get("/beheer").status, 200);
        assert_eq!(visitor.get("/start").header("location"), Some("/beheer"));
        let gone = visitor.post_form("/uitloggen", &[]);
        assert_eq!(gone.status, 303);
        assert!(gone.header("set-cookie").is_some_and(|cookie| cookie.contains("Max-Age=0")), "{gone:?}");
        assert_eq!(visitor.get("/beheer").header("location"), Some("/inloggen?terug=%2Fbeheer"), "the session has ended");
    }
}

on_both! {
    fn a_wrong_password_and_an_unknown_user_are_told_the_same(server) {
        let anyone = server.anyone();
        let known = anyone.post_form("/inloggen", &[("naam", "beheerder-regio"), ("wachtwoord", "fout wachtwoord")]);
        let unknown = anyone.post_form("/inloggen", &[("naam", "bestaat-niet", ), ("wachtwoord", "fout wachtwoord")]);
        assert_eq!((known.status, unknown.status), (400, 400));
        let text = |answer: &crate::support::Answer, name: &str| answer.body.replace(name, "NAAM");
        assert_eq!(text(&known, "beheerder-regio"), text(&unknown, "bestaat-niet"));
        assert!(known.body.contains("<title>Fout: "));
    }
}

#[test]
fn the_session_cookie_is_as_strict_as_it_can_be() {
    let server = TestServer::start(Backend::Sqlite);
    let cookie = sign_in_cookie(&server);
    assert!(cookie.starts_with("__Host-sessie="), "{cookie}");
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert_ne!(cookie, sign_in_cookie(&server), "every sign-in has a session of its own");
}

fn sign_in_cookie(server: &TestServer) -> String {
    let password = server.new_password("beheerder-regio");
    let answer =
        server.anyone().post_form("/inloggen", &[("naam", "beheerder-regio"), ("wachtwoord", &password)]);
    answer.header("set-cookie").expect("a cookie").to_owned()
}

#[test]
fn forms_from_elsewhere_or_without_their_token_are_refused() {
    let server = TestServer::start(Backend::Sqlite);
    let mut visitor = server.visitor("beheerder-regio");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let body = format!("csrf={}&code=8&naam=Nieuw", visitor.csrf);
    for headers in [
        vec![form],
        vec![form, ("Origin", "https://evil.example")],
        vec![form, ("Origin", "null")],
        vec![form, ("Sec-Fetch-Site", "cross-site")],
    ] {
        let answer = visitor.send("POST", "/beheer/segmenten", &headers, body.clone());
        assert_eq!(answer.status, 403, "{headers:?}");
        assert!(answer.body.contains("formulier-verlopen"));
    }
    visitor.csrf = "geraden".into();
    assert_eq!(visitor.post_form("/beheer/segmenten", &[("code", "8"), ("naam", "Nieuw")]).status, 403);
    assert_eq!(server.anyone().get("/v1/regios/noord-veluwe/segmenten/8").status, 404, "nothing was saved");
    let written: Vec<String> = audit_event::table
        .filter(audit_event::action.eq("formulier-weigeren"))
        .select(audit_event::user_name)
        .load(&mut server.connection())
        .expect("lines");
    assert_eq!(written, ["beheerder-regio"; 5]);
}

on_both! {
    fn failing_on_a_name_locks_nobody_out_who_signed_in_before(server) {
        let server = server.start_with_settings(|config| config.sign_in_failures_per_user = 5);
        let user = "aanbieder-de-haven";
        let password = server.new_password(user);
        let mut known = server.anyone();
        let fields = |password| [("naam", user), ("wachtwoord", password)];
        known.keep_cookies(&known.post_form("/inloggen", &fields(&password)));
        let known = known.without_cookie("__Host-sessie");
        let stranger = server.anyone();
        let statuses: Vec<u16> = (0..7).map(|_| stranger.post_form("/inloggen", &fields("geraden wachtwoord")).status).collect();
        assert_eq!(statuses, [400, 400, 400, 400, 400, 429, 429]);
        let refused = stranger.post_form("/inloggen", &fields(&password));
        assert_eq!(refused.status, 429, "the right password must wait too, where nobody signed in before");
        assert!(refused.header("retry-after").is_some() && refused.body.contains("te-veel-verzoeken"));
        assert_eq!(known.post_form("/inloggen", &fields(&password)).status, 303, "a browser that is known gets in");
        let other = server.new_password("aanbieder-bakenzand");
        let answer = stranger.post_form("/inloggen", &[("naam", "aanbieder-bakenzand"), ("wachtwoord", &other)]);
        assert_eq!(answer.status, 303, "other names are not touched");
    }
}

on_both! {
    fn a_new_browser_gets_in_by_mail_however_often_others_fail_on_the_name(server) {
        let server = server.start_with_settings(|config| config.sign_in_failures_per_user = 5);
        let (user, email) = ("aanbieder-de-haven", "aanbieder-de-haven@jeugdhulp-noord-veluwe.example");
        let (stranger, mut own) = (server.anyone(), server.anyone());
        let fields = |password| [("naam", user), ("wachtwoord", password)];
        let fail = || while stranger.post_form("/inloggen", &fields("geraden wachtwoord")).status != 429 {};
        fail();
        let password = "drie paarse geiten zwemmen";
        own.post_form("/wachtwoord-vergeten", &[("email", email)]);
        let set = own.post_form(&server.mailed_path(), &[("wachtwoord", password), ("herhaling", password)]);
        assert_eq!(set.status, 303, "{}", set.body);
        own.keep_cookies(&set);
        fail();
        assert_eq!(stranger.post_form("/inloggen", &fields(password)).status, 429);
        assert_eq!(own.post_form("/inloggen", &fields(password)).status, 303);
        assert_eq!(own.get("/capaciteit").status, 303, "the cookie alone gives no access");
    }
}

on_both! {
    fn one_address_cannot_try_many_names(server) {
        let server = server.start_with_settings(|config| config.sign_in_failures_per_address = 5);
        let try_name = |number: usize| {
            let name = format!("naam-{number}");
            server.anyone().post_form("/inloggen", &[("naam", &name), ("wachtwoord", "geraden wachtwoord")]).status
        };
        assert_eq!((0..6).map(try_name).collect::<Vec<_>>(), [400, 400, 400, 400, 400, 429]);
    }
}
