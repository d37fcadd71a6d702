//! Shifts and hand-over notes.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rules::crisis::codes::Duty;
use serde::Serialize;

/// Dienst: who holds a duty on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    #[serde(skip)]
    pub id: i64,
    pub on: NaiveDate,
    #[serde(skip)]
    pub duty: Duty,
    pub from: NaiveTime,
    pub until: NaiveTime,
    /// A role, never the name of a person.
    pub holder: String,
}

/// What is filled in for a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewShift {
    pub on: NaiveDate,
    pub duty: Duty,
    pub from: NaiveTime,
    pub until: NaiveTime,
    pub user_id: i64,
}

/// Overdracht.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    pub at: DateTime<Utc>,
    pub duty: Duty,
    pub note: String,
    pub by_name: String,
}

/// Somebody who can hold a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub user_id: i64,
    pub name: String,
    pub duty: Duty,
}
