//! A response without an answer.

use chrono::{DateTime, NaiveDate, Utc};
use rules::waiting::client_code::ClientCode;

/// Late reactie: without an answer of the toegang, or agreed without word of the provider that care started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateResponse {
    pub client_id: i64,
    pub code: ClientCode,
    pub municipality: String,
    pub product_code: String,
    pub product_name: String,
    pub agb: String,
    pub provider: String,
    pub opened_at: DateTime<Utc>,
    pub answer_by: DateTime<Utc>,
    pub valid_until: NaiveDate,
    pub chased_at: Option<DateTime<Utc>>,
    pub escalated_at: Option<DateTime<Utc>>,
    /// When it ended without an answer; none while it can still be answered.
    pub lapsed_at: Option<DateTime<Utc>>,
    /// When care would start that was agreed and that the provider did not confirm; none while the response is weighed.
    pub planned_on: Option<NaiveDate>,
    /// The child waits past a norm or a step runs for it, so that there is a case to look at.
    pub has_case: bool,
}

/// How many of them there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LateCount {
    /// Still to be answered.
    pub late: usize,
    /// Of those, with which the account manager was asked to help.
    pub escalated: usize,
    /// Ended without an answer.
    pub lapsed: usize,
    /// Care that was agreed, of which the provider did not confirm the start after a reminder.
    pub unstarted: usize,
}

impl LateCount {
    pub fn of(list: &[LateResponse]) -> Self {
        list.iter().fold(Self::default(), |mut count, one| {
            let is_open = one.lapsed_at.is_none() && one.planned_on.is_none();
            count.late += usize::from(is_open);
            count.escalated += usize::from(is_open && one.escalated_at.is_some());
            count.lapsed += usize::from(one.lapsed_at.is_some());
            count.unstarted += usize::from(one.planned_on.is_some());
            count
        })
    }
}
