//! A clock that jumps: nothing that happens once happens twice, and nothing that runs out is good outside its time.

use std::collections::BTreeMap;

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::audit::actions::{AuditLog, Reach, seal_lines, verify_chain};
use beschikbaarheidswijzer::availability::freshness::actions::confirm_by_link;
use beschikbaarheidswijzer::background::JOBS;
use beschikbaarheidswijzer::config::Addresses;
use beschikbaarheidswijzer::db::schema::{
    audit_event, confirm_link, crisis_place_reminder, list_publication, outbox_mail, reminder, response,
};
use beschikbaarheidswijzer::identity::links::actions::find_addressee;
use beschikbaarheidswijzer::identity::second_factor::actions::{code_at, give_code};
use beschikbaarheidswijzer::identity::sign_in::actions::find_session;
use beschikbaarheidswijzer::identity::tokens::actions::refresh;
use beschikbaarheidswijzer::notifications::actions::{claim_mails, enqueue};
use beschikbaarheidswijzer::notifications::model::Mail;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::{Dice, Rounds};
use crate::on_both;
use crate::support::waiting::HAVEN;
use crate::support::{Browser, TestServer, now};

const KEEPER: &str = "bewaren@regio.example";
const USER: &str = "aanbieder-de-haven";
const EMAIL: &str = "aanbieder-de-haven@jeugdhulp-noord-veluwe.example";

/// All that the servers do by themselves at this moment. What nobody waits for is only in memory.
fn do_what_is_due(server: &TestServer, at: DateTime<Utc>) {
    let conn = &mut server.connection();
    for job in &JOBS {
        (job.work)(conn, &server.state, at).unwrap_or_else(|error| panic!("{} at {at}: {error}", job.name));
    }
    seal_lines::<AuditLog>(conn, at, Reach::All).expect("a database");
}

/// Everything of which there is more when something was done: lines, mails, and what is written down to do it once.
fn traces(server: &TestServer) -> BTreeMap<String, i64> {
    let conn = &mut server.connection();
    let count = |number: QueryResult<i64>| number.expect("a count");
    let mut traces = BTreeMap::from([
        ("mails".to_owned(), count(outbox_mail::table.count().get_result(conn))),
        ("reminders".to_owned(), count(reminder::table.count().get_result(conn))),
        ("crisis reminders".to_owned(), count(crisis_place_reminder::table.count().get_result(conn))),
        ("publications".to_owned(), count(list_publication::table.count().get_result(conn))),
        ("responses".to_owned(), count(response::table.count().get_result(conn))),
    ]);
    let lines: Vec<(String, i64)> = audit_event::table
        .group_by(audit_event::action)
        .select((audit_event::action, count_star()))
        .load(conn)
        .expect("lines");
    traces.extend(lines);
    traces
}

/// Reminders of the same kind to the same provider, who confirmed nothing in between, and mails about the same seal of
/// the same day: what happened twice.
fn happened_twice(server: &TestServer) -> usize {
    let conn = &mut server.connection();
    let kinds: Vec<(i64, String, i64)> = reminder::table
        .group_by((reminder::provider_id, reminder::kind, reminder::sent_on))
        .select((reminder::provider_id, reminder::kind, count_star()))
        .load(conn)
        .expect("reminders");
    let seals: Vec<(String, i64)> = outbox_mail::table
        .filter(outbox_mail::recipient.eq(KEEPER))
        .group_by(outbox_mail::subject)
        .select((outbox_mail::subject, count_star()))
        .load(conn)
        .expect("mails");
    kinds.iter().filter(|(.., count)| *count > 1).count()
        + seals.iter().filter(|(_, count)| *count > 1).count()
}

