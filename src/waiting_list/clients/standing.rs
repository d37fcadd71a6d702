//! How a waiting client stands today: how long it waits, which norms it passed, and what asks for attention.

use std::borrow::Borrow;

use chrono::NaiveDate;
use rules::waiting::attention::{Attention, AttentionFacts, AttentionFilter, attention};
use rules::waiting::bridged::{first_help, has_no_end, is_bridged};
use rules::waiting::life::{BodyDecision, ClientStatus};
use rules::waiting::registration::Urgency;
use rules::waiting::waited::{ListCount, NormResult, WaitFacts, Waited, waited};
use serde::Serialize;

use super::model::{Milestones, ProductTerms, WaitingClient};
use crate::clock::dutch_day;

/// Stand van een wachtende on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub waited: Waited,
    /// The most pressing first.
    pub attention: Vec<Attention>,
    pub has_bridging: bool,
}

/// A waiting client as a list shows it. Its alternatives and wishes are not loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub client: WaitingClient,
    pub standing: Standing,
}

impl WaitingClient {
    /// The decision of a body, when a product with these terms needs one.
    pub fn body_decision(&self, terms: ProductTerms) -> BodyDecision {
        match (terms.needs_body_decision, self.body_decided_on) {
            (false, _) => BodyDecision::NotNeeded,
            (true, Some(day)) => BodyDecision::Taken(day),
            (true, None) => BodyDecision::Missing,
        }
    }

    /// What the wait is judged by.
    pub fn wait_facts(&self, milestones: &Milestones) -> WaitFacts {
        let closed_on = self.closed_at.map(dutch_day);
        let placed = self.status() == ClientStatus::Placed;
        WaitFacts {
            referred_on: self.referred_on,
            decided_on: self.decided_on,
            needs_decision: self.referrer.needs_decision(),
            urgency: self.urgency,
            measure: self.measure,
            norm: self.norm,
            first_help_soon: self.product_terms.first_help_soon,
            returned_on: self.life.returned_on(),
            first_help_on: first_help(&milestones.bridging),
            started_on: closed_on.filter(|_| placed).map(|day| milestones.started_on.unwrap_or(day)),
            left_on: closed_on.filter(|_| !placed),
        }
    }

    pub fn standing(&self, milestones: &Milestones, today: NaiveDate) -> Standing {
        let waited = waited(&self.wait_facts(milestones), today);
        let facts = AttentionFacts {
            life: &self.life,
            hold_until: self.hold.map(|hold| hold.until),
            waited: &waited,
            birth: self.birth,
            until_23: self.until_23,
            body: match self.body_decision(self.product_terms) {
                // What is erased can no longer be filled in.
                _ if self.stripped_at.is_some() => BodyDecision::NotNeeded,
                _ if milestones.after_crisis && self.body_decided_on.is_none() => BodyDecision::Afterwards,
                known => known,
            },
            disturbed_on: milestones.disturbed_on,
            moved_on: milestones.moved_on,
            alike_on: milestones.alike_on,
            answer_on: milestones.answer_on,
            expired_on: milestones.expired_on,
            question_open: milestones.question_open,
            product_ends_on: milestones.product_ends_on,
            plan_made_on: self.plan_made_on,
            outside_region: milestones.outside_region,
            planned_on: milestones.planned_on,
            // The provider sees no more of a child whose record is stripped.
            bridging_runs: self.stripped_at.is_none() && has_no_end(&milestones.bridging),
        };
        let attention = attention(&facts, today);
        Standing { waited, attention, has_bridging: is_bridged(&milestones.bridging, today) }
    }
}

impl Standing {
    /// The norm to tell in a list: one that was passed before one there is still time for.
    pub fn norm(&self) -> Option<&NormResult> {
        self.waited.passed().next().or_else(|| self.waited.next_due())
    }

    /// Whether a body must still decide, or its decision is not known here.
    pub fn owes_decision(&self) -> bool {
        self.attention.contains(&Attention::BodyDecisionMissing)
    }

    /// `12 weken`, or that it does not count yet.
    pub fn weeks(&self) -> String {
        match self.waited.weeks() {
            Some(1) => "1 week".into(),
            Some(weeks) => format!("{weeks} weken"),
            None => "telt nog niet".into(),
        }
    }
}

