//! A server of one's own for every test, on either database, with the demonstration region as it is at a
//! fixed moment.

mod client;
pub mod clients;
pub mod crisis;
mod databases;
pub mod dividing;
mod forms;
mod smtp;
pub mod waiting;

use std::sync::mpsc;

use actix_web::HttpServer;
use actix_web::web::Data;
use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::clock::Clock;
use beschikbaarheidswijzer::config::Config;
use beschikbaarheidswijzer::db::{self, Connection, Manager, Pool, PooledConnection};
use beschikbaarheidswijzer::identity::second_factor::actions as second_factor;
use beschikbaarheidswijzer::server;
use beschikbaarheidswijzer::state::AppState;
use chrono::{DateTime, Duration, Utc};
use secrecy::SecretString;

pub use self::client::{Answer, Browser, Sent, writes_of};
pub use self::databases::{Backend, Database};
pub use self::forms::{Form, unescaped};
pub use self::smtp::{Fault, SmtpSink};

/// The moment at which all tests play: a Saturday morning, 10.00 uur.
pub fn now() -> DateTime<Utc> {
    "2026-11-21T09:00:00Z".parse().expect("a time")
}

/// What the servers of the tests seal their secrets with; `scripts/test-databases.sh` has the same.
pub const SECRET_KEY: &str = "a key for tests, of more than thirty-two characters";

/// The password with which tests sign in, and its hash at the least cost there is.
const PASSWORD: &str = "hetzelfde wachtwoord voor elke proef";
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$gQ/INy9FdhCttkQKmacx8A$e527HltPrdNjpb1kfjx2TTosDzuDAUTiy2auVgspaks";

