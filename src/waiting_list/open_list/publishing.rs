//! Publishing the list: for everybody, and for each provider without those it is kept from.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, DurationRound, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use rules::waiting::coarsening::{
    GroupSize, OpenClient, Shown, ShownMunicipality, coarsen_for, say_the_same,
};

use super::actions::Names;
use super::model::words_of;
use super::store::{self, Arrived, Listed, NewRow};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::waiting_list::clients::actions::find_settings;

/// A list is published at every whole hour, so that nobody sees a single change by itself.
const EVERY: TimeDelta = TimeDelta::hours(1);

/// For how long a page that is open can still be used after the next publication.
const KEPT_FOR: TimeDelta = TimeDelta::hours(2);

/// Publishes the lists of all regions that are due; returns how many. Of several servers one does it.
pub fn publish_due(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    let moment = now.duration_trunc(EVERY).map_err(Error::internal)?;
    let mut count = 0;
    for region_id in store::list_regions(conn)? {
        let latest = store::find_latest(conn, region_id)?;
        if latest.is_some_and(|latest| latest.published_at >= moment) {
            continue;
        }
        match publish(conn, now, region_id, moment) {
            Ok(done) => count += usize::from(done),
            // The list of one region that cannot be read is no reason to keep that of another from its readers.
            Err(error @ Error::Internal(_)) => {
                tracing::error!(region_id, %error, "the open list of a region was not published");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// Publishes the lists of all regions at this moment; returns how many.
pub fn publish_now(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    let mut count = 0;
    for region_id in store::list_regions(conn)? {
        count += usize::from(publish(conn, now, region_id, now)?);
    }
    Ok(count)
}

/// Publishes the list of a region under a moment, unless that was done.
pub fn publish(
    conn: &mut Connection,
    now: DateTime<Utc>,
    region_id: i64,
    moment: DateTime<Utc>,
) -> Result<bool> {
    let today = dutch_day(now);
    db::write(conn, |conn| {
        let before = store::find_latest(conn, region_id)?;
        let Some(id) = store::insert_publication(conn, region_id, moment.naive_utc())? else {
            return Ok(false);
        };
        let listed = store::list_listed(conn, region_id, today)?;
        let arrivals = match before {
            Some(before) => store::list_arrivals(conn, before.id)?,
            None => HashMap::new(),
        };
        let size = find_settings(conn, region_id)?.group_size;
        let names = Names::load(conn, region_id)?;
        let edition = Edition { id, size, today, moment: moment.naive_utc(), arrivals, names };
        let rows = edition.rows(&listed.iter().collect::<Vec<_>>(), &Part::default());
        store::insert_rows(conn, &rows)?;
        publish_apart(conn, &edition, &listed, &rows)?;
        store::delete_before(conn, region_id, (moment - KEPT_FOR).naive_utc())?;
        Ok(true)
    })
}

/// What one provider is kept from, and what it was shown before of those it responded to.
#[derive(Default)]
struct Kept {
    out: HashSet<i64>,
    /// By client; none where the same words would say something else today.
    views: HashMap<i64, Vec<Option<String>>>,
}

/// Publishes for every provider its own rows of each product of which it is kept from somebody, or knew somebody before. All
/// of it holds until the next publication, so that nobody comes or goes between two.
fn publish_apart(conn: &mut Connection, edition: &Edition, listed: &[Listed], rows: &[NewRow]) -> Result<()> {
    let mut first_places: BTreeMap<i64, i32> = BTreeMap::new();
    for row in rows {
        first_places.entry(row.product_id).or_insert(row.place);
    }
    let mut by_product: BTreeMap<i64, Vec<&Listed>> = BTreeMap::new();
    for client in listed {
        by_product.entry(client.product_id).or_default().push(client);
    }
    let product_of: HashMap<i64, i64> = listed.iter().map(|client| (client.id, client.product_id)).collect();
    let mut kept: BTreeMap<i64, Kept> = BTreeMap::new();
    for (provider_id, client_id) in store::list_kept_out(conn, edition.today)? {
        kept.entry(provider_id).or_default().out.insert(client_id);
    }
    for (provider_id, client_id, shown, at) in store::list_earlier_views(conn)? {
        let view = say_the_same(dutch_day(at.and_utc()), edition.today).then_some(shown);
        kept.entry(provider_id).or_default().views.entry(client_id).or_default().push(view);
    }
    for (provider_id, Kept { out, views }) in kept {
        let touched: BTreeSet<i64> =
            out.iter().chain(views.keys()).filter_map(|id| product_of.get(id).copied()).collect();
        for product_id in touched {
            // What is withheld from everybody is withheld from this provider.
            let Some(first_place) = first_places.get(&product_id).copied() else { continue };
            let waiting = by_product.get(&product_id).into_iter().flatten();
            let left: Vec<&Listed> = waiting.filter(|client| !out.contains(&client.id)).copied().collect();
            let part = Part { provider_id: Some(provider_id), first_place, views: Some(&views) };
            store::insert_apart(conn, edition.id, provider_id, product_id)?;
            store::insert_rows(conn, &edition.rows(&left, &part))?;
        }
    }
    Ok(())
}

/// For whom rows are, from which place on, and what that provider was shown before, by client.
#[derive(Default)]
struct Part<'a> {
    provider_id: Option<i64>,
    first_place: i32,
    views: Option<&'a HashMap<i64, Vec<Option<String>>>>,
}

impl Part<'_> {
    fn views_of(&self, client: &Listed) -> Option<&Vec<Option<String>>> {
        self.views.and_then(|views| views.get(&client.id))
    }
}

/// What all rows of a publication share.
struct Edition {
    id: i64,
    size: GroupSize,
    today: NaiveDate,
    moment: NaiveDateTime,
    /// With which publication each child of the list before this one came.
    arrivals: HashMap<Arrived, NaiveDateTime>,
    names: Names,
}

impl Edition {
    /// New is who was not in the list before this one, by whatever way it came; and it is new since this list, however late
    /// that is published.
    fn came_at(&self, client: &Listed) -> NaiveDateTime {
        let known = self.arrivals.get(&(client.id, client.product_id, client.municipality_id));
        known.copied().unwrap_or(self.moment)
    }

    /// What a row says in words, as it is kept beside a response.
    fn words(&self, client: &Listed, shown: &Shown<'_>) -> String {
        let product = self.names.products.iter().find(|product| product.id == client.product_id);
        let place = match shown.municipality {
            ShownMunicipality::One(_) => self.names.find_municipality(client.municipality_id),
            ShownMunicipality::Region => None,
        };
        words_of(product.map_or("", |product| &product.name), place, shown.age, shown.referred)
    }

    /// The rows of these children, each with a handle that was never there before.
    fn rows(&self, clients: &[&Listed], part: &Part<'_>) -> Vec<NewRow> {
        let handles = new_handles(clients.len());
        let open: Vec<OpenClient<'_>> = clients
            .iter()
            .zip(&handles)
            .map(|(client, handle)| OpenClient {
                handle: *handle,
                product: &client.product,
                municipality: &client.municipality,
                age: client.birth.age_on(self.today),
                referred_on: client.referred_on,
            })
            .collect();
        let by_handle: HashMap<u64, &Listed> = handles.into_iter().zip(clients.iter().copied()).collect();
        let shown = coarsen_for(open, self.size, self.today, |shown| {
            let Some(client) = by_handle.get(&shown.handle) else { return true };
            let Some(views) = part.views_of(client) else { return true };
            let words = self.words(client, shown);
            views.iter().all(|view| view.as_ref() == Some(&words))
        });
        let mut rows = Vec::with_capacity(shown.len());
        for group in shown.chunk_by(|one, other| Shown { handle: other.handle, ..*one } == *other) {
            let members: Vec<&Listed> =
                group.iter().filter_map(|row| by_handle.get(&row.handle).copied()).collect();
            // Whom the provider knew before is no newcomer to it, whenever that child came to the list again.
            let newcomers = members.iter().filter(|client| part.views_of(client).is_none());
            let newest_at = newcomers.map(|client| self.came_at(client)).max();
            let newest_at = newest_at.unwrap_or(DateTime::UNIX_EPOCH.naive_utc());
            for (row, client) in group.iter().zip(members) {
                let (age_from, age_to) = row.age.ends();
                let (referred_from, referred_to) = row.referred.ends(self.today);
                rows.push(NewRow {
                    publication_id: self.id,
                    handle: i64::try_from(row.handle).unwrap_or(i64::MAX),
                    client_id: client.id,
                    place: part.first_place.saturating_add(i32::try_from(rows.len()).unwrap_or(i32::MAX)),
                    product_id: client.product_id,
                    municipality_id: match row.municipality {
                        ShownMunicipality::One(_) => Some(client.municipality_id),
                        ShownMunicipality::Region => None,
                    },
                    age_from: age_from.map(i32::from),
                    age_to: age_to.map(i32::from),
                    referred_from,
                    referred_to,
                    newest_at,
                    came_at: self.came_at(client),
                    lives_in: client.municipality_id,
                    provider_id: part.provider_id,
                });
            }
        }
        rows
    }
}

/// Random numbers that fit the database, all different.
fn new_handles(count: usize) -> Vec<u64> {
    let mut taken = HashSet::with_capacity(count);
    while taken.len() < count {
        taken.insert(rand::random::<u64>() >> 1);
    }
    taken.into_iter().collect()
}
