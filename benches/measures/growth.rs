//! What offers cost that do not match: the same question with the same answer, while the country grows.

use beschikbaarheidswijzer::availability::search::api::write_found;
use beschikbaarheidswijzer::availability::supply::Supply;
use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::on_each;
use diesel::connection::SimpleConnection;

use crate::support::country::{ASKED_PRODUCT, Country, Growth};
use crate::support::report::{Line, Wanted, time};
use crate::support::timing::{median, micros};
use crate::support::{Outcome, clock, load_supply, open, questions, today};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 300_000];
/// Searches timed together: one alone is too short to compare.
const TOGETHER: usize = 200;
const ROUNDS: usize = 41;

/// A country with the question that always has the same answer.
struct Grown {
    offers: usize,
    conn: Connection,
    supply: Supply,
    address: String,
    answer_length: usize,
}

pub fn measure(folder: &std::path::Path) -> Outcome<Vec<Line>> {
    let mut lines = Vec::new();
    for (growth, sizes) in [
        (Growth::Regions, &SIZES[..]),
        (Growth::Products, &[SIZES[0], SIZES[2]]),
        (Growth::Ages, &[SIZES[0], SIZES[2]]),
    ] {
        let mut countries = Vec::new();
        for size in sizes {
            let country = Country::grown(folder, growth, *size)?;
            countries.push(Grown::open(&country)?);
        }
        if countries.iter().any(|country| country.answer_length != countries[0].answer_length) {
            return Err("the answer changes as the country grows".into());
        }
        let where_to = match growth {
            Growth::Regions => "in other regions",
            Growth::Products => "for other products",
            Growth::Ages => "for other ages",
        };
        lines.extend(compare(&format!("search, growth {where_to}"), &mut countries, Grown::search)?);
        if growth == Growth::Regions {
            let what = "first search after a change, growth in other regions";
            lines.extend(compare(what, &mut countries, Grown::search_after_change)?);
        }
    }
    Ok(lines)
}

/// Times every size in turn; each is compared with the smallest, and may take more time by no more than the
/// logarithm of the number of offers has grown.
fn compare(
    what: &str,
    countries: &mut [Grown],
    mut work: impl FnMut(&mut Grown) -> Outcome<f64>,
) -> Outcome<Vec<Line>> {
    let mut times = vec![Vec::new(); countries.len()];
    for round in 0..=ROUNDS {
        for (country, times) in countries.iter_mut().zip(&mut times) {
            let time = work(country)?;
            if round > 0 {
                times.push(time);
            }
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    let (smallest, base) = (countries[0].offers, medians[0]);
    let larger = countries.iter().zip(&medians).skip(1);
    Ok(larger
        .map(|(country, median)| {
            let logarithm = (country.offers as f64).ln() / (smallest as f64).ln();
            let what = format!("{what}, {smallest} to {} offers", country.offers);
            Line::new(what, (time(*median), time(base)), median / base, Wanted::AtMost(logarithm))
        })
        .collect())
}

impl Grown {
    fn open(country: &Country) -> Outcome<Self> {
        let mut conn = open(&country.url)?;
        let supply = load_supply(&mut conn)?;
        let snapshot = supply.current()?;
        let members = snapshot.municipalities_in(0);
        let municipality = members.first().ok_or("a region without municipalities")?;
        let code = &snapshot.book.municipalities[*municipality as usize].code;
        let address = format!("gemeente={code}&product={ASKED_PRODUCT}&leeftijd=14");
        let mut grown = Self { offers: country.offers, conn, supply, address, answer_length: 0 };
        grown.answer_length = grown.ask()?;
        if snapshot.search(&questions::prepare(&snapshot, &grown.address)?.query).hits.len() < 20 {
            return Err("the question has no full page".into());
        }
        Ok(grown)
    }

    /// From question to answer; tells how long the answer is, apart from the numbers that may differ.
    fn ask(&self) -> Outcome<usize> {
        let snapshot = self.supply.current()?;
        let search = questions::prepare(&snapshot, &self.address)?;
        let found = snapshot.search(&search.query);
        Ok(write_found(&snapshot, &found, 1, clock()?.now())?.len())
    }

    fn search(&mut self) -> Outcome<f64> {
        let together = micros(|| {
            for _ in 0..TOGETHER {
                std::hint::black_box(self.ask()?);
            }
            Ok(())
        })?;
        Ok(together / TOGETHER as f64)
    }

    /// A provider of the region saved a figure: the picture is brought up to date and searched.
    fn search_after_change(&mut self) -> Outcome<f64> {
        let snapshot = self.supply.current()?;
        let found = snapshot.search_all(&questions::prepare(&snapshot, &self.address)?.query);
        let offer = snapshot.offer(found.hits.last().ok_or("nothing found")?.offer).id;
        let change = format!(
            "BEGIN IMMEDIATE; UPDATE supply_version SET version = version + 1; \
             UPDATE offer SET version = version + 1, supply_version = (SELECT version FROM supply_version) WHERE id = {offer}; COMMIT"
        );
        on_each!(&mut self.conn, conn => conn.batch_execute(&change))?;
        let today = today()?;
        micros(|| {
            self.supply.refresh(&mut self.conn, today)?;
            self.ask()
        })
    }
}
