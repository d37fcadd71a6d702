//! Reading a board, and writing down who looked at it.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use rules::crisis::board_order::{Line, order};

use super::model::{Board, NEWS_KEPT};
use super::store;
use crate::actor::Actor;
use crate::clock::dutch_day;
use crate::crisis::distribution::actions::list_of_open_requests;
use crate::crisis::distribution::shares::load_division;
use crate::crisis::places::actions::list_of_point;
use crate::crisis::requests::actions::{list_open_of_region, list_referred_since};
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::roster::actions::{list_handovers, list_shifts};
use crate::crisis::settings::actions::{find_lists, find_point, list_region_ids};
use crate::crisis::stays::actions::list_of_region;
use crate::db::{self, Connection};
use crate::error::Result;
use crate::waiting_list::access_log;
use crate::waiting_list::access_log::model::{Access, AccessKind};

/// How long what was referred on stays on the board.
const REFERRED_SHOWN: Duration = Duration::hours(24);

/// The newest line of each region that has a crisis point.
pub(super) fn list_newest(conn: &mut Connection) -> Result<BTreeMap<i64, i64>> {
    let mut newest: BTreeMap<i64, i64> =
        list_region_ids(conn)?.into_iter().map(|region_id| (region_id, 0)).collect();
    for (region_id, id) in store::list_newest(conn)? {
        newest.insert(region_id, id);
    }
    Ok(newest)
}

/// Reads the board of a region, all of one moment.
pub fn read_board(conn: &mut Connection, region_id: i64, now: DateTime<Utc>) -> Result<Board> {
    db::read(conn, |conn| {
        let point = find_point(conn, region_id)?;
        let today = dutch_day(now);
        let mut requests = list_open_of_region(conn, region_id)?;
        requests.sort_by(|a, b| order(&line(a), &line(b)));
        let news = store::list_news(conn, region_id, NEWS_KEPT)?;
        Ok(Board {
            // A correction of the records is no news, and the board is up to date with it all the same.
            newest: store::find_newest(conn, region_id)?,
            read_at: now,
            requests,
            referred: list_referred_since(conn, region_id, now - REFERRED_SHOWN)?,
            assignments: list_of_open_requests(conn, point.id)?,
            division: load_division(conn, &point, now)?,
            places: list_of_point(conn, point.id)?,
            help: list_of_region(conn, region_id)?,
            shifts: list_shifts(conn, point.id, (today, today))?,
            handovers: list_handovers(conn, point.id, now)?,
            news,
            lists: find_lists(conn, region_id)?,
            point,
        })
    })
}

fn line(request: &CrisisRequest) -> Line<'_> {
    Line {
        due: request.respond_by,
        urgency: request.urgency,
        received_at: request.received_at,
        code: request.code.as_str(),
    }
}

/// Writes down that these requests were shown on a board.
pub fn record_look(conn: &mut Connection, actor: &Actor, now: DateTime<Utc>, codes: &[String]) -> Result<()> {
    let access = Access::new(AccessKind::SeeCrisisBoard).clients(codes.iter().cloned());
    access_log::actions::record(conn, actor, now, &access)
}
