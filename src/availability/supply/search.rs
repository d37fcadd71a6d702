//! Searching the supply: which offers fit, in which order.

use rules::geography::{Point, distance_km};
use rules::product::ProductKind;

use super::index::{Entry, FRESH, HAS_PLACE, MAY_BE_URGENT, NO_DISTANCE, ONLINE, WITHIN_NORM, distance_steps};
use super::snapshot::{Area, Snapshot};

/// In which order results come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Soonest real start, by the ranking rules.
    #[default]
    Soonest,
    /// Nearest by.
    Nearest,
    /// Name of the provider.
    Name,
}

impl Sort {
    pub const CODES: [(&'static str, Self); 3] = [("snelst", Self::Soonest), ("afstand", Self::Nearest), ("naam", Self::Name)];

    pub fn code(self) -> &'static str {
        Self::CODES.iter().find(|(_, sort)| *sort == self).map_or("", |(code, _)| code)
    }
}

/// What somebody looks for.
#[derive(Debug, Clone)]
pub struct Query {
    pub area: Area,
    /// The products asked for; none: everything that shows unasked.
    pub products: Option<Vec<u32>>,
    pub kind: Option<ProductKind>,
    pub age: Option<u8>,
    pub urgent: bool,
    pub with_place: bool,
    pub within_norm: bool,
    pub fresh: bool,
    pub online: bool,
    pub radius_km: Option<u16>,
    /// Measured from here instead of from the centre of the municipality.
    pub origin: Option<Point>,
    pub sort: Sort,
    pub offset: usize,
    pub limit: usize,
}

impl Query {
    /// Everything in an area, unfiltered.
    pub fn new(area: Area) -> Self {
        Self {
            area,
            products: None,
            kind: None,
            age: None,
            urgent: false,
            with_place: false,
            within_norm: false,
            fresh: false,
            online: false,
            radius_km: None,
            origin: None,
            sort: Sort::Soonest,
            offset: 0,
            limit: 20,
        }
    }
}

/// One result: the offer by its place in the snapshot, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    pub offer: u32,
    pub distance_km: Option<f64>,
}

/// What was found: one page of it, and how much there is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    pub hits: Vec<Hit>,
    pub total: usize,
    pub with_place: usize,
}

/// The filter, worked out once per search.
struct Filter<'a> {
    snapshot: &'a Snapshot,
    needed: u16,
    age: Option<u8>,
    kind: Option<ProductKind>,
    radius: Option<u32>,
}

impl<'a> Filter<'a> {
    fn new(snapshot: &'a Snapshot, query: &Query) -> Self {
        let mut needed = 0;
        for (wanted, flag) in [
            (query.with_place, HAS_PLACE),
            (query.within_norm, WITHIN_NORM),
            (query.fresh, FRESH),
            (query.online, ONLINE),
            (query.urgent, MAY_BE_URGENT),
        ] {
            if wanted {
                needed |= flag;
            }
        }
        Self { snapshot, needed, age: query.age, kind: query.kind, radius: query.radius_km.map(|km| distance_steps(f64::from(km))) }
    }

    fn passes(&self, entry: &Entry) -> bool {
        entry.flags & self.needed == self.needed
            && self.age.is_none_or(|age| (entry.min_age..=entry.max_age).contains(&age))
            // Online help is as near as the own table; without a point to measure from there is no radius.
            && self.radius.is_none_or(|radius| entry.distance == NO_DISTANCE || entry.distance <= radius || entry.flags & ONLINE != 0)
            && self.kind.is_none_or(|kind| self.snapshot.product(self.snapshot.offer(entry.offer)).kind == kind)
    }
}

impl Snapshot {
    /// Finds the offers that fit. Lists of other products and areas are not looked at, so offers that do
    /// not match cost nothing.
    pub fn search(&self, query: &Query) -> Found {
        let filter = Filter::new(self, query);
        let index = self.index(query.area);
        let sorted_already = query.sort == Sort::Soonest && query.origin.is_none();
        match query.products.as_deref() {
            None if sorted_already => collect(index.unasked(), &filter, query),
            Some([product]) if sorted_already => collect(index.of_product(*product), &filter, query),
            products => {
                let mut entries: Vec<Entry> = match products {
                    None => index.unasked().to_vec(),
                    Some(products) => products.iter().flat_map(|product| index.of_product(*product)).copied().collect(),
                };
                if let Some(origin) = query.origin {
                    for entry in &mut entries {
                        let point = self.location(self.offer(entry.offer)).point;
                        entry.distance = distance_steps(distance_km(origin, point));
                    }
                }
                entries.retain(|entry| filter.passes(entry));
                match query.sort {
                    Sort::Soonest if query.origin.is_none() => entries.sort_unstable_by_key(|entry| entry.order),
                    Sort::Soonest => entries.sort_unstable_by_key(|entry| (self.offer(entry.offer).rank, entry.distance, entry.order)),
                    Sort::Nearest => entries.sort_unstable_by_key(|entry| (entry.distance, entry.order)),
                    Sort::Name => entries.sort_unstable_by_key(|entry| (entry.name_order, entry.order)),
                }
                collect(&entries, &filter, query)
            }
        }
    }

    /// Every offer that fits, as one long page.
    pub fn search_all(&self, query: &Query) -> Found {
        self.search(&Query { offset: 0, limit: usize::MAX, ..query.clone() })
    }
}

/// Goes through a sorted list once: counts all that fit, keeps those of the page.
fn collect(entries: &[Entry], filter: &Filter<'_>, query: &Query) -> Found {
    let mut found = Found { hits: Vec::with_capacity(query.limit.min(entries.len())), ..Found::default() };
    for entry in entries.iter().filter(|entry| filter.passes(entry)) {
        if found.total >= query.offset && found.hits.len() < query.limit {
            let distance_km = (entry.distance != NO_DISTANCE).then(|| f64::from(entry.distance) / 100.0);
            found.hits.push(Hit { offer: entry.offer, distance_km });
        }
        found.total += 1;
        found.with_place += usize::from(entry.flags & HAS_PLACE != 0);
    }
    found
}
