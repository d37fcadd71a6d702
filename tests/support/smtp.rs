//! A mail server that keeps what it is sent, and misbehaves when told to.

use std::sync::{Arc, Mutex};

use actix_web::rt;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What can go wrong with a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    RefusesConnection,
    DropsAfterGreeting,
    DropsDuringData,
    /// 451 to the reader's name.
    NotNow,
    /// 550 to the reader's name.
    Never,
    /// 451 to the mail itself.
    NotNowAfterData,
    /// Keeps the mail and never says so.
    HangsBeforeReply,
    /// Keeps the mail and drops the connection before saying so.
    DropsBeforeReply,
}

impl Fault {
    pub const ALL: [Self; 8] = [
        Self::RefusesConnection,
        Self::DropsAfterGreeting,
        Self::DropsDuringData,
        Self::NotNow,
        Self::Never,
        Self::NotNowAfterData,
        Self::HangsBeforeReply,
        Self::DropsBeforeReply,
    ];

    /// Whether the server has the mail and the sender cannot know.
    pub fn loses_the_reply(self) -> bool {
        matches!(self, Self::HangsBeforeReply | Self::DropsBeforeReply)
    }
}

#[derive(Default)]
struct Shared {
    fault: Option<Fault>,
    kept: Vec<String>,
}

/// A mail server on a port of its own.
pub struct SmtpSink {
    port: u16,
    closed_port: u16,
    shared: Arc<Mutex<Shared>>,
}

impl SmtpSink {
    /// Starts on the runtime of the caller.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        // Nobody listens on a port that has just been let go of.
        let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let closed_port = closed.local_addr().expect("an address").port();
        drop(closed);
        let shared = Arc::new(Mutex::new(Shared::default()));
        let mine = shared.clone();
        rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = mine.clone();
                rt::spawn(async move {
                    // A session that breaks off is what this server is for.
                    let _ = serve(stream, &shared).await;
                });
            }
        });
        Self { port, closed_port, shared }
    }

    /// The address to send to, while it has this fault.
    pub fn url(&self, fault: Option<Fault>) -> String {
        self.shared.lock().expect("unbroken").fault = fault;
        let port = if fault == Some(Fault::RefusesConnection) { self.closed_port } else { self.port };
        format!("smtp://127.0.0.1:{port}?tls=none")
    }

    /// Every mail it has kept, as it came.
    pub fn kept(&self) -> Vec<String> {
        self.shared.lock().expect("unbroken").kept.clone()
    }
}

async fn serve(stream: TcpStream, shared: &Mutex<Shared>) -> std::io::Result<()> {
    let fault = shared.lock().expect("unbroken").fault;
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 sink\r\n").await?;
    if fault == Some(Fault::DropsAfterGreeting) {
        return Ok(());
    }
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let reply: &[u8] = match (verb.as_str(), fault) {
            ("RCPT", Some(Fault::NotNow)) => b"451 4.3.0 later\r\n",
            ("RCPT", Some(Fault::Never)) => b"550 5.1.1 unknown\r\n",
            ("DATA", _) => {
                writing.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    if fault == Some(Fault::DropsDuringData) {
                        return Ok(());
                    }
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push_str("\r\n");
                }
                if fault == Some(Fault::NotNowAfterData) {
                    b"451 4.3.0 later\r\n"
                } else {
                    shared.lock().expect("unbroken").kept.push(mail);
                    match fault {
                        Some(Fault::DropsBeforeReply) => return Ok(()),
                        Some(Fault::HangsBeforeReply) => std::future::pending().await,
                        _ => b"250 2.0.0 kept\r\n",
                    }
                }
            }
            ("QUIT", _) => {
                writing.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"250 fine\r\n",
        };
        writing.write_all(reply).await?;
    }
    Ok(())
}
