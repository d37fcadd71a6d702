//! What can be done with figures: keep them, confirm them, add an offer, and look back.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use rules::arrival::{Arrival, arrival};
use rules::figures::{self, Figures, OfferStatus};
use rules::violations::Violations;

use super::model::{
    Change, HistoryEntry, HistoryKind, Incoming, LocationFacts, Offer, ProductChoice, ProviderTrendPoint,
    TimelineEntry, TrendPoint, audit_record, end_of_day,
};
use super::store::{self, Confirmation, NewOffer};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result, unknown};
use crate::identity::policy::Permission;
use crate::product_book::common::{find_known_region_id, find_provider_id, require_one_row};

/// How a save ended. Unless it is `Saved`, nothing was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// How many offers were saved and confirmed.
    Saved(usize),
    /// These offers, as they are now, were changed by somebody else in the meantime.
    Outdated(Vec<Offer>),
    /// What is wrong, by offer.
    Invalid(Vec<(i64, Violations)>),
}

/// What was confirmed in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmed {
    pub count: usize,
    pub at: DateTime<Utc>,
}

/// All offers of a provider, by product name.
pub fn list_offers(conn: &mut Connection, provider_id: i64) -> Result<Vec<Offer>> {
    store::list_offers(conn, provider_id)
}

/// All offers for products of a region, by provider, location and product.
pub fn list_offers_of_region(conn: &mut Connection, region_id: i64) -> Result<Vec<Offer>> {
    store::list_offers_of_region(conn, region_id)
}

pub fn find_offer(conn: &mut Connection, id: i64) -> Result<Offer> {
    store::find_offer(conn, id)?.ok_or(Error::NotFound("aanbod"))
}

/// The version of the supply for what is brought in within this transaction.
pub fn next_supply_version(conn: &mut Connection) -> Result<i64> {
    store::next_supply_version(conn)
}

/// Gives away free places of an offer, within a transaction of the caller; tells whether there were so many. Of two who want
/// the last, one gets it.
pub fn reserve_places(conn: &mut Connection, now: DateTime<Utc>, offer_id: i64, places: u16) -> Result<bool> {
    let supply_version = store::next_supply_version(conn)?;
    let wanted = (offer_id, i32::from(places));
    Ok(store::update_reserved(conn, wanted, now.naive_utc(), supply_version)? == 1)
}

/// Gives places back that were given away at a moment. A provider that told how many are free since has counted them itself.
pub fn release_places(
    conn: &mut Connection,
    offer_id: i64,
    places: u16,
    reserved_at: DateTime<Utc>,
) -> Result<()> {
    let supply_version = store::next_supply_version(conn)?;
    store::update_released(conn, (offer_id, i32::from(places)), reserved_at.naive_utc(), supply_version)?;
    Ok(())
}

/// Everybody keeps the figures of the own provider only.
pub fn require_own_provider(actor: &Actor, provider_id: i64) -> Result<()> {
    if actor.provider_id() == Some(provider_id) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Saves the figures of one or more offers and confirms them, all or nothing.
pub fn save_figures(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    changes: Vec<Change>,
) -> Result<Outcome> {
    if changes.is_empty() {
        return Ok(Outcome::Saved(0));
    }
    let mut refused = None;
    let saved = db::write(conn, |conn| match try_save(conn, actor, now, changes)? {
        Outcome::Saved(count) => Ok(count),
        other => {
            refused = Some(other);
            // Any error rolls back; this one is not passed on.
            Err(Error::Outdated { current: None })
        }
    });
    match refused {
        Some(outcome) => Ok(outcome),
        None => saved.map(Outcome::Saved),
    }
}

fn try_save(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    changes: Vec<Change>,
) -> Result<Outcome> {
    let confirmation =
        Confirmation { at: now, by: actor.signature(), supply_version: store::next_supply_version(conn)? };
    let (mut outdated, mut invalid, mut checked) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        let offer = find_offer(conn, change.offer_id)?;
        require_own_provider(actor, offer.provider.id)?;
        if offer.version != change.version {
            outdated.push(offer.clone());
        }
        match figures::check(change.draft, offer.product.ages, dutch_day(now)) {
            Ok(figures) => checked.push((offer, figures)),
            Err(violations) => invalid.push((offer.id, violations)),
        }
    }
    if !outdated.is_empty() {
        return Ok(Outcome::Outdated(outdated));
    }
    if !invalid.is_empty() {
        return Ok(Outcome::Invalid(invalid));
    }
    let count = checked.len();
    for (offer, figures) in checked {
        let published = offer.figures.replaced_by(figures, offer.reserved_places);
        write_figures(conn, actor, now, &confirmation, &offer, published)?;
    }
    Ok(Outcome::Saved(count))
}

