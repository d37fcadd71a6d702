//! A database that is locked, gone or full: writes are refused at once and come back by themselves, what was
//! acknowledged is there, and search goes on from memory.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use beschikbaarheidswijzer::db::{Connection, Manager};
use beschikbaarheidswijzer::on_each;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use super::{Dice, Rounds, is_long};
use crate::on_both;
use crate::support::{Answer, Backend, Browser, TestServer};

const MANAGER: &str = "beheerder-regio";
const PATH: &str = "/v1/regios/noord-veluwe/segmenten/1";
/// What is promised for refusing, and for coming back. Only the long form, on a quiet machine, holds it against this.
const PROMISE: Duration = Duration::from_secs(2);

fn execute(conn: &mut Connection, statement: &str) {
    on_each!(conn, c => c.batch_execute(statement)).expect("the statement works");
}

/// Somebody who saves one name after another, and remembers which was acknowledged last.
pub(super) struct Writer {
    browser: Browser,
    pub(super) anyone: Browser,
    version: String,
    acknowledged: Value,
    slowest: Duration,
}

impl Writer {
    pub(super) fn new(server: &TestServer) -> Self {
        let browser = server.user(MANAGER);
        let read = browser.get(PATH);
        let version = read.header("etag").expect("a version").to_owned();
        Self {
            browser,
            anyone: server.anyone(),
            version,
            acknowledged: read.json()["naam"].clone(),
            slowest: Duration::ZERO,
        }
    }

    pub(super) fn save(&mut self, name: &str) -> Answer {
        let begin = Instant::now();
        let answer = self.browser.put_version(PATH, &self.version, &json!({"naam": name}));
        self.slowest = self.slowest.max(begin.elapsed());
        if answer.status == 200 {
            answer.header("etag").expect("a version").clone_into(&mut self.version);
            self.acknowledged = json!(name);
        }
        answer
    }

    /// Saves again until it works, as a person does who is told to try again.
    fn save_again(&mut self, name: &str) {
        let begin = Instant::now();
        while self.save(name).status != 200 {
            assert!(begin.elapsed() < Duration::from_mins(1), "it does not come back");
        }
        self.slowest = self.slowest.max(begin.elapsed());
    }

    pub(super) fn has_kept_all(&self) -> bool {
        self.browser.get(PATH).json()["naam"] == self.acknowledged
    }
}

/// Whether what needs no database is there.
pub(super) fn is_up(browser: &Browser, paths: &[&str]) -> bool {
    paths.iter().all(|path| browser.get(path).status == 200)
}

pub(super) const SEARCHES: [&str; 2] =
    ["/v1/aanbod?gemeente=GM0243&product=emdr", "/zoeken?gemeente=GM0243&product=emdr"];

/// One outage, from its beginning to its end.
fn round(writer: &mut Writer, number: usize, begin: impl FnOnce(), end: impl FnOnce()) {
    assert_eq!(writer.save(&format!("voor {number}")).status, 200);
    begin();
    let refused = writer.save(&format!("tijdens {number}"));
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")), "{}", refused.body);
    assert!(is_up(&writer.anyone, &SEARCHES), "search goes on");
    end();
    assert!(writer.has_kept_all(), "round {number}");
    writer.save_again(&format!("na {number}"));
    assert!(writer.has_kept_all(), "round {number}");
}

/// Whether all answers came within what was promised.
fn is_in_time(writer: &Writer) -> bool {
    writer.slowest <= PROMISE
}

fn report(what: &str, writer: &Writer) {
    println!("{what}: the slowest answer took {} ms", writer.slowest.as_millis());
    assert!(!is_long() || is_in_time(writer), "{:?}", writer.slowest);
}

#[test]
fn a_locked_file_loses_nothing() {
    let server = TestServer::start(Backend::Sqlite);
    let (mut writer, mut other) = (Writer::new(&server), server.own_connection());
    for number in Rounds::on(&server, "outages", 2, 200) {
        let other = std::cell::RefCell::new(&mut other);
        let begin = || execute(&mut other.borrow_mut(), "BEGIN IMMEDIATE");
        round(&mut writer, number, begin, || execute(&mut other.borrow_mut(), "ROLLBACK"));
    }
    report("a locked file", &writer);
}

