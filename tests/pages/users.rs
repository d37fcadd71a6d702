//! The management of users and organisations by the administrator.

use beschikbaarheidswijzer::db::schema::{audit_event, user_account, user_role};
use diesel::prelude::*;

use crate::on_both;
use crate::support::{Answer, Browser, TestServer};

const MANAGER: &str = "beheerder-regio";
const LIST: &str = "/beheer/gebruikers";
const PASSWORD: &str = "drie paarse geiten zwemmen";

fn organisation_id(server: &TestServer, name: &str) -> String {
    use beschikbaarheidswijzer::db::schema::organisation;
    let id: i64 = organisation::table
        .filter(organisation::name.eq(name))
        .select(organisation::id)
        .first(&mut server.connection())
        .expect("an organisation");
    id.to_string()
}

fn path_of(server: &TestServer, name: &str) -> String {
    format!("{LIST}/{}", server.user_id(name))
}

fn step(manager: &Browser, path: &str, step: &str) -> Answer {
    manager.post_form(&format!("{path}/stappen"), &[("stap", step)])
}

/// Makes a second administrator, who has a password.
fn second_manager(server: &TestServer) {
    let manager = server.visitor(MANAGER);
    let region = organisation_id(server, "Regio Noord-Veluwe");
    let answer = manager.post_form(
        "/beheer/gebruikers/uitnodigen",
        &[
            ("gebruikersnaam", "beheerder-twee"),
            ("naam", "Tweede beheerder"),
            ("email", "twee@regio.example"),
            ("organisatie", &region),
            ("rol-beheerder", "ja"),
        ],
    );
    assert_eq!(answer.status, 303, "{}", answer.body);
    let path = server.mailed_path();
    let done = server.anyone().post_form(&path, &[("wachtwoord", PASSWORD), ("herhaling", PASSWORD)]);
    assert_eq!(done.status, 303, "{}", done.body);
}

on_both! {
    fn an_invited_user_chooses_a_password_and_gets_to_work(server) {
        let manager = server.visitor(MANAGER);
        let organisation = organisation_id(server, "Huisartsen Noord-Veluwe");
        let fields = [
            ("gebruikersnaam", "huisarts-putten"),
            ("naam", "Huisarts Putten"),
            ("email", "Huisarts@Putten.example"),
            ("organisatie", organisation.as_str()),
            ("rol-verwijzer", "ja"),
        ];
        let answer = manager.post_form("/beheer/gebruikers/uitnodigen", &fields);
        assert_eq!(answer.header("location"), Some("/beheer/gebruikers?klaar=uitgenodigd"), "{}", answer.body);
        let (to, text) = server.mails().pop().expect("a mail");
        assert_eq!(to, "huisarts@putten.example");
        assert!(text.contains("huisarts-putten") && text.contains("regio Noord-Veluwe"), "{text}");
        let first = server.mailed_path();
        assert_eq!(server.start_later(chrono::Duration::days(7)).anyone().get(&first).status, 404, "it runs out");
        let path = path_of(server, "huisarts-putten");
        assert!(manager.get("/beheer/gebruikers?stand=uitgenodigd").body.contains("Huisarts Putten"));
        assert_eq!(step(&manager, &path, "uitnodigen").status, 303);
        assert_eq!(server.anyone().get(&first).status, 404, "the second invitation ends the first");
        let link = server.mailed_path();
        assert!(server.anyone().get(&link).body.contains("huisarts-putten"));
        let done = server.anyone().post_form(&link, &[("wachtwoord", PASSWORD), ("herhaling", PASSWORD)]);
        assert_eq!(done.status, 303, "{}", done.body);
        let answer = server.anyone().post_form("/inloggen", &[("naam", "huisarts-putten"), ("wachtwoord", PASSWORD)]);
        assert_eq!(answer.header("location"), Some("/inloggen/tweede-factor?terug=%2Fstart"));
        assert_eq!(step(&manager, &path, "uitnodigen").status, 409, "there is nothing to invite for");
        let again = manager.post_form("/beheer/gebruikers/uitnodigen", &fields);
        assert!(again.body.contains("href=\"#gebruikersnaam\""), "the name is taken: {}", again.body);
    }
}

