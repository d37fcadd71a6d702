//! The first page of the anonymised list of one provider, of a region in which a hundred thousand children wait, against
//! the bare SQL of that page: the count, the rows, their codes, and the line in the access log, on the same file.

use std::path::Path;

use beschikbaarheidswijzer::actor::{Actor, Identity, Role};
use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::paging::SortOrder;
use beschikbaarheidswijzer::waiting_list::open_list::actions::list_clients;
use beschikbaarheidswijzer::waiting_list::open_list::model::{Asked, Column, Named, Reach};
use beschikbaarheidswijzer::waiting_list::open_list::publishing::publish;
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::support::country::Country;
use crate::support::report::{Line, Wanted, time};
use crate::support::timing::{in_turns, micros};
use crate::support::{Outcome, clock, load_supply, open, today};

const OFFERS: usize = 5_000;
const CHILDREN: usize = 100_000;
const PROVIDER: i64 = 1;
const REGION: i64 = 1;
const PAGE: i64 = 20;
const ROUNDS: usize = 41;
const AT_MOST: f64 = 2.0;

/// Children of the region, dealt over its municipalities and products, and somebody to look at them.
const FILL: &str = "
    INSERT INTO organisation (id, kind, name, region_id) VALUES (90001, 'gemeente', 'Gemeente 1', 1);
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 99999),
        place AS (SELECT municipality_id, row_number() OVER (ORDER BY municipality_id) - 1 AS at, count(*) OVER () AS many
            FROM (SELECT DISTINCT municipality_id FROM region_municipality WHERE region_id = 1)),
        book AS (SELECT id, min_age, min(max_age, 21) AS max_age, row_number() OVER (ORDER BY id) - 1 AS at, count(*) OVER () AS many
            FROM product WHERE region_id = 1)
    INSERT INTO waiting_client (code, municipality_id, product_id, birth_quarter, referrer, referred_on, decided_on, urgency,
        measure, first_choice, needs, bridging_wanted, status, waiting_since, open_responses, registered_at,
        organisation_id, version)
    SELECT printf('%09d', n), place.municipality_id, book.id,
        (2026 - book.min_age - n % (book.max_age - book.min_age + 1)) * 10 + 1 + n % 4, 'gemeentelijke-toegang',
        date('2026-11-01', '-' || (n % 200) || ' days'), date('2026-11-01', '-' || (n % 200) || ' days'), 'regulier', 0,
        'eerste-keus', '', 0, 'wachtend', date('2026-11-01', '-' || (n % 200) || ' days'), 0, '2026-11-02 09:00:00',
        90001, 1
    FROM number JOIN place ON place.at = n % place.many JOIN book ON book.at = (n / 7) % book.many;";

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    client_id: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    municipality_id: Option<i64>,
}

#[derive(QueryableByName)]
struct Code {
    #[diesel(sql_type = Text)]
    code: String,
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    name: String,
}

pub fn measure(folder: &Path) -> Outcome<Vec<Line>> {
    let country = Country::even(folder, OFFERS)?;
    let mut conn = open(&country.url)?;
    let Connection::Sqlite(mut bare) = open(&country.url)? else { return Err("not a SQLite file".into()) };
    bare.batch_execute(FILL)?;
    let now = clock()?.now();
    if !publish(&mut conn, now, REGION, now)? {
        return Err("the list was not published".into());
    }
    let supply = load_supply(&mut conn)?;
    let snapshot = supply.current()?;
    let actor = actor();
    let condition = in_reach(&Reach::of_provider(&snapshot, &municipalities(&mut bare)?, PROVIDER, today()?));
    let order = SortOrder { column: Column::Product, descending: false };
    let asked = Asked { product: None, municipality: None, age: None, newcomers: false, order };
    let mut seen = 0;
    let whole = || {
        micros(|| {
            let list = list_clients(&mut conn, &snapshot, &actor, now, &asked, (0, PAGE))?;
            seen = list.total;
            Ok(list.clients.len())
        })
    };
    let mut counted = 0;
    let sql = || {
        micros(|| {
            counted = page(&mut bare, &condition)?;
            Ok(())
        })
    };
    let (subject, peer) = in_turns(ROUNDS, whole, sql)?;
    if i64::try_from(seen)? != counted || counted == 0 {
        return Err(format!("the list has {seen} children and the bare SQL {counted}").into());
    }
    let what =
        format!("first page of the open list of {CHILDREN} children, {seen} in reach, to its bare SQL");
    Ok(vec![Line::new(what, (time(subject), time(peer)), subject / peer, Wanted::AtMost(AT_MOST))])
}

