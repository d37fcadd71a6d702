//! Queries on the published list.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use rules::codes::{MunicipalityCode, ProductCode};
use rules::waiting::birth::{Birth, BirthQuarter};
use rules::waiting::coarsening::{ShownAge, ShownDate};
use rules::waiting::life::ClientStatus;
use rules::waiting::responses::ResponseStatus;

use super::model::{AskedView, Column, Handle, Look, MailChoice, Named, Publication, Reach};
use crate::db::schema::{
    list_mail_choice, list_publication, list_visit, municipality, offer, pair_outcome, product,
    published_apart, published_client, region, regional_request as request, response, waiting_client,
};
use crate::db::{Backend, Connection};
use crate::error::{Error, Result};
use crate::{belongs_on, on_each};

pub(super) fn list_regions(conn: &mut Connection) -> Result<Vec<i64>> {
    Ok(region::table.order(region::id).select(region::id).load(conn)?)
}

pub(super) fn find_latest(conn: &mut Connection, region_id: i64) -> Result<Option<Publication>> {
    Ok(list_recent(conn, region_id, 1)?.into_iter().next())
}

/// The latest publications, newest first.
pub(super) fn list_recent(conn: &mut Connection, region_id: i64, most: i64) -> Result<Vec<Publication>> {
    let rows: Vec<(i64, NaiveDateTime)> = list_publication::table
        .filter(list_publication::region_id.eq(region_id))
        .order(list_publication::published_at.desc())
        .limit(most)
        .select((list_publication::id, list_publication::published_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, at)| Publication { id, published_at: at.and_utc() }).collect())
}

/// The number of the publication of this moment; nothing when there is one.
pub(super) fn insert_publication(
    conn: &mut Connection,
    region_id: i64,
    published_at: NaiveDateTime,
) -> Result<Option<i64>> {
    Ok(on_each!(conn, c => diesel::insert_into(list_publication::table)
        .values((list_publication::region_id.eq(region_id), list_publication::published_at.eq(published_at)))
        .on_conflict_do_nothing()
        .returning(list_publication::id)
        .get_result(c)
        .optional())?)
}

/// Removes what was published before a moment, with all its handles.
pub(super) fn delete_before(conn: &mut Connection, region_id: i64, before: NaiveDateTime) -> Result<()> {
    let old = list_publication::table
        .filter(list_publication::region_id.eq(region_id))
        .filter(list_publication::published_at.lt(before));
    diesel::delete(old).execute(conn)?;
    Ok(())
}

/// A child that can be published, as it is.
pub(super) struct Listed {
    pub(super) id: i64,
    pub(super) product_id: i64,
    pub(super) product: ProductCode,
    pub(super) municipality_id: i64,
    pub(super) municipality: MunicipalityCode,
    pub(super) birth: Birth,
    pub(super) referred_on: NaiveDate,
}

#[derive(Queryable)]
struct ListedRow {
    id: i64,
    product: (i64, String),
    municipality: (i64, String),
    birth_quarter: Option<i32>,
    age: Option<i32>,
    age_on: Option<NaiveDate>,
    referred_on: NaiveDate,
}

/// The children of a region who wait and are not on hold, of municipalities that belong to it today.
pub(super) fn list_listed(conn: &mut Connection, region_id: i64, today: NaiveDate) -> Result<Vec<Listed>> {
    let statuses: Vec<&str> = ClientStatus::ALL
        .iter()
        .filter(|status| status.takes_responses())
        .map(|status| status.code())
        .collect();
    let rows: Vec<ListedRow> = waiting_client::table
        .inner_join(product::table)
        .inner_join(municipality::table)
        .filter(waiting_client::closed_at.is_null())
        .filter(waiting_client::status.eq_any(statuses))
        .filter(waiting_client::hold_until.is_null().or(waiting_client::hold_until.lt(today)))
        .filter(product::region_id.eq(region_id))
        .filter(belongs_on!(waiting_client::municipality_id, today))
        .order(waiting_client::id)
        .select((
            waiting_client::id,
            (product::id, product::code),
            (municipality::id, municipality::code),
            waiting_client::birth_quarter,
            waiting_client::age,
            waiting_client::age_on,
            waiting_client::referred_on,
        ))
        .load(conn)?;
    rows.into_iter().map(read_listed).collect()
}

