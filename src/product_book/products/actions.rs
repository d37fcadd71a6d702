//! What can be done with products.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rules::product::{ProductCategory, ProductKind};
use rules::product_lookup::ProductLookup;
use rules::violations::Violations;

use super::model::{Product, ProductColumn, ProductFilter};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::db::{self, Connection};
use crate::error::{Error, Result, unknown};
use crate::paging::SortOrder;
use crate::product_book::common::{
    Entry, Expect, Period, Saved, Stored, check_expectation, find_region_id, require_one_row,
    require_own_region, touch_book,
};
use crate::product_book::municipalities::model::plain;

/// What a product says, apart from its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductDraft {
    pub name: String,
    /// The code of the segment.
    pub segment: String,
    pub category: ProductCategory,
    pub kind: ProductKind,
    pub min_age: i32,
    pub max_age: i32,
    pub intake_norm_weeks: Option<i32>,
    pub treatment_norm_weeks: Option<i32>,
    pub placed_by_matching: bool,
    pub until_23: bool,
    pub synonyms: Vec<String>,
    pub description: String,
    pub period: Period,
    /// Codes of the products that may bridge the wait.
    pub bridges: Vec<String>,
}

impl ProductDraft {
    /// What is wrong with fields together, and with the bridges of the product with this code.
    pub fn violations(&self, code: &str) -> Violations {
        let mut violations = self.period.violations();
        if self.bridges.iter().any(|bridge| bridge == code) {
            violations.add("overbrugging", "zichzelf", "een product kan zichzelf niet overbruggen");
        }
        violations
    }
}

/// The products that fit, without what bridges them: see [`add_bridges`].
pub fn list_products(
    conn: &mut Connection,
    filter: &ProductFilter,
    order: SortOrder<ProductColumn>,
) -> Result<Vec<Stored<Product>>> {
    let region_id = filter.region.as_ref().map(|code| find_region_id(conn, code)).transpose()?;
    let mut found = store::list_products(conn, region_id, filter.segment.as_deref(), filter.kind)?;
    let key = |stored: &Stored<Product>| (stored.value.region.clone(), stored.value.code.clone());
    found.sort_by_cached_key(key);
    if let Some(text) = &filter.text {
        let lookup = ProductLookup::build(found.iter().map(|stored| stored.value.text()).collect());
        found = lookup.find(text).into_iter().filter_map(|hit| found.get(hit.index).cloned()).collect();
    }
    match order.column {
        ProductColumn::Fit => {}
        ProductColumn::Code => found.sort_by_cached_key(key),
        ProductColumn::Name => found.sort_by_cached_key(|stored| (plain(&stored.value.name), key(stored))),
    }
    if order.descending {
        found.reverse();
    }
    Ok(found)
}

/// Adds to these products, with one query, what bridges them.
pub fn add_bridges(conn: &mut Connection, products: &mut [Stored<Product>]) -> Result<()> {
    let ids: Vec<i64> = products.iter().map(|stored| stored.id).collect();
    let mut bridges: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (id, code) in store::list_bridges(conn, &ids)? {
        bridges.entry(id).or_default().push(code);
    }
    for stored in products {
        stored.value.bridges = bridges.remove(&stored.id).unwrap_or_default();
    }
    Ok(())
}

pub fn find_product(conn: &mut Connection, region: &str, code: &str) -> Result<Stored<Product>> {
    let region_id = find_region_id(conn, region)?;
    find_in_region(conn, region_id, code)?.ok_or(Error::NotFound("product"))
}

fn find_in_region(conn: &mut Connection, region_id: i64, code: &str) -> Result<Option<Stored<Product>>> {
    let Some(mut found) = store::find_product(conn, region_id, code)? else { return Ok(None) };
    add_bridges(conn, std::slice::from_mut(&mut found))?;
    Ok(Some(found))
}

/// Makes or changes a product of a region, together with what bridges it.
pub fn save_product(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (region, code): (&str, &str),
    expect: Expect,
    entry: Entry<ProductDraft>,
) -> Result<Saved<Product>> {
    db::write(conn, |conn| {
        let saved = write_product(conn, actor, now, (region, code), expect, entry)?;
        touch_book(conn)?;
        Ok(saved)
    })
}

