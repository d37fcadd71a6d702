//! One unchanging picture of the supply on one day.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rules::contracts::ContractLevel;
use rules::figures::{Figures, IntakeStop, OfferStatus, StopReason};
use rules::freshness::{Freshness, freshness};
use rules::norms::{NormCheck, intake_check, start_check};
use rules::product::AgeRange;
use rules::search_order::{StartRank, start_rank};
use rules::waiting::needs::NeedSet;
use rules::waiting_time::{Basis, WeekRange};

use super::book::{Book, Location, Product, Provider, age_range};
use super::candidates::CandidateLists;
use super::index::AreaIndex;
use super::store::{OfferRow, Tables};
use crate::clock::dutch_day;

/// Aanbod: what one provider has for one product at one location.
#[derive(Debug)]
pub struct Offer {
    pub id: i64,
    pub provider: u32,
    pub location: u32,
    pub product: u32,
    pub online: bool,
    pub figures: Figures,
    pub reserved: u16,
    /// Those of the offer where it is narrower than the product.
    pub ages: AgeRange,
    /// Needs it is good at, and needs it cannot take on.
    pub fitted: NeedSet,
    pub excluded: NeedSet,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub freshness: Freshness,
    pub rank: StartRank,
    pub intake_check: NormCheck,
    pub start_check: NormCheck,
    /// The municipalities a contract covers today, each with its level, by place in the book.
    pub coverage: Box<[(u32, ContractLevel)]>,
    /// The part of the answer of the API that is the same for everybody, made when first needed.
    pub(in crate::availability) json: OnceLock<Box<str>>,
}

impl Offer {
    /// Free places to show: those published minus those given away since.
    pub fn shown_places(&self) -> Option<u16> {
        self.figures.shown_places(self.reserved)
    }

    /// Nobody is taken on now, whatever places and weeks stand beside it.
    pub fn is_stopped(&self) -> bool {
        self.figures.status == OfferStatus::IntakeStop
    }

    pub fn has_place(&self) -> bool {
        !self.is_stopped() && self.shown_places().is_some_and(|places| places > 0)
    }
}

/// Offers live in blocks: a change copies one block and the list of blocks, not all offers.
const BLOCK: usize = 256;
type Block = Arc<[Arc<Offer>]>;

/// The area a search is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Area {
    Region(u32),
    Municipality(u32),
}

/// The supply at one version, on one day.
pub struct Snapshot {
    pub version: i64,
    pub book_version: i64,
    pub today: NaiveDate,
    pub book: Arc<Book>,
    blocks: Vec<Block>,
    count: usize,
    offer_by_id: Arc<HashMap<i64, u32>>,
    /// The offers of each product, by place in the book, so that the lists of an area are made of the offers
    /// of its own regions alone. A change of figures does not touch it.
    offers_by_product: Arc<Vec<Vec<u32>>>,
    /// One per region, then one per municipality, each made when first searched.
    areas: Vec<Arc<OnceLock<AreaIndex>>>,
    /// One per product, each filled when a child first asks for it.
    candidates: Vec<Arc<CandidateLists>>,
}

impl Snapshot {
    pub(super) fn build(mut tables: Tables, today: NaiveDate) -> Self {
        let book = Book::build(&mut tables);
        let mut offer_by_id = HashMap::with_capacity(tables.offers.len());
        let mut offers = Vec::with_capacity(tables.offers.len());
        let mut offers_by_product = vec![Vec::new(); book.products.len()];
        for row in tables.offers {
            let id = row.id;
            if let Some(offer) = read_offer(&book, row, today) {
                let index = u32::try_from(offers.len()).unwrap_or(u32::MAX);
                offer_by_id.insert(id, index);
                offers_by_product[offer.product as usize].push(index);
                offers.push(Arc::new(offer));
            }
        }
        let count = offers.len();
        let areas = (0..book.regions.len() + book.municipalities.len()).map(|_| Arc::default()).collect();
        let candidates = book.products.iter().map(|_| Arc::default()).collect();
        Self {
            version: tables.version,
            book_version: tables.book_version,
            today,
            book: Arc::new(book),
            blocks: offers.chunks(BLOCK).map(Arc::from).collect(),
            count,
            offer_by_id: Arc::new(offer_by_id),
            offers_by_product: Arc::new(offers_by_product),
            areas,
            candidates,
        }
    }

