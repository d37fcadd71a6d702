//! Reminding: what every server does now and then, and only one of them each time.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use rules::freshness::Freshness;
use rules::reminders::{ReminderKind, ReminderTerms, due_reminder};
use rules::working_hours::OpeningHours;

use super::mails::{self, Told};
use super::model::{ConfirmLink, NewReminder, Reminder};
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::figures::actions::list_offers;
use crate::availability::figures::model::Offer;
use crate::availability::supply::book::Region;
use crate::availability::supply::snapshot::Snapshot;
use crate::clock::{dutch_day, dutch_time};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::opaque;
use crate::identity::recipients::{self, Recipient, hash_of_address};
use crate::notifications::actions::enqueue_reminder;

/// How long the link in a reminder works.
pub const LINK_LASTS: TimeDelta = TimeDelta::days(14);
/// How long it is kept after that, to tell its reader that it has ended.
const LINK_KEPT: TimeDelta = TimeDelta::days(90);
/// How far back reminders matter.
const LOOK_BACK: TimeDelta = TimeDelta::days(400);

/// What reminding needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    pub waits: ReminderTerms,
    /// The address people use.
    pub public_url: &'a str,
    /// Also at night and in weekends, because somebody asks for it.
    pub at_any_hour: bool,
}

/// Reminders go out on working days, Dutch holidays off, between eight and six: a mail at night is read as one of many.
fn is_time_to_remind(now: DateTime<Utc>) -> bool {
    let time = dutch_time(now);
    OpeningHours::office().is_working_day(time.date()) && (8..18).contains(&time.hour())
}

/// Sends what is due now, and returns how many reminders that were. Who is due is first looked up in memory; each
/// provider is then decided again on what is stored, in the transaction that sends.
pub fn send_reminders(
    conn: &mut Connection,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
    settings: Settings<'_>,
) -> Result<usize> {
    if !settings.at_any_hour && !is_time_to_remind(now) {
        return Ok(0);
    }
    erase_old_links(conn, now)?;
    let mut count = 0;
    for (index, region) in snapshot.book.regions.iter().enumerate() {
        let round = Round { region, now, today: dutch_day(now), settings };
        let past = round.past(conn)?;
        for (provider_id, offers) in contracted(snapshot, index) {
            let confirmed: Vec<_> = offers
                .iter()
                .filter_map(|id| snapshot.find_offer(*id))
                .map(|offer| offer.confirmed_at.map(dutch_day))
                .collect();
            let known = past.get(&provider_id).map(Vec::as_slice).unwrap_or_default();
            if round.due(&confirmed, known).is_none() {
                continue;
            }
            // One thing can be due to the provider and another to the account manager on the same day.
            loop {
                match db::write(conn, |conn| round.remind(conn, provider_id, &offers)) {
                    Ok(true) => count += 1,
                    // Another server was first.
                    Ok(false) | Err(Error::Conflict(_)) => break,
                    Err(error) => return Err(error),
                }
            }
        }
    }
    Ok(count)
}

/// The offers a region has contracted today, by provider.
fn contracted(snapshot: &Snapshot, region: usize) -> BTreeMap<i64, Vec<i64>> {
    let mut by_provider: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let offers = snapshot
        .offers()
        .filter(|offer| snapshot.product(offer).region as usize == region && !offer.coverage.is_empty());
    for offer in offers {
        by_provider.entry(snapshot.provider(offer).id).or_default().push(offer.id);
    }
    by_provider
}

/// Reminding one region at one moment.
struct Round<'a> {
    region: &'a Region,
    now: DateTime<Utc>,
    today: NaiveDate,
    settings: Settings<'a>,
}

type Past = Vec<Reminder>;

