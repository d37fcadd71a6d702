//! Limieten (limits): how often something may be tried. Kept in the memory of one server.
//!
//! In memory, because a counter in the database would let everybody who is refused cause a write. With several
//! servers each counts by itself, and a restart forgets: the limits are a brake on guessing, while long passwords
//! and second factors are the lock.
//!
//! Failed sign-ins are counted on two axes: from where, and on which user name. A limit on the name alone would let
//! anybody lock out anybody, and so would one on the address for a whole office behind it. Therefore a browser that signed
//! in before is known by a cookie and counts for itself alone: however often others fail, it still gets in. A new browser is known once its user has set a password with a
//! link from a mail.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use crate::config::Config;
use crate::error::{Error, Result};

/// More keys than this are not remembered at once.
const MOST_KEYS: usize = 100_000;

/// At most `burst` at once, and over time no more than `burst` in each `period`.
///
/// For every key it holds one moment: when all that was taken will have been made up for.
pub struct Limiter {
    interval: i64,
    room: i64,
    busy_until: Mutex<HashMap<String, i64>>,
}

impl Limiter {
    pub fn new(burst: u32, period: Duration) -> Self {
        let period = period.num_microseconds().unwrap_or(i64::MAX);
        let interval = (period / i64::from(burst.max(1))).max(1);
        Self { interval, room: interval * i64::from(burst.max(1) - 1), busy_until: Mutex::default() }
    }

    /// Takes one, or tells after how many seconds there is one again.
    pub fn take(&self, key: &str, now: DateTime<Utc>) -> Result<()> {
        let now = now.timestamp_micros();
        let mut keys = self.busy_until.lock().unwrap_or_else(PoisonError::into_inner);
        let busy_until = keys.get(key).copied().unwrap_or(now).max(now);
        let ahead = busy_until - now;
        if ahead > self.room {
            let seconds = (ahead - self.room + 999_999) / 1_000_000;
            return Err(Error::TooManyRequests(u32::try_from(seconds).unwrap_or(u32::MAX)));
        }
        if keys.len() >= MOST_KEYS && !keys.contains_key(key) {
            keys.retain(|_, until| *until > now);
            if keys.len() >= MOST_KEYS {
                keys.clear();
            }
        }
        match keys.get_mut(key) {
            Some(until) => *until = busy_until + self.interval,
            None => drop(keys.insert(key.to_owned(), busy_until + self.interval)),
        }
        Ok(())
    }

    /// Gives one back that was taken for nothing.
    pub fn give_back(&self, key: &str) {
        let mut keys = self.busy_until.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = keys.get_mut(key) {
            *until -= self.interval;
        }
    }
}

/// All limits of one server.
pub struct Limits {
    calls_per_address: Limiter,
    calls_per_token: Limiter,
    failures_per_address: Limiter,
    failures_per_user: Limiter,
    failures_per_device: Limiter,
    wrong_codes: Limiter,
    mails_per_address: Limiter,
    mails_to_one: Limiter,
    follows_of_one: Limiter,
    reports: Limiter,
    stops_told: Limiter,
    refusals_told: Limiter,
}

/// One try to sign in. Counts as failed until it is told otherwise.
pub struct Attempt<'a> {
    limits: &'a Limits,
    /// None for a proven device, which others at its address cannot stop.
    address: Option<String>,
    user: (&'a Limiter, String),
}

impl Limits {
    pub fn new(config: &Config, demo: bool) -> Self {
        let usual = |normal: u32| if demo { 6_000_000 } else { normal };
        let a_minute = Duration::minutes(1);
        Self {
            calls_per_address: Limiter::new(
                config.api_calls_per_address.unwrap_or_else(|| usual(600)),
                a_minute,
            ),
            calls_per_token: Limiter::new(
                config.api_calls_per_token.unwrap_or_else(|| usual(1200)),
                a_minute,
            ),
            failures_per_address: Limiter::new(config.sign_in_failures_per_address, Duration::minutes(15)),
            failures_per_user: Limiter::new(config.sign_in_failures_per_user, Duration::hours(1)),
            failures_per_device: Limiter::new(20, Duration::minutes(20)),
            wrong_codes: Limiter::new(10, Duration::minutes(30)),
            mails_per_address: Limiter::new(20, Duration::hours(1)),
            mails_to_one: Limiter::new(3, Duration::hours(1)),
            follows_of_one: Limiter::new(3, Duration::hours(1)),
            reports: Limiter::new(20, Duration::hours(1)),
            stops_told: Limiter::new(1, Duration::minutes(15)),
            refusals_told: Limiter::new(20, Duration::hours(1)),
        }
    }

