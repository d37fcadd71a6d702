//! Waiting client, its timeline, and what a region set for its list.

use chrono::{DateTime, NaiveDate, Utc};
use rules::codes::{AgbCode, MunicipalityCode, Pc4, ProductCode};
use rules::norms::Norm;
use rules::waiting::birth::Birth;
use rules::waiting::bridged::BridgedPeriod;
use rules::waiting::client_code::ClientCode;
use rules::waiting::coarsening::GroupSize;
use rules::waiting::life::{ClientStatus, EventKind, Hold, Life, RecodeReason, WithdrawResponseReason};
use rules::waiting::mediation::Ladder;
use rules::waiting::needs::NeedSet;
use rules::waiting::reason_lists::ReasonList;
use rules::waiting::registration::{FirstChoice, ReferrerKind, Urgency};
use rules::waiting::responses::{AnswerTerms, Consequences};
use rules::working_hours::OpeningHours;
use serde::Serialize;

/// The product a child waits for, or would accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductChoice {
    pub id: i64,
    pub code: ProductCode,
    pub name: String,
}

/// A provider the family wants, or does not want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderChoice {
    pub id: i64,
    pub agb: AgbCode,
    pub name: String,
}

/// Gemeente that answers for the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    pub id: i64,
    pub code: MunicipalityCode,
    pub name: String,
}

/// Wachtende: a child on the list, under a code. Nothing in it points at the child.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingClient {
    pub id: i64,
    pub version: i32,
    pub code: ClientCode,
    /// The region of the product.
    pub region_id: i64,
    pub municipality: Home,
    pub product: ProductChoice,
    /// The longest wait the region accepts for the product.
    pub norm: Norm,
    /// The product may go on until the 23rd birthday.
    pub until_23: bool,
    /// What the region set for those who wait for the product.
    pub product_terms: ProductTerms,
    pub pc4: Option<Pc4>,
    /// None once the record is stripped.
    pub birth: Option<Birth>,
    /// The most wanted first.
    pub alternatives: Vec<ProductChoice>,
    pub referrer: ReferrerKind,
    pub referred_on: NaiveDate,
    pub decided_on: Option<NaiveDate>,
    pub body_decided_on: Option<NaiveDate>,
    pub plan_made_on: Option<NaiveDate>,
    pub urgency: Urgency,
    pub measure: bool,
    pub analysis_made: Option<bool>,
    pub first_choice: FirstChoice,
    pub possibly_wlz: Option<bool>,
    pub authority_elsewhere: Option<bool>,
    pub needs: NeedSet,
    /// The most wanted first.
    pub wanted: Vec<ProviderChoice>,
    pub excluded: Vec<ProviderChoice>,
    pub max_distance_km: Option<u16>,
    pub bridging_wanted: bool,
    pub note: Option<String>,
    /// Status, responses and pause.
    pub life: Life,
    /// The pause that was set, whether or not its last day has gone by.
    pub hold: Option<Hold>,
    pub registered_at: DateTime<Utc>,
    /// Who registered it.
    pub organisation_id: i64,
    pub closed_at: Option<DateTime<Utc>>,
    pub stripped_at: Option<DateTime<Utc>>,
}

impl WaitingClient {
    pub fn status(&self) -> ClientStatus {
        self.life.status()
    }

    /// The products that will do: the wanted one first.
    pub fn accepted_products(&self) -> impl Iterator<Item = &ProductChoice> {
        std::iter::once(&self.product).chain(&self.alternatives)
    }
}

/// What the region set for those who wait for a product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProductTerms {
    /// A body decides on it before it is arranged.
    pub needs_body_decision: bool,
    /// Something starts within two weeks of the decision.
    pub first_help_soon: bool,
}

/// What a registration can be chosen from: code and name of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormChoices {
    pub municipalities: Vec<(String, String)>,
    pub products: Vec<(String, String)>,
    /// AGB code and name of the providers with a contract in the region.
    pub providers: Vec<(String, String)>,
}

