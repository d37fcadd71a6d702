//! Publishing the list, and looking at it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, DurationRound, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use rules::waiting::coarsening::{GroupSize, OpenClient, Shown, ShownMunicipality, band_of, coarsen};

use super::model::{Asked, AskedView, Handle, Look, MailChoice, Named, OpenList, Reach, ShownClient};
use super::store::{self, Listed, NewRow, Row, Scope};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::supply::snapshot::Snapshot;
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::waiting_list::access_log::actions as access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};
use crate::waiting_list::clients::actions::find_settings;
use crate::waiting_list::clients::model::WaitingClient;

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
        let Some(publication_id) = store::insert_publication(conn, region_id, moment.naive_utc())? else {
            return Ok(false);
        };
        let size = find_settings(conn, region_id)?.group_size;
        let listed = store::list_listed(conn, region_id, today)?;
        let known = match before {
            Some(before) => store::list_arrivals(conn, before.id)?,
            None => HashMap::new(),
        };
        // New is who was not in the list before this one, by whatever way it came; and it is new since this list, however
        // late that is published.
        let came_at = |client: &Listed| {
            let known = known.get(&(client.id, client.product_id, client.municipality_id));
            known.copied().unwrap_or_else(|| moment.naive_utc())
        };
        let rows = rows_to_publish(publication_id, (&listed, came_at), size, today);
        store::insert_rows(conn, &rows)?;
        store::delete_before(conn, region_id, (moment - KEPT_FOR).naive_utc())?;
        Ok(true)
    })
}

/// The rows of a publication, each with a handle that was never there before.
fn rows_to_publish(
    publication_id: i64,
    (listed, came_at): (&[Listed], impl Fn(&Listed) -> NaiveDateTime),
    size: GroupSize,
    today: NaiveDate,
) -> Vec<NewRow> {
    let handles = new_handles(listed.len());
    let open: Vec<OpenClient<'_>> = listed
        .iter()
        .zip(&handles)
        .map(|(client, handle)| OpenClient {
            handle: *handle,
            product: &client.product,
            municipality: &client.municipality,
            age: client.birth.age_on(today),
            referred_on: client.referred_on,
        })
        .collect();
    let by_handle: HashMap<u64, &Listed> = handles.iter().copied().zip(listed).collect();
    let shown = coarsen(&open, size, today);
    let mut rows = Vec::with_capacity(shown.len());
    for group in shown.chunk_by(|one, other| Shown { handle: other.handle, ..*one } == *other) {
        let clients: Vec<&Listed> =
            group.iter().filter_map(|row| by_handle.get(&row.handle).copied()).collect();
        let newest_at = clients.iter().map(|client| came_at(client)).max().unwrap_or(NaiveDateTime::MIN);
        for (row, client) in group.iter().zip(clients) {
            let (age_from, age_to) = row.age.ends();
            let (referred_from, referred_to) = row.referred.ends(today);
            rows.push(NewRow {
                publication_id,
                handle: i64::try_from(row.handle).unwrap_or(i64::MAX),
                client_id: client.id,
                place: i32::try_from(rows.len()).unwrap_or(i32::MAX),
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
                came_at: came_at(client),
                lives_in: client.municipality_id,
            });
        }
    }
    rows
}

/// Random numbers that fit the database, all different.
fn new_handles(count: usize) -> Vec<u64> {
    let mut taken = HashSet::with_capacity(count);
    while taken.len() < count {
        taken.insert(rand::random::<u64>() >> 1);
    }
    taken.into_iter().collect()
}

/// The provider and the region of somebody who looks.
fn viewer(actor: &Actor) -> Result<(i64, i64, i64)> {
    let identity = actor.identity.as_ref().ok_or(Error::SignInRequired)?;
    Ok((identity.user_id, identity.provider_id.ok_or(Error::Forbidden)?, identity.region_id))
}

