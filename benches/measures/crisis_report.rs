//! The quarterly report of a crisis point over a hundred thousand cases, against the bare counts of its five parts over the
//! same tables: of a quarter that is still open, and of one that was closed.

use std::path::Path;

use beschikbaarheidswijzer::crisis::registration::actions::close_quarter;
use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::reports::quarterly::actions::view_report;
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use rules::crisis::quarter::Quarter;
use rules::crisis::records::Scope;
use rules::crisis::report::{Cell, Part};

use crate::support::desk::{Desk, now};
use crate::support::report::{Line, Wanted, time};
use crate::support::timing::{in_turns, micros};
use crate::support::{Outcome, open};

const CASES: u32 = 100_000;
const REGISTRATION: &str = "registratie-flevoland";
const ROUNDS: usize = 9;
const AT_MOST: f64 = 2.0;

/// Cases of the third quarter of 2026: of twenty thirteen with ambulant help, three with a bed and its ambulant help, and
/// four with nothing. Help takes at most a fortnight, so that some of it ends in the next quarter.
const FILL: &str = "
    CREATE TEMP TABLE one AS
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 99999),
        place AS (SELECT municipality_id AS id, row_number() OVER (ORDER BY municipality_id) - 1 AS at, count(*) OVER () AS many
            FROM crisis_point_municipality WHERE crisis_point_id =
                (SELECT c.id FROM crisis_point c JOIN region r ON r.id = c.region_id WHERE r.code = 'flevoland')),
        referrer(name, at) AS (VALUES ('gemeentelijke-toegang', 0), ('huisarts', 1), ('gecertificeerde-instelling', 2))
    SELECT n, place.id AS municipality_id, referrer.name AS referrer, date('2026-07-01', '+' || (n % 92) || ' days') AS received,
        CASE WHEN n % 20 < 13 THEN 'ambulant' WHEN n % 20 < 16 THEN 'crisisbed' ELSE 'geen' END AS kind,
        n % 14 AS nights
    FROM number JOIN place ON place.at = (n / 3) % place.many JOIN referrer ON referrer.at = n % 3;

    INSERT INTO crisis_request (region_id, code, received_at, recorded_at, by_phone_note, municipality_id, age, age_group,
        referrer, asked, urgency, safety, handler, status, outcome, none_reason, closed_at, recorded_by, version)
    SELECT (SELECT id FROM region WHERE code = 'flevoland'), printf('%09d', n), received || ' 09:00:00', received || ' 09:05:00',
        0, municipality_id, NULL, CASE n / 7 % 2 WHEN 0 THEN 'under12' ELSE 'from12' END, referrer,
        CASE kind WHEN 'crisisbed' THEN 'crisisbed' ELSE 'ambulant' END, 'acuut', '', 'crisispunt', 'afgesloten',
        CASE kind WHEN 'geen' THEN 'geen' ELSE 'hulp' END, CASE kind WHEN 'geen' THEN 'geen-plek' END,
        received || ' 09:10:00', 'Crisisloket', 1
    FROM one;

    INSERT INTO crisis_provision (region_id, request_id, kind, provider_id, none_reason, started_on, ended_on, follow_up, version)
    SELECT r.region_id, r.id, one.kind, CASE WHEN one.kind <> 'geen' THEN (SELECT provider_id FROM crisis_share LIMIT 1) END,
        r.none_reason, CASE WHEN one.kind <> 'geen' THEN one.received END,
        CASE WHEN one.kind <> 'geen' THEN date(one.received, '+' || one.nights || ' days') END,
        CASE one.kind WHEN 'ambulant' THEN 'casusregie' WHEN 'crisisbed' THEN 'naar-huis-met-hulp' END, 1
    FROM one JOIN crisis_request r ON r.code = printf('%09d', one.n);

    INSERT INTO crisis_provision (region_id, request_id, kind, companion_of, provider_id, started_on, ended_on, follow_up, version)
    SELECT region_id, request_id, 'ambulant', id, provider_id, started_on, ended_on, 'casusregie', 1
    FROM crisis_provision WHERE kind = 'crisisbed';
    DROP TABLE one;
    ANALYZE;";

