//! Reminders, confirming from a mail, and the overview of the account manager.

use std::collections::BTreeMap;

use beschikbaarheidswijzer::availability::freshness::reminding::{Settings, send_reminders};
use beschikbaarheidswijzer::db::schema::{audit_event, confirm_link, outbox_mail, reminder};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use rules::reminders::ReminderTerms;
use serde_json::json;

use crate::on_both;
use crate::support::waiting::HAVEN;
use crate::support::{Backend, TestServer};

/// A Monday on which the figures of everybody have aged.
fn monday() -> DateTime<Utc> {
    "2026-12-14T09:00:00Z".parse().expect("a time")
}

fn remind(server: &TestServer, at: DateTime<Utc>) -> usize {
    let snapshot = server.state.supply.current().expect("a picture");
    let settings = Settings {
        waits: ReminderTerms { ageing_days: 3, escalate_days: 7 },
        public_url: "https://jeugdhulp.example",
        at_any_hour: false,
    };
    send_reminders(&mut server.connection(), &snapshot, at, settings).expect("a database")
}

/// Recipient, subject and text of the mails to providers: who was stale already is told to the account manager.
fn reminders(server: &TestServer) -> Vec<(String, String, String)> {
    mails(server).into_iter().filter(|(to, _, _)| to.starts_with("aanbieder-")).collect()
}

/// Recipient, subject and text of the mails in the outbox.
fn mails(server: &TestServer) -> Vec<(String, String, String)> {
    outbox_mail::table
        .order(outbox_mail::id)
        .select((outbox_mail::recipient, outbox_mail::subject, outbox_mail::text))
        .load(&mut server.connection())
        .expect("mails")
}

/// The path of the link in the reminder to this user.
fn link_for(server: &TestServer, user: &str) -> String {
    let address = format!("{user}@jeugdhulp-noord-veluwe.example");
    let mails = mails(server);
    let (_, _, text) = mails.iter().rfind(|(to, _, _)| *to == address).expect("a mail");
    let start = text.find("/bevestigen/").expect("a link");
    text[start..].split_whitespace().next().expect("its end").to_owned()
}

fn confirmed_at(server: &TestServer) -> String {
    server.anyone().get("/v1/aanbod/223").json()["bevestigdOp"].as_str().unwrap_or_default().to_owned()
}

on_both! {
    fn every_provider_is_reminded_once_with_one_mail_for_all_its_products(server) {
        let providers = remind(server, monday());
        assert!(providers > 50, "{providers}");
        assert_eq!(remind(server, monday()), 0, "once");
        // The next day some go from ageing to stale, and nobody hears the same again.
        remind(server, monday() + TimeDelta::days(1));
        let mut heard: Vec<(i64, String)> = reminder::table
            .filter(reminder::sent_on.ge(monday().date_naive()))
            .select((reminder::provider_id, reminder::kind))
            .load(&mut server.connection())
            .expect("reminders");
        let all = heard.len();
        heard.sort();
        heard.dedup();
        assert_eq!(heard.len(), all);
        let mut to: BTreeMap<String, usize> = BTreeMap::new();
        for (recipient, subject, text) in reminders(server) {
            assert!(subject.contains("plekken en wachttijden"), "{subject}");
            assert!(text.contains("https://jeugdhulp.example/bevestigen/"), "{text}");
            *to.entry(recipient).or_default() += 1;
        }
        assert!(to.values().all(|count| *count <= 2), "{to:?}");
        let mail = mails(server).into_iter().find(|(to, _, _)| to == "aanbieder-de-haven@jeugdhulp-noord-veluwe.example").expect("a mail");
        assert!(mail.2.matches("laatst bevestigd").count() > 5, "all its products: {}", mail.2);
        assert!(all >= providers, "each is written down, also without an address");
    }
}