fn actor() -> Actor {
    let identity = Identity {
        user_id: 1,
        user_name: "aanbieder".into(),
        display_name: "Planning".into(),
        organisation_name: "Aanbieder 1".into(),
        region_id: REGION,
        provider_id: Some(PROVIDER),
        referrers_register: false,
        roles: vec![Role::Provider],
        scopes: None,
    };
    Actor {
        identity: Some(identity),
        request_id: "meting".into(),
        trace_id: None,
        origin: "127.0.0.1".into(),
    }
}

fn municipalities(bare: &mut SqliteConnection) -> Outcome<Vec<Named>> {
    let known: Vec<Known> = diesel::sql_query("SELECT id, code, name FROM municipality").load(bare)?;
    Ok(known.into_iter().map(|Known { id, code, name }| Named { id, code, name }).collect())
}

/// Whom the provider may take, as a condition.
fn in_reach(reach: &[Reach]) -> String {
    let one = |reach: &Reach| {
        let places: Vec<String> = reach.municipality_ids.iter().map(ToString::to_string).collect();
        format!(
            "(product_id = {} AND (municipality_id IS NULL OR municipality_id IN ({})) AND (age_from IS NULL OR age_from \
             <= {}) AND (age_to IS NULL OR age_to >= {}))",
            reach.product_id,
            places.join(", "),
            reach.ages.max(),
            reach.ages.min()
        )
    };
    let all: Vec<String> = reach.iter().map(one).collect();
    format!(
        "FROM published_client WHERE publication_id = (SELECT max(id) FROM list_publication) AND ({}) AND client_id NOT IN \
         (SELECT client_id FROM pair_outcome WHERE provider_id = {PROVIDER})",
        all.join(" OR ")
    )
}

/// The page; returns how many children the whole list has.
fn page(bare: &mut SqliteConnection, condition: &str) -> Outcome<i64> {
    let total: Total = diesel::sql_query(format!("SELECT count(*) AS total {condition}")).get_result(bare)?;
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT client_id, municipality_id {condition} ORDER BY place LIMIT {PAGE}"
    ))
    .load(bare)?;
    let ids: Vec<String> = rows.iter().map(|row| row.client_id.to_string()).collect();
    std::hint::black_box(rows.iter().filter(|row| row.municipality_id.is_some()).count());
    let codes: Vec<Code> =
        diesel::sql_query(format!("SELECT code FROM waiting_client WHERE id IN ({})", ids.join(", ")))
            .load(bare)?;
    let subjects: Vec<&str> = codes.iter().map(|one| one.code.as_str()).collect();
    bare.batch_execute(&format!(
        "INSERT INTO access_event (at, region_id, request_id, origin, user_id, user_name, display_name, organisation, roles, \
         kind, action, purpose, rule, subjects, subject_count, object_id, question) VALUES ('2026-11-21 09:00:00', 1, \
         'meting', '127.0.0.1', 1, 'aanbieder', 'Planning', 'Aanbieder 1', 'aanbieder', 'open-wachtlijst-inzien', 'R', \
         'reageren', 'eigen-contract', '{}', {}, '', '{{}}')",
        subjects.join(" "),
        subjects.len()
    ))?;
    Ok(total.total)
}
