//! Configuration from a file and the environment, checked as a whole at start-up.
//!
//! The file (TOML) is named by `BESCHIKBAARHEIDSWIJZER_CONFIG`; an environment variable of the same
//! name in capitals goes before it. Unknown keys are errors: a typing mistake must not pass silently.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use rules::contact::parse_email;
use rules::reminders::ReminderTerms;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::notifications::smtp::{Mailer, Patience};

/// Every setting, with its default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `sqlite://PATH` or `postgres://…`; may hold a password, so it is never shown.
    pub database_url: SecretString,
    /// A read replica (`postgres://…`) to follow the supply from; absent: the database itself.
    pub search_database_url: Option<SecretString>,
    /// Address and port of the pages and the API.
    pub listen: SocketAddr,
    /// Address and port of the Prometheus metrics; absent: none.
    pub metrics_listen: Option<SocketAddr>,
    /// The address people use, such as `https://jeugdhulp.voorbeeld.nl`. Never taken from a request.
    pub public_url: String,
    /// The mail server, such as `smtps://name:password@mail.voorbeeld.nl`; absent: mails stay in the outbox.
    pub smtp_url: Option<SecretString>,
    /// Who mails are from, such as `Jeugdhulp <jeugdhulp@voorbeeld.nl>`; goes with `smtp_url`.
    pub mail_from: String,
    /// Days after figures begin to age until their provider is reminded.
    pub remind_after_days: u16,
    /// Days after the reminder of stale figures until the account manager hears of it.
    pub escalate_after_days: u16,
    /// Where the end of the audit's chain is mailed once a day, separated by commas; absent: nowhere.
    pub audit_head_to: Addresses,
    /// For how many years is kept who looked at which child.
    pub access_log_years: u8,
    /// Where people tell of a weakness, as `mailto:` or `https:` address; absent: there is no `security.txt`.
    pub security_contact: Option<String>,
    /// The page (`https:`) with what is asked of who tells of a weakness.
    pub security_policy: Option<String>,
    /// `text` or `json`.
    pub log_format: LogFormat,
    /// A tracing filter, such as `info` or `beschikbaarheidswijzer=debug`.
    pub log_filter: String,
    /// Connections to the database; 4 is enough on two cores.
    pub database_pool: u32,
    /// Worker threads; absent: one per core.
    pub workers: Option<usize>,
    /// What secrets in the database are sealed with: 32 characters or more, the same on every server of one
    /// database. Absent: the content of `secret_key_file`.
    pub secret_key: Option<SecretString>,
    /// Where the key is kept when `secret_key` is absent; made at the first start.
    pub secret_key_file: PathBuf,
    /// Addresses or networks of the proxies in front of this server, separated by commas. Only they are
    /// believed when they say whom they speak for (`X-Forwarded-For`).
    pub trusted_proxies: Proxies,
    /// Calls of the API a minute from one address without a token; absent: 600, and far more in a demonstration.
    pub api_calls_per_address: Option<u32>,
    /// Calls of the API a minute with one token; absent: 1200, and far more in a demonstration.
    pub api_calls_per_token: Option<u32>,
    /// Failed sign-ins from one address in a quarter of an hour.
    pub sign_in_failures_per_address: u32,
    /// Failed sign-ins on one user name in an hour, from where it did not sign in before.
    pub sign_in_failures_per_user: u32,
    /// What makes the region recognise its own pages.
    pub region: RegionLook,
}

/// The proxies that are believed about whom they speak for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl TryFrom<String> for Proxies {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parse = |part: &str| {
            part.parse::<IpNet>()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| format!("`{part}` is no address or network such as 10.0.0.0/8"))
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(parse).collect::<Result<_, _>>().map(Self)
    }
}

/// Addresses for mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Addresses(pub Vec<String>);

