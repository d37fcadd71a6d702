//! What a provider sees of a child it helps: who it is to the toegang, and nothing of what it needs.

use chrono::NaiveDate;
use rules::waiting::client_code::ClientCode;

/// Waarom de aanbieder hulp geeft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HelpKind {
    /// It gives the ambulant help that goes with a stay at another.
    Accompanies,
    /// It bridges the wait.
    Bridges,
}

impl HelpKind {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accompanies => "begeleiding",
            Self::Bridges => "overbrugging",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Accompanies => "Ambulante hulp bij een verblijf",
            Self::Bridges => "Overbruggingszorg",
        }
    }
}

/// Gegeven hulp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenHelp {
    pub kind: HelpKind,
    pub code: ClientCode,
    pub municipality: String,
    /// Code and name of the bridging care, or of the stay that it goes with.
    pub product: (String, String),
    /// Where the child stays.
    pub stays_at: Option<String>,
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
}
