//! Wat er sindsdien gebeurde: what became of whom a run proposed something for, and whether the provider can be asked now.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use rules::figures::OfferStatus;
use rules::matching::{FailedRules, HardRule, OfferFacts, can_place};
use rules::waiting::asking::is_answer;
use rules::waiting::life::ClientStatus;
use rules::waiting::responses::{PairOutcome, ResponseStatus};

use super::model::{Happened, Line, Request, ShownLine, ShownOffer};
use super::store;
use crate::availability::supply::snapshot::{Offer, Snapshot};
use crate::clock::dutch_day;
use crate::db::Connection;
use crate::error::Result;
use crate::matching::matcher::{Child, candidates_for, facts_for};
use crate::matching::proposals::making::child_of;
use crate::matching::region::measures::{Measures, Share, mean};
use crate::matching::region::problem::room_of;
use crate::waiting_list::clients;
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::responses;
use crate::waiting_list::responses::model::Standpoint;

/// What is known today of the clients of some lines.
pub(super) struct Since {
    pub(super) clients: HashMap<i64, WaitingClient>,
    responses: HashMap<i64, Vec<Standpoint>>,
    requests: HashMap<i64, Vec<Request>>,
    /// With which providers somebody was brought together in vain.
    outcomes: HashMap<i64, Vec<(i64, PairOutcome)>>,
}

impl Since {
    pub(super) fn read(conn: &mut Connection, lines: &[Line]) -> Result<Self> {
        let ids: Vec<i64> = lines.iter().map(|line| line.client_id).collect();
        let mut since = Self {
            clients: HashMap::new(),
            responses: HashMap::new(),
            requests: HashMap::new(),
            outcomes: HashMap::new(),
        };
        for client in clients::actions::list_by_ids(conn, &ids)? {
            since.clients.insert(client.id, client);
        }
        for response in responses::actions::list_standpoints(conn, &ids)? {
            since.responses.entry(response.client_id).or_default().push(response);
        }
        for request in store::list_requests(conn, &ids)? {
            since.requests.entry(request.client_id).or_default().push(request);
        }
        for (client_id, provider_id, outcome) in responses::actions::list_outcomes_of(conn, &ids)? {
            since.outcomes.entry(client_id).or_default().push((provider_id, outcome));
        }
        Ok(since)
    }

    pub(super) fn of(&self, line: &Line, now: DateTime<Utc>) -> Happened {
        let Some(client) = self.clients.get(&line.client_id) else { return Happened::Left };
        let at_offer = |status: ResponseStatus| {
            self.responses_to(line)
                .iter()
                .any(|response| Some(response.offer_id) == line.offer_id && response.status == status)
        };
        match client.status() {
            ClientStatus::Accepted | ClientStatus::Placed if at_offer(ResponseStatus::Accepted) => {
                Happened::AsProposed
            }
            ClientStatus::Accepted | ClientStatus::Placed | ClientStatus::PlacedElsewhere => {
                Happened::Elsewhere
            }
            ClientStatus::Withdrawn | ClientStatus::Lapsed => Happened::Left,
            _ if at_offer(ResponseStatus::Open) => Happened::Responded,
            _ if at_offer(ResponseStatus::Declined) => Happened::Declined,
            _ => match self.last_asked(line) {
                Some(request) if request.ends_at > now => Happened::Asked,
                Some(request) if !self.is_answered(line, request) => Happened::Silent,
                _ => Happened::Nothing,
            },
        }
    }

    fn responses_to(&self, line: &Line) -> &[Standpoint] {
        self.responses.get(&line.client_id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The question about the offer that can be answered longest, if there was one.
    fn last_asked(&self, line: &Line) -> Option<&Request> {
        let requests = self.requests.get(&line.client_id).map(Vec::as_slice).unwrap_or_default();
        let asked = requests.iter().filter(|request| Some(request.offer_id) == line.offer_id);
        asked.max_by_key(|request| request.ends_at)
    }

    /// Also by a response that was withdrawn since, or is no longer valid.
    fn is_answered(&self, line: &Line, request: &Request) -> bool {
        let mut own = self.responses_to(line).iter().filter(|one| one.offer_id == request.offer_id);
        own.any(|one| is_answer(one.status, one.opened_at, request.asked_at))
    }

    /// Why the provider cannot be asked, in words. Who is asked must be able to respond: the rules for a response hold
    /// here too. Of what a child needs or wants nothing is told.
    pub(super) fn refusal(
        &self,
        snapshot: &Snapshot,
        line: &Line,
        now: DateTime<Utc>,
    ) -> Option<&'static str> {
        let client = self.clients.get(&line.client_id)?;
        let Some(offer) = line.offer_id.and_then(|id| snapshot.find_offer(id)) else {
            return Some("er is geen plek voorgesteld, of het aanbod bestaat niet meer");
        };
        match self.of(line, now) {
            Happened::Asked => return Some("de aanbieder is al gevraagd"),
            Happened::Responded => return Some("de aanbieder reageerde al"),
            Happened::Nothing | Happened::Silent | Happened::Declined => {}
            Happened::AsProposed | Happened::Elsewhere | Happened::Left => {
                return Some("de wachtende heeft al zorg of staat niet meer op de lijst");
            }
        }
        if self.last_asked(line).is_some_and(|request| request.ends_at > now) {
            return Some("de aanbieder is al gevraagd");
        }
        if !client.life.is_listed(dutch_day(now)) {
            return Some("de wachtende staat nu niet op de lijst, bijvoorbeeld door een pauze");
        }
        // A provider responds to who waits for the product of its own offer.
        if snapshot.product(offer).id != client.product.id {
            return Some("het is een alternatief product: de toegang vraagt dit zelf");
        }
        self.misfit(snapshot, client, offer)
    }

    /// Why the offer cannot be for the client today.
    fn misfit(&self, snapshot: &Snapshot, client: &WaitingClient, offer: &Offer) -> Option<&'static str> {
        let outcomes = self.outcomes.get(&client.id).map(Vec::as_slice).unwrap_or_default();
        let rejected: Vec<i64> = outcomes
            .iter()
            .filter(|(_, outcome)| outcome.rejects_on(snapshot.today))
            .map(|(provider, _)| *provider)
            .collect();
        let Ok(child) = child_of(snapshot, client, &rejected) else {
            return Some("van de wachtende is te weinig bekend");
        };
        let Some(facts) = facts_of_offer(snapshot, &child, offer) else {
            return Some("het aanbod is gesloten");
        };
        let failed = can_place(&child.seeker, &facts, snapshot.today);
        if failed != FailedRules::NONE {
            return Some(misfit_words(failed));
        }
        if room_of(snapshot, offer) == 0 {
            return Some(if offer.figures.status == OfferStatus::IntakeStop {
                "er geldt een aanmeldstop"
            } else {
                "er is volgens de cijfers geen vrije plek meer"
            });
        }
        None
    }