impl TryFrom<String> for Addresses {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let parse = |part: &str| parse_email(part).map_err(|_| format!("`{part}` is no mail address"));
        parts.map(parse).collect::<Result<_, _>>().map(Self)
    }
}

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// What makes a region recognise its own pages.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegionLook {
    /// Code of the region this server is for; absent: the only or first one.
    pub code: Option<String>,
    /// The name in the header; absent: that of the product book.
    pub name: Option<String>,
    /// Eight shades of the brand colour, dark to light, each as `#rrggbb`.
    pub colours: Option<Vec<String>>,
    /// A logo as SVG or PNG file, shown in place of the compass.
    pub logo: Option<PathBuf>,
    /// Municipality borders as GeoJSON, for the map; absent: a map of dots.
    pub map: Option<PathBuf>,
}

impl RegionLook {
    /// A file that is named without its whole path lies beside the file with the settings, wherever the program starts.
    fn find_files_beside(&mut self, folder: &Path) {
        for path in [&mut self.logo, &mut self.map].into_iter().flatten() {
            *path = folder.join(&*path);
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: SecretString::from("sqlite://data/beschikbaarheidswijzer.sqlite"),
            search_database_url: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            public_url: String::new(),
            smtp_url: None,
            mail_from: String::new(),
            remind_after_days: 3,
            escalate_after_days: 7,
            audit_head_to: Addresses::default(),
            access_log_years: 5,
            security_contact: None,
            security_policy: None,
            log_format: LogFormat::Text,
            log_filter: "info".into(),
            database_pool: 4,
            workers: None,
            secret_key: None,
            secret_key_file: PathBuf::from("data/secret.key"),
            trusted_proxies: Proxies::default(),
            api_calls_per_address: None,
            api_calls_per_token: None,
            sign_in_failures_per_address: 30,
            sign_in_failures_per_user: 100,
            region: RegionLook::default(),
        }
    }
}

/// Everything that is wrong with the configuration, told at once.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is not right:\n{}", .0.iter().map(|p| format!("  - {p}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<String>);

/// The settings that may come as environment variables.
const FROM_ENVIRONMENT: [&str; 24] = [
    "DATABASE_URL",
    "SEARCH_DATABASE_URL",
    "LISTEN",
    "METRICS_LISTEN",
    "PUBLIC_URL",
    "SMTP_URL",
    "MAIL_FROM",
    "REMIND_AFTER_DAYS",
    "ESCALATE_AFTER_DAYS",
    "AUDIT_HEAD_TO",
    "ACCESS_LOG_YEARS",
    "SECURITY_CONTACT",
    "SECURITY_POLICY",
    "LOG_FORMAT",
    "LOG_FILTER",
    "DATABASE_POOL",
    "WORKERS",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "TRUSTED_PROXIES",
    "API_CALLS_PER_ADDRESS",
    "API_CALLS_PER_TOKEN",
    "SIGN_IN_FAILURES_PER_ADDRESS",
    "SIGN_IN_FAILURES_PER_USER",
];

/// The shortest key that is not to be guessed.
const SHORTEST_SECRET_KEY: usize = 32;

impl Config {
    /// Reads file and environment and checks the result.
    pub fn load(file: Option<&PathBuf>, listen: Option<SocketAddr>) -> Result<Self, ConfigError> {
        let mut builder = config::Config::builder();
        if let Some(path) = file {
            builder = builder.add_source(config::File::from(path.clone()).format(config::FileFormat::Toml));
        }
        for name in FROM_ENVIRONMENT {
            if let Ok(value) = std::env::var(name) {
                builder = builder
                    .set_override(name.to_lowercase(), value)
                    .map_err(|error| ConfigError(vec![format!("{name}: {error}")]))?;
            }
        }
        let mut config: Self = builder
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(|error| ConfigError(vec![error.to_string()]))?;
        if let Some(folder) = file.and_then(|file| file.parent()) {
            config.region.find_files_beside(folder);
        }
        if let Some(listen) = listen {
            config.listen = listen;
        }
        if config.public_url.is_empty() {
            config.public_url = format!("http://{}", config.listen);
        }
        config.check()?;
        Ok(config)
    }

