//! A long time of use: memory and descriptors stay where they are.

use std::net::TcpStream;
use std::time::{Duration, Instant};

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

/// Ten minutes to warm up, then as long as twenty more; in short a few hundred calls.
#[test]
fn memory_and_descriptors_stay_flat() {
    let server = TestServer::start(Backend::Sqlite);
    let program = Program::start(server.database_url());
    let browser = Browser::new(&program.url);
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let visit_for = |time: Duration| {
        let begin = Instant::now();
        loop {
            visit(&browser, times(20, 100));
            if !is_long() || begin.elapsed() >= time {
                return use_of(program.id());
            }
        }
    };
    let warm = visit_for(minutes(10));
    for _ in 0..4 {
        let now = visit_for(minutes(5));
        println!("soak: {} KiB and {} descriptors, warm {} and {}", now.0, now.1, warm.0, warm.1);
        assert!(!has_grown(warm, now), "{now:?} after {warm:?}");
    }
}

#[test]
fn the_same_check_catches_connections_that_are_never_closed() {
    let server = TestServer::start(Backend::Sqlite);
    let program = Program::start(server.database_url());
    visit(&Browser::new(&program.url), 2);
    let before = use_of(program.id());
    let address = program.url.trim_start_matches("http://");
    let _open: Vec<_> = (0..50).map(|_| TcpStream::connect(address).expect("a connection")).collect();
    visit(&Browser::new(&program.url), 2);
    assert!(has_grown(before, use_of(program.id())));
}
