//! Looking at the list.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rules::waiting::coarsening::{age_group_of, band_of};

use super::model::{Asked, AskedView, Handle, Look, MailChoice, Named, OpenList, Reach, ShownClient};
use super::store::{self, Row, Scope};
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

/// Who asks a provider about a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// The toegang of the child, which chooses to tell this provider of it.
    Toegang,
    /// The region, for many children at once.
    Region,
}

/// What a provider that is asked about a client is shown of it, under a handle of its own: what the list shows that provider.
/// Of whom the list does not show it, the toegang gives the municipality and a band of ages, with which the provider can tell
/// whether it has a place. The region gives no municipality, and only whether the child is younger than twelve: what the list
/// withholds is for the toegang to tell.
pub fn freeze(
    conn: &mut Connection,
    client: &WaitingClient,
    (provider_id, product_id): (i64, i64),
    asker: Asker,
    today: NaiveDate,
) -> Result<AskedView> {
    let handle = Handle(i64::try_from(rand::random::<u64>() >> 1).map_err(Error::internal)?);
    let published = match store::find_latest(conn, client.region_id)? {
        Some(publication) => {
            store::find_row_of(conn, (publication.id, provider_id), (client.id, product_id))?
        }
        None => None,
    };
    if let Some(row) = published {
        return Ok(row.view(handle));
    }
    let birth = client.birth.ok_or(Error::NotFound("wachtende"))?;
    let age = birth.age_on(today);
    let (age, municipality_id) = match asker {
        Asker::Toegang => (band_of(age), Some(client.municipality.id)),
        Asker::Region => (age_group_of(age), None),
    };
    let (age_from, age_to) = age.ends();
    Ok(AskedView {
        handle,
        product_id,
        municipality_id,
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

    pub(super) fn find_municipality(&self, id: i64) -> Option<&Named> {
        self.municipalities.iter().find(|municipality| municipality.id == id)
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
        let municipality = row.municipality_id.and_then(|id| self.find_municipality(id)).cloned();
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
