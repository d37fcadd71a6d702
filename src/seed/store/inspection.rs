//! What the tests want to know of a filled database.

use diesel::dsl::count_star;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::{
    bridging_care, client_proposal, contract, location, mediation_step, municipality, offer, offer_history,
    placement, postcode, product, product_bridge, provider, question, region, region_municipality,
    regional_request, response, segment, supply_version, user_account, waiting_client,
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

/// Offers that do not stand as their history says: there should be none. What was promised since has a later version.
pub(in crate::seed) fn offers_unlike_their_history(conn: &mut Connection) -> i64 {
    let agreeing: i64 = offer::table
        .inner_join(offer_history::table.on(offer_history::offer_id.eq(offer::id)))
        .filter(offer::reserved_places.eq(0))
        .filter(offer_history::version.eq(offer::version))
        .filter(offer_history::status.eq(offer::status))
        .filter(offer::confirmed_at.is_null().or(offer::confirmed_at.eq(offer_history::at.nullable())))
        .count()
        .get_result(conn)
        .unwrap();
    let all: i64 = offer::table.filter(offer::reserved_places.eq(0)).count().get_result(conn).unwrap();
    all - agreeing
}

/// How many waiting clients there are by status.
pub(in crate::seed) fn clients_by_status(conn: &mut Connection) -> Vec<(String, i64)> {
    use waiting_client as w;
    w::table.group_by(w::status).order(w::status).select((w::status, count_star())).load(conn).unwrap()
}

/// Waiting clients that do not stand as their responses say: there should be none.
pub(in crate::seed) fn clients_unlike_their_responses(conn: &mut Connection) -> Vec<String> {
    use waiting_client as w;
    let clients: Vec<(i64, String, String, i32)> =
        w::table.select((w::id, w::code, w::status, w::open_responses)).load(conn).unwrap();
    let count = |conn: &mut Connection, id: i64, status: &str| -> i64 {
        let mine = response::table.filter(response::client_id.eq(id)).filter(response::status.eq(status));
        mine.count().get_result(conn).unwrap()
    };
    let differs = |(id, _, status, open): &(i64, String, String, i32)| {
        let (weighed, accepted) = (count(conn, *id, "open"), count(conn, *id, "geaccepteerd"));
        let placements: Vec<Option<NaiveDate>> = placement::table
            .filter(placement::client_id.eq(id))
            .select(placement::started_on)
            .load(conn)
            .unwrap();
        let agreed = match status.as_str() {
            "geaccepteerd" => accepted == 1 && placements == [None],
            "geplaatst" => accepted == 1 && matches!(placements[..], [Some(_)]),
            _ => accepted == 0 && placements.is_empty(),
        };
        weighed != i64::from(*open) || (status == "in-behandeling") != (weighed > 0) || !agreed
    };
    clients.into_iter().filter(differs).map(|(_, code, status, _)| format!("{code} {status}")).collect()
}

/// Responses of which a term lies before they were given or after they are valid, or that the toegang may answer later than
/// the provider expects: there should be none.
pub(in crate::seed) fn responses_with_odd_terms(conn: &mut Connection) -> usize {
    use response as r;
    type Terms = (NaiveDateTime, NaiveDateTime, NaiveDateTime, NaiveDate);
    let all: Vec<Terms> =
        r::table.select((r::opened_at, r::answer_by, r::expect_by, r::valid_until)).load(conn).unwrap();
    let is_odd = |(opened_at, answer_by, expect_by, valid_until): &&Terms| {
        expect_by < opened_at || answer_by > expect_by || expect_by.date() > *valid_until
    };
    all.iter().filter(is_odd).count()
}

/// What was done for those who wait: how much there is of each kind.
pub(in crate::seed) fn casework(conn: &mut Connection) -> Vec<(String, i64)> {
    use {
        bridging_care as care, client_proposal as proposal, mediation_step as step, question as asked,
        regional_request as request,
    };
    let mut found = vec![
        (
            "bridging care that runs".to_owned(),
            care::table.filter(care::ends_on.is_null()).count().get_result(conn).unwrap(),
        ),
        (
            "bridging care that ended".to_owned(),
            care::table.filter(care::ends_on.is_not_null()).count().get_result(conn).unwrap(),
        ),
        ("proposals that were kept".to_owned(), proposal::table.count().get_result(conn).unwrap()),
        (
            "questions without an answer".to_owned(),
            asked::table.filter(asked::answer.is_null()).count().get_result(conn).unwrap(),
        ),
        (
            "questions with an answer".to_owned(),
            asked::table.filter(asked::answer.is_not_null()).count().get_result(conn).unwrap(),
        ),
        ("providers that were asked".to_owned(), request::table.count().get_result(conn).unwrap()),
        (
            "responses that expired".to_owned(),
            response::table.filter(response::status.eq("verlopen")).count().get_result(conn).unwrap(),
        ),
    ];
    let found_place = step::table.filter(step::outcome.eq("plek-gevonden")).count().get_result(conn).unwrap();
    found.push(("steps that found a place".to_owned(), found_place));
    for owner in ["toegang", "accountmanager", "expertteam"] {
        let theirs = || step::table.filter(step::owner.eq(owner));
        let open: i64 = theirs().filter(step::closed_at.is_null()).count().get_result(conn).unwrap();
        let closed: i64 = theirs().filter(step::closed_at.is_not_null()).count().get_result(conn).unwrap();
        found.push((format!("steps of {owner} that run"), open));
        found.push((format!("steps of {owner} that were closed"), closed));
    }
    found
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
