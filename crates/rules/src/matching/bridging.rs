//! Overbruggingszorg: help during the wait, from an offer that may bridge, has room now and is near.
//!
//! Bridging care never removes the claim to the care that was asked for. It does not stop the wait, nor the norm, and
//! the child stays on the list as it was.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{HardRule, OfferFacts, Rank, Score, Seeker, Verdict, Weights, judge};
use crate::codes::ProductCode;
use crate::figures::OfferStatus;
use crate::freshness::Freshness;

/// Overbruggingstabel: which product may bridge the wait for which, as the region decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BridgingTable(BTreeSet<(ProductCode, ProductCode)>);

impl BridgingTable {
    /// Pairs of the product that is waited for and the product that may bridge it.
    pub fn new(pairs: impl IntoIterator<Item = (ProductCode, ProductCode)>) -> Self {
        // A product is no bridge to itself: then it would be the care that was asked for.
        Self(pairs.into_iter().filter(|(wanted, bridge)| wanted != bridge).collect())
    }

    /// Whether one product may bridge the wait for another.
    pub fn may_bridge(&self, wanted: &ProductCode, bridge: &ProductCode) -> bool {
        self.bridges(wanted).any(|known| known == bridge)
    }

    /// The products that may bridge the wait for this one.
    pub fn bridges<'a>(&'a self, wanted: &ProductCode) -> impl Iterator<Item = &'a ProductCode> {
        self.0.iter().filter(move |(known, _)| known == wanted).map(|(_, bridge)| bridge)
    }
}

coded_enum! {
    /// Waarom overbrugging wordt voorgesteld.
    pub enum BridgingCause {
        /// The toegang or the family asks for it.
        Asked = "gevraagd", "Er is om gevraagd";
        /// The child waits past the norm already.
        PastNorm = "norm-voorbij", "De norm is voorbij";
        /// By the best offer there is, the child will have waited past the norm when care starts.
        WillPassNorm = "norm-komt-voorbij", "De verwachte wachttijd is langer dan de norm";
        /// No offer can take the child, so nobody knows how long it will wait.
        NoOffer = "geen-aanbod", "Er is nu geen aanbod";
    }
}

/// What decides whether bridging care is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BridgingNeed {
    /// Whether it was asked for.
    pub asked: bool,
    /// Whether the child has it already.
    pub has_bridging: bool,
    /// Weeks waited until today.
    pub weeks_waited: u32,
    /// The norm, in weeks.
    pub norm_weeks: u16,
    /// The expected wait at the best offer, in hundredths of a week; none when there is no offer.
    pub expected: Option<u32>,
}

/// Whether bridging care is proposed, and why. The strongest reason is told.
pub fn bridging_cause(need: &BridgingNeed) -> Option<BridgingCause> {
    let norm = u32::from(need.norm_weeks);
    if need.has_bridging {
        None
    } else if need.asked {
        Some(BridgingCause::Asked)
    } else if need.weeks_waited > norm {
        Some(BridgingCause::PastNorm)
    } else if need.expected.is_none() {
        Some(BridgingCause::NoOffer)
    } else {
        let total = need.weeks_waited.saturating_mul(100).saturating_add(need.expected.unwrap_or(0));
        (total > norm * 100).then_some(BridgingCause::WillPassNorm)
    }
}

/// Aanbod dat kan overbruggen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BridgingOffer<'a> {
    /// Its product.
    pub product: &'a ProductCode,
    /// Free places, less those reserved; none when it is not known.
    pub free_places: Option<u16>,
    /// The same facts as for a placement. `substitute` means nothing here.
    pub facts: OfferFacts,
}

coded_enum! {
    /// Why an offer is no bridge, besides the hard rules of every placement.
    pub enum NoBridge {
        /// The region's table does not have it.
        NotInTable = "niet-in-tabel", "Mag deze zorg niet overbruggen";
        /// Nobody said that there is a place now.
        NoRoomNow = "geen-plek", "Heeft nu geen plek";
        /// The figure is too old to send a family there.
        OldFigure = "verouderd", "Het cijfer is te oud";
        /// Farther than the region finds near.
        NotNear = "niet-dichtbij", "Niet dichtbij";
    }
}

