//! The outbox: mails are kept with what causes them, and sent whatever the mail server does.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::rt;
use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::clock::Clock;
use beschikbaarheidswijzer::db::schema::outbox_mail;
use beschikbaarheidswijzer::db::{self, Connection};
use beschikbaarheidswijzer::error::Error;
use beschikbaarheidswijzer::notifications::actions;
use beschikbaarheidswijzer::notifications::model::{Mail, MailState, Outcome};
use beschikbaarheidswijzer::notifications::smtp::{Mailer, Patience};
use beschikbaarheidswijzer::notifications::worker::{Tally, Worker};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::endurance::{Rounds, times};
use crate::on_both;
use crate::support::{Backend, Fault, SmtpSink, TestServer, now};

fn mail(to: &str, subject: &str) -> Mail {
    Mail {
        kind: "proef",
        to: to.into(),
        subject: subject.into(),
        text: "Één regel".into(),
        html: "<p>Één regel</p>".into(),
    }
}

fn count(conn: &mut Connection) -> i64 {
    outbox_mail::table.count().get_result(conn).expect("a count")
}

on_both! {
    fn a_mail_is_kept_with_what_causes_it_or_not_at_all(server) {
        let mut conn = server.connection();
        let mail = mail("lezer@example.nl", "Proef");
        let undone = db::write(&mut conn, |conn| {
            actions::enqueue(conn, now(), &mail)?;
            Err::<(), _>(Error::Forbidden)
        });
        assert!(undone.is_err());
        assert_eq!(count(&mut conn), 0, "taken back with the rest");
        db::write(&mut conn, |conn| actions::enqueue(conn, now(), &mail)).expect("it is kept");
        assert_eq!(count(&mut conn), 1);
    }
}

on_both! {
    fn nobody_can_add_headers_or_readers(server) {
        let mut conn = server.connection();
        for (to, subject) in [
            ("lezer@example.nl\r\nBcc: ander@example.nl", "Proef"),
            ("lezer@example.nl\n", "Proef"),
            ("geen adres", "Proef"),
            ("", "Proef"),
            ("lezer@example.nl", "Proef\r\nBcc: ander@example.nl"),
            ("lezer@example.nl", "Proef\nX"),
            ("lezer@example.nl", ""),
        ] {
            let refused = db::write(&mut conn, |conn| actions::enqueue(conn, now(), &mail(to, subject)));
            assert!(refused.is_err(), "{to:?} {subject:?}");
        }
        assert_eq!(count(&mut conn), 0);
    }
}

/// A mail server is asked once or twice for every mail, so the reply it never gives must not be waited for long. All
/// other replies have all the time they need, on however busy a machine.
const PATIENCE: Patience = Patience {
    connect: Duration::from_mins(1),
    reply: Duration::from_mins(1),
    acceptance: Duration::from_mins(1),
};

fn mailer(sink: &SmtpSink, fault: Option<Fault>) -> Mailer {
    let hangs = fault == Some(Fault::HangsBeforeReply);
    let acceptance = if hangs { Duration::from_millis(100) } else { PATIENCE.acceptance };
    Mailer::new(&sink.url(fault), "Proef <proef@example.nl>", Patience { acceptance, ..PATIENCE })
        .expect("settings")
}

fn enqueue(conn: &mut Connection, count: usize) {
    db::write(conn, |conn| {
        (0..count).try_for_each(|number| {
            actions::enqueue(conn, now(), &mail(&format!("n{number}@example.nl"), "Proef"))
        })
    })
    .expect("they are kept");
}

/// Two servers send at the same time until nothing is due.
async fn two_servers_send(server: &TestServer, at: DateTime<Utc>, mailer: &Mailer) -> Tally {
    let worker = || Worker::new(server.state.pool.clone(), Clock::Fixed(at), mailer.clone());
    let (mut first, mut second) = (worker(), worker());
    let mut total = Tally::default();
    loop {
        let (one, other) = tokio::join!(first.round(), second.round());
        let (one, other) = (one.expect("a database"), other.expect("a database"));
        if one.is_empty() && other.is_empty() {
            return total;
        }
        total.sent += one.sent + other.sent;
        total.postponed += one.postponed + other.postponed;
        total.failed += one.failed + other.failed;
    }
}

/// The broken twin of the worker: it marks as sent before it sends.
async fn send_the_wrong_way_round(server: &TestServer, at: DateTime<Utc>, mailer: &Mailer) {
    let mut conn = server.connection();
    loop {
        let mails = actions::claim_mails(&mut conn, at, PATIENCE_LEASE, "twin", 10).expect("a database");
        if mails.is_empty() {
            return;
        }
        for mail in mails {
            actions::record_outcomes(&mut conn, at, "twin", &[(mail.clone(), Outcome::Sent)])
                .expect("a database");
            mailer.deliver(&mail).await;
        }
    }
}

const PATIENCE_LEASE: TimeDelta = TimeDelta::minutes(10);

/// What the mail server has of what was written: how many mails it never got, and how many it got more than once.
fn lost_and_doubled(server: &TestServer, sink: &SmtpSink) -> (usize, usize) {
    let written: Vec<String> =
        outbox_mail::table.select(outbox_mail::message_id).load(&mut server.connection()).expect("ids");
    let mut copies: HashMap<String, usize> = HashMap::new();
    for mail in sink.kept() {
        let id = mail.split("Message-ID: <").nth(1).and_then(|rest| rest.split('@').next()).expect("an id");
        *copies.entry(id.to_owned()).or_default() += 1;
    }
    assert!(copies.keys().all(|id| written.contains(id)), "nothing that was not written");
    let copies: Vec<usize> = written.iter().map(|id| copies.get(id).copied().unwrap_or(0)).collect();
    (copies.iter().filter(|count| **count == 0).count(), copies.iter().filter(|count| **count > 1).count())
}