    /// The next picture, with these offers changed and all else as it was. None when there is an offer
    /// this picture does not know: then everything must be read anew.
    pub(super) fn with_changes(&self, version: i64, changed: Vec<OfferRow>) -> Option<Self> {
        let mut blocks = self.blocks.clone();
        let mut areas = self.areas.clone();
        let mut candidates = self.candidates.clone();
        for row in changed {
            let index = *self.offer_by_id.get(&row.id)? as usize;
            let old = &self.blocks[index / BLOCK][index % BLOCK];
            let offer = read_offer(&self.book, row, self.today)?;
            for area in self.areas_of(old).chain(self.areas_of(&offer)) {
                areas[area] = Arc::default();
            }
            candidates[offer.product as usize] = Arc::default();
            Arc::make_mut(&mut blocks[index / BLOCK])[index % BLOCK] = Arc::new(offer);
        }
        Some(Self {
            version,
            book_version: self.book_version,
            today: self.today,
            book: self.book.clone(),
            blocks,
            count: self.count,
            offer_by_id: self.offer_by_id.clone(),
            offers_by_product: self.offers_by_product.clone(),
            areas,
            candidates,
        })
    }

    fn areas_of(&self, offer: &Offer) -> impl Iterator<Item = usize> {
        let region = self.book.products[offer.product as usize].region;
        let municipalities: Vec<usize> = offer
            .coverage
            .iter()
            .map(|(municipality, _)| self.slot(Area::Municipality(*municipality)))
            .collect();
        std::iter::once(self.slot(Area::Region(region))).chain(municipalities)
    }

    fn slot(&self, area: Area) -> usize {
        match area {
            Area::Region(region) => region as usize,
            Area::Municipality(municipality) => self.book.regions.len() + municipality as usize,
        }
    }

    /// The sorted lists of an area; made on first use.
    pub(super) fn index(&self, area: Area) -> &AreaIndex {
        self.areas[self.slot(area)].get_or_init(|| AreaIndex::build(self, area))
    }

    pub(super) fn candidate_lists(&self, product: u32) -> &CandidateLists {
        &self.candidates[product as usize]
    }

    /// The offers of a product, by place.
    pub fn offers_of_product(&self, product: u32) -> &[u32] {
        &self.offers_by_product[product as usize]
    }

    pub fn offer_count(&self) -> usize {
        self.count
    }

    pub fn offer(&self, index: u32) -> &Offer {
        &self.blocks[index as usize / BLOCK][index as usize % BLOCK]
    }

    /// The offers, by place, of all products in the books of these regions.
    pub(super) fn offers_in(&self, regions: &[u32]) -> impl Iterator<Item = u32> {
        let products = self.book.products.iter().zip(self.offers_by_product.iter());
        products
            .filter(|(product, _)| regions.contains(&product.region))
            .flat_map(|(_, offers)| offers.iter().copied())
    }

    pub fn offers(&self) -> impl Iterator<Item = &Offer> {
        self.blocks.iter().flat_map(|block| block.iter().map(AsRef::as_ref))
    }

    pub fn find_offer(&self, id: i64) -> Option<&Offer> {
        self.offer_by_id.get(&id).map(|index| self.offer(*index))
    }

    pub fn product(&self, offer: &Offer) -> &Product {
        &self.book.products[offer.product as usize]
    }

    pub fn provider(&self, offer: &Offer) -> &Provider {
        &self.book.providers[offer.provider as usize]
    }

    pub fn location(&self, offer: &Offer) -> &Location {
        &self.book.locations[offer.location as usize]
    }

    /// Everything a provider offers today under a contract.
    pub fn offers_of(&self, provider: u32) -> Vec<&Offer> {
        self.offers().filter(|offer| offer.provider == provider && !offer.coverage.is_empty()).collect()
    }
}

