//! Passen: whether an offer can be for a client today, by the database as it is within the transaction that decides.

use chrono::NaiveDate;
use rules::geography::distance_km;
use rules::matching::words::{Setting, why_not};
use rules::matching::{FailedRules, OfferFacts, Seeker, can_place};
use rules::waiting::responding::OwnOffer;
use rules::waiting::succession::line_of;

use super::store;
use crate::availability::figures::model::Offer;
use crate::availability::suitability::actions::find_suitability;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::waiting_list::clients::actions::list_successors;
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::open_list::model::ShownClient;

/// Every hard rule that an offer breaks for a client, with what is needed to tell of it.
pub(super) struct Fit {
    failed: FailedRules,
    seeker: Seeker,
    offer: OfferFacts,
}

impl Fit {
    pub(super) fn find(
        conn: &mut Connection,
        client: &WaitingClient,
        offer: &Offer,
        today: NaiveDate,
    ) -> Result<Self> {
        let birth = client.birth.ok_or(Error::NotFound("wachtende"))?;
        let seeker = Seeker {
            age: birth.age_on(today),
            needs: client.needs,
            max_distance: client.max_distance_km.map(|km| u32::from(km) * 1000),
            has_preference: !client.wanted.is_empty(),
            norm: client.norm,
        };
        let closed = offer.figures.closes_on.is_some_and(|day| day <= today);
        let contract = if closed {
            None
        } else {
            // The product of an offer that a response holds may have got another code since.
            let line = line_of(offer.product.id, &list_successors(conn)?);
            store::find_kept_contract(conn, offer.provider.id, &line, Some(client.municipality.id), today)?
        };
        let outcomes = store::list_outcomes(conn, client.id)?;
        let suitability = find_suitability(conn, offer.id)?.suitability;
        let is_own = |id: i64| id == offer.provider.id;
        let facts = OfferFacts {
            id: u64::try_from(offer.id).map_err(Error::internal)?,
            contract,
            ages: offer.figures.ages.unwrap_or(offer.product.ages),
            status: offer.figures.status,
            stop_until: offer.figures.stop.as_ref().and_then(|stop| stop.until),
            intake: offer.figures.intake,
            treatment: offer.figures.treatment,
            freshness: offer.freshness(today),
            online: offer.online,
            distance: find_distance(conn, client, offer)?,
            fitted: suitability.fitted(),
            excluded: suitability.excluded(),
            rejected_before: outcomes.iter().any(|(id, outcome)| is_own(*id) && outcome.rejects_on(today)),
            provider_excluded: client.excluded.iter().any(|provider| is_own(provider.id)),
            preferred: client.wanted.iter().any(|provider| is_own(provider.id)),
            substitute: client.product.id != offer.product.id,
        };
        Ok(Self { failed: can_place(&seeker, &facts, today), seeker, offer: facts })
    }

    /// Refuses in words for the toegang: every rule that fails.
    pub(super) fn require_for_toegang(&self, client: &WaitingClient, today: NaiveDate) -> Result<()> {
        if self.failed.is_empty() {
            return Ok(());
        }
        let setting = Setting { municipality: &client.municipality.name, confirmed_on: None, today };
        let words = why_not(&self.seeker, &self.offer, self.failed, &setting).join(", ");
        Err(Error::Conflict(format!("Dit aanbod kan niet (meer) voor deze wachtende: {words}.")))
    }
}

/// Refuses a response in words that tell the provider nothing but what it knows itself: only its own offer and what it is
/// shown of the client are looked at.
pub(super) fn require_own(
    conn: &mut Connection,
    client_id: i64,
    shown: &ShownClient,
    offer: &Offer,
    today: NaiveDate,
) -> Result<()> {
    let municipality_id = shown.municipality.as_ref().map(|municipality| municipality.id);
    let of = (offer.provider.id, offer.product.id);
    let outcomes = store::list_outcomes(conn, client_id)?;
    let own = OwnOffer {
        has_contract: store::find_contract(conn, of, municipality_id, today)?.is_some(),
        closes_on: offer.figures.closes_on,
        status: offer.figures.status,
        stop_until: offer.figures.stop.as_ref().and_then(|stop| stop.until),
        ages: offer.figures.ages.unwrap_or(offer.product.ages),
        rejected_before: outcomes
            .iter()
            .any(|(provider_id, outcome)| *provider_id == offer.provider.id && outcome.rejects_on(today)),
    };
    own.may_respond(shown.age, today).map_err(|refusal| Error::Conflict(refusal.to_string()))
}

/// From the postcode of the child, or else the middle of its municipality, to the location.
fn find_distance(conn: &mut Connection, client: &WaitingClient, offer: &Offer) -> Result<Option<u32>> {
    let of_postcode = match &client.pc4 {
        Some(pc4) => store::find_point(conn, i32::from(pc4.number()))?,
        None => None,
    };
    let home = match of_postcode {
        Some(point) => point,
        None => store::find_centre(conn, client.municipality.id)?,
    };
    let there = store::find_point(conn, offer.location.pc4)?;
    Ok(there.map(|there| metres(distance_km(home, there))))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a distance on earth in metres")]
fn metres(km: f64) -> u32 {
    (km * 1000.0).round() as u32
}
