//! Numbers for monitoring, in the format of Prometheus, on a port of their own.

use std::time::Duration;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    /// Offers in the searchable picture.
    pub offers: IntGauge,
    /// The version of the searchable picture.
    pub supply_version: IntGauge,
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
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(offers.clone()))?;
        registry.register(Box::new(supply_version.clone()))?;
        Ok(Self { registry, requests, seconds, offers, supply_version })
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
