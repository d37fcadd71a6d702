//! Queries on offers, their figures and their history.

mod rows;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};
use rules::figures::Figures;
use rules::freshness::FreshnessTerms;
use rules::norms::Norm;
use rules::product::ProductKind;

use self::rows::{FiguresRow, ages, corrupt, figure_columns, figure_values, small};
use super::model::{
    HistoryEntry, HistoryKind, LocationFacts, Offer, ProductChoice, ProductFacts, ProviderFacts,
};
use crate::db::Connection;
use crate::db::schema::{
    contract, location, offer, offer_history, postcode, product, provider, region, supply_version,
};
use crate::error::{Error, Result};
use crate::on_each;

#[derive(Queryable)]
struct ProductRow {
    id: i64,
    region: String,
    code: String,
    name: String,
    kind: String,
    min_age: i32,
    max_age: i32,
    intake_norm_weeks: Option<i32>,
    treatment_norm_weeks: Option<i32>,
}

#[derive(Queryable)]
struct RegionRow {
    fresh_days: i32,
    stale_days: i32,
    intake_norm_weeks: i32,
    treatment_norm_weeks: i32,
}

#[derive(Queryable)]
struct OfferRow {
    id: i64,
    version: i32,
    online: bool,
    reserved_places: i32,
    reserved_at: Option<NaiveDateTime>,
    confirmed_at: Option<NaiveDateTime>,
    confirmed_by: Option<String>,
    figures: FiguresRow,
    provider: (i64, String, String),
    location: (i64, i32, String, String, i32),
    product: ProductRow,
    region: RegionRow,
}

impl TryFrom<OfferRow> for Offer {
    type Error = Error;

    fn try_from(row: OfferRow) -> Result<Self> {
        let (provider, location, product, region) = (row.provider, row.location, row.product, row.region);
        let norm = Norm {
            intake_weeks: small(product.intake_norm_weeks.unwrap_or(region.intake_norm_weeks))?,
            treatment_weeks: small(product.treatment_norm_weeks.unwrap_or(region.treatment_norm_weeks))?,
        };
        Ok(Self {
            id: row.id,
            version: row.version,
            provider: ProviderFacts { id: provider.0, agb: provider.1, name: provider.2 },
            location: LocationFacts {
                id: location.0,
                number: location.1,
                name: location.2,
                place: location.3,
                pc4: location.4,
            },
            product: ProductFacts {
                id: product.id,
                region: product.region,
                code: product.code,
                name: product.name,
                kind: ProductKind::parse(&product.kind).ok_or_else(|| corrupt("kind"))?,
                ages: ages(product.min_age, product.max_age)?,
                norm,
            },
            terms: FreshnessTerms::new(small(region.fresh_days)?, small(region.stale_days)?)
                .map_err(|_| corrupt("terms"))?,
            online: row.online,
            figures: row.figures.try_into()?,
            reserved_places: small(row.reserved_places)?,
            reserved_at: row.reserved_at.map(|at| at.and_utc()),
            confirmed_at: row.confirmed_at.map(|at| at.and_utc()),
            confirmed_by: row.confirmed_by,
        })
    }
}

/// Offers with all a page or an answer shows of them, in one query.
macro_rules! whole_offers {
    () => {
        offer::table
            .inner_join(provider::table)
            .inner_join(location::table.inner_join(postcode::table))
            .inner_join(product::table.inner_join(region::table.on(region::id.eq(product::region_id))))
            .select((
                offer::id,
                offer::version,
                offer::online,
                offer::reserved_places,
                offer::reserved_at,
                offer::confirmed_at,
                offer::confirmed_by,
                figure_columns!(offer),
                (provider::id, provider::agb, provider::name),
                (location::id, location::number, location::name, postcode::place, location::pc4),
                (
                    product::id,
                    region::code,
                    product::code,
                    product::name,
                    product::kind,
                    product::min_age,
                    product::max_age,
                    product::intake_norm_weeks,
                    product::treatment_norm_weeks,
                ),
                (
                    region::fresh_days,
                    region::stale_days,
                    region::intake_norm_weeks,
                    region::treatment_norm_weeks,
                ),
            ))
    };
}

pub(super) fn list_offers(conn: &mut Connection, provider_id: i64) -> Result<Vec<Offer>> {
    let rows: Vec<OfferRow> = whole_offers!()
        .filter(offer::provider_id.eq(provider_id))
        .order((product::name, product::code, location::number))
        .load(conn)?;
    rows.into_iter().map(Offer::try_from).collect()
}

