//! What the database promises, whichever it is.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use actix_web::rt;
use beschikbaarheidswijzer::audit::actions::{AuditLog, Reach, seal_lines};
use beschikbaarheidswijzer::background::JOBS;
use beschikbaarheidswijzer::db::{self, Connection, Manager};
use beschikbaarheidswijzer::matching::weights::actions::save_weights;
use beschikbaarheidswijzer::on_each;
use beschikbaarheidswijzer::server::report_metrics;
use beschikbaarheidswijzer::waiting_list::access_log::actions::record;
use beschikbaarheidswijzer::waiting_list::access_log::model::{Access, AccessKind, AccessLog};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::{Connection as _, InstrumentationEvent, SimpleConnection};
use rules::matching::Weights;
use serde_json::json;
use url::Url;

use crate::on_both;
use crate::support::{Backend, TestServer, now};

fn execute(conn: &mut Connection, statement: &str) -> diesel::QueryResult<()> {
    on_each!(conn, c => c.batch_execute(statement))
}

#[test]
fn migrations_go_up_down_and_up_again_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut conn = Manager::new(&format!("sqlite://{}", folder.path().join("x.sqlite").display()))
        .open()
        .expect("a file");
    up_down_up(&mut conn);
}

#[test]
fn migrations_go_down_and_up_again_on_postgres() {
    let server = TestServer::start(Backend::Postgres);
    let mut conn = server.own_connection();
    while db::migrate_down(&mut conn).is_ok() {}
    up_down_up(&mut conn);
}

fn up_down_up(conn: &mut Connection) {
    assert!(db::has_pending_migrations(conn).expect("an answer"));
    let run = db::migrate_up(conn).expect("up");
    assert!(!run.is_empty() && !db::has_pending_migrations(conn).expect("an answer"));
    for _ in &run {
        db::migrate_down(conn).expect("down");
    }
    assert!(execute(conn, "SELECT 1 FROM region").is_err(), "the tables are gone");
    assert_eq!(db::migrate_up(conn).expect("up again"), run);
    assert!(db::migrate_up(conn).expect("nothing to do").is_empty());
}

on_both! {
    fn audit_and_history_cannot_be_changed_or_removed(server) {
        let mut conn = server.own_connection();
        // A database that refuses row by row has nothing to refuse in an empty table.
        seal_lines::<AuditLog>(&mut conn, now(), Reach::All).expect("sealed");
        let looked = Access::new(AccessKind::ListAccess);
        record(&mut conn, &server.actor("privacy-regio"), now(), &looked).expect("a line");
        let manager = server.actor("accountmanager-regio");
        save_weights(&mut conn, &manager, now(), 0, Weights::default()).expect("weights");
        for (table, column) in [("audit_event", "at"), ("audit_seal", "hash"), ("offer_history", "at"), ("access_event", "at"), ("matching_weights", "set_at")] {
            execute(&mut conn, &format!("SELECT count(*) FROM {table}")).expect("it can be read");
            for statement in [format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}")] {
                let error = execute(&mut conn, &statement).expect_err("the database refuses");
                assert!(error.to_string().contains("append-only"), "{error}");
            }
        }
    }
}