on_both! {
    fn a_link_ends_when_the_address_it_went_to_was_wrong(server) {
        let manager = server.visitor(MANAGER);
        let organisation = organisation_id(server, "Huisartsen Noord-Veluwe");
        let fields = [
            ("gebruikersnaam", "huisarts-putten"),
            ("naam", "Huisarts Putten"),
            ("email", "verkeerd@putten.example"),
            ("organisatie", organisation.as_str()),
            ("rol-verwijzer", "ja"),
        ];
        assert_eq!(manager.post_form("/beheer/gebruikers/uitnodigen", &fields).status, 303);
        let first = server.mailed_path();
        let path = path_of(server, "huisarts-putten");
        let save = |version: &str, email: &str| {
            let fields = [("versie", version), ("naam", "Huisarts Putten"), ("email", email), ("rol-verwijzer", "ja")];
            manager.post_form(&path, &fields).status
        };
        assert_eq!(save("1", "verkeerd@putten.example"), 303);
        assert_eq!(server.mails().len(), 1, "the same address is not invited again");
        assert_eq!(save("2", "huisarts@putten.example"), 303);
        assert_eq!(server.anyone().get(&first).status, 404, "whoever reads the wrong address cannot use it");
        let (to, _) = server.mails().pop().expect("a mail");
        assert_eq!(to, "huisarts@putten.example", "who is still invited is invited at the right address");
        assert_eq!(server.anyone().get(&server.mailed_path()).status, 200);

        let (user, email) = ("aanbieder-de-haven", "aanbieder-de-haven@jeugdhulp-noord-veluwe.example");
        server.anyone().post_form("/wachtwoord-vergeten", &[("email", email)]);
        let reset = server.mailed_path();
        let fields = [("versie", "1"), ("naam", "Capaciteit"), ("email", "anders@haven.example"), ("rol-aanbieder", "ja")];
        assert_eq!(manager.post_form(&path_of(server, user), &fields).status, 303);
        assert_eq!(server.anyone().get(&reset).status, 404);
        assert_eq!(server.mails().pop().expect("a mail").0, email, "who has a password is not invited");
    }
}

on_both! {
    fn what_is_wrong_with_an_invitation_is_told_together(server) {
        let manager = server.visitor(MANAGER);
        let invite = |fields: &[(&str, &str)]| manager.post_form("/beheer/gebruikers/uitnodigen", fields);
        let empty = invite(&[("gebruikersnaam", "Met Spatie"), ("naam", "<script>"), ("email", "geen adres"), ("organisatie", "")]);
        assert_eq!(empty.status, 400);
        for field in ["gebruikersnaam", "email", "organisatie", "rollen"] {
            assert!(empty.body.contains(&format!("href=\"#{field}\"")), "{field}: {}", empty.body);
        }
        assert!(empty.body.contains("value=\"&#60;script&#62;\""), "what was typed comes back, inert");
        let organisation = organisation_id(server, "Huisartsen Noord-Veluwe");
        let unfit = invite(&[
            ("gebruikersnaam", "nieuw-iemand"),
            ("naam", "Nieuw"),
            ("email", "nieuw@putten.example"),
            ("organisatie", &organisation),
            ("rol-beheerder", "ja"),
        ]);
        assert!(unfit.body.contains("past alleen: Verwijzer"), "{}", unfit.body);
        assert!(server.mails().is_empty(), "nothing was sent");
    }
}