pub(super) fn list_offers_of_region(conn: &mut Connection, region_id: i64) -> Result<Vec<Offer>> {
    let rows: Vec<OfferRow> = whole_offers!()
        .filter(product::region_id.eq(region_id))
        .order((provider::agb, location::number, product::code))
        .load(conn)?;
    rows.into_iter().map(Offer::try_from).collect()
}

/// One offer. Whoever needs some calls this for each: the database keeps the statement prepared, while one with
/// a list of ids (or with a limit, which `first` would add) is prepared anew every time, and that takes longer
/// than reading a dozen offers.
pub(super) fn find_offer(conn: &mut Connection, id: i64) -> Result<Option<Offer>> {
    let row: Option<OfferRow> =
        on_each!(conn, c => whole_offers!().filter(offer::id.eq(id)).get_result(c)).optional()?;
    row.map(Offer::try_from).transpose()
}

/// Raises the number that tells searches to look again. Taken first in a transaction: whoever holds this row
/// commits first, so versions become visible in order.
pub(super) fn next_supply_version(conn: &mut Connection) -> Result<i64> {
    Ok(diesel::update(supply_version::table)
        .set(supply_version::version.eq(supply_version::version + 1))
        .returning(supply_version::version)
        .get_result(conn)?)
}

/// When, by whom and as which version of the supply something is confirmed.
#[derive(Debug, Clone)]
pub(super) struct Confirmation {
    pub(super) at: DateTime<Utc>,
    pub(super) by: String,
    pub(super) supply_version: i64,
}

/// Changes the offer if it still has this version, and keeps so many of its places reserved; with none reserved its places are
/// counted anew. Returns how many rows that were.
pub(super) fn update_figures(
    conn: &mut Connection,
    (id, version): (i64, i32),
    (figures, reserved): (&Figures, u16),
    confirmation: &Confirmation,
) -> Result<usize> {
    let row = FiguresRow::from(figures);
    let counted = (reserved == 0).then(|| offer::counted_at.eq(confirmation.at.naive_utc()));
    Ok(
        on_each!(conn, c => diesel::update(offer::table.filter(offer::id.eq(id)).filter(offer::version.eq(version)))
        .set((
            figure_values!(offer, row),
            offer::reserved_places.eq(i32::from(reserved)),
            counted,
            offer::confirmed_at.eq(confirmation.at.naive_utc()),
            offer::confirmed_by.eq(&confirmation.by),
            offer::version.eq(version + 1),
            offer::supply_version.eq(confirmation.supply_version),
        ))
        .execute(c))?,
    )
}

/// Confirms every offer of a provider; returns how many.
pub(super) fn update_confirmed(
    conn: &mut Connection,
    provider_id: i64,
    confirmation: &Confirmation,
) -> Result<usize> {
    Ok(diesel::update(offer::table.filter(offer::provider_id.eq(provider_id)))
        .set((
            offer::confirmed_at.eq(confirmation.at.naive_utc()),
            offer::confirmed_by.eq(&confirmation.by),
            offer::version.eq(offer::version + 1),
            offer::supply_version.eq(confirmation.supply_version),
        ))
        .execute(conn)?)
}

/// The offers of a provider of which places are reserved.
pub(super) fn list_reserved(conn: &mut Connection, provider_id: i64) -> Result<Vec<Offer>> {
    let rows: Vec<OfferRow> = whole_offers!()
        .filter(offer::provider_id.eq(provider_id))
        .filter(offer::reserved_places.gt(0))
        .load(conn)?;
    rows.into_iter().map(Offer::try_from).collect()
}

/// Takes some of the places that are still free: one row, or none when there are not so many. It is a new version, so
/// that nobody who read the one before it saves over it.
pub(super) fn update_reserved(
    conn: &mut Connection,
    (id, places): (i64, i32),
    reserved_at: NaiveDateTime,
    supply_version: i64,
) -> Result<usize> {
    let with_places =
        offer::table.find(id).filter(offer::free_places.ge((offer::reserved_places + places).nullable()));
    Ok(diesel::update(with_places)
        .set((
            offer::reserved_places.eq(offer::reserved_places + places),
            offer::reserved_at.eq(reserved_at),
            offer::version.eq(offer::version + 1),
            offer::supply_version.eq(supply_version),
        ))
        .execute(conn)?)
}

