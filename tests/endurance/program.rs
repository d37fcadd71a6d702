//! The real program, to be killed, starved and kept waiting.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::support::SECRET_KEY;

const BINARY: &str = env!("CARGO_BIN_EXE_beschikbaarheidswijzer");

/// The program, serving on a port of its own.
pub struct Program {
    child: Child,
    pub url: String,
    database_url: String,
}

fn command(database_url: &str) -> Command {
    let mut command = Command::new(BINARY);
    command
        .env("DATABASE_URL", database_url)
        .env("SECRET_KEY", SECRET_KEY)
        .env("PUBLIC_URL", "https://jeugdhulp.example")
        .env("API_CALLS_PER_TOKEN", "60000000")
        .env("API_CALLS_PER_ADDRESS", "60000000")
        .env("LOG_FORMAT", "json")
        .env("LOG_FILTER", "info");
    command
}

impl Program {
    pub fn start(database_url: &str) -> Self {
        Self::start_with(database_url, &[])
    }

    /// The same with further settings, such as an address that people use or none.
    pub fn start_with(database_url: &str, settings: &[(&str, &str)]) -> Self {
        let mut child = command(database_url)
            .envs(settings.iter().copied())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let address = loop {
            let line = lines.next().expect("it says where it listens").expect("text");
            let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
            if let Some(address) = said["address"].as_str() {
                break address.to_owned();
            }
        };
        // A log that nobody reads would stop the program.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url: format!("http://{address}"), database_url: database_url.to_owned() }
    }

    /// Ends it as a power cut would, without a chance to finish anything.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A token that outlives every run.
    pub fn token(&self, user: &str) -> String {
        let output = command(&self.database_url)
            .args(["token", "--user", user, "--hours", "24"])
            .output()
            .expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
