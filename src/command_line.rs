//! The command line: one program that serves, migrates, seeds and manages users.

mod assign;
mod audit;
mod backup;
mod crisis;
mod exchange;
mod region;

use std::io::Write as _;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command as Program, ExitCode};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use clap::{Args, Parser, Subcommand};
use secrecy::ExposeSecret;

use crate::actor::{Actor, Role, Scope};
use crate::availability::freshness::reminding::{Settings, send_reminders};
use crate::availability::supply::Supply;
use crate::backup::refuse_half_restored;
use crate::clock::{Clock, dutch_day};
use crate::config::{Config, LogFormat};
use crate::db::{self, Connection, Manager};
use crate::error::Error;
use crate::identity::model::OrganisationKind;
use crate::identity::organisations::model::NewOrganisation;
use crate::identity::tokens::keyring::Keyring;
use crate::identity::users::actions as users;
use crate::identity::users::model::{NewUser, UserState};
use crate::identity::vault::Vault;
use crate::seed::{CrisisCases, SignIn};
use crate::waiting_list::open_list::publishing::publish_now;
use crate::waiting_list::open_list::telling::tell_of_clients;
use crate::{api_document, identity, product_book, seed, server};

/// Laat zien welke aanbieders van jeugdhulp plek hebben, hoe lang de wachttijd is en hoe vers dat cijfer is.
///
/// Settings come from the environment or from a TOML file; see the table in the README.
#[derive(Debug, Parser)]
#[command(name = "beschikbaarheidswijzer", version, about, long_about)]
struct CommandLine {
    /// Settings file (TOML). Environment variables go before it.
    #[arg(long, global = true, env = "BESCHIKBAARHEIDSWIJZER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages and API until told to stop.
    Serve(ServeArgs),
    /// Bring the database schema up to date.
    Migrate {
        /// Take back the newest migration instead.
        #[arg(long)]
        down: bool,
    },
    /// Fill a database with what the program brings along.
    Seed(SeedArgs),
    /// Make regions.
    #[command(subcommand)]
    Region(region::RegionCommand),
    /// Manage users.
    #[command(subcommand)]
    User(UserCommand),
    /// Print a bearer token for scripts. Only on the server itself.
    Token {
        /// Name of the user the script works as.
        #[arg(long)]
        user: String,
        /// How many hours it is valid.
        #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(i64).range(1..=24))]
        hours: i64,
    },
    /// Copy the database to a file while it is in use, and check the copy; exit code 3 when it was made and a chain of the logs is broken.
    Backup(backup::BackupArgs),
    /// Put a backup back, or rehearse that.
    Restore(backup::RestoreArgs),
    /// Write what the region keeps of one kind to a CSV file.
    Export(exchange::ExportArgs),
    /// Bring in a CSV file, all of it or nothing; exit code 2 when something in it must be mended.
    Import(exchange::ImportArgs),
    /// Look after the chain of hashes over the audit.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Remind providers whose figures are getting old now, at any hour; servers do so by themselves on working days.
    Remind,
    /// Publish the anonymised waiting lists for providers now, besides at each whole hour: after many registrations at once.
    PublishList,
    /// Manage the keys that sign bearer tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Find places for all clients in a file at once, prove that it cannot be better, and write who has which place.
    Toewijzen(AssignArgs),
    /// Make records from the tables of a quarter of a crisis point, or tables from records, and compare.
    CrisisKwartaal(crisis::CrisisArgs),
    /// Write who waits in a region and which places there are as a problem that toewijzen solves. It names nobody.
    ExportProbleem(region::ExportProblemArgs),
    /// Ask a running server whether it is ready; exit code 0 if so.
    Healthcheck {
        /// Address and port of the server.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<SocketAddr>,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// List the keys: which one signs, and until when the others are good.
    List,
    /// Make a new key to sign with. What the others signed stays good for another day.
    Rotate {
        /// End the others at once, and with them all tokens: for a key that leaked.
        #[arg(long)]
        at_once: bool,
    },
}

#[derive(Debug, Args)]
struct AssignArgs {
    /// Clients, offers and options.
    #[arg(required_unless_present = "stdin", requires = "answer")]
    problem: Option<PathBuf>,
    /// Where the answer goes.
    #[arg(required_unless_present = "stdin")]
    answer: Option<PathBuf>,
    /// Tell for each class how many have a place and how many wait, and who of them has justified envy.
    #[arg(long, group = "besides")]
    classes: bool,
    /// Make these changes after the first solution, and tell how long they took.
    #[arg(long, group = "besides", value_name = "FILE")]
    changes: Option<PathBuf>,
    /// Prove the solution after so many of those changes each time; the proofs are not timed.
    #[arg(long, requires = "changes", value_name = "NUMBER")]
    every: Option<NonZeroUsize>,
    /// Without files: read the problem from standard input and write the answer to standard output. With files: make
    /// changes from standard input after the first solution, and answer each.
    #[arg(long, group = "besides")]
    stdin: bool,
}

impl AssignArgs {
    fn run(self) -> Outcome {
        let besides = match (self.classes, self.changes, self.stdin) {
            (true, ..) => assign::Besides::Classes,
            (_, Some(file), _) => assign::Besides::Changes(assign::Replay { file, every: self.every }),
            (.., true) => assign::Besides::Session,
            _ => assign::Besides::Nothing,
        };
        match (self.problem, self.answer) {
            (Some(problem), Some(answer)) => assign::run(&problem, &answer, &besides),
            _ => assign::pipe(),
        }
    }
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// Bring up the schema, fill an empty database with the demonstration region and print sign-ins.
    #[arg(long)]
    demo: bool,
    /// Address and port to listen on, for example 127.0.0.1:8080.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Leave out the two years of crisis cases.
    #[arg(long)]
    without_cases: bool,
    /// Also write the demonstration sign-ins to this file, as JSON.
    #[arg(long, value_name = "FILE", requires = "demo")]
    sign_ins: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct SeedArgs {
    /// The demonstration region Noord-Veluwe, with made-up providers, into an empty database.
    #[arg(long, required_unless_present = "reference", conflicts_with = "reference")]
    demo: bool,
    /// The municipalities and postcodes of the country, for a region of your own. What is there already stays as it is.
    #[arg(long, conflicts_with_all = ["without_cases", "sign_ins"])]
    reference: bool,
    /// Pretend it is this moment, such as 2026-11-21T09:00:00Z.
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
    /// Leave out the two years of crisis cases.
    #[arg(long)]
    without_cases: bool,
    /// Also write the demonstration sign-ins to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    sign_ins: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// List users with organisation and roles.
    List,
    /// Make a user and print the password.
    Add(UserAddArgs),
    /// Give a user a new password and print it; ends all sessions and tokens.
    Password { name: String },
    /// Block a user; ends all sessions and tokens.
    Disable { name: String },
    /// Readmit a blocked user.
    Enable { name: String },
    /// Take away the second factor of a user who lost it; ends all sessions and tokens.
    ResetSecondFactor {
        name: String,
        /// Why, and how the user was recognised; written in the audit.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
struct UserAddArgs {
    /// Name to sign in with.
    name: String,
    /// Name on the page, by role: "Toegang Harderwijk".
    #[arg(long)]
    display_name: String,
    /// E-mail address, to reset the password with.
    #[arg(long)]
    email: Option<String>,
    /// Role; may be given more than once.
    #[arg(long = "role", required = true, value_parser = parse_role)]
    roles: Vec<Role>,
    /// Name of the organisation; made when it is new.
    #[arg(long)]
    organisation: String,
    /// Kind of a new organisation: regio, gemeente, aanbieder, verwijzer or crisispunt.
    #[arg(long, value_parser = parse_kind)]
    kind: OrganisationKind,
    /// Code of the region.
    #[arg(long)]
    region: String,
    /// AGB code of the provider, for an organisation of the kind aanbieder.
    #[arg(long)]
    agb: Option<String>,
    /// Municipality codes a toegang or gemeente serves.
    #[arg(long = "municipality")]
    municipalities: Vec<String>,
}

fn parse_role(code: &str) -> Result<Role, String> {
    Role::parse(code).ok_or_else(|| format!("choose one of: {}", Role::ALL.map(Role::code).join(", ")))
}

fn parse_kind(code: &str) -> Result<OrganisationKind, String> {
    OrganisationKind::parse(code)
        .ok_or_else(|| "choose one of: regio, gemeente, aanbieder, verwijzer, crisispunt".into())
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let line = CommandLine::parse();
    match execute(line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; there is nobody left to tell then.
            let _ = writeln!(std::io::stderr(), "{}", explain(&*error));
            let is_bad_input = error.is::<assign::BadInput>() || error.is::<exchange::Refused>();
            if is_bad_input {
                ExitCode::from(2)
            } else if error.is::<backup::BrokenChain>() {
                ExitCode::from(3)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

/// What went wrong; of input that breaks rules all of them, each on a line.
fn explain(error: &(dyn std::error::Error + 'static)) -> String {
    let violations = error.downcast_ref::<Error>().and_then(Error::violations);
    match violations {
        Some(violations) => {
            let lines: Vec<String> =
                violations.iter().map(|wrong| format!("{}: {}", wrong.field, wrong.message)).collect();
            lines.join("\n")
        }
        None => error.to_string(),
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn execute(line: CommandLine) -> Outcome {
    let listen = match &line.command {
        Command::Serve(ServeArgs { listen, .. }) | Command::Healthcheck { listen } => *listen,
        _ => None,
    };
    let config = Config::load(line.config.as_ref(), listen)?;
    match line.command {
        Command::Serve(args) => serve(config, &args),
        Command::Migrate { down } => migrate(&config, down),
        Command::Seed(args) => fill(&config, &args),
        Command::Region(command) => region::run(&config, command),
        Command::User(command) => user(&config, command),
        Command::Token { user, hours } => token(&config, &user, hours),
        Command::Backup(args) => backup::make(&config, &args),
        Command::Restore(args) => backup::restore(&config, &args),
        Command::Export(args) => exchange::fetch(&config, &args),
        Command::Import(args) => exchange::bring(&config, &args),
        Command::Audit(command) => audit::run(&config, command),
        Command::Remind => remind(&config),
        Command::PublishList => publish_lists(&config),
        Command::Keys(command) => keys(&config, &command),
        Command::Openapi => print(api_document::text()),
        Command::Toewijzen(args) => args.run(),
        Command::CrisisKwartaal(args) => crisis::run(&config, &args),
        Command::ExportProbleem(args) => args.run(&mut open(&config)?),
        Command::Healthcheck { .. } => healthcheck(config.listen),
    }
}

fn print(text: &str) -> Outcome {
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn open(config: &Config) -> Result<Connection, Box<dyn std::error::Error>> {
    let url = config.database_url.expose_secret();
    if let Some(path) = url.strip_prefix("sqlite://")
        && let Some(folder) = std::path::Path::new(path).parent()
    {
        std::fs::create_dir_all(folder)?;
    }
    let mut conn = Manager::new(url).open()?;
    refuse_half_restored(&mut conn)?;
    Ok(conn)
}

fn fill(config: &Config, args: &SeedArgs) -> Outcome {
    let now = args.at.unwrap_or_else(|| Clock::System.now());
    let mut conn = open(config)?;
    db::migrate_up(&mut conn)?;
    if args.reference {
        let added = seed::reference(&mut conn, now)?;
        return print(&format!(
            "{} municipalities, {} postcodes added\n",
            added.municipalities, added.postcodes
        ));
    }
    let vault = Arc::new(Vault::open_configured(config)?);
    let cases = if args.without_cases { CrisisCases::None } else { CrisisCases::TwoYears };
    let sign_ins = seed::demonstration(&mut conn, &vault, now, cases)?;
    // A key takes a while to make; servers that start on this find it there.
    Keyring::new(vault, config.token_issuer()).keys(&mut conn, now)?;
    print_sign_ins(&sign_ins, args.sign_ins.as_ref())
}

/// Set by the program for itself, see [`start_over`].
const FILLED: &str = "DEMONSTRATION_FILLED";

/// Runs the same command from its beginning, in this process: making the passwords of a demonstration takes memory that would
/// stay with the server.
fn start_over() -> Outcome {
    let mut again = Program::new(std::env::current_exe()?);
    again.args(std::env::args_os().skip(1)).env(FILLED, "1");
    Err(again.exec().into())
}

fn fill_demonstration(config: &Config, now: DateTime<Utc>, file: Option<&PathBuf>) -> Outcome {
    let mut conn = open(config)?;
    db::migrate_up(&mut conn)?;
    let vault = Vault::open_configured(config)?;
    let sign_ins = if seed::is_empty(&mut conn)? {
        seed::demonstration(&mut conn, &vault, now, CrisisCases::TwoYears)?
    } else {
        seed::renew_sign_ins(&mut conn, &vault, now)?
    };
    print_sign_ins(&sign_ins, file)?;
    print(&format!("\nOpen {} in een browser. Stoppen: Ctrl+C.\n\n", config.public_url))
}

fn serve(config: Config, args: &ServeArgs) -> Outcome {
    start_log(&config)?;
    let clock = Clock::System;
    if args.demo && std::env::var_os(FILLED).is_none() {
        fill_demonstration(&config, clock.now(), args.sign_ins.as_ref())?;
        return start_over();
    }
    let state = server::build_state(config, clock, args.demo)?;
    actix_web::rt::System::new().block_on(server::serve(state))?;
    Ok(())
}

fn remind(config: &Config) -> Outcome {
    let (mut conn, now) = (open(config)?, Clock::System.now());
    let supply = Supply::default();
    supply.refresh(&mut conn, dutch_day(now))?;
    let settings =
        Settings { waits: config.reminder_terms(), public_url: &config.public_url, at_any_hour: true };
    let count = send_reminders(&mut conn, &*supply.current()?, now, settings)?;
    print(&format!("{count} reminders\n"))
}

fn publish_lists(config: &Config) -> Outcome {
    let (mut conn, now) = (open(config)?, Clock::System.now());
    let count = publish_now(&mut conn, now)?;
    let supply = Supply::default();
    supply.refresh(&mut conn, dutch_day(now))?;
    let mails = tell_of_clients(&mut conn, &*supply.current()?, now, &config.public_url)?;
    print(&format!("{count} lists, {mails} mails\n"))
}

fn start_log(config: &Config) -> Outcome {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log_filter)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
    }
    Ok(())
}

fn migrate(config: &Config, down: bool) -> Outcome {
    let mut conn = open(config)?;
    if down {
        let name = db::migrate_down(&mut conn)?;
        return print(&format!("taken back: {name}\n"));
    }
    let names = db::migrate_up(&mut conn)?;
    if names.is_empty() {
        print("the schema is up to date\n")
    } else {
        print(&format!("run: {}\n", names.join(", ")))
    }
}

fn print_sign_ins(sign_ins: &[seed::SignIn], file: Option<&PathBuf>) -> Outcome {
    if let Some(path) = file {
        write_private(path, &serde_json::to_string_pretty(sign_ins)?)?;
    }
    let width = sign_ins.iter().map(|sign_in| sign_in.name.len()).max().unwrap_or(0);
    let mut text = String::from(
        "\nInloggen in de oefenomgeving (deze wachtwoorden gelden tot de volgende start). Wie ook een code nodig\n\
         heeft: zet de sleutel in een app voor inlogcodes, of gebruik nu de code die erbij staat.\n\n",
    );
    for sign_in in sign_ins {
        let SignIn { name, password, organisation, .. } = sign_in;
        text.push_str(&format!("  {name:width$}  {password}  {organisation}\n"));
        let more = match (&sign_in.totp, &sign_in.code, &sign_in.client_id) {
            (Some(totp), Some(code), _) => format!("sleutel {totp}, code nu {code}"),
            (_, _, Some(client_id)) => format!("koppeling: clientId {client_id}, het geheim staat hierboven"),
            _ => continue,
        };
        text.push_str(&format!("  {:width$}  {more}\n", ""));
    }
    print(&text)
}

/// Writes a file that only its owner can read.
fn write_private(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

fn user(config: &Config, command: UserCommand) -> Outcome {
    let mut conn = open(config)?;
    let (actor, now) = (Actor::command_line(), Clock::System.now());
    match command {
        UserCommand::List => {
            let users = users::list_all(&mut conn)?;
            let lines: String = users
                .iter()
                .map(|user| {
                    let roles: Vec<&str> = user.roles.iter().map(|role| role.code()).collect();
                    let state = match user.state {
                        UserState::Active => String::new(),
                        other => format!("  ({})", other.label().to_lowercase()),
                    };
                    format!("{}  {}  [{}]{state}\n", user.name, user.organisation, roles.join(", "))
                })
                .collect();
            print(&lines)
        }
        UserCommand::Add(args) => {
            let name = args.name.clone();
            let made = db::write(&mut conn, |conn| {
                let organisation = NewOrganisation {
                    name: args.organisation,
                    kind: args.kind,
                    region_id: product_book::common::find_region_id(conn, &args.region)?,
                    provider_id: args
                        .agb
                        .map(|agb| product_book::common::find_provider_id(conn, &agb))
                        .transpose()?,
                    municipality_ids: product_book::common::find_municipality_ids(
                        conn,
                        &args.municipalities,
                    )?,
                };
                let new = NewUser {
                    name: args.name,
                    display_name: args.display_name,
                    email: args.email.map(|email| email.to_lowercase()),
                    roles: args.roles,
                    scopes: Scope::ALL.to_vec(),
                    organisation,
                    demonstration: false,
                };
                users::create(conn, &actor, now, &new)
            })?;
            print_secret(&name, &made)
        }
        UserCommand::Password { name } => {
            print_secret(&name, &users::reset_password(&mut conn, &actor, now, &name)?)
        }
        UserCommand::Disable { name } => Ok(users::set_active_by_name(&mut conn, &actor, now, &name, false)?),
        UserCommand::Enable { name } => Ok(users::set_active_by_name(&mut conn, &actor, now, &name, true)?),
        UserCommand::ResetSecondFactor { name, reason } => {
            Ok(users::reset_second_factor_by_name(&mut conn, &actor, now, &name, &reason)?)
        }
    }
}

fn print_secret(name: &str, secret: &users::Secret) -> Outcome {
    print(&format!("{}  {}\n", secret.client_id.as_deref().unwrap_or(name), secret.text))
}

fn token(config: &Config, user: &str, hours: i64) -> Outcome {
    let now = Clock::System.now();
    let mut conn = open(config)?;
    let keyring = Keyring::new(Arc::new(Vault::open_configured(config)?), config.token_issuer());
    let issue = identity::tokens::actions::issue_for_script;
    let token = issue(&mut conn, &keyring, &Actor::command_line(), now, user, Duration::hours(hours))?;
    print(&format!("{token}\n"))
}

fn keys(config: &Config, command: &KeysCommand) -> Outcome {
    use identity::tokens::actions::{list_keys, rotate_keys};
    let (actor, now) = (Actor::command_line(), Clock::System.now());
    let mut conn = open(config)?;
    match command {
        KeysCommand::List => {
            let keys = list_keys(&mut conn)?.into_iter().map(|key| {
                let until = match key.valid_until {
                    None => "signs".to_owned(),
                    Some(until) if until <= now.naive_utc() => format!("ended {until}Z"),
                    Some(until) => format!("verifies until {until}Z"),
                };
                format!("{}  made {}Z  {until}\n", key.kid, key.created_at)
            });
            print(&keys.collect::<String>())
        }
        KeysCommand::Rotate { at_once } => {
            let vault = Vault::open_configured(config)?;
            print(&format!("{}\n", rotate_keys(&mut conn, &vault, &actor, now, *at_once)?))
        }
    }
}

/// One plain HTTP request, so that no client library is needed for it.
fn healthcheck(listen: SocketAddr) -> Outcome {
    use std::io::Read as _;
    let wait = std::time::Duration::from_secs(3);
    let mut stream = std::net::TcpStream::connect_timeout(&listen, wait)?;
    stream.set_read_timeout(Some(wait))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer)?;
    let status = answer.split_whitespace().nth(1).unwrap_or("no answer");
    if status == "200" {
        print("ready\n")
    } else {
        Err(Box::new(Error::internal(format!("not ready: {status}"))))
    }
}
