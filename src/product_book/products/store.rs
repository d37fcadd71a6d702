//! Queries on products.

use chrono::NaiveDate;
use diesel::prelude::*;
use rules::product::{ProductCategory, ProductKind};

use super::model::Product;
use crate::db::Connection;
use crate::db::schema::{product, product_bridge, region, segment};
use crate::error::{Error, Result};
use crate::product_book::common::Stored;

/// Between the synonyms in their column.
const SEPARATOR: char = '|';

#[derive(Queryable)]
struct Row {
    id: i64,
    region_id: i64,
    code: String,
    name: String,
    segment_id: i64,
    category: i32,
    kind: String,
    min_age: i32,
    max_age: i32,
    intake_norm_weeks: Option<i32>,
    treatment_norm_weeks: Option<i32>,
    placed_by_matching: bool,
    until_23: bool,
    synonyms: String,
    description: String,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
    version: i32,
}

/// A row with the code of its region, and code and name of its segment.
type Joined = (Row, String, String, String);

fn stored((row, region, segment, segment_name): Joined) -> Result<Stored<Product>> {
    let category = u8::try_from(row.category).ok().and_then(ProductCategory::from_number);
    let value = Product {
        region_id: row.region_id,
        region,
        code: row.code,
        name: row.name,
        segment_id: row.segment_id,
        segment,
        segment_name,
        category: category.ok_or_else(|| Error::internal("unknown category in the database"))?,
        kind: ProductKind::parse(&row.kind).ok_or_else(|| Error::internal("unknown kind in the database"))?,
        min_age: row.min_age,
        max_age: row.max_age,
        intake_norm_weeks: row.intake_norm_weeks,
        treatment_norm_weeks: row.treatment_norm_weeks,
        placed_by_matching: row.placed_by_matching,
        until_23: row.until_23,
        synonyms: row.synonyms.split(SEPARATOR).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        description: row.description,
        valid_from: row.valid_from,
        valid_until: row.valid_until,
        bridges: Vec::new(),
    };
    Ok(Stored { id: row.id, version: row.version, value })
}

/// Products without what bridges them.
pub(super) fn list_products(
    conn: &mut Connection,
    region_id: Option<i64>,
    segment_code: Option<&str>,
    kind: Option<ProductKind>,
) -> Result<Vec<Stored<Product>>> {
    let mut query = product::table
        .inner_join(segment::table)
        .inner_join(region::table.on(product::region_id.eq(region::id)))
        .select((product::all_columns, region::code, segment::code, segment::name))
        .into_boxed();
    if let Some(region_id) = region_id {
        query = query.filter(product::region_id.eq(region_id));
    }
    if let Some(code) = segment_code {
        query = query.filter(segment::code.eq(code));
    }
    if let Some(kind) = kind {
        query = query.filter(product::kind.eq(kind.code()));
    }
    let rows: Vec<Joined> = query.load(conn)?;
    rows.into_iter().map(stored).collect()
}

/// A product without what bridges it.
pub(super) fn find_product(
    conn: &mut Connection,
    region_id: i64,
    code: &str,
) -> Result<Option<Stored<Product>>> {
    let row: Option<Joined> = product::table
        .inner_join(segment::table)
        .inner_join(region::table.on(product::region_id.eq(region::id)))
        .filter(product::region_id.eq(region_id))
        .filter(product::code.eq(code))
        .select((product::all_columns, region::code, segment::code, segment::name))
        .first(conn)
        .optional()?;
    row.map(stored).transpose()
}

pub(super) fn find_segment(
    conn: &mut Connection,
    region_id: i64,
    code: &str,
) -> Result<Option<(i64, String, String)>> {
    Ok(segment::table
        .filter(segment::region_id.eq(region_id))
        .filter(segment::code.eq(code))
        .select((segment::id, segment::code, segment::name))
        .first(conn)
        .optional()?)
}

/// The codes of what bridges these products, each with the product it bridges.
pub(super) fn list_bridges(conn: &mut Connection, product_ids: &[i64]) -> Result<Vec<(i64, String)>> {
    Ok(product_bridge::table
        .inner_join(product::table.on(product_bridge::bridge_product_id.eq(product::id)))
        .filter(product_bridge::product_id.eq_any(product_ids))
        .order(product::code)
        .select((product_bridge::product_id, product::code))
        .load(conn)?)
}

/// The products of a region with one of these codes.
pub(super) fn list_ids(
    conn: &mut Connection,
    region_id: i64,
    codes: &[String],
) -> Result<Vec<(i64, String)>> {
    Ok(product::table
        .filter(product::region_id.eq(region_id))
        .filter(product::code.eq_any(codes))
        .order(product::code)
        .select((product::id, product::code))
        .load(conn)?)
}

pub(super) fn insert_product(conn: &mut Connection, new: &Product) -> Result<i64> {
    Ok(diesel::insert_into(product::table)
        .values((
            product::region_id.eq(new.region_id),
            product::code.eq(&new.code),
            product::name.eq(&new.name),
            product::segment_id.eq(new.segment_id),
            product::category.eq(i32::from(new.category.number())),
            product::kind.eq(new.kind.code()),
            product::min_age.eq(new.min_age),
            product::max_age.eq(new.max_age),
            product::intake_norm_weeks.eq(new.intake_norm_weeks),
            product::treatment_norm_weeks.eq(new.treatment_norm_weeks),
            product::placed_by_matching.eq(new.placed_by_matching),
            product::until_23.eq(new.until_23),
            product::synonyms.eq(joined(&new.synonyms)),
            product::description.eq(&new.description),
            product::valid_from.eq(new.valid_from),
            product::valid_until.eq(new.valid_until),
            product::version.eq(1),
        ))
        .returning(product::id)
        .get_result(conn)?)
}

/// Changes the row if it still has this version; returns how many rows that were.
pub(super) fn update_product(conn: &mut Connection, id: i64, version: i32, new: &Product) -> Result<usize> {
    Ok(diesel::update(product::table.filter(product::id.eq(id)).filter(product::version.eq(version)))
        .set((
            product::name.eq(&new.name),
            product::segment_id.eq(new.segment_id),
            product::category.eq(i32::from(new.category.number())),
            product::kind.eq(new.kind.code()),
            product::min_age.eq(new.min_age),
            product::max_age.eq(new.max_age),
            product::intake_norm_weeks.eq(new.intake_norm_weeks),
            product::treatment_norm_weeks.eq(new.treatment_norm_weeks),
            product::placed_by_matching.eq(new.placed_by_matching),
            product::until_23.eq(new.until_23),
            product::synonyms.eq(joined(&new.synonyms)),
            product::description.eq(&new.description),
            product::valid_from.eq(new.valid_from),
            product::valid_until.eq(new.valid_until),
            product::version.eq(version + 1),
        ))
        .execute(conn)?)
}

/// Puts these products in the place of those that bridged the product until now. What was is in the audit.
pub(super) fn replace_bridges(conn: &mut Connection, product_id: i64, bridge_ids: &[i64]) -> Result<()> {
    diesel::delete(product_bridge::table.filter(product_bridge::product_id.eq(product_id))).execute(conn)?;
    for bridge_id in bridge_ids {
        diesel::insert_into(product_bridge::table)
            .values((
                product_bridge::product_id.eq(product_id),
                product_bridge::bridge_product_id.eq(bridge_id),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn joined(synonyms: &[String]) -> String {
    synonyms.join(&SEPARATOR.to_string())
}
