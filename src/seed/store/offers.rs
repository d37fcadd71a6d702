//! Writes offers with their history.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rules::figures::Figures;
use rules::violations::Violations;
use rules::waiting::needs::{Need, NeedSet, Suitability};

use super::{BATCH, Ids, insert_all};
use crate::db::Connection;
use crate::db::schema::{offer, offer_history};
use crate::error::Result;
use crate::on_each;
use crate::seed::files::{Line, Offer};
use crate::seed::history::{Chance, Entry};

#[derive(Insertable)]
#[diesel(table_name = offer, treat_none_as_default_value = false)]
struct OfferRow<'a> {
    provider_id: i64,
    location_id: i64,
    product_id: i64,
    online: bool,
    free_places: Option<i32>,
    total_places: Option<i32>,
    waiting: Option<i32>,
    intake_min: Option<i32>,
    intake_max: Option<i32>,
    treatment_min: Option<i32>,
    treatment_max: Option<i32>,
    basis: Option<&'static str>,
    status: &'static str,
    stop_reason: Option<&'static str>,
    stop_explanation: Option<&'a str>,
    stop_until: Option<NaiveDate>,
    min_age: Option<i32>,
    max_age: Option<i32>,
    closes_on: Option<NaiveDate>,
    remarks: Option<&'a str>,
    reserved_places: i32,
    confirmed_at: Option<NaiveDateTime>,
    confirmed_by: Option<&'a str>,
    version: i32,
    supply_version: i64,
    fitted_needs: String,
    excluded_needs: String,
}

#[derive(Insertable)]
#[diesel(table_name = offer_history, treat_none_as_default_value = false)]
struct HistoryRow<'a> {
    offer_id: i64,
    at: NaiveDateTime,
    changed_by: &'a str,
    change: &'static str,
    version: i32,
    free_places: Option<i32>,
    total_places: Option<i32>,
    waiting: Option<i32>,
    intake_min: Option<i32>,
    intake_max: Option<i32>,
    treatment_min: Option<i32>,
    treatment_max: Option<i32>,
    basis: Option<&'static str>,
    status: &'static str,
    stop_reason: Option<&'static str>,
    stop_explanation: Option<&'a str>,
    stop_until: Option<NaiveDate>,
    min_age: Option<i32>,
    max_age: Option<i32>,
    closes_on: Option<NaiveDate>,
    remarks: Option<&'a str>,
}

/// A row of either table: its own columns, and those of the figures that both have.
macro_rules! with_figures {
    ($figures:expr, $row:ident { $($own:tt)* }) => {{
        let figures: &Figures = $figures;
        let stop = figures.stop.as_ref();
        $row {
            free_places: figures.free_places.map(i32::from),
            total_places: figures.total_places.map(i32::from),
            waiting: figures.waiting.map(i32::from),
            intake_min: figures.intake.map(|wait| i32::from(wait.min())),
            intake_max: figures.intake.and_then(|wait| wait.upper()).map(i32::from),
            treatment_min: figures.treatment.map(|wait| i32::from(wait.min())),
            treatment_max: figures.treatment.and_then(|wait| wait.upper()).map(i32::from),
            basis: figures.basis.map(|basis| basis.code()),
            status: figures.status.code(),
            stop_reason: stop.map(|stop| stop.reason.code()),
            stop_explanation: stop.and_then(|stop| stop.explanation.as_deref()),
            stop_until: stop.and_then(|stop| stop.until),
            min_age: figures.ages.map(|ages| i32::from(ages.min())),
            max_age: figures.ages.map(|ages| i32::from(ages.max())),
            closes_on: figures.closes_on,
            remarks: figures.remarks.as_deref(),
            $($own)*
        }
    }};
}

/// Writes every offer with its history, the last entry of which is how it stands.
pub(in crate::seed) fn insert_offers(
    conn: &mut Connection,
    ids: &Ids,
    offers: &[(&Line<Offer>, Vec<Entry>)],
) -> Result<()> {
    let mut rows = Vec::with_capacity(offers.len());
    for (line, history) in offers {
        let present = history.last().ok_or_else(|| line.error("no history"))?;
        let provider_id = ids.provider(line, &line.row.agb)?;
        let confirmed = line.row.confirmed_days_ago.is_some();
        let suited = suitability(&line.row);
        rows.push(with_figures!(
            &present.figures,
            OfferRow {
                provider_id,
                location_id: ids.location(line, provider_id)?,
                product_id: ids.product(line, &line.row.product)?,
                online: line.row.online,
                reserved_places: 0,
                confirmed_at: confirmed.then_some(present.at),
                confirmed_by: confirmed.then_some(present.by.as_str()),
                version: present.version,
                supply_version: 1,
                fitted_needs: suited.fitted().codes(),
                excluded_needs: suited.excluded().codes(),
            }
        ));
    }
    insert_all!(conn, offer::table, rows);
    let stored: Vec<(i64, i64, i64)> =
        offer::table.select((offer::location_id, offer::product_id, offer::id)).load(conn)?;
    let offer_ids: HashMap<(i64, i64), i64> =
        stored.into_iter().map(|(location, product, id)| ((location, product), id)).collect();
    let mut entries = Vec::new();
    for ((line, history), row) in offers.iter().zip(&rows) {
        let offer_id = offer_ids
            .get(&(row.location_id, row.product_id))
            .copied()
            .ok_or_else(|| line.error("not stored"))?;
        entries.extend(history.iter().map(|entry| {
            with_figures!(
                &entry.figures,
                HistoryRow {
                    offer_id,
                    at: entry.at,
                    changed_by: &entry.by,
                    change: entry.change.code(),
                    version: entry.version,
                }
            )
        }));
    }
    insert_all!(conn, offer_history::table, entries);
    Ok(())
}

/// What an offer is suited for. A third of the providers never said so; the others say the same at each location.
fn suitability(offer: &Offer) -> Suitability {
    let mut chance = Chance::new(&format!("geschikt {} {}", offer.agb, offer.product));
    if chance.below(3) == 0 {
        return Suitability::default();
    }
    let mut some = |most: i64| -> NeedSet {
        let count = chance.below(most);
        (0..count)
            .filter_map(|_| {
                Need::ALL
                    .get(usize::try_from(chance.below(i64::try_from(Need::ALL.len()).ok()?)).ok()?)
                    .copied()
            })
            .collect()
    };
    let (fitted, excluded) = (some(14), some(4));
    Suitability::check(fitted.without(excluded), excluded, "", &mut Violations::new()).unwrap_or_default()
}
