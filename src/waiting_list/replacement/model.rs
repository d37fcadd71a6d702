//! Who needs another place, and why.

use chrono::NaiveDate;
use rules::waiting::client_code::ClientCode;
use rules::waiting::replacement::EndOfCare;

/// What a child has to do with care that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Situation {
    /// It has care there.
    InCare,
    /// Care there was agreed, and has not started.
    Agreed,
    /// It waits, and has bridging care there.
    Bridged,
    /// It waits, and the family wants this provider.
    Wanted,
    /// It came back, and has no other place yet.
    Returned,
}

impl Situation {
    pub const ALL: [Self; 5] = [Self::InCare, Self::Agreed, Self::Bridged, Self::Wanted, Self::Returned];

    pub const fn code(self) -> &'static str {
        match self {
            Self::InCare => "in-zorg",
            Self::Agreed => "afgesproken",
            Self::Bridged => "overbrugging",
            Self::Wanted => "gewenst",
            Self::Returned => "terug",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::InCare => "In zorg",
            Self::Agreed => "Afgesproken, nog niet gestart",
            Self::Bridged => "Wacht, met overbruggingszorg",
            Self::Wanted => "Wacht en wil deze aanbieder",
            Self::Returned => "Terug op de lijst",
        }
    }
}

/// Wie een andere plek nodig heeft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    pub code: ClientCode,
    pub municipality_id: i64,
    pub municipality: String,
    pub product_id: i64,
    pub product_code: String,
    pub product_name: String,
    /// None for who came back: there is no provider any more.
    pub provider: Option<(i64, String)>,
    pub situation: Situation,
    /// When care ends there; none for who came back.
    pub end: Option<EndOfCare>,
    pub returned_on: Option<NaiveDate>,
    /// What was known of the child is erased, so that it is registered anew.
    pub is_stripped: bool,
}

impl Replacement {
    /// Whether the toegang can take the step for it.
    pub fn can_return(&self) -> bool {
        self.situation == Situation::InCare && !self.is_stripped
    }
}

/// What the list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// What ends first comes first, and who came back last.
    End,
    Code,
    Provider,
}

/// The columns by which the list can be ordered, the usual one first.
pub const COLUMNS: [(&str, Column); 3] =
    [("einde", Column::End), ("code", Column::Code), ("aanbieder", Column::Provider)];
