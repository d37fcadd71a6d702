//! The product book as a search needs it: everything but the figures.

use std::collections::HashMap;

use chrono::NaiveDate;
use rules::contracts::ContractLevel;
use rules::freshness::FreshnessTerms;
use rules::geography::Point;
use rules::norms::Norm;
use rules::product::{AgeRange, ProductCategory, ProductKind, ProductTraits, in_default_ranking};
use rules::product_lookup::{ProductLookup, ProductText};
use rules::validity::Validity;

use super::store::Tables;
use crate::product_book::products::model::{category_text, segment_text};

/// Regio.
#[derive(Debug, Clone)]
pub struct Region {
    pub id: i64,
    pub code: String,
    pub name: String,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub terms: FreshnessTerms,
    pub norm: Norm,
}

/// Gemeente.
#[derive(Debug, Clone)]
pub struct Municipality {
    pub code: String,
    pub name: String,
    pub centre: Point,
}

/// Gemeente in een regio: from and until when, and for which segment (none: all).
#[derive(Debug, Clone)]
pub struct Membership {
    pub region: u32,
    pub municipality: u32,
    pub segment: Option<u32>,
    pub validity: Validity,
}

/// Postcode (four digits).
#[derive(Debug, Clone)]
pub struct Postcode {
    pub place: String,
    pub municipality: u32,
    pub point: Point,
}

/// Segment.
#[derive(Debug, Clone)]
pub struct Segment {
    pub code: String,
    pub name: String,
}

/// Zorgproduct.
#[derive(Debug, Clone)]
pub struct Product {
    pub id: i64,
    pub region: u32,
    pub code: String,
    pub name: String,
    pub segment: u32,
    pub category: ProductCategory,
    pub kind: ProductKind,
    pub ages: AgeRange,
    /// Its own norm, or the region's.
    pub norm: Norm,
    /// Shown without being asked for: neither crisis nor placed by matching.
    pub in_default_ranking: bool,
    pub description: String,
    pub validity: Validity,
    /// Products that may bridge the wait for this one.
    pub bridges: Vec<u32>,
}

/// Aanbieder.
#[derive(Debug, Clone)]
pub struct Provider {
    pub id: i64,
    pub agb: String,
    pub name: String,
    /// The main contractor, for a sub-contractor.
    pub main: Option<u32>,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub online_help: bool,
    pub description: String,
    /// Place in the alphabet, to sort by name without comparing names.
    pub name_order: u32,
}

/// Locatie.
#[derive(Debug, Clone)]
pub struct Location {
    pub provider: u32,
    pub number: i32,
    pub name: String,
    pub pc4: i32,
    pub place: String,
    pub municipality: u32,
    pub point: Point,
}

/// Contract: for one municipality or for all of the region.
#[derive(Debug, Clone)]
pub struct Contract {
    pub municipality: Option<u32>,
    pub level: ContractLevel,
    pub validity: Validity,
}

/// The whole book; things refer to each other by their place in these lists.
#[derive(Debug, Default)]
pub struct Book {
    pub regions: Vec<Region>,
    pub municipalities: Vec<Municipality>,
    pub memberships: Vec<Membership>,
    pub postcodes: HashMap<i32, Postcode>,
    pub segments: Vec<Segment>,
    pub products: Vec<Product>,
    pub providers: Vec<Provider>,
    pub locations: Vec<Location>,
    pub contracts: HashMap<(u32, u32), Vec<Contract>>,
    pub municipality_by_code: HashMap<String, u32>,
    pub provider_by_agb: HashMap<String, u32>,
    /// By the number in the database.
    pub municipality_by_id: HashMap<i64, u32>,
    pub provider_by_id: HashMap<i64, u32>,
    pub(super) location_by_id: HashMap<i64, u32>,
    pub product_by_id: HashMap<i64, u32>,
    /// Per region: finds products by text; its places are those in `lookup_products`.
    pub(super) lookups: Vec<(ProductLookup, Vec<u32>)>,
}

fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn places<T>(rows: &[T], id: impl Fn(&T) -> i64) -> HashMap<i64, u32> {
    rows.iter().enumerate().map(|(index, row)| (id(row), place(index))).collect()
}

