//! Killing the program in the middle of sending mails: none is lost, and no more are doubled than it was killed.

use std::collections::HashSet;

use actix_web::rt;
use beschikbaarheidswijzer::db;
use beschikbaarheidswijzer::db::schema::outbox_mail;
use beschikbaarheidswijzer::notifications::actions::{claim_mails, enqueue};
use beschikbaarheidswijzer::notifications::model::Mail;
use beschikbaarheidswijzer::notifications::smtp::{Mailer, Patience};
use chrono::TimeDelta;
use diesel::prelude::*;

use super::program::Program;
use super::{Dice, Rounds};
use crate::on_both;
use crate::support::{Backend, SmtpSink, TestServer, now};

/// The mails of this test, beside those that a server writes by itself.
const KIND: &str = "proef";
const FROM: &str = "Proef <proef@example.nl>";
/// More than a server sends at once.
const EACH_ROUND: usize = 40;

fn write_mails(server: &TestServer, count: usize) {
    db::write(&mut server.connection(), |conn| {
        (0..count).try_for_each(|number| {
            let (to, text) = (format!("n{number}@example.nl"), "Een regel".to_owned());
            enqueue(conn, now(), &Mail { kind: KIND, to, subject: "Proef".into(), html: text.clone(), text })
        })
    })
    .expect("they are kept");
}

fn unsent(server: &TestServer) -> i64 {
    let mails = outbox_mail::table.filter(outbox_mail::kind.eq(KIND)).filter(outbox_mail::sent_at.is_null());
    mails.count().get_result(&mut server.connection()).expect("a count")
}

/// The time for which a server that died held its mails goes by.
fn let_go(server: &TestServer) {
    server.execute("UPDATE outbox_mail SET claimed_until = created_at WHERE claimed_until IS NOT NULL");
}

/// How many mails of this test the mail server never got, and how many copies it has too many.
fn lost_and_too_many(server: &TestServer, sink: &SmtpSink) -> (usize, usize) {
    // What was cut off in the middle was never handed over.
    let id = |mail: &String| {
        let id = mail.split("Message-ID: <").nth(1).and_then(|rest| rest.split('@').next());
        id.map(str::to_owned)
    };
    let kept: Vec<String> = sink.kept().iter().filter_map(id).collect();
    let distinct: HashSet<&String> = kept.iter().collect();
    let written: Vec<String> = outbox_mail::table
        .filter(outbox_mail::kind.eq(KIND))
        .select(outbox_mail::message_id)
        .load(&mut server.connection())
        .expect("ids");
    let lost = written.iter().filter(|id| !distinct.contains(id)).count();
    (lost, kept.len() - distinct.len())
}

on_both! {
    fn a_kill_while_mails_go_out_loses_none_and_doubles_at_most_one(server) {
        rt::System::new().block_on(async {
            let sink = SmtpSink::start().await;
            let url = sink.url(None);
            let settings = [("SMTP_URL", url.as_str()), ("MAIL_FROM", FROM)];
            let mut kills = 0;
            for round in Rounds::on(server, "mail_kills", 3, 250) {
                write_mails(server, EACH_ROUND);
                let mut program = Program::start_with(server.database_url(), &settings);
                let until = sink.kept().len() + 1 + Dice::new(round).below(EACH_ROUND - 10);
                while sink.kept().len() < until {
                    tokio::task::yield_now().await;
                }
                program.kill();
                kills += 1;
                let_go(server);
                let (_, too_many) = lost_and_too_many(server, &sink);
                assert!(too_many <= kills, "round {round}: {too_many} copies too many after {kills} kills");
            }
            let _last = Program::start_with(server.database_url(), &settings);
            while unsent(server) > 0 {
                tokio::task::yield_now().await;
            }
            let (lost, too_many) = lost_and_too_many(server, &sink);
            assert!(lost == 0 && too_many <= kills, "{lost} lost, {too_many} too many after {kills} kills");
        });
    }
}

#[test]
fn the_same_check_catches_a_worker_that_marks_all_it_sent_at_the_end() {
    let server = TestServer::start(Backend::Sqlite);
    rt::System::new().block_on(async {
        let sink = SmtpSink::start().await;
        let mailer = Mailer::new(&sink.url(None), FROM, Patience::USUAL).expect("settings");
        write_mails(&server, 10);
        // It dies before the end, and another takes over.
        for _ in 0..2 {
            let held = claim_mails(&mut server.connection(), now(), TimeDelta::hours(1), "twin", 10);
            for mail in held.expect("a database") {
                mailer.deliver(&mail).await;
            }
            let_go(&server);
        }
        assert_eq!(lost_and_too_many(&server, &sink), (0, 10));
    });
}
