//! What the board of a region shows, as it was read at one moment.

use chrono::{DateTime, Utc};
use rules::crisis::codes::Urgency;
use rules::crisis::life::EventKind;

use crate::crisis::distribution::model::{Assignment, Division};
use crate::crisis::places::model::Place;
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::roster::model::{Handover, Shift};
use crate::crisis::settings::model::{CrisisPoint, Lists};
use crate::crisis::stays::model::HelpLine;

/// How many lines of news a board holds: what a screen missed in so many steps can still be told.
pub(super) const NEWS_KEPT: usize = 200;

/// Nieuws: a line of the timeline, as the board tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub kind: EventKind,
    pub detail: Option<String>,
    /// The request it is about, and how urgent that is now.
    pub request: Option<(String, Urgency)>,
}

/// Stand van het bord.
#[derive(Debug, Clone)]
pub struct Board {
    pub point: CrisisPoint,
    pub lists: Lists,
    /// The number of the newest line that is in it: what a screen names when it comes back.
    pub newest: i64,
    pub read_at: DateTime<Utc>,
    /// Open requests, what is late first.
    pub requests: Vec<CrisisRequest>,
    /// What another handles, of the last day.
    pub referred: Vec<CrisisRequest>,
    /// To whom the open requests were offered, the first first.
    pub assignments: Vec<Assignment>,
    /// Whose turn it is.
    pub division: Division,
    pub places: Vec<Place>,
    /// Help that goes on or is to start.
    pub help: Vec<HelpLine>,
    /// The shifts of today.
    pub shifts: Vec<Shift>,
    pub handovers: Vec<Handover>,
    /// The last lines, the newest first.
    pub news: Vec<News>,
}

impl Board {
    /// What happened since a screen was last up to date, the oldest first; nothing when it cannot be told any more.
    pub fn since(&self, seen: i64) -> Option<Vec<&News>> {
        let is_all = self.news.len() < NEWS_KEPT;
        let reaches = is_all || self.news.last().is_none_or(|oldest| oldest.id <= seen + 1) || seen == 0;
        reaches.then(|| self.news.iter().rev().filter(|news| news.id > seen).collect())
    }
}
