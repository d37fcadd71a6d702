//! A long time of use: memory and descriptors stay where they are.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use super::program::Program;
use super::{is_long, times};
use crate::support::{Backend, Browser, TestServer};

const PATHS: [&str; 6] = [
    "/zoeken?gemeente=GM0243&product=emdr",
    "/v1/aanbod?postcode=3841&leeftijd=12",
    "/aanbieders/98990009",
    "/v1/openapi.json",
    "/bestaat-niet",
    "/zoeken?leeftijd=oud",
];

const SAVED: &str = "/v1/regios/noord-veluwe/segmenten/1";

/// Memory in KiB and open descriptors of a process.
fn use_of(id: u32) -> (usize, usize) {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a process");
    let memory = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok())
        .expect("its memory");
    (memory, std::fs::read_dir(format!("/proc/{id}/fd")).expect("its descriptors").count())
}

/// Whether what is used now is more than what was used, beyond what comes and goes by itself.
fn has_grown(before: (usize, usize), now: (usize, usize)) -> bool {
    now.0 > before.0 + before.0 / 10 + 2048 || now.1 > before.1 + 8
}

fn visit(browser: &Browser, rounds: usize) {
    for _ in 0..rounds {
        for path in PATHS {
            assert!(browser.get(path).status < 500, "{path}");
        }
    }
}

/// A program on a database, and somebody who reads and saves.
struct Used {
    server: TestServer,
    program: Program,
    browser: Browser,
}

impl Used {
    fn new(backend: Backend) -> Self {
        let server = TestServer::start(backend);
        let program = Program::start(server.database_url());
        let browser = Browser::new(&program.url).with_token(&program.token("beheerder-regio"));
        Self { server, program, browser }
    }

    fn use_it(&self, rounds: usize) {
        for _ in 0..rounds {
            visit(&self.browser, 1);
            let version = self.browser.get(SAVED).header("etag").expect("a version").to_owned();
            let answer = self.browser.put_version(SAVED, &version, &json!({"naam": format!("Na {version}")}));
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }

    fn uses(&self) -> (usize, usize) {
        use_of(self.program.id())
    }
}

/// Ten minutes to warm up, then as long as twenty more, on both databases side by side; in short a hundred rounds.
#[test]
fn memory_and_descriptors_stay_flat() {
    let all = [Backend::Sqlite, Backend::Postgres].map(Used::new);
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let use_for = |time: Duration| {
        let begin = Instant::now();
        loop {
            for one in &all {
                one.use_it(times(10, 100));
            }
            if !is_long() || begin.elapsed() >= time {
                return all.each_ref().map(Used::uses);
            }
        }
    };
    let warm = use_for(minutes(10));
    for _ in 0..4 {
        let now = use_for(minutes(5));
        for ((one, warm), now) in all.iter().zip(warm).zip(now) {
            let database = one.server.database_url().split(':').next().unwrap_or_default();
            println!("soak on {database}: {now:?} KiB and descriptors, warm {warm:?}");
            assert!(!has_grown(warm, now), "{database}: {now:?} after {warm:?}");
        }
    }
}

#[test]
fn the_same_check_catches_connections_that_are_never_closed() {
    let used = Used::new(Backend::Sqlite);
    used.use_it(2);
    let before = used.uses();
    let address = used.program.url.trim_start_matches("http://");
    let _open: Vec<_> = (0..50).map(|_| TcpStream::connect(address).expect("a connection")).collect();
    used.use_it(2);
    assert!(has_grown(before, used.uses()));
}

#[test]
fn the_same_check_catches_memory_that_is_never_given_back() {
    let before = use_of(std::process::id());
    let kept = vec![1_u8; 64 << 20];
    let now = use_of(std::process::id());
    assert!(has_grown(before, now) && kept[kept.len() - 1] == 1, "{now:?} KiB after {before:?}");
}