/// The same within a transaction of the caller, who tells the searches with [`touch_book`].
pub fn write_product(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (region, code): (&str, &str),
    expect: Expect,
    entry: Entry<ProductDraft>,
) -> Result<Saved<Product>> {
    let region_id = find_region_id(conn, region)?;
    require_own_region(actor, region_id)?;
    let found = find_in_region(conn, region_id, code)?;
    let Named { segment, bridge_ids, bridges } = find_named(conn, region_id, code, &entry)?;
    check_expectation(expect, found.as_ref(), "product")?;
    let value = Product { bridges, ..product(region_id, (region, code), segment, entry.draft) };
    let stored = match &found {
        None => Stored { id: store::insert_product(conn, &value)?, version: 1, value },
        Some(old) => {
            require_one_row(store::update_product(conn, old.id, old.version, &value)?)?;
            Stored { id: old.id, version: old.version + 1, value }
        }
    };
    store::replace_bridges(conn, stored.id, &bridge_ids)?;
    let event = Event::done("product-opslaan", "product", stored.id)
        .change(found.as_ref().map(|old| &old.value), &stored.value)?;
    audit::record(conn, actor, now, &event)?;
    Ok(Saved { created: found.is_none(), stored })
}

/// Refuses a product with which something is wrong, whatever its code.
pub fn check_product(conn: &mut Connection, region: &str, entry: &Entry<ProductDraft>) -> Result<()> {
    let region_id = find_region_id(conn, region)?;
    find_named(conn, region_id, "", entry).map(drop)
}

/// What a product names, as it is stored.
struct Named {
    /// Its key, code and name.
    segment: (i64, String, String),
    bridge_ids: Vec<i64>,
    bridges: Vec<String>,
}

/// Finds all that the draft names, or tells all that is wrong with it.
fn find_named(
    conn: &mut Connection,
    region_id: i64,
    code: &str,
    entry: &Entry<ProductDraft>,
) -> Result<Named> {
    let draft = &entry.draft;
    let mut wrong = draft.violations(code);
    let segment = store::find_segment(conn, region_id, &draft.segment)?;
    if segment.is_none() {
        wrong.add("segment", "onbekend", unknown("segment"));
    }
    let known = store::list_ids(conn, region_id, &draft.bridges)?;
    let is_known = |bridge: &str| bridge == code || known.iter().any(|(_, known)| known == bridge);
    let missing: Vec<&str> =
        draft.bridges.iter().map(String::as_str).filter(|bridge| !is_known(bridge)).collect();
    if !missing.is_empty() {
        let message = format!("deze productcodes bestaan niet in de regio: {}", missing.join(", "));
        wrong.add("overbrugging", "onbekend-product", message);
    }
    entry.refuse(wrong)?;
    let segment = segment.ok_or_else(|| Error::internal("a segment that is there is not"))?;
    let (bridge_ids, bridges) = known.into_iter().unzip();
    Ok(Named { segment, bridge_ids, bridges })
}

fn product(
    region_id: i64,
    (region, code): (&str, &str),
    (segment_id, segment, segment_name): (i64, String, String),
    draft: ProductDraft,
) -> Product {
    Product {
        region_id,
        region: region.to_owned(),
        code: code.to_owned(),
        name: draft.name,
        segment_id,
        segment,
        segment_name,
        category: draft.category,
        kind: draft.kind,
        min_age: draft.min_age,
        max_age: draft.max_age,
        intake_norm_weeks: draft.intake_norm_weeks,
        treatment_norm_weeks: draft.treatment_norm_weeks,
        placed_by_matching: draft.placed_by_matching,
        until_23: draft.until_23,
        synonyms: draft.synonyms,
        description: draft.description,
        valid_from: draft.period.from,
        valid_until: draft.period.until,
        bridges: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_bridges_are_checked_together() {
        let draft = ProductDraft {
            name: "Naschoolse dagbehandeling".into(),
            segment: "3".into(),
            category: ProductCategory::DayTreatment,
            kind: ProductKind::Day,
            min_age: 4,
            max_age: 12,
            intake_norm_weeks: None,
            treatment_norm_weeks: None,
            placed_by_matching: false,
            until_23: false,
            synonyms: Vec::new(),
            description: String::new(),
            period: Period { from: "2027-01-01".parse().ok(), until: "2026-12-31".parse().ok() },
            bridges: vec!["45A11".into(), "41A02".into()],
        };
        let named: Vec<String> =
            draft.violations("41A02").into_iter().map(|violation| violation.field).collect();
        assert_eq!(named, ["geldigTot", "overbrugging"]);
        let right = ProductDraft { period: Period::default(), ..draft };
        assert!(right.violations("41A01").is_empty());
    }
}
