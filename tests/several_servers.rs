//! Several servers on one database: what they do by themselves happens as if there were one, and who signs in or is ended
//! at one of them is so at all.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::availability::freshness::reminding::{Settings, send_reminders};
use beschikbaarheidswijzer::availability::supply::snapshot::Snapshot;
use beschikbaarheidswijzer::crisis::distribution::answering::pass_on_unanswered;
use beschikbaarheidswijzer::crisis::places::reminding::remind_of_places;
use beschikbaarheidswijzer::crisis::requests::actions as crisis;
use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::db::schema::{audit_event, outbox_mail};
use beschikbaarheidswijzer::error::{Error, Result};
use beschikbaarheidswijzer::identity::users::actions::set_active_by_name;
use beschikbaarheidswijzer::notifications::actions::enqueue;
use beschikbaarheidswijzer::notifications::model::Mail;
use beschikbaarheidswijzer::reports::audit_log::head_mail::mail_head;
use beschikbaarheidswijzer::waiting_list::clients::upkeep;
use beschikbaarheidswijzer::waiting_list::open_list::publishing::publish_due;
use beschikbaarheidswijzer::waiting_list::open_list::telling::tell_of_clients;
use beschikbaarheidswijzer::waiting_list::responses::chasing::chase;
use beschikbaarheidswijzer::waiting_list::responses::questions::remind;
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use rules::reminders::ReminderTerms;
use serde_json::json;

use crate::on_both;
use crate::support::dividing::{DESK, monday};
use crate::support::waiting::HAVEN;
use crate::support::{TestServer, now};

const URL: &str = "https://jeugdhulp.example";

/// What a server does by itself, once it is due.
struct Job {
    name: &'static str,
    at: DateTime<Utc>,
    work: Work,
}

type Work = fn(&mut Connection, &Arc<Snapshot>, DateTime<Utc>) -> Result<()>;

fn job(name: &'static str, at: DateTime<Utc>, work: Work) -> Job {
    Job { name, at, work }
}

/// In the order in which they fall due.
fn jobs() -> Vec<Job> {
    vec![
        job("the end of the chains", now(), |conn, _, now| {
            mail_head(conn, now, &["bewaren@regio.example".to_owned()]).map(drop)
        }),
        job("reminders", now(), |conn, snapshot, now| {
            let waits = ReminderTerms { ageing_days: 3, escalate_days: 7 };
            let settings = Settings { waits, public_url: URL, at_any_hour: true };
            send_reminders(conn, snapshot, now, settings).map(drop)
        }),
        job("the terms of the crisis point", now() + Duration::days(3), |conn, _, now| {
            pass_on_unanswered(conn, now, URL).map(drop)
        }),
        job("crisis places", monday(), |conn, _, now| remind_of_places(conn, now, URL).map(drop)),
        job("the open list", monday(), |conn, _, now| publish_due(conn, now).map(drop)),
        job("mails of newcomers", monday(), |conn, snapshot, now| {
            tell_of_clients(conn, snapshot, now, URL).map(drop)
        }),
        job("responses", now() + Duration::days(8), |conn, _, now| chase(conn, now, URL).map(drop)),
        job("ended contracts", now() + Duration::days(8), |conn, _, now| {
            upkeep::follow_book(conn, now).map(drop)
        }),
        job("ages", now() + Duration::days(8), |conn, _, now| upkeep::tell_of_ages(conn, now, URL).map(drop)),
        job("questions", now() + Duration::days(8), |conn, _, now| remind(conn, now, URL).map(drop)),
        job("erasing clients", now() + Duration::days(800), |conn, _, now| {
            upkeep::strip_closed(conn, now).map(drop)
        }),
        job("erasing crisis requests", now() + Duration::days(800), |conn, _, now| {
            crisis::strip_closed(conn, now).map(drop)
        }),
    ]
}

