//! What a product looks like in the API, and how it is read from JSON or a form.

use chrono::NaiveDate;
use rules::codes::{ProductCode, RegionCode, SegmentCode};
use rules::product::{AgeRange, ProductCategory, ProductKind};
use rules::violations::Violations;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::ProductDraft;
use super::model::{Product, ProductFilter};
use crate::paging::Paging;
use crate::product_book::common::{Period, Stored, known};
use crate::product_book::described::{Datum, Naam, Productcode, Segmentcode, Toelichting};
use crate::web::described::Paginering;
use crate::web::fields::{Fields, Length};

const MOST_WEEKS: i64 = 520;
const MOST_SYNONYMS: usize = 40;
const MOST_BRIDGES: usize = 100;

/// Soort zorg: de vorm waarin hulp wordt gegeven.
#[derive(Debug, ToSchema)]
#[schema(as = SoortZorg, rename_all = "lowercase", example = "dag")]
#[expect(dead_code, reason = "describes the codes of ProductKind")]
pub(super) enum Soort {
    Ambulant,
    Dag,
    Verblijf,
    Crisis,
    Respijt,
    Maatregel,
}

/// Een gewoon woord waarop mensen zoeken.
#[derive(Debug, ToSchema)]
#[schema(
    min_length = 1,
    max_length = 60,
    pattern = r"^[^\x00-\x1f\x7f-\x9f|]*[^\s\x00-\x1f\x7f-\x9f|][^\x00-\x1f\x7f-\x9f|]*$",
    example = "logeren"
)]
#[expect(dead_code, reason = "describes a kind of text")]
struct Synoniem(String);

/// Product: wat een regio inkoopt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
#[serde(rename_all = "camelCase")]
pub struct ProductBody {
    /// Code van het product, uniek binnen de regio.
    #[schema(pattern = "^[A-Z0-9-]{2,10}$", example = "41A02")]
    code: String,
    /// Naam van het product.
    #[schema(example = "Naschoolse dagbehandeling")]
    naam: String,
    /// Code van de regio.
    #[schema(example = "noord-veluwe")]
    regio: String,
    /// Code van het segment.
    #[schema(example = "3")]
    segment: String,
    /// Productcategorie van de iJw.
    #[schema(minimum = 40, maximum = 55, example = 41)]
    ijw_categorie: u8,
    /// Naam van de productcategorie.
    #[schema(example = "Dagbehandeling")]
    ijw_categorie_naam: &'static str,
    /// Soort zorg.
    #[schema(value_type = Soort)]
    soort: &'static str,
    /// Laagste leeftijd, in hele jaren.
    #[schema(example = 6)]
    leeftijd_vanaf: i32,
    /// Hoogste leeftijd, in hele jaren; die hoort er nog bij.
    #[schema(example = 17)]
    leeftijd_tot: i32,
    /// Eigen norm in weken tot de intake; ontbreekt als de norm van de regio geldt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 4)]
    norm_intake_weken: Option<i32>,
    /// Eigen norm in weken van intake tot start; ontbreekt als de norm van de regio geldt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 10)]
    norm_behandeling_weken: Option<i32>,
    /// Of een kind via matching wordt geplaatst, zoals bij pleegzorg.
    via_matching: bool,
    /// Of de hulp kan doorlopen tot de 23e verjaardag.
    tot23: bool,
    /// Gewone woorden waarop mensen zoeken.
    #[schema(example = json!(["naschoolse groep"]))]
    synoniemen: Vec<String>,
    /// Wat het is, in gewone taal; ontbreekt als het niet is ingevuld.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Behandeling in een groep, na schooltijd.")]
    omschrijving: Option<String>,
    /// Eerste dag; ontbreekt als die niet bekend is.
    #[serde(skip_serializing_if = "Option::is_none")]
    geldig_vanaf: Option<NaiveDate>,
    /// Laatste dag; ontbreekt als er geen einde is.
    #[serde(skip_serializing_if = "Option::is_none")]
    geldig_tot: Option<NaiveDate>,
    /// Codes van producten die de wachttijd mogen overbruggen.
    #[schema(example = json!(["45A11"]))]
    overbrugging: Vec<String>,
}

