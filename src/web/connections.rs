//! Connections of clients that take too long to say what they want. The server underneath times the head of the first request
//! only, and goes on reading a body in chunks that nobody wants for as long as it comes; here every connection on which
//! nothing is being done must bring a whole request in time, or is shut.

use std::error::Error as StdError;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, header};
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream as Stream;
use actix_web::web::Bytes;
use tokio::time::{MissedTickBehavior, interval};

use crate::web::errors::EVENT_STREAM;

/// What the server underneath gives the head of the first request.
pub const SLOWEST_HEAD: Duration = Duration::from_secs(10);
/// How long a connection may stay open while its client asks nothing. A request that begins at the last moment has the time
/// from here to `LONGEST_WAIT` for its head.
pub const KEEP_OPEN: Duration = Duration::from_secs(15);
/// Seconds from one answer until the whole head of the next request; a slow one is cut within this.
const LONGEST_WAIT: u32 = 25;
/// A request with a body that took this many seconds ends its connection with the answer.
const SLOW_BODY: u32 = 10;
/// Seconds that are left for an answer after which the connection ends to leave this machine.
const TIME_TO_LEAVE: u32 = 2;
/// How many seconds a client may take for the next piece of an answer, other than of a stream that waits for news itself.
const LONGEST_PIECE: u32 = 60;
/// Answers leave in pieces of this size, so that all but the last piece are known to be on their way when an answer counts
/// as given.
const PIECE: usize = 32 * 1024;

/// The open connections of a server.
#[derive(Default)]
pub struct Connections(Mutex<Vec<Weak<Connection>>>);

/// One of them, as long as the server underneath holds it.
struct Connection {
    /// Another handle of the same connection, to shut it with.
    socket: TcpStream,
    /// Since the last answer, or since the request began that is being answered.
    seconds: AtomicU32,
    /// Whether a request is being answered: then it has limits of its own, and a stream may take for ever.
    is_served: AtomicBool,
    /// Since a piece of an answer was taken, and one more; nothing while there is no answer to take.
    given: AtomicU32,
}

impl Connections {
    /// Remembers a new connection, for as long as what is returned is kept.
    fn note(&self, stream: &Stream) -> std::io::Result<Arc<Connection>> {
        let connection = Arc::new(Connection {
            socket: stream.as_fd().try_clone_to_owned()?.into(),
            seconds: AtomicU32::new(0),
            is_served: AtomicBool::new(false),
            given: AtomicU32::new(0),
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&connection));
        Ok(connection)
    }

    /// What is to be done with every new connection.
    pub fn on_connect(&self, stream: &dyn std::any::Any, kept: &mut actix_web::dev::Extensions) {
        let Some(stream) = stream.downcast_ref::<Stream>() else { return };
        match self.note(stream) {
            Ok(connection) => drop(kept.insert(connection)),
            // Out of handles: then no more connections are taken either.
            Err(error) => tracing::warn!(%error, "a connection could not be watched"),
        }
    }

    /// A second went by.
    fn tick(&self) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|connection| connection.upgrade().is_some_and(|connection| connection.tick()));
    }

    /// Counts the seconds until it is aborted.
    pub async fn watch(self: Arc<Self>) {
        let mut seconds = interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            seconds.tick().await;
            self.tick();
        }
    }
}

impl Connection {
    /// Counts a second. Whether it may stay.
    fn tick(&self) -> bool {
        let seconds = self.seconds.fetch_add(1, Ordering::Relaxed) + 1;
        let may_stay = if self.is_served.load(Ordering::Relaxed) {
            let given = self.given.load(Ordering::Relaxed);
            if given > 0 {
                self.given.fetch_add(1, Ordering::Relaxed);
            }
            given <= LONGEST_PIECE
        } else {
            seconds <= LONGEST_WAIT
        };
        if may_stay {
            return true;
        }
        tracing::debug!("a client took too long");
        // It may have gone by itself just now.
        let _ = self.socket.shutdown(Shutdown::Both);
        false
    }
}

/// A request that is being answered, from its head to the last of its answer.
struct Turn {
    connection: Arc<Connection>,
    /// Whether a body comes with it, of which something may still come after the answer.
    has_body: bool,
}

impl Turn {
    fn begin(connection: Arc<Connection>, has_body: bool) -> Self {
        connection.seconds.store(0, Ordering::Relaxed);
        connection.given.store(0, Ordering::Relaxed);
        connection.is_served.store(true, Ordering::Relaxed);
        Self { connection, has_body }
    }