fn read_listed(row: ListedRow) -> Result<Listed> {
    let corrupt = |column: &'static str| Error::internal(format!("waiting_client.{column}"));
    let birth = match (row.birth_quarter, row.age, row.age_on) {
        (Some(number), ..) => {
            let quarter = u8::try_from(number % 10).map_err(|_| corrupt("birth_quarter"))?;
            // It was checked when it was written; one that is odd today keeps nobody from the list.
            let quarter =
                BirthQuarter::restore(number / 10, quarter).map_err(|_| corrupt("birth_quarter"))?;
            Birth::Quarter(quarter)
        }
        (None, Some(years), Some(on)) => {
            Birth::Age { years: u8::try_from(years).map_err(|_| corrupt("age"))?, on }
        }
        _ => return Err(corrupt("birth_quarter")),
    };
    Ok(Listed {
        id: row.id,
        product_id: row.product.0,
        product: ProductCode::parse(&row.product.1).map_err(|_| corrupt("product"))?,
        municipality_id: row.municipality.0,
        municipality: MunicipalityCode::parse(&row.municipality.1).map_err(|_| corrupt("municipality"))?,
        birth,
        referred_on: row.referred_on,
    })
}

/// A row to publish.
#[derive(Insertable)]
#[diesel(table_name = published_client)]
pub(super) struct NewRow {
    pub(super) publication_id: i64,
    pub(super) handle: i64,
    pub(super) client_id: i64,
    pub(super) place: i32,
    pub(super) product_id: i64,
    pub(super) municipality_id: Option<i64>,
    pub(super) age_from: Option<i32>,
    pub(super) age_to: Option<i32>,
    pub(super) referred_from: Option<NaiveDate>,
    pub(super) referred_to: Option<NaiveDate>,
    pub(super) newest_at: NaiveDateTime,
    pub(super) came_at: NaiveDateTime,
    pub(super) lives_in: i64,
    /// None for who is kept from nobody of the product.
    pub(super) provider_id: Option<i64>,
}

/// A child as a list knows it: client, product and municipality, whatever is shown of them. In another municipality it is
/// within reach of other providers.
pub(super) type Arrived = (i64, i64, i64);

/// With which publication each child of a publication came to the list.
pub(super) fn list_arrivals(
    conn: &mut Connection,
    publication_id: i64,
) -> Result<HashMap<Arrived, NaiveDateTime>> {
    let rows: Vec<(Arrived, NaiveDateTime)> = published_client::table
        .filter(published_client::publication_id.eq(publication_id))
        .filter(published_client::provider_id.is_null())
        .select((
            (published_client::client_id, published_client::product_id, published_client::lives_in),
            published_client::came_at,
        ))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

pub(super) fn insert_rows(conn: &mut Connection, rows: &[NewRow]) -> Result<()> {
    // A statement has a limit to its values.
    for portion in rows.chunks(500) {
        on_each!(conn, c => diesel::insert_into(published_client::table).values(portion).execute(c))?;
    }
    Ok(())
}

/// Keeps that a provider has its own rows of a product in a publication, or none.
pub(super) fn insert_apart(
    conn: &mut Connection,
    publication_id: i64,
    provider_id: i64,
    product_id: i64,
) -> Result<()> {
    let row = (
        published_apart::publication_id.eq(publication_id),
        published_apart::provider_id.eq(provider_id),
        published_apart::product_id.eq(product_id),
    );
    diesel::insert_into(published_apart::table).values(row).execute(conn)?;
    Ok(())
}

/// From which children who may be on a list each provider is kept today: those it responded to, and those with whom it is not
/// brought together.
pub(super) fn list_kept_out(conn: &mut Connection, today: NaiveDate) -> Result<Vec<(i64, i64)>> {
    let mut kept: Vec<(i64, i64)> = response::table
        .inner_join(waiting_client::table)
        .filter(waiting_client::closed_at.is_null())
        .filter(response::ended_at.is_null())
        .select((response::provider_id, response::client_id))
        .load(conn)?;
    let paired_out: Vec<(i64, i64)> = pair_outcome::table
        .inner_join(waiting_client::table)
        .filter(waiting_client::closed_at.is_null())
        .filter(pair_outcome::parked_until.is_null().or(pair_outcome::parked_until.ge(today)))
        .select((pair_outcome::provider_id, pair_outcome::client_id))
        .load(conn)?;
    kept.extend(paired_out);
    Ok(kept)
}

/// What each provider was shown of children who may be on a list when it gave a response that ended, and when: provider,
/// client, words, moment.
pub(super) fn list_earlier_views(conn: &mut Connection) -> Result<Vec<(i64, i64, String, NaiveDateTime)>> {
    Ok(response::table
        .inner_join(waiting_client::table)
        .filter(waiting_client::closed_at.is_null())
        .filter(response::ended_at.is_not_null())
        .select((response::provider_id, response::client_id, response::shown, response::opened_at))
        .load(conn)?)
}

/// A row as it is stored.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Row {
    pub(super) handle: i64,
    pub(super) client_id: i64,
    pub(super) product_id: i64,
    pub(super) municipality_id: Option<i64>,
    age_from: Option<i32>,
    age_to: Option<i32>,
    referred_from: Option<NaiveDate>,
    referred_to: Option<NaiveDate>,
    pub(super) newest_at: NaiveDateTime,
}

