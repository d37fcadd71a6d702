//! Reads the tables of the supply.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::{
    contract, location, municipality, offer, postcode, product, product_bridge, provider, region,
    region_municipality, segment, supply_version,
};
use crate::error::Result;

#[derive(Queryable)]
pub(super) struct RegionRow {
    pub(super) id: i64,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) website: String,
    pub(super) fresh_days: i32,
    pub(super) stale_days: i32,
    pub(super) intake_norm_weeks: i32,
    pub(super) treatment_norm_weeks: i32,
}

#[derive(Queryable)]
pub(super) struct MunicipalityRow {
    pub(super) id: i64,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) lat: f64,
    pub(super) lon: f64,
}

#[derive(Queryable)]
pub(super) struct MembershipRow {
    pub(super) region_id: i64,
    pub(super) municipality_id: i64,
    pub(super) segment_id: Option<i64>,
    pub(super) valid_from: Option<NaiveDate>,
    pub(super) valid_until: Option<NaiveDate>,
}

#[derive(Queryable)]
pub(super) struct PostcodeRow {
    pub(super) pc4: i32,
    pub(super) place: String,
    pub(super) municipality_id: i64,
    pub(super) lat: f64,
    pub(super) lon: f64,
}

#[derive(Queryable)]
pub(super) struct SegmentRow {
    pub(super) id: i64,
    pub(super) code: String,
    pub(super) name: String,
}

#[derive(Queryable)]
pub(super) struct ProductRow {
    pub(super) id: i64,
    pub(super) region_id: i64,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) segment_id: i64,
    pub(super) category: i32,
    pub(super) kind: String,
    pub(super) min_age: i32,
    pub(super) max_age: i32,
    pub(super) intake_norm_weeks: Option<i32>,
    pub(super) treatment_norm_weeks: Option<i32>,
    pub(super) placed_by_matching: bool,
    pub(super) synonyms: String,
    pub(super) description: String,
    pub(super) valid_from: Option<NaiveDate>,
    pub(super) valid_until: Option<NaiveDate>,
}

#[derive(Queryable)]
pub(super) struct ProviderRow {
    pub(super) id: i64,
    pub(super) agb: String,
    pub(super) name: String,
    pub(super) main_provider_id: Option<i64>,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) website: String,
    pub(super) online_help: bool,
    pub(super) description: String,
}

#[derive(Queryable)]
pub(super) struct LocationRow {
    pub(super) id: i64,
    pub(super) provider_id: i64,
    pub(super) number: i32,
    pub(super) name: String,
    pub(super) pc4: i32,
}

#[derive(Queryable)]
pub(super) struct ContractRow {
    pub(super) provider_id: i64,
    pub(super) product_id: i64,
    pub(super) municipality_id: Option<i64>,
    pub(super) level: String,
    pub(super) valid_from: Option<NaiveDate>,
    pub(super) valid_until: Option<NaiveDate>,
}

#[derive(Queryable)]
pub(super) struct OfferRow {
    pub(super) id: i64,
    pub(super) provider_id: i64,
    pub(super) location_id: i64,
    pub(super) product_id: i64,
    pub(super) online: bool,
    pub(super) free_places: Option<i32>,
    pub(super) total_places: Option<i32>,
    pub(super) waiting: Option<i32>,
    pub(super) intake_min: Option<i32>,
    pub(super) intake_max: Option<i32>,
    pub(super) treatment_min: Option<i32>,
    pub(super) treatment_max: Option<i32>,
    pub(super) basis: Option<String>,
    pub(super) status: String,
    pub(super) stop_reason: Option<String>,
    pub(super) stop_explanation: Option<String>,
    pub(super) stop_until: Option<NaiveDate>,
    pub(super) min_age: Option<i32>,
    pub(super) max_age: Option<i32>,
    pub(super) closes_on: Option<NaiveDate>,
    pub(super) remarks: Option<String>,
    pub(super) reserved_places: i32,
    pub(super) confirmed_at: Option<NaiveDateTime>,
    pub(super) version: i32,
    pub(super) fitted_needs: String,
    pub(super) excluded_needs: String,
}

