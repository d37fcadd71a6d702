//! The published list, and how somebody looks at it.

use chrono::{DateTime, NaiveDate, Utc};
use rules::figures::OfferStatus;
use rules::product::AgeRange;
use rules::waiting::coarsening::{ShownAge, ShownDate};

use crate::availability::supply::snapshot::Snapshot;
use crate::paging::SortOrder;

/// A list as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    pub id: i64,
    pub published_at: DateTime<Utc>,
}

/// A product or a municipality: code and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub id: i64,
    pub code: String,
    pub name: String,
}

/// A waiting client as providers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownClient {
    pub handle: Handle,
    pub product: Named,
    /// None for somewhere in the region.
    pub municipality: Option<Named>,
    pub age: ShownAge,
    pub referred: ShownDate,
    /// Somebody who shows the same came to the list since the last visit.
    pub has_newcomers: bool,
    /// The own response that is being weighed, or was accepted, and was given on what is shown here.
    pub response_id: Option<i64>,
}

impl ShownClient {
    pub fn place(&self) -> &str {
        place_of(self.municipality.as_ref())
    }

    /// All that is shown, to keep beside a response.
    pub fn words(&self) -> String {
        words_of(&self.product.name, self.municipality.as_ref(), self.age, self.referred)
    }
}

/// What is shown of somebody who waits, in words.
pub(super) fn words_of(
    product: &str,
    municipality: Option<&Named>,
    age: ShownAge,
    referred: ShownDate,
) -> String {
    format!("{product}, {age}, {}, {referred}", place_of(municipality))
}

fn place_of(municipality: Option<&Named>) -> &str {
    municipality.map_or("in de regio", |municipality| &municipality.name)
}

/// What a provider is shown of a client that it is asked about, as it stays: what the list showed then, or else no more than
/// is needed to tell whether there is a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedView {
    pub handle: Handle,
    pub product_id: i64,
    /// None for somewhere in the region.
    pub municipality_id: Option<i64>,
    /// The lowest and the highest age that are shown.
    pub ages: (Option<i32>, Option<i32>),
    /// The first and the last day of referral that are shown.
    pub referred: (Option<NaiveDate>, Option<NaiveDate>),
}

/// Kenmerk: the random number of a client in one publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handle(pub i64);

impl Handle {
    /// Reads the sixteen signs of an address.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let plain =
            text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let number = plain.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        let number = number.and_then(|number| i64::try_from(number).ok());
        number.map(Self).ok_or("dit kenmerk bestaat niet")
    }
}

impl std::fmt::Display for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Something a provider offers under a contract today: whom it could take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    pub product_id: i64,
    pub ages: AgeRange,
    /// The municipalities that a contract covers.
    pub municipality_ids: Vec<i64>,
    pub has_place: bool,
}

impl Reach {
    /// What a provider can take today. An offer with an intake stop takes nobody.
    pub fn of_provider(
        snapshot: &Snapshot,
        municipalities: &[Named],
        provider_id: i64,
        today: NaiveDate,
    ) -> Vec<Self> {
        let id_of = |place: u32| {
            let code = &snapshot.book.municipalities[place as usize].code;
            municipalities.iter().find(|known| known.code == *code).map(|known| known.id)
        };
        let book = &snapshot.book;
        let place = book.providers.iter().position(|provider| provider.id == provider_id);
        let Some(place) = place.and_then(|place| u32::try_from(place).ok()) else { return Vec::new() };
        let mut reach: Vec<Self> = Vec::new();
        for offer in snapshot.offers_of(place) {
            let stop = offer.figures.stop.as_ref();
            let stopped = offer.figures.status == OfferStatus::IntakeStop
                && stop.and_then(|stop| stop.until).is_none_or(|until| today <= until);
            if stopped {
                continue;
            }
            let one = Self {
                product_id: snapshot.product(offer).id,
                ages: offer.ages,
                municipality_ids: offer.coverage.iter().filter_map(|(place, _)| id_of(*place)).collect(),
                has_place: offer.has_place(),
            };
            match reach.iter_mut().find(|known| Self { has_place: one.has_place, ..(*known).clone() } == one)
            {
                Some(known) => known.has_place |= one.has_place,
                None => reach.push(one),
            }
        }
        reach
    }
}

/// By what the list can be sorted; always by what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Product,
    Age,
    Referred,
}

pub const COLUMNS: [(&str, Column); 3] =
    [("product", Column::Product), ("leeftijd", Column::Age), ("verwezen", Column::Referred)];

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Code of a product.
    pub product: Option<String>,
    /// Code of a municipality.
    pub municipality: Option<String>,
    pub age: Option<u8>,
    pub newcomers: bool,
    pub order: SortOrder<Column>,
}

impl Asked {
    /// What the access log keeps of it: codes only.
    pub fn recorded(&self) -> serde_json::Value {
        serde_json::json!({
            "product": self.product, "gemeente": self.municipality, "leeftijd": self.age, "nieuw": self.newcomers,
        })
    }
}

/// The same, as it is looked for in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub product_id: Option<i64>,
    pub municipality_id: Option<i64>,
    pub age: Option<u8>,
    /// Only what shows newcomers since the last visit.
    pub newcomers: bool,
    pub order: SortOrder<Column>,
}

impl Default for Look {
    fn default() -> Self {
        let order = SortOrder { column: Column::Product, descending: false };
        Self { product_id: None, municipality_id: None, age: None, newcomers: false, order }
    }
}

/// The list as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenList {
    /// None while nothing has been published.
    pub published_at: Option<DateTime<Utc>>,
    /// The products and municipalities that can be chosen: those in reach.
    pub products: Vec<Named>,
    pub municipalities: Vec<Named>,
    /// Up to which publication it was seen before.
    pub seen_at: Option<DateTime<Utc>>,
    pub total: usize,
    /// How many children at least share what is shown.
    pub group_size: usize,
    pub clients: Vec<ShownClient>,
}

/// Hoe iemand over nieuwe wachtenden wil horen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailChoice {
    /// With each publication.
    Immediately,
    /// Once a day.
    Daily,
    Never,
}

impl MailChoice {
    pub const ALL: [Self; 3] = [Self::Immediately, Self::Daily, Self::Never];

    /// The code in database and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Immediately => "direct",
            Self::Daily => "dagelijks",
            Self::Never => "nooit",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Immediately => "Meteen als de lijst is bijgewerkt",
            Self::Daily => "Eén keer per dag",
            Self::Never => "Nooit",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_read_back() {
        for number in [0, 17, i64::MAX] {
            assert_eq!(Handle::parse(&Handle(number).to_string()), Ok(Handle(number)));
        }
        for text in ["", "17", "000000000000000G", "00000000000000FF", "ffffffffffffffff", "+00000000000000f"]
        {
            assert!(Handle::parse(text).is_err(), "{text}");
        }
    }
}
