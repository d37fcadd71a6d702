//! Providers that did not confirm their places by nine o'clock on a working day get a mail.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rules::crisis::places::is_reminder_due;
use serde_json::json;

use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::{dutch_day, dutch_time};
use crate::crisis::distribution::mails::mail;
use crate::crisis::settings::actions::{find_point, list_region_ids};
use crate::db::{self, Connection};
use crate::error::Result;
use crate::identity::recipients::list_of_provider;
use crate::notifications::actions::enqueue;
use crate::web::format;

/// Sends what is due; returns how many providers that were. Every server does this: one row for provider and day decides
/// which of them does.
pub fn remind_of_places(conn: &mut Connection, now: DateTime<Utc>, public_url: &str) -> Result<usize> {
    let today = dutch_day(now);
    let mut count = 0;
    for region_id in list_region_ids(conn)? {
        let point = find_point(conn, region_id)?;
        let hours = point.hours()?;
        let mut oldest: BTreeMap<i64, DateTime<Utc>> = BTreeMap::new();
        for place in store::list_of_point(conn, point.id)? {
            let known = oldest.entry(place.provider_id).or_insert(place.confirmed_at);
            *known = place.confirmed_at.min(*known);
        }
        for (provider_id, confirmed_at) in oldest {
            if !is_reminder_due(dutch_day(confirmed_at), dutch_time(now), &hours) {
                continue;
            }
            let sent = db::write(conn, |conn| {
                if !store::insert_reminder(conn, (point.id, provider_id), today)? {
                    return Ok(false);
                }
                let lines = [format!(
                    "U bevestigde uw crisisplaatsen het laatst op {}. Kloppen ze nog? Bevestigen kost één klik.",
                    format::date_time(confirmed_at)
                )];
                let subject = "Bevestig uw crisisplaatsen van vandaag";
                for reader in list_of_provider(conn, provider_id)? {
                    let button = ("Naar mijn plaatsen", format!("{public_url}/crisis/mijn-plaatsen"));
                    let mail = mail("crisisplaatsen", &reader.email, subject.to_owned(), &lines, button)?;
                    enqueue(conn, now, &mail)?;
                }
                let event = Event::done("crisisplaatsen-herinneren", "aanbieder", provider_id)
                    .change(None, &json!({ "dag": today }))?;
                audit::record(conn, &Actor::background(), now, &event)?;
                Ok(true)
            });
            match sent {
                Ok(sent) => count += usize::from(sent),
                // One that fails holds up no other.
                Err(error) => {
                    tracing::error!(%error, provider_id, "a provider is not reminded of its crisis places");
                }
            }
        }
    }
    Ok(count)
}