/// Has something fall due for every job.
fn prepare(server: &TestServer) {
    server.execute("DELETE FROM reminder");
    let clients = server.waiting();
    let response = server.responded(HAVEN, &clients[0]);
    let asked = server
        .user(HAVEN.0)
        .post(&format!("/v1/reacties/{response}/vragen"), &json!({"vraag": "beschikking"}));
    assert_eq!(asked.status, 201, "{}", asked.body);
    // Sixteen since 1 October at the earliest, and registered before.
    server.execute(&format!(
        "UPDATE waiting_client SET birth_quarter = 20104, registered_at = '2026-09-01 10:00:00' WHERE id = {}",
        clients[2].id
    ));
    // Who made no choice about mails hears of those who come from now on.
    let snapshot = server.state.supply.current().expect("a picture");
    tell_of_clients(&mut server.connection(), &snapshot, now(), URL).expect("a database");
    server.execute(&format!(
        "UPDATE contract SET valid_until = '2026-11-25' WHERE product_id = (SELECT id FROM product WHERE code = '45A12')
            AND provider_id = (SELECT id FROM provider WHERE agb = '{0}');
         INSERT INTO waiting_client_provider (client_id, provider_id, wish, rank)
            SELECT {1}, id, 'gewenst', 1 FROM provider WHERE agb = '{0}'",
        HAVEN.1, clients[1].id
    ));
    let newcomer = server.registered("GM0243");
    let at = "2026-11-21 09:30:00";
    server.execute(&format!("UPDATE waiting_client SET registered_at = '{at}' WHERE id = {}", newcomer.id));
    for age in [9, 14] {
        let request = server.acute(age);
        let offered =
            server.user(DESK).post("/v1/crisistoewijzingen", &json!({"aanvraag": request.code.as_str()}));
        assert_eq!(offered.status, 201, "{}", offered.body);
    }
    let elsewhere = json!({
        "gemeente": "GM0995", "leeftijd": 14, "verwijzer": "huisarts", "vraag": "ambulant", "urgentie": "acuut",
        "ontvangenOp": "2026-11-20T09:00:00Z", "tochAanmelden": true,
    });
    let referred = server.user("loket-flevoland").post("/v1/crisisaanvragen", &elsewhere);
    assert_eq!(referred.status, 201, "{}", referred.body);
}

/// How many mails of each kind went to whom, and how many lines of the audit tell of which action.
type Happened = BTreeMap<String, i64>;

fn happened(conn: &mut Connection) -> Happened {
    let mails: Vec<(String, String, i64)> = outbox_mail::table
        .group_by((outbox_mail::kind, outbox_mail::recipient))
        .select((outbox_mail::kind, outbox_mail::recipient, count_star()))
        .load(conn)
        .expect("mails");
    let lines: Vec<(String, i64)> = audit_event::table
        .group_by(audit_event::action)
        .select((audit_event::action, count_star()))
        .load(conn)
        .expect("lines");
    let mails = mails.into_iter().map(|(kind, to, count)| (format!("mail {kind} to {to}"), count));
    mails.chain(lines.into_iter().map(|(action, count)| (format!("line {action}"), count))).collect()
}