impl Round<'_> {
    /// What counts as told. A reminder that reached nobody does for as long as there is nobody to mail, so that it is not
    /// written down every day; once there is somebody, it is made up for.
    fn past(&self, conn: &mut Connection) -> Result<HashMap<i64, Past>> {
        let reachable: HashSet<i64> = recipients::list_reachable_providers(conn)?.into_iter().collect();
        let has_manager = !recipients::list_account_managers(conn, self.region.id)?.is_empty();
        let mut past: HashMap<i64, Past> = HashMap::new();
        for reminder in store::list_reminders(conn, self.region.id, self.today - LOOK_BACK)? {
            let can_be_made_up = match reminder.kind {
                ReminderKind::Escalated => has_manager,
                ReminderKind::Ageing | ReminderKind::Stale => reachable.contains(&reminder.provider_id),
            };
            if reminder.was_mailed() || !can_be_made_up {
                past.entry(reminder.provider_id).or_default().push(reminder);
            }
        }
        Ok(past)
    }

    fn due(&self, confirmed: &[Option<NaiveDate>], past: &[Reminder]) -> Option<ReminderKind> {
        let past: Vec<_> = past.iter().map(|reminder| (reminder.kind, reminder.sent_on)).collect();
        due_reminder(confirmed, self.region.terms, self.settings.waits, &past, self.today)
    }

    /// Within a transaction: whether something was due and sent.
    fn remind(&self, conn: &mut Connection, provider_id: i64, contracted: &[i64]) -> Result<bool> {
        let mut offers = list_offers(conn, provider_id)?;
        offers.retain(|offer| contracted.contains(&offer.id));
        let confirmed: Vec<_> = offers.iter().map(Offer::confirmed_on).collect();
        let past = self.past(conn)?.remove(&provider_id).unwrap_or_default();
        let Some(kind) = self.due(&confirmed, &past) else { return Ok(false) };
        let readers = match kind {
            ReminderKind::Escalated => recipients::list_account_managers(conn, self.region.id)?,
            ReminderKind::Ageing | ReminderKind::Stale => recipients::list_of_provider(conn, provider_id)?,
        };
        let aged = offers.iter().filter(|offer| offer.freshness(self.today) > Freshness::Fresh);
        let reminder_id = store::insert_reminder(
            conn,
            &NewReminder {
                region_id: self.region.id,
                provider_id,
                kind,
                at: self.now,
                sent_on: self.today,
                offers: aged.count(),
                recipients: readers.len(),
            },
        )?;
        for reader in &readers {
            let told = Told {
                region: self.region,
                today: self.today,
                public_url: self.settings.public_url,
                offers: &offers,
                past: &past,
            };
            let mail = if kind == ReminderKind::Escalated {
                mails::escalation(&told, &reader.email)?
            } else {
                let key = self.add_link(conn, reader, provider_id)?;
                mails::reminder(&told, kind, &reader.email, &key)?
            };
            enqueue_reminder(conn, self.now, &mail, reminder_id)?;
        }
        let event = Event::done("herinnering-versturen", "aanbieder", provider_id)
            .change(None, &serde_json::json!({ "soort": kind.code(), "ontvangers": readers.len() }))?;
        audit::record(conn, &Actor::background(), self.now, &event)?;
        Ok(true)
    }

    fn add_link(&self, conn: &mut Connection, reader: &Recipient, provider_id: i64) -> Result<String> {
        let key = opaque::generate();
        let link = ConfirmLink {
            user_id: reader.user_id,
            provider_id,
            sent_to: Some(hash_of_address(&reader.email)),
            expires_at: self.now + LINK_LASTS,
            used_at: None,
        };
        store::insert_link(conn, &opaque::hash(&key), self.now.naive_utc(), &link)?;
        Ok(key)
    }
}

fn erase_old_links(conn: &mut Connection, now: DateTime<Utc>) -> Result<()> {
    let before = (now - LINK_KEPT).naive_utc();
    if store::has_links_before(conn, before)? {
        db::write(conn, |conn| store::delete_links_before(conn, before))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reminders_go_out_in_dutch_office_hours() {
        for (at, expected) in [
            ("2026-11-20T06:59:00Z", false),
            ("2026-11-20T07:00:00Z", true),
            ("2026-11-20T16:59:00Z", true),
            ("2026-11-20T17:00:00Z", false),
            ("2026-07-01T06:00:00Z", true),
            ("2026-11-21T09:00:00Z", false),
            ("2026-11-22T09:00:00Z", false),
            // The second day of Christmas fell on a Thursday.
            ("2024-12-26T10:00:00Z", false),
            ("2024-12-27T10:00:00Z", true),
            // Whit Monday.
            ("2026-05-25T10:00:00Z", false),
        ] {
            assert_eq!(is_time_to_remind(at.parse().expect("a time")), expected, "{at}");
        }
    }
}