    /// A piece of the answer is there, and its client has to take it in time.
    fn give(&self) {
        self.connection.given.store(1, Ordering::Relaxed);
    }

    /// Whether its body came so slowly that the connection must end with the answer.
    fn is_slow(&self) -> bool {
        self.has_body && self.connection.seconds.load(Ordering::Relaxed) >= SLOW_BODY
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // What is still to come of a body counts with what came of it before.
        if self.is_slow() {
            self.connection.seconds.store(LONGEST_WAIT - TIME_TO_LEAVE, Ordering::Relaxed);
        } else if !self.has_body {
            self.connection.seconds.store(0, Ordering::Relaxed);
        }
        self.connection.is_served.store(false, Ordering::Relaxed);
    }
}

/// Around everything else: a connection is waited for until its request is here, and again when the answer is given.
pub async fn take_turns(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let headers = req.headers();
    let has_body =
        headers.contains_key(header::TRANSFER_ENCODING) || headers.contains_key(header::CONTENT_LENGTH);
    let connection = req.conn_data::<Arc<Connection>>().cloned();
    let turn = connection.map(|connection| Turn::begin(connection, has_body));
    let mut response = next.call(req).await?;
    if turn.as_ref().is_some_and(Turn::is_slow) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    let waits_for_news =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == EVENT_STREAM);
    Ok(response.map_body(|_, body| Given { body: body.boxed(), piece: Bytes::new(), waits_for_news, turn }))
}

/// An answer on its way. The turn ends when this is dropped, which is when all of it was handed over.
struct Given {
    body: BoxBody,
    /// What is left of the last that came.
    piece: Bytes,
    /// Whether it is a stream that has nothing to give for a long time.
    waits_for_news: bool,
    turn: Option<Turn>,
}

impl MessageBody for Given {
    type Error = Box<dyn StdError>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        if this.piece.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_next(cx)) {
                Some(Ok(piece)) => this.piece = piece,
                ended => return Poll::Ready(ended),
            }
        }
        if let Some(turn) = this.turn.as_ref().filter(|_| !this.waits_for_news) {
            turn.give();
        }
        let size = this.piece.len().min(PIECE);
        Poll::Ready(Some(Ok(this.piece.split_to(size))))
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn connection() -> (Arc<Connection>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let client = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
        let (socket, _) = listener.accept().expect("a client");
        let (seconds, given) = (AtomicU32::new(0), AtomicU32::new(0));
        (Arc::new(Connection { socket, seconds, is_served: AtomicBool::new(false), given }), client)
    }

    /// How many seconds it may stay, of a minute.
    fn stays(connection: &Connection) -> usize {
        (0..90).take_while(|_| connection.tick()).count()
    }

    #[test]
    fn a_client_that_sends_no_whole_request_is_cut_off() {
        use std::io::Read;
        let (connection, mut client) = connection();
        assert_eq!(stays(&connection), 25);
        assert_eq!(client.read(&mut [0; 1]).expect("the end"), 0);
    }

    #[test]
    fn the_time_begins_again_with_an_answer_and_does_not_run_while_it_is_made() {
        let (connection, _client) = connection();
        (0..20).for_each(|_| assert!(connection.tick()));
        let turn = Turn::begin(connection.clone(), false);
        assert_eq!(stays(&connection), 90);
        assert!(!turn.is_slow(), "what takes long to make is not slow to come");
        drop(turn);
        assert_eq!(stays(&connection), 25);
    }

    #[test]
    fn a_client_that_takes_nothing_of_an_answer_is_cut_off() {
        let (connection, _client) = connection();
        let turn = Turn::begin(connection.clone(), false);
        turn.give();
        (0..50).for_each(|_| assert!(connection.tick()));
        turn.give();
        assert_eq!(stays(&connection), 60, "since the last piece that it took");
        drop(turn);
        assert_eq!(stays(&connection), 25);
    }

    #[test]
    fn what_is_still_to_come_of_a_body_counts_with_what_came_before() {
        for (took, left) in [(0, 25), (9, 16), (10, 2), (20, 2)] {
            let (connection, _client) = connection();
            let turn = Turn::begin(connection.clone(), true);
            (0..took).for_each(|_| assert!(connection.tick()));
            assert_eq!(turn.is_slow(), took >= 10);
            drop(turn);
            assert_eq!(stays(&connection), left, "after {took} seconds");
        }
    }
}
