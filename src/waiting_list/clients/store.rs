//! Queries on waiting clients, their timeline and the settings of their list.

#![expect(clippy::ref_option_ref, reason = "the code that diesel derives for an optional text")]

mod milestones;
mod rows;
mod upkeep;

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use rules::product::ProductKind;
use rules::waiting::birth::Birth;
use rules::waiting::life::ClientStatus;

pub(super) use self::milestones::list_milestones;
use self::rows::{ClientRow, SettingRow, TimelineRow, birth_number, corrupt};
pub(super) use self::rows::{FactsRow, LifeRow, NewClient, NewEvent, ProductRow};
pub(super) use self::upkeep::{
    ProductTermsRow, find_product_terms, insert_age_notice, insert_contract_end, list_age_notices,
    list_ended_contracts, list_growing, list_of_ended_alternatives, list_of_ended_products,
    list_product_terms, list_products_by_id, list_region_ids, list_successors, list_to_strip, list_wanting,
    replace_closing_days, replace_product_terms, save_settings, strip_client, touch,
};
use super::model::{FormChoices, ListSettings, ProductChoice, ProviderChoice, TimelineLine, WaitingClient};
use crate::db::Connection;
use crate::db::schema::{
    bridging_care as care, contract, municipality, organisation_municipality, placement, postcode, product,
    provider, region, region_municipality, user_account, waiting_client as client,
    waiting_client_alike as alike, waiting_client_alternative as alternative, waiting_client_event as event,
    waiting_client_plan as plan, waiting_client_provider as wish, waiting_client_return as returned,
    waiting_list_closing_day as closing_day, waiting_list_setting as setting, waiting_product,
};
use crate::error::Result;
use crate::{belongs_on, on_each};

pub(super) const WANTED: &str = "gewenst";
pub(super) const EXCLUDED: &str = "uitgesloten";

/// Whose waiting clients somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Those of the municipalities of the user's organisation.
    AtHome { user_id: i64 },
    /// Those the user's organisation registered.
    Registered { user_id: i64 },
    /// Those of them that live in its municipalities now: a child that moved is out of sight.
    RegisteredAtHome { user_id: i64 },
    /// Those of one municipality, to compare: nobody is shown them.
    Within { municipality_id: i64 },
}

impl Scope {
    /// Whether it holds nobody but children for whom the user's organisation answers.
    pub(super) const fn is_at_home(self) -> bool {
        matches!(self, Self::AtHome { .. } | Self::RegisteredAtHome { .. })
    }
}

/// A query of clients that is still being built up.
type Clients<'a> = client::BoxedQuery<'a, crate::db::Backend>;

fn within<'a>(scope: Scope) -> Clients<'a> {
    match scope {
        Scope::AtHome { user_id } => at_home(client::table.into_boxed(), user_id),
        Scope::Registered { user_id } => registered(client::table.into_boxed(), user_id),
        Scope::RegisteredAtHome { user_id } => {
            at_home(registered(client::table.into_boxed(), user_id), user_id)
        }
        Scope::Within { municipality_id } => {
            client::table.into_boxed().filter(client::municipality_id.eq(municipality_id))
        }
    }
}