#[test]
fn what_is_append_only_is_not_replaced_either() {
    let server = &TestServer::start(Backend::Sqlite);
    let mut conn = server.own_connection();
    seal_lines::<AuditLog>(&mut conn, now(), Reach::All).expect("sealed");
    record(&mut conn, &server.actor("privacy-regio"), now(), &Access::new(AccessKind::ListAccess))
        .expect("a line");
    seal_lines::<AccessLog>(&mut conn, now(), Reach::All).expect("sealed");
    save_weights(&mut conn, &server.actor("accountmanager-regio"), now(), 0, Weights::default())
        .expect("weights");
    for table in
        ["audit_event", "audit_seal", "offer_history", "access_event", "access_seal", "matching_weights"]
    {
        let statement = format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1");
        let error = execute(&mut conn, &statement).expect_err("the database refuses");
        assert!(error.to_string().contains("append-only"), "{table}: {error}");
    }
    // By another key than the first, and by the number that every row of SQLite has.
    for statement in [
        "INSERT OR REPLACE INTO audit_seal (seq, event_id, sealed_at, hash) \
         SELECT seq + 1000000, event_id, sealed_at, hash FROM audit_seal LIMIT 1",
        "INSERT OR REPLACE INTO matching_weights (rowid, region_id, version, set_at) \
         SELECT rowid, region_id, version + 1000000, set_at FROM matching_weights LIMIT 1",
    ] {
        let error = execute(&mut conn, statement).expect_err("the database refuses");
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

on_both! {
    fn a_second_server_follows_what_the_first_writes(server) {
        let second = server.start_beside();
        let path = "/v1/regios/noord-veluwe/segmenten/1";
        let version = second.state.supply.current().expect("a picture").version;
        let answer = server.user("beheerder-regio").put_version(path, "\"1\"", &json!({"naam": "Zeer specialistisch"}));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(server.state.supply.current().expect("a picture").version, version + 1, "at once on the server that wrote");
        // What the watcher does every second.
        second.state.supply.refresh(&mut second.own_connection(), "2026-11-21".parse().expect("a day")).expect("a database");
        let snapshot = second.state.supply.current().expect("a picture");
        assert_eq!(snapshot.version, version + 1);
        assert!(snapshot.book.segments.iter().any(|segment| segment.name == "Zeer specialistisch"));
    }
}

on_both! {
    fn a_book_that_changes_while_figures_are_looked_up_is_seen(server) {
        let second = server.start_beside();
        let mut conn = second.own_connection();
        // Somebody saved figures, and while this server looks somebody changes the book.
        server.execute("UPDATE supply_version SET version = version + 1");
        let (url, mut is_first) = (server.database_url().to_owned(), true);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::FinishQuery { query, .. } = event
                && query.to_string().contains("supply_version")
                && std::mem::take(&mut is_first)
            {
                let mut other = Manager::new(&url).open().expect("a database");
                let change = "UPDATE segment SET name = 'Ertussen' WHERE code = '1'; \
                     UPDATE supply_version SET version = version + 1, book_version = version + 1";
                execute(&mut other, change).expect("it is saved");
            }
        });
        second.state.supply.refresh(&mut conn, "2026-11-21".parse().expect("a day")).expect("a database");
        second.state.supply.refresh(&mut second.own_connection(), "2026-11-21".parse().expect("a day")).expect("a database");
        let snapshot = second.state.supply.current().expect("a picture");
        assert!(snapshot.book.segments.iter().any(|segment| segment.name == "Ertussen"));
    }
}

#[test]
fn a_database_that_never_answers_refuses_soon_and_search_goes_on() {
    let real = TestServer::start(Backend::Postgres);
    let wire = Wire::to(real.database_url());
    let server = real.start_with_settings(|config| config.database_url = wire.url.clone().into());
    let manager = server.user("beheerder-regio");
    let path = "/v1/regios/noord-veluwe/segmenten/9";
    assert_eq!(manager.put(path, &json!({"naam": "Nieuw"})).status, 201, "the wire works");
    wire.cut();
    let refused = manager.put_version(path, "\"1\"", &json!({"naam": "Anders"}));
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")), "{}", refused.body);
    assert_eq!(server.anyone().get("/v1/aanbod?gemeente=GM0243").status, 200, "for everybody");
    assert_eq!(manager.get("/v1/aanbod?gemeente=GM0243").status, 200, "also for who sends a token");
    wire.mend();
    assert_eq!(manager.get(path).json()["naam"], "Nieuw", "what was refused was not done after all");
    assert_eq!(manager.put_version(path, "\"1\"", &json!({"naam": "Anders"})).status, 200);
}

