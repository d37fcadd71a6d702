//! Contracts, and how far along they are.

use chrono::{Days, NaiveDate};
use rules::contracts::ContractLevel;
use serde::{Serialize, Serializer};

use crate::product_book::common::period;
use crate::product_book::providers::model::ProviderName;

/// How many days before its last day a contract is pointed out.
pub const ENDS_SOON_DAYS: u64 = 90;

/// The levels by the codes of the API, the forms and the database.
pub const LEVELS: [(&str, ContractLevel); 3] = [
    (ContractLevel::Region.code(), ContractLevel::Region),
    (ContractLevel::SupraRegional.code(), ContractLevel::SupraRegional),
    (ContractLevel::National.code(), ContractLevel::National),
];

/// Contract: a provider may deliver a product for a municipality, or for the whole region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contract {
    pub provider: ProviderName,
    pub region: String,
    pub product_code: String,
    pub product_name: String,
    /// None for all municipalities of the region.
    pub municipality: Option<ContractMunicipality>,
    #[serde(serialize_with = "level_code")]
    pub level: ContractLevel,
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
}

/// The municipality a contract is limited to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContractMunicipality {
    pub code: String,
    pub name: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn level_code<S: Serializer>(level: &ContractLevel, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(level.code())
}

/// How far along a contract is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Begins on this later day.
    Coming(NaiveDate),
    Running,
    /// Still holds, for this many days more; 0 is the last day itself.
    EndsIn(usize),
    Ended,
}

impl Contract {
    pub fn phase(&self, today: NaiveDate) -> Phase {
        match (self.valid_from, self.valid_until) {
            (_, Some(last)) if last < today => Phase::Ended,
            (Some(first), _) if first > today => Phase::Coming(first),
            (_, Some(last)) if last <= soon(today) => {
                Phase::EndsIn(usize::try_from((last - today).num_days()).unwrap_or(0))
            }
            _ => Phase::Running,
        }
    }

    /// The days on which it holds, in words.
    pub fn period(&self) -> String {
        period(self.valid_from, self.valid_until)
    }
}

/// The last of the days that count as soon.
pub fn soon(today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(ENDS_SOON_DAYS)).unwrap_or(NaiveDate::MAX)
}

/// Which contracts a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ContractScope {
    /// Those that hold today.
    #[default]
    Today,
    /// Those that hold today and end soon.
    EndingSoon,
    All,
}

/// What a list of contracts is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContractFilter {
    /// AGB code of the provider.
    pub agb: Option<String>,
    /// Code of the product.
    pub product: Option<String>,
    pub scope: ContractScope,
}

/// What a list of contracts is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractColumn {
    Product,
    LastDay,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn contract(from: &str, until: &str) -> Contract {
        let end = |text: &str| (!text.is_empty()).then(|| day(text));
        Contract {
            provider: ProviderName { agb: "98990001".into(), name: "Bakenzand".into() },
            region: "noord-veluwe".into(),
            product_code: "45A04".into(),
            product_name: "Gezinsbehandeling".into(),
            municipality: None,
            level: ContractLevel::Region,
            valid_from: end(from),
            valid_until: end(until),
        }
    }

    #[test]
    fn a_contract_comes_runs_nears_its_end_and_ends() {
        let today = day("2026-10-02");
        for (from, until, phase) in [
            ("", "", Phase::Running),
            ("2026-10-02", "", Phase::Running),
            ("2026-10-03", "", Phase::Coming(day("2026-10-03"))),
            ("2026-10-03", "2026-10-31", Phase::Coming(day("2026-10-03"))),
            ("", "2027-01-01", Phase::Running),
            ("", "2026-12-31", Phase::EndsIn(90)),
            ("2026-01-01", "2026-10-02", Phase::EndsIn(0)),
            ("2026-01-01", "2026-10-01", Phase::Ended),
        ] {
            assert_eq!(contract(from, until).phase(today), phase, "{from} - {until}");
        }
    }

    #[test]
    fn the_audit_keeps_the_code_of_the_level() {
        let kept = serde_json::to_value(contract("2026-01-01", "")).expect("plain values");
        assert_eq!(kept["level"], "regionaal");
        assert_eq!(kept["valid_from"], "2026-01-01");
    }
}