// With SQLite there is one server.
#[test]
fn two_servers_remind_everybody_once() {
    let server = &TestServer::start(Backend::Postgres);
    {
        let counts: Vec<usize> = std::thread::scope(|scope| {
            let both = [scope.spawn(|| remind(server, monday())), scope.spawn(|| remind(server, monday()))];
            both.map(|thread| thread.join().expect("it ends")).into()
        });
        let made = reminder::table.filter(reminder::sent_on.eq(monday().date_naive()));
        let rows: i64 = made.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(i64::try_from(counts.iter().sum::<usize>()).expect("small"), rows, "{counts:?}");
        let mut to: Vec<String> = reminders(server).into_iter().map(|(to, _, _)| to).collect();
        let all = to.len();
        to.sort();
        to.dedup();
        assert_eq!(to.len(), all, "nobody got two");
    }
}

on_both! {
    fn the_account_manager_hears_of_stale_figures_a_week_later(server) {
        let stale = monday() + TimeDelta::days(28);
        assert!(remind(server, stale) > 50);
        let before = mails(server).len();
        assert!(remind(server, stale + TimeDelta::days(7)) > 50);
        let told = mails(server).split_off(before);
        assert!(!told.is_empty() && told.iter().all(|(to, _, _)| to == "accountmanager-regio@jeugdhulp-noord-veluwe.example"), "{told:?}");
        assert!(told.iter().any(|(_, subject, _)| subject == "Cijfers van De Haven Jeugdhulp zijn verouderd"));
        assert_eq!(remind(server, stale + TimeDelta::days(14)), 0, "once");
    }
}

on_both! {
    fn a_reminder_to_nobody_is_made_up_for_once_there_is_somebody(server) {
        let (address, manager) = ("aanbieder-de-haven@jeugdhulp-noord-veluwe.example", "accountmanager-regio@jeugdhulp-noord-veluwe.example");
        server.execute("DELETE FROM reminder; UPDATE user_account SET email = NULL WHERE name = 'aanbieder-de-haven'");
        let stale = monday() + TimeDelta::days(28);
        remind(server, stale);
        assert!(mails(server).iter().all(|(to, ..)| to != address));
        let before = mails(server).len();
        remind(server, stale + TimeDelta::days(7));
        let told = mails(server).split_off(before);
        let of_haven = |(to, subject, _): &&(String, String, String)| to == manager && subject.contains("De Haven");
        let (_, _, text) = told.iter().find(of_haven).expect("the account manager hears of it");
        assert!(text.contains("De aanbieder is niet herinnerd") && !text.contains("laatste herinnering"), "{text}");
        let page = server.visitor("accountmanager-regio").get("/actualiteit?aanbieder=98990009").body;
        assert!(!page.contains("keer, laatst"), "{page}");

        server.execute(&format!("UPDATE user_account SET email = '{address}' WHERE name = 'aanbieder-de-haven'"));
        let before = mails(server).len();
        remind(server, stale + TimeDelta::days(8));
        let told = mails(server).split_off(before);
        assert!(told.iter().any(|(to, subject, _)| to == address && subject.contains("verouderd")), "{told:?}");
        let before = mails(server).len();
        remind(server, stale + TimeDelta::days(15));
        let told = mails(server).split_off(before);
        let (_, _, text) = told.iter().find(of_haven).expect("after its days, the account manager again");
        assert!(text.contains("De aanbieder is herinnerd en heeft daarna niet alles bevestigd."), "{text}");
    }
}

on_both! {
    fn nothing_is_sent_at_night_or_in_a_weekend(server) {
        assert_eq!(remind(server, monday() - TimeDelta::days(1)), 0);
        assert_eq!(remind(server, monday() - TimeDelta::hours(3)), 0);
    }
}