    /// A call of the API without a token, or with one that is not known to be good.
    pub fn call_from(&self, address: &str, now: DateTime<Utc>) -> Result<()> {
        self.calls_per_address.take(&network(address), now)
    }

    /// A call of the API with a good token, which does not count for its address.
    pub fn call_with(&self, token_family: &str, now: DateTime<Utc>) -> Result<()> {
        self.calls_per_token.take(token_family, now)
    }

    /// A try to sign in as `user`; `device` says by which proven cookie, if by any.
    pub fn attempt(
        &self,
        address: &str,
        user: &str,
        device: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Attempt<'_>> {
        let address = self.address_of(address, device, now)?;
        let (limiter, key) = match device {
            Some(device) => (&self.failures_per_device, format!("{device} {user}")),
            None => (&self.failures_per_user, user.to_owned()),
        };
        limiter.take(&key, now)?;
        Ok(Attempt { limits: self, address, user: (limiter, key) })
    }

    /// The address for which a try counts, with one taken from it; none for what is proven.
    fn address_of(&self, address: &str, device: Option<&str>, now: DateTime<Utc>) -> Result<Option<String>> {
        if device.is_some() {
            return Ok(None);
        }
        let address = network(address);
        self.failures_per_address.take(&address, now)?;
        Ok(Some(address))
    }

    /// A try to give the code of a second factor, after the right password.
    pub fn code_attempt(
        &self,
        address: &str,
        user: &str,
        device: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Attempt<'_>> {
        let address = self.address_of(address, device, now)?;
        let key = format!("{} {user}", device.unwrap_or_default());
        self.wrong_codes.take(&key, now)?;
        Ok(Attempt { limits: self, address, user: (&self.wrong_codes, key) })
    }

    /// Whether it is time to write down again that this address is stopped: a line for each try would be a flood.
    pub fn tells_stop(&self, from: &str, now: DateTime<Utc>) -> bool {
        self.stops_told.take(&network(from), now).is_ok()
    }

    /// Whether a refusal of nobody in particular is written down: the first of an address are, and not a flood of them.
    pub fn tells_refusal(&self, from: &str, of: &str, now: DateTime<Utc>) -> bool {
        self.refusals_told.take(&format!("{of} {}", network(from)), now).is_ok()
    }

    /// A report of a figure, by somebody who need not be known.
    pub fn report(&self, from: &str, now: DateTime<Utc>) -> Result<()> {
        self.reports.take(&network(from), now)
    }

    /// A request to send mail to an address that anybody can type.
    pub fn mail(&self, from: &str, to: &str, now: DateTime<Utc>) -> Result<()> {
        self.mails_per_address.take(&network(from), now)?;
        self.mails_to_one.take(to, now)
    }

    /// The same to follow a search, which must not keep its reader from asking for a new password.
    pub fn follow(&self, from: &str, to: &str, now: DateTime<Utc>) -> Result<()> {
        self.mails_per_address.take(&network(from), now)?;
        self.follows_of_one.take(to, now)
    }
}

impl Attempt<'_> {
    pub fn succeeded(self) {
        if let Some(address) = &self.address {
            self.limits.failures_per_address.give_back(address);
        }
        self.user.0.give_back(&self.user.1);
    }
}

/// One customer of an internet provider has one IPv4 address, or a whole IPv6 network.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => v6.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
        },
        _ => address.to_owned(),
    }
}