/// Everything a snapshot is made of, from one unchanging picture of the database.
pub(super) struct Tables {
    pub(super) version: i64,
    pub(super) book_version: i64,
    pub(super) regions: Vec<RegionRow>,
    pub(super) municipalities: Vec<MunicipalityRow>,
    pub(super) memberships: Vec<MembershipRow>,
    pub(super) postcodes: Vec<PostcodeRow>,
    pub(super) segments: Vec<SegmentRow>,
    pub(super) products: Vec<ProductRow>,
    pub(super) bridges: Vec<(i64, i64)>,
    pub(super) providers: Vec<ProviderRow>,
    pub(super) locations: Vec<LocationRow>,
    pub(super) contracts: Vec<ContractRow>,
    pub(super) offers: Vec<OfferRow>,
}

/// The version of all supply, and that of the product book within it.
pub(super) fn find_version(conn: &mut Connection) -> Result<(i64, i64)> {
    Ok(supply_version::table
        .select((supply_version::version, supply_version::book_version))
        .get_result(conn)?)
}

/// The columns of an offer that a search shows, in the order of [`OfferRow`].
macro_rules! offer_columns {
    () => {
        (
            offer::id,
            offer::provider_id,
            offer::location_id,
            offer::product_id,
            offer::online,
            offer::free_places,
            offer::total_places,
            offer::waiting,
            offer::intake_min,
            offer::intake_max,
            offer::treatment_min,
            offer::treatment_max,
            offer::basis,
            offer::status,
            offer::stop_reason,
            offer::stop_explanation,
            offer::stop_until,
            offer::min_age,
            offer::max_age,
            offer::closes_on,
            offer::remarks,
            offer::reserved_places,
            offer::confirmed_at,
            offer::version,
            offer::fitted_needs,
            offer::excluded_needs,
        )
    };
}

/// The offers saved after this version.
pub(super) fn list_offers_since(conn: &mut Connection, version: i64) -> Result<Vec<OfferRow>> {
    Ok(offer::table.filter(offer::supply_version.gt(version)).select(offer_columns!()).load(conn)?)
}

pub(super) fn list_tables(conn: &mut Connection) -> Result<Tables> {
    let (version, book_version) = find_version(conn)?;
    Ok(Tables {
        version,
        book_version,
        regions: region::table
            .order(region::id)
            .select((
                region::id,
                region::code,
                region::name,
                region::phone,
                region::email,
                region::website,
                region::fresh_days,
                region::stale_days,
                region::intake_norm_weeks,
                region::treatment_norm_weeks,
            ))
            .load(conn)?,
        municipalities: municipality::table
            .order(municipality::name)
            .select((
                municipality::id,
                municipality::code,
                municipality::name,
                municipality::lat,
                municipality::lon,
            ))
            .load(conn)?,
        // A search is for a new client: memberships for clients already in care do not count here.
        memberships: region_municipality::table
            .filter(region_municipality::clients.ne("existing"))
            .select((
                region_municipality::region_id,
                region_municipality::municipality_id,
                region_municipality::segment_id,
                region_municipality::valid_from,
                region_municipality::valid_until,
            ))
            .load(conn)?,
        postcodes: postcode::table
            .select((postcode::pc4, postcode::place, postcode::municipality_id, postcode::lat, postcode::lon))
            .load(conn)?,
        segments: segment::table
            .order(segment::code)
            .select((segment::id, segment::code, segment::name))
            .load(conn)?,
        products: product::table
            .order(product::code)
            .select((
                product::id,
                product::region_id,
                product::code,
                product::name,
                product::segment_id,
                product::category,
                product::kind,
                product::min_age,
                product::max_age,
                product::intake_norm_weeks,
                product::treatment_norm_weeks,
                product::placed_by_matching,
                product::synonyms,
                product::description,
                product::valid_from,
                product::valid_until,
            ))
            .load(conn)?,
        bridges: product_bridge::table
            .select((product_bridge::product_id, product_bridge::bridge_product_id))
            .load(conn)?,
        providers: provider::table
            .select((
                provider::id,
                provider::agb,
                provider::name,
                provider::main_provider_id,
                provider::phone,
                provider::email,
                provider::website,
                provider::online_help,
                provider::description,
            ))
            .load(conn)?,
        locations: location::table
            .order((location::provider_id, location::number))
            .select((location::id, location::provider_id, location::number, location::name, location::pc4))
            .load(conn)?,
        contracts: contract::table
            .select((
                contract::provider_id,
                contract::product_id,
                contract::municipality_id,
                contract::level,
                contract::valid_from,
                contract::valid_until,
            ))
            .load(conn)?,
        offers: offer::table.order(offer::id).select(offer_columns!()).load(conn)?,
    })
}
