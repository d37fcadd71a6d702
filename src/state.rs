//! What one server holds while it runs.

use crate::availability::error_reports::reported::Reported;
use crate::availability::supply::Supply;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Pool;
use crate::identity::limits::Limits;
use crate::identity::tokens::TokenKeys;
use crate::metrics::Metrics;
use crate::web::look::Look;

pub struct AppState {
    pub pool: Pool,
    pub clock: Clock,
    pub config: Config,
    /// The supply as searches see it.
    pub supply: Supply,
    pub tokens: TokenKeys,
    pub metrics: Metrics,
    /// The region's colours, logo and map.
    pub look: Look,
    /// A rehearsal with made-up providers, and every page says so.
    pub demo: bool,
    pub limits: Limits,
    /// Which figures are reported as wrong.
    pub reported: Reported,
}
