//! Who needs another place.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use rules::validity::Validity;
use rules::waiting::client_code::ClientCode;
use rules::waiting::life::ClientStatus;
use rules::waiting::replacement::{EndOfCare, closed_everywhere, end_of_bridging, end_of_care, horizon};
use rules::waiting::succession::line_of;

use super::model::{Column, Replacement, Situation};
use super::store::{self, CareRow, ContractTerm};
use crate::actor::Actor;
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::paging::SortOrder;
use crate::waiting_list::access_log::model::AccessKind;
use crate::waiting_list::clients::actions::{list_own_municipalities, list_successors, record_list};
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::clients::standing::Question;

/// Everybody of the actor's own municipalities who needs another place, each once.
pub fn list(conn: &mut Connection, actor: &Actor, today: NaiveDate) -> Result<Vec<Replacement>> {
    let own = list_own_municipalities(conn, actor)?;
    db::read(conn, |conn| {
        let mut found: BTreeMap<ClientCode, Replacement> = BTreeMap::new();
        // What is nearest to care says most of a child.
        for one in list_care_that_ends(conn, Some(&own), today)? {
            found.entry(one.code).or_insert(one);
        }
        for one in list_bridging_that_ends(conn, Some(&own), today)? {
            found.entry(one.code).or_insert(one);
        }
        for one in list_returned(conn, &own)? {
            found.entry(one.code).or_insert(one);
        }
        let wanting = list_wanting(conn, &own, today)?;
        for one in list_ending(conn, wanting, today)? {
            found.entry(one.code).or_insert(one);
        }
        Ok(found.into_values().collect())
    })
}

/// The care that a child is in, if it ends: where, and when.
pub fn find_ending(
    conn: &mut Connection,
    client: &WaitingClient,
    today: NaiveDate,
) -> Result<Option<Replacement>> {
    if client.status() != ClientStatus::Placed {
        return Ok(None);
    }
    let ending = list_care_that_ends(conn, Some(&[client.municipality.id]), today)?;
    Ok(ending.into_iter().find(|one| one.code == client.code && one.can_return()))
}

/// Who waits for a product and wants a provider whose contract for it may end, or who closes every place where it gives it.
fn list_wanting(conn: &mut Connection, own: &[i64], today: NaiveDate) -> Result<Vec<CareRow>> {
    let mut rows = store::list_wanting(conn, own, horizon(today))?;
    let closings = list_closings(conn, &rows)?;
    for row in &mut rows {
        row.closes_on = closings.closed_everywhere(row);
    }
    Ok(rows)
}

/// On which days the offers close, by provider and product.
struct Closings(BTreeMap<(i64, i64), Vec<Option<NaiveDate>>>);

impl Closings {
    /// The day from which the provider of a row gives its product nowhere any more.
    fn closed_everywhere(&self, row: &CareRow) -> Option<NaiveDate> {
        self.0.get(&(row.provider.0, row.product.0)).and_then(|days| closed_everywhere(days))
    }
}

fn list_closings(conn: &mut Connection, rows: &[CareRow]) -> Result<Closings> {
    let providers: BTreeSet<i64> = rows.iter().map(|row| row.provider.0).collect();
    let mut closings = Closings(BTreeMap::new());
    for (provider_id, product_id, closes_on) in
        store::list_closings(conn, &providers.into_iter().collect::<Vec<_>>())?
    {
        closings.0.entry((provider_id, product_id)).or_default().push(closes_on);
    }
    Ok(closings)
}

/// How many children of the actor's own municipalities are in care that ends.
pub fn count_in_care(conn: &mut Connection, actor: &Actor, today: NaiveDate) -> Result<usize> {
    let own = list_own_municipalities(conn, actor)?;
    let ending = list_care_that_ends(conn, Some(&own), today)?;
    Ok(ending.iter().filter(|one| one.situation == Situation::InCare).count())
}

/// Who has care that ends, or agreed on it; of all municipalities or of these.
pub(super) fn list_care_that_ends(
    conn: &mut Connection,
    municipalities: Option<&[i64]>,
    today: NaiveDate,
) -> Result<Vec<Replacement>> {
    let rows = store::list_care(conn, municipalities, horizon(today))?;
    list_ending(conn, rows, today)
}

/// Who waits with bridging care that ends; of all municipalities or of these.
pub(super) fn list_bridging_that_ends(
    conn: &mut Connection,
    municipalities: Option<&[i64]>,
    today: NaiveDate,
) -> Result<Vec<Replacement>> {
    let mut rows = store::list_bridged(conn, municipalities, today)?;
    let closings = list_closings(conn, &rows)?;
    for row in &mut rows {
        if row.bridged.as_ref().is_some_and(|care| care.offer_id.is_none()) {
            row.closes_on = closings.closed_everywhere(row);
        }
    }
    list_ending(conn, rows, today)
}