/// Een bladzijde met producten.
#[derive(Debug, Serialize, ToSchema)]
pub struct Producten {
    /// De producten van deze bladzijde.
    producten: Vec<ProductBody>,
    #[serde(flatten)]
    paginering: Paginering,
}

impl Producten {
    pub(super) fn new(rows: Vec<Stored<Product>>, paging: Paging) -> Self {
        Self {
            producten: rows.into_iter().map(|stored| stored.value.into()).collect(),
            paginering: paging.into(),
        }
    }
}

/// Wat u van een product opslaat.
#[derive(Debug, ToSchema)]
#[schema(as = ProductInvoer, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the fields that read_product reads")]
pub struct ProductInput {
    /// Naam van het product.
    naam: Naam,
    /// Code van het segment.
    segment: Segmentcode,
    /// Productcategorie van de iJw.
    #[schema(minimum = 40, maximum = 55, example = 41)]
    ijw_categorie: i32,
    /// Soort zorg.
    soort: Soort,
    /// Laagste leeftijd, in hele jaren.
    #[schema(minimum = 0, maximum = 27, example = 6)]
    leeftijd_vanaf: i32,
    /// Hoogste leeftijd, in hele jaren; die hoort er nog bij. Niet lager dan leeftijdVanaf.
    #[schema(minimum = 0, maximum = 27, example = 17)]
    leeftijd_tot: i32,
    /// Eigen norm in weken tot de intake; weglaten is de norm van de regio.
    #[schema(minimum = 0, maximum = 520, example = 4)]
    norm_intake_weken: Option<i32>,
    /// Eigen norm in weken van intake tot start; weglaten is de norm van de regio.
    #[schema(minimum = 0, maximum = 520, example = 10)]
    norm_behandeling_weken: Option<i32>,
    /// Of een kind via matching wordt geplaatst; weglaten is nee.
    via_matching: Option<bool>,
    /// Of de hulp kan doorlopen tot de 23e verjaardag; weglaten is nee.
    tot23: Option<bool>,
    /// Gewone woorden waarop mensen zoeken.
    #[schema(max_items = 40)]
    synoniemen: Option<Vec<Synoniem>>,
    /// Wat het is, in gewone taal.
    omschrijving: Option<Toelichting>,
    /// Eerste dag.
    geldig_vanaf: Option<Datum>,
    /// Laatste dag.
    geldig_tot: Option<Datum>,
    /// Codes van producten van dezelfde regio die de wachttijd mogen overbruggen.
    #[schema(max_items = 100, example = json!(["45A11"]))]
    overbrugging: Option<Vec<Productcode>>,
}

impl From<Product> for ProductBody {
    fn from(product: Product) -> Self {
        Self {
            code: product.code,
            naam: product.name,
            regio: product.region,
            segment: product.segment,
            ijw_categorie: product.category.number(),
            ijw_categorie_naam: product.category.name(),
            soort: product.kind.code(),
            leeftijd_vanaf: product.min_age,
            leeftijd_tot: product.max_age,
            norm_intake_weken: product.intake_norm_weeks,
            norm_behandeling_weken: product.treatment_norm_weeks,
            via_matching: product.placed_by_matching,
            tot23: product.until_23,
            synoniemen: product.synonyms,
            omschrijving: known(product.description),
            geldig_vanaf: product.valid_from,
            geldig_tot: product.valid_until,
            overbrugging: product.bridges,
        }
    }
}

