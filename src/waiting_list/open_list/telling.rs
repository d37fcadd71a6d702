//! Telling providers of new clients that fit their free places: with the publication in which they first show, and of what
//! shows nothing else.

use chrono::{DateTime, Duration, NaiveTime, Timelike, Utc};
use rules::working_hours::OpeningHours;

use super::actions::Names;
use super::model::{MailChoice, Publication, Reach};
use super::store::Scope;
use super::{mails, store};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::supply::snapshot::Snapshot;
use crate::clock::{dutch_day, dutch_time};
use crate::db::{self, Connection};
use crate::error::Result;
use crate::identity::recipients::{Recipient, list_provider_people};
use crate::notifications::actions::enqueue;

/// From when on a working day the mails of a whole day go out.
const DAILY_FROM: NaiveTime = NaiveTime::MIN.overflowing_add_signed(Duration::hours(8)).0;

/// Mails everybody who wants to know by now; returns how many mails. Of several servers the one that takes the
/// publication for a user does it.
pub fn tell_of_clients(
    conn: &mut Connection,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
    public_url: &str,
) -> Result<usize> {
    let mut count = 0;
    for region_id in store::list_regions(conn)? {
        let Some(publication) = store::find_latest(conn, region_id)? else { continue };
        let names = Names::load(conn, region_id)?;
        for (person, provider_id) in list_provider_people(conn, region_id)? {
            let told = Told { snapshot, now, public_url, publication: &publication, names: &names };
            count += usize::from(tell(conn, &told, &person, provider_id)?);
        }
    }
    Ok(count)
}

struct Told<'a> {
    snapshot: &'a Snapshot,
    now: DateTime<Utc>,
    public_url: &'a str,
    publication: &'a Publication,
    names: &'a Names,
}

/// Whether mails of a whole day go out at this moment.
fn is_daily_moment(now: DateTime<Utc>, told_at: DateTime<Utc>) -> bool {
    let local = dutch_time(now);
    OpeningHours::office().is_working_day(local.date())
        && local.time().num_seconds_from_midnight() >= DAILY_FROM.num_seconds_from_midnight()
        && dutch_day(told_at) < local.date()
}

fn tell(conn: &mut Connection, told: &Told<'_>, person: &Recipient, provider_id: i64) -> Result<bool> {
    let published_at = told.publication.published_at;
    let Some((choice, told_at)) = store::find_choice(conn, person.user_id)? else {
        // Who made no choice hears from now on, and not of everybody who waits already.
        return db::write(conn, |conn| {
            store::insert_choice(conn, person.user_id, MailChoice::Daily, published_at.naive_utc())
        })
        .map(|()| false);
    };
    let is_due = match choice {
        MailChoice::Immediately => true,
        MailChoice::Daily => is_daily_moment(told.now, told_at.and_utc()),
        MailChoice::Never => false,
    };
    if !is_due || told_at >= published_at.naive_utc() {
        return Ok(false);
    }
    let today = dutch_day(told.now);
    let reach = Reach::of_provider(told.snapshot, &told.names.municipalities, provider_id, today);
    let with_place: Vec<Reach> = reach.into_iter().filter(|one| one.has_place).collect();
    db::write(conn, |conn| {
        if store::update_told(conn, person.user_id, told_at, published_at.naive_utc())? == 0 {
            return Ok(false);
        }
        let scope =
            Scope { publication: told.publication, provider_id, reach: &with_place, seen_at: Some(told_at) };
        let ids = store::list_products_with_newcomers(conn, &scope)?;
        let products: Vec<&str> = told
            .names
            .products
            .iter()
            .filter(|product| ids.contains(&product.id))
            .map(|product| product.name.as_str())
            .collect();
        if products.is_empty() {
            return Ok(false);
        }
        enqueue(conn, told.now, &mails::newcomers(&products, told.public_url, &person.email)?)?;
        let event = Event::done("wachtenden-melden", "gebruiker", person.user_id)
            .change(None, &serde_json::json!({ "producten": products.len() }))?;
        audit::record(conn, &Actor::background(), told.now, &event)?;
        Ok(true)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_told_once_on_a_working_morning() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        for (now, told_at, due) in [
            ("2026-11-23T07:00:00Z", "2026-11-22T10:00:00Z", true),
            ("2026-11-23T06:59:59Z", "2026-11-22T10:00:00Z", false),
            ("2026-11-23T12:00:00Z", "2026-11-23T07:00:00Z", false),
            ("2026-11-22T12:00:00Z", "2026-11-20T07:00:00Z", false),
        ] {
            assert_eq!(is_daily_moment(at(now), at(told_at)), due, "{now}");
        }
    }
}
