//! A write that is acknowledged is on the disk: seen from outside, by the calls the program makes of the system.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use beschikbaarheidswijzer::db::Manager;
use beschikbaarheidswijzer::on_each;
use diesel::connection::SimpleConnection;
use serde_json::json;

use super::outages::number;
use super::program::Program;
use super::{is_long, times};
use crate::support::{Backend, Browser, TestServer};

const PATH: &str = "/v1/regios/noord-veluwe/segmenten/1";

/// How many writes are watched.
fn turns() -> usize {
    times(10, 200)
}

/// How often the program forces what it wrote to the disk during `work`. None where nobody may watch it.
fn forced_during(program: &Program, work: impl FnOnce()) -> Option<usize> {
    let mut strace = Command::new("strace")
        .args(["-f", "-e", "trace=fsync,fdatasync", "-p", &program.id().to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut lines = BufReader::new(strace.stderr.take().expect("what it sees")).lines();
    let first = lines.next().expect("a first line").expect("text");
    if !first.contains("attached") {
        println!("{first}");
        strace.wait().expect("it ends");
        return None;
    }
    work();
    let stopped = Command::new("kill").args(["-INT", &strace.id().to_string()]).status().expect("kill");
    assert!(stopped.success());
    let count = lines.filter(|line| line.as_ref().is_ok_and(|line| line.contains("sync("))).count();
    strace.wait().expect("it ends");
    Some(count)
}

#[test]
fn every_acknowledged_write_is_forced_to_the_disk_and_reading_is_not() {
    let server = TestServer::start(Backend::Sqlite);
    let program = Program::start(server.database_url());
    let browser = Browser::new(&program.url).with_token(&program.token("beheerder-regio"));
    let written = forced_during(&program, || {
        for turn in 0..turns() {
            let version = browser.get(PATH).header("etag").expect("a version").to_owned();
            assert_eq!(
                browser.put_version(PATH, &version, &json!({"naam": format!("Naam {turn}")})).status,
                200
            );
        }
    });
    let Some(written) = written else {
        assert!(!is_long(), "this needs strace, and the right to use it");
        println!("not tried: this needs strace, and the right to use it");
        return;
    };
    println!("{written} times to the disk for {} acknowledged writes", turns());
    assert!(written >= turns(), "{written}");
    // The twins: what writes nothing must not look as if it did, and a database that leaves it to the system when what was
    // committed comes on the disk is caught.
    let read =
        forced_during(&program, || (0..turns()).for_each(|_| assert_eq!(browser.get(PATH).status, 200)));
    assert!(read.is_some_and(|read| read < turns()), "{read:?}");
    let lax = Command::new("strace")
        .args(["-f", "-e", "trace=fsync,fdatasync"])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", "endurance::fsync::commits_that_are_left_to_the_system", "--ignored"])
        .output()
        .expect("strace is installed");
    assert!(lax.status.success(), "{}", String::from_utf8_lossy(&lax.stdout));
    let lax = String::from_utf8_lossy(&lax.stderr).lines().filter(|line| line.contains("sync(")).count();
    assert!(lax < turns(), "{lax}");
}

/// As many commits as above with `synchronous=NORMAL`, to be watched.
#[test]
#[ignore = "run by the test above"]
fn commits_that_are_left_to_the_system() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("proef.sqlite").display());
    let mut conn = Manager::new(&url).open().expect("a database");
    let mut execute = |statement: &str| {
        on_each!(&mut conn, c => c.batch_execute(statement)).expect("the statement works");
    };
    execute("PRAGMA synchronous=NORMAL; CREATE TABLE proef (number INTEGER)");
    for number in 0..turns() {
        execute(&format!("BEGIN IMMEDIATE; INSERT INTO proef VALUES ({number}); COMMIT"));
    }
}

/// Whether what is committed on any connection of the server is on the disk before it is acknowledged.
fn all_wait_for_the_disk(server: &TestServer) -> bool {
    let pool = &server.state.pool;
    let mut all: Vec<_> = (0..pool.max_size()).map(|_| pool.get().expect("a connection")).collect();
    // 2 is FULL.
    all.iter_mut().all(|conn| number(conn, "SELECT synchronous AS number FROM pragma_synchronous") == 2)
}

#[test]
fn every_connection_waits_for_the_disk() {
    let server = TestServer::start(Backend::Sqlite);
    assert!(all_wait_for_the_disk(&server));
    // The twin: one that does not.
    let mut lax = server.state.pool.get().expect("a connection");
    on_each!(&mut *lax, c => c.batch_execute("PRAGMA synchronous = NORMAL")).expect("a setting");
    drop(lax);
    assert!(!all_wait_for_the_disk(&server));
}
