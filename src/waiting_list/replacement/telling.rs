//! Mails the toegang once of each end of care of children of its municipality.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::actions::{list_bridging_that_ends, list_care_that_ends};
use super::mails;
use super::model::{Replacement, Situation};
use super::store::{self, NoticeKey};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::db::{self, Connection};
use crate::error::Result;
use crate::identity::recipients::list_toegang_of;
use crate::notifications::actions::enqueue;

/// Tells what was not told yet; returns of how many ends. The key in the table decides which server tells.
pub fn tell_of_ends(conn: &mut Connection, now: DateTime<Utc>, public_url: &str) -> Result<usize> {
    let mut ends: BTreeMap<NoticeKey, Vec<Replacement>> = BTreeMap::new();
    let mut all = list_care_that_ends(conn, None, dutch_day(now))?;
    all.extend(list_bridging_that_ends(conn, None, dutch_day(now))?);
    for one in all {
        let (Some(end), Some((provider_id, _))) = (one.end, &one.provider) else { continue };
        if !matches!(one.situation, Situation::InCare | Situation::Bridged) {
            continue;
        }
        let key = NoticeKey {
            provider_id: *provider_id,
            product_id: one.product_id,
            municipality_id: one.municipality_id,
            last_day: end.last_day,
        };
        ends.entry(key).or_default().push(one);
    }
    let mut told = 0;
    for (key, children) in ends {
        told += db::write(conn, |conn| {
            if store::insert_notice(conn, key, now.naive_utc())? == 0 {
                return Ok(0);
            }
            for reader in list_toegang_of(conn, key.municipality_id)? {
                enqueue(conn, now, &mails::care_ends(&children, dutch_day(now), public_url, &reader.email)?)?;
            }
            let recorded = serde_json::json!({
                "product": key.product_id, "gemeente": key.municipality_id, "laatsteDag": key.last_day, "kinderen": children.len(),
            });
            let event =
                Event::done("herplaatsing-melden", "aanbieder", key.provider_id).change(None, &recorded)?;
            audit::record(conn, &Actor::background(), now, &event)?;
            Ok(1)
        })?;
    }
    Ok(told)
}