fn retry_failed(server: &TestServer, at: DateTime<Utc>) -> usize {
    let mut conn = server.connection();
    let (_, failed) = actions::list_mails(&mut conn, MailState::Failed, true, (0, 100_000)).expect("a list");
    for line in &failed {
        actions::retry_mail(&mut conn, &Actor::command_line(), at, line.id).expect("it failed");
    }
    failed.len()
}

on_both! {
    fn no_mail_is_lost_whatever_the_mail_server_does(server) {
        rt::System::new().block_on(async {
            let count = times(30, 1250);
            for fault in Rounds::on(server, "mails", Fault::ALL.len(), Fault::ALL.len()).map(|turn| Fault::ALL[turn]) {
                let sink = SmtpSink::start().await;
                diesel::delete(outbox_mail::table).execute(&mut server.connection()).expect("an empty outbox");
                enqueue(&mut server.connection(), count);
                let tally = two_servers_send(server, now(), &mailer(&sink, Some(fault))).await;
                let gives_up = fault == Fault::Never;
                let expected = if gives_up { (0, 0, count) } else { (0, count, 0) };
                assert_eq!(tally_of(tally), expected, "{fault:?}: every mail was tried once");
                let later = now() + TimeDelta::hours(1);
                assert_eq!(retry_failed(server, later), if gives_up { count } else { 0 }, "{fault:?}");
                let tally = two_servers_send(server, later, &mailer(&sink, None)).await;
                assert_eq!(tally_of(tally), (count, 0, 0), "{fault:?}: they arrive when it is over");
                let doubled = if fault.loses_the_reply() { count } else { 0 };
                assert_eq!(lost_and_doubled(server, &sink), (0, doubled), "{fault:?}: lost and doubled");
            }
        });
    }
}

fn tally_of(tally: Tally) -> (usize, usize, usize) {
    let number = |count: u64| usize::try_from(count).expect("a small number");
    (number(tally.sent), number(tally.postponed), number(tally.failed))
}

#[test]
fn the_same_check_catches_a_worker_that_marks_before_it_sends() {
    let server = TestServer::start(Backend::Sqlite);
    rt::System::new().block_on(async {
        for fault in [Fault::RefusesConnection, Fault::DropsDuringData, Fault::NotNowAfterData] {
            let sink = SmtpSink::start().await;
            diesel::delete(outbox_mail::table).execute(&mut server.connection()).expect("an empty outbox");
            enqueue(&mut server.connection(), 20);
            send_the_wrong_way_round(&server, now(), &mailer(&sink, Some(fault))).await;
            send_the_wrong_way_round(&server, now() + TimeDelta::hours(1), &mailer(&sink, None)).await;
            assert_eq!(lost_and_doubled(&server, &sink), (20, 0), "{fault:?}");
        }
    });
}

on_both! {
    fn what_a_server_held_when_it_died_another_sends(server) {
        rt::System::new().block_on(async {
            let sink = SmtpSink::start().await;
            let mut conn = server.connection();
            enqueue(&mut conn, 5);
            let held = actions::claim_mails(&mut conn, now(), PATIENCE_LEASE, "gone", 5).expect("a database");
            assert_eq!(held.len(), 5);
            let mailer = mailer(&sink, None);
            assert!(two_servers_send(server, now() + TimeDelta::minutes(9), &mailer).await.is_empty(), "they are held");
            server.execute("UPDATE outbox_mail SET claimed_until = created_at");
            let tally = two_servers_send(server, now() + PATIENCE_LEASE, &mailer).await;
            assert_eq!((tally.sent, lost_and_doubled(server, &sink)), (5, (0, 0)));
        });
    }
}

on_both! {
    fn a_mail_is_given_up_after_five_days_and_erased_two_weeks_later(server) {
        rt::System::new().block_on(async {
            let sink = SmtpSink::start().await;
            let mut conn = server.connection();
            enqueue(&mut conn, 1);
            let broken = mailer(&sink, Some(Fault::NotNow));
            let mut at = now();
            let mut attempts = 0;
            let failed_at = loop {
                let tally = two_servers_send(server, at, &broken).await;
                attempts += tally.postponed;
                if tally.failed == 1 {
                    break at;
                }
                at += TimeDelta::minutes(30);
                assert!(at < now() + TimeDelta::days(6), "it goes on for ever");
            };
            assert!(failed_at >= now() + TimeDelta::days(5), "{failed_at}");
            assert!((25..60).contains(&attempts), "{attempts} attempts");
            let (_, failed) = actions::list_mails(&mut conn, MailState::Failed, false, (0, 10)).expect("a list");
            assert!(failed[0].last_error.as_deref().is_some_and(|error| error.contains("451")), "{failed:?}");
            assert_eq!(actions::erase_old(&mut conn, failed_at + TimeDelta::days(14)).expect("a database"), 0);
            assert_eq!(actions::erase_old(&mut conn, failed_at + TimeDelta::days(15)).expect("a database"), 1);
            let left: (String, String, String, String) = outbox_mail::table
                .select((outbox_mail::recipient, outbox_mail::subject, outbox_mail::text, outbox_mail::html))
                .first(&mut conn)
                .expect("the line remains");
            assert_eq!(left, (String::new(), String::new(), String::new(), String::new()));
            let retry = actions::retry_mail(&mut conn, &Actor::command_line(), failed_at + TimeDelta::days(15), failed[0].id);
            assert!(retry.is_err(), "there is nothing left to send");
        });
    }
}