/// A way to the database that can be cut: then it takes what is sent and passes nothing on.
struct Wire {
    url: String,
    state: Arc<(Mutex<bool>, Condvar)>,
}

impl Wire {
    fn to(url: &str) -> Self {
        let mut address = Url::parse(url).expect("an address");
        let upstream = (address.host_str().expect("a host").to_owned(), address.port().expect("a port"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        address.set_host(Some("127.0.0.1")).expect("a host");
        address.set_port(Some(port)).expect("a port");
        let state = Arc::new((Mutex::new(false), Condvar::new()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.expect("a connection");
                let far = TcpStream::connect((upstream.0.as_str(), upstream.1)).expect("the database");
                let back = (far.try_clone().expect("a handle"), near.try_clone().expect("a handle"));
                for (from, to) in [(near, far), back] {
                    let state = shared.clone();
                    std::thread::spawn(move || pass_on(from, to, &state));
                }
            }
        });
        Self { url: address.to_string(), state }
    }

    fn cut(&self) {
        *self.state.0.lock().expect("the state") = true;
    }

    fn mend(&self) {
        *self.state.0.lock().expect("the state") = false;
        self.state.1.notify_all();
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, (is_cut, mended): &(Mutex<bool>, Condvar)) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        drop(mended.wait_while(is_cut.lock().expect("the state"), |is_cut| *is_cut).expect("the state"));
        if to.write_all(&buffer[..count]).is_err() {
            return;
        }
    }
    // Who listens on the other side may have gone already.
    drop(to.shutdown(Shutdown::Both));
}

