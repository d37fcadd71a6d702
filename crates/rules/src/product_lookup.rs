//! Finding products by what people type: half words, everyday words, typing errors, a code.
//!
//! All products are known beforehand and there are few of them, so every distinct word is prepared once and a
//! search compares the typed words with that list.

mod words;

use std::collections::BTreeMap;

pub use self::words::normalise;
use self::words::{Query, Word, is_stop_word};

/// The longest query that is looked at; what comes after is dropped.
pub const LONGEST_QUERY: usize = 200;

const NAME_WEIGHT: u32 = 10;
const SYNONYM_WEIGHT: u32 = 7;
const REST_WEIGHT: u32 = 4;
/// An exact code: above anything that words can add up to.
const CODE_SCORE: u32 = 1_000_000;

/// Producttekst: what a product can be found by.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductText {
    /// The code in the product book.
    pub code: String,
    /// The name in the product book.
    pub name: String,
    /// Its segment, by number and by name.
    pub segment: String,
    /// Its category, by number and by name.
    pub category: String,
    /// The name of its kind.
    pub kind: String,
    /// Everyday words for it.
    pub synonyms: Vec<String>,
}

/// Zoekresultaat: a product that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// The place of the product in the list the lookup was built from.
    pub index: usize,
    /// How well it fits; only comparable within one search.
    pub score: u32,
}

/// Productzoeker: products prepared for searching.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductLookup {
    products: Vec<Product>,
    vocabulary: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Product {
    code: String,
    name_words: usize,
}

/// A distinct word and the products that have it, each with the weight of the most telling text it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    word: Word,
    uses: Vec<(usize, u32)>,
}

/// What the typed words add up to for one product.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    words: usize,
    score: u32,
}

impl ProductLookup {
    /// Prepares the products. A hit refers to them by their place in this list.
    pub fn build(texts: Vec<ProductText>) -> Self {
        let mut products = Vec::with_capacity(texts.len());
        let mut weights: BTreeMap<String, BTreeMap<usize, u32>> = BTreeMap::new();
        for (index, text) in texts.into_iter().enumerate() {
            let code = compact(&text.code);
            products.push(Product { name_words: telling_words(&text.name).len(), code: code.clone() });
            let mut fields = vec![(code, NAME_WEIGHT), (text.code, NAME_WEIGHT), (text.name, NAME_WEIGHT)];
            fields.extend(text.synonyms.into_iter().map(|synonym| (synonym, SYNONYM_WEIGHT)));
            fields.extend([text.segment, text.category, text.kind].map(|rest| (rest, REST_WEIGHT)));
            for (field, weight) in fields {
                for word in telling_words(&field) {
                    let best = weights.entry(word).or_default().entry(index).or_default();
                    *best = weight.max(*best);
                }
            }
        }
        let vocabulary = weights
            .into_iter()
            .map(|(word, uses)| Entry { word: Word::new(&word), uses: uses.into_iter().collect() })
            .collect();
        Self { products, vocabulary }
    }

    /// The products that fit, best first; equal ones in the order in which they were given.
    ///
    /// An exact code wins alone. Otherwise every typed word must fit; when no product fits them all, those that
    /// fit the most words are shown, since half an answer helps more than none.
    pub fn find(&self, query: &str) -> Vec<Hit> {
        let query: String = query.chars().take(LONGEST_QUERY).collect();
        let by_code = self.with_code(&compact(&query));
        if !by_code.is_empty() {
            return by_code;
        }
        let mut tallies = vec![Tally::default(); self.products.len()];
        for word in telling_words(&query) {
            self.add_word(&Query::new(&word), &mut tallies);
        }
        let most = tallies.iter().map(|tally| tally.words).max().unwrap_or(0);
        if most == 0 {
            return Vec::new();
        }
        let fitting = tallies.into_iter().enumerate().filter(|(_, tally)| tally.words == most);
        let mut hits: Vec<Hit> = fitting.map(|(index, tally)| Hit { index, score: tally.score }).collect();
        hits.sort_by_key(|hit| (std::cmp::Reverse(hit.score), self.name_words(hit.index), hit.index));
        hits
    }

    fn with_code(&self, code: &str) -> Vec<Hit> {
        if code.is_empty() {
            return Vec::new();
        }
        let same = self.products.iter().enumerate().filter(|(_, product)| product.code == code);
        same.map(|(index, _)| Hit { index, score: CODE_SCORE }).collect()
    }

    /// Counts a typed word once per product, at the best place where it fits.
    fn add_word(&self, query: &Query, tallies: &mut [Tally]) {
        let mut best = vec![0; tallies.len()];
        for entry in &self.vocabulary {
            let quality = query.fit(&entry.word);
            if quality > 0 {
                for &(index, weight) in &entry.uses {
                    best[index] = best[index].max(quality * weight);
                }
            }
        }
        for (tally, score) in tallies.iter_mut().zip(best) {
            tally.words += usize::from(score > 0);
            tally.score += score;
        }
    }

    /// With the same score the shorter name comes first: typing "ambulant" means "Ambulant" before "Ambulant plus".
    fn name_words(&self, index: usize) -> usize {
        self.products.get(index).map_or(0, |product| product.name_words)
    }
}

/// The distinct words of a text that say something, in the order of the text.
fn telling_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in normalise(text).split_whitespace() {
        if !is_stop_word(word) && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// A code without what people leave out or add when they type it: capitals, hyphens, spaces.
fn compact(code: &str) -> String {
    normalise(code).split_whitespace().collect()
}

#[cfg(test)]
mod tests;
