//! What the API document says of the product book in more than one place: path parts and kinds of text.
//!
//! The patterns are those the readers enforce, no wider and no narrower.

use utoipa::{IntoParams, ToSchema};

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

/// Een dag tussen 1990 en 2100.
#[derive(Debug, ToSchema)]
#[schema(
    format = Date,
    pattern = r"^((199[0-9]|20[0-9]{2}|2100)-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)|(199[26]|20([02468][048]|[13579][26]))-02-29)$",
    example = "2027-01-01"
)]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Datum(String);

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

/// Een naam: niet leeg.
#[derive(Debug, ToSchema)]
#[schema(
    min_length = 1,
    max_length = 100,
    pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x09\x0b-\x1f\x7f-\x9f]*$",
    example = "Naam"
)]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Naam(String);

/// Een toelichting in gewone taal; mag leeg zijn.
#[derive(Debug, ToSchema)]
#[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$", example = "In gewone taal.")]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Toelichting(String);

/// Een telefoonnummer.
#[derive(Debug, ToSchema)]
#[schema(max_length = 40, pattern = "^[+(]?[0-9]([ ()-]{0,3}[0-9]){5,14}$", example = "0341 00 00 00")]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Telefoonnummer(String);

/// Een e-mailadres.
#[derive(Debug, ToSchema)]
#[schema(
    max_length = 200,
    pattern = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    example = "info@regio.example"
)]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Mailadres(String);

/// Een webadres, met https://.
#[derive(Debug, ToSchema)]
#[schema(
    max_length = 200,
    pattern = r"^https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+([/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?$",
    example = "https://www.regio.example"
)]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Webadres(String);
