//! Saving a figure, against the statements that it takes, run bare on the same file with nothing around
//! them. Both write to disk before they are done.

use std::cell::RefCell;

use beschikbaarheidswijzer::actor::{Actor, Identity, Role};
use beschikbaarheidswijzer::availability::figures::actions::{Outcome as Saved, save_figures};
use beschikbaarheidswijzer::availability::figures::model::Change;
use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::db::schema::{
    audit_event, location, offer, offer_history, postcode, product, provider, region, supply_version,
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use rules::figures::{FiguresDraft, OfferStatus};
use rules::waiting_time::{Basis, WeekRange};

use crate::support::country::Country;
use crate::support::report::{Line, Wanted, per_second};
use crate::support::timing::{in_turns, micros};
use crate::support::{Outcome, clock, open};

/// The figures that both write, but for the free places.
macro_rules! figures {
    ($table:ident, $free:expr) => {
        (
            $table::free_places.eq(Some($free)),
            $table::total_places.eq(Some(20)),
            $table::waiting.eq(Some(3)),
            $table::intake_min.eq(Some(2)),
            $table::intake_max.eq(Some(4)),
            $table::treatment_min.eq(Some(3)),
            $table::treatment_max.eq(Some(6)),
            $table::basis.eq(Some("actueel")),
            $table::status.eq("plek"),
            $table::stop_reason.eq(None::<&str>),
            $table::stop_explanation.eq(None::<&str>),
            $table::stop_until.eq(None::<NaiveDate>),
            $table::min_age.eq(None::<i32>),
            $table::max_age.eq(None::<i32>),
            $table::closes_on.eq(None::<NaiveDate>),
            $table::remarks.eq(None::<&str>),
        )
    };
}

/// Saves in one round.
const SAVES: usize = 200;
const ROUNDS: usize = 7;
const PROVIDER: i64 = 1;

/// An offer of the provider, and the version it has by now.
struct Kept {
    id: i64,
    version: i32,
}

pub fn measure(country: &Country) -> Outcome<Vec<Line>> {
    let mut saving = open(&country.url)?;
    let Connection::Sqlite(mut bare) = open(&country.url)? else { return Err("not a SQLite file".into()) };
    let of_provider = offer::table.filter(offer::provider_id.eq(PROVIDER)).order(offer::id);
    let rows: Vec<(i64, i32)> = of_provider.select((offer::id, offer::version)).load(&mut bare)?;
    let offers = RefCell::new(rows.into_iter().map(|(id, version)| Kept { id, version }).collect::<Vec<_>>());
    let actor = actor();
    let round = |save: &mut dyn FnMut(&Kept, usize) -> Outcome<()>| -> Outcome<f64> {
        let mut offers = offers.borrow_mut();
        let took = micros(|| {
            for number in 0..SAVES {
                let place = number % offers.len();
                save(&offers[place], number)?;
                offers[place].version += 1;
            }
            Ok(())
        })?;
        Ok(SAVES as f64 * 1e6 / took)
    };
    let (subject, peer) = in_turns(
        ROUNDS,
        || round(&mut |kept, number| save(&mut saving, &actor, kept, number)),
        || round(&mut |kept, number| save_bare(&mut bare, kept, number)),
    )?;
    let what = "figures saved one by one, against the bare statements, commits";
    Ok(vec![Line::new(what, (per_second(subject), per_second(peer)), subject / peer, Wanted::AtLeast(0.5))])
}

fn actor() -> Actor {
    let identity = Identity {
        user_id: 1,
        user_name: "aanbieder".into(),
        display_name: "Planning".into(),
        organisation_name: "Aanbieder 1".into(),
        region_id: 1,
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

/// Other figures at every round, so that there is always something to write.
fn places(number: usize) -> u16 {
    u16::try_from(1 + number % 7).unwrap_or(1)
}

fn save(conn: &mut Connection, actor: &Actor, kept: &Kept, number: usize) -> Outcome<()> {
    let draft = FiguresDraft {
        free_places: Some(places(number)),
        total_places: Some(20),
        waiting: Some(3),
        intake: Some(WeekRange::new(2, Some(4))?),
        treatment: Some(WeekRange::new(3, Some(6))?),
        basis: Some(Basis::Current),
        status: Some(OfferStatus::Place),
        stop_reason: None,
        stop_explanation: None,
        stop_until: None,
        ages: None,
        closes_on: None,
        remarks: None,
    };
    let change = Change { offer_id: kept.id, version: kept.version, draft };
    match save_figures(conn, actor, clock()?.now(), vec![change])? {
        Saved::Saved(1) => Ok(()),
        other => Err(format!("not saved: {other:?}").into()),
    }
}

/// What [`save`] makes the database do, with the values at hand.
fn save_bare(conn: &mut SqliteConnection, kept: &Kept, number: usize) -> Outcome<()> {
    let now = clock()?.now().naive_utc();
    conn.batch_execute("BEGIN IMMEDIATE")?;
    let supply: i64 = diesel::update(supply_version::table)
        .set(supply_version::version.eq(supply_version::version + 1))
        .returning(supply_version::version)
        .get_result(conn)?;
    read_offer(conn, kept.id)?;
    let free = i32::from(places(number));
    let changed =
        diesel::update(offer::table.filter(offer::id.eq(kept.id)).filter(offer::version.eq(kept.version)))
            .set((
                figures!(offer, free),
                offer::reserved_places.eq(0),
                offer::confirmed_at.eq(now),
                offer::confirmed_by.eq("Planning, Aanbieder 1"),
                offer::version.eq(kept.version + 1),
                offer::supply_version.eq(supply),
            ))
            .execute(conn)?;
    if changed != 1 {
        return Err("nothing changed".into());
    }
    diesel::insert_into(offer_history::table)
        .values((
            offer_history::offer_id.eq(kept.id),
            offer_history::at.eq(now),
            offer_history::changed_by.eq("Planning, Aanbieder 1"),
            offer_history::change.eq("changed"),
            offer_history::version.eq(kept.version + 1),
            figures!(offer_history, free),
        ))
        .execute(conn)?;
    insert_audit(conn, now, kept.id)?;
    Ok(conn.batch_execute("COMMIT")?)
}

/// The offer as it was, with all that is shown of it.
fn read_offer(conn: &mut SqliteConnection, id: i64) -> Outcome<()> {
    let joined = offer::table
        .inner_join(provider::table)
        .inner_join(location::table.inner_join(postcode::table))
        .inner_join(product::table.inner_join(region::table.on(region::id.eq(product::region_id))));
    joined
        .filter(offer::id.eq(id))
        .select((
            (offer::all_columns),
            (provider::id, provider::agb, provider::name),
            (location::id, location::number, location::name, postcode::place, location::pc4),
            (product::all_columns, region::code),
            (region::fresh_days, region::stale_days, region::intake_norm_weeks, region::treatment_norm_weeks),
        ))
        .execute(conn)?;
    Ok(())
}

fn insert_audit(conn: &mut SqliteConnection, now: NaiveDateTime, offer_id: i64) -> Outcome<()> {
    let figures = r#"{"aanmeldwachttijd":{"maxWeken":4,"minWeken":2},"behandelwachttijd":{"maxWeken":6,"minWeken":3},"grondslag":"actueel","plekkenTotaal":20,"plekkenVrij":3,"status":"plek","wachtenden":3}"#;
    diesel::insert_into(audit_event::table)
        .values((
            audit_event::at.eq(now),
            audit_event::request_id.eq("meting"),
            audit_event::origin.eq("127.0.0.1"),
            audit_event::user_id.eq(Some(1_i64)),
            audit_event::user_name.eq("aanbieder"),
            audit_event::organisation.eq("Aanbieder 1"),
            audit_event::roles.eq("aanbieder"),
            audit_event::action.eq("cijfers-opslaan"),
            audit_event::outcome.eq("done"),
            audit_event::object_type.eq("aanbod"),
            audit_event::object_id.eq(offer_id.to_string()),
            audit_event::before.eq(Some(figures)),
            audit_event::after.eq(Some(figures)),
        ))
        .execute(conn)?;
    Ok(())
}
