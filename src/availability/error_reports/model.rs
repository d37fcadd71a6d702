//! A report that a figure is not right, and its answer.

use chrono::{DateTime, Utc};

/// Wat er niet klopt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    Places,
    Wait,
    IntakeStop,
    Ages,
    /// The help is not given any more.
    Discontinued,
    Other,
}

impl Mistake {
    pub const ALL: [Self; 6] =
        [Self::Places, Self::Wait, Self::IntakeStop, Self::Ages, Self::Discontinued, Self::Other];

    /// The code in database and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Places => "plekken",
            Self::Wait => "wachttijd",
            Self::IntakeStop => "aanmeldstop",
            Self::Ages => "leeftijd",
            Self::Discontinued => "stopgezet",
            Self::Other => "anders",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Places => "Het aantal vrije plekken klopt niet",
            Self::Wait => "De wachttijd klopt niet",
            Self::IntakeStop => "De aanmeldstop klopt niet",
            Self::Ages => "De leeftijd klopt niet",
            Self::Discontinued => "Deze hulp wordt hier niet meer gegeven",
            Self::Other => "Er klopt iets anders niet",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mistake| mistake.code() == code)
    }
}

/// Wat ermee is gedaan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The figure has been changed.
    Adjusted,
    /// The figure is right, for the reason given.
    Right,
}

impl Answer {
    pub const ALL: [Self; 2] = [Self::Adjusted, Self::Right];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Adjusted => "aangepast",
            Self::Right => "klopt",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Adjusted => "Het cijfer is aangepast",
            Self::Right => "Het cijfer klopt wel",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.code() == code)
    }
}

/// What somebody reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    pub offer_id: i64,
    pub what: Mistake,
    pub remark: Option<String>,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub answer: Answer,
    pub text: Option<String>,
    pub at: DateTime<Utc>,
    /// Signature of who answered: role and organisation.
    pub by: String,
}

/// Melding: somebody says that a figure is not right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub id: i64,
    pub offer_id: i64,
    pub provider_id: i64,
    pub provider: String,
    pub product: String,
    /// Of the product book the product is in.
    pub region_id: i64,
    pub place: String,
    pub what: Mistake,
    pub remark: Option<String>,
    pub created_at: DateTime<Utc>,
    pub answered: Option<Answered>,
}

/// Whose reports somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Provider(i64),
    Region(i64),
}

impl Scope {
    pub fn contains(self, report: &Report) -> bool {
        match self {
            Self::Provider(id) => report.provider_id == id,
            Self::Region(id) => report.region_id == id,
        }
    }
}
