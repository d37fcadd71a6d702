//! Queries on the news that boards follow.

use chrono::NaiveDateTime;
use diesel::dsl::max;
use diesel::prelude::*;
use rules::crisis::codes::Urgency;
use rules::crisis::life::EventKind;

use super::model::News;
use crate::db::Connection;
use crate::db::schema::{crisis_request as request, crisis_request_event as event};
use crate::error::{Error, Result};

/// The newest line of each region.
pub(super) fn list_newest(conn: &mut Connection) -> Result<Vec<(i64, i64)>> {
    let rows: Vec<(i64, Option<i64>)> =
        event::table.group_by(event::region_id).select((event::region_id, max(event::id))).load(conn)?;
    Ok(rows.into_iter().map(|(region_id, id)| (region_id, id.unwrap_or(0))).collect())
}

/// The newest line of one region.
pub(super) fn find_newest(conn: &mut Connection, region_id: i64) -> Result<i64> {
    let id: Option<i64> =
        event::table.filter(event::region_id.eq(region_id)).select(max(event::id)).first(conn)?;
    Ok(id.unwrap_or(0))
}

type Row = (i64, NaiveDateTime, String, Option<String>, Option<(String, String)>);

/// The last lines of a region, the newest first. A correction of the records afterwards is no news for who is on duty.
pub(super) fn list_news(conn: &mut Connection, region_id: i64, most: usize) -> Result<Vec<News>> {
    let rows: Vec<Row> = event::table
        .left_join(request::table)
        .filter(event::region_id.eq(region_id))
        .filter(event::event.ne(EventKind::Corrected.code()))
        .order(event::id.desc())
        .limit(i64::try_from(most).map_err(Error::internal)?)
        .select((
            event::id,
            event::at,
            event::event,
            event::detail,
            (request::code, request::urgency).nullable(),
        ))
        .load(conn)?;
    let corrupt = |what: &str| Error::internal(format!("unknown {what} in the news of a board"));
    rows.into_iter()
        .map(|(id, at, kind, detail, about)| {
            let request = match about {
                None => None,
                Some((code, urgency)) => {
                    Some((code, Urgency::parse(&urgency).ok_or_else(|| corrupt("urgency"))?))
                }
            };
            let kind = EventKind::parse(&kind).ok_or_else(|| corrupt("line"))?;
            Ok(News { id, at: at.and_utc(), kind, detail, request })
        })
        .collect()
}