fn count(number: Option<i32>) -> Option<u16> {
    number.and_then(|number| u16::try_from(number).ok())
}

/// A wait as stored: a minimum without a maximum has an open end.
pub fn week_range(min: Option<i32>, max: Option<i32>) -> Option<WeekRange> {
    WeekRange::new(count(min)?, max.and_then(|max| u16::try_from(max).ok())).ok()
}

fn read_figures(row: &mut OfferRow) -> Figures {
    let status = OfferStatus::parse(&row.status).unwrap_or(OfferStatus::Unknown);
    let stop = row.stop_reason.as_deref().and_then(StopReason::parse).map(|reason| IntakeStop {
        reason,
        explanation: row.stop_explanation.take(),
        until: row.stop_until,
    });
    Figures {
        free_places: count(row.free_places),
        total_places: count(row.total_places),
        waiting: count(row.waiting),
        intake: week_range(row.intake_min, row.intake_max),
        treatment: week_range(row.treatment_min, row.treatment_max),
        basis: row.basis.as_deref().and_then(Basis::parse),
        status,
        stop,
        ages: age_range(row.min_age, row.max_age),
        closes_on: row.closes_on,
        remarks: row.remarks.take(),
    }
}

fn read_offer(book: &Book, mut row: OfferRow, today: NaiveDate) -> Option<Offer> {
    let provider = *book.provider_by_id.get(&row.provider_id)?;
    let location = *book.location_by_id.get(&row.location_id)?;
    let product_place = *book.product_by_id.get(&row.product_id)?;
    let product = &book.products[product_place as usize];
    let figures = read_figures(&mut row).on_day(today);
    let confirmed_at = row.confirmed_at.map(|at: NaiveDateTime| at.and_utc());
    let terms = book.regions[product.region as usize].terms;
    let freshness = freshness(confirmed_at.map(dutch_day), today, terms);
    let reserved = u16::try_from(row.reserved_places).unwrap_or(u16::MAX);
    Some(Offer {
        id: row.id,
        provider,
        location,
        product: product_place,
        online: row.online,
        reserved,
        ages: figures.ages.unwrap_or(product.ages),
        fitted: NeedSet::parse_codes(&row.fitted_needs),
        excluded: NeedSet::parse_codes(&row.excluded_needs),
        confirmed_at,
        version: row.version,
        freshness,
        rank: start_rank(&figures.less(reserved), freshness),
        intake_check: intake_check(&figures, product.norm),
        start_check: start_check(&figures, product.norm),
        coverage: coverage(book, provider, product_place, &figures, today),
        figures,
        json: OnceLock::new(),
    })
}

/// Which municipalities a contract covers today, for new clients. A sub-contractor works under the
/// contract of its main contractor. A closed group covers none.
fn coverage(
    book: &Book,
    provider: u32,
    product_place: u32,
    figures: &Figures,
    today: NaiveDate,
) -> Box<[(u32, ContractLevel)]> {
    let product = &book.products[product_place as usize];
    if !product.validity.contains(today) || figures.closes_on.is_some_and(|day| day <= today) {
        return Box::default();
    }
    let contractor = book.providers[provider as usize].main.unwrap_or(provider);
    let Some(contracts) = book.contracts.get(&(contractor, product_place)) else { return Box::default() };
    let valid: Vec<_> = contracts.iter().filter(|contract| contract.validity.contains(today)).collect();
    if valid.is_empty() {
        return Box::default();
    }
    let mut covered: Vec<(u32, ContractLevel)> = book
        .municipalities_of(product, today)
        .filter_map(|municipality| {
            let level = valid
                .iter()
                .filter(|c| c.municipality.is_none_or(|only| only == municipality))
                .map(|c| c.level)
                .min()?;
            Some((municipality, level))
        })
        .collect();
    covered.sort_unstable();
    covered.dedup_by_key(|(municipality, _)| *municipality);
    covered.into()
}
