//! A load generator that costs little: one blocking connection per thread, kept open, and no more of HTTP
//! than is needed to tell one answer from the next.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::Outcome;

/// A connection that stays open.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The bytes of a request.
pub fn request(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: jeugdhulp.example\r\n\r\n").into_bytes()
}

impl Client {
    pub fn connect(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self { stream, buffer: vec![0; 256 * 1024] })
    }

    /// Sends a request and reads the whole answer; tells its status.
    pub fn ask(&mut self, request: &[u8]) -> Outcome<u16> {
        Ok(self.answer(request)?.0)
    }

    /// The same with the body of the answer.
    pub fn answer(&mut self, request: &[u8]) -> Outcome<(u16, &[u8])> {
        self.stream.write_all(request)?;
        let (mut filled, mut end) = (0, None);
        loop {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            if read == 0 {
                return Err("the connection was closed, or the answer is too long".into());
            }
            filled += read;
            if end.is_none() {
                let head_end = find(&self.buffer[..filled], b"\r\n\r\n");
                end = head_end.map(|at| at + 4).zip(head_end.and_then(|at| body_length(&self.buffer[..at])));
            }
            if let Some((head, length)) = end
                && filled >= head + length
            {
                let status = std::str::from_utf8(&self.buffer[9..12])?.parse()?;
                return Ok((status, &self.buffer[head..filled]));
            }
        }
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

fn body_length(head: &[u8]) -> Option<usize> {
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
    lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?.1.parse().ok()
}

/// Requests answered per second, over this many connections that each ask for everything in turn.
pub fn requests_per_second(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    during: Duration,
) -> Outcome<f64> {
    let mut clients = (0..connections).map(|_| Client::connect(address)).collect::<Outcome<Vec<_>>>()?;
    let started = Instant::now();
    let counts = std::thread::scope(|scope| {
        let threads: Vec<_> = clients
            .iter_mut()
            .enumerate()
            .map(|(number, client)| {
                // Not all at the same place in the list.
                let own = requests.iter().cycle().skip(number * requests.len() / connections);
                scope.spawn(move || ask_until(client, own, started + during))
            })
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread stopped")?);
        joined.collect::<Outcome<Vec<usize>>>()
    })?;
    Ok(counts.iter().sum::<usize>() as f64 / started.elapsed().as_secs_f64())
}

fn ask_until<'a>(
    client: &mut Client,
    requests: impl Iterator<Item = &'a Vec<u8>>,
    end: Instant,
) -> Outcome<usize> {
    let mut count = 0;
    for request in requests {
        let status = client.ask(request)?;
        if status != 200 {
            return Err(format!("status {status}").into());
        }
        count += 1;
        if Instant::now() >= end {
            break;
        }
    }
    Ok(count)
}
