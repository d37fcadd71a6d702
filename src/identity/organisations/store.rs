//! Queries on organisations.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{NewOrganisation, Organisation};
use crate::db::Connection;
use crate::db::schema::{municipality, organisation, organisation_municipality, provider, user_account};
use crate::error::{Error, Result};
use crate::identity::model::OrganisationKind;

type Row = (i64, String, String, i64, Option<i64>, i32);

pub(in crate::identity) fn find_id(conn: &mut Connection, name: &str) -> Result<Option<i64>> {
    Ok(organisation::table
        .filter(organisation::name.eq(name))
        .select(organisation::id)
        .first(conn)
        .optional()?)
}

pub(in crate::identity) fn insert(conn: &mut Connection, new: &NewOrganisation) -> Result<i64> {
    let id: i64 = diesel::insert_into(organisation::table)
        .values((
            organisation::name.eq(&new.name),
            organisation::kind.eq(new.kind.code()),
            organisation::region_id.eq(new.region_id),
            organisation::provider_id.eq(new.provider_id),
            organisation::version.eq(1),
        ))
        .returning(organisation::id)
        .get_result(conn)?;
    insert_municipalities(conn, id, &new.municipality_ids)?;
    Ok(id)
}

fn insert_municipalities(conn: &mut Connection, id: i64, municipality_ids: &[i64]) -> Result<()> {
    for municipality_id in municipality_ids {
        diesel::insert_into(organisation_municipality::table)
            .values((
                organisation_municipality::organisation_id.eq(id),
                organisation_municipality::municipality_id.eq(municipality_id),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Changes name and municipalities if the organisation still has this version; how many rows that were.
pub(super) fn update(
    conn: &mut Connection,
    id: i64,
    version: i32,
    name: &str,
    municipality_ids: &[i64],
) -> Result<usize> {
    let rows = diesel::update(organisation::table.find(id).filter(organisation::version.eq(version)))
        .set((organisation::name.eq(name), organisation::version.eq(version + 1)))
        .execute(conn)?;
    let own = organisation_municipality::table.filter(organisation_municipality::organisation_id.eq(id));
    diesel::delete(own).execute(conn)?;
    insert_municipalities(conn, id, municipality_ids)?;
    Ok(rows)
}

pub(super) fn find(conn: &mut Connection, id: i64) -> Result<Option<Organisation>> {
    let row: Option<Row> = organisation::table.find(id).first(conn).optional()?;
    row.map(|row| complete(conn, row)).transpose()
}

pub(super) fn list_page(
    conn: &mut Connection,
    region_id: i64,
    kind: Option<OrganisationKind>,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Organisation>, i64)> {
    let mut counted =
        organisation::table.filter(organisation::region_id.eq(region_id)).select(count_star()).into_boxed();
    let mut listed = organisation::table
        .filter(organisation::region_id.eq(region_id))
        .select(organisation::all_columns)
        .into_boxed();
    if let Some(kind) = kind {
        counted = counted.filter(organisation::kind.eq(kind.code()));
        listed = listed.filter(organisation::kind.eq(kind.code()));
    }
    let total = counted.first(conn)?;
    let rows: Vec<Row> =
        listed.order((organisation::name, organisation::id)).offset(offset).limit(limit).load(conn)?;
    let list = rows.into_iter().map(|row| complete(conn, row)).collect::<Result<_>>()?;
    Ok((list, total))
}

/// Id, name and kind of every organisation of a region, for a choice.
pub(in crate::identity) fn list_names(
    conn: &mut Connection,
    region_id: i64,
) -> Result<Vec<(i64, String, OrganisationKind)>> {
    let rows: Vec<(i64, String, String)> = organisation::table
        .filter(organisation::region_id.eq(region_id))
        .order((organisation::name, organisation::id))
        .select((organisation::id, organisation::name, organisation::kind))
        .load(conn)?;
    rows.into_iter().map(|(id, name, kind)| Ok((id, name, parse_kind(&kind)?))).collect()
}

fn parse_kind(code: &str) -> Result<OrganisationKind> {
    OrganisationKind::parse(code)
        .ok_or_else(|| Error::internal(format!("unknown kind of organisation {code}")))
}

fn complete(
    conn: &mut Connection,
    (id, name, kind, region_id, provider_id, version): Row,
) -> Result<Organisation> {
    let provider_agb = match provider_id {
        Some(provider_id) => Some(provider::table.find(provider_id).select(provider::agb).first(conn)?),
        None => None,
    };
    let municipality_codes = organisation_municipality::table
        .inner_join(municipality::table)
        .filter(organisation_municipality::organisation_id.eq(id))
        .order(municipality::code)
        .select(municipality::code)
        .load(conn)?;
    let users =
        user_account::table.filter(user_account::organisation_id.eq(id)).select(count_star()).first(conn)?;
    let kind = parse_kind(&kind)?;
    Ok(Organisation { id, version, region_id, name, kind, provider_agb, municipality_codes, users })
}

pub(super) fn find_provider_id(conn: &mut Connection, agb: &str) -> Result<Option<i64>> {
    Ok(provider::table.filter(provider::agb.eq(agb)).select(provider::id).first(conn).optional()?)
}

/// All providers, by name, for a choice.
pub(super) fn list_providers(conn: &mut Connection) -> Result<Vec<(String, String)>> {
    Ok(provider::table
        .order((provider::name, provider::agb))
        .select((provider::agb, provider::name))
        .load(conn)?)
}

/// The ids of these municipalities, as far as they exist.
pub(super) fn list_municipality_ids(conn: &mut Connection, codes: &[String]) -> Result<Vec<(String, i64)>> {
    Ok(municipality::table
        .filter(municipality::code.eq_any(codes))
        .select((municipality::code, municipality::id))
        .load(conn)?)
}