/// The part of the list that somebody sees, with how many that are in all.
pub fn list_clients(
    conn: &mut Connection,
    snapshot: &Snapshot,
    actor: &Actor,
    now: DateTime<Utc>,
    asked: &Asked,
    part: (i64, i64),
) -> Result<OpenList> {
    let (user_id, provider_id, region_id) = viewer(actor)?;
    let today = dutch_day(now);
    let names = Names::load(conn, region_id)?;
    let reach = Reach::of_provider(snapshot, &names.municipalities, provider_id, today);
    let seen_at = store::find_visit(conn, user_id)?;
    let publication = store::find_latest(conn, region_id)?;
    let (total, rows) = match &publication {
        None => (0, Vec::new()),
        Some(publication) => {
            let scope = Scope { publication, provider_id, reach: &reach, seen_at };
            store::list_rows(conn, &scope, &names.look(asked), part)?
        }
    };
    let ids: Vec<i64> = rows.iter().map(|row| row.client_id).collect();
    let codes = store::list_codes(conn, &ids)?;
    let access = Access::new(AccessKind::ListOpenClients).clients(codes).asking(&asked.recorded())?;
    access_log::record(conn, actor, now, &access)?;
    let clients = names.show(conn, provider_id, rows, seen_at)?;
    let in_reach = |ids: &[i64], named: &[Named]| -> Vec<Named> {
        named.iter().filter(|one| ids.contains(&one.id)).cloned().collect()
    };
    let products: Vec<i64> = reach.iter().map(|one| one.product_id).collect();
    let places: Vec<i64> = reach.iter().flat_map(|one| one.municipality_ids.clone()).collect();
    Ok(OpenList {
        published_at: publication.map(|publication| publication.published_at),
        products: in_reach(&products, &names.products),
        municipalities: in_reach(&places, &names.municipalities),
        seen_at: seen_at.map(|at| at.and_utc()),
        total: usize::try_from(total).map_err(Error::internal)?,
        group_size: find_settings(conn, region_id)?.group_size.get(),
        clients,
    })
}

/// Shows one client to somebody who wants to respond, and writes that down.
pub fn view_client(
    conn: &mut Connection,
    snapshot: &Snapshot,
    actor: &Actor,
    now: DateTime<Utc>,
    handle: Handle,
) -> Result<ShownClient> {
    let (client_id, shown) = find_client(conn, snapshot, actor, now, handle)?;
    let codes = store::list_codes(conn, &[client_id])?;
    access_log::record(conn, actor, now, &Access::new(AccessKind::ViewOpenClient).clients(codes))?;
    Ok(shown)
}

/// What somebody sees under a handle, and who that is. Of a handle that is not theirs to see, or was never given, it says
/// the same.
pub fn find_client(
    conn: &mut Connection,
    snapshot: &Snapshot,
    actor: &Actor,
    now: DateTime<Utc>,
    handle: Handle,
) -> Result<(i64, ShownClient)> {
    let (_, provider_id, region_id) = viewer(actor)?;
    let today = dutch_day(now);
    let names = Names::load(conn, region_id)?;
    let reach = Reach::of_provider(snapshot, &names.municipalities, provider_id, today);
    // A page may have been opened just before the latest publication.
    for publication in store::list_recent(conn, region_id, 2)? {
        let scope = Scope { publication: &publication, provider_id, reach: &reach, seen_at: None };
        if let Some(row) = store::find_row(conn, &scope, handle.0)? {
            let client_id = row.client_id;
            let shown = names.show(conn, provider_id, vec![row], None)?.pop();
            return shown.map(|shown| (client_id, shown)).ok_or(Error::NotFound("wachtende"));
        }
    }
    let asked = store::list_asked(conn, (provider_id, today), now.naive_utc())?;
    let row = asked.into_iter().map(|(_, row)| row).find(|row| row.handle == handle.0);
    let row = row.ok_or(Error::NotFound("wachtende"))?;
    let client_id = row.client_id;
    let shown = names.show_asked(conn, provider_id, vec![row])?.pop();
    shown.map(|shown| (client_id, shown)).ok_or(Error::NotFound("wachtende"))
}