/// Gives places back, unless the provider told how many are free after they were taken. A new version too.
pub(super) fn update_released(
    conn: &mut Connection,
    (id, places): (i64, i32),
    reserved_at: NaiveDateTime,
    supply_version: i64,
) -> Result<usize> {
    let counted = offer::table
        .find(id)
        .filter(offer::reserved_places.ge(places))
        .filter(offer::counted_at.is_null().or(offer::counted_at.lt(reserved_at)));
    Ok(diesel::update(counted)
        .set((
            offer::reserved_places.eq(offer::reserved_places - places),
            offer::version.eq(offer::version + 1),
            offer::supply_version.eq(supply_version),
        ))
        .execute(conn)?)
}

/// Writes the confirmation of every offer of a provider of which no place is reserved into the history, after
/// [`update_confirmed`].
pub(super) fn insert_confirmed_history(
    conn: &mut Connection,
    provider_id: i64,
    confirmation: &Confirmation,
) -> Result<usize> {
    let confirmed = offer::table
        .filter(offer::provider_id.eq(provider_id))
        .filter(offer::reserved_places.eq(0))
        .select((
            offer::id,
            confirmation.at.naive_utc().into_sql::<Timestamp>(),
            confirmation.by.as_str().into_sql::<Text>(),
            HistoryKind::Confirmed.stored().into_sql::<Text>(),
            offer::version,
            figure_columns!(offer),
        ));
    Ok(diesel::insert_into(offer_history::table)
        .values(confirmed)
        .into_columns((
            offer_history::offer_id,
            offer_history::at,
            offer_history::changed_by,
            offer_history::change,
            offer_history::version,
            figure_columns!(offer_history),
        ))
        .execute(conn)?)
}

pub(super) fn insert_history(conn: &mut Connection, offer_id: i64, entry: &HistoryEntry) -> Result<()> {
    let row = FiguresRow::from(&entry.figures);
    on_each!(conn, c => diesel::insert_into(offer_history::table)
        .values((
            offer_history::offer_id.eq(offer_id),
            offer_history::at.eq(entry.at.naive_utc()),
            offer_history::changed_by.eq(&entry.changed_by),
            offer_history::change.eq(entry.kind.stored()),
            offer_history::version.eq(entry.version),
            figure_values!(offer_history, row),
        ))
        .execute(c))?;
    Ok(())
}

/// What a new offer starts with, apart from its figures.
#[derive(Debug, Clone)]
pub(super) struct NewOffer {
    pub(super) provider_id: i64,
    pub(super) location_id: i64,
    pub(super) product_id: i64,
    pub(super) online: bool,
    pub(super) supply_version: i64,
}

/// Adds an offer of which nothing is known yet.
pub(super) fn insert_offer(conn: &mut Connection, new: &NewOffer) -> Result<i64> {
    let row = FiguresRow::from(&Figures::unknown());
    Ok(diesel::insert_into(offer::table)
        .values((
            offer::provider_id.eq(new.provider_id),
            offer::location_id.eq(new.location_id),
            offer::product_id.eq(new.product_id),
            offer::online.eq(new.online),
            figure_values!(offer, row),
            offer::reserved_places.eq(0),
            offer::version.eq(1),
            offer::supply_version.eq(new.supply_version),
        ))
        .returning(offer::id)
        .get_result(conn)?)
}

