//! Sorted lists of what an area can choose from: per product, and all together.

use std::collections::HashMap;
use std::ops::{Deref, Range};
use std::sync::{Arc, PoisonError, RwLock};

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

/// What an entry is asked to be, whatever its distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Filter {
    /// Flags it must all have.
    pub(super) needed: u16,
    pub(super) age: Option<u8>,
    pub(super) kind: Option<ProductKind>,
}

impl Filter {
    fn lets_all_through(self) -> bool {
        self == Self { needed: 0, age: None, kind: None }
    }

    fn fits(self, entry: &Entry) -> bool {
        entry.flags & self.needed == self.needed
            && self.age.is_none_or(|age| (entry.min_age..=entry.max_age).contains(&age))
            && self.kind.is_none_or(|kind| entry.kind == kind)
    }
}

/// What fits a filter, of one product or of what shows unasked: remembered, or gone through just now.
pub(super) enum Fitting<'a> {
    All(&'a [Entry]),
    Some(Arc<[Entry]>),
}

impl Deref for Fitting<'_> {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        match self {
            Self::All(entries) => entries,
            Self::Some(entries) => entries,
        }
    }
}

/// Lists that were asked for before, so that what does not fit is gone through once and not at every search.
#[derive(Debug, Default)]
struct Remembered {
    lists: HashMap<(Option<u32>, Filter), Arc<[Entry]>>,
    entries: usize,
}

/// How many entries an area remembers, for each that it has: enough for the questions that come back.
const REMEMBERED_PER_ENTRY: usize = 4;

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
    remembered: RwLock<Remembered>,
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
        // The weeks beside an intake stop say nothing of when care starts.
        (offer.start_check == NormCheck::Within && !offer.is_stopped(), WITHIN_NORM),
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
        Self { entries: found, by_product, unasked, points, remembered: RwLock::default() }
    }

    /// What fits of one product, or else of what shows when no product was asked for; soonest start first.
    pub(super) fn fitting(&self, product: Option<u32>, filter: Filter) -> Fitting<'_> {
        let all = match product {
            None => &self.unasked,
            Some(product) => {
                self.by_product.get(&product).map_or(&[][..], |range| &self.entries[range.clone()])
            }
        };
        if all.is_empty() || filter.lets_all_through() {
            return Fitting::All(all);
        }
        let key = (product, filter);
        let known = self.remembered.read().unwrap_or_else(PoisonError::into_inner).lists.get(&key).cloned();
        Fitting::Some(known.unwrap_or_else(|| {
            let fitting: Arc<[Entry]> = all.iter().filter(|entry| filter.fits(entry)).copied().collect();
            self.remember(key, &fitting);
            fitting
        }))
    }

    /// Keeps a list while there is room. An empty one takes room too.
    fn remember(&self, key: (Option<u32>, Filter), fitting: &Arc<[Entry]>) {
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        let entries = remembered.entries + fitting.len().max(1);
        if entries <= REMEMBERED_PER_ENTRY * self.entries.len()
            && remembered.lists.insert(key, fitting.clone()).is_none()
        {
            remembered.entries = entries;
        }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One list of offers for every age range from 0 to 3, half of them with a place.
    fn area() -> AreaIndex {
        let mut entries = Vec::new();
        for min_age in 0..4 {
            for max_age in min_age..4 {
                let offer = place(entries.len());
                entries.push(Entry {
                    offer,
                    order: offer,
                    start: offer,
                    point: 0,
                    distance: NO_DISTANCE,
                    name_order: 0,
                    min_age,
                    max_age,
                    flags: if offer.is_multiple_of(2) { HAS_PLACE } else { 0 },
                    kind: if offer.is_multiple_of(3) { ProductKind::Stay } else { ProductKind::Ambulatory },
                });
            }
        }
        let by_product = HashMap::from([(7, 0..entries.len())]);
        AreaIndex { unasked: entries.clone(), entries, by_product, ..AreaIndex::default() }
    }

    fn offers(entries: &[Entry]) -> Vec<u32> {
        entries.iter().map(|entry| entry.offer).collect()
    }

    #[test]
    fn a_remembered_list_is_what_fits_in_the_same_order() {
        let area = area();
        for product in [None, Some(7), Some(8)] {
            for age in [None, Some(0), Some(2), Some(9)] {
                for (needed, kind) in [(0, None), (HAS_PLACE, None), (HAS_PLACE, Some(ProductKind::Stay))] {
                    let filter = Filter { needed, age, kind };
                    let all = if product == Some(8) { &[][..] } else { &area.entries };
                    let fits = |entry: &&Entry| {
                        age.is_none_or(|age| entry.min_age <= age && age <= entry.max_age)
                            && entry.flags & needed == needed
                            && kind.is_none_or(|kind| entry.kind == kind)
                    };
                    let expected: Vec<u32> = all.iter().filter(fits).map(|entry| entry.offer).collect();
                    for _ in 0..2 {
                        assert_eq!(
                            offers(&area.fitting(product, filter)),
                            expected,
                            "{product:?} {filter:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let area = area();
        for age in 0..=u8::MAX {
            area.fitting(None, Filter { needed: 0, age: Some(age), kind: None });
        }
        let remembered = area.remembered.read().unwrap();
        assert_eq!(remembered.entries, REMEMBERED_PER_ENTRY * area.entries.len());
        assert!(remembered.lists.len() < usize::from(u8::MAX));
        assert!(Arc::ptr_eq(
            &remembered.lists[&(None, Filter { needed: 0, age: Some(2), kind: None })],
            match &area.fitting(None, Filter { needed: 0, age: Some(2), kind: None }) {
                Fitting::Some(list) => list,
                Fitting::All(_) => panic!("everything instead of what fits"),
            }
        ));
    }
}
