//! Writes the rows, many at a time, and finds the ids they got.

#![expect(clippy::ref_option_ref, reason = "the code that diesel derives for an optional text")]

mod crisis;
#[cfg(test)]
pub(super) mod inspection;
mod offers;
mod reminders;
mod responses;
mod waiting;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

pub(super) use self::crisis::{
    find_place_id, insert_crisis_point, insert_roster, insert_shares_and_places, insert_turns,
};
pub(super) use self::offers::insert_offers;
pub(super) use self::reminders::{PastReminder, insert_reminders, insert_reports};
pub(super) use self::responses::{insert_found_step, let_some_responses_lapse, list_agreed_after};
pub(super) use self::waiting::{end_some_contracts, insert_waiting};
use super::Added;
use super::files::{
    Clients, Contract, Files, Line, Location, Municipality, Offer, Postcode, Product, Provider, ProviderKind,
    Region,
};
use crate::db::Connection;
use crate::db::schema::{
    contract, location, municipality, postcode, product, product_bridge, provider, region,
    region_municipality, segment,
};
use crate::error::Result;
use crate::on_each;

/// Rows in one statement: a database takes tens of thousands of values at once, and no more.
const BATCH: usize = 500;
/// Between the synonyms of a product.
const SYNONYM_SEPARATOR: &str = "|";

macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {
        for batch in $rows.chunks(BATCH) {
            on_each!(&mut *$conn, c => diesel::insert_into($table).values(batch).execute(c))?;
        }
    };
}

use insert_all;

/// The ids of what was written, by the codes in the files.
#[derive(Debug, Default)]
pub(super) struct Ids {
    pub(super) region: i64,
    municipalities: HashMap<String, i64>,
    segments: HashMap<String, i64>,
    products: HashMap<String, i64>,
    providers: HashMap<String, i64>,
    locations: HashMap<(i64, i32), i64>,
}

impl Ids {
    pub(super) fn municipality<T>(&self, line: &Line<T>, code: &impl AsRef<str>) -> Result<i64> {
        find(&self.municipalities, line, code.as_ref(), "gemeenten.csv")
    }

    pub(super) fn provider<T>(&self, line: &Line<T>, agb: &impl AsRef<str>) -> Result<i64> {
        find(&self.providers, line, agb.as_ref(), "aanbieders.csv")
    }

    fn segment<T>(&self, line: &Line<T>, code: &impl AsRef<str>) -> Result<i64> {
        find(&self.segments, line, code.as_ref(), "segmenten.csv")
    }

    fn product<T>(&self, line: &Line<T>, code: &impl AsRef<str>) -> Result<i64> {
        find(&self.products, line, code.as_ref(), "producten.csv")
    }

    fn location(&self, line: &Line<Offer>, provider_id: i64) -> Result<i64> {
        let number = line.row.location;
        let id = self.locations.get(&(provider_id, i32::from(number)));
        id.copied()
            .ok_or_else(|| line.error(format!("location {number} of this provider is not in locaties.csv")))
    }
}

fn find<T>(ids: &HashMap<String, i64>, line: &Line<T>, code: &str, file: &str) -> Result<i64> {
    ids.get(code).copied().ok_or_else(|| line.error(format!("{code} is not in {file}")))
}

pub(super) fn has_region(conn: &mut Connection) -> Result<bool> {
    let first: Option<i64> = region::table.select(region::id).first(conn).optional()?;
    Ok(first.is_some())
}

/// Writes the product book.
pub(super) fn insert_book(conn: &mut Connection, files: &Files) -> Result<Ids> {
    let mut ids = Ids { region: insert_region(conn, &files.region.row)?, ..Ids::default() };
    insert_municipalities(conn, &files.municipalities)?;
    ids.municipalities =
        municipality::table.select((municipality::code, municipality::id)).load(conn)?.into_iter().collect();
    insert_postcodes(conn, &files.postcodes, &ids)?;
    insert_segments(conn, files, &ids)?;
    ids.segments = segment::table
        .filter(segment::region_id.eq(ids.region))
        .select((segment::code, segment::id))
        .load(conn)?
        .into_iter()
        .collect();
    insert_region_municipalities(conn, files, &ids)?;
    insert_products(conn, &files.products, &ids)?;
    ids.products = product::table
        .filter(product::region_id.eq(ids.region))
        .select((product::code, product::id))
        .load(conn)?
        .into_iter()
        .collect();
    insert_bridges(conn, files, &ids)?;
    // Sub-contractors refer to main contractors, which therefore go first.
    for kind in [ProviderKind::Main, ProviderKind::Sub] {
        insert_providers(conn, &files.providers, kind, &ids)?;
        ids.providers =
            provider::table.select((provider::agb, provider::id)).load(conn)?.into_iter().collect();
    }
    insert_locations(conn, files, &ids)?;
    let locations: Vec<(i64, i32, i64)> =
        location::table.select((location::provider_id, location::number, location::id)).load(conn)?;
    ids.locations = locations.into_iter().map(|(provider, number, id)| ((provider, number), id)).collect();
    insert_contracts(conn, &files.contracts, &ids)?;
    Ok(ids)
}

