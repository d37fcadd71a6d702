//! What people ask: a fixed list of searches that each find a full page.

use beschikbaarheidswijzer::availability::search::input::{Search, read_search};
use beschikbaarheidswijzer::availability::supply::book::Product;
use beschikbaarheidswijzer::availability::supply::snapshot::{Area, Snapshot};
use beschikbaarheidswijzer::paging::PAGE_SIZE;
use beschikbaarheidswijzer::web::fields::Fields;
use rules::product::ProductKind;

use super::Outcome;
use super::country::Dice;

/// One thing somebody looks for, in the words of the address.
#[derive(Debug, Clone)]
pub struct Question {
    municipality: String,
    postcode: String,
    product: String,
    age: u8,
}

impl Question {
    /// Municipality, product and age.
    pub fn full(&self) -> String {
        let Self { municipality, product, age, .. } = self;
        format!("gemeente={municipality}&product={product}&leeftijd={age}")
    }

    /// Municipality and age.
    pub fn without_product(&self) -> String {
        format!("gemeente={}&leeftijd={}", self.municipality, self.age)
    }

    /// Postcode and age, and the product if wanted: every distance is worked out anew.
    pub fn by_postcode(&self, with_product: bool) -> String {
        let product = if with_product { self.product.as_str() } else { "" };
        format!("postcode={}&product={product}&leeftijd={}", self.postcode, self.age)
    }

    /// A municipality with what somebody types.
    pub fn with_text(&self, text: &str) -> String {
        format!("gemeente={}&product={text}&leeftijd={}", self.municipality, self.age)
    }
}

/// What people type, some of it with a typing error.
pub const TYPED: [&str; 8] =
    ["angst", "faalangst", "dyslexie", "pleegzorg", "autisme", "trauma", "gezinstherapi", "begeleidng"];

/// An address read and looked up: ready to search with.
pub fn prepare(snapshot: &Snapshot, address: &str) -> Outcome<Search> {
    let mut fields = Fields::from_query(address);
    let read = read_search(&mut fields);
    let read = fields.finish(read).map_err(|violations| format!("{address}: {violations}"))?;
    Ok(read.resolve(snapshot, None)?)
}

/// So many questions, spread over the country, that each find a full page of twenty.
pub fn full_pages(snapshot: &Snapshot, number: usize) -> Outcome<Vec<Question>> {
    let mut dice = Dice::new(3);
    let mut questions = Vec::with_capacity(number);
    for _ in 0..number * 100 {
        let Some(question) = draw(snapshot, &mut dice) else { continue };
        let search = prepare(snapshot, &question.full())?;
        if snapshot.search(&search.query).hits.len() == PAGE_SIZE {
            questions.push(question);
        }
        if questions.len() == number {
            return Ok(questions);
        }
    }
    Err(format!("only {} questions with a full page", questions.len()).into())
}

fn draw(snapshot: &Snapshot, dice: &mut Dice) -> Option<Question> {
    let book = &snapshot.book;
    let place = dice.below(book.municipalities.len());
    let municipality = u32::try_from(place).ok()?;
    let region = *snapshot.regions_of(Area::Municipality(municipality)).first()?;
    let asked_for = |product: &&Product| product.region == region && product.kind != ProductKind::Crisis;
    let products: Vec<&Product> = book.products.iter().filter(asked_for).collect();
    let product = dice.one_of(&products);
    let mut postcodes: Vec<i32> = book
        .postcodes
        .iter()
        .filter(|(_, postcode)| postcode.municipality == municipality)
        .map(|(pc4, _)| *pc4)
        .collect();
    postcodes.sort_unstable();
    if postcodes.is_empty() {
        return None;
    }
    Some(Question {
        municipality: book.municipalities[place].code.clone(),
        postcode: dice.one_of(&postcodes).to_string(),
        product: product.code.clone(),
        age: *dice.one_of(&[4, 8, 12, 14, 16]),
    })
}
