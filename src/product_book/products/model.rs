//! Product.

use chrono::NaiveDate;
use rules::product::{ProductCategory, ProductKind};
use rules::product_lookup::ProductText;
use serde::{Serialize, Serializer};

/// Product: a form of help that a region contracts under a code of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Product {
    pub region_id: i64,
    /// The code of the region.
    pub region: String,
    pub code: String,
    pub name: String,
    pub segment_id: i64,
    /// The code of the segment.
    pub segment: String,
    pub segment_name: String,
    #[serde(serialize_with = "write_category")]
    pub category: ProductCategory,
    #[serde(serialize_with = "write_kind")]
    pub kind: ProductKind,
    /// In completed years; both included.
    pub min_age: i32,
    pub max_age: i32,
    /// The norm of the product itself, in weeks; without it that of the region holds.
    pub intake_norm_weeks: Option<i32>,
    pub treatment_norm_weeks: Option<i32>,
    /// A child is placed by matching (pleegzorg, gezinshuis) instead of from a list.
    pub placed_by_matching: bool,
    /// May go on until the 23rd birthday.
    pub until_23: bool,
    /// Everyday words people search with.
    pub synonyms: Vec<String>,
    pub description: String,
    pub valid_from: Option<NaiveDate>,
    pub valid_until: Option<NaiveDate>,
    /// Codes of the products of the region that may bridge the wait for this one.
    pub bridges: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn write_category<S: Serializer>(category: &ProductCategory, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(category.number())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn write_kind<S: Serializer>(kind: &ProductKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.code())
}

impl Product {
    /// What it can be found by.
    pub fn text(&self) -> ProductText {
        ProductText {
            code: self.code.clone(),
            name: self.name.clone(),
            segment: segment_text(&self.segment, &self.segment_name),
            category: category_text(self.category),
            kind: self.kind.name().to_owned(),
            synonyms: self.synonyms.clone(),
        }
    }

    pub fn ages(&self) -> String {
        if self.min_age == self.max_age {
            format!("{} jaar", self.min_age)
        } else {
            format!("{} t/m {} jaar", self.min_age, self.max_age)
        }
    }
}

/// What a segment is found by.
pub fn segment_text(code: &str, name: &str) -> String {
    format!("segment {code} {name}")
}

/// What the products of a category are found by.
pub fn category_text(category: ProductCategory) -> String {
    format!("categorie {} {}", category.number(), category.name())
}

/// Which products a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// The code of a region.
    pub region: Option<String>,
    /// What people type.
    pub text: Option<String>,
    /// The code of a segment.
    pub segment: Option<String>,
    pub kind: Option<ProductKind>,
}

/// A column the list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductColumn {
    /// The best fit with the text first; by region and code when there is no text.
    Fit,
    Code,
    Name,
}