/// An address without its last part, to show somebody from where was signed in and keep no more than that.
pub fn coarse(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.x")
        }
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => coarse(&v4.to_string()),
            None => format!("{:x}:{:x}:{:x}::", v6.segments()[0], v6.segments()[1], v6.segments()[2]),
        },
        Err(_) => "onbekend".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_262_400 + seconds, 0).expect("a time")
    }

    fn wait(result: Result<()>) -> u32 {
        match result {
            Err(Error::TooManyRequests(seconds)) => seconds,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn a_burst_is_allowed_and_then_one_at_a_time() {
        let limiter = Limiter::new(3, Duration::seconds(30));
        for _ in 0..3 {
            assert!(limiter.take("a", at(0)).is_ok());
        }
        assert_eq!(wait(limiter.take("a", at(0))), 10);
        assert!(limiter.take("b", at(0)).is_ok(), "another key has its own");
        assert_eq!(wait(limiter.take("a", at(9))), 1);
        assert!(limiter.take("a", at(10)).is_ok());
        assert_eq!(wait(limiter.take("a", at(10))), 10);
        assert!(limiter.take("a", at(1000)).is_ok(), "all is made up for in time");
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let limiter = Limiter::new(1, Duration::seconds(30));
        for _ in 0..5 {
            assert!(limiter.take("a", at(0)).is_ok());
            limiter.give_back("a");
        }
    }

    #[test]
    fn a_known_browser_gets_in_while_others_fail_on_the_name() {
        let limits = Limits::new(&Config::default(), false);
        let attack = |number: usize, name: &str| {
            limits.attempt(&format!("203.0.113.{}", number % 250), name, None, at(0)).is_ok()
        };
        let allowed = (0..1000).filter(|number| attack(*number, "iemand")).count();
        assert_eq!(allowed, 100);
        assert!(limits.attempt("192.0.2.1", "iemand", None, at(0)).is_err(), "a new browser must wait");
        for _ in 0..5 {
            let attempt = limits.attempt("192.0.2.1", "iemand", Some("d"), at(0));
            attempt.expect("a known browser need not").succeeded();
        }
        assert!(limits.attempt("192.0.2.1", "ander", None, at(0)).is_ok(), "other names are not touched");
    }

    #[test]
    fn a_known_browser_gets_in_while_others_fail_at_its_address() {
        let limits = Limits::new(&Config::default(), false);
        let allowed = (0..100)
            .filter(|number| limits.attempt("192.0.2.1", &format!("naam-{number}"), None, at(0)).is_ok())
            .count();
        assert_eq!(allowed, 30);
        for _ in 0..5 {
            assert!(limits.attempt("192.0.2.1", "iemand", None, at(0)).is_err(), "a new browser must wait");
            assert!(limits.code_attempt("192.0.2.1", "iemand", None, at(0)).is_err());
            limits
                .attempt("192.0.2.1", "iemand", Some("d"), at(0))
                .expect("a known one need not")
                .succeeded();
            limits
                .code_attempt("192.0.2.1", "iemand", Some("d"), at(0))
                .expect("nor for its code")
                .succeeded();
        }
        assert!(limits.attempt("192.0.2.1", "iemand", None, at(0)).is_err(), "nothing was given back for it");
        let guessed =
            (0..100).filter(|_| limits.code_attempt("192.0.2.1", "iemand", Some("d"), at(0)).is_ok()).count();
        assert_eq!(guessed, 10, "its own limit holds");
    }

    #[test]
    fn following_a_search_takes_nothing_from_a_forgotten_password() {
        let limits = Limits::new(&Config::default(), false);
        let asked = |number: usize| {
            limits.follow(&format!("203.0.113.{number}"), "iemand@voorbeeld.example", at(0)).is_ok()
        };
        assert_eq!((0..20).filter(|number| asked(*number)).count(), 3);
        assert!(limits.mail("192.0.2.1", "iemand@voorbeeld.example", at(0)).is_ok());
    }

    #[test]
    fn one_address_is_stopped_whatever_names_it_tries() {
        let limits = Limits::new(&Config::default(), false);
        let tried =
            |number: usize| limits.attempt("192.0.2.1", &format!("naam-{number}"), None, at(0)).is_ok();
        assert_eq!((0..1000).filter(|number| tried(*number)).count(), 30);
        let within = |number: usize| {
            limits
                .attempt(&format!("2001:db8:1:2::{number:x}"), &format!("naam-{number}"), None, at(0))
                .is_ok()
        };
        assert_eq!((0..1000).filter(|number| within(*number)).count(), 30, "an IPv6 network is one address");
    }

    #[test]
    fn addresses_are_shown_coarsely() {
        for (address, shown) in [
            ("192.0.2.77", "192.0.2.x"),
            ("::ffff:192.0.2.77", "192.0.2.x"),
            ("2001:db8:1:2::3", "2001:db8:1::"),
            ("opdrachtregel", "onbekend"),
        ] {
            assert_eq!(coarse(address), shown);
        }
    }
}