/// Publishes figures; so many places stay reserved that they do not count yet. What is kept in history and audit is what is
/// shown of it.
fn write_figures(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    confirmation: &Confirmation,
    offer: &Offer,
    (figures, reserved): (Figures, u16),
) -> Result<()> {
    let version = (offer.id, offer.version);
    require_one_row(store::update_figures(conn, version, (&figures, reserved), confirmation)?)?;
    let (before, figures) = (offer.figures_left(), figures.less(reserved));
    let changed = figures != before;
    let action = if changed { "cijfers-opslaan" } else { "cijfers-bevestigen" };
    let event = Event::done(action, "aanbod", offer.id)
        .change(Some(&audit_record(&before)), &audit_record(&figures))?;
    let entry = HistoryEntry {
        at: confirmation.at,
        changed_by: confirmation.by.clone(),
        kind: if changed { HistoryKind::Changed } else { HistoryKind::Confirmed },
        version: offer.version + 1,
        figures,
    };
    store::insert_history(conn, offer.id, &entry)?;
    audit::record(conn, actor, now, &event)
}

/// Confirms every offer of a provider as it is.
pub fn confirm_all(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    provider_id: i64,
) -> Result<Confirmed> {
    db::write(conn, |conn| confirm_all_within(conn, actor, now, provider_id))
}

/// The same within a transaction of the caller. Places that were given away, also since somebody last looked, stay given
/// away: what is left is what is confirmed.
pub fn confirm_all_within(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    provider_id: i64,
) -> Result<Confirmed> {
    require_own_provider(actor, provider_id)?;
    let supply_version = store::next_supply_version(conn)?;
    let confirmation = Confirmation { at: now, by: actor.signature(), supply_version };
    let count = store::update_confirmed(conn, provider_id, &confirmation)?;
    store::insert_confirmed_history(conn, provider_id, &confirmation)?;
    for offer in store::list_reserved(conn, provider_id)? {
        let entry = HistoryEntry {
            at: confirmation.at,
            changed_by: confirmation.by.clone(),
            kind: HistoryKind::Confirmed,
            version: offer.version,
            figures: offer.figures_left(),
        };
        store::insert_history(conn, offer.id, &entry)?;
    }
    let event = Event::done("cijfers-bevestigen", "aanbieder", provider_id)
        .change(None, &serde_json::json!({ "bevestigd": count }))?;
    audit::record(conn, actor, now, &event)?;
    Ok(Confirmed { count, at: now })
}

/// What a provider can add: its locations, and the products it has a contract for today.
pub fn list_choices(
    conn: &mut Connection,
    provider_id: i64,
    today: NaiveDate,
) -> Result<(Vec<LocationFacts>, Vec<ProductChoice>)> {
    Ok((store::list_locations(conn, provider_id)?, list_contracted_products(conn, provider_id, today)?))
}

/// The products a provider has a contract for on this day, through its main contractor too.
pub fn list_contracted_products(
    conn: &mut Connection,
    provider_id: i64,
    day: NaiveDate,
) -> Result<Vec<ProductChoice>> {
    let (main, _) = store::find_provider(conn, provider_id)?.ok_or(Error::NotFound("aanbieder"))?;
    let contractors: Vec<i64> = std::iter::once(provider_id).chain(main).collect();
    store::list_contracted_products(conn, &contractors, day)
}

/// Adds an offer for a contracted product at a location of the provider; nothing is known of it yet. Without a
/// region, the product is one of the actor's own region.
pub fn add_offer(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    provider_id: i64,
    location_number: i32,
    (region, product): (Option<&str>, &str),
) -> Result<Offer> {
    require_own_provider(actor, provider_id)?;
    db::write(conn, |conn| {
        let supply_version = store::next_supply_version(conn)?;
        let region_id = match region {
            Some(code) => find_known_region_id(conn, code)?,
            None => Some(actor.region_id().ok_or(Error::SignInRequired)?),
        };
        let place = (provider_id, location_number);
        insert_unknown(conn, actor, now, supply_version, place, (region_id, product))
    })
}

