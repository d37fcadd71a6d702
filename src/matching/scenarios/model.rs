//! A scenario, what came of it, and a change over a range of values.

use chrono::{DateTime, NaiveDate, Utc};
use rules::matching::scenario::{Kind, Unit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::matching::policy::model::RegionPolicy;
use crate::matching::proposals::model::weeks;
use crate::matching::region::measures::{Measures, Share};
use crate::matching::runs::model::{ScarcePlace, worth_words};
use crate::matching::weights::model::RegionWeights;

/// Changes that one scenario has at most.
pub const MOST_CHANGES: usize = 20;
/// Scenarios that a region keeps at most.
pub const MOST_SCENARIOS: i64 = 200;
/// Values of a sweep at most.
pub const MOST_VALUES: usize = 200;

/// Verandering as it is stored and sent: in codes of the region, so that it means the same tomorrow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeLine {
    #[serde(serialize_with = "write_kind", deserialize_with = "read_kind")]
    pub kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<i64>,
    /// AGB code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i32>,
}

impl ChangeLine {
    pub const fn new(kind: Kind) -> Self {
        Self { kind, offer: None, provider: None, product: None, municipality: None, value: None }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn write_kind<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.code())
}

fn read_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
    let code = String::deserialize(deserializer)?;
    Kind::parse(&code).ok_or_else(|| serde::de::Error::custom(format!("unknown kind of change {code}")))
}

/// A value in the unit of its kind, in words: `5 plekken`, `min 5 plekken`.
pub fn value_words(kind: Kind, value: i32) -> String {
    let sign = if value < 0 { "min " } else { "" };
    format!("{sign}{}", size_words(kind, value))
}

/// The same without a sign, for words that tell by themselves whether it is more or less.
pub fn size_words(kind: Kind, value: i32) -> String {
    let size = value.unsigned_abs();
    let counted = |one: &str, many: &str| format!("{size} {}", if size == 1 { one } else { many });
    match kind.value().map(|(.., unit)| unit) {
        Some(Unit::Places) => counted("plek", "plekken"),
        Some(Unit::Kilometres) => format!("{size} km"),
        Some(Unit::Weeks) => counted("week", "weken"),
        Some(Unit::Hundredths) => weeks(size),
        Some(Unit::YesNo) => if value > 0 { "ja" } else { "nee" }.to_owned(),
        None => String::new(),
    }
}

/// What a scenario is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioDraft {
    pub name: String,
    pub changes: Vec<ChangeLine>,
}

/// Scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    pub id: i64,
    pub version: i32,
    pub name: String,
    pub made_at: DateTime<Utc>,
    pub by_name: String,
    pub by_organisation: String,
    pub worked_out_at: DateTime<Utc>,
    pub changes: Vec<ChangeLine>,
    pub body: Body,
}

/// By what a scenario was worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub day: NaiveDate,
    pub supply_version: i64,
    pub rules_version: u16,
    pub weights: RegionWeights,
    pub policy: RegionPolicy,
    /// The hash of the problem as it is, by which two scenarios of the same moment are known.
    pub facts: String,
}

/// What came of a scenario, in counts alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub stamp: Stamp,
    /// The changes in words.
    pub words: Vec<String>,
    /// Offers of which the places that are added lift an intake stop.
    #[serde(default)]
    pub lifted_stops: u32,
    /// What was proven: the sum of costs, that of classes, and what a class weighs in the prices.
    pub objective: i64,
    pub class_sum: u64,
    pub gap: i64,
    pub now: Measures,
    /// In the levels of the policy of now, so that the two can be compared. Its sum is by the scenario's own weights and
    /// price of staying.
    pub then: Measures,
    /// Whether the sums of the two count the same things.
    #[serde(default = "counted_alike")]
    pub is_sum_comparable: bool,
    pub bridging_now: Share,
    pub bridging_then: Share,
    pub all: Moved,
    pub by_product: Vec<Group>,
    pub by_municipality: Vec<Group>,
    /// What one more place would be worth in the scenario, the most first.
    pub worths: Vec<ScarcePlace>,
    /// The same for bridging care, with what the first stage leaves.
    pub bridging_worths: Vec<ScarcePlace>,
    pub contracts: Vec<ContractWorth>,
    /// Contracts that may bring something, and were not worked out.
    pub contracts_left: u32,
}

/// Of what was kept before this was told, nothing says otherwise.
const fn counted_alike() -> bool {
    true
}

/// Who would have a place and has none now, the other way round, and who would have another place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub gains: u32,
    pub loses: u32,
    pub moves: u32,
}

