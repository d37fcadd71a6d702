//! Numbers for monitoring, in the format of Prometheus, on a port of their own.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

use crate::notifications::model::Queue;
use crate::notifications::worker::Tally;

pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    /// Offers in the searchable picture.
    pub offers: IntGauge,
    /// The version of the searchable picture.
    pub supply_version: IntGauge,
    supply_age_seconds: IntGauge,
    ready: IntGauge,
    /// Until when the picture holds all that was saved, in seconds since 1970.
    supply_followed: AtomicI64,
    mails: IntCounterVec,
    mails_waiting: IntGauge,
    mails_failed: IntGauge,
    mail_oldest_seconds: IntGauge,
}

impl Metrics {
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("http_requests_total", "Requests by method, route and status"),
            &["method", "route", "status"],
        )?;
        let seconds = HistogramVec::new(
            HistogramOpts::new("http_request_duration_seconds", "Time to answer by route")
                .buckets(vec![0.001, 0.005, 0.02, 0.1, 0.5, 2.0]),
            &["route"],
        )?;
        let offers = IntGauge::new("supply_offers", "Offers in the searchable picture")?;
        let supply_version = IntGauge::new("supply_version", "Version of the searchable picture")?;
        let supply_age_seconds = IntGauge::new(
            "supply_age_seconds",
            "How long ago the searchable picture was last brought up to date with the database",
        )?;
        let ready =
            IntGauge::new("ready", "1 when the database answers and the searchable picture is there")?;
        let mails = IntCounterVec::new(
            Opts::new("mail_attempts_total", "Attempts to deliver a mail by outcome"),
            &["outcome"],
        )?;
        let mails_waiting = IntGauge::new("mail_waiting", "Mails in the outbox that are not sent yet")?;
        let mails_failed = IntGauge::new("mail_failed", "Mails that were given up and not erased yet")?;
        let mail_oldest_seconds =
            IntGauge::new("mail_oldest_seconds", "How long the oldest mail in the outbox has waited")?;
        registry.register(Box::new(mails.clone()))?;
        registry.register(Box::new(mails_waiting.clone()))?;
        registry.register(Box::new(mails_failed.clone()))?;
        registry.register(Box::new(mail_oldest_seconds.clone()))?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(offers.clone()))?;
        registry.register(Box::new(supply_version.clone()))?;
        registry.register(Box::new(supply_age_seconds.clone()))?;
        registry.register(Box::new(ready.clone()))?;
        Ok(Self {
            registry,
            requests,
            seconds,
            offers,
            supply_version,
            supply_age_seconds,
            ready,
            supply_followed: AtomicI64::new(0),
            mails,
            mails_waiting,
            mails_failed,
            mail_oldest_seconds,
        })
    }

    pub fn count_request(&self, method: &str, route: &str, status: u16, elapsed: Duration) {
        // Only methods the program knows become a label: a visitor must not be able to make new ones.
        let method = match method {
            "GET" | "HEAD" | "POST" | "PUT" => method,
            _ => "ander",
        };
        let mut digits = [0; 3];
        self.requests.with_label_values(&[method, route, three_digits(status, &mut digits)]).inc();
        self.seconds.with_label_values(&[route]).observe(elapsed.as_secs_f64());
    }

    pub fn count_mails(&self, tally: Tally) {
        for (outcome, count) in
            [("sent", tally.sent), ("postponed", tally.postponed), ("failed", tally.failed)]
        {
            self.mails.with_label_values(&[outcome]).inc_by(count);
        }
    }

    /// The searchable picture holds all that was saved until this moment.
    pub fn note_followed(&self, now: DateTime<Utc>) {
        self.supply_followed.store(now.timestamp(), Ordering::Relaxed);
    }

    /// Tells how old the searchable picture is.
    pub fn report_age(&self, now: DateTime<Utc>) {
        let age = now.timestamp() - self.supply_followed.load(Ordering::Relaxed);
        self.supply_age_seconds.set(age.max(0));
    }

    pub fn report_ready(&self, is_ready: bool) {
        self.ready.set(is_ready.into());
    }

    pub fn report_queue(&self, queue: Queue, now: DateTime<Utc>) {
        self.mails_waiting.set(queue.waiting);
        self.mails_failed.set(queue.failed);
        let age = queue.oldest.map_or(0, |oldest| (now.naive_utc() - oldest).num_seconds());
        self.mail_oldest_seconds.set(age.max(0));
    }

    pub fn render(&self) -> String {
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "metrics could not be written");
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

fn three_digits(status: u16, digits: &mut [u8; 3]) -> &str {
    for (place, divisor) in digits.iter_mut().zip([100, 10, 1]) {
        *place = b'0' + u8::try_from(status / divisor % 10).unwrap_or(0);
    }
    std::str::from_utf8(digits).unwrap_or("000")
}