on_both! {
    fn a_provider_confirms_from_the_mail_without_signing_in(server) {
        remind(server, monday());
        let path = link_for(server, "aanbieder-de-haven");
        let (before, lines) = (confirmed_at(server), server.audit_lines());
        for _ in 0..2 {
            let page = server.anyone().get(&path);
            assert_eq!(page.status, 200);
            assert!(page.body.contains("Niets gewijzigd, bevestig alles") && page.body.contains("De Haven"), "{}", page.body);
        }
        assert_eq!((confirmed_at(server), server.audit_lines()), (before, lines), "looking changes nothing");
        let answer = server.anyone().post_form(&path, &[]);
        assert_eq!((answer.status, answer.header("location")), (303, Some(path.as_str())));
        assert_eq!(confirmed_at(server), "2026-11-21T09:00:00Z", "search shows it at once");
        let (name, origin): (String, String) = audit_event::table
            .filter(audit_event::action.eq("cijfers-bevestigen"))
            .order(audit_event::id.desc())
            .select((audit_event::user_name, audit_event::origin))
            .first(&mut server.connection())
            .expect("a line");
        assert!(name == "aanbieder-de-haven" && origin.starts_with("link in mail"), "{name} {origin}");
        let lines = server.audit_lines();
        assert_eq!(server.anyone().post_form(&path, &[]).status, 303);
        assert_eq!(server.audit_lines(), lines, "a link works once");
        let page = server.anyone().get(&path).body;
        assert!(page.contains("zijn uw cijfers bevestigd op 21 november 2026") && !page.contains("bevestig alles"), "{page}");
    }
}

on_both! {
    fn a_place_given_away_after_the_mail_stays_given_away(server) {
        let clients = server.waiting();
        let offer = server.offer_with_place(HAVEN.1);
        let (first, second) = (server.responded(HAVEN, &clients[0]), server.responded(HAVEN, &clients[1]));
        remind(server, monday());
        let path = link_for(server, HAVEN.0);
        assert!(!server.anyone().get(&path).body.contains("toegezegd"));
        assert_eq!(server.accept(&clients[0], first).status, 200);
        let page = server.anyone().get(&path).body;
        assert!(page.contains("0 (1 plek toegezegd"), "{page}");
        // The next mail says so too.
        server.execute("DELETE FROM reminder");
        remind(server, monday() + TimeDelta::days(1));
        let mails = mails(server);
        let (_, _, text) = mails.iter().rfind(|(to, ..)| to.starts_with(HAVEN.0)).expect("a mail");
        assert!(text.contains("plekken vrij 0 (1 plek toegezegd"), "{text}");
        assert_eq!(server.anyone().post_form(&path, &[]).status, 303);
        assert_eq!(server.anyone().get(&format!("/v1/aanbod/{offer}")).json()["plekkenVrij"], 0);
        assert_eq!(server.accept(&clients[1], second).status, 409);
    }
}

on_both! {
    fn a_link_that_ended_or_never_was_confirms_nothing(server) {
        remind(server, monday());
        let path = link_for(server, "aanbieder-de-haven");
        diesel::update(confirm_link::table)
            .set(confirm_link::expires_at.eq(crate::support::now().naive_utc()))
            .execute(&mut server.connection())
            .expect("links");
        let before = confirmed_at(server);
        assert_eq!(server.anyone().post_form(&path, &[]).status, 303);
        let page = server.anyone().get(&path).body;
        assert!(page.contains("Er is niets bevestigd") && !page.contains("bevestig alles</span>"), "{page}");
        assert_eq!(confirmed_at(server), before);
        for path in ["/bevestigen/x", &format!("/bevestigen/{}", "0".repeat(43))] {
            assert_eq!((server.anyone().get(path).status, server.anyone().post_form(path, &[]).status), (404, 404));
        }
    }
}

on_both! {
    fn only_who_still_keeps_the_figures_at_the_same_address_confirms_by_mail(server) {
        remind(server, monday());
        let path = link_for(server, "aanbieder-de-haven");
        let before = confirmed_at(server);
        let of_user = format!("= {}", server.user_id("aanbieder-de-haven"));
        for (change, back) in [
            ("UPDATE user_account SET active = false WHERE id", "UPDATE user_account SET active = true WHERE id"),
            (
                "UPDATE user_account SET email = 'nieuw@voorbeeld.example' WHERE id",
                "UPDATE user_account SET email = 'Aanbieder-de-Haven@jeugdhulp-noord-veluwe.example' WHERE id",
            ),
            ("UPDATE user_role SET role = 'crisis-coordinatie' WHERE user_id", "UPDATE user_role SET role = 'aanbieder' WHERE user_id"),
        ] {
            server.execute(&format!("{change} {of_user}"));
            let lines = server.audit_lines();
            assert_eq!(server.anyone().post_form(&path, &[]).status, 403, "{change}");
            assert_eq!(server.audit_lines(), lines + 1, "{change}");
            assert_eq!(confirmed_at(server), before, "{change}");
            server.execute(&format!("{back} {of_user}"));
            server.execute("UPDATE confirm_link SET used_at = NULL");
        }
        assert_eq!(server.anyone().post_form(&path, &[]).status, 303);
        assert_ne!(confirmed_at(server), before);
    }
}