/// Soort regel van de tijdlijn: a step of the life, or something that leaves it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    Registered,
    FactsChanged,
    BridgingStarted,
    BridgingChanged,
    BridgingEnded,
    MediationStep,
    ProposalKept,
    AgeReached,
    Step(EventKind),
}

impl LineKind {
    const BESIDES_STEPS: [Self; 8] = [
        Self::Registered,
        Self::FactsChanged,
        Self::BridgingStarted,
        Self::BridgingChanged,
        Self::BridgingEnded,
        Self::MediationStep,
        Self::ProposalKept,
        Self::AgeReached,
    ];

    /// The code in the database and the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Registered => "aangemeld",
            Self::FactsChanged => "gegevens-gewijzigd",
            Self::BridgingStarted => "overbrugging-gestart",
            Self::BridgingChanged => "overbrugging-gewijzigd",
            Self::BridgingEnded => "overbrugging-beeindigd",
            Self::MediationStep => "bemiddeling",
            Self::ProposalKept => "voorstel-bewaard",
            Self::AgeReached => "leeftijd-bereikt",
            Self::Step(kind) => kind.code(),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Registered => "Aangemeld",
            Self::FactsChanged => "Gegevens gewijzigd",
            Self::BridgingStarted => "Overbruggingszorg gestart",
            Self::BridgingChanged => "Overbruggingszorg gewijzigd",
            Self::BridgingEnded => "Overbruggingszorg beëindigd",
            Self::MediationStep => "Bemiddeling",
            Self::ProposalKept => "Voorstel bewaard",
            Self::AgeReached => "Leeftijd bereikt",
            Self::Step(kind) => kind.name(),
        }
    }

    /// The list from which people choose its reason.
    pub const fn reason_list(self) -> Option<ReasonList> {
        match self {
            Self::Step(kind) => kind.reason_list(),
            Self::BridgingEnded => Some(ReasonList::EndBridging),
            _ => None,
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        let step = EventKind::parse(code).map(Self::Step);
        step.or_else(|| Self::BESIDES_STEPS.into_iter().find(|kind| kind.code() == code))
    }
}

/// A line of the timeline that is no step, as a feature beside this one writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLine {
    pub kind: LineKind,
    /// A code; empty when the kind says it all.
    pub reason: &'static str,
    /// Checked for personal data.
    pub note: Option<String>,
    /// What changed, in words.
    pub detail: Option<String>,
}

/// Regel van de tijdlijn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineLine {
    pub at: DateTime<Utc>,
    pub day: NaiveDate,
    pub kind: LineKind,
    pub from: ClientStatus,
    pub to: ClientStatus,
    pub reason: String,
    /// The reason in the words the region had for it at that moment.
    pub reason_words: Option<String>,
    pub note: Option<String>,
    pub detail: Option<String>,
    pub by_name: String,
    pub by_organisation: String,
}

impl TimelineLine {
    /// The reason in words.
    pub fn reason_name(&self) -> &str {
        let of_program = match self.kind {
            LineKind::Step(kind) => kind.reason_name(&self.reason),
            _ => None,
        };
        self.reason_words.as_deref().or(of_program).unwrap_or(&self.reason)
    }

    /// The number of the proposal that was kept, for a line about one.
    pub fn proposal(&self) -> Option<i32> {
        let number = self.detail.as_deref().filter(|_| self.kind == LineKind::ProposalKept)?;
        number.parse().ok()
    }
}

