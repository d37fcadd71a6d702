//! Matching one child within the program: against a plain scan of the hard rules, and with the lists that are remembered
//! against going through every offer of the country.

use std::path::Path;

use beschikbaarheidswijzer::availability::supply::candidates::Origin;
use beschikbaarheidswijzer::availability::supply::snapshot::Snapshot;
use beschikbaarheidswijzer::matching::matcher::{
    Child, SHOWN, candidates_for, facts_for, split, split_lists,
};
use beschikbaarheidswijzer::matching::proposals::making::Writer;
use rules::matching::{Rank, Seeker, Verdict, Weights, can_place, judge};
use rules::waiting::needs::{Need, NeedSet};

use crate::support::country::{ASKED_PRODUCT, Country, Dice, Growth};
use crate::support::report::{Line, Wanted, time};
use crate::support::timing::{in_turns, median, micros};
use crate::support::{Outcome, load_supply, open};

/// The offers among which one child is matched.
const OFFERS: usize = 100_000;
const CHILDREN: usize = 2_000;
/// The first so many are compared, as the prototype did.
const FIRST: usize = 25;
const ROUNDS: usize = 41;
/// How often all children are matched either way.
const PASSES: usize = 3;
/// Where the prototype was.
const AT_LEAST: f64 = 34.0;
/// The same in smaller countries, where going through everything takes less.
const SMALLER: [(usize, f64); 2] = [(1_183, 4.0), (5_617, 8.0)];
/// What everything may cost beside the hard rules alone.
const AT_MOST: f64 = 3.0;

pub fn measure(folder: &Path, country: &Country) -> Outcome<Vec<Line>> {
    let mut lines = one_product(folder)?;
    lines.extend(whole_country(country, AT_LEAST)?);
    for (offers, at_least) in SMALLER {
        lines.extend(whole_country(&Country::even(folder, offers)?, at_least)?);
    }
    Ok(lines)
}

/// A child for whom every one of the offers counts: all of one product in one region.
fn one_product(folder: &Path) -> Outcome<Vec<Line>> {
    let country = Country::grown(folder, Growth::Ages, OFFERS)?;
    let supply = load_supply(&mut open(&country.url)?)?;
    let snapshot = supply.current()?;
    let asked = snapshot
        .book
        .products
        .iter()
        .position(|product| product.region == 0 && product.code == ASKED_PRODUCT);
    let product = u32::try_from(asked.ok_or("the asked product is not there")?)?;
    let municipality = *snapshot.municipalities_in(0).first().ok_or("a region without municipalities")?;
    let weights = Weights::default();
    let mut lines = Vec::new();
    for (age, what) in [(4, "nearly all can"), (14, "nearly none can")] {
        let child = Child { products: vec![product], ..child(municipality, age) };
        let lists = candidates_for(&snapshot, &child);
        let offers: usize = lists.iter().map(|(candidates, _)| candidates.len()).sum();
        let plain = || {
            micros(|| {
                let mut fits = 0_usize;
                for (candidates, substitute) in &lists {
                    for candidate in candidates.iter() {
                        let facts = facts_for(&child, candidate, *substitute);
                        fits += usize::from(can_place(&child.seeker, &facts, snapshot.today).is_empty());
                    }
                }
                Ok(fits)
            })
        };
        let writer = Writer { snapshot: &snapshot, child: &child, municipality: "Gemeente" };
        let everything = || {
            micros(|| {
                let found = split_lists(lists.clone(), &child, &weights, SHOWN);
                let can: usize = found.can().map(|can| writer.can(&can).why.len()).sum();
                let cannot: usize = found.cannot().map(|cannot| writer.cannot(&cannot).reasons.len()).sum();
                Ok(can + cannot)
            })
        };
        let (subject, peer) = in_turns(ROUNDS, everything, plain)?;
        lines.push(Line::new(
            format!(
                "match one child among {offers} offers, all reasons, {what}, to a scan of the hard rules"
            ),
            (time(subject), time(peer)),
            subject / peer,
            Wanted::AtMost(AT_MOST),
        ));
    }
    Ok(lines)
}