/// What the own provider is shown of the clients it is asked about, by number of the question, and the look is written
/// down. It is what was shown when it was asked, so that a later view says nothing more.
pub fn show_asked(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<HashMap<i64, ShownClient>> {
    let (_, provider_id, region_id) = viewer(actor)?;
    let names = Names::load(conn, region_id)?;
    let asked = store::list_asked(conn, (provider_id, dutch_day(now)), now.naive_utc())?;
    let client_ids: Vec<i64> = asked.iter().map(|(_, row)| row.client_id).collect();
    let codes = store::list_codes(conn, &client_ids)?;
    access_log::record(conn, actor, now, &Access::new(AccessKind::ListOpenClients).clients(codes))?;
    let mut found = HashMap::new();
    for (id, row) in asked {
        if let Some(shown) = names.show_asked(conn, provider_id, vec![row])?.pop() {
            found.insert(id, shown);
        }
    }
    Ok(found)
}

/// What a provider that is asked about a client is shown of it, under a handle of its own: what the list shows, or of whom
/// the list does not show for this product, the municipality and a band of ages, with which it can tell whether it has a
/// place.
pub fn freeze(
    conn: &mut Connection,
    client: &WaitingClient,
    product_id: i64,
    today: NaiveDate,
) -> Result<AskedView> {
    let handle = Handle(i64::try_from(rand::random::<u64>() >> 1).map_err(Error::internal)?);
    let published = match store::find_latest(conn, client.region_id)? {
        Some(publication) => store::find_row_of(conn, publication.id, (client.id, product_id))?,
        None => None,
    };
    if let Some(row) = published {
        return Ok(row.view(handle));
    }
    let birth = client.birth.ok_or(Error::NotFound("wachtende"))?;
    let (age_from, age_to) = band_of(birth.age_on(today)).ends();
    Ok(AskedView {
        handle,
        product_id,
        municipality_id: Some(client.municipality.id),
        ages: (age_from.map(i32::from), age_to.map(i32::from)),
        referred: (None, None),
    })
}

/// The names of what rows refer to.
pub(super) struct Names {
    pub(super) products: Vec<Named>,
    pub(super) municipalities: Vec<Named>,
}

impl Names {
    pub(super) fn load(conn: &mut Connection, region_id: i64) -> Result<Self> {
        Ok(Self {
            products: store::list_products(conn, region_id)?,
            municipalities: store::list_municipalities(conn)?,
        })
    }

    /// What is asked for; a code that does not exist fits nobody.
    fn look(&self, asked: &Asked) -> Look {
        let id_of = |named: &[Named], code: &String| {
            named.iter().find(|one| one.code == *code).map_or(0, |one| one.id)
        };
        Look {
            product_id: asked.product.as_ref().map(|code| id_of(&self.products, code)),
            municipality_id: asked.municipality.as_ref().map(|code| id_of(&self.municipalities, code)),
            age: asked.age,
            newcomers: asked.newcomers,
            order: asked.order,
        }
    }

    fn show(
        &self,
        conn: &mut Connection,
        provider_id: i64,
        rows: Vec<Row>,
        seen_at: Option<NaiveDateTime>,
    ) -> Result<Vec<ShownClient>> {
        let responses = Self::responses(conn, provider_id, &rows)?;
        let shown = rows.into_iter().filter_map(|row| {
            let shown = self.show_row(&row, seen_at)?;
            // Only beside what was shown when the provider responded: beside anything else the mark would join two views
            // of one child, and what both allow can be fewer than a group.
            let own = responses.get(&row.client_id).filter(|(_, words)| *words == shown.words());
            Some(ShownClient { response_id: own.map(|(id, _)| *id), ..shown })
        });
        Ok(shown.collect())
    }

    /// The same of who the provider is asked about, where the question joins the two already.
    fn show_asked(
        &self,
        conn: &mut Connection,
        provider_id: i64,
        rows: Vec<Row>,
    ) -> Result<Vec<ShownClient>> {
        let responses = Self::responses(conn, provider_id, &rows)?;
        let shown = rows.into_iter().filter_map(|row| {
            let response_id = responses.get(&row.client_id).map(|(id, _)| *id);
            Some(ShownClient { response_id, ..self.show_row(&row, None)? })
        });
        Ok(shown.collect())
    }

    /// The responses of a provider that are weighed or agreed: number and what was shown, by client.
    fn responses(
        conn: &mut Connection,
        provider_id: i64,
        rows: &[Row],
    ) -> Result<HashMap<i64, (i64, String)>> {
        let ids: Vec<i64> = rows.iter().map(|row| row.client_id).collect();
        let found = store::list_current_responses(conn, provider_id, &ids)?;
        Ok(found.into_iter().map(|(client_id, id, shown)| (client_id, (id, shown))).collect())
    }

    fn show_row(&self, row: &Row, seen_at: Option<NaiveDateTime>) -> Option<ShownClient> {
        let product = self.products.iter().find(|product| product.id == row.product_id)?;
        let municipality = row
            .municipality_id
            .and_then(|id| self.municipalities.iter().find(|municipality| municipality.id == id).cloned());
        Some(ShownClient {
            handle: Handle(row.handle),
            product: product.clone(),
            municipality,
            age: row.age(),
            referred: row.referred(),
            has_newcomers: seen_at.is_some_and(|seen_at| row.newest_at > seen_at),
            response_id: None,
        })
    }
}

/// Remembers that somebody saw the list as it was published at this moment; returns up to when it is seen. Who came with a
/// publication after that one stays new, and no other moment can be named: who could name any would find out to the minute
/// when somebody came.
pub fn mark_seen(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    published_at: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    let (user_id, _, region_id) = viewer(actor)?;
    db::write(conn, |conn| {
        // A page may have been opened just before the latest publication.
        let recent = store::list_recent(conn, region_id, 2)?;
        if !recent.iter().any(|publication| publication.published_at == published_at) {
            let message = "de lijst die u zag is intussen vervangen; bekijk haar opnieuw";
            return Err(Error::collision("tot", "vervangen", message));
        }
        let before = store::find_visit(conn, user_id)?.map(|at| at.and_utc());
        let seen_at = before.map_or(published_at, |before| before.max(published_at));
        store::save_visit(conn, user_id, seen_at.naive_utc())?;
        audit::record(conn, actor, now, &Event::done("wachtenden-gezien", "gebruiker", user_id))?;
        Ok(seen_at)
    })
}

/// How somebody hears of new clients; once a day unless they chose otherwise.
pub fn find_mail_choice(conn: &mut Connection, actor: &Actor) -> Result<MailChoice> {
    let (user_id, ..) = viewer(actor)?;
    Ok(store::find_choice(conn, user_id)?.map_or(MailChoice::Daily, |(choice, _)| choice))
}

/// Keeps how somebody wants to hear of new clients.
pub fn save_mail_choice(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    choice: MailChoice,
) -> Result<()> {
    let (user_id, ..) = viewer(actor)?;
    db::write(conn, |conn| {
        let before = store::find_choice(conn, user_id)?;
        // Who wanted nothing hears from now on, and not of what came before.
        let told_at = match before {
            Some((MailChoice::Never, _)) | None => now.naive_utc(),
            Some((_, told_at)) => told_at,
        };
        store::save_choice(conn, user_id, choice, told_at)?;
        let event = Event::done("wachtenden-meldingen", "gebruiker", user_id)
            .change(None, &serde_json::json!({ "keuze": choice.code() }))?;
        audit::record(conn, actor, now, &event)
    })
}
