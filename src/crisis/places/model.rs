//! Crisis places.

use chrono::{DateTime, NaiveDate, Utc};
use rules::crisis::codes::{AgeGroup, ProvisionKind};
use rules::crisis::places::{PlaceNow, PlaceState};

/// For whom a place is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldOn {
    pub request_id: i64,
    pub code: String,
    pub until: DateTime<Utc>,
    pub by: String,
}

/// Crisisplaats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub id: i64,
    pub version: i32,
    pub point_id: i64,
    pub provider_id: i64,
    pub provider: String,
    /// A stay.
    pub kind: ProvisionKind,
    /// None: for both.
    pub age_group: Option<AgeGroup>,
    pub name: String,
    /// Who live together.
    pub living_group: String,
    /// Whom to call.
    pub phone: String,
    /// As it is stored; a hold may have ended since.
    pub stored: PlaceState,
    /// A code of the list `buiten-gebruik`.
    pub reason: Option<String>,
    pub out_until: Option<NaiveDate>,
    pub expected_free_on: Option<NaiveDate>,
    pub confirmed_at: DateTime<Utc>,
    pub confirmed_by: String,
    pub hold: Option<HoldOn>,
}

impl Place {
    /// How it counts at this moment.
    pub fn at(&self, now: DateTime<Utc>) -> PlaceNow {
        let hold = self.hold.as_ref().map(|hold| (hold.request_id, hold.until.naive_utc()));
        PlaceNow::new(self.stored, hold, now.naive_utc())
    }

    /// From when it is expected to be free: what was said of whoever stays there, or the day after it is out of use.
    pub fn free_on(&self) -> Option<NaiveDate> {
        self.expected_free_on.or_else(|| self.out_until.and_then(|day| day.succ_opt()))
    }

    /// Kind and group in words: `Crisisbed, 12-`.
    pub fn sort(&self) -> String {
        let group = self.age_group.map_or("alle leeftijden", AgeGroup::sign);
        format!("{}, {group}", self.kind.name())
    }
}

/// What is filled in of a new place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPlace {
    pub agb: String,
    pub kind: ProvisionKind,
    pub age_group: Option<AgeGroup>,
    pub name: String,
    pub living_group: String,
    pub phone: String,
}

/// What can be corrected of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceFacts {
    pub age_group: Option<AgeGroup>,
    pub name: String,
    pub living_group: String,
    pub phone: String,
}

/// What the provider of a place says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// When whoever stays there is expected to leave; none when nobody knows.
    ExpectedFree(Option<NaiveDate>),
    /// Out of use: a code of the list `buiten-gebruik`, and until when if that is known.
    Close(String, Option<NaiveDate>),
    /// In use again.
    Reopen,
}

/// What is filled in when a child is placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStay {
    /// The code of the request.
    pub code: String,
    pub starts_on: NaiveDate,
    pub voluntary: bool,
    pub perspective_team: Option<String>,
    /// The AGB code of the provider of the ambulant help that comes with it.
    pub companion: Option<String>,
    /// Codes of the list `groepsnotitie`.
    pub group_notes: Vec<String>,
    /// Whoever places has seen what does not go together in the group.
    pub warning_seen: bool,
}

/// How many places of one sort there are in each state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    pub sort: String,
    pub free: usize,
    pub held: usize,
    pub occupied: usize,
    pub out: usize,
    /// The first day on which one more is expected to be free.
    pub next_free_on: Option<NaiveDate>,
}
