//! What one server holds while it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::availability::error_reports::reported::Reported;
use crate::availability::supply::Supply;
use crate::clock::Clock;
use crate::config::Config;
use crate::crisis::board::live::Boards;
use crate::db::Pool;
use crate::exchange::progress::Progress;
use crate::identity::limits::Limits;
use crate::identity::sign_in::remembered::Remembered;
use crate::identity::tokens::keyring::Keyring;
use crate::identity::vault::Vault;
use crate::matching::region::live::Plans;
use crate::metrics::Metrics;
use crate::web::look::Look;

pub struct AppState {
    pub pool: Pool,
    /// Where the supply is followed: a read replica, or the same as `pool`.
    pub search_pool: Pool,
    pub clock: Clock,
    pub config: Config,
    /// The supply as searches see it.
    pub supply: Supply,
    /// What secrets in the database are sealed with.
    pub vault: Arc<Vault>,
    pub keyring: Keyring,
    pub limits: Limits,
    pub metrics: Metrics,
    /// The region's colours, logo and map.
    pub look: Look,
    /// A rehearsal with made-up providers, and every page says so.
    pub demo: bool,
    /// How far the work on files is.
    pub exchange: Progress,
    /// The boards of crisis points.
    pub boards: Boards,
    /// Who looked at a board lately, for when the database is away.
    pub remembered: Remembered,
    /// Which figures are reported as wrong.
    pub reported: Reported,
    /// The regional plans.
    pub plans: Plans,
    /// Told to stop: long work lets go of what it has.
    pub stopping: AtomicBool,
}

impl AppState {
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
