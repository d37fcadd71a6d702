//! Limieten (limits): how often something may be tried. Kept in the memory of one server.
//!
//! In memory, because a counter in the database would let everybody who is refused cause a write. With several
//! servers each counts by itself, and a restart forgets: the limits are a brake on guessing, while long passwords
//! and second factors are the lock.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

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
}

/// All limits of one server.
pub struct Limits {
    mails_per_address: Limiter,
    mails_to_one: Limiter,
    reports_per_address: Limiter,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            mails_per_address: Limiter::new(20, Duration::hours(1)),
            mails_to_one: Limiter::new(3, Duration::hours(1)),
            reports_per_address: Limiter::new(20, Duration::hours(1)),
        }
    }
}

impl Limits {
    /// A request to send mail to an address that anybody can type.
    pub fn mail(&self, from: &str, to: &str, now: DateTime<Utc>) -> Result<()> {
        self.mails_per_address.take(&network(from), now)?;
        self.mails_to_one.take(to, now)
    }

    /// A report of a figure, by somebody who need not be known.
    pub fn report(&self, from: &str, now: DateTime<Utc>) -> Result<()> {
        self.reports_per_address.take(&network(from), now)
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
        assert!(limiter.take("a", at(10)).is_ok());
    }
}
