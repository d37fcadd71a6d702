//! The chain of hashes over the audit: whole as it is written, and broken by whoever gets past the database.

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::audit::actions::{AuditLog, Reach, find_head, seal_lines, verify_chain};
use beschikbaarheidswijzer::audit::chain::{Break, Fault, Head};
use beschikbaarheidswijzer::audit::{self, Event};
use beschikbaarheidswijzer::db::{self, Connection};
use chrono::{DateTime, Duration, Utc};
use diesel::connection::SimpleConnection;

use crate::on_both;
use crate::support::{TestServer, now};

/// What somebody with all rights on the database could do to get past the triggers.
pub fn without_triggers(server: &TestServer, statement: &str) {
    let mut conn = server.own_connection();
    match &mut conn {
        Connection::Postgres(conn) => conn
            .batch_execute(&format!(
                "SET session_replication_role = replica; {statement}; SET session_replication_role = DEFAULT"
            ))
            .expect("a superuser may"),
        Connection::Sqlite(conn) => conn
            .batch_execute(&format!(
                "PRAGMA foreign_keys = OFF; \
                 DROP TRIGGER audit_event_is_append_only_update; DROP TRIGGER audit_event_is_append_only_delete; \
                 DROP TRIGGER audit_seal_is_append_only_update; DROP TRIGGER audit_seal_is_append_only_delete; {statement}"
            ))
            .expect("the owner of the file may"),
    }
}

fn record(conn: &mut Connection, at: DateTime<Utc>, count: usize) {
    for number in 0..count {
        let event = Event::done("proef", "proef", number).change(None, &number).expect("an event");
        db::write(conn, |conn| audit::record(conn, &Actor::command_line(), at, &event)).expect("recorded");
    }
}

/// A server with a sealed audit of at least 20 lines, and its head.
fn sealed(server: &TestServer) -> Head {
    let mut conn = server.own_connection();
    record(&mut conn, now(), 20);
    seal_lines::<AuditLog>(&mut conn, now(), Reach::All).expect("sealed");
    find_head::<AuditLog>(&mut conn).expect("a head")
}

fn verify(server: &TestServer, kept: Option<Head>) -> Result<Head, Break> {
    verify_chain::<AuditLog>(&mut server.own_connection(), now(), kept).expect("an answer")
}

on_both! {
    fn what_is_written_is_sealed_once_and_whole(server) {
        let head = sealed(server);
        let mut conn = server.own_connection();
        assert_eq!(seal_lines::<AuditLog>(&mut conn, now(), Reach::All).expect("nothing to do"), 0);
        record(&mut conn, now(), 3);
        assert_eq!(seal_lines::<AuditLog>(&mut conn, now(), Reach::Newest).expect("sealed"), 3);
        let next = verify(server, Some(head.clone())).expect("a whole chain");
        assert_eq!(next.seq, head.seq + 3);
    }
}

on_both! {
    fn servers_that_seal_together_make_one_chain(server) {
        let before = sealed(server);
        let write_and_seal = |mut conn: Connection| {
            let mut sealed = 0;
            for _ in 0..10 {
                record(&mut conn, now(), 2);
                sealed += seal_lines::<AuditLog>(&mut conn, now(), Reach::Newest).expect("sealed by this one or another");
            }
            sealed
        };
        let sealed: usize = std::thread::scope(|scope| {
            let started: Vec<_> = (0..3)
                .map(|_| {
                    let conn = server.own_connection();
                    scope.spawn(move || write_and_seal(conn))
                })
                .collect();
            started.into_iter().map(|thread| thread.join().expect("no panic")).sum()
        });
        let rest = seal_lines::<AuditLog>(&mut server.own_connection(), now(), Reach::Newest).expect("sealed");
        let head = verify(server, Some(before.clone())).expect("a whole chain");
        assert_eq!(head.seq - before.seq, 60);
        assert_eq!(sealed + rest, 60);
    }
}

on_both! {
    fn a_changed_line_is_named(server) {
        let head = sealed(server);
        let seq = head.seq - 7;
        without_triggers(server, &format!(
            "UPDATE audit_event SET user_name = 'iemand-anders' WHERE id = (SELECT event_id FROM audit_seal WHERE seq = {seq})"
        ));
        let broken = verify(server, None).expect_err("a broken chain");
        assert_eq!((broken.seq, broken.fault), (Some(seq), Fault::Changed));
    }
}

on_both! {
    fn a_removed_line_is_named(server) {
        let head = sealed(server);
        let seq = head.seq - 5;
        without_triggers(server, &format!(
            "DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_seal WHERE seq = {seq})"
        ));
        let broken = verify(server, None).expect_err("a broken chain");
        assert_eq!((broken.seq, broken.fault), (Some(seq), Fault::LineMissing));
    }
}

on_both! {
    fn a_removed_seal_leaves_a_gap(server) {
        let head = sealed(server);
        let seq = head.seq - 5;
        without_triggers(server, &format!("DELETE FROM audit_seal WHERE seq = {seq}"));
        let broken = verify(server, None).expect_err("a broken chain");
        assert_eq!((broken.seq, broken.fault), (Some(seq + 1), Fault::SealsMissing));
    }
}

on_both! {
    fn an_end_that_was_cut_off_does_not_fit_the_head_kept_elsewhere(server) {
        let head = sealed(server);
        without_triggers(server, &format!(
            "CREATE TABLE cut AS SELECT event_id FROM audit_seal WHERE seq > {0}; \
             DELETE FROM audit_seal WHERE seq > {0}; \
             DELETE FROM audit_event WHERE id IN (SELECT event_id FROM cut)", head.seq - 4
        ));
        assert_eq!(verify(server, None).expect("a whole, shorter chain").seq, head.seq - 4);
        assert_eq!(verify(server, Some(head)).expect_err("a cut chain").fault, Fault::Cut);
    }
}

on_both! {
    fn an_old_line_without_a_seal_is_named(server) {
        sealed(server);
        record(&mut server.own_connection(), now() - Duration::minutes(59), 1);
        assert!(verify(server, None).is_ok(), "a server may have been away for a while");
        record(&mut server.own_connection(), now() - Duration::minutes(61), 1);
        let broken = verify(server, None).expect_err("a line that was put in");
        assert_eq!((broken.seq, broken.fault), (None, Fault::NeverSealed));
    }
}
