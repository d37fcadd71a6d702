//! Municipality.

use chrono::NaiveDate;
use rules::product_lookup::normalise;
use serde::Serialize;

use crate::product_book::common::Period;

/// Gemeente: a municipality by its CBS code, with a point in its middle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Municipality {
    pub code: String,
    pub name: String,
    pub province: String,
    /// Degrees north (WGS 84).
    pub lat: f64,
    /// Degrees east (WGS 84).
    pub lon: f64,
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
}

impl Municipality {
    pub const fn period(&self) -> Period {
        Period { from: self.valid_from, until: self.valid_until }
    }
}

/// Provincie: the twelve provinces, with the name as code.
pub const PROVINCES: [(&str, &str); 12] = [
    ("Drenthe", "Drenthe"),
    ("Flevoland", "Flevoland"),
    ("Fryslân", "Fryslân"),
    ("Gelderland", "Gelderland"),
    ("Groningen", "Groningen"),
    ("Limburg", "Limburg"),
    ("Noord-Brabant", "Noord-Brabant"),
    ("Noord-Holland", "Noord-Holland"),
    ("Overijssel", "Overijssel"),
    ("Utrecht", "Utrecht"),
    ("Zeeland", "Zeeland"),
    ("Zuid-Holland", "Zuid-Holland"),
];

/// Which municipalities a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MunicipalityFilter {
    /// Part of the name; capitals, marks on letters and hyphens do not count.
    pub name: Option<String>,
    pub province: Option<String>,
}

impl MunicipalityFilter {
    pub fn fits(&self, municipality: &Municipality) -> bool {
        self.province.as_ref().is_none_or(|province| *province == municipality.province)
            && self.name.as_ref().is_none_or(|name| plain(&municipality.name).contains(&plain(name)))
    }
}

/// A name as it is compared and put in order: small letters without marks, single spaces.
pub fn plain(name: &str) -> String {
    normalise(name).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn municipality(name: &str) -> Municipality {
        Municipality {
            code: "GM0001".into(),
            name: name.into(),
            province: "Fryslân".into(),
            lat: 53.0,
            lon: 5.8,
            valid_from: None,
            valid_until: None,
        }
    }

    #[test]
    fn names_are_found_by_a_part_without_marks_and_capitals() {
        for (name, typed, fits) in [
            ("Súdwest-Fryslân", "sudwest", true),
            ("Súdwest-Fryslân", "SÚDWEST FRY", true),
            ("'s-Hertogenbosch", "s-hertog", true),
            ("Noardeast-Fryslân", "sudwest", false),
            ("Harderwijk", "", true),
        ] {
            let filter = MunicipalityFilter { name: Some(typed.into()), province: None };
            assert_eq!(filter.fits(&municipality(name)), fits, "{typed} in {name}");
        }
        let filter = MunicipalityFilter { name: None, province: Some("Drenthe".into()) };
        assert!(!filter.fits(&municipality("Súdwest-Fryslân")));
    }
}
