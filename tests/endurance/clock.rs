//! A clock that jumps: nothing that happens once happens twice, and no token is good outside its time.

use beschikbaarheidswijzer::availability::freshness::reminding::{Settings, send_reminders};
use beschikbaarheidswijzer::db::schema::{outbox_mail, reminder};
use beschikbaarheidswijzer::notifications::actions::enqueue;
use beschikbaarheidswijzer::notifications::model::Mail;
use beschikbaarheidswijzer::reports::audit_log::head_mail::mail_head;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use rules::reminders::ReminderTerms;

use super::{Dice, Rounds};
use crate::on_both;
use crate::support::{TestServer, now};

const KEEPER: &str = "bewaren@regio.example";

/// What the servers do by themselves at this moment.
fn do_what_is_due(server: &TestServer, at: DateTime<Utc>) {
    let conn = &mut server.connection();
    let snapshot = server.state.supply.current().expect("a picture");
    let settings = Settings {
        waits: ReminderTerms { ageing_days: 3, escalate_days: 7 },
        public_url: "https://jeugdhulp.example",
        at_any_hour: true,
    };
    send_reminders(conn, &snapshot, at, settings).expect("a database");
    mail_head(conn, at, &[KEEPER.to_owned()]).expect("a database");
}

/// Reminders of the same kind to the same provider, who confirmed nothing in between, and mails about the same seal of
/// the same day: what happened twice.
fn happened_twice(server: &TestServer) -> usize {
    let conn = &mut server.connection();
    let kinds: Vec<(i64, String, i64)> = reminder::table
        .group_by((reminder::provider_id, reminder::kind))
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

on_both! {
    fn whatever_the_clock_does_nothing_happens_twice(server) {
        diesel::delete(reminder::table).execute(&mut server.connection()).expect("no reminders yet");
        let token = server.token("aanbieder-de-haven");
        let life = TimeDelta::hours(1);
        for round in Rounds::on(server, "clock", 10, 100) {
            let mut dice = Dice::new(round);
            let minutes = i64::try_from(dice.below(120 * 24 * 60)).expect("small") - 20 * 24 * 60;
            let at = now() + TimeDelta::minutes(minutes);
            do_what_is_due(server, at);
            do_what_is_due(server, at);
            assert_eq!(happened_twice(server), 0, "round {round}, {at}");
            // Near the limits of the token, where it matters.
            for at in [at, now() + TimeDelta::seconds(minutes % 8000)] {
                let good = server.state.keyring.verify(&mut server.connection(), &token, at).is_ok();
                assert_eq!(good, now() <= at && at < now() + life, "round {round}, {at}");
            }
        }
    }
}

on_both! {
    fn the_same_check_catches_a_job_that_trusts_its_clock(server) {
        // It remembers when it last ran, and runs again when a day has gone by or the clock went back.
        for at in [now(), now() + TimeDelta::days(1), now()] {
            let mail = Mail {
                kind: "zegel",
                to: KEEPER.into(),
                subject: format!("Zegel van {}", at.date_naive()),
                text: String::new(),
                html: String::new(),
            };
            enqueue(&mut server.connection(), at, &mail).expect("a database");
        }
        assert_eq!(happened_twice(server), 1);
    }
}
