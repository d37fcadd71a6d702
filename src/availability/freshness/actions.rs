//! Confirming from a mail, and how fresh the figures of a region are.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use rules::freshness::{Freshness, FreshnessTerms, freshness};

use super::model::{ConfirmLink, ProviderStanding, Reminder, Standing, StandingFilter, WeekShare};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::figures::actions::{confirm_all_within, list_offers};
use crate::availability::figures::model::{HistoryKind, Offer, end_of_day};
use crate::availability::supply::snapshot::{Offer as SuppliedOffer, Snapshot};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::policy::Permission;
use crate::identity::{opaque, recipients};

/// How many weeks the overview looks back.
pub const WEEKS: u64 = 26;
/// How far back reminders are counted.
const REMINDERS_SINCE: TimeDelta = TimeDelta::days(365);

/// The link behind a key, and the figures it is about.
pub fn find_link(conn: &mut Connection, key: &str) -> Result<(ConfirmLink, Vec<Offer>)> {
    if !opaque::is_plausible(key) {
        return Err(Error::NotFound("link"));
    }
    let link = store::find_link(conn, &opaque::hash(key))?.ok_or(Error::NotFound("link"))?;
    let offers = list_offers(conn, link.provider_id)?;
    Ok((link, offers))
}

/// Confirms with the key of a mail, once, in the name of its reader. Tells whether the link was still good. Who may keep the
/// figures no more, or has another address by now, confirms nothing, and neither does who found the link.
pub fn confirm_by_link(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, key: &str) -> Result<bool> {
    let (link, _) = find_link(conn, key)?;
    let confirmed = db::write(conn, |conn| {
        if store::update_link_used(conn, &opaque::hash(key), now.naive_utc())? == 0 {
            return Ok(Some(false));
        }
        let reader = recipients::find_active(conn, link.user_id, link.sent_to.as_deref())?
            .filter(|reader| reader.provider_id == Some(link.provider_id));
        let by_mail = Actor {
            identity: reader,
            request_id: actor.request_id.clone(),
            trace_id: actor.trace_id.clone(),
            origin: format!("link in mail, {}", actor.origin),
        };
        if !Permission::KeepOwnFigures.allows(&by_mail) {
            let event = Event::done("cijfers-bevestigen", "gebruiker", link.user_id);
            audit::record_refused(conn, &by_mail, now, &event)?;
            return Ok(None);
        }
        confirm_all_within(conn, &by_mail, now, link.provider_id)?;
        Ok(Some(true))
    })?;
    confirmed.ok_or(Error::Forbidden)
}

/// Ends every link to confirm with. Within a transaction of the caller; how many that were.
pub fn end_all_links(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    store::update_all_links_used(conn, now.naive_utc())
}

/// How the figures of a region stand, and how they stood in the past weeks.
pub fn standing(
    conn: &mut Connection,
    snapshot: &Snapshot,
    region_id: i64,
    filter: &StandingFilter,
) -> Result<Standing> {
    let index = snapshot.book.regions.iter().position(|region| region.id == region_id);
    let index = index.ok_or(Error::NotFound("regio"))?;
    let region = &snapshot.book.regions[index];
    let today = snapshot.today;
    let offers: Vec<&SuppliedOffer> = snapshot
        .offers()
        .filter(|offer| {
            let (product, provider) = (snapshot.product(offer), snapshot.provider(offer));
            product.region as usize == index
                && !offer.coverage.is_empty()
                && filter.product_code.as_ref().is_none_or(|code| product.code == *code)
                && filter.provider_agb.as_ref().is_none_or(|agb| provider.agb == *agb)
        })
        .collect();
    let mut reminders: HashMap<i64, Vec<Reminder>> = HashMap::new();
    for reminder in store::list_reminders(conn, region_id, today - REMINDERS_SINCE)? {
        reminders.entry(reminder.provider_id).or_default().push(reminder);
    }
    let reachable: HashSet<i64> = recipients::list_reachable_providers(conn)?.into_iter().collect();
    let mut by_provider: BTreeMap<u32, Vec<&SuppliedOffer>> = BTreeMap::new();
    for offer in &offers {
        by_provider.entry(offer.provider).or_default().push(offer);
    }
    let mut providers: Vec<ProviderStanding> = by_provider
        .into_values()
        .map(|offers| {
            let provider = snapshot.provider(offers[0]);
            let reminders = reminders.remove(&provider.id).unwrap_or_default();
            let confirmed: Vec<_> = offers.iter().map(|offer| offer.confirmed_at.map(dutch_day)).collect();
            let oldest = confirmed.iter().min().copied().flatten();
            let freshness = freshness(oldest, today, region.terms);
            ProviderStanding {
                agb: provider.agb.clone(),
                name: provider.name.clone(),
                freshness,
                oldest,
                stale_since: oldest
                    .filter(|_| freshness == Freshness::Stale)
                    .map(|day| day + Days::new(u64::from(region.terms.stale_days()) + 1)),
                offers: offers.len(),
                stale: offers.iter().filter(|offer| offer.freshness.is_old()).count(),
                reminders,
                is_reachable: reachable.contains(&provider.id),
            }
        })
        .collect();
    providers.sort_by(|a, b| a.oldest.cmp(&b.oldest).then_with(|| a.name.cmp(&b.name)));
    let ids: HashSet<i64> = offers.iter().map(|offer| offer.id).collect();
    let weeks = list_weeks(conn, &ids, region.terms, today)?;
    Ok(Standing { providers, weeks })
}

