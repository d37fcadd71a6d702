//! What the API document says in more than one place: the header with a version, pages of a list, and what can go wrong.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::response::Response;
use utoipa::openapi::{Ref, RefOr};
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

impl IntoResponses for ReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 404, 406, 429, 503])
    }
}

impl IntoResponses for WriteProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 403, 404, 406, 408, 409, 413, 415, 429, 503])
    }
}

fn problems(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    statuses
        .iter()
        .map(|status| (status.to_string(), RefOr::Ref(Ref::from_response_name("Problem"))))
        .collect()
}
