//! Queries on names and public editions.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::{
    crisis_provision as provision, crisis_publication as publication, crisis_quarter as closed,
    crisis_request as request, municipality, organisation, organisation_municipality as own, provider,
    region, region_municipality, user_account,
};
use crate::error::Result;
use crate::on_each;

/// The name of a region.
pub(super) fn find_region_name(conn: &mut Connection, region_id: i64) -> Result<String> {
    Ok(region::table.filter(region::id.eq(region_id)).select(region::name).first(conn)?)
}

/// When the first request of a region came in.
pub(super) fn find_first_received(conn: &mut Connection, region_id: i64) -> Result<Option<NaiveDateTime>> {
    let of_region = request::table.filter(request::region_id.eq(region_id));
    Ok(of_region.select(diesel::dsl::min(request::received_at)).first(conn)?)
}

/// Code and name of the municipalities of a region.
pub(super) fn list_municipalities(conn: &mut Connection, region_id: i64) -> Result<Vec<(String, String)>> {
    Ok(region_municipality::table
        .inner_join(municipality::table)
        .filter(region_municipality::region_id.eq(region_id))
        .order((municipality::name, municipality::code))
        .select((municipality::code, municipality::name))
        .load(conn)?)
}

/// Code and name of the providers that gave crisis help in a region.
pub(super) fn list_providers(conn: &mut Connection, region_id: i64) -> Result<Vec<(String, String)>> {
    let of_region = provision::table
        .filter(provision::region_id.eq(region_id))
        .filter(provision::provider_id.is_not_null())
        .select(provision::provider_id.assume_not_null());
    Ok(provider::table
        .filter(provider::id.eq_any(of_region))
        .order((provider::name, provider::agb))
        .select((provider::agb, provider::name))
        .load(conn)?)
}

/// The codes of the municipalities of a user's organisation.
pub(super) fn list_own_municipalities(conn: &mut Connection, user_id: i64) -> Result<Vec<String>> {
    Ok(own::table
        .inner_join(municipality::table)
        .inner_join(organisation::table.on(organisation::id.eq(own::organisation_id)))
        .inner_join(user_account::table.on(user_account::organisation_id.eq(organisation::id)))
        .filter(user_account::id.eq(user_id))
        .order((municipality::name, municipality::code))
        .select(municipality::code)
        .load(conn)?)
}

pub(super) fn find_agb(conn: &mut Connection, provider_id: i64) -> Result<Option<String>> {
    Ok(provider::table.filter(provider::id.eq(provider_id)).select(provider::agb).first(conn).optional()?)
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = publication)]
pub(super) struct NewPublication {
    pub(super) crisis_quarter_id: i64,
    pub(super) method: &'static str,
    pub(super) shown: String,
    pub(super) leaks: i32,
    pub(super) hidden: i32,
    pub(super) published_at: NaiveDateTime,
    pub(super) published_by: String,
}

pub(super) fn insert_publication(conn: &mut Connection, new: &NewPublication) -> Result<()> {
    on_each!(conn, c => diesel::insert_into(publication::table).values(new).execute(c))?;
    Ok(())
}

/// The closed quarter it is of: its number, year, quarter and version; then the edition.
pub(super) type PublicationRow = (i64, i32, i32, i32, String, String, i32, NaiveDateTime, String);

/// Every public edition of a region, the newest first.
pub(super) fn list_publications(conn: &mut Connection, region_id: i64) -> Result<Vec<PublicationRow>> {
    Ok(publication::table
        .inner_join(closed::table)
        .filter(closed::region_id.eq(region_id))
        .order((closed::year.desc(), closed::quarter.desc(), closed::version.desc()))
        .select((
            closed::id,
            closed::year,
            closed::quarter,
            closed::version,
            publication::method,
            publication::shown,
            publication::hidden,
            publication::published_at,
            publication::published_by,
        ))
        .load(conn)?)
}