impl Row {
    pub(super) fn age(&self) -> ShownAge {
        let end = |age: Option<i32>| age.and_then(|age| u8::try_from(age).ok());
        ShownAge::from_ends((end(self.age_from), end(self.age_to)))
    }

    pub(super) fn referred(&self) -> ShownDate {
        ShownDate::from_ends((self.referred_from, self.referred_to))
    }

    /// The same under another handle.
    pub(super) fn view(&self, handle: Handle) -> AskedView {
        AskedView {
            handle,
            product_id: self.product_id,
            municipality_id: self.municipality_id,
            ages: (self.age_from, self.age_to),
            referred: (self.referred_from, self.referred_to),
        }
    }
}

macro_rules! row_columns {
    () => {
        (
            published_client::handle,
            published_client::client_id,
            published_client::product_id,
            published_client::municipality_id,
            published_client::age_from,
            published_client::age_to,
            published_client::referred_from,
            published_client::referred_to,
            published_client::newest_at,
        )
    };
}

/// Whose part of which publication is asked for.
#[derive(Debug, Clone)]
pub(super) struct Scope<'a> {
    pub(super) publication: &'a Publication,
    pub(super) provider_id: i64,
    pub(super) reach: &'a [Reach],
    pub(super) seen_at: Option<NaiveDateTime>,
}

type Condition = Box<dyn BoxableExpression<published_client::table, Backend, SqlType = Nullable<Bool>>>;
type Rows<'a> = published_client::BoxedQuery<'a, Backend>;

/// What is shown may be somebody that this offer can take.
fn within(reach: &Reach) -> Condition {
    let (min, max) = (i32::from(reach.ages.min()), i32::from(reach.ages.max()));
    let place = published_client::municipality_id;
    Box::new(
        published_client::product_id
            .eq(reach.product_id)
            .and(place.is_null().or(place.eq_any(reach.municipality_ids.clone())))
            .and(published_client::age_from.is_null().or(published_client::age_from.le(max)))
            .and(published_client::age_to.is_null().or(published_client::age_to.ge(min))),
    )
}

/// What is published for a provider: its own rows of the products that it has those of, and of the others the rows that are
/// for everybody.
fn own_rows(publication_id: i64, provider_id: i64) -> Condition {
    let apart = published_apart::table
        .filter(published_apart::publication_id.eq(publication_id))
        .filter(published_apart::provider_id.eq(provider_id))
        .select(published_apart::product_id);
    let for_all = published_client::provider_id.is_null().and(published_client::product_id.ne_all(apart));
    Box::new(published_client::provider_id.eq(provider_id).or(for_all.nullable()))
}

/// The rows that somebody sees, as far as they fit what is looked for; none when nothing is in reach.
fn seen<'a>(scope: &Scope<'_>, look: &Look) -> Option<Rows<'a>> {
    let in_reach =
        scope.reach.iter().map(within).reduce(|one, other| -> Condition { Box::new(one.or(other)) })?;
    let mut rows = published_client::table
        .filter(in_reach)
        .filter(published_client::publication_id.eq(scope.publication.id))
        .filter(own_rows(scope.publication.id, scope.provider_id))
        .into_boxed();
    if let Some(product_id) = look.product_id {
        rows = rows.filter(published_client::product_id.eq(product_id));
    }
    if let Some(municipality_id) = look.municipality_id {
        rows = rows.filter(published_client::municipality_id.eq(municipality_id));
    }
    if let Some(age) = look.age.map(i32::from) {
        rows = rows
            .filter(published_client::age_from.is_null().or(published_client::age_from.le(age)))
            .filter(published_client::age_to.is_null().or(published_client::age_to.ge(age)));
    }
    if let Some(seen_at) = scope.seen_at.filter(|_| look.newcomers) {
        rows = rows.filter(published_client::newest_at.gt(seen_at));
    }
    Some(rows)
}