#[test]
fn the_supply_is_followed_from_a_read_replica_that_may_be_behind() {
    let (primary, replica) = (TestServer::start(Backend::Postgres), TestServer::start(Backend::Postgres));
    let server = primary.start_with_settings(|config| {
        config.search_database_url = Some(replica.database_url().to_owned().into());
    });
    let path = "/v1/regios/noord-veluwe/segmenten/1";
    let rename = |server: &TestServer, name: &str| {
        let answer = server.user("beheerder-regio").put_version(path, "\"1\"", &json!({"naam": name}));
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    let follow = || {
        let mut conn = server.state.search_pool.get().expect("the replica");
        server.state.supply.refresh(&mut conn, "2026-11-21".parse().expect("a day")).expect("a picture");
        let snapshot = server.state.supply.current().expect("a picture");
        snapshot.book.segments.iter().find(|segment| segment.code == "1").expect("a segment").name.clone()
    };
    rename(&server, "Hier geschreven");
    assert_eq!(follow(), "Hier geschreven", "a replica that is behind takes nothing back");
    // What replication brings: this change and one more.
    rename(&replica, "Uit de kopie");
    let more =
        replica.user("beheerder-regio").put("/v1/regios/noord-veluwe/segmenten/9", &json!({"naam": "Nieuw"}));
    assert_eq!(more.status, 201, "{}", more.body);
    assert_eq!(follow(), "Uit de kopie");
}

#[test]
fn a_replica_that_is_behind_is_told_by_the_age_of_the_picture() {
    let (primary, replica) = (TestServer::start(Backend::Postgres), TestServer::start(Backend::Postgres));
    let server = primary.start_with_settings(|config| {
        config.search_database_url = Some(replica.database_url().to_owned().into());
    });
    let follows = JOBS.iter().find(|job| job.name == "reading the supply").expect("a job");
    let age_after = |seconds: i64| {
        let at = now() + TimeDelta::seconds(seconds);
        let mut conn = server.state.search_pool.get().expect("the replica");
        (follows.work)(&mut conn, &server.state, at).expect("it is followed");
        metric(&server, "supply_age_seconds", at)
    };
    let rename = |server: &TestServer, version: u8| {
        let path = "/v1/regios/noord-veluwe/segmenten/1";
        let body = json!({"naam": format!("Naam {version}")});
        let answer = server.user("beheerder-regio").put_version(path, &format!("\"{version}\""), &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    assert_eq!(age_after(0), 0);
    // Another server writes, and the replica hears nothing of it.
    rename(&primary, 1);
    assert_eq!(age_after(60), 60, "all until then was there");
    assert_eq!(age_after(120), 120);
    // The replica gets what there was, while more is written: what was awaited since the sixtieth second is there.
    rename(&primary, 2);
    rename(&replica, 1);
    assert_eq!(age_after(180), 120);
    rename(&replica, 2);
    assert_eq!(age_after(240), 0);
}

/// A number as Prometheus reads it.
fn metric(server: &TestServer, name: &str, at: DateTime<Utc>) -> i64 {
    let text = rt::System::new().block_on(report_metrics(&server.state, at));
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name}: {text}"))
}

#[test]
fn monitoring_hears_that_a_database_is_gone() {
    let server = TestServer::start(Backend::Postgres);
    assert_eq!(metric(&server, "ready", now()), 1);
    let (base, name) = server.database_url().rsplit_once('/').expect("a URL");
    let mut outside = Manager::new(&format!("{base}/postgres")).open().expect("the server");
    execute(&mut outside, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).expect("closed");
    let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    execute(&mut outside, &end).expect("gone");
    assert_eq!(metric(&server, "ready", now()), 0);
    execute(&mut outside, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).expect("open");
    assert_eq!(metric(&server, "ready", now()), 1);
    let rules = include_str!("../deploy/alerts.yml");
    assert!(rules.contains("expr: ready == 0") && rules.contains("expr: supply_age_seconds > 10"));
}

#[test]
fn a_locked_database_refuses_writes_for_a_while_and_search_goes_on() {
    let server = TestServer::start(Backend::Sqlite);
    let manager = server.user("beheerder-regio");
    let mut other = server.own_connection();
    execute(&mut other, "BEGIN IMMEDIATE").expect("the lock");
    let path = "/v1/regios/noord-veluwe/segmenten/9";
    let refused = manager.put(path, &json!({"naam": "Nieuw"}));
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")), "{}", refused.body);
    assert_eq!(refused.json()["code"], "tijdelijk-niet-beschikbaar");
    assert_eq!(server.anyone().get("/v1/aanbod?gemeente=GM0243").status, 200, "search is read from memory");
    assert_eq!(server.anyone().get("/zoeken").status, 200);
    execute(&mut other, "ROLLBACK").expect("the lock is free");
    assert_eq!(manager.put(path, &json!({"naam": "Nieuw"})).status, 201, "it recovers by itself");
}

#[test]
fn a_database_that_is_gone_refuses_writes_until_it_is_back_and_search_goes_on() {
    let server = TestServer::start(Backend::Postgres);
    let (manager, provider) = (server.user("beheerder-regio"), server.visitor("aanbieder-de-haven"));
    let (base, name) = server
        .database_url()
        .rsplit_once('/')
        .map(|(base, name)| (base.to_owned(), name.to_owned()))
        .expect("a URL");
    let mut outside = Manager::new(&format!("{base}/postgres")).open().expect("the server");
    execute(&mut outside, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).expect("closed");
    execute(
        &mut outside,
        &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
    )
    .expect("gone");
    let refused = manager.put("/v1/regios/noord-veluwe/segmenten/9", &json!({"naam": "Nieuw"}));
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")), "{}", refused.body);
    assert_eq!(provider.get("/zoeken").status, 200, "search goes on for who is signed in");
    assert_eq!(provider.get("/capaciteit").status, 503, "nobody is sent away to sign in again");
    assert_eq!(server.anyone().get("/readyz").status, 503);
    assert_eq!(server.anyone().get("/v1/aanbod?gemeente=GM0243").status, 200, "search is read from memory");
    execute(&mut outside, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).expect("open");
    assert_eq!(
        manager.put("/v1/regios/noord-veluwe/segmenten/9", &json!({"naam": "Nieuw"})).status,
        201,
        "it recovers by itself"
    );
}