/// Uitkomst voor een aanbod dat zou kunnen overbruggen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BridgingVerdict {
    /// It can.
    Can(Score),
    /// It cannot, for these reasons.
    Cannot {
        /// What makes it no bridge.
        no_bridge: Vec<NoBridge>,
        /// The hard rules that fail.
        failed: Vec<HardRule>,
    },
}

/// Whether an offer can bridge the wait of a child today. `near` is in metres, and what the family can travel goes
/// before it when that is less.
pub fn can_bridge(
    seeker: &Seeker,
    wanted: &ProductCode,
    offer: &BridgingOffer<'_>,
    table: &BridgingTable,
    near: u32,
    weights: &Weights,
    today: NaiveDate,
) -> BridgingVerdict {
    let facts = &OfferFacts { substitute: false, ..offer.facts };
    let has_room = facts.status == OfferStatus::Place && offer.free_places.is_none_or(|places| places > 0);
    let is_old = matches!(facts.freshness, Freshness::Stale | Freshness::NeverConfirmed);
    let no_bridge: Vec<NoBridge> = [
        (NoBridge::NotInTable, !table.may_bridge(wanted, offer.product)),
        (NoBridge::NoRoomNow, !has_room),
        (NoBridge::OldFigure, has_room && is_old),
        (NoBridge::NotNear, !facts.online && facts.distance.is_none_or(|distance| distance > near)),
    ]
    .into_iter()
    .filter_map(|(reason, holds)| holds.then_some(reason))
    .collect();
    match judge(seeker, facts, weights, today) {
        Verdict::Can(score) if no_bridge.is_empty() => BridgingVerdict::Can(score),
        Verdict::Can(_) => BridgingVerdict::Cannot { no_bridge, failed: Vec::new() },
        Verdict::Cannot(failed) => BridgingVerdict::Cannot { no_bridge, failed: failed.iter().collect() },
    }
}

