//! The log of the privacy officer, the end of its chain by mail, and `security.txt`.

use beschikbaarheidswijzer::audit::actions::{AuditLog, Reach, find_head, seal_lines};
use beschikbaarheidswijzer::audit::chain::Head;
use beschikbaarheidswijzer::config::Addresses;
use beschikbaarheidswijzer::db::schema::audit_event;
use beschikbaarheidswijzer::reports::audit_log::actions::export_lines;
use beschikbaarheidswijzer::reports::audit_log::head_mail::mail_head;
use beschikbaarheidswijzer::reports::audit_log::model::LogFilter;
use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::json;

use crate::on_both;
use crate::support::{TestServer, now};

const OFFICER: &str = "privacy-regio";
const MANAGER: &str = "beheerder-regio";

/// Action and number of what it was done to, of the newest line.
fn newest(server: &TestServer) -> (String, String) {
    audit_event::table
        .order(audit_event::id.desc())
        .select((audit_event::action, audit_event::object_id))
        .first(&mut server.own_connection())
        .expect("a line")
}

/// Gives a segment a new name, and the request a number that can be found again.
fn rename_segment(server: &TestServer) {
    let path = "/v1/regios/noord-veluwe/segmenten/1";
    let manager = server.user(MANAGER);
    let before = manager.get(path);
    let mut body = before.json();
    body.as_object_mut()
        .expect("an object")
        .retain(|key, _| key != "code" && key != "versie" && key != "regio");
    body["naam"] = json!("Hoog specialistisch anders");
    let version = before.header("etag").expect("a version").to_owned();
    let answer = manager.put_version(path, &version, &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

on_both! {
    fn the_officer_sees_who_changed_what_and_looking_is_a_line_too(server) {
        rename_segment(server);
        seal_lines::<AuditLog>(&mut server.own_connection(), now(), Reach::All).expect("a database");
        let officer = server.visitor(OFFICER);

        let list = officer.get("/logboek?handeling=segment&uitkomst=gedaan");
        assert_eq!(list.status, 200, "{}", list.body);
        assert!(list.body.contains("segment-opslaan") && list.body.contains(MANAGER), "{}", list.body);
        assert!(list.body.contains("1 regel"), "{}", list.body);
        assert_eq!(newest(server), ("logboek-inzien".into(), String::new()));

        let start = list.body.find("/logboek/").expect("a link to the line");
        let link: String = list.body[start..].chars().take_while(|c| *c != '"').collect();
        let line = officer.get(&link);
        assert_eq!(line.status, 200);
        for part in ["<th scope=\"row\">name</th>", "Hoog specialistisch anders", "Alles hierover"] {
            assert!(line.body.contains(part), "{part}: {}", line.body);
        }
        let id = link.trim_start_matches("/logboek/").to_owned();
        assert_eq!(newest(server), ("logregel-inzien".into(), id));

        let file = officer.get("/logboek.csv?handeling=segment");
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        let lines: Vec<&str> = file.body.lines().collect();
        assert_eq!(lines.len(), 2, "{}", file.body);
        assert!(lines[0].starts_with("keten,tijdstip,gebruiker"), "{}", lines[0]);
        assert!(lines[1].contains(",segment-opslaan,gedaan,segment,"), "{}", lines[1]);
        assert_eq!(newest(server).0, "logboek-downloaden");
    }
}

on_both! {
    fn failed_sign_ins_and_refusals_are_in_the_log(server) {
        let stranger = server.anyone();
        stranger.post_form("/inloggen", &[("naam", MANAGER), ("wachtwoord", "niet het goede wachtwoord")]);
        assert_eq!(server.visitor(MANAGER).get("/logboek").status, 403, "a manager may not read it");
        let officer = server.visitor(OFFICER);
        let list = officer.get("/logboek?uitkomst=geweigerd");
        for action in ["inloggen", "logboek-inzien"] {
            assert!(list.body.contains(&format!("<td>{action}</td>")), "{action}: {}", list.body);
        }
    }
}

on_both! {
    fn what_a_handler_refuses_is_in_the_log_once_and_a_failed_sign_in_names_the_account(server) {
        let last = |server: &TestServer| -> (String, String, String, String) {
            audit_event::table
                .order(audit_event::id.desc())
                .select((audit_event::action, audit_event::outcome, audit_event::user_name, audit_event::object_id))
                .first(&mut server.own_connection())
                .expect("a line")
        };
        let provider = server.user("aanbieder-bakenzand");
        let lines = server.audit_lines();
        let refused = provider.put("/v1/aanbod/223", &serde_json::json!({"plekkenVrij": 1}));
        assert_eq!(refused.status, 403, "the offer of another: {}", refused.body);
        assert_eq!(server.audit_lines(), lines + 1);
        let (action, outcome, who, _) = last(server);
        assert_eq!((action.as_str(), outcome.as_str(), who.as_str()), ("eigen-cijfers", "refused", "aanbieder-bakenzand"));

        let try_in = |name: &str| {
            let answer = server.anyone().post_form("/inloggen", &[("naam", name), ("wachtwoord", "geraden wachtwoord")]);
            (answer.status, answer.body.matches("klopt niet").count())
        };
        let known = try_in(MANAGER);
        assert_eq!(last(server), ("inloggen".into(), "refused".into(), String::new(), server.user_id(MANAGER).to_string()));
        assert_eq!(try_in("niemand"), known, "outside nobody sees the difference");
        assert_eq!(last(server).3, "");
    }
}

/// How often something was refused, and on what it was.
fn refused(server: &TestServer, action: &str) -> Vec<String> {
    audit_event::table
        .filter(audit_event::action.eq(action))
        .filter(audit_event::outcome.eq("refused"))
        .order(audit_event::id)
        .select(audit_event::object_id)
        .load(&mut server.own_connection())
        .expect("lines")
}

on_both! {
    fn every_way_of_failing_to_get_in_is_in_the_log(server) {
        let user = "aanbieder-de-haven";
        let id = server.user_id(user).to_string();
        // A token that is not known, one that nobody used for too long, and one whose user was stopped.
        let exchange = |server: &TestServer, token: &str| {
            server.anyone().post("/v1/tokens", &json!({ "vernieuwingstoken": token })).status
        };
        assert_eq!(exchange(server, &"x".repeat(43)), 401);
        let idle = server.refresh_token(user);
        assert_eq!(exchange(&server.start_later(TimeDelta::days(30)), &idle), 401);
        let ended = server.refresh_token(user);
        let mut own = server.visitor(user);
        server.new_password(user);
        assert_eq!(exchange(server, &ended), 401);
        assert_eq!(refused(server, "token-vernieuwen"), ["", id.as_str(), id.as_str()]);

        // A wrong password where it is asked again of who is signed in.
        server.sign_in(&mut own, user);
        let weak = [("oud", "iets anders"), ("wachtwoord", "drie paarse geiten zwemmen"), ("herhaling", "drie paarse geiten zwemmen")];
        assert_eq!(own.post_form("/account/wachtwoord", &weak).status, 400);
        assert_eq!(own.post_form("/account/tweede-factor", &[("code", "123456"), ("wachtwoord", "iets anders")]).status, 400);
        assert_eq!(own.post_form("/account/herstelcodes", &[("wachtwoord", "iets anders")]).status, 400);
        assert_eq!(own.post_form("/account/tweede-factor/verwijderen", &[("wachtwoord", "iets anders")]).status, 400);
        assert_eq!(refused(server, "wachtwoord-bewijzen"), [id.as_str(); 4]);
    }
}

on_both! {
    fn who_is_stopped_from_trying_is_in_the_log_once_in_a_while(server) {
        let server = server.start_with_settings(|config| config.sign_in_failures_per_user = 3);
        let user = "aanbieder-de-haven";
        let stranger = server.anyone();
        let fail = || stranger.post_form("/inloggen", &[("naam", user), ("wachtwoord", "geraden wachtwoord")]).status;
        let statuses: Vec<u16> = (0..8).map(|_| fail()).collect();
        assert_eq!((statuses[..3].to_vec(), statuses[3..].to_vec()), (vec![400; 3], vec![429; 5]));
        assert_eq!(refused(&server, "inloggen").len(), 3);
        assert_eq!(refused(&server, "inloggen-te-vaak"), [server.user_id(user).to_string()], "a line for each try would be a flood");
    }
}

on_both! {
    fn a_look_at_the_log_keeps_nobody_from_writing(server) {
        use std::sync::{Arc, Mutex};
        let actor = server.actor(OFFICER);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut conn = server.own_connection();
        let keep = seen.clone();
        diesel::Connection::set_instrumentation(&mut conn, move |event: diesel::connection::InstrumentationEvent<'_>| {
            if let diesel::connection::InstrumentationEvent::StartQuery { query, .. } = event {
                keep.lock().expect("no panic").push(query.to_string());
            }
        });
        let filter = LogFilter::default();
        assert!(!export_lines(&mut conn, &actor, now(), &filter).expect("lines").is_empty());
        let statements = seen.lock().expect("no panic").clone();
        let place = |found: &dyn Fn(&String) -> bool| statements.iter().position(found);
        let read = place(&|text| text.starts_with("SELECT") && text.contains("audit_event")).expect("it reads");
        let begin = place(&|text| text.starts_with("BEGIN") && !text.contains("READ ONLY") && !text.contains("DEFERRED"));
        assert!(begin.is_some_and(|begin| begin > read), "{statements:#?}");
    }
}

on_both! {
    fn filters_are_checked_and_kept(server) {
        let officer = server.visitor(OFFICER);
        for wrong in ["van=gisteren", "van=22-11-2026&tot=01-11-2026", "uitkomst=misschien", "onbekend=1"] {
            assert_eq!(officer.get(&format!("/logboek?{wrong}")).status, 400, "{wrong}");
        }
        let lines = server.audit_lines();
        let nothing = officer.get("/logboek?van=01-01-2020&tot=31-12-2020");
        assert!(nothing.body.contains("Geen regel past bij deze filters"), "{}", nothing.body);
        assert!(nothing.body.contains("value=\"01-01-2020\""), "{}", nothing.body);
        assert_eq!(server.audit_lines(), lines + 1, "looking at nothing is a line too");
        // A percent sign is a letter like any other.
        assert!(officer.get("/logboek?gebruiker=%25").body.contains("Geen regel past"));
        assert_eq!(officer.get("/logboek/999999999").status, 404);
        assert_eq!(officer.get("/logboek/een").status, 404);
    }
}

on_both! {
    fn lines_of_another_region_are_not_there(server) {
        rename_segment(server);
        server.execute(
            "INSERT INTO region (code, name, phone, email, website, fresh_days, stale_days, intake_norm_weeks, \
             treatment_norm_weeks, version) \
             SELECT 'elders', 'Elders', phone, email, website, fresh_days, stale_days, intake_norm_weeks, \
             treatment_norm_weeks, 1 FROM region WHERE code = 'noord-veluwe'; \
             UPDATE organisation SET region_id = (SELECT id FROM region WHERE code = 'elders') \
             WHERE name = 'Huisartsen Noord-Veluwe'; \
             UPDATE user_account SET organisation_id = \
             (SELECT id FROM organisation WHERE name = 'Huisartsen Noord-Veluwe') WHERE name = 'privacy-regio'",
        );
        let officer = server.visitor(OFFICER);
        let list = officer.get("/logboek?handeling=segment-opslaan");
        assert!(list.body.contains("Geen regel past"), "{}", list.body);
        let own = officer.get("/logboek?gebruiker=privacy");
        assert!(own.body.contains(OFFICER), "{}", own.body);
    }
}

on_both! {
    fn what_nobody_in_particular_did_is_for_the_region_it_is_about(server) {
        use beschikbaarheidswijzer::actor::Actor;
        use beschikbaarheidswijzer::audit::{Event, record};
        use crate::support::crisis::{ALMERE, draft};
        // A failed sign-in on an account of the other region, and what a server did by itself about its children.
        server.anyone().post_form("/inloggen", &[("naam", "toegang-almere"), ("wachtwoord", "geraden wachtwoord")]);
        server.anyone().post_form("/inloggen", &[("naam", "niemand"), ("wachtwoord", "geraden wachtwoord")]);
        let clients = server.waiting();
        let response = server.responded(crate::support::waiting::HAVEN, &clients[0]);
        let request = server.crisis(&draft(ALMERE, 14));
        let mut conn = server.own_connection();
        let mut note = |action: &'static str, kind: &'static str, number: String| {
            record(&mut conn, &Actor::background(), now(), &Event::done(action, kind, number)).expect("a line");
        };
        note("proef-wachtende", "wachtende", clients[0].code.to_string());
        note("proef-reactie", "reactie", response.to_string());
        note("proef-aanvraag", "crisisaanvraag", request.code.to_string());
        note("proef-iedereen", "logboek", String::new());
        let shows = |officer: &str, action: &str, kind: &str| {
            let list = server.visitor(officer).get(&format!("/logboek?handeling={action}&soort={kind}&uitkomst="));
            assert_eq!(list.status, 200, "{}", list.body);
            !list.body.contains("Geen regel past")
        };
        for (action, kind, here, there) in [
            ("proef-wachtende", "wachtende", true, false),
            ("proef-reactie", "reactie", true, false),
            ("proef-aanvraag", "crisisaanvraag", false, true),
            ("proef-iedereen", "logboek", true, true),
            ("inloggen", "recht", true, true),
        ] {
            assert_eq!((shows(OFFICER, action, kind), shows("privacy-flevoland", action, kind)), (here, there), "{action}");
        }
        let number = server.user_id("toegang-almere");
        let failed = |officer: &str| {
            let list = server.visitor(officer).get(&format!("/logboek?handeling=inloggen&nummer={number}&uitkomst=geweigerd"));
            !list.body.contains("Geen regel past")
        };
        assert_eq!((failed(OFFICER), failed("privacy-flevoland")), (false, true));
    }
}

on_both! {
    fn the_end_of_the_chain_is_mailed_once_a_day(server) {
        let to = Addresses::try_from("bewaren@regio.example, fg@regio.example".to_owned()).expect("addresses").0;
        seal_lines::<AuditLog>(&mut server.own_connection(), now(), Reach::All).expect("a database");
        let head = find_head::<AuditLog>(&mut server.own_connection()).expect("a database");
        let mail = |at, to: &[String]| mail_head(&mut server.own_connection(), at, to).expect("a database");
        assert!(!mail(now(), &[]), "to nobody");
        assert!(mail(now(), &to));
        assert!(!mail(now() + TimeDelta::hours(3), &to), "once a day");
        let mails = server.mails();
        assert_eq!(mails.len(), 2);
        let kept = mails[0].1.lines().find_map(|line| line.parse::<Head>().ok()).expect("a seal");
        assert_eq!(kept, head);
        assert!(mail(now() + TimeDelta::days(1), &to), "and again the next day");
    }
}

on_both! {
    fn weaknesses_can_be_told_where_the_configuration_says(server) {
        let path = "/.well-known/security.txt";
        assert_eq!(server.anyone().get(path).status, 404, "without an address there is none");
        let told = server.start_with_settings(|config| {
            config.security_contact = Some("mailto:veiligheid@regio.example".into());
            config.security_policy = Some("https://regio.example/melden".into());
        });
        let answer = told.anyone().get(path);
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(
            answer.body,
            "Contact: mailto:veiligheid@regio.example\n\
             Expires: 2027-02-19T09:00:00Z\n\
             Preferred-Languages: nl, en\n\
             Canonical: https://jeugdhulp.example/.well-known/security.txt\n\
             Policy: https://regio.example/melden\n"
        );
    }
}