    /// Wat er bereikt is: of whom a place was proposed for, who was helped since, wherever that was. How long it took
    /// is counted from the day of the run to the start that was agreed.
    pub(super) fn reached(
        &self,
        snapshot: &Snapshot,
        placed: &[Line],
        (day, now): (NaiveDate, DateTime<Utc>),
    ) -> Measures {
        let mut reached = Measures::default();
        let (mut waits, mut far) = (Vec::new(), Vec::new());
        for line in placed {
            let is_helped = matches!(self.of(line, now), Happened::AsProposed | Happened::Elsewhere);
            let add = |share: &mut Share| {
                share.total += 1;
                share.placed += u32::from(is_helped);
            };
            add(&mut reached.all);
            add(&mut reached.levels[line.level() as usize]);
            if line.past_norm {
                add(&mut reached.past_norm);
            }
            let accepted =
                self.responses_to(line).iter().find(|response| response.status == ResponseStatus::Accepted);
            if let Some(accepted) = accepted.filter(|_| is_helped) {
                let days = (accepted.start_on - day).num_days().max(0);
                waits.push(u64::try_from(days).unwrap_or_default() * 100 / 7);
                far.extend(self.metres_to(snapshot, line.client_id, accepted.offer_id).map(u64::from));
            }
        }
        Measures { mean_wait: mean(&waits), mean_metres: mean(&far), ..reached }
    }

    /// How far a client goes to an offer; none for what is given online, or where it is not known.
    fn metres_to(&self, snapshot: &Snapshot, client_id: i64, offer_id: i64) -> Option<u32> {
        let (client, offer) = (self.clients.get(&client_id)?, snapshot.find_offer(offer_id)?);
        let child = child_of(snapshot, client, &[]).ok()?;
        let facts = facts_of_offer(snapshot, &child, offer)?;
        facts.distance.filter(|_| !facts.online)
    }

    pub(super) fn show(&self, snapshot: &Snapshot, line: &Line, now: DateTime<Utc>) -> Option<ShownLine> {
        let client = self.clients.get(&line.client_id)?;
        let offer = line.offer_id.and_then(|id| snapshot.find_offer(id)).map(|offer| ShownOffer {
            id: offer.id,
            provider: snapshot.provider(offer).name.clone(),
            agb: snapshot.provider(offer).agb.clone(),
            place: snapshot.location(offer).place.clone(),
            product_code: snapshot.product(offer).code.clone(),
        });
        Some(ShownLine {
            code: client.code.to_string(),
            municipality: client.municipality.name.clone(),
            product_code: client.product.code.to_string(),
            product_name: client.product.name.clone(),
            level: line.level(),
            weeks: line.weeks,
            past_norm: line.past_norm,
            cost: line.cost,
            offer,
            happened: self.of(line, now),
            can_be_asked: self.refusal(snapshot, line, now).is_none(),
        })
    }
}

/// An offer as a child meets it; none when it is closed.
fn facts_of_offer(snapshot: &Snapshot, child: &Child, offer: &Offer) -> Option<OfferFacts> {
    candidates_for(snapshot, child).iter().find_map(|(candidates, substitute)| {
        let found = candidates.iter().find(|candidate| snapshot.offer(candidate.offer).id == offer.id)?;
        Some(facts_for(child, found, *substitute))
    })
}

/// What is the provider's is told, what is the child's is not.
fn misfit_words(failed: FailedRules) -> &'static str {
    [
        (HardRule::Contract, "er is geen contract meer voor deze gemeente"),
        (HardRule::IntakeStop, "er geldt een aanmeldstop"),
        (HardRule::RejectedPair, "een eerdere reactie van deze aanbieder is afgewezen"),
    ]
    .into_iter()
    .find_map(|(rule, words)| failed.contains(rule).then_some(words))
    .unwrap_or("de plek past niet (meer) bij deze wachtende")
}
