//! Locations.

use serde::Serialize;

use crate::product_book::providers::model::ProviderName;

/// The numbers a provider may give its locations.
pub const NUMBERS: (i32, i32) = (1, 9999);

/// Locatie: a site of a provider.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Location {
    pub provider: ProviderName,
    /// Unique within the provider.
    pub number: i32,
    pub name: String,
    /// The four digits of the postcode; where it lies follows from them.
    pub pc4: i32,
    pub place: String,
    pub municipality_code: String,
    pub municipality_name: String,
    /// In degrees (WGS 84): the middle of the postcode area.
    pub lat: f64,
    pub lon: f64,
}