pub(super) fn has_offer(conn: &mut Connection, location_id: i64, product_id: i64) -> Result<bool> {
    let found: Option<i64> = offer::table
        .filter(offer::location_id.eq(location_id))
        .filter(offer::product_id.eq(product_id))
        .select(offer::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

#[derive(Queryable)]
struct HistoryRow {
    at: NaiveDateTime,
    changed_by: String,
    change: String,
    version: i32,
    figures: FiguresRow,
}

impl TryFrom<HistoryRow> for HistoryEntry {
    type Error = Error;

    fn try_from(row: HistoryRow) -> Result<Self> {
        let kind = HistoryKind::ALL.into_iter().find(|kind| kind.stored() == row.change);
        Ok(Self {
            at: row.at.and_utc(),
            changed_by: row.changed_by,
            kind: kind.ok_or_else(|| corrupt("change"))?,
            version: row.version,
            figures: row.figures.try_into()?,
        })
    }
}

/// All columns of the history that [`HistoryRow`] holds.
macro_rules! history_columns {
    () => {
        (
            offer_history::at,
            offer_history::changed_by,
            offer_history::change,
            offer_history::version,
            figure_columns!(offer_history),
        )
    };
}

/// Newest first. By version: two people may save in the other order than in which their requests came in.
macro_rules! newest_first {
    () => {
        (offer_history::version.desc(), offer_history::id.desc())
    };
}

/// The newest line before this moment.
pub(super) fn find_history_before(
    conn: &mut Connection,
    offer_id: i64,
    before: NaiveDateTime,
) -> Result<Option<HistoryEntry>> {
    let row: Option<HistoryRow> = offer_history::table
        .filter(offer_history::offer_id.eq(offer_id))
        .filter(offer_history::at.lt(before))
        .order(newest_first!())
        .select(history_columns!())
        .first(conn)
        .optional()?;
    row.map(HistoryEntry::try_from).transpose()
}

/// The lines from one moment until just before another, oldest first.
pub(super) fn list_history_between(
    conn: &mut Connection,
    offer_id: i64,
    from: NaiveDateTime,
    before: NaiveDateTime,
) -> Result<Vec<HistoryEntry>> {
    let rows: Vec<HistoryRow> = offer_history::table
        .filter(offer_history::offer_id.eq(offer_id))
        .filter(offer_history::at.ge(from))
        .filter(offer_history::at.lt(before))
        .order((offer_history::version, offer_history::id))
        .select(history_columns!())
        .load(conn)?;
    rows.into_iter().map(HistoryEntry::try_from).collect()
}

/// Part of the history, newest first.
pub(super) fn list_history(
    conn: &mut Connection,
    offer_id: i64,
    offset: i64,
    limit: i64,
) -> Result<Vec<HistoryEntry>> {
    let rows: Vec<HistoryRow> = offer_history::table
        .filter(offer_history::offer_id.eq(offer_id))
        .order(newest_first!())
        .offset(offset)
        .limit(limit)
        .select(history_columns!())
        .load(conn)?;
    rows.into_iter().map(HistoryEntry::try_from).collect()
}

pub(super) fn count_history(conn: &mut Connection, offer_id: i64) -> Result<i64> {
    Ok(offer_history::table.filter(offer_history::offer_id.eq(offer_id)).count().get_result(conn)?)
}

/// The figures that an offer had in a version. A version in which only places were reserved or given back has no line of
/// its own in the history: the line before it holds.
pub(super) fn find_version(conn: &mut Connection, (id, version): (i64, i32)) -> Result<Option<Figures>> {
    let row: Option<HistoryRow> = offer_history::table
        .filter(offer_history::offer_id.eq(id))
        .filter(offer_history::version.le(version))
        .order(newest_first!())
        .select(history_columns!())
        .first(conn)
        .optional()?;
    row.map(|row| row.figures.try_into()).transpose()
}

/// Key of the main contractor, if there is one, and whether the provider helps online.
pub(super) fn find_provider(conn: &mut Connection, id: i64) -> Result<Option<(Option<i64>, bool)>> {
    Ok(provider::table
        .filter(provider::id.eq(id))
        .select((provider::main_provider_id, provider::online_help))
        .first(conn)
        .optional()?)
}

pub(super) fn list_locations(conn: &mut Connection, provider_id: i64) -> Result<Vec<LocationFacts>> {
    let rows: Vec<(i64, i32, String, String, i32)> = location::table
        .inner_join(postcode::table)
        .filter(location::provider_id.eq(provider_id))
        .order(location::number)
        .select((location::id, location::number, location::name, postcode::place, location::pc4))
        .load(conn)?;
    let facts = |(id, number, name, place, pc4)| LocationFacts { id, number, name, place, pc4 };
    Ok(rows.into_iter().map(facts).collect())
}

pub(super) fn find_product_id(conn: &mut Connection, region_id: i64, code: &str) -> Result<Option<i64>> {
    Ok(product::table
        .filter(product::region_id.eq(region_id))
        .filter(product::code.eq(code))
        .select(product::id)
        .first(conn)
        .optional()?)
}

/// The products for which any of these providers has a contract on this day, by name.
pub(super) fn list_contracted_products(
    conn: &mut Connection,
    provider_ids: &[i64],
    day: NaiveDate,
) -> Result<Vec<ProductChoice>> {
    let rows: Vec<(i64, String, String, String)> = contract::table
        .inner_join(product::table.inner_join(region::table.on(region::id.eq(product::region_id))))
        .filter(contract::provider_id.eq_any(provider_ids.to_vec()))
        .filter(contract::valid_from.is_null().or(contract::valid_from.le(day)))
        .filter(contract::valid_until.is_null().or(contract::valid_until.ge(day)))
        .filter(product::valid_from.is_null().or(product::valid_from.le(day)))
        .filter(product::valid_until.is_null().or(product::valid_until.ge(day)))
        .order((product::name, product::code, product::id))
        .select((product::id, region::code, product::code, product::name))
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, region, code, name)| ProductChoice { id, region, code, name }).collect())
}