#[test]
fn a_server_that_is_gone_loses_nothing() {
    let server = TestServer::start(Backend::Postgres);
    let mut writer = Writer::new(&server);
    let (base, name) = server.database_url().rsplit_once('/').expect("a URL with a database");
    let mut outside = Manager::new(&format!("{base}/postgres")).open().expect("the server");
    for number in Rounds::on(&server, "outages", 2, 200) {
        let outside = std::cell::RefCell::new(&mut outside);
        let begin = || {
            execute(&mut outside.borrow_mut(), &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
            let end_all =
                format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
            execute(&mut outside.borrow_mut(), &end_all);
        };
        let end =
            || execute(&mut outside.borrow_mut(), &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
        round(&mut writer, number, begin, end);
    }
    report("a server that is gone", &writer);
}

/// Room on the disk for this many pages more and no further, on all connections of the server; `None`: freely.
///
/// SQLite has a limit of its own. A process of PostgreSQL gets one from the kernel, on the size of a file: a page that
/// only half fits is refused while it is written, as on a disk without room. Its log and everything that has its size
/// already stay writable; a log that cannot be written ends the server, which is the other outage.
fn limit_growth(server: &TestServer, pages: Option<usize>) {
    let pool = &server.state.pool;
    let mut all: Vec<_> = (0..pool.max_size()).map(|_| pool.get().expect("a connection")).collect();
    for conn in &mut all {
        let conn = &mut **conn;
        if matches!(conn, Connection::Sqlite(_)) {
            let size =
                |more: usize| number(conn, "SELECT page_count AS number FROM pragma_page_count") + more;
            let limit = pages.map_or(1_000_000, size);
            execute(conn, &format!("PRAGMA max_page_count = {limit}"));
        } else {
            let process = number(conn, "SELECT pg_backend_pid()::bigint AS number");
            let audit = number(conn, "SELECT pg_relation_size('audit_event') AS number");
            let size = |more: usize| (audit + more * PAGE + PAGE / 2).to_string();
            limit_files(process, &pages.map_or_else(|| "unlimited".to_owned(), size));
        }
    }
}

/// How PostgreSQL divides its files.
const PAGE: usize = 8192;

/// The number that a query answers with.
pub(super) fn number(conn: &mut Connection, query: &str) -> usize {
    use diesel::RunQueryDsl;
    let row: Number = diesel::sql_query(query).get_result(conn).expect("a number");
    usize::try_from(row.number).expect("not negative")
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// Tells the kernel how large the files may be that a process writes. Only who owns a process may; where the tests run
/// as root, PostgreSQL runs as a user of its own.
fn limit_files(process: usize, limit: &str) {
    let (process, limit) = (process.to_string(), format!("--fsize={limit}:"));
    let set = ["prlimit", "--pid", &process, &limit];
    let as_owner = ["runuser", "-u", "postgres", "--"];
    let works = |words: &[&str]| {
        let status = Command::new(words[0]).args(&words[1..]).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    assert!(works(&set) || works(&[&as_owner[..], &set].concat()), "{set:?}: prlimit comes with Linux");
}

/// The audit grows with every write. For PostgreSQL it must be larger than a file of the log (1 MB in the tests), so that a
/// limit on files is about the audit alone.
fn have_long_audit(server: &TestServer) {
    if let Connection::Postgres(_) = server.own_connection() {
        server.execute(
            "INSERT INTO audit_event (at, request_id, origin, user_name, organisation, roles, action, outcome, object_type, object_id, after)
             SELECT now(), '', '', '', '', '', 'proef', 'done', 'proef', '', repeat('x', 1500) FROM generate_series(1, 1000)",
        );
    }
}

on_both! {
    fn a_full_disk_loses_nothing(server) {
        have_long_audit(server);
        let mut writer = Writer::new(server);
        for number in Rounds::on(server, "full", 3, 200) {
            limit_growth(server, Some(Dice::new(number).below(6)));
            // Each write takes some room; sooner or later there is none.
            let refused = (0..10_000).find_map(|turn| {
                let answer = writer.save(&format!("vol {number} {turn}"));
                (answer.status != 200).then_some(answer)
            });
            let refused = refused.expect("it gets full");
            assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")), "{}", refused.body);
            assert!(is_up(&writer.anyone, &SEARCHES), "search goes on");
            assert!(writer.has_kept_all(), "round {number}");
            limit_growth(server, None);
            writer.save_again(&format!("ruimte {number}"));
            assert!(writer.has_kept_all(), "round {number}");
        }
        report("a full disk", &writer);
    }
}

on_both! {
    fn the_same_check_catches_a_server_that_says_it_saved_on_a_full_disk(server) {
        have_long_audit(server);
        let mut writer = Writer::new(server);
        limit_growth(server, Some(0));
        let refused = (0..10_000).map(|turn| format!("vol {turn}")).find(|name| writer.save(name).status != 200);
        writer.acknowledged = json!(refused.expect("it gets full"));
        assert!(!writer.has_kept_all());
        limit_growth(server, None);
    }
}

#[test]
fn the_same_check_catches_answers_that_come_too_late() {
    let server = TestServer::start(Backend::Sqlite);
    let mut writer = Writer::new(&server);
    assert!(is_in_time(&writer));
    // A server that lets a write wait for the lock as long as it takes, and somebody who keeps it longer than was promised.
    let mut patient = server.own_connection();
    execute(&mut patient, "PRAGMA busy_timeout = 60000");
    let mut other = server.own_connection();
    execute(&mut other, "BEGIN IMMEDIATE");
    std::thread::scope(|scope| {
        let late = scope.spawn(|| {
            let begin = Instant::now();
            execute(&mut patient, "BEGIN IMMEDIATE; ROLLBACK");
            begin.elapsed()
        });
        std::thread::park_timeout(PROMISE + Duration::from_millis(100));
        execute(&mut other, "ROLLBACK");
        writer.slowest = writer.slowest.max(late.join().expect("its time"));
    });
    assert!(!is_in_time(&writer), "{:?}", writer.slowest);
}

#[test]
fn the_same_checks_catch_what_needs_the_database_and_what_was_never_kept() {
    let server = TestServer::start(Backend::Sqlite);
    let (mut writer, mut other) = (Writer::new(&server), server.own_connection());
    execute(&mut other, "BEGIN IMMEDIATE");
    // A server that says that it saved while it did not.
    assert_eq!(writer.save("niet bewaard").status, 503);
    writer.acknowledged = json!("niet bewaard");
    assert!(!writer.has_kept_all());
    execute(&mut other, "ROLLBACK");
    let server = TestServer::start(Backend::Postgres);
    let (base, name) = server.database_url().rsplit_once('/').expect("a URL with a database");
    let mut outside = Manager::new(&format!("{base}/postgres")).open().expect("the server");
    execute(&mut outside, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    let end_all = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    execute(&mut outside, &end_all);
    assert!(!is_up(&server.anyone(), &["/readyz"]), "this one does need the database");
    execute(&mut outside, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
}
