//! The reasons of a region, now and at any moment before.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rules::waiting::questions::{Answer, Question, Side};
use rules::waiting::reason_lists::{ReasonDraft, ReasonList, RegionReason, RegionReasons};
use rules::waiting::responses::{DeclineReason, ReasonOwner};
use serde::{Deserialize, Serialize};

/// A reason as it is stored and as the audit keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReason {
    pub code: String,
    pub is_on: bool,
    /// The region's own words.
    pub words: Option<String>,
    /// Of a question, which answers fit it, when those are not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Vec<String>>,
}

impl From<&RegionReason> for StoredReason {
    fn from(reason: &RegionReason) -> Self {
        let codes =
            |answers: &BTreeSet<Answer>| answers.iter().map(|answer| answer.code().to_owned()).collect();
        Self {
            code: reason.known.code.to_owned(),
            is_on: reason.is_on,
            words: reason.own_words.clone(),
            answers: reason.answers.as_ref().map(codes),
        }
    }
}

impl From<StoredReason> for ReasonDraft {
    fn from(stored: StoredReason) -> Self {
        Self { code: stored.code, is_on: stored.is_on, words: stored.words, answers: stored.answers }
    }
}

/// One list with its version: 0 while the region chose nothing yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionedReasons {
    pub version: i32,
    pub reasons: RegionReasons,
}

/// One time that a list was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonsChange {
    pub set: VersionedReasons,
    pub at: DateTime<Utc>,
    pub by_name: String,
    pub by_organisation: String,
}

/// Every list of a region as it ever was: what was written down keeps the words of that moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// The newest first.
    pub(super) changes: Vec<ReasonsChange>,
}

impl Wording {
    /// A list as it is now.
    pub fn now(&self, list: ReasonList) -> VersionedReasons {
        self.changes.iter().find(|change| change.set.reasons.list() == list).map_or_else(
            || VersionedReasons { version: 0, reasons: RegionReasons::usual(list) },
            |change| change.set.clone(),
        )
    }

    /// The words of a reason that was given at a moment.
    pub fn words_at(&self, list: ReasonList, code: &str, at: DateTime<Utc>) -> Option<String> {
        let held = self.changes.iter().find(|change| change.set.reasons.list() == list && change.at <= at);
        match held {
            Some(change) => change.set.reasons.words_of(code).map(str::to_owned),
            None => list.name_of(code).map(str::to_owned),
        }
    }

    /// What people choose from to answer a question that a side asks.
    pub fn answers_to(&self, side: Side, question: Question) -> Vec<RegionReason> {
        let answers = self.now(ReasonList::Answer).reasons;
        let asked = self.now(ReasonList::asked_by(side)).reasons;
        asked.answers_to(question, &answers).into_iter().cloned().collect()
    }
}

/// Whose a reason of a list is, if it belongs to somebody in particular: only those of a decline do.
pub fn owner_of(list: ReasonList, code: &str) -> Option<ReasonOwner> {
    DeclineReason::parse(code).filter(|_| list == ReasonList::Decline)?.owner()
}