fn weeks(number: i32) -> u16 {
    u16::try_from(number).unwrap_or(0)
}

fn validity(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Validity {
    // The database refuses a start after the end.
    Validity::new(from, until).unwrap_or(Validity::UNLIMITED)
}

impl Book {
    /// Builds the book from the tables; rows that refer to nothing are left out.
    pub(super) fn build(tables: &mut Tables) -> Self {
        let mut book = Self::default();
        let region_by_id = places(&tables.regions, |row| row.id);
        let municipality_by_id = places(&tables.municipalities, |row| row.id);
        let segment_by_id = places(&tables.segments, |row| row.id);
        book.add_areas(tables, &region_by_id, &municipality_by_id, &segment_by_id);
        book.add_products(tables, &region_by_id, &segment_by_id);
        book.add_providers(tables, &municipality_by_id);
        book.municipality_by_id = municipality_by_id;
        book
    }

    fn add_areas(
        &mut self,
        tables: &mut Tables,
        regions: &HashMap<i64, u32>,
        municipalities: &HashMap<i64, u32>,
        segments: &HashMap<i64, u32>,
    ) {
        for row in tables.regions.drain(..) {
            self.regions.push(Region {
                id: row.id,
                code: row.code,
                name: row.name,
                phone: row.phone,
                email: row.email,
                website: row.website,
                terms: FreshnessTerms::new(weeks(row.fresh_days), weeks(row.stale_days)).unwrap_or_default(),
                norm: Norm {
                    intake_weeks: weeks(row.intake_norm_weeks),
                    treatment_weeks: weeks(row.treatment_norm_weeks),
                },
            });
        }
        for row in tables.municipalities.drain(..) {
            self.municipality_by_code.insert(row.code.clone(), place(self.municipalities.len()));
            self.municipalities.push(Municipality {
                code: row.code,
                name: row.name,
                centre: Point { lat: row.lat, lon: row.lon },
            });
        }
        for row in tables.memberships.drain(..) {
            let (Some(&region), Some(&municipality)) =
                (regions.get(&row.region_id), municipalities.get(&row.municipality_id))
            else {
                continue;
            };
            let segment = row.segment_id.and_then(|id| segments.get(&id).copied());
            self.memberships.push(Membership {
                region,
                municipality,
                segment,
                validity: validity(row.valid_from, row.valid_until),
            });
        }
        for row in tables.postcodes.drain(..) {
            let Some(&municipality) = municipalities.get(&row.municipality_id) else { continue };
            self.postcodes.insert(
                row.pc4,
                Postcode { place: row.place, municipality, point: Point { lat: row.lat, lon: row.lon } },
            );
        }
        self.segments =
            tables.segments.drain(..).map(|row| Segment { code: row.code, name: row.name }).collect();
    }

    fn add_products(
        &mut self,
        tables: &mut Tables,
        regions: &HashMap<i64, u32>,
        segments: &HashMap<i64, u32>,
    ) {
        let mut synonyms = Vec::new();
        for row in tables.products.drain(..) {
            let (Some(&region), Some(&segment)) =
                (regions.get(&row.region_id), segments.get(&row.segment_id))
            else {
                continue;
            };
            let (Some(category), Some(kind)) = (
                u8::try_from(row.category).ok().and_then(ProductCategory::from_number),
                ProductKind::parse(&row.kind),
            ) else {
                continue;
            };
            let Some(ages) = age_range(Some(row.min_age), Some(row.max_age)) else { continue };
            let regional = self.regions[region as usize].norm;
            self.product_by_id.insert(row.id, place(self.products.len()));
            synonyms.push(row.synonyms);
            self.products.push(Product {
                id: row.id,
                region,
                code: row.code,
                name: row.name,
                segment,
                category,
                kind,
                ages,
                norm: Norm {
                    intake_weeks: row.intake_norm_weeks.map_or(regional.intake_weeks, weeks),
                    treatment_weeks: row.treatment_norm_weeks.map_or(regional.treatment_weeks, weeks),
                },
                in_default_ranking: in_default_ranking(&ProductTraits {
                    kind,
                    placed_by_matching: row.placed_by_matching,
                }),
                description: row.description,
                validity: validity(row.valid_from, row.valid_until),
                bridges: Vec::new(),
            });
        }
        for (bridged, bridge) in tables.bridges.drain(..) {
            if let (Some(&bridged), Some(&bridge)) =
                (self.product_by_id.get(&bridged), self.product_by_id.get(&bridge))
            {
                self.products[bridged as usize].bridges.push(bridge);
            }
        }
        self.add_lookups(&synonyms);
    }

    fn add_lookups(&mut self, synonyms: &[String]) {
        for region in 0..place(self.regions.len()) {
            let own: Vec<u32> = (0..place(self.products.len()))
                .filter(|&index| self.products[index as usize].region == region)
                .collect();
            let texts =
                own.iter().map(|&index| self.product_text(index, &synonyms[index as usize])).collect();
            self.lookups.push((ProductLookup::build(texts), own));
        }
    }

    fn product_text(&self, index: u32, synonyms: &str) -> ProductText {
        let product = &self.products[index as usize];
        ProductText {
            code: product.code.clone(),
            name: product.name.clone(),
            segment: {
                let segment = &self.segments[product.segment as usize];
                segment_text(&segment.code, &segment.name)
            },
            category: category_text(product.category),
            kind: product.kind.name().to_owned(),
            synonyms: synonyms
                .split('|')
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    fn add_providers(&mut self, tables: &mut Tables, municipality_by_id: &HashMap<i64, u32>) {
        self.provider_by_id = places(&tables.providers, |row| row.id);
        let mut by_name: Vec<(String, usize)> = tables
            .providers
            .iter()
            .enumerate()
            .map(|(index, row)| (row.name.to_lowercase(), index))
            .collect();
        by_name.sort();
        let mut name_orders = vec![0; by_name.len()];
        for (order, (_, index)) in by_name.into_iter().enumerate() {
            name_orders[index] = place(order);
        }
        for (row, name_order) in tables.providers.drain(..).zip(name_orders) {
            self.provider_by_agb.insert(row.agb.clone(), place(self.providers.len()));
            self.providers.push(Provider {
                id: row.id,
                agb: row.agb,
                name: row.name,
                main: row.main_provider_id.and_then(|id| self.provider_by_id.get(&id).copied()),
                phone: row.phone,
                email: row.email,
                website: row.website,
                online_help: row.online_help,
                description: row.description,
                name_order,
            });
        }
        for row in tables.locations.drain(..) {
            let (Some(&provider), Some(postcode)) =
                (self.provider_by_id.get(&row.provider_id), self.postcodes.get(&row.pc4))
            else {
                continue;
            };
            self.location_by_id.insert(row.id, place(self.locations.len()));
            self.locations.push(Location {
                provider,
                number: row.number,
                name: row.name,
                pc4: row.pc4,
                place: postcode.place.clone(),
                municipality: postcode.municipality,
                point: postcode.point,
            });
        }
        for row in tables.contracts.drain(..) {
            let (Some(&provider), Some(&product)) =
                (self.provider_by_id.get(&row.provider_id), self.product_by_id.get(&row.product_id))
            else {
                continue;
            };
            let Some(level) = ContractLevel::parse(&row.level) else { continue };
            let municipality = row.municipality_id.and_then(|id| municipality_by_id.get(&id).copied());
            let contract =
                Contract { municipality, level, validity: validity(row.valid_from, row.valid_until) };
            self.contracts.entry((provider, product)).or_default().push(contract);
        }
    }

    /// The municipalities of the region whose new clients this product is for on this day.
    pub(super) fn municipalities_of(&self, product: &Product, day: NaiveDate) -> impl Iterator<Item = u32> {
        self.memberships
            .iter()
            .filter(move |m| {
                m.region == product.region
                    && m.segment.is_none_or(|segment| segment == product.segment)
                    && m.validity.contains(day)
            })
            .map(|m| m.municipality)
    }
}

/// The ages, when both bounds are there and make sense.
pub(super) fn age_range(min: Option<i32>, max: Option<i32>) -> Option<AgeRange> {
    AgeRange::new(u8::try_from(min?).ok()?, u8::try_from(max?).ok()?).ok()
}