on_both! {
    fn other_roles_end_sessions_and_tokens_at_once(server) {
        let manager = server.visitor(MANAGER);
        let user = "crisis-coordinatie";
        let (session, token) = (server.visitor(user), server.user(user));
        let path = path_of(server, user);
        let fields = |version: &'static str, role: &'static str| {
            [("versie", version), ("naam", "Coördinatie"), ("email", "c@regio.example"), (role, "ja")]
        };
        let saved = manager.post_form(&path, &fields("1", "rol-crisis-loket"));
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert_eq!(session.get("/account").status, 303);
        assert_eq!(token.get("/v1/aanbod?gemeente=GM0243").status, 401);
        let stale = manager.post_form(&path, &fields("1", "rol-crisis-verdeelpunt"));
        assert_eq!(stale.status, 409, "changed by somebody else");
        assert!(stale.body.contains("Intussen gewijzigd"));
        let roles: Vec<String> = user_role::table
            .filter(user_role::user_id.eq(server.user_id(user)))
            .select(user_role::role)
            .load(&mut server.connection())
            .expect("roles");
        assert_eq!(roles, ["crisis-loket"], "the stale form changed nothing");
    }
}

on_both! {
    fn blocking_and_ending_sessions_work_at_once(server) {
        let manager = server.visitor(MANAGER);
        let user = "aanbieder-de-haven";
        let path = path_of(server, user);
        let (session, token) = (server.visitor(user), server.user(user));
        assert_eq!(step(&manager, &path, "uitloggen").status, 303);
        assert_eq!((session.get("/account").status, token.get("/v1/aanbod?gemeente=GM0243").status), (303, 401));
        let (session, token) = (server.visitor(user), server.user(user));
        assert_eq!(step(&manager, &path, "blokkeren").status, 303);
        assert_eq!((session.get("/account").status, token.get("/v1/aanbod?gemeente=GM0243").status), (303, 401));
        let password = server.new_password(user);
        let sign_in = || server.anyone().post_form("/inloggen", &[("naam", user), ("wachtwoord", &password)]).status;
        assert_eq!(sign_in(), 400, "blocked");
        assert_eq!(step(&manager, &path, "blokkeren").status, 409, "blocked already");
        assert_eq!(step(&manager, &path, "toelaten").status, 303);
        assert_eq!(sign_in(), 303);
    }
}

on_both! {
    fn nobody_changes_the_own_rights_or_takes_the_last_administrator_away(server) {
        let manager = server.visitor(MANAGER);
        let own = path_of(server, MANAGER);
        assert_eq!(step(&manager, &own, "blokkeren").status, 409);
        let factor = [("stap", "tweede-factor"), ("reden", "geen telefoon meer")];
        assert_eq!(manager.post_form(&format!("{own}/stappen"), &factor).status, 409);
        let email = "beheerder-regio@jeugdhulp-noord-veluwe.example";
        let answer = manager.post_form(
            &own,
            &[("versie", "1"), ("naam", "Beheer"), ("email", email), ("rol-privacy", "ja")],
        );
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains("eigen rollen"), "{}", answer.body);
        second_manager(server);
        let second = server.visitor("beheerder-twee");
        assert_eq!(step(&second, &own, "blokkeren").status, 303, "there is another administrator");
        let last = path_of(server, "beheerder-twee");
        assert_eq!(step(&second, &last, "blokkeren").status, 409);
    }
}

on_both! {
    fn two_administrators_cannot_block_each_other_at_once(server) {
        second_manager(server);
        let (first, second) = (server.visitor(MANAGER), server.visitor("beheerder-twee"));
        let (path_first, path_second) = (path_of(server, MANAGER), path_of(server, "beheerder-twee"));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let one = scope.spawn(|| step(&first, &path_second, "blokkeren").status);
            let other = scope.spawn(|| step(&second, &path_first, "blokkeren").status);
            vec![one.join().expect("an answer"), other.join().expect("an answer")]
        });
        let active: i64 = user_account::table
            .inner_join(user_role::table)
            .filter(user_role::role.eq("beheerder").and(user_account::active.eq(true)))
            .count()
            .get_result(&mut server.connection())
            .expect("a count");
        assert_eq!(active, 2, "one, and the one of the other region: {statuses:?}");
    }
}

