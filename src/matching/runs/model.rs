//! A run, its lines, and what providers are asked.

use chrono::{DateTime, NaiveDate, Utc};
use rules::matching::priority::{Level, Policy};
use rules::matching::words;
use serde::{Deserialize, Serialize};

use crate::matching::policy::model::RegionPolicy;
use crate::matching::proposals::model::weeks;
use crate::matching::region::measures::{Comparison, Share};
use crate::matching::weights::model::RegionWeights;

/// What a run holds besides its problem, its answer and its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunBody {
    pub day: NaiveDate,
    pub supply_version: i64,
    pub rules_version: u16,
    pub weights: RegionWeights,
    pub policy: RegionPolicy,
    /// What was proven: the sum of costs, that of classes, and what a class weighs in the prices.
    pub objective: i64,
    pub class_sum: u64,
    pub gap: i64,
    pub comparison: Comparison,
    /// Bridging care, for who waits past the norm and gets no place.
    pub bridging: Share,
    /// Where one more place would help the most.
    pub scarcest: Vec<ScarcePlace>,
}

impl RunBody {
    /// How the region weighed, in words.
    pub fn weighing(&self) -> Vec<String> {
        words::weighing(&self.weights.weights())
    }
}

/// Wat een plek meer waard is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScarcePlace {
    pub provider: String,
    pub agb: String,
    pub place: String,
    pub product: String,
    pub room: u32,
    /// Classes and hundredths of a week that one more place would gain.
    pub class: i64,
    pub cost: i64,
}

impl ScarcePlace {
    /// What it is worth, in words.
    pub fn words(&self) -> String {
        worth_words(self.class, self.cost)
    }
}

/// What classes and hundredths of a week together are worth, in words.
pub fn worth_words(class: i64, cost: i64) -> String {
    let saved = weeks(u32::try_from(cost.unsigned_abs()).unwrap_or(u32::MAX));
    match (class > 0, cost >= 0) {
        (true, true) => format!("een kind meer geholpen, of een met meer voorrang; scheelt {saved}"),
        (true, false) => format!("een kind meer geholpen, of een met meer voorrang; kost anderen {saved}"),
        (false, _) => format!("scheelt {saved}"),
    }
}

/// Ronde.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: i64,
    pub number: i32,
    pub made_at: DateTime<Utc>,
    pub by_name: String,
    pub by_organisation: String,
    pub scheduled_on: Option<NaiveDate>,
    pub body: RunBody,
}

/// Regel van een ronde, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLine {
    pub client_id: i64,
    pub stage: Stage,
    pub offer_id: Option<i64>,
    pub class: u32,
    pub cost: u32,
    pub weeks: Option<u32>,
    pub past_norm: bool,
}

/// Which of the two stages a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Place,
    Bridging,
}

impl Stage {
    pub fn number(self) -> i32 {
        match self {
            Self::Place => 1,
            Self::Bridging => 2,
        }
    }
}

/// Which lines of a run are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A place is proposed.
    Placed,
    /// No place is proposed.
    Waiting,
    /// Bridging care is proposed.
    Bridged,
}

/// Wat ervan kwam: what happened since with who a run proposed a place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Care was agreed or started at the place that was proposed.
    AsProposed,
    /// Care was agreed or started elsewhere.
    Elsewhere,
    /// The client left the list without care from it.
    Left,
    /// The provider responded, and the toegang weighs.
    Responded,
    /// The provider responded, and the toegang declined that.
    Declined,
    /// The provider was asked, and can still answer.
    Asked,
    /// The provider was asked and did not answer.
    Silent,
    Nothing,
}

impl Happened {
    pub const ALL: [Self; 8] = [
        Self::AsProposed,
        Self::Elsewhere,
        Self::Left,
        Self::Responded,
        Self::Declined,
        Self::Asked,
        Self::Silent,
        Self::Nothing,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::AsProposed => "Geholpen zoals voorgesteld",
            Self::Elsewhere => "Ergens anders geholpen",
            Self::Left => "Van de lijst zonder zorg",
            Self::Responded => "Aanbieder reageerde",
            Self::Declined => "Reactie van aanbieder afgewezen",
            Self::Asked => "Aanbieder is gevraagd",
            Self::Silent => "Aanbieder reageerde niet op de vraag",
            Self::Nothing => "Nog niets",
        }
    }
}

/// Regel van een ronde as it is shown: a code and coarse facts, nothing of what a child needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLine {
    /// In groups, as people read it.
    pub code: String,
    pub municipality: String,
    pub product_code: String,
    pub product_name: String,
    pub level: Level,
    pub weeks: Option<u32>,
    pub past_norm: bool,
    pub cost: u32,
    pub offer: Option<ShownOffer>,
    pub happened: Happened,
    /// Whether the provider can be asked now.
    pub can_be_asked: bool,
}

impl ShownLine {
    /// How the score reads.
    pub fn cost_words(&self) -> String {
        weeks(self.cost)
    }

    pub fn weeks_words(&self) -> String {
        match self.weeks {
            Some(1) => "1 week".to_owned(),
            Some(weeks) => format!("{weeks} weken"),
            None => "telt nog niet".to_owned(),
        }
    }
}

/// The place that is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownOffer {
    pub id: i64,
    pub provider: String,
    pub agb: String,
    pub place: String,
    pub product_code: String,
}

/// A line as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub client_id: i64,
    pub offer_id: Option<i64>,
    pub class: u32,
    pub cost: u32,
    pub weeks: Option<u32>,
    pub past_norm: bool,
}

impl Line {
    pub fn level(&self) -> Level {
        Policy::level_of(self.class)
    }
}

/// Plaatsingsvraag: a provider is asked to respond to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: i64,
    pub client_id: i64,
    pub offer_id: i64,
    pub asked_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// The latest question about an offer, as whoever asks sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedOffer {
    pub ends_at: DateTime<Utc>,
    /// Whether it can still be answered.
    pub is_open: bool,
}

/// A question to a provider as the provider sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRequest {
    pub asked_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub product: String,
    pub location: String,
    pub place: String,
    /// The client in the words with which it was shown when it was asked.
    pub client: String,
    /// Where to respond.
    pub handle: String,
    /// The own response to it.
    pub response_id: Option<i64>,
}
