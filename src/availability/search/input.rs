//! What somebody asks for, read from the address: the same names for pages and API.

use std::collections::BTreeMap;

use rules::codes::{MunicipalityCode, Pc4, RegionCode};
use rules::product::ProductKind;
use rules::violations::Violations;

use crate::availability::supply::lookup::Place;
use crate::availability::supply::search::{Query, Sort};
use crate::availability::supply::snapshot::Snapshot;
use crate::error::Result;
use crate::paging::PAGE_SIZE;
use crate::web::fields::{Fields, Length};
use crate::web::lists::{link, page_number};

/// How soon help is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Urgency {
    #[default]
    Regular,
    /// Start within two weeks.
    Urgent,
    /// Crisis help: shows crisis products, which otherwise stay out of the list.
    Crisis,
}

impl Urgency {
    pub const CODES: [(&'static str, Self); 3] =
        [("regulier", Self::Regular), ("urgent", Self::Urgent), ("crisis", Self::Crisis)];
}

/// The fields of a search, before the supply is consulted.
#[derive(Debug, Clone, Default)]
pub struct SearchFields {
    pub municipality: Option<MunicipalityCode>,
    pub postcode: Option<Pc4>,
    pub region: Option<RegionCode>,
    pub product: Option<String>,
    pub kind: Option<ProductKind>,
    pub age: Option<u8>,
    pub urgency: Urgency,
    pub with_place: bool,
    pub within_norm: bool,
    pub fresh: bool,
    pub online: bool,
    pub radius_km: Option<u16>,
    pub sort: Sort,
    pub page: usize,
}

/// The oldest age a search asks for; what goes on longest goes on to 23.
pub const HIGHEST_AGE: i64 = 23;
/// No two places in the Netherlands are further apart.
pub const FURTHEST_KM: i64 = 300;

/// Reads the fields; what is wrong is written down in `fields`.
pub fn read_search(fields: &mut Fields) -> SearchFields {
    let read = read_fields(fields);
    fields.add_joint(read.contradictions());
    read
}

/// What of a search can be followed.
pub const FOLLOWED: [&str; 5] = ["product", "gemeente", "postcode", "leeftijd", "straalKm"];

/// Reads those fields and no other.
pub fn read_followed(fields: &mut Fields) -> SearchFields {
    SearchFields {
        municipality: fields.optional_parsed("gemeente", "geen-gemeentecode", MunicipalityCode::parse),
        postcode: fields.optional_parsed("postcode", "geen-postcode", Pc4::parse),
        product: fields.optional_text("product", Length(0, 100)).filter(|text| !text.is_empty()),
        age: fields.optional_small("leeftijd", 0, HIGHEST_AGE),
        radius_km: fields.optional_small("straalKm", 1, FURTHEST_KM),
        page: 1,
        ..SearchFields::default()
    }
}

/// The same as `read_search` without what its fields say together: a search that was kept goes on as it was asked.
pub fn read_fields(fields: &mut Fields) -> SearchFields {
    let kinds: Vec<(&str, ProductKind)> = ProductKind::ALL.iter().map(|kind| (kind.code(), *kind)).collect();
    let followed = read_followed(fields);
    SearchFields {
        region: fields.optional_parsed("regio", "geen-regiocode", RegionCode::parse),
        kind: fields.optional_choice("soort", &kinds),
        urgency: fields.optional_choice("urgentie", &Urgency::CODES).unwrap_or_default(),
        with_place: fields.flag("vrijePlek"),
        within_norm: fields.flag("binnenNorm"),
        fresh: fields.flag("vers"),
        online: fields.flag("online"),
        sort: fields.optional_choice("sorteer", &Sort::CODES).unwrap_or_default(),
        page: page_number(fields),
        ..followed
    }
}

/// A search with its place and products found.
#[derive(Debug, Clone)]
pub struct Search {
    pub place: Place,
    pub query: Query,
}

impl SearchFields {
    /// Where to measure from.
    fn has_place(&self) -> bool {
        self.municipality.is_some() || self.postcode.is_some()
    }

    /// What of it can be followed, as the query of an address: one search has one way to be written.
    pub fn followed(&self) -> String {
        let number = |number: Option<u16>| number.map(|number| number.to_string()).unwrap_or_default();
        let [product, municipality, postcode, age, radius] = FOLLOWED;
        let pairs = [
            (product, self.product.clone().unwrap_or_default()),
            (
                municipality,
                self.municipality.as_ref().map_or_else(String::new, |code| code.as_str().to_owned()),
            ),
            (postcode, number(self.postcode.map(Pc4::number))),
            (age, number(self.age.map(u16::from))),
            (radius, number(self.radius_km)),
        ];
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish()
    }

    /// What would be left out without a word, although it was asked.
    pub fn contradictions(&self) -> Violations {
        let mut violations = Violations::new();
        if self.radius_km.is_some() && !self.has_place() {
            violations.add(
                "straalKm",
                "zonder-plaats",
                "vul ook een gemeente of postcode in, of laat de afstand leeg",
            );
        }
        if self.urgency == Urgency::Crisis && self.kind.is_some_and(|kind| kind != ProductKind::Crisis) {
            violations.add("soort", "strijdig", "kies bij crisis de soort Crisis, of laat de soort leeg");
        }
        violations
    }

    /// Finds the place and the products that are meant; without a place the region of this code, whose site it is.
    pub fn resolve(&self, snapshot: &Snapshot, own_region: Option<&str>) -> Result<Search> {
        let place = snapshot.find_place(
            self.municipality.as_ref().map(MunicipalityCode::as_str),
            self.postcode,
            self.region.as_ref().map(RegionCode::as_str),
            own_region,
        )?;
        // Kinds that stay out of the list by default show when they are asked for.
        let is_crisis = self.urgency == Urgency::Crisis;
        let products = match (self.product.as_deref(), self.kind) {
            (Some(text), _) if is_crisis => {
                Some(snapshot.find_products_of_kind(place.area, text, ProductKind::Crisis))
            }
            (Some(text), _) => Some(snapshot.find_products(place.area, text)),
            (None, _) if is_crisis => Some(snapshot.products_of_kind(place.area, ProductKind::Crisis)),
            (None, Some(kind)) => Some(snapshot.products_of_kind(place.area, kind)),
            (None, None) => None,
        };
        let query = Query {
            products,
            kind: self.kind,
            age: self.age,
            urgent: self.urgency == Urgency::Urgent,
            with_place: self.with_place,
            within_norm: self.within_norm,
            fresh: self.fresh,
            online: self.online,
            radius_km: self.radius_km,
            origin: place.origin,
            sort: self.sort,
            offset: (self.page - 1) * PAGE_SIZE,
            limit: PAGE_SIZE,
            ..Query::new(place.area)
        };
        Ok(Search { place, query })
    }
}

/// The address of a search, to make links that change one thing and keep the rest.
#[derive(Debug, Clone, Default)]
pub struct SearchAddress(BTreeMap<String, String>);

impl SearchAddress {
    pub fn from_query(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The same search with one thing set; the list starts at its first page again.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut changed = self.0.clone();
        changed.remove("pagina");
        changed.insert(name.to_owned(), value.to_owned());
        address(&changed)
    }

    /// Some things of this search, as the query of another address.
    pub fn to(&self, path: &str, names: &[&str]) -> String {
        let kept: Vec<(&str, &str)> = names.iter().map(|name| (*name, self.get(name))).collect();
        link(path, &kept)
    }

    /// The same search without one thing.
    pub fn without(&self, name: &str) -> String {
        let mut changed = self.0.clone();
        changed.remove("pagina");
        changed.remove(name);
        // A distance is from somewhere.
        if !changed.contains_key("gemeente") && !changed.contains_key("postcode") {
            changed.remove("straalKm");
        }
        address(&changed)
    }
}

fn address(pairs: &BTreeMap<String, String>) -> String {
    let query: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { "/zoeken".into() } else { format!("/zoeken?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mistakes_in_an_address_are_told_together() {
        let mut fields = Fields::from_query("gemeente=Putten&leeftijd=oud&sorteer=duurste&pagina=0&extra=1");
        let read = read_search(&mut fields);
        let violations = fields.finish(read).expect_err("five things are wrong");
        let named: Vec<&str> = violations.iter().map(|v| v.field.as_str()).collect();
        assert_eq!(named, ["gemeente", "leeftijd", "sorteer", "pagina", "extra"]);
    }

    #[test]
    fn what_is_followed_has_one_way_to_be_written() {
        for (query, followed) in [
            ("gemeente=gm0243&product=+emdr+&leeftijd=014", "product=emdr&gemeente=GM0243&leeftijd=14"),
            ("straalKm=10&postcode=3841&product=a%26b", "product=a%26b&postcode=3841&straalKm=10"),
            ("regio=noord-veluwe&soort=verblijf&sorteer=naam&vers=ja", ""),
        ] {
            let mut fields = Fields::from_query(query);
            let read = read_fields(&mut fields);
            assert_eq!(fields.finish(read).expect("a search").followed(), followed, "{query}");
        }
    }

    #[test]
    fn what_would_be_left_out_is_told() {
        for (query, told) in [
            ("straalKm=10", Some("straalKm")),
            ("straalKm=10&regio=noord-veluwe", Some("straalKm")),
            ("straalKm=10&postcode=3841", None),
            ("straalKm=10&gemeente=GM0243", None),
            ("urgentie=crisis&soort=verblijf", Some("soort")),
            ("urgentie=crisis&soort=crisis", None),
            ("urgentie=urgent&soort=verblijf", None),
        ] {
            let mut fields = Fields::from_query(query);
            let read = read_search(&mut fields);
            let violations = fields.finish(read).err().unwrap_or_default();
            assert_eq!(violations.iter().map(|v| v.field.as_str()).next(), told, "{query}");
        }
    }

    #[test]
    fn links_change_one_thing_and_start_at_the_first_page() {
        let address = SearchAddress::from_query("product=emdr&gemeente=GM0243&pagina=3&leeftijd=");
        assert_eq!(address.with("sorteer", "naam"), "/zoeken?gemeente=GM0243&product=emdr&sorteer=naam");
        assert_eq!(address.without("gemeente"), "/zoeken?product=emdr");
        let near = SearchAddress::from_query("product=emdr&gemeente=GM0243&straalKm=10");
        assert_eq!(near.without("gemeente"), "/zoeken?product=emdr", "no distance from nowhere");
    }
}