/// Of these those of the municipalities of the user's organisation.
fn at_home(clients: Clients<'_>, user_id: i64) -> Clients<'_> {
    let own = user_account::table
        .filter(user_account::id.eq(user_id))
        .inner_join(
            organisation_municipality::table
                .on(organisation_municipality::organisation_id.eq(user_account::organisation_id)),
        )
        .select(organisation_municipality::municipality_id);
    clients.filter(client::municipality_id.eq_any(own))
}

/// Of these those that the user's organisation registered.
fn registered(clients: Clients<'_>, user_id: i64) -> Clients<'_> {
    let own = user_account::table.filter(user_account::id.eq(user_id)).select(user_account::organisation_id);
    clients.filter(client::organisation_id.eq_any(own))
}

/// How many clients are loaded at a time: each is a parameter of the query.
const PORTION: usize = 1000;

/// Loads these clients, in this order, with all that belongs to them.
fn load(conn: &mut Connection, ids: &[i64]) -> Result<Vec<WaitingClient>> {
    let mut found = HashMap::with_capacity(ids.len());
    for portion in ids.chunks(PORTION) {
        load_portion(conn, portion, &mut found)?;
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

fn load_portion(conn: &mut Connection, ids: &[i64], found: &mut HashMap<i64, WaitingClient>) -> Result<()> {
    load_rows(conn, ids, found)?;
    load_choices(conn, ids, found)
}

fn load_rows(conn: &mut Connection, ids: &[i64], found: &mut HashMap<i64, WaitingClient>) -> Result<()> {
    let rows: Vec<ClientRow> = client::table
        .inner_join(municipality::table)
        .inner_join(product::table)
        .inner_join(region::table.on(region::id.eq(product::region_id)))
        .left_join(waiting_product::table.on(waiting_product::product_id.eq(client::product_id)))
        .left_join(returned::table.on(returned::client_id.eq(client::id)))
        .left_join(plan::table.on(plan::client_id.eq(client::id)))
        .filter(client::id.eq_any(ids))
        .select((
            client::all_columns,
            (municipality::code, municipality::name),
            (product::region_id, product::code, product::name, product::until_23),
            (
                product::intake_norm_weeks,
                product::treatment_norm_weeks,
                region::intake_norm_weeks,
                region::treatment_norm_weeks,
            ),
            (waiting_product::needs_body_decision, waiting_product::first_help_soon).nullable(),
            returned::returned_on.nullable(),
            plan::made_on.nullable(),
        ))
        .load(conn)?;
    for row in rows {
        let client = WaitingClient::try_from(row)?;
        found.insert(client.id, client);
    }
    Ok(())
}

fn load_choices(conn: &mut Connection, ids: &[i64], found: &mut HashMap<i64, WaitingClient>) -> Result<()> {
    let alternatives: Vec<(i64, i64, String, String)> = alternative::table
        .inner_join(product::table)
        .filter(alternative::client_id.eq_any(ids))
        .order((alternative::client_id, alternative::rank))
        .select((alternative::client_id, product::id, product::code, product::name))
        .load(conn)?;
    for (client_id, id, code, name) in alternatives {
        let code = code.parse().map_err(|_| corrupt("product"))?;
        if let Some(client) = found.get_mut(&client_id) {
            client.alternatives.push(ProductChoice { id, code, name });
        }
    }
    let wishes: Vec<(i64, String, i64, String, String)> = wish::table
        .inner_join(provider::table)
        .filter(wish::client_id.eq_any(ids))
        .order((wish::client_id, wish::rank))
        .select((wish::client_id, wish::wish, provider::id, provider::agb, provider::name))
        .load(conn)?;
    for (client_id, kind, id, agb, name) in wishes {
        let choice = ProviderChoice { id, agb: agb.parse().map_err(|_| corrupt("provider"))?, name };
        if let Some(client) = found.get_mut(&client_id) {
            if kind == WANTED { client.wanted.push(choice) } else { client.excluded.push(choice) }
        }
    }
    Ok(())
}

pub(super) fn list_by_ids(conn: &mut Connection, ids: &[i64]) -> Result<Vec<WaitingClient>> {
    load(conn, ids)
}

/// Everybody on the list of a region.
pub(super) fn list_open_versions(conn: &mut Connection, region_id: i64) -> Result<Vec<(i64, i32)>> {
    let in_region = product::table.filter(product::region_id.eq(region_id)).select(product::id);
    Ok(client::table
        .filter(client::closed_at.is_null())
        .filter(client::product_id.eq_any(in_region))
        .select((client::id, client::version))
        .load(conn)?)
}

pub(super) fn find_by_id(conn: &mut Connection, id: i64) -> Result<Option<WaitingClient>> {
    Ok(load(conn, &[id])?.pop())
}

/// The same queries whether the code is another's, or nobody's.
pub(super) fn find_by_code(conn: &mut Connection, scope: Scope, code: &str) -> Result<Option<WaitingClient>> {
    let ids: Vec<i64> = within(scope).filter(client::code.eq(code)).select(client::id).load(conn)?;
    Ok(load(conn, &ids)?.pop())
}

/// Somebody on the list of a region by the code; with municipalities only of those.
pub(super) fn find_open_by_code(
    conn: &mut Connection,
    region_id: i64,
    municipalities: Option<&[i64]>,
    code: &str,
) -> Result<Option<WaitingClient>> {
    let in_region = product::table.filter(product::region_id.eq(region_id)).select(product::id);
    let mut query = client::table
        .filter(client::code.eq(code))
        .filter(client::closed_at.is_null())
        .filter(client::product_id.eq_any(in_region))
        .select(client::id)
        .into_boxed();
    if let Some(municipalities) = municipalities {
        query = query.filter(client::municipality_id.eq_any(municipalities.to_vec()));
    }
    let ids: Vec<i64> = query.load(conn)?;
    Ok(load(conn, &ids)?.pop())
}

/// Which of those in sight are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Open,
    Closed,
    /// Those who left and of whom something is still owed: the decision of a body, after a crisis, that was never filled in, or
    /// the end of bridging care that runs.
    Owing,
}

/// Everybody in sight who is on the list, or who left it, without alternatives and wishes.
pub(super) fn list_brief(conn: &mut Connection, scope: Scope, which: Which) -> Result<Vec<WaitingClient>> {
    let query = within(scope).select(client::id);
    let query = match which {
        Which::Open => query.filter(client::closed_at.is_null()),
        Which::Closed => query.filter(client::closed_at.is_not_null()),
        Which::Owing => {
            let after_crisis = placement::table
                .filter(placement::after_crisis.eq(true))
                .filter(placement::ended_at.is_null())
                .select(placement::client_id);
            let bridged = care::table.filter(care::ends_on.is_null()).select(care::client_id);
            let owes_decision = client::status
                .eq(ClientStatus::Placed.code())
                .and(client::body_decided_on.is_null())
                .and(client::id.eq_any(after_crisis));
            query
                .filter(client::closed_at.is_not_null())
                .filter(client::stripped_at.is_null())
                .filter(owes_decision.or(client::id.eq_any(bridged)))
        }
    };
    let ids: Vec<i64> = query.order((client::waiting_since, client::code)).load(conn)?;
    let mut found = HashMap::with_capacity(ids.len());
    for portion in ids.chunks(PORTION) {
        load_rows(conn, portion, &mut found)?;
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Everybody on the list who waits for one of these products, or would accept it, of municipalities that belong to the
/// region today: the longest wait first.
pub(super) fn list_open_for_products(
    conn: &mut Connection,
    region_id: i64,
    product_ids: &[i64],
    today: NaiveDate,
) -> Result<Vec<WaitingClient>> {
    let accepting =
        alternative::table.filter(alternative::product_id.eq_any(product_ids)).select(alternative::client_id);
    let ids: Vec<i64> = client::table
        .inner_join(product::table)
        .filter(client::closed_at.is_null())
        .filter(product::region_id.eq(region_id))
        .filter(belongs_on!(client::municipality_id, today))
        .filter(client::product_id.eq_any(product_ids).or(client::id.eq_any(accepting)))
        .order((client::waiting_since, client::code))
        .select(client::id)
        .load(conn)?;
    load(conn, &ids)
}

/// Everybody on the list who can be as old as this, to be compared.
pub(super) fn list_open_of_birth(
    conn: &mut Connection,
    scope: Scope,
    birth: Birth,
) -> Result<Vec<WaitingClient>> {
    let mut query = within(scope).filter(client::closed_at.is_null()).select(client::id);
    if let Birth::Quarter(born) = birth {
        let number = birth_number(born);
        query = query.filter(client::birth_quarter.eq(number).or(client::age.is_not_null()));
    }
    let ids: Vec<i64> = query.order(client::id).load(conn)?;
    load(conn, &ids)
}

/// Keeps on which day these were found to look like each other.
pub(super) fn update_alike(conn: &mut Connection, ids: &[i64], today: NaiveDate) -> Result<()> {
    for id in ids {
        on_each!(conn, c => diesel::insert_into(alike::table)
            .values((alike::client_id.eq(id), alike::found_on.eq(today)))
            .on_conflict(alike::client_id)
            .do_update()
            .set(alike::found_on.eq(today))
            .execute(c))?;
    }
    Ok(())
}

/// What a registration in a region can be chosen from; with a user, that of the user's own municipalities.
pub(super) fn list_form_choices(
    conn: &mut Connection,
    region_id: i64,
    own_of: Option<i64>,
    today: NaiveDate,
) -> Result<FormChoices> {
    let members = members_on(region_id, today);
    let mut municipalities = municipality::table
        .filter(municipality::id.eq_any(members))
        .order((municipality::name, municipality::code))
        .select((municipality::code, municipality::name))
        .into_boxed();
    if let Some(user_id) = own_of {
        let own = organisation_municipality::table
            .inner_join(
                user_account::table
                    .on(user_account::organisation_id.eq(organisation_municipality::organisation_id)),
            )
            .filter(user_account::id.eq(user_id))
            .select(organisation_municipality::municipality_id);
        municipalities = municipalities.filter(municipality::id.eq_any(own));
    }
    let products = product::table
        .filter(product::region_id.eq(region_id))
        .filter(product::kind.ne(ProductKind::Crisis.code()))
        .filter(product::valid_from.is_null().or(product::valid_from.le(today)))
        .filter(product::valid_until.is_null().or(product::valid_until.ge(today)))
        .order(product::code)
        .select((product::code, product::name));
    let contracted = contract::table
        .inner_join(product::table)
        .filter(product::region_id.eq(region_id))
        .select(contract::provider_id);
    let providers = provider::table
        .filter(provider::id.eq_any(contracted))
        .order((provider::name, provider::agb))
        .select((provider::agb, provider::name));
    Ok(FormChoices {
        municipalities: municipalities.load(conn)?,
        products: products.load(conn)?,
        providers: providers.load(conn)?,
    })
}

/// Writes a client down under its code; nothing when the code is taken.
pub(super) fn insert_client(conn: &mut Connection, new: &NewClient) -> Result<Option<i64>> {
    Ok(on_each!(conn, c => diesel::insert_into(client::table)
        .values(new)
        .on_conflict(client::code)
        .do_nothing()
        .returning(client::id)
        .get_result(c)
        .optional())?)
}

/// Replaces the facts if the row still has this version; returns how many rows that were.
pub(super) fn update_facts(
    conn: &mut Connection,
    (id, version): (i64, i32),
    facts: &FactsRow,
) -> Result<usize> {
    Ok(on_each!(conn, c => diesel::update(client::table.find(id).filter(client::version.eq(version)))
        .set((facts, client::version.eq(version + 1)))
        .execute(c))?)
}

/// Replaces the life if the row still has this version; returns how many rows that were.
pub(super) fn update_life(conn: &mut Connection, (id, version): (i64, i32), life: &LifeRow) -> Result<usize> {
    Ok(on_each!(conn, c => diesel::update(client::table.find(id).filter(client::version.eq(version)))
        .set((life, client::version.eq(version + 1)))
        .execute(c))?)
}

/// Keeps the day on which a client last came back for another place.
pub(super) fn save_return(conn: &mut Connection, client_id: i64, day: NaiveDate) -> Result<()> {
    let new = (returned::client_id.eq(client_id), returned::returned_on.eq(day));
    on_each!(conn, c => diesel::insert_into(returned::table)
        .values(new)
        .on_conflict(returned::client_id)
        .do_update()
        .set(returned::returned_on.eq(day))
        .execute(c))?;
    Ok(())
}

/// Replaces the day on which the perspectiefplan was made.
pub(super) fn replace_plan(conn: &mut Connection, id: i64, made_on: Option<NaiveDate>) -> Result<()> {
    diesel::delete(plan::table.filter(plan::client_id.eq(id))).execute(conn)?;
    if let Some(made_on) = made_on {
        diesel::insert_into(plan::table)
            .values((plan::client_id.eq(id), plan::made_on.eq(made_on)))
            .execute(conn)?;
    }
    Ok(())
}

/// Replaces the products that are acceptable too.
pub(super) fn replace_alternatives(conn: &mut Connection, id: i64, product_ids: &[i64]) -> Result<()> {
    diesel::delete(alternative::table.filter(alternative::client_id.eq(id))).execute(conn)?;
    let rows: Vec<_> = (1_i32..)
        .zip(product_ids)
        .map(|(rank, product_id)| {
            (
                alternative::client_id.eq(id),
                alternative::product_id.eq(*product_id),
                alternative::rank.eq(rank),
            )
        })
        .collect();
    on_each!(conn, c => diesel::insert_into(alternative::table).values(&rows).execute(c))?;
    Ok(())
}

/// Replaces the providers that are wanted, and those that are not.
pub(super) fn replace_wishes(conn: &mut Connection, id: i64, wanted: &[i64], excluded: &[i64]) -> Result<()> {
    diesel::delete(wish::table.filter(wish::client_id.eq(id))).execute(conn)?;
    let ranked = |kind: &'static str, ids: &[i64]| {
        (1_i32..).zip(ids.to_vec()).map(move |(rank, provider_id)| {
            (
                wish::client_id.eq(id),
                wish::provider_id.eq(provider_id),
                wish::wish.eq(kind),
                wish::rank.eq(rank),
            )
        })
    };
    let rows: Vec<_> = ranked(WANTED, wanted).chain(ranked(EXCLUDED, excluded)).collect();
    on_each!(conn, c => diesel::insert_into(wish::table).values(&rows).execute(c))?;
    Ok(())
}

/// A product that is wanted is no alternative any more.
pub(super) fn delete_alternative(conn: &mut Connection, id: i64, product_id: i64) -> Result<()> {
    diesel::delete(alternative::table.find((id, product_id))).execute(conn)?;
    Ok(())
}

pub(super) fn insert_event(conn: &mut Connection, new: &NewEvent) -> Result<()> {
    on_each!(conn, c => diesel::insert_into(event::table).values(new).execute(c))?;
    Ok(())
}

/// The timeline of a client, oldest first.
pub(super) fn list_timeline(conn: &mut Connection, client_id: i64) -> Result<Vec<TimelineLine>> {
    let rows: Vec<TimelineRow> = event::table
        .filter(event::client_id.eq(client_id))
        .order(event::id)
        .select((
            event::at,
            event::day,
            event::event,
            event::from_status,
            event::to_status,
            event::reason,
            event::note,
            event::detail,
            event::by_name,
            event::by_organisation,
        ))
        .load(conn)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The organisation of a user, and its municipalities in this region or another, by code.
pub(super) fn find_organisation(conn: &mut Connection, user_id: i64) -> Result<(i64, Vec<i64>)> {
    let organisation_id: i64 =
        user_account::table.find(user_id).select(user_account::organisation_id).first(conn)?;
    let municipalities = organisation_municipality::table
        .filter(organisation_municipality::organisation_id.eq(organisation_id))
        .select(organisation_municipality::municipality_id)
        .load(conn)?;
    Ok((organisation_id, municipalities))
}

/// The municipalities that belong to a region on a day, for whatever segment, with who asks for help from then on.
#[diesel::dsl::auto_type]
fn members_on(region_id: i64, day: NaiveDate) -> _ {
    region_municipality::table
        .filter(region_municipality::region_id.eq(region_id))
        .filter(region_municipality::clients.ne("existing"))
        .filter(region_municipality::valid_from.is_null().or(region_municipality::valid_from.le(day)))
        .filter(region_municipality::valid_until.is_null().or(region_municipality::valid_until.ge(day)))
        .select(region_municipality::municipality_id)
}

/// Whether a municipality belongs to the region of a product on a day, for the segment of it.
pub(super) fn belongs_for_product(
    conn: &mut Connection,
    municipality_id: i64,
    product_id: i64,
    day: NaiveDate,
) -> Result<bool> {
    let found: Option<i64> = product::table
        .find(product_id)
        .filter(belongs_on!(municipality_id, day))
        .select(product::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// A municipality that belongs to the region on a day.
pub(super) fn find_municipality_in_region(
    conn: &mut Connection,
    region_id: i64,
    code: &str,
    day: NaiveDate,
) -> Result<Option<(i64, String)>> {
    Ok(municipality::table
        .filter(municipality::code.eq(code))
        .filter(municipality::id.eq_any(members_on(region_id, day)))
        .select((municipality::id, municipality::name))
        .first(conn)
        .optional()?)
}

/// The products of a region with these codes.
pub(super) fn list_products(
    conn: &mut Connection,
    region_id: i64,
    codes: &[String],
) -> Result<Vec<ProductRow>> {
    Ok(product::table
        .filter(product::region_id.eq(region_id))
        .filter(product::code.eq_any(codes))
        .select((
            product::id,
            product::code,
            product::kind,
            product::min_age,
            product::max_age,
            product::valid_from,
            product::valid_until,
        ))
        .load(conn)?)
}

/// The ids of the providers with these AGB codes.
pub(super) fn list_provider_ids(conn: &mut Connection, agb: &[String]) -> Result<Vec<(String, i64)>> {
    Ok(provider::table.filter(provider::agb.eq_any(agb)).select((provider::agb, provider::id)).load(conn)?)
}

pub(super) fn is_known_postcode(conn: &mut Connection, pc4: i32) -> Result<bool> {
    let found: Option<i32> = postcode::table.find(pc4).select(postcode::pc4).first(conn).optional()?;
    Ok(found.is_some())
}

/// What the region set, or what holds until it sets something.
pub(super) fn find_settings(conn: &mut Connection, region_id: i64) -> Result<ListSettings> {
    let row: Option<SettingRow> = setting::table.find(region_id).first(conn).optional()?;
    let days: Vec<NaiveDate> = closing_day::table
        .filter(closing_day::region_id.eq(region_id))
        .order(closing_day::day)
        .select(closing_day::day)
        .load(conn)?;
    match row {
        Some(row) => row.with_closing_days(days),
        None => Ok(ListSettings { closing_days: days, ..ListSettings::default() }),
    }
}