/// Adds an offer of which nothing is known yet, or tells all that is wrong with it; without a region that is wrong too.
fn insert_unknown(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    supply_version: i64,
    (provider_id, location_number): (i64, i32),
    (region_id, product): (Option<i64>, &str),
) -> Result<Offer> {
    let (_, online) = store::find_provider(conn, provider_id)?.ok_or(Error::NotFound("aanbieder"))?;
    let mut wrong = Violations::new();
    let locations = store::list_locations(conn, provider_id)?;
    let location_id = locations.iter().find(|place| place.number == location_number).map(|place| place.id);
    if location_id.is_none() {
        wrong.add("locatie", "onbekend", unknown("locatie"));
    }
    let product_id = match region_id {
        Some(region_id) => store::find_product_id(conn, region_id, product)?,
        None => None,
    };
    let contracted = list_contracted_products(conn, provider_id, dutch_day(now))?;
    match product_id {
        None if region_id.is_none() => wrong.add("regio", "onbekend", unknown("regio")),
        None => wrong.add("product", "onbekend", unknown("product")),
        Some(id) if !contracted.iter().any(|choice| choice.id == id) => {
            let message = "voor dit product hebt u vandaag geen geldig contract";
            wrong.add("product", "geen-contract", message);
        }
        Some(_) => {}
    }
    if let Some((location_id, product_id)) = location_id.zip(product_id)
        && store::has_offer(conn, location_id, product_id)?
    {
        wrong.add("product", "bestaat-al", "dit product staat al bij deze locatie");
    }
    let (location_id, product_id) = Error::refuse_collisions(wrong, location_id.zip(product_id))?
        .ok_or_else(|| Error::internal("what is unknown was not told"))?;
    let new = NewOffer { provider_id, location_id, product_id, online, supply_version };
    let id = store::insert_offer(conn, &new)?;
    let figures = Figures::unknown();
    let entry = HistoryEntry {
        at: now,
        changed_by: actor.signature(),
        kind: HistoryKind::Created,
        version: 1,
        figures: figures.clone(),
    };
    store::insert_history(conn, id, &entry)?;
    let event = Event::done("aanbod-toevoegen", "aanbod", id).change(None, &audit_record(&figures))?;
    audit::record(conn, actor, now, &event)?;
    find_offer(conn, id)
}

/// Publishes figures of a file, of the own provider or by who manages the region's product book, and adds the offer when
/// there is none. Within a transaction of the caller, which has taken `supply_version`.
pub fn bring_in(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    supply_version: i64,
    incoming: Incoming<'_>,
) -> Result<()> {
    let region_id = actor.region_id().ok_or(Error::SignInRequired)?;
    let provider_id = match incoming.found {
        Some(offer) => offer.provider.id,
        None => find_provider_id(conn, incoming.agb)?,
    };
    if !Permission::ManageProductBook.allows(actor) {
        require_own_provider(actor, provider_id)?;
    }
    let offer = if let Some(offer) = incoming.found {
        offer.clone()
    } else {
        let place = (provider_id, incoming.location);
        insert_unknown(conn, actor, now, supply_version, place, (Some(region_id), incoming.product))?
    };
    let figures = figures::check(incoming.draft, offer.product.ages, dutch_day(now))?;
    // Who confirmed these figures did not know of places that were given away later.
    let unaware = offer.reserved_at.is_some_and(|reserved_at| incoming.confirmed_at <= Some(reserved_at));
    let (figures, reserved) = if unaware {
        let reserved = offer.reserved_places.min(figures.free_places.unwrap_or(0));
        (figures, reserved)
    } else {
        offer.figures.replaced_by(figures, offer.reserved_places)
    };
    let same = figures == offer.figures;
    let at = match arrival(offer.confirmed_at, incoming.confirmed_at, same, now) {
        Ok(Arrival::Stay) => return Ok(()),
        Ok(Arrival::Publish(at)) => at,
        Err(refusal) => return Err(Error::collision("bevestigdOp", refusal.code(), refusal.to_string())),
    };
    let confirmation = Confirmation { at, by: actor.signature(), supply_version };
    write_figures(conn, actor, now, &confirmation, &offer, (figures, reserved))
}

/// The figures as they were at the end of a day, on the Dutch calendar; none when there was no offer yet.
pub fn figures_on(conn: &mut Connection, offer_id: i64, day: NaiveDate) -> Result<Option<HistoryEntry>> {
    let entry = store::find_history_before(conn, offer_id, end_of_day(day))?;
    Ok(entry.map(|entry| HistoryEntry { figures: entry.figures.on_day(day), ..entry }))
}

