//! Lines of help.

use chrono::NaiveDate;
use rules::crisis::codes::{AgeGroup, CategoryList, ProvisionKind};
use rules::crisis::stay::{Due, due_on};

/// Inzet: one line of help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpLine {
    pub id: i64,
    pub version: i32,
    pub region_id: i64,
    pub request_id: i64,
    pub code: String,
    /// Nothing: outside the region.
    pub municipality: Option<String>,
    pub age_group: AgeGroup,
    pub kind: ProvisionKind,
    /// The stay that this ambulant help goes with.
    pub companion_of: Option<i64>,
    pub provider_id: Option<i64>,
    pub provider: Option<String>,
    pub place_id: Option<i64>,
    pub place: Option<String>,
    pub voluntary: Option<bool>,
    pub perspective_team: Option<String>,
    pub started_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    /// A code of the list for this kind of help.
    pub follow_up: Option<String>,
    pub evaluation_due_on: Option<NaiveDate>,
    pub evaluated_on: Option<NaiveDate>,
    pub plan_due_on: Option<NaiveDate>,
    pub plan_made_on: Option<NaiveDate>,
    pub extended_to: Option<NaiveDate>,
    /// A code of the list `verlenging`.
    pub extension_reason: Option<String>,
    /// How many days ambulant help lasts at most in the region.
    pub ambulant_days: u16,
}

impl HelpLine {
    /// What is due of the evaluation, for a stay.
    pub fn evaluation(&self, today: NaiveDate) -> Option<Due> {
        self.evaluation_due_on.map(|due| Due::new(due, self.evaluated_on, today))
    }

    /// What is due of the perspectiefplan, for a stay.
    pub fn plan(&self, today: NaiveDate) -> Option<Due> {
        self.plan_due_on.map(|due| Due::new(due, self.plan_made_on, today))
    }

    /// The end of a stay that was extended, and of ambulant help on its own, which lasts so long at most.
    pub fn end(&self, today: NaiveDate) -> Option<Due> {
        self.end_due_on().map(|day| Due::new(day, self.ended_on, today))
    }

    /// The last day of it.
    pub fn end_due_on(&self) -> Option<NaiveDate> {
        match (self.kind.is_stay(), self.companion_of, self.started_on) {
            (true, ..) => self.extended_to,
            (false, None, Some(started_on)) => Some(due_on(started_on, self.ambulant_days)),
            (false, ..) => None,
        }
    }

    /// What is due of it: what that is, and how it stands.
    pub fn dues(&self, today: NaiveDate) -> impl Iterator<Item = (&'static str, Due)> {
        let all = [
            ("evaluatie", self.evaluation(today)),
            ("perspectiefplan", self.plan(today)),
            ("einde", self.end(today)),
        ];
        all.into_iter().filter_map(|(what, due)| Some((what, due?)))
    }

    /// Until when a stay lasts as things are: as it was extended, or the term of the evaluation.
    pub fn lasts_until(&self) -> Option<NaiveDate> {
        self.extended_to.or(self.evaluation_due_on)
    }

    pub fn is_running(&self) -> bool {
        self.started_on.is_some() && self.ended_on.is_none()
    }

    /// Whether something asks for attention: what is due, or help that has not started.
    pub fn is_pressing(&self, today: NaiveDate) -> bool {
        self.need(today).is_some()
    }

    /// How many days it is late, when it asks for attention; fewer than none when there is still time. Help that has not
    /// started is as pressing as what must be done today.
    pub fn need(&self, today: NaiveDate) -> Option<i64> {
        if self.ended_on.is_some() {
            return None;
        }
        let start = self.started_on.is_none().then_some(0);
        let dues = self.dues(today).filter(|(_, due)| due.is_pressing()).map(|(_, due)| due.days_late());
        dues.chain(start).max()
    }

    /// The list with what can follow: stay and ambulant help have their own.
    pub fn follow_up_list(&self) -> CategoryList {
        if self.kind.is_stay() { CategoryList::FollowUpStay } else { CategoryList::FollowUpAmbulant }
    }
}

/// What happens to a line of help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpStep {
    /// Ambulant help started.
    Start(NaiveDate),
    Evaluate(NaiveDate),
    MakePlan(NaiveDate),
    /// Until a day, with a code of the list `verlenging`.
    Extend(NaiveDate, String),
    /// On a day, with a code of the list of follow-up.
    End(NaiveDate, String),
}