/// The products of which somebody sees a group with newcomers since the last look.
pub(super) fn list_products_with_newcomers(conn: &mut Connection, scope: &Scope<'_>) -> Result<Vec<i64>> {
    let look = Look { newcomers: true, ..Look::default() };
    let Some(rows) = seen(scope, &look) else { return Ok(Vec::new()) };
    Ok(rows.select(published_client::product_id).distinct().load(conn)?)
}

/// How many rows somebody sees, and a part of them.
pub(super) fn list_rows(
    conn: &mut Connection,
    scope: &Scope<'_>,
    look: &Look,
    (skip, most): (i64, i64),
) -> Result<(i64, Vec<Row>)> {
    let (Some(all), Some(rows)) = (seen(scope, look), seen(scope, look)) else { return Ok((0, Vec::new())) };
    let total = all.count().get_result(conn)?;
    let (age, referred) = (published_client::age_from, published_client::referred_from);
    // What is not shown comes last, on either database.
    let rows = match (look.order.column, look.order.descending) {
        (Column::Product, false) => rows.order(published_client::place.asc()),
        (Column::Product, true) => rows.order(published_client::place.desc()),
        (Column::Age, false) => rows.order((age.is_null(), age.asc(), published_client::place)),
        (Column::Age, true) => rows.order((age.is_null(), age.desc(), published_client::place)),
        (Column::Referred, false) => {
            rows.order((referred.is_null(), referred.asc(), published_client::place))
        }
        (Column::Referred, true) => {
            rows.order((referred.is_null(), referred.desc(), published_client::place))
        }
    };
    Ok((total, rows.offset(skip).limit(most).select(row_columns!()).load(conn)?))
}

/// The row with this handle, if somebody sees it.
pub(super) fn find_row(conn: &mut Connection, scope: &Scope<'_>, handle: i64) -> Result<Option<Row>> {
    let Some(rows) = seen(scope, &Look::default()) else { return Ok(None) };
    Ok(rows.filter(published_client::handle.eq(handle)).select(row_columns!()).first(conn).optional()?)
}

/// What a publication shows a provider of a client that waits for this product.
pub(super) fn find_row_of(
    conn: &mut Connection,
    (publication_id, provider_id): (i64, i64),
    (client_id, product_id): (i64, i64),
) -> Result<Option<Row>> {
    Ok(published_client::table
        .filter(published_client::publication_id.eq(publication_id))
        .filter(own_rows(publication_id, provider_id))
        .filter(published_client::client_id.eq(client_id))
        .filter(published_client::product_id.eq(product_id))
        .select(row_columns!())
        .first(conn)
        .optional()?)
}

/// What a provider is asked and can still answer, by number of the question, with what it is shown. With whom it may not
/// be brought together today it is not asked about.
pub(super) fn list_asked(
    conn: &mut Connection,
    (provider_id, today): (i64, NaiveDate),
    now: NaiveDateTime,
) -> Result<Vec<(i64, Row)>> {
    let paired_out = pair_outcome::table
        .filter(pair_outcome::provider_id.eq(provider_id))
        .filter(pair_outcome::parked_until.is_null().or(pair_outcome::parked_until.ge(today)))
        .select(pair_outcome::client_id);
    Ok(request::table
        .inner_join(offer::table)
        .filter(offer::provider_id.eq(provider_id))
        .filter(request::ends_at.gt(now))
        .filter(request::client_id.ne_all(paired_out))
        .order(request::id)
        .select((
            request::id,
            (
                request::handle,
                request::client_id,
                request::product_id,
                request::municipality_id,
                request::age_from,
                request::age_to,
                request::referred_from,
                request::referred_to,
                request::asked_at,
            ),
        ))
        .load(conn)?)
}

/// The codes of some clients, for the access log.
pub(super) fn list_codes(conn: &mut Connection, clients: &[i64]) -> Result<Vec<String>> {
    Ok(waiting_client::table
        .filter(waiting_client::id.eq_any(clients))
        .order(waiting_client::id)
        .select(waiting_client::code)
        .load(conn)?)
}

