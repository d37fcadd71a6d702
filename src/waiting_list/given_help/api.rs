//! Help that a provider gives, as the API tells of it.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::GivenHelp;

/// Een kind aan wie u hulp geeft zonder eigen reactie. Er staat niets in over wat het kind nodig heeft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GegevenHulp)]
#[serde(rename_all = "camelCase")]
pub struct HelpBody {
    /// begeleiding: ambulante hulp bij een verblijf elders; overbrugging: hulp tijdens het wachten.
    #[schema(pattern = "^(begeleiding|overbrugging)$", example = "overbrugging")]
    soort: &'static str,
    /// Cliëntcode bij de toegang.
    #[schema(example = "C4K-7XW-2R9")]
    wachtende: String,
    /// De gemeente die voor het kind verantwoordelijk is.
    #[schema(example = "Harderwijk")]
    gemeente: String,
    /// Code van de overbruggingszorg, of van het verblijf waar de hulp bij hoort.
    #[schema(example = "45A12")]
    product: String,
    /// Naam van dat product.
    #[schema(example = "Gezinsbehandeling thuis")]
    product_naam: String,
    /// Bij begeleiding: de aanbieder van het verblijf; ontbreekt bij overbrugging.
    #[serde(skip_serializing_if = "Option::is_none")]
    verblijf_bij: Option<String>,
    /// Eerste dag: afgesproken, of waarop de zorg startte.
    vanaf: NaiveDate,
    /// Laatste dag, als die bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    tot_en_met: Option<NaiveDate>,
}

impl From<GivenHelp> for HelpBody {
    fn from(one: GivenHelp) -> Self {
        Self {
            soort: one.kind.code(),
            wachtende: one.code.to_string(),
            gemeente: one.municipality,
            product: one.product.0,
            product_naam: one.product.1,
            verblijf_bij: one.stays_at,
            vanaf: one.from,
            tot_en_met: one.until,
        }
    }
}
