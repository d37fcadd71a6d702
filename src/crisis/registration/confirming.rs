//! Bevestigen: a provider says that what a quarter holds of its help is right. What changes afterwards asks for its word anew.

use chrono::{DateTime, Utc};
use rules::crisis::quarter::Quarter;
use rules::crisis::records::CaseRecord;
use serde_json::json;

use super::actions::{QUARTER, counted_records, hash, list_versions, name_of, region_of};
use super::model::{Confirmation, FrozenRecord};
use super::store::{self, NewConfirmation};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// The hash over the help of one provider in these records; none when there is no such help.
fn hash_of(records: &[CaseRecord], quarter: Quarter, agb: &str) -> Result<Option<String>> {
    let mut own: Vec<CaseRecord> =
        records.iter().filter(|record| record.belongs_to(quarter)).cloned().collect();
    for record in &mut own {
        record.lines.retain(|line| line.provider.as_deref() == Some(agb));
    }
    own.retain(|record| !record.lines.is_empty());
    own.sort_by(|one, other| one.code.cmp(&other.code));
    let frozen: Vec<FrozenRecord> = own.iter().map(FrozenRecord::from).collect();
    let text = serde_json::to_string(&frozen).map_err(Error::internal)?;
    Ok((!own.is_empty()).then(|| hash(&text)))
}

/// Confirms the help of the actor's own provider in a quarter that is over: as it was closed, or as it is now.
pub fn confirm_quarter(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    quarter: Quarter,
) -> Result<Confirmation> {
    let region_id = region_of(actor)?;
    let provider_id = actor.provider_id().ok_or(Error::Forbidden)?;
    db::write(conn, |conn| {
        let name = quarter.name();
        if dutch_day(now) <= quarter.last_day() {
            return Err(Error::Conflict(format!("Het {name} is nog niet voorbij.")));
        }
        let agb = store::find_agb(conn, provider_id)?;
        let closed = list_versions(conn, region_id, Some(quarter))?;
        let records = counted_records(conn, region_id, quarter, closed.first())?;
        let hash = hash_of(&records, quarter, &agb)?
            .ok_or_else(|| Error::Conflict(format!("U gaf in het {name} geen crisishulp.")))?;
        let last = store::list_confirmations(conn, region_id, quarter)?
            .into_iter()
            .find(|(known, ..)| *known == agb);
        if last.is_some_and(|(_, known, _)| known == hash) {
            return Err(Error::Conflict(format!("U hebt uw hulp in het {name} al bevestigd.")));
        }
        let new = NewConfirmation {
            region_id,
            year: i32::from(quarter.year()),
            quarter: i32::from(quarter.number()),
            provider_id,
            hash,
            confirmed_at: now.naive_utc(),
            confirmed_by: name_of(actor),
        };
        store::insert_confirmation(conn, &new)?;
        let event = Event::done("crisiskwartaal-bevestigen", QUARTER, quarter)
            .change(None, &json!({ "aanbieder": agb, "zegel": new.hash }))?;
        audit::record(conn, actor, now, &event)?;
        Ok(Confirmation { agb, at: now, holds: true })
    })
}

/// Who confirmed a quarter last, and whether that still holds for what it is counted from.
pub fn list_confirmations(
    conn: &mut Connection,
    region_id: i64,
    quarter: Quarter,
) -> Result<Vec<Confirmation>> {
    let stored = store::list_confirmations(conn, region_id, quarter)?;
    if stored.is_empty() {
        return Ok(Vec::new());
    }
    let closed = list_versions(conn, region_id, Some(quarter))?;
    let records = counted_records(conn, region_id, quarter, closed.first())?;
    let mut found: Vec<Confirmation> = Vec::new();
    for (agb, hash, at) in stored {
        if found.iter().all(|known| known.agb != agb) {
            let holds = hash_of(&records, quarter, &agb)?.as_ref() == Some(&hash);
            found.push(Confirmation { agb, at, holds });
        }
    }
    Ok(found)
}