/// Reads a product from JSON or a form.
pub fn read_product(fields: &mut Fields) -> ProductDraft {
    let category = fields.int("ijwCategorie", 40, 55);
    let highest = i64::from(AgeRange::HIGHEST);
    let min_age = fields.int("leeftijdVanaf", 0, highest);
    let max_age = fields.int("leeftijdTot", 0, highest);
    if min_age > max_age {
        let mut turned = Violations::new();
        let message = "mag niet lager zijn dan de laagste leeftijd, bijvoorbeeld 4 en 17";
        turned.add("leeftijdTot", "te-laag", message);
        fields.add_joint(turned);
    }
    ProductDraft {
        name: fields.text("naam", Length(1, 100)),
        segment: fields
            .parsed("segment", "geen-code", SegmentCode::parse)
            .map_or_else(String::new, |code| code.to_string()),
        category: u8::try_from(category)
            .ok()
            .and_then(ProductCategory::from_number)
            .unwrap_or(ProductCategory::Bespoke),
        kind: fields.choice("soort", &kinds()).unwrap_or(ProductKind::Ambulatory),
        min_age: i32::try_from(min_age).unwrap_or(0),
        max_age: i32::try_from(max_age).unwrap_or(0),
        intake_norm_weeks: fields.optional_small("normIntakeWeken", 0, MOST_WEEKS),
        treatment_norm_weeks: fields.optional_small("normBehandelingWeken", 0, MOST_WEEKS),
        placed_by_matching: fields.flag("viaMatching"),
        until_23: fields.flag("tot23"),
        synonyms: without_doubles(fields.texts("synoniemen", MOST_SYNONYMS, Length(1, 60))),
        description: fields.text("omschrijving", Length(0, 500)),
        period: Period::read(fields),
        bridges: read_bridges(fields),
    }
}

fn read_bridges(fields: &mut Fields) -> Vec<String> {
    let mut codes = Vec::new();
    for text in fields.texts("overbrugging", MOST_BRIDGES, Length(1, 60)) {
        match ProductCode::parse(&text) {
            Ok(code) => codes.push(code.to_string()),
            Err(error) => {
                fields.error("overbrugging", "geen-code", error.to_string());
                return Vec::new();
            }
        }
    }
    without_doubles(codes)
}

/// Reads which products to list, for API and page.
pub(super) fn read_filter(query: &mut Fields) -> ProductFilter {
    ProductFilter {
        region: query.optional_parsed("regio", "geen-code", RegionCode::parse).map(|code| code.to_string()),
        text: query.optional_text("zoek", Length(0, 200)),
        segment: query
            .optional_parsed("segment", "geen-code", SegmentCode::parse)
            .map(|code| code.to_string()),
        kind: query.optional_choice("soort", &kinds()),
    }
}

fn kinds() -> Vec<(&'static str, ProductKind)> {
    ProductKind::ALL.iter().map(|kind| (kind.code(), *kind)).collect()
}

fn without_doubles(texts: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_read_from_json_and_from_a_form() {
        let json = br#"{"naam":"Logeren","segment":"2","ijwCategorie":44,"soort":"respijt","leeftijdVanaf":0,"leeftijdTot":17,
            "synoniemen":["logeerhuis","weekend"],"overbrugging":["45a11","45A11"]}"#;
        let mut json = Fields::from_json(json).expect("an object");
        let mut form = Fields::from_query(
            "naam=Logeren&segment=2&ijwCategorie=44&soort=respijt&leeftijdVanaf=0&leeftijdTot=17\
             &synoniemen=logeerhuis%0D%0Aweekend&overbrugging=45A11&normIntakeWeken=&omschrijving=",
        );
        let (from_json, from_form) = (read_product(&mut json), read_product(&mut form));
        assert_eq!(from_json, from_form);
        assert_eq!(from_json.bridges, ["45A11"]);
        assert!(json.finish(()).is_ok() && form.finish(()).is_ok());
    }

    #[test]
    fn a_code_that_cannot_be_one_is_an_error_at_the_list() {
        let mut form = Fields::from_query("overbrugging=45A11%2C%20logeren%20thuis");
        assert!(read_bridges(&mut form).is_empty());
        let violations = form.finish(()).expect_err("the second is not a code");
        assert_eq!(
            violations.iter().map(|v| (v.field.as_str(), v.code)).collect::<Vec<_>>(),
            [("overbrugging", "geen-code")]
        );
    }
}