on_both! {
    fn a_second_factor_is_taken_away_with_a_reason(server) {
        let manager = server.visitor(MANAGER);
        let user = "privacy-regio";
        let session = server.visitor(user);
        let path = format!("{}/stappen", path_of(server, user));
        let bare = manager.post_form(&path, &[("stap", "tweede-factor"), ("reden", "kwijt")]);
        assert_eq!(bare.status, 400);
        assert!(bare.body.contains("href=\"#reden\"") && bare.body.contains("kwijt"), "{}", bare.body);
        let reason = "Telefoon gestolen; herkend bij de balie.";
        assert_eq!(manager.post_form(&path, &[("stap", "tweede-factor"), ("reden", reason)]).status, 303);
        assert_eq!(session.get("/account").status, 303, "sessions have ended");
        let written: Option<String> = audit_event::table
            .filter(audit_event::action.eq("tweede-factor-wissen"))
            .select(audit_event::after)
            .first(&mut server.connection())
            .expect("a line");
        assert!(written.is_some_and(|text| text.contains(reason)));
        let password = server.new_password(user);
        let answer = server.anyone().post_form("/inloggen", &[("naam", user), ("wachtwoord", &password)]);
        assert!(answer.header("location").is_some_and(|place| place.starts_with("/inloggen/tweede-factor")));
    }
}

on_both! {
    fn users_and_organisations_of_another_region_do_not_exist(server) {
        server.execute(
            "INSERT INTO region (id, code, name, phone, email, website, fresh_days, stale_days, intake_norm_weeks, treatment_norm_weeks, version) \
             VALUES (77, 'elders', 'Elders', '', '', '', 14, 30, 4, 10, 1);
             INSERT INTO organisation (id, name, kind, region_id, version) VALUES (7700, 'Elders', 'verwijzer', 77, 1);
             INSERT INTO user_account (id, name, display_name, organisation_id, active, demonstration, credential_version, version, created_at) \
             VALUES (7700, 'verwijzer-elders', 'Verwijzer elders', 7700, TRUE, FALSE, 1, 1, '2026-01-01 00:00:00');
             INSERT INTO user_role (user_id, role) VALUES (7700, 'verwijzer');",
        );
        let manager = server.visitor(MANAGER);
        assert!(!manager.get("/beheer/gebruikers?naam=elders").body.contains("verwijzer-elders"));
        assert!(!manager.get("/beheer/gebruikers/controle").body.contains("Verwijzer elders"));
        assert_eq!(manager.get("/beheer/gebruikers/7700").status, 404);
        assert_eq!(manager.get("/beheer/organisaties/7700").status, 404);
        for name in ["blokkeren", "uitloggen", "uitnodigen"] {
            assert_eq!(step(&manager, "/beheer/gebruikers/7700", name).status, 404, "{name}");
        }
        let fields = [("versie", "1"), ("naam", "Anders"), ("email", "a@b.example"), ("rol-verwijzer", "ja")];
        assert_eq!(manager.post_form("/beheer/gebruikers/7700", &fields).status, 404);
        let seen = manager.post_form("/beheer/gebruikers/controle", &[("gezien", "7700:1")]);
        assert_eq!(seen.status, 409, "{}", seen.body);
        let organisation = [("id", "7700"), ("versie", "1"), ("naam", "Overgenomen")];
        assert_eq!(manager.post_form("/beheer/organisaties", &organisation).status, 404);
    }
}

