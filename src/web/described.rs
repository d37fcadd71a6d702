//! What the API document says in more than one place: the header with a version, pages of a list, and what can go wrong.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{IntoParams, IntoResponses, ToSchema};

use crate::paging::Paging;

/// The header that says which version is changed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header")]
pub struct IfMatch {
    /// ETag van de versie die u wijzigt. Zonder deze kop maakt u iets nieuws.
    #[param(rename = "If-Match", required = false, example = "\"1\"")]
    if_match: String,
}

/// The header with the version that is changed, which has to be named.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header")]
pub struct ChangedVersion {
    /// ETag van de versie die u wijzigt.
    #[param(rename = "If-Match", example = "\"1\"", pattern = "^\"[1-9][0-9]{0,8}\"$")]
    if_match: String,
}

/// One of these codes, with what it is the code of: the description of a field with a schema of its own stands here, since
/// the document does not take it from the field.
pub fn codes_schema(description: &str, codes: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .description(Some(description))
        .enum_values(Some(codes))
        .build()
}

/// A list of at most so many of these, with what it holds.
pub fn list_schema(description: &str, items: Object, most: usize) -> RefOr<Schema> {
    ArrayBuilder::new().description(Some(description)).items(items).max_items(Some(most)).into()
}

/// The version in the `ETag` of what a region chose: without a choice it has version 0, and 0 is what a header that is no
/// version of ours is read as.
pub const fn stored_etag(version: i32) -> i32 {
    version + 1
}

/// The header with which a request is done once.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header")]
pub struct OnceKey {
    /// Eigen sleutel van dit verzoek. Stuurt u hetzelfde verzoek binnen een dag opnieuw, dan krijgt u hetzelfde antwoord en
    /// gebeurt er niets dubbel; een ander verzoek met dezelfde sleutel geeft 409.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        pattern = "^[A-Za-z0-9_-]{8,64}$",
        example = "4b1f6a0f-9d2e-4c53-a7d8-f0e1c2b3a495"
    )]
    idempotency_key: String,
}

/// Niets: alles is bevestigd zoals het is.
#[derive(Debug, ToSchema)]
#[schema(as = BevestigingInvoer)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationInput {}

/// The number of something in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes a part of the path")]
pub struct NumberPath {
    /// Nummer.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991.0, example = 1)]
    id: i64,
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
    pattern = r"^(?![^@]{65})[A-Za-z0-9_%+-]+(\.[A-Za-z0-9_%+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$",
    example = "info@regio.example"
)]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Mailadres(String);

/// Een webadres, met https://.
#[derive(Debug, ToSchema)]
#[schema(
    max_length = 200,
    pattern = r"^https://([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?$",
    example = "https://www.regio.example"
)]
#[expect(dead_code, reason = "describes a kind of text")]
pub struct Webadres(String);

/// The page of a list in a query.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes a part of the query")]
pub struct PageQuery {
    /// Bladzijde van de lijst, met 20 op een bladzijde.
    #[param(required = false, minimum = 1, maximum = 100_000, example = 1)]
    pagina: i32,
}

/// Welke bladzijde dit is van hoeveel.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paginering {
    /// Deze bladzijde.
    #[schema(minimum = 1, example = 1)]
    pagina: usize,
    /// Aantal bladzijden.
    #[schema(minimum = 1, example = 1)]
    paginas: usize,
    /// Aantal in de hele lijst.
    #[schema(minimum = 0, example = 7)]
    totaal: usize,
}

impl From<Paging> for Paginering {
    fn from(paging: Paging) -> Self {
        Self { pagina: paging.number, paginas: paging.pages(), totaal: paging.total }
    }
}

/// What can go wrong when something is read.
pub struct ReadProblems;

/// What can go wrong when something is saved.
pub struct WriteProblems;

/// The same where anybody may save, so that nobody is refused for who they are.
pub struct OpenWriteProblems;

impl IntoResponses for ReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 404, 406, 429, 503])
    }
}

/// The same when not everybody may read it.
pub struct OwnReadProblems;

impl IntoResponses for OwnReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 403, 404, 406, 429, 503])
    }
}

impl IntoResponses for WriteProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 403, 404, 406, 408, 409, 413, 415, 429, 503])
    }
}

impl IntoResponses for OpenWriteProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 404, 406, 408, 409, 413, 415, 429, 503])
    }
}

fn problems(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    statuses
        .iter()
        .map(|status| (status.to_string(), RefOr::Ref(Ref::from_response_name("Problem"))))
        .collect()
}
