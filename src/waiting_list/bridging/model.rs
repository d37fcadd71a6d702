//! Bridging care of a waiting client.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use rules::violations::Violations;
use rules::waiting::bridged::{BridgedPeriod, first_help, is_bridged, is_called_off};
use rules::waiting::life::EndBridgingReason;
use rules::waiting::note::Note;
use rules::waiting::reason_lists::ReasonList;
use rules::waiting::reasons::Reason;
use serde::Serialize;

use crate::clock::dutch_day;
use crate::waiting_list::clients::model::WaitingClient;

/// The field with what is said about an end.
pub const END_NOTE: &str = "eindToelichting";

/// How long before today care may have started when it is written down, and how far ahead it may be planned.
const DAYS_BACK: u64 = 365;
const DAYS_AHEAD: u64 = 180;

/// Einde van overbruggingszorg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The last day.
    pub on: NaiveDate,
    /// The code of why.
    pub reason: String,
    /// When that was written down; not known of what ended long ago.
    pub at: Option<DateTime<Utc>>,
    pub note: Option<String>,
    /// The reason in the words the region had for it then.
    pub words: Option<String>,
}

/// Overbruggingszorg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BridgingCare {
    pub id: i64,
    pub version: i32,
    pub client_id: i64,
    pub provider_id: i64,
    /// The offer of which a free place was taken for it, and when.
    pub place: Option<(i64, DateTime<Utc>)>,
    pub agb: String,
    pub provider: String,
    pub product_code: String,
    pub product_name: String,
    /// The code of why it was proposed.
    pub cause: String,
    pub starts_on: NaiveDate,
    pub ended: Option<Ending>,
    pub note: Option<String>,
}

impl BridgingCare {
    /// When it is given; none when it was called off.
    pub fn period(&self) -> Option<BridgedPeriod> {
        let until = self.ended.as_ref().map(|ending| ending.on);
        BridgedPeriod::given(self.starts_on, until, self.ended_on())
    }

    /// Whether it ended before it began.
    pub fn is_called_off(&self) -> bool {
        let until = self.ended.as_ref().map(|ending| ending.on);
        is_called_off(self.starts_on, until, self.ended_on())
    }

    /// The day on which its end was written down.
    fn ended_on(&self) -> Option<NaiveDate> {
        self.ended.as_ref().and_then(|ending| ending.at).map(dutch_day)
    }
}

impl Ending {
    /// Why it ended, in words.
    pub fn reason_name(&self) -> &str {
        self.words.as_deref().or_else(|| ReasonList::EndBridging.name_of(&self.reason)).unwrap_or("")
    }
}

/// First day, last day, and when that last was written down, as they are stored.
pub(in crate::waiting_list) type StoredDays = (NaiveDate, Option<NaiveDate>, Option<NaiveDateTime>);

/// When stored care is given; none when it was called off.
pub(in crate::waiting_list) fn period_of((from, until, ended_at): StoredDays) -> Option<BridgedPeriod> {
    BridgedPeriod::given(from, until, ended_at.map(|at| dutch_day(at.and_utc())))
}

/// Bridging care to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BridgingDraft {
    pub provider_id: i64,
    pub product_id: i64,
    /// The offers of this provider and product that can be for the client, the best first.
    pub offer_ids: Vec<i64>,
    /// Code of why it was proposed.
    pub cause: &'static str,
    pub starts_on: NaiveDate,
    pub note: Option<Note>,
}

/// Checks the day of a start, as far as that can be without the client.
pub fn check_start(starts_on: NaiveDate, referred_on: Option<NaiveDate>, today: NaiveDate) -> Violations {
    let mut violations = Violations::new();
    let first = referred_on.unwrap_or(NaiveDate::MIN).max(today - Days::new(DAYS_BACK));
    if starts_on < first || starts_on > today + Days::new(DAYS_AHEAD) {
        let message = "kies een dag na de verwijzing, hooguit een jaar terug en een half jaar vooruit";
        violations.add("start", "buiten-grenzen", message);
    }
    violations
}

/// Checks the day of an end, as far as that can be without the care.
pub fn check_end(ends_on: NaiveDate, starts_on: Option<NaiveDate>, today: NaiveDate) -> Violations {
    let mut violations = Violations::new();
    if starts_on.is_some_and(|starts_on| ends_on < starts_on) || ends_on > today + Days::new(DAYS_AHEAD) {
        let message = "kies een dag op of na de start, hooguit een half jaar vooruit";
        violations.add("einde", "buiten-grenzen", message);
    }
    violations
}

/// The reason for an end with the words that go with it.
pub fn end_reason(
    reason: EndBridgingReason,
    note: Option<Note>,
) -> Result<Reason<EndBridgingReason>, Violations> {
    Reason::new(reason, note).map_err(|error| {
        let mut violations = Violations::new();
        violations.add(END_NOTE, "ontbreekt", error.to_string());
        violations
    })
}

/// Who waits on a day, and who of them has bridging care.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BridgedCount {
    pub waiting: i64,
    pub bridged: i64,
}

/// What the audit keeps: codes, and nothing that was typed.
#[derive(Debug, Serialize)]
pub(super) struct Recorded {
    pub client: String,
    pub provider: String,
    pub product: String,
    pub cause: String,
    pub starts_on: NaiveDate,
    pub ends_on: Option<NaiveDate>,
    pub end_reason: Option<String>,
}

impl Recorded {
    pub(super) fn of(client: &WaitingClient, care: &BridgingCare) -> Self {
        Self {
            client: client.code.as_str().to_owned(),
            provider: care.agb.clone(),
            product: care.product_code.clone(),
            cause: care.cause.clone(),
            starts_on: care.starts_on,
            ends_on: care.ended.as_ref().map(|ending| ending.on),
            end_reason: care.ended.as_ref().map(|ending| ending.reason.clone()),
        }
    }
}

fn periods(cares: &[BridgingCare]) -> Vec<BridgedPeriod> {
    cares.iter().filter_map(BridgingCare::period).collect()
}

/// The first day on which something started, of what was given or is given.
pub fn first_start(cares: &[BridgingCare]) -> Option<NaiveDate> {
    first_help(&periods(cares))
}

/// Whether a moment's client has bridging care on that Dutch day.
pub fn has_bridging(cares: &[BridgingCare], now: DateTime<Utc>) -> bool {
    is_bridged(&periods(cares), dutch_day(now))
}
