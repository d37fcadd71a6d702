//! Wachttijd: what the rules need to know of a client to say how long it waits and which norms it keeps to.

use chrono::NaiveDate;
use rules::norms::Norm;
use rules::waiting::waited::{WaitFacts, Waited, waited};

use crate::waiting_list::clients::model::{Milestones, WaitingClient};

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
    let facts = WaitFacts { norm, first_help_on, ..client.wait_facts(&Milestones::default()) };
    waited(&facts, today)
}
