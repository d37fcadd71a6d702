//! From a waiting client and the picture of the supply to a proposal with all its sentences.

use chrono::{DateTime, Utc};
use rules::freshness::Freshness;
use rules::matching::words::{self, Setting};
use rules::matching::{OfferFacts, RULES_VERSION, Seeker, Weights};

use super::model::{
    Asked, CanLine, CannotLine, FigureAges, OfferName, Order, Place, Proposal, RegionalLine, TermLine,
};
use crate::availability::supply::candidates::Origin;
use crate::availability::supply::snapshot::{Offer, Snapshot};
use crate::clock::dutch_day;
use crate::error::{Error, Result};
use crate::matching::matcher::{Can, Cannot, Child, SHOWN, has_neighbours, outside, split};
use crate::matching::region::plan::Plan;
use crate::matching::region::words::{Compared, scarcity};
use crate::waiting_list::clients::model::{ProviderChoice, WaitingClient};

/// The client as the matcher knows it. A stripped record is too bare to match.
pub fn child_of(snapshot: &Snapshot, client: &WaitingClient, rejected: &[i64]) -> Result<Child> {
    let bare = || Error::Conflict("Deze aanmelding is na afloop van de bewaartermijn leeggemaakt.".into());
    let birth = client.birth.ok_or_else(bare)?;
    let book = &snapshot.book;
    let behind = || Error::Unavailable("the supply does not know this municipality or product yet".into());
    let municipality = *book.municipality_by_id.get(&client.municipality.id).ok_or_else(behind)?;
    let wanted_product = *book.product_by_id.get(&client.product.id).ok_or_else(behind)?;
    let alternatives =
        client.alternatives.iter().filter_map(|product| book.product_by_id.get(&product.id).copied());
    let places = |ids: &mut dyn Iterator<Item = i64>| -> Vec<u32> {
        ids.filter_map(|id| book.provider_by_id.get(&id).copied()).collect()
    };
    let choices = |chosen: &[ProviderChoice]| places(&mut chosen.iter().map(|provider| provider.id));
    let pc4 = client.pc4.map(|pc4| i32::from(pc4.number())).filter(|pc4| book.postcodes.contains_key(pc4));
    Ok(Child {
        origin: Origin { municipality, pc4 },
        seeker: Seeker {
            age: birth.age_on(snapshot.today),
            needs: client.needs,
            max_distance: client.max_distance_km.map(|km| u32::from(km) * 1000),
            has_preference: !client.wanted.is_empty(),
            norm: client.norm,
        },
        products: std::iter::once(wanted_product).chain(alternatives).collect(),
        wanted: choices(&client.wanted),
        excluded: choices(&client.excluded),
        rejected: places(&mut rejected.iter().copied()),
    })
}

/// The providers with which it was tried.
pub struct Tried {
    /// Those that may not be tried again.
    pub rejected: Vec<i64>,
    /// The one where care ends, which is no place to go on.
    pub left: Option<i64>,
}

/// Makes a proposal beside the regional plan. `look_outside` asks for what other regions have, too.
pub fn make(
    snapshot: &Snapshot,
    client: &WaitingClient,
    tried: &Tried,
    plan: &Plan,
    look_outside: bool,
    now: DateTime<Utc>,
) -> Result<Proposal> {
    let child = child_of(snapshot, client, &tried.rejected)?;
    let weights = plan.basis.weights;
    let weighed = weights.weights();
    let found = split(snapshot, &child, &weighed, SHOWN);
    let writer = Writer { snapshot, child: &child, municipality: &client.municipality.name };
    let beyond = look_outside && has_neighbours(snapshot);
    let outside = beyond.then(|| outside(snapshot, &child, &weighed, SHOWN));
    let goes_on = |place: u32| {
        let offer = snapshot.offer(place);
        tried.left.is_none_or(|left| snapshot.provider(offer).id != left)
    };
    let all_can = found.can().count();
    let can: Vec<Can> = found.can().filter(|can| goes_on(can.offer)).collect();
    let can_total = found.can_total - (all_can - can.len());
    let mut ages = FigureAges::default();
    for can in &can {
        match can.facts.freshness {
            Freshness::Fresh => ages.fresh += 1,
            Freshness::Ageing => ages.ageing += 1,
            Freshness::Stale => ages.stale += 1,
            Freshness::NeverConfirmed => ages.never += 1,
        }
    }
    let mut can: Vec<CanLine> = can.iter().map(|can| writer.can(can)).collect();
    for line in &mut can {
        line.scarcity = scarcity(plan, line.offer.offer_id);
    }
    let regional = Some(writer.regional(plan, client.id, can.first()));
    Ok(Proposal {
        rules_version: RULES_VERSION,
        supply_version: snapshot.version,
        made_at: now,
        day: snapshot.today,
        weights,
        weighing: words::weighing(&weighed),
        asked: asked(client, &child),
        ages,
        can,
        can_total,
        cannot: found.cannot().map(|cannot| writer.cannot(&cannot)).collect(),
        cannot_total: found.cannot_total,
        regional,
        outside: outside.map(|found| found.iter().map(|can| writer.can(can)).collect()),
    })
}