/// What happened to a client that its wait is judged by, from its timeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Milestones {
    /// Care of the list started, as far as it is still so: the day that the provider confirmed.
    pub started_on: Option<NaiveDate>,
    /// When bridging care is given, was given or will be.
    pub bridging: Vec<BridgedPeriod>,
    /// A contract that concerns the child ended last, or its product got another code.
    pub disturbed_on: Option<NaiveDate>,
    /// The child last came from another municipality.
    pub moved_on: Option<NaiveDate>,
    /// The day on which the first open response needs its answer.
    pub answer_on: Option<NaiveDate>,
    /// A response last ended without an answer.
    pub expired_on: Option<NaiveDate>,
    /// A provider asked something and has no answer.
    pub question_open: bool,
    /// The last day of the product, when nothing takes its place.
    pub product_ends_on: Option<NaiveDate>,
    /// The child was last found to look like somebody else of its municipality. For its toegang only.
    pub alike_on: Option<NaiveDate>,
    /// The municipality does not belong to the region today.
    pub outside_region: bool,
    /// The day on which care that was agreed would start, as long as nobody confirmed that it did.
    pub planned_on: Option<NaiveDate>,
    /// The care that was agreed comes after a crisis: a body that had not decided does so afterwards.
    pub after_crisis: bool,
}

impl Milestones {
    /// Takes in the next line of a timeline.
    pub fn add(&mut self, kind: LineKind, reason: &str, day: NaiveDate) {
        match kind {
            LineKind::Step(EventKind::CareStarted) => self.started_on = Some(day),
            LineKind::Step(EventKind::CareDidNotStart | EventKind::Returned) => self.started_on = None,
            LineKind::Step(EventKind::ContractEnded) => self.disturbed_on = Some(day),
            LineKind::Step(EventKind::Recoded) if reason == RecodeReason::BookChanged.code() => {
                self.disturbed_on = Some(day);
            }
            LineKind::Step(EventKind::Moved) => self.moved_on = Some(day),
            LineKind::Step(EventKind::ResponseWithdrawn)
                if reason == WithdrawResponseReason::Expired.code() =>
            {
                self.expired_on = Some(day);
            }
            _ => {}
        }
    }
}

/// Instellingen van de wachtlijst of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSettings {
    /// 0 while the region chose nothing yet.
    pub version: i32,
    /// How many children at least share what providers see.
    pub group_size: GroupSize,
    /// Whether other referrers than the toegang may register.
    pub referrers_register: bool,
    /// After how many months a closed record is stripped.
    pub retention_months: u32,
    /// Days besides weekends and holidays on which no term runs.
    pub closing_days: Vec<NaiveDate>,
    /// How long the toegang has to answer a response.
    pub terms: AnswerTerms,
    /// What follows from each reason to decline.
    pub consequences: Consequences,
    /// The steps of mediation.
    pub ladder: Ladder,
}

impl Default for ListSettings {
    fn default() -> Self {
        Self {
            version: 0,
            group_size: GroupSize::default(),
            referrers_register: false,
            retention_months: 24,
            closing_days: Vec::new(),
            terms: AnswerTerms::default(),
            consequences: Consequences::default(),
            ladder: Ladder::default(),
        }
    }
}

impl ListSettings {
    /// When the toegang works: terms run in these hours.
    pub fn opening_hours(&self) -> OpeningHours {
        OpeningHours::office().closed_on(self.closing_days.iter().copied())
    }
}

/// What the audit keeps of a waiting client: codes, and nothing that was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    pub municipality: String,
    pub product: String,
    pub status: &'static str,
    pub waiting_since: NaiveDate,
    pub open_responses: u32,
    pub hold_until: Option<NaiveDate>,
    /// The step that led here, and its reason.
    pub step: Option<&'static str>,
    pub reason: Option<&'static str>,
    /// Which facts were changed, not what they were: what is known of a child is erased after a term, this is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<&'static str>,
}

impl Recorded {
    pub fn of(client: &WaitingClient) -> Self {
        Self {
            municipality: client.municipality.code.to_string(),
            product: client.product.code.to_string(),
            status: client.status().code(),
            waiting_since: client.life.waiting_since(),
            open_responses: client.life.open_responses(),
            hold_until: client.hold.map(|hold| hold.until),
            step: None,
            reason: None,
            changed: Vec::new(),
        }
    }
}
