//! Searching the supply: which offers fit, in which order.

use rules::geography::Point;
use rules::product::ProductKind;

use super::index::{
    Entry, FRESH, Filter, HAS_PLACE, MAY_BE_URGENT, NO_DISTANCE, ONLINE, WITHIN_NORM, distance_steps,
};
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
    pub const CODES: [(&'static str, Self); 3] =
        [("snelst", Self::Soonest), ("afstand", Self::Nearest), ("naam", Self::Name)];

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
fn filter(query: &Query) -> Filter {
    let wishes = [
        (query.with_place, HAS_PLACE),
        (query.within_norm, WITHIN_NORM),
        (query.fresh, FRESH),
        (query.online, ONLINE),
        (query.urgent, MAY_BE_URGENT),
    ];
    let needed = wishes.iter().filter(|(wanted, _)| *wanted).fold(0, |flags, (_, flag)| flags | flag);
    Filter { needed, age: query.age, kind: query.kind }
}

/// Online help is as near as the own table; without a point to measure from there is no radius.
fn is_near(query: &Query) -> impl Fn(&Entry) -> bool {
    let radius = query.radius_km.map(|km| distance_steps(f64::from(km)));
    move |entry| {
        radius.is_none_or(|radius| {
            entry.distance == NO_DISTANCE || entry.distance <= radius || entry.flags & ONLINE != 0
        })
    }
}

impl Snapshot {
    /// Finds the offers that fit. Lists of other products and areas are not looked at, and what does not fit
    /// in a list is gone through once for each picture, so offers that do not match cost nothing.
    pub fn search(&self, query: &Query) -> Found {
        let filter = filter(query);
        let index = self.index(query.area);
        let sorted_already = query.sort == Sort::Soonest && query.origin.is_none();
        match query.products.as_deref() {
            None if sorted_already => collect(&index.fitting(None, filter), query),
            Some([product]) if sorted_already => collect(&index.fitting(Some(*product), filter), query),
            products => {
                let mut entries: Vec<Entry> = match products {
                    None => index.fitting(None, filter).to_vec(),
                    Some(products) => products
                        .iter()
                        .flat_map(|product| index.fitting(Some(*product), filter).to_vec())
                        .collect(),
                };
                if let Some(origin) = query.origin {
                    index.measure_from(origin, &mut entries);
                }
                entries.retain(is_near(query));
                sort_and_collect(entries, query)
            }
        }
    }

    /// Every offer that fits, as one long page.
    pub fn search_all(&self, query: &Query) -> Found {
        self.search(&Query { offset: 0, limit: usize::MAX, ..query.clone() })
    }
}

fn hit(entry: &Entry) -> Hit {
    let distance_km = (entry.distance != NO_DISTANCE).then(|| f64::from(entry.distance) / 100.0);
    Hit { offer: entry.offer, distance_km }
}

/// Goes through a sorted list once: counts all that are near, keeps those of the page.
fn collect(entries: &[Entry], query: &Query) -> Found {
    let is_near = is_near(query);
    let mut found = Found { hits: Vec::with_capacity(query.limit.min(entries.len())), ..Found::default() };
    for entry in entries.iter().filter(|entry| is_near(entry)) {
        if found.total >= query.offset && found.hits.len() < query.limit {
            found.hits.push(hit(entry));
        }
        found.total += 1;
        found.with_place += usize::from(entry.flags & HAS_PLACE != 0);
    }
    found
}

/// Counts entries that all fit, and sorts no more of them than up to the end of the page.
fn sort_and_collect(mut entries: Vec<Entry>, query: &Query) -> Found {
    let key = |entry: &Entry| match query.sort {
        Sort::Soonest if query.origin.is_none() => (0, 0, entry.order),
        Sort::Soonest => (entry.start, entry.distance, entry.order),
        Sort::Nearest => (0, entry.distance, entry.order),
        Sort::Name => (0, entry.name_order, entry.order),
    };
    let total = entries.len();
    let with_place = entries.iter().filter(|entry| entry.flags & HAS_PLACE != 0).count();
    let end = query.offset.saturating_add(query.limit);
    if end < total {
        entries.select_nth_unstable_by_key(end, key);
        entries.truncate(end);
    }
    entries.sort_unstable_by_key(key);
    Found { hits: entries.iter().skip(query.offset).map(hit).collect(), total, with_place }
}
