//! The chain of hashes over the access log: whole as it is written, broken by whoever gets past the database, and cut only
//! where lines are older than the log is kept.

use beschikbaarheidswijzer::audit::actions::{Reach, find_head, seal_lines, verify_chain};
use beschikbaarheidswijzer::audit::chain::{Break, Fault, Head};
use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::db::schema::{access_event, access_seal, audit_event};
use beschikbaarheidswijzer::waiting_list::access_log::actions::{erase_old, record};
use beschikbaarheidswijzer::waiting_list::access_log::model::{Access, AccessKind, AccessLog};
use chrono::{DateTime, Months, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::on_both;
use crate::support::clients::{self, client};
use crate::support::{TestServer, now};

const TOEGANG: &str = "toegang-harderwijk";
const CODE: &str = "C4K7XW2R9";
const YEARS: u8 = 5;

/// What somebody with all rights on the database could do to get past the triggers.
fn without_triggers(server: &TestServer, statement: &str) {
    match &mut server.own_connection() {
        Connection::Postgres(conn) => conn
            .batch_execute(&format!(
                "SET session_replication_role = replica; {statement}; SET session_replication_role = DEFAULT"
            ))
            .expect("a superuser may"),
        Connection::Sqlite(conn) => conn
            .batch_execute(&format!(
                "PRAGMA foreign_keys = OFF; DROP TRIGGER access_event_is_append_only_update; \
                 DROP TRIGGER access_event_is_append_only_delete; {statement}"
            ))
            .expect("the owner of the file may"),
    }
}

/// Looks at one child so many times, at a moment.
fn look(server: &TestServer, at: DateTime<Utc>, times: usize) {
    let (mut conn, actor) = (server.own_connection(), server.actor(TOEGANG));
    for _ in 0..times {
        record(&mut conn, &actor, at, &Access::new(AccessKind::ViewClient).client(CODE)).expect("a line");
    }
}

fn seal(server: &TestServer, at: DateTime<Utc>) -> Head {
    let mut conn = server.own_connection();
    seal_lines::<AccessLog>(&mut conn, at, Reach::All).expect("sealed");
    find_head::<AccessLog>(&mut conn).expect("a head")
}

fn verify(server: &TestServer, kept: Option<Head>) -> Result<Head, Break> {
    verify_chain::<AccessLog>(&mut server.own_connection(), now(), kept).expect("an answer")
}

fn count_lines(server: &TestServer) -> i64 {
    access_event::table.count().get_result(&mut server.own_connection()).expect("a count")
}

on_both! {
    fn a_look_that_is_changed_or_removed_is_named(server) {
        look(server, now(), 12);
        let head = seal(server, now());
        assert_eq!(verify(server, Some(head.clone())), Ok(head.clone()));
        let of = |seq: i64| format!("WHERE id = (SELECT event_id FROM access_seal WHERE seq = {seq})");
        without_triggers(server, &format!("UPDATE access_event SET subjects = 'N76D55228' {}", of(head.seq - 3)));
        let broken = verify(server, None).expect_err("a broken chain");
        assert_eq!((broken.seq, broken.fault), (Some(head.seq - 3), Fault::Changed));
        let removing = format!("DELETE FROM access_event {}", of(head.seq - 5));
        match &mut server.own_connection() {
            Connection::Postgres(conn) => conn.batch_execute(&format!("SET session_replication_role = replica; {removing}")),
            Connection::Sqlite(conn) => conn.batch_execute(&format!("PRAGMA foreign_keys = OFF; {removing}")),
        }
        .expect("whoever owns the database may");
        let broken = verify(server, None).expect_err("a broken chain");
        assert_eq!((broken.seq, broken.fault), (Some(head.seq - 5), Fault::LineMissing));
    }
}

on_both! {
    fn lines_go_when_they_are_older_than_the_log_is_kept_and_the_chain_goes_on(server) {
        let old = now().checked_sub_months(Months::new(61)).expect("a day");
        let younger = now().checked_sub_months(Months::new(59)).expect("a day");
        look(server, old, 7);
        look(server, younger, 3);
        let kept = seal(server, now());
        let before = count_lines(server);
        assert_eq!(erase_old(&mut server.own_connection(), now(), 6).expect("nothing to do"), 0, "six years are not over");
        assert_eq!(erase_old(&mut server.own_connection(), now(), YEARS).expect("removed"), 7);
        assert_eq!(erase_old(&mut server.own_connection(), now(), YEARS).expect("nothing to do"), 0);
        assert_eq!(count_lines(server), before - 7);
        assert_eq!(verify(server, Some(kept.clone())), Ok(kept.clone()), "from where it was cut");
        look(server, now(), 2);
        assert_eq!(seal(server, now()).seq, kept.seq + 2);
        assert!(verify(server, Some(kept)).is_ok());
        let removals = audit_event::table.filter(audit_event::action.eq("inzage-opschonen")).count();
        let removals: i64 = removals.get_result(&mut server.own_connection()).expect("a count");
        assert_eq!(removals, 1, "the job writes down what it removed");
    }
}

on_both! {
    fn the_database_keeps_what_is_younger_than_five_years(server) {
        look(server, now(), 2);
        seal(server, now());
        let mut conn = server.own_connection();
        for error in [
            diesel::delete(access_seal::table).execute(&mut conn).expect_err("a seal"),
            diesel::delete(access_event::table).execute(&mut conn).expect_err("a line"),
        ] {
            assert!(error.to_string().contains("append-only"), "{error}");
        }
        // Not even by saying that the log was cut.
        let forged = "INSERT INTO access_cut (seq, hash, before, cut_at) VALUES (1, \
            '0000000000000000000000000000000000000000000000000000000000000000', '2026-11-20 00:00:00', '2026-11-21 00:00:00')";
        let refused = match &mut conn {
            Connection::Postgres(conn) => conn.batch_execute(forged),
            Connection::Sqlite(conn) => conn.batch_execute(forged),
        };
        assert!(refused.expect_err("a check").to_string().to_lowercase().contains("check constraint"));
    }
}

on_both! {
    fn a_look_at_a_child_of_another_leaves_the_same_line_as_one_at_nobody(server) {
        client(server);
        let (theirs, nobody) = (clients::CODE.replace('-', ""), "N76D55228".to_owned());
        let other = server.visitor("toegang-ermelo");
        for code in [theirs.as_str(), &nobody, "geen-code"] {
            assert_eq!(other.get(&format!("/wachtlijst/{code}")).status, 404);
        }
        let lines: Vec<(String, String, String, Option<String>)> = access_event::table
            .filter(access_event::user_name.eq("toegang-ermelo"))
            .order(access_event::id)
            .select((access_event::subjects, access_event::kind, access_event::outcome, access_event::question))
            .load(&mut server.own_connection())
            .expect("lines");
        let of = |code: String| (code, "wachtende-inzien".to_owned(), "geweigerd".to_owned(), None);
        assert_eq!(lines, [of(theirs), of(nobody)], "and what is no code leaves none");
        assert!(server.visitor("privacy-regio").get("/inzage?gebruiker=ermelo").body.contains("niet getoond"));
    }
}
