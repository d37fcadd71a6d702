//! A made-up country in SQLite: real municipalities and postcodes in forty regions, each with the products,
//! texts and figures of the demonstration region dealt out anew. The same at every run.

mod templates;
mod writer;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use beschikbaarheidswijzer::db;

use self::templates::Templates;
use self::writer::Writer;
use super::{Outcome, open};

/// As many as there are youth-care regions in the Netherlands, about.
pub const REGIONS: usize = 40;
/// The product whose offers are counted out in the countries that grow.
pub const ASKED_PRODUCT: &str = "45A11";
/// The offers of the country that grows, before it has grown.
const FIRST_OFFERS: usize = 960;
const OFFERS_OF_PROVIDER: usize = 20;

/// A provider to be made.
#[derive(Debug, Clone)]
pub struct Plan {
    pub region: usize,
    /// By place in the list of products.
    pub products: Vec<usize>,
    /// Every product is offered at every location.
    pub locations: usize,
    /// Narrower than those of the product.
    pub ages: Option<(u8, u8)>,
    /// For all municipalities of the region, or now and then for some of them.
    pub whole_region: bool,
}

/// In what the offers that a country grows by differ from those that fit one question, which stay the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// They are in other regions.
    Regions,
    /// In the same municipalities, for other products.
    Products,
    /// In the same municipalities, for the same product, for younger children.
    Ages,
}

/// A country on disk.
pub struct Country {
    pub url: String,
    pub offers: usize,
}

/// Numbers that look random and are the same at every run (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound.max(1) as u64)).unwrap_or(0)
    }

    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// So many different numbers below a bound.
    pub fn some_of(&mut self, number: usize, bound: usize) -> Vec<usize> {
        let mut rest: Vec<usize> = (0..bound).collect();
        (0..number.min(bound)).map(|_| rest.swap_remove(self.below(rest.len()))).collect()
    }
}

impl Country {
    /// Offers spread evenly over all regions and products, two locations to a provider.
    pub fn even(folder: &Path, offers: usize) -> Outcome<Self> {
        let templates = Templates::read()?;
        let mut dice = Dice::new(1);
        let plans: Vec<Plan> = (0..offers / OFFERS_OF_PROVIDER)
            .map(|number| Plan {
                region: number % REGIONS,
                products: dice.some_of(10, templates.products.len()),
                locations: 2,
                ages: None,
                whole_region: dice.below(100) >= 15,
            })
            .collect();
        Self::build(folder, &templates, &plans)
    }

    /// A country with a fixed number of offers of one product in the first region, and the rest elsewhere.
    pub fn grown(folder: &Path, growth: Growth, offers: usize) -> Outcome<Self> {
        let templates = Templates::read()?;
        let asked = templates.product(ASKED_PRODUCT)?;
        let others: Vec<usize> = (0..templates.products.len()).filter(|index| *index != asked).collect();
        let mut dice = Dice::new(2);
        let mut deal = |region: usize, first: Option<usize>| Plan {
            region,
            products: first
                .into_iter()
                .chain(dice.some_of(10 - first.iter().len(), others.len()).iter().map(|index| others[*index]))
                .collect(),
            locations: 2,
            ages: None,
            whole_region: true,
        };
        let mut plans: Vec<Plan> =
            (0..FIRST_OFFERS / OFFERS_OF_PROVIDER).map(|_| deal(0, Some(asked))).collect();
        for number in 0..offers.saturating_sub(FIRST_OFFERS) / OFFERS_OF_PROVIDER {
            plans.push(match growth {
                Growth::Regions => deal(1 + number % (REGIONS - 1), None),
                Growth::Products => deal(0, None),
                Growth::Ages => {
                    Plan { products: vec![asked], locations: 20, ages: Some((0, 5)), ..deal(0, None) }
                }
            });
        }
        Self::build(folder, &templates, &plans)
    }

    /// Each in a file of its own: measures change what they measure, so none can have the country of another.
    fn build(folder: &Path, templates: &Templates, plans: &[Plan]) -> Outcome<Self> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let name = format!("country-{}.sqlite", MADE.fetch_add(1, Ordering::Relaxed));
        let url = format!("sqlite://{}", folder.join(name).display());
        let mut conn = open(&url)?;
        db::migrate_up(&mut conn)?;
        let offers = Writer::new(&mut conn, templates)?.write(plans)?;
        Ok(Self { url, offers })
    }
}
