//! A write that is acknowledged is on the disk: seen from outside, by the calls the program makes of the system.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use beschikbaarheidswijzer::db::Manager;
use beschikbaarheidswijzer::on_each;
use diesel::connection::SimpleConnection;
use serde_json::json;

use super::program::Program;
use crate::support::{Backend, Browser, TestServer};

const PATH: &str = "/v1/regios/noord-veluwe/segmenten/1";
const TURNS: usize = 200;

/// How often the program forces what it wrote to the disk during `work`.
fn forced_during(program: &Program, work: impl FnOnce()) -> usize {
    let mut strace = Command::new("strace")
        .args(["-f", "-e", "trace=fsync,fdatasync", "-p", &program.id().to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("strace is installed");
    let mut lines = BufReader::new(strace.stderr.take().expect("what it sees")).lines();
    let first = lines.next().expect("a first line").expect("text");
    assert!(first.contains("attached"), "{first}");
    work();
    let stopped = Command::new("kill").args(["-INT", &strace.id().to_string()]).status().expect("kill");
    assert!(stopped.success());
    let count = lines.filter(|line| line.as_ref().is_ok_and(|line| line.contains("sync("))).count();
    strace.wait().expect("it ends");
    count
}

#[test]
#[ignore = "needs strace, and the right to use it: make endurance PART=fsync"]
fn every_acknowledged_write_is_forced_to_the_disk_and_reading_is_not() {
    let server = TestServer::start(Backend::Sqlite);
    let program = Program::start(server.database_url());
    let browser = Browser::new(&program.url).with_token(&program.token("beheerder-regio"));
    let written = forced_during(&program, || {
        for turn in 0..TURNS {
            let version = browser.get(PATH).header("etag").expect("a version").to_owned();
            assert_eq!(
                browser.put_version(PATH, &version, &json!({"naam": format!("Naam {turn}")})).status,
                200
            );
        }
    });
    println!("{written} times to the disk for {TURNS} acknowledged writes");
    assert!(written >= TURNS, "{written}");
    // The twins: what writes nothing must not look as if it did, and a database that leaves it to the system when what was
    // committed comes on the disk is caught.
    let read = forced_during(&program, || (0..TURNS).for_each(|_| assert_eq!(browser.get(PATH).status, 200)));
    assert!(read < TURNS, "{read}");
    let lax = Command::new("strace")
        .args(["-f", "-e", "trace=fsync,fdatasync"])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", "endurance::fsync::commits_that_are_left_to_the_system", "--ignored"])
        .output()
        .expect("strace is installed");
    assert!(lax.status.success(), "{}", String::from_utf8_lossy(&lax.stdout));
    let lax = String::from_utf8_lossy(&lax.stderr).lines().filter(|line| line.contains("sync(")).count();
    assert!(lax < TURNS, "{lax}");
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
    for number in 0..TURNS {
        execute(&format!("BEGIN IMMEDIATE; INSERT INTO proef VALUES ({number}); COMMIT"));
    }
}