    /// Who makes bearer tokens (`iss`): the address people use. A server that is for this machine alone has none of its own,
    /// and `token` must make tokens for it without being told on which port it listens.
    pub fn token_issuer(&self) -> &str {
        if self.public_url.starts_with("https://") { &self.public_url } else { "beschikbaarheidswijzer" }
    }

    /// How long to wait before each reminder.
    pub fn reminder_terms(&self) -> ReminderTerms {
        ReminderTerms { ageing_days: self.remind_after_days, escalate_days: self.escalate_after_days }
    }

    /// The mail server, if one is configured.
    pub fn mailer(&self) -> Result<Option<Mailer>, String> {
        let Some(url) = &self.smtp_url else { return Ok(None) };
        Mailer::new(url.expose_secret(), &self.mail_from, Patience::USUAL).map(Some)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let mut problems = Vec::new();
        let url = self.database_url.expose_secret();
        let is_postgres = |url: &str| url.starts_with("postgres://") || url.starts_with("postgresql://");
        if !(url.starts_with("sqlite://") || is_postgres(url)) {
            problems.push("database_url (DATABASE_URL) must start with sqlite:// or postgres://".into());
        }
        if let Some(replica) = &self.search_database_url
            && !(is_postgres(url) && is_postgres(replica.expose_secret()))
        {
            problems.push(
                "search_database_url (SEARCH_DATABASE_URL) and database_url must both be postgres://".into(),
            );
        }
        if !(self.public_url.starts_with("http://") || self.public_url.starts_with("https://"))
            || self.public_url.ends_with('/')
        {
            problems.push(
                "public_url (PUBLIC_URL) must start with https:// (or http://) and have no slash at the end"
                    .into(),
            );
        }
        // The origin of a form is compared with it, and a browser names no path in an origin.
        let beyond_scheme = self.public_url.split_once("://").map_or("", |(_, rest)| rest);
        if beyond_scheme.trim_end_matches('/').contains(['/', '?', '#']) {
            problems.push(
                "public_url (PUBLIC_URL) must be a host with no path behind it: the program has a host of its own"
                    .into(),
            );
        }
        if let Err(problem) = self.mailer() {
            problems.push(problem);
        }
        for (key, days) in [
            ("remind_after_days (REMIND_AFTER_DAYS)", self.remind_after_days),
            ("escalate_after_days (ESCALATE_AFTER_DAYS)", self.escalate_after_days),
        ] {
            if days > 365 {
                problems.push(format!("{key} must be 0 to 365"));
            }
        }
        if !(5..=20).contains(&self.access_log_years) {
            problems.push("access_log_years (ACCESS_LOG_YEARS) must be 5 to 20".into());
        }
        for (key, address, starts) in [
            ("security_contact (SECURITY_CONTACT)", &self.security_contact, &["mailto:", "https://"][..]),
            ("security_policy (SECURITY_POLICY)", &self.security_policy, &["https://"]),
        ] {
            let is_right = |text: &String| {
                starts.iter().any(|start| text.starts_with(start)) && !text.contains(char::is_whitespace)
            };
            if address.as_ref().is_some_and(|text| !is_right(text)) {
                problems.push(format!("{key} must start with {} and have no spaces", starts.join(" or ")));
            }
        }
        if self.metrics_listen == Some(self.listen) {
            problems.push("metrics_listen (METRICS_LISTEN) must differ from listen (LISTEN)".into());
        }
        if !(1..=100).contains(&self.database_pool) {
            problems.push("database_pool (DATABASE_POOL) must be 1 to 100".into());
        }
        if self.workers.is_some_and(|workers| !(1..=256).contains(&workers)) {
            problems.push("workers (WORKERS) must be 1 to 256".into());
        }
        if self.secret_key.as_ref().is_some_and(|key| key.expose_secret().len() < SHORTEST_SECRET_KEY) {
            problems
                .push(format!("secret_key (SECRET_KEY) must have {SHORTEST_SECRET_KEY} characters or more"));
        }
        for (name, limit) in [
            ("api_calls_per_address (API_CALLS_PER_ADDRESS)", self.api_calls_per_address),
            ("api_calls_per_token (API_CALLS_PER_TOKEN)", self.api_calls_per_token),
            (
                "sign_in_failures_per_address (SIGN_IN_FAILURES_PER_ADDRESS)",
                Some(self.sign_in_failures_per_address),
            ),
            ("sign_in_failures_per_user (SIGN_IN_FAILURES_PER_USER)", Some(self.sign_in_failures_per_user)),
        ] {
            if limit.is_some_and(|limit| !(1..=60_000_000).contains(&limit)) {
                problems.push(format!("{name} must be 1 to 60000000"));
            }
        }
        if tracing_subscriber::EnvFilter::try_new(&self.log_filter).is_err() {
            problems.push(
                "log_filter (LOG_FILTER) is not a filter such as info or beschikbaarheidswijzer=debug".into(),
            );
        }
        if let Some(colours) = &self.region.colours
            && (colours.len() != 8 || !colours.iter().all(|colour| is_colour(colour)))
        {
            problems.push("region.colours must be eight colours like #0b5a69, dark to light".into());
        }
        for (key, path) in [("region.logo", &self.region.logo), ("region.map", &self.region.map)] {
            if let Some(path) = path
                && !path.is_file()
            {
                problems.push(format!("{key}: no file at {}", path.display()));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(ConfigError(problems)) }
    }
}

fn is_colour(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_told_at_once() {
        let config = Config {
            database_url: SecretString::from("mysql://x"),
            search_database_url: Some(SecretString::from("postgres://replica/x")),
            public_url: "jeugdhulp.example/".into(),
            database_pool: 0,
            smtp_url: Some(SecretString::from("mail.voorbeeld.nl")),
            secret_key: Some(SecretString::from("short")),
            api_calls_per_token: Some(0),
            security_contact: Some("veiligheid@voorbeeld.nl".into()),
            security_policy: Some("http://voorbeeld.nl/".into()),
            region: RegionLook { colours: Some(vec!["red".into()]), ..RegionLook::default() },
            ..Config::default()
        };
        let problems = config.check().expect_err("ten settings are wrong").0;
        assert_eq!(problems.len(), 10, "{problems:?}");
    }

    #[test]
    fn the_address_is_a_host_without_a_path() {
        for (address, is_right) in [
            ("https://jeugdhulp.example", true),
            ("http://127.0.0.1:8080", true),
            ("https://jeugdhulp.example/wachttijden", false),
            ("https://jeugdhulp.example?a=1", false),
        ] {
            let config = Config { public_url: address.into(), ..Config::default() };
            assert_eq!(config.check().is_ok(), is_right, "{address}");
        }
    }

    #[test]
    fn the_defaults_are_right() {
        let config = Config { public_url: "http://127.0.0.1:8080".into(), ..Config::default() };
        assert!(config.check().is_ok());
    }

    #[test]
    fn files_of_the_region_lie_beside_the_settings() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        std::fs::write(folder.path().join("logo.svg"), "<svg/>").expect("a logo");
        let elsewhere = tempfile::NamedTempFile::new().expect("a file");
        let map = elsewhere.path();
        let text = format!("[region]\nlogo = \"logo.svg\"\nmap = \"{}\"\n", map.display());
        std::fs::write(&file, text).expect("settings");

        let config = Config::load(Some(&file), None).expect("both files are there");
        assert_eq!(config.region.logo, Some(folder.path().join("logo.svg")));
        assert_eq!(config.region.map.as_deref(), Some(map));
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let proxies =
            Proxies::try_from("10.0.0.0/8, 192.0.2.1,2001:db8::/32".to_owned()).expect("all are right");
        for (address, contained) in [
            ("10.1.2.3", true),
            ("192.0.2.1", true),
            ("192.0.2.2", false),
            ("2001:db8::1", true),
            ("::1", false),
        ] {
            assert_eq!(proxies.contain(address.parse().expect("an address")), contained, "{address}");
        }
        assert!(!Proxies::try_from(String::new()).expect("none").contain([127, 0, 0, 1].into()));
        assert!(Proxies::try_from("proxy.example".to_owned()).is_err());
    }
}