/// Children all over the country, with the remembered lists and without.
fn whole_country(country: &Country, at_least: f64) -> Outcome<Vec<Line>> {
    let supply = load_supply(&mut open(&country.url)?)?;
    let snapshot = supply.current()?;
    let children = draw(&snapshot)?;
    let weights = Weights::default();
    // Makes the lists, and shows that the answer is the same.
    for child in &children {
        let split = split(&snapshot, child, &weights, FIRST);
        if split.can().map(|can| can.rank).ne(scan(&snapshot, child, &weights)) {
            return Err("the lists and the scan differ".into());
        }
    }
    // All children one way, then all of them the other way: after a scan of everything the lists would be read from memory
    // that the scan pushed out of the processor, which tells nothing of either.
    let (mut indexed, mut scanned) = (Vec::new(), Vec::new());
    for _ in 0..PASSES {
        for child in &children {
            let mut found = None;
            indexed.push(micros(|| Ok(found.insert(split(&snapshot, child, &weights, FIRST)).can_total))?);
        }
        for child in &children {
            scanned.push(micros(|| Ok(scan(&snapshot, child, &weights).len()))?);
        }
    }
    indexed.sort_by(f64::total_cmp);
    let slow = indexed[indexed.len() * 99 / 100];
    let (subject, peer) = (median(&mut indexed), median(&mut scanned));
    Ok(vec![
        Line::new(
            format!(
                "match one child, first {FIRST}: a scan of {} offers to the lists that are remembered",
                country.offers
            ),
            (time(subject), time(peer)),
            peer / subject,
            Wanted::AtLeast(at_least),
        ),
        Line::time(
            format!("match one child among {} offers, the slowest of a hundred", country.offers),
            slow,
            None,
        ),
    ])
}

/// The best of every offer in the country, gone through one by one.
fn scan(snapshot: &Snapshot, child: &Child, weights: &Weights) -> Vec<Rank> {
    let centre = snapshot.book.municipalities[child.origin.municipality as usize].centre;
    let from = child.origin.pc4.map_or(centre, |pc4| snapshot.book.postcodes[&pc4].point);
    let mut found: Vec<Rank> = Vec::new();
    for (offer, place) in snapshot.offers().zip(0_u32..) {
        let Some(product) = child.products.iter().position(|product| *product == offer.product) else {
            continue;
        };
        let Some(candidate) = snapshot.candidate(place, child.origin.municipality, from) else { continue };
        let facts = facts_for(child, &candidate, product > 0);
        if let Verdict::Can(score) = judge(&child.seeker, &facts, weights, snapshot.today) {
            found.push(Rank { total: score.total(), id: facts.id });
        }
    }
    found.sort_unstable();
    found.truncate(FIRST);
    found
}

fn child(municipality: u32, age: u8) -> Child {
    Child {
        origin: Origin { municipality, pc4: None },
        seeker: Seeker {
            age,
            needs: NeedSet::NONE.with(Need::Autism).with(Need::Trauma),
            max_distance: None,
            has_preference: false,
            norm: rules::norms::Norm::DEFAULT,
        },
        products: Vec::new(),
        wanted: Vec::new(),
        excluded: Vec::new(),
        rejected: Vec::new(),
    }
}

/// Children who wait for a product of their region, half of them with alternatives or a highest distance.
fn draw(snapshot: &Snapshot) -> Outcome<Vec<Child>> {
    let mut dice = Dice::new(4);
    let mut children = Vec::with_capacity(CHILDREN);
    let book = &snapshot.book;
    while children.len() < CHILDREN {
        let municipality = u32::try_from(dice.below(book.municipalities.len()))?;
        let age = *dice.one_of(&[4, 8, 12, 14, 16]);
        let mut child = child(municipality, age);
        let Some(region) =
            book.memberships.iter().find(|one| one.municipality == municipality).map(|one| one.region)
        else {
            continue;
        };
        let products: Vec<u32> = (0_u32..)
            .zip(&book.products)
            .filter(|(_, product)| product.region == region)
            .map(|(at, _)| at)
            .collect();
        for at in dice.some_of(1 + dice.clone().below(3), products.len()) {
            child.products.push(products[at]);
        }
        if dice.below(2) == 0 {
            child.seeker.max_distance = Some(25_000);
        }
        children.push(child);
    }
    Ok(children)
}