/// Writes the municipalities and postcodes that are not there yet.
pub(super) fn insert_reference(
    conn: &mut Connection,
    mut municipalities: Vec<Line<Municipality>>,
    mut postcodes: Vec<Line<Postcode>>,
) -> Result<Added> {
    let known: HashSet<String> =
        municipality::table.select(municipality::code).load(conn)?.into_iter().collect();
    municipalities.retain(|line| !known.contains(line.row.code.as_str()));
    insert_municipalities(conn, &municipalities)?;
    let ids = Ids {
        municipalities: municipality::table
            .select((municipality::code, municipality::id))
            .load(conn)?
            .into_iter()
            .collect(),
        ..Ids::default()
    };
    let known: HashSet<i32> = postcode::table.select(postcode::pc4).load(conn)?.into_iter().collect();
    postcodes.retain(|line| !known.contains(&i32::from(line.row.pc4.number())));
    insert_postcodes(conn, &postcodes, &ids)?;
    Ok(Added { municipalities: municipalities.len(), postcodes: postcodes.len() })
}

fn insert_region(conn: &mut Connection, row: &Region) -> Result<i64> {
    Ok(diesel::insert_into(region::table)
        .values((
            region::code.eq(row.code.as_str()),
            region::name.eq(&row.name),
            region::phone.eq(&row.phone),
            region::email.eq(&row.email),
            region::website.eq(&row.website),
            region::fresh_days.eq(i32::from(row.fresh_days)),
            region::stale_days.eq(i32::from(row.stale_days)),
            region::intake_norm_weeks.eq(i32::from(row.intake_norm_weeks)),
            region::treatment_norm_weeks.eq(i32::from(row.treatment_norm_weeks)),
            region::version.eq(1),
        ))
        .returning(region::id)
        .get_result(conn)?)
}

#[derive(Insertable)]
#[diesel(table_name = municipality, treat_none_as_default_value = false)]
struct MunicipalityRow<'a> {
    code: &'a str,
    name: &'a str,
    province: &'a str,
    lat: f64,
    lon: f64,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
    version: i32,
}

fn insert_municipalities(conn: &mut Connection, lines: &[Line<Municipality>]) -> Result<()> {
    let rows: Vec<MunicipalityRow<'_>> = lines
        .iter()
        .map(|Line { row, .. }| MunicipalityRow {
            code: row.code.as_str(),
            name: &row.name,
            province: &row.province,
            lat: row.lat,
            lon: row.lon,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            version: 1,
        })
        .collect();
    insert_all!(conn, municipality::table, rows);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = postcode, treat_none_as_default_value = false)]
struct PostcodeRow<'a> {
    pc4: i32,
    place: &'a str,
    municipality_id: i64,
    lat: f64,
    lon: f64,
}

fn insert_postcodes(conn: &mut Connection, lines: &[Line<Postcode>], ids: &Ids) -> Result<()> {
    let rows = lines
        .iter()
        .map(|line| {
            let Postcode { pc4, place, municipality, lat, lon } = &line.row;
            let municipality_id = ids.municipality(line, municipality)?;
            Ok(PostcodeRow { pc4: i32::from(pc4.number()), place, municipality_id, lat: *lat, lon: *lon })
        })
        .collect::<Result<Vec<_>>>()?;
    insert_all!(conn, postcode::table, rows);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = segment, treat_none_as_default_value = false)]
struct SegmentRow<'a> {
    region_id: i64,
    code: &'a str,
    name: &'a str,
    description: &'a str,
    version: i32,
}

fn insert_segments(conn: &mut Connection, files: &Files, ids: &Ids) -> Result<()> {
    let rows: Vec<SegmentRow<'_>> = files
        .segments
        .iter()
        .map(|Line { row, .. }| SegmentRow {
            region_id: ids.region,
            code: row.code.as_str(),
            name: &row.name,
            description: &row.description,
            version: 1,
        })
        .collect();
    insert_all!(conn, segment::table, rows);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = region_municipality, treat_none_as_default_value = false)]
struct RegionMunicipalityRow {
    region_id: i64,
    municipality_id: i64,
    segment_id: Option<i64>,
    clients: &'static str,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
    inhabitants: Option<i32>,
    young_people: Option<i32>,
    version: i32,
}

