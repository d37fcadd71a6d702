//! Searching within the program: from a question to the text of the answer.

use beschikbaarheidswijzer::availability::search::api::write_found;
use beschikbaarheidswijzer::availability::search::input::Search;
use beschikbaarheidswijzer::availability::supply::snapshot::Snapshot;

use crate::support::country::Country;
use crate::support::questions::{self, Question, TYPED};
use crate::support::report::Line;
use crate::support::timing::median_of_each;
use crate::support::{Outcome, clock, load_supply, open};

const QUESTIONS: usize = 400;
const ROUNDS: usize = 50;
/// The median search may take this long, in microseconds.
const LIMIT: f64 = 20.0;

/// Puts a question into words.
type Address = fn(&Question) -> String;

pub fn measure(country: &Country) -> Outcome<Vec<Line>> {
    let supply = load_supply(&mut open(&country.url)?)?;
    let snapshot = supply.current()?;
    let asked = questions::full_pages(&snapshot, QUESTIONS)?;
    let now = clock()?.now();
    let answer = |search: &Search| -> Outcome<usize> {
        Ok(write_found(&snapshot, &snapshot.search(&search.query), 1, now)?.len())
    };
    let kinds: [(&str, Address, Option<f64>); 4] = [
        ("municipality, product, age", Question::full, Some(LIMIT)),
        ("municipality, age", Question::without_product, None),
        ("postcode, product, age", |question| question.by_postcode(true), None),
        ("postcode, age", |question| question.by_postcode(false), None),
    ];
    let mut lines = Vec::new();
    for (name, address, limit) in kinds {
        let prepare = |question: &Question| questions::prepare(&snapshot, &address(question));
        let searches = asked.iter().map(prepare).collect::<Outcome<Vec<Search>>>()?;
        let time = median_of_each(&searches, ROUNDS, answer)?;
        lines.push(Line::time(format!("search and write in memory: {name}"), time, limit));
    }
    lines.extend(lookups(&snapshot, &asked)?);
    let addresses: Vec<String> = asked.iter().map(Question::full).collect();
    let whole = |address: &String| answer(&questions::prepare(&snapshot, address)?);
    let time = median_of_each(&addresses, ROUNDS, whole)?;
    lines.push(Line::time("read the address, search and write", time, None));
    Ok(lines)
}

/// Finding products by what people type.
fn lookups(snapshot: &Snapshot, asked: &[Question]) -> Outcome<Vec<Line>> {
    let typed: Vec<(Search, &str)> = asked
        .iter()
        .zip(TYPED.iter().cycle())
        .map(|(question, text)| Ok((questions::prepare(snapshot, &question.with_text(text))?, *text)))
        .collect::<Outcome<_>>()?;
    let look_up = |(search, text): &(Search, &str)| Ok(snapshot.find_products(search.query.area, text).len());
    Ok(vec![Line::time("find products by typed text", median_of_each(&typed, 5, look_up)?, None)])
}