fn list_ending(conn: &mut Connection, rows: Vec<CareRow>, today: NaiveDate) -> Result<Vec<Replacement>> {
    let providers: BTreeSet<i64> = rows.iter().map(CareRow::contractor).collect();
    // A product that got another code goes on under the contracts for that.
    let successors = list_successors(conn)?;
    let line = |row: &CareRow| line_of(row.product.0, &successors);
    let products: BTreeSet<i64> = rows.iter().flat_map(line).collect();
    let ids = |set: BTreeSet<i64>| set.into_iter().collect::<Vec<_>>();
    let mut contracts: BTreeMap<(i64, i64), Vec<ContractTerm>> = BTreeMap::new();
    for term in store::list_contracts(conn, &ids(providers), &ids(products))? {
        contracts.entry((term.provider_id, term.product_id)).or_default().push(term);
    }
    let mut found = Vec::new();
    for row in rows {
        let terms: Vec<Validity> = line(&row)
            .into_iter()
            .filter_map(|product_id| contracts.get(&(row.contractor(), product_id)))
            .flatten()
            .filter(|term| term.municipality_id.is_none_or(|id| id == row.municipality.0))
            .map(|term| term.term)
            .collect();
        let end = match &row.bridged {
            Some(care) => end_of_bridging(&terms, row.closes_on, (care.moved_on, care.ends_on), today),
            None => end_of_care(&terms, row.closes_on, today),
        };
        if let Some(end) = end {
            found.push(read(row, end)?);
        }
    }
    Ok(found)
}

fn read(row: CareRow, end: EndOfCare) -> Result<Replacement> {
    let situation = match row.status()? {
        _ if row.bridged.is_some() => Situation::Bridged,
        ClientStatus::Placed => Situation::InCare,
        ClientStatus::Accepted => Situation::Agreed,
        _ => Situation::Wanted,
    };
    Ok(Replacement {
        code: ClientCode::parse(&row.client.1).map_err(Error::internal)?,
        municipality_id: row.municipality.0,
        municipality: row.municipality.1,
        product_id: row.product.0,
        product_code: row.product.1,
        product_name: row.product.2,
        provider: Some((row.provider.0, row.provider.2)),
        situation,
        end: Some(end),
        returned_on: None,
        is_stripped: row.client.3.is_some(),
    })
}

fn list_returned(conn: &mut Connection, municipalities: &[i64]) -> Result<Vec<Replacement>> {
    let rows = store::list_returned(conn, municipalities)?;
    rows.into_iter()
        .map(
            |(
                code,
                (municipality_id, municipality),
                (product_id, product_code, product_name),
                returned_on,
            )| {
                Ok(Replacement {
                    code: ClientCode::parse(&code).map_err(Error::internal)?,
                    municipality_id,
                    municipality,
                    product_id,
                    product_code,
                    product_name,
                    provider: None,
                    situation: Situation::Returned,
                    end: None,
                    returned_on: Some(returned_on),
                    is_stripped: false,
                })
            },
        )
        .collect()
}

/// Puts the list in order; the code decides between two that are equal in it.
pub fn sort(list: &mut [Replacement], order: SortOrder<Column>) {
    let name = |one: &Replacement| one.provider.as_ref().map(|(_, name)| name.to_lowercase());
    list.sort_by(|one, other| {
        let first = match order.column {
            Column::End => {
                let end = |one: &Replacement| (one.end.is_none(), one.end, one.returned_on);
                end(one).cmp(&end(other))
            }
            Column::Code => one.code.cmp(&other.code),
            Column::Provider => (name(one).is_none(), name(one)).cmp(&(name(other).is_none(), name(other))),
        };
        let first = if order.descending { first.reverse() } else { first };
        first.then_with(|| one.code.cmp(&other.code))
    });
}

/// Writes down that these are shown.
pub fn record_shown(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    shown: &[Replacement],
) -> Result<()> {
    let codes: Vec<ClientCode> = shown.iter().map(|one| one.code).collect();
    let question = Question { status: "herplaatsing".to_owned(), ..Question::default() };
    record_list(conn, actor, now, (AccessKind::ListClients, &question), &codes)
}

/// The whole list for a page or the API, in order, narrowed to a situation.
pub fn list_sorted(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    situation: Option<Situation>,
    order: SortOrder<Column>,
) -> Result<Vec<Replacement>> {
    let mut found = list(conn, actor, dutch_day(now))?;
    found.retain(|one| situation.is_none_or(|wanted| one.situation == wanted));
    sort(&mut found, order);
    Ok(found)
}
