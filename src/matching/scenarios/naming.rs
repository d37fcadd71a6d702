//! From the codes of a region to the numbers of which the rules ask only that they are the same, and to words.

use rules::matching::scenario::{Change, ChangeError, Kind, Scenario, Subject};
use rules::violations::Violations;

use super::model::{ChangeLine, size_words, value_words};
use crate::availability::supply::snapshot::Snapshot;
use crate::error::{Error, Result};

/// The part of a change that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Kind,
    Offer,
    Provider,
    Product,
    Municipality,
    Value,
}

/// The book of one region.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) region_id: i64,
}

/// A change, and the names of what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) change: Change,
    about: String,
}

/// A number and a name.
type Found = (i64, String);

impl Names<'_> {
    /// All changes, or everything that is wrong with them. `field` names a part of the change with this number.
    pub(super) fn read(
        &self,
        lines: &[ChangeLine],
        field: impl Fn(usize, Part) -> String,
    ) -> Result<(Scenario, Vec<String>)> {
        let mut wrong = Violations::new();
        let (mut changes, mut words) = (Vec::new(), Vec::new());
        for (at, line) in lines.iter().enumerate() {
            match self.name(line) {
                Ok(named) => {
                    changes.push(named.change);
                    words.push(named.words());
                }
                Err(found) => {
                    for (part, message) in found {
                        wrong.add(field(at, part), "kan-niet", message);
                    }
                }
            }
        }
        Error::refuse_collisions(wrong, (Scenario::new(changes), words))
    }

    /// A change with the numbers of what it names, or all that is wrong with it.
    pub(super) fn name(&self, line: &ChangeLine) -> Result<Named, Vec<(Part, String)>> {
        let mut wrong = Vec::new();
        let mut look = |part: Part, code: Option<&str>, found: &dyn Fn(&str) -> Option<Found>| {
            let code = code?;
            let named = found(code);
            if named.is_none() {
                wrong.push((part, format!("{code} is in deze regio niet bekend")));
            }
            named
        };
        let offer_code = line.offer.map(|offer| offer.to_string());
        let offer = look(Part::Offer, offer_code.as_deref(), &|_| self.offer(line.offer?));
        let provider = look(Part::Provider, line.provider.as_deref(), &|agb| self.provider(agb, line.kind));
        let product = look(Part::Product, line.product.as_deref(), &|code| self.product(code));
        let municipality =
            look(Part::Municipality, line.municipality.as_deref(), &|code| self.municipality(code));
        let value = match (line.kind.value(), line.value) {
            (Some(_), None) => {
                wrong.push((Part::Value, "vul dit in".to_owned()));
                0
            }
            (_, value) => value.unwrap_or(0),
        };
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let number = |found: &Option<Found>| found.as_ref().map(|(number, _)| *number);
        let subject = Subject {
            offer: number(&offer),
            provider: number(&provider),
            product: number(&product),
            municipality: number(&municipality),
        };
        let change = Change { kind: line.kind, subject, value };
        change.check().map_err(|error| vec![(part_of(error, line), message_of(error, line.kind))])?;
        let name = |found: Option<Found>| found.map(|(_, name)| name);
        let about: Vec<String> =
            [name(offer), name(provider), name(product), name(municipality)].into_iter().flatten().collect();
        Ok(Named { change, about: about.join(", ") })
    }

    fn offer(&self, id: i64) -> Option<Found> {
        let offer = self.snapshot.find_offer(id)?;
        let product = self.snapshot.product(offer);
        let is_own = self.snapshot.book.regions[product.region as usize].id == self.region_id;
        let (provider, location) = (self.snapshot.provider(offer), self.snapshot.location(offer));
        is_own.then(|| (id, format!("{} ({}), {}", provider.name, location.place, product.name)))
    }

    /// Of a sub-contractor a contract is that of its main contractor.
    fn provider(&self, agb: &str, kind: Kind) -> Option<Found> {
        let book = &self.snapshot.book;
        let provider = &book.providers[*book.provider_by_agb.get(agb)? as usize];
        let main = provider.main.filter(|_| kind.is_about_contracts());
        let named = main.map_or(provider, |main| &book.providers[main as usize]);
        Some((named.id, named.name.clone()))
    }

    fn product(&self, code: &str) -> Option<Found> {
        let book = &self.snapshot.book;
        let own = |region: u32| book.regions[region as usize].id == self.region_id;
        let found = book.products.iter().find(|product| own(product.region) && product.code == code)?;
        Some((found.id, format!("{} {}", found.code, found.name)))
    }

    fn municipality(&self, code: &str) -> Option<Found> {
        let place = *self.snapshot.book.municipality_by_code.get(code)?;
        let municipality = &self.snapshot.book.municipalities[place as usize];
        Some((place.into(), municipality.name.clone()))
    }
}

fn part_of(error: ChangeError, line: &ChangeLine) -> Part {
    match error {
        ChangeError::OutOfRange(..) | ChangeError::HasNoValue => Part::Value,
        ChangeError::ProviderMissing => Part::Provider,
        ChangeError::OtherSubject => {
            // The first that is named and has no meaning here.
            let places = line.kind.is_about_places();
            [
                (line.municipality.is_some() && !line.kind.is_about_contracts(), Part::Municipality),
                (line.offer.is_some() && !places, Part::Offer),
                (line.provider.is_some() && !places && !line.kind.is_about_contracts(), Part::Provider),
                (line.product.is_some(), Part::Product),
            ]
            .into_iter()
            .find_map(|(is_it, part)| is_it.then_some(part))
            .unwrap_or(Part::Kind)
        }
    }
}

fn message_of(error: ChangeError, kind: Kind) -> String {
    match error {
        ChangeError::OutOfRange(least, most) => {
            format!("moet van {} tot en met {} zijn", value_words(kind, least), value_words(kind, most))
        }
        other => other.to_string(),
    }
}

impl Named {
    /// `De Haven, 45A12 Ambulant: 2 plekken erbij`
    pub(super) fn words(&self) -> String {
        let Change { kind, value, .. } = self.change;
        let size = size_words(kind, value);
        match kind {
            Kind::MorePlaces if value < 0 => format!("{}: {size} minder", self.place()),
            Kind::MorePlaces => format!("{}: {size} erbij", self.place()),
            Kind::ExactPlaces => format!("{}: precies {size}", self.place()),
            Kind::Contract => format!("{}: een contract erbij", self.about),
            Kind::ContractEnds => format!("{}: geen contract meer", self.about),
            Kind::Norm => format!("{}: {size}", self.words_of_range()),
            other => format!("{}: {size}", other.name()),
        }
    }

    /// The same without a value.
    pub(super) fn words_of_range(&self) -> String {
        match self.change.kind {
            Kind::MorePlaces => format!("{}: plekken erbij", self.place()),
            Kind::ExactPlaces => format!("{}: plekken", self.place()),
            Kind::Norm if self.about.is_empty() => "Norm voor alle producten".to_owned(),
            Kind::Norm => format!("Norm voor {}", self.about),
            other => other.name().to_owned(),
        }
    }

    fn place(&self) -> &str {
        if self.about.is_empty() { "Elk aanbod" } else { &self.about }
    }
}