/// Where these offers come in the order of a client, and so many of the best of other providers than theirs. The order is of
/// all offers, sentences are made for these only.
pub fn order(
    snapshot: &Snapshot,
    client: &WaitingClient,
    rejected: &[i64],
    weights: &Weights,
    (offers, best): (&[i64], usize),
) -> Result<Order> {
    let child = child_of(snapshot, client, rejected)?;
    let found = split(snapshot, &child, weights, usize::MAX);
    let writer = Writer { snapshot, child: &child, municipality: &client.municipality.name };
    let id_of = |place: u32| snapshot.offer(place).id;
    let can = found.can().zip(1..).filter(|(can, _)| offers.contains(&id_of(can.offer)));
    let can = can.map(|(can, rank)| (id_of(can.offer), Place::Can { rank, line: writer.can(&can) }));
    let cannot = found.cannot().filter(|cannot| offers.contains(&id_of(cannot.offer)));
    let cannot = cannot.map(|cannot| (id_of(cannot.offer), Place::Cannot(writer.cannot(&cannot))));
    let providers: Vec<i64> = offers
        .iter()
        .filter_map(|id| snapshot.find_offer(*id))
        .map(|offer| snapshot.provider(offer).id)
        .collect();
    let others = found.can().zip(1..).filter(|(can, _)| {
        let offer = snapshot.offer(can.offer);
        !providers.contains(&snapshot.provider(offer).id)
    });
    Ok(Order {
        places: can.chain(cannot).collect(),
        others: others.take(best).map(|(can, rank)| (rank, writer.can(&can))).collect(),
        can_total: found.can_total,
    })
}

fn asked(client: &WaitingClient, child: &Child) -> Asked {
    let names =
        |providers: &[ProviderChoice]| providers.iter().map(|provider| provider.name.clone()).collect();
    Asked {
        municipality: client.municipality.name.clone(),
        product_code: client.product.code.to_string(),
        product_name: client.product.name.clone(),
        alternatives: client
            .alternatives
            .iter()
            .map(|product| format!("{} {}", product.code, product.name))
            .collect(),
        age: child.seeker.age,
        needs: client.needs.iter().map(|need| need.name().to_owned()).collect(),
        max_distance_km: client.max_distance_km,
        from_postcode: child.origin.pc4.is_some(),
        wanted: names(&client.wanted),
        excluded: names(&client.excluded),
        norm_weeks: client.norm.total(),
    }
}

/// Makes the lines of what was found for one child.
pub struct Writer<'a> {
    pub snapshot: &'a Snapshot,
    pub child: &'a Child,
    pub municipality: &'a str,
}

impl Writer<'_> {
    fn setting(&self, offer: &Offer) -> Setting<'_> {
        Setting {
            municipality: self.municipality,
            confirmed_on: offer.confirmed_at.map(dutch_day),
            today: self.snapshot.today,
        }
    }

    pub fn can(&self, can: &Can) -> CanLine {
        let offer = self.snapshot.offer(can.offer);
        CanLine {
            offer: self.name(offer),
            why: words::why(&self.child.seeker, &can.facts, &can.score, &self.setting(offer)),
            terms: can
                .score
                .terms()
                .map(|(term, hundredths)| TermLine {
                    code: term.code().to_owned(),
                    hundredths,
                    words: words::term(term, hundredths),
                })
                .collect(),
            total: can.score.total(),
            free_places: offer.shown_places(),
            preferred: can.facts.preferred,
            substitute: can.facts.substitute,
            scarcity: None,
        }
    }

    pub fn cannot(&self, cannot: &Cannot) -> CannotLine {
        let offer = self.snapshot.offer(cannot.offer);
        let facts: &OfferFacts = &cannot.facts;
        CannotLine {
            offer: self.name(offer),
            rules: cannot.failed.iter().map(|rule| rule.code().to_owned()).collect(),
            reasons: words::why_not(&self.child.seeker, facts, cannot.failed, &self.setting(offer)),
        }
    }

    /// What the regional plan says of a client, beside the first of its own list.
    fn regional(&self, plan: &Plan, client: i64, first: Option<&CanLine>) -> RegionalLine {
        let first_name = first.map(|line| format!("{} ({})", line.offer.provider, line.offer.place));
        let first = first.map(|line| line.offer.offer_id).zip(first_name.as_deref());
        let line = Compared { plan, client, first }.line();
        let name =
            |id: Option<i64>| id.and_then(|id| self.snapshot.find_offer(id)).map(|offer| self.name(offer));
        RegionalLine { offer: name(line.offer_id), bridging: name(line.bridging_id), ..line }
    }

    fn name(&self, offer: &Offer) -> OfferName {
        let (product, provider) = (self.snapshot.product(offer), self.snapshot.provider(offer));
        let location = self.snapshot.location(offer);
        OfferName {
            offer_id: offer.id,
            agb: provider.agb.clone(),
            provider: provider.name.clone(),
            location: location.name.clone(),
            place: location.place.clone(),
            product_code: product.code.clone(),
            product_name: product.name.clone(),
            region: self.snapshot.book.regions[product.region as usize].code.clone(),
            confirmed_on: offer.confirmed_at.map(dutch_day),
        }
    }
}