/// The counts of the five parts, each as it would be asked by itself.
const COUNTS: [&str; 6] = [
    "SELECT count(*) AS groups, sum(cases) AS cases FROM (SELECT r.municipality_id, r.age_group, p.kind, count(*) AS cases
        FROM crisis_request r JOIN crisis_provision p ON p.request_id = r.id
        WHERE r.region_id = @ AND r.received_at >= '2026-06-30 22:00:00' AND r.received_at < '2026-09-30 22:00:00'
        AND p.companion_of IS NULL GROUP BY r.municipality_id, r.age_group, p.kind)",
    "SELECT count(*) AS groups, sum(cases) AS cases FROM (SELECT r.municipality_id, r.age_group, count(*) AS cases,
            sum(julianday(p.ended_on) - julianday(p.started_on)) AS days
        FROM crisis_provision p JOIN crisis_request r ON r.id = p.request_id
        WHERE p.region_id = @ AND p.ended_on BETWEEN '2026-07-01' AND '2026-09-30' AND p.kind IN ('crisisbed', 'pleegzorg')
        GROUP BY r.municipality_id, r.age_group)",
    "SELECT count(*) AS groups, sum(cases) AS cases FROM (SELECT p.follow_up, r.age_group, count(*) AS cases
        FROM crisis_provision p JOIN crisis_request r ON r.id = p.request_id
        WHERE p.region_id = @ AND p.ended_on BETWEEN '2026-07-01' AND '2026-09-30' AND p.kind = 'ambulant'
        GROUP BY p.follow_up, r.age_group)",
    "SELECT count(*) AS groups, sum(cases) AS cases FROM (SELECT p.follow_up, r.age_group, count(*) AS cases
        FROM crisis_provision p JOIN crisis_request r ON r.id = p.request_id
        WHERE p.region_id = @ AND p.ended_on BETWEEN '2026-07-01' AND '2026-09-30' AND p.kind IN ('crisisbed', 'pleegzorg')
        GROUP BY p.follow_up, r.age_group)",
    "SELECT count(*) AS groups, sum(cases) AS cases FROM (SELECT referrer, count(*) AS cases FROM crisis_request
        WHERE region_id = @ AND received_at >= '2026-06-30 22:00:00' AND received_at < '2026-09-30 22:00:00' GROUP BY referrer)",
    "SELECT count(*) AS groups, sum(cases) AS cases FROM (SELECT p.none_reason, count(*) AS cases
        FROM crisis_request r JOIN crisis_provision p ON p.request_id = r.id
        WHERE r.region_id = @ AND r.received_at >= '2026-06-30 22:00:00' AND r.received_at < '2026-09-30 22:00:00'
        AND p.kind = 'geen' GROUP BY p.none_reason)",
];

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    groups: i64,
    #[diesel(sql_type = BigInt)]
    cases: i64,
}

pub fn measure(folder: &Path) -> Outcome<Vec<Line>> {
    let desk = Desk::new(folder, "crisis-report.sqlite")?;
    let mut conn = open(&desk.url)?;
    let Connection::Sqlite(mut bare) = open(&desk.url)? else { return Err("not a SQLite file".into()) };
    bare.batch_execute(FILL)?;
    let (now, quarter) = (now()?, Quarter::new(2026, 3).ok_or("no such quarter")?);
    let actor = Desk::actor(&mut conn, REGISTRATION)?;
    let region_id = actor.region_id().ok_or("a desk without a region")?;
    let counts = COUNTS.map(|text| text.replace('@', &region_id.to_string()));
    let mut lines = Vec::new();
    for state in ["open", "closed"] {
        if state == "closed" {
            close_quarter(&mut conn, &actor, now, quarter)?;
        }
        let whole = || {
            micros(|| {
                let view = view_report(&mut conn, &actor, now, quarter, &Scope::Region)?;
                let cases = view.report.count(&Cell::total(Part::Referrers));
                if cases == CASES { Ok(view) } else { Err(format!("the report has {cases} cases").into()) }
            })
        };
        let (subject, peer) = in_turns(ROUNDS, whole, || micros(|| count(&mut bare, &counts)))?;
        let what =
            format!("quarterly report of a quarter that is {state}, {CASES} cases, to the bare counts");
        lines.push(Line::new(what, (time(subject), time(peer)), subject / peer, Wanted::AtMost(AT_MOST)));
    }
    Ok(lines)
}

/// Counts all parts; the groups they came in.
fn count(bare: &mut SqliteConnection, counts: &[String]) -> Outcome<i64> {
    let mut groups = 0;
    for text in counts {
        let count: Count = diesel::sql_query(text.as_str()).get_result(bare)?;
        if count.cases == 0 {
            return Err("a part counted nothing".into());
        }
        groups += count.groups;
    }
    Ok(groups)
}