on_both! {
    fn a_reminder_whose_mail_never_arrived_reminded_nobody(server) {
        let manager = server.visitor("accountmanager-regio");
        let haven = || server.user("accountmanager-regio").get("/v1/actualiteit?aanbieder=98990009").json()["aanbieders"][0].clone();
        server.execute("DELETE FROM reminder");
        remind(server, monday());
        assert_eq!((&haven()["keerHerinnerd"], &haven()["nietAangekomenOp"]), (&json!(1), &json!(null)));
        server.execute("UPDATE outbox_mail SET failed_at = created_at WHERE recipient LIKE 'aanbieder-de-haven@%'");
        let day = monday().date_naive().to_string();
        assert_eq!((&haven()["keerHerinnerd"], &haven()["nietAangekomenOp"]), (&json!(0), &json!(day)));
        let page = manager.get("/actualiteit?aanbieder=98990009").body;
        assert!(page.contains("kwam niet aan"), "{page}");
        // Once: an address that refuses is not mailed every day, and the account manager hears of it in time.
        assert_eq!(remind(server, monday()), 0);
        remind(server, monday() + TimeDelta::days(28));
        server.execute("UPDATE outbox_mail SET failed_at = created_at WHERE recipient LIKE 'aanbieder-de-haven@%'");
        remind(server, monday() + TimeDelta::days(35));
        let told = mails(server).into_iter().find(|(_, subject, _)| subject == "Cijfers van De Haven Jeugdhulp zijn verouderd");
        let (_, _, text) = told.expect("a mail to the account manager");
        assert!(text.contains("die mail kwam niet aan") && !text.contains("is herinnerd"), "{text}");
    }
}

on_both! {
    fn the_account_manager_sees_who_is_stale_and_since_when(server) {
        let manager = server.visitor("accountmanager-regio");
        let page = manager.get("/actualiteit");
        assert_eq!(page.status, 200);
        for part in ["Verouderd sinds", "Nog niet bevestigd", "Wordt oud", "role=\"img\"", "Bekijk als tabel", "/actualiteit.csv", "Volgende"] {
            assert!(page.body.contains(part), "{part}");
        }
        let one = manager.get("/actualiteit?aanbieder=98990009").body;
        assert!(one.contains("1 aanbieder</caption>"), "{one}");
        let sheet = manager.get("/actualiteit.csv?aanbieder=98990009");
        assert_eq!(sheet.header("content-type"), Some("text/csv; charset=utf-8"));
        let lines: Vec<&str> = sheet.body.lines().collect();
        assert!(lines.len() == 2 && lines[1].starts_with("98990009,De Haven Jeugdhulp,"), "{lines:?}");
        for wrong in ["?product=**", "?aanbieder=1", "?sorteer=duurste", "?extra=1", "?pagina=0"] {
            assert_eq!(manager.get(&format!("/actualiteit{wrong}")).status, 400, "{wrong}");
        }
        assert!(manager.get("/actualiteit?product=99Z99").body.contains("Geen aanbieder past bij deze filters"));
    }
}

on_both! {
    fn the_overview_counts_reminders(server) {
        let manager = server.visitor("accountmanager-regio");
        assert!(manager.get("/actualiteit").body.contains("geen gebruiker met een adres"));
        let page = manager.get("/actualiteit?sorteer=herinnerd-af").body;
        assert!(page.contains("keer, laatst"), "{page}");
        assert!(page.contains("Aan u gemeld op"));
    }
}
