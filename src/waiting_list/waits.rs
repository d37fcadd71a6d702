//! Wachttijd: what the rules need to know of a client to say how long it waits and which norms it keeps to.

use chrono::NaiveDate;
use rules::norms::Norm;
use rules::waiting::life::ClientStatus;
use rules::waiting::waited::{WaitFacts, Waited, waited};

use crate::clock::dutch_day;
use crate::waiting_list::clients::model::WaitingClient;

/// How long a client waits on a day. `first_help_on` is the first day on which bridging care started.
pub fn waited_on(client: &WaitingClient, first_help_on: Option<NaiveDate>, today: NaiveDate) -> Waited {
    waited_by(client, client.norm, first_help_on, today)
}

/// The same by another norm than that of the product.
pub fn waited_by(
    client: &WaitingClient,
    norm: Norm,
    first_help_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Waited {
    let closed_on = client.closed_at.map(dutch_day);
    let is_placed = client.status() == ClientStatus::Placed;
    let facts = WaitFacts {
        referred_on: client.referred_on,
        decided_on: client.decided_on,
        needs_decision: client.referrer.needs_decision(),
        urgency: client.urgency,
        measure: client.measure,
        norm,
        first_help_soon: client.product_terms.first_help_soon,
        returned_on: client.life.returned_on(),
        first_help_on,
        started_on: closed_on.filter(|_| is_placed),
        left_on: closed_on.filter(|_| !is_placed),
    };
    waited(&facts, today)
}
