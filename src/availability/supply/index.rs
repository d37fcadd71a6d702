//! Sorted lists of what an area can choose from: per product, and all together.

use std::collections::HashMap;
use std::ops::Range;

use rules::freshness::Freshness;
use rules::geography::{Point, distance_km};
use rules::norms::{NormCheck, may_start_urgently};
use rules::product::ProductKind;

use super::snapshot::{Area, Offer, Snapshot};

/// What a filter looks at, kept together so that going through a list touches little memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) offer: u32,
    /// Place in the order of the soonest real start within the area.
    pub(super) order: u32,
    /// The same for all that start as soon, whatever their distance.
    pub(super) start: u32,
    /// Place in the list of points of the area.
    pub(super) point: u32,
    /// From the centre of the municipality, in steps of ten metres; none for a whole region.
    pub(super) distance: u32,
    pub(super) name_order: u32,
    pub(super) min_age: u8,
    pub(super) max_age: u8,
    pub(super) flags: u16,
    pub(super) kind: ProductKind,
}

/// No point to measure from.
pub(super) const NO_DISTANCE: u32 = u32::MAX;

pub(super) const HAS_PLACE: u16 = 1;
pub(super) const WITHIN_NORM: u16 = 1 << 1;
pub(super) const FRESH: u16 = 1 << 2;
pub(super) const ONLINE: u16 = 1 << 3;
pub(super) const MAY_BE_URGENT: u16 = 1 << 4;

/// The lists of one area.
#[derive(Debug, Default)]
pub(super) struct AreaIndex {
    /// Grouped by product, and within it by soonest real start.
    entries: Vec<Entry>,
    by_product: HashMap<u32, Range<usize>>,
    /// What shows without asking for a product, by soonest real start.
    unasked: Vec<Entry>,
    /// Where the locations are.
    points: Vec<Point>,
}

/// A distance in steps of ten metres.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a distance within the Netherlands is positive and small"
)]
pub(super) fn distance_steps(km: f64) -> u32 {
    (km * 100.0).round() as u32
}

fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn flags(offer: &Offer) -> u16 {
    let mut flags = 0;
    for (holds, flag) in [
        (offer.has_place(), HAS_PLACE),
        (offer.start_check == NormCheck::Within, WITHIN_NORM),
        (offer.freshness == Freshness::Fresh, FRESH),
        (offer.online, ONLINE),
        (may_start_urgently(&offer.figures), MAY_BE_URGENT),
    ] {
        if holds {
            flags |= flag;
        }
    }
    flags
}

impl AreaIndex {
    pub(super) fn build(snapshot: &Snapshot, area: Area) -> Self {
        let centre = match area {
            Area::Region(_) => None,
            Area::Municipality(municipality) => {
                Some(snapshot.book.municipalities[municipality as usize].centre)
            }
        };
        let mut found: Vec<Entry> = Vec::new();
        let mut points: Vec<Point> = Vec::new();
        let mut point_by_location: HashMap<u32, u32> = HashMap::new();
        // What covers a municipality is in the book of a region that the municipality is in.
        for index in snapshot.offers_in(&snapshot.regions_of(area)) {
            let offer = snapshot.offer(index);
            let inside = match area {
                Area::Region(region) => {
                    !offer.coverage.is_empty() && snapshot.product(offer).region == region
                }
                Area::Municipality(municipality) => {
                    offer.coverage.binary_search_by_key(&municipality, |(covered, _)| *covered).is_ok()
                }
            };
            if inside {
                let point = *point_by_location.entry(offer.location).or_insert_with(|| {
                    points.push(snapshot.location(offer).point);
                    place(points.len() - 1)
                });
                let distance = centre
                    .map_or(NO_DISTANCE, |from| distance_steps(distance_km(from, points[point as usize])));
                found.push(Entry {
                    offer: index,
                    order: 0,
                    start: 0,
                    point,
                    distance,
                    name_order: snapshot.provider(offer).name_order,
                    min_age: offer.ages.min(),
                    max_age: offer.ages.max(),
                    flags: flags(offer),
                    kind: snapshot.product(offer).kind,
                });
            }
        }
        found.sort_unstable_by_key(|entry| {
            (
                snapshot.offer(entry.offer).rank,
                entry.distance,
                entry.name_order,
                snapshot.offer(entry.offer).id,
            )
        });
        let mut start = 0;
        for order in 0..found.len() {
            let rank = |place: usize| snapshot.offer(found[place].offer).rank;
            if order > 0 && rank(order) != rank(order - 1) {
                start += 1;
            }
            found[order].order = place(order);
            found[order].start = start;
        }
        let unasked = found
            .iter()
            .filter(|entry| snapshot.product(snapshot.offer(entry.offer)).in_default_ranking)
            .copied()
            .collect();
        found.sort_unstable_by_key(|entry| (snapshot.offer(entry.offer).product, entry.order));
        let mut by_product: HashMap<u32, Range<usize>> = HashMap::new();
        for (index, entry) in found.iter().enumerate() {
            let range = by_product.entry(snapshot.offer(entry.offer).product).or_insert(index..index);
            range.end = index + 1;
        }
        Self { entries: found, by_product, unasked, points }
    }

    /// The offers of one product, soonest start first.
    pub(super) fn of_product(&self, product: u32) -> &[Entry] {
        self.by_product.get(&product).map_or(&[], |range| &self.entries[range.clone()])
    }

    /// How far the entries are from a point. Each location is looked at once, however much it offers.
    pub(super) fn measure_from(&self, origin: Point, entries: &mut [Entry]) {
        let mut known = vec![NO_DISTANCE; self.points.len()];
        for entry in entries {
            let distance = &mut known[entry.point as usize];
            if *distance == NO_DISTANCE {
                *distance = distance_steps(distance_km(origin, self.points[entry.point as usize]));
            }
            entry.distance = *distance;
        }
    }

    /// What shows when no product was asked for, soonest start first.
    pub(super) fn unasked(&self) -> &[Entry] {
        &self.unasked
    }
}
