//! Membership of a region.

use chrono::NaiveDate;
use serde::Serialize;

use crate::product_book::common::Period;

/// Cliënten: whom a membership is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Clients {
    All,
    /// Who asks for help from now on.
    New,
    /// Who is in care already.
    Existing,
}

impl Clients {
    /// The codes of API and forms.
    pub const CODES: [(&'static str, Self); 3] =
        [("alle", Self::All), ("nieuw", Self::New), ("bestaand", Self::Existing)];

    pub fn code(self) -> &'static str {
        match self {
            Self::All => "alle",
            Self::New => "nieuw",
            Self::Existing => "bestaand",
        }
    }

    /// The name people see.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "alle cliënten",
            Self::New => "nieuwe cliënten",
            Self::Existing => "cliënten die al hulp krijgen",
        }
    }

    /// As the database keeps it.
    pub fn stored(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::New => "new",
            Self::Existing => "existing",
        }
    }

    pub fn from_stored(text: &str) -> Self {
        match text {
            "new" => Self::New,
            "existing" => Self::Existing,
            _ => Self::All,
        }
    }
}

/// Lidmaatschap: a municipality that belongs to a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Membership {
    pub region_id: i64,
    pub municipality_id: i64,
    /// The code of the municipality.
    pub municipality: String,
    /// The name of the municipality.
    pub name: String,
    pub segment_id: Option<i64>,
    /// The code of the segment; none is every segment.
    pub segment: Option<String>,
    pub clients: Clients,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub inhabitants: Option<i32>,
    /// People younger than 18.
    pub young_people: Option<i32>,
}

impl Membership {
    pub fn segment_text(&self) -> String {
        self.segment.as_ref().map_or_else(|| "alle segmenten".to_owned(), |code| format!("segment {code}"))
    }

    pub const fn period(&self) -> Period {
        Period { from: self.from, until: self.until }
    }

    /// Whether both hold on one day for the same segment and clients of the same municipality, so that one of
    /// them says nothing, or not the same.
    pub fn overlaps(&self, other: &Self) -> bool {
        let same = |one: &Self| (one.region_id, one.municipality_id, one.segment_id, one.clients.code());
        match (self.period().validity(), other.period().validity()) {
            (Ok(mine), Ok(theirs)) => same(self) == same(other) && mine.overlaps(&theirs),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn membership(segment_id: Option<i64>, clients: Clients, from: &str, until: &str) -> Membership {
        Membership {
            region_id: 1,
            municipality_id: 2,
            municipality: "GM0050".into(),
            name: "Zeewolde".into(),
            segment_id,
            segment: None,
            clients,
            from: from.parse().ok(),
            until: until.parse().ok(),
            inhabitants: None,
            young_people: None,
        }
    }

    #[test]
    fn only_the_same_segment_and_clients_overlap() {
        let old = membership(Some(3), Clients::All, "2023-01-01", "2025-12-31");
        for (segment_id, clients, from, until, overlaps) in [
            (Some(3), Clients::All, "2025-12-31", "", true),
            (Some(3), Clients::All, "2026-01-01", "", false),
            (Some(3), Clients::All, "", "", true),
            (Some(4), Clients::All, "2025-01-01", "", false),
            (None, Clients::All, "2025-01-01", "", false),
            (Some(3), Clients::New, "2025-01-01", "", false),
        ] {
            let new = membership(segment_id, clients, from, until);
            assert_eq!(old.overlaps(&new), overlaps, "{segment_id:?} {clients:?} {from} {until}");
        }
    }

    #[test]
    fn clients_are_stored_and_read_back() {
        for (code, clients) in Clients::CODES {
            assert_eq!(Clients::from_stored(clients.stored()), clients);
            assert_eq!(clients.code(), code);
        }
    }
}
