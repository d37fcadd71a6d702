//! A server of one's own for every test, on either database, with the demonstration region as it is at a
//! fixed moment.

mod client;
mod databases;
mod forms;
mod smtp;

use std::sync::mpsc;

use actix_web::HttpServer;
use actix_web::web::Data;
use beschikbaarheidswijzer::clock::Clock;
use beschikbaarheidswijzer::config::Config;
use beschikbaarheidswijzer::db::{self, Connection};
use beschikbaarheidswijzer::server;
use beschikbaarheidswijzer::state::AppState;
use chrono::{DateTime, Duration, Utc};
use secrecy::SecretString;

pub use self::client::{Answer, Browser};
pub use self::databases::{Backend, Database};
pub use self::forms::{Form, unescaped};
pub use self::smtp::{Fault, SmtpSink};

/// The moment at which all tests play: a Saturday morning, 10.00 uur.
pub fn now() -> DateTime<Utc> {
    "2026-11-21T09:00:00Z".parse().expect("a time")
}

/// One running server with its database.
pub struct TestServer {
    pub url: String,
    pub state: Data<AppState>,
    handle: actix_web::dev::ServerHandle,
    database: Database,
}

impl TestServer {
    /// A server on a fresh copy of the demonstration region.
    pub fn start(backend: Backend) -> Self {
        Self::start_on(Database::copy_of_demonstration(backend), now())
    }

    fn start_on(database: Database, at: DateTime<Utc>) -> Self {
        let config = Config {
            database_url: SecretString::from(database.url.clone()),
            public_url: "https://jeugdhulp.example".into(),
            workers: Some(1),
            ..Config::default()
        };
        let state =
            Data::new(server::build_state(config, Clock::Fixed(at), true).expect("the server can start"));
        let (sender, receiver) = mpsc::channel();
        let shared = state.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || server::app(shared.clone()))
                    .workers(1)
                    .bind("127.0.0.1:0")
                    .expect("a free port");
                let address = server.addrs()[0];
                let running = server.run();
                sender.send((address, running.handle())).expect("the test waits");
                running.await.expect("the server runs");
            });
        });
        let (address, handle) = receiver.recv().expect("the server starts");
        Self { url: format!("http://{address}"), state, handle, database }
    }

    /// A second server on the same database.
    pub fn start_beside(&self) -> Self {
        Self::start_on(self.database.shared(), now())
    }

    /// A connection to this server's database, past the program.
    pub fn connection(&self) -> Connection {
        db::Manager::new(&self.database.url).open().expect("the database answers")
    }

    /// An empty database beside this server's, of the same kind.
    pub fn empty_database(&self) -> Database {
        self.database.empty_beside()
    }

    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// A bearer token for a user of the demonstration.
    pub fn token(&self, user: &str) -> String {
        let mut conn = self.connection();
        let (id, version) = beschikbaarheidswijzer::identity::actions::find_token_subject(&mut conn, user)
            .expect("a known user");
        self.state.tokens.issue(id, version, now(), Duration::hours(1)).expect("a token")
    }

    /// The API, called by nobody in particular.
    pub fn anyone(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// The API, called by a user.
    pub fn user(&self, name: &str) -> Browser {
        Browser::new(&self.url).with_token(&self.token(name))
    }

    /// A new password for a user of the demonstration.
    pub fn new_password(&self, name: &str) -> String {
        use beschikbaarheidswijzer::actor::Actor;
        use beschikbaarheidswijzer::identity::actions;
        actions::reset_password(&mut self.connection(), &Actor::command_line(), now(), name)
            .expect("a known user")
    }

    /// The pages, visited by a signed-in user.
    pub fn visitor(&self, name: &str) -> Browser {
        use beschikbaarheidswijzer::identity::actions;
        let password = self.new_password(name);
        let mut browser = Browser::new(&self.url);
        let answer = browser.post_form("/inloggen", &[("naam", name), ("wachtwoord", &password)]);
        assert_eq!(answer.status, 303, "{name} signs in: {}", answer.body);
        let cookie =
            answer.header("set-cookie").expect("a session").split(';').next().expect("a value").to_owned();
        let value = cookie.split_once('=').expect("name and value").1.to_owned();
        let (_, session) = actions::find_session(&mut self.connection(), &value, now())
            .expect("a database")
            .expect("a session");
        browser.sign_in(cookie, session.csrf);
        browser
    }

    /// How many lines the audit has.
    pub fn audit_lines(&self) -> i64 {
        use beschikbaarheidswijzer::db::schema::audit_event;
        use diesel::prelude::*;
        audit_event::table.count().get_result(&mut self.connection()).expect("a count")
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // The server holds connections, and PostgreSQL drops no database in use.
        let _stopping = self.handle.stop(false);
    }
}

/// Writes a test once and runs it on both databases.
#[macro_export]
macro_rules! on_both {
    ($(#[$meta:meta])* fn $name:ident($server:ident) $body:block) => {
        $(#[$meta])*
        fn $name($server: &$crate::support::TestServer) $body

        mod $name {
            #[test]
            fn sqlite() {
                super::$name(&$crate::support::TestServer::start($crate::support::Backend::Sqlite));
            }

            #[test]
            fn postgres() {
                super::$name(&$crate::support::TestServer::start($crate::support::Backend::Postgres));
            }
        }
    };
}