/// The responses of a provider to some clients that are weighed or agreed: client, response, and what was shown.
pub(super) fn list_current_responses(
    conn: &mut Connection,
    provider_id: i64,
    clients: &[i64],
) -> Result<Vec<(i64, i64, String)>> {
    Ok(response::table
        .filter(response::provider_id.eq(provider_id))
        .filter(response::status.eq_any([ResponseStatus::Open.code(), ResponseStatus::Accepted.code()]))
        .filter(response::client_id.eq_any(clients))
        .select((response::client_id, response::id, response::shown))
        .load(conn)?)
}

pub(super) fn list_products(conn: &mut Connection, region_id: i64) -> Result<Vec<Named>> {
    let rows: Vec<(i64, String, String)> = product::table
        .filter(product::region_id.eq(region_id))
        .order((product::name, product::code))
        .select((product::id, product::code, product::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, code, name)| Named { id, code, name }).collect())
}

pub(super) fn list_municipalities(conn: &mut Connection) -> Result<Vec<Named>> {
    let rows: Vec<(i64, String, String)> = municipality::table
        .order(municipality::name)
        .select((municipality::id, municipality::code, municipality::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, code, name)| Named { id, code, name }).collect())
}

/// The publication up to which somebody has seen the list.
pub(super) fn find_visit(conn: &mut Connection, user_id: i64) -> Result<Option<NaiveDateTime>> {
    Ok(list_visit::table.find(user_id).select(list_visit::seen_at).first(conn).optional()?)
}

pub(super) fn save_visit(conn: &mut Connection, user_id: i64, seen_at: NaiveDateTime) -> Result<()> {
    let row = (list_visit::user_id.eq(user_id), list_visit::seen_at.eq(seen_at));
    on_each!(conn, c => diesel::insert_into(list_visit::table)
        .values(row)
        .on_conflict(list_visit::user_id)
        .do_update()
        .set(list_visit::seen_at.eq(seen_at))
        .execute(c))?;
    Ok(())
}

/// How somebody wants to hear of new clients, and up to which publication that was told.
pub(super) fn find_choice(
    conn: &mut Connection,
    user_id: i64,
) -> Result<Option<(MailChoice, NaiveDateTime)>> {
    let row: Option<(String, NaiveDateTime)> = list_mail_choice::table
        .find(user_id)
        .select((list_mail_choice::choice, list_mail_choice::told_at))
        .first(conn)
        .optional()?;
    row.map(|(choice, at)| {
        let choice = MailChoice::parse(&choice).ok_or_else(|| Error::internal("list_mail_choice.choice"))?;
        Ok((choice, at))
    })
    .transpose()
}

/// Keeps a choice, and from when somebody is told.
pub(super) fn save_choice(
    conn: &mut Connection,
    user_id: i64,
    choice: MailChoice,
    told_at: NaiveDateTime,
) -> Result<()> {
    let row = (
        list_mail_choice::user_id.eq(user_id),
        list_mail_choice::choice.eq(choice.code()),
        list_mail_choice::told_at.eq(told_at),
    );
    on_each!(conn, c => diesel::insert_into(list_mail_choice::table)
        .values(row)
        .on_conflict(list_mail_choice::user_id)
        .do_update()
        .set((list_mail_choice::choice.eq(choice.code()), list_mail_choice::told_at.eq(told_at)))
        .execute(c))?;
    Ok(())
}

/// The same for somebody who made no choice, and only then.
pub(super) fn insert_choice(
    conn: &mut Connection,
    user_id: i64,
    choice: MailChoice,
    told_at: NaiveDateTime,
) -> Result<()> {
    let row = (
        list_mail_choice::user_id.eq(user_id),
        list_mail_choice::choice.eq(choice.code()),
        list_mail_choice::told_at.eq(told_at),
    );
    on_each!(conn, c => diesel::insert_into(list_mail_choice::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Takes a publication for somebody: one row, or none when another server did.
pub(super) fn update_told(
    conn: &mut Connection,
    user_id: i64,
    before: NaiveDateTime,
    told_at: NaiveDateTime,
) -> Result<usize> {
    let mine = list_mail_choice::table.find(user_id).filter(list_mail_choice::told_at.eq(before));
    Ok(diesel::update(mine).set(list_mail_choice::told_at.eq(told_at)).execute(conn)?)
}