/// The offers that can bridge, best first.
pub fn bridging_offers<'a>(
    seeker: &Seeker,
    wanted: &ProductCode,
    offers: &'a [BridgingOffer<'a>],
    table: &BridgingTable,
    near: u32,
    weights: &Weights,
    today: NaiveDate,
) -> Vec<&'a BridgingOffer<'a>> {
    let mut found: Vec<(Rank, &BridgingOffer<'_>)> = offers
        .iter()
        .filter_map(|offer| match can_bridge(seeker, wanted, offer, table, near, weights, today) {
            BridgingVerdict::Can(score) => Some((Rank { total: score.total(), id: offer.facts.id }, offer)),
            BridgingVerdict::Cannot { .. } => None,
        })
        .collect();
    found.sort_unstable_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, offer)| offer).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{any_offer, any_seeker, offer, seeker};
    use super::*;
    use crate::testing::today;

    const NEAR: u32 = 15_000;

    fn product(code: &str) -> ProductCode {
        ProductCode::parse(code).unwrap()
    }

    fn table() -> BridgingTable {
        BridgingTable::new([(product("44A09"), product("45A04")), (product("44A09"), product("44A09"))])
    }

    #[test]
    fn the_table_goes_one_way() {
        let (stay, help) = (product("44A09"), product("45A04"));
        assert!(table().may_bridge(&stay, &help));
        assert!(!table().may_bridge(&help, &stay));
        assert!(!table().may_bridge(&stay, &stay));
        assert_eq!(table().bridges(&stay).collect::<Vec<_>>(), [&help]);
    }

    #[test]
    fn bridging_is_proposed_when_the_wait_passes_the_norm_or_it_is_asked() {
        let need = BridgingNeed {
            asked: false,
            has_bridging: false,
            weeks_waited: 4,
            norm_weeks: 14,
            expected: Some(1000),
        };
        for (need, cause) in [
            (need, None),
            (BridgingNeed { expected: Some(1001), ..need }, Some(BridgingCause::WillPassNorm)),
            (BridgingNeed { expected: None, ..need }, Some(BridgingCause::NoOffer)),
            (BridgingNeed { weeks_waited: 14, expected: Some(0), ..need }, None),
            (BridgingNeed { weeks_waited: 15, expected: Some(0), ..need }, Some(BridgingCause::PastNorm)),
            (BridgingNeed { asked: true, ..need }, Some(BridgingCause::Asked)),
            (BridgingNeed { asked: true, has_bridging: true, weeks_waited: 99, ..need }, None),
        ] {
            assert_eq!(bridging_cause(&need), cause, "{need:?}");
        }
    }

    #[test]
    fn a_bridge_is_in_the_table_free_fresh_and_near() {
        let (stay, help) = (product("44A09"), product("45A04"));
        let free = OfferFacts { status: OfferStatus::Place, ..offer() };
        let bridge = BridgingOffer { product: &help, free_places: Some(1), facts: free };
        let facts = |facts: OfferFacts| BridgingOffer { facts, ..bridge };
        for (offer, no_bridge, failed) in [
            (bridge, vec![], vec![]),
            (BridgingOffer { free_places: None, ..bridge }, vec![], vec![]),
            (BridgingOffer { product: &stay, ..bridge }, vec![NoBridge::NotInTable], vec![]),
            (BridgingOffer { free_places: Some(0), ..bridge }, vec![NoBridge::NoRoomNow], vec![]),
            (
                facts(OfferFacts { status: OfferStatus::WaitingList, ..free }),
                vec![NoBridge::NoRoomNow],
                vec![],
            ),
            (facts(OfferFacts { freshness: Freshness::Stale, ..free }), vec![NoBridge::OldFigure], vec![]),
            (facts(OfferFacts { distance: Some(NEAR), ..free }), vec![], vec![]),
            (facts(OfferFacts { distance: Some(NEAR + 1), ..free }), vec![NoBridge::NotNear], vec![]),
            (
                facts(OfferFacts { distance: None, ..free }),
                vec![NoBridge::NotNear],
                vec![HardRule::UnknownDistance],
            ),
            (facts(OfferFacts { contract: None, ..free }), vec![], vec![HardRule::Contract]),
        ] {
            let verdict = can_bridge(&seeker(), &stay, &offer, &table(), NEAR, &Weights::default(), today());
            let expected = (no_bridge, failed);
            match verdict {
                BridgingVerdict::Can(_) => assert_eq!(expected, (vec![], vec![]), "{offer:?}"),
                BridgingVerdict::Cannot { no_bridge, failed } => assert_eq!((no_bridge, failed), expected),
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_proposed_can_bridge_and_is_in_order(
            seeker in any_seeker(), facts in proptest::collection::vec(any_offer(), 0..20),
        ) {
            let (stay, help) = (product("44A09"), product("45A04"));
            let offers: Vec<BridgingOffer<'_>> = facts
                .iter()
                .map(|facts| BridgingOffer { product: &help, free_places: Some(1), facts: *facts })
                .collect();
            let weights = Weights::default();
            let found = bridging_offers(&seeker, &stay, &offers, &table(), NEAR, &weights, today());
            let total = |offer: &BridgingOffer<'_>| {
                match can_bridge(&seeker, &stay, offer, &table(), NEAR, &weights, today()) {
                    BridgingVerdict::Can(score) => Some(score.total()),
                    BridgingVerdict::Cannot { .. } => None,
                }
            };
            prop_assert_eq!(found.len(), offers.iter().filter(|offer| total(offer).is_some()).count());
            prop_assert!(found.windows(2).all(|pair| total(pair[0]) <= total(pair[1])));
            let is_near = |facts: &OfferFacts| facts.online || facts.distance.is_some_and(|metres| metres <= NEAR);
            prop_assert!(found.iter().all(|offer| is_near(&offer.facts)));
        }
    }
}