/// Bruto en netto of everybody on a list.
pub fn count(list: &[Listed]) -> ListCount {
    let mut count = ListCount::default();
    for listed in list.iter().filter(|listed| !listed.client.status().is_closed()) {
        count.add(&listed.standing.waited, listed.standing.has_bridging);
    }
    count
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientFilter {
    pub status: StatusFilter,
    /// Code of the product.
    pub product: Option<String>,
    /// Code of the municipality.
    pub municipality: Option<String>,
    pub urgency: Option<Urgency>,
    pub past_norm: bool,
    /// By what asks for attention.
    pub attention: Option<AttentionFilter>,
    /// A part of the code of the client, as stored.
    pub code: Option<String>,
}

/// What was asked of a list, as the access log keeps it: codes only, and of a part of a code that somebody typed no more
/// than that it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Question {
    pub status: String,
    pub product: Option<String>,
    pub gemeente: Option<String>,
    pub urgentie: Option<&'static str>,
    #[serde(rename = "bovenNorm")]
    pub past_norm: bool,
    pub aandacht: Option<&'static str>,
    #[serde(rename = "opCode")]
    pub by_code: bool,
}

impl From<&ClientFilter> for Question {
    fn from(filter: &ClientFilter) -> Self {
        Self {
            status: match filter.status {
                StatusFilter::Open => "op-de-lijst".to_owned(),
                StatusFilter::OnHold => "gepauzeerd".to_owned(),
                StatusFilter::Only(status) => status.code().to_owned(),
                StatusFilter::Closed => "van-de-lijst".to_owned(),
            },
            product: filter.product.clone(),
            gemeente: filter.municipality.clone(),
            urgentie: filter.urgency.map(Urgency::code),
            past_norm: filter.past_norm,
            aandacht: filter.attention.map(AttentionFilter::code),
            by_code: filter.code.is_some(),
        }
    }
}

/// Which statuses a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusFilter {
    /// Everybody who is on the list.
    #[default]
    Open,
    OnHold,
    Only(ClientStatus),
    /// Everybody who left it.
    Closed,
}

impl StatusFilter {
    /// Whether it asks for clients that left the list.
    pub fn is_closed(self) -> bool {
        match self {
            Self::Open | Self::OnHold => false,
            Self::Only(status) => status.is_closed(),
            Self::Closed => true,
        }
    }
}

impl ClientFilter {
    /// Whether those in care of whom the decision of a body is owed are looked among too: they are not on the list any more, and
    /// ask for attention like those who are.
    pub fn is_of_owing_too(&self) -> bool {
        self.attention.is_some() && !self.status.is_closed()
    }

    /// Whether somebody of the open or the closed list fits.
    pub fn fits(&self, listed: &Listed, today: NaiveDate) -> bool {
        let client = &listed.client;
        let status = match self.status {
            StatusFilter::Open | StatusFilter::Closed => true,
            StatusFilter::OnHold => client.life.hold_on(today).is_some(),
            StatusFilter::Only(status) => client.status() == status,
        };
        status
            && self.product.as_ref().is_none_or(|code| client.product.code.as_str() == code)
            && self.municipality.as_ref().is_none_or(|code| client.municipality.code.as_str() == code)
            && self.urgency.is_none_or(|urgency| client.urgency == urgency)
            && (!self.past_norm || listed.standing.waited.is_past_start_norm())
            && self.attention.is_none_or(|filter| filter.fits(&listed.standing.attention))
            && self.code.as_ref().is_none_or(|part| client.code.as_str().contains(part))
    }
}

/// What a list of waiting clients is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientColumn {
    /// The longest wait first.
    Waited,
    Code,
    Product,
    Municipality,
    Status,
    /// The most pressing point of attention first, and who has none last.
    Attention,
}

/// The columns by which the list can be ordered, the usual one first.
pub const COLUMNS: [(&str, ClientColumn); 6] = [
    ("wacht", ClientColumn::Waited),
    ("code", ClientColumn::Code),
    ("product", ClientColumn::Product),
    ("gemeente", ClientColumn::Municipality),
    ("status", ClientColumn::Status),
    ("aandacht", ClientColumn::Attention),
];

/// Puts a list in order; of two that are equal in it, the longest wait and then the code decide.
pub fn sort<L: Borrow<Listed>>(list: &mut [L], order: crate::paging::SortOrder<ClientColumn>) {
    list.sort_by(|one, other| {
        let (one, other): (&Listed, &Listed) = (one.borrow(), other.borrow());
        let (a, b) = (&one.client, &other.client);
        let first = match order.column {
            ClientColumn::Waited => other.standing.waited.days.cmp(&one.standing.waited.days),
            ClientColumn::Code => a.code.cmp(&b.code),
            ClientColumn::Product => a.product.code.cmp(&b.product.code),
            ClientColumn::Municipality => a.municipality.name.cmp(&b.municipality.name),
            ClientColumn::Status => a.status().cmp(&b.status()),
            ClientColumn::Attention => {
                let pressing = |listed: &Listed| {
                    let point = listed.standing.attention.first().copied();
                    (point.is_none(), point)
                };
                pressing(one).cmp(&pressing(other))
            }
        };
        let first = if order.descending { first.reverse() } else { first };
        first
            .then_with(|| other.standing.waited.days.cmp(&one.standing.waited.days))
            .then_with(|| a.code.cmp(&b.code))
    });
}