/// One running server with its database.
pub struct TestServer {
    pub url: String,
    pub state: Data<AppState>,
    handle: actix_web::dev::ServerHandle,
    /// Dropped before the database: opening a connection costs more than most of what a test asks on it.
    lent: Pool,
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
            secret_key: Some(SecretString::from(SECRET_KEY)),
            ..Config::default()
        };
        Self::start_with(database, at, config)
    }

    fn start_with(database: Database, at: DateTime<Utc>, config: Config) -> Self {
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
        let lent = Pool::builder().min_idle(Some(0)).build_unchecked(Manager::new(&database.url));
        Self { url: format!("http://{address}"), state, handle, lent, database }
    }

    /// Another server, on a fresh copy of the same kind.
    pub fn copy(&self) -> Self {
        let is_sqlite = self.database_url().starts_with("sqlite");
        Self::start(if is_sqlite { Backend::Sqlite } else { Backend::Postgres })
    }

    /// A second server on the same database.
    pub fn start_beside(&self) -> Self {
        self.start_later(Duration::zero())
    }

    /// A second server on the same database, whose clock is ahead.
    pub fn start_later(&self, ahead: Duration) -> Self {
        Self::start_on(self.database.shared(), now() + ahead)
    }

    /// A second server on the same database, with other settings and no demonstration.
    pub fn start_with_settings(&self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = self.state.config.clone();
        change(&mut config);
        Self::start_with(self.database.shared(), now(), config)
    }

    /// Stops as a signal does: what is under way is finished first.
    pub fn stop(&self) {
        actix_web::rt::System::new().block_on(server::stop(&self.state, &self.handle));
    }

    /// A connection to this server's database, past the program, as it was for whoever had it before.
    pub fn connection(&self) -> PooledConnection {
        self.lent.get().expect("the database answers")
    }

    /// A connection to this server's database that nobody had or gets, to lock with, to set, or to break.
    pub fn own_connection(&self) -> Connection {
        Manager::new(&self.database.url).open().expect("the database answers")
    }

    /// An empty database beside this server's, of the same kind.
    pub fn empty_database(&self) -> Database {
        self.database.empty_beside()
    }

    /// This server's database, which stays when the server goes.
    pub fn shared_database(&self) -> Database {
        self.database.shared()
    }

    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// A user of the demonstration, to act without a page.
    pub fn actor(&self, user: &str) -> Actor {
        use beschikbaarheidswijzer::identity::users::actions::find_identity_by_name;
        let identity = find_identity_by_name(&mut self.connection(), user).expect("a database");
        Actor { identity: Some(identity.expect("a known user")), ..Actor::command_line() }
    }

    /// Gives a provider a second factor, which it cannot do without from its first accepted response on: tests play on
    /// both sides of that moment.
    fn prepare_provider(&self, name: &str) {
        if name.starts_with("aanbieder-") {
            self.new_factor(name);
        }
    }

    /// A bearer token for a user of the demonstration, from the moment at which this server plays.
    pub fn token(&self, user: &str) -> String {
        self.prepare_provider(user);
        self.token_of(user)
    }

    /// The same, with or without a second factor as the account is.
    pub fn token_of(&self, user: &str) -> String {
        use beschikbaarheidswijzer::identity::tokens::actions::issue_for_script;
        let actor = Actor::command_line();
        issue_for_script(
            &mut self.connection(),
            &self.state.keyring,
            &actor,
            self.state.clock.now(),
            user,
            Duration::hours(1),
        )
        .expect("a known user")
    }

    /// The number of a user.
    pub fn user_id(&self, name: &str) -> i64 {
        use beschikbaarheidswijzer::db::schema::user_account;
        use diesel::prelude::*;
        user_account::table
            .filter(user_account::name.eq(name))
            .select(user_account::id)
            .first(&mut self.connection())
            .expect("a known user")
    }

    /// A first refresh token of a user.
    pub fn refresh_token(&self, user: &str) -> String {
        use beschikbaarheidswijzer::identity::sign_in::actions::find_session;
        use beschikbaarheidswijzer::identity::tokens::actions::begin_in_session;
        let cookie = self.visitor(user).cookie("__Host-sessie").expect("a session");
        let conn = &mut self.connection();
        let (_, session) = find_session(conn, &cookie, now()).expect("a database").expect("it stands");
        begin_in_session(conn, &Actor::command_line(), now(), &session, "proef").expect("a token")
    }

    /// Runs a statement past the program.
    pub fn execute(&self, statement: &str) {
        use diesel::connection::SimpleConnection;
        let mut conn = self.connection();
        beschikbaarheidswijzer::on_each!(&mut *conn, c => c.batch_execute(statement))
            .expect("the statement works");
    }

    /// Recipient and text of all mails in the outbox, oldest first.
    pub fn mails(&self) -> Vec<(String, String)> {
        use beschikbaarheidswijzer::db::schema::outbox_mail;
        use diesel::prelude::*;
        outbox_mail::table
            .order(outbox_mail::id)
            .select((outbox_mail::recipient, outbox_mail::text))
            .load(&mut self.connection())
            .expect("the outbox")
    }

    /// The path of the link in the newest mail.
    pub fn mailed_path(&self) -> String {
        let (_, text) = self.mails().pop().expect("a mail");
        let link =
            text.lines().find_map(|line| line.strip_prefix("https://jeugdhulp.example")).expect("a link");
        link.to_owned()
    }

    /// The API, called by nobody in particular.
    pub fn anyone(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// The API, called by a user.
    pub fn user(&self, name: &str) -> Browser {
        Browser::new(&self.url).with_token(&self.token(name))
    }

    /// The pages, visited by a signed-in user.
    pub fn visitor(&self, name: &str) -> Browser {
        let mut browser = Browser::new(&self.url);
        self.sign_in(&mut browser, name);
        browser
    }

    /// A new password for a user, whose sessions and tokens end.
    pub fn new_password(&self, name: &str) -> String {
        let reset = beschikbaarheidswijzer::identity::users::actions::reset_password;
        reset(&mut self.connection(), &Actor::command_line(), now(), name).expect("a known user").text
    }

    /// The password that is the same for every test. The hash that is stored takes next to no work to compare, which is
    /// most of what signing in costs; nothing ends by it.
    fn give_password(&self, name: &str) {
        use beschikbaarheidswijzer::db::schema::user_account;
        use diesel::prelude::*;
        diesel::update(user_account::table.filter(user_account::name.eq(name)))
            .set(user_account::password_hash.eq(PASSWORD_HASH))
            .execute(&mut self.connection())
            .expect("a known user");
    }

    /// A new second factor for a user; returns the secret.
    pub fn new_factor(&self, name: &str) -> String {
        db::write(&mut self.connection(), |conn| second_factor::give(conn, &self.state.vault, now(), name))
            .expect("a known user")
    }

    /// Signs in as a person does: with a password, and with a code when that is asked.
    pub fn sign_in(&self, browser: &mut Browser, name: &str) {
        self.give_password(name);
        self.prepare_provider(name);
        let answer = browser.post_form("/inloggen", &[("naam", name), ("wachtwoord", PASSWORD)]);
        assert_eq!(answer.status, 303, "{name} signs in: {}", answer.body);
        self.take_session(browser, &answer);
        let next = answer.header("location").expect("a next step");
        if next.starts_with("/inloggen/tweede-factor") {
            self.new_factor(name);
            return self.sign_in(browser, name);
        }
        if next.starts_with("/inloggen/code") {
            let secret = self.new_factor(name);
            let code = second_factor::code_at(&secret, self.state.clock.now()).expect("a code");
            let answer = browser.post_form("/inloggen/code", &[("code", &code)]);
            assert_eq!(answer.header("location"), Some("/start"), "{name} gives a code: {}", answer.body);
            self.take_session(browser, &answer);
        }
    }

    /// Keeps the cookies of an answer, as a browser does, and the form token of its session.
    pub fn take_session(&self, browser: &mut Browser, answer: &Answer) {
        let find = beschikbaarheidswijzer::identity::sign_in::actions::find_session;
        browser.keep_cookies(answer);
        let value = browser.cookie("__Host-sessie").expect("a session");
        let found = find(&mut self.connection(), &value, self.state.clock.now()).expect("a database");
        browser.csrf = found.expect("a session that stands").1.csrf;
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
        pub fn $name($server: &$crate::support::TestServer) $body

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
