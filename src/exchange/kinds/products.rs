//! Producten (products), with what may bridge the wait for them.

use rules::codes::ProductCode;

use super::{FIRST_DAY, LAST_DAY, day, known, yes_or_no};
use crate::db::Connection;
use crate::error::Result;
use crate::exchange::importing::{Listed, Records, Way};
use crate::exchange::model::Column;
use crate::paging::SortOrder;
use crate::product_book::common::{Expect, Period, Stored};
use crate::product_book::products::actions::{ProductDraft, add_bridges, list_products, write_product};
use crate::product_book::products::body::read_product;
use crate::product_book::products::model::{ProductColumn, ProductFilter};
use crate::web::fields::Fields;

pub(super) struct Products;

impl Records for Products {
    type Key = String;
    type Draft = ProductDraft;

    const COLUMNS: &'static [Column] = &[
        Column::required("code", "Code van het product, uniek binnen de regio.", "45A04"),
        Column::required("naam", "Naam van het product.", "Gezinsbehandeling"),
        Column::required("segment", "Code van een segment van de regio.", "4"),
        Column::required(
            "ijwCategorie",
            "Productcategorie van de iJw, een getal van 40 tot en met 55.",
            "45",
        ),
        Column::required(
            "soort",
            "Soort zorg, met een code van de API: zie het formulier van een product.",
            "ambulant",
        ),
        Column::required("leeftijdVanaf", "Laagste leeftijd, in hele jaren.", "4"),
        Column::required("leeftijdTot", "Hoogste leeftijd, in hele jaren.", "17"),
        Column::optional("normIntakeWeken", "Norm tot de intake, in weken. Leeg: die van de regio.", "4"),
        Column::optional(
            "normBehandelingWeken",
            "Norm van intake tot start, in weken. Leeg: die van de regio.",
            "10",
        ),
        Column::optional("viaMatching", "Of een kind via matching wordt geplaatst: ja of nee.", "nee"),
        Column::optional("tot23", "Of de hulp kan doorlopen tot de 23e verjaardag: ja of nee.", "nee"),
        Column::optional("synoniemen", "Gewone woorden, met een | ertussen.", "gezinshulp|hulp thuis"),
        Column::optional("omschrijving", "Wat het is, in gewone taal.", "Behandeling van het hele gezin."),
        FIRST_DAY,
        LAST_DAY,
        Column::optional(
            "overbrugging",
            "Codes van producten die de wachttijd mogen overbruggen, met een | ertussen.",
            "45A11",
        ),
    ];
    const IN_BOOK: bool = true;

    fn open(_: &mut Connection, _: &Way<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn list(&self, conn: &mut Connection, way: &Way<'_>) -> Result<Listed<Self>> {
        let filter = ProductFilter { region: Some(way.region.clone()), ..ProductFilter::default() };
        let order = SortOrder { column: ProductColumn::Code, descending: false };
        let mut found = list_products(conn, &filter, order)?;
        add_bridges(conn, &mut found)?;
        Ok(found
            .into_iter()
            .map(|Stored { id, version, value }| {
                let draft = ProductDraft {
                    name: value.name,
                    segment: value.segment,
                    category: value.category,
                    kind: value.kind,
                    min_age: value.min_age,
                    max_age: value.max_age,
                    intake_norm_weeks: value.intake_norm_weeks,
                    treatment_norm_weeks: value.treatment_norm_weeks,
                    placed_by_matching: value.placed_by_matching,
                    until_23: value.until_23,
                    synonyms: value.synonyms,
                    description: value.description,
                    period: Period { from: value.valid_from, until: value.valid_until },
                    bridges: value.bridges,
                };
                (value.code, Stored { id, version, value: draft })
            })
            .collect())
    }

    fn cells(key: &String, draft: &ProductDraft) -> Vec<String> {
        vec![
            key.clone(),
            draft.name.clone(),
            draft.segment.clone(),
            draft.category.number().to_string(),
            draft.kind.code().to_owned(),
            draft.min_age.to_string(),
            draft.max_age.to_string(),
            known(draft.intake_norm_weeks),
            known(draft.treatment_norm_weeks),
            yes_or_no(draft.placed_by_matching),
            yes_or_no(draft.until_23),
            draft.synonyms.join("|"),
            draft.description.clone(),
            day(draft.period.from),
            day(draft.period.until),
            draft.bridges.join("|"),
        ]
    }

    fn read(&self, _: &Way<'_>, fields: &mut Fields) -> Option<(String, ProductDraft)> {
        let code = fields.parsed("code", "geen-code", ProductCode::parse);
        let mut draft = read_product(fields);
        draft.bridges.sort();
        fields.add_joint(draft.violations(code.as_ref().map_or("", ProductCode::as_str)));
        Some((code?.to_string(), draft))
    }

    fn save(
        &self,
        conn: &mut Connection,
        way: &Way<'_>,
        key: &String,
        found: Option<&Stored<ProductDraft>>,
        draft: &ProductDraft,
    ) -> Result<()> {
        let expect = Expect::of(found);
        write_product(conn, way.actor, way.now, (&way.region, key), expect, draft.clone().into()).map(drop)
    }

    /// Two products may bridge the wait for each other, and one of them comes first.
    fn bare(draft: &ProductDraft) -> Option<ProductDraft> {
        (!draft.bridges.is_empty()).then(|| ProductDraft { bridges: Vec::new(), ..draft.clone() })
    }
}