fn insert_region_municipalities(conn: &mut Connection, files: &Files, ids: &Ids) -> Result<()> {
    let rows = files
        .region_municipalities
        .iter()
        .map(|line| {
            let row = &line.row;
            Ok(RegionMunicipalityRow {
                region_id: ids.region,
                municipality_id: ids.municipality(line, &row.municipality)?,
                segment_id: row.segment.as_ref().map(|code| ids.segment(line, code)).transpose()?,
                clients: match row.clients {
                    Clients::All => "all",
                    Clients::New => "new",
                    Clients::Existing => "existing",
                },
                valid_from: row.valid_from,
                valid_until: row.valid_until,
                inhabitants: row.inhabitants,
                young_people: row.young_people,
                version: 1,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    insert_all!(conn, region_municipality::table, rows);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = product, treat_none_as_default_value = false)]
struct ProductRow<'a> {
    region_id: i64,
    code: &'a str,
    name: &'a str,
    segment_id: i64,
    category: i32,
    kind: &'a str,
    min_age: i32,
    max_age: i32,
    intake_norm_weeks: Option<i32>,
    treatment_norm_weeks: Option<i32>,
    placed_by_matching: bool,
    until_23: bool,
    synonyms: String,
    description: &'a str,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
    version: i32,
}

fn insert_products(conn: &mut Connection, lines: &[Line<Product>], ids: &Ids) -> Result<()> {
    let rows = lines
        .iter()
        .map(|line| {
            let row = &line.row;
            Ok(ProductRow {
                region_id: ids.region,
                code: row.code.as_str(),
                name: &row.name,
                segment_id: ids.segment(line, &row.segment)?,
                category: i32::from(row.category),
                kind: row.kind.code(),
                min_age: i32::from(row.min_age),
                max_age: i32::from(row.max_age),
                intake_norm_weeks: row.intake_norm_weeks.map(i32::from),
                treatment_norm_weeks: row.treatment_norm_weeks.map(i32::from),
                placed_by_matching: row.placed_by_matching,
                until_23: row.until_23,
                synonyms: row.synonyms.join(SYNONYM_SEPARATOR),
                description: &row.description,
                valid_from: None,
                valid_until: None,
                version: 1,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    insert_all!(conn, product::table, rows);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = product_bridge, treat_none_as_default_value = false)]
struct BridgeRow {
    product_id: i64,
    bridge_product_id: i64,
}

fn insert_bridges(conn: &mut Connection, files: &Files, ids: &Ids) -> Result<()> {
    let rows = files
        .bridges
        .iter()
        .map(|line| {
            let product_id = ids.product(line, &line.row.product)?;
            Ok(BridgeRow { product_id, bridge_product_id: ids.product(line, &line.row.bridge)? })
        })
        .collect::<Result<Vec<_>>>()?;
    insert_all!(conn, product_bridge::table, rows);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = provider, treat_none_as_default_value = false)]
struct ProviderRow<'a> {
    agb: &'a str,
    name: &'a str,
    kind: &'static str,
    main_provider_id: Option<i64>,
    phone: &'a str,
    email: &'a str,
    website: &'a str,
    online_help: bool,
    description: &'a str,
    version: i32,
}

fn insert_providers(
    conn: &mut Connection,
    lines: &[Line<Provider>],
    kind: ProviderKind,
    ids: &Ids,
) -> Result<()> {
    let rows = lines
        .iter()
        .filter(|line| line.row.kind == kind)
        .map(|line| {
            let row = &line.row;
            Ok(ProviderRow {
                agb: row.agb.as_str(),
                name: &row.name,
                kind: match kind {
                    ProviderKind::Main => "main",
                    ProviderKind::Sub => "sub",
                },
                main_provider_id: row.main.as_ref().map(|agb| ids.provider(line, agb)).transpose()?,
                phone: &row.phone,
                email: &row.email,
                website: &row.website,
                online_help: row.online_help,
                description: &row.description,
                version: 1,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    insert_all!(conn, provider::table, rows);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = location, treat_none_as_default_value = false)]
struct LocationRow<'a> {
    provider_id: i64,
    number: i32,
    name: &'a str,
    pc4: i32,
    version: i32,
}

fn insert_locations(conn: &mut Connection, files: &Files, ids: &Ids) -> Result<()> {
    let known: std::collections::HashSet<_> = files.postcodes.iter().map(|line| line.row.pc4).collect();
    let rows = files
        .locations
        .iter()
        .map(|line| {
            let Location { agb, number, name, pc4 } = &line.row;
            if !known.contains(pc4) {
                return Err(line.error(format!("{pc4} is not in postcodes.csv")));
            }
            let provider_id = ids.provider(line, agb)?;
            Ok(LocationRow {
                provider_id,
                number: i32::from(*number),
                name,
                pc4: i32::from(pc4.number()),
                version: 1,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    insert_all!(conn, location::table, rows);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = contract, treat_none_as_default_value = false)]
struct ContractRow {
    provider_id: i64,
    product_id: i64,
    municipality_id: Option<i64>,
    level: &'static str,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
    version: i32,
}

fn insert_contracts(conn: &mut Connection, lines: &[Line<Contract>], ids: &Ids) -> Result<()> {
    let rows = lines
        .iter()
        .map(|line| {
            let row = &line.row;
            Ok(ContractRow {
                provider_id: ids.provider(line, &row.agb)?,
                product_id: ids.product(line, &row.product)?,
                municipality_id: row
                    .municipality
                    .as_ref()
                    .map(|code| ids.municipality(line, code))
                    .transpose()?,
                level: row.level.code(),
                valid_from: row.valid_from,
                valid_until: row.valid_until,
                version: 1,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    insert_all!(conn, contract::table, rows);
    Ok(())
}