/// What is known of one offer over time: since when it is there, and the days on which it was confirmed, in order.
#[derive(Default)]
struct Confirmations {
    created: Option<NaiveDate>,
    days: Vec<NaiveDate>,
}

fn list_weeks(
    conn: &mut Connection,
    ids: &HashSet<i64>,
    terms: FreshnessTerms,
    today: NaiveDate,
) -> Result<Vec<WeekShare>> {
    let ends: Vec<NaiveDate> = (0..WEEKS).rev().map(|weeks| today - Days::new(weeks * 7)).collect();
    // Earlier confirmations make nothing fresh any more in the first of these weeks.
    let since = ends[0] - Days::new(u64::from(terms.fresh_days()) + 1);
    let mut offers: HashMap<i64, Confirmations> =
        ids.iter().map(|id| (*id, Confirmations::default())).collect();
    for (id, at, change) in store::list_confirmations(conn, end_of_day(since))? {
        let Some(offer) = offers.get_mut(&id) else { continue };
        let day = dutch_day(at.and_utc());
        if change == HistoryKind::Created.stored() {
            offer.created = Some(day);
        } else {
            offer.days.push(day);
        }
    }
    for offer in offers.values_mut() {
        offer.days.sort_unstable();
    }
    Ok(ends.into_iter().map(|day| week_share(offers.values(), terms, day)).collect())
}

fn week_share<'a>(
    offers: impl Iterator<Item = &'a Confirmations>,
    terms: FreshnessTerms,
    day: NaiveDate,
) -> WeekShare {
    let mut share = WeekShare { day, fresh: 0, total: 0 };
    for offer in offers.filter(|offer| offer.created.is_none_or(|created| created <= day)) {
        let known = offer.days.partition_point(|confirmed| *confirmed <= day);
        let last = known.checked_sub(1).map(|index| offer.days[index]);
        share.total += 1;
        share.fresh += usize::from(freshness(last, day, terms) == Freshness::Fresh);
    }
    share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_counts_what_was_there_and_what_was_fresh_then() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let offers = [
            Confirmations { created: None, days: vec![day("2026-10-01"), day("2026-11-10")] },
            Confirmations { created: Some(day("2026-11-01")), days: vec![day("2026-11-01")] },
            Confirmations { created: None, days: Vec::new() },
        ];
        let share = |text| {
            let share = week_share(offers.iter(), FreshnessTerms::default(), day(text));
            (share.fresh, share.total, share.percentage())
        };
        assert_eq!(share("2026-09-30"), (0, 2, Some(0.0)));
        assert_eq!(share("2026-10-15"), (1, 2, Some(50.0)));
        assert_eq!(share("2026-10-16"), (0, 2, Some(0.0)));
        assert_eq!(share("2026-11-12"), (2, 3, Some(67.0)));
        assert_eq!(share("2026-11-25"), (0, 3, Some(0.0)));
        assert_eq!(week_share([].iter(), FreshnessTerms::default(), day("2026-11-25")).percentage(), None);
    }
}
