//! Which figures are reported, in memory: a search shows it and touches no database.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, NaiveDate, Utc};

use super::actions;
use crate::db::Connection;
use crate::error::Result;

/// The offers with an open report, each with the day it was made. Swapped whole.
#[derive(Default)]
pub struct Reported(ArcSwap<HashMap<i64, NaiveDate>>);

impl Reported {
    pub fn refresh(&self, conn: &mut Connection, now: DateTime<Utc>) -> Result<()> {
        self.0.store(Arc::new(actions::list_open(conn, now)?));
        Ok(())
    }

    /// The same after something was saved. That is saved: a failing look is made up for by the next one.
    pub fn look_again(&self, conn: &mut Connection, now: DateTime<Utc>) {
        if let Err(error) = self.refresh(conn, now) {
            tracing::warn!(%error, "the open reports could not be looked up after a write");
        }
    }

    /// The day on which the figures of an offer were reported, while nobody has answered.
    pub fn day(&self, offer_id: i64) -> Option<NaiveDate> {
        self.0.load().get(&offer_id).copied()
    }
}