/// What is different between two moments, if anything.
fn done_again(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> Vec<String> {
    let count = |traces: &BTreeMap<String, i64>, name: &str| traces.get(name).copied().unwrap_or_default();
    let differs = after.keys().filter(|name| count(before, name) != count(after, name));
    differs.map(|name| format!("{name}: {} and then {}", count(before, name), count(after, name))).collect()
}

/// At this moment, at one before it, and at this moment again: what was done the second time that it was there.
fn done_on_return(
    server: &TestServer,
    (at, back): (DateTime<Utc>, DateTime<Utc>),
    work: impl Fn(&TestServer, DateTime<Utc>),
) -> Vec<String> {
    work(server, at);
    let once = traces(server);
    work(server, at);
    let again = done_again(&once, &traces(server));
    work(server, back);
    let before = traces(server);
    work(server, at);
    [again, done_again(&before, &traces(server))].concat()
}

on_both! {
    fn whatever_the_clock_does_nothing_happens_twice(server) {
        let server = &server.start_with_settings(|config| {
            config.audit_head_to = Addresses::try_from(KEEPER.to_owned()).expect("an address");
        });
        diesel::delete(reminder::table).execute(&mut server.connection()).expect("no reminders yet");
        // Something for every job to do: who waits, a response to chase, a crisis to pass on, a mail that is held.
        let clients = server.waiting();
        server.responded(HAVEN, &clients[0]);
        server.acute(14);
        for round in Rounds::on(server, "clock", 6, 100) {
            let mut dice = Dice::new(round);
            let minutes = i64::try_from(dice.below(120 * 24 * 60)).expect("small") - 20 * 24 * 60;
            let at = now() + TimeDelta::minutes(minutes);
            let back = at - TimeDelta::minutes(i64::try_from(dice.below(40 * 24 * 60)).expect("small"));
            let twice = done_on_return(server, (at, back), do_what_is_due);
            assert_eq!(twice, Vec::<String>::new(), "round {round}, {at}, back to {back}");
            assert_eq!(happened_twice(server), 0, "round {round}, {at}");
            let chain = verify_chain::<AuditLog>(&mut server.connection(), at, None).expect("a database");
            assert!(chain.is_ok(), "round {round}, {at}: {chain:?}");
        }
    }
}

on_both! {
    fn a_mail_that_is_held_is_nobody_elses_whatever_the_clock_did(server) {
        for round in Rounds::on(server, "clock-leases", 10, 100) {
            let conn = &mut server.connection();
            diesel::delete(outbox_mail::table).execute(conn).expect("an empty outbox");
            let mut dice = Dice::new(7000 + round);
            enqueue(conn, now(), &mail(now())).expect("a database");
            let lease = TimeDelta::minutes(10);
            assert_eq!(claim_mails(conn, now(), lease, "one", 10).expect("a database").len(), 1);
            let jump = now() + TimeDelta::minutes(i64::try_from(dice.below(60 * 24 * 2)).expect("small") - 60 * 24);
            let other = claim_mails(conn, jump, lease, "two", 10).expect("a database");
            // Servers on one file share its machine's clock; those on PostgreSQL have its clock for this, which did not jump.
            let is_free = server.database_url().starts_with("sqlite") && jump >= now() + lease;
            assert_eq!(other.len(), usize::from(is_free), "round {round}, {jump}");
        }
    }
}

fn mail(at: DateTime<Utc>) -> Mail {
    Mail {
        kind: "zegel",
        to: KEEPER.into(),
        subject: format!("Zegel van {}", at.date_naive()),
        text: String::new(),
        html: String::new(),
    }
}

on_both! {
    fn the_same_check_catches_a_job_that_trusts_its_clock(server) {
        // It remembers when it last ran, and runs again when a day has gone by or the clock went back.
        let last = std::cell::Cell::new(None);
        let trusting = |server: &TestServer, at: DateTime<Utc>| {
            if last.get().is_none_or(|last| at < last || at >= last + TimeDelta::days(1)) {
                enqueue(&mut server.connection(), at, &mail(at)).expect("a database");
                last.set(Some(at));
            }
        };
        let twice = done_on_return(server, (now(), now() - TimeDelta::days(1)), trusting);
        assert_eq!(twice.len(), 1, "{twice:?}");
        assert_eq!(happened_twice(server), 1);
    }
}

/// Something that runs out: how long it lasts, how one is made, and whether it is good at a moment.
struct Expiring {
    what: &'static str,
    life: TimeDelta,
    made: fn(&TestServer) -> String,
    is_good: fn(&TestServer, &str, DateTime<Utc>) -> bool,
}

fn halfway(server: &TestServer) -> Browser {
    let mut browser = server.anyone();
    let password = server.new_password(USER);
    let answer = browser.post_form("/inloggen", &[("naam", USER), ("wachtwoord", &password)]);
    server.take_session(&mut browser, &answer);
    browser
}

const EXPIRING: [Expiring; 6] = [
    Expiring {
        what: "an access token",
        life: TimeDelta::hours(1),
        made: |server| server.token(USER),
        is_good: |server, token, at| server.state.keyring.verify(&mut server.connection(), token, at).is_ok(),
    },
    Expiring {
        what: "a session that nobody uses",
        life: TimeDelta::hours(1),
        made: |server| {
            server.execute("DELETE FROM second_factor");
            halfway(server).cookie("__Host-sessie").expect("a session")
        },
        is_good: |server, cookie, at| {
            find_session(&mut server.connection(), cookie, at).expect("a database").is_some()
        },
    },
    Expiring {
        what: "a refresh token",
        life: TimeDelta::days(30),
        made: |server| server.refresh_token(USER),
        is_good: |server, token, at| {
            let actor = Actor::command_line();
            refresh(&mut server.connection(), &server.state.keyring, &actor, at, token).is_ok()
        },
    },
    Expiring {
        what: "a link to choose a new password",
        life: TimeDelta::hours(1),
        made: |server| {
            // Each from a server that did not count the mails of those before.
            let server = server.start_beside();
            server.anyone().post_form("/wachtwoord-vergeten", &[("email", EMAIL)]);
            server.mailed_path().rsplit('/').next().expect("a key").to_owned()
        },
        is_good: |server, key, at| find_addressee(&mut server.connection(), key, at).is_ok(),
    },
    Expiring {
        what: "a link to confirm figures",
        life: TimeDelta::days(14),
        made: |server| {
            server.execute("DELETE FROM reminder; DELETE FROM confirm_link");
            let remind = JOBS.iter().find(|job| job.name == "reminding").expect("the job");
            // On a Monday, in office hours, long after whatever was confirmed; then as if it was now.
            let monday = now() + TimeDelta::days(100);
            (remind.work)(&mut server.connection(), &server.state, monday).expect("a database");
            diesel::update(confirm_link::table)
                .set(confirm_link::expires_at.eq((now() + TimeDelta::days(14)).naive_utc()))
                .execute(&mut server.connection())
                .expect("links");
            let mails = server.mails();
            let (_, text) = mails.iter().rfind(|(to, _)| to == EMAIL).expect("a reminder");
            let key = text.split("/bevestigen/").nth(1).expect("a link");
            key.split_whitespace().next().expect("its end").to_owned()
        },
        is_good: |server, key, at| {
            confirm_by_link(&mut server.connection(), &Actor::command_line(), at, key).expect("a database")
        },
    },
    // A code counts half a minute, and the one before and after it.
    Expiring {
        what: "a code of an app",
        life: TimeDelta::seconds(60),
        made: |server| code_at(&server.new_factor(USER), now()).expect("a code"),
        is_good: |server, code, at| {
            let browser = halfway(server);
            let conn = &mut server.connection();
            let cookie = browser.cookie("__Host-sessie").expect("a session");
            let (_, session) = find_session(conn, &cookie, now()).expect("a database").expect("a session");
            give_code(conn, &server.state.vault, &Actor::command_line(), at, &session, code).is_ok()
        },
    },
];

/// The moments at which something of this kind that was made now was good and should not have been, or the other way.
fn wrongly_judged(server: &TestServer, kind: &Expiring, moments: &[DateTime<Utc>]) -> Vec<String> {
    let mut wrong = Vec::new();
    for at in moments {
        let made = (kind.made)(server);
        let good = (kind.is_good)(server, &made, *at);
        if good != (*at < now() + kind.life) {
            wrong.push(format!("{} at {at}: {good}", kind.what));
        }
    }
    wrong
}

on_both! {
    fn nothing_is_good_after_its_time(server) {
        for round in Rounds::on(server, "clock-expiry", 2, 100) {
            let mut dice = Dice::new(9000 + round);
            for kind in &EXPIRING {
                let whole = usize::try_from(kind.life.num_seconds()).expect("small");
                let ahead = TimeDelta::seconds(i64::try_from(dice.below(3 * whole)).expect("small"));
                // Somewhere, just before the end and at it.
                let end = now() + kind.life;
                let moments = [now() + ahead, end - TimeDelta::seconds(1), end, end + ahead];
                assert_eq!(wrongly_judged(server, kind, &moments), Vec::<String>::new(), "round {round}");
            }
        }
    }
}

#[test]
fn the_same_check_catches_what_never_runs_out() {
    let server = TestServer::start(crate::support::Backend::Sqlite);
    let lasting = Expiring { is_good: |_, _, _| true, ..EXPIRING[0] };
    assert_eq!(wrongly_judged(&server, &lasting, &[now(), now() + TimeDelta::hours(1)]).len(), 1);
}