/// What passes by itself: the server tries again at its next turn.
fn may_pass(result: Result<()>) {
    match result {
        Ok(()) | Err(Error::Unavailable(_) | Error::Conflict(_) | Error::Outdated { .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

/// So many servers do what is due at the same moment, and then each once more. Tells what each job did.
fn work_of(servers: usize, server: &TestServer) -> Vec<(&'static str, Happened)> {
    let snapshot = server.state.supply.current().expect("a picture");
    let mut before = happened(&mut server.connection());
    let mut done = Vec::new();
    for job in jobs() {
        let start = Barrier::new(servers);
        std::thread::scope(|scope| {
            for _ in 0..servers {
                scope.spawn(|| {
                    let mut conn = server.connection();
                    start.wait();
                    may_pass((job.work)(&mut conn, &snapshot, job.at));
                });
            }
        });
        for _ in 0..servers {
            (job.work)(&mut server.connection(), &snapshot, job.at).expect("nobody is in its way");
        }
        let after = happened(&mut server.connection());
        done.push((job.name, difference(&before, &after)));
        before = after;
    }
    done
}

fn difference(before: &Happened, after: &Happened) -> Happened {
    let more = |(what, count): (&String, &i64)| {
        let more = count - before.get(what).copied().unwrap_or(0);
        (more != 0).then(|| (what.clone(), more))
    };
    after.iter().filter_map(more).collect()
}

on_both! {
    fn several_servers_do_what_one_does(server) {
        let alone = server.copy();
        prepare(server);
        prepare(&alone);
        let expected = work_of(1, &alone);
        for (name, happened) in &expected {
            assert!(!happened.is_empty() || *name == "the open list", "{name} was due");
        }
        for (one, three) in expected.iter().zip(work_of(3, server)) {
            assert_eq!(*one, three);
        }
    }
}

on_both! {
    fn the_same_check_catches_a_job_that_looks_first_and_writes_later(server) {
        let mail = Mail {
            kind: "zegel",
            to: "bewaren@regio.example".into(),
            subject: "Zegel".into(),
            text: String::new(),
            html: String::new(),
        };
        let of_one = |servers: usize| {
            let before = happened(&mut server.connection());
            // All look before any of them writes.
            let is_due = vec![true; servers];
            for _ in is_due {
                enqueue(&mut server.connection(), now(), &mail).expect("kept");
            }
            difference(&before, &happened(&mut server.connection()))
        };
        assert_ne!(of_one(1), of_one(3));
    }
}

on_both! {
    fn who_signs_in_or_is_ended_at_one_server_is_so_at_all(server) {
        let other = server.start_beside();
        let user = "aanbieder-de-haven";
        let is_in = |session: &crate::support::Browser, token: &crate::support::Browser| {
            [server, &other].map(|at| {
                let page = session.at(&at.url).get("/capaciteit").status;
                let call = token.at(&at.url).get("/v1/aanbod?gemeente=GM0243").status;
                (page, call)
            })
        };
        let (inside, outside) = ([(200, 200); 2], [(303, 401); 2]);
        let manager = Actor::command_line();
        let set_active = |active| {
            set_active_by_name(&mut other.connection(), &manager, now(), user, active).expect("a known user");
        };
        let ways: [(&str, &dyn Fn()); 2] =
            [("a new password", &|| drop(other.new_password(user))), ("blocked", &|| set_active(false))];
        for (what, end) in ways {
            let (session, token) = (server.visitor(user), other.user(user));
            assert_eq!(is_in(&session, &token), inside, "before {what}");
            end();
            assert_eq!(is_in(&session, &token), outside, "{what}");
        }
        set_active(true);
        // Signing out at one, and a link that was used at one.
        let session = server.visitor(user);
        assert_eq!(session.at(&other.url).post_form("/uitloggen", &[]).status, 303);
        assert_eq!(session.get("/capaciteit").status, 303);
        let asked = server.anyone().post_form("/wachtwoord-vergeten", &[("email", &format!("{user}@jeugdhulp-noord-veluwe.example"))]);
        assert_eq!(asked.status, 200);
        let (path, password) = (server.mailed_path(), "drie paarse geiten zwemmen");
        let choose = |at: &TestServer| {
            at.anyone().post_form(&path, &[("wachtwoord", password), ("herhaling", password)]).status
        };
        assert_eq!((choose(&other), choose(server)), (303, 404));
        // A refresh token that was used at one is used up at the other, and its family ends everywhere.
        let refresh = server.refresh_token(user);
        let exchange = |at: &TestServer| at.anyone().post("/v1/tokens", &json!({"vernieuwingstoken": refresh}));
        let first = exchange(&other);
        assert_eq!(first.status, 200, "{}", first.body);
        let fresh = server.anyone().with_token(first.json()["toegangstoken"].as_str().expect("a token"));
        assert_eq!(fresh.get("/v1/aanbod?gemeente=GM0243").status, 200);
        assert_eq!(exchange(server).status, 401, "used twice");
        assert_eq!(fresh.get("/v1/aanbod?gemeente=GM0243").status, 401, "somebody else has it too");
    }
}
