//! What the tests want to know of a filled database.

use diesel::dsl::count_star;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::{
    contract, location, municipality, offer, offer_history, postcode, product, product_bridge, provider,
    region, region_municipality, segment, supply_version, user_account,
};

/// The number of rows of the tables, with their names.
pub(in crate::seed) fn counts(conn: &mut Connection) -> Vec<(&'static str, i64)> {
    macro_rules! count {
        ($($table:ident),+) => {
            vec![$((stringify!($table), $table::table.select(count_star()).first(conn).unwrap())),+]
        };
    }
    count!(
        region,
        municipality,
        postcode,
        region_municipality,
        segment,
        product,
        product_bridge,
        provider,
        location,
        contract,
        offer,
        user_account
    )
}

pub(in crate::seed) fn main_contractors(conn: &mut Connection) -> i64 {
    provider::table.filter(provider::kind.eq("main")).count().get_result(conn).unwrap()
}

pub(in crate::seed) fn supply_version(conn: &mut Connection) -> (i64, i64) {
    supply_version::table.select((supply_version::version, supply_version::book_version)).first(conn).unwrap()
}

/// Offers that do not stand as their history says: there should be none.
pub(in crate::seed) fn offers_unlike_their_history(conn: &mut Connection) -> i64 {
    let agreeing: i64 = offer::table
        .inner_join(offer_history::table.on(offer_history::offer_id.eq(offer::id)))
        .filter(offer_history::version.eq(offer::version))
        .filter(offer_history::status.eq(offer::status))
        .filter(offer::confirmed_at.is_null().or(offer::confirmed_at.eq(offer_history::at.nullable())))
        .count()
        .get_result(conn)
        .unwrap();
    let all: i64 = offer::table.count().get_result(conn).unwrap();
    all - agreeing
}

/// The history as text, to compare two of them.
pub(in crate::seed) fn history(conn: &mut Connection) -> Vec<String> {
    use offer_history as h;
    type Told = (i64, NaiveDateTime, String, i32, Option<i32>, Option<i32>, Option<i32>, String);
    let told: Vec<Told> = h::table
        .order(h::id)
        .select((
            h::offer_id,
            h::at,
            h::change,
            h::version,
            h::free_places,
            h::waiting,
            h::intake_min,
            h::status,
        ))
        .load(conn)
        .unwrap();
    told.iter().map(|line| format!("{line:?}")).collect()
}
