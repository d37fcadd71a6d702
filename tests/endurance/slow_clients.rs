//! Clients that send a byte now and then: they are cut off, and others do not notice.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::program::Program;
use super::{is_long, times};
use crate::on_both;
use crate::support::{Browser, TestServer};

/// Within this they must be cut off.
const PROMISE: Duration = Duration::from_secs(30);
/// How long a slow client waits before each byte.
const PAUSE: Duration = Duration::from_millis(500);
/// What good traffic must keep of its speed, in hundredths.
const KEEPS: u64 = 80;

/// What each kind of slow client begins with; a byte now and then goes on with it.
const BEGINNINGS: [&[u8]; 5] = [
    // The head of a first request, and of a second one on the same connection.
    b"GET /zoeken HTTP/1.1\r\nHost: jeugdhulp.example\r\nX-Slow: ",
    b"GET /healthz HTTP/1.1\r\nHost: jeugdhulp.example\r\n\r\nGET /zoeken HTTP/1.1\r\nHost: jeugdhulp.example\r\nX-Slow: ",
    // A body of a known size, one in chunks, and one in chunks that nobody reads.
    b"POST /v1/tokens HTTP/1.1\r\nHost: jeugdhulp.example\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{",
    b"POST /v1/tokens HTTP/1.1\r\nHost: jeugdhulp.example\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n{",
    b"GET /healthz HTTP/1.1\r\nHost: jeugdhulp.example\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n{",
];

fn connect(url: &str, beginning: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("a connection");
    stream.write_all(beginning).expect("the beginning is taken");
    stream.set_nonblocking(true).expect("a socket");
    stream
}

/// Whether the server has ended it. An answer alone does not: what comes after it may still be waited for.
fn is_cut(stream: &mut TcpStream) -> bool {
    let mut answer = [0; 4096];
    if matches!(stream.write(b"x"), Err(error) if error.kind() != ErrorKind::WouldBlock) {
        return true;
    }
    loop {
        match stream.read(&mut answer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
}

/// Keeps the connections trickling until all are cut or time is up. Returns how many are left.
fn trickle(mut streams: Vec<TcpStream>, limit: Duration) -> usize {
    let begin = Instant::now();
    while !streams.is_empty() && begin.elapsed() < limit {
        streams.retain_mut(|stream| !is_cut(stream));
        std::thread::park_timeout(PAUSE);
    }
    streams.len()
}

/// Answers a second that good clients get while `work` goes on.
fn good_traffic_during<T>(browser: &Browser, work: impl FnOnce() -> T) -> (T, u64) {
    let (stop, count, begin) = (AtomicBool::new(false), AtomicU64::new(0), Instant::now());
    let result = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    assert_eq!(browser.get("/v1/aanbod?gemeente=GM0243&product=emdr").status, 200);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let result = work();
        stop.store(true, Ordering::Relaxed);
        result
    });
    let seconds = begin.elapsed().as_secs().max(1);
    (result, count.load(Ordering::Relaxed) / seconds)
}

/// Whether good traffic keeps what was promised of its speed.
fn keeps_speed(alone: u64, beside: u64) -> bool {
    alone > 0 && beside * 100 >= alone * KEEPS
}

on_both! {
    fn slow_clients_are_cut_off_and_others_do_not_notice(server) {
        cut_off(server);
    }
}

fn cut_off(server: &TestServer) {
    let program = Program::start(server.database_url());
    let browser = Browser::new(&program.url);
    let total = times(4, 400) * BEGINNINGS.len();
    let connections = || -> Vec<TcpStream> {
        (0..total).map(|number| connect(&program.url, BEGINNINGS[number % BEGINNINGS.len()])).collect()
    };
    if !is_long() {
        assert_eq!(trickle(connections(), PROMISE), 0, "all are cut off");
        assert_eq!(browser.get("/zoeken").status, 200);
        return;
    }
    let ((), alone) = good_traffic_during(&browser, || std::thread::park_timeout(Duration::from_secs(15)));
    let (left, beside) = good_traffic_during(&browser, || trickle(connections(), PROMISE));
    println!("slow clients: {left} left of {total}, good traffic {beside} of {alone} a second");
    assert_eq!(left, 0, "all are cut off");
    assert!(keeps_speed(alone, beside), "{beside} of {alone} a second");
}

#[test]
fn the_same_check_catches_a_server_that_waits_forever() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    // It waits for the rest of a header, and of a body.
    let streams = BEGINNINGS.map(|beginning| connect(&url, beginning)).into();
    let mut taken: Vec<_> = BEGINNINGS.map(|_| listener.accept().expect("a client").0).into();
    // One that answers and goes on reading waits as well.
    for stream in &mut taken {
        stream.write_all(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n").expect("an answer");
    }
    assert_eq!(trickle(streams, 2 * PAUSE), taken.len());
}

#[test]
fn the_same_check_catches_good_traffic_that_is_starved() {
    assert!(keeps_speed(100, 80) && keeps_speed(100, 130));
    assert!(!keeps_speed(100, 79));
    assert!(!keeps_speed(0, 0), "nothing is no speed to keep");
}