on_both! {
    fn rights_are_reviewed_once_a_year(server) {
        let manager = server.visitor(MANAGER);
        let page = manager.get("/beheer/gebruikers/controle").body;
        assert!(!page.contains("langer dan een jaar geleden"), "all were made just now");
        server.execute("UPDATE user_account SET created_at = '2025-11-01 00:00:00'");
        let page = manager.get("/beheer/gebruikers/controle").body;
        assert_eq!(page.matches("langer dan een jaar geleden").count(), 20, "a full page is overdue");
        let all = page.split("name=\"gezien\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a list");
        assert_eq!(all.split(',').count(), 20);
        let lines = server.audit_lines();
        assert_eq!(manager.post_form("/beheer/gebruikers/controle", &[("gezien", all)]).status, 303);
        assert_eq!(server.audit_lines(), lines + 20, "one line for each");
        let page = manager.get("/beheer/gebruikers/controle").body;
        assert_eq!(page.matches("langer dan een jaar geleden").count(), 4, "the others come first: {page}");
        server.execute("UPDATE user_account SET version = 5 WHERE name = 'toegang-putten'");
        let stale = format!("{}:1", server.user_id("toegang-putten"));
        assert_eq!(manager.post_form("/beheer/gebruikers/controle", &[("gezien", &stale)]).status, 409);
    }
}

on_both! {
    fn lists_filter_sort_and_turn_pages(server) {
        let manager = server.visitor(MANAGER);
        let names = |query: &str| {
            let answer = manager.get(&format!("{LIST}?{query}"));
            assert_eq!(answer.status, 200, "{query}: {}", answer.body);
            let rows = answer.body.split("<tbody>").nth(1).unwrap_or_default().to_owned();
            rows.split("<small>").skip(1).map(|rest| rest.split('<').next().expect("a name").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("").len(), 20);
        assert_eq!(names("pagina=2").len(), 3, "24 users, of whom one is a program");
        assert_eq!(names("rol=toegang").len(), 6);
        assert_eq!(names("naam=HAVEN"), ["aanbieder-de-haven"]);
        assert_eq!(names("naam=%25"), Vec::<String>::new(), "a sign of the database is a sign like any other");
        assert_eq!(names("sorteer=laatst-af")[0], MANAGER, "who signed in last comes first");
        assert_eq!(names("stand=geblokkeerd"), Vec::<String>::new());
        assert!(manager.get(&format!("{LIST}?stand=geblokkeerd")).body.contains("wis de filters"));
        for query in ["rol=koning", "sorteer=leeftijd", "pagina=0", "onbekend=1"] {
            assert_eq!(manager.get(&format!("{LIST}?{query}")).status, 400, "{query}");
        }
    }
}

on_both! {
    fn organisations_are_made_and_changed(server) {
        let manager = server.visitor(MANAGER);
        let save = |fields: &[(&str, &str)]| manager.post_form("/beheer/organisaties", fields);
        let wrong = save(&[("naam", ""), ("soort", "aanbieder"), ("gemeenten", "Putten")]);
        assert_eq!(wrong.status, 400);
        let unfit = save(&[("naam", "Nieuw"), ("soort", "gemeente"), ("aanbieder", "98990009"), ("gemeenten", "GM9999")]);
        for field in ["aanbieder", "gemeenten"] {
            assert!(unfit.body.contains(&format!("href=\"#{field}\"")), "{field}: {}", unfit.body);
        }
        let made = save(&[("naam", "Wijkteam Putten"), ("soort", "gemeente"), ("gemeenten", "GM0273")]);
        assert_eq!(made.status, 303, "{}", made.body);
        let twice = save(&[("naam", "Wijkteam Putten"), ("soort", "gemeente"), ("gemeenten", "")]);
        assert!(twice.body.contains("href=\"#naam\""), "the name is taken: {}", twice.body);
        let id = organisation_id(server, "Wijkteam Putten");
        let page = manager.get(&format!("/beheer/organisaties/{id}")).body;
        assert!(page.contains("value=\"GM0273\""), "{page}");
        let change = [("id", id.as_str()), ("versie", "1"), ("naam", "Wijkteam Putten"), ("gemeenten", "GM0273, GM0233")];
        assert_eq!(save(&change).status, 303);
        assert_eq!(save(&change).status, 409, "that version is gone");
        assert!(manager.get("/beheer/organisaties?soort=gemeente").body.contains("GM0233, GM0273"));
    }
}
