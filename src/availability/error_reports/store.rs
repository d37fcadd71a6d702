//! Queries on error reports.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::{Answer, Answered, Mistake, NewReport, Report, Scope};
use crate::db::Connection;
use crate::db::schema::{error_report, location, offer, product, provider};
use crate::error::{Error, Result};

pub(super) fn insert_report(
    conn: &mut Connection,
    key_hash: &str,
    now: NaiveDateTime,
    new: &NewReport,
) -> Result<i64> {
    Ok(diesel::insert_into(error_report::table)
        .values((
            error_report::key_hash.eq(key_hash),
            error_report::offer_id.eq(new.offer_id),
            error_report::what.eq(new.what.code()),
            error_report::remark.eq(&new.remark),
            error_report::created_at.eq(now),
        ))
        .returning(error_report::id)
        .get_result(conn)?)
}

/// Lets nobody else report about this offer until the transaction ends.
pub(super) fn lock_offer(conn: &mut Connection, offer_id: i64) -> Result<()> {
    diesel::update(offer::table.find(offer_id)).set(offer::version.eq(offer::version)).execute(conn)?;
    Ok(())
}

/// Whether the same was reported of an offer since a moment, and nobody has answered yet.
pub(super) fn has_open(
    conn: &mut Connection,
    offer_id: i64,
    what: Mistake,
    since: NaiveDateTime,
) -> Result<bool> {
    let open = error_report::table
        .filter(error_report::offer_id.eq(offer_id))
        .filter(error_report::what.eq(what.code()))
        .filter(error_report::answer.is_null())
        .filter(error_report::created_at.gt(since));
    Ok(diesel::select(exists(open)).get_result(conn)?)
}

#[derive(Queryable)]
struct Row {
    id: i64,
    offer_id: i64,
    provider: (i64, String),
    product: (String, i64),
    location: String,
    what: String,
    remark: Option<String>,
    created_at: NaiveDateTime,
    answer: (Option<String>, Option<String>, Option<NaiveDateTime>, Option<String>),
}

impl TryFrom<Row> for Report {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let corrupt = |column: &'static str| Error::internal(format!("error_report.{column}"));
        let answered = match row.answer {
            (Some(answer), text, Some(at), Some(by)) => Some(Answered {
                answer: Answer::parse(&answer).ok_or_else(|| corrupt("answer"))?,
                text,
                at: at.and_utc(),
                by,
            }),
            _ => None,
        };
        Ok(Self {
            id: row.id,
            offer_id: row.offer_id,
            provider_id: row.provider.0,
            provider: row.provider.1,
            product: row.product.0,
            region_id: row.product.1,
            place: row.location,
            what: Mistake::parse(&row.what).ok_or_else(|| corrupt("what"))?,
            remark: row.remark,
            created_at: row.created_at.and_utc(),
            answered,
        })
    }
}

/// Reports with what they are about.
macro_rules! reports {
    () => {
        error_report::table
            .inner_join(
                offer::table
                    .inner_join(provider::table)
                    .inner_join(product::table)
                    .inner_join(location::table),
            )
            .select((
                error_report::id,
                error_report::offer_id,
                (provider::id, provider::name),
                (product::name, product::region_id),
                location::name,
                error_report::what,
                error_report::remark,
                error_report::created_at,
                (
                    error_report::answer,
                    error_report::answer_text,
                    error_report::answered_at,
                    error_report::answered_by,
                ),
            ))
    };
}

pub(super) fn find_by_key(conn: &mut Connection, key_hash: &str) -> Result<Option<Report>> {
    let row: Option<Row> = reports!().filter(error_report::key_hash.eq(key_hash)).first(conn).optional()?;
    row.map(Report::try_from).transpose()
}

pub(super) fn find_report(conn: &mut Connection, id: i64) -> Result<Option<Report>> {
    let row: Option<Row> = reports!().filter(error_report::id.eq(id)).first(conn).optional()?;
    row.map(Report::try_from).transpose()
}

/// How many reports there are in a scope, and a part of them: open ones or answered ones, newest first.
pub(super) fn list_reports(
    conn: &mut Connection,
    scope: Scope,
    open: bool,
    (skip, most): (i64, i64),
) -> Result<(i64, Vec<Report>)> {
    let total = count_reports(conn, scope, open)?;
    let mut reports = reports!().into_boxed();
    reports = match scope {
        Scope::Provider(id) => reports.filter(provider::id.eq(id)),
        Scope::Region(id) => reports.filter(product::region_id.eq(id)),
    };
    reports = if open {
        reports.filter(error_report::answer.is_null())
    } else {
        reports.filter(error_report::answer.is_not_null())
    };
    let rows: Vec<Row> = reports
        .order((error_report::created_at.desc(), error_report::id.desc()))
        .offset(skip)
        .limit(most)
        .load(conn)?;
    Ok((total, rows.into_iter().map(Report::try_from).collect::<Result<_>>()?))
}

pub(super) fn count_reports(conn: &mut Connection, scope: Scope, open: bool) -> Result<i64> {
    let mut reports = error_report::table.inner_join(offer::table.inner_join(product::table)).into_boxed();
    reports = match scope {
        Scope::Provider(id) => reports.filter(offer::provider_id.eq(id)),
        Scope::Region(id) => reports.filter(product::region_id.eq(id)),
    };
    reports = if open {
        reports.filter(error_report::answer.is_null())
    } else {
        reports.filter(error_report::answer.is_not_null())
    };
    Ok(reports.count().get_result(conn)?)
}

/// Answers a report that has no answer yet: the one row, or none.
pub(super) fn update_answer(conn: &mut Connection, id: i64, answered: &Answered) -> Result<usize> {
    let open = error_report::table.find(id).filter(error_report::answer.is_null());
    Ok(diesel::update(open)
        .set((
            error_report::answer.eq(answered.answer.code()),
            error_report::answer_text.eq(&answered.text),
            error_report::answered_at.eq(answered.at.naive_utc()),
            error_report::answered_by.eq(&answered.by),
        ))
        .execute(conn)?)
}

/// The offers with an open report since a moment, and when that was made.
pub(super) fn list_open_since(
    conn: &mut Connection,
    since: NaiveDateTime,
) -> Result<Vec<(i64, NaiveDateTime)>> {
    Ok(error_report::table
        .filter(error_report::answer.is_null())
        .filter(error_report::created_at.gt(since))
        .order(error_report::created_at)
        .select((error_report::offer_id, error_report::created_at))
        .load(conn)?)
}