/// The figures that offers had in a certain version, to tell what somebody who saw that version changed.
pub fn figures_of_versions(
    conn: &mut Connection,
    wanted: &[(i64, i32)],
) -> Result<HashMap<(i64, i32), Figures>> {
    let mut found = HashMap::new();
    for version in wanted {
        if let Some(figures) = store::find_version(conn, *version)? {
            found.insert(*version, figures);
        }
    }
    Ok(found)
}

/// How long the history is, and a part of it, newest first: after `skip` lines the next `most`.
pub fn timeline(
    conn: &mut Connection,
    offer_id: i64,
    (skip, most): (usize, usize),
) -> Result<(usize, Vec<TimelineEntry>)> {
    let total = usize::try_from(store::count_history(conn, offer_id)?).map_err(Error::internal)?;
    let offset = i64::try_from(skip).map_err(Error::internal)?;
    // One more, since each line is compared with the one before it in time.
    let limit = i64::try_from(most + 1).map_err(Error::internal)?;
    let entries = store::list_history(conn, offer_id, offset, limit)?;
    let earlier: Vec<Figures> = entries.iter().skip(1).map(|entry| entry.figures.clone()).collect();
    let earlier = earlier.into_iter().map(Some).chain([None]);
    let lines = entries.into_iter().zip(earlier).map(|(entry, before)| TimelineEntry { entry, before });
    Ok((total, lines.take(most).collect()))
}

/// The figures at the end of every month from one day to another, and on the last day itself.
pub fn trend(
    conn: &mut Connection,
    offer_id: i64,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<TrendPoint>> {
    let start = end_of_day(from);
    let mut known = store::find_history_before(conn, offer_id, start)?.map(|entry| entry.figures);
    let mut entries =
        store::list_history_between(conn, offer_id, start, end_of_day(until))?.into_iter().peekable();
    let mut points = Vec::new();
    for day in month_ends(from, until) {
        let end = end_of_day(day);
        while let Some(entry) = entries.next_if(|entry| entry.at.naive_utc() < end) {
            known = Some(entry.figures);
        }
        points.push(TrendPoint { day, figures: known.clone().map(|figures| figures.on_day(day)) });
    }
    Ok(points)
}

/// The same for all these offers together, as far as help starts: their free places, and their mean expected wait.
pub fn provider_trend(
    conn: &mut Connection,
    offers: &[i64],
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<ProviderTrendPoint>> {
    let trends = offers.iter().map(|id| trend(conn, *id, from, until)).collect::<Result<Vec<_>>>()?;
    let days = month_ends(from, until);
    Ok(days
        .iter()
        .enumerate()
        .map(|(place, day)| {
            let figures: Vec<&Figures> = trends
                .iter()
                .filter_map(|points| points[place].figures.as_ref())
                .filter(|figures| figures.status != OfferStatus::IntakeStop)
                .collect();
            let free: Vec<u32> =
                figures.iter().filter_map(|figures| figures.free_places.map(u32::from)).collect();
            let starts: Vec<u32> =
                figures.iter().filter_map(|figures| figures.expected_start_hundredths()).collect();
            let count = u32::try_from(starts.len()).unwrap_or(u32::MAX);
            ProviderTrendPoint {
                day: *day,
                free_places: (!free.is_empty()).then(|| free.iter().sum()),
                mean_start_hundredths: starts.iter().sum::<u32>().checked_div(count),
            }
        })
        .collect())
}

/// The last days of the months from one day to another, and that other day.
fn month_ends(from: NaiveDate, until: NaiveDate) -> Vec<NaiveDate> {
    let mut days = Vec::new();
    let mut first = from.with_day(1).unwrap_or(from);
    while let Some(next) = first.checked_add_months(chrono::Months::new(1)) {
        let end = next - Days::new(1);
        if end >= until {
            break;
        }
        if end >= from {
            days.push(end);
        }
        first = next;
    }
    days.push(until);
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_has_the_month_ends_and_today() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let texts = |from, until| -> Vec<String> {
            month_ends(day(from), day(until)).iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            texts("2026-08-22", "2026-11-22"),
            ["2026-08-31", "2026-09-30", "2026-10-31", "2026-11-22"]
        );
        assert_eq!(texts("2026-08-31", "2026-09-30"), ["2026-08-31", "2026-09-30"]);
        assert_eq!(texts("2026-09-30", "2026-09-30"), ["2026-09-30"]);
        assert_eq!(month_ends(day("2025-11-22"), day("2026-11-22")).len(), 13);
    }
}
