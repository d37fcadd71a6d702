//! Who may be the same child as somebody on the list already.

use chrono::{DateTime, NaiveDate, Utc};
use rules::codes::ProductCode;
use rules::waiting::registration::RegistrationDraft;
use rules::waiting::similarity::{Features, Similarity, compare};

use super::{checked, scope_of};
use crate::actor::Actor;
use crate::db::Connection;
use crate::error::Result;
use crate::waiting_list::access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::clients::store::{self, Scope};

/// The open registrations that may be of the same child, the most alike first, of those the actor sees.
pub fn list_similar(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    draft: &RegistrationDraft,
) -> Result<Vec<(WaitingClient, Similarity)>> {
    let (_, Ok(registration)) = checked(conn, actor, now, draft.clone())? else { return Ok(Vec::new()) };
    let new = Features {
        municipality: &registration.municipality,
        pc4: registration.pc4,
        birth: registration.birth,
        product: &registration.product,
        alternatives: &registration.alternatives,
        referred_on: registration.referred_on,
    };
    let alike = list_alike(conn, scope_of(actor)?, &new)?;
    if !alike.is_empty() {
        let shown = alike.iter().map(|(client, _)| client.code.as_str().to_owned());
        let access = Access::new(AccessKind::CompareClients).clients(shown);
        access_log::actions::record(conn, actor, now, &access)?;
    }
    Ok(alike)
}

fn alternatives_of(client: &WaitingClient) -> Vec<ProductCode> {
    client.alternatives.iter().map(|product| product.code.clone()).collect()
}

/// What a child on the list is compared by; nothing of whom no birth is known any more.
fn features_of<'a>(client: &'a WaitingClient, alternatives: &'a [ProductCode]) -> Option<Features<'a>> {
    Some(Features {
        municipality: &client.municipality.code,
        pc4: client.pc4,
        birth: client.birth?,
        product: &client.product.code,
        alternatives,
        referred_on: client.referred_on,
    })
}

/// Of those within a scope who are on the list the ones that look like this, the most alike first.
fn list_alike(
    conn: &mut Connection,
    scope: Scope,
    new: &Features<'_>,
) -> Result<Vec<(WaitingClient, Similarity)>> {
    let mut alike: Vec<(WaitingClient, Similarity)> = Vec::new();
    for client in store::list_open_of_birth(conn, scope, new.birth)? {
        let alternatives = alternatives_of(&client);
        let Some(features) = features_of(&client, &alternatives) else { continue };
        let similarity = compare(new, &features);
        if similarity.is_warning() {
            alike.push((client, similarity));
        }
    }
    alike.sort_by(|(one, first), (other, second)| {
        second.score.cmp(&first.score).then_with(|| one.code.cmp(&other.code))
    });
    Ok(alike)
}

/// Points its toegang at a child that came on the list of its municipality without the toegang comparing it, when somebody
/// there looks like it: both are marked. Whoever brought it is told nothing of the other.
pub(super) fn mark_alike(conn: &mut Connection, client: &WaitingClient, today: NaiveDate) -> Result<()> {
    let alternatives = alternatives_of(client);
    let Some(features) = features_of(client, &alternatives) else { return Ok(()) };
    let alike = list_alike(conn, Scope::Within { municipality_id: client.municipality.id }, &features)?;
    let mut ids: Vec<i64> = alike.iter().map(|(other, _)| other.id).filter(|id| *id != client.id).collect();
    if !ids.is_empty() {
        ids.push(client.id);
        store::update_alike(conn, &ids, today)?;
    }
    Ok(())
}
