//! What the API document says of the product book in more than one place: path parts and kinds of text.
//!
//! The patterns are those the readers enforce, no wider and no narrower.

use utoipa::{IntoParams, ToSchema};

pub use crate::web::described::{Datum, Mailadres, Naam, Telefoonnummer, Toelichting, Webadres};

/// The region in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct RegionPath {
    /// Code van de regio.
    #[param(pattern = "^[a-z][a-z0-9-]{1,39}$", example = "noord-veluwe")]
    regio: String,
}

/// The provider in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct ProviderPath {
    /// AGB-code van de aanbieder.
    #[param(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    agb: String,
}

/// De code van een segment.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^[A-Za-z0-9-]{1,10}$", example = "1")]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Segmentcode(String);

/// De code van een product.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^[A-Za-z0-9-]{2,10}$", example = "45A13")]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Productcode(String);
