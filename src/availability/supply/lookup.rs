//! From what people type to what the search knows: products, areas, points.

use rules::codes::Pc4;
use rules::geography::Point;
use rules::product::ProductKind;

use super::snapshot::{Area, Snapshot};
use crate::error::{Error, Result};

/// A hit that scores less than this part of the best one is noise.
const WORTH_SHOWING: u32 = 2;

/// Where somebody looks: an area, and perhaps a point to measure from.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub area: Area,
    pub origin: Option<Point>,
    /// The place by name, to say it back.
    pub name: String,
    /// The municipality, when one is known.
    pub municipality: Option<u32>,
}

impl Snapshot {
    /// The place meant by municipality, postcode and region; a postcode alone tells the municipality too. Who names none
    /// of them means the region whose site it is.
    pub fn find_place(
        &self,
        municipality: Option<&str>,
        postcode: Option<Pc4>,
        region: Option<&str>,
        own_region: Option<&str>,
    ) -> Result<Place> {
        let point = postcode
            .map(|pc4| self.book.postcodes.get(&i32::from(pc4.number())).ok_or(Error::NotFound("postcode")))
            .transpose()?;
        let chosen = municipality
            .map(|code| self.book.municipality_by_code.get(code).copied().ok_or(Error::NotFound("gemeente")))
            .transpose()?
            .or(point.map(|postcode| postcode.municipality));
        if let Some(index) = chosen {
            return Ok(Place {
                area: Area::Municipality(index),
                origin: point.map(|postcode| postcode.point),
                name: self.book.municipalities[index as usize].name.clone(),
                municipality: Some(index),
            });
        }
        let position = |code: &str| self.book.regions.iter().position(|region| region.code == code);
        let index = match region {
            Some(code) => position(code),
            None => own_region.and_then(position).or((!self.book.regions.is_empty()).then_some(0)),
        };
        let index = index.ok_or(Error::NotFound("regio"))?;
        Ok(Place {
            area: Area::Region(u32::try_from(index).unwrap_or(0)),
            origin: None,
            name: format!("regio {}", self.book.regions[index].name),
            municipality: None,
        })
    }

    /// The products meant by a text, in the regions that matter for the area; best first. A code that
    /// exists means that product and no other.
    pub fn find_products(&self, area: Area, text: &str) -> Vec<u32> {
        let scored = self.score_products(area, text);
        let best = scored.first().map_or(0, |(score, _)| *score);
        let shows_unasked = |product: u32| self.book.products[product as usize].in_default_ranking;
        let best_unasked = scored
            .iter()
            .filter(|(_, product)| shows_unasked(*product))
            .map(|(score, _)| *score)
            .max()
            .unwrap_or(0);
        scored
            .into_iter()
            .filter(|(score, _)| score * WORTH_SHOWING >= best)
            // Crisis and matching products count as asked for when they fit the words better than all others.
            .filter(|(score, product)| shows_unasked(*product) || *score > best_unasked)
            .map(|(_, product)| product)
            .collect()
    }

    /// The same among the products of one kind, which is asked for besides.
    pub fn find_products_of_kind(&self, area: Area, text: &str, kind: ProductKind) -> Vec<u32> {
        let mut scored = self.score_products(area, text);
        scored.retain(|(_, product)| self.book.products[*product as usize].kind == kind);
        let best = scored.first().map_or(0, |(score, _)| *score);
        let worth = scored.into_iter().filter(|(score, _)| score * WORTH_SHOWING >= best);
        worth.map(|(_, product)| product).collect()
    }

    /// How well products fit a text, best first.
    fn score_products(&self, area: Area, text: &str) -> Vec<(u32, u32)> {
        let mut scored: Vec<(u32, u32)> = Vec::new();
        for region in self.regions_of(area) {
            let (lookup, own) = &self.book.lookups[region as usize];
            scored.extend(lookup.find(text).into_iter().map(|hit| (hit.score, own[hit.index])));
        }
        scored.sort_by_key(|(score, product)| (std::cmp::Reverse(*score), *product));
        scored
    }

    /// Every product of a kind, in the regions that matter for the area: what is placed by matching stays out of an order by
    /// waiting time, unless all of the kind is.
    pub fn products_of_kind(&self, area: Area, kind: ProductKind) -> Vec<u32> {
        let regions = self.regions_of(area);
        let products = self.book.products.iter().zip(0_u32..);
        let of_kind =
            products.filter(|(product, _)| product.kind == kind && regions.contains(&product.region));
        let (ranked, others): (Vec<_>, Vec<_>) = of_kind.partition(|(product, _)| product.in_default_ranking);
        let shown = if ranked.is_empty() { others } else { ranked };
        shown.into_iter().map(|(_, index)| index).collect()
    }

    /// The regions a search in this area is about.
    pub fn regions_of(&self, area: Area) -> Vec<u32> {
        match area {
            Area::Region(region) => vec![region],
            Area::Municipality(municipality) => {
                let mut regions: Vec<u32> = self
                    .book
                    .memberships
                    .iter()
                    .filter(|m| m.municipality == municipality && m.validity.contains(self.today))
                    .map(|m| m.region)
                    .collect();
                regions.sort_unstable();
                regions.dedup();
                regions
            }
        }
    }

    /// The municipalities of a region today, by name.
    pub fn municipalities_in(&self, region: u32) -> Vec<u32> {
        let mut members: Vec<u32> = self
            .book
            .memberships
            .iter()
            .filter(|m| m.region == region && m.validity.contains(self.today))
            .map(|m| m.municipality)
            .collect();
        members.sort_unstable();
        members.dedup();
        members
    }
}