impl Moved {
    pub fn words(&self) -> String {
        let counted = |count: u32, one: &str, many: &str| match count {
            0 => format!("Geen kind {one}"),
            1 => format!("1 kind {one}"),
            count => format!("{count} kinderen {many}"),
        };
        format!(
            "{}. {}. {}.",
            counted(
                self.gains,
                "krijgt een plek dat er nu geen heeft",
                "krijgen een plek die er nu geen hebben"
            ),
            counted(self.loses, "heeft er dan geen meer", "hebben er dan geen meer"),
            counted(self.moves, "krijgt een andere plek", "krijgen een andere plek"),
        )
    }
}

impl Body {
    /// What changes for whom, with what the groups are.
    pub fn groups(&self) -> [(&'static str, &[Group]); 2] {
        [("Per product", &self.by_product), ("Per gemeente", &self.by_municipality)]
    }

    /// That places are added where nobody is taken in now; none when there are no such places.
    pub fn lifted_words(&self) -> Option<String> {
        let stops = match self.lifted_stops {
            0 => return None,
            1 => "1 keer aanbod waar nu een aanmeldstop geldt".to_owned(),
            count => format!("{count} keer aanbod waar nu een aanmeldstop geldt"),
        };
        Some(format!("Plekken bij {stops}: in dit scenario geldt die stop daar niet."))
    }

    pub fn contracts_left_words(&self) -> String {
        match self.contracts_left {
            1 => "Nog 1 mogelijk contract is niet doorgerekend".to_owned(),
            left => format!("Nog {left} mogelijke contracten zijn niet doorgerekend"),
        }
    }
}

/// What changes for those who wait for one product, or in one municipality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub name: String,
    pub total: u32,
    pub now: u32,
    pub then: u32,
    pub moved: Moved,
}

/// Ontbrekend contract, and what it would bring on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractWorth {
    pub provider: String,
    pub agb: String,
    pub product_code: String,
    pub product: String,
    pub municipality_code: String,
    pub municipality: String,
    /// How many more children have a place.
    pub placed: i64,
    /// Classes and hundredths of a week.
    pub class: i64,
    pub cost: i64,
}

impl ContractWorth {
    /// What it brings, in words.
    pub fn words(&self) -> String {
        match self.placed {
            1 => format!("1 kind meer met een plek; {}", saved_words(self.cost)),
            2.. => format!("{} kinderen meer met een plek; {}", self.placed, saved_words(self.cost)),
            _ => worth_words(self.class, self.cost),
        }
    }
}

fn saved_words(cost: i64) -> String {
    let size = weeks(u32::try_from(cost.unsigned_abs()).unwrap_or(u32::MAX));
    if cost >= 0 { format!("scheelt {size}") } else { format!("kost anderen {size}") }
}

/// Where a sweep stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweepState {
    /// Waits for a server, or is being worked out.
    Busy,
    Ready,
    /// Somebody stopped it.
    Stopped,
    /// The server that worked on it is gone.
    BrokenOff,
    /// It could not be worked out.
    Failed,
}

impl SweepState {
    pub const ALL: [Self; 5] = [Self::Busy, Self::Ready, Self::Stopped, Self::BrokenOff, Self::Failed];

    /// The code in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Busy => "bezig",
            Self::Ready => "klaar",
            Self::Stopped => "gestopt",
            Self::BrokenOff => "afgebroken",
            Self::Failed => "mislukt",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// What the page says of it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Busy => "Er wordt gerekend.",
            Self::Ready => "Alle waarden zijn doorgerekend.",
            Self::Stopped => {
                "Het rekenen is gestopt. Er is niets van bewaard. Start de reeks opnieuw als u haar toch wilt."
            }
            Self::BrokenOff => {
                "Het rekenen is afgebroken, bijvoorbeeld doordat de server opnieuw startte. Er is niets van bewaard. Start de reeks opnieuw."
            }
            Self::Failed => "Het rekenen is niet gelukt. Start de reeks later opnieuw.",
        }
    }
}

/// Reeks: one change of a scenario over a range of values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Its value is of no meaning.
    pub change: ChangeLine,
    pub from: i32,
    pub to: i32,
    pub step: i32,
}

impl Range {
    /// Every value, from low to high.
    pub fn values(&self) -> Vec<i32> {
        let step = usize::try_from(self.step.max(1)).unwrap_or(1);
        (self.from..=self.to).step_by(step).take(MOST_VALUES + 1).collect()
    }
}

/// A sweep, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    pub scenario_id: i64,
    pub state: SweepState,
    pub range: Range,
    pub asked_at: DateTime<Utc>,
    pub by_name: String,
    pub done: i32,
    pub total: i32,
    pub outcome: Option<SweepOutcome>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepOutcome {
    pub stamp: Stamp,
    /// The change in words, without its value.
    pub words: String,
    pub points: Vec<SweepPoint>,
}

/// What comes of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepPoint {
    pub value: i32,
    /// In the levels of the policy of now.
    pub measures: Measures,
}
